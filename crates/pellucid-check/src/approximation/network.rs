//! That a composition, with its parts' networks, is the network.
//!
//! Both are built into one graph of ReLUs over the box. A ReLU whose argument is never negative there is
//! its argument, and one whose argument is never positive is 0; so neurons that only pass a value on
//! disappear on either side. Outputs that become the same form are equal on the box.
//!
//! How far an argument reaches is bounded by the ranges of what it is made of. Those inside a part's
//! network are known exactly, from the ends of its pieces, and are looked up by the form without its
//! constant, whoever asks.

use std::collections::HashMap;

use pellucid_core::{
    Composition, Form, Function, GraphBuilder, Interval, Network, Rational, ReluGraph, Wire, numbered_inputs,
};

use super::errors::KnownPart;
use crate::refuse_if;

struct OnBox<'a> {
    builder: GraphBuilder,
    sides: &'a [Interval],
    /// The values of each ReLU that is built.
    relus: Vec<Interval>,
    /// The values of forms with leading factor 1 and constant 0.
    known: HashMap<Form, Interval>,
}

pub(super) fn is_the_parts_networks(
    network: &Network<Rational>,
    composition: &Composition,
    sides: &[Interval],
    parts: &[KnownPart],
) -> Result<(), String> {
    let n_inputs = sides.len();
    let builder = GraphBuilder::new(n_inputs);
    let mut on_box = OnBox { builder, sides, relus: Vec::new(), known: HashMap::new() };
    let inputs: Vec<Form> = (0..n_inputs).map(|i| Form::wire(Wire::Input(i))).collect();
    let mut forms = inputs.clone();
    for (part, known) in composition.parts.iter().zip(parts) {
        let argument = on_box.tree(&part.of, &forms)?;
        on_box.learn(&argument, &known.argument);
        forms.extend(on_box.graph(&known.graph, &[argument], &ranges_of(known)));
    }
    let composed =
        composition.outputs.iter().map(|output| on_box.tree(output, &forms)).collect::<Result<Vec<_>, _>>()?;
    let claimed = on_box.graph(&network.to_relu_graph(), &inputs, &[]);
    refuse_if(composed != claimed, "the parts' networks are not seen to make up the network")
}

/// The values of each ReLU's argument, then those of the outputs, of a part's network: between the ends of
/// its pieces all are affine, so they are largest and smallest at ends.
fn ranges_of(part: &KnownPart) -> Vec<Interval> {
    let graph = &part.graph;
    let mut ranges: Vec<Option<Interval>> = vec![None; graph.relus.len() + graph.outputs.len()];
    for end in &part.ends {
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

impl OnBox<'_> {
    fn tree(&mut self, tree: &pellucid_core::Expr, inputs: &[Form]) -> Result<Form, String> {
        let function = Function::new(numbered_inputs(inputs.len()), vec![tree.clone()]);
        let graph = function.map_err(|error| error.to_string())?.to_relu_graph();
        Ok(self.graph(&graph, inputs, &[]).swap_remove(0))
    }

    /// The outputs of a graph whose inputs are these forms. `ranges` are the values of its ReLUs'
    /// arguments and of its outputs, where they are known.
    fn graph(&mut self, graph: &ReluGraph, inputs: &[Form], ranges: &[Interval]) -> Vec<Form> {
        let mut relus: Vec<Form> = Vec::with_capacity(graph.relus.len());
        let mut outputs = Vec::with_capacity(graph.outputs.len());
        for (k, form) in graph.relus.iter().chain(&graph.outputs).enumerate() {
            let mut rebuilt = Form::constant(form.constant.clone());
            for (wire, factor) in &form.terms {
                match wire {
                    Wire::Input(i) => rebuilt.add_scaled(factor, &inputs[*i]),
                    Wire::Relu(k) => rebuilt.add_scaled(factor, &relus[*k]),
                }
            }
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

    fn relu(&mut self, argument: Form) -> Form {
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
        // Both hold the values, so their common part does.
        *known = known.meet(&range).unwrap_or(range);
    }

    /// Where a form's values lie.
    fn range(&self, form: &Form) -> Interval {
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
