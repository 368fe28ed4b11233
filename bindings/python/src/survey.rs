//! Surveys: plans carried out into a database, put together, and summed up.

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use pellucid::survey::{OpenRuns, Plan, Progress, Shard, Store, Surveyed};
use pellucid::{Error, Limits, answers, survey_page, survey_tables};
use pyo3::prelude::*;

use crate::waiting::{Bounds, Signs, wait, with_flag};

/// Work that only ends by itself or by Ctrl-C.
pub const UNBOUNDED: Bounds = Bounds { timeout: None, max_cells: None };

/// The open runs' seeds for each cell of a plan, and how many runs are done.
type Open = (Vec<Vec<u64>>, u64);

/// A part of a plan, counted from 1 as people do.
fn shard_of((part, of): (u64, u64)) -> Result<Shard, Error> {
    match part.checked_sub(1).filter(|index| *index < of) {
        Some(index) => Ok(Shard { index, of }),
        None => Err(Error::input(format!(
            "shard: ({part}, {of}) is no part of a whole; write (i, n), from (1, n) to (n, n)"
        ))),
    }
}

/// Which runs of a plan, or of a part of it, a database does not have; without a database, all of them.
#[pyfunction]
#[pyo3(signature = (plan, shard, database=None))]
pub fn open_runs(py: Python<'_>, plan: String, shard: (u64, u64), database: Option<PathBuf>) -> PyResult<Open> {
    wait(py, UNBOUNDED, None, move |_, _| {
        let (plan, shard) = (Plan::parse(&plan)?, shard_of(shard)?);
        let store = match &database {
            Some(path) => Store::open(path)?,
            None => Store::open(Path::new(":memory:"))?,
        };
        pellucid::survey::open_runs(&plan, shard, &store).map(|open| (open.seeds, open.n_before))
    })
}

/// What was there before, what is new, and how many runs there are to be.
type Counts = (u64, u64, u64);

fn carry_out(
    plan: &Plan,
    open: &OpenRuns,
    store: &mut Store,
    limits: Limits<'_>,
    signs: &Signs,
) -> Result<Counts, Error> {
    let tell = |progress: &Progress<'_>| signs.done.store(progress.n_done as usize, Ordering::Relaxed);
    let done = with_flag(limits, &signs.stop, || pellucid::survey::survey_open(plan, open, store, tell, &signs.stop))?;
    let Surveyed { n_before, n_new, n_runs } = done;
    if !done.is_complete() {
        let n_open = n_runs - n_before - n_new;
        return Err(Error::limit(format!("{n_open} of {n_runs} runs are open; the same call goes on")));
    }
    Ok((n_before, n_new, n_runs))
}

/// Does what a database does not have yet of a plan, or of a part of it.
#[pyfunction]
#[pyo3(signature = (plan, shard, database, timeout=None, progress=None))]
pub fn survey(
    py: Python<'_>,
    plan: String,
    shard: (u64, u64),
    database: PathBuf,
    timeout: Option<f64>,
    progress: Option<Py<PyAny>>,
) -> PyResult<Counts> {
    wait(py, Bounds { timeout, max_cells: None }, progress, move |limits, signs| {
        let (plan, shard) = (Plan::parse(&plan)?, shard_of(shard)?);
        let mut store = Store::open(&database)?;
        let open = pellucid::survey::open_runs(&plan, shard, &store)?;
        carry_out(&plan, &open, &mut store, limits, signs)
    })
}

/// Does the runs of a plan that are named, into a database.
#[pyfunction]
pub fn survey_open(py: Python<'_>, plan: String, seeds: Vec<Vec<u64>>, database: PathBuf) -> PyResult<Counts> {
    wait(py, UNBOUNDED, None, move |limits, signs| {
        let plan = Plan::parse(&plan)?;
        let mut store = Store::open(&database)?;
        carry_out(&plan, &OpenRuns { seeds, n_before: 0 }, &mut store, limits, signs)
    })
}

/// Adds the rows of databases to one: how many are new, and how many it has then.
#[pyfunction]
pub fn merge(py: Python<'_>, into: PathBuf, databases: Vec<PathBuf>) -> PyResult<(u64, u64)> {
    wait(py, UNBOUNDED, None, move |_, _| {
        // All are opened before anything is written.
        let from = databases.iter().map(|path| Store::open_existing(path)).collect::<Result<Vec<_>, _>>()?;
        let mut into = Store::open(&into)?;
        let mut n_new = 0;
        for store in &from {
            n_new += into.merge(store)?;
        }
        Ok((n_new, into.n_rows()?))
    })
}

/// What a database says: the answer, its tables as text, and its page.
#[pyfunction]
pub fn summary(py: Python<'_>, database: PathBuf) -> PyResult<(String, String, String)> {
    wait(py, UNBOUNDED, None, move |_, _| {
        let summary = pellucid::survey::summary(&Store::open_existing(&database)?)?;
        Ok((answers::surveyed(&summary).to_string(), survey_tables(&summary), survey_page(&summary)))
    })
}

/// Writes all rows of a database as a table, `csv` or `parquet`.
#[pyfunction]
pub fn export(py: Python<'_>, database: PathBuf, table: PathBuf, format: String) -> PyResult<u64> {
    wait(py, UNBOUNDED, None, move |_, _| {
        let store = Store::open_existing(&database)?;
        let file =
            File::create(&table).map_err(|error| Error::input(format!("cannot write {}: {error}", table.display())))?;
        let out = BufWriter::new(file);
        match format.as_str() {
            "csv" => pellucid::survey::export_csv(&store, out),
            "parquet" => pellucid::survey::export_parquet(&store, out),
            other => Err(Error::input(format!("`{other}` is no table's format; write csv or parquet"))),
        }
    })
}
