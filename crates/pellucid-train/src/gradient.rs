//! One tile of samples through the network and back: the gradient of the mean squared error.

use crate::affine::Affine;
use crate::column::{Column, Float, LANES, TILE, add_in_order, affine, multiply, relu, zeros};

/// The gradient of `mean((y - t)^2)` over the samples and the outputs of a batch, and the columns
/// it is computed in. Made once for a training: nothing is allocated in a step.
#[derive(Clone, Debug)]
pub(crate) struct Gradient<F> {
    /// `2 / (samples * outputs)`, the factor that PyTorch puts on `y - t`.
    factor: F,
    /// `activations[0]` are the inputs, `activations[l]` what comes out of layer l; the last one
    /// has no ReLU.
    activations: Vec<Vec<Column<F>>>,
    /// The derivative of the loss by each pre-activation, layer by layer.
    deltas: Vec<Vec<Column<F>>>,
    targets: Vec<Column<F>>,
    /// The derivative of the loss by each weight and bias.
    layers: Vec<Affine<F>>,
    /// Are there biases to learn?
    bias: bool,
}

impl<F: Float> Gradient<F> {
    /// For networks of this shape and batches of this many samples.
    pub(crate) fn new(shape: &[usize], batch: usize, bias: bool) -> Self {
        let columns = |widths: &[usize]| widths.iter().map(|width| vec![zeros(); *width]).collect::<Vec<_>>();
        let n_outputs = shape[shape.len() - 1];
        Gradient {
            factor: F::from_f64(2.0 / (batch * n_outputs) as f64),
            activations: columns(shape),
            deltas: columns(&shape[1..]),
            targets: vec![zeros(); n_outputs],
            layers: shape.windows(2).map(|widths| Affine::zeros(widths[0], widths[1])).collect(),
            bias,
        }
    }

    /// Back to 0, before the first tile of a batch.
    pub(crate) fn clear(&mut self) {
        for layer in &mut self.layers {
            layer.weights.fill(F::default());
            layer.biases.fill(F::default());
        }
    }

    /// The inputs' columns, to be filled for the next tile.
    pub(crate) fn inputs(&mut self) -> &mut [Column<F>] {
        &mut self.activations[0]
    }

    /// The inputs' columns, and the targets' to be filled from them.
    pub(crate) fn inputs_and_targets(&mut self) -> (&[Column<F>], &mut [Column<F>]) {
        (&self.activations[0], &mut self.targets)
    }

    /// Adds what the first `n_samples` of the tile contribute.
    pub(crate) fn add_tile(&mut self, layers: &[Affine<F>], n_samples: usize) {
        self.forward(layers);
        self.loss_to_delta(n_samples);
        for l in (0..layers.len()).rev() {
            self.add_layer(l);
            if l > 0 {
                self.back_through(&layers[l], l);
            }
        }
    }

    fn forward(&mut self, layers: &[Affine<F>]) {
        for (l, layer) in layers.iter().enumerate() {
            let (before, after) = self.activations.split_at_mut(l + 1);
            for ((weights, bias), output) in layer.neurons().zip(&mut after[0]) {
                affine(weights, bias, &before[l], output);
                if l + 1 < layers.len() {
                    relu(output);
                }
            }
        }
    }

    /// `factor * (y - t)` for the samples that count and 0 for the rest of the tile.
    fn loss_to_delta(&mut self, n_samples: usize) {
        let (Some(outputs), Some(deltas)) = (self.activations.last(), self.deltas.last_mut()) else { return };
        for ((delta, output), target) in deltas.iter_mut().zip(outputs).zip(&self.targets) {
            for ((delta, y), t) in delta.iter_mut().zip(output).zip(target) {
                for lane in 0..LANES {
                    delta[lane] = self.factor * (y[lane] - t[lane]);
                }
            }
            for sample in n_samples..TILE {
                delta[sample / LANES][sample % LANES] = F::default();
            }
        }
    }

    /// The derivative by the weights and biases of layer `l`.
    fn add_layer(&mut self, l: usize) {
        let (inputs, layer) = (&self.activations[l], &mut self.layers[l]);
        let rows = layer.weights.chunks_exact_mut(layer.n_inputs).zip(&mut layer.biases);
        for (delta, (row, bias)) in self.deltas[l].iter().zip(rows) {
            for (weight, input) in row.iter_mut().zip(inputs) {
                *weight = add_in_order(*weight, &multiply(delta, input));
            }
            if self.bias {
                *bias = add_in_order(*bias, delta);
            }
        }
    }

    /// From the deltas of layer `l` to those of the layer before: by the transposed weights, and
    /// nothing where the ReLU is off.
    fn back_through(&mut self, layer: &Affine<F>, l: usize) {
        let (before, after) = self.deltas.split_at_mut(l);
        for (j, (delta, activation)) in before[l - 1].iter_mut().zip(&self.activations[l]).enumerate() {
            for (lanes, (delta, activation)) in delta.iter_mut().zip(activation).enumerate() {
                let mut sum = [F::default(); LANES];
                for (i, from) in after[0].iter().enumerate() {
                    let weight = layer.weights[i * layer.n_inputs + j];
                    for (sum, from) in sum.iter_mut().zip(&from[lanes]) {
                        *sum += weight * *from;
                    }
                }
                for (sum, a) in sum.iter_mut().zip(activation) {
                    *sum = if *a > F::default() { *sum } else { F::default() };
                }
                *delta = sum;
            }
        }
    }
}

impl Gradient<f32> {
    /// One step of plain gradient descent.
    ///
    /// Multiply and add are fused, as in PyTorch's `p.add_(grad, alpha=-lr)`.
    pub(crate) fn descend(&self, layers: &mut [Affine<f32>], learning_rate: f64) {
        let factor = -learning_rate as f32;
        let step = |value: &mut f32, gradient: &f32| *value = gradient.mul_add(factor, *value);
        for (layer, gradient) in layers.iter_mut().zip(&self.layers) {
            layer.weights.iter_mut().zip(&gradient.weights).for_each(|(value, g)| step(value, g));
            if self.bias {
                layer.biases.iter_mut().zip(&gradient.biases).for_each(|(value, g)| step(value, g));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use pellucid_core::Network;
    use proptest::prelude::*;

    use super::*;
    use crate::RandomStream;

    /// `n` values in [-1, 1).
    fn draw(random: &mut RandomStream, n: usize) -> Vec<f64> {
        random.rand(n).into_iter().map(|r| f64::from(r) * 2.0 - 1.0).collect()
    }

    fn to_columns(rows: &[Vec<f64>], columns: &mut [Column<f64>]) {
        for (sample, row) in rows.iter().enumerate() {
            for (column, value) in columns.iter_mut().zip(row) {
                column[sample / LANES][sample % LANES] = *value;
            }
        }
    }

    /// The loss by the definition, one sample at a time.
    fn loss(layers: &[Affine<f64>], inputs: &[Vec<f64>], targets: &[Vec<f64>]) -> f64 {
        let network = Network::new(None, layers.iter().map(Affine::to_layer).collect()).unwrap();
        let squares = inputs.iter().zip(targets).flat_map(|(x, t)| {
            network.evaluate(x).into_iter().zip(t).map(|(y, t)| (y - t) * (y - t)).collect::<Vec<_>>()
        });
        squares.sum::<f64>() / (targets.len() * targets[0].len()) as f64
    }

    /// The weights first, then the biases.
    fn parameter(layer: &mut Affine<f64>, index: usize) -> &mut f64 {
        let n_weights = layer.weights.len();
        if index < n_weights { &mut layer.weights[index] } else { &mut layer.biases[index - n_weights] }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]
        #[test]
        fn the_gradient_is_that_of_finite_differences(
            shape in prop::collection::vec(1_usize..5, 2..5),
            n_samples in 1_usize..300,
            seed in any::<u64>(),
        ) {
            let mut random = RandomStream::new(seed);
            let mut layer = |n_inputs, n_outputs| {
                let weights = draw(&mut random, n_inputs * n_outputs);
                Affine { n_inputs, weights, biases: draw(&mut random, n_outputs) }
            };
            let mut layers: Vec<Affine<f64>> = shape.windows(2).map(|widths| layer(widths[0], widths[1])).collect();
            let inputs: Vec<Vec<f64>> = (0..n_samples).map(|_| draw(&mut random, shape[0])).collect();
            let targets: Vec<Vec<f64>> = (0..n_samples).map(|_| draw(&mut random, shape[shape.len() - 1])).collect();

            let mut gradient = Gradient::new(&shape, n_samples, true);
            // What an earlier batch left behind must not matter.
            gradient.add_tile(&layers, TILE);
            gradient.clear();
            for (x, t) in inputs.chunks(TILE).zip(targets.chunks(TILE)) {
                to_columns(x, gradient.inputs());
                to_columns(t, gradient.inputs_and_targets().1);
                gradient.add_tile(&layers, x.len());
            }

            let step = 1e-6;
            let here = loss(&layers, &inputs, &targets);
            for l in 0..layers.len() {
                for index in 0..layers[l].weights.len() + layers[l].biases.len() {
                    let found = *parameter(&mut gradient.layers[l], index);
                    let kept = *parameter(&mut layers[l], index);
                    let mut at = |value: f64| {
                        *parameter(&mut layers[l], index) = value;
                        loss(&layers, &inputs, &targets)
                    };
                    let (above, below) = (at(kept + step), at(kept - step));
                    at(kept);
                    // Between the two sides lies what a sample can change that is on a kink.
                    let (forward, backward) = ((above - here) / step, (here - below) / step);
                    let error = (found - (forward + backward) / 2.0).abs();
                    let allowed = (forward - backward).abs() + 1e-6 * (1.0 + found.abs());
                    prop_assert!(error <= allowed, "layer {l}, parameter {index}: {backward} {found} {forward}");
                }
            }
        }
    }
}
