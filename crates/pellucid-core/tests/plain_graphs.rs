//! ReLU graphs without the ReLUs that bounds show to change nothing are the same functions there.

mod common;

use common::expr;
use pellucid_core::{Expr, Function, Interval, Merge, Rational, numbered_inputs};
use proptest::prelude::*;

const N_INPUTS: usize = 3;

/// ReLUs within ReLUs, which the plain forms are about.
fn within(inner: Expr, taken: Expr) -> Expr {
    let relu = |e: Expr| Expr::Relu(Box::new(e));
    relu(Expr::subtract(relu(inner), relu(taken)))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn they_have_the_same_values(
        trees in prop::collection::vec(expr(N_INPUTS), 1..4),
        sides in prop::collection::vec(prop_oneof![
            1 => Just(None), 3 => (-3i64..=3, 0i64..=4).prop_map(|(low, width)| Some((low, low + width)))
        ], N_INPUTS),
        shares in prop::collection::vec(0i64..=12, N_INPUTS),
    ) {
        let nested = trees.iter().zip(trees.iter().rev()).map(|(a, b)| within(a.clone(), b.clone()));
        let all: Vec<Expr> = trees.iter().cloned().chain(nested).collect();
        let function = Function::new(numbered_inputs(N_INPUTS), all).unwrap();
        let intervals: Vec<Interval> = sides
            .iter()
            .map(|side| match side {
                Some((low, high)) => Interval::new(Rational::from(*low), Rational::from(*high)),
                None => Interval::EVERYTHING,
            })
            .collect();
        let point: Vec<Rational> = sides
            .iter()
            .zip(&shares)
            .map(|(side, share)| match side {
                Some((low, high)) => Rational::from(*low) + Rational::ratio(*share * (high - low), 12),
                None => Rational::ratio(7 * (share - 6), 3),
            })
            .collect();
        let graph = function.to_relu_graph();
        for merge in [Merge::Hyperplanes, Merge::Copies, Merge::Nothing] {
            let plain = graph.plain(intervals.clone(), merge);
            prop_assert_eq!(plain.evaluate(&point), function.evaluate(&point), "{} {:?} {:?}", function, point, merge);
            prop_assert!(plain.relus.len() <= 2 * graph.relus.len());
        }
    }
}
