//! Circuits disguised as trained networks: noise far below the tolerance, neurons rescaled, shuffled,
//! doubled, and dead ones added. The function comes back by its own name.

mod common;

use common::{Stream, question, rational, taken_apart};
use pellucid_compile::compile;
use pellucid_core::{Biases, Domain, Function, Layer, Network, Rational};

/// The network with every number off by up to `noise` of its size, neurons scaled by up to `scales`
/// and shuffled, one split in two, and a dead one added.
fn disguised(
    network: &Network<Rational>,
    noise: f64,
    scales: &[f64],
    domain: &Domain,
    stream: &mut Stream,
) -> Network<Rational> {
    let (hidden, output) = (&network.layers()[0], network.output_layer());
    let n_inputs = network.n_inputs();
    // Row, bias, outgoing weights.
    let mut neurons: Vec<(Vec<f64>, f64, Vec<f64>)> = (0..hidden.weights.len())
        .map(|k| {
            let row = hidden.weights[k].iter().map(Rational::to_f64).collect();
            let out = output.weights.iter().map(|row| row[k].to_f64()).collect();
            (row, hidden.biases[k].to_f64(), out)
        })
        .collect();
    let twin = stream.below(neurons.len());
    let share = stream.between(0.2, 0.8);
    let mut copy = neurons[twin].clone();
    copy.2.iter_mut().for_each(|w| *w *= share);
    neurons[twin].2.iter_mut().for_each(|w| *w *= 1.0 - share);
    neurons.push(copy);
    let reach = match domain {
        Domain::Box(sides) => sides.iter().map(|(a, b)| a.abs().max(b.abs()).to_f64()).fold(0.0, f64::max),
        _ => 1.0,
    };
    let dead: Vec<f64> = (0..n_inputs).map(|_| stream.between(-1.0, 1.0)).collect();
    neurons.push((dead, -(n_inputs as f64) * reach * 1.5, vec![1.0; output.biases.len()]));
    for k in (1..neurons.len()).rev() {
        neurons.swap(k, stream.below(k + 1));
    }
    let mut off = |value: f64| value * (1.0 + stream.between(-noise, noise));
    let mut scaled = Vec::new();
    for (k, (row, bias, out)) in neurons.into_iter().enumerate() {
        let scale = scales[k % scales.len()];
        let row: Vec<f64> = row.iter().map(|w| off(w * scale)).collect();
        let bias = off(bias * scale);
        let out: Vec<f64> = out.iter().map(|w| off(w / scale)).collect();
        scaled.push((row, bias, out));
    }
    let exact = |v: f64| Rational::from_f64(v).unwrap();
    let layer = Layer {
        weights: scaled.iter().map(|(row, _, _)| row.iter().map(|w| exact(*w)).collect()).collect(),
        biases: scaled.iter().map(|(_, bias, _)| exact(*bias)).collect(),
    };
    let out = Layer {
        weights: (0..output.biases.len()).map(|o| scaled.iter().map(|(_, _, out)| exact(out[o])).collect()).collect(),
        biases: output.biases.iter().map(|b| exact(off(b.to_f64()))).collect(),
    };
    Network::new(Some(network.input_names().to_vec()), vec![layer, out]).unwrap()
}

const FUNCTIONS: [&str; 10] = [
    "min(x1, x2)",
    "max(x1, x2)",
    "abs(x1)",
    "relu(x1 - 1/4)",
    "clamp(x1, 0, 1/2)",
    "x1/2 - x2/3",
    "abs(x1) + abs(x2)",
    "x1 - clamp(x1, -1/4, 1/4)",
    "(min(x1, x2), max(x1, x2))",
    "relu(x1 - 3/10)",
];

fn check(noise: f64, tolerance: &str, side: &str, scales: &[f64], seeds: std::ops::Range<u64>) {
    let mut wrong = Vec::new();
    for text in FUNCTIONS {
        let function = Function::parse(text).unwrap();
        let domain = Domain::parse(&format!("{side}^{}", function.n_inputs()), function.input_names()).unwrap();
        let built = [Domain::Everywhere, domain.clone()]
            .map(|domain| compile(&function, &domain, Biases::ALLOWED, Default::default()).unwrap().network);
        for seed in seeds.clone() {
            let mut stream = Stream(seed);
            let network = disguised(&built[(seed % 2) as usize], noise, scales, &domain, &mut stream);
            let found = taken_apart(&network, &question(&domain, tolerance));
            if !found.explained || found.formula.to_string() != text {
                wrong.push(format!("{text} with seed {seed} came back as {}", found.formula));
            }
        }
    }
    assert!(wrong.is_empty(), "noise {noise}, tolerance {tolerance}, {side}:\n{}", wrong.join("\n"));
}

const LIKE: [f64; 3] = [1.0, 0.7, 1.6];

#[test]
fn small_noise() {
    check(1e-6, "1e-4", "[-1,1]", &LIKE, 0..60);
}

#[test]
fn noise_of_a_short_training() {
    check(1e-4, "1e-2", "[-1,1]", &LIKE, 100..150);
    check(1e-3, "2e-2", "[-1,1]", &LIKE, 200..250);
}

#[test]
fn weights_of_very_different_sizes() {
    check(1e-6, "1e-4", "[-1,1]", &[1e-6, 1e6, 1.0, 1e3], 300..350);
}

#[test]
fn larger_boxes() {
    check(1e-6, "1e-3", "[-10,10]", &LIKE, 400..440);
    check(1e-6, "1e-4", "[-2,3]", &LIKE, 500..540);
}

#[test]
fn thresholds_on_small_boxes_are_decimals() {
    let function = Function::parse("relu(x1 - 3/1000)").unwrap();
    let domain = Domain::parse("[-0.01,0.01]", function.input_names()).unwrap();
    let built = compile(&function, &domain, Biases::ALLOWED, Default::default()).unwrap().network;
    let network = disguised(&built, 1e-5, &LIKE, &domain, &mut Stream(5));
    let found = taken_apart(&network, &question(&domain, "1e-5"));
    assert_eq!(found.formula.to_string(), "relu(x1 - 3/1000)");
}

#[test]
fn large_and_small_functions() {
    for (text, tolerance) in [("1000000*min(x1, x2)", "100"), ("min(x1, x2)/1000", "1e-6"), ("abs(x1) + 1000", "1e-3")]
    {
        let function = Function::parse(text).unwrap();
        let domain = Domain::unit_box(function.n_inputs());
        let built = compile(&function, &domain, Biases::ALLOWED, Default::default()).unwrap().network;
        let noise = rational(tolerance).to_f64()
            * if text.contains("1000000") {
                1e-8
            } else if text.contains("+ 1000") {
                1e-6
            } else {
                1.0
            };
        let network = disguised(&built, noise, &LIKE, &domain, &mut Stream(6));
        let found = taken_apart(&network, &question(&domain, tolerance));
        assert!(found.explained, "{text} came back as {}", found.formula);
        let back = found.formula.to_string();
        assert_eq!(back, text);
    }
}
