//! Polyhedra have an interior, or the reason why not is told.

use pellucid_core::{Affine, Domain, Error, Rational, counted};

use crate::exact_lp::{Interior, Multipliers, interior};

/// A point of the interior of a domain.
///
/// # Errors
/// When the domain does not fit, or has no interior: then the rows that show it are named.
pub(crate) fn interior_point(domain: &Domain, n_inputs: usize) -> Result<Vec<Rational>, Error> {
    if !domain.fits(n_inputs) {
        return Err(Error::input(format!("the domain {domain} does not fit {}", counted(n_inputs, "input"))));
    }
    if let Domain::Finite { .. } = domain {
        return Err(Error::input(format!("{domain} is finitely many points, and cells have an interior")));
    }
    if let Some(middle) = domain.middle(n_inputs) {
        return Ok(middle);
    }
    let rows = domain.rows(n_inputs);
    match interior(&rows, n_inputs) {
        Interior::Point(point) => Ok(point),
        Interior::Empty(multipliers) => Err(Error::input(no_interior(domain, &rows, &multipliers, n_inputs))),
    }
}

/// Why the combination of rows leaves no interior.
fn no_interior(domain: &Domain, rows: &[Affine], multipliers: &Multipliers, n_inputs: usize) -> String {
    let mut sum = Affine::constant(n_inputs, Rational::zero());
    let mut terms = Vec::new();
    for (i, factor) in multipliers {
        sum.add_scaled(factor, &rows[*i]);
        terms.push(if factor.is_one() { format!("({})", rows[*i]) } else { format!("{factor}*({})", rows[*i]) });
    }
    let terms = terms.join(" + ");
    if sum.constant.is_negative() {
        return format!("the domain {domain} is empty: {terms} = {}, yet each part must be at least 0", sum.constant);
    }
    let flat = multipliers.first().map_or_else(String::new, |(i, _)| rows[*i].to_string());
    format!(
        "the domain {domain} has no interior: {terms} = 0, so {flat} = 0 all over it (substitute that in what is compared)"
    )
}
