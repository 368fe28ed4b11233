//! Random trees of all kinds, built with the constructors that normalise.
#![allow(dead_code)] // Each test file uses a part.

use pellucid_core::{Expr, Gate, Rational};
use proptest::prelude::*;

/// A small rational, often 0, 1 or whole.
pub fn rational() -> impl Strategy<Value = Rational> {
    prop_oneof![
        4 => (-3i64..=3).prop_map(Rational::from),
        3 => ((-9i64..=9), (1i64..=6)).prop_map(|(p, q)| Rational::ratio(p, q)),
        1 => ((-1_000_000i64..=1_000_000), (1i64..=1_000_000)).prop_map(|(p, q)| Rational::ratio(p, q)),
    ]
}

/// A point with small coordinates: kinks are often hit.
pub fn point(n_inputs: usize) -> impl Strategy<Value = Vec<Rational>> {
    prop::collection::vec(rational(), n_inputs)
}

/// A tree over this many inputs.
pub fn expr(n_inputs: usize) -> impl Strategy<Value = Expr> {
    let leaf = prop_oneof![
        3 => (0..n_inputs).prop_map(Expr::Input),
        1 => rational().prop_map(Expr::Constant),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let several = |n| prop::collection::vec(inner.clone(), n);
        prop_oneof![
            3 => several(2..4).prop_map(Expr::sum),
            2 => (rational(), inner.clone()).prop_map(|(factor, term)| Expr::scale(factor, term)),
            1 => inner.clone().prop_map(Expr::negate),
            2 => (inner.clone(), inner.clone()).prop_map(|(a, b)| Expr::subtract(a, b)),
            2 => inner.clone().prop_map(|e| Expr::Relu(Box::new(e))),
            2 => inner.clone().prop_map(|e| Expr::Abs(Box::new(e))),
            2 => several(1..4).prop_map(Expr::Min),
            2 => several(1..4).prop_map(Expr::Max),
            1 => (several(3..4), rational(), rational(), any::<bool>()).prop_map(clamp),
            1 => (several(1..5), any::<prop::sample::Index>())
                .prop_map(|(of, rank)| Expr::Ranked { rank: rank.index(of.len()), of }),
            1 => (inner.clone(), prop::collection::vec((rational(), rational()), 2..5)).prop_map(pwl),
            2 => (gate(), several(3..4)).prop_map(|((gate, n), mut terms)| {
                terms.truncate(n);
                Expr::Gate(gate, terms)
            }),
        ]
    })
}

/// A gate with how many of three arguments it takes.
fn gate() -> impl Strategy<Value = (Gate, usize)> {
    let of_many = [Gate::And, Gate::Or, Gate::Nand, Gate::Nor, Gate::Xor, Gate::Xnor, Gate::Parity, Gate::Majority];
    let of_two = [Gate::Equal, Gate::Less, Gate::LessEqual, Gate::Greater, Gate::GreaterEqual];
    prop_oneof![
        4 => (prop::sample::select(of_many.to_vec()), 1usize..=3),
        2 => prop::sample::select(of_two.to_vec()).prop_map(|gate| (gate, 2)),
        1 => Just((Gate::Not, 1)),
        1 => Just((Gate::Mux, 3)),
        1 => (2u32..6, 1u32..12).prop_map(|(modulus, top)| (Gate::Mod { modulus, top }, 1)),
        1 => (2u32..6, 1usize..=3).prop_map(|(modulus, n)| (Gate::AddMod { modulus }, n)),
        1 => prop::collection::vec(rational(), 1..5).prop_map(|values| (Gate::Table(values), 1)),
    ]
}

fn clamp((mut parts, a, b, constant): (Vec<Expr>, Rational, Rational, bool)) -> Expr {
    if constant || parts[1..].iter().all(|part| part.as_constant().is_some()) {
        // The reader refuses constant bounds that are the wrong way round.
        let (low, high) = if a <= b { (a, b) } else { (b, a) };
        parts.truncate(1);
        parts.extend([Expr::Constant(low), Expr::Constant(high)]);
    }
    let parts: [Expr; 3] = parts.try_into().unwrap();
    Expr::Clamp(Box::new(parts))
}

fn pwl((term, mut points): (Expr, Vec<(Rational, Rational)>)) -> Expr {
    points.sort();
    points.dedup_by(|a, b| a.0 == b.0);
    if points.len() < 2 {
        let (x, y) = points[0].clone();
        points.push((x + Rational::one(), y));
    }
    Expr::Pwl(Box::new(term), points)
}
