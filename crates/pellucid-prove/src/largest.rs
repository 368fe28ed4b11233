//! The exact largest difference of two computations on a domain.

use std::cell::Cell as Shared;

use pellucid_core::{CellStep, Combination, Computation, Domain, Error, IntegerGraph, IntegerRow, Rational, ReluGraph};

use crate::difference::{Means, difference_graph};
use crate::finite;
use crate::kept_steps::KeptSteps;
use crate::shape::Highest;
use crate::walk::{Cell, Limits, Step, walk_integers};

/// The largest difference on a domain.
#[derive(Clone, Debug, PartialEq)]
pub enum Largest {
    /// Its exact value, reached at this input.
    At(Rational, Vec<Rational>),
    /// It grows without bound from a point along a ray.
    Infinite {
        /// Where the ray starts.
        from: Vec<Rational>,
        /// Its direction.
        ray: Vec<Rational>,
    },
}

/// The exact largest absolute difference of outputs on a domain, and where it occurs.
///
/// # Errors
/// When the two have other numbers of inputs or outputs, or their inputs in another order, or a
/// limit is reached.
pub fn largest_difference(
    left: &Computation,
    right: &Computation,
    domain: &Domain,
    limits: Limits<'_>,
) -> Result<Largest, Error> {
    left.check_input_order(right)?;
    let (_, graph) = difference_graph(left, right, Means::default())?;
    largest_of(&graph, domain, limits)
}

/// The largest absolute value of a graph's outputs on a domain.
pub(crate) fn largest_of(graph: &ReluGraph, domain: &Domain, limits: Limits<'_>) -> Result<Largest, Error> {
    if !domain.fits(graph.n_inputs) {
        return Err(Error::input(format!("the domain {domain} does not fit {} inputs", graph.n_inputs)));
    }
    if let Domain::Finite { .. } = domain {
        return finite::largest(graph, domain, limits);
    }
    largest_on_cells(&IntegerGraph::of(graph), domain, limits, &mut KeptSteps::at_most(0), |_, _| {})
}

/// The largest absolute value of a graph's outputs on a domain. `each` is told each cell and the largest value on
/// it; the steps of a proof that nothing is larger are put into `kept` while it is open.
pub(crate) fn largest_on_cells(
    graph: &IntegerGraph,
    domain: &Domain,
    limits: Limits<'_>,
    kept: &mut KeptSteps,
    mut each: impl FnMut(&Cell<'_>, &Rational),
) -> Result<Largest, Error> {
    let mut largest: Option<Largest> = None;
    let proving = Shared::new(kept.is_open());
    walk_integers(
        graph,
        domain,
        limits,
        || proving.get(),
        |step| {
            let step = match step {
                Step::Cut { .. } => Some(CellStep::Split),
                Step::Stays { on, proof } => proof.map(|proof| CellStep::stays(on, proof)),
                Step::Cell(cell) => match highest_on_cell(cell, &graph.scales, proving.get(), &mut largest) {
                    Some((here, step)) => {
                        each(cell, &here);
                        step
                    }
                    None => return false,
                },
            };
            if let Some(step) = step.filter(|_| proving.get()) {
                kept.push(step);
                proving.set(kept.is_open());
            }
            true
        },
    )?;
    let nowhere = || Error::input("there is no output to compare");
    largest.ok_or_else(nowhere)
}

/// The largest absolute value on a cell, and the step that shows it if that is asked for; `None` where there is
/// none. A larger value than the largest so far takes its place.
fn highest_on_cell(
    cell: &Cell<'_>,
    scales: &[Rational],
    proved: bool,
    largest: &mut Option<Largest>,
) -> Option<(Rational, Option<CellStep>)> {
    let mut here = Rational::zero();
    let rows = cell.output_rows();
    // Constants are small enough on every cell once the largest of them is the bound.
    let is_constant = rows.iter().all(IntegerRow::is_constant);
    let mut bounds = Vec::new();
    for (row, scale) in rows.into_iter().zip(scales) {
        let both = [row.negated(), row].map(|row| cell.highest_row(row, scale, proved && !is_constant));
        let mut shown = Vec::with_capacity(2);
        for (highest, proof) in both {
            let (value, point) = match highest {
                Highest::At(value, point) => (value, point),
                Highest::Unbounded(from, ray) => {
                    *largest = Some(Largest::Infinite { from, ray });
                    return None;
                }
            };
            if value > here {
                here = value.clone();
            }
            if !matches!(largest, Some(Largest::At(most, _)) if value <= *most) {
                *largest = Some(Largest::At(value, point));
            }
            shown.extend(proof);
        }
        // The first of them bounds the output from below.
        if let Ok([below, above]) = <[Combination; 2]>::try_from(shown) {
            bounds.push([above, below]);
        }
    }
    let step = if is_constant { CellStep::Equal } else { CellStep::Bounded(bounds) };
    Some((here, proved.then_some(step)))
}
