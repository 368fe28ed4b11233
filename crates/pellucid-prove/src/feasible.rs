//! Is there a point that satisfies closed and strict inequalities? Decided exactly, with a proof
//! either way.

use pellucid_core::{Affine, Rational};

use crate::exact_lp::{Maximum, Multipliers, maximize};

/// The answer to [`feasible`].
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Feasible {
    /// A point that satisfies all.
    Point(Vec<Rational>),
    /// This combination of the rows is a constant below 0, or 0 with a strict row among them.
    Never(Multipliers),
}

/// A row that must be at least 0, or above 0 when it is strict.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub map: Affine,
    pub strict: bool,
    /// Is a point wanted where it is well above 0, if there is one?
    pub roomy: bool,
}

/// Decides whether a point satisfies all rows (Motzkin's transposition theorem): a point, as far
/// inside the roomy rows as can be had within a distance of 1, or a combination that contradicts.
pub(crate) fn feasible(rows: &[Row], n_inputs: usize) -> Feasible {
    // First without strictness: all rows at least s <= 0.
    let mut found = most_slack(rows, n_inputs, |_| true, 0);
    if found.value.is_negative() {
        return Feasible::Never(found.multipliers);
    }
    if rows.iter().any(|row| row.strict) {
        found = most_slack(rows, n_inputs, |row| row.strict, 1);
        if !found.value.is_positive() {
            return Feasible::Never(found.multipliers);
        }
    }
    let roomy = most_slack(rows, n_inputs, |row| row.strict || row.roomy, 1);
    if roomy.value.is_positive() {
        found = roomy;
    }
    Feasible::Point(found.point)
}

struct Slack {
    value: Rational,
    point: Vec<Rational>,
    /// Of the rows. Where the value is not positive, `sum factor * row` is a constant that is not
    /// above it: the factors are those of `value - s` in the rows and the bound of `s`.
    multipliers: Multipliers,
}

/// The largest `s <= at_most` with these rows at least `s` and the others at least 0, which must
/// have a point.
fn most_slack(rows: &[Row], n_inputs: usize, slackened: impl Fn(&Row) -> bool, at_most: i64) -> Slack {
    let lift = |map: &Affine, slack: i64| {
        let coefficients = map.coefficients.iter().cloned().chain([Rational::from(slack)]).collect();
        Affine { coefficients, constant: map.constant.clone() }
    };
    let mut lifted: Vec<Affine> = rows.iter().map(|row| lift(&row.map, if slackened(row) { -1 } else { 0 })).collect();
    lifted.push(lift(&Affine::constant(n_inputs, Rational::from(at_most)), -1));
    let objective = lift(&Affine::constant(n_inputs, Rational::zero()), 1);
    match maximize(&objective, &lifted) {
        Maximum::At { value, mut point, mut multipliers } => {
            point.truncate(n_inputs);
            multipliers.retain(|(i, _)| *i < rows.len());
            Slack { value, point, multipliers }
        }
        Maximum::Unbounded { .. } | Maximum::Infeasible => unreachable!("s is bounded, and some s is low enough"),
    }
}
