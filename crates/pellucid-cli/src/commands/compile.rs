//! `pellucid compile FUNCTION`

use std::path::PathBuf;

use clap::Args;
use pellucid::{Compiled, Domain, Limits, NetworkFile, Numbers, WriteOptions, answers, pictures};

use crate::arguments::{BiasArguments, FunctionArguments, LimitArguments, domain, write_text};
use crate::{Answer, screen};

#[derive(Args)]
#[command(after_help = "Examples:
  pellucid compile 'min(x1, x2)'
  pellucid compile 'min(x1, x2)' --on '[-1,1]^2' -o min.onnx
  pellucid compile '(max(x1, x2), min(x1, x2))' --certificate proof.json")]
pub struct Arguments {
    /// The function, such as 'min(x1, x2)' or '|x| + 1/2'
    function: String,
    /// Where it must be computed: everywhere, '[-1,1]^2', 'x1 in [-1,1], x2 in [0,1/2]'
    #[arg(long, value_name = "DOMAIN")]
    on: Option<String>,
    #[command(flatten)]
    biases: BiasArguments,
    #[command(flatten)]
    functions: FunctionArguments,
    #[command(flatten)]
    limits: LimitArguments,
    /// Write the network (.json keeps it exact; .onnx, .safetensors, .npz)
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Round weights that a float format cannot hold
    #[arg(long)]
    round: bool,
    /// Write the proof, for `pellucid check`
    #[arg(long, value_name = "FILE")]
    certificate: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: Arguments) -> anyhow::Result<Answer> {
    let function = arguments.functions.function(&arguments.function)?;
    let domain = domain(arguments.on.as_deref(), function.input_names(), Domain::Everywhere)?;
    let biases = arguments.biases.biases();
    let compiled = arguments.limits.with(|limits| pellucid::compile(&function, &domain, biases, limits))?;
    // The claim is only made of what an independent check accepts.
    for certificate in [Some(&compiled.certificate), compiled.minimality.not_one_layer.as_ref()].into_iter().flatten() {
        let checked = pellucid::check(certificate);
        if let Some(reason) = checked.rejection {
            anyhow::bail!("defect: the checker rejects the proof that {}: {reason}", checked.claim);
        }
    }
    if let Some(path) = &arguments.output {
        let file = NetworkFile {
            network: compiled.network.clone(),
            numbers: Numbers::Exact,
            function: Some(function.to_string()),
            domain: Some(domain.to_string()),
        };
        pellucid::write_path(&file, path, WriteOptions { rounding: arguments.round })?;
        eprintln!("network written to {}", path.display());
    }
    if let Some(path) = &arguments.certificate {
        write_text(path, &compiled.certificate.to_json())?;
        eprintln!("proof written to {}; pellucid check {} checks it", path.display(), path.display());
    }
    let n_cells = n_cells(&compiled);
    if arguments.json {
        screen::out_json(&answers::compiled(&compiled, n_cells))?;
    } else {
        screen::out(&text(&compiled, n_cells)?)?;
    }
    Ok(Answer::Yes)
}

/// The number of linear cells of the network, where it is quickly had.
fn n_cells(compiled: &Compiled) -> Option<usize> {
    let limits = Limits { max_cells: 5_000, stop: None };
    pellucid::walk(&compiled.network.to_activation_graph(), &compiled.domain, limits, |_| true).ok()
}

fn text(compiled: &Compiled, n_cells: Option<usize>) -> anyhow::Result<String> {
    let shape: Vec<String> = compiled.network.shape().iter().map(usize::to_string).collect();
    let size = compiled.network.hidden_neurons();
    let minimality = &compiled.minimality;
    let verdict = if minimality.proved { "proved smallest" } else { "best known" };
    let mut text = format!("{} {}\n", compiled.function, compiled.domain.phrase());
    text += &format!("  {}, {size} hidden neurons: {verdict}\n\n", shape.join("-"));
    let picture = pictures::compiled_picture(&compiled.network, Some(&compiled.function), &compiled.domain, None)?;
    let options = screen::terminal_options();
    text += &screen::indented(&picture.to_terminal(&options));
    text.push('\n');
    text += &screen::indented(&picture.to_list(&options));
    text.push('\n');
    text += &super::decompile::circuits_text(&pellucid::circuits_of(compiled), compiled.function.input_names());
    let cells = n_cells.map_or(String::new(), |n| format!(" ({n} linear cells)"));
    text += &format!("  equality    proved{cells}\n");
    text += &if minimality.proved {
        format!("  minimality  proved: {}\n", minimality.reason)
    } else {
        format!("  minimality  best known, at least {}: {}\n", minimality.lower_bound, minimality.reason)
    };
    Ok(text)
}
