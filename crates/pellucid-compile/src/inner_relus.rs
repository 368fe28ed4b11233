//! Arguments of deep ReLUs rewritten so that less has to be carried to them.
//!
//! Where `p >= 0`, `relu(a - p) = relu(relu(a) - p)`: where a is not positive both are 0. Without the
//! inner ReLU the value of `a`, of either sign, is carried through a layer, which takes two neurons on
//! unbounded domains and can take more when `a` is made of several values. With it one detector is
//! enough. `max(x, y, z) = z + relu(x - z) + relu(relu(y - z) - relu(x - z))` is an example, and by
//! `relu(q) = q + relu(-q)` it works for arguments `p - a` too.
//!
//! Which ReLUs gain by it depends on what else is carried, so choices are tried, and counted.

use pellucid_core::{Domain, Error, Form, GraphBuilder, Network, Rational, ReluGraph, Wire};
use pellucid_prove::Limits;

use crate::graph_to_network::{Effort, graph_to_network};

/// Which terms of an argument are `p`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Inner {
    /// None: the argument stays as it is.
    None,
    /// The terms of the deepest layer, where they have one sign.
    Deepest,
    /// All ReLUs with the sign of those.
    All,
}

const CHOICES: [Inner; 3] = [Inner::None, Inner::Deepest, Inner::All];
/// Networks built at most to compare choices.
const MAX_TRIALS: usize = 200;
/// Terms times layers of all graphs built while choices are compared, at most: about what it costs.
const MAX_WORK: usize = 300_000;

/// A graph with the inner ReLUs chosen so far, built.
pub struct Candidate<'a> {
    domain: &'a Domain,
    inputs: &'a [String],
    graph: ReluGraph,
    choice: Vec<Inner>,
    /// The network of this choice.
    pub network: Network<Rational>,
}

impl<'a> Candidate<'a> {
    /// The best of three: no inner ReLUs, and all of one kind. `cost` orders networks, the best first.
    ///
    /// # Errors
    /// When a shape does not fit, which would be a defect.
    pub fn new<C: Ord>(
        graph: ReluGraph,
        domain: &'a Domain,
        inputs: &'a [String],
        cost: impl Fn(&Network<Rational>) -> C,
    ) -> Result<Self, Error> {
        let choice = vec![Inner::None; graph.relus.len()];
        let network = build(&graph, &choice, domain, inputs, Effort::Quick)?;
        let mut best = Candidate { domain, inputs, graph, choice, network };
        for all in &CHOICES[1..] {
            let deep = |form: &Form| form.relu_wires().next().is_some();
            let choice = best.graph.relus.iter().map(|form| if deep(form) { *all } else { Inner::None }).collect();
            best.take(choice, &cost)?;
        }
        Ok(best)
    }

    /// Changes the choice for one ReLU at a time as long as it helps, the last ReLUs first: what they
    /// need decides what is carried below.
    ///
    /// # Errors
    /// As [`Candidate::new`].
    pub fn improve<C: Ord>(
        mut self,
        limits: Limits<'_>,
        cost: impl Fn(&Network<Rational>) -> C,
    ) -> Result<Network<Rational>, Error> {
        let is_deep = |k: &usize| self.graph.relus[*k].relu_wires().next().is_some();
        let deep: Vec<usize> = (0..self.graph.relus.len()).filter(is_deep).collect();
        let work = self.graph.n_terms() * self.network.layers().len();
        let (mut trials, mut improved) = (0, true);
        while improved {
            improved = false;
            for k in deep.iter().rev() {
                for other in CHOICES {
                    let over = trials == MAX_TRIALS || trials * work > MAX_WORK;
                    if over || limits.stopped() {
                        return self.finish(&cost);
                    }
                    if other != self.choice[*k] {
                        trials += 1;
                        let mut choice = self.choice.clone();
                        choice[*k] = other;
                        improved |= self.take(choice, &cost)?;
                    }
                }
            }
        }
        self.finish(&cost)
    }

    /// Takes another choice if it is better.
    fn take<C: Ord>(&mut self, choice: Vec<Inner>, cost: impl Fn(&Network<Rational>) -> C) -> Result<bool, Error> {
        let network = build(&self.graph, &choice, self.domain, self.inputs, Effort::Quick)?;
        let better = cost(&network) < cost(&self.network);
        if better {
            (self.network, self.choice) = (network, choice);
        }
        Ok(better)
    }

    /// What was compared was built quickly; the best is built with more thought.
    fn finish<C: Ord>(self, cost: impl Fn(&Network<Rational>) -> C) -> Result<Network<Rational>, Error> {
        let full = build(&self.graph, &self.choice, self.domain, self.inputs, Effort::Full)?;
        Ok(if cost(&full) < cost(&self.network) { full } else { self.network })
    }
}

fn build(
    graph: &ReluGraph,
    choice: &[Inner],
    domain: &Domain,
    inputs: &[String],
    effort: Effort,
) -> Result<Network<Rational>, Error> {
    graph_to_network(&with_inner_relus(graph, choice), domain, inputs.to_vec(), effort)
}

/// The same function with inner ReLUs as chosen.
fn with_inner_relus(graph: &ReluGraph, choice: &[Inner]) -> ReluGraph {
    let mut rebuilt = Rebuilt { builder: GraphBuilder::new(graph.n_inputs), depths: Vec::new() };
    let mut wires: Vec<Form> = Vec::with_capacity(graph.relus.len());
    for (form, inner) in graph.relus.iter().zip(choice) {
        let argument = form.with_relus(&wires);
        let wire = rebuilt.relu(argument, *inner);
        wires.push(wire);
    }
    let outputs = graph.outputs.iter().map(|form| form.with_relus(&wires)).collect();
    rebuilt.builder.finish(outputs)
}

struct Rebuilt {
    builder: GraphBuilder,
    /// The layer of each ReLU built, from 1.
    depths: Vec<usize>,
}

impl Rebuilt {
    fn depth(&self, wire: Wire) -> usize {
        match wire {
            Wire::Input(_) => 0,
            Wire::Relu(k) => self.depths[k],
        }
    }

    fn relu(&mut self, argument: Form, inner: Inner) -> Form {
        let deepest = argument.terms.iter().map(|(wire, _)| self.depth(*wire)).max().unwrap_or(0);
        let signs = || argument.terms.iter().filter(|(wire, _)| self.depth(*wire) == deepest).map(|(_, c)| c.signum());
        let sign = signs().next().unwrap_or(0);
        if inner == Inner::None || deepest == 0 || signs().any(|s| s != sign) {
            return self.plain(argument);
        }
        // relu(q) = q + relu(-q) where the deepest terms count upwards.
        let turned = sign > 0;
        let lowered = if turned { argument.scaled(&Rational::from(-1)) } else { argument.clone() };
        let is_taken = |wire: Wire, factor: &Rational| match inner {
            Inner::All => matches!(wire, Wire::Relu(_)) && factor.is_negative(),
            _ => self.depth(wire) == deepest,
        };
        let (taken, left): (Vec<_>, Vec<_>) = lowered.terms.into_iter().partition(|(wire, c)| is_taken(*wire, c));
        let rest = Form { terms: left, constant: lowered.constant };
        let mut outer = self.relu(rest, inner);
        outer.add_scaled(&Rational::one(), &Form { terms: taken, constant: Rational::zero() });
        let mut result = self.plain(outer);
        if turned {
            result.add_scaled(&Rational::one(), &argument);
        }
        result
    }

    fn plain(&mut self, argument: Form) -> Form {
        let form = self.builder.relu(argument);
        // A ReLU that is new is one layer above what it is made of.
        for k in self.depths.len()..self.builder.n_relus() {
            let terms = self.builder.argument(k).map_or(&[][..], |argument| &argument.terms);
            let depth = terms.iter().map(|(wire, _)| self.depth(*wire)).max().unwrap_or(0);
            self.depths.push(depth + 1);
        }
        form
    }
}
