//! The best network found with more than one hidden layer.
//!
//! The function is written in several ways; each is simplified on the domain and built layer by layer
//! with the inner ReLUs that make it smallest. The best of them is then rid of what it can do without.
//! Nothing here proves anything: the network that comes out is proved right on its own.

use pellucid_core::{Domain, Error, Function, Network, Rational};
use pellucid_prove::Limits;

use crate::alternatives::alternatives;
use crate::goal::Goal;
use crate::inner_relus::smallest_by_inner_relus;
use crate::shrink::shrink;
use crate::simplify::simplified;

/// A network as it was built, and what is left after leaving out all that seems not needed.
pub struct Built {
    /// Computes the function by its construction.
    pub plain: Network<Rational>,
    /// Agrees with it at many points.
    pub shrunk: Option<Network<Rational>>,
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
    let mut best: Option<Built> = None;
    let cost = |network: &Network<Rational>| goal.cost(network);
    for way in alternatives(function) {
        for graph in simplified(&way.to_relu_graph(), domain, limits) {
            let plain = smallest_by_inner_relus(&graph, domain, function.input_names(), limits, cost)?;
            let shrunk = shrink(&plain, domain, limits);
            let built = Built { plain, shrunk };
            if best.as_ref().is_none_or(|best| cost(built.smallest()) < cost(best.smallest())) {
                best = Some(built);
            }
        }
        let done = |best: &Built| !goal.shallow && best.smallest().hidden_neurons() <= at_least;
        if limits.stop.is_some_and(|stop| stop()) || best.as_ref().is_some_and(done) {
            break;
        }
    }
    best.ok_or_else(|| Error::input(format!("defect: `{function}` was written in no way")))
}

impl Built {
    /// The smaller of both.
    pub fn smallest(&self) -> &Network<Rational> {
        self.shrunk.as_ref().unwrap_or(&self.plain)
    }
}
