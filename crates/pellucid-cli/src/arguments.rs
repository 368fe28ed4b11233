//! Arguments that several commands share, read into nouns.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use clap::Args;
use pellucid::{Biases, Computation, Domain, Function, Limits, NetworkFile, Rational};

use crate::screen;

/// How a function's text is read.
#[derive(Args, Clone, Default)]
pub struct FunctionArguments {
    /// The inputs' names in order (otherwise x1, x2, ... or the order of first appearance)
    #[arg(long, value_name = "a,b,c", value_delimiter = ',')]
    pub inputs: Vec<String>,
}

impl FunctionArguments {
    /// Reads a function.
    pub fn function(&self, text: &str) -> anyhow::Result<Function> {
        Ok(match self.inputs.as_slice() {
            [] => Function::parse(text)?,
            names => {
                let mut seen = std::collections::BTreeSet::new();
                for name in names {
                    let plain = name.chars().all(|c| c.is_alphanumeric() || c == '_')
                        && name.starts_with(|c: char| c.is_alphabetic() || c == '_');
                    if !plain || !seen.insert(name) {
                        bail!("--inputs needs different names of letters and digits; `{name}` is not one");
                    }
                }
                Function::parse_with_inputs(text, names)?
            }
        })
    }
}

/// Which biases networks may have.
#[derive(Args, Clone)]
pub struct BiasArguments {
    /// No biases at all
    #[arg(long)]
    pub no_bias: bool,
    /// No biases of outputs
    #[arg(long)]
    pub no_output_bias: bool,
    /// No biases of hidden neurons
    #[arg(long)]
    pub no_hidden_bias: bool,
}

impl BiasArguments {
    /// The biases that are allowed.
    pub fn biases(&self) -> Biases {
        Biases { hidden: !self.no_bias && !self.no_hidden_bias, output: !self.no_bias && !self.no_output_bias }
    }
}

/// How far proofs may go.
#[derive(Args, Clone)]
pub struct LimitArguments {
    /// Give up after this many linear cells
    #[arg(long, value_name = "N", default_value_t = 1_000_000)]
    pub max_cells: usize,
    /// Give up after this many seconds
    #[arg(long, value_name = "SECONDS")]
    pub timeout: Option<f64>,
}

impl LimitArguments {
    /// Runs work under the limits; Ctrl-C ends it too.
    pub fn with<T>(&self, work: impl FnOnce(Limits<'_>) -> T) -> T {
        let start = Instant::now();
        let timeout = self.timeout.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        let stop = || {
            screen::interrupted().load(std::sync::atomic::Ordering::Relaxed)
                || timeout.is_some_and(|timeout| start.elapsed() > timeout)
        };
        work(Limits { max_cells: self.max_cells, stop: Some(&stop) })
    }
}

/// A network file or a function, as given on the command line.
pub enum Operand {
    Network(Box<NetworkFile>),
    Function(Function),
}

impl Operand {
    /// Reads a network file if there is one of that name, a function otherwise.
    pub fn read(argument: &str, functions: &FunctionArguments) -> anyhow::Result<Self> {
        let path = Path::new(argument);
        if path.is_file() {
            return Ok(Operand::Network(Box::new(pellucid::read_path(path)?)));
        }
        if looks_like_a_file(argument) {
            bail!("there is no file {argument}");
        }
        functions.function(argument).map(Operand::Function)
    }

    /// The inputs' names.
    pub fn input_names(&self) -> &[String] {
        match self {
            Operand::Network(file) => file.network.input_names(),
            Operand::Function(function) => function.input_names(),
        }
    }

    /// What claims are about.
    pub fn computation(&self) -> Computation {
        match self {
            Operand::Network(file) => Computation::Network(file.network.clone()),
            Operand::Function(function) => Computation::Function(function.clone()),
        }
    }
}

/// Reads a network file.
pub fn network_file(argument: &str) -> anyhow::Result<NetworkFile> {
    let path = Path::new(argument);
    if !path.exists() {
        bail!("there is no file {argument}");
    }
    Ok(pellucid::read_path(path)?)
}

/// Would nobody write a function like that?
fn looks_like_a_file(argument: &str) -> bool {
    let known = [".json", ".onnx", ".onnx.gz", ".safetensors", ".pt", ".pth", ".npz", ".nnet"];
    known.iter().any(|ending| argument.ends_with(ending)) || argument.starts_with(['/', '.'])
}

/// A domain given with `--on`, or another one.
pub fn domain(on: Option<&str>, inputs: &[String], otherwise: Domain) -> anyhow::Result<Domain> {
    Ok(match on {
        Some(text) => Domain::parse(text, inputs)?,
        None => otherwise,
    })
}

/// A number that is not negative, such as a tolerance.
pub fn nonnegative(text: &str) -> Result<Rational, String> {
    let value: Rational = text.parse().map_err(|error: pellucid::Error| error.to_string())?;
    if value.is_negative() { Err(format!("{text} is negative")) } else { Ok(value) }
}

/// A point such as `3,-5`.
pub fn point(text: &str) -> Result<Vec<Rational>, String> {
    text.split(',').map(|part| part.parse().map_err(|error: pellucid::Error| error.to_string())).collect()
}

/// Writes a text file: to a neighbour first, then renamed, so that no half file is ever seen.
pub fn write_text(path: &Path, text: &str) -> anyhow::Result<()> {
    let mut partial = path.as_os_str().to_owned();
    partial.push(".partial");
    std::fs::write(&partial, text).with_context(|| format!("cannot write {}", path.display()))?;
    std::fs::rename(&partial, path).with_context(|| format!("cannot write {}", path.display()))
}
