//! Other ways to write a function down: the size of a circuit depends on how it is put together.
//!
//! All are exact identities, so any of them may be built. Which is smallest is found by building.

use std::collections::HashSet;

use pellucid_core::{Expr, Function, Rational};

/// How minima, maxima and order statistics are put together.
#[derive(Clone, Copy, Debug)]
struct Style {
    /// Nested minima of minima are one minimum, whose shallow terms meet first.
    flat: bool,
    /// Where the last of an odd number of terms waits, the first one does instead.
    first_waits: bool,
    /// Order statistics by extremes, and those of three by `x + y + z = min + median + max`.
    extremes: bool,
}

/// The function as it is, then written in other styles; all different.
pub fn alternatives(function: &Function) -> Vec<Function> {
    let mut known = HashSet::from([function.outputs().to_vec()]);
    let mut found = vec![function.clone()];
    for flat in [false, true] {
        for first_waits in [false, true] {
            for extremes in [false, true] {
                let style = Style { flat, first_waits, extremes };
                let outputs: Vec<Expr> = function.outputs().iter().map(|output| restyled(output, style)).collect();
                if known.insert(outputs.clone())
                    && let Ok(function) = Function::new(function.input_names().to_vec(), outputs)
                {
                    found.push(function);
                }
            }
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
        Expr::Ranked { rank, of } => {
            let of = all(of);
            match (style.extremes, rank, of.len()) {
                (true, 0, _) => meeting(of, false, style),
                (true, r, n) if r + 1 == n => meeting(of, true, style),
                (true, 1, 3) => {
                    let sum = Expr::sum(of.clone());
                    let ends = Expr::sum([meeting(of.clone(), false, style), meeting(of, true, style)]);
                    Expr::subtract(sum, ends)
                }
                _ => Expr::Ranked { rank: *rank, of },
            }
        }
    }
}

/// A minimum or maximum of these terms in the order in which they shall meet.
fn meeting(terms: Vec<Expr>, largest: bool, style: Style) -> Expr {
    let mut terms = terms;
    if style.flat {
        terms = terms.into_iter().flat_map(|term| inner_terms(term, largest)).collect();
        let mut known = HashSet::new();
        terms.retain(|term| known.insert(term.clone()));
        terms.sort_by_key(depth);
        if !largest && let Some(within) = terms.iter().map(without_relu).collect::<Option<Vec<Expr>>>() {
            // ReLU never falls, so the smallest of ReLUs is the ReLU of the smallest.
            return Expr::Relu(Box::new(meeting(within, false, style)));
        }
    }
    if style.first_waits && terms.len() > 2 && terms.len() % 2 == 1 {
        terms.rotate_left(1);
    }
    if terms.len() == 1 {
        return terms.swap_remove(0);
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
            Expr::Ranked { of, .. } => {
                let rounds = rounds(of.len());
                rounds * (rounds + 1) / 2
            }
        }
}
