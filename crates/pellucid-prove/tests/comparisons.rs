//! Comparing two computations: verdicts agree with exact values at many points, and every proof is
//! accepted by the checker.

mod common;

use common::{domain, expr, network, points, small};
use pellucid_check::check;
use pellucid_core::{Claim, Computation, Domain, Expr, Function, Layer, Network, Rational, numbered_inputs};
use pellucid_prove::{
    Kept, Largest, Limits, Step, Verdict, apart, apart_proved, largest_difference, prove_within, walk,
};
use proptest::prelude::*;

/// The largest difference of any output at a point.
fn difference(left: &Computation, right: &Computation, at: &[Rational]) -> Rational {
    let differences = left.evaluate(at).into_iter().zip(right.evaluate(at)).map(|(a, b)| (a - b).abs());
    differences.max().unwrap()
}

fn check_verdict(
    left: &Computation,
    right: &Computation,
    domain: &Domain,
    bound: &Rational,
) -> Result<bool, TestCaseError> {
    let context = || format!("{left} and {right} {domain} within {bound}");
    match prove_within(left, right, domain, bound, Limits::default()).unwrap() {
        Verdict::Proved { certificate, .. } => {
            for point in points(domain, left.n_inputs()) {
                prop_assert!(difference(left, right, &point) <= *bound, "{} at {:?}", context(), point);
            }
            let checked = check(&certificate);
            prop_assert!(checked.is_accepted(), "{}: {:?}", context(), checked);
            prop_assert!(pellucid_check::check_json(&certificate.to_json()).unwrap().is_accepted());
            Ok(true)
        }
        Verdict::Refuted(found) => {
            prop_assert!(domain.contains(&found.input), "{}: {:?}", context(), found);
            prop_assert_eq!(&left.evaluate(&found.input), &found.left);
            prop_assert_eq!(&right.evaluate(&found.input), &found.right);
            prop_assert!(found.deviation() > *bound, "{}: {:?}", context(), found);
            Ok(false)
        }
    }
}

fn check_largest(left: &Computation, right: &Computation, domain: &Domain) -> Result<(), TestCaseError> {
    match largest_difference(left, right, domain, Limits::default()).unwrap() {
        Largest::At(value, point) => {
            prop_assert!(domain.contains(&point));
            prop_assert_eq!(difference(left, right, &point), value.clone(), "{} and {} at {:?}", left, right, point);
            for point in points(domain, left.n_inputs()) {
                prop_assert!(difference(left, right, &point) <= value, "{} and {} at {:?}", left, right, point);
            }
            // It is the least bound that can be proved.
            prop_assert!(check_verdict(left, right, domain, &value)?);
            if value.is_positive() {
                let less = value * Rational::ratio(999, 1000);
                prop_assert!(!check_verdict(left, right, domain, &less)?);
            }
        }
        Largest::Infinite { from, ray } => {
            prop_assert!(*domain == Domain::Everywhere);
            let at = |far: i64| -> Vec<Rational> {
                from.iter().zip(&ray).map(|(x, r)| x + r * Rational::from(far)).collect()
            };
            let values: Vec<Rational> =
                [0, 1_000, 1_000_000].iter().map(|far| difference(left, right, &at(*far))).collect();
            prop_assert!(values[0] < values[1] && values[1] < values[2], "{} and {}: {:?}", left, right, values);
            prop_assert!(!check_verdict(left, right, domain, &values[1])?);
        }
    }
    Ok(())
}

/// The proof that a walk for the largest difference leaves behind shows that difference, and nothing less.
fn check_kept(left: &Computation, right: &Computation, domain: &Domain, bound: &Rational) -> Result<(), TestCaseError> {
    let context = || format!("{left} and {right} {domain}");
    let (found, kept) = apart_proved(left, right, domain, bound, Limits::default(), usize::MAX).unwrap();
    prop_assert_eq!(&found, &apart(left, right, domain, bound, Limits::default()).unwrap());
    prop_assert_eq!(&found.largest, &largest_difference(left, right, domain, Limits::default()).unwrap());
    if let Some((low, high)) = &found.beyond {
        let is_beyond = !matches!(&found.largest, Largest::At(most, _) if most <= bound);
        prop_assert!(low <= high && high.is_positive() == is_beyond && *high <= Rational::one(), "{}", context());
    }
    match (&found.largest, kept) {
        (Largest::At(most, _), Kept::Whole(mut certificate)) => {
            let checked = check(&certificate);
            prop_assert!(checked.is_accepted(), "{}: {:?}", context(), checked);
            let Claim::Within { bound, .. } = &mut certificate.claim else { panic!("{}", context()) };
            prop_assert_eq!(&*bound, most);
            *bound = most * &Rational::ratio(999_999, 1_000_000);
            prop_assert!(!check(&certificate).is_accepted(), "{}: a smaller bound", context());
            let few = apart_proved(left, right, domain, most, Limits::default(), 1).unwrap();
            prop_assert!(!matches!(few.1, Kept::Nothing));
        }
        (Largest::At(most, _), Kept::Nothing) => prop_assert!(most.is_zero(), "{}", context()),
        (Largest::Infinite { .. }, kept) => prop_assert_eq!(kept, Kept::Nothing),
        (_, Kept::TooLong) => prop_assert!(false, "{}: any number of steps may be kept", context()),
    }
    Ok(())
}

/// A function, and the same in other words, perhaps with a small change.
fn pair() -> impl Strategy<Value = (Computation, Computation, Domain)> {
    (1usize..=3).prop_flat_map(|n| {
        (expr(n), expr(n), domain(n), small(), 0usize..6).prop_map(move |(e, other, domain, c, kind)| {
            let relu = |e: Expr| Expr::Relu(Box::new(e));
            // e = relu(e) - relu(-e), and so on.
            let same = Expr::subtract(relu(e.clone()), relu(Expr::negate(e.clone())));
            let changed = match kind {
                0 | 1 => same,
                2 => Expr::sum([same, Expr::scale(c, relu(other))]),
                3 => Expr::sum([
                    same,
                    Expr::Min(vec![Expr::Abs(Box::new(other)), Expr::Constant(Rational::ratio(1, 4))]),
                ]),
                4 => Expr::Max(vec![e.clone(), Expr::Min(vec![e.clone(), other])]),
                _ => other,
            };
            let computation = |e| Computation::Function(Function::new(numbered_inputs(n), vec![e]).unwrap());
            (computation(e), computation(changed), domain)
        })
    })
}

fn networks() -> impl Strategy<Value = (Computation, Computation, Domain)> {
    (1usize..=2, 1usize..=3, 1usize..=2).prop_flat_map(|(n, width, outputs)| {
        let deep = network(vec![n, width, 2, outputs]);
        let flat = network(vec![n, width, outputs]);
        (deep, flat, domain(n)).prop_map(|(a, b, d)| (Computation::Network(a), Computation::Network(b), d))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn verdicts_agree_with_values((left, right, domain) in prop_oneof![3 => pair(), 1 => networks()], bound in small()) {
        check_verdict(&left, &right, &domain, &Rational::zero())?;
        check_verdict(&left, &right, &domain, &bound.abs())?;
    }

    #[test]
    fn kept_proofs_show_the_largest_difference(
        (left, right, domain) in prop_oneof![2 => pair(), 1 => networks()],
        bound in small(),
    ) {
        check_kept(&left, &right, &domain, &bound.abs())?;
    }

    #[test]
    fn the_largest_difference_is_reached_and_never_exceeded((left, right, domain) in prop_oneof![3 => pair(), 1 => networks()]) {
        check_largest(&left, &right, &domain)?;
    }
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let function = |text: &str, names: &[&str]| {
        let names: Vec<String> = names.iter().map(ToString::to_string).collect();
        Computation::Function(Function::parse_with_inputs(text, &names).unwrap())
    };
    let (ab, ba, abc) =
        (function("a - b", &["a", "b"]), function("b - a", &["b", "a"]), function("a", &["a", "b", "c"]));
    let pair = function("(a, b)", &["a", "b"]);
    for (left, right, domain) in [
        (&ab, &ba, Domain::Everywhere),
        (&ab, &abc, Domain::Everywhere),
        (&ab, &pair, Domain::Everywhere),
        (&ab, &ab, Domain::unit_box(3)),
        (&ab, &ab, Domain::Box(vec![])),
        (&ab, &ab, Domain::Box(vec![(Rational::one(), Rational::one()); 2])),
    ] {
        let zero = Rational::zero();
        assert!(prove_within(left, right, &domain, &zero, Limits::default()).unwrap_err().is_input());
        assert!(largest_difference(left, right, &domain, Limits::default()).unwrap_err().is_input());
    }
}

#[test]
fn limits_end_a_walk() {
    let deep = |sign: &str| {
        let hinges: Vec<String> = (0..40).map(|k| format!("relu(x1*{k} {sign} x2*{} - {k})", 41 - k)).collect();
        Computation::Function(Function::parse(&format!("relu({})", hinges.join(" + "))).unwrap())
    };
    let domain = Domain::unit_box(2);
    let limits = Limits { max_cells: 5, stop: None };
    let error = largest_difference(&deep("+"), &deep("-"), &domain, limits).unwrap_err();
    assert!(error.is_limit());
    let stop = || true;
    let limits = Limits { max_cells: usize::MAX, stop: Some(&stop) };
    assert!(largest_difference(&deep("+"), &deep("-"), &domain, limits).unwrap_err().is_limit());
}

/// `C(n, 0) + ... + C(n, d)`: the cells of n hyperplanes in general position in R^d.
fn general_position(n: usize, d: usize) -> usize {
    let choose = |n: usize, k: usize| (0..k).fold(1, |c, i| c * n.saturating_sub(i) / (i + 1));
    (0..=d).map(|k| choose(n, k)).sum()
}

#[test]
fn hyperplanes_in_general_position_make_the_known_number_of_cells() {
    for d in 1..=3usize {
        for n in 1..=if d == 3 { 7i64 } else { 10 } {
            // Points of the moment curve: any d normals are independent, and no d + 1 planes meet.
            let weights = (1..=n).map(|k| (0..d).map(|i| Rational::from(k.pow(i as u32))).collect()).collect();
            let biases = (1..=n).map(|k| Rational::from(k.pow(d as u32))).collect();
            let output = Layer { weights: vec![vec![Rational::one(); n as usize]], biases: vec![Rational::zero()] };
            let network = Network::new(None, vec![Layer { weights, biases }, output]).unwrap();
            let mut n_seen = 0;
            let cells = walk(&network.to_relu_graph(), &Domain::Everywhere, Limits::default(), |step| {
                n_seen += usize::from(matches!(step, Step::Cell(_)));
                true
            });
            assert_eq!(cells.unwrap(), general_position(n as usize, d), "{n} in {d}");
            assert_eq!(n_seen, general_position(n as usize, d));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_hyperplanes_make_the_known_number_of_cells(
        d in 2usize..=3,
        rows in prop::collection::vec(prop::collection::vec(-1_000_000i64..=1_000_000, 4), 1..8),
    ) {
        // A determinant of such numbers vanishes with a chance below one in a million.
        let weights = rows.iter().map(|row| row[..d].iter().map(|c| Rational::from(*c)).collect()).collect();
        let biases = rows.iter().map(|row| Rational::from(row[3])).collect();
        let output = Layer { weights: vec![vec![Rational::one(); rows.len()]], biases: vec![Rational::zero()] };
        let network = Network::new(None, vec![Layer { weights, biases }, output]).unwrap();
        let cells = walk(&network.to_relu_graph(), &Domain::Everywhere, Limits::default(), |_| true).unwrap();
        prop_assert_eq!(cells, general_position(rows.len(), d));
    }

    #[test]
    fn every_cell_is_where_it_says(net in network(vec![2, 3, 2, 1]), domain in domain(2)) {
        let graph = net.to_relu_graph();
        let mut points = Vec::new();
        walk(&graph, &domain, Limits::default(), |step| {
            if let Step::Cell(cell) = step {
                let point = cell.point();
                assert!(cell.rows().iter().all(|row| row.at(&point).is_positive()));
                let value = cell.outputs()[0].at(&point);
                points.push((point, value));
            }
            true
        }).unwrap();
        prop_assert!(!points.is_empty());
        for (point, value) in points {
            prop_assert!(domain.contains_inside(&point));
            prop_assert_eq!(net.evaluate(&point), vec![value]);
        }
    }
}

#[test]
fn proofs_are_kept_without_corners_and_with_conditions() {
    let kept = |left: &str, right: &str, on: &str, n: usize| {
        let names = numbered_inputs(n);
        let f = |text: &str| Computation::Function(Function::parse_with_inputs(text, &names).unwrap());
        let domain = Domain::parse(on, &names).unwrap();
        check_kept(&f(left), &f(right), &domain, &Rational::ratio(1, 2)).unwrap();
        apart_proved(&f(left), &f(right), &domain, &Rational::zero(), Limits::default(), 100).unwrap().1
    };
    // Boxes of so many inputs are not opened by their corners.
    for (left, right, on, n) in [
        ("abs(x1) + x9/3", "relu(x2 - x9)", "[-1, 1]^9", 9),
        ("max(x1, x2)", "x1/3 + 1", "[-1, 1]^2 where x1 + 2*x2 <= 1", 2),
        ("abs(x1)", "max(x1, 1/7 - x1)", "everywhere", 1),
    ] {
        assert!(matches!(kept(left, right, on, n), Kept::Whole(_)), "{left}, {right} {on}");
    }
    // Points are gone through one by one, and have no cells.
    let f = |text: &str| Computation::Function(Function::parse(text).unwrap());
    let points = Domain::parse("{0, 1}", &numbered_inputs(1)).unwrap();
    let (found, kept) = apart_proved(&f("x1"), &f("0*x1"), &points, &Rational::zero(), Limits::default(), 9).unwrap();
    assert_eq!((found.beyond, kept), (None, Kept::Nothing));
}
