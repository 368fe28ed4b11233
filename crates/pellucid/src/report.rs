//! The reproduction as one self-contained page.

use maud::{Markup, PreEscaped, html};
use pellucid_compile::Compiled;
use pellucid_core::{Certificate, Error, Function, Network, Rational};
use pellucid_draw::{CircuitPicture, LineChart, Picture, SvgOptions};
use pellucid_prove::Largest;
use pellucid_train::Run;

use crate::classify::Classified;
use crate::html_document::html_document;
use crate::page_parts::{circuit_list, neuron_table};
use crate::pictures::{compiled_picture, decompiled_picture};
use crate::reproduce::{Reproduced, Reproduction};
use crate::reuse::reuse;

/// The page: an HTML document that needs no other file.
///
/// # Errors
/// When an example does not fit its network, which would be a defect.
pub fn report_page(reproduction: &Reproduction) -> Result<String, Error> {
    let functions: Vec<Markup> = reproduction.functions.iter().map(function).collect::<Result<_, _>>()?;
    let heading = html! {
        p {
            "Sean Osier's " cite { "Mathematical Circuits in Neural Nets" } " derived by hand the optimal ReLU network for six "
            "functions and trained one network for each. Here each network is derived again and proved smallest, "
            "each training is done again number by number, and each trained network is taken apart again. "
            "Every proof on this page was accepted by an independent checker."
        }
    };
    let body = html! {
        (summary(reproduction))
        @for function in &functions { (function) }
        (reuse_table(reproduction))
        (appendix(reproduction)?)
        (minimum_of_four(reproduction)?)
        (how_to_check())
    };
    Ok(html_document("Mathematical circuits, reproduced", &heading, &body))
}

fn summary(reproduction: &Reproduction) -> Markup {
    html! {
        section #summary {
            h2 { "At a glance" }
            div.wide { table {
                thead { tr {
                    th { "function" } th { "smallest network" } th { "on [-1, 1]" sup { "n" } } th { "trained" }
                    th { "loss, then the notebook's" } th { "found in the trained network" } th { "off by at most" }
                } }
                tbody { @for f in &reproduction.functions { tr {
                    td { a href={"#" (slug(&f.printed.name))} { (f.printed.name) } " " code { (f.printed.function) } }
                    td { (shape(&f.everywhere.network)) " " (verdict(&f.everywhere)) }
                    td { (shape(&f.on_box.network)) " " (verdict(&f.on_box)) }
                    td { (dashed(&f.printed.shape)) ", seed " (f.printed.seed) }
                    td.number { (loss(f.run.losses.last().map_or(f.run.final_loss, |l| l.1))) " · "
                        (f.printed.losses.last().map_or(String::new(), |l| loss(*l as f32))) }
                    td { @if let Some(found) = &f.found.decompiled { code { (found.formula) } } }
                    td.number { @if let Some(d) = &f.found.deviation { (deviation(d)) } }
                } } }
            } }
        }
    }
}

fn function(f: &Reproduced) -> Result<Markup, Error> {
    let name = &f.printed.name;
    let examples = examples(f.printed.function.n_inputs());
    let picture = |compiled: &Compiled, at: Option<Vec<Rational>>| -> Result<Markup, Error> {
        Ok(svg(&compiled_picture(&compiled.network, Some(&compiled.function), &compiled.domain, at)?))
    };
    let pictures: Vec<Markup> =
        examples.into_iter().map(|at| picture(&f.everywhere, Some(at))).collect::<Result<_, _>>()?;
    Ok(html! {
        section id=(slug(name)) {
            h2 { (name) " " code { (f.printed.function) } }
            h3 { "Derived" }
            div.pictures {
                figure { (picture(&f.everywhere, None)?) figcaption { "Smallest everywhere: " (shape(&f.everywhere.network)) } }
                figure { (picture(&f.on_box, None)?) figcaption { "Smallest " (f.on_box.domain.phrase()) ": " (shape(&f.on_box.network)) } }
            }
            (circuits_list(f))
            (proof(&f.everywhere))
            (proof(&f.on_box))
            h3 { "With numbers" }
            div.pictures { @for picture in &pictures { figure { (picture) } } }
            h3 { "Trained as in the notebook" }
            (training(f))
            h3 { "Found in the trained network" }
            (found(&f.run, &f.found)?)
            @if let Some((run, classified)) = &f.stuck {
                h3 { "With seed 0" }
                p { "The notebook had to change the seed here: with seed 0 training ends in a local optimum." }
                (found(run, classified)?)
            }
        }
    })
}

/// The examples whose numbers are filled in.
fn examples(n_inputs: usize) -> Vec<Vec<Rational>> {
    let point = |values: &[i64]| values.iter().map(|v| Rational::from(*v)).collect::<Vec<_>>();
    match n_inputs {
        1 => vec![point(&[3]), point(&[-5])],
        2 => vec![point(&[3, -5]), point(&[-2, 4])],
        _ => vec![(1..=n_inputs).map(Rational::from).collect()],
    }
}

fn circuits_list(f: &Reproduced) -> Markup {
    let inputs = f.printed.function.input_names();
    html! {
        @if let Some(found) = &f.circuits {
            (circuit_list(&found.circuits, inputs))
        }
    }
}

fn verdict(compiled: &Compiled) -> Markup {
    html! {
        @if compiled.minimality.proved { span.yes { "proved" } } @else { span.open { "best known" } }
    }
}

fn proof(compiled: &Compiled) -> Markup {
    let how = match compiled.n_cells {
        0 => "by matching canonical forms".to_string(),
        1 => "by reduction to one ReLU graph".to_string(),
        n => format!("on {n} linear cells"),
    };
    let kinks = match &compiled.certificate.proof {
        pellucid_core::Proof::Smallest { kinks, .. } => kinks.as_slice(),
        _ => &[],
    };
    let inputs = compiled.function.input_names();
    html! {
        details {
            summary { "Proof " (compiled.domain.phrase()) ": " (verdict(compiled)) ", " (compiled.minimality.reason) }
            p { "That the network equals " code { (compiled.function) } " was shown " (how) "." }
            @if !kinks.is_empty() { ul { @for kink in kinks {
                li { "The gradient jumps across " code { (kink.hyperplane.equation(inputs)) } ", for example at ("
                    (list(&kink.witness)) "): by " (list(&kink.jump)) " times the normal. A neuron must kink there." }
            } } }
            (certificate(&compiled.certificate))
        }
    }
}

fn certificate(certificate: &Certificate) -> Markup {
    html! { details { summary { "certificate, accepted" } pre { (certificate.to_json()) } } }
}

fn training(f: &Reproduced) -> Markup {
    let printed = &f.printed;
    let points = |losses: &mut dyn Iterator<Item = (usize, f64)>| -> Vec<(f64, f64)> {
        losses.filter(|(_, loss)| *loss > 0.0).map(|(step, loss)| (step as f64, loss)).collect()
    };
    let steps = |i: usize| 1 + i * printed.every;
    let ours = points(&mut f.run.losses.iter().map(|(step, loss)| (*step, f64::from(*loss))));
    let theirs = points(&mut printed.losses.iter().enumerate().map(|(i, loss)| (steps(i), *loss)));
    let chart = LineChart::new(format!("loss of {}", printed.name))
        .axes("step", "mean squared error")
        .log_y()
        .series("here", ours)
        .series("notebook", theirs);
    html! {
        p { "Widths " (dashed(&printed.shape)) " without biases, seed " (printed.seed) ", " (printed.steps)
            " steps of 1000 fresh inputs, rate 0.1, in float32 with PyTorch's random stream." }
        div.pictures {
            figure { (PreEscaped(chart.to_svg(&SvgOptions::default()))) }
            div.wide { table {
                thead { tr { th { "step" } th { "loss here" } th { "notebook" } } }
                tbody {
                    tr { td { "start" } td.number { (loss(f.run.start_loss)) } td.number { (loss(printed.start_loss as f32)) } }
                    @for ((step, ours), theirs) in f.run.losses.iter().zip(&printed.losses) {
                        tr { td.number { (step) } td.number { (loss(*ours)) } td.number { (loss(*theirs as f32)) } }
                    }
                }
            } }
        }
        div.wide { table {
            thead { tr { th { "final weights" } th { "here" } th { "notebook" } } }
            tbody { @for (name, ours, theirs) in weights(f) {
                tr { td { (name) } td.number { (ours) } td.number { (theirs) } }
            } }
        } }
    }
}

/// Every final weight beside the printed one.
fn weights(f: &Reproduced) -> Vec<(String, String, String)> {
    let mut rows = Vec::new();
    for (l, (layer, printed)) in f.run.network.layers().iter().zip(&f.printed.final_weights).enumerate() {
        for (i, row) in layer.weights.iter().enumerate() {
            for (j, weight) in row.iter().enumerate() {
                let theirs = printed.get(j).and_then(|column| column.get(i)).copied().unwrap_or(f64::NAN);
                let name = if l == 0 {
                    format!("{} to h1.{}", f.printed.function.input_names()[j], i + 1)
                } else {
                    format!("h{l}.{} to output", j + 1)
                };
                rows.push((name, decimal(f64::from(*weight)), decimal(theirs)));
            }
        }
    }
    rows
}

fn found(run: &Run, classified: &Classified) -> Result<Markup, Error> {
    let network = run.network.to_exact()?;
    let Some(found) = &classified.decompiled else { return Ok(html! { p { (classified.reason) } }) };
    let inputs = network.input_names();
    Ok(html! {
        p { b { (classified.verdict) } ": the network " (classified.reason) "." }
        div.pictures {
            figure { (svg(&decompiled_picture(&network, found))) }
            (neuron_table(&found.neurons, inputs, Some(4)))
        }
        @if let Largest::At(most, at) = &found.deviation {
            p { "Largest deviation from " code { (found.formula) } " " (classified_box(found)) ": exactly "
                code.long { (most) } " ≈ " (most.to_decimal(3)) ", at (" (at.iter().map(|x| x.to_decimal(4)).collect::<Vec<_>>().join(", ")) ")." }
        }
        @if let Some(against) = &found.against_target {
            @if against.target.to_string() != found.formula.to_string() {
                @if let Largest::At(most, at) = &against.deviation {
                    p { "Largest deviation from the target " code { (against.target) } ": exactly " code.long { (most) } " ≈ "
                        (most.to_decimal(3)) ", at (" (list(at)) ")." }
                }
            }
        }
        @if let Some(proof) = &found.certificate { (certificate(proof)) }
    })
}

fn classified_box(found: &pellucid_decompile::Decompiled) -> String {
    match found.certificate.as_ref().map(|certificate| &certificate.claim) {
        Some(pellucid_core::Claim::Within { domain, .. }) => domain.phrase(),
        _ => String::new(),
    }
}

fn reuse_table(reproduction: &Reproduction) -> Markup {
    let table = reuse(reproduction);
    html! {
        section #reuse {
            h2 { "What is reused where" }
            p { "● in the derived and in the trained network, ◐ in the derived one only, ○ in the trained one only. "
                "The minimum is made of parts that simpler functions already have." }
            div.wide { table.reuse {
                thead { tr { th { "" } @for column in &table.columns { th { (column) } } } }
                tbody { @for row in &table.rows { tr {
                    th scope="row" { @if row.is_circuit { "circuit: " } (row.name) }
                    @for (derived, trained) in &row.cells { td.mark {
                        @match (derived, trained) {
                            (true, Some(true)) | (true, None) => "●",
                            (true, Some(false)) => "◐",
                            (false, Some(true)) => "○",
                            _ => "",
                        }
                    } }
                } } }
            } }
        }
    }
}

fn appendix(reproduction: &Reproduction) -> Result<Markup, Error> {
    let appendix = &reproduction.appendix;
    let minimum = Function::parse("min(x1, x2)")?;
    let everywhere = pellucid_core::Domain::Everywhere;
    let first = compiled_picture(&appendix.first, Some(&minimum), &everywhere, None)?;
    let folded = compiled_picture(&appendix.folded, Some(&minimum), &everywhere, None)?;
    Ok(html! {
        section #appendix {
            h2 { "Appendix: the first minimum" }
            p { "The first version derived by hand has two hidden layers, " (shape(&appendix.first)) ": the second holds the minimum and its "
                "negative, an identity circuit. Such a layer passes its value on unchanged, so it folds into the output layer, and "
                (shape(&appendix.folded)) " is left. Both are proved equal to " code { (minimum) } "." }
            div.pictures {
                figure { (svg(&first)) figcaption { "First: " (shape(&appendix.first)) } }
                figure { (svg(&folded)) figcaption { "Folded: " (shape(&appendix.folded)) } }
            }
            (certificate(&appendix.first_is_minimum))
            (certificate(&appendix.folded_is_minimum))
        }
    })
}

fn minimum_of_four(reproduction: &Reproduction) -> Result<Markup, Error> {
    let of_four = &reproduction.minimum_of_four;
    let compiled = &of_four.everywhere;
    let inputs = compiled.function.input_names();
    let circuits = std::slice::from_ref(&of_four.circuit);
    let drawn = CircuitPicture::new(circuits, inputs).to_svg(&SvgOptions::default());
    let network = compiled_picture(&compiled.network, Some(&compiled.function), &compiled.domain, None)?;
    let on_box = compiled_picture(&of_four.on_box.network, Some(&compiled.function), &of_four.on_box.domain, None)?;
    let example = compiled_picture(
        &compiled.network,
        Some(&compiled.function),
        &compiled.domain,
        Some([4, 2, -1, 3].map(Rational::from).to_vec()),
    )?;
    Ok(html! {
        section #minimum-of-four {
            h2 { "Minimum of four, a circuit of circuits" }
            p { "Three minimum circuits make the minimum of four. The first layer of the last one takes up the outputs of the other two, "
                "so two hidden layers are enough: " (shape(&compiled.network)) ", " (compiled.network.hidden_neurons())
                " hidden neurons, the fewest known. That fewer than " (compiled.minimality.lower_bound)
                " cannot do it, at any depth, is proved; that one layer cannot, by two points of one hyperplane where the gradient \
                jumps differently." }
            div.pictures {
                figure { (PreEscaped(drawn)) figcaption { "As circuits" } }
                figure { (svg(&network)) figcaption { "As a network, everywhere: " (shape(&compiled.network)) } }
                figure { (svg(&on_box)) figcaption { (of_four.on_box.domain.phrase()) ": " (shape(&of_four.on_box.network)) } }
                figure { (svg(&example)) figcaption { "With numbers" } }
            }
            (proof(compiled))
            @if let Some(bound) = &compiled.minimality.any_depth { (certificate(&bound.certificate)) }
        }
    })
}

fn how_to_check() -> Markup {
    html! {
        section #check {
            h2 { "Check it yourself" }
            pre { "pellucid compile 'min(x1, x2)' --certificate proof.json\npellucid check proof.json\n"
                "pellucid train 'min(x1, x2)' --layers 2,3,1 --seed 0 --steps 10000 -o min.json\npellucid decompile min.json" }
        }
    }
}

fn svg(picture: &Picture<'_>) -> Markup {
    PreEscaped(picture.to_svg(&SvgOptions::default()))
}

fn shape(network: &Network<Rational>) -> String {
    dashed(&network.shape())
}

fn dashed(widths: &[usize]) -> String {
    widths.iter().map(usize::to_string).collect::<Vec<_>>().join("-")
}

fn list(values: &[Rational]) -> String {
    values.iter().map(Rational::to_string).collect::<Vec<_>>().join(", ")
}

fn slug(name: &str) -> String {
    name.replace(' ', "-")
}

fn loss(value: f32) -> String {
    Rational::from_f32(value).map_or_else(|| value.to_string(), |v| v.to_decimal(6))
}

fn decimal(value: f64) -> String {
    Rational::from_f64(value).map_or_else(|| "–".into(), |v| v.to_decimal(5))
}

fn deviation(largest: &Largest) -> String {
    match largest {
        Largest::At(most, _) => most.to_decimal(3),
        Largest::Infinite { .. } => "unbounded".into(),
    }
}
