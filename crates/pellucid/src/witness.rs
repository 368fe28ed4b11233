//! A counterexample in the decimals that other programs are given.

use pellucid_core::{Computation, Constraint, Network, Rational, Region};
use pellucid_prove::Satisfying;

use crate::float32::{InFloat32, in_float32};

/// A counterexample to a property as it is written for others.
#[derive(Clone, Debug, PartialEq)]
pub struct Witness {
    /// An input that satisfies a case exactly.
    pub exact: Satisfying,
    /// The input as decimals.
    pub input: Vec<String>,
    /// The outputs as decimals, rounded where the exact one is long or there is none.
    pub output: Vec<String>,
    /// Are the decimals of the input exactly the input? Where no decimal satisfies the case, as for
    /// `3 X_0 = 1`, the nearest are given.
    pub decimals_are_exact: bool,
    /// Does the input satisfy the case in float32, too?
    pub in_float32: InFloat32,
}

/// Decimal places that are tried, the fewest first.
const PLACES: [usize; 6] = [3, 6, 9, 17, 30, 60];
/// Places where no decimal satisfies the case, and longest exact decimal of an output.
const ROUNDED_PLACES: usize = 20;
const MAX_OUTPUT_CHARS: usize = 40;

/// Writes a counterexample in decimals: if there is one nearby, in decimals that satisfy the case
/// exactly and in float32; else in some that satisfy it exactly; else in the nearest.
pub fn witness(network: &Network<Rational>, cases: &[Vec<Constraint>], found: Satisfying) -> Witness {
    let computation = Computation::Network(network.clone());
    let region = Region::of(&cases[found.case], network.n_inputs());
    let rounded = |round: &dyn Fn(usize, &Rational) -> Rational| -> Vec<Rational> {
        let of = |(i, x): (usize, &Rational)| if region.fixed[i].is_some() { x.clone() } else { round(i, x) };
        found.input.iter().enumerate().map(of).collect()
    };
    let mut candidates = vec![rounded(&|i, x| float32_inside(x, &cases[found.case], i))];
    candidates.extend(PLACES.iter().map(|places| rounded(&|_, x| x.rounded_to_places(*places))));
    candidates.push(found.input.clone());
    let mut best: Option<(Satisfying, Vec<String>, InFloat32)> = None;
    for candidate in candidates {
        let Some(decimals) = candidate.iter().map(Rational::exact_decimal).collect::<Option<Vec<_>>>() else {
            continue;
        };
        let Some(satisfying) = Satisfying::at(&computation, cases, candidate) else { continue };
        let in_float32 = in_float32(network, &cases[satisfying.case], &satisfying.input);
        if best.as_ref().is_none_or(|(_, _, known)| *known < in_float32) {
            best = Some((satisfying, decimals, in_float32));
        }
    }
    let decimals_are_exact = best.is_some();
    let (exact, input, in_float32) = best.unwrap_or_else(|| {
        let nearest = |x: &Rational| x.rounded_to_places(ROUNDED_PLACES).exact_decimal().unwrap_or_default();
        let in_float32 = in_float32(network, &cases[found.case], &found.input);
        (found.clone(), found.input.iter().map(nearest).collect(), in_float32)
    });
    let output = exact.outputs.iter().map(|y| {
        let short = y.exact_decimal().filter(|text| text.len() <= MAX_OUTPUT_CHARS);
        short.or_else(|| y.rounded_to_places(ROUNDED_PLACES).exact_decimal()).unwrap_or_default()
    });
    Witness { output: output.collect(), exact, input, decimals_are_exact, in_float32 }
}

/// A float32 number near x that satisfies the bounds of this input; x itself if none next to it does.
fn float32_inside(x: &Rational, case: &[Constraint], input: usize) -> Rational {
    let nearest = x.to_f32();
    let near = [nearest, nearest.next_up(), nearest.next_down()];
    let mut near = near.into_iter().filter_map(Rational::from_f32);
    let alone = |c: &&Constraint| c.outputs.is_empty() && c.inputs.len() == 1;
    let inside = |value: &Rational| {
        let bounds = case.iter().filter(alone).filter_map(|c| Some((c.inputs.get(&input)?, c)));
        bounds.into_iter().all(|(factor, c)| {
            let slack = factor * value + &c.constant;
            slack.is_positive() || (slack.is_zero() && !c.strict)
        })
    };
    near.find(inside).unwrap_or_else(|| x.clone())
}
