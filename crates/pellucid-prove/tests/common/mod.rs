//! Random functions, networks and points for the provers.
#![allow(dead_code)] // Each test file uses a part.

use pellucid_core::{Domain, Expr, Layer, Network, Rational};
use proptest::prelude::*;

/// A small rational, mostly whole.
pub fn small() -> impl Strategy<Value = Rational> {
    prop_oneof![
        2 => Just(Rational::zero()),
        6 => (-3i64..=3).prop_map(Rational::from),
        1 => ((-3i64..=3), (2i64..=3)).prop_map(|(p, q)| Rational::ratio(p, q)),
    ]
}

/// A nested function.
pub fn expr(n_inputs: usize) -> impl Strategy<Value = Expr> {
    let leaf = prop_oneof![3 => (0..n_inputs).prop_map(Expr::Input), 1 => small().prop_map(Expr::Constant)];
    leaf.prop_recursive(3, 8, 3, move |inner| {
        let several = |n| prop::collection::vec(inner.clone(), n);
        prop_oneof![
            3 => several(2..4).prop_map(Expr::sum),
            2 => (small(), inner.clone()).prop_map(|(c, e)| Expr::scale(c, e)),
            1 => inner.clone().prop_map(|e| Expr::Relu(Box::new(e))),
            1 => inner.clone().prop_map(|e| Expr::Abs(Box::new(e))),
            1 => several(1..4).prop_map(Expr::Min),
            1 => several(1..4).prop_map(Expr::Max),
            1 => (several(3..4), 0usize..3).prop_map(|(of, rank)| Expr::Ranked { rank, of }),
        ]
    })
}

/// A network with these widths, inputs and outputs included.
pub fn network(shape: Vec<usize>) -> impl Strategy<Value = Network> {
    let layers: Vec<_> = shape
        .windows(2)
        .map(|pair| {
            let weights = prop::collection::vec(prop::collection::vec(small(), pair[0]), pair[1]);
            (weights, prop::collection::vec(small(), pair[1])).prop_map(|(weights, biases)| Layer { weights, biases })
        })
        .collect();
    layers.prop_map(|layers| Network::new(None, layers).unwrap())
}

/// Everywhere, or some box.
pub fn domain(n_inputs: usize) -> impl Strategy<Value = Domain> {
    let side = (small(), prop::sample::select(&["1/3", "1", "2", "7"][..]));
    let of = |sides: Vec<(Rational, &str)>| {
        Domain::Box(
            sides.into_iter().map(|(low, width)| (low.clone(), low + width.parse::<Rational>().unwrap())).collect(),
        )
    };
    prop_oneof![Just(Domain::Everywhere), prop::collection::vec(side, n_inputs).prop_map(of)]
}

/// Points of a domain: corners, a lattice, and others; far ones too where it has no end.
pub fn points(domain: &Domain, n_inputs: usize) -> Vec<Vec<Rational>> {
    let mut state = 3u64;
    let mut next = move |below: u64| {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 33) % below
    };
    let mut found = Vec::new();
    let reaches: &[i64] = if *domain == Domain::Everywhere { &[1, 4, 100] } else { &[1] };
    for reach in reaches {
        let sides: Vec<(Rational, Rational)> = match domain {
            Domain::Box(sides) => sides.clone(),
            _ => vec![(Rational::from(-reach), Rational::from(*reach)); n_inputs],
        };
        for parts in [1u64, 2, 12, 997] {
            for _ in 0..12 {
                let share = |next: &mut dyn FnMut(u64) -> u64| Rational::ratio(next(parts + 1) as i64, parts as i64);
                found.push(sides.iter().map(|(low, high)| low + (high - low) * share(&mut next)).collect());
            }
        }
    }
    found
}
