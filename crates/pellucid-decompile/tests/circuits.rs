//! The names of circuits and what they are made of.

mod common;

use common::{network, question, taken_apart, unit_box};
use pellucid_compile::compile;
use pellucid_core::{Biases, Circuit, Domain, Function, Network, Rational, expr_to_text};

fn lines(network: &Network<Rational>, domain: &Domain, tolerance: &str) -> Vec<String> {
    let found = taken_apart(network, &question(domain, tolerance));
    let names = network.input_names();
    let line = |indent: &str, circuit: &Circuit| {
        let neurons: Vec<String> = circuit.neurons.iter().map(ToString::to_string).collect();
        format!("{indent}{}: {} [{}]", circuit.name, expr_to_text(&circuit.computes, names), neurons.join(" "))
    };
    let mut lines = Vec::new();
    for circuit in &found.circuits {
        lines.push(line("", circuit));
        lines.extend(circuit.parts.iter().map(|part| line("  ", part)));
    }
    lines
}

fn compiled(text: &str, domain: &Domain) -> Network<Rational> {
    let function = Function::parse(text).unwrap();
    compile(&function, domain, Biases::ALLOWED, Default::default()).unwrap().network
}

/// The circuits of the smallest network of a function, everywhere.
fn check(text: &str, expected: &[&str]) {
    let network = compiled(text, &Domain::Everywhere);
    assert_eq!(lines(&network, &Domain::Everywhere, "0"), expected, "{text}");
}

#[test]
fn whole_circuits_are_named_by_their_outermost_operation() {
    check("x1", &["identity: x1 [h1.1 h1.2]"]);
    check("-x1", &["negative identity: -x1 [h1.1 h1.2]"]);
    check("abs(x1)", &["absolute value: abs(x1) [h1.1 h1.2]"]);
    check("x1 + x2", &["addition: x1 + x2 [h1.1 h1.2]"]);
    check("x2 - x1", &["subtraction: x2 - x1 [h1.1 h1.2]"]);
    check("x1/2 - x2/3", &["affine map: x1/2 - x2/3 [h1.1 h1.2]"]);
    check("relu(x1)", &["positiveness: relu(x1) [h1.1]"]);
    check("-relu(x1)", &["negative positiveness: -relu(x1) [h1.1]"]);
    check("relu(-x1)", &["negativeness: relu(-x1) [h1.1]"]);
    check("relu(x2 - x1)", &["greaterness: relu(x2 - x1) [h1.1]"]);
    check("relu(x1 - 1/4)", &["threshold: relu(x1 - 1/4) [h1.1]"]);
    check("3*abs(x1 + x2) + 1", &["absolute value: 3*abs(x1 + x2) + 1 [h1.1 h1.2]"]);
    check("clamp(x1, 0, 1)", &["clamp: clamp(x1, 0, 1) [h1.1 h1.2]"]);
}

#[test]
fn parts_are_reconstructors_and_two_sided_detectors() {
    check("min(x1, x2)", &["minimum: min(x1, x2) [h1.1 h1.2 h1.3]", "  identity: x1 [h1.2 h1.3]"]);
    // |x1| + |x2| by two-sided detectors of each, and as the smallest network has it.
    let rows = [vec![1.0, 0.0], vec![-1.0, 0.0], vec![0.0, 1.0], vec![0.0, -2.0]];
    let two_sided = network(&rows, &[0.0; 4], &[vec![1.0, 1.0, 1.0, 0.5]], &[0.0]);
    assert_eq!(
        lines(&two_sided, &Domain::Everywhere, "0"),
        [
            "sum: abs(x1) + abs(x2) [h1.1 h1.2 h1.3 h1.4]",
            "  absolute value: abs(x1) [h1.1 h1.2]",
            "  absolute value: abs(x2) [h1.3 h1.4]",
        ]
    );
    check("abs(x1) + abs(x2)", &["sum: abs(x1) + abs(x2) [h1.1 h1.2 h1.3 h1.4]", "  affine map: -x1 - x2 [h1.3 h1.4]"]);
}

#[test]
fn carriers_are_always_on() {
    let domain = unit_box(2);
    let network = compiled("min(x1, x2)", &domain);
    let found = lines(&network, &domain, "0");
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].starts_with("minimum: min(x1, x2)"), "{found:?}");
    assert!(found[1].starts_with("  always-on carrier: "), "{found:?}");
}

#[test]
fn shared_neurons_are_listed_with_each_output() {
    // Both reconstruct x1; the one adds what the other subtracts.
    let rows = [vec![1.0, -1.0], vec![1.0, 0.0], vec![-1.0, 0.0]];
    let shared = network(&rows, &[0.0; 3], &[vec![-1.0, 1.0, -1.0], vec![0.0, 1.0, 1.0]], &[0.0, 0.0]);
    assert_eq!(
        lines(&shared, &Domain::Everywhere, "0"),
        ["minimum: min(x1, x2) [h1.1 h1.2 h1.3]", "  identity: x1 [h1.2 h1.3]", "absolute value: abs(x1) [h1.2 h1.3]",]
    );
}

#[test]
fn a_kink_beside_the_domain_carries() {
    // Trained a little off relu(x1 + 1): a live neuron, but it does a carrier's work.
    let network = network(&[vec![1.0]], &[0.999999], &[vec![1.0]], &[-1.0]);
    let found = taken_apart(&network, &question(&unit_box(1), "1e-4"));
    assert_eq!(found.formula.to_string(), "x1");
    assert_eq!(found.neurons[0].status, pellucid_decompile::Status::Live);
    assert_eq!(lines(&network, &unit_box(1), "1e-4")[1], "  always-on carrier: x1 + 1 [h1.1]");
}

#[test]
fn trained_weights_everywhere_are_never_explained() {
    let network = network(&[vec![1.0000001], vec![-1.0]], &[0.0; 2], &[vec![1.0, -1.0]], &[0.0]);
    let found = taken_apart(&network, &question(&Domain::Everywhere, "1e-4"));
    assert!(!found.explained, "the deviation has no bound");
    assert_eq!(found.formula.to_string(), "x1");
    assert!(found.certificate.is_none());
}
