//! Other ways to write a function down: the size of a circuit depends on how it is put together.
//!
//! All are exact identities, so any of them may be built. Which is smallest is found by building.

use std::collections::HashSet;

use pellucid_core::{Expr, Function, Rational};

use crate::fives;

/// Operations that would repeat terms larger than this together stay as they are: each such operation
/// inside another multiplies the copies.
const MAX_COPIED: usize = 500;

/// How minima, maxima and order statistics are put together.
#[derive(Clone, Copy, Debug)]
struct Style {
    /// Nested minima of minima are one minimum, whose shallow terms meet first.
    flat: bool,
    /// Where the last of an odd number of terms waits, the first one does instead.
    first_waits: bool,
    /// Minima and maxima of five or more in fewest layers.
    few_layers: bool,
    /// Order statistics by extremes, and those of three by `x + y + z = min + median + max`.
    extremes: bool,
}

impl Style {
    /// Those that make small networks, then those that make shallow ones.
    fn all() -> (Vec<Style>, Vec<Style>) {
        let of = |bits: u32, few_layers: bool| Style {
            flat: bits >> 2 & 1 == 1,
            first_waits: bits >> 1 & 1 == 1,
            extremes: bits & 1 == 1,
            few_layers,
        };
        let shallow = vec![of(0b101, true)];
        ((0..8).map(|bits| of(bits, false)).collect(), shallow)
    }
}

/// The function as it is, then written in other styles; all different. Where few layers are wanted
/// those come last that have few, at the price of more neurons.
pub fn alternatives(function: &Function, few_layers: bool) -> Vec<Function> {
    let mut known = HashSet::from([function.outputs().to_vec()]);
    let mut found = vec![function.clone()];
    let (small, shallow) = Style::all();
    for style in small.into_iter().chain(shallow.into_iter().filter(|_| few_layers)) {
        let outputs: Vec<Expr> = function.outputs().iter().map(|output| restyled(output, style)).collect();
        if known.insert(outputs.clone())
            && let Ok(function) = Function::new(function.input_names().to_vec(), outputs)
        {
            found.push(function);
        }
    }
    found
}

fn restyled(expr: &Expr, style: Style) -> Expr {
    let all = |terms: &[Expr]| terms.iter().map(|term| restyled(term, style)).collect::<Vec<_>>();
    match expr {
        Expr::Constant(_) | Expr::Input(_) => expr.clone(),
        Expr::Sum(terms) => Expr::sum(all(terms)),
        Expr::Scale(factor, term) => Expr::scale(factor.clone(), restyled(term, style)),
        Expr::Relu(term) => Expr::Relu(Box::new(restyled(term, style))),
        Expr::Abs(term) => Expr::Abs(Box::new(restyled(term, style))),
        Expr::Pwl(term, points) => Expr::Pwl(Box::new(restyled(term, style)), points.clone()),
        Expr::Min(terms) => meeting(all(terms), false, style),
        Expr::Max(terms) => meeting(all(terms), true, style),
        Expr::Clamp(parts) => Expr::Clamp(Box::new(parts.each_ref().map(|part| restyled(part, style)))),
        Expr::Gate(gate, terms) => Expr::Gate(gate.clone(), all(terms)),
        Expr::Ranked { rank, of } => {
            let of = all(of);
            let may_copy = may_copy(&of);
            match (style.extremes, rank, of.len()) {
                (_, r, n @ 3..=6) if style.few_layers && may_copy => {
                    // The r-th from below: the sum of the largest n - r less that of the largest n - r - 1.
                    Expr::subtract(largest_sum(&of, n - r), largest_sum(&of, n - r - 1))
                }
                (true, 0, _) => meeting(of, false, style),
                (true, r, n) if r + 1 == n => meeting(of, true, style),
                (true, 1, 3) if may_copy => {
                    let sum = Expr::sum(of.clone());
                    let ends = Expr::sum([meeting(of.clone(), false, style), meeting(of, true, style)]);
                    Expr::subtract(sum, ends)
                }
                _ => Expr::Ranked { rank: *rank, of },
            }
        }
    }
}

/// Are these terms short enough to be written several times?
fn may_copy(terms: &[Expr]) -> bool {
    terms.iter().map(Expr::size).sum::<usize>() <= MAX_COPIED
}

/// The sum of the `k` largest: the largest sum of `k` of them.
fn largest_sum(of: &[Expr], k: usize) -> Expr {
    let sums = (0u32..1 << of.len()).filter(|mask| mask.count_ones() as usize == k).map(|mask| {
        let taken = of.iter().enumerate().filter(|(i, _)| mask >> i & 1 == 1);
        Expr::sum(taken.map(|(_, term)| term.clone()))
    });
    let mut sums: Vec<Expr> = sums.collect();
    if sums.len() == 1 { sums.swap_remove(0) } else { Expr::Max(sums) }
}

/// A minimum or maximum of these terms in the order in which they shall meet.
fn meeting(terms: Vec<Expr>, largest: bool, style: Style) -> Expr {
    let mut terms = terms;
    if style.flat {
        terms = terms.into_iter().flat_map(|term| inner_terms(term, largest)).collect();
        let mut known = HashSet::new();
        terms.retain(|term| known.insert(term.clone()));
        terms.sort_by_key(depth);
        // ReLU never falls, so the smallest of ReLUs is the ReLU of the smallest. Constants alone have none to
        // take off: they would come back as they are, without end.
        if !largest
            && terms.iter().any(|term| matches!(term, Expr::Relu(_)))
            && let Some(within) = terms.iter().map(without_relu).collect::<Option<Vec<Expr>>>()
        {
            return Expr::Relu(Box::new(meeting(within, false, style)));
        }
    }
    if style.first_waits && terms.len() > 2 && terms.len() % 2 == 1 {
        terms.rotate_left(1);
    }
    if terms.len() == 1 {
        return terms.swap_remove(0);
    }
    if style.few_layers && terms.len() > 4 && may_copy(&terms) {
        if largest {
            return fives::maximum(terms);
        }
        return Expr::negate(fives::maximum(terms.into_iter().map(Expr::negate).collect()));
    }
    if largest { Expr::Max(terms) } else { Expr::Min(terms) }
}

/// The terms of a minimum of minima; a scaled one is not looked into.
fn inner_terms(term: Expr, largest: bool) -> Vec<Expr> {
    match (term, largest) {
        (Expr::Max(inner), true) => inner.into_iter().flat_map(|t| inner_terms(t, true)).collect(),
        (Expr::Min(inner), false) => inner.into_iter().flat_map(|t| inner_terms(t, false)).collect(),
        // relu(e) = max(e, 0)
        (Expr::Relu(inner), true) => {
            let mut terms = inner_terms(*inner, true);
            terms.push(Expr::Constant(Rational::zero()));
            terms
        }
        (other, _) => vec![other],
    }
}

/// `e` of `relu(e)`; a positive constant is its own.
fn without_relu(term: &Expr) -> Option<Expr> {
    match term {
        Expr::Relu(inner) => Some((**inner).clone()),
        Expr::Constant(value) if value.is_positive() => Some(term.clone()),
        _ => None,
    }
}

/// About how many layers of ReLUs an expression takes.
fn depth(expr: &Expr) -> usize {
    let below = expr.children().iter().map(depth).max().unwrap_or(0);
    let rounds = |n: usize| n.next_power_of_two().trailing_zeros() as usize;
    below
        + match expr {
            Expr::Constant(_) | Expr::Input(_) | Expr::Sum(_) | Expr::Scale(..) => 0,
            Expr::Relu(_) | Expr::Abs(_) | Expr::Pwl(..) => 1,
            Expr::Min(terms) | Expr::Max(terms) => rounds(terms.len()),
            Expr::Clamp(_) => 2,
            Expr::Gate(gate, terms) => depth(&gate.body(terms.len())),
            Expr::Ranked { of, .. } => {
                let rounds = rounds(of.len());
                rounds * (rounds + 1) / 2
            }
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_alone_end() {
        let number = |n: i64| Expr::Constant(Rational::from(n));
        let of_numbers = Expr::Min(vec![number(2), Expr::Min(vec![number(3), number(1)])]);
        let output = Expr::sum([of_numbers, Expr::Relu(Box::new(Expr::Input(0)))]);
        let function = Function::new(pellucid_core::numbered_inputs(1), vec![output]).unwrap();
        assert!(!alternatives(&function, false).is_empty());
    }

    #[test]
    fn deep_nests_stay_short() {
        let ways = |nest: &dyn Fn(String, usize) -> String| {
            let text = (0..20).fold("x1".to_string(), nest);
            let function = Function::parse(&text).unwrap();
            let size = |function: &Function| function.outputs().iter().map(Expr::size).sum::<usize>();
            let ways = alternatives(&function, true);
            assert!(ways.len() > 2, "{text}");
            for way in ways {
                assert!(size(&way) < 100 * size(&function), "{} nodes of {}", size(&way), size(&function));
            }
        };
        ways(&|inner, i| format!("median({inner}, x2, x3 + {i})"));
        ways(&|inner, i| format!("max(x2, x3, x4, x5, min(x2 + {i}, x3, x4, x5, {inner}))"));
    }
}
