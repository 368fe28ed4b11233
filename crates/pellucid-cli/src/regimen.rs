//! The options that say how networks are trained.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;
use clap::{Args, ValueEnum};
use pellucid::{DataSet, Function, Random, Regimen};

use crate::arguments::whole;

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Stream {
    /// PyTorch's on a CPU, bit for bit, and the notebook's plain gradient descent
    Pytorch,
    /// Our own
    Fast,
}

/// `--regimen` and what goes before it.
#[derive(Args)]
pub struct RegimenArguments {
    /// How to train, as a TOML file; the options below go before what stands there
    #[arg(long, value_name = "FILE")]
    regimen: Option<PathBuf>,
    /// Steps (otherwise 500)
    #[arg(long, value_parser = whole, allow_hyphen_values = true)]
    steps: Option<usize>,
    /// Fresh samples a step (otherwise 1000)
    #[arg(long, value_parser = whole, allow_hyphen_values = true)]
    batch: Option<usize>,
    /// Learning rate (otherwise 0.1)
    #[arg(long, allow_hyphen_values = true)]
    lr: Option<f64>,
    /// How weights are changed: sgd, momentum, adam, adamw, l-bfgs, levenberg-marquardt
    #[arg(long, value_name = "NAME")]
    optimizer: Option<String>,
    /// The initial weights: pytorch, he, glorot, orthogonal, paired, small
    #[arg(long, value_name = "NAME")]
    init: Option<String>,
    /// How often a training that missed may begin again
    #[arg(long, value_name = "N", value_parser = whole, allow_hyphen_values = true)]
    restarts: Option<usize>,
    /// Where weights and samples come from (pytorch, unless a regimen or an option asks for what the notebook has not)
    #[arg(long, value_enum)]
    random: Option<Stream>,
    /// Learn from the rows of a file (CSV, .npy, .npz or Parquet) instead of the function's values
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
    /// The columns of the wanted outputs, by name, or by number where there are no names
    #[arg(long, value_name = "COLUMN", value_delimiter = ',', requires = "data")]
    data_target: Vec<String>,
}

impl RegimenArguments {
    /// The regimen that the options give.
    pub fn regimen(&self) -> anyhow::Result<Regimen> {
        let text = match &self.regimen {
            Some(path) => std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?,
            None => String::new(),
        };
        let mut regimen = Regimen::parse(&text).with_context(|| match &self.regimen {
            Some(path) => format!("{} is no regimen", path.display()),
            None => "no regimen".into(),
        })?;
        // Words are read as the file's are, so that there is one list of names.
        let words = [("optimizer", &self.optimizer), ("init", &self.init)];
        let named: String =
            words.iter().filter_map(|(key, word)| word.as_ref().map(|word| format!("{key} = {word:?}\n"))).collect();
        let named = Regimen::parse(&named).context("the options")?;
        if self.optimizer.is_some() {
            regimen.optimizer = named.optimizer;
        }
        if self.init.is_some() {
            regimen.init = named.init;
        }
        regimen.steps = self.steps.map_or(regimen.steps, |steps| steps as u64);
        regimen.batch = self.batch.unwrap_or(regimen.batch);
        regimen.rate = self.lr.unwrap_or(regimen.rate);
        regimen.restarts = self.restarts.map_or(regimen.restarts, |restarts| restarts as u64);
        match self.random {
            Some(Stream::Pytorch) => regimen.random = Random::PyTorch,
            Some(Stream::Fast) => regimen.random = Random::Fast,
            None if self.regimen.is_none() && self.data.is_none() => {
                let notebook = Regimen { random: Random::PyTorch, ..regimen.clone() };
                if notebook.is_the_notebooks() {
                    regimen = notebook;
                }
            }
            None => {}
        }
        Ok(regimen)
    }

    /// The rows to learn from, where there are any.
    pub fn data_set(&self, function: &Function) -> anyhow::Result<Option<Arc<DataSet>>> {
        let Some(path) = &self.data else { return Ok(None) };
        let table = pellucid::read_table_path(path)?;
        let data = pellucid::table_to_data_set(&table, function, &self.data_target);
        Ok(Some(Arc::new(data.with_context(|| format!("{} cannot be learnt from", path.display()))?)))
    }
}
