//! One block of a batch: inputs drawn and targets computed, as columns.

use std::f32::consts::TAU;
use std::sync::Arc;

use fearless_simd::Simd;
use fearless_simd::prelude::*;

use super::stream::Key;
use crate::column::{Column, LANES, TILE, zeros};
use crate::data_set::DataSet;
use crate::expr_to_batch::BatchFunction;

/// Where the samples come from.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    /// Each input uniform in its range `(low, high)`.
    Uniform(Vec<(f32, f32)>),
    /// Each input normal: the mean in the middle of its range, which reaches two standard deviations to each side.
    Gaussian(Vec<(f32, f32)>),
    /// Each input one of so many values in even steps from end to end of its range.
    Grid(Vec<(f32, f32)>, u32),
    /// Uniform, but a share of the samples is moved close to one of these hyperplanes `normal . x = offset`.
    Kinks { ranges: Vec<(f32, f32)>, share: f32, planes: Vec<(Vec<f32>, f32)> },
    /// Rows of a data set, drawn with replacement, with the targets that stand there.
    Rows(Arc<DataSet>),
    /// Every row of a data set once, in order.
    AllRows(Arc<DataSet>),
}

/// The columns of a block. Made once for a training.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    source: Source,
    function: Option<BatchFunction>,
    pub(super) inputs: Vec<Column<f32>>,
    pub(super) targets: Vec<Column<f32>>,
    /// One sample's inputs.
    row: Vec<f32>,
}

impl Block {
    /// Samples of a function, or of a data set, which has its own targets.
    pub(crate) fn new(source: Source, function: Option<BatchFunction>, n_inputs: usize, n_outputs: usize) -> Self {
        Block {
            source,
            function,
            inputs: vec![zeros(); n_inputs],
            targets: vec![zeros(); n_outputs],
            row: vec![0.0; n_inputs],
        }
    }

    /// Draws the samples from `first` on, of which `n_samples` will count.
    ///
    /// One function for all kernels: compiling it anew for each takes longer than it ever saves.
    #[inline(never)]
    pub(super) fn fill<S: Simd>(&mut self, simd: S, key: Key, first: usize, n_samples: usize) {
        simd.vectorize(
            #[inline(always)]
            || self.fill_here(simd, key, first, n_samples),
        );
    }

    #[inline(always)]
    fn fill_here<S: Simd>(&mut self, simd: S, key: Key, first: usize, n_samples: usize) {
        match &self.source {
            Source::Uniform(ranges) => uniform(simd, &mut self.inputs, ranges, key, first, n_samples),
            source => {
                for sample in 0..n_samples {
                    source.row(key, (first + sample) as u32, &mut self.row, &mut self.targets, sample);
                    for (column, value) in self.inputs.iter_mut().zip(&self.row) {
                        column[sample / LANES][sample % LANES] = *value;
                    }
                }
            }
        }
        if let Some(function) = &mut self.function {
            function.evaluate_with(simd, &self.inputs, &mut self.targets);
        }
    }
}

/// Sixteen samples at a time; input `i` of sample `s` is at place `(s / 16 * n_inputs + i) * 16 + s % 16`.
#[inline(always)]
fn uniform<S: Simd>(
    simd: S,
    inputs: &mut [Column<f32>],
    ranges: &[(f32, f32)],
    key: Key,
    first: usize,
    n_samples: usize,
) {
    let n_inputs = inputs.len();
    for (i, (column, (low, high))) in inputs.iter_mut().zip(ranges).enumerate() {
        for (v, lanes) in column.iter_mut().enumerate().take(n_samples.div_ceil(LANES)) {
            let place = ((first / LANES + v) * n_inputs + i) * LANES;
            key.uniform(simd, place as u32, high - low, *low).store_slice(lanes);
        }
    }
}

impl Source {
    /// One sample of the sources whose samples are drawn one by one.
    fn row(&self, key: Key, sample: u32, row: &mut [f32], targets: &mut [Column<f32>], at: usize) {
        let n = row.len() as u32;
        // Two draws an input, and two more for the sample as a whole.
        let draw = |i: u32| key.at(sample * (2 * n + 2) + i);
        match self {
            Source::Uniform(ranges) => uniform_row(row, ranges, draw),
            Source::Gaussian(ranges) => {
                for (i, (value, (low, high))) in row.iter_mut().zip(ranges).enumerate() {
                    // Box and Muller 1958; 1 - u is never 0.
                    let radius = (-2.0 * (1.0 - draw(2 * i as u32)).ln()).sqrt();
                    let normal = radius * (TAU * draw(2 * i as u32 + 1)).cos();
                    *value = (low + high) / 2.0 + (high - low) / 4.0 * normal;
                }
            }
            Source::Grid(ranges, n_values) => {
                for (i, (value, (low, high))) in row.iter_mut().zip(ranges).enumerate() {
                    let step = (draw(i as u32) * *n_values as f32) as u32;
                    *value = low + (high - low) * step.min(n_values - 1) as f32 / (n_values - 1) as f32;
                }
            }
            Source::Kinks { ranges, share, planes } => {
                uniform_row(row, ranges, draw);
                if draw(2 * n) < *share && !planes.is_empty() {
                    let (normal, offset) = &planes[(draw(2 * n + 1) * planes.len() as f32) as usize % planes.len()];
                    // Most of the way to the hyperplane, so that samples lie thick on both of its sides.
                    let beyond = row.iter().zip(normal).map(|(x, n)| x * n).sum::<f32>() - offset;
                    let square: f32 = normal.iter().map(|n| n * n).sum();
                    let way = 1.0 - draw(n) * draw(n);
                    for ((value, normal), (low, high)) in row.iter_mut().zip(normal).zip(ranges) {
                        *value = (*value - way * beyond * normal / square).clamp(*low, *high);
                    }
                }
            }
            Source::Rows(data) | Source::AllRows(data) => {
                let chosen = match self {
                    Source::AllRows(_) => sample as usize % data.n_rows(),
                    _ => (draw(0) * data.n_rows() as f32) as usize % data.n_rows(),
                };
                row.copy_from_slice(data.inputs(chosen));
                for (column, value) in targets.iter_mut().zip(data.targets(chosen)) {
                    column[at / LANES][at % LANES] = *value;
                }
            }
        }
    }
}

fn uniform_row(row: &mut [f32], ranges: &[(f32, f32)], draw: impl Fn(u32) -> f32) {
    for (i, (value, (low, high))) in row.iter_mut().zip(ranges).enumerate() {
        *value = draw(i as u32).mul_add(high - low, *low);
    }
}

/// Samples from `first` on that are in the same block.
pub(super) fn in_block(batch: usize, first: usize) -> usize {
    (batch - first).min(TILE)
}
