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

/// Networks for one function.
pub struct Built {
    /// As they were built, and with what seemed not needed left out, the best first. The latter agree
    /// with the function at many points, but it may turn out that they differ elsewhere.
    pub best_first: Vec<Network<Rational>>,
    /// Larger, but with the function's own ReLUs alone, so that on unbounded domains it is plainly
    /// the function.
    pub literal: Network<Rational>,
}

impl Built {
    /// The best, if it turns out to be right.
    pub fn best(&self) -> &Network<Rational> {
        self.best_first.first().unwrap_or(&self.literal)
    }
}

/// The networks found; the search ends where one of `at_least` neurons is found, for none is
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
    let mut search = Search { domain, inputs: function.input_names(), goal, tried: Vec::new(), found: Vec::new() };
    let ways = alternatives(function, goal.few_layers());
    for way in &ways {
        if search.found.is_empty() || !limits.stopped() {
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
    let mut best_first: Vec<Network<Rational>> = Vec::new();
    search.found.sort_by_key(|candidate| cost(&candidate.network));
    for candidate in search.found.into_iter().take(MAX_IMPROVED) {
        let is_smallest =
            |best: &Network<Rational>| !goal.shallow && goal.allows(best) && best.hidden_neurons() <= at_least;
        if best_first.first().is_some_and(|best| limits.stopped() || is_smallest(best)) {
            break;
        }
        let plain = candidate.improve(limits, cost)?;
        best_first.extend(shrink(&plain, domain, limits));
        best_first.push(plain);
        best_first.sort_by_key(cost);
    }
    Ok(Built { best_first, literal })
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
