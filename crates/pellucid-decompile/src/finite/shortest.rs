//! The shortest formula for values at points, by all the ways there are to find one.

use pellucid_core::linear::solve;
use pellucid_core::{Expr, Rational};

use super::additive::sums_of_lines;
use super::along::along_forms;
use super::boolean::boolean;
use super::cost::{shortest_of, weight};
use super::effort::Effort;
use super::grow::grown;
use super::problem::Problem;
use crate::affine_to_expr::ordered;

/// The shortest formula found; `None` where only a list of very many values would do.
pub(crate) fn shortest(problem: &Problem, effort: &mut Effort<'_>) -> Option<Expr> {
    if let Some(expr) = affine(problem) {
        // A negated bit is a gate.
        let negated = problem.is_of_bits().then(|| boolean(problem, effort)).flatten();
        return shortest_of(negated.into_iter().chain([expr]));
    }
    let mut found: Vec<Expr> = Vec::new();
    match problem.two_values() {
        Some((low, high)) if !(low.is_zero() && high.is_one()) => {
            let width = &high - &low;
            let bit = shortest(&problem.map_values(|value| (value - &low) / &width), effort);
            found.extend(bit.map(|bit| Expr::sum([Expr::scale(width, bit), Expr::Constant(low)])));
        }
        Some(_) => found.extend(boolean(problem, effort)),
        None => {}
    }
    // A formula of few operations is not made shorter by what follows, and gates say more of bits than
    // comparisons do.
    let is_short = |found: &[Expr]| found.iter().any(|expr| weight(expr) <= 2 * problem.n() + 1);
    if !is_short(&found) {
        found.extend(along_forms(problem, effort));
        found.extend(ranks(problem));
    }
    if !is_short(&found) {
        found.extend(sums_of_lines(problem, effort));
    }
    if !is_short(&found) {
        found.extend(grown(problem, effort));
    }
    found.retain(|expr| problem.is_solved_by(expr));
    shortest_of(found)
}

/// The affine map that takes the values, if one does.
fn affine(problem: &Problem) -> Option<Expr> {
    let column = |i: usize| problem.points.iter().map(|point| Rational::from(point[i])).collect::<Vec<_>>();
    let mut basis: Vec<Vec<Rational>> = (0..problem.n()).map(column).collect();
    basis.push(vec![Rational::one(); problem.points.len()]);
    // Few points show whether there is such a map at all.
    let few = |column: &[Rational]| column.iter().take(FEW).cloned().collect::<Vec<_>>();
    solve(&basis.iter().map(|c| few(c)).collect::<Vec<_>>(), &few(&problem.values))?;
    let factors = solve(&basis, &problem.values)?;
    let one = Expr::Constant(Rational::one());
    let terms = factors.iter().zip(problem.coordinates.iter().chain([&one]));
    let terms = terms.filter(|(factor, _)| !factor.is_zero()).map(|(f, x)| Expr::scale(f.clone(), x.clone()));
    Some(ordered(terms.collect()))
}

/// Points that are looked at before all are.
const FEW: usize = 64;

/// The minimum, the maximum and what lies between, of all coordinates.
fn ranks(problem: &Problem) -> Option<Expr> {
    let n = problem.n();
    let sorted = |point: &Vec<i64>| {
        let mut sorted = point.clone();
        sorted.sort_unstable();
        sorted
    };
    let is_rank = |rank: &usize| {
        let mut pairs = problem.points.iter().zip(&problem.values);
        pairs.all(|(point, value)| Rational::from(sorted(point)[*rank]) == *value)
    };
    // Coordinates that are multiples of inputs would make a strange formula, but not a wrong one.
    let rank = (0..n).find(is_rank).filter(|_| n > 1)?;
    let of = problem.coordinates.clone();
    Some(match rank {
        0 => Expr::Min(of),
        rank if rank + 1 == n => Expr::Max(of),
        rank => Expr::Ranked { rank, of },
    })
}
