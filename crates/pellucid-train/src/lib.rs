//! PyTorch's random stream and a trainer for small ReLU networks.
//!
//! An [`Experiment`] says what is trained and how, [`train`] gives the [`Run`]. With
//! [`Random::PyTorch`] the run is the one that PyTorch makes on a CPU from the same seed: the
//! same initial weights and the same batches bit for bit. Every sum is added up in PyTorch's
//! order too, so that for the small networks of the tests all losses and weights after training
//! are bit for bit those of PyTorch 2.7.1. Its matrix products for wide layers, and its sums for
//! biases, may round in another order; such runs agree up to rounding.
//!
//! ```
//! use pellucid_core::Function;
//! use pellucid_train::{Experiment, train};
//! let experiment = Experiment::new(Function::parse("x1").unwrap(), vec![1, 2, 1]);
//! let run = train(&experiment).unwrap();
//! assert_eq!(run.start_loss, 0.45063677430152893);
//! assert!(run.final_loss < 1e-12);
//! ```
//!
//! Nothing here prints, reads a file or looks at a clock. The same experiment gives the same bits
//! on every machine and for every number of threads.

mod affine;
mod column;
mod data_set;
mod expected;
mod experiment;
mod expr_to_batch;
mod fast;
mod gradient;
mod initial;
mod interval;
mod kinks;
mod mersenne_twister;
mod random_stream;
mod regimen;
mod second_order;
mod shrink;
mod task;
mod test_set;
mod train_many;
mod train_with;
mod uniform_inputs;

use std::sync::atomic::{AtomicBool, Ordering};

use pellucid_core::{Error, Network};

use crate::affine::Affine;
use crate::expr_to_batch::BatchFunction;
use crate::gradient::Gradient;
use crate::test_set::TestSet;
use crate::uniform_inputs::UniformInputs;

pub use data_set::DataSet;
pub use experiment::Experiment;
pub use interval::binomial_interval_95;
pub use random_stream::RandomStream;
pub use regimen::{Data, Init, Loss, Optimizer, Penalty, Random, Regimen, Schedule};
pub use task::Task;
pub use train_many::train_many;
pub use train_with::{train_many_with, train_with};

/// What one training gave.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// The seed of the random stream.
    pub seed: u64,
    /// The network before the first step.
    pub start_network: Network<f32>,
    /// Its mean squared error on the test points.
    pub start_loss: f32,
    /// `(step, loss on the test points after that step)` for the steps that
    /// [`Experiment::record_every`] asks for; steps count from 1.
    pub losses: Vec<(usize, f32)>,
    /// The loss on the test points after the last step that was done.
    pub final_loss: f32,
    /// The network after the last step that was done.
    pub network: Network<f32>,
    /// How many steps were done, all attempts together.
    pub steps_done: usize,
    /// How often the training began again.
    pub restarts: u64,
    /// Was the run ended early?
    pub cancelled: bool,
}

/// Trains one network.
///
/// ```
/// use pellucid_core::Function;
/// use pellucid_train::{Experiment, train};
/// let mut experiment = Experiment::new(Function::parse("-x1").unwrap(), vec![1, 2, 1]);
/// experiment.record_every = Some(100);
/// experiment.seed = 1;
/// let run = train(&experiment).unwrap();
/// assert_eq!(run.losses.iter().map(|(step, _)| *step).collect::<Vec<_>>(), [1, 101, 201, 301, 401]);
/// assert!(run.final_loss < 1e-12);
/// ```
///
/// # Errors
/// Lists everything that is wrong with the experiment.
pub fn train(experiment: &Experiment) -> Result<Run, Error> {
    train_cancellable(experiment, &AtomicBool::new(false))
}

/// Trains one network; setting `cancel` ends the run after the step it is in.
///
/// # Errors
/// Lists everything that is wrong with the experiment.
pub fn train_cancellable(experiment: &Experiment, cancel: &AtomicBool) -> Result<Run, Error> {
    experiment.validate()?;
    let names = experiment.function.input_names().to_vec();
    let network =
        |layers: &[Affine<f32>]| Network::new(Some(names.clone()), layers.iter().map(Affine::to_layer).collect());

    // The order of these draws is the notebook's: layers, test points, then one batch a step.
    let mut random = RandomStream::new(experiment.seed);
    let mut layers: Vec<Affine<f32>> = experiment
        .shape
        .windows(2)
        .map(|widths| Affine::from(random.linear(widths[0], widths[1], experiment.bias)))
        .collect();
    let mut function = BatchFunction::new(&experiment.function);
    let ranges = experiment.ranges();
    let mut test_set = TestSet::draw(&mut random, experiment.test_points, &ranges, &mut function);
    let start_network = network(&layers)?;
    let start_loss = test_set.loss(&layers);

    let mut losses = Vec::new();
    let mut steps_done = 0;
    let mut batch = UniformInputs::new(experiment.batch, &ranges);
    let mut gradient = Gradient::new(&experiment.shape, experiment.batch, experiment.bias);
    while steps_done < experiment.steps && !cancel.load(Ordering::Relaxed) {
        batch.draw(&mut random);
        gradient.clear();
        for tile in 0..batch.n_tiles() {
            batch.tile(tile, gradient.inputs());
            let (inputs, targets) = gradient.inputs_and_targets();
            function.evaluate(inputs, targets);
            gradient.add_tile(&layers, batch.samples_in(tile));
        }
        gradient.descend(&mut layers, experiment.learning_rate);
        if experiment.record_every.is_some_and(|every| steps_done % every == 0) {
            losses.push((steps_done + 1, test_set.loss(&layers)));
        }
        steps_done += 1;
    }

    Ok(Run {
        seed: experiment.seed,
        start_network,
        start_loss,
        losses,
        final_loss: test_set.loss(&layers),
        network: network(&layers)?,
        steps_done,
        restarts: 0,
        cancelled: steps_done < experiment.steps,
    })
}
