//! Proofs in words, as people read them.

use insta::assert_snapshot;
use pellucid::{
    Biases, Certificate, Computation, Constraint, Domain, Explaining, Function, Limits, Never, Rational, Representable,
    Verdict, compile, explain, explain_refutation, prove_never, prove_within, representable,
};

fn function(text: &str) -> Function {
    Function::parse(text).unwrap()
}

fn domain(on: &str, n_inputs: usize) -> Domain {
    Domain::parse(on, &pellucid::numbered_inputs(n_inputs)).unwrap()
}

/// The minimality of a function, in words, from a certificate that was written and read.
fn smallest(text: &str, on: &str) -> String {
    let function = function(text);
    let domain = domain(on, function.n_inputs());
    let compiled = compile(&function, &domain, Biases::ALLOWED, Limits::default()).unwrap();
    told(&compiled.certificate)
}

fn told(certificate: &Certificate) -> String {
    assert!(pellucid::check(certificate).is_accepted());
    let read = Certificate::from_json(&certificate.to_json()).unwrap();
    explain(&read, &Explaining::default()).unwrap()
}

fn verdict(left: &str, right: &str, on: &str, within: &str) -> (Computation, Computation, Verdict) {
    let left = function(left);
    let right = function(right).with_n_inputs(left.n_inputs()).unwrap();
    let domain = domain(on, left.n_inputs());
    let (left, right) = (Computation::Function(left), Computation::Function(right));
    let verdict = prove_within(&left, &right, &domain, &within.parse().unwrap(), Limits::default()).unwrap();
    (left, right, verdict)
}

fn proved(left: &str, right: &str, on: &str, within: &str) -> String {
    match verdict(left, right, on, within).2 {
        Verdict::Proved { certificate, .. } => told(&certificate),
        Verdict::Refuted(counterexample) => panic!("refuted: {counterexample:?}"),
    }
}

fn refuted(left: &str, right: &str, within: &str) -> String {
    match verdict(left, right, "everywhere", within) {
        (left, right, Verdict::Refuted(counterexample)) => {
            let bound: Rational = within.parse().unwrap();
            explain_refutation(&left, &right, &bound, &counterexample, &Explaining::default())
        }
        _ => panic!("proved"),
    }
}

#[test]
fn the_minimum_everywhere() {
    assert_snapshot!(smallest("min(x1, x2)", "everywhere"));
}

#[test]
fn the_minimum_on_a_box() {
    assert_snapshot!(smallest("min(x1, x2)", "[-1,1]^2"));
}

#[test]
fn the_absolute_value() {
    assert_snapshot!(smallest("abs(x1)", "everywhere"));
}

#[test]
fn addition() {
    assert_snapshot!(smallest("x1 + x2", "everywhere"));
}

#[test]
fn a_clamp() {
    assert_snapshot!(smallest("clamp(x1, -1, 1/2)", "everywhere"));
}

#[test]
fn two_outputs() {
    assert_snapshot!(smallest("(max(x1, x2), min(x1, x2))", "everywhere"));
}

#[test]
fn many_hinges() {
    assert_snapshot!(smallest("abs(x1) + abs(x2) + abs(x3) + abs(x4) + abs(x5)", "everywhere"));
}

#[test]
fn not_one_layer() {
    let found = representable(&function("max(x1, x2, 0)"), &Domain::Everywhere, Limits::default()).unwrap();
    let Representable::No(refutation) = found else { panic!("one layer is enough") };
    assert_snapshot!(told(&refutation));
}

/// A lower bound at any depth, in words.
fn any_depth(text: &str, on: &str) -> String {
    let function = function(text);
    let domain = domain(on, function.n_inputs());
    let compiled = compile(&function, &domain, Biases::ALLOWED, Limits::default()).unwrap();
    told(&compiled.minimality.any_depth.unwrap().certificate)
}

#[test]
fn at_any_depth_where_one_layer_is_not_enough() {
    assert_snapshot!(any_depth("max(x1, x2, 0)", "everywhere"));
    assert_snapshot!(any_depth("max(x1, x2, x3)", "everywhere"));
}

#[test]
fn at_any_depth_where_one_layer_is_enough() {
    assert_snapshot!(any_depth("max(x1, x2)", "[-1,1]^2"));
    assert_snapshot!(any_depth("pwl(x1; (0,0), (1,1), (2,0), (3,1), (4,0))", "everywhere"));
}

#[test]
fn no_input_satisfies_a_property() {
    let constraint = |inputs: &[(usize, i64)], outputs: &[(usize, i64)], constant: i64| {
        let factors = |list: &[(usize, i64)]| list.iter().map(|(i, factor)| (*i, Rational::from(*factor))).collect();
        Constraint { inputs: factors(inputs), outputs: factors(outputs), constant: constant.into(), strict: true }
    };
    let bounds = [(0, 1), (0, -1), (2, 1), (2, -1)].map(|(i, sign)| constraint(&[(i, sign)], &[], 2));
    let fixed = [1, -1].map(|sign| Constraint { strict: false, ..constraint(&[(1, sign)], &[], -sign) });
    let with = |last| [&bounds[..], &fixed[..], &[last]].concat();
    // |x1 - x2| + relu(x3) is neither below 0 nor above 5 there; nor is it below x1 - 1.
    let cases = [
        with(constraint(&[], &[(0, -1)], 0)),
        with(constraint(&[], &[(0, 1)], -5)),
        vec![constraint(&[(0, 1), (1, -1)], &[(0, -1)], 0)],
    ];
    let computation = Computation::Function(function("abs(x1 - x2) + relu(x3)"));
    let Never::Proved { certificate, .. } = prove_never(&computation, &cases, Limits::default()).unwrap() else {
        panic!("refuted")
    };
    assert_snapshot!(told(&certificate));
}

#[test]
fn on_polyhedra_and_points() {
    assert_snapshot!(proved("max(x1, x2) + relu(x2 - 2)", "x1", "[0,1]^2 where x1 >= x2", "0"));
    assert_snapshot!(proved("max(x1, x2)", "x2 + relu(x1 - x2)", "[0,1]^2 where x1 >= x2", "0"));
    assert_snapshot!(proved(
        "max(x1, x2)",
        "x1 + x2 - x1/2 - x2/2 + abs(x1 - x2)/2",
        "{0,1} x {0..3} where x1 <= x2",
        "0"
    ));
    assert_snapshot!(proved("relu(x1 + x2 - 1)", "min(x1, x2)", "{0,1}^2", "0"));
}

#[test]
fn equal_by_cells() {
    assert_snapshot!(proved("max(x1, x2, x3)", "max(x2, x3, x1)", "everywhere", "0"));
}

#[test]
fn within_a_bound() {
    assert_snapshot!(proved("relu(x1 - x2)", "max(x1, x2)/2 + 1/4", "[-1,1]^2", "5/4"));
}

#[test]
fn refutations() {
    assert_snapshot!(refuted("max(x1, x2, x3)", "max(x1, x2) + relu(x3 - abs(x1 + x2))", "0"));
    assert_snapshot!(refuted("(x1, 2*x1)", "(x1 + 1/3, x1)", "1/2"));
}

#[test]
fn long_proofs_are_cut_with_a_count() {
    let options = Explaining { width: 100, at_most: 3 };
    let verdict = verdict("max(x1, x2, x3, x4)", "max(x3, x1, x4, x2)", "everywhere", "0").2;
    let Verdict::Proved { certificate, n_cells } = verdict else { panic!("refuted") };
    assert!(n_cells > 10, "{n_cells}");
    let text = explain(&certificate, &options).unwrap();
    assert!(text.contains(&format!("and {} more cells, not written here", n_cells - 3)), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
}

/// What is told of further neurons is what the checker counts: nothing is told that is not shown.
#[test]
fn the_told_numbers_add_up() {
    let functions = [
        "abs(x1) + abs(x2)",
        "min(x1, x2) + x3",
        "(x1 + x2, x1 - x2)",
        "max(x1, x2) + relu(x1 + 1)",
        "clamp(x1, 0, 1) + x2",
        "(abs(x1), relu(x2), x1 + x2)",
    ];
    let mut n_told = 0;
    for text in functions {
        for on in ["everywhere", "[-1,1]", "[1,2]"] {
            for biases in [Biases::ALLOWED, Biases { hidden: true, output: false }] {
                let function = function(text);
                let n = function.n_inputs();
                let on = if on == "everywhere" { on.to_string() } else { format!("{on}^{n}") };
                let compiled = compile(&function, &domain(&on, n), biases, Limits::default()).unwrap();
                let size = compiled.network.hidden_neurons();
                if !compiled.minimality.proved {
                    continue;
                }
                n_told += 1;
                let told = told(&compiled.certificate);
                // The least that any way to turn the hinges takes, as told, and the kinks.
                let kinks = told.matches("- kink ").count();
                let words: Vec<&str> = told.split_whitespace().collect();
                let further = words.windows(3).filter(|w| w[1] == "more" && w[2].starts_with("neuron"));
                let further = further.filter_map(|w| w[0].parse::<usize>().ok()).min().unwrap_or(0);
                assert_eq!(kinks + further, size, "{text} {on} {biases}:\n{told}");
            }
        }
    }
    assert!(n_told > 25, "{n_told}");
}

#[test]
fn near_a_product() {
    let text = include_str!("../../pellucid-check/tests/certificates/near_a_product.json");
    assert_snapshot!(told(&Certificate::from_json(text).unwrap()));
}

#[test]
fn what_few_neurons_cannot_do_at_points() {
    let told_of = |text: &str, on: &str| {
        let function = function(text);
        let domain = domain(on, function.n_inputs());
        let compiled = compile(&function, &domain, Biases::ALLOWED, Limits::default()).unwrap();
        told(&compiled.minimality.any_depth.unwrap().certificate)
    };
    assert_snapshot!(told_of("xor(x1, x2)", "{0,1}^2"), @r"
    Claim: every network without skip connections that computes xor(x1, x2) on {0,
    1}^2 has at least 2 hidden neurons, of whatever depth.
    At finitely many points every network with at most 1 hidden neuron, of whatever
    depth, is c + s_1 relu(f_1) with signs s and affine maps f (T7 of
    docs/smallest-deep-circuits.md). Only values at these points are used:
         - p1 = (1, 0), where output 1 is 1
         - p2 = (1, 1), where output 1 is 0
         - p3 = (0, 1), where output 1 is 1
         - p4 = (0, 0), where output 1 is 0
    With the signs -1: which neuron fires at which point is gone through in 3 cases,
    and in each of them linear forms that must be at least 0 add up to less than 0.
    With the signs +1: which neuron fires at which point is gone through in 3 cases,
    and in each of them linear forms that must be at least 0 add up to less than 0.
    So at least 2 hidden neurons are needed.
    ");
    assert_snapshot!(told_of("and(x1, x2)", "{0,1}^2"), @r"
    Claim: every network without skip connections that computes and(x1, x2) on {0,
    1}^2 has at least 1 hidden neuron, of whatever depth.
    Without a hidden neuron a network is one affine map a.x + b. Only values at
    these points are used:
         - p1 = (1, 1), where output 1 is 1
         - p2 = (1, 0), where output 1 is 0
         - p3 = (0, 1), where output 1 is 0
         - p4 = (0, 0), where output 1 is 0
    Linear forms of its coefficients that must be at least 0 add up to less than 0.
    So at least 1 hidden neuron is needed.
    ");
}
