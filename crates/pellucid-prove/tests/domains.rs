//! Polyhedra and finitely many points: verdicts agree with exact values at very many points, and
//! every proof is accepted by the checker.

mod common;

use common::{expr, small};
use pellucid_check::{check, check_json};
use pellucid_core::{
    Affine, CellStep, Certificate, Claim, Combination, Computation, Difference, Domain, Expr, Function, Integer, Merge,
    Proof, Rational, numbered_inputs,
};
use pellucid_prove::{
    CellCounts, Interior, Largest, Limits, Verdict, cells, interior, largest_difference, point_of, prove_within,
};
use proptest::prelude::*;

fn function(text: &str) -> Computation {
    Computation::Function(Function::parse(text).unwrap())
}

fn domain(text: &str, n: usize) -> Domain {
    Domain::parse(text, &numbered_inputs(n)).unwrap_or_else(|error| panic!("{error}"))
}

fn prove(left: &str, right: &str, on: &str) -> Result<Verdict, pellucid_core::Error> {
    let (left, right) = (function(left), function(right));
    prove_within(&left, &right, &domain(on, left.n_inputs()), &Rational::zero(), Limits::default())
}

/// How it was shown, checked.
fn shown(verdict: Result<Verdict, pellucid_core::Error>) -> Difference {
    let Ok(Verdict::Proved { certificate, .. }) = verdict else { panic!("not proved: {verdict:?}") };
    assert!(check_json(&certificate.to_json()).unwrap().is_accepted(), "{:?}", check(&certificate));
    let Proof::Within(difference) = certificate.proof else { panic!("another kind of proof") };
    difference
}

fn difference(left: &Computation, right: &Computation, at: &[Rational]) -> Rational {
    left.evaluate(at).into_iter().zip(right.evaluate(at)).map(|(a, b)| (a - b).abs()).max().unwrap()
}

/// All combinations of values.
fn product(values: &[Vec<Rational>]) -> Vec<Vec<Rational>> {
    values.iter().fold(vec![Vec::new()], |points, values| {
        points.iter().flat_map(|p| values.iter().map(|v| [p.clone(), vec![v.clone()]].concat())).collect()
    })
}

/// The largest difference found at the points; and what must hold of the answers.
fn check_at(
    left: &Computation,
    right: &Computation,
    domain: &Domain,
    points: &[Vec<Rational>],
    complete: bool,
) -> Result<(), TestCaseError> {
    let context = || format!("{left} and {right} {domain}");
    let seen = points.iter().map(|point| difference(left, right, point)).max();
    let largest = match largest_difference(left, right, domain, Limits::default()) {
        Ok(largest) => largest,
        Err(error) => {
            prop_assert!(error.is_input() && seen.is_none(), "{}: {}", context(), error);
            prop_assert!(prove_within(left, right, domain, &Rational::zero(), Limits::default()).is_err());
            return Ok(());
        }
    };
    let bounds = match &largest {
        Largest::At(most, at) => {
            prop_assert!(domain.contains(at), "{}", context());
            prop_assert_eq!(&difference(left, right, at), most);
            let seen = seen.clone().unwrap_or_default();
            prop_assert!(if complete { seen == *most } else { seen <= *most }, "{}: {} {}", context(), seen, most);
            vec![(most.clone(), true), (most * Rational::ratio(99, 100), most.is_zero())]
        }
        Largest::Infinite { .. } => vec![(seen.clone().unwrap_or_default(), false)],
    };
    for (bound, holds) in bounds {
        match prove_within(left, right, domain, &bound, Limits::default()).unwrap() {
            Verdict::Proved { certificate, .. } => {
                prop_assert!(holds, "{} within {}", context(), bound);
                let checked = check_json(&certificate.to_json()).unwrap();
                prop_assert!(checked.is_accepted(), "{:?}", checked);
                // The same proof does not show less than what is true.
                let Claim::Within { left, right, domain, bound } = certificate.claim else { unreachable!() };
                if bound.is_positive() {
                    let bound = bound * Rational::ratio(99, 100);
                    let claim = Claim::Within { left, right, domain, bound };
                    prop_assert!(!check(&Certificate::new(claim, certificate.proof)).is_accepted());
                }
            }
            Verdict::Refuted(found) => {
                prop_assert!(!holds, "{} within {}", context(), bound);
                prop_assert!(domain.contains(&found.input) && found.deviation() > bound, "{}: {:?}", context(), found);
            }
        }
    }
    Ok(())
}

fn rows(n: usize, at_least: usize) -> impl Strategy<Value = Vec<Affine>> {
    let row = (prop::collection::vec(small(), n), small())
        .prop_map(|(coefficients, constant)| Affine { coefficients, constant })
        .prop_filter("a row is not constant", |row| !row.is_constant());
    prop::collection::vec(row, at_least..4)
}

/// Two functions: the second unlike the first, or like it in other words with a small change.
fn pair(n: usize) -> impl Strategy<Value = (Computation, Computation)> {
    (expr(n), expr(n), small(), 0usize..4).prop_map(move |(e, other, c, kind)| {
        let relu = |e: Expr| Expr::Relu(Box::new(e));
        let same = Expr::subtract(relu(e.clone()), relu(Expr::negate(e.clone())));
        let right = match kind {
            0 => other,
            1 => same,
            2 => Expr::sum([same, Expr::scale(Rational::ratio(1, 64), Expr::Abs(Box::new(other)))]),
            _ => Expr::sum([same, relu(Expr::sum([Expr::Input(0), Expr::Constant(c)]))]),
        };
        let computation = |e| Computation::Function(Function::new(numbered_inputs(n), vec![e]).unwrap());
        (computation(e), computation(right))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn finite_domains_agree_with_brute_force(
        ((left, right), values, rows) in (1usize..=3).prop_flat_map(|n| (
            pair(n),
            prop::collection::vec(prop::collection::btree_set(small(), 1..6), n),
            rows(n, 0),
        ))
    ) {
        let values: Vec<Vec<Rational>> = values.into_iter().map(|set| set.into_iter().collect()).collect();
        let points = product(&values);
        let domain = Domain::Finite { values, rows };
        let points: Vec<_> = points.into_iter().filter(|point| domain.contains(point)).collect();
        check_at(&left, &right, &domain, &points, true)?;
    }

    #[test]
    fn polyhedra_agree_with_very_many_points(
        ((left, right), sides, rows) in (1usize..=3).prop_flat_map(|n| (pair(n), any::<bool>(), rows(n, 1)))
    ) {
        let n = left.n_inputs();
        let sides = sides.then(|| vec![(Rational::from(-2), Rational::from(2)); n]);
        let domain = Domain::Polyhedron { sides, rows };
        match interior(&domain.rows(n), n) {
            Interior::Empty(_) => {
                let error = point_of(&domain, n, Limits::default()).unwrap_err().to_string();
                prop_assert!(error.contains("is empty: ") || error.contains("has no interior: "), "{}", error);
                prop_assert!(prove_within(&left, &left, &domain, &Rational::zero(), Limits::default()).is_err());
                prop_assert!(cells(&left, &domain, Limits::default(), |_| true).is_err());
            }
            Interior::Point(_) => {
                let lattice: Vec<Rational> = (-8..=8).map(|k| Rational::ratio(k, 3)).collect();
                let points = product(&vec![lattice; n]);
                let points: Vec<_> = points.into_iter().filter(|point| domain.contains(point)).collect();
                check_at(&left, &right, &domain, &points, false)?;
                let mut inside = Ok(());
                cells(&left, &domain, Limits::default(), |cell| {
                    if !domain.contains_inside(&cell.point) {
                        inside = Err(TestCaseError::fail(format!("{:?} is not inside {domain}", cell.point)));
                    }
                    true
                }).unwrap();
                inside?;
            }
        }
    }
}

#[test]
fn ordered_inputs_need_no_minimum() {
    for on in ["everywhere where x1 <= x2", "[-1,1]^2 where x1 <= x2"] {
        assert!(matches!(shown(prove("min(x1, x2)", "x1 + 0*x2", on)), Difference::Cells { .. }));
    }
    assert!(matches!(prove("min(x1, x2)", "x1 + 0*x2", "where x1 <= x2 + 1/9"), Ok(Verdict::Refuted(_))));
    // Equal everywhere needs no cells.
    let wide = "where x1 <= x2";
    assert!(matches!(shown(prove("relu(x1) - relu(-x1) + x2", "x1 + x2", wide)), Difference::Wider { .. }));
}

#[test]
fn bits_are_not_numbers_between() {
    assert_eq!(shown(prove("min(x1, x2)", "relu(x1 + x2 - 1)", "{0,1}^2")), Difference::Points);
    assert!(matches!(prove("min(x1, x2)", "relu(x1 + x2 - 1)", "[0,1]^2"), Ok(Verdict::Refuted(_))));
    assert!(matches!(prove("max(x1, x2)", "x1 + 0*x2", "{0..9}^2 where x1 > x2"), Ok(Verdict::Proved { .. })));
    assert!(matches!(prove("max(x1, x2)", "x1 - 1 + 0*x2", "{0..9}^2 where x1 > x2"), Ok(Verdict::Refuted(_))));
}

#[test]
fn more_points_than_can_be_gone_through() {
    let sum = |n: usize| (1..=n).map(|i| format!("x{i}")).collect::<Vec<_>>().join(" + ");
    let or = |n: usize| format!("relu({}) + relu(x1 - x2)", sum(n));
    let same = |n: usize| format!("{} + relu(x1 - x2)", sum(n));
    // Between the points it holds too.
    assert!(matches!(shown(prove(&or(40), &same(40), "{0,1}^40")), Difference::Wider { .. }));
    let deep = format!("{} + relu(relu(x1) - relu(x2) - 1)", sum(40));
    let ordered =
        format!("{{0,1}}^40 where {}", (1..40).map(|i| format!("x{i} <= x{}", i + 1)).collect::<Vec<_>>().join(", "));
    assert!(matches!(shown(prove(&deep, &sum(40), &ordered)), Difference::Wider { .. }));
    // Between the points it does not.
    let parity = format!("{} + relu(x1 + x2 - 1)", sum(40));
    let error = prove(&parity, &format!("{} + min(x1, x2)", sum(40)), "{0,1}^40").unwrap_err();
    assert!(error.is_limit() && error.to_string().contains("between the points the claim is false"), "{error}");
    let (left, right) = (function("min(x1, x2)"), function("relu(x1 + x2 - 1)"));
    let few = Limits { max_cells: 1, stop: None };
    let bytes = domain("{0..255}^2", 2);
    let error = largest_difference(&left, &right, &bytes, few).unwrap_err();
    assert!(
        error.is_limit() && error.to_string().contains("65536 points are more than 4 (raise --max-cells to 16384)"),
        "{error}"
    );
    let stop = Limits { stop: Some(&|| true), ..Limits::default() };
    let error = largest_difference(&left, &right, &bytes, stop).unwrap_err();
    assert!(error.is_limit() && error.to_string().contains("stopped after 0 of 65536 points"), "{error}");
}

#[test]
fn long_weights_leave_machine_integers() {
    let long = format!("{}/{}", "7".repeat(60), "9".repeat(61));
    let left = format!("relu({long}*x1 - relu(x2 - {long}))*{long}");
    assert_eq!(shown(prove(&left, &format!("relu({left})"), "{0..9}^2")), Difference::Points);
    assert!(matches!(prove(&left, &format!("{left} + 1e-200*relu(x1 - 8)"), "{0..9}^2"), Ok(Verdict::Refuted(_))));
}

#[test]
fn domains_without_points_or_interior_say_why() {
    let error = |on: &str| prove("min(x1, x2)", "min(x2, x1)", on).unwrap_err().to_string();
    assert_eq!(
        error("where x1 >= x2 and x2 >= x1 + 1"),
        "the domain R^2 where x1 - x2 >= 0 and -x1 + x2 - 1 >= 0 is empty: 1/2*(x1 - x2) + 1/2*(-x1 + x2 - 1) = -1/2, yet each part must be at least 0"
    );
    assert_eq!(
        error("[0,1]^2 where x1 + x2 >= 2"),
        "the domain [0, 1]^2 where x1 + x2 - 2 >= 0 has no interior: 1/3*(1 - x1) + 1/3*(1 - x2) + 1/3*(x1 + x2 - 2) = 0, so 1 - x1 = 0 all over it (substitute that in what is compared)"
    );
    assert_eq!(
        error("{0,1}^2 where x1 + x2 >= 3"),
        "no point satisfies the conditions of {0, 1}^2 where x1 + x2 - 3 >= 0"
    );
    let finite = cells(&function("relu(x1)"), &domain("{0,1}", 1), Limits::default(), |_| true).unwrap_err();
    assert_eq!(finite.to_string(), "{0, 1} is finitely many points, and cells have an interior");
    let cut = cells(&function("relu(x1) + x2"), &domain("where x1 + x2 >= 0", 2), Limits::default(), |_| true);
    assert_eq!(cut.unwrap(), CellCounts { cells: 2, regions: Some(2), maps: 2 });
}

#[test]
fn false_certificates_are_rejected() {
    let certificate = |left: &str, right: &str, on: Domain, difference: Difference| {
        let (left, right) = (function(left), function(right));
        let claim = Claim::Within { left, right, domain: on, bound: Rational::zero() };
        check(&Certificate::new(claim, Proof::Within(difference))).rejection
    };
    // A flat domain gives no more than what holds on it.
    let line = domain("where x1 >= x2 and x2 >= x1", 2);
    let cells = |steps| Difference::Cells { merge: Merge::Hyperplanes, steps };
    let sum = |rows: &[usize]| Combination {
        times: Integer::ONE,
        rows: rows.iter().map(|row| (*row, Integer::ONE)).collect(),
    };
    for difference in [
        cells(vec![CellStep::Equal]),
        cells(vec![CellStep::Bounded(vec![[sum(&[0, 1]), sum(&[0, 1])]])]),
        Difference::Points,
        Difference::CanonicalForms,
        Difference::Wider {
            domain: domain("where x1 >= x2", 2),
            difference: Box::new(cells(vec![CellStep::Bounded(vec![[sum(&[0]), sum(&[])]])])),
        },
    ] {
        assert!(certificate("x1 + x2", "x1 + x2 + 1", line.clone(), difference).is_some());
    }
    let on_the_line = cells(vec![CellStep::Bounded(vec![[sum(&[1]), sum(&[0])]])]);
    assert_eq!(certificate("x1 + 0*x2", "x2 + 0*x1", line.clone(), on_the_line.clone()), None);
    assert!(certificate("x1 + 0*x2", "2*x2 + 0*x1", line, on_the_line).is_some());
    // Cells say nothing about single points.
    assert!(certificate("x1", "x1", domain("{0,1}", 1), cells(vec![CellStep::Equal])).is_some());
    // A domain that is not wider.
    let equal = Difference::Wider { domain: domain("[0,1]^2", 2), difference: Box::new(Difference::CanonicalForms) };
    assert!(certificate("relu(x1) + x2", "x1 + x2", domain("{0,1}^2", 2), equal.clone()).is_none());
    assert!(certificate("relu(x1) + x2", "x1 + x2", domain("{-1,1}^2", 2), equal.clone()).is_some());
    assert!(certificate("relu(x1) + x2", "x1 + x2", domain("[-1,1]^2", 2), equal).is_some());
    assert!(certificate("relu(x1) + x2", "x1 + x2", domain("{0..9} x {-1,1}", 2), Difference::Points).is_none());
    assert!(certificate("relu(x1) + x2", "x1 + x2", domain("{-1..9} x {-1,1}", 2), Difference::Points).is_some());
    // Too many points are refused, not begun.
    let reason = certificate("x1 + 0*x40", "x1 + 0*x40", domain("{0,1}^40", 40), Difference::Points).unwrap();
    assert!(reason.contains("multiplications"), "{reason}");
}
