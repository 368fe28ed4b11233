//! Functions on finitely many points: what they are between the points is free, and is used.
//!
//! Several roads lead to a network, and the best is taken: a line of values along one linear form
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

use pellucid_core::linear::Echelon;
use pellucid_core::{Biases, Computation, Domain, Error, Expr, Function, Layer, Network, Rational, ReluGraph, counted};
use pellucid_prove::{FewNeurons, Limits, Verdict, few_neurons, prove_within};

use crate::fold::compose;
use crate::goal::Goal;
use crate::graph_to_network::{Effort, graph_to_network};
use crate::{Compiled, has_only};
use composed::composed;
use forms::form_lines;
use line_to_network::{line_to_network, seems_to_need};
use minimality::{Known, minimality};
use shrink::{expressed, shrink};
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
/// When the domain does not fit or has no points, when the biases exclude the network found, when none
/// with so few layers is found, or when a limit is reached before it is proved right.
pub(crate) fn compile_finite(
    function: &Function,
    domain: &Domain,
    biases: Biases,
    goal: &Goal,
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
        Some(table) => Search { domain, goal: *goal, limits, depth: 0 }.best(function.outputs(), &graph, table)?,
        None => graph_to_network(&graph, &domain.hull(), names.clone(), Effort::Full)?,
    };
    let minimality = loop {
        match minimality(function, domain, &network, table.as_ref(), limits) {
            Known::Minimality(known) => break *known,
            Known::Smaller(smaller) => network = smaller,
        }
    };
    goal.must_allow(&network, function, "its values at the points are not found to lie along one line of the inputs")?;
    let network = network.with_input_names(names)?;
    if !has_only(biases, &network) {
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

/// How a network is looked for.
#[derive(Clone, Copy)]
struct Search<'a> {
    /// Whose points the tables have.
    domain: &'a Domain,
    goal: Goal,
    limits: Limits<'a>,
    /// Functions around the one looked at.
    depth: usize,
}

impl Search<'_> {
    /// The best network found for some outputs at the points of a table.
    ///
    /// # Errors
    /// When a limit is reached.
    fn best(&self, outputs: &[Expr], graph: &ReluGraph, table: &Table) -> Result<Network<Rational>, Error> {
        let limits = self.limits;
        let small = table.points.len() <= MAX_SHRUNK;
        let smaller = |network| if small { shrink(network, table, limits) } else { Ok(network) };
        if let Some(network) = affine(table)? {
            return Ok(network);
        }
        let mut best: Option<Network<Rational>> = None;
        for form in form_lines(table, graph, limits) {
            stop(limits)?;
            if best.as_ref().is_some_and(|known| seems_to_need(&form.line) >= known.hidden_neurons()) {
                continue;
            }
            let weights = vec![form.weights.iter().map(|w| Rational::from(*w)).collect()];
            let inner = Network::new(None, vec![Layer { weights, biases: vec![Rational::zero()] }])?;
            let network = compose(&line_to_network(&form.line, &self.goal, limits)?, &inner)?;
            self.consider(&mut best, smaller(network)?);
        }
        if graph.relus.len() <= MAX_RELUS {
            stop(limits)?;
            let names = pellucid_core::numbered_inputs(graph.n_inputs);
            self.consider(&mut best, smaller(graph_to_network(graph, &table.hull(), names, Effort::Full)?)?);
        }
        if self.depth < MAX_DEPTH
            && small
            && let Some(network) = composed(outputs, table, self)?
        {
            stop(limits)?;
            // Planned anew, layer by layer, it may need fewer neurons that pass values on.
            let names = network.input_names().to_vec();
            let planned = graph_to_network(&network.to_relu_graph(), &table.hull(), names, Effort::Full)?;
            self.consider(&mut best, smaller(planned)?);
            self.consider(&mut best, network);
        }
        if let Some(known) = &best
            // Of the whole function two neurons are asked for when its smallest size is proved.
            && let Some(network) = searched(table, if self.depth == 0 { 3 } else { 2 }, known.hidden_neurons(), limits)
        {
            self.consider(&mut best, network);
        }
        best.ok_or_else(|| Error::limit("the function is too long for the ways to compile it at so many points"))
    }

    /// Keeps the better network.
    fn consider(&self, best: &mut Option<Network<Rational>>, network: Network<Rational>) {
        if best.as_ref().is_none_or(|known| self.goal.cost(&network) < self.goal.cost(known)) {
            *best = Some(network);
        }
    }

    /// How functions inside this one are looked for: layers are counted when all is put together.
    fn inside(&self) -> Self {
        Search { goal: Goal { max_layers: None, ..self.goal }, depth: self.depth + 1, ..*self }
    }
}

/// One layer of `fewest` neurons or more, but fewer than the `known` ones that do, found by going through
/// the ways in which they fire.
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

fn stop(limits: Limits<'_>) -> Result<(), Error> {
    if limits.stopped() { Err(Error::limit("stopped before a network was found")) } else { Ok(()) }
}

/// The network without hidden neurons, where all outputs are affine at the points.
fn affine(table: &Table) -> Result<Option<Network<Rational>>, Error> {
    let n = table.n_inputs();
    let mut known = Echelon::default();
    // Points that span all others affinely.
    let with_one = |i: usize| table.point(i).into_iter().chain([Rational::one()]).collect::<Vec<_>>();
    let spanning = (0..table.points.len()).filter(|i| known.rank() <= n && known.insert(&with_one(*i)));
    let (points, values) = spanning.map(|i| (table.point(i), table.value(i).to_vec())).unzip();
    let Some(layer) = expressed(&points, &values, true) else { return Ok(None) };
    let network = Network::new(None, vec![layer])?;
    let is_right = (0..table.points.len()).all(|i| network.evaluate(&table.point(i)) == table.value(i));
    Ok(is_right.then_some(network))
}
