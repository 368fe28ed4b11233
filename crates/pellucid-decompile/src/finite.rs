//! At finitely many points, such as bits or whole numbers: the shortest formula found for the values
//! there, and what neurons do there.
//!
//! Between the points nothing is asked, so nothing is read off the network's cells: its outputs are
//! taken at every point, rounded within the tolerance, and what takes these values is searched for:
//!
//! - maps without a kink, and functions of one linear combination of the inputs (comparisons, remainders,
//!   hinges, tables), with an affine rest ([`along`], [`additive`]);
//! - functions of bits by decomposition, two-level covers and small expressions ([`boolean`]);
//! - small expressions in all operations of the language, by growing them ([`grow`]).
//!
//! Whatever is found is checked at all points here, and certified by the caller.

mod additive;
mod along;
mod boolean;
mod cost;
mod effort;
mod grow;
mod line_to_expr;
mod neurons;
mod problem;
mod rounded_values;
mod seen;
mod shortest;

use pellucid_core::{Error, Expr, Function, Network, Rational};

use crate::Question;
use cost::weight;
use effort::Effort;
use problem::Problem;
use rounded_values::{nearest_whole, rounded_values};
use seen::Seen;
use shortest::shortest;

pub(crate) use neurons::{neurons_at_points, remarks_at_points};

/// The shortest formula found for what a network computes at the points of a finite domain, its values
/// rounded within the question's tolerance. Where only a list of the values would be within it, and
/// whole numbers are near, the formula is for these, and is further off.
///
/// # Errors
/// When the domain does not fit, has no points or too many, or no formula of reasonable length is found.
pub(crate) fn formula_at_points(network: &Network<Rational>, question: &Question<'_>) -> Result<Function, Error> {
    let seen = Seen::of(network, &question.domain, question.limits)?;
    let mut effort = Effort::new(question.limits);
    let outputs = (0..network.n_outputs()).map(|output| {
        let values = seen.output(output);
        let rounded = rounded_values(&values, &question.tolerance);
        let found = at_values(&seen, rounded.clone(), &mut effort);
        let is_long = |expr: &Expr| weight(expr) >= values.len();
        match (found, nearest_whole(&values).filter(|whole| *whole != rounded)) {
            (Some(expr), _) if !is_long(&expr) => Ok(expr),
            (found, Some(whole)) if !question.tolerance.is_zero() => {
                let coarse = at_values(&seen, whole, &mut effort).filter(|expr| !is_long(expr));
                coarse.or(found).ok_or_else(|| no_formula(output))
            }
            (found, _) => found.ok_or_else(|| no_formula(output)),
        }
    });
    Function::new(network.input_names().to_vec(), outputs.collect::<Result<_, _>>()?)
}

fn at_values(seen: &Seen, values: Vec<Rational>, effort: &mut Effort<'_>) -> Option<Expr> {
    let problem = Problem::new(&seen.points, values)?;
    shortest(&problem, effort).filter(|expr| problem.is_solved_by(expr))
}

fn no_formula(output: usize) -> Error {
    Error::limit(format!(
        "output {} has no formula at these points that is shorter than the list of its values",
        output + 1
    ))
}
