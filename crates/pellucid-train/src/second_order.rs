//! Training on one fixed set of samples in double precision: Levenberg-Marquardt and L-BFGS.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::fast::Parameters;

/// The fixed samples, row by row.
#[derive(Clone, Debug, Default)]
pub(crate) struct Samples {
    pub n_inputs: usize,
    pub n_outputs: usize,
    pub inputs: Vec<f64>,
    pub targets: Vec<f64>,
}

impl Samples {
    fn rows(&self) -> impl Iterator<Item = (&[f64], &[f64])> {
        self.inputs.chunks_exact(self.n_inputs).zip(self.targets.chunks_exact(self.n_outputs))
    }
}

/// A network with the numbers that are learnt in double precision.
struct Model<'a> {
    parameters: &'a Parameters,
    values: Vec<f64>,
    /// The indices of the numbers that are learnt.
    learnt: Vec<usize>,
    /// What comes out of each layer for one sample.
    activations: Vec<Vec<f64>>,
    deltas: Vec<Vec<f64>>,
}

impl<'a> Model<'a> {
    fn new(parameters: &'a Parameters) -> Self {
        let learnt = parameters.kinds().enumerate().filter(|(_, kind)| kind.is_learnt()).map(|(i, _)| i).collect();
        let columns: Vec<Vec<f64>> = parameters.places.iter().map(|place| vec![0.0; place.n_outputs]).collect();
        let values = parameters.values.iter().map(|v| f64::from(*v)).collect();
        Model { parameters, values, learnt, deltas: columns.clone(), activations: columns }
    }

    fn forward(&mut self, inputs: &[f64]) {
        let n_layers = self.parameters.places.len();
        for (l, place) in self.parameters.places.iter().enumerate() {
            let (before, after) = self.activations.split_at_mut(l);
            let from = before.last().map_or(inputs, Vec::as_slice);
            for (j, value) in after[0].iter_mut().enumerate() {
                let row = &self.values[place.weights + j * place.n_inputs..][..place.n_inputs];
                let sum = row.iter().zip(from).fold(self.values[place.biases + j], |sum, (w, x)| sum + w * x);
                *value = if l + 1 < n_layers { sum.max(0.0) } else { sum };
            }
        }
    }

    /// The derivative of `sum_o factors_o y_o` by all numbers, for the sample that went forward last.
    fn backward(&mut self, inputs: &[f64], factors: &[f64], gradient: &mut [f64]) {
        let last = self.deltas.len() - 1;
        self.deltas[last].copy_from_slice(factors);
        for (l, place) in self.parameters.places.iter().enumerate().rev() {
            let from = if l == 0 { inputs } else { &self.activations[l - 1] };
            let (below, delta) = self.deltas.split_at_mut(l);
            let delta = &delta[0];
            for (j, d) in delta.iter().enumerate() {
                let row = place.weights + j * place.n_inputs;
                for (g, x) in gradient[row..row + place.n_inputs].iter_mut().zip(from) {
                    *g += d * x;
                }
                gradient[place.biases + j] += d;
            }
            if let Some(below) = below.last_mut() {
                for (i, sum) in below.iter_mut().enumerate() {
                    let weight = |j: usize| self.values[place.weights + j * place.n_inputs + i];
                    let through = delta.iter().enumerate().map(|(j, d)| weight(j) * d).sum();
                    *sum = if from[i] > 0.0 { through } else { 0.0 };
                }
            }
        }
    }

    /// The sum of squares of what is off.
    fn cost(&mut self, samples: &Samples) -> f64 {
        let mut cost = 0.0;
        for (x, t) in samples.rows() {
            self.forward(x);
            let outputs = self.activations.last().map_or(&[][..], Vec::as_slice);
            cost += outputs.iter().zip(t).map(|(y, t)| (y - t) * (y - t)).sum::<f64>();
        }
        cost
    }

    /// The mean squared error and its derivative.
    fn loss(&mut self, samples: &Samples, gradient: &mut [f64]) -> f64 {
        let factor = 1.0 / samples.targets.len() as f64;
        gradient.fill(0.0);
        let mut loss = 0.0;
        for (x, t) in samples.rows() {
            self.forward(x);
            let outputs = self.activations.last().map_or(&[][..], Vec::as_slice);
            let off: Vec<f64> = outputs.iter().zip(t).map(|(y, t)| y - t).collect();
            loss += factor * off.iter().map(|off| off * off).sum::<f64>();
            self.backward(x, &off.iter().map(|off| 2.0 * factor * off).collect::<Vec<_>>(), gradient);
        }
        loss
    }

    /// `J^T J` (row by row) and `J^T r` over the learnt numbers.
    fn normal_equations(&mut self, samples: &Samples) -> (Vec<f64>, Vec<f64>) {
        let n = self.learnt.len();
        let (mut square, mut right) = (vec![0.0; n * n], vec![0.0; n]);
        let (mut whole, mut row) = (vec![0.0; self.values.len()], vec![0.0; n]);
        for (x, t) in samples.rows() {
            self.forward(x);
            for (o, target) in t.iter().enumerate() {
                let off = self.activations.last().map_or(0.0, |outputs| outputs[o]) - target;
                let factors: Vec<f64> = (0..t.len()).map(|k| if k == o { 1.0 } else { 0.0 }).collect();
                whole.fill(0.0);
                self.backward(x, &factors, &mut whole);
                self.learnt.iter().zip(&mut row).for_each(|(at, r)| *r = whole[*at]);
                for i in 0..n {
                    right[i] += row[i] * off;
                    if row[i] != 0.0 {
                        for k in 0..=i {
                            square[i * n + k] += row[i] * row[k];
                        }
                    }
                }
            }
        }
        for i in 0..n {
            for k in i + 1..n {
                square[i * n + k] = square[k * n + i];
            }
        }
        (square, right)
    }

    fn into_values(self) -> Vec<f32> {
        self.values.iter().map(|v| *v as f32).collect()
    }
}

/// The mean squared error on samples.
pub(crate) fn mean_square(parameters: &Parameters, samples: &Samples) -> f64 {
    Model::new(parameters).cost(samples) / samples.targets.len() as f64
}

/// Mean squared errors below this are roundings.
const NOTHING_LEFT: f64 = 1e-24;

/// Levenberg (1944) and Marquardt (1963): steps of Gauss and Newton, damped as long as they make it worse. Says how many
/// were done; it ends early where nothing is left to gain.
pub(crate) fn levenberg_marquardt(
    parameters: &mut Parameters,
    samples: &Samples,
    damping: f64,
    steps: u64,
    cancel: &AtomicBool,
) -> u64 {
    let mut model = Model::new(parameters);
    let n = model.learnt.len();
    let mut damping = damping;
    let mut cost = model.cost(samples);
    let enough = NOTHING_LEFT * samples.targets.len() as f64;
    let mut done = 0;
    while done < steps && cost > enough && !cancel.load(Ordering::Relaxed) {
        done += 1;
        let (square, right) = model.normal_equations(samples);
        let before = model.values.clone();
        let mut better = false;
        while !better && damping < 1e10 {
            let mut damped = square.clone();
            for i in 0..n {
                damped[i * n + i] += damping * (square[i * n + i] + 1e-9);
            }
            if let Some(step) = cholesky_solve(damped, &right) {
                model.values.clone_from(&before);
                for (at, step) in model.learnt.iter().zip(&step) {
                    model.values[*at] -= step;
                }
                let now = model.cost(samples);
                if now < cost {
                    (better, cost) = (true, now);
                }
            }
            damping = if better { (damping / 5.0).max(1e-15) } else { damping * 4.0 };
        }
        if !better {
            model.values = before;
            break;
        }
    }
    parameters.values = model.into_values();
    done
}

/// Solves `matrix x = right` for a symmetric positive definite matrix; `None` if it is not.
fn cholesky_solve(mut matrix: Vec<f64>, right: &[f64]) -> Option<Vec<f64>> {
    let n = right.len();
    for i in 0..n {
        for k in 0..=i {
            let sum = (0..k).fold(matrix[i * n + k], |sum, m| sum - matrix[i * n + m] * matrix[k * n + m]);
            if k < i {
                matrix[i * n + k] = sum / matrix[k * n + k];
            } else if sum > 0.0 && sum.is_finite() {
                matrix[i * n + i] = sum.sqrt();
            } else {
                return None;
            }
        }
    }
    let mut x = right.to_vec();
    for i in 0..n {
        x[i] = (0..i).fold(x[i], |sum, k| sum - matrix[i * n + k] * x[k]) / matrix[i * n + i];
    }
    for i in (0..n).rev() {
        x[i] = (i + 1..n).fold(x[i], |sum, k| sum - matrix[k * n + i] * x[k]) / matrix[i * n + i];
    }
    Some(x)
}

/// L-BFGS as `torch.optim.LBFGS` does it without a line search: the first step is as long as the rate over the gradient's
/// sum of absolute values allows, the others as long as the rate says.
pub(crate) fn lbfgs(
    parameters: &mut Parameters,
    samples: &Samples,
    history: usize,
    rate: f64,
    steps: u64,
    cancel: &AtomicBool,
) -> u64 {
    let mut model = Model::new(parameters);
    let mut gradient = vec![0.0; model.values.len()];
    let mut of_learnt = |model: &mut Model<'_>| -> Vec<f64> {
        model.loss(samples, &mut gradient);
        model.learnt.iter().map(|at| gradient[*at]).collect()
    };
    let mut now = of_learnt(&mut model);
    let mut pairs: VecDeque<(Vec<f64>, Vec<f64>)> = VecDeque::new();
    let mut scale = 1.0;
    let mut done = 0;
    while done < steps && now.iter().any(|g| g.abs() > 1e-12) && !cancel.load(Ordering::Relaxed) {
        let direction = two_loops(&now, &pairs, scale);
        let length = if done == 0 { rate * (1.0 / now.iter().map(|g| g.abs()).sum::<f64>()).min(1.0) } else { rate };
        let step: Vec<f64> = direction.iter().map(|d| length * d).collect();
        model.learnt.iter().zip(&step).for_each(|(at, step)| model.values[*at] += step);
        let next = of_learnt(&mut model);
        if next.iter().any(|g| !g.is_finite()) {
            break;
        }
        let change: Vec<f64> = next.iter().zip(&now).map(|(next, now)| next - now).collect();
        let curvature = dot(&change, &step);
        if curvature > 1e-10 {
            if pairs.len() == history {
                pairs.pop_front();
            }
            scale = curvature / dot(&change, &change);
            pairs.push_back((step, change));
        }
        now = next;
        done += 1;
    }
    parameters.values = model.into_values();
    done
}

/// Nocedal 1980: the direction from the remembered steps and changes of the gradient.
fn two_loops(gradient: &[f64], pairs: &VecDeque<(Vec<f64>, Vec<f64>)>, scale: f64) -> Vec<f64> {
    let mut q: Vec<f64> = gradient.iter().map(|g| -g).collect();
    let mut shares = Vec::with_capacity(pairs.len());
    for (step, change) in pairs.iter().rev() {
        let share = dot(step, &q) / dot(change, step);
        q.iter_mut().zip(change).for_each(|(q, y)| *q -= share * y);
        shares.push(share);
    }
    q.iter_mut().for_each(|q| *q *= scale);
    for ((step, change), share) in pairs.iter().zip(shares.iter().rev()) {
        let back = dot(change, &q) / dot(change, step);
        q.iter_mut().zip(step).for_each(|(q, s)| *q += (share - back) * s);
    }
    q
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
