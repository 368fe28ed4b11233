//! Exact networks with more than one hidden layer: the formula is the function.

mod common;

use common::{question, taken_apart};
use pellucid_compile::compile;
use pellucid_core::{Biases, Computation, Domain, Function, Rational};
use pellucid_prove::{Verdict, prove_within};

fn check(text: &str, expected: &str) -> Vec<String> {
    let function = Function::parse(text).unwrap();
    let side = (Rational::from(-2), Rational::from(2));
    let mut wrong = Vec::new();
    for domain in [Domain::Everywhere, Domain::Box(vec![side; function.n_inputs()])] {
        let network = compile(&function, &domain, Biases::ALLOWED, Default::default()).unwrap().network;
        assert!(network.hidden_layers().len() > 1, "{text} needs depth");
        let found = taken_apart(&network, &question(&domain, "0"));
        assert!(found.explained, "{text}");
        let sides = (Computation::Function(function.clone()), Computation::Function(found.formula.clone()));
        let verdict = prove_within(&sides.0, &sides.1, &domain, &Rational::zero(), Default::default()).unwrap();
        assert!(matches!(verdict, Verdict::Proved { .. }), "{text} is not {}", found.formula);
        let formula = found.formula.to_string();
        if formula != expected {
            wrong.push(format!("{text} {}: {formula}", domain.phrase()));
        }
    }
    wrong
}

#[test]
fn deep_functions_come_back() {
    let pairs = [
        ("max(x1, x2, 0)", "max(x1, x2, 0)"),
        ("max(x1, x2, x3)", "max(x1, x2, x3)"),
        ("min(x1, x2, x3)", "min(x1, x2, x3)"),
        ("max(x1, x2, x3, x4)", "max(x1, x2, x3, x4)"),
        ("min(x1, x2, x3, x4)", "min(x1, x2, x3, x4)"),
        ("median(x1, x2, x3)", "median(x1, x2, x3)"),
        ("relu(min(x1, x2))", "relu(min(x1, x2))"),
        ("clamp(x1, x2, x3)", "clamp(x1, x2, x3)"),
        ("abs(relu(x1) - x2)", "abs(x2 - relu(x1))"),
        ("x3 + max(x1, x2, 2*x1 + 1)", "max(x1, 2*x1 + 1, x2) + x3"),
        ("min(relu(x1), x2)", "min(relu(x1), x2)"),
        ("relu(1 - abs(x1) - abs(x2))", "relu(1 - abs(x1) - abs(x2))"),
    ];
    let wrong: Vec<String> = pairs.iter().flat_map(|(text, expected)| check(text, expected)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn maps_that_cross_inside_a_cell_do_no_harm() {
    // The map of one cell changes its order with another's inside a third.
    for text in [
        "max(min(x1, x2), min(x2, 1 - x1), -x2)",
        "relu(x1 - relu(x2 - relu(x1 + x2)))",
        "max(x1, x2) - max(x1, x2, 0)",
        "relu(relu(x1) - relu(2*x2 - 1)) - relu(x1/2 + x2/3)",
        "abs(abs(x1 - 1/2) - abs(x2)) - relu(x1 + x2)",
        "abs(abs(x1) - 1/2)",
        "(max(x1, x2, 0), relu(min(x1, x2)))",
    ] {
        let function = Function::parse(text).unwrap();
        for domain in [Domain::Everywhere, Domain::unit_box(function.n_inputs())] {
            let network = compile(&function, &domain, Biases::ALLOWED, Default::default()).unwrap().network;
            let found = taken_apart(&network, &question(&domain, "0"));
            println!("{text} {}: {}", domain.phrase(), found.formula);
            assert!(found.explained, "{text}: {}", found.formula);
        }
    }
}
