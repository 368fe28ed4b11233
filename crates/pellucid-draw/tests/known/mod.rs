//! Networks and circuits that tests and the gallery draw.
#![allow(dead_code)]

use pellucid_core::{Affine, Circuit, Expr, Feature, Function, Layer, Network, NeuronId, Rational, numbered_inputs};
use pellucid_draw::{Picture, Status};

/// A network from rows of numbers as text, one string a neuron, a bias after `|`.
pub fn network(layers: &[&[&str]]) -> Network<Rational> {
    let numbers = |text: &str| text.split_whitespace().map(|n| n.parse().unwrap()).collect::<Vec<Rational>>();
    let layer = |rows: &&[&str]| {
        let parts: Vec<(&str, &str)> = rows.iter().map(|row| row.split_once('|').unwrap_or((row, "0"))).collect();
        Layer {
            weights: parts.iter().map(|(weights, _)| numbers(weights)).collect(),
            biases: parts.iter().map(|(_, bias)| bias.trim().parse().unwrap()).collect(),
        }
    };
    Network::new(None, layers.iter().map(layer).collect()).unwrap()
}

pub fn h(layer: usize, index: usize) -> NeuronId {
    NeuronId { layer: layer - 1, index: index - 1 }
}

/// Names the neurons of the first hidden layer after their rows.
pub fn named(network: &Network<Rational>) -> Picture<'_> {
    let mut picture = Picture::new(network);
    for (index, row) in network.layers()[0].weights.iter().enumerate() {
        let feature =
            Feature::of_row(&Affine { coefficients: row.clone(), constant: network.layers()[0].biases[index].clone() });
        picture = picture.feature(NeuronId { layer: 0, index }, feature.kind, feature.label(network.input_names()));
    }
    picture
}

pub fn identity() -> Network<Rational> {
    network(&[&["1", "-1"], &["1 -1"]])
}

pub fn minimum() -> Network<Rational> {
    network(&[&["1 -1", "1 0", "-1 0"], &["-1 1 -1"]])
}

/// The seed's first version of the minimum.
pub fn first_minimum() -> Network<Rational> {
    network(&[&["1 -1", "1 0", "-1 0"], &["-1 1 -1", "1 -1 1"], &["1 -1"]])
}

pub fn minimum_of_four() -> Network<Rational> {
    network(&[
        &["1 -1 0 0", "1 0 0 0", "-1 0 0 0", "0 0 1 -1", "0 0 1 0", "0 0 -1 0"],
        &["-1 1 -1 1 -1 1", "-1 1 -1 0 0 0", "1 -1 1 0 0 0"],
        &["-1 1 -1"],
    ])
}

pub fn named_minimum_of_four(network: &Network<Rational>) -> Picture<'_> {
    let greater = pellucid_core::FeatureKind::Greaterness;
    named(network)
        .feature(h(2, 1), greater, "min(x1, x2) > min(x3, x4)")
        .name(h(2, 2), "+(min(x1, x2))")
        .name(h(2, 3), "-(min(x1, x2))")
        .outputs(["min(x1, x2, x3, x4)"])
}

/// Weights like those of a trained network, from a fixed stream.
pub fn random(shape: &[usize], biases: bool) -> Network<Rational> {
    let mut state = 12345u64;
    let mut next = || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        Rational::from_f32(((state >> 33) as f32 / (1u64 << 31) as f32 - 0.5) * 3.0).unwrap()
    };
    let layers = shape.windows(2).map(|pair| Layer {
        weights: (0..pair[1]).map(|_| (0..pair[0]).map(|_| next()).collect()).collect(),
        biases: (0..pair[1]).map(|_| if biases { next() } else { Rational::zero() }).collect(),
    });
    Network::new(None, layers.collect()).unwrap()
}

pub fn long_names() -> Network<Rational> {
    network(&[&["2 -3 | 1/2", "-1/2 5/3", "1 1 | -7", "1/3 2"], &["-1 1 0.12345678 2 | -1/3"]])
}

pub fn with_status(network: &Network<Rational>) -> Picture<'_> {
    named(network).status(h(1, 2), Status::Dead).status(h(1, 3), Status::Merged).status(h(1, 4), Status::AlwaysOn)
}

pub fn expr(text: &str, n: usize) -> Expr {
    Function::parse_with_inputs(text, &numbered_inputs(n)).unwrap().outputs()[0].clone()
}

pub fn circuit(name: &str, computes: &str, neurons: &[NeuronId], parts: Vec<Circuit>) -> Circuit {
    Circuit { name: name.into(), computes: expr(computes, 4), neurons: neurons.to_vec(), parts }
}

pub fn minimum_of_four_circuits() -> Vec<Circuit> {
    let part = |of: &str, at: usize| circuit("minimum", of, &[h(1, at), h(1, at + 1), h(1, at + 2)], vec![]);
    let parts = vec![part("min(x1, x2)", 1), part("min(x3, x4)", 4)];
    vec![circuit("minimum", "min(min(x1, x2), min(x3, x4))", &[h(2, 1), h(2, 2), h(2, 3)], parts)]
}

pub fn minimum_circuits() -> Vec<Circuit> {
    vec![circuit(
        "minimum",
        "min(x1, x2)",
        &[h(1, 1), h(1, 2), h(1, 3)],
        vec![
            circuit("greaterness", "relu(x1 - x2)", &[h(1, 1)], vec![]),
            circuit("identity", "x1", &[h(1, 2), h(1, 3)], vec![]),
        ],
    )]
}
