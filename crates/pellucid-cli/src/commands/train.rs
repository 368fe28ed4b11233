//! `pellucid train FUNCTION`

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use anyhow::{anyhow, bail};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use pellucid::{
    Classified, Domain, Function, Limits, NetworkFile, Numbers, Rational, Regimen, Run, RunVerdict, Task, WriteOptions,
    answers,
};

use crate::arguments::{FunctionArguments, domain, nonnegative, whole};
use crate::limits::{Clock, GRACE, LimitArguments};
use crate::regimen::RegimenArguments;
use crate::{Answer, files, screen, words};

#[derive(Args)]
#[command(after_help = "Examples:
  pellucid train 'min(x1, x2)' --layers 2,3,1 --seed 0 --steps 10000
  pellucid train 'abs(x1)' --layers 1,2,1 --seeds 0..200
  pellucid train 'x1 + x2' --optimizer adam --lr 0.01 --seeds 0..20")]
pub struct Arguments {
    /// The function to learn
    #[arg(allow_hyphen_values = true)]
    function: String,
    /// All widths, inputs and outputs included (otherwise the smallest network's)
    #[arg(long, value_name = "2,3,1", value_delimiter = ',', value_parser = whole)]
    layers: Vec<usize>,
    /// The seed of the random stream
    #[arg(long, default_value = "0", value_parser = seed, allow_hyphen_values = true, conflicts_with = "seeds")]
    seed: u64,
    /// Several seeds; the end is left out
    #[arg(long, value_name = "0..200", value_parser = seed_range)]
    seeds: Option<Range<u64>>,
    #[command(flatten)]
    regimen: RegimenArguments,
    /// Layers with biases
    #[arg(long, overrides_with = "no_bias")]
    bias: bool,
    /// Layers without biases (the default, as in the seed's notebook)
    #[arg(long, overrides_with = "bias")]
    no_bias: bool,
    /// The box that samples come from, and where the result is judged (otherwise [-1,1]^n)
    #[arg(long, value_name = "DOMAIN")]
    on: Option<String>,
    /// How far a network that found the circuit may be off
    #[arg(long, value_name = "TOLERANCE", value_parser = nonnegative, default_value = "1e-4", allow_hyphen_values = true)]
    tolerance: Rational,
    /// Record the loss after steps 1, 1 + N, 1 + 2N, ...
    #[arg(long, value_name = "N", value_parser = whole, allow_hyphen_values = true)]
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

/// A seed; the largest number of all has no successor to end a range.
fn seed(text: &str) -> Result<u64, String> {
    let seed = text.parse().ok().filter(|seed| *seed < u64::MAX);
    seed.ok_or_else(|| format!("write a whole number from 0 to {}", u64::MAX - 1))
}

fn seed_range(text: &str) -> Result<Range<u64>, String> {
    let range = text.split_once("..").and_then(|(from, to)| Some(from.parse().ok()?..to.parse().ok()?));
    match range {
        Some(range) if range.start < range.end => Ok(range),
        Some(range) => {
            Err(format!("no seed is in it: the end, {}, is left out (write a range such as 0..200)", range.end))
        }
        None => Err("write a range such as 0..200, the end left out".into()),
    }
}

pub fn run(arguments: Arguments) -> anyhow::Result<Answer> {
    files::check_network_output(arguments.output.as_deref())?;
    let clock = arguments.limits.start();
    let regimen = arguments.regimen.regimen()?;
    let (task, domain) = task(&arguments, &clock)?;
    task.validate(&regimen)?;
    let seeds = arguments.seeds.clone().unwrap_or(arguments.seed..arguments.seed + 1);
    let n_seeds = seeds.end - seeds.start;
    let training = Training {
        arguments: &arguments,
        function: &task.function,
        domain: &domain,
        n_seeds,
        clock: &clock,
        // Rows are told as they come, where there are rows.
        told: Mutex::new(Told { next: (n_seeds > 1 && !arguments.json).then_some(seeds.start), ..Told::default() }),
        stop: AtomicBool::new(false),
        bar: progress(n_seeds),
    };
    training.run(&task, &regimen, seeds)?;
    training.conclude()
}

/// What is trained, and the box it is trained and judged on.
fn task(arguments: &Arguments, clock: &Clock) -> anyhow::Result<(Task, Domain)> {
    let mut function = arguments.functions.function(&arguments.function)?;
    if let Some(n) = arguments.layers.first()
        && *n > function.n_inputs()
    {
        function = function.with_n_inputs(*n)?;
    }
    let domain = domain(arguments.on.as_deref(), function.input_names(), Domain::unit_box(function.n_inputs()))?;
    let Domain::Box(sides) = &domain else {
        bail!("training needs a box to draw samples from, such as --on '[-1,1]^{}', not {domain}", function.n_inputs())
    };
    let bias = arguments.bias && !arguments.no_bias;
    let shape = if arguments.layers.is_empty() {
        let biases = pellucid::Biases { hidden: bias, output: bias };
        let compile = |limits: Limits<'_>| pellucid::compile(&function, &Domain::Everywhere, biases, limits);
        let compiled = clock.run("looking for the smallest network", compile);
        compiled.map_err(|error| anyhow!("no network to train is known: {error:#}; give --layers"))?.network.shape()
    } else {
        arguments.layers.clone()
    };
    let task = Task {
        bias,
        ranges: sides.iter().map(|(low, high)| (low.to_f32(), high.to_f32())).collect(),
        data: arguments.regimen.data_set(&function)?,
        ..Task::new(function, shape)
    };
    Ok((task, domain))
}

/// Many runs, each judged as soon as it is finished.
struct Training<'a> {
    arguments: &'a Arguments,
    function: &'a Function,
    domain: &'a Domain,
    n_seeds: u64,
    clock: &'a Clock,
    told: Mutex<Told>,
    stop: AtomicBool,
    bar: ProgressBar,
}

/// What became of the runs so far.
#[derive(Default)]
struct Told {
    judged: BTreeMap<u64, (Run, Classified)>,
    /// The seed whose row comes next; `None` where no rows are written.
    next: Option<u64>,
    /// The first thing that went wrong.
    wrong: Option<anyhow::Error>,
}

impl Training<'_> {
    /// Trains and judges until all is done, or the time or the user ends it.
    fn run(&self, task: &Task, regimen: &Regimen, seeds: Range<u64>) -> anyhow::Result<()> {
        std::thread::scope(|scope| {
            let (done, is_done) = channel::<()>();
            scope.spawn(move || self.watch(&is_done));
            let every = self.arguments.every;
            pellucid::train_many_with(task, regimen, seeds, every, |run| self.judge(&run), &self.stop)?;
            drop(done);
            anyhow::Ok(())
        })
    }

    /// Stops the training at the end of the time, and the program where a step takes too long.
    fn watch(&self, is_done: &Receiver<()>) {
        let mut over_since: Option<Instant> = None;
        while let Err(RecvTimeoutError::Timeout) = is_done.recv_timeout(LOOK) {
            if self.clock.is_over() {
                self.stop.store(true, Ordering::Relaxed);
                if over_since.get_or_insert_with(Instant::now).elapsed() >= GRACE {
                    std::process::exit(crate::status(self.conclude()).into());
                }
            }
        }
    }

    /// Tells what became of the runs that are finished.
    fn conclude(&self) -> anyhow::Result<Answer> {
        self.bar.finish_and_clear();
        let mut told = self.told.lock().map(|mut told| std::mem::take(&mut *told)).unwrap_or_default();
        if told.wrong.as_ref().is_none_or(|wrong| !screen::is_closed_pipe(wrong)) {
            told.tell_rows(true)?;
        }
        let runs: Vec<(Run, Classified)> = told.judged.into_values().collect();
        let found = runs.iter().filter(|(_, c)| c.verdict == RunVerdict::Found).count();
        let chosen = runs.iter().find(|(_, c)| c.verdict == RunVerdict::Found).or(runs.first());
        if let (Some((run, _)), Some(path)) = (chosen, &self.arguments.output) {
            write_trained(run, self.function, self.domain, path)?;
        }
        match (&told.wrong, runs.first()) {
            (Some(wrong), _) if screen::is_closed_pipe(wrong) => {}
            (_, None) => {}
            _ if self.arguments.json => screen::out_json(&answers::trained(&runs))?,
            (_, Some((run, classified))) if self.n_seeds == 1 => screen::out(&single(run, classified))?,
            _ => screen::out(&summary(&runs, found))?,
        }
        if let Some(wrong) = told.wrong {
            return Err(wrong);
        }
        if (runs.len() as u64) < self.n_seeds {
            let why = self.clock.why();
            screen::remark(&format!(
                "pellucid: {why}: {} of {} finished",
                runs.len(),
                pellucid::counted(self.n_seeds as usize, "run")
            ));
            return Ok(Answer::GaveUp);
        }
        Ok(if found > 0 { Answer::Yes } else { Answer::No })
    }

    fn judge(&self, run: &Run) {
        let (function, tolerance) = (self.function, &self.arguments.tolerance);
        let judged = self.clock.limit(|limits| pellucid::classify(run, function, self.domain, tolerance, limits));
        self.bar.inc(1);
        let Ok(mut told) = self.told.lock() else { return };
        match judged {
            Ok(classified) => {
                told.judged.insert(run.seed, (run.clone(), classified));
                let outcome = self.bar.suspend(|| told.tell_rows(false));
                if let Err(error) = outcome {
                    self.stop.store(true, Ordering::Relaxed);
                    told.wrong.get_or_insert(error);
                }
            }
            // A run that was being judged when the end came is not finished.
            Err(error) if error.is_limit() && self.clock.is_over() => {}
            Err(error) => {
                self.stop.store(true, Ordering::Relaxed);
                told.wrong.get_or_insert(anyhow!(error).context(format!("seed {}", run.seed)));
            }
        }
    }
}

impl Told {
    /// Writes the rows whose turn it is: seed by seed, at the end whatever is left.
    fn tell_rows(&mut self, all: bool) -> anyhow::Result<()> {
        let Some(next) = self.next else { return Ok(()) };
        let mut text = String::new();
        for (seed, (run, classified)) in self.judged.range(next..) {
            if *seed != self.next.unwrap_or(*seed) && !all {
                break;
            }
            text += &row(run, classified);
            self.next = Some(seed + 1);
        }
        if text.is_empty() { Ok(()) } else { screen::out(&text) }
    }
}

/// How often training looks whether it should stop.
const LOOK: Duration = Duration::from_millis(20);

/// Writes a trained network, if it has numbers that can be written.
fn write_trained(run: &Run, function: &Function, domain: &Domain, path: &Path) -> anyhow::Result<()> {
    let Ok(network) = run.network.to_exact() else {
        screen::remark(&format!("no network is written: the weights of seed {} are not finite", run.seed));
        return Ok(());
    };
    let file = NetworkFile {
        network,
        numbers: Numbers::Float32,
        function: Some(function.to_string()),
        domain: Some(domain.to_string()),
    };
    pellucid::write_path(&file, path, WriteOptions::default())?;
    screen::remark(&format!("the network of seed {} written to {}", run.seed, path.display()));
    Ok(())
}

/// A bar on stderr when there are several runs; it hides itself where stderr is no terminal.
fn progress(n_seeds: u64) -> ProgressBar {
    let template = match n_seeds {
        1 => "{spinner} training, {elapsed} (Ctrl-C stops)",
        _ => "training {bar:30} {pos}/{len} runs, {per_sec}, {eta} left (Ctrl-C stops)",
    };
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    let bar = ProgressBar::new(n_seeds).with_style(style);
    // The first sign comes after a moment, so that short trainings show none.
    bar.enable_steady_tick(Duration::from_millis(500));
    bar
}

fn row(run: &Run, classified: &Classified) -> String {
    let mut text = format!(
        "seed {:<4} loss {:<9} -> {:<9}  {:<13}  {}\n",
        run.seed,
        short(run.start_loss),
        short(run.final_loss),
        classified.verdict.to_string(),
        reason(classified)
    );
    for (step, loss) in &run.losses {
        text += &format!("  after step {step:<6} loss {}\n", short(*loss));
    }
    text
}

fn reason(classified: &Classified) -> String {
    match &classified.circuit {
        Some(circuit) => format!("{} ({circuit})", classified.reason),
        None => classified.reason.clone(),
    }
}

/// One run, told in full.
fn single(run: &Run, classified: &Classified) -> String {
    let mut text = format!("{} (seed {})\n", classified.verdict, run.seed);
    text += &words::wrapped("  ", &reason(classified), screen::text_width());
    let (shape, steps) = (words::shape(&run.network.shape()), pellucid::counted(run.steps_done, "step"));
    let again = if run.restarts > 0 {
        format!(" and {}", pellucid::counted(run.restarts as usize, "restart"))
    } else {
        String::new()
    };
    text += &format!("  {shape}, loss {} -> {} in {steps}{again}\n", short(run.start_loss), short(run.final_loss));
    for (step, loss) in &run.losses {
        text += &format!("    after step {step:<6} loss {}\n", short(*loss));
    }
    text
}

fn summary(runs: &[(Run, Classified)], found: usize) -> String {
    let n = |verdict| runs.iter().filter(|(_, c)| c.verdict == verdict).count();
    let (low, high) = pellucid::binomial_interval_95(found as u64, runs.len() as u64);
    format!(
        "found in {found} of {} ({:.1} %; 95 % interval {:.1} to {:.1} %), local optimum in {}, not converged in {}\n",
        pellucid::counted(runs.len(), "run"),
        100.0 * found as f64 / runs.len() as f64,
        100.0 * low,
        100.0 * high,
        n(RunVerdict::LocalOptimum),
        n(RunVerdict::NotConverged)
    )
}

/// A loss with four digits.
fn short(loss: f32) -> String {
    Rational::from_f32(loss).map_or_else(|| loss.to_string(), |value| value.to_decimal(4))
}
