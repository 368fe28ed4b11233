//! Whether a form takes both signs, decided on its cells where these are few.

use pellucid_core::{Domain, Form, GraphBuilder, Merge, ReluGraph};
use pellucid_prove::{Highest, Limits, Step, walk};

/// Forms of more inputs or more hinges are left to bounds.
const MAX_INPUTS: usize = 6;
const MAX_HINGES: usize = 12;
/// So many cells are looked at. A form that takes both signs mostly shows it on the first ones.
const MAX_CELLS: usize = 200;

/// What signs a form takes on a domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signs {
    /// It is never above 0.
    NotPositive,
    /// It is never below 0.
    NotNegative,
    /// Both, or it is not known.
    Both,
}

/// The signs of a form of inputs and of hinges with these arguments.
pub(crate) fn signs(form: &Form, hinges: &[Form], n_inputs: usize, domain: &Domain) -> Signs {
    if n_inputs > MAX_INPUTS {
        return Signs::Both;
    }
    let graph = ReluGraph { n_inputs, relus: hinges.to_vec(), outputs: vec![form.clone()] };
    let mut builder = GraphBuilder::with_merge(n_inputs, Merge::Nothing);
    let outputs = builder.graph(&graph);
    let graph = builder.finish(outputs);
    if graph.relus.len() > MAX_HINGES {
        return Signs::Both;
    }
    let (mut above, mut below) = (false, false);
    let limits = Limits { max_cells: MAX_CELLS, stop: None };
    let walked = walk(&graph, domain, limits, |step| {
        let Step::Cell(cell) = step else { return true };
        for map in cell.outputs() {
            let is_positive = |highest: Highest| match highest {
                Highest::At(value, _) => value.is_positive(),
                Highest::Unbounded(..) => true,
            };
            above |= is_positive(cell.highest(&map));
            below |= is_positive(cell.highest(&map.scaled(&(-1).into())));
        }
        !(above && below)
    });
    match (walked, above, below) {
        (Ok(_), false, _) => Signs::NotPositive,
        (Ok(_), true, false) => Signs::NotNegative,
        _ => Signs::Both,
    }
}
