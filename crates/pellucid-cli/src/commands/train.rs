//! `pellucid train FUNCTION`

use std::path::PathBuf;
use std::sync::atomic::Ordering;

use anyhow::{Context, bail};
use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use pellucid::{
    Classified, Domain, Experiment, NetworkFile, Numbers, Optimizer, Random, Rational, Run, RunVerdict, WriteOptions,
    answers,
};

use crate::arguments::{FunctionArguments, LimitArguments, domain, nonnegative};
use crate::{Answer, screen};

#[derive(Clone, Copy, ValueEnum)]
enum Stream {
    /// PyTorch's on a CPU, bit for bit
    Pytorch,
    /// Our own
    Fast,
}

#[derive(Clone, Copy, ValueEnum)]
enum Descent {
    /// Plain gradient descent
    Sgd,
}

#[derive(Args)]
#[command(after_help = "Examples:
  pellucid train 'min(x1, x2)' --layers 2,3,1 --seed 0 --steps 10000
  pellucid train 'abs(x1)' --layers 1,2,1 --seeds 0..200")]
pub struct Arguments {
    /// The function to learn
    function: String,
    /// All widths, inputs and outputs included (otherwise the smallest network's)
    #[arg(long, value_name = "2,3,1", value_delimiter = ',')]
    layers: Vec<usize>,
    /// The seed of the random stream
    #[arg(long, default_value_t = 0, conflicts_with = "seeds")]
    seed: u64,
    /// Several seeds; the end is left out
    #[arg(long, value_name = "0..200", value_parser = seed_range)]
    seeds: Option<std::ops::Range<u64>>,
    /// Steps of gradient descent
    #[arg(long, default_value_t = 500)]
    steps: usize,
    /// Fresh samples a step
    #[arg(long, default_value_t = 1000)]
    batch: usize,
    /// Learning rate
    #[arg(long, default_value_t = 0.1)]
    lr: f64,
    /// How weights are changed
    #[arg(long, value_enum, default_value = "sgd")]
    optimizer: Descent,
    /// Layers with biases
    #[arg(long, overrides_with = "no_bias")]
    bias: bool,
    /// Layers without biases (the default, as in the seed's notebook)
    #[arg(long, overrides_with = "bias")]
    no_bias: bool,
    /// Where weights and samples come from
    #[arg(long, value_enum, default_value = "pytorch")]
    random: Stream,
    /// The box that samples come from, and where the result is judged (otherwise [-1,1]^n)
    #[arg(long, value_name = "DOMAIN")]
    on: Option<String>,
    /// How far a network that found the circuit may be off
    #[arg(long, value_name = "TOLERANCE", value_parser = nonnegative, default_value = "1e-4")]
    tolerance: Rational,
    /// Record the loss after steps 1, 1 + N, 1 + 2N, ...
    #[arg(long, value_name = "N")]
    every: Option<usize>,
    #[command(flatten)]
    functions: FunctionArguments,
    #[command(flatten)]
    limits: LimitArguments,
    /// Write the trained network; with several seeds the first that found the circuit
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

fn seed_range(text: &str) -> Result<std::ops::Range<u64>, String> {
    let range = text.split_once("..").and_then(|(from, to)| Some(from.parse().ok()?..to.parse().ok()?));
    match range {
        Some(range) if range.start < range.end => Ok(range),
        _ => Err("write a range such as 0..200, the end left out".into()),
    }
}

pub fn run(arguments: Arguments) -> anyhow::Result<Answer> {
    let mut function = arguments.functions.function(&arguments.function)?;
    if let Some(n) = arguments.layers.first()
        && *n > function.n_inputs()
    {
        function = function.with_n_inputs(*n)?;
    }
    let domain = domain(arguments.on.as_deref(), function.input_names(), Domain::unit_box(function.n_inputs()))?;
    let Domain::Box(sides) = &domain else {
        bail!("training needs a box to draw samples from, such as --on '[-1,1]^2'")
    };
    let shape = if arguments.layers.is_empty() {
        let biases = pellucid::Biases { hidden: arguments.bias, output: arguments.bias };
        let compiled = pellucid::compile(&function, &Domain::Everywhere, biases, Default::default());
        compiled.context("the smallest network is not known; give --layers")?.network.shape()
    } else {
        arguments.layers.clone()
    };
    let experiment = Experiment {
        bias: arguments.bias && !arguments.no_bias,
        seed: arguments.seed,
        steps: arguments.steps,
        batch: arguments.batch,
        learning_rate: arguments.lr,
        optimizer: match arguments.optimizer {
            Descent::Sgd => Optimizer::Sgd,
        },
        random: match arguments.random {
            Stream::Pytorch => Random::PyTorch,
            Stream::Fast => Random::Fast,
        },
        inputs: sides.iter().map(|(low, high)| (low.to_f32(), high.to_f32())).collect(),
        record_every: arguments.every,
        ..Experiment::new(function.clone(), shape)
    };
    let seeds = arguments.seeds.clone().unwrap_or(arguments.seed..arguments.seed.saturating_add(1));
    let n_seeds = seeds.end - seeds.start;
    let bar = progress(n_seeds);
    let runs = pellucid::train_many(&experiment, seeds, |_| bar.inc(1), screen::interrupted())?;
    bar.finish_and_clear();
    let classified: Vec<(Run, Classified)> = arguments.limits.with(|limits| {
        let judged = runs.into_iter().map(|run| {
            let classified = pellucid::classify(&run, &function, &domain, &arguments.tolerance, limits)?;
            anyhow::Ok((run, classified))
        });
        judged.collect::<anyhow::Result<_>>()
    })?;
    if classified.is_empty() {
        bail!("stopped before a run was finished");
    }
    let chosen = classified.iter().find(|(_, c)| c.verdict == RunVerdict::Found).unwrap_or(&classified[0]);
    if let Some(path) = &arguments.output {
        let file = NetworkFile {
            network: chosen.0.network.to_exact()?,
            numbers: Numbers::Float32,
            function: Some(function.to_string()),
            domain: Some(domain.to_string()),
        };
        pellucid::write_path(&file, path, WriteOptions::default())?;
        eprintln!("the network of seed {} written to {}", chosen.0.seed, path.display());
    }
    let found = classified.iter().filter(|(_, c)| c.verdict == RunVerdict::Found).count();
    if arguments.json {
        screen::out_json(&answers::trained(&classified))?;
    } else {
        screen::out(&text(&classified, found))?;
    }
    if screen::interrupted().load(Ordering::Relaxed) {
        eprintln!("stopped: {} of {n_seeds} runs were finished", classified.len());
        return Ok(Answer::GaveUp);
    }
    Ok(if found > 0 { Answer::Yes } else { Answer::No })
}

/// A bar on stderr when there are several runs; it hides itself where stderr is no terminal.
fn progress(n_seeds: u64) -> ProgressBar {
    if n_seeds < 2 {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("training {bar:30} {pos}/{len} runs, {per_sec}, {eta} left");
    ProgressBar::new(n_seeds).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

fn text(runs: &[(Run, Classified)], found: usize) -> String {
    let mut text = String::new();
    for (run, classified) in runs {
        text += &format!(
            "seed {:<4} loss {:<9} -> {:<9}  {:<13}  {}\n",
            run.seed,
            short(run.start_loss),
            short(run.final_loss),
            classified.verdict.to_string(),
            match &classified.circuit {
                Some(circuit) => format!("{} ({circuit})", classified.reason),
                None => classified.reason.clone(),
            }
        );
        for (step, loss) in &run.losses {
            text += &format!("  after step {step:<6} loss {}\n", short(*loss));
        }
    }
    if runs.len() > 1 {
        let (low, high) = pellucid::binomial_interval_95(found as u64, runs.len() as u64);
        text += &format!(
            "found in {found} of {} runs ({:.1} %; 95 % interval {:.1} to {:.1} %)\n",
            runs.len(),
            100.0 * found as f64 / runs.len() as f64,
            100.0 * low,
            100.0 * high
        );
    }
    text
}

/// A loss with four digits.
fn short(loss: f32) -> String {
    Rational::from_f32(loss).map_or_else(|| loss.to_string(), |value| value.to_decimal(4))
}
