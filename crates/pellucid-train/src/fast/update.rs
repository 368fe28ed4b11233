//! What a step does with a gradient: penalties, then the optimiser.

use super::parameters::{Kind, Parameters};
use crate::regimen::{Optimizer, Penalty, Schedule};

/// An optimiser with what it remembers. Made once for a training.
#[derive(Clone, Debug)]
pub(crate) struct Update {
    optimizer: Optimizer,
    rate: f64,
    schedule: Schedule,
    n_steps: u64,
    penalty: Penalty,
    kinds: Vec<Kind>,
    /// The running means of the gradient, and of its square.
    means: Vec<f32>,
    squares: Vec<f32>,
}

impl Update {
    pub(crate) fn new(
        optimizer: Optimizer,
        rate: f64,
        schedule: Schedule,
        n_steps: u64,
        penalty: Penalty,
        parameters: &Parameters,
    ) -> Self {
        let n = parameters.values.len();
        let kinds = parameters.kinds().collect();
        Update { optimizer, rate, schedule, n_steps, penalty, kinds, means: vec![0.0; n], squares: vec![0.0; n] }
    }

    /// Changes the numbers by a gradient; `step` counts from 0.
    #[inline(never)]
    pub(crate) fn apply(&mut self, step: u64, gradient: &mut [f32], parameters: &mut Parameters) {
        if !self.penalty.is_nothing() {
            add_penalty(&self.penalty, &self.kinds, gradient, parameters);
        }
        let rate = self.rate * self.schedule.factor(step, self.n_steps);
        // The factors are computed in double precision and rounded once, as PyTorch does.
        match self.optimizer {
            Optimizer::Momentum { momentum } => {
                let momentum = if step == 0 { 0.0 } else { momentum as f32 };
                self.each(gradient, parameters, |value, g, mean, _| {
                    *mean = *mean * momentum + g;
                    *value = mean.mul_add(-rate as f32, *value);
                });
            }
            Optimizer::Adam { betas, epsilon } => self.adam(step, rate, betas, epsilon, 0.0, gradient, parameters),
            Optimizer::AdamW { betas, epsilon, decay } => {
                self.adam(step, rate, betas, epsilon, decay, gradient, parameters);
            }
            Optimizer::Sgd | Optimizer::Lbfgs { .. } | Optimizer::LevenbergMarquardt { .. } => {
                self.each(gradient, parameters, |value, g, _, _| *value = g.mul_add(-rate as f32, *value));
            }
        }
    }

    /// Kingma and Ba 2015; the decay apart from the gradient is Loshchilov and Hutter's 2019.
    #[allow(clippy::too_many_arguments)]
    fn adam(
        &mut self,
        step: u64,
        rate: f64,
        (beta1, beta2): (f64, f64),
        epsilon: f64,
        decay: f64,
        gradient: &[f32],
        parameters: &mut Parameters,
    ) {
        let t = (step + 1).min(i32::MAX as u64) as i32;
        let size = (rate / (1.0 - beta1.powi(t))) as f32;
        let root = (1.0 - beta2.powi(t)).sqrt() as f32;
        let (keep1, new1, keep2, new2) = (beta1 as f32, (1.0 - beta1) as f32, beta2 as f32, (1.0 - beta2) as f32);
        let shrink = (1.0 - rate * decay) as f32;
        self.each(gradient, parameters, |value, g, mean, square| {
            *value *= shrink;
            *mean = keep1 * *mean + new1 * g;
            *square = keep2 * *square + new2 * g * g;
            *value -= size * *mean / (square.sqrt() / root + epsilon as f32);
        });
    }

    #[inline(always)]
    fn each(
        &mut self,
        gradient: &[f32],
        parameters: &mut Parameters,
        change: impl Fn(&mut f32, f32, &mut f32, &mut f32),
    ) {
        let memory = self.means.iter_mut().zip(&mut self.squares);
        for (((value, g), (mean, square)), kind) in
            parameters.values.iter_mut().zip(gradient).zip(memory).zip(&self.kinds)
        {
            if *kind != Kind::Absent {
                change(value, *g, mean, square);
            }
        }
    }
}

/// Adds the penalty's derivative to the gradient.
pub(crate) fn add_penalty(penalty: &Penalty, kinds: &[Kind], gradient: &mut [f32], parameters: &Parameters) {
    for ((g, value), kind) in gradient.iter_mut().zip(&parameters.values).zip(kinds) {
        if *kind == Kind::Weight || (*kind == Kind::Bias && penalty.biases) {
            let sign = if *value > 0.0 {
                1.0
            } else if *value < 0.0 {
                -1.0
            } else {
                0.0
            };
            *g += penalty.l1 as f32 * sign + 2.0 * penalty.l2 as f32 * value;
        }
    }
    if penalty.path > 0.0 {
        add_path(penalty.path as f32, gradient, parameters);
    }
}

/// The path norm is the sum over all paths from an input to an output of the product of the weights' absolute values
/// (Neyshabur, Tomioka, Srebro 2015): what the network with absolute weights, without biases, makes of ones.
fn add_path(factor: f32, gradient: &mut [f32], parameters: &Parameters) {
    let mut before: Vec<Vec<f32>> = Vec::new();
    let mut reach = vec![1.0; parameters.places.first().map_or(0, |place| place.n_inputs)];
    for place in &parameters.places {
        let rows = parameters.values[place.weights..place.biases].chunks_exact(place.n_inputs);
        let next = rows.map(|row| row.iter().zip(&reach).map(|(w, r)| w.abs() * r).sum()).collect();
        before.push(std::mem::replace(&mut reach, next));
    }
    let mut after = vec![1.0; reach.len()];
    for (place, reach) in parameters.places.iter().zip(&before).rev() {
        let mut next = vec![0.0; place.n_inputs];
        for (j, after) in after.iter().enumerate() {
            for i in 0..place.n_inputs {
                let at = place.weights + j * place.n_inputs + i;
                let weight = parameters.values[at];
                let sign = if weight > 0.0 {
                    1.0
                } else if weight < 0.0 {
                    -1.0
                } else {
                    0.0
                };
                gradient[at] += factor * sign * reach[i] * after;
                next[i] += weight.abs() * after;
            }
        }
        after = next;
    }
}

/// The penalty itself.
#[cfg(test)]
pub(crate) fn penalty_of(penalty: &Penalty, parameters: &Parameters) -> f64 {
    let mut sum = 0.0;
    for (value, kind) in parameters.values.iter().zip(parameters.kinds()) {
        if kind == Kind::Weight || (kind == Kind::Bias && penalty.biases) {
            let value = f64::from(*value);
            sum += penalty.l1 * value.abs() + penalty.l2 * value * value;
        }
    }
    let mut reach = vec![1.0; parameters.places[0].n_inputs];
    for place in &parameters.places {
        let rows = parameters.values[place.weights..place.biases].chunks_exact(place.n_inputs);
        reach = rows.map(|row| row.iter().zip(&reach).map(|(w, r)| f64::from(w.abs()) * r).sum()).collect();
    }
    sum + penalty.path * reach.iter().sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fast::{Purpose, Stream};
    use crate::initial::initial;
    use crate::regimen::Init;

    #[test]
    fn penalties_have_the_slope_they_should() {
        let key = Stream::new(5, 0, Purpose::Weights).key(0);
        for (biases, l1, l2, path) in
            [(true, 0.3, 0.0, 0.0), (false, 0.0, 0.2, 0.0), (true, 0.1, 0.2, 0.0), (false, 0.0, 0.0, 0.7)]
        {
            let penalty = Penalty { l1, l2, path, biases };
            let parameters = initial(&[3, 4, 5, 2], true, Init::PyTorch, 1.0, key);
            let kinds: Vec<Kind> = parameters.kinds().collect();
            let mut gradient = vec![0.0; kinds.len()];
            add_penalty(&penalty, &kinds, &mut gradient, &parameters);
            for (at, found) in gradient.iter().enumerate() {
                let moved = |by: f32| {
                    let mut moved = parameters.clone();
                    moved.values[at] += by;
                    penalty_of(&penalty, &moved)
                };
                let slope = (moved(1e-3) - moved(-1e-3)) / 2e-3;
                assert!((slope - f64::from(*found)).abs() < 1e-3, "{penalty:?} {at}: {slope} {found}");
            }
        }
    }

    #[test]
    fn optimisers_take_the_steps_of_their_definitions() {
        // Two steps with gradients 0.5 and -0.25 on a single weight 1.
        let take = |optimizer| {
            let mut parameters = Parameters::zeros(&[1, 1], false);
            parameters.values[0] = 1.0;
            let mut update = Update::new(optimizer, 0.1, Schedule::Constant, 2, Penalty::default(), &parameters);
            for (step, g) in [0.5, -0.25].into_iter().enumerate() {
                update.apply(step as u64, &mut [g, 0.0], &mut parameters);
            }
            parameters.values[0]
        };
        let close = |a: f32, b: f64| assert!((f64::from(a) - b).abs() < 1e-6, "{a} {b}");
        close(take(Optimizer::Sgd), 1.0 - 0.05 + 0.025);
        close(take(Optimizer::Momentum { momentum: 0.9 }), 1.0 - 0.05 - 0.1 * (0.45 - 0.25));
        let adam = |decay: f64| {
            let (mut w, mut m, mut v) = (1.0_f64, 0.0, 0.0);
            for (t, g) in [(1, 0.5), (2, -0.25)] {
                w *= 1.0 - 0.1 * decay;
                (m, v) = (0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g);
                let (m, v): (f64, f64) = (m / (1.0 - 0.9_f64.powi(t)), v / (1.0 - 0.999_f64.powi(t)));
                w -= 0.1 * m / (v.sqrt() + 1e-8);
            }
            w
        };
        close(take(Optimizer::Adam { betas: (0.9, 0.999), epsilon: 1e-8 }), adam(0.0));
        close(take(Optimizer::AdamW { betas: (0.9, 0.999), epsilon: 1e-8, decay: 0.5 }), adam(0.5));
    }
}
