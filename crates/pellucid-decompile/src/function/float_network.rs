//! A network in floats, with the affine map around each point.

use pellucid_core::{Network, Rational};

/// Weights (out, in) and biases of one layer, row after row.
struct FloatLayer {
    weights: Vec<f64>,
    biases: Vec<f64>,
}

/// A network whose numbers are floats: what it says is a suggestion.
pub struct FloatNetwork {
    layers: Vec<FloatLayer>,
    /// The number of inputs.
    pub n_inputs: usize,
    /// The number of outputs.
    pub n_outputs: usize,
}

/// Values and gradients of all outputs at a point.
pub struct Local {
    /// One value an output.
    pub values: Vec<f64>,
    /// One gradient an output.
    pub gradients: Vec<Vec<f64>>,
}

impl FloatNetwork {
    /// The nearest floats.
    pub fn of(network: &Network<Rational>) -> Self {
        let layer = |layer: &pellucid_core::Layer<Rational>| FloatLayer {
            weights: layer.weights.iter().flatten().map(Rational::to_f64).collect(),
            biases: layer.biases.iter().map(Rational::to_f64).collect(),
        };
        FloatNetwork {
            layers: network.layers().iter().map(layer).collect(),
            n_inputs: network.n_inputs(),
            n_outputs: network.n_outputs(),
        }
    }

    /// The outputs at a point.
    pub fn values(&self, point: &[f64]) -> Vec<f64> {
        let mut values = point.to_vec();
        for (index, layer) in self.layers.iter().enumerate() {
            let is_last = index + 1 == self.layers.len();
            values = layer.apply(&values);
            if !is_last {
                values.iter_mut().for_each(|value| *value = value.max(0.0));
            }
        }
        values
    }

    /// Values and gradients at a point; where a pre-activation is 0 the neuron counts as off.
    pub fn local(&self, point: &[f64]) -> Local {
        let mut values = point.to_vec();
        let mut active: Vec<Vec<bool>> = Vec::with_capacity(self.layers.len());
        for (index, layer) in self.layers.iter().enumerate() {
            values = layer.apply(&values);
            if index + 1 < self.layers.len() {
                active.push(values.iter().map(|value| *value > 0.0).collect());
                values.iter_mut().for_each(|value| *value = value.max(0.0));
            }
        }
        let gradients = (0..self.n_outputs).map(|output| self.gradient(output, &active)).collect();
        Local { values, gradients }
    }

    /// The gradient of an output where these neurons are active.
    fn gradient(&self, output: usize, active: &[Vec<bool>]) -> Vec<f64> {
        let last = &self.layers[self.layers.len() - 1];
        let width = last.weights.len() / self.n_outputs.max(1);
        let mut row = last.weights[output * width..(output + 1) * width].to_vec();
        for (layer, active) in self.layers.iter().zip(active).rev() {
            let n_in = layer.weights.len() / active.len().max(1);
            let mut below = vec![0.0; n_in];
            for (k, weight) in row.iter().enumerate().filter(|(k, weight)| active[*k] && **weight != 0.0) {
                let weights = &layer.weights[k * n_in..(k + 1) * n_in];
                below.iter_mut().zip(weights).for_each(|(sum, w)| *sum += weight * w);
            }
            row = below;
        }
        row
    }
}

impl FloatLayer {
    fn apply(&self, values: &[f64]) -> Vec<f64> {
        let row = |(k, bias): (usize, &f64)| {
            let weights = &self.weights[k * values.len()..(k + 1) * values.len()];
            weights.iter().zip(values).fold(*bias, |sum, (w, v)| sum + w * v)
        };
        self.biases.iter().enumerate().map(row).collect()
    }
}
