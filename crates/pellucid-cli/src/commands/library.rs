//! `pellucid library [NAME]`

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use pellucid::library::{self, Entry, ReuseGraph, Row, Sized, Status};
use pellucid::{Domain, Error, Limits, SvgOptions, counted};

use super::compile;
use crate::limits::{MaxCells, seconds};
use crate::{Answer, files, screen, words};

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
        GraphFormat::of(path)?;
    }
    if let Some(name) = &arguments.name {
        return page(&arguments, library::entry(name)?);
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
        Some(folder) => suite(&arguments, &entries, folder),
        None => table(&arguments, &entries),
    }
}

/// The file formats of the graph.
enum GraphFormat {
    Svg,
    Json,
    Dot,
}

impl GraphFormat {
    fn of(path: &Path) -> anyhow::Result<Self> {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("svg") => Ok(GraphFormat::Svg),
            Some("json") => Ok(GraphFormat::Json),
            Some("dot" | "gv") => Ok(GraphFormat::Dot),
            _ => bail!("cannot write {}: the graph is written as .svg, .json or .dot", path.display()),
        }
    }
}

/// So many times the time of one size is given to all networks of an entry in the suite.
const SUITE_TIMES: u32 = 4;

/// Work on one entry under its limits, the time taken so many times.
fn limited<T>(arguments: &Arguments, times: u32, work: impl FnOnce(Limits<'_>) -> T) -> T {
    let start = Instant::now();
    let stop = || screen::is_interrupted() || start.elapsed() > times * arguments.timeout;
    work(Limits { max_cells: arguments.cells.max_cells, stop: Some(&stop) })
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
    let stopped = AtomicUsize::new(0);
    let mut outcome = Ok(());
    let work = |entry: &Entry| {
        // After Ctrl-C, or when nobody reads on, nothing more is begun.
        let go_on = !screen::is_interrupted() && stopped.load(Ordering::Relaxed) == 0;
        go_on.then(|| work(entry))
    };
    let all = library::rows(entries, work, |entry, done| {
        bar.inc(1);
        if let (Some(done), true) = (done, outcome.is_ok()) {
            outcome = on_done(&bar, entry, done);
            if outcome.is_err() {
                stopped.store(1, Ordering::Relaxed);
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

fn table(arguments: &Arguments, entries: &[Entry]) -> anyhow::Result<Answer> {
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
        write_graph(&graph(entries, &all), path)?;
    }
    if shown {
        screen::out(&summary(&all, start.elapsed()))?;
    } else {
        screen::out_json(&library::library_answer(&all))?;
    }
    let gave_up = all.iter().flat_map(|row| &row.sizes).any(|(_, found)| found.is_err());
    Ok(if gave_up { Answer::GaveUp } else { Answer::Yes })
}

/// The uses among these entries, also by the neurons of their networks.
fn graph(entries: &[Entry], rows: &[Row]) -> ReuseGraph {
    let network = |row: &Row| {
        let (_, found) = row.sizes.iter().find(|(domain, _)| *domain == Domain::Everywhere)?;
        Some(found.as_ref().ok()?.compiled.network.clone())
    };
    library::reuse_graph(entries, &rows.iter().map(network).collect::<Vec<_>>())
}

fn write_graph(graph: &ReuseGraph, path: &Path) -> anyhow::Result<()> {
    let text = match GraphFormat::of(path)? {
        GraphFormat::Svg => graph.to_picture().to_svg(&SvgOptions::default()),
        GraphFormat::Json => serde_json::to_string_pretty(&graph.to_json())? + "\n",
        GraphFormat::Dot => graph.to_dot(),
    };
    files::write_text(path, &text)?;
    screen::remark(&format!("graph written to {}", path.display()));
    Ok(())
}

/// How wide the table's columns are.
struct Columns {
    name: usize,
    function: usize,
}

/// A size in the table, `9 = 6+3, at least 8`.
const SIZE_COLUMN: usize = 26;
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
    let widths = compiled.network.widths();
    let mut text = compiled.network.hidden_neurons().to_string();
    if widths.len() > 1 {
        text += &format!(" = {}", widths.iter().map(usize::to_string).collect::<Vec<_>>().join("+"));
    }
    text + &match Status::of(compiled) {
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

fn page(arguments: &Arguments, entry: Entry) -> anyhow::Result<Answer> {
    let row = found(arguments, &entry);
    for (_, found) in &row.sizes {
        if let Err(error) = found {
            if !error.is_limit() {
                return Err(error.clone().into());
            }
            screen::remark(&format!("pellucid: gave up: {error} (raise --timeout or --max-cells)"));
        }
    }
    let entries = library::library()?;
    let graph = library::reuse_graph(&entries, &vec![None; entries.len()]);
    let (made_of, makes) = (graph.made_of(&entry.name), graph.makes(&entry.name));
    if arguments.json {
        let mut answer = library::row_answer(&row);
        answer["made_of"] = made_of.clone().into();
        answer["makes"] = makes.clone().into();
        screen::out_json(&answer)?;
    } else {
        screen::out(&page_text(&row, &made_of, &makes, arguments.explain)?)?;
    }
    if let Some(path) = &arguments.output {
        files::write_text(path, &library::entry_page(&row, &made_of, &makes)?)?;
        screen::remark(&format!("page written to {}", path.display()));
    }
    if let (Some(path), Some((domain, Ok(found)))) = (&arguments.svg, row.sizes.first()) {
        files::write_text(path, &picture(found, domain)?)?;
        screen::remark(&format!("picture written to {}", path.display()));
    }
    if let Some(folder) = &arguments.out {
        write_all(&row, &made_of, &makes, folder)?;
    }
    let gave_up = row.sizes.iter().any(|(_, found)| found.is_err());
    Ok(if gave_up { Answer::GaveUp } else { Answer::Yes })
}

fn picture(found: &Sized, domain: &Domain) -> anyhow::Result<String> {
    let compiled = &found.compiled;
    let picture = pellucid::pictures::compiled_picture(&compiled.network, Some(&compiled.function), domain, None)?;
    Ok(picture.to_svg(&SvgOptions::default()))
}

fn page_text(row: &Row, made_of: &[&str], makes: &[&str], explain: bool) -> anyhow::Result<String> {
    let entry = &row.entry;
    let width = screen::text_width();
    let mut text = format!("{}\n", entry.title);
    text += &words::wrapped("  ", &format!("{} Source: {}.", entry.about, entry.source), width);
    if !entry.aliases.is_empty() {
        text += &words::wrapped("  also called  ", &entry.aliases.join(", "), width);
    }
    text.push('\n');
    for (domain, found) in &row.sizes {
        let Ok(found) = found else {
            text += &format!("{} {}\n  gave up\n\n", entry.function, domain.phrase());
            continue;
        };
        text += &compile::text(&found.compiled, compile::n_cells(&found.compiled))?;
        if found.circuits.len() > 1 {
            let known: Vec<String> =
                found.circuits.iter().map(|known| format!("{:?} {}", known.widths, known.by)).collect();
            text += &words::wrapped("  circuits    ", &known.join("; "), width);
        }
        text.push('\n');
        if explain {
            let any_depth = found.compiled.minimality.any_depth.as_ref().map(|bound| &bound.certificate);
            for certificate in [Some(&found.compiled.certificate), any_depth].into_iter().flatten() {
                text += &pellucid::explain(certificate, &crate::proofs::explaining())?;
                text.push('\n');
            }
        }
    }
    for (label, names) in [("made of     ", made_of), ("a part of   ", makes)] {
        if !names.is_empty() {
            text += &words::wrapped(label, &names.join(", "), width);
        }
    }
    Ok(text)
}

/// Page, pictures, networks and proofs of an entry.
fn write_all(row: &Row, made_of: &[&str], makes: &[&str], folder: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder).with_context(|| format!("cannot create the folder {}", folder.display()))?;
    for (domain, found) in &row.sizes {
        let Ok(found) = found else { continue };
        let name = library::place(domain);
        let compiled = &found.compiled;
        files::write_text(&folder.join(format!("{name}.svg")), &picture(found, domain)?)?;
        let file = pellucid::NetworkFile {
            network: compiled.network.clone(),
            numbers: pellucid::Numbers::Exact,
            function: Some(compiled.function.to_string()),
            domain: Some(domain.to_string()),
        };
        pellucid::write_path(&file, &folder.join(format!("{name}.json")), pellucid::WriteOptions::default())?;
        files::write_text(&folder.join(format!("{name}.proof.json")), &compiled.certificate.to_json())?;
        if let Some(bound) = &compiled.minimality.any_depth {
            files::write_text(&folder.join(format!("{name}.any-depth.json")), &bound.certificate.to_json())?;
        }
    }
    // The page comes last, so that a folder that was left half written lacks it.
    files::write_text(&folder.join("index.html"), &library::entry_page(row, made_of, makes)?)?;
    screen::remark(&format!("page, pictures, networks and proofs written to {}/", folder.display()));
    Ok(())
}

fn suite(arguments: &Arguments, entries: &[Entry], folder: &Path) -> anyhow::Result<Answer> {
    let start = Instant::now();
    let cannot = || format!("cannot create the folder {}", folder.display());
    std::fs::create_dir_all(folder).with_context(cannot)?;
    if std::fs::read_dir(folder).with_context(cannot)?.next().is_some() {
        bail!("cannot write {}: the folder is not empty (name a new one)", folder.display());
    }
    let (mut index, mut left_out) = (Vec::new(), Vec::new());
    for_all(
        entries,
        "disguising",
        |entry| limited(arguments, SUITE_TIMES, |limits| library::suite_entry(entry, arguments.seed, limits)),
        |_, entry, made| match made {
            Ok(made) => {
                for file in &made.files {
                    let path = folder.join(&file.path);
                    if let Some(parent) = path.parent() {
                        std::fs::create_dir_all(parent)
                            .with_context(|| format!("cannot create the folder {}", parent.display()))?;
                    }
                    files::write_bytes(&path, &file.bytes)?;
                }
                index.extend(made.index);
                Ok(())
            }
            Err(error) if error.is_limit() => {
                left_out.push((entry.name.clone(), error.to_string()));
                Ok(())
            }
            Err(error) => Err(error.into()),
        },
    )?;
    files::write_text(&folder.join("README.md"), library::SUITE_README)?;
    let proved = index.iter().filter(|network| network["equality"] == "proved").count();
    let exact = index.iter().filter(|network| network["floats"]["kind"] == "float32").count();
    let n_networks = index.len();
    let (some_left_out, summary) = (!left_out.is_empty(), library::suite_index(arguments.seed, index, left_out));
    // The index comes last, so that a folder that was left half written lacks it.
    files::write_text(&folder.join("index.json"), &(serde_json::to_string_pretty(&summary)? + "\n"))?;
    if arguments.json {
        screen::out_json(&summary)?;
    } else {
        screen::out_line(&format!(
            "{} written to {}/ in {:.1} s\n  {proved} proved equal to their functions, {exact} exact in float32",
            counted(n_networks, "network"),
            folder.display(),
            start.elapsed().as_secs_f64()
        ))?;
    }
    for left in summary["left_out"].as_array().into_iter().flatten() {
        screen::remark(&format!("left out: {}: {}", left["name"].as_str().unwrap_or_default(), left["reason"]));
    }
    Ok(if some_left_out || proved < n_networks { Answer::GaveUp } else { Answer::Yes })
}
