//! What the checker will see of a composition on a box: how far ReLUs and their combinations reach.
//!
//! A neuron that only carries a value is seen to be always on by bounds on what it is made of. So that the
//! bias is large enough, the bounds are worked out here as the checker does: ReLUs inside a part's network
//! reach as far as they do at the ends of its pieces, and everything else as far as intervals say.

use pellucid_core::{
    BoxBuilder, Computation, Error, Expr, Form, Function, Interval, Merge, Network, Rational, numbered_inputs,
};

use crate::fit::breakpoints::breakpoints;

/// Forms of one composition, with their bounds.
pub struct OnBox {
    /// Knows how far they reach.
    pub builder: BoxBuilder,
    /// Inputs and parts.
    forms: Vec<Form>,
    /// The values of inputs and of the parts' networks.
    reaches: Vec<Interval>,
}

/// Pieces of a part that are looked at, at most.
const MOST_PIECES: usize = 50_000;

impl OnBox {
    /// The inputs alone.
    pub fn new(sides: Vec<Interval>) -> Self {
        let builder = BoxBuilder::new(sides.clone(), Merge::Hyperplanes);
        OnBox { forms: builder.inputs(), builder, reaches: sides }
    }

    /// Adds the network of the next part.
    ///
    /// # Errors
    /// When it has too many pieces, or its argument is unbounded.
    pub fn add_part(&mut self, of: &Expr, network: &Network<Rational>) -> Result<(), Error> {
        let reach = of.range(&self.reaches);
        let Some((low, high)) = reach.ends() else { return Err(Error::input("a part's argument is unbounded")) };
        let mut ends = vec![low.clone()];
        let inner = breakpoints(network, low, high, MOST_PIECES);
        ends.extend(inner.ok_or_else(|| Error::limit(format!("a part has more than {MOST_PIECES} pieces")))?);
        ends.push(high.clone());
        let graph = network.to_relu_graph();
        let ranges = graph.ranges_between(&ends);
        let argument = self.tree(of)?;
        self.builder.learn(&argument, &reach);
        let outputs = self.builder.graph_of(&graph, &[argument], &ranges);
        self.forms.extend(outputs);
        self.reaches.extend(ranges.last().cloned());
        Ok(())
    }

    /// A tree of inputs and parts.
    fn tree(&mut self, tree: &Expr) -> Result<Form, Error> {
        let function = Function::new(numbered_inputs(self.forms.len()), vec![tree.clone()])?;
        let graph = Computation::Function(function).to_graph(Merge::Hyperplanes);
        Ok(self.builder.graph_of(&graph, &self.forms, &[]).swap_remove(0))
    }
}
