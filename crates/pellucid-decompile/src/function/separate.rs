//! Inputs that do not interact: a sum of functions of fewer inputs each.
//!
//! Two inputs p and q do not interact when `f(x) - f(x with p moved) - f(x with q moved) + f(x with
//! both moved)` is 0 wherever they are moved. Where no input of one group interacts with one of another,
//! f is a sum of one function a group, and each is read off alone: |x1| + ... + |x8| has 256 affine
//! pieces, its parts have two.

use pellucid_core::Network;

use super::columns::{Column, Traced, add_scaled};
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
        let step = (sampled.len() / N_MOVES).max(1);
        let places: Vec<usize> = (0..sampled.len()).step_by(step).collect();
        let elsewhere: Vec<usize> = places.iter().map(|k| (k * 7 + 3) % sampled.len()).collect();
        let picked = |places: &[usize], i: usize| places.iter().map(|k| sampled.inputs[i][*k]).collect::<Column>();
        let mut inputs: Vec<Column> = (0..n).map(|i| picked(&places, i)).collect();
        let mut moved_values = |which: &[usize]| {
            which.iter().for_each(|i| inputs[*i] = picked(&elsewhere, *i));
            let values = Traced::through(network, &inputs).into_values(output);
            which.iter().for_each(|i| inputs[*i] = picked(&places, *i));
            values
        };
        let alone: Vec<Column> = match n {
            2..=MAX_INPUTS => (0..n).map(|i| moved_values(&[i])).collect(),
            _ => Vec::new(),
        };
        for (p, q) in (0..alone.len()).flat_map(|p| (p + 1..n).map(move |q| (p, q))) {
            let both = moved_values(&[p, q]);
            let (mut square, mut largest) = (0.0f64, 0.0f64);
            for (k, place) in places.iter().enumerate() {
                let mixed = sampled.values[*place] - alone[p][k] - alone[q][k] + both[k];
                square += mixed * mixed;
                largest = largest.max(mixed.abs());
            }
            pairs.push((p, q, (square / places.len() as f64).sqrt(), largest));
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
    let picked = |all: &[Column]| group.iter().map(|i| all[*i].clone()).collect::<Vec<_>>();
    let mut values = sampled.values.clone();
    // A group of all inputs leaves none that could be elsewhere.
    if group.len() == middle.len() {
        let base = network.evaluate(middle)[output];
        values.iter_mut().for_each(|value| *value -= base);
    } else {
        let mut inputs = sampled.inputs.clone();
        group.iter().for_each(|i| inputs[*i].fill(middle[*i]));
        add_scaled(&mut values, -1.0, Traced::through(network, &inputs).values(output));
    }
    Sampled {
        n_even: sampled.n_even,
        inputs: picked(&sampled.inputs),
        values,
        gradients: picked(&sampled.gradients),
        reach: group.iter().map(|i| sampled.reach[*i]).collect(),
    }
}
