//! ReLU graphs made simpler by what is known of the domain.
//!
//! Cells are looked at up to a limit; where it is reached the graph stays as it is. What is built from
//! a graph is proved on its own, so nothing here has to be certified.

use pellucid_core::{Affine, Domain, Form, GraphBuilder, ReluGraph, Wire};
use pellucid_prove::{Limits, OneLayerForm, Step, representable_graph, walk};

/// Cells looked at for the signs of all ReLUs.
const MAX_CELLS: usize = 3_000;
/// Cells looked at for one ReLU, to see whether one layer computes it.
const MAX_CELLS_OF_ONE: usize = 300;
/// Cells looked at where there are more inputs than [`MANY_INPUTS`].
const FEW_CELLS: usize = 100;
const MANY_INPUTS: usize = 8;
/// Deep ReLUs times inputs, where they are looked at one by one.
const MAX_LOOKED_AT: usize = 120;

/// The same function on the domain without the ReLUs that are on, or off, in all of it; and where
/// deep ReLUs can be computed by one layer, once more with those written so. That is not always
/// smaller: folding a line in half twice over makes four pieces of three ReLUs.
pub fn simplified(graph: &ReluGraph, domain: &Domain, limits: Limits<'_>) -> Vec<ReluGraph> {
    let graph = without_stable(graph, domain, limits);
    let n_deep = graph.relus.iter().filter(|form| form.relu_wires().next().is_some()).count();
    let flat = (1..=MAX_LOOKED_AT / graph.n_inputs.max(1)).contains(&n_deep).then(|| flattened(&graph, domain, limits));
    let flat = flat.filter(|flat| *flat != graph);
    [graph].into_iter().chain(flat).collect()
}

/// ReLUs that never change side inside the domain are their arguments, or 0.
fn without_stable(graph: &ReluGraph, domain: &Domain, limits: Limits<'_>) -> ReluGraph {
    let n = graph.relus.len();
    let mut signs = vec![(false, false); n];
    let max_cells = if graph.n_inputs > MANY_INPUTS { FEW_CELLS } else { MAX_CELLS };
    let limits = Limits { max_cells: limits.max_cells.min(max_cells), ..limits };
    let walked = walk(graph, domain, limits, |step| {
        if let Step::Cell(cell) = step {
            for (known, sign) in signs.iter_mut().zip(cell.signs()) {
                known.0 |= sign > 0;
                known.1 |= sign < 0;
            }
        }
        true
    });
    if walked.is_err() {
        return graph.clone();
    }
    rebuilt(graph, |k, argument, builder| match signs[k] {
        (true, false) => argument,
        (false, _) => Form::default(),
        _ => builder.relu(argument),
    })
}

/// Deep ReLUs whose values one layer computes, as sums of its hinges.
fn flattened(graph: &ReluGraph, domain: &Domain, limits: Limits<'_>) -> ReluGraph {
    if !domain.has_canonical_forms() {
        return graph.clone();
    }
    let limits = Limits { max_cells: limits.max_cells.min(MAX_CELLS_OF_ONE), ..limits };
    let shallow = |k: usize| -> Option<OneLayerForm> {
        graph.relus[k].relu_wires().next()?;
        let mut alone = GraphBuilder::new(graph.n_inputs);
        let outputs = alone.graph(&ReluGraph { outputs: vec![Form::wire(Wire::Relu(k))], ..graph.clone() });
        representable_graph(&alone.finish(outputs), domain, limits).ok().flatten()
    };
    rebuilt(graph, |k, argument, builder| match shallow(k) {
        Some(form) => {
            let mut result = to_form(&form.affine[0]);
            for hinge in &form.hinges {
                let relu = builder.relu(to_form(&hinge.hyperplane.to_affine()));
                result.add_scaled(&hinge.jump[0], &relu);
            }
            result
        }
        None => builder.relu(argument),
    })
}

fn to_form(map: &Affine) -> Form {
    let wires = map.coefficients.iter().enumerate().filter(|(_, c)| !c.is_zero());
    Form { terms: wires.map(|(i, c)| (Wire::Input(i), c.clone())).collect(), constant: map.constant.clone() }
}

/// The graph with each ReLU, in order, replaced by what `relu` makes of its argument.
fn rebuilt(graph: &ReluGraph, mut relu: impl FnMut(usize, Form, &mut GraphBuilder) -> Form) -> ReluGraph {
    let mut builder = GraphBuilder::new(graph.n_inputs);
    let mut wires: Vec<Form> = Vec::with_capacity(graph.relus.len());
    for (k, form) in graph.relus.iter().enumerate() {
        let argument = form.with_relus(&wires);
        let wire = relu(k, argument, &mut builder);
        wires.push(wire);
    }
    let outputs = graph.outputs.iter().map(|form| form.with_relus(&wires)).collect();
    builder.finish(outputs)
}
