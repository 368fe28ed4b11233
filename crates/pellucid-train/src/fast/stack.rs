//! Networks of any shape: products of small matrices with blocks of 128 samples.
//!
//! Columns of samples stay in the first- and second-level cache; four neurons times four vectors of samples are computed at
//! a time, so that each number loaded is used four times.

use fearless_simd::prelude::*;
use fearless_simd::{Simd, f32x16};

use super::logits::logits_to_delta;
use super::one_layer::{VECTORS, lanes_below, sum};
use super::parameters::{Parameters, Place};
use super::steps::Kernel;
use crate::column::{Column, LANES, zeros};

/// Neurons, and vectors, computed together.
const BLOCK: usize = 4;

/// What the outputs are measured by, sample by sample; the mean is taken over samples and outputs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Error {
    /// `(y - t)^2`.
    Squared,
    /// `(y - t)^2 / 2` up to this distance and linear beyond.
    Huber(f32),
    /// The cross-entropy of logits; the mean is over samples alone.
    CrossEntropy,
}

impl Error {
    /// The derivative of the mean by `y` is this times what [`Stack`] adds up: `y - t`, or that clamped, or the
    /// difference of the shares.
    pub(super) fn factor(self, batch: usize, n_outputs: usize) -> f32 {
        match self {
            Error::Squared => 2.0 / (batch * n_outputs) as f32,
            Error::Huber(_) => 1.0 / (batch * n_outputs) as f32,
            Error::CrossEntropy => 1.0 / batch as f32,
        }
    }
}

/// The columns and sums of a network's gradient. Made once for a training.
pub(super) struct Stack {
    error: Error,
    /// What comes out of each layer; the last has no ReLU.
    activations: Vec<Vec<Column<f32>>>,
    /// The derivative of the loss by what goes into each layer's ReLU.
    deltas: Vec<Vec<Column<f32>>>,
    /// For each number of the network the sum of its derivatives, lane by lane.
    sums: Vec<[f32; LANES]>,
}

impl Stack {
    pub(super) fn new(parameters: &Parameters, error: Error) -> Self {
        let columns = || parameters.places.iter().map(|place| vec![zeros(); place.n_outputs]).collect::<Vec<_>>();
        Stack { error, activations: columns(), deltas: columns(), sums: vec![[0.0; LANES]; parameters.values.len()] }
    }

    #[inline(always)]
    fn last_delta<S: Simd>(&mut self, simd: S, targets: &[Column<f32>], n_samples: usize) {
        let (Some(outputs), Some(deltas)) = (self.activations.last(), self.deltas.last_mut()) else { return };
        if self.error == Error::CrossEntropy {
            return logits_to_delta(outputs, targets, deltas, n_samples);
        }
        for ((delta, output), target) in deltas.iter_mut().zip(outputs).zip(targets) {
            for v in 0..VECTORS {
                let mut error = f32x16::from_slice(simd, &output[v]) - f32x16::from_slice(simd, &target[v]);
                if let Error::Huber(most) = self.error {
                    error = error.min(f32x16::splat(simd, most)).max(f32x16::splat(simd, -most));
                }
                if (v + 1) * LANES > n_samples {
                    // What earlier blocks left in the lanes that do not count may be anything.
                    let counts = lanes_below(simd, n_samples.saturating_sub(v * LANES));
                    let zero = f32x16::splat(simd, 0.0);
                    error = counts.simd_gt(zero).select(error, zero);
                }
                error.store_slice(&mut delta[v]);
            }
        }
    }
}

impl Kernel for Stack {
    #[inline(always)]
    fn clear(&mut self) {
        self.sums.fill([0.0; LANES]);
    }

    #[inline(always)]
    fn add_block<S: Simd>(
        &mut self,
        simd: S,
        parameters: &Parameters,
        inputs: &[Column<f32>],
        targets: &[Column<f32>],
        n_samples: usize,
    ) {
        let n_layers = parameters.places.len();
        for (l, place) in parameters.places.iter().enumerate() {
            let (before, after) = self.activations.split_at_mut(l);
            let from = before.last().map_or(inputs, Vec::as_slice);
            simd.vectorize(
                #[inline(always)]
                || forward(simd, &parameters.values, *place, from, &mut after[0], l + 1 < n_layers),
            );
        }
        self.last_delta(simd, targets, n_samples);
        for (l, place) in parameters.places.iter().enumerate().rev() {
            let from = if l == 0 { inputs } else { &self.activations[l - 1] };
            let (below, delta) = self.deltas.split_at_mut(l);
            let (delta, sums) = (&delta[0], &mut self.sums);
            simd.vectorize(
                #[inline(always)]
                || {
                    add_products(simd, delta, from, *place, sums);
                    if parameters.bias {
                        add_biases(simd, delta, *place, sums);
                    }
                    if let Some(below) = below.last_mut() {
                        back(simd, &parameters.values, *place, delta, from, below);
                    }
                },
            );
        }
    }

    #[inline(always)]
    fn gradient(&self, _: &Parameters, factor: f32, gradient: &mut [f32]) {
        for (value, lanes) in gradient.iter_mut().zip(&self.sums) {
            *value = factor * sum(lanes);
        }
    }
}

/// Calls one of two versions for blocks of neurons: four at a time, then one by one.
macro_rules! in_blocks {
    ($n:expr, |$first:ident, $size:ident| $body:expr) => {{
        let whole = $n - $n % BLOCK;
        for $first in (0..whole).step_by(BLOCK) {
            const $size: usize = BLOCK;
            $body
        }
        for $first in whole..$n {
            const $size: usize = 1;
            $body
        }
    }};
}

#[inline(always)]
fn forward<S: Simd>(simd: S, values: &[f32], place: Place, from: &[Column<f32>], to: &mut [Column<f32>], relu: bool) {
    in_blocks!(place.n_outputs, |first, N| forward_block::<S, N>(simd, values, place, first, from, to, relu));
}

#[inline(always)]
fn forward_block<S: Simd, const N: usize>(
    simd: S,
    values: &[f32],
    place: Place,
    first: usize,
    from: &[Column<f32>],
    to: &mut [Column<f32>],
    relu: bool,
) {
    let rows: [&[f32]; N] =
        std::array::from_fn(|j| &values[place.weights + (first + j) * place.n_inputs..][..place.n_inputs]);
    let biases: [f32; N] = std::array::from_fn(|j| values[place.biases + first + j]);
    for v in (0..VECTORS).step_by(BLOCK) {
        let mut sums: [[f32x16<S>; BLOCK]; N] = std::array::from_fn(|j| [f32x16::splat(simd, biases[j]); BLOCK]);
        for (i, column) in from.iter().enumerate() {
            let x: [f32x16<S>; BLOCK] = std::array::from_fn(|k| f32x16::from_slice(simd, &column[v + k]));
            for j in 0..N {
                let w = f32x16::splat(simd, rows[j][i]);
                for k in 0..BLOCK {
                    sums[j][k] = w.mul_add(x[k], sums[j][k]);
                }
            }
        }
        for j in 0..N {
            for k in 0..BLOCK {
                let sum = if relu { sums[j][k].max(f32x16::splat(simd, 0.0)) } else { sums[j][k] };
                sum.store_slice(&mut to[first + j][v + k]);
            }
        }
    }
}

/// From the deltas of a layer to those of the layer below, 0 where its ReLU is off.
#[inline(always)]
fn back<S: Simd>(
    simd: S,
    values: &[f32],
    place: Place,
    delta: &[Column<f32>],
    activations: &[Column<f32>],
    below: &mut [Column<f32>],
) {
    in_blocks!(place.n_inputs, |first, N| back_block::<S, N>(simd, values, place, first, delta, activations, below));
}

#[inline(always)]
fn back_block<S: Simd, const N: usize>(
    simd: S,
    values: &[f32],
    place: Place,
    first: usize,
    delta: &[Column<f32>],
    activations: &[Column<f32>],
    below: &mut [Column<f32>],
) {
    let zero = f32x16::splat(simd, 0.0);
    for v in (0..VECTORS).step_by(BLOCK) {
        let mut sums: [[f32x16<S>; BLOCK]; N] = [[zero; BLOCK]; N];
        for (column, row) in delta.iter().zip(values[place.weights..].chunks_exact(place.n_inputs)) {
            let d: [f32x16<S>; BLOCK] = std::array::from_fn(|k| f32x16::from_slice(simd, &column[v + k]));
            for i in 0..N {
                let w = f32x16::splat(simd, row[first + i]);
                for k in 0..BLOCK {
                    sums[i][k] = w.mul_add(d[k], sums[i][k]);
                }
            }
        }
        for i in 0..N {
            for k in 0..BLOCK {
                let on = f32x16::from_slice(simd, &activations[first + i][v + k]).simd_gt(zero);
                on.select(sums[i][k], zero).store_slice(&mut below[first + i][v + k]);
            }
        }
    }
}

/// Adds delta times input to the sums of the weights.
#[inline(always)]
fn add_products<S: Simd>(
    simd: S,
    delta: &[Column<f32>],
    from: &[Column<f32>],
    place: Place,
    sums: &mut [[f32; LANES]],
) {
    in_blocks!(place.n_outputs, |j, N| {
        in_blocks!(place.n_inputs, |i, M| add_products_block::<S, N, M>(simd, delta, from, place, (j, i), sums));
    });
}

#[inline(always)]
fn add_products_block<S: Simd, const N: usize, const M: usize>(
    simd: S,
    delta: &[Column<f32>],
    from: &[Column<f32>],
    place: Place,
    (first_j, first_i): (usize, usize),
    sums: &mut [[f32; LANES]],
) {
    let at = |j: usize, i: usize| place.weights + (first_j + j) * place.n_inputs + first_i + i;
    let mut block: [[f32x16<S>; M]; N] =
        std::array::from_fn(|j| std::array::from_fn(|i| f32x16::from_slice(simd, &sums[at(j, i)])));
    for v in 0..VECTORS {
        let x: [f32x16<S>; M] = std::array::from_fn(|i| f32x16::from_slice(simd, &from[first_i + i][v]));
        for j in 0..N {
            let d = f32x16::from_slice(simd, &delta[first_j + j][v]);
            for i in 0..M {
                block[j][i] = d.mul_add(x[i], block[j][i]);
            }
        }
    }
    for j in 0..N {
        for i in 0..M {
            block[j][i].store_slice(&mut sums[at(j, i)]);
        }
    }
}

#[inline(always)]
fn add_biases<S: Simd>(simd: S, delta: &[Column<f32>], place: Place, sums: &mut [[f32; LANES]]) {
    for (column, lanes) in delta.iter().zip(&mut sums[place.biases..]) {
        let mut sum = f32x16::from_slice(simd, lanes);
        for vector in column {
            sum += f32x16::from_slice(simd, vector);
        }
        sum.store_slice(lanes);
    }
}
