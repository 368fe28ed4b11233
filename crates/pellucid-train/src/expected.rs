//! The exact mean gradient over a uniform domain, where it has a closed form: one input and one hidden layer.
//!
//! Between two neighbouring kinks, of the network or of the function, both are affine; so what a neuron's weights
//! contribute to the gradient is the integral of a polynomial of degree two.

use pellucid_core::{Form, Function, ReluGraph, Wire};

use crate::fast::Parameters;

/// A function of one input on an interval by its corners.
#[derive(Clone, Debug)]
pub(crate) struct Corners {
    /// Both ends of the interval and all kinks between them, in order.
    at: Vec<f64>,
    /// The outputs' values there.
    values: Vec<Vec<f64>>,
}

impl Corners {
    /// The corners of a function on `low..high`.
    pub(crate) fn of(function: &Function, (low, high): (f32, f32)) -> Self {
        let graph = function.to_relu_graph();
        let mut at = vec![f64::from(low), f64::from(high)];
        // A ReLU is affine between the corners so far; it adds one where its argument changes sign.
        for count in 1..=graph.relus.len() {
            let arguments: Vec<f64> = at.iter().map(|x| arguments(&graph, *x, count)[count - 1]).collect();
            let mut next = Vec::with_capacity(at.len());
            for k in 0..at.len() {
                next.push(at[k]);
                if k + 1 < at.len() && arguments[k] * arguments[k + 1] < 0.0 {
                    let share = arguments[k] / (arguments[k] - arguments[k + 1]);
                    next.push(at[k] + share * (at[k + 1] - at[k]));
                }
            }
            at = next;
        }
        let outputs = |x: &f64| {
            let relus: Vec<f64> = arguments(&graph, *x, graph.relus.len()).into_iter().map(|z| z.max(0.0)).collect();
            graph.outputs.iter().map(|form| value(form, *x, &relus)).collect()
        };
        Corners { values: at.iter().map(outputs).collect(), at }
    }
}

/// The arguments of the first ReLUs at a point.
fn arguments(graph: &ReluGraph, x: f64, count: usize) -> Vec<f64> {
    let (mut found, mut relus) = (Vec::with_capacity(count), Vec::with_capacity(count));
    for form in &graph.relus[..count] {
        let z = value(form, x, &relus);
        found.push(z);
        relus.push(z.max(0.0));
    }
    found
}

fn value(form: &Form, x: f64, relus: &[f64]) -> f64 {
    let wire = |wire: &Wire| match wire {
        Wire::Input(_) => x,
        Wire::Relu(k) => relus[*k],
    };
    form.terms.iter().fold(form.constant.to_f64(), |sum, (from, factor)| sum + factor.to_f64() * wire(from))
}

/// Writes the gradient of the mean squared error over the interval.
pub(crate) fn expected_gradient(parameters: &Parameters, target: &Corners, gradient: &mut [f32]) {
    let [hidden, output] = parameters.places[..] else { return };
    let number = |at: usize| f64::from(parameters.values[at]);
    let (low, high) = (target.at[0], target.at[target.at.len() - 1]);
    let kinks = (0..hidden.n_outputs).map(|j| -number(hidden.biases + j) / number(hidden.weights + j));
    let mut ends: Vec<f64> = target.at.iter().copied().chain(kinks.filter(|x| *x > low && *x < high)).collect();
    ends.sort_by(f64::total_cmp);
    let mut sums = vec![0.0; gradient.len()];
    let mut piece = 0;
    for pair in ends.windows(2).filter(|pair| pair[1] > pair[0]) {
        let (a, b) = (pair[0], pair[1]);
        let middle = (a + b) / 2.0;
        while piece + 2 < target.at.len() && target.at[piece + 1] < middle {
            piece += 1;
        }
        let is_on = |j: &usize| number(hidden.weights + j) * middle + number(hidden.biases + j) > 0.0;
        let on: Vec<usize> = (0..hidden.n_outputs).filter(is_on).collect();
        // Integrals of 1, x and x^2.
        let powers = [b - a, (b * b - a * a) / 2.0, (b * b * b - a * a * a) / 3.0];
        for o in 0..output.n_outputs {
            let (x0, x1) = (target.at[piece], target.at[piece + 1]);
            let (t0, t1) = (target.values[piece][o], target.values[piece + 1][o]);
            let wanted = (t1 - t0) / (x1 - x0);
            let out = |j: usize| number(output.weights + o * output.n_inputs + j);
            // What is off: slope * x + constant.
            let mut slope = -wanted;
            let mut constant = number(output.biases + o) - (t0 - wanted * x0);
            for j in &on {
                slope += out(*j) * number(hidden.weights + j);
                constant += out(*j) * number(hidden.biases + j);
            }
            let off = slope * powers[1] + constant * powers[0];
            let off_x = slope * powers[2] + constant * powers[1];
            for j in &on {
                sums[hidden.weights + j] += out(*j) * off_x;
                sums[hidden.biases + j] += out(*j) * off;
                let at = output.weights + o * output.n_inputs + j;
                sums[at] += number(hidden.weights + j) * off_x + number(hidden.biases + j) * off;
            }
            sums[output.biases + o] += off;
        }
    }
    let factor = 2.0 / ((high - low) * output.n_outputs as f64);
    for ((g, sum), kind) in gradient.iter_mut().zip(sums).zip(parameters.kinds()) {
        *g = if kind.is_learnt() { (factor * sum) as f32 } else { 0.0 };
    }
}

#[cfg(test)]
mod tests {
    use pellucid_core::Network;

    use super::*;
    use crate::fast::{Purpose, Stream};
    use crate::initial::initial;
    use crate::regimen::Init;

    #[test]
    fn corners_are_the_kinks() {
        let corners = |text: &str| Corners::of(&Function::parse(text).unwrap(), (-1.0, 2.0));
        assert_eq!(corners("2*x1").at, [-1.0, 2.0]);
        assert_eq!(corners("abs(x1)").at, [-1.0, 0.0, 2.0]);
        // A kink of a kink: ||x| - 1/2|.
        let nested = corners("abs(abs(x1) - 1/2)");
        assert_eq!(nested.at, [-1.0, -0.5, 0.0, 0.5, 2.0]);
        assert_eq!(nested.values.concat(), [0.5, 0.0, 0.5, 0.0, 1.5]);
    }

    #[test]
    fn the_gradient_is_the_mean_of_very_many_samples() {
        let function = Function::parse("(abs(x1 - 1/4), clamp(2*x1, -1/2, 1))").unwrap();
        let range = (-1.0f32, 2.0f32);
        for (seed, bias) in [(1, true), (2, false), (3, true)] {
            let key = Stream::new(seed, 0, Purpose::Weights).key(0);
            let parameters = initial(&[1, 5, 2], bias, Init::PyTorch, 1.5, key);
            let mut gradient = vec![0.0; parameters.values.len()];
            expected_gradient(&parameters, &Corners::of(&function, range), &mut gradient);
            let loss = |values: &[f32]| {
                let moved = Parameters { values: values.to_vec(), ..parameters.clone() };
                let network: Network<f32> = Network::new(None, moved.to_layers()).unwrap();
                let network: Network<f64> = network.to_exact().unwrap().to_numbers();
                let n = 30_000;
                let square = |k: usize| {
                    let x = -1.0 + 3.0 * (k as f64 + 0.5) / n as f64;
                    let wanted = [(x - 0.25).abs(), (2.0 * x).clamp(-0.5, 1.0)];
                    network.evaluate(&[x]).iter().zip(wanted).map(|(y, t)| (y - t) * (y - t)).sum::<f64>()
                };
                (0..n).map(square).sum::<f64>() / (2 * n) as f64
            };
            for (at, kind) in parameters.kinds().enumerate() {
                let (mut more, mut less) = (parameters.values.clone(), parameters.values.clone());
                more[at] += 1e-2;
                less[at] -= 1e-2;
                let slope = (loss(&more) - loss(&less)) / f64::from(more[at] - less[at]);
                let right = if kind.is_learnt() { slope } else { 0.0 };
                assert!((right - f64::from(gradient[at])).abs() < 2e-3, "{seed} {at}: {right} {}", gradient[at]);
            }
        }
    }
}
