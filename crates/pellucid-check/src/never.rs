//! That no input satisfies one of some cases: their regions' cells are covered, and on each cell a
//! combination of its rows and of a case's constraints contradicts them.

use pellucid_core::{Computation, Constraint, IntegerGraph, Merge, NeverInRegion, Region};

use crate::cells::{Checking, Question};
use crate::refuse_if;

/// Checks that every case is refuted in a region that holds all inputs it allows.
pub(crate) fn never(
    computation: &Computation,
    cases: &[Vec<Constraint>],
    proofs: &[NeverInRegion],
) -> Result<(), String> {
    let graph = computation.to_graph(Merge::Copies);
    let fit = |constraint: &Constraint| constraint.fits(graph.n_inputs, graph.outputs.len());
    refuse_if(!cases.iter().flatten().all(fit), "a constraint is about an input or output that is not there")?;
    let mut shown = vec![false; cases.len()];
    for NeverInRegion { cases: indices, steps } in proofs {
        let of = |i: &usize| cases.get(*i).ok_or("a proof is for a case that is not there");
        let region = Region::of(of(indices.first().ok_or("a proof is for no case")?)?, graph.n_inputs);
        let mut restricted = Vec::new();
        for i in indices {
            if Region::of(of(i)?, graph.n_inputs) != region {
                return Err("a case has other bounds than those its proof is for".into());
            }
            shown[*i] = true;
            restricted.push(of(i)?.iter().map(|constraint| region.restrict_constraint(constraint)).collect());
        }
        let graph = IntegerGraph::of(&region.restrict_graph(&graph));
        Checking::new(graph, &region.domain, Question::Never { cases: restricted }).all(steps)?;
    }
    if shown.iter().all(|shown| *shown) { Ok(()) } else { Err("a case is without a proof".into()) }
}
