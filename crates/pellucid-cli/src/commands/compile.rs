//! `pellucid compile FUNCTION`

use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::Args;
use pellucid::{Certificate, Compiled, Domain, Rational, answers, pictures};

use crate::arguments::{BiasArguments, FunctionArguments, GoalArguments, domain, nonnegative};
use crate::disguising::{DisguiseArguments, Hidden};
use crate::limits::LimitArguments;
use crate::proofs::ExplainArgument;
use crate::{Answer, files, screen, words};

#[derive(Args)]
#[command(after_help = "Examples:
  pellucid compile 'min(x1, x2)'
  pellucid compile 'min(x1, x2)' -o min.onnx
  pellucid compile 'min(x1, x2)' --on '[-1,1]^2' --no-bias
  pellucid compile 'min(x1, x2)' --explain
  pellucid compile 'max(x1, x2, x3, x4, x5)' --layers 2
  pellucid compile 'x*y' --within 1e-3 --on '[-1,1]^2'
  pellucid compile 'min(x1, x2)' --disguise 7 -o hidden.onnx
  pellucid compile 'xor(x1, x2)' --on '{0,1}^2'
  pellucid compile '(max(x1, x2), min(x1, x2))' --certificate proof.json")]
pub struct Arguments {
    /// The function, such as 'min(x1, x2)' or '|x| + 1/2'
    #[arg(allow_hyphen_values = true)]
    pub(super) function: String,
    /// Where it must be computed: everywhere, '[-1,1]^2', 'x1 in [-1,1], x2 in [0,1/2]', '{0,1}^2'
    #[arg(long, value_name = "DOMAIN")]
    pub(super) on: Option<String>,
    /// Approximate what is not piecewise linear, such as x*y, x^2 or sin(x), within this error on the box of --on
    #[arg(long, value_name = "E", value_parser = nonnegative, allow_hyphen_values = true)]
    within: Option<Rational>,
    #[command(flatten)]
    pub(super) biases: BiasArguments,
    #[command(flatten)]
    pub(super) goal: GoalArguments,
    #[command(flatten)]
    pub(super) functions: FunctionArguments,
    #[command(flatten)]
    pub(super) limits: LimitArguments,
    /// Write the network (.json keeps it exact; .onnx, .safetensors, .npz)
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
    /// Round weights that a float format cannot hold
    #[arg(long)]
    pub(super) round: bool,
    /// Write the proof, for `pellucid check`
    #[arg(long, value_name = "FILE")]
    pub(super) certificate: Option<PathBuf>,
    #[command(flatten)]
    pub(super) disguise: DisguiseArguments,
    #[command(flatten)]
    pub(super) explain: ExplainArgument,
    /// Print one JSON object
    #[arg(long)]
    pub(super) json: bool,
}

/// Longer functions lose their middle in the heading; JSON has all of it.
const HEADING_CHARS: usize = 160;

pub fn run(arguments: Arguments) -> anyhow::Result<Answer> {
    files::check_network_output(arguments.output.as_deref())?;
    files::check_output(arguments.certificate.as_deref())?;
    files::check_different(&[arguments.output.as_deref(), arguments.certificate.as_deref()])?;
    arguments.disguise.check(
        arguments.output.as_deref(),
        arguments.certificate.as_deref(),
        arguments.explain.explain,
    )?;
    if let Some(within) = &arguments.within
        && let Some(answer) = super::approximate::run(&arguments, within)?
    {
        return Ok(answer);
    }
    let function = arguments.functions.function(&arguments.function)?;
    let domain = domain(arguments.on.as_deref(), function.input_names(), Domain::Everywhere)?;
    let biases = arguments.biases.biases();
    let goal = arguments.goal.goal();
    let clock = arguments.limits.start();
    let compiled = clock.run("compiling", |limits| pellucid::compile_for(&function, &domain, biases, &goal, limits))?;
    let any_depth = compiled.minimality.any_depth.as_ref().map(|bound| &bound.certificate);
    for certificate in [Some(&compiled.certificate), any_depth].into_iter().flatten() {
        must_hold(certificate)?;
    }
    if let Some(how) = arguments.disguise.how() {
        let hidden = clock.run("disguising", |limits| Hidden::new(&compiled, &how, limits))?;
        must_hold(&hidden.certificate)?;
        if let Some(path) = &arguments.certificate {
            write_certificate(&hidden.certificate, path)?;
        }
        let output = arguments.output.as_deref();
        return arguments.disguise.finish(&compiled, &hidden, output, arguments.round, arguments.json);
    }
    if let Some(path) = &arguments.output {
        let is_rounded =
            files::write_network(&compiled.network, Some(function.to_string()), &domain, path, arguments.round)?;
        files::say_written(path, is_rounded);
    }
    if let Some(path) = &arguments.certificate {
        write_certificate(&compiled.certificate, path)?;
        if let Some(certificate) = any_depth.filter(|_| path.extension().is_some()) {
            write_certificate(certificate, &path.with_extension("any-depth.json"))?;
        }
    }
    let n_cells = n_cells(&compiled);
    if arguments.json {
        screen::out_json(&answers::compiled(&compiled, n_cells))?;
    } else {
        screen::out(&text(&compiled, n_cells)?)?;
    }
    // Where one layer is enough on a box, the certificate says why no network of one layer is smaller.
    let finite = matches!(compiled.domain, Domain::Finite { .. });
    let bound = any_depth.filter(|_| finite || compiled.network.hidden_layers().len() > 1);
    bound.into_iter().chain([&compiled.certificate]).try_for_each(|certificate| arguments.explain.tell(certificate))?;
    Ok(Answer::Yes)
}

/// A claim is only made of what an independent check accepts.
pub fn must_hold(certificate: &Certificate) -> anyhow::Result<()> {
    let checked = pellucid::check(certificate);
    match checked.rejection {
        Some(reason) => anyhow::bail!("defect: the checker rejects the proof that {}: {reason}", checked.claim),
        None => Ok(()),
    }
}

/// Writes a proof and says how it is checked.
pub fn write_certificate(certificate: &Certificate, path: &std::path::Path) -> anyhow::Result<()> {
    files::write_text(path, &certificate.to_json())?;
    say_how_to_check(path);
    Ok(())
}

/// Says how a proof that was written is checked.
pub fn say_how_to_check(path: &std::path::Path) {
    screen::remark(&format!("proof written to {}; pellucid check {} checks it", path.display(), path.display()));
}

/// The number of linear cells of the network, where it is quickly had; of points where those are all.
pub fn n_cells(compiled: &Compiled) -> Option<usize> {
    let start = Instant::now();
    pellucid::n_cells_of(compiled, &|| start.elapsed() > Duration::from_millis(300))
}

/// The answer as people read it.
pub fn text(compiled: &Compiled, n_cells: Option<usize>) -> anyhow::Result<String> {
    let minimality = &compiled.minimality;
    let verdict = if minimality.proved { "proved smallest" } else { "best known" };
    let function = words::brief(&compiled.function.to_string(), HEADING_CHARS);
    let mut text = format!("{function} {}\n", compiled.domain.phrase());
    let (shape, size) = (words::shape(&compiled.network.shape()), compiled.network.hidden_neurons());
    text += &format!("  {shape}, {}: {verdict}\n\n", pellucid::counted(size, "hidden neuron"));
    let picture = pictures::compiled_picture(&compiled.network, Some(&compiled.function), &compiled.domain, None)?;
    let options = screen::terminal_options(2);
    let (drawn, list) = (picture.to_terminal(&options), picture.to_list(&options));
    // What is too wide to be drawn is a list already.
    if drawn != list {
        text += &screen::indented(&drawn);
        text.push('\n');
    }
    text += &screen::indented(&list);
    text.push('\n');
    text += &super::decompile::circuits_text(&pellucid::circuits_of(compiled), compiled.function.input_names());
    let noun = if matches!(compiled.domain, Domain::Finite { .. }) { "point" } else { "linear cell" };
    let cells = n_cells.map_or(String::new(), |n| format!(" ({})", pellucid::counted(n, noun)));
    text += &format!("  equality    proved{cells}\n");
    let reason = if minimality.proved {
        format!("proved: {}", minimality.reason)
    } else {
        format!("best known, at least {}: {}", minimality.lower_bound, minimality.reason)
    };
    text += &words::wrapped("  minimality  ", &reason, screen::text_width());
    Ok(text)
}
