//! A network in floats at many points at once: each quantity is a column with one number a point.

use pellucid_core::Network;

/// One number a point.
pub type Column = Vec<f64>;

/// What a network does at many points.
pub struct Traced {
    /// Pre-activations, a column a neuron, of every layer; those of the last are the outputs.
    pre: Vec<Vec<Column>>,
}

impl Traced {
    /// Goes through the network with all points; `inputs` are a column each.
    pub fn through(network: &Network<f64>, inputs: &[Column]) -> Self {
        let n_points = inputs.first().map_or(0, Vec::len);
        let mut pre: Vec<Vec<Column>> = Vec::with_capacity(network.layers().len());
        for layer in network.layers() {
            let below = pre.last();
            let neurons = layer.weights.iter().zip(&layer.biases).map(|(weights, bias)| {
                let mut sum = vec![*bias; n_points];
                for (i, weight) in weights.iter().enumerate().filter(|(_, weight)| **weight != 0.0) {
                    match below {
                        None => add_scaled(&mut sum, *weight, &inputs[i]),
                        Some(below) => sum.iter_mut().zip(&below[i]).for_each(|(sum, z)| *sum += weight * z.max(0.0)),
                    }
                }
                sum
            });
            let neurons: Vec<Column> = neurons.collect();
            pre.push(neurons);
        }
        Traced { pre }
    }

    /// The values of an output.
    pub fn values(&self, output: usize) -> &Column {
        &self.pre[self.pre.len() - 1][output]
    }

    /// The values of an output, the rest forgotten.
    pub fn into_values(mut self, output: usize) -> Column {
        self.pre.pop().map(|mut outputs| outputs.swap_remove(output)).unwrap_or_default()
    }

    /// The gradients of an output, a column an input; where a pre-activation is 0 the neuron counts as off.
    pub fn gradients(&self, network: &Network<f64>, output: usize) -> Vec<Column> {
        let n_points = self.values(output).len();
        let mut rows: Vec<Column> =
            network.output_layer().weights[output].iter().map(|weight| vec![*weight; n_points]).collect();
        for (layer, pre) in network.hidden_layers().iter().zip(&self.pre).rev() {
            let mut below = vec![vec![0.0; n_points]; layer.weights.first().map_or(0, Vec::len)];
            for ((row, pre), weights) in rows.iter_mut().zip(pre).zip(&layer.weights) {
                row.iter_mut().zip(pre).for_each(|(row, pre)| *row = if *pre > 0.0 { *row } else { 0.0 });
                for (below, weight) in below.iter_mut().zip(weights).filter(|(_, weight)| **weight != 0.0) {
                    add_scaled(below, *weight, row);
                }
            }
            rows = below;
        }
        rows
    }
}

/// Adds a multiple of a column.
pub fn add_scaled(sum: &mut [f64], factor: f64, column: &[f64]) {
    sum.iter_mut().zip(column).for_each(|(sum, value)| *sum += factor * value);
}

#[cfg(test)]
mod tests {
    use super::*;
    use pellucid_core::Layer;

    /// Two inputs, two hidden layers, two outputs, weights without a pattern.
    fn network() -> Network<f64> {
        let mut state = 0.3f64;
        let mut next = || {
            state = (state * 997.0 + 0.123).fract();
            2.0 * state - 1.0
        };
        let mut layer = |n_in: usize, n_out: usize| Layer {
            weights: (0..n_out).map(|_| (0..n_in).map(|_| next()).collect()).collect(),
            biases: (0..n_out).map(|_| next()).collect(),
        };
        Network::new(None, vec![layer(2, 5), layer(5, 4), layer(4, 2)]).unwrap()
    }

    #[test]
    fn columns_are_the_network_point_by_point() {
        let network = network();
        let points: Vec<[f64; 2]> =
            (0..50).map(|k| [(k as f64 * 0.37).sin() * 2.0, (k as f64 * 0.73).cos() * 2.0]).collect();
        let column = |i: usize| points.iter().map(|point| point[i]).collect::<Column>();
        let traced = Traced::through(&network, &[column(0), column(1)]);
        let step = 1e-7;
        for output in 0..2 {
            let gradients = traced.gradients(&network, output);
            for (k, point) in points.iter().enumerate() {
                let here = network.evaluate(point)[output];
                assert!((traced.values(output)[k] - here).abs() < 1e-12);
                for i in 0..2 {
                    let mut moved = *point;
                    moved[i] += step;
                    let slope = (network.evaluate(&moved)[output] - here) / step;
                    assert!((gradients[i][k] - slope).abs() < 1e-5, "{slope} {}", gradients[i][k]);
                }
            }
        }
    }
}
