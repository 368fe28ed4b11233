//! Many networks, a line for each.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::bail;
use indicatif::{ProgressBar, ProgressStyle};
use pellucid::{Decompiled, Largest, answers, counted};
use serde_json::{Value, json};

use super::asked::{self, Asked};
use super::{Arguments, FORMULA_CHARS};
use crate::limits::Clock;
use crate::{Answer, files, screen, words};

/// So many networks are begun before the first of them must be told, which bounds what waits.
const AT_ONCE: usize = 1_000;
/// The first sign comes after a moment, so that short work shows none.
const TICK: Duration = Duration::from_millis(500);

/// What became of one network: an answer, or why there is none and the exit status for that.
struct Outcome {
    line: String,
    status: u8,
}

/// Takes all networks apart, one after the other as far as what is told goes; failures are told in their
/// place.
pub fn run(arguments: &Arguments) -> anyhow::Result<Answer> {
    let for_one = [
        ("--output", arguments.output.is_some()),
        ("--certificate", arguments.certificate.is_some()),
        ("--output-certificate", arguments.output_certificate.is_some()),
        ("--report", arguments.report.is_some()),
        ("--ablate", arguments.ablate),
        ("--data", arguments.data.is_given()),
        // The memory of networks that are taken apart side by side cannot be told apart.
        ("--memory", arguments.limits.limits_memory()),
    ];
    let given: Vec<&str> = for_one.iter().filter(|(_, is_given)| *is_given).map(|(option, _)| *option).collect();
    if !given.is_empty() {
        bail!("of one network alone can be given: {}", given.join(", "));
    }
    let paths = network_files(&arguments.networks)?;
    let style = ProgressStyle::with_template("decompiling {bar:30} {pos}/{len}, {per_sec}, {eta} left (Ctrl-C stops)");
    let bar = ProgressBar::new(paths.len() as u64).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.enable_steady_tick(TICK);
    let told = tell_all(arguments, &paths, &bar);
    bar.finish_and_clear();
    let statuses = told?;
    let n_of = |status: u8| statuses.iter().filter(|s| **s == status).count();
    if !arguments.json {
        screen::out(&summary(&statuses))?;
    }
    if statuses.len() < paths.len() {
        let why = arguments.limits.start().why();
        screen::remark(&format!("pellucid: {why}: {} of {} done", statuses.len(), counted(paths.len(), "network")));
        return Ok(Answer::GaveUp);
    }
    Ok(match () {
        () if n_of(2) > 0 => Answer::BadInput,
        () if n_of(3) > 0 => Answer::GaveUp,
        () if n_of(1) > 0 => Answer::No,
        () => Answer::Yes,
    })
}

/// The statuses of those that were told.
fn tell_all(arguments: &Arguments, paths: &[PathBuf], bar: &ProgressBar) -> anyhow::Result<Vec<u8>> {
    let mut statuses = Vec::with_capacity(paths.len());
    let stopped = AtomicBool::new(false);
    for some in paths.chunks(AT_ONCE) {
        let work = |path: &PathBuf| {
            // After Ctrl-C, or when nobody reads on, nothing more is begun.
            let go_on = !screen::is_interrupted() && !stopped.load(Ordering::Relaxed);
            go_on.then(|| outcome(arguments, path))
        };
        let mut told = Ok(());
        pellucid::in_order(some, work, |_, outcome| {
            bar.inc(1);
            let Some(outcome) = outcome.filter(|_| told.is_ok()) else { return };
            told = bar.suspend(|| screen::out_line(&outcome.line));
            if told.is_err() {
                stopped.store(true, Ordering::Relaxed);
            }
            statuses.push(outcome.status);
        })?;
        told?;
    }
    Ok(statuses)
}

/// Takes one apart under limits of its own.
fn outcome(arguments: &Arguments, path: &Path) -> Outcome {
    let clock = arguments.limits.start();
    let shown = path.display().to_string();
    match taken_apart(arguments, path, &clock) {
        Ok((asked, found)) => {
            let status = crate::status(Ok(asked::answer(&found)));
            let line = if arguments.json {
                let mut answer = json!({"path": shown});
                let told = answers::decompiled(&found, &asked.network, &asked.domain, &asked.tolerance);
                if let (Some(answer), Value::Object(told)) = (answer.as_object_mut(), told) {
                    answer.extend(told);
                }
                answer.to_string()
            } else {
                row(&shown, &found)
            };
            Outcome { line, status }
        }
        Err(error) => {
            let status = crate::status_of(&error);
            let why = format!("{error:#}");
            let line = if arguments.json {
                json!({"path": shown, "error": why, "gave_up": status == 3}).to_string()
            } else {
                format!("{shown}: {why}")
            };
            Outcome { line, status }
        }
    }
}

fn taken_apart(arguments: &Arguments, path: &Path, clock: &Clock) -> anyhow::Result<(Asked, Decompiled)> {
    let asked = Asked::of(arguments, files::network(path)?)?;
    let found = clock.limit_named(|limits| asked.answered(limits))?;
    asked::must_hold(&found)?;
    Ok((asked, found))
}

/// `net.onnx: min(x1, x2), off by at most 0.0001`.
fn row(path: &str, found: &Decompiled) -> String {
    let formula = words::brief(&found.formula.to_string(), FORMULA_CHARS);
    let off = match &found.deviation {
        Largest::At(most, _) if most.is_zero() => "exactly".to_string(),
        Largest::At(most, _) => format!("off by at most {}", most.to_decimal(4)),
        Largest::Infinite { .. } => "off without bound".to_string(),
    };
    let explained = if found.explained { "" } else { ", not explained" };
    format!("{path}: {formula}  ({off}{explained})")
}

/// `8 networks: 7 explained, 1 not explained`.
fn summary(statuses: &[u8]) -> String {
    let kinds = [(0, "explained"), (1, "not explained"), (2, "failed"), (3, "given up")];
    let counts = kinds.map(|(status, what)| (statuses.iter().filter(|s| **s == status).count(), what));
    let told: Vec<String> = counts.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")).collect();
    format!("\n{}: {}\n", counted(statuses.len(), "network"), told.join(", "))
}

/// The files named, and those of a network's name in the folders named, sorted.
fn network_files(paths: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    let (mut found, mut wrong) = (Vec::new(), Vec::new());
    for path in paths {
        if !path.is_dir() {
            found.push(path.clone());
            continue;
        }
        match files::networks_in(path) {
            Ok(inside) if inside.is_empty() => {
                wrong.push(format!("cannot read {}: it is a folder without network files", path.display()))
            }
            Ok(inside) => found.extend(inside),
            Err(error) => wrong.push(format!("{error:#}")),
        }
    }
    if wrong.is_empty() { Ok(found) } else { bail!(wrong.join("\n")) }
}
