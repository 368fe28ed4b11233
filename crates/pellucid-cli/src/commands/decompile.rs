//! `pellucid decompile NET`

use std::path::PathBuf;

use anyhow::bail;
use clap::Args;
use pellucid::{
    Ablated, Ablation, AgainstTarget, Biases, Circuit, Decompiled, Domain, Function, Largest, Limits, NetworkFile,
    Neuron, Noise, Numbers, Question, Rational, Status, Work, WriteOptions, answers, expr_to_text, pictures,
};

use super::compile::{must_hold, write_certificate};
use crate::arguments::{FunctionArguments, domain, nonnegative, written_domain};
use crate::limits::LimitArguments;
use crate::{Answer, files, screen, words};

/// A trained network's formula may be this far off.
const TRAINED_TOLERANCE: (i64, i64) = (1, 10_000);

#[derive(Args)]
#[command(after_help = "Examples:
  pellucid decompile trained.safetensors
  pellucid decompile stuck.npz --target '-x1'
  pellucid decompile min.onnx --on '[-2,2]^2' -o small.json")]
pub struct Arguments {
    /// The network file: .json, .onnx, .safetensors, .pt, .npz (recognised by content)
    network: PathBuf,
    /// Where the formula must hold (otherwise what the file says, or [-1,1]^n)
    #[arg(long, value_name = "DOMAIN")]
    on: Option<String>,
    /// How far the formula may be off (otherwise 0 for exact weights, 1e-4 for trained ones)
    #[arg(long, value_name = "TOLERANCE", value_parser = nonnegative, allow_hyphen_values = true)]
    tolerance: Option<Rational>,
    /// What the network was meant to compute
    #[arg(long, value_name = "FUNCTION", allow_hyphen_values = true)]
    target: Option<String>,
    #[command(flatten)]
    functions: FunctionArguments,
    #[command(flatten)]
    limits: LimitArguments,
    /// Take out each neuron and each circuit, and make each ideal, and tell how much further off the network
    /// is then (can take long)
    #[arg(long)]
    ablate: bool,
    /// Write the smallest network for the formula
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Write the proof of the deviation, for `pellucid check`
    #[arg(long, value_name = "FILE")]
    certificate: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// What a neuron or a circuit computes is told in so many characters: more follows on the line.
const COMPUTES_CHARS: usize = 60;
/// Longer formulas lose their middle; JSON has all of it.
const FORMULA_CHARS: usize = 1_000;

pub fn run(arguments: Arguments) -> anyhow::Result<Answer> {
    files::check_network_output(arguments.output.as_deref())?;
    files::check_output(arguments.certificate.as_deref())?;
    let file = files::network(&arguments.network)?;
    let network = match arguments.functions.names()? {
        [] => file.network.clone(),
        names => file.network.clone().with_input_names(names.to_vec())?,
    };
    let inputs = network.input_names().to_vec();
    let otherwise = written_domain(&file).unwrap_or_else(|| Domain::unit_box(network.n_inputs()));
    let domain = domain(arguments.on.as_deref(), &inputs, otherwise)?;
    let exact = file.numbers == Numbers::Exact;
    let default = if exact { Rational::zero() } else { Rational::ratio(TRAINED_TOLERANCE.0, TRAINED_TOLERANCE.1) };
    let tolerance = arguments.tolerance.clone().unwrap_or(default);
    let at_points = matches!(domain, Domain::Finite { .. });
    let target = target(&arguments, &file, &network, at_points)?;
    let clock = arguments.limits.start();
    let found = clock.run("decompiling", |limits| {
        let question = Question { domain: domain.clone(), tolerance: tolerance.clone(), target, limits };
        pellucid::decompile(&network, &question)
    })?;
    if let Some(certificate) = &found.certificate {
        must_hold(certificate)?;
    }
    if let Some(path) = &arguments.certificate {
        match &found.certificate {
            Some(certificate) => write_certificate(certificate, path)?,
            None => screen::remark("no proof is written: the formula is off without bound"),
        }
    }
    if let Some(path) = &arguments.output {
        let compile = |limits: Limits<'_>| pellucid::compile(&found.formula, &domain, Biases::ALLOWED, limits);
        let compiled = clock.run("compiling the formula", compile)?;
        write_smallest(compiled.network, &found.formula, &domain, path)?;
    }
    let ablate = |limits: Limits<'_>| pellucid::ablations(&network, &found, &domain, limits);
    let ablations = arguments.ablate.then(|| clock.run("ablating", ablate)).transpose()?;
    if arguments.json {
        let mut answer = answers::decompiled(&found, &network, &domain, &tolerance);
        if let (Some(answer), Some(ablations)) = (answer.as_object_mut(), &ablations) {
            answer.insert("ablations".into(), answers::ablations(ablations));
        }
        screen::out_json(&answer)?;
    } else {
        let mut text = text(&found, &network, &domain, &tolerance);
        text += &ablations.map_or_else(String::new, |ablations| ablations_text(&ablations));
        screen::out(&text)?;
    }
    Ok(if found.explained { Answer::Yes } else { Answer::No })
}

/// What the network was meant to compute: given, or said by a file of trained weights. What a file
/// was compiled for is its formula already, but at points, where many formulas are the same.
fn target(
    arguments: &Arguments,
    file: &NetworkFile,
    network: &pellucid::Network,
    at_points: bool,
) -> anyhow::Result<Option<Function>> {
    let inputs = network.input_names();
    let Some(text) = &arguments.target else {
        let is_news = at_points || file.numbers != Numbers::Exact;
        let written = file.function.as_deref().filter(|_| is_news);
        // A file made by others may say anything there; only what fits is worth comparing with.
        let function = written.and_then(|text| Function::parse_with_inputs(text, file.network.input_names()).ok());
        return Ok(function.filter(|function| function.n_outputs() == network.n_outputs()));
    };
    let target = arguments.functions.function_beside(text, inputs)?;
    if target.n_inputs() > network.n_inputs() {
        bail!(
            "the target {target} has {}, the network {}",
            pellucid::counted(target.n_inputs(), "input"),
            inputs.len()
        );
    }
    if target.n_outputs() != network.n_outputs() {
        let n_outputs = pellucid::counted(target.n_outputs(), "output");
        bail!("the target {target} has {n_outputs}, the network {}", network.n_outputs());
    }
    Ok(Some(target))
}

/// Writes the formula's smallest network, rounded where the format has no fractions.
fn write_smallest(
    network: pellucid::Network,
    formula: &Function,
    domain: &Domain,
    path: &std::path::Path,
) -> anyhow::Result<()> {
    let file = NetworkFile {
        network,
        numbers: Numbers::Exact,
        function: Some(formula.to_string()),
        domain: Some(domain.to_string()),
    };
    let rounded = match pellucid::write_path(&file, path, WriteOptions::default()) {
        Ok(()) => "",
        Err(_) => {
            pellucid::write_path(&file, path, WriteOptions { rounding: true })?;
            ", its weights rounded to floats"
        }
    };
    let shape = words::shape(&file.network.shape());
    screen::remark(&format!("the formula's {shape} network written to {}{rounded}", path.display()));
    Ok(())
}

fn text(found: &Decompiled, network: &pellucid::Network, domain: &Domain, tolerance: &Rational) -> String {
    let inputs = network.input_names();
    let about = match &found.deviation {
        Largest::At(most, _) if most.is_zero() => "",
        _ => "about ",
    };
    let formula = words::brief(&found.formula.to_string(), FORMULA_CHARS);
    let mut text = format!("computes {about}{formula} {}\n", domain.phrase());
    text += &match &found.deviation {
        Largest::At(most, _) if most.is_zero() => "  exactly (proved)\n".to_string(),
        Largest::At(most, at) => format!("  off by {}\n", at_most(most, inputs, at)),
        Largest::Infinite { .. } => "  off without bound on this domain\n".to_string(),
    };
    if !found.explained {
        text +=
            &format!("  not explained: above the tolerance of {}{}\n", words::short(tolerance, 3), where_beyond(found));
    }
    if let Some(closer) = &found.closer {
        let formula = words::brief(&closer.formula.to_string(), FORMULA_CHARS);
        text += &format!("  within the tolerance everywhere: {formula}\n");
        if let Largest::At(most, at) = &closer.deviation {
            text += &format!("    off by {}\n", at_most(most, inputs, at));
        }
    }
    text.push('\n');
    let picture = pictures::decompiled_picture(network, found);
    text += &screen::indented(&picture.to_terminal(&screen::terminal_options(2)));
    text.push('\n');
    for neuron in &found.neurons {
        text += &format!("  {}\n", neuron_text(neuron, inputs));
    }
    if !found.neurons.is_empty() {
        text.push('\n');
    }
    text += &circuits_text(&found.circuits, inputs);
    for noise in found.noise.iter().filter(|noise| noise.why == "rounded away") {
        text += &format!("  {}\n", noise_text(noise));
    }
    for remark in &found.remarks {
        text += &format!("  {remark}\n");
    }
    if let Some(against) = &found.against_target {
        text += &against_text(against, inputs, against.target == found.formula);
    }
    if let Some(widths) = &found.reduced_widths {
        let (now, then) = (network.hidden_neurons(), widths.iter().sum::<usize>());
        if then < now {
            let suffice = if then == 1 { "suffices" } else { "suffice" };
            let then = pellucid::counted(then, "hidden neuron");
            text += &format!("  {then} {suffice} for the formula (the network has {now})\n");
        }
    }
    // A last section without lines leaves an empty one.
    text.truncate(text.trim_end().len());
    text + "\n"
}

/// On how much of the domain the formula is off by more than the tolerance.
fn where_beyond(found: &Decompiled) -> String {
    let Some((_, high)) = &found.beyond else { return String::new() };
    let percent = (high * &Rational::from(100)).decimal_above(3);
    format!(" on at most {percent} % of the domain's volume (proved), within it on the rest")
}

/// `at most 0.5, exactly 1/2 (proved), at x1 = 1`.
fn at_most(most: &Rational, inputs: &[String], at: &[Rational]) -> String {
    format!("at most {} (proved), at {}", words::decimal_and_exact(most), words::input(inputs, at))
}

/// How far the network is from its target; where that is the formula, it is told already.
fn against_text(against: &AgainstTarget, inputs: &[String], is_formula: bool) -> String {
    let target = words::brief(&against.target.to_string(), FORMULA_CHARS);
    let mut text = match &against.deviation {
        _ if is_formula => String::new(),
        Largest::At(most, _) if most.is_zero() => format!("  equals {target} exactly (proved)\n"),
        Largest::At(most, at) => format!("  off from {target} by {}\n", at_most(most, inputs, at)),
        Largest::Infinite { .. } => format!("  off from {target} without bound\n"),
    };
    for feature in &against.missing {
        text += &format!("  missing for {target}: a detector of {}\n", feature.label(inputs));
    }
    text
}

fn neuron_text(neuron: &Neuron, inputs: &[String]) -> String {
    let label = words::brief(&neuron.label(inputs), COMPUTES_CHARS);
    let out: Vec<String> = neuron.out.iter().map(|w| w.to_decimal(4)).collect();
    let status = match neuron.status {
        Status::Live => String::new(),
        Status::Merged(other) => format!("  the same as {other}"),
        other => format!("  {other}"),
    };
    let carries = if neuron.work == Work::Carries && neuron.status != Status::AlwaysOn { "  carries" } else { "" };
    let scale = neuron.label_scale().to_decimal(4);
    format!(
        "{:<6}{label:<14} {:<12} scale {scale:<8} out {}{status}{carries}",
        neuron.id.to_string(),
        neuron.feature.kind.to_string(),
        out.join(", ")
    )
}

/// What of a network no circuit has, and how much it can matter.
fn noise_text(noise: &Noise) -> String {
    let neurons: Vec<String> = noise.neurons.iter().map(ToString::to_string).collect();
    let effect = match &noise.effect {
        Some(effect) => format!("changes no output by more than {}", effect.decimal_above(3)),
        None => "has an effect without a known bound".to_string(),
    };
    format!("{} is in no circuit: it {effect}", neurons.join(", "))
}

/// What becomes of the deviation when neurons and circuits are taken out or made ideal, one line each.
fn ablations_text(ablations: &[Ablation]) -> String {
    let mut text = "\n  changed                                           then off by at most\n".to_string();
    for ablation in ablations {
        let neurons: Vec<String> = ablation.neurons.iter().map(ToString::to_string).collect();
        let what = ablation.circuit.clone().unwrap_or_else(|| neurons.join(" "));
        let what = format!("{} {}", words::brief(&what, COMPUTES_CHARS), ablation.change);
        let off = match &ablation.ablated {
            Ablated::Deviation(Largest::At(most, _)) => words::short(most, 4),
            Ablated::Deviation(Largest::Infinite { .. }) => "no bound".to_string(),
            Ablated::GaveUp(reason) => reason.clone(),
        };
        let more = match &ablation.difference {
            Some(difference) if difference.is_zero() => "  no more than before".to_string(),
            Some(difference) if difference.is_negative() => format!("  {} less", words::short(&difference.abs(), 4)),
            Some(difference) => format!("  {} more", words::short(difference, 4)),
            None => String::new(),
        };
        text += &format!("  {what:<50}{off}{more}\n");
    }
    text
}

/// The circuits and their parts, one line each.
pub fn circuits_text(circuits: &[Circuit], inputs: &[String]) -> String {
    let mut text = String::new();
    for circuit in circuits {
        line(circuit, 0, inputs, &mut text);
    }
    if !text.is_empty() {
        text.push('\n');
    }
    text
}

fn line(circuit: &Circuit, depth: usize, inputs: &[String], text: &mut String) {
    let neurons: Vec<String> = circuit.neurons.iter().map(ToString::to_string).collect();
    let name = format!("{}{}", "  ".repeat(depth + 1), circuit.name);
    let computes = words::brief(&expr_to_text(&circuit.computes, inputs), COMPUTES_CHARS);
    *text += &format!("{name:<26}{computes:<24} {}\n", neurons.join(" "));
    for part in &circuit.parts {
        line(part, depth + 1, inputs, text);
    }
}
