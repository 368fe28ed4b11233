//! The certificates that `pellucid-check` keeps as its corpus, so that its tests need no prover.
//!
//! With `PELLUCID_WRITE_CERTIFICATES` set they are written anew.

use std::path::Path;

use pellucid_check::{check, check_json};
use pellucid_compile::compile;
use pellucid_core::{
    Biases, Certificate, Claim, Computation, Domain, Function, Layer, Network, Rational, Target, numbered_inputs,
};
use pellucid_prove::{
    Limits, Never, Proposed, Representable, Verdict, prove_near, prove_never, prove_within, representable,
};

const NO_OUTPUT: Biases = Biases { hidden: true, output: false };
const NO_HIDDEN: Biases = Biases { hidden: false, output: true };

fn function(text: &str) -> Function {
    Function::parse(text).unwrap()
}

fn domain(text: &str, function: &Function) -> Domain {
    Domain::parse(text, function.input_names()).unwrap()
}

fn compiled(text: &str, on: &str, biases: Biases) -> Certificate {
    let function = function(text);
    compile(&function, &domain(on, &function), biases, Limits::default()).unwrap().certificate
}

fn within(left: &str, right: &str, on: &str, bound: &str) -> Certificate {
    let left = function(left);
    let right = function(right).with_n_inputs(left.n_inputs()).unwrap();
    let on = domain(on, &left);
    let sides = (Computation::Function(left), Computation::Function(right));
    let bound: Rational = bound.parse().unwrap();
    match prove_within(&sides.0, &sides.1, &on, &bound, Limits::default()).unwrap() {
        Verdict::Proved { certificate, .. } => *certificate,
        Verdict::Refuted(counterexample) => panic!("{counterexample:?}"),
    }
}

fn not_one_layer(text: &str, on: &str) -> Certificate {
    let function = function(text);
    match representable(&function, &domain(on, &function), Limits::default()).unwrap() {
        Representable::No(certificate) => *certificate,
        Representable::Form(form) => panic!("{form:?}"),
    }
}

fn corpus() -> Vec<(String, Certificate)> {
    let mut corpus = Vec::new();
    for (name, text, on, biases) in [
        ("minimum_everywhere", "min(x1, x2)", "everywhere", Biases::ALLOWED),
        ("minimum_on_a_box", "min(x1, x2)", "[-1,1]^2", Biases::ALLOWED),
        ("minimum_without_biases", "min(x1, x2)", "[1,2]^2", Biases::NONE),
        ("minimum_without_biases_around_0", "min(x1, x2)", "[-1,1]^2", Biases::NONE),
        ("minimum_without_hidden_biases", "min(x1, x2) + 1", "[-1,1]^2", NO_HIDDEN),
        ("identity_everywhere", "x1", "everywhere", Biases::ALLOWED),
        ("identity_on_a_box", "x1", "[-1,1]", Biases::ALLOWED),
        ("identity_without_output_bias", "x1", "[-1,1]", NO_OUTPUT),
        ("affine_without_output_bias", "x1 + 1", "everywhere", NO_OUTPUT),
        ("constant", "3/2", "everywhere", Biases::ALLOWED),
        ("constant_without_output_bias", "1", "everywhere", NO_OUTPUT),
        ("hinge_and_constant", "relu(x1) + 1", "everywhere", NO_OUTPUT),
        ("both", "(max(x1, x2), min(x1, x2))", "everywhere", Biases::ALLOWED),
        ("two_absolute_values", "abs(x1) + abs(x2)", "[-1,1]^2", Biases::ALLOWED),
        ("hat", "relu(1 - abs(x1))", "everywhere", Biases::ALLOWED),
        ("range_of_three", "max(x1, x2, x3) - min(x1, x2, x3)", "everywhere", Biases::ALLOWED),
        ("nested_maximum", "max(max(x1, x2), min(x1, x2))", "everywhere", Biases::ALLOWED),
        ("clamp", "clamp(x1, 0, 1)", "[-2,2]", Biases::ALLOWED),
        ("three_rows", "(x1 + x2, x1 - x2, abs(x1))", "everywhere", Biases::ALLOWED),
        ("median_by_layers", "median(x1, x2, x3)", "everywhere", Biases::ALLOWED),
        ("maximum_with_0_by_layers", "max(x1, x2, 0)", "[-1,1]^2", Biases::ALLOWED),
    ] {
        corpus.push((name.to_string(), compiled(text, on, biases)));
    }
    for (name, left, right, on, bound) in [
        ("within_a_quarter", "relu(x1)", "x1/2 + 1/4", "[-1,1]", "1/4"),
        ("within_one", "clamp(x1, -1, 1)", "0*x1", "everywhere", "1"),
        ("within_a_half_in_the_plane", "max(x1, x2, 0)", "(x1 + x2 + 1)/2", "[0,1]^2", "1/2"),
        ("equal_by_forms", "relu(x1) - relu(-x1)", "x1", "everywhere", "0"),
        ("equal_by_cells", "max(x1, min(x1, x2))", "x1", "everywhere", "0"),
        ("equal_on_a_box", "relu(x1 + 1) + abs(x2)", "x1 + 1 + max(x2, -x2)", "[-1,1]^2", "0"),
        ("equal_where_ordered", "max(x1, x2)", "x1", "[-1,1]^2 where x1 >= x2", "0"),
        ("within_one_in_a_wedge", "abs(x1 - x2)", "relu(x1 - x2)", "where x1 >= x2 - 1", "1"),
        ("equal_wider", "relu(x1 - x2) - relu(x2 - x1)", "x1 - x2", "where x1 + x2 <= 1", "0"),
        ("equal_at_points", "min(x1, x2)", "relu(x1 + x2 - 1)", "{0,1}^2", "0"),
        ("within_one_at_points", "max(x1, x2)", "x2", "{0..4} x {0,1/2,4} where x1 - x2 <= 1", "1"),
    ] {
        corpus.push((name.to_string(), within(left, right, on, bound)));
    }
    for (name, text, on) in [
        ("maximum_with_0_not_one_layer", "max(x1, x2, 0)", "everywhere"),
        ("median_not_one_layer", "median(x1, x2, x3)", "everywhere"),
        ("pyramid_not_one_layer", "relu(1 - abs(x1) - abs(x2))", "[-2,2]^2"),
        ("two_outputs_not_one_layer", "(x1, relu(min(x1, x2)))", "[-1,1]^2"),
    ] {
        corpus.push((name.to_string(), not_one_layer(text, on)));
    }
    for (name, text, on) in [
        ("minimum_any_depth", "min(x1, x2)", "everywhere"),
        ("two_absolute_values_any_depth", "abs(x1) + abs(x2)", "[-1,1]^2"),
        ("maximum_with_0_any_depth", "max(x1, x2, 0)", "everywhere"),
        ("maximum_of_three_any_depth", "max(x1, x2, x3)", "everywhere"),
        ("maximum_of_three_any_depth_on_a_box", "max(x1, x2, x3)", "[-1,1]^3"),
        ("pyramid_any_depth", "relu(1 - abs(x1) - abs(x2))", "[-2,2]^2"),
        ("folds_any_depth", "abs(abs(x1) - 2) + max(x2, 0)", "[-4,4] x [-1,1]"),
    ] {
        let function = function(text);
        let compiled = compile(&function, &domain(on, &function), Biases::ALLOWED, Limits::default()).unwrap();
        corpus.push((name.to_string(), compiled.minimality.any_depth.unwrap().certificate));
    }
    corpus
        .push(("near_a_square".into(), near("x^2", "[0,1]", "x - pwl(x; (0,0), (1/2,1/4), (1,0))", &[("x1", "u^2")])));
    let squares = [("abs(x1 + x2)/2", "u^2"), ("abs(x1 - x2)/2", "u^2")];
    corpus.push(("near_a_product".into(), near("x*y", "[-1,1]^2", "x/2 + relu(x - 1/2)", &squares)));
    corpus.push((
        "near_a_sine".into(),
        near("sin(x) + x", "[0,2]", "relu(9/5*x) - relu(x - 1)", &[("x1", "sin(u) + u")]),
    ));
    for name in ["never_abs", "never_flat", "never_regions"] {
        corpus.push((name.to_string(), proved_again(name)));
    }
    corpus
}

/// A network near a target: the networks of all parts are this function's, on numbers that are not
/// negative, in one hidden layer; two parts are a difference.
fn near(target: &str, on: &str, of_each: &str, parts: &[(&str, &str)]) -> Certificate {
    let target = Target::parse(target).unwrap();
    let domain = Domain::parse(on, target.input_names()).unwrap();
    let range = Domain::parse("[0,2]", &numbered_inputs(1)).unwrap();
    let one = compile(&function(of_each), &range, Biases::ALLOWED, Limits::default()).unwrap().network;
    let tree = |text: &str| Function::parse_with_inputs(text, &numbered_inputs(4)).unwrap().outputs()[0].clone();
    let proposed: Vec<Proposed> = parts
        .iter()
        .map(|(of, computes)| Proposed {
            of: tree(of),
            computes: Target::parse(computes).unwrap(),
            network: one.clone().with_input_names(vec!["u".into()]).unwrap(),
        })
        .collect();
    let (network, output) = match parts {
        [_] => (one, "x2"),
        _ => {
            // Four hinges for the two arguments, then both networks side by side.
            let weights = [[1, 1], [-1, -1], [1, -1], [-1, 1]].map(|row| row.map(Rational::from).to_vec()).to_vec();
            let arguments = Layer { weights, biases: vec![Rational::zero(); 4] };
            let [hidden, last] = one.layers() else { panic!("one hidden layer") };
            let half = |on: bool, w: &Rational| if on { w / Rational::from(2) } else { Rational::zero() };
            let row = |w: &Rational, first: bool| [first, first, !first, !first].map(|on| half(on, w)).to_vec();
            let rows = |first: bool| hidden.weights.iter().map(move |w| row(&w[0], first));
            let side_by_side = Layer {
                weights: rows(true).chain(rows(false)).collect(),
                biases: [hidden.biases.clone(), hidden.biases.clone()].concat(),
            };
            let minus = last.weights[0].iter().map(|w| -w);
            let difference = Layer {
                weights: vec![last.weights[0].iter().cloned().chain(minus).collect()],
                biases: vec![Rational::zero()],
            };
            (Network::new(None, vec![arguments, side_by_side, difference]).unwrap(), "x3 - x4")
        }
    };
    *prove_near(&target, &network, &domain, &proposed, &[tree(output)], Limits::default()).unwrap().certificate
}

/// The claim of a kept certificate about properties, with a new proof.
fn proved_again(name: &str) -> Certificate {
    let text = std::fs::read_to_string(folder().join(format!("{name}.json"))).unwrap();
    let kept: serde_json::Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    let Claim::Never { computation, cases } = serde_json::from_value(kept["claim"].clone()).unwrap() else {
        panic!("{name} is about something else")
    };
    match prove_never(&computation, &cases, Limits::default()).unwrap() {
        Never::Proved { certificate, .. } => *certificate,
        Never::Refuted(found) => panic!("{found:?}"),
    }
}

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../pellucid-check/tests/certificates")
}

#[test]
fn every_certificate_of_the_corpus_is_accepted() {
    let write = std::env::var_os("PELLUCID_WRITE_CERTIFICATES").is_some();
    for (name, certificate) in corpus() {
        let checked = check(&certificate);
        assert!(checked.is_accepted(), "{name}: {checked:?}");
        let json = certificate.to_json();
        let read = Certificate::from_json(&json).unwrap();
        assert_eq!(read, certificate, "{name}");
        assert!(check_json(&json).unwrap().is_accepted(), "{name}");
        if write {
            std::fs::write(folder().join(format!("{name}.json")), json + "\n").unwrap();
        }
    }
}
