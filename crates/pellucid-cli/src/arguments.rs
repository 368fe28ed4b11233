//! Arguments that several commands share, read into nouns.

use std::path::Path;

use anyhow::bail;
use clap::Args;
use pellucid::{Biases, Computation, Domain, Function, Goal, NetworkFile, Rational, Target};

use crate::files;

pub use crate::files::write_text;

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
        let names = self.names()?;
        Ok(if names.is_empty() { Function::parse(text)? } else { Function::parse_with_inputs(text, names)? })
    }

    /// Reads a function that need not be piecewise linear.
    pub fn target(&self, text: &str) -> anyhow::Result<Target> {
        let names = self.names()?;
        Ok(if names.is_empty() { Target::parse(text)? } else { Target::parse_with_inputs(text, names)? })
    }

    /// Reads a function that stands beside something with named inputs.
    pub fn function_beside(&self, text: &str, names: &[String]) -> anyhow::Result<Function> {
        if self.inputs.is_empty() { Ok(pellucid::function_beside(text, names)?) } else { self.function(text) }
    }

    /// The names that were given.
    pub fn names(&self) -> anyhow::Result<&[String]> {
        let mut seen = std::collections::BTreeSet::new();
        for name in &self.inputs {
            let plain = name.chars().all(|c| c.is_alphanumeric() || c == '_')
                && name.starts_with(|c: char| c.is_alphabetic() || c == '_');
            if !plain {
                bail!("--inputs: `{name}` is not a name (write letters, digits and _, such as a,b,c)");
            }
            if !seen.insert(name) {
                bail!("--inputs: `{name}` is given twice");
            }
        }
        Ok(&self.inputs)
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

/// Which of the networks that compute a function is wanted.
#[derive(Args, Clone)]
pub struct GoalArguments {
    /// The fewest hidden neurons, in as many layers as it takes (the default)
    #[arg(long, conflicts_with = "shallowest")]
    smallest: bool,
    /// The fewest hidden layers, then the fewest neurons
    #[arg(long)]
    shallowest: bool,
    /// At most this many hidden layers
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    layers: Option<u16>,
}

impl GoalArguments {
    /// As a goal.
    pub fn goal(&self) -> Goal {
        Goal { shallow: self.shallowest, max_layers: self.layers.map(usize::from) }
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
        match operand_file(argument)? {
            Some(file) => Ok(Operand::Network(Box::new(file))),
            None => functions.function(argument).map(Operand::Function),
        }
    }

    /// Reads two that are to be compared: a side that names its inputs says which is which for the
    /// other.
    pub fn read_pair(left: &str, right: &str, functions: &FunctionArguments) -> anyhow::Result<(Self, Self)> {
        let network = |file: NetworkFile| Operand::Network(Box::new(file));
        Ok(match (operand_file(left)?, operand_file(right)?) {
            (Some(left), Some(right)) => (network(left), network(right)),
            (Some(file), None) => {
                let function = functions.function_beside(right, file.network.input_names())?;
                (network(file), Operand::Function(function))
            }
            (None, Some(file)) => {
                let function = functions.function_beside(left, file.network.input_names())?;
                (Operand::Function(function), network(file))
            }
            (None, None) => {
                let right = functions.function_beside(right, functions.function(left)?.input_names())?;
                let left = functions.function_beside(left, right.input_names())?;
                (Operand::Function(left), Operand::Function(right))
            }
        })
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

/// The network file of that name; `None` where the argument is meant as a function.
fn operand_file(argument: &str) -> anyhow::Result<Option<NetworkFile>> {
    let path = Path::new(argument);
    if path.is_file() || looks_like_a_file(argument) {
        return files::network(path).map(Some);
    }
    Ok(None)
}

/// Would nobody write a function like that?
fn looks_like_a_file(argument: &str) -> bool {
    // `.5*x1` is a function, `./net` and `..` are not.
    let relative = argument.strip_prefix('.').is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_digit()));
    files::is_named_like_a_network(argument) || argument.starts_with('/') || relative
}

/// Where something is to hold.
#[derive(Args, Clone)]
pub struct DomainArguments {
    /// Where: everywhere (the default), '[-1,1]^2', 'x1 in [-1,1], x2 in [0,1/2]', '{0,1}^4', '{0..9}^2'
    #[arg(long, value_name = "DOMAIN", allow_hyphen_values = true)]
    pub on: Option<String>,
    /// Only where this holds, such as 'x1 >= x2' or '0 <= x1 <= x2 <= 1' (again for more of them)
    #[arg(long = "where", value_name = "CONDITION", allow_hyphen_values = true)]
    pub conditions: Vec<String>,
}

impl DomainArguments {
    /// The domain in the inputs' names.
    pub fn domain(&self, inputs: &[String]) -> anyhow::Result<Domain> {
        let mut wrong = Vec::new();
        let mut domain = domain(self.on.as_deref(), inputs, Domain::Everywhere).map_err(|error| wrong.push(error)).ok();
        for text in &self.conditions {
            // Where the domain itself is wrong, finite ones allow most: only what is surely wrong is told.
            let any =
                || Domain::Finite { values: vec![vec![Rational::zero(), Rational::one()]; inputs.len()], rows: vec![] };
            match domain.clone().unwrap_or_else(any).and_where(text, inputs) {
                Ok(cut) => domain = domain.map(|_| cut),
                Err(error) => wrong.push(error.into()),
            }
        }
        match domain {
            Some(domain) if wrong.is_empty() => Ok(domain),
            _ => bail!(wrong.iter().map(|error| format!("{error:#}")).collect::<Vec<_>>().join("\n")),
        }
    }
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
    if value.is_negative() { Err("it must not be negative".into()) } else { Ok(value) }
}

/// A whole number that is not negative.
pub fn whole(text: &str) -> Result<usize, String> {
    text.parse().map_err(|_| "write a whole number such as 100".into())
}

/// A point such as `3,-5`.
pub fn point(text: &str) -> Result<Vec<Rational>, String> {
    text.split(',').map(|part| part.trim().parse().map_err(|error: pellucid::Error| error.to_string())).collect()
}
