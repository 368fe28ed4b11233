//! Networks that PyTorch trained as the notebook of "Mathematical Circuits in Neural Nets" trains
//! them, and the two of them that ended in a local optimum. The float32 weights stand as decimals
//! that read back exactly.

mod common;

use common::{network, question, rational, taken_apart, unit_box};
use pellucid_core::{Function, Network, Rational, expr_to_text};
use pellucid_decompile::{Decompiled, Question, Status};
use pellucid_prove::Largest;

fn trained(rows: &[&[f64]], out: &[f64]) -> Network<Rational> {
    let rows: Vec<Vec<f64>> = rows.iter().map(|row| row.to_vec()).collect();
    network(&rows, &vec![0.0; rows.len()], &[out.to_vec()], &[0.0])
}

fn identity() -> Network<Rational> {
    trained(&[&[-0.9212468862533569], &[1.0036499500274658]], &[-1.0854846239089966, 0.9963626265525818])
}

fn negation() -> Network<Rational> {
    trained(&[&[1.061936855316162], &[-1.0209980010986328]], &[-0.9416748881340027, 0.9794331192970276])
}

fn absolute_value() -> Network<Rational> {
    trained(&[&[1.0607651472091675], &[-1.0209980010986328]], &[0.942715048789978, 0.9794331192970276])
}

fn addition() -> Network<Rational> {
    trained(
        &[&[0.8516246676445007, 0.8516257405281067], &[-0.925728440284729, -0.9257272481918335]],
        &[1.1742254495620728, -1.0802310705184937],
    )
}

fn subtraction() -> Network<Rational> {
    trained(
        &[&[-0.8517847657203674, 0.8517837524414062], &[0.9320062398910522, -0.9320074915885925]],
        &[-1.1740062236785889, 1.072953462600708],
    )
}

fn minimum() -> Network<Rational> {
    trained(
        &[
            &[9.531429896014743e-06, 1.036290168762207],
            &[-4.598779668185671e-08, -1.1006202697753906],
            &[-0.8566985726356506, 0.8566908836364746],
        ],
        &[0.9649630784988403, -0.9085777401924133, -1.1672608852386475],
    )
}

fn absolute_value_stuck() -> Network<Rational> {
    trained(&[&[0.007204911671578884], &[1.0055707693099976]], &[-0.5360169410705566, 0.9983004927635193])
}

fn negation_stuck() -> Network<Rational> {
    trained(&[&[0.3161957859992981], &[0.8942567110061646]], &[-0.6602596640586853, -0.8847885727882385])
}

fn against(network: &Network<Rational>, target: &str) -> Decompiled {
    let domain = unit_box(network.n_inputs());
    let target = Some(Function::parse(target).unwrap());
    taken_apart(network, &Question { target, ..question(&domain, "1e-4") })
}

fn features(found: &Decompiled) -> Vec<String> {
    let names = found.formula.input_names();
    found.neurons.iter().map(|neuron| format!("{}{}", neuron.feature.label(names), status(neuron.status))).collect()
}

fn status(status: Status) -> String {
    if status == Status::Live { String::new() } else { format!(" {status}") }
}

/// `name: what it computes [neurons]`, parts indented.
fn circuits(found: &Decompiled) -> Vec<String> {
    let names = found.formula.input_names();
    let line = |circuit: &pellucid_core::Circuit| {
        let neurons: Vec<String> = circuit.neurons.iter().map(ToString::to_string).collect();
        format!("{}: {} [{}]", circuit.name, expr_to_text(&circuit.computes, names), neurons.join(" "))
    };
    let lines = |circuit: &pellucid_core::Circuit| {
        let parts: Vec<String> = circuit.parts.iter().map(|part| format!("  {}", line(part))).collect();
        std::iter::once(line(circuit)).chain(parts).collect::<Vec<_>>()
    };
    found.circuits.iter().flat_map(lines).collect()
}

fn check(network: &Network<Rational>, formula: &str, expected_features: &[&str], expected_circuits: &[&str]) {
    let found = against(network, formula);
    assert_eq!(found.formula.to_string(), formula);
    assert!(found.explained, "{formula}: {:?}", found.deviation);
    assert!(matches!(&found.deviation, Largest::At(most, _) if most.is_positive()), "trained weights are not exact");
    assert_eq!(features(&found), expected_features, "{formula}");
    assert_eq!(circuits(&found), expected_circuits, "{formula}");
    assert_eq!(found.remarks, Vec::<String>::new());
    let against = found.against_target.unwrap();
    assert!(against.missing.is_empty());
    assert_eq!(against.deviation, found.deviation, "the formula is the target");
}

#[test]
fn all_six_functions_are_found() {
    check(&identity(), "x1", &["-(x1)", "+(x1)"], &["identity: x1 [h1.1 h1.2]"]);
    check(&negation(), "-x1", &["+(x1)", "-(x1)"], &["negative identity: -x1 [h1.1 h1.2]"]);
    check(&absolute_value(), "abs(x1)", &["+(x1)", "-(x1)"], &["absolute value: abs(x1) [h1.1 h1.2]"]);
    check(&addition(), "x1 + x2", &["+(x1 + x2)", "-(x1 + x2)"], &["addition: x1 + x2 [h1.1 h1.2]"]);
    check(&subtraction(), "x1 - x2", &["x2 > x1", "x1 > x2"], &["subtraction: x1 - x2 [h1.1 h1.2]"]);
}

#[test]
fn the_trained_minimum_is_the_mirror_of_the_derived_one() {
    // It passes x2 on and subtracts by how much x2 is greater than x1.
    check(
        &minimum(),
        "min(x1, x2)",
        &["+(x2)", "-(x2)", "x2 > x1"],
        &["minimum: min(x1, x2) [h1.1 h1.2 h1.3]", "  identity: x2 [h1.1 h1.2]"],
    );
}

#[test]
fn the_stuck_negation_detects_positive_inputs_twice() {
    let found = against(&negation_stuck(), "-x1");
    assert_eq!(found.formula.to_string(), "-relu(x1)");
    assert!(found.explained);
    assert_eq!(features(&found), ["+(x1)", "+(x1) merged"]);
    assert_eq!(circuits(&found), ["negative positiveness: -relu(x1) [h1.1 h1.2]"]);
    assert_eq!(found.remarks, ["h1.1 and h1.2 both detect positive x1; none detects negative x1"]);
    assert_eq!(found.reduced_widths, Some(vec![1]));
    let target = found.against_target.unwrap();
    assert_eq!(target.deviation, Largest::At(Rational::one(), vec![Rational::from(-1)]));
    let missing: Vec<String> = target.missing.iter().map(|f| f.label(found.formula.input_names())).collect();
    assert_eq!(missing, ["-(x1)"]);
}

#[test]
fn the_stuck_absolute_value_detects_positive_inputs_twice() {
    let found = against(&absolute_value_stuck(), "abs(x1)");
    assert_eq!(found.formula.to_string(), "relu(x1)");
    assert!(found.explained);
    assert_eq!(features(&found), ["+(x1)", "+(x1) merged"]);
    assert_eq!(circuits(&found), ["positiveness: relu(x1) [h1.1 h1.2]"]);
    assert_eq!(found.remarks, ["h1.1 and h1.2 both detect positive x1; none detects negative x1"]);
    let target = found.against_target.unwrap();
    assert_eq!(target.deviation, Largest::At(Rational::one(), vec![Rational::from(-1)]));
    let missing: Vec<String> = target.missing.iter().map(|f| f.label(found.formula.input_names())).collect();
    assert_eq!(missing, ["-(x1)"]);
}

#[test]
fn the_deviation_is_exact() {
    // By hand: for x >= 0 the identity is w1 w2 x, for x <= 0 likewise; at the ends it is furthest off.
    let f = |value: f64| Rational::from_f64(value).unwrap();
    let above = (f(1.0036499500274658) * f(0.9963626265525818) - Rational::one()).abs();
    let below = (f(-0.9212468862533569) * f(-1.0854846239089966) - Rational::one()).abs();
    let found = against(&identity(), "x1");
    let Largest::At(most, _) = found.deviation else { panic!() };
    assert_eq!(most, above.max(below));
    assert!(most < rational("1e-6"));
}

#[test]
fn other_boxes_give_the_same_formulas() {
    let cases = [
        (identity(), "x1"),
        (negation(), "-x1"),
        (absolute_value(), "abs(x1)"),
        (addition(), "x1 + x2"),
        (subtraction(), "x1 - x2"),
        (minimum(), "min(x1, x2)"),
        (negation_stuck(), "-relu(x1)"),
        (absolute_value_stuck(), "relu(x1)"),
    ];
    for (network, formula) in cases {
        for (box_text, tolerance) in [("[-0.01,0.01]", "1e-6"), ("[-10,10]", "1e-3"), ("[-10,20]", "1e-2")] {
            let text = format!("{box_text}^{}", network.n_inputs());
            let domain = pellucid_core::Domain::parse(&text, network.input_names()).unwrap();
            let found = taken_apart(&network, &question(&domain, tolerance));
            assert!(found.explained, "{formula} on {domain}: {:?}", found.deviation);
            assert_eq!(found.formula.to_string(), formula, "on {domain}");
        }
    }
}

#[test]
fn on_positive_inputs_fewer_kinks_are_left() {
    let domain = |text: &str, n: usize| pellucid_core::Domain::parse(text, &pellucid_core::numbered_inputs(n)).unwrap();
    let found = taken_apart(&minimum(), &question(&domain("[0,10]^2", 2), "1e-3"));
    assert_eq!(found.formula.to_string(), "min(x1, x2)");
    let found = taken_apart(&absolute_value(), &question(&domain("[0,1]", 1), "1e-4"));
    assert_eq!(found.formula.to_string(), "x1");
    assert_eq!(features(&found), ["+(x1) always on", "-(x1) dead"]);
    let found = taken_apart(&minimum(), &question(&domain("[0,1] x [2,3]", 2), "1e-4"));
    assert_eq!(found.formula.to_string(), "x1");
}

#[test]
fn a_kink_in_a_corner_is_left_to_the_closer_formula() {
    // 41/50 - relu(41/50 - x1/2 + x2/3): the plane, but for a corner of the box that is cut off.
    let network = network(&[vec![-0.5, 1.0 / 3.0]], &[0.82], &[vec![-1.0]], &[0.82]);
    let found = taken_apart(&network, &question(&unit_box(2), "1e-3"));
    assert_eq!(found.formula.to_string(), "x1/2 - x2/3");
    assert!(!found.explained);
    let closer = found.closer.expect("the kink is known too");
    assert_eq!(closer.formula.to_string(), "min(x1/2 - x2/3, 41/50)");
    let (low, high) = found.beyond.expect("volumes in two dimensions are known");
    assert!(low.is_positive() && high < rational("1/1000"), "{low} {high}");
}

#[test]
fn a_deep_network_with_noise_is_read_by_its_large_pieces() {
    // max(max(x1, x2), x3) from exact layers, every weight off by up to 1e-4.
    let mut stream = common::Stream(5);
    let text = Function::parse("max(x1, x2, x3)").unwrap();
    let domain = unit_box(3);
    let compiled =
        pellucid_compile::compile(&text, &domain, pellucid_core::Biases::ALLOWED, Default::default()).unwrap();
    let mut noisy =
        |v: &Rational| Rational::from_f64(f64::from((v.to_f64() + stream.between(-1e-4, 1e-4)) as f32)).unwrap();
    let mut layers = compiled.network.layers().to_vec();
    for layer in &mut layers {
        layer.weights.iter_mut().flatten().chain(&mut layer.biases).for_each(|v| *v = noisy(v));
    }
    let network = Network::new(None, layers).unwrap();
    let found = taken_apart(&network, &question(&domain, "1e-2"));
    assert_eq!(found.formula.to_string(), "max(x1, x2, x3)");
    assert!(found.explained && found.neurons.len() == network.hidden_neurons());
    let strict = taken_apart(&network, &question(&domain, "1e-6"));
    assert!(!strict.explained, "no short formula is that near: {}", strict.formula);
}
