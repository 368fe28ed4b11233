//! The table of the library: a line an entry, as soon as it is known.

use std::time::{Duration, Instant};

use pellucid::library::{self, Entry, Row, Sized, Status};
use pellucid::{Domain, Error, counted};

use super::{Arguments, for_all, found, graph};
use crate::{Answer, screen, words};

pub fn table(arguments: &Arguments, entries: &[Entry]) -> anyhow::Result<Answer> {
    let start = Instant::now();
    let shown = !arguments.json;
    let columns = Columns::of(entries);
    if shown {
        screen::out_line(&columns.heading())?;
    }
    let mut all: Vec<Row> = Vec::new();
    for_all(
        entries,
        "compiling",
        |entry| found(arguments, entry),
        |bar, _, row| {
            if let Some(error) = row.sizes.iter().filter_map(|(_, found)| found.as_ref().err()).find(|e| !e.is_limit())
            {
                return Err(error.clone().into());
            }
            if shown {
                bar.suspend(|| screen::out_line(&columns.line(&row)))?;
            }
            all.push(row);
            Ok(())
        },
    )?;
    if let Some(path) = &arguments.graph {
        graph::write(entries, &all, path)?;
    }
    if shown {
        screen::out(&summary(&all, start.elapsed()))?;
    } else {
        screen::out_json(&library::library_answer(&all))?;
    }
    let gave_up = all.iter().flat_map(|row| &row.sizes).any(|(_, found)| found.is_err());
    Ok(if gave_up { Answer::GaveUp } else { Answer::Yes })
}

/// How wide the table's columns are.
struct Columns {
    name: usize,
    function: usize,
}

/// A size in the table, `31 = 10+8+6+4+3, at least 9`.
const SIZE_COLUMN: usize = 27;
/// Longer functions lose their middle.
const FUNCTION_CHARS: usize = 44;

impl Columns {
    fn of(entries: &[Entry]) -> Self {
        let widest = |text: &dyn Fn(&Entry) -> usize| entries.iter().map(text).max().unwrap_or(0);
        Columns {
            name: widest(&|entry| entry.name.len()).max("name".len()),
            function: widest(&|entry| function_text(entry).chars().count()).max("function".len()),
        }
    }

    fn heading(&self) -> String {
        self.cells("name", "function", &["everywhere".into(), "on its box or points".into()])
    }

    fn line(&self, row: &Row) -> String {
        let of = |wanted: bool| {
            let found = row.sizes.iter().find(|(domain, _)| (*domain == Domain::Everywhere) == wanted);
            found.map_or(String::new(), |(_, found)| size_text(found))
        };
        let sizes = [of(true), of(false)];
        self.cells(&row.entry.name, &function_text(&row.entry), &sizes)
    }

    fn cells(&self, name: &str, function: &str, sizes: &[String]) -> String {
        let mut line = format!("{name:<0$}  {function:<1$}", self.name, self.function);
        for size in sizes {
            line += &format!("  {size:<SIZE_COLUMN$}");
        }
        line.trim_end().to_string()
    }
}

fn function_text(entry: &Entry) -> String {
    words::brief(&entry.function.to_string(), FUNCTION_CHARS)
}

fn size_text(found: &Result<Sized, Error>) -> String {
    let Ok(found) = found else { return "gave up".into() };
    let compiled = &found.compiled;
    library::size_text(&compiled.network.widths())
        + &match Status::of(compiled) {
            Status::Smallest => " proved".to_string(),
            Status::SmallestWithOneLayer => " proved, 1 layer".to_string(),
            Status::BestKnown => format!(", at least {}", compiled.minimality.lower_bound),
        }
}

fn summary(rows: &[Row], time: Duration) -> String {
    let of = |everywhere: bool| {
        let sizes = rows.iter().flat_map(|row| &row.sizes);
        let these = sizes.filter(|(domain, _)| (*domain == Domain::Everywhere) == everywhere);
        let all: Vec<Status> =
            these.filter_map(|(_, found)| Some(Status::of(&found.as_ref().ok()?.compiled))).collect();
        let count = |wanted: Status| all.iter().filter(|status| **status == wanted).count();
        format!(
            "{} proved smallest, {} with one hidden layer, {} best known",
            count(Status::Smallest),
            count(Status::SmallestWithOneLayer),
            count(Status::BestKnown)
        )
    };
    let n_given_up = rows.iter().flat_map(|row| &row.sizes).filter(|(_, found)| found.is_err()).count();
    let mut text = format!("\n{} in {:.1} s\n", counted(rows.len(), "function"), time.as_secs_f64());
    text += &format!("  everywhere            {}\n  on its box or points  {}\n", of(true), of(false));
    if n_given_up > 0 {
        text += &format!("  gave up on {} (raise --timeout or --max-cells)\n", counted(n_given_up, "size"));
    }
    text
}
