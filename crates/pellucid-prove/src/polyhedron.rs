//! Claims on polyhedra: by the canonical forms around it, or by its cells.

use pellucid_core::{Affine, Certificate, Claim, Computation, Difference, Domain, Error, Proof, Rational, counted};

use crate::difference::{Counterexample, Verdict, Walked, cells_within, same_canonical_form, simple_points};
use crate::exact_lp::{Interior, Multipliers, interior};
use crate::walk::Limits;

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

/// [`crate::prove_within`] on a polyhedron.
///
/// # Errors
/// As there, and when the polyhedron has no interior.
pub(crate) fn within(
    left: &Computation,
    right: &Computation,
    domain: &Domain,
    bound: &Rational,
    limits: Limits<'_>,
) -> Result<Verdict, Error> {
    let (left_graph, right_graph) = (left.to_relu_graph(), right.to_relu_graph());
    let graph = left_graph.difference(&right_graph)?;
    let inside = interior_point(domain, graph.n_inputs)?;
    let exceeds = |point: &[Rational]| graph.evaluate(point).iter().any(|d| d.abs() > *bound);
    let refuted = |point: Vec<Rational>| Ok(Verdict::Refuted(Counterexample::new(left, right, point)));
    if let Some(point) = simple_points(domain, graph.n_inputs).find(|point| exceeds(point)) {
        return refuted(point);
    }
    let hull = domain.hull();
    if same_canonical_form(&left_graph, &right_graph, &hull) {
        let difference = Difference::Wider { domain: hull, difference: Box::new(Difference::CanonicalForms) };
        return Ok(proved(left, right, domain, bound, difference, 0));
    }
    match cells_within(&graph, domain, bound, limits)? {
        Walked::Within { steps, n_cells } => {
            let difference = Difference::Inside { point: inside, cells: steps };
            Ok(proved(left, right, domain, bound, difference, n_cells))
        }
        Walked::Beyond(point) => refuted(point),
    }
}

/// The claim with its proof.
pub(crate) fn proved(
    left: &Computation,
    right: &Computation,
    domain: &Domain,
    bound: &Rational,
    difference: Difference,
    n_cells: usize,
) -> Verdict {
    let claim =
        Claim::Within { left: left.clone(), right: right.clone(), domain: domain.clone(), bound: bound.clone() };
    Verdict::Proved { certificate: Box::new(Certificate::new(claim, Proof::Within(difference))), n_cells }
}
