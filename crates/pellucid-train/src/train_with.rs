//! Training by a regimen.

#[cfg(test)]
mod torch_steps;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use pellucid_core::{Error, Network};
use rayon::prelude::*;

use crate::expected::{Corners, expected_gradient};
use crate::expr_to_batch::BatchFunction;
use crate::fast::{self, Block, Parameters, Purpose, Source, Steps, Stream, Update, descend, draw};
use crate::initial::initial;
use crate::kinks::kinks;
use crate::regimen::{Data, Loss, Optimizer};
use crate::second_order::{Samples, lbfgs, levenberg_marquardt, mean_square};
use crate::shrink::{balance, leave_one_out};
use crate::test_set::TestSet;
use crate::{DataSet, Experiment, Random, Regimen, Run, Task, train_cancellable};

/// Trains one network by a regimen; setting `cancel` ends the run soon.
///
/// With [`Random::Fast`] a number drawn depends on the seed, the step and its place alone, and each step computes the same
/// sums in the same order whatever the number of threads and the width of the processor's vectors; so a run is the same bit
/// for bit on all processors with a fused multiply-add. With [`Random::PyTorch`] it is the [`train`](crate::train)ing of
/// the seed's notebook.
///
/// ```
/// use std::sync::atomic::AtomicBool;
/// use pellucid_core::Function;
/// use pellucid_train::{Regimen, Task, train_with};
/// let task = Task::new(Function::parse("abs(x1)").unwrap(), vec![1, 2, 1]);
/// let regimen = Regimen::parse("init = \"paired\"\nrestarts = 9").unwrap();
/// let run = train_with(&task, &regimen, 0, None, &AtomicBool::new(false)).unwrap();
/// assert!(run.final_loss < 1e-6 && run.steps_done == 500 * (1 + run.restarts as usize));
/// ```
///
/// # Errors
/// Lists everything that is wrong with the task and the regimen.
pub fn train_with(
    task: &Task,
    regimen: &Regimen,
    seed: u64,
    record_every: Option<usize>,
    cancel: &AtomicBool,
) -> Result<Run, Error> {
    task.validate(regimen)?;
    if record_every == Some(0) {
        return Err(Error::input("losses can be recorded every 1 or more steps, not every 0"));
    }
    if regimen.random == Random::PyTorch {
        return train_cancellable(&notebook(task, regimen, seed, record_every), cancel);
    }
    Training { task, regimen, seed, record_every, cancel }.run()
}

/// Trains one network for each seed, on all threads of the current rayon pool.
///
/// `on_done` is called once for each finished run, in the order in which they finish; runs that `cancel` cuts short are left
/// out. Nothing is kept, so memory does not grow with the number of seeds.
///
/// ```
/// use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
/// use pellucid_core::Function;
/// use pellucid_train::{Regimen, Task, train_many_with};
/// let task = Task::new(Function::parse("x1").unwrap(), vec![1, 2, 1]);
/// let regimen = Regimen::parse("init = \"paired\"\nrestarts = 9").unwrap();
/// let learnt = AtomicUsize::new(0);
/// let count = |run: pellucid_train::Run| { learnt.fetch_add(usize::from(run.final_loss < 1e-6), Ordering::Relaxed); };
/// train_many_with(&task, &regimen, 0..20, None, count, &AtomicBool::new(false)).unwrap();
/// assert_eq!(learnt.into_inner(), 20);
/// ```
///
/// # Errors
/// Lists everything that is wrong with the task and the regimen.
pub fn train_many_with(
    task: &Task,
    regimen: &Regimen,
    seeds: std::ops::Range<u64>,
    record_every: Option<usize>,
    on_done: impl Fn(Run) + Sync,
    cancel: &AtomicBool,
) -> Result<(), Error> {
    task.validate(regimen)?;
    seeds.into_par_iter().try_for_each(|seed| {
        if cancel.load(Ordering::Relaxed) {
            return Ok(());
        }
        let run = train_with(task, regimen, seed, record_every, cancel)?;
        if !run.cancelled {
            on_done(run);
        }
        Ok(())
    })
}

fn notebook(task: &Task, regimen: &Regimen, seed: u64, record_every: Option<usize>) -> Experiment {
    Experiment {
        bias: task.bias,
        seed,
        steps: regimen.steps as usize,
        batch: regimen.batch,
        learning_rate: regimen.rate,
        test_points: regimen.test_points,
        inputs: task.ranges.clone(),
        record_every,
        ..Experiment::new(task.function.clone(), task.shape.clone())
    }
}

/// Second-order steps after each neuron that is left out.
const STEPS_A_NEURON: u64 = 20;

struct Training<'a> {
    task: &'a Task,
    regimen: &'a Regimen,
    seed: u64,
    record_every: Option<usize>,
    cancel: &'a AtomicBool,
}

impl Training<'_> {
    fn run(&self) -> Result<Run, Error> {
        let mut test_set = self.test_set();
        let mut run: Option<Run> = None;
        let mut steps_done = 0;
        for attempt in 0..=self.regimen.restarts {
            let tried = self.attempt(attempt, &mut test_set)?;
            steps_done += tried.steps_done;
            let start = run.as_ref().map(|run| (run.start_network.clone(), run.start_loss));
            // NaN is never better.
            if run.as_ref().is_none_or(|best| tried.final_loss < best.final_loss || best.final_loss.is_nan()) {
                run = Some(tried);
            } else if let Some(best) = &mut run {
                best.cancelled |= tried.cancelled;
            }
            if let Some(run) = &mut run {
                // The run as a whole began with the first attempt.
                (run.start_network, run.start_loss) = start.unwrap_or((run.start_network.clone(), run.start_loss));
                (run.steps_done, run.restarts) = (steps_done, attempt);
                if run.cancelled || f64::from(run.final_loss) <= self.regimen.restart_above {
                    break;
                }
            }
        }
        run.ok_or_else(|| Error::input("no attempt was made"))
    }

    /// One training from new initial weights.
    fn attempt(&self, attempt: u64, test_set: &mut TestSet) -> Result<Run, Error> {
        let stream = |purpose| Stream::new(self.seed, attempt, purpose);
        let Regimen { init, init_scale, widen, .. } = self.regimen;
        let shape = self.widened();
        let mut parameters = initial(&shape, self.task.bias, *init, *init_scale, stream(Purpose::Weights).key(0));
        let start_network = self.network(&parameters)?;
        let start_loss = self.loss(test_set, &parameters);
        let mut losses = Vec::new();
        let mut done = match (self.regimen.optimizer.is_full_batch(), self.regimen.data) {
            (true, _) => {
                let (optimizer, steps) = (self.regimen.optimizer, self.regimen.steps);
                self.full_batch(optimizer, steps, &mut parameters, &self.samples(stream(Purpose::Finish)))
            }
            (false, data) => {
                let corners = (data == Data::Expected).then(|| Corners::of(&self.task.function, self.task.ranges[0]));
                let mut block = self.block();
                self.in_stretches(&mut parameters, test_set, &mut losses, |parameters, update, steps| match &corners {
                    Some(corners) => self.descend_exactly(corners, parameters, update, steps),
                    None => self.descend(&mut block, stream(Purpose::Batches), parameters, update, steps),
                })
            }
        };
        if *widen > 1 {
            done += self.shrink(&mut parameters, &self.samples(stream(Purpose::Finish)));
        }
        if self.regimen.finish > 0 && !self.is_cancelled() {
            done += self.polish(&mut parameters, self.regimen.finish, &self.samples(stream(Purpose::Finish)));
        }
        Ok(Run {
            seed: self.seed,
            start_network,
            start_loss,
            losses,
            final_loss: self.loss(test_set, &parameters),
            network: self.network(&parameters)?,
            steps_done: done as usize,
            restarts: 0,
            cancelled: self.is_cancelled(),
        })
    }

    fn is_cancelled(&self) -> bool {
        self.cancel.load(Ordering::Relaxed)
    }

    /// The widths that a training begins with.
    fn widened(&self) -> Vec<usize> {
        let mut shape = self.task.shape.clone();
        let n_hidden = shape.len().saturating_sub(2);
        shape.iter_mut().skip(1).take(n_hidden).for_each(|width| *width *= self.regimen.widen as usize);
        shape
    }

    /// What the regimen's loss makes of the network on the test points.
    fn loss(&self, test_set: &mut TestSet, parameters: &Parameters) -> f32 {
        match self.regimen.loss {
            Loss::CrossEntropy => test_set.cross_entropy(&affine(parameters)),
            Loss::Squared | Loss::Huber { .. } => test_set.loss(&affine(parameters)),
        }
    }

    /// All steps with one optimiser, in stretches between which the loss is recorded; says how many were done.
    fn in_stretches(
        &self,
        parameters: &mut Parameters,
        test_set: &mut TestSet,
        losses: &mut Vec<(usize, f32)>,
        mut descend: impl FnMut(&mut Parameters, &mut Update, std::ops::Range<u64>) -> u64,
    ) -> u64 {
        let Regimen { steps, rate, optimizer, schedule, penalty, .. } = self.regimen;
        let mut update = Update::new(*optimizer, *rate, *schedule, *steps, *penalty, parameters);
        let mut done = 0;
        while done < *steps && !self.is_cancelled() {
            let until = match self.record_every {
                Some(_) if done == 0 => 1,
                Some(every) => (done + every as u64).min(*steps),
                None => *steps,
            };
            done += descend(parameters, &mut update, done..until);
            if let Some(every) = self.record_every
                && (done - 1) % every as u64 == 0
            {
                losses.push((done as usize, self.loss(test_set, parameters)));
            }
        }
        done
    }

    /// Steps on batches.
    fn descend(
        &self,
        block: &mut Block,
        stream: Stream,
        parameters: &mut Parameters,
        update: &mut Update,
        steps: std::ops::Range<u64>,
    ) -> u64 {
        let batch = self.whole_set().map_or(self.regimen.batch, |data| data.n_rows());
        descend(&mut Steps { batch, block, stream, error: self.error(), update, steps }, parameters, self.cancel)
    }

    /// Steps by the exact mean gradient.
    fn descend_exactly(
        &self,
        corners: &Corners,
        parameters: &mut Parameters,
        update: &mut Update,
        steps: std::ops::Range<u64>,
    ) -> u64 {
        let mut gradient = vec![0.0; parameters.values.len()];
        let mut done = 0;
        for step in steps.take_while(|_| !self.is_cancelled()) {
            expected_gradient(parameters, corners, &mut gradient);
            update.apply(step, &mut gradient, parameters);
            done += 1;
        }
        done
    }

    /// The data set, where a batch holds all of it: then each step takes every row once.
    fn whole_set(&self) -> Option<&Arc<DataSet>> {
        self.task.data.as_ref().filter(|data| data.n_rows() <= self.regimen.batch)
    }

    /// Neurons are merged or left out until the widths are those of the task; says how many steps that took.
    fn shrink(&self, parameters: &mut Parameters, samples: &Samples) -> u64 {
        let mut done = 0;
        for l in 0..parameters.places.len() - 1 {
            while parameters.places[l].n_outputs > self.task.shape[l + 1] && !self.is_cancelled() {
                balance(parameters);
                let Some(smaller) = leave_one_out(parameters, l, |smaller| mean_square(smaller, samples)) else {
                    break;
                };
                *parameters = smaller;
                done += self.polish(parameters, STEPS_A_NEURON, samples);
            }
        }
        done
    }

    /// Second-order steps at the end.
    fn polish(&self, parameters: &mut Parameters, steps: u64, samples: &Samples) -> u64 {
        self.full_batch(Optimizer::LevenbergMarquardt { damping: 1e-3 }, steps, parameters, samples)
    }

    fn full_batch(&self, optimizer: Optimizer, steps: u64, parameters: &mut Parameters, samples: &Samples) -> u64 {
        match optimizer {
            Optimizer::Lbfgs { history } => lbfgs(parameters, samples, history, self.regimen.rate, steps, self.cancel),
            Optimizer::LevenbergMarquardt { damping } => {
                levenberg_marquardt(parameters, samples, damping, steps, self.cancel)
            }
            _ => 0,
        }
    }

    /// A fixed batch.
    fn samples(&self, stream: Stream) -> Samples {
        let (n_inputs, n_outputs) = (self.task.function.n_inputs(), self.task.function.n_outputs());
        let (inputs, targets) = match &self.task.data {
            Some(data) => (data.all_inputs().to_vec(), data.all_targets().to_vec()),
            None => draw(&mut self.block(), stream.key(0), self.regimen.batch),
        };
        let doubles = |values: Vec<f32>| values.into_iter().map(f64::from).collect();
        Samples { n_inputs, n_outputs, inputs: doubles(inputs), targets: doubles(targets) }
    }

    fn block(&self) -> Block {
        let task = self.task;
        let (n_inputs, n_outputs) = (task.function.n_inputs(), task.function.n_outputs());
        let ranges = task.ranges.clone();
        let source = match (&task.data, self.regimen.data) {
            (Some(data), _) if self.whole_set().is_some() => Source::AllRows(data.clone()),
            (Some(data), _) => Source::Rows(data.clone()),
            (None, Data::Uniform | Data::Expected) => Source::Uniform(ranges),
            (None, Data::Gaussian) => Source::Gaussian(ranges),
            (None, Data::Grid { values }) => Source::Grid(ranges, values),
            (None, Data::Kinks { share }) => {
                Source::Kinks { ranges, share: share as f32, planes: kinks(&task.function) }
            }
        };
        let function = task.data.is_none().then(|| BatchFunction::new(&task.function));
        Block::new(source, function, n_inputs, n_outputs)
    }

    /// Uniform points, or the whole data set.
    fn test_set(&self) -> TestSet {
        let (inputs, targets) = match &self.task.data {
            Some(data) => (data.all_inputs().to_vec(), data.all_targets().to_vec()),
            None => {
                let (n_inputs, n_outputs) = (self.task.function.n_inputs(), self.task.function.n_outputs());
                let function = Some(BatchFunction::new(&self.task.function));
                let source = Source::Uniform(self.task.ranges.clone());
                let key = Stream::new(self.seed, 0, Purpose::Test).key(0);
                draw(&mut Block::new(source, function, n_inputs, n_outputs), key, self.regimen.test_points)
            }
        };
        TestSet::of(&inputs, &targets, self.task.function.n_inputs(), self.task.function.n_outputs())
    }

    fn error(&self) -> fast::Error {
        match self.regimen.loss {
            Loss::Squared => fast::Error::Squared,
            Loss::Huber { delta } => fast::Error::Huber(delta as f32),
            Loss::CrossEntropy => fast::Error::CrossEntropy,
        }
    }

    fn network(&self, parameters: &Parameters) -> Result<Network<f32>, Error> {
        Network::new(Some(self.task.function.input_names().to_vec()), parameters.to_layers())
    }
}

fn affine(parameters: &Parameters) -> Vec<crate::affine::Affine<f32>> {
    parameters.to_layers().into_iter().map(Into::into).collect()
}
