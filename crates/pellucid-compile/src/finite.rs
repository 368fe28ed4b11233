//! Functions on finitely many points: what they are between the points is free, and is used.
//!
//! Several roads lead to a network, and the smallest is taken: a line of values along one linear form
//! of the inputs, with or without folds; the function's own ReLU graph; the outermost operations on top
//! of what is inside them. Each is then made smaller as far as only the points matter. Whatever comes
//! of it is proved right at every point.

mod composed;
mod forms;
mod kinks;
mod line;
mod line_to_network;
mod minimality;
mod shrink;
mod table;
mod turned;

use pellucid_core::{
    Affine, Biases, Computation, Domain, Error, Expr, Function, Layer, Network, Rational, ReluGraph, counted,
};
use pellucid_prove::{FewNeurons, Limits, Verdict, few_neurons, prove_within};

use crate::Compiled;
use crate::fold::compose;
use crate::graph_to_network::{Effort, graph_to_network};
use composed::composed;
use forms::form_lines;
use line_to_network::{line_to_network, seems_to_need};
use minimality::{Known, minimality};
use shrink::shrink;
use table::Table;

/// Functions inside functions, so deep at most, are compiled on their own.
const MAX_DEPTH: usize = 6;
/// Graphs with more ReLUs are not built layer by layer.
const MAX_RELUS: usize = 600;
/// Few neurons are searched for on so many points and inputs at most, up to so many neurons, with linear
/// programs of so much size for each number of them.
const MAX_SEARCHED_POINTS: usize = 64;
const MAX_SEARCHED_INPUTS: usize = 6;
const MOST_SEARCHED: usize = 4;
const MAX_WORK: usize = 1_500_000;
/// Networks on more points are left as they are.
const MAX_SHRUNK: usize = 1 << 12;

/// Compiles a function on finitely many points.
///
/// # Errors
/// When the domain does not fit or has no points, when the biases exclude the network found, or when a
/// limit is reached before it is proved right.
pub(crate) fn compile_finite(
    function: &Function,
    domain: &Domain,
    biases: Biases,
    limits: Limits<'_>,
) -> Result<Compiled, Error> {
    if !domain.fits(function.n_inputs()) {
        let n_inputs = counted(function.n_inputs(), "input");
        return Err(Error::input(format!("the domain {domain} does not fit {n_inputs}")));
    }
    let graph = function.to_relu_graph();
    let names = function.input_names().to_vec();
    let table = Table::of_graph(&graph, domain, limits)?;
    let mut network = match &table {
        Some(table) => smallest_at_points(function.outputs(), &graph, table, domain, limits, 0)?,
        None => graph_to_network(&graph, &domain.hull(), names.clone(), Effort::Full)?,
    };
    let minimality = loop {
        match minimality(function, domain, &network, table.as_ref(), limits) {
            Known::Minimality(known) => break *known,
            Known::Smaller(smaller) => network = smaller,
        }
    };
    let network = network.with_input_names(names)?;
    let has_bias = |biases: &[Rational]| biases.iter().any(|b| !b.is_zero());
    if (!biases.hidden && network.hidden_layers().iter().any(|layer| has_bias(&layer.biases)))
        || (!biases.output && has_bias(&network.output_layer().biases))
    {
        return Err(Error::input(format!(
            "no network {biases} is known for `{function}` {} (allow biases)",
            domain.phrase()
        )));
    }
    let sides = (Computation::Function(function.clone()), Computation::Network(network.clone()));
    match prove_within(&sides.0, &sides.1, domain, &Rational::zero(), limits)? {
        Verdict::Proved { certificate, n_cells } => Ok(Compiled {
            function: function.clone(),
            domain: domain.clone(),
            biases,
            minimality,
            network,
            certificate: *certificate,
            n_cells,
        }),
        Verdict::Refuted(counterexample) => {
            Err(Error::input(format!("defect: the network built differs from the function: {counterexample:?}")))
        }
    }
}

/// The smallest network found for some outputs at the points of a table.
///
/// # Errors
/// When a limit is reached.
fn smallest_at_points(
    outputs: &[Expr],
    graph: &ReluGraph,
    table: &Table,
    domain: &Domain,
    limits: Limits<'_>,
    depth: usize,
) -> Result<Network<Rational>, Error> {
    let mut best: Option<Network<Rational>> = None;
    let small = table.points.len() <= MAX_SHRUNK;
    let smaller = |network| if small { shrink(network, table) } else { Ok(network) };
    if let Some(network) = affine(table)? {
        return Ok(network);
    }
    for form in form_lines(table, graph) {
        stop(limits)?;
        if best.as_ref().is_some_and(|known| seems_to_need(&form.line) >= known.hidden_neurons()) {
            continue;
        }
        let weights = vec![form.weights.iter().map(|w| Rational::from(*w)).collect()];
        let inner = Network::new(None, vec![Layer { weights, biases: vec![Rational::zero()] }])?;
        consider(&mut best, smaller(compose(&line_to_network(&form.line)?, &inner)?)?);
    }
    if graph.relus.len() <= MAX_RELUS {
        stop(limits)?;
        let names = pellucid_core::numbered_inputs(graph.n_inputs);
        consider(&mut best, smaller(graph_to_network(graph, &table.hull(), names, Effort::Full)?)?);
    }
    if depth < MAX_DEPTH
        && small
        && let Some(network) = composed(outputs, table, domain, limits, depth)?
    {
        stop(limits)?;
        // Planned anew, layer by layer, it may need fewer neurons that pass values on.
        let names = network.input_names().to_vec();
        let planned = graph_to_network(&network.to_relu_graph(), &table.hull(), names, Effort::Full)?;
        consider(&mut best, smaller(planned)?);
        consider(&mut best, network);
    }
    if let Some(known) = &best
        // Of the whole function two neurons are asked for when its smallest size is proved.
        && let Some(network) = searched(table, if depth == 0 { 3 } else { 2 }, known.hidden_neurons(), limits)
    {
        consider(&mut best, network);
    }
    best.ok_or_else(|| Error::limit("the function is too long for the ways to compile it at so many points"))
}

/// One layer of a few neurons, some of these up to fewer than are known to do, found by going through the ways they fire.
fn searched(table: &Table, fewest: usize, known: usize, limits: Limits<'_>) -> Option<Network<Rational>> {
    let (n_points, n) = (table.points.len(), table.n_inputs());
    if table.n_outputs() > 1 || n_points > MAX_SEARCHED_POINTS || n > MAX_SEARCHED_INPUTS {
        return None;
    }
    let points: Vec<Vec<Rational>> = (0..n_points).map(|i| table.point(i)).collect();
    let values: Vec<Rational> = (0..n_points).map(|i| table.value(i)[0].clone()).collect();
    (fewest..known.min(MOST_SEARCHED + 1)).find_map(|n_neurons| {
        match few_neurons(&points, &values, n_neurons, MAX_WORK, limits) {
            FewNeurons::Found(network) => Some(network),
            FewNeurons::Excluded(_) | FewNeurons::GaveUp => None,
        }
    })
}

/// Keeps the smaller network, of those of one size the shallower one.
fn consider(best: &mut Option<Network<Rational>>, network: Network<Rational>) {
    let size = |network: &Network<Rational>| (network.hidden_neurons(), network.layers().len());
    if best.as_ref().is_none_or(|known| size(&network) < size(known)) {
        *best = Some(network);
    }
}

fn stop(limits: Limits<'_>) -> Result<(), Error> {
    if limits.stop.is_some_and(|stop| stop()) {
        Err(Error::limit("stopped before a network was found"))
    } else {
        Ok(())
    }
}

/// The network without hidden neurons, where all outputs are affine at the points.
fn affine(table: &Table) -> Result<Option<Network<Rational>>, Error> {
    let n = table.n_inputs();
    let mut known = pellucid_core::linear::Echelon::default();
    // Points that span all others affinely.
    let with_one = |i: usize| table.point(i).into_iter().chain([Rational::one()]).collect::<Vec<_>>();
    let spanning: Vec<usize> =
        (0..table.points.len()).filter(|i| known.rank() <= n && known.insert(&with_one(*i))).collect();
    let columns: Vec<Vec<Rational>> =
        (0..=n).map(|k| spanning.iter().map(|i| with_one(*i)[k].clone()).collect()).collect();
    let mut used = pellucid_core::linear::Echelon::default();
    let kept: Vec<usize> = (0..=n).rev().filter(|k| used.insert(&columns[*k])).collect();
    let basis: Vec<Vec<Rational>> = kept.iter().map(|k| columns[*k].clone()).collect();
    let mut layer = Layer { weights: Vec::new(), biases: Vec::new() };
    for output in 0..table.n_outputs() {
        let target: Vec<Rational> = spanning.iter().map(|i| table.value(*i)[output].clone()).collect();
        let Some(factors) = pellucid_core::linear::solve(&basis, &target) else { return Ok(None) };
        let mut row = vec![Rational::zero(); n + 1];
        kept.iter().zip(factors).for_each(|(k, factor)| row[*k] = factor);
        let map = Affine { constant: row.pop().unwrap_or_default(), coefficients: row };
        if (0..table.points.len()).any(|i| map.at(&table.point(i)) != table.value(i)[output]) {
            return Ok(None);
        }
        layer.weights.push(map.coefficients);
        layer.biases.push(map.constant);
    }
    Network::new(None, vec![layer]).map(Some)
}
