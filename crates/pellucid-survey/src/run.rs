//! A plan carried out: each network trained, judged, and written down.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use pellucid_core::{Error, Network};
use pellucid_prove::Limits;
use rayon::prelude::*;

use crate::plan::{Cell, Plan};
use crate::row::{About, Row};
use crate::store::Store;
use crate::verdict::Judge;

/// The part of a plan's runs that one job of several does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// Which part, from 0.
    pub index: u64,
    /// Of how many.
    pub of: u64,
}

impl Shard {
    /// All runs.
    pub const WHOLE: Shard = Shard { index: 0, of: 1 };
}

impl std::str::FromStr for Shard {
    type Err = String;

    /// Reads `i/n`, from `1/n` to `n/n`.
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is no part of a whole; write i/n, from 1/n to n/n");
        let (index, of) = text.split_once('/').ok_or_else(wrong)?;
        let (index, of) = (index.parse::<u64>().map_err(|_| wrong())?, of.parse::<u64>().map_err(|_| wrong())?);
        if index == 0 || index > of { Err(wrong()) } else { Ok(Shard { index: index - 1, of }) }
    }
}

/// How far a survey has come.
#[derive(Debug)]
pub struct Progress<'a> {
    /// Rows that were there before, or have been written since.
    pub n_done: u64,
    /// Rows that this job is to have in the end.
    pub n_runs: u64,
    /// Rows that were written now.
    pub new: &'a [(Arc<About>, Row)],
}

/// What a survey did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Surveyed {
    /// Rows that were there before.
    pub n_before: u64,
    /// Rows written.
    pub n_new: u64,
    /// Rows that this job is to have in the end.
    pub n_runs: u64,
}

impl Surveyed {
    /// Is every run done?
    pub fn is_complete(&self) -> bool {
        self.n_before + self.n_new == self.n_runs
    }
}

/// Rows in one transaction at most.
const BATCH: usize = 512;
/// Rows are written at least so often, so that a killed survey loses little.
const WRITTEN_EVERY: Duration = Duration::from_secs(1);
/// A loss that has fallen below this share of what it was at half the steps is still falling.
const FALLING: f64 = 0.5;

/// The runs of a plan, or of a part of it, that a database does not have yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenRuns {
    /// Their seeds, for each of the plan's cells in order.
    pub seeds: Vec<Vec<u64>>,
    /// Runs that the database has.
    pub n_before: u64,
}

impl OpenRuns {
    /// How many are open.
    pub fn n_open(&self) -> u64 {
        self.seeds.iter().map(|seeds| seeds.len() as u64).sum()
    }
}

/// Looks which runs of a plan, or of a part of it, a database does not have yet.
///
/// # Errors
/// When the database cannot be read.
pub fn open_runs(plan: &Plan, shard: Shard, store: &Store) -> Result<OpenRuns, Error> {
    let mut found = OpenRuns { seeds: Vec::new(), n_before: 0 };
    for (index, cell) in plan.cells().enumerate() {
        let done = store.seeds_done(&About::of(plan, &cell))?;
        // Which runs are whose does not depend on what is done already.
        let mine = |seed: &u64| (seed - plan.seeds.start + index as u64) % shard.of == shard.index;
        let (before, open): (Vec<u64>, Vec<u64>) =
            plan.seeds.clone().filter(mine).partition(|seed| done.binary_search(seed).is_ok());
        found.n_before += before.len() as u64;
        found.seeds.push(open);
    }
    Ok(found)
}

/// Trains and judges what the database does not have yet of a plan, or of a part of it.
///
/// Runs are done on all threads of rayon's global pool; each depends on its seed alone, so the rows are the same
/// for every number of threads, however often the survey was interrupted, and for the parts put together. `cancel`
/// ends it after the runs that are being done.
///
/// # Errors
/// When the database cannot be written (a full disk), or a limit is reached; what was written before stays.
pub fn survey(
    plan: &Plan,
    shard: Shard,
    store: &mut Store,
    on_progress: impl FnMut(&Progress<'_>),
    cancel: &AtomicBool,
) -> Result<Surveyed, Error> {
    let open = open_runs(plan, shard, store)?;
    survey_open(plan, &open, store, on_progress, cancel)
}

/// Trains and judges the runs that are named, into a database that need not be the one that was looked at: so a job
/// elsewhere does what is open here, and its rows are merged.
///
/// # Errors
/// Those of [`survey`], and when the runs are not those of the plan.
pub fn survey_open(
    plan: &Plan,
    open: &OpenRuns,
    store: &mut Store,
    mut on_progress: impl FnMut(&Progress<'_>),
    cancel: &AtomicBool,
) -> Result<Surveyed, Error> {
    let n_cells = plan.cells().count();
    if n_cells != open.seeds.len() || open.seeds.iter().flatten().any(|seed| !plan.seeds.contains(seed)) {
        return Err(Error::input(format!(
            "the open runs are those of another plan: this one has {n_cells} combinations and seeds {}..{}",
            plan.seeds.start, plan.seeds.end
        )));
    }
    let cells: Vec<_> = plan
        .cells()
        .zip(&open.seeds)
        .map(|(cell, seeds)| (cell, Arc::new(About::of(plan, &cell)), seeds.as_slice()))
        .collect();
    let n_before = open.n_before;
    let n_runs = n_before + open.n_open();
    on_progress(&Progress { n_done: n_before, n_runs, new: &[] });
    let stop = AtomicBool::new(false);
    let (sender, receiver) = sync_channel(2 * BATCH);
    let n_new = std::thread::scope(|scope| {
        let work = scope.spawn(|| work(plan, &cells, sender, &stop, cancel));
        let mut n_new = 0;
        let written = write(&receiver, store, |batch| {
            n_new += batch.len() as u64;
            on_progress(&Progress { n_done: n_before + n_new, n_runs, new: batch });
        });
        stop.store(true, Ordering::Relaxed);
        drop(receiver);
        let worked = work.join().map_err(|_| Error::input("defect: a survey's thread ended early"))?;
        written?;
        worked.map(|()| n_new)
    })?;
    Ok(Surveyed { n_before, n_new, n_runs })
}

type Sent = (Arc<About>, Row);

fn work(
    plan: &Plan,
    cells: &[(Cell<'_>, Arc<About>, &[u64])],
    sender: SyncSender<Sent>,
    stop: &AtomicBool,
    cancel: &AtomicBool,
) -> Result<(), Error> {
    let is_over = || stop.load(Ordering::Relaxed) || cancel.load(Ordering::Relaxed);
    let limits = Limits { stop: Some(&is_over), ..Limits::default() };
    for (cell, about, open) in cells {
        if open.is_empty() || is_over() {
            continue;
        }
        let target = cell.target;
        let judge = Judge::new(&target.function, &target.domain, &plan.tolerance, limits)?;
        open.par_iter().with_max_len(1).try_for_each_with(sender.clone(), |sender, seed| {
            if is_over() {
                return Ok(());
            }
            match row(cell, &judge, *seed, limits, cancel) {
                // A receiver that is gone wants no more.
                Ok(Some(row)) => {
                    let _ = sender.send((about.clone(), row));
                    Ok(())
                }
                Ok(None) => Ok(()),
                Err(error) if error.is_limit() && is_over() => Ok(()),
                Err(error) => Err(error),
            }
        })?;
    }
    Ok(())
}

/// Trains and judges one network; `None` when cancelled.
fn row(
    cell: &Cell<'_>,
    judge: &Judge,
    seed: u64,
    limits: Limits<'_>,
    cancel: &AtomicBool,
) -> Result<Option<Row>, Error> {
    let Some(tried) = cell.regimen.train(cell.target, cell.widths, seed, cancel)? else { return Ok(None) };
    let run = &tried.run;
    let halfway = run.losses.get(run.losses.len() / 2).map_or(run.start_loss, |(_, loss)| *loss);
    let still_falling = f64::from(run.final_loss) < FALLING * f64::from(halfway);
    let judged = judge.judge(&run.network, still_falling, limits)?;
    Ok(Some(Row {
        seed,
        start_loss: f64::from(run.start_loss),
        final_loss: f64::from(run.final_loss),
        tries: run.restarts as usize + 1,
        steps: run.steps_done,
        good_after: tried.good_after,
        judged,
        weights: flat(&run.network),
    }))
}

fn flat(network: &Network<f32>) -> Vec<f32> {
    let layers = network.layers().iter();
    layers.flat_map(|layer| layer.weights.iter().flatten().chain(&layer.biases).copied()).collect()
}

/// Writes rows as they come, many at once.
fn write(receiver: &Receiver<Sent>, store: &mut Store, mut on_written: impl FnMut(&[Sent])) -> Result<(), Error> {
    let mut batch: Vec<Sent> = Vec::with_capacity(BATCH);
    let mut since = Instant::now();
    loop {
        let is_over = match receiver.recv_timeout(WRITTEN_EVERY.saturating_sub(since.elapsed())) {
            Ok(sent) => {
                batch.push(sent);
                false
            }
            Err(RecvTimeoutError::Timeout) => false,
            Err(RecvTimeoutError::Disconnected) => true,
        };
        if is_over || batch.len() >= BATCH || since.elapsed() >= WRITTEN_EVERY {
            if !batch.is_empty() {
                store.insert(batch.iter().map(|(about, row)| (&**about, row)))?;
                on_written(&batch);
                batch.clear();
            }
            since = Instant::now();
        }
        if is_over {
            return Ok(());
        }
    }
}
