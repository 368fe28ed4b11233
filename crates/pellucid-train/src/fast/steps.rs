//! The loop over steps.

use std::sync::atomic::{AtomicBool, Ordering};

use fearless_simd::{Level, Simd, dispatch};

use super::block::{Block, in_block};
use super::one_layer::OneLayer;
use super::parameters::Parameters;
use super::stack::{Error, Stack};
use super::stream::{Key, Stream};
use super::update::Update;
use crate::column::{Column, TILE};

/// What adds up the gradient of a batch.
pub(super) trait Kernel {
    /// Back to 0, before the first block.
    fn clear(&mut self);

    /// Adds what the first `n_samples` of a block contribute.
    fn add_block<S: Simd>(
        &mut self,
        simd: S,
        parameters: &Parameters,
        inputs: &[Column<f32>],
        targets: &[Column<f32>],
        n_samples: usize,
    );

    /// Writes `factor` times the sums.
    fn gradient(&self, parameters: &Parameters, factor: f32, gradient: &mut [f32]);
}

/// What is done in each step.
pub(crate) struct Steps<'a> {
    /// Samples of a batch.
    pub batch: usize,
    /// What is drawn for it.
    pub block: &'a mut Block,
    /// Where its random numbers come from.
    pub stream: Stream,
    /// What outputs are measured by.
    pub error: Error,
    /// How weights are changed.
    pub update: &'a mut Update,
    /// The steps, counted from 0.
    pub steps: std::ops::Range<u64>,
}

/// Does the steps, unless `cancel` is set; says how many were done.
///
/// Which instructions are used is decided once, here.
pub(crate) fn descend(steps: &mut Steps<'_>, parameters: &mut Parameters, cancel: &AtomicBool) -> u64 {
    descend_at(Level::new(), steps, parameters, cancel)
}

fn descend_at(level: Level, steps: &mut Steps<'_>, parameters: &mut Parameters, cancel: &AtomicBool) -> u64 {
    macro_rules! with {
        ($kernel:expr) => {{
            let mut kernel = $kernel;
            dispatch!(level, simd => run(simd, &mut kernel, steps, parameters, cancel))
        }};
    }
    macro_rules! with_hidden {
        ($n_inputs:literal, $n_hidden:expr, [$($size:literal),*]) => {
            match ($n_hidden, parameters.bias) {
                $((n, false) if n <= $size => with!(OneLayer::<$n_inputs, $size, false>::new()),
                (n, true) if n <= $size => with!(OneLayer::<$n_inputs, $size, true>::new()),)*
                _ => with!(Stack::new(parameters, steps.error)),
            }
        };
    }
    match (parameters.shape().as_slice(), steps.error) {
        ([1, n_hidden, 1], Error::Squared) => with_hidden!(1, *n_hidden, [2, 4, 6]),
        ([2, n_hidden, 1], Error::Squared) => with_hidden!(2, *n_hidden, [2, 3, 4, 6]),
        ([3, n_hidden, 1], Error::Squared) => with_hidden!(3, *n_hidden, [3, 5]),
        _ => with!(Stack::new(parameters, steps.error)),
    }
}

/// The first `n` samples of a step, as rows: all inputs, and all targets.
pub(crate) fn draw(block: &mut Block, key: Key, n: usize) -> (Vec<f32>, Vec<f32>) {
    let (mut inputs, mut targets) = (Vec::new(), Vec::new());
    for first in (0..n).step_by(TILE) {
        let n_samples = in_block(n, first);
        dispatch!(Level::new(), simd => block.fill(simd, key, first, n_samples));
        for sample in 0..n_samples {
            let of =
                |columns: &[Column<f32>]| -> Vec<f32> { columns.iter().map(|c| c.as_flattened()[sample]).collect() };
            inputs.extend(of(&block.inputs));
            targets.extend(of(&block.targets));
        }
    }
    (inputs, targets)
}

#[inline(always)]
fn run<S: Simd, K: Kernel>(
    simd: S,
    kernel: &mut K,
    steps: &mut Steps<'_>,
    parameters: &mut Parameters,
    cancel: &AtomicBool,
) -> u64 {
    let n_outputs = parameters.places.last().map_or(1, |place| place.n_outputs);
    let factor = steps.error.factor(steps.batch, n_outputs);
    let mut gradient = vec![0.0; parameters.values.len()];
    let mut done = 0;
    for step in steps.steps.clone() {
        if cancel.load(Ordering::Relaxed) {
            break;
        }
        let key = steps.stream.key(step);
        kernel.clear();
        for first in (0..steps.batch).step_by(TILE) {
            let n_samples = in_block(steps.batch, first);
            steps.block.fill(simd, key, first, n_samples);
            kernel.add_block(simd, parameters, &steps.block.inputs, &steps.block.targets, n_samples);
        }
        kernel.gradient(parameters, factor, &mut gradient);
        steps.update.apply(step, &mut gradient, parameters);
        done += 1;
    }
    done
}
