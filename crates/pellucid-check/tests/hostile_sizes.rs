//! Certificates that ask for a great deal of work: refused or checked in seconds, never minutes.

mod common;

use std::time::{Duration, Instant};

use common::{Random, r};
use pellucid_check::lower_bound::lower_bound;
use pellucid_check::one_layer::Form;
use pellucid_check::{check, check_json};
use pellucid_core::{
    Affine, Biases, CellStep, Certificate, Claim, Combination, Computation, Difference, Domain, Function, Hyperplane,
    Integer, Merge, Proof, Rational, SampledLine, SizeProof,
};

/// Some slack for slow machines without optimisation.
const TIME: Duration = Duration::from_secs(30);

fn timed<T>(what: &str, run: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = run();
    println!("{what}: {:?}", start.elapsed());
    assert!(start.elapsed() < TIME, "{what} took {:?}", start.elapsed());
    result
}

/// Hinges with these jumps and an affine rest that no orientation takes up.
fn form(n_hinges: usize, n_inputs: usize, n_outputs: usize, largest: i64) -> Form {
    let mut random = Random(5);
    let mut numbers =
        |n: usize| -> Vec<Rational> { (0..n).map(|_| Rational::from(random.between(-largest, largest))).collect() };
    let mut jumps = std::collections::BTreeMap::new();
    while jumps.len() < n_hinges {
        let normal = [vec![Rational::one()], numbers(n_inputs - 1)].concat();
        jumps.insert(Hyperplane { normal, offset: Rational::from(jumps.len()) }, numbers(n_outputs));
    }
    let affine = (0..n_outputs)
        .map(|_| Affine { coefficients: numbers(n_inputs).iter().map(|c| c / &r("7")).collect(), constant: r("1/7") });
    Form { jumps, affine: affine.collect() }
}

#[test]
fn counts_of_many_hinges_end() {
    for (n_hinges, n_inputs, n_outputs, largest) in [
        (12, 3, 3, 9),
        (12, 6, 6, 9),
        (12, 12, 1, 9),
        (3, 40, 40, 2),
        (13, 2, 1, 1_000_000),
        (30, 2, 1, 1_000_000_000),
        (300, 1, 1, 3),
        (300, 3, 1, 1),
        (50, 40, 1, 1),
        (1000, 2, 2, 9),
        (1000, 2, 1, 9),
    ] {
        let form = form(n_hinges, n_inputs, n_outputs, largest);
        let side = (Rational::from(-1_000_000_000), Rational::from(1_000_000_000));
        for domain in [Domain::Everywhere, Domain::Box(vec![side.clone(); n_inputs])] {
            for biases in [Biases::ALLOWED, Biases { hidden: true, output: false }] {
                let what = format!("{n_hinges} hinges, {n_inputs} inputs, {n_outputs} outputs, {domain}, {biases}");
                let bound = timed(&what, || lower_bound(&form, &domain, biases, usize::MAX));
                assert!(bound.is_err() || bound.unwrap() >= n_hinges);
            }
        }
    }
}

#[test]
fn long_proofs_are_read_once() {
    let function = |text: &str| Computation::Function(Function::parse(text).unwrap());
    let claim = |steps| {
        let claim = Claim::Within {
            left: function("abs(x1)"),
            right: function("x1"),
            domain: Domain::Everywhere,
            bound: Rational::zero(),
        };
        Certificate::new(claim, Proof::Within(Difference::Cells { merge: Merge::Hyperplanes, steps }))
    };
    let sum_of = |rows| Combination { times: Integer::ONE, rows };
    for steps in [
        vec![CellStep::Split; 1_000_000],
        vec![CellStep::Equal; 1_000_000],
        vec![CellStep::On(sum_of(vec![(0, Integer::ONE); 1_000_000]))],
        vec![CellStep::Split, CellStep::Bounded(vec![[sum_of(vec![(0, Integer::ONE); 500_000]), sum_of(vec![])]])],
        vec![CellStep::Off(sum_of(vec![(usize::MAX, Integer::ONE)]))],
        vec![CellStep::On(Combination { times: Integer::ONE << 1_000_000, rows: vec![(0, Integer::ONE)] })],
    ] {
        assert!(!timed("steps", || check(&claim(steps))).is_accepted());
    }
}

#[test]
fn large_and_deep_texts_end() {
    let claim = |text: &str, domain: &str| {
        format!(
            r#"{{"pellucid_certificate": 2, "claim": {{"within": {{
                "left": {{"function": {{"inputs": ["x1", "x2"], "text": "{text}"}}}},
                "right": {{"function": {{"inputs": ["x1", "x2"], "text": "x1"}}}},
                "domain": "{domain}", "bound": "0"}}}}, "proof": {{"within": "canonical_forms"}}}}"#
        )
    };
    let tower = format!("{}9{}", "(".repeat(60), ")^256".repeat(60));
    let sum = vec!["relu(x1 - x2)"; 20_000].join(" + ");
    let hinges: Vec<String> = (0..3_000).map(|k| format!("relu(x1 - {k}*x2)")).collect();
    for text in [tower, sum, hinges.join(" + "), format!("max({})", hinges.join(", ")), "(".repeat(100_000)] {
        let checked = timed("text", || check_json(&claim(&text, "everywhere")));
        assert!(checked.is_err() || !checked.unwrap().is_accepted());
    }
    for domain in ["[-1, 1]^4096", "[-1, 1]^99999999999", "[0, 1e4096] x [0, 1e-4096]", &"[0,1] x ".repeat(50_000)] {
        let checked = timed("domain", || check_json(&claim("x1 + x2", domain)));
        assert!(checked.is_err() || !checked.unwrap().is_accepted());
    }
    let deep = format!("{}{}", "[".repeat(1_000_000), "]".repeat(1_000_000));
    assert!(timed("nested lists", || check_json(&deep)).is_err());
}

#[test]
fn many_witnesses_end() {
    let text = common::corpus().into_iter().find(|(name, _)| name == "maximum_with_0_any_depth").unwrap().1;
    let certificate = Certificate::from_json(&text).unwrap();
    let Proof::AtLeast(proof) = &certificate.proof else { panic!("another proof") };
    let with = |change: &dyn Fn(&mut SizeProof)| {
        let mut proof = proof.clone();
        change(&mut proof);
        Certificate::new(certificate.claim.clone(), Proof::AtLeast(proof))
    };
    let many = 50_000usize;
    let points = with(&|proof| proof.gradients = vec![proof.gradients[0].clone(); many]);
    let times = with(&|proof| {
        let times = (0..many).map(Rational::from).collect();
        let (start, direction) = (vec![r("-100"), r("1")], vec![r("1"), r("0")]);
        proof.line = Some(SampledLine { start, direction, times });
    });
    let kinks = with(&|proof| {
        let single = proof.single[0].as_mut().unwrap();
        single.kinks = vec![single.kinks[0].clone(); many];
    });
    for (what, certificate) in [("points", points), ("times", times), ("kinks", kinks)] {
        timed(what, || check(&certificate));
    }
}

fn approximation(
    target: &str,
    on: &str,
    low: &str,
    part: &str,
    network: serde_json::Value,
    range: [&str; 2],
) -> String {
    serde_json::json!({
        "pellucid_certificate": 2,
        "claim": {"approximates": {
            "target": {"inputs": ["x"], "text": target}, "network": network, "domain": on, "low": low, "high": "-1/2"}},
        "proof": {"approximates": {
            "parts": [{"of": "x1", "computes": {"inputs": ["x"], "text": part}, "network": network, "range": range,
                "pieces": []}],
            "outputs": ["x2"]}}
    })
    .to_string()
}

#[test]
fn approximations_of_huge_functions_end() {
    let flat = serde_json::json!({"layers": [{"weights": [["0"]]}]});
    let nested = |inner: &str, n: usize| format!("{}x{}", format!("{inner}(").repeat(n), ")".repeat(n));
    let powers = format!("{}x{}", "(".repeat(60), ")^256".repeat(60));
    let inverse_powers = format!("{}x{}", "(".repeat(60), ")^-256".repeat(60));
    let roots = format!("{}x{}", "(".repeat(60), ")^(255/64)".repeat(60));
    let sines = (1..200).map(|k| format!("sin({k}*x)")).collect::<Vec<_>>().join("*");
    let sorted = format!("median({})", (0..499).map(|k| format!("sin({k}*x)")).collect::<Vec<_>>().join(", "));
    let long = format!("exp({}*x)", "7".repeat(15_000));
    let huge = "1e4000";
    for text in [nested("exp", 60), nested("tanh", 60), powers, inverse_powers, roots, sines, sorted, long] {
        for range in [["1", "2"], ["1/1000000007", huge]] {
            let on = format!("[{}, {}]", range[0], range[1]);
            let certificate = approximation(&text, &on, "-1", &text, flat.clone(), range);
            let checked = timed(&text[..text.len().min(30)], || check_json(&certificate));
            assert!(!checked.unwrap().is_accepted(), "{text}");
        }
    }
    // Deep networks that double what comes in, at a number of many digits.
    let doubling =
        serde_json::json!({"layers": (0..300).map(|_| serde_json::json!({"weights": [["2"]]})).collect::<Vec<_>>()});
    let third = format!("1/{}", "3".repeat(5000));
    let certificate = approximation("x^2", &format!("[{third}, 1]"), "-1", "x^2", doubling, [&third, "1"]);
    assert!(!timed("doubling", || check_json(&certificate)).unwrap().is_accepted());
}

#[test]
fn errors_of_nested_trees_are_found_once() {
    let flat = serde_json::json!({"layers": [{"weights": [["0"]]}]});
    let (square, range) = (serde_json::json!({"inputs": ["x"], "text": "x^2"}), ["0", "1"]);
    let part =
        |of: &str| serde_json::json!({"of": of, "computes": square, "network": flat, "range": range, "pieces": []});
    // Written out, a tree of gates would have as many leaves as 2^90.
    for (open, close) in [("mux(", ", x3, x3)"), ("mux(x3, x3, ", ")"), ("abs(", " - 1/2)"), ("median(x3, x3, ", ")")] {
        let of = format!("{}x3{}", open.repeat(90), close.repeat(90));
        let certificate = serde_json::json!({
            "pellucid_certificate": 2,
            "claim": {"approximates": {
                "target": square, "network": flat, "domain": "[0, 1]", "low": "0", "high": "1/2"}},
            "proof": {"approximates": {"parts": [part("x1"), part("x2"), part(&of)], "outputs": ["x2"]}}
        });
        let checked = timed(open, || check_json(&certificate.to_string())).unwrap();
        // What is refused is the range or the bound.
        let reason = checked.rejection.unwrap();
        assert!(reason.contains("range") || reason.contains("error is only shown"), "{open}: {reason}");
    }
}
