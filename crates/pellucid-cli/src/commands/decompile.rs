//! `pellucid decompile NET`

mod asked;
mod batch;
mod compress;
mod data;
mod report;

use std::path::{Path, PathBuf};

use clap::Args;
use pellucid::{
    Ablated, Ablation, AgainstTarget, Circuit, Computation, Decompiled, Dissection, Domain, Largest, Limits, Neuron,
    Noise, Rational, Status, Work, answers, expr_to_text, pictures,
};

use self::asked::Asked;
use self::compress::{compress, prove};
use self::data::DataArguments;
use self::report::Report;
use super::compile::write_certificate;
use crate::arguments::{FunctionArguments, nonnegative};
use crate::limits::LimitArguments;
use crate::{Answer, files, screen, words};

#[derive(Args)]
#[command(after_help = "Examples:
  pellucid decompile trained.safetensors
  pellucid decompile stuck.npz --target '-x1'
  pellucid decompile trained.safetensors --data points.csv
  pellucid decompile min.onnx --on '[-2,2]^2' -o small.json
  pellucid decompile min.onnx --on '{0,1}^2'
  pellucid decompile min.onnx --report report
  pellucid decompile stuck.npz trained.safetensors --json

Of many networks each is told on a line; the exit status is 2 if one of them could not be read, otherwise 3
if one was given up, otherwise 1 if one is not explained.")]
pub struct Arguments {
    /// The network file: .json, .onnx, .safetensors, .pt, .npz (recognised by content); many of them, or
    /// folders, are taken apart one by one
    #[arg(required = true, value_name = "NETWORK")]
    networks: Vec<PathBuf>,
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
    data: DataArguments,
    #[command(flatten)]
    functions: FunctionArguments,
    #[command(flatten)]
    limits: LimitArguments,
    /// Take out each neuron and each circuit, and make each ideal, and tell how much further off the network
    /// is then (can take long)
    #[arg(long)]
    ablate: bool,
    /// Write the smallest network known for the formula, and say how far it is from the original
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Write the proof that the smallest network is so near the original
    #[arg(long, value_name = "FILE", requires = "output")]
    output_certificate: Option<PathBuf>,
    /// Write the proof of the deviation, for `pellucid check`
    #[arg(long, value_name = "FILE")]
    certificate: Option<PathBuf>,
    /// Write a report to read: a page FILE.html, or a folder with the page and its pieces
    #[arg(long, value_name = "DIR|FILE.html")]
    report: Option<PathBuf>,
    /// Print one JSON object; of many networks one on each line, with its path
    #[arg(long)]
    json: bool,
}

/// What a neuron or a circuit computes is told in so many characters: more follows on the line.
const COMPUTES_CHARS: usize = 60;
/// More neurons are counted: nobody reads on.
const LISTED: usize = 24;
/// The same of remarks.
const TOLD: usize = 10;
/// Longer formulas lose their middle; JSON has all of it.
const FORMULA_CHARS: usize = 1_000;

pub fn run(arguments: Arguments) -> anyhow::Result<Answer> {
    match arguments.networks.as_slice() {
        [network] if !network.is_dir() => one(&arguments, network),
        _ => batch::run(&arguments),
    }
}

/// One network, with all that is told of it.
fn one(arguments: &Arguments, path: &Path) -> anyhow::Result<Answer> {
    files::check_network_output(arguments.output.as_deref())?;
    files::check_output(arguments.certificate.as_deref())?;
    files::check_output(arguments.output_certificate.as_deref())?;
    let written = [&arguments.output, &arguments.certificate, &arguments.output_certificate, &arguments.report];
    files::check_different(&written.map(|path| path.as_deref()))?;
    let report = arguments.report.as_deref().map(Report::begin).transpose()?;
    let asked = Asked::of(arguments, files::network(path)?)?;
    let data = arguments.data.read(&asked)?;
    let clock = arguments.limits.start();
    let found = clock.run("decompiling", |limits| asked.answered(limits))?;
    asked::must_hold(&found)?;
    let Asked { network, domain, tolerance, .. } = &asked;
    if let Some(path) = &arguments.certificate {
        match (&found.certificate, &found.deviation) {
            (Some(certificate), _) => write_certificate(certificate, path)?,
            (None, Largest::At(most, _)) => {
                let sides = [Computation::Network(network.clone()), Computation::Function(found.formula.clone())];
                prove(&sides, domain, most, Some(path), &clock)?;
            }
            (None, Largest::Infinite { .. }) => {
                screen::remark("no proof is written: the formula is off without bound");
            }
        }
    }
    let output = arguments.output.as_deref().map(|path| (path, arguments.output_certificate.as_deref()));
    let compressed = output.map(|paths| compress(network, &found, domain, paths, &clock)).transpose()?;
    let on_data = data.map(|data| data.compared(&asked, &found)).transpose()?;
    let tell = |ablations: Option<&Vec<Ablation>>| -> anyhow::Result<()> {
        if let Some(report) = &report {
            let name = path.display().to_string();
            report.write(&Dissection { name: &name, network, found: &found, domain, tolerance, ablations })?;
        }
        if !arguments.json {
            let mut text = text(&found, network, domain, tolerance);
            text += &ablations.map_or_else(String::new, |ablations| ablations_text(ablations));
            text += &on_data.as_ref().map_or_else(String::new, |on_data| data::text(on_data, &asked));
            return screen::out(&text);
        }
        let mut answer = answers::decompiled(&found, network, domain, tolerance);
        let more = [
            ("ablations", ablations.map(|ablations| answers::ablations(ablations))),
            ("compressed", compressed.as_ref().map(|compressed| compressed.to_json())),
            ("on_data", on_data.as_ref().map(answers::on_data)),
        ];
        for (key, value) in more {
            if let (Some(answer), Some(value)) = (answer.as_object_mut(), value) {
                answer.insert(key.into(), value);
            }
        }
        screen::out_json(&answer)
    };
    let ablate = |limits: Limits<'_>| pellucid::ablations(network, &found, domain, limits);
    // What was found before is told also where ablating does not end in time.
    let give_up = |why: &str| {
        screen::remark(&format!("pellucid: no ablations: {why}"));
        if let Err(error) = tell(None) {
            screen::remark(&format!("pellucid: {error:#}"));
        }
        Some(3)
    };
    let ablations = arguments.ablate.then(|| clock.run_or("ablating", ablate, &give_up)).transpose()?;
    tell(ablations.as_ref())?;
    Ok(asked::answer(&found))
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
    // Of many neurons those that do something are told, and of these not more than fit a screen.
    let many = found.neurons.len() > LISTED;
    let told = found.neurons.iter().filter(|neuron| !many || !pictures::is_idle(neuron)).take(LISTED);
    let lines: Vec<String> = told.map(|neuron| format!("  {}\n", neuron_text(neuron, inputs))).collect();
    let n_more = found.neurons.len() - lines.len();
    text += &lines.concat();
    if n_more > 0 {
        let n_idle = found.neurons.iter().filter(|neuron| pictures::is_idle(neuron)).count();
        text +=
            &format!("  and {n_more} more ({n_idle} of all add nothing of their own; --report and --json tell all)\n");
    }
    if !found.neurons.is_empty() {
        text.push('\n');
    }
    text += &circuits_text(&found.circuits, inputs);
    for noise in found.noise.iter().filter(|noise| noise.why == "rounded away").take(TOLD) {
        text += &format!("  {}\n", noise_text(noise));
    }
    for remark in found.remarks.iter().take(TOLD) {
        text += &format!("  {remark}\n");
    }
    if let Some(n_more @ 1..) = found.remarks.len().checked_sub(TOLD) {
        text += &format!("  and {n_more} more remarks\n");
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
        words::brief(&out.join(", "), COMPUTES_CHARS)
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
        text += &format!("  {what:<48}  {off}{more}\n");
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
    *text += &format!("{name:<26}{computes:<24} {}\n", words::brief(&neurons.join(" "), COMPUTES_CHARS));
    for part in &circuit.parts {
        line(part, depth + 1, inputs, text);
    }
}
