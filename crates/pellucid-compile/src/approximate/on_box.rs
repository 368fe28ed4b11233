//! What the checker will see of a composition on a box: how far ReLUs and their combinations reach.
//!
//! A neuron that only carries a value is seen to be always on by bounds on what it is made of. So that the
//! bias is large enough, the bounds are worked out here as the checker does: ReLUs inside a part's network
//! reach as far as they do at the ends of its pieces, and everything else as far as intervals say.

use std::collections::HashMap;

use pellucid_core::{
    Computation, Error, Expr, Form, Function, GraphBuilder, Interval, Merge, Network, Rational, ReluGraph, Wire,
    numbered_inputs,
};

use crate::fit::breakpoints::breakpoints;

/// Forms of one composition, with their bounds.
pub struct OnBox {
    builder: GraphBuilder,
    sides: Vec<Interval>,
    /// The values of each ReLU that is built.
    relus: Vec<Interval>,
    /// The values of forms with leading factor 1 and constant 0.
    known: HashMap<Form, Interval>,
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
        let forms = (0..sides.len()).map(|i| Form::wire(Wire::Input(i))).collect();
        let (builder, reaches) = (GraphBuilder::new(sides.len()), sides.clone());
        OnBox { builder, sides, relus: Vec::new(), known: HashMap::new(), forms, reaches }
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
        let ranges = ranges_at(&graph, &ends);
        let argument = self.tree(of)?;
        self.learn(&argument, &reach);
        let outputs = self.graph(&graph, &[argument], &ranges);
        self.forms.extend(outputs);
        self.reaches.extend(ranges.last().cloned());
        Ok(())
    }

    /// A tree of inputs and parts.
    fn tree(&mut self, tree: &Expr) -> Result<Form, Error> {
        let function = Function::new(numbered_inputs(self.forms.len()), vec![tree.clone()])?;
        let graph = Computation::Function(function).to_graph(Merge::Hyperplanes);
        let forms = self.forms.clone();
        Ok(self.graph(&graph, &forms, &[]).swap_remove(0))
    }

    /// The outputs of a graph of these forms; `ranges` bound its ReLUs' arguments and its outputs.
    fn graph(&mut self, graph: &ReluGraph, inputs: &[Form], ranges: &[Interval]) -> Vec<Form> {
        let mut relus: Vec<Form> = Vec::with_capacity(graph.relus.len());
        let mut outputs = Vec::with_capacity(graph.outputs.len());
        for (k, form) in graph.relus.iter().chain(&graph.outputs).enumerate() {
            let rebuilt = rebuilt(form, inputs, &relus);
            if let Some(range) = ranges.get(k) {
                self.learn(&rebuilt, range);
            }
            if k < graph.relus.len() {
                relus.push(self.relu(rebuilt));
            } else {
                outputs.push(rebuilt);
            }
        }
        outputs
    }

    /// The ReLU of a form; the form itself, or 0, where that is seen to be the same.
    pub fn relu(&mut self, argument: Form) -> Form {
        let range = self.range(&argument);
        if range.is_not_negative() {
            return argument;
        }
        if range.is_not_positive() {
            return Form::default();
        }
        let result = self.builder.relu(argument);
        while let Some(built) = self.builder.argument(self.relus.len()) {
            let range = self.range(built);
            self.relus.push(Interval::ranked(1, &[range, Interval::zero()]));
        }
        result
    }

    /// The form with leading factor 1 and constant 0, and its factor; `None` for constants.
    fn direction(form: &Form) -> Option<(Form, Rational)> {
        let (_, lead) = form.terms.first()?;
        let mut direction = form.scaled(&lead.recip()?);
        direction.constant = Rational::zero();
        Some((direction, lead.clone()))
    }

    /// Notes that a form's values lie in a range.
    fn learn(&mut self, form: &Form, range: &Interval) {
        let Some((direction, factor)) = OnBox::direction(form) else { return };
        let Some(inverse) = factor.recip() else { return };
        let range = range.minus(&Interval::point(form.constant.clone())).scaled(&inverse);
        let known = self.known.entry(direction).or_insert(Interval::EVERYTHING);
        *known = known.meet(&range).unwrap_or(range);
    }

    /// Where a form's values lie.
    pub fn range(&self, form: &Form) -> Interval {
        let sum = form.terms.iter().fold(Interval::point(form.constant.clone()), |sum, (wire, factor)| {
            let range = match wire {
                Wire::Input(i) => &self.sides[*i],
                Wire::Relu(k) => &self.relus[*k],
            };
            sum.plus(&range.scaled(factor))
        });
        let looked_up = OnBox::direction(form).and_then(|(direction, factor)| {
            let range = self.known.get(&direction)?.scaled(&factor);
            Some(range.plus(&Interval::point(form.constant.clone())))
        });
        looked_up.and_then(|range| range.meet(&sum)).unwrap_or(sum)
    }
}

/// A form whose wires stand for these forms.
pub fn rebuilt(form: &Form, inputs: &[Form], relus: &[Form]) -> Form {
    let mut result = Form::constant(form.constant.clone());
    for (wire, factor) in &form.terms {
        match wire {
            Wire::Input(i) => result.add_scaled(factor, &inputs[*i]),
            Wire::Relu(k) => result.add_scaled(factor, &relus[*k]),
        }
    }
    result
}

/// The values of each ReLU's argument, then those of the outputs, of a network of one input that is
/// affine between these ends.
fn ranges_at(graph: &ReluGraph, ends: &[Rational]) -> Vec<Interval> {
    let n = graph.relus.len() + graph.outputs.len();
    let mut ranges: Vec<Option<Interval>> = vec![None; n];
    for end in ends {
        let at = std::slice::from_ref(end);
        let mut relus: Vec<Rational> = Vec::with_capacity(graph.relus.len());
        for (k, form) in graph.relus.iter().chain(&graph.outputs).enumerate() {
            let value = form.evaluate(at, &relus);
            let here = Interval::point(value.clone());
            ranges[k] = Some(ranges[k].as_ref().map_or(here.clone(), |range| range.hull(&here)));
            if k < graph.relus.len() {
                relus.push(value.max(Rational::zero()));
            }
        }
    }
    ranges.into_iter().map(|range| range.unwrap_or(Interval::EVERYTHING)).collect()
}
