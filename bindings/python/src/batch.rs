//! A network on many inputs in floats: tiles of rows, so that each weight meets a run of numbers that lie side by side.

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
        Batch { layers: network.layers().iter().map(flat).collect(), widest }
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
            let rows = layer.weights.chunks(layer.n_in.max(1)).zip(&layer.biases);
            for ((weights, bias), sum) in rows.zip(next.iter_mut()) {
                *sum = [*bias; TILE];
                for (weight, column) in weights.iter().zip(values.iter()) {
                    for (sum, value) in sum.iter_mut().zip(column) {
                        *sum += *weight * *value;
                    }
                }
            }
            before(index, &next[..layer.biases.len()]);
            if index + 1 < self.layers.len() {
                for value in next[..layer.biases.len()].iter_mut().flatten() {
                    // NaN stays NaN, as in PyTorch.
                    if *value < T::ZERO {
                        *value = T::ZERO;
                    }
                }
            }
            std::mem::swap(values, next);
        }
    }
}
