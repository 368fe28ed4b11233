//! Properties of small networks against a brute force: a lattice of points finds every input that
//! the prover must not miss, the cells and an independent elimination decide the rest.

mod common;

use common::{network, small};
use pellucid_check::{check, check_json};
use pellucid_core::{
    Affine, CellStep, Claim, Computation, Constraint, Domain, Integer, Network, Proof, Rational, Region,
};
use pellucid_prove::{Limits, Never, Satisfying, Step, prove_never, walk};
use proptest::prelude::*;

fn r(text: &str) -> Rational {
    text.parse().unwrap()
}

/// `inputs . x + outputs . y + constant` at least 0, or above it.
fn constraint(inputs: &[(usize, &str)], outputs: &[(usize, &str)], constant: &str, strict: bool) -> Constraint {
    let factors = |list: &[(usize, &str)]| list.iter().map(|(i, factor)| (*i, r(factor))).collect();
    Constraint { inputs: factors(inputs), outputs: factors(outputs), constant: r(constant), strict }
}

/// Fourier-Motzkin elimination: does a point satisfy all rows? Slow, and nothing like a simplex.
fn satisfiable(mut rows: Vec<(Affine, bool)>, n_inputs: usize) -> bool {
    for i in 0..n_inputs {
        let sign = |(row, _): &(Affine, bool)| row.coefficients[i].signum();
        let mut next: Vec<(Affine, bool)> = rows.iter().filter(|row| sign(row) == 0).cloned().collect();
        for (low, low_strict) in rows.iter().filter(|row| sign(row) > 0) {
            for (high, high_strict) in rows.iter().filter(|row| sign(row) < 0) {
                let mut sum = low.scaled(&high.coefficients[i].abs());
                sum.add_scaled(&low.coefficients[i], high);
                next.push((sum, *low_strict || *high_strict));
            }
        }
        next.sort();
        next.dedup();
        rows = next;
    }
    rows.iter().all(|(row, strict)| row.constant.is_positive() || (row.constant.is_zero() && !strict))
}

/// Every cell of the whole space with every case, without regions.
fn brute_force(network: &Network, cases: &[Vec<Constraint>]) -> bool {
    let (graph, n) = (network.to_relu_graph(), network.n_inputs());
    let mut found = false;
    walk(&graph, &Domain::Everywhere, Limits::default(), |step| {
        let Step::Cell(cell) = step else { return true };
        found |= cases.iter().any(|case| {
            let (rows, outputs) = (cell.rows(), cell.outputs());
            let rows = rows.into_iter().map(|row| (row, false));
            let constraints = case.iter().map(|c| (c.to_affine(n, &outputs).unwrap(), c.strict));
            satisfiable(rows.chain(constraints).collect(), n)
        });
        !found
    })
    .unwrap();
    found
}

fn check_property(network: &Network, cases: &[Vec<Constraint>]) -> Result<bool, TestCaseError> {
    let computation = Computation::Network(network.clone());
    let satisfiable = brute_force(network, cases);
    match prove_never(&computation, cases, Limits::default()).unwrap() {
        Never::Refuted(found) => {
            prop_assert!(satisfiable);
            prop_assert_eq!(&network.evaluate(&found.input), &found.outputs);
            prop_assert!(cases[found.case].iter().all(|c| c.holds(&found.input, &found.outputs)));
        }
        Never::Proved { certificate, .. } => {
            prop_assert!(!satisfiable, "{:?}", cases);
            let checked = check(&certificate);
            prop_assert!(checked.is_accepted(), "{:?}", checked);
            prop_assert!(check_json(&certificate.to_json()).unwrap().is_accepted());
            for point in lattice(network.n_inputs()) {
                prop_assert!(Satisfying::at(&computation, cases, point).is_none());
            }
        }
    }
    Ok(satisfiable)
}

/// All points with coordinates -3, -5/2, ..., 3.
fn lattice(n_inputs: usize) -> Vec<Vec<Rational>> {
    (0..13usize.pow(n_inputs as u32))
        .map(|code| (0..n_inputs).map(|i| Rational::ratio((code / 13usize.pow(i as u32) % 13) as i64 - 6, 2)).collect())
        .collect()
}

/// A bound on one input, or a constraint on inputs and outputs.
fn any_constraint(n_inputs: usize, n_outputs: usize) -> impl Strategy<Value = Constraint> {
    let bound = (0..n_inputs, prop::sample::select(&["-1", "1", "2", "-1/3"][..]), small(), any::<bool>()).prop_map(
        |(i, factor, constant, strict)| Constraint {
            inputs: [(i, r(factor))].into(),
            outputs: [].into(),
            constant,
            strict: strict && i == 0,
        },
    );
    let factors = |n| prop::collection::btree_map(0..n, small(), 0..=n);
    let mixed = (factors(n_inputs), factors(n_outputs), small(), any::<bool>())
        .prop_map(|(inputs, outputs, constant, strict)| Constraint { inputs, outputs, constant, strict });
    prop_oneof![bound, mixed]
}

/// Cases with boxes, flat boxes, equations and none of these.
fn any_case(n_inputs: usize, n_outputs: usize) -> impl Strategy<Value = Vec<Constraint>> {
    let side = |i: usize| {
        (small(), prop::sample::select(&["0", "0", "1", "5/2", "-1"][..]), 0..6).prop_map(move |(low, width, kind)| {
            let high = &low + &r(width);
            let below =
                Constraint { inputs: [(i, r("1"))].into(), outputs: [].into(), constant: -low, strict: kind == 1 };
            let above = Constraint { inputs: [(i, r("-1"))].into(), outputs: [].into(), constant: high, strict: false };
            if kind == 0 { vec![below] } else { vec![below, above] }
        })
    };
    let sides: Vec<_> = (0..n_inputs).map(side).collect();
    let others = prop::collection::vec(any_constraint(n_inputs, n_outputs), 0..4);
    (sides, others, any::<bool>()).prop_map(|(sides, others, bounded)| {
        let mut case: Vec<Constraint> = if bounded { sides.concat() } else { Vec::new() };
        case.extend(others);
        case
    })
}

fn any_property() -> impl Strategy<Value = (Network, Vec<Vec<Constraint>>)> {
    (1usize..=2, 1usize..=3, 1usize..=2).prop_flat_map(|(n, width, outputs)| {
        let nets = prop_oneof![
            network(vec![n, width, 2, outputs]),
            network(vec![n, width, outputs]),
            network(vec![n, outputs])
        ];
        (nets, prop::collection::vec(any_case(n, outputs), 0..4))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn verdicts_agree_with_brute_force((network, cases) in any_property()) {
        check_property(&network, &cases)?;
    }
}

/// The minimum of two, as 3 neurons.
fn minimum() -> Network {
    let row = |values: &[i64]| values.iter().map(|v| Rational::from(*v)).collect::<Vec<_>>();
    let layer = |weights: &[&[i64]]| pellucid_core::Layer {
        weights: weights.iter().map(|values| row(values)).collect(),
        biases: vec![Rational::zero(); weights.len()],
    };
    Network::new(None, vec![layer(&[&[1, -1], &[1, 0], &[-1, 0]]), layer(&[&[-1, 1, -1]])]).unwrap()
}

fn unit_box() -> Vec<Constraint> {
    let side = |i| [constraint(&[(i, "1")], &[], "0", false), constraint(&[(i, "-1")], &[], "1", false)];
    [side(0), side(1)].concat()
}

#[track_caller]
fn is_refuted(case: Vec<Constraint>, expected: bool) {
    assert_eq!(check_property(&minimum(), &[case]).unwrap(), expected);
}

#[test]
fn borders_count_unless_the_constraint_is_strict() {
    // The minimum reaches 1 on the box at a corner alone.
    for strict in [false, true] {
        is_refuted([unit_box(), vec![constraint(&[], &[(0, "1")], "-1", strict)]].concat(), !strict);
    }
    // x1 = x2 holds on the border of two cells alone.
    let equal =
        [constraint(&[(0, "1"), (1, "-1")], &[], "0", false), constraint(&[(0, "-1"), (1, "1")], &[], "0", false)];
    let differs = |strict| constraint(&[(0, "1")], &[(0, "-1")], "0", strict);
    is_refuted([equal.to_vec(), vec![differs(false)]].concat(), true);
    is_refuted([equal.to_vec(), vec![differs(true)]].concat(), false);
}

#[test]
fn equal_bounds_fix_an_input() {
    let fixed = [constraint(&[(0, "3")], &[], "-1", false), constraint(&[(0, "-6")], &[], "2", false)];
    let side = unit_box()[2..].to_vec();
    let region = Region::of(&[fixed.to_vec(), side.clone()].concat(), 2);
    assert_eq!(region.fixed, [Some(r("1/3")), None]);
    assert_eq!(
        region.domain,
        Domain::unit_box(1).rows(1).first().map(|_| Domain::Box(vec![(r("0"), r("1"))])).unwrap()
    );
    for (least, expected) in [("-1/3", true), ("-1/2", false)] {
        is_refuted([fixed.to_vec(), side.clone(), vec![constraint(&[], &[(0, "1")], least, false)]].concat(), expected);
    }
    // All inputs fixed: a single point.
    let both =
        [fixed.to_vec(), vec![constraint(&[(1, "1")], &[], "-2", false), constraint(&[(1, "-1")], &[], "2", false)]]
            .concat();
    assert_eq!(Region::of(&both, 2).n_free(), 0);
    is_refuted([both.clone(), vec![constraint(&[], &[(0, "1")], "-1/3", false)]].concat(), true);
    is_refuted([both, vec![constraint(&[], &[(0, "1")], "-1/3", true)]].concat(), false);
}

#[test]
fn inputs_without_bounds_are_everywhere() {
    // min(x1, x2) >= 1000 with x1 <= 2000: far away, but there.
    let high = constraint(&[], &[(0, "1")], "-1000", false);
    is_refuted(vec![high.clone(), constraint(&[(0, "-1")], &[], "2000", false)], true);
    is_refuted(vec![high, constraint(&[(0, "-1")], &[], "999", false)], false);
}

#[test]
fn contradicting_bounds_need_no_cell() {
    let bounds = vec![constraint(&[(0, "1")], &[], "-1", false), constraint(&[(0, "-1")], &[], "0", false)];
    let Never::Proved { n_cells: 0, certificate } =
        prove_never(&Computation::Network(minimum()), &[bounds], Limits { max_cells: 0, stop: None }).unwrap()
    else {
        panic!("no input has both bounds");
    };
    assert!(check(&certificate).is_accepted());
}

#[test]
fn limits_end_the_search_and_misfits_are_refused() {
    let above = vec![constraint(&[(0, "-1")], &[(0, "1")], "0", true)];
    let minimum = Computation::Network(minimum());
    let limits = |max_cells| Limits { max_cells, stop: None };
    assert!(prove_never(&minimum, std::slice::from_ref(&above), limits(1)).unwrap_err().is_limit());
    assert!(matches!(prove_never(&minimum, &[above], limits(100)), Ok(Never::Proved { .. })));
    let other = vec![constraint(&[(2, "1")], &[], "0", true)];
    assert!(prove_never(&minimum, &[other], limits(100)).unwrap_err().is_input());
}

/// A certificate that proves that the minimum is nowhere above the first input or at 2 on the box.
fn certificate() -> pellucid_core::Certificate {
    let first = vec![constraint(&[(0, "-1")], &[(0, "1")], "0", true)];
    let second = [unit_box(), vec![constraint(&[], &[(0, "1")], "-2", false)]].concat();
    match prove_never(&Computation::Network(minimum()), &[first, second], Limits::default()).unwrap() {
        Never::Proved { certificate, .. } => *certificate,
        Never::Refuted(found) => panic!("{found:?}"),
    }
}

#[test]
fn proofs_for_another_claim_are_rejected() {
    let whole = certificate();
    assert!(check(&whole).is_accepted());
    let changed = |change: &dyn Fn(&mut Vec<Vec<Constraint>>)| {
        let mut other = whole.clone();
        let Claim::Never { cases, .. } = &mut other.claim else { unreachable!() };
        change(cases);
        check(&other).is_accepted()
    };
    // Strict to closed, a lower bound, a bound taken away, a case more: all false or not shown.
    assert!(!changed(&|cases| cases[0][0].strict = false));
    assert!(!changed(&|cases| cases[1].last_mut().unwrap().constant = r("-1")));
    assert!(!changed(&|cases| drop(cases[1].remove(1))));
    assert!(!changed(&|cases| cases.push(vec![])));
    assert!(!changed(&|cases| cases[0].clear()));
    assert!(changed(&|_| ()));
}

#[test]
fn damaged_proofs_are_rejected() {
    let whole = certificate();
    let Proof::Never(regions) = &whole.proof else { unreachable!() };
    let rejected = |regions: Vec<pellucid_core::NeverInRegion>, what: &str| {
        let mut other = whole.clone();
        other.proof = Proof::Never(regions);
        assert!(!check(&other).is_accepted(), "{what}");
    };
    for at in 0..regions.len() {
        let with = |change: &dyn Fn(&mut pellucid_core::NeverInRegion)| {
            let mut regions = regions.clone();
            change(&mut regions[at]);
            regions
        };
        rejected(with(&|region| drop(region.steps.pop())), "cut short");
        rejected(with(&|region| region.steps.push(CellStep::Split)), "too long");
        rejected(with(&|region| region.cases.clear()), "no case");
        rejected(with(&|region| region.cases[0] = 7), "another case");
        rejected(with(&|region| region.cases[0] = 1 - region.cases[0]), "the other case");
        for step in 0..regions[at].steps.len() {
            let CellStep::Never(proofs) = &regions[at].steps[step] else { continue };
            for (index, (_, factor)) in proofs[0].iter().enumerate() {
                let set = |value: Integer| {
                    with(&|region| {
                        if let CellStep::Never(proofs) = &mut region.steps[step] {
                            proofs[0][index].1 = value.clone();
                        }
                    })
                };
                rejected(set(-factor), "a negative factor");
                rejected(set(Integer::ZERO), "a factor of 0");
            }
        }
    }
    let mut fewer = regions.clone();
    fewer.pop();
    rejected(fewer, "a region is missing");
}
