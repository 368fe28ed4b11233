//! `pellucid library [NAME]`

mod graph;
mod page;
mod suite;
mod table;

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::bail;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use pellucid::library::{self, Entry, Row};
use pellucid::{Domain, Error, Limits};

use crate::limits::{MaxCells, seconds};
use crate::{Answer, files, screen};

#[derive(Args)]
#[command(after_help = "Examples:
  pellucid library --like median
  pellucid library minimum-of-four
  pellucid library minimum -o minimum.html
  pellucid library --like tent --graph reuse.svg
  pellucid library --like relu --suite suite --seed 1")]
pub struct Arguments {
    /// The circuit's name, such as minimum-of-four; a page on it instead of the table
    name: Option<String>,
    /// Only entries with this word in their name, function, description or source
    #[arg(long, value_name = "WORD", conflicts_with = "name")]
    like: Option<String>,
    /// Write which circuits are made of which: .svg, .json or .dot
    #[arg(long, value_name = "FILE", conflicts_with = "name")]
    graph: Option<PathBuf>,
    /// Write networks with known circuits, plain and in disguise, for testing other tools
    #[arg(long, value_name = "DIR", conflicts_with_all = ["name", "graph"])]
    suite: Option<PathBuf>,
    /// The seed of the suite's disguises
    #[arg(long, value_name = "SEED", default_value = "0", requires = "suite")]
    seed: u64,
    /// Write the page of the circuit as HTML
    #[arg(short, long, value_name = "FILE", requires = "name")]
    output: Option<PathBuf>,
    /// Write the picture of the circuit's network
    #[arg(long, value_name = "FILE", requires = "name")]
    svg: Option<PathBuf>,
    /// Write all there is of the circuit into a folder: page, pictures, networks, proofs
    #[arg(long, value_name = "DIR", requires = "name")]
    out: Option<PathBuf>,
    /// Tell the proofs in words
    #[arg(long, requires = "name", conflicts_with = "json")]
    explain: bool,
    /// Give up on a size after so many seconds
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value = "20", allow_hyphen_values = true)]
    timeout: Duration,
    #[command(flatten)]
    cells: MaxCells,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: Arguments) -> anyhow::Result<Answer> {
    for path in [&arguments.output, &arguments.graph].into_iter().flatten() {
        files::check_output(Some(path))?;
    }
    if let Some(path) = &arguments.svg {
        files::check_picture_output(path)?;
    }
    if let Some(path) = &arguments.graph {
        graph::GraphFormat::of(path)?;
    }
    if let Some(name) = &arguments.name {
        return page::page(&arguments, library::entry(name)?);
    }
    let mut entries = library::library()?;
    if let Some(word) = &arguments.like {
        entries.retain(|entry| entry.is_like(word));
        if entries.is_empty() {
            let near = library::nearest(word, &library::library()?).join(", ");
            bail!("nothing in the library is like `{word}` (near: {near})");
        }
    }
    match &arguments.suite {
        Some(folder) => suite::suite(&arguments, &entries, folder),
        None => table::table(&arguments, &entries),
    }
}

/// Work on one entry under its limits, the time taken so many times.
fn limited<T>(arguments: &Arguments, times: u32, work: impl FnOnce(Limits<'_>) -> T) -> T {
    arguments.cells.start(times * arguments.timeout).limit(work)
}

fn found(arguments: &Arguments, entry: &Entry) -> Row {
    let on = |domain: &Domain| {
        let found = limited(arguments, 1, |limits| library::known(entry, domain, limits));
        (domain.clone(), found)
    };
    Row { sizes: entry.domains.iter().map(on).collect(), entry: entry.clone() }
}

/// Does the work for all entries, with a bar on stderr; `on_done` gets the results in order.
fn for_all<T: Send>(
    entries: &[Entry],
    doing: &'static str,
    work: impl Fn(&Entry) -> T + Sync,
    mut on_done: impl FnMut(&ProgressBar, &Entry, T) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}");
    let bar = ProgressBar::new(entries.len() as u64)
        .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        .with_message(doing);
    let stopped = AtomicBool::new(false);
    let mut outcome = Ok(());
    let work = |entry: &Entry| {
        // After Ctrl-C, or when nobody reads on, nothing more is begun.
        let go_on = !screen::is_interrupted() && !stopped.load(Ordering::Relaxed);
        go_on.then(|| work(entry))
    };
    let all = pellucid::in_order(entries, work, |entry, done| {
        bar.inc(1);
        if let (Some(done), true) = (done, outcome.is_ok()) {
            outcome = on_done(&bar, entry, done);
            if outcome.is_err() {
                stopped.store(true, Ordering::Relaxed);
            }
        }
    });
    bar.finish_and_clear();
    outcome?;
    all?;
    if screen::is_interrupted() {
        return Err(Error::limit("interrupted").into());
    }
    Ok(())
}
