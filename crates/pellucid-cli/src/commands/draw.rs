//! `pellucid draw NET|FUNCTION`

use std::path::PathBuf;

use anyhow::bail;
use clap::{Args, ValueEnum};
use pellucid::{Biases, CircuitPicture, Domain, Limits, Numbers, Question, Rational, SvgOptions, pictures};

use crate::arguments::{FunctionArguments, Operand, domain, point};
use crate::limits::LimitArguments;
use crate::{Answer, files, screen};

#[derive(Clone, Copy, ValueEnum)]
enum Theme {
    /// As the reader's system asks for
    Auto,
    Light,
    Dark,
}

#[derive(Args)]
#[command(after_help = "Examples:
  pellucid draw 'min(x1, x2)' -o min.svg
  pellucid draw min.onnx --at 3,-5 -o example.svg
  pellucid draw 'min(x1, x2)' --terminal
  pellucid draw 'min(min(x1, x2), min(x3, x4))' --circuits -o circuits.svg")]
pub struct Arguments {
    /// A network file, or a function, whose smallest network is drawn
    #[arg(allow_hyphen_values = true)]
    subject: String,
    /// Fill the network with the numbers of an example, such as 3,-5
    #[arg(long, value_name = "INPUT", value_parser = point, allow_hyphen_values = true)]
    at: Option<::std::vec::Vec<Rational>>,
    /// The domain that a function is compiled for
    #[arg(long, value_name = "DOMAIN")]
    on: Option<String>,
    /// The SVG file to write (otherwise characters to a terminal, SVG to a pipe)
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Draw the circuits that a function is made of, as trapezia
    #[arg(long, conflicts_with_all = ["at", "terminal", "zeros"])]
    circuits: bool,
    /// Draw with characters instead
    #[arg(long)]
    terminal: bool,
    /// Colours
    #[arg(long, value_enum, default_value = "auto")]
    theme: Theme,
    /// Paint a background
    #[arg(long)]
    opaque: bool,
    /// Draw connections of weight 0 too
    #[arg(long)]
    zeros: bool,
    /// A heading
    #[arg(long)]
    title: Option<String>,
    #[command(flatten)]
    functions: FunctionArguments,
    #[command(flatten)]
    limits: LimitArguments,
}

pub fn run(arguments: Arguments) -> anyhow::Result<Answer> {
    // Circuits have no form in characters, and nobody wants to read SVG on a screen.
    let to_screen = arguments.output.is_none() && !arguments.circuits && screen::is_terminal();
    let characters = arguments.terminal || to_screen;
    match &arguments.output {
        Some(path) if !characters => files::check_picture_output(path)?,
        path => files::check_output(path.as_deref())?,
    }
    let subject = Operand::read(&arguments.subject, &arguments.functions)?;
    let domain = domain(arguments.on.as_deref(), subject.input_names(), Domain::Everywhere)?;
    if !matches!(domain, Domain::Finite { .. }) {
        domain.must_be_a_box(subject.input_names().len(), "drawing")?;
    }
    let theme = match arguments.theme {
        Theme::Auto => pellucid::Theme::Auto,
        Theme::Light => pellucid::Theme::Light,
        Theme::Dark => pellucid::Theme::Dark,
    };
    let options = SvgOptions { theme, opaque: arguments.opaque };
    if arguments.circuits {
        let Operand::Function(function) = &subject else {
            bail!("--circuits draws functions; decompile the network to see what it computes");
        };
        let circuits: Vec<_> = function.outputs().iter().map(pellucid::expr_to_circuit).collect();
        let mut picture = CircuitPicture::new(&circuits, function.input_names());
        if let Some(title) = &arguments.title {
            picture = picture.title(title);
        }
        return finish(&arguments, &picture.to_svg(&options));
    }
    let clock = arguments.limits.start();
    let (network, picture);
    match &subject {
        Operand::Function(function) => {
            let compile = |limits: Limits<'_>| pellucid::compile(function, &domain, Biases::ALLOWED, limits);
            network = clock.run("compiling", compile)?.network;
            picture = pictures::compiled_picture(&network, Some(function), &domain, arguments.at.clone())?;
        }
        Operand::Network(file) => {
            let trained = file.numbers != Numbers::Exact && file.network.hidden_layers().len() == 1;
            let judged_on = match &arguments.on {
                Some(_) => domain.clone(),
                None => pellucid::written_domain(file).unwrap_or_else(|| Domain::unit_box(file.network.n_inputs())),
            };
            // What is seen in a network is seen between points too.
            let judged_on = judged_on.without_gaps();
            // Without the names of its features a network can still be drawn.
            let decompile = |limits: Limits<'_>| {
                let (tolerance, target) = (Rational::ratio(1, 10_000), None);
                let question = Question { domain: judged_on, tolerance, target, limits };
                Ok(trained.then(|| pellucid::decompile(&file.network, &question).ok()))
            };
            let found = clock.run("decompiling", decompile)?.flatten();
            picture = match (&found, &arguments.at) {
                (Some(found), Some(at)) => pictures::decompiled_picture(&file.network, found).at(at.clone())?,
                (Some(found), None) => pictures::decompiled_picture(&file.network, found),
                (None, at) => pictures::compiled_picture(&file.network, None, &domain, at.clone())?,
            };
        }
    }
    let picture = picture.zero_weights(arguments.zeros);
    let picture = match &arguments.title {
        Some(title) => picture.title(title),
        None => picture,
    };
    let text = if characters { picture.to_terminal(&screen::terminal_options(0)) } else { picture.to_svg(&options) };
    finish(&arguments, &text)
}

/// Writes the picture to its file, or to stdout.
fn finish(arguments: &Arguments, text: &str) -> anyhow::Result<Answer> {
    match &arguments.output {
        Some(path) => {
            files::write_text(path, text)?;
            screen::remark(&format!("picture written to {}", path.display()));
        }
        None => screen::out(text)?,
    }
    Ok(Answer::Yes)
}
