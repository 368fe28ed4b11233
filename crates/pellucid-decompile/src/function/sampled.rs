//! One output of a network at many points: what its pieces are read off.

use pellucid_core::Network;

use super::local::local;
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
    /// The points, each with the inputs that the function reads.
    pub points: Vec<Vec<f64>>,
    /// The values there.
    pub values: Vec<f64>,
    /// The gradients there.
    pub gradients: Vec<Vec<f64>>,
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
}

/// Points of a box.
pub struct Points {
    /// All of them; those that fill it evenly come first.
    pub all: Vec<Vec<f64>>,
    /// So many fill it evenly, the others are corners and such.
    pub n_even: usize,
}

/// Points that fill a box evenly, always the same (a Kronecker sequence of the root of x^(n+1) = x + 1,
/// Roberts 2018), and corners.
pub fn spread_points(sides: &[(f64, f64)], hidden_neurons: usize) -> Points {
    let n = sides.len();
    let mut root = 2.0f64;
    for _ in 0..60 {
        root = (1.0 + root).powf(1.0 / (n as f64 + 1.0));
    }
    let steps: Vec<f64> = (1..=n).map(|i| root.powi(-(i as i32)).fract()).collect();
    let count = hidden_neurons.saturating_mul(N_POINTS_A_NEURON).clamp(LEAST_POINTS, N_POINTS);
    let count = count + N_POINTS_AN_INPUT * n.saturating_sub(2).min(12);
    let at = |k: usize| {
        let share = |i: usize| (0.5 + steps[i] * (k + 1) as f64).fract();
        sides.iter().enumerate().map(|(i, (low, high))| low + (high - low) * share(i)).collect()
    };
    // What is off is often most off in a corner.
    Points { all: (0..count).map(at).chain(corners(sides)).collect(), n_even: count }
}

/// Every output of a network at the points.
pub fn sample(network: &Network<f64>, points: &Points, sides: &[(f64, f64)]) -> Vec<Sampled> {
    let reach: Vec<f64> = sides.iter().map(|(low, high)| low.abs().max(high.abs()).max(1e-12)).collect();
    let (n_even, points) = (points.n_even, &points.all);
    let empty = Sampled { n_even, points: points.to_vec(), values: Vec::new(), gradients: Vec::new(), reach };
    let mut all = vec![empty; network.n_outputs()];
    for point in points {
        let local = local(network, point);
        for ((sampled, value), gradient) in all.iter_mut().zip(local.values).zip(local.gradients) {
            sampled.values.push(value);
            sampled.gradients.push(gradient);
        }
    }
    all
}
