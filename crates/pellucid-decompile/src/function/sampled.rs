//! One output of a network at many points: what its pieces are read off.

use pellucid_core::Network;

use super::columns::{Column, Traced, add_scaled};
use crate::samples::corners;

/// Points that the formula of a network is read off: each stands for an equal share of the volume.
const N_POINTS: usize = 2_048;
/// Of a small network, which has few pieces, so many points a hidden neuron are enough,
const N_POINTS_A_NEURON: usize = 64;
/// but not fewer than this.
const LEAST_POINTS: usize = 1_024;
/// Further ones for each input beyond two.
const N_POINTS_AN_INPUT: usize = 512;

/// Inputs, values and gradients of one function at many points.
#[derive(Clone)]
pub struct Sampled {
    /// So many of the points, the first ones, fill the domain evenly.
    pub n_even: usize,
    /// The points: a column for each input that the function reads.
    pub inputs: Vec<Column>,
    /// The values there.
    pub values: Column,
    /// The gradients there: a column an input.
    pub gradients: Vec<Column>,
    /// How far each input goes from 0.
    pub reach: Vec<f64>,
}

impl Sampled {
    /// Half of how far the values go apart; their size where they are all the same, or 1.
    pub fn swing(&self) -> f64 {
        let low = self.values.iter().copied().fold(f64::INFINITY, f64::min);
        let high = self.values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let swing = (high - low) / 2.0;
        [swing, high.abs()].into_iter().find(|size| size.is_finite() && *size > 1e-12).unwrap_or(1.0)
    }

    /// The number of points.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// The affine map that the function follows at each point, as the map's value at 0: a column.
    pub fn constants(&self) -> Column {
        let mut constants = self.values.clone();
        for (gradient, input) in self.gradients.iter().zip(&self.inputs) {
            constants.iter_mut().zip(gradient).zip(input).for_each(|((c, g), x)| *c -= g * x);
        }
        constants
    }
}

/// An affine map in floats.
#[derive(Clone, Debug)]
pub struct FloatMap {
    /// One an input.
    pub coefficients: Vec<f64>,
    /// The value at 0.
    pub constant: f64,
}

impl FloatMap {
    /// The values at all points, `inputs` being a column each.
    pub fn at_all(&self, inputs: &[Column]) -> Column {
        let mut values = vec![self.constant; inputs.first().map_or(0, Vec::len)];
        for (coefficient, input) in self.coefficients.iter().zip(inputs) {
            add_scaled(&mut values, *coefficient, input);
        }
        values
    }
}

/// Points of a box.
pub struct Points {
    /// All of them, a column an input; those that fill it evenly come first.
    pub inputs: Vec<Column>,
    /// So many fill it evenly, the others are corners and such.
    pub n_even: usize,
}

/// Points that fill a box evenly, always the same (a Kronecker sequence of the root of x^(n+1) = x + 1,
/// Roberts 2018), its corners, and `more`.
pub fn spread_points(sides: &[(f64, f64)], hidden_neurons: usize, more: &[Vec<f64>]) -> Points {
    let n = sides.len();
    let mut root = 2.0f64;
    for _ in 0..60 {
        root = (1.0 + root).powf(1.0 / (n as f64 + 1.0));
    }
    let count = hidden_neurons.saturating_mul(N_POINTS_A_NEURON).clamp(LEAST_POINTS, N_POINTS);
    let count = count + N_POINTS_AN_INPUT * n.saturating_sub(2).min(12);
    // What is off is often most off in a corner.
    let corners = corners(sides);
    let column = |(i, (low, high)): (usize, &(f64, f64))| {
        let step = root.powi(-(i as i32 + 1)).fract();
        let even = (0..count).map(|k| low + (high - low) * (0.5 + step * (k + 1) as f64).fract());
        even.chain(corners.iter().chain(more).map(|point| point[i])).collect()
    };
    Points { inputs: sides.iter().enumerate().map(column).collect(), n_even: count }
}

/// Every output of a network at the points.
pub fn sample(network: &Network<f64>, points: &Points, sides: &[(f64, f64)]) -> Vec<Sampled> {
    let reach: Vec<f64> = sides.iter().map(|(low, high)| low.abs().max(high.abs()).max(1e-12)).collect();
    let traced = Traced::through(network, &points.inputs);
    let sampled = |output: usize| Sampled {
        n_even: points.n_even,
        inputs: points.inputs.clone(),
        values: traced.values(output).clone(),
        gradients: traced.gradients(network, output),
        reach: reach.clone(),
    };
    (0..network.n_outputs()).map(sampled).collect()
}
