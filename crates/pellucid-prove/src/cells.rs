//! The linear cells of a network or function, one after the other.

use std::collections::HashSet;

use pellucid_core::{Affine, Computation, Domain, Error, Rational, ReluGraph};

use crate::walk::{Limits, Step, walk};

/// A full-dimensional cell of the activation pattern.
#[derive(Clone, Debug, PartialEq)]
pub struct LinearCell {
    /// The sign of every pre-activation inside the cell, `+`, `-` or `0`: one text a hidden layer of
    /// a network; for a function one text for the ReLUs that it is written in.
    pub signs: Vec<String>,
    /// The affine map of each output.
    pub maps: Vec<Affine>,
    /// A point of the interior.
    pub point: Vec<Rational>,
}

/// How many cells there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CellCounts {
    /// Full-dimensional cells of the activation pattern.
    pub cells: usize,
    /// Different affine maps on them.
    pub maps: usize,
}

/// Visits every linear cell on a domain; `visit` may end the walk by returning `false`.
///
/// ```
/// use pellucid_core::{Computation, Domain, Function};
/// use pellucid_prove::{CellCounts, Limits, cells};
/// let minimum = Computation::Function(Function::parse("min(x1, x2)").unwrap());
/// let counts = cells(&minimum, &Domain::Everywhere, Limits::default(), |_| true).unwrap();
/// assert_eq!(counts, CellCounts { cells: 2, maps: 2 });
/// ```
///
/// # Errors
/// When the domain does not fit, or a limit is reached.
pub fn cells(
    computation: &Computation,
    domain: &Domain,
    limits: Limits<'_>,
    mut visit: impl FnMut(&LinearCell) -> bool,
) -> Result<CellCounts, Error> {
    // Every neuron of a network counts, also those whose effects cancel in the outputs.
    let graph = match computation {
        Computation::Function(function) => function.to_relu_graph(),
        Computation::Network(network) => network.to_activation_graph(),
    };
    if !domain.fits(graph.n_inputs) {
        return Err(Error::input(format!("the domain {domain} does not fit {} inputs", graph.n_inputs)));
    }
    let n_outputs = match computation {
        Computation::Function(function) => function.n_outputs(),
        Computation::Network(network) => network.n_outputs(),
    };
    let mut known: HashSet<Vec<Affine>> = HashSet::new();
    let n_cells = walk(&graph, domain, limits, |step| {
        let Step::Cell(cell) = step else { return true };
        let (mut maps, point) = (cell.outputs(), cell.point());
        maps.truncate(n_outputs);
        if !known.contains(&maps) {
            known.insert(maps.clone());
        }
        let signs = match computation {
            Computation::Function(_) => vec![text(&arguments(&graph, &point))],
            Computation::Network(network) => {
                let trace = network.trace(&point);
                trace.pre_activations[..network.hidden_layers().len()].iter().map(|layer| text(layer)).collect()
            }
        };
        visit(&LinearCell { signs, maps, point })
    })?;
    Ok(CellCounts { cells: n_cells, maps: known.len() })
}

/// The argument of every ReLU at a point.
fn arguments(graph: &ReluGraph, point: &[Rational]) -> Vec<Rational> {
    let (mut arguments, mut relus) = (Vec::new(), Vec::new());
    for form in &graph.relus {
        let value = form.evaluate(point, &relus);
        relus.push(if value.is_positive() { value.clone() } else { Rational::zero() });
        arguments.push(value);
    }
    arguments
}

fn text(values: &[Rational]) -> String {
    values.iter().map(|v| ["-", "0", "+"][(v.signum() + 1) as usize]).collect()
}
