//! Certificates made by hand for false claims: none is accepted.

mod common;

use common::{false_because, r};
use pellucid_check::{check, check_json};
use pellucid_core::{
    Biases, CellStep, Certificate, Claim, Combination, Computation, Difference, Domain, Function, Hyperplane, Kink,
    Layer, Merge, Network, Proof, Rational,
};

fn named(text: &str, inputs: &[&str]) -> Computation {
    let inputs: Vec<String> = inputs.iter().map(ToString::to_string).collect();
    Computation::Function(Function::parse_with_inputs(text, &inputs).unwrap())
}

fn function(text: &str, n_inputs: usize) -> Computation {
    named(text, &["x1", "x2", "x3"][..n_inputs])
}

fn within(left: Computation, right: Computation, domain: Domain, proof: Difference) -> Certificate {
    Certificate::new(Claim::Within { left, right, domain, bound: Rational::zero() }, Proof::Within(proof))
}

fn rejection(certificate: &Certificate) -> String {
    check(certificate).rejection.unwrap_or_else(|| panic!("accepted: {}", certificate.to_json()))
}

fn box_of(sides: &[(&str, &str)]) -> Domain {
    Domain::Box(sides.iter().map(|(low, high)| (r(low), r(high))).collect())
}

#[test]
fn a_box_without_interior_proves_nothing() {
    for sides in [[("0", "0"), ("0", "1")], [("1", "0"), ("0", "1")]] {
        let domain = box_of(&sides);
        for proof in [
            Difference::CanonicalForms,
            cells(vec![CellStep::On(sum_of(1, vec![(0, 1), (1, 1)]))]),
            cells(vec![CellStep::Equal]),
        ] {
            let certificate = within(function("x1", 2), function("x2", 2), domain.clone(), proof);
            assert!(rejection(&certificate).contains("does not fit"));
            // And it cannot be read.
            assert!(check_json(&certificate.to_json()).is_err());
        }
    }
}

#[test]
fn a_box_with_other_numbers_of_sides_proves_nothing() {
    for domain in [Domain::Box(vec![]), Domain::unit_box(1), Domain::unit_box(3)] {
        let equal = within(function("x1", 2), function("x1", 2), domain.clone(), Difference::CanonicalForms);
        assert!(rejection(&equal).contains("does not fit"));
    }
}

#[test]
fn inputs_in_another_order_are_not_matched_by_position() {
    let (left, right) = (named("a - b", &["a", "b"]), named("b - a", &["b", "a"]));
    for proof in [Difference::CanonicalForms, cells(vec![CellStep::Equal])] {
        let certificate = within(left.clone(), right.clone(), Domain::Everywhere, proof);
        assert!(rejection(&certificate).contains("same order"));
    }
    // Other names are matched by position.
    let renamed = within(left, function("x1 - x2", 2), Domain::Everywhere, Difference::CanonicalForms);
    assert!(check(&renamed).is_accepted());
}

#[test]
fn sides_of_other_sizes_are_never_equal() {
    for (left, right) in [
        (function("x1", 1), function("x1", 2)),
        (function("x1", 2), function("(x1, x1)", 2)),
        (function("0", 2), function("0", 1)),
    ] {
        for proof in [Difference::CanonicalForms, cells(vec![CellStep::Equal])] {
            rejection(&within(left.clone(), right.clone(), Domain::Everywhere, proof));
        }
    }
}

#[test]
fn names_that_mislead_cannot_be_read() {
    let claim = |inputs: &str, text: &str| {
        format!(
            r#"{{"pellucid_certificate": 2, "claim": {{"within": {{
                "left": {{"function": {{"inputs": {inputs}, "text": "{text}"}}}},
                "right": {{"function": {{"inputs": {inputs}, "text": "{text}"}}}},
                "domain": "everywhere", "bound": "0"}}}}, "proof": {{"within": "canonical_forms"}}}}"#
        )
    };
    for (inputs, text) in [
        (r#"["x", "x"]"#, "x"),
        (r#"["1"]"#, "1"),
        (r#"["x1 + x2"]"#, "1"),
        (r#"[""]"#, "1"),
        (r#"["x\n"]"#, "1"),
        (r#"["-x"]"#, "-x"),
    ] {
        assert!(check_json(&claim(inputs, text)).is_err(), "{inputs}");
    }
    for (inputs, text) in
        [(r#"["relu"]"#, "relu(relu)"), (r#"["sort", "pwl"]"#, "sort - pwl"), (r#"["x2", "x1"]"#, "x1")]
    {
        let checked = check_json(&claim(inputs, text)).unwrap();
        assert!(checked.is_accepted(), "{checked:?}");
        assert_eq!(checked.claim, format!("{text} equals {text} everywhere"));
    }
}

#[test]
fn keys_that_are_not_known_are_not_passed_over() {
    let text = |extra: [&str; 4]| {
        let [top, claim, biases, proof] = extra;
        format!(
            r#"{{"pellucid_certificate": 2 {top}, "claim": {{"smallest": {{"function": {{"inputs": ["x1"], "text": "x1"}},
                "network": {{"layers": [{{"weights": [["1"]]}}]}}, "domain": "everywhere",
                "biases": {{"hidden": true, "output": true {biases}}}, "at_least": 2 {claim}}}}},
                "proof": {{"smallest": {{"equality": "canonical_forms", "kinks": [] {proof}}}}}}}"#
        )
    };
    assert!(check_json(&text([""; 4])).unwrap().is_accepted());
    for i in 0..4 {
        let mut extra = [""; 4];
        extra[i] = r#", "where": "x1 >= 0""#;
        assert!(check_json(&text(extra)).is_err(), "{i}");
    }
}

fn network(layers: Vec<(Vec<Vec<&str>>, Vec<&str>)>) -> Network<Rational> {
    let numbers = |row: Vec<&str>| row.into_iter().map(r).collect::<Vec<_>>();
    let layer = |(weights, biases): (Vec<Vec<&str>>, Vec<&str>)| Layer {
        weights: weights.into_iter().map(numbers).collect(),
        biases: numbers(biases),
    };
    Network::new(None, layers.into_iter().map(layer).collect()).unwrap()
}

fn smallest(
    text: &str,
    network: Network<Rational>,
    domain: Domain,
    biases: Biases,
    at_least: usize,
    kinks: Vec<Kink>,
) -> Certificate {
    let names = network.input_names().to_vec();
    let function = Function::parse_with_inputs(text, &names).unwrap();
    let claim = Claim::Smallest { function, network, domain, biases, at_least };
    Certificate::new(claim, Proof::Smallest { equality: Difference::CanonicalForms, kinks })
}

fn kink(normal: &[&str], offset: &str, jump: &[&str], witness: &[&str]) -> Kink {
    let numbers = |values: &[&str]| values.iter().map(|v| r(v)).collect::<Vec<_>>();
    let hyperplane = Hyperplane { normal: numbers(normal), offset: r(offset) };
    Kink { hyperplane, jump: numbers(jump), witness: numbers(witness) }
}

#[test]
fn a_kink_must_be_written_in_the_one_way_and_once() {
    let relu = || network(vec![(vec![vec!["1", "0"]], vec!["0"]), (vec![vec!["1"]], vec!["0"])]);
    let claim = |at_least, kinks| smallest("relu(x1)", relu(), Domain::Everywhere, Biases::ALLOWED, at_least, kinks);
    let good = || kink(&["1", "0"], "0", &["1"], &["0", "1"]);
    assert!(check(&claim(1, vec![good()])).is_accepted());
    assert!(check(&claim(0, vec![good()])).is_accepted());
    for at_least in [2, 3, usize::MAX] {
        assert!(rejection(&claim(at_least, vec![good()])).contains("so fewer suffice"));
    }
    for bad in [
        kink(&["2", "0"], "0", &["1/2"], &["0", "1"]),
        kink(&["-1", "0"], "0", &["1"], &["0", "1"]),
        kink(&["0", "0"], "0", &["1"], &["0", "1"]),
        kink(&["1"], "0", &["1"], &["0"]),
        kink(&["1", "0", "0"], "0", &["1"], &["0", "0", "0"]),
        kink(&["1", "0"], "0", &[], &["0", "1"]),
        kink(&["1", "0"], "0", &["1"], &["1", "1"]),
    ] {
        rejection(&claim(1, vec![bad.clone()]));
        rejection(&claim(2, vec![good(), bad]));
    }
    rejection(&claim(2, vec![good(), good()]));
    rejection(&claim(1, vec![]));
}

#[test]
fn a_network_without_hidden_layer_needs_what_any_other_does() {
    let identity = || network(vec![(vec![vec!["1", "0"], vec!["0", "0"]], vec!["0", "0"])]);
    for (at_least, accepted) in [(0, true), (2, true), (3, false), (usize::MAX, false)] {
        let claim = smallest("(x1, 0)", identity(), Domain::Everywhere, Biases::ALLOWED, at_least, vec![]);
        assert_eq!(check(&claim).is_accepted(), accepted, "{at_least}");
        let claim = smallest("(x1, 0)", identity(), Domain::unit_box(2), Biases::ALLOWED, at_least, vec![]);
        assert_eq!(check(&claim).is_accepted(), at_least < 2, "{at_least}");
    }
}

#[test]
fn a_network_with_an_excluded_bias_is_refused() {
    let biased = |hidden, output| network(vec![(vec![vec!["1"]], vec![hidden]), (vec![vec!["1"]], vec![output])]);
    for (hidden, output, text) in [("1", "0", "relu(x1 + 1)"), ("0", "1", "relu(x1) + 1")] {
        let plane = if hidden == "1" { "-1" } else { "0" };
        for biases in common::ALL_BIASES {
            let kinks = vec![kink(&["1"], plane, &["1"], &[plane])];
            let claim = smallest(text, biased(hidden, output), Domain::Everywhere, biases, 1, kinks);
            let allowed = (hidden == "0" || biases.hidden) && (output == "0" || biases.output);
            assert_eq!(check(&claim).is_accepted(), allowed, "{text} {biases}");
        }
    }
}

#[test]
fn two_hidden_layers_are_never_the_smallest_with_one() {
    let deep = network(vec![(vec![vec!["1"]], vec!["0"]), (vec![vec!["1"]], vec!["0"]), (vec![vec!["1"]], vec!["0"])]);
    let claim =
        smallest("relu(x1)", deep, Domain::Everywhere, Biases::ALLOWED, 1, vec![kink(&["1"], "0", &["1"], &["0"])]);
    rejection(&claim);
}

#[test]
fn what_one_layer_computes_is_never_shown_not_to_be_computed() {
    let planes: [&[&str]; 5] = [&["1", "0"], &["0", "1"], &["1", "1"], &["1", "-1"], &["1", "2"]];
    let coordinates = ["-1", "0", "1", "1/2"];
    for text in
        ["relu(x1)", "abs(x1) + abs(x2)", "min(x1, x2)", "max(x1, x2) + relu(x1 + x2)", "x1", "max(x1, min(x1, x2))"]
    {
        let Computation::Function(function) = function(text, 2) else { unreachable!() };
        for domain in [Domain::Everywhere, Domain::unit_box(2), box_of(&[("0", "1"), ("-1", "1")])] {
            let mut kinks = Vec::new();
            for normal in planes {
                for a in coordinates {
                    for b in coordinates {
                        for jump in ["0", "1", "-1", "2"] {
                            // Most points are not on the hyperplane.
                            for offset in ["0", "1", "1/2"] {
                                kinks.push(kink(normal, offset, &[jump], &[a, b]));
                            }
                        }
                    }
                }
            }
            let claim = |here: &Kink, there: &Kink| {
                let claim = Claim::NotOneLayer { function: function.clone(), domain: domain.clone() };
                Certificate::new(claim, Proof::NotOneLayer { here: here.clone(), there: there.clone() })
            };
            // What fails as the second point beside itself fails beside all others.
            let sound = |kink: &&Kink| rejection(&claim(kink, kink)).contains("the same at both points");
            let good: Vec<&Kink> = kinks.iter().filter(sound).collect();
            assert!(!good.is_empty());
            for here in &good {
                for there in &good {
                    rejection(&claim(here, there));
                }
                for there in kinks.iter().step_by(7) {
                    rejection(&claim(here, there));
                    rejection(&claim(there, here));
                }
            }
        }
    }
}

#[test]
fn a_bound_for_every_output_is_asked_for() {
    let claim = |proofs| {
        let claim = Claim::Within {
            left: function("(0*x1, x1)", 1),
            right: function("(0*x1, 0*x1)", 1),
            domain: box_of(&[("-1", "1")]),
            bound: r("1/2"),
        };
        Certificate::new(claim, Proof::Within(cells(vec![CellStep::Bounded(proofs)])))
    };
    let nothing = || [sum_of(1, vec![]), sum_of(1, vec![])];
    for proofs in [vec![], vec![nothing()], vec![nothing(); 2], vec![nothing(); 3]] {
        rejection(&claim(proofs));
    }
}

#[test]
fn a_hidden_bias_that_shows_no_kink_is_refused_too() {
    // x = relu(x + 1) - 1 on [-1, 1]
    let raised = network(vec![(vec![vec!["1"]], vec!["1"]), (vec![vec!["1"]], vec!["-1"])]);
    for biases in common::ALL_BIASES {
        let claim = smallest("x1", raised.clone(), Domain::unit_box(1), biases, 1, vec![]);
        assert_eq!(check(&claim).is_accepted(), biases == Biases::ALLOWED, "{biases}");
    }
}

/// All proofs by cells that can be written with few rows and small factors: each prefix that the
/// checker has not refused is made longer.
fn search(
    claim: &dyn Fn(Vec<CellStep>) -> Certificate,
    alphabet: &[CellStep],
    most: usize,
) -> (usize, Option<Certificate>) {
    let mut n_tried = 0;
    let mut pending: Vec<Vec<CellStep>> = vec![Vec::new()];
    while let Some(steps) = pending.pop() {
        for step in alphabet {
            let longer: Vec<CellStep> = steps.iter().chain([step]).cloned().collect();
            let certificate = claim(longer.clone());
            n_tried += 1;
            match check(&certificate).rejection {
                None => return (n_tried, Some(certificate)),
                Some(reason) if reason.contains("ends before") && longer.len() < most => pending.push(longer),
                Some(_) => {}
            }
        }
    }
    (n_tried, None)
}

/// Every way to show a sign with factors 0, 1 or -1 of few rows, and with a factor of the map that is
/// 1, 2 or not positive.
fn alphabet(n_rows: usize, n_outputs: usize) -> Vec<CellStep> {
    let mask =
        |times: i64, mask: usize| sum_of(times, (0..n_rows).filter(|i| mask >> i & 1 == 1).map(|i| (i, 1)).collect());
    let mut sums: Vec<Combination> = (0..1usize << n_rows).map(|chosen| mask(1, chosen)).collect();
    for times in [0, -1] {
        sums.push(sum_of(times, vec![]));
        sums.extend((0..n_rows).map(|i| sum_of(times, vec![(i, 1)])));
    }
    for i in 0..n_rows {
        // Factors that are not positive prove nothing, nor do rows that are not there.
        sums.extend([0, -1, -2].map(|factor| sum_of(1, vec![(i, factor)])));
        sums.extend((0..n_rows).filter(|j| *j != i).map(|j| sum_of(1, vec![(j, 1), (i, -1)])));
        sums.push(sum_of(2, vec![(i, 1)]));
        sums.push(sum_of(1, vec![(i, 2)]));
    }
    sums.push(sum_of(1, vec![(n_rows, 1)]));
    let mut found = vec![CellStep::Split, CellStep::Equal, CellStep::Bounded(vec![])];
    for sum in &sums {
        found.push(CellStep::On(sum.clone()));
        found.push(CellStep::Off(sum.clone()));
        for other in &sums {
            found.push(CellStep::Bounded(vec![[sum.clone(), other.clone()]; n_outputs]));
        }
    }
    found
}

fn sum_of(times: i64, rows: Vec<(usize, i64)>) -> Combination {
    Combination { times: times.into(), rows: rows.into_iter().map(|(row, factor)| (row, factor.into())).collect() }
}

fn cells(steps: Vec<CellStep>) -> Difference {
    Difference::Cells { merge: Merge::Hyperplanes, steps }
}

#[test]
fn no_short_proof_by_cells_shows_a_false_claim() {
    let mut n_all = 0;
    for (left, right, n_inputs, domain, bound) in [
        ("relu(x1)", "x1", 1, Domain::Everywhere, "0"),
        ("abs(x1)", "relu(x1)", 1, Domain::Everywhere, "1"),
        ("relu(x1)", "0", 1, box_of(&[("-1", "1")]), "1/2"),
        ("abs(x1)", "1", 1, box_of(&[("-1", "1")]), "1/2"),
        ("x1", "x2", 2, Domain::Everywhere, "1"),
        ("relu(x1) + relu(x1 - 1)", "relu(x1)", 1, Domain::Everywhere, "0"),
        ("relu(abs(x1) - 1)", "0", 1, Domain::Everywhere, "0"),
    ] {
        let claim = |steps: Vec<CellStep>| {
            let claim = Claim::Within {
                left: function(left, n_inputs),
                right: function(right, n_inputs),
                domain: domain.clone(),
                bound: r(bound),
            };
            Certificate::new(claim, Proof::Within(cells(steps)))
        };
        assert!(false_because(&claim(vec![])).is_some(), "{left} {right}");
        let rows = if domain == Domain::Everywhere { 3 } else { 4 };
        let (n_tried, accepted) = search(&claim, &alphabet(rows, 1), 9);
        assert!(accepted.is_none(), "{}", accepted.unwrap().to_json());
        n_all += n_tried;
    }
    // The search does find proofs of claims that hold.
    for (left, right, domain, bound) in [
        ("relu(x1) - relu(-x1)", "x1", Domain::Everywhere, "0"),
        ("relu(x1)", "1/2", box_of(&[("-1", "1")]), "1/2"),
        ("clamp(x1, 0, 1)", "1/2", Domain::Everywhere, "1/2"),
    ] {
        let claim = |steps: Vec<CellStep>| {
            let (left, right) = (function(left, 1), function(right, 1));
            let claim = Claim::Within { left, right, domain: domain.clone(), bound: r(bound) };
            Certificate::new(claim, Proof::Within(cells(steps)))
        };
        let rows = if domain == Domain::Everywhere { 2 } else { 3 };
        assert!(search(&claim, &alphabet(rows, 1), 9).1.is_some(), "{left}");
    }
    println!("{n_all} proofs tried");
    assert!(n_all > 1_000);
}

#[test]
fn intervals_prove_what_they_show_and_no_more() {
    let on = |low: &str| box_of(&[(low, "1"), ("0", "1")]);
    let holds = |left: &str, right: &str, domain: Domain, bound: &str| {
        let claim = Claim::Within { left: function(left, 2), right: function(right, 2), domain, bound: r(bound) };
        check(&Certificate::new(claim, Proof::Within(Difference::Intervals))).is_accepted()
    };
    // A neuron that carries x1, and copies of one that bends.
    assert!(holds("relu(x1 + 1) - 1 + relu(2*x2 - 1)", "x1 + 2*relu(x2 - 1/2)", on("-1"), "0"));
    assert!(!holds("relu(x1 + 1) - 1 + relu(2*x2 - 1)", "x1 + 2*relu(x2 - 1/2)", on("-2"), "0"));
    assert!(!holds("relu(x1 + 1)", "x1", on("-1"), "1/2"));
    assert!(holds("relu(x1 + 1)", "x1", on("-1"), "1"));
    // A ReLU within a ReLU, where what is taken off cannot be negative, and where it can.
    assert!(holds("relu(relu(x1) - x2)", "relu(x1 - x2)", on("-1"), "0"));
    let around = box_of(&[("-1", "1"), ("-1", "1")]);
    assert!(!holds("relu(relu(x1) - x2)", "relu(x1 - x2)", around, "0"));
    assert!(!holds("relu(relu(x1) + x2)", "relu(x1 + x2)", on("-1"), "0"));
    assert!(!holds("relu(x2 - relu(x1))", "relu(x2 - x1)", on("-1"), "0"));
    assert!(holds("relu(relu(x1) - x1)", "relu(-x1)", on("-1"), "0"));
    assert!(!holds("relu(relu(x1) - x1 + 1/2)", "relu(-x1 + 1/2)", on("-1"), "0"));
    // Bounds are taken one by one, so this is true and not shown.
    assert!(!holds("abs(abs(x1))", "abs(x1)", on("-1"), "0"));
    // Over all of the plane inputs have no bounds, but ReLUs have one.
    assert!(holds("relu(relu(x1) - 2*relu(x2))", "relu(x1 - 2*relu(x2))", Domain::Everywhere, "0"));
    assert!(!holds("relu(relu(x1) - x2)", "relu(x1 - x2)", Domain::Everywhere, "0"));
    assert!(!holds("relu(x1 + 1)", "x1 + 1", Domain::Everywhere, "0"));
}
