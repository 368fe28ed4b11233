//! `decompile(compile(f))` gives back the name that f has.

mod common;

use common::{question, taken_apart};
use pellucid_compile::compile;
use pellucid_core::{Biases, Domain, Function};
use pellucid_prove::Largest;

/// The formula of the smallest network of a function is exactly `expected`, everywhere and on a box
/// that all kinks cut; otherwise says what came back.
fn check(text: &str, expected: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    let function = Function::parse(text).unwrap();
    let n = function.n_inputs();
    let side = (pellucid_core::Rational::from(-4), pellucid_core::Rational::from(4));
    for domain in [Domain::Everywhere, Domain::Box(vec![side; n])] {
        let compiled = compile(&function, &domain, Biases::ALLOWED, Default::default()).unwrap();
        let found = taken_apart(&compiled.network, &question(&domain, "0"));
        assert!(found.explained);
        assert!(matches!(found.deviation, Largest::At(most, _) if most.is_zero()));
        let formula = found.formula.to_string();
        if formula != expected {
            wrong.push(format!("{text} {}: {formula}", domain.phrase()));
        }
    }
    wrong
}

#[test]
fn names_come_back() {
    let texts = [
        "x1",
        "-x1",
        "x1 + x2",
        "x1 - x2",
        "x2 - x1",
        "x1/2 - x2/3",
        "x1 + 1",
        "1/2",
        "relu(x1)",
        "-relu(x1)",
        "relu(-x1)",
        "relu(x1 - 1/4)",
        "relu(x1 - x2)",
        "relu(x2 - x1)",
        "relu(x1/2 + x2/3)",
        "abs(x1)",
        "-abs(x1)",
        "abs(x1 - x2)",
        "abs(x1) + abs(x2)",
        "min(x1, x2)",
        "max(x1, x2)",
        "2*min(x1, x2)",
        "max(x1, x2 + 1/2) + x3",
        "max(x1/2, x2/3)",
        "min(x1, 1/2)",
        "max(x1, x2) + 3*x1",
        "max(2*x1 - 1, -x1, 0)",
        "clamp(x1, 0, 1)",
        "clamp(x1, 0, 1/2)",
        "x1 - clamp(x1, -1/4, 1/4)",
        "3*clamp(x1 - x2, -1/2, 1)",
        "max(abs(x1), abs(x2))",
        "max(abs(x1), 1/2)",
        "relu(abs(x1) - 1/4)",
        "min(abs(x1), 1)",
        "relu(1 - abs(x1))",
        "max(x1, x2, x3) - min(x1, x2, x3)",
        "(max(x1, x2), min(x1, x2))",
        "(abs(x1), relu(x1), x1)",
        "abs(x1 - x2) + abs(x1 - x3) + abs(x1 - x4) + abs(x2 - x3) + abs(x2 - x4) + abs(x3 - x4)",
    ];
    let wrong: Vec<String> = texts.iter().flat_map(|text| check(text, text)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn other_spellings_get_the_short_name() {
    let pairs = [
        ("x1 - relu(x1 - x2)", "min(x1, x2)"),
        ("x3 + max(x1, x2 + 1/2)", "max(x1, x2 + 1/2) + x3"),
        ("relu(x1 - 1/4) - relu(-x1 - 1/4)", "x1 - clamp(x1, -1/4, 1/4)"),
        ("relu(x1 + 1) - 2*relu(x1) + relu(x1 - 1)", "relu(1 - abs(x1))"),
        ("2*abs(x1 - 1/2)", "abs(2*x1 - 1)"),
        ("min(2*x1 - x2, x2)", "x1 - abs(x1 - x2)"),
        ("(x1 + x2 + |x1 - x2|)/2", "max(x1, x2)"),
        ("pwl(x1; (0, 0), (1, 1), (2, 0), (3, 1), (4, 0))", "1 - abs(abs(x1 - 2) - 1)"),
        ("abs(abs(x1) - 1/2)", "abs(abs(x1) - 1/2)"),
        ("-max(-x1, -x2)", "min(x1, x2)"),
        ("max(-x1, -x2)", "-min(x1, x2)"),
    ];
    let wrong: Vec<String> = pairs.iter().flat_map(|(text, expected)| check(text, expected)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
