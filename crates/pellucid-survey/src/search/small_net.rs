//! Small networks in float64, fitted by Adam and then by Levenberg and Marquardt's method.

use pellucid_core::SplitMix64;
use pellucid_prove::Limits;

use super::samples::Samples;

/// A network whose numbers may be fixed one by one.
#[derive(Clone, Debug)]
pub struct SmallNet {
    /// All widths, inputs and outputs included.
    pub shape: Vec<usize>,
    /// Layer by layer: weights row by row, each row followed by its bias.
    pub values: Vec<f64>,
    /// Which of them may change.
    pub free: Vec<bool>,
}

/// A network whose largest error at the samples is below this has come close.
pub const CLOSE: f64 = 1e-7;
/// Steps of Adam before the second method.
const ADAM_STEPS: i32 = 250;
/// Steps of the second method.
const LM_STEPS: usize = 80;
/// Adam's usual factors.
const BETA1: f64 = 0.9;
const BETA2: f64 = 0.999;
const RATE: f64 = 0.03;

impl SmallNet {
    /// A network with random numbers.
    pub fn random(n_inputs: usize, hidden: &[usize], n_outputs: usize, bias: bool, seed: u64) -> Self {
        let shape = [&[n_inputs], hidden, &[n_outputs]].concat();
        let mut random =
            SplitMix64(seed.wrapping_mul(0x5851_F42D_4C95_7F2D) ^ hidden.iter().fold(7, |h, w| h * 31 + *w as u64));
        let (mut values, mut free) = (Vec::new(), Vec::new());
        for (layer, widths) in shape.windows(2).enumerate() {
            let is_output = layer + 2 == shape.len();
            let reach = (3.0 / widths[0] as f64).sqrt();
            for _ in 0..widths[1] {
                for at in 0..=widths[0] {
                    let draw = random.below(1 << 30) as f64 / f64::from(1 << 29) - 1.0;
                    let is_bias = at == widths[0];
                    // Without an output bias nothing would be lost on homogeneous functions.
                    let is_there = !is_bias || bias;
                    values.push(if !is_there || (is_bias && is_output) { 0.0 } else { draw * reach });
                    free.push(is_there);
                }
            }
        }
        SmallNet { shape, values, free }
    }

    /// Where the row of a neuron begins.
    pub fn row(&self, layer: usize, neuron: usize) -> usize {
        let before: usize = self.shape.windows(2).take(layer).map(|w| (w[0] + 1) * w[1]).sum();
        before + neuron * (self.shape[layer] + 1)
    }

    /// The number of layers with numbers.
    pub fn n_layers(&self) -> usize {
        self.shape.len() - 1
    }

    /// All activations, layer by layer, the inputs first and the outputs last.
    fn forward(&self, x: &[f64], activations: &mut Vec<Vec<f64>>) {
        activations.resize(self.shape.len(), Vec::new());
        activations[0].clear();
        activations[0].extend_from_slice(x);
        let mut at = 0;
        for layer in 0..self.n_layers() {
            let (before, after) = activations.split_at_mut(layer + 1);
            let (input, output) = (&before[layer], &mut after[0]);
            output.clear();
            for _ in 0..self.shape[layer + 1] {
                let row = &self.values[at..=at + input.len()];
                let sum: f64 = row.iter().zip(input).map(|(w, x)| w * x).sum::<f64>() + row[input.len()];
                output.push(if layer + 1 < self.n_layers() { sum.max(0.0) } else { sum });
                at += input.len() + 1;
            }
        }
    }

    /// Adds to `jacobian` (one number a value) the derivative of one output.
    fn backward(&self, activations: &[Vec<f64>], output: usize, jacobian: &mut [f64]) {
        let mut delta = vec![0.0; self.shape[self.n_layers()]];
        delta[output] = 1.0;
        for layer in (0..self.n_layers()).rev() {
            let input = &activations[layer];
            let mut below = vec![0.0; input.len()];
            for (neuron, d) in delta.iter().enumerate().filter(|(_, d)| **d != 0.0) {
                let at = self.row(layer, neuron);
                for (i, x) in input.iter().enumerate() {
                    jacobian[at + i] = d * x;
                    below[i] += d * self.values[at + i];
                }
                jacobian[at + input.len()] = *d;
            }
            for (b, x) in below.iter_mut().zip(input) {
                if layer > 0 && *x <= 0.0 {
                    *b = 0.0;
                }
            }
            delta = below;
        }
    }

    /// The sum of squared errors and the largest error.
    pub fn error(&self, samples: &Samples) -> (f64, f64) {
        let (mut sum, mut most, mut activations) = (0.0, 0.0_f64, Vec::new());
        for (x, wanted) in samples.inputs.iter().zip(&samples.wanted) {
            self.forward(x, &mut activations);
            for (y, t) in activations[self.n_layers()].iter().zip(wanted) {
                sum += (y - t) * (y - t);
                most = most.max((y - t).abs());
            }
        }
        (sum, most)
    }

    /// `J^T J` and `J^T r` of the free values.
    fn normal_equations(&self, samples: &Samples, open: &[usize]) -> (Vec<f64>, Vec<f64>) {
        let n = open.len();
        let (mut square, mut right) = (vec![0.0; n * n], vec![0.0; n]);
        let (mut activations, mut jacobian, mut row) = (Vec::new(), vec![0.0; self.values.len()], vec![0.0; n]);
        for (x, wanted) in samples.inputs.iter().zip(&samples.wanted) {
            self.forward(x, &mut activations);
            for (output, t) in wanted.iter().enumerate() {
                let r = activations[self.n_layers()][output] - t;
                jacobian.fill(0.0);
                self.backward(&activations, output, &mut jacobian);
                for (entry, at) in row.iter_mut().zip(open) {
                    *entry = jacobian[*at];
                }
                for i in 0..n {
                    if row[i] != 0.0 {
                        right[i] += row[i] * r;
                        for j in 0..=i {
                            square[i * n + j] += row[i] * row[j];
                        }
                    }
                }
            }
        }
        (square, right)
    }

    /// Fits the network from its random numbers; has it come close?
    pub fn fit(&mut self, samples: &Samples, limits: Limits<'_>) -> bool {
        self.adam(samples);
        !limits.stopped() && self.refine(samples, LM_STEPS) < CLOSE
    }

    fn adam(&mut self, samples: &Samples) {
        let n = self.values.len();
        let (mut first, mut second) = (vec![0.0; n], vec![0.0; n]);
        let (mut activations, mut jacobian) = (Vec::new(), vec![0.0; n]);
        // A part of the points is enough for the way down.
        let step_by = (samples.inputs.len() / 96).max(1);
        for step in 1..=ADAM_STEPS {
            let mut gradient = vec![0.0; n];
            let offset = step as usize % step_by;
            let pairs = samples.inputs.iter().zip(&samples.wanted).skip(offset).step_by(step_by);
            let mut count = 0.0;
            for (x, wanted) in pairs {
                self.forward(x, &mut activations);
                count += 1.0;
                for (output, t) in wanted.iter().enumerate() {
                    let r = activations[self.n_layers()][output] - t;
                    jacobian.fill(0.0);
                    self.backward(&activations, output, &mut jacobian);
                    gradient.iter_mut().zip(&jacobian).for_each(|(g, j)| *g += r * j);
                }
            }
            for i in (0..n).filter(|i| self.free[*i]) {
                let g = gradient[i] / count;
                first[i] = BETA1 * first[i] + (1.0 - BETA1) * g;
                second[i] = BETA2 * second[i] + (1.0 - BETA2) * g * g;
                let (m, v) = (first[i] / (1.0 - BETA1.powi(step)), second[i] / (1.0 - BETA2.powi(step)));
                self.values[i] -= RATE * m / (v.sqrt() + 1e-8);
            }
        }
    }

    /// Levenberg and Marquardt's method on the free values; gives the largest error in the end.
    pub fn refine(&mut self, samples: &Samples, steps: usize) -> f64 {
        let open: Vec<usize> = (0..self.values.len()).filter(|i| self.free[*i]).collect();
        let (mut cost, mut most) = self.error(samples);
        if open.is_empty() {
            return most;
        }
        let mut damping = 1e-2;
        for _ in 0..steps {
            if most < CLOSE * 1e-5 {
                break;
            }
            let (square, right) = self.normal_equations(samples, &open);
            let mut is_better = false;
            while damping < 1e9 {
                if let Some(step) = solved(&square, &right, damping) {
                    let mut next = self.clone();
                    open.iter().zip(&step).for_each(|(at, change)| next.values[*at] -= change);
                    let (next_cost, next_most) = next.error(samples);
                    if next_cost < cost {
                        is_better = next_cost < 0.9999 * cost;
                        (*self, cost, most) = (next, next_cost, next_most);
                        damping = (damping / 5.0).max(1e-13);
                        break;
                    }
                }
                damping *= 4.0;
            }
            if !is_better {
                break;
            }
        }
        most
    }
}

/// Solves `(A + damping * (diag A + small)) x = b` for a symmetric `A` of which the lower half is given, by Cholesky's
/// method; `None` where it is not positive.
fn solved(square: &[f64], right: &[f64], damping: f64) -> Option<Vec<f64>> {
    let n = right.len();
    let mut l = square.to_vec();
    for i in 0..n {
        l[i * n + i] += damping * (square[i * n + i] + 1e-6);
    }
    for i in 0..n {
        for j in 0..=i {
            let mut sum = l[i * n + j];
            for k in 0..j {
                sum -= l[i * n + k] * l[j * n + k];
            }
            if i == j {
                if sum.is_nan() || sum <= 0.0 {
                    return None;
                }
                l[i * n + i] = sum.sqrt();
            } else {
                l[i * n + j] = sum / l[j * n + j];
            }
        }
    }
    let mut x = right.to_vec();
    for i in 0..n {
        for k in 0..i {
            x[i] -= l[i * n + k] * x[k];
        }
        x[i] /= l[i * n + i];
    }
    for i in (0..n).rev() {
        for k in i + 1..n {
            x[i] -= l[k * n + i] * x[k];
        }
        x[i] /= l[i * n + i];
    }
    Some(x)
}
