//! The affine maps that a network in floats follows around a point.

use pellucid_core::{Network, Trace};

/// Values and gradients of all outputs at a point.
pub struct Local {
    /// One value an output.
    pub values: Vec<f64>,
    /// One gradient an output.
    pub gradients: Vec<Vec<f64>>,
}

/// Values and gradients at a point; where a pre-activation is 0 the neuron counts as off.
pub fn local(network: &Network<f64>, point: &[f64]) -> Local {
    let mut trace = network.trace(point);
    let values = trace.pre_activations.pop().unwrap_or_default();
    let gradients = (0..network.n_outputs()).map(|output| gradient(network, output, &trace)).collect();
    Local { values, gradients }
}

/// The gradient of an output where the neurons are on that have a positive pre-activation.
fn gradient(network: &Network<f64>, output: usize, trace: &Trace<f64>) -> Vec<f64> {
    let mut row = network.output_layer().weights[output].clone();
    for (layer, pre) in network.hidden_layers().iter().zip(&trace.pre_activations).rev() {
        let mut below = vec![0.0; layer.weights.first().map_or(0, Vec::len)];
        for ((weight, pre), weights) in row.iter().zip(pre).zip(&layer.weights) {
            if *pre > 0.0 && *weight != 0.0 {
                below.iter_mut().zip(weights).for_each(|(sum, w)| *sum += weight * w);
            }
        }
        row = below;
    }
    row
}
