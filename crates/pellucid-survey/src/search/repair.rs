//! From a network that comes close to an exact one: its numbers made simple one by one, the output layer solved.

use pellucid_core::{Function, Layer, Network, Rational, linear};
use pellucid_prove::Limits;

use super::samples::Samples;
use super::small_net::{CLOSE, SmallNet};

/// Denominators of simple numbers, the simplest first.
const DENOMINATORS: [i64; 4] = [1, 2, 3, 4];
/// Steps of fitting after one number was fixed.
const STEPS: usize = 12;
/// Numbers that stay free are taken for the simplest rational this near.
const SLACK: (i64, i64) = (1, 1_000_000);

/// An exact network near this one that has the function's values at the exact points; `None` when there is none.
pub fn repair(
    net: &mut SmallNet,
    samples: &Samples,
    function: &Function,
    limits: Limits<'_>,
) -> Option<Network<Rational>> {
    normalise(net);
    let n_hidden: usize = (0..net.n_layers() - 1).map(|layer| (net.shape[layer] + 1) * net.shape[layer + 1]).sum();
    let mut is_settled: Vec<bool> = net.free.iter().map(|free| !free).collect();
    // The number that is nearest to a simple one first; fitting the others again makes room for it.
    while let Some(at) = (0..n_hidden).filter(|at| !is_settled[*at]).min_by(|a, b| {
        let far = |at: &usize| (net.values[*at] - net.values[*at].round()).abs();
        far(a).total_cmp(&far(b))
    }) {
        if limits.stopped() {
            return None;
        }
        is_settled[at] = true;
        for simple in DENOMINATORS.map(|d| (net.values[at] * d as f64).round() / d as f64) {
            let mut tried = net.clone();
            (tried.values[at], tried.free[at]) = (simple, false);
            if tried.refine(samples, STEPS) < CLOSE {
                *net = tried;
                break;
            }
        }
    }
    exact(net, samples, function)
}

/// Scales each hidden neuron until its largest weight is 1 or -1, which is then fixed; its scale goes to the layer
/// above.
fn normalise(net: &mut SmallNet) {
    for layer in 0..net.n_layers() - 1 {
        let width = net.shape[layer];
        for neuron in 0..net.shape[layer + 1] {
            let at = net.row(layer, neuron);
            let lead = (at..at + width).max_by(|a, b| net.values[*a].abs().total_cmp(&net.values[*b].abs()));
            let Some(lead) = lead.filter(|lead| net.values[*lead].abs() > 1e-9) else { continue };
            let size = net.values[lead].abs();
            net.values[at..=at + width].iter_mut().for_each(|value| *value /= size);
            net.values[lead] = net.values[lead].signum();
            net.free[lead] = false;
            for above in 0..net.shape[layer + 2] {
                let to = net.row(layer + 1, above) + neuron;
                net.values[to] *= size;
            }
        }
    }
}

/// The hidden layers in rationals, and the output layer that gives the function's values at the exact points.
fn exact(net: &SmallNet, samples: &Samples, function: &Function) -> Option<Network<Rational>> {
    let slack = Rational::ratio(SLACK.0, SLACK.1);
    let number = |value: f64| {
        let value = Rational::from_f64(value)?;
        Some(Rational::simplest_between(&(&value - &slack), &(&value + &slack)))
    };
    let mut layers = Vec::new();
    for layer in 0..net.n_layers() - 1 {
        let (mut weights, mut biases) = (Vec::new(), Vec::new());
        for neuron in 0..net.shape[layer + 1] {
            let at = net.row(layer, neuron);
            let row = net.values[at..at + net.shape[layer]].iter().map(|w| number(*w)).collect::<Option<Vec<_>>>()?;
            weights.push(row);
            biases.push(number(net.values[at + net.shape[layer]])?);
        }
        layers.push(Layer { weights, biases });
    }
    // With an identity on top the network's outputs are the last hidden layer's activations.
    let width = net.shape[net.n_layers() - 1];
    let unit = |i: usize| (0..width).map(|j| Rational::from(i64::from(i == j))).collect::<Vec<_>>();
    let identity = Layer { weights: (0..width).map(unit).collect(), biases: vec![Rational::zero(); width] };
    let names = function.input_names().to_vec();
    let hidden = Network::new(Some(names.clone()), [layers.clone(), vec![identity]].concat()).ok()?;
    let activations: Vec<Vec<Rational>> = samples.exact.iter().map(|point| hidden.evaluate(point)).collect();
    let values: Vec<Vec<Rational>> = samples.exact.iter().map(|point| function.evaluate(point)).collect();
    let mut columns: Vec<Vec<Rational>> =
        (0..width).map(|k| activations.iter().map(|activation| activation[k].clone()).collect()).collect();
    if samples.bias {
        columns.push(vec![Rational::one(); samples.exact.len()]);
    }
    let wanted: Vec<Vec<Rational>> =
        (0..function.n_outputs()).map(|output| values.iter().map(|value| value[output].clone()).collect()).collect();
    let targets: Vec<&[Rational]> = wanted.iter().map(Vec::as_slice).collect();
    let mut rows = linear::solve_all(&columns, &targets).into_iter().collect::<Option<Vec<_>>>()?;
    let biases = rows.iter_mut().map(|row| if samples.bias { row.pop().unwrap_or_default() } else { Rational::zero() });
    let output = Layer { biases: biases.collect(), weights: rows };
    layers.push(output);
    Network::new(Some(names), layers).ok()
}
