//! Bounds on every ReLU of a graph by interval arithmetic, and the graph without those that never bend.

use crate::{Form, GraphBuilder, Merge, Rational, ReluGraph, Wire};

/// Lower and upper bounds of values, low <= high.
pub type Bounds = (Rational, Rational);

/// Bounds of the wires of a graph on a box.
#[derive(Clone, Debug)]
pub struct Ranges<'a> {
    inputs: &'a [Bounds],
    relus: Vec<Bounds>,
}

impl<'a> Ranges<'a> {
    /// The bounds of inputs; those of ReLUs follow in order.
    pub fn of_inputs(inputs: &'a [Bounds]) -> Self {
        Ranges { inputs, relus: Vec::new() }
    }

    /// The bounds of all wires of a graph, for inputs within these.
    ///
    /// # Panics
    /// When there are fewer bounds than inputs.
    pub fn of_graph(graph: &ReluGraph, inputs: &'a [Bounds]) -> Self {
        let mut ranges = Ranges::of_inputs(inputs);
        for form in &graph.relus {
            ranges.push(form);
        }
        ranges
    }

    /// Adds the next ReLU, that of this argument.
    pub fn push(&mut self, argument: &Form) {
        let positive = |value: Rational| if value.is_positive() { value } else { Rational::zero() };
        let (low, high) = self.of(argument);
        self.relus.push((positive(low), positive(high)));
    }

    /// The bounds of a form of wires whose bounds are known, each taken by itself.
    pub fn of(&self, form: &Form) -> Bounds {
        let (mut low, mut high) = (form.constant.clone(), form.constant.clone());
        for (wire, factor) in &form.terms {
            let (a, b) = match wire {
                Wire::Input(i) => &self.inputs[*i],
                Wire::Relu(k) => &self.relus[*k],
            };
            let (at_low, at_high) = if factor.is_negative() { (b, a) } else { (a, b) };
            low += &(factor * at_low);
            high += &(factor * at_high);
        }
        (low, high)
    }
}

impl ReluGraph {
    /// The same function on a box, without the ReLUs that interval arithmetic shows to be on, or off, on
    /// all of it; the others are merged as told.
    ///
    /// ```
    /// use pellucid_core::{Function, Merge, Rational};
    /// let graph = Function::parse("relu(x + 2) - 2").unwrap().to_relu_graph();
    /// let unit = [(Rational::from(-1), Rational::one())];
    /// assert!(graph.settled(&unit, Merge::Copies).relus.is_empty());
    /// ```
    ///
    /// # Panics
    /// When there are fewer bounds than inputs.
    pub fn settled(&self, inputs: &[Bounds], merge: Merge) -> ReluGraph {
        let mut builder = GraphBuilder::with_merge(self.n_inputs, merge);
        let mut ranges = Ranges::of_inputs(inputs);
        let mut values: Vec<Form> = Vec::with_capacity(self.relus.len());
        for form in &self.relus {
            let argument = form.with_relus(&values);
            let (low, high) = ranges.of(&argument);
            values.push(if !low.is_negative() {
                argument
            } else if !high.is_positive() {
                Form::default()
            } else {
                let value = builder.relu(argument);
                while let Some(added) = builder.argument(ranges.relus.len()) {
                    ranges.push(added);
                }
                value
            });
        }
        let outputs = self.outputs.iter().map(|form| form.with_relus(&values)).collect();
        builder.finish(outputs)
    }
}
