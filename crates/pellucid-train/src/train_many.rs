//! The same experiment from many seeds.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};

use pellucid_core::Error;
use rayon::prelude::*;

use crate::{Experiment, Run, train_cancellable};

/// Trains one network for each seed, on all threads of the current rayon pool.
///
/// `on_done` is called once for each finished run, in the order in which they finish. The result
/// is in the order of the seeds and does not depend on the number of threads. Setting `cancel`
/// ends all runs soon; those that were cut short are left out of the result.
///
/// ```
/// use std::sync::atomic::AtomicBool;
/// use pellucid_core::Function;
/// use pellucid_train::{Experiment, train_many};
/// let experiment = Experiment::new(Function::parse("x1").unwrap(), vec![1, 2, 1]);
/// let runs = train_many(&experiment, 0..4, |_| {}, &AtomicBool::new(false)).unwrap();
/// let found: Vec<bool> = runs.iter().map(|run| run.final_loss < 1e-6).collect();
/// assert_eq!(found, [true, true, true, false]);
/// ```
///
/// # Errors
/// Lists everything that is wrong with the experiment.
pub fn train_many(
    experiment: &Experiment,
    seeds: Range<u64>,
    on_done: impl Fn(&Run) + Sync,
    cancel: &AtomicBool,
) -> Result<Vec<Run>, Error> {
    experiment.validate()?;
    let train = |seed| -> Result<Option<Run>, Error> {
        if cancel.load(Ordering::Relaxed) {
            return Ok(None);
        }
        let run = train_cancellable(&Experiment { seed, ..experiment.clone() }, cancel)?;
        if run.cancelled {
            return Ok(None);
        }
        on_done(&run);
        Ok(Some(run))
    };
    seeds.into_par_iter().filter_map(|seed| train(seed).transpose()).collect()
}
