//! `pellucid decompile NET`

use std::path::PathBuf;

use clap::Args;
use pellucid::{
    Biases, Circuit, Decompiled, Domain, Function, Largest, NetworkFile, Neuron, Numbers, Question, Rational, Status,
    WriteOptions, answers, expr_to_text, pictures,
};

use crate::arguments::{FunctionArguments, LimitArguments, domain, network_file, nonnegative, write_text};
use crate::{Answer, screen};

/// A trained network's formula may be this far off.
const TRAINED_TOLERANCE: (i64, i64) = (1, 10_000);

#[derive(Args)]
#[command(after_help = "Examples:
  pellucid decompile trained.safetensors
  pellucid decompile stuck.npz --target '-x1'
  pellucid decompile min.onnx --on '[-2,2]^2' -o small.json")]
pub struct Arguments {
    /// The network file: .json, .onnx, .safetensors, .pt, .npz (recognised by content)
    network: String,
    /// Where the formula must hold (otherwise what the file says, or [-1,1]^n)
    #[arg(long, value_name = "DOMAIN")]
    on: Option<String>,
    /// How far the formula may be off (otherwise 0 for exact weights, 1e-4 for trained ones)
    #[arg(long, value_name = "TOLERANCE", value_parser = nonnegative)]
    tolerance: Option<Rational>,
    /// What the network was meant to compute
    #[arg(long, value_name = "FUNCTION")]
    target: Option<String>,
    #[command(flatten)]
    functions: FunctionArguments,
    #[command(flatten)]
    limits: LimitArguments,
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

pub fn run(arguments: Arguments) -> anyhow::Result<Answer> {
    let file = network_file(&arguments.network)?;
    let network = if arguments.functions.inputs.is_empty() {
        file.network.clone()
    } else {
        file.network.clone().with_input_names(arguments.functions.inputs.clone())?
    };
    let inputs = network.input_names().to_vec();
    let written = file.domain.as_deref().map(|text| Domain::parse(text, &inputs)).transpose()?;
    let otherwise = written.unwrap_or_else(|| Domain::unit_box(network.n_inputs()));
    let domain = domain(arguments.on.as_deref(), &inputs, otherwise)?;
    let exact = file.numbers == Numbers::Exact;
    let default = if exact { Rational::zero() } else { Rational::ratio(TRAINED_TOLERANCE.0, TRAINED_TOLERANCE.1) };
    let tolerance = arguments.tolerance.clone().unwrap_or(default);
    let target = match (&arguments.target, &file.function) {
        (Some(text), _) => Some(arguments.functions.function(text)?),
        // What a file was trained for is worth comparing with; what it was compiled for is the formula.
        (None, Some(text)) if !exact => Function::parse_with_inputs(text, &inputs).ok(),
        (None, _) => None,
    };
    let found = arguments.limits.with(|limits| {
        let question = Question { domain: domain.clone(), tolerance: tolerance.clone(), target, limits };
        pellucid::decompile(&network, &question)
    })?;
    if let Some(path) = &arguments.certificate {
        match &found.certificate {
            Some(certificate) => write_text(path, &certificate.to_json())?,
            None => eprintln!("no proof is written: the deviation is infinite"),
        }
    }
    if let Some(path) = &arguments.output {
        let compiled =
            arguments.limits.with(|limits| pellucid::compile(&found.formula, &domain, Biases::ALLOWED, limits))?;
        let file = NetworkFile {
            network: compiled.network,
            numbers: Numbers::Exact,
            function: Some(found.formula.to_string()),
            domain: Some(domain.to_string()),
        };
        pellucid::write_path(&file, path, WriteOptions { rounding: true })?;
        eprintln!("network written to {}", path.display());
    }
    if arguments.json {
        screen::out_json(&answers::decompiled(&found, &network, &domain, &tolerance))?;
    } else {
        screen::out(&text(&found, &network, &domain, &tolerance))?;
    }
    Ok(if found.explained { Answer::Yes } else { Answer::No })
}

fn text(found: &Decompiled, network: &pellucid::Network, domain: &Domain, tolerance: &Rational) -> String {
    let inputs = network.input_names();
    let about = match &found.deviation {
        Largest::At(most, _) if most.is_zero() => "",
        _ => "about ",
    };
    let mut text = format!("computes {about}{} {}\n", found.formula, domain.phrase());
    text += &match &found.deviation {
        Largest::At(most, _) if most.is_zero() => "  exactly (proved)\n".to_string(),
        Largest::At(most, at) => format!(
            "  off by at most {} (proved), at ({})\n  exactly {most}\n",
            most.to_decimal(4),
            at.iter().map(|x| x.to_decimal(4)).collect::<Vec<_>>().join(", ")
        ),
        Largest::Infinite { .. } => "  off without bound on this domain\n".to_string(),
    };
    if !found.explained {
        text += &format!("  not explained: above the tolerance of {}\n", tolerance.to_decimal(3));
    }
    text.push('\n');
    let picture = pictures::decompiled_picture(network, found);
    text += &screen::indented(&picture.to_terminal(&screen::terminal_options()));
    text.push('\n');
    for neuron in &found.neurons {
        text += &format!("  {}\n", neuron_text(neuron, inputs));
    }
    text += &circuits_text(&found.circuits, inputs);
    for remark in &found.remarks {
        text += &format!("  {remark}\n");
    }
    if let Some(against) = &found.against_target {
        let off = match &against.deviation {
            Largest::At(most, at) => format!(
                "off from {} by at most {} (proved), at ({}); exactly {most}",
                against.target,
                most.to_decimal(4),
                at.iter().map(|x| x.to_decimal(4)).collect::<Vec<_>>().join(", ")
            ),
            Largest::Infinite { .. } => format!("off from {} without bound", against.target),
        };
        text += &format!("  {off}\n");
        for feature in &against.missing {
            text += &format!("  missing for {}: a detector of {}\n", against.target, feature.label(inputs));
        }
    }
    if let Some(widths) = &found.reduced_widths {
        let (now, then) = (network.hidden_neurons(), widths.iter().sum::<usize>());
        if then < now {
            text += &format!("  {then} hidden neurons suffice for the formula (it has {now})\n");
        }
    }
    text
}

fn neuron_text(neuron: &Neuron, inputs: &[String]) -> String {
    let label = neuron.feature.label(inputs);
    let out: Vec<String> = neuron.out.iter().map(|w| w.to_decimal(4)).collect();
    let status = match neuron.status {
        Status::Live => String::new(),
        Status::Merged(other) => format!("  the same as {other}"),
        other => format!("  {other}"),
    };
    let scale = neuron.feature.scale.to_decimal(4);
    format!(
        "{:<6}{label:<14} {:<12} scale {scale:<8} out {}{status}",
        neuron.id.to_string(),
        neuron.feature.kind.to_string(),
        out.join(", ")
    )
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
    *text += &format!("{name:<26}{:<24} {}\n", expr_to_text(&circuit.computes, inputs), neurons.join(" "));
    for part in &circuit.parts {
        line(part, depth + 1, inputs, text);
    }
}
