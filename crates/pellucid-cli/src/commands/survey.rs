//! `pellucid survey PLAN`, `pellucid survey merge|export|report`

mod merge;
mod outcome;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use pellucid::survey::{Plan, Progress, Shard, Store};

use crate::{Answer, files, screen};

#[derive(Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
#[command(after_help = "A plan is a TOML file:

  seeds = \"0..1000\"
  [[function]]
  name = \"minimum\"
  formula = \"min(x1, x2)\"
  widths = [3, 4, 8]        # or [[4, 3]] for two hidden layers
  steps = 10000
  [[regimen]]
  name = \"seed\"

What is in the database already is not done again: an interrupted survey is gone on with by the same command.")]
pub struct Arguments {
    #[command(subcommand)]
    task: Option<Task>,
    /// The plan, a TOML file
    #[arg(required = true)]
    plan: Option<PathBuf>,
    /// The folder for the database and the report; named like the plan unless given
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Do one part of several: i/n, from 1/n to n/n; each has a database of its own
    #[arg(long, value_name = "I/N")]
    shard: Option<Shard>,
    /// The answer as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Subcommand)]
enum Task {
    /// Put the databases of several parts together
    Merge(merge::Merge),
    /// Write all rows as a table: .csv or .parquet
    Export(merge::Export),
    /// Sum a database up again: tables, and with --out a page
    Report(merge::Report),
}

pub fn run(arguments: Arguments) -> anyhow::Result<Answer> {
    match (arguments.task, arguments.plan) {
        (Some(Task::Merge(merge)), _) => merge::merge(&merge),
        (Some(Task::Export(export)), _) => merge::export(&export),
        (Some(Task::Report(report)), _) => merge::report(&report),
        (None, Some(plan)) => survey(&plan, arguments.out.as_deref(), arguments.shard, arguments.json),
        (None, None) => anyhow::bail!("which plan? Give a TOML file (survey --help shows one)"),
    }
}

fn survey(path: &Path, out: Option<&Path>, shard: Option<Shard>, json: bool) -> anyhow::Result<Answer> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let plan = Plan::parse(&text).with_context(|| format!("the plan {} cannot be carried out", path.display()))?;
    let folder = out.map_or_else(|| path.with_extension(""), Path::to_path_buf);
    files::make_folder(&folder)?;
    let database = match shard {
        None => "survey.sqlite".to_string(),
        Some(Shard { index, of }) => format!("survey-{}-of-{of}.sqlite", index + 1),
    };
    let database = folder.join(database);
    let mut store = Store::open(&database)?;
    let bar = ProgressBar::new(0).with_style(style());
    bar.enable_steady_tick(Duration::from_millis(500));
    let mut found: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    let on_progress = |progress: &Progress<'_>| {
        bar.set_length(progress.n_runs);
        if progress.new.is_empty() {
            // What was there before says nothing about how fast it goes.
            bar.set_position(progress.n_done);
            bar.reset_eta();
        } else {
            bar.set_position(progress.n_done);
        }
        for (about, row) in progress.new {
            let (n_found, n) = found.entry(about.function.clone()).or_default();
            *n += 1;
            *n_found += u64::from(row.judged.verdict == pellucid::survey::Verdict::Found);
        }
        let told = found.iter().map(|(name, (n_found, n))| format!("{name} {n_found}/{n}"));
        bar.set_message(told.collect::<Vec<_>>().join(", "));
    };
    let done =
        pellucid::survey::survey(&plan, shard.unwrap_or(Shard::WHOLE), &mut store, on_progress, screen::interrupted());
    bar.finish_and_clear();
    let done = done?;
    screen::remark(&format!(
        "{} written to {}, {} were there",
        pellucid::counted(done.n_new as usize, "run"),
        database.display(),
        done.n_before
    ));
    if shard.is_none() {
        outcome::tell(&store, json, Some(&folder))?;
    } else if json {
        screen::out_json(&serde_json::json!({
            "database": database.display().to_string(), "runs": done.n_runs, "new": done.n_new, "before": done.n_before,
        }))?;
    }
    if !done.is_complete() {
        let missing = done.n_runs - done.n_before - done.n_new;
        screen::remark(&format!(
            "pellucid: interrupted: {missing} of {} runs are open; the same command goes on",
            done.n_runs
        ));
        return Ok(Answer::GaveUp);
    }
    Ok(Answer::Yes)
}

fn style() -> ProgressStyle {
    let template = "{bar:20} {pos}/{len} runs, {per_sec}, {eta} left (Ctrl-C stops)\nfound: {wide_msg}";
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
