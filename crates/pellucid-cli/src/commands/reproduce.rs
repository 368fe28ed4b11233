//! `pellucid reproduce`

use std::path::PathBuf;
use std::sync::Mutex;
use std::time::Instant;

use anyhow::Context;
use clap::Args;
use pellucid::{Compiled, Largest, Reproduced, Reproduction, RunVerdict};

use crate::arguments::write_text;
use crate::{Answer, screen};

#[derive(Args)]
pub struct Arguments {
    /// The folder that index.html is written into
    #[arg(long, value_name = "DIR", default_value = "reproduction")]
    out: PathBuf,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: Arguments) -> anyhow::Result<Answer> {
    let start = Instant::now();
    // A folder that cannot be written is better known before the work than after it.
    std::fs::create_dir_all(&arguments.out)
        .with_context(|| format!("cannot create the folder {}", arguments.out.display()))?;
    let closed = Mutex::new(None);
    let report = |line: String| {
        if let Err(error) = screen::out_line(&line)
            && let Ok(mut closed) = closed.lock()
        {
            closed.get_or_insert(error);
        }
    };
    if !arguments.json {
        report("Mathematical Circuits in Neural Nets, done again: smallest network · training · what was found".into());
    }
    let on_done = |done: &Reproduced| {
        if !arguments.json {
            report(line(done));
        }
    };
    let reproduction = pellucid::reproduce(on_done, screen::interrupted())?;
    if let Ok(mut closed) = closed.lock()
        && let Some(error) = closed.take()
    {
        return Err(error);
    }
    let page = arguments.out.join("index.html");
    write_text(&page, &pellucid::report_page(&reproduction)?)?;
    if arguments.json {
        screen::out_json(&pellucid::answers::reproduced(&reproduction))?;
    } else {
        screen::out(&rest(&reproduction))?;
        screen::out_line(&format!("{} written in {:.2} s", page.display(), start.elapsed().as_secs_f64()))?;
    }
    let all = reproduction.functions.iter().all(|f| f.found.verdict == RunVerdict::Found);
    Ok(if all { Answer::Yes } else { Answer::No })
}

fn line(done: &Reproduced) -> String {
    let off = match &done.found.deviation {
        Some(Largest::At(most, _)) => format!("off by at most {}", most.to_decimal(2)),
        _ => "off without bound".into(),
    };
    let found = done.found.decompiled.as_ref().map_or("nothing".into(), |d| d.formula.to_string());
    let last = done.run.losses.last().map_or(done.run.final_loss, |(_, loss)| *loss);
    format!(
        "{:<15} {:<12} {} · seed {}: loss {:>8} (notebook {:>8}) · {} {found}, {off}",
        done.printed.name,
        done.printed.function.to_string(),
        size(&done.everywhere),
        done.printed.seed,
        format!("{last:.1e}"),
        format!("{:.1e}", done.printed.losses.last().copied().unwrap_or(f64::NAN)),
        done.found.verdict,
    )
}

fn size(compiled: &Compiled) -> String {
    let shape: Vec<String> = compiled.network.shape().iter().map(usize::to_string).collect();
    let verdict = if compiled.minimality.proved { "proved smallest" } else { "best known" };
    format!("{} {verdict}", shape.join("-"))
}

fn rest(reproduction: &Reproduction) -> String {
    let shape =
        |network: &pellucid::Network| network.shape().iter().map(usize::to_string).collect::<Vec<_>>().join("-");
    let mut text = String::new();
    for (done, (run, stuck)) in reproduction.functions.iter().filter_map(|f| Some((f, f.stuck.as_ref()?))) {
        text += &format!("{} with seed {}: {}; {}\n", done.printed.name, run.seed, stuck.verdict, stuck.reason);
    }
    let (appendix, four) = (&reproduction.appendix, &reproduction.minimum_of_four);
    text += &format!(
        "appendix        the first minimum {} folds into {}, both proved\n",
        shape(&appendix.first),
        shape(&appendix.folded)
    );
    text += &format!(
        "minimum of four {} everywhere, {} on [-1, 1]^4: proved right, {}\n",
        shape(&four.everywhere.network),
        shape(&four.on_box.network),
        if four.everywhere.minimality.proved { "proved smallest" } else { "best known size" }
    );
    text
}
