//! Sums of an affine map and of functions of linear combinations, such as `min(x1, x2) + x3`.

use pellucid_core::linear::solve;
use pellucid_core::{Expr, Rational};

use super::along::small_weights;
use super::cost::shortest_of;
use super::effort::Effort;
use super::line_to_expr::named;
use super::problem::Problem;

/// Points at which equations are solved; the solution is looked at on all points.
const SOLVED: usize = 160;
/// Unknowns of one system.
const MAX_UNKNOWNS: usize = 48;
/// Systems that are solved.
const MAX_SYSTEMS: usize = 40;
/// More hinges make no formula that is worth having.
const MAX_HINGES: usize = 6;

/// The shortest formula that is a sum of an affine map and of hinges along one form, or along each input.
pub(crate) fn sums_of_lines(problem: &Problem, effort: &Effort<'_>) -> Option<Expr> {
    let n = problem.n();
    let most = if n <= 2 { 2 } else { 1 };
    let mut sets: Vec<Vec<Vec<i64>>> = small_weights(problem, most).into_iter().map(|form| vec![form]).collect();
    sets.sort_by_key(|set| set[0].iter().map(|w| w.abs()).sum::<i64>());
    let single = |i: usize| (0..n).map(|j| i64::from(i == j)).collect::<Vec<i64>>();
    sets.insert(0, (0..n).map(single).collect());
    sets.truncate(MAX_SYSTEMS);
    let found = sets.iter().take_while(|_| !effort.is_stopped()).filter_map(|forms| sum_along(problem, forms));
    shortest_of(found.filter(|expr| problem.is_solved_by(expr)))
}

/// A kink: a form and where it bends.
struct Kink<'a> {
    form: &'a [i64],
    at: i64,
}

impl Kink<'_> {
    fn value(&self, point: &[i64]) -> i64 {
        let value: i64 = point.iter().zip(self.form).map(|(x, w)| x * w).sum();
        (value - self.at).max(0)
    }
}

fn sum_along(problem: &Problem, forms: &[Vec<i64>]) -> Option<Expr> {
    let n = problem.n();
    // Spread over all points: neighbours often have an input in common.
    let step = problem.points.len() / SOLVED + 1;
    let few: Vec<usize> = (0..problem.points.len()).filter(|i| i % step == (i / step) % step).collect();
    let mut kinks: Vec<Kink<'_>> = Vec::new();
    for form in forms {
        let along = |point: &Vec<i64>| point.iter().zip(form).map(|(x, w)| x * w).sum::<i64>();
        let mut places: Vec<i64> = problem.points.iter().map(along).collect();
        places.sort_unstable();
        places.dedup();
        if let [_, inner @ .., _] = places.as_slice() {
            kinks.extend(inner.iter().map(|at| Kink { form, at: *at }));
        }
        if kinks.len() + n + 1 > MAX_UNKNOWNS {
            return None;
        }
    }
    let column = |of: &dyn Fn(&[i64]) -> i64| few.iter().map(|k| Rational::from(of(&problem.points[*k]))).collect();
    let mut basis: Vec<Vec<Rational>> = (0..n).map(|i| column(&|point: &[i64]| point[i])).collect();
    basis.push(column(&|_: &[i64]| 1));
    basis.extend(kinks.iter().map(|kink| column(&|point: &[i64]| kink.value(point))));
    let target: Vec<Rational> = few.iter().map(|k| problem.values[*k].clone()).collect();
    let factors = solve(&basis, &target)?;
    let (affine, jumps) = factors.split_at(n + 1);
    if jumps.iter().filter(|jump| !jump.is_zero()).count() > MAX_HINGES {
        return None;
    }
    let mut terms: Vec<Expr> =
        affine[..n].iter().zip(&problem.coordinates).map(|(f, x)| Expr::scale(f.clone(), x.clone())).collect();
    terms.push(Expr::Constant(affine[n].clone()));
    for (kink, jump) in kinks.iter().zip(jumps).filter(|(_, jump)| !jump.is_zero()) {
        let moved = Expr::sum([problem.form(kink.form), Expr::Constant(Rational::from(-kink.at))]);
        terms.push(Expr::scale(jump.clone(), Expr::Relu(Box::new(moved))));
    }
    named(Expr::sum(terms))
}
