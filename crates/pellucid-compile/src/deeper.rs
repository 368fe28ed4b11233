//! The best network found with more than one hidden layer.
//!
//! The function is written in several ways; each is simplified on the domain and built layer by layer.
//! The most promising are built again with the inner ReLUs that make them smallest, and rid of what they
//! can do without. Nothing here proves anything: the network that comes out is proved right on its own.

use pellucid_core::{Domain, Error, Function, Network, Rational, ReluGraph};
use pellucid_prove::Limits;

use crate::alternatives::alternatives;
use crate::goal::Goal;
use crate::graph_to_network::{Effort, graph_to_network};
use crate::inner_relus::Candidate;
use crate::maxima::as_sum_of_maxima;
use crate::shrink::shrink;
use crate::simplify::simplified;

/// Candidates that are improved, the most promising first.
const MAX_IMPROVED: usize = 3;

/// A network as it was built, and what is left after leaving out all that seems not needed.
pub struct Built {
    /// Computes the function by its construction.
    pub plain: Network<Rational>,
    /// Agrees with it at many points.
    pub shrunk: Option<Network<Rational>>,
    /// Larger, but with the function's own ReLUs alone, so that on unbounded domains it is plainly
    /// the function.
    pub literal: Network<Rational>,
}

impl Built {
    /// The smaller of both.
    pub fn smallest(&self) -> &Network<Rational> {
        self.shrunk.as_ref().unwrap_or(&self.plain)
    }
}

/// The best network found; the search ends where one of `at_least` neurons is found, for none is
/// smaller.
///
/// # Errors
/// When a shape does not fit, which would be a defect.
pub fn deeper_network(
    function: &Function,
    domain: &Domain,
    goal: &Goal,
    at_least: usize,
    limits: Limits<'_>,
) -> Result<Built, Error> {
    let cost = |network: &Network<Rational>| goal.cost(network);
    let stopped = || limits.stop.is_some_and(|stop| stop());
    let mut search = Search { domain, inputs: function.input_names(), goal, tried: Vec::new(), found: Vec::new() };
    let ways = alternatives(function, goal.few_layers());
    for way in &ways {
        if search.found.is_empty() || !stopped() {
            search.try_way(way, limits)?;
        }
    }
    // The long way to two layers is gone where nothing else leads there.
    if goal.few_layers() && search.fewest_layers() > 2 {
        let sums = |way: &Function| as_sum_of_maxima(way, domain, limits);
        let longest = [ways.first(), ways.last()].into_iter().flatten().filter_map(sums);
        for way in longest.collect::<Vec<_>>() {
            search.try_way(&way, limits)?;
        }
    }
    let graph = function.to_relu_graph();
    let literal = graph_to_network(&graph, domain, function.input_names().to_vec(), Effort::Quick)?;
    let mut best: Option<Built> = None;
    search.found.sort_by_key(|candidate| cost(&candidate.network));
    for candidate in search.found.into_iter().take(MAX_IMPROVED) {
        let is_done = |best: &Built| {
            let network = best.smallest();
            stopped() || (!goal.shallow && goal.allows(network) && network.hidden_neurons() <= at_least)
        };
        if best.as_ref().is_some_and(is_done) {
            break;
        }
        let plain = candidate.improve(limits, cost)?;
        let shrunk = shrink(&plain, domain, limits);
        let built = Built { plain, shrunk, literal: literal.clone() };
        if best.as_ref().is_none_or(|best| cost(built.smallest()) < cost(best.smallest())) {
            best = Some(built);
        }
    }
    best.ok_or_else(|| Error::input(format!("defect: `{function}` was written in no way")))
}

/// What has been built so far.
struct Search<'a> {
    domain: &'a Domain,
    inputs: &'a [String],
    goal: &'a Goal,
    tried: Vec<ReluGraph>,
    found: Vec<Candidate<'a>>,
}

impl Search<'_> {
    fn fewest_layers(&self) -> usize {
        self.found.iter().map(|candidate| candidate.network.hidden_layers().len()).min().unwrap_or(usize::MAX)
    }

    fn try_way(&mut self, way: &Function, limits: Limits<'_>) -> Result<(), Error> {
        for graph in simplified(&way.to_relu_graph(), self.domain, limits) {
            // Built layer by layer it gets as many layers as it has, or fewer where some turn out idle.
            let n_layers = graph.layers().into_iter().max().unwrap_or(0);
            if self.tried.contains(&graph) || (self.goal.few_layers() && n_layers > self.fewest_layers()) {
                continue;
            }
            self.tried.push(graph.clone());
            self.found.push(Candidate::new(graph, self.domain, self.inputs, |network| self.goal.cost(network))?);
        }
        Ok(())
    }
}
