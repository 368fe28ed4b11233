//! What is done with databases that are there.

use std::fs::File;
use std::io::BufWriter;
use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::Args;
use pellucid::survey::{Store, export_csv};

use crate::commands::survey::outcome;
use crate::{Answer, files, screen};

#[derive(Args)]
pub struct Merge {
    /// The database that the rows go to; made if it is not there
    into: PathBuf,
    /// The databases that they come from
    #[arg(required = true)]
    from: Vec<PathBuf>,
}

#[derive(Args)]
pub struct Export {
    /// The database
    database: PathBuf,
    /// The table: FILE.csv or FILE.parquet
    table: PathBuf,
}

#[derive(Args)]
pub struct Report {
    /// The database
    database: PathBuf,
    /// The folder for the page
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// The answer as JSON
    #[arg(long)]
    json: bool,
}

pub fn merge(arguments: &Merge) -> anyhow::Result<Answer> {
    // All are opened before anything is written.
    let from = arguments.from.iter().map(|path| Ok(Store::open_existing(path)?)).collect::<anyhow::Result<Vec<_>>>()?;
    let mut into = Store::open(&arguments.into)?;
    let mut n_new = 0;
    for store in &from {
        n_new += into.merge(store)?;
    }
    let (n_rows, path) = (into.n_rows()?, arguments.into.display());
    screen::out_line(&format!("{} added to {path}, which has {n_rows} now", pellucid::counted(n_new as usize, "row")))?;
    Ok(Answer::Yes)
}

pub fn export(arguments: &Export) -> anyhow::Result<Answer> {
    let store = Store::open_existing(&arguments.database)?;
    let path = &arguments.table;
    let kind = path.extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default();
    if !["csv", "parquet"].contains(&kind.as_str()) {
        bail!("cannot write {}: a table is a .csv or a .parquet file", path.display());
    }
    files::check_output(Some(path))?;
    let file = || File::create(path).with_context(|| format!("cannot write {}", path.display()));
    let n_rows = match kind.as_str() {
        "csv" => export_csv(&store, BufWriter::new(file()?))?,
        _ => parquet(&store, file)?,
    };
    screen::out_line(&format!("{} written to {}", pellucid::counted(n_rows as usize, "row"), path.display()))?;
    Ok(Answer::Yes)
}

#[cfg(feature = "parquet")]
fn parquet(store: &Store, file: impl Fn() -> anyhow::Result<File>) -> anyhow::Result<u64> {
    Ok(pellucid::survey::export_parquet(store, BufWriter::new(file()?))?)
}

#[cfg(not(feature = "parquet"))]
fn parquet(_: &Store, _: impl Fn() -> anyhow::Result<File>) -> anyhow::Result<u64> {
    bail!("this build cannot write Parquet files; write a .csv file instead")
}

pub fn report(arguments: &Report) -> anyhow::Result<Answer> {
    outcome::tell(&Store::open_existing(&arguments.database)?, arguments.json, arguments.out.as_deref())?;
    Ok(Answer::Yes)
}
