//! Inputs that do not interact: a sum of functions of fewer inputs each.
//!
//! Two inputs p and q do not interact when `f(x) - f(x with p moved) - f(x with q moved) + f(x with
//! both moved)` is 0 wherever they are moved. Where no input of one group interacts with one of another,
//! f is a sum of one function a group, and each is read off alone: |x1| + ... + |x8| has 256 affine
//! pieces, its parts have two.

use pellucid_core::Network;

use super::sampled::Sampled;

/// With more inputs all count as interacting; there are too many pairs to look at.
const MAX_INPUTS: usize = 24;
/// Moves that are tried for a pair.
const N_MOVES: usize = 192;

/// How strongly inputs interact.
pub struct Interactions {
    n_inputs: usize,
    /// For each pair, the mean square and the largest of what moving both changes beyond moving each.
    pairs: Vec<(usize, usize, f64, f64)>,
}

impl Interactions {
    /// Looks at all pairs of inputs of one output.
    pub fn of(network: &Network<f64>, output: usize, sampled: &Sampled) -> Self {
        let n = network.n_inputs();
        let mut pairs = Vec::new();
        let step = (sampled.points.len() / N_MOVES).max(1);
        for (p, q) in (0..n).flat_map(|p| (p + 1..n).map(move |q| (p, q))).filter(|_| n <= MAX_INPUTS) {
            let (mut square, mut largest, mut count) = (0.0f64, 0.0f64, 0.0f64);
            for k in (0..sampled.points.len()).step_by(step) {
                let other = &sampled.points[(k * 7 + 3) % sampled.points.len()];
                let moved = |which: &[usize]| {
                    let mut point = sampled.points[k].clone();
                    which.iter().for_each(|i| point[*i] = other[*i]);
                    network.evaluate(&point)[output]
                };
                let mixed = sampled.values[k] - moved(&[p]) - moved(&[q]) + moved(&[p, q]);
                square += mixed * mixed;
                largest = largest.max(mixed.abs());
                count += 1.0;
            }
            pairs.push((p, q, (square / count).sqrt(), largest));
        }
        Interactions { n_inputs: n, pairs }
    }

    /// The groups of inputs that interact more than noise of this size would make them.
    pub fn groups(&self, noise: f64) -> Vec<Vec<usize>> {
        let mut group: Vec<usize> = (0..self.n_inputs).collect();
        if self.n_inputs > MAX_INPUTS {
            group.fill(0);
        }
        for (p, q, mean, largest) in &self.pairs {
            if *mean > 3.0 * noise || *largest > 20.0 * noise {
                let (keep, drop) = (group[*p].min(group[*q]), group[*p].max(group[*q]));
                group.iter_mut().filter(|g| **g == drop).for_each(|g| *g = keep);
            }
        }
        let with = |g: usize| (0..self.n_inputs).filter(|i| group[*i] == g).collect::<Vec<_>>();
        (0..self.n_inputs).map(with).filter(|members| !members.is_empty()).collect()
    }
}

/// The part of an output that a group of inputs makes: 0 where they are in the middle of the domain,
/// seen with the other inputs wherever the points have them.
pub fn part(network: &Network<f64>, output: usize, sampled: &Sampled, group: &[usize], middle: &[f64]) -> Sampled {
    let picked = |all: &[f64]| group.iter().map(|i| all[*i]).collect::<Vec<_>>();
    // A group of all inputs leaves none that could be elsewhere.
    let is_all = group.len() == middle.len();
    let base = network.evaluate(middle)[output];
    let mut moved: Vec<f64> = Vec::with_capacity(middle.len());
    let mut without = |point: &[f64]| {
        if is_all {
            return base;
        }
        moved.clear();
        moved.extend_from_slice(point);
        group.iter().for_each(|i| moved[*i] = middle[*i]);
        network.evaluate(&moved)[output]
    };
    let values = sampled.points.iter().zip(&sampled.values).map(|(point, value)| value - without(point));
    Sampled {
        n_even: sampled.n_even,
        points: sampled.points.iter().map(|point| picked(point)).collect(),
        values: values.collect(),
        gradients: sampled.gradients.iter().map(|gradient| picked(gradient)).collect(),
        reach: picked(&sampled.reach),
    }
}
