//! Functions of one linear combination of the inputs: comparisons, equality, remainders, hinges, tables.

use std::collections::HashMap;

use pellucid_core::{Expr, Rational};

use super::cost::shortest_of;
use super::effort::Effort;
use super::line_to_expr::line_to_exprs;
use super::problem::Problem;

/// Points times forms that are looked at.
const MAX_LOOKS: usize = 1 << 21;
/// The largest weight tried on all inputs.
const MAX_WEIGHT: i64 = 5;
/// Lines with more places are left out, and written as a table only up to so many values.
pub(crate) const MAX_PLACES: usize = 1 << 12;
/// The most promising lines are written out.
const WRITTEN: usize = 16;

/// A function along a form: its value at each of the form's values.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    /// One weight a coordinate.
    pub weights: Vec<i64>,
    /// Increasing values of the form, each with the function's value.
    pub places: Vec<(i64, Rational)>,
}

/// The shortest formula along one form; a table where nothing else does.
pub(crate) fn along_forms(problem: &Problem, effort: &Effort<'_>) -> Option<Expr> {
    let mut lines: Vec<Line> = Vec::new();
    for weights in suggested(problem).into_iter().chain(small_weights(problem, MAX_WEIGHT)) {
        if effort.is_stopped() {
            break;
        }
        lines.extend(line_along(problem, weights));
    }
    lines.sort_by_cached_key(|line| {
        let size: i64 = line.weights.iter().map(|w| w.abs()).sum();
        (turns(line), line.places.len(), size, line.weights.iter().filter(|w| **w < 0).count())
    });
    lines.truncate(WRITTEN);
    shortest_of(lines.iter().flat_map(|line| line_to_exprs(problem, line)))
}

/// How often the values change along a line: what its formula has to say at least.
fn turns(line: &Line) -> usize {
    let slopes = line.places.windows(2).map(|pair| (&pair[1].1 - &pair[0].1) / Rational::from(pair[1].0 - pair[0].0));
    let slopes: Vec<Rational> = slopes.collect();
    slopes.windows(2).filter(|pair| pair[0] != pair[1]).count()
}

/// The values along a form, where points with one value of it have one value of the function.
pub(crate) fn line_along(problem: &Problem, weights: Vec<i64>) -> Option<Line> {
    let mut places: HashMap<i64, &Rational> = HashMap::new();
    for (point, value) in problem.points.iter().zip(&problem.values) {
        let at: i64 = point.iter().zip(&weights).map(|(x, w)| x * w).sum();
        if **places.entry(at).or_insert(value) != *value || places.len() > MAX_PLACES {
            return None;
        }
    }
    let mut places: Vec<(i64, Rational)> = places.into_iter().map(|(at, value)| (at, value.clone())).collect();
    places.sort();
    (places.len() > 1).then_some(Line { weights, places })
}

/// All primitive forms with small weights, each up to its sign, where they are few enough.
pub(crate) fn small_weights(problem: &Problem, most: i64) -> Vec<Vec<i64>> {
    let n = problem.n();
    let n_forms = |most: i64| (2 * most as usize + 1).saturating_pow(n as u32).saturating_mul(problem.points.len());
    let Some(most) = (1..=most).rev().find(|most| n_forms(*most) <= MAX_LOOKS) else { return Vec::new() };
    let mut found = Vec::new();
    let mut weights = vec![-most; n];
    loop {
        let common = weights.iter().fold(0, |g, w| gcd(g, w.abs()));
        if common == 1 && weights.iter().find(|w| **w != 0).is_some_and(|lead| *lead > 0) {
            found.push(weights.clone());
        }
        let Some(next) = weights.iter().position(|w| *w < most) else { return found };
        weights[next] += 1;
        weights[..next].fill(-most);
    }
}

fn gcd(a: i64, b: i64) -> i64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// The sum of all coordinates, and a form that tells all points apart.
fn suggested(problem: &Problem) -> Vec<Vec<i64>> {
    [vec![1; problem.n()]].into_iter().chain(mixed_radix(problem)).collect()
}

/// A step of each coordinate is more than all after it can make up.
fn mixed_radix(problem: &Problem) -> Option<Vec<i64>> {
    let mut weights = vec![0; problem.n()];
    let mut step: i64 = 1;
    for i in (0..problem.n()).rev() {
        let (low, high) = problem.range(i);
        weights[i] = step;
        step = step.checked_mul(high - low + 1)?;
        if step > MAX_PLACES as i64 {
            return None;
        }
    }
    Some(weights)
}
