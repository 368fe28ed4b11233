//! A network on many inputs in floats: tiles of rows, so that each weight meets a run of numbers that lie side by side.

use fearless_simd::{Level, Simd, dispatch};
use pellucid::Network;

/// Rows of a tile: two layers of a few dozen neurons stay in the processor's nearest cache.
const TILE: usize = 128;

/// A float that networks are evaluated in.
pub trait Real: Copy + PartialOrd + std::ops::Mul<Output = Self> + std::ops::AddAssign + Send + Sync {
    /// 0.
    const ZERO: Self;
}

impl Real for f32 {
    const ZERO: f32 = 0.0;
}

impl Real for f64 {
    const ZERO: f64 = 0.0;
}

/// One layer as one run of numbers.
struct Flat<T> {
    weights: Vec<T>,
    biases: Vec<T>,
    n_in: usize,
}

/// A network laid out for evaluation.
pub struct Batch<T> {
    layers: Vec<Flat<T>>,
    widest: usize,
    /// What the processor can do.
    level: Level,
}

impl<T: Real> Batch<T> {
    /// Lays a network out.
    pub fn new(network: &Network<T>) -> Self {
        let flat = |layer: &pellucid::Layer<T>| Flat {
            weights: layer.weights.concat(),
            biases: layer.biases.clone(),
            n_in: layer.weights.first().map_or(0, Vec::len),
        };
        let widest = network.shape().into_iter().max().unwrap_or(0);
        Batch { layers: network.layers().iter().map(flat).collect(), widest, level: Level::new() }
    }

    /// The outputs, shape (rows, outputs), of inputs of shape (rows, inputs), both row by row.
    pub fn outputs(&self, inputs: &[T], n_inputs: usize) -> Vec<T> {
        let n_outputs = self.layers.last().map_or(0, |layer| layer.biases.len());
        let n_rows = inputs.len() / n_inputs.max(1);
        let mut outputs = vec![T::ZERO; n_rows * n_outputs];
        let chunks = inputs.chunks(TILE * n_inputs.max(1)).zip(outputs.chunks_mut((TILE * n_outputs).max(1)));
        let (mut values, mut next) = (vec![[T::ZERO; TILE]; self.widest], vec![[T::ZERO; TILE]; self.widest]);
        for (inputs, outputs) in chunks {
            for (row, input) in inputs.chunks(n_inputs).enumerate() {
                for (column, value) in values.iter_mut().zip(input) {
                    column[row] = *value;
                }
            }
            self.tile(&mut values, &mut next, |_, _| {});
            for (row, output) in outputs.chunks_mut(n_outputs).enumerate() {
                for (value, column) in output.iter_mut().zip(&values) {
                    *value = column[row];
                }
            }
        }
        outputs
    }

    /// Every pre-activation: one list a layer, shape (rows, neurons).
    pub fn pre_activations(&self, inputs: &[T], n_inputs: usize) -> Vec<Vec<T>> {
        let n_rows = inputs.len() / n_inputs.max(1);
        let mut all: Vec<Vec<T>> = self.layers.iter().map(|layer| vec![T::ZERO; n_rows * layer.biases.len()]).collect();
        let (mut values, mut next) = (vec![[T::ZERO; TILE]; self.widest], vec![[T::ZERO; TILE]; self.widest]);
        for (tile, inputs) in inputs.chunks(TILE * n_inputs.max(1)).enumerate() {
            let n_here = inputs.len() / n_inputs;
            for (row, input) in inputs.chunks(n_inputs).enumerate() {
                for (column, value) in values.iter_mut().zip(input) {
                    column[row] = *value;
                }
            }
            self.tile(&mut values, &mut next, |layer, columns| {
                let width = columns.len();
                let rows = all[layer].chunks_mut(width).skip(tile * TILE).take(n_here);
                for (row, output) in rows.enumerate() {
                    for (value, column) in output.iter_mut().zip(columns) {
                        *value = column[row];
                    }
                }
            });
        }
        all
    }

    /// One tile through all layers, in place; `before` sees each layer before its ReLUs.
    fn tile(
        &self,
        values: &mut Vec<[T; TILE]>,
        next: &mut Vec<[T; TILE]>,
        mut before: impl FnMut(usize, &[[T; TILE]]),
    ) {
        for (index, layer) in self.layers.iter().enumerate() {
            let sums = &mut next[..layer.biases.len()];
            dispatch!(self.level, simd => affine(simd, layer, values, sums));
            before(index, sums);
            if index + 1 < self.layers.len() {
                dispatch!(self.level, simd => relu(simd, sums));
            }
            std::mem::swap(values, next);
        }
    }
}

/// Rows whose sums stay in registers while the weights go by.
const LANES: usize = 32;

/// The layer's sums, each in the order of the weights, whatever the width of the processor's vectors.
#[inline(always)]
fn affine<S: Simd, T: Real>(_simd: S, layer: &Flat<T>, values: &[[T; TILE]], sums: &mut [[T; TILE]]) {
    let rows = layer.weights.chunks(layer.n_in.max(1)).zip(&layer.biases);
    for ((weights, bias), sum) in rows.zip(sums) {
        for (block, sum) in sum.as_chunks_mut::<LANES>().0.iter_mut().enumerate() {
            let mut lanes = [*bias; LANES];
            for (weight, column) in weights.iter().zip(values) {
                for (lane, value) in lanes.iter_mut().zip(&column.as_chunks::<LANES>().0[block]) {
                    *lane += *weight * *value;
                }
            }
            *sum = lanes;
        }
    }
}

#[inline(always)]
fn relu<S: Simd, T: Real>(_simd: S, sums: &mut [[T; TILE]]) {
    for value in sums.as_flattened_mut() {
        // NaN stays NaN, as in PyTorch.
        *value = if *value < T::ZERO { T::ZERO } else { *value };
    }
}
