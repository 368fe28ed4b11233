//! ReLU graphs built where the inputs lie in intervals: ReLUs that bounds show to change nothing are left
//! out.

use std::collections::HashMap;

use crate::{Form, GraphBuilder, Interval, Merge, Rational, ReluGraph, Wire};

/// A [`GraphBuilder`] that knows how far every wire reaches.
///
/// A form reaches as far as its wires do, each taken by itself, and no further than what has been said
/// of it, or of it with another constant ([`BoxBuilder::learn`]). A ReLU whose argument is never
/// negative is its argument, and one whose argument is never positive is 0.
///
/// ```
/// use pellucid_core::{BoxBuilder, Function, Interval, Merge, Rational};
/// let graph = Function::parse("relu(x + 2) - 2").unwrap().to_relu_graph();
/// let side = Interval::new(Rational::from(-1), Rational::one());
/// let mut builder = BoxBuilder::new(vec![side], Merge::Copies);
/// let outputs = builder.graph(&graph);
/// assert!(builder.finish(outputs).relus.is_empty());
/// ```
#[derive(Debug)]
pub struct BoxBuilder {
    builder: GraphBuilder,
    inputs: Vec<Interval>,
    /// The values of each ReLU that is built.
    relus: Vec<Interval>,
    /// The values of forms with leading factor 1 and constant 0.
    known: HashMap<Form, Interval>,
    unwraps: bool,
}

impl BoxBuilder {
    /// An empty graph of inputs in these intervals, whose ReLUs will be merged in this way.
    pub fn new(inputs: Vec<Interval>, merge: Merge) -> Self {
        let builder = GraphBuilder::with_merge(inputs.len(), merge);
        BoxBuilder { builder, inputs, relus: Vec::new(), known: HashMap::new(), unwraps: false }
    }

    /// From now on `relu(c relu(a) - p)` is built as `relu(c a - p)` where `c > 0` and `p` is seen not to be
    /// negative: where a is negative both are 0.
    pub fn unwrapping(self) -> Self {
        BoxBuilder { unwraps: true, ..self }
    }

    /// The inputs as forms.
    pub fn inputs(&self) -> Vec<Form> {
        (0..self.inputs.len()).map(|i| Form::wire(Wire::Input(i))).collect()
    }

    /// The outputs of a graph of the inputs.
    pub fn graph(&mut self, graph: &ReluGraph) -> Vec<Form> {
        self.graph_of(graph, &self.inputs(), &[])
    }

    /// As [`BoxBuilder::graph`], where a ReLU is also left out when the graph as it is written shows that it
    /// changes nothing, even if the wires of what is built no longer do.
    pub fn graph_as_written(&mut self, graph: &ReluGraph) -> Vec<Form> {
        self.build(graph, &self.inputs(), &[], true)
    }

    /// The outputs of a graph whose inputs are these forms. `ranges` are the values of its ReLUs'
    /// arguments and then of its outputs, as far as they are known.
    pub fn graph_of(&mut self, graph: &ReluGraph, inputs: &[Form], ranges: &[Interval]) -> Vec<Form> {
        self.build(graph, inputs, ranges, false)
    }

    fn build(&mut self, graph: &ReluGraph, inputs: &[Form], ranges: &[Interval], as_written: bool) -> Vec<Form> {
        let mut values: Vec<Form> = Vec::with_capacity(graph.relus.len());
        let mut outputs = Vec::with_capacity(graph.outputs.len());
        let read: Vec<Interval> = inputs.iter().map(|input| self.range(input)).collect();
        // How far the graph's own ReLUs reach: turned around, as `relu(z) - z`, what is not negative no longer
        // shows in the wires.
        let mut reaches: Vec<Interval> = Vec::with_capacity(graph.relus.len());
        for (k, form) in graph.relus.iter().chain(&graph.outputs).enumerate() {
            let rebuilt = form.with_wires(inputs, &values);
            if let Some(range) = ranges.get(k) {
                self.learn(&rebuilt, range);
            }
            if k == graph.relus.len() + outputs.len() {
                outputs.push(rebuilt);
                continue;
            }
            if !as_written {
                values.push(self.relu(rebuilt));
                continue;
            }
            let reach = self.reach(form, &read, &reaches);
            let reach = reach.meet(&self.range(&rebuilt)).unwrap_or(reach);
            values.push(if reach.is_not_negative() {
                rebuilt
            } else if reach.is_not_positive() {
                Form::default()
            } else {
                self.relu(rebuilt)
            });
            reaches.push(Interval::ranked(1, &[reach, Interval::zero()]));
        }
        outputs
    }

    /// Where the values of a graph's form lie, by how far what it reads reaches.
    fn reach(&self, form: &Form, inputs: &[Interval], relus: &[Interval]) -> Interval {
        form.terms.iter().fold(Interval::point(form.constant.clone()), |sum, (wire, factor)| {
            let range = match wire {
                Wire::Input(i) => inputs.get(*i).unwrap_or_else(|| &self.inputs[*i]),
                Wire::Relu(k) => &relus[*k],
            };
            sum.plus(&range.scaled(factor))
        })
    }

    /// `relu(argument)`; the argument itself, or 0, where that is seen to be the same.
    pub fn relu(&mut self, argument: Form) -> Form {
        let range = self.range(&argument);
        if range.is_not_negative() {
            return argument;
        }
        if range.is_not_positive() {
            return Form::default();
        }
        let argument = if self.unwraps { self.unwrapped(argument) } else { argument };
        let value = self.builder.relu(argument);
        while let Some(built) = self.builder.argument(self.relus.len()) {
            let range = self.range(built);
            self.relus.push(Interval::ranked(1, &[range, Interval::zero()]));
        }
        value
    }

    /// Notes that a form's values lie in a range.
    pub fn learn(&mut self, form: &Form, range: &Interval) {
        let Some((direction, factor)) = direction(form) else { return };
        let Some(inverse) = factor.recip() else { return };
        let range = range.minus(&Interval::point(form.constant.clone())).scaled(&inverse);
        let known = self.known.entry(direction).or_insert(Interval::EVERYTHING);
        // Both hold the values, so their common part does.
        *known = known.meet(&range).unwrap_or(range);
    }

    /// Where a form's values lie.
    pub fn range(&self, form: &Form) -> Interval {
        let sum = form.terms.iter().fold(Interval::point(form.constant.clone()), |sum, (wire, factor)| {
            let range = match wire {
                Wire::Input(i) => &self.inputs[*i],
                Wire::Relu(k) => &self.relus[*k],
            };
            sum.plus(&range.scaled(factor))
        });
        if self.known.is_empty() {
            return sum;
        }
        let looked_up = direction(form).and_then(|(direction, factor)| {
            let range = self.known.get(&direction)?.scaled(&factor);
            Some(range.plus(&Interval::point(form.constant.clone())))
        });
        looked_up.and_then(|range| range.meet(&sum)).unwrap_or(sum)
    }

    /// The argument of a ReLU that is built already.
    pub fn argument(&self, relu: usize) -> Option<&Form> {
        self.builder.argument(relu)
    }

    /// The graph with these outputs; ReLUs that no output needs are left out.
    pub fn finish(self, outputs: Vec<Form>) -> ReluGraph {
        self.builder.finish(outputs)
    }

    /// The argument with ReLUs in it replaced by their own arguments, or, where those are kept turned
    /// around as `relu(-a) = relu(a) - a`, by minus them.
    fn unwrapped(&self, mut argument: Form) -> Form {
        // Each replacement leaves earlier ReLUs alone in its place, so this ends.
        while let Some(simpler) = self.unwrapped_once(&argument) {
            argument = simpler;
        }
        argument
    }

    fn unwrapped_once(&self, argument: &Form) -> Option<Form> {
        argument.terms.iter().filter(|(_, factor)| factor.is_positive()).find_map(|(wire, factor)| {
            let Wire::Relu(k) = wire else { return None };
            let inner = self.builder.argument(*k)?;
            let without = argument.plus(&-factor, &Form::wire(*wire));
            if self.range(&without).is_not_positive() {
                return Some(without.plus(factor, inner));
            }
            let turned = without.plus(factor, inner);
            self.range(&turned).is_not_positive().then_some(without)
        })
    }
}

impl ReluGraph {
    /// The same function where the inputs are in these intervals, without the ReLUs that bounds show to
    /// change nothing, those within ReLUs included; the others are merged as told. Networks of one
    /// function that were built in different ways often become one graph, whatever their size.
    ///
    /// ```
    /// use pellucid_core::{Function, Interval, Merge};
    /// let plain = |text: &str| {
    ///     Function::parse(text).unwrap().to_relu_graph().plain(vec![Interval::EVERYTHING; 2], Merge::Copies)
    /// };
    /// assert_eq!(plain("relu(relu(x1) - relu(x2))"), plain("relu(x1 - relu(x2))"));
    /// ```
    ///
    /// # Panics
    /// When there are fewer intervals than inputs.
    pub fn plain(&self, inputs: Vec<Interval>, merge: Merge) -> ReluGraph {
        let mut builder = BoxBuilder::new(inputs, merge).unwrapping();
        let outputs = builder.graph_as_written(self);
        builder.finish(outputs)
    }

    /// For a graph of one input that is affine between neighbours of these ends: the values between the
    /// first and the last of each ReLU's argument, then of each output. They are largest and smallest at
    /// ends.
    pub fn ranges_between(&self, ends: &[Rational]) -> Vec<Interval> {
        let mut ranges: Vec<Option<Interval>> = vec![None; self.relus.len() + self.outputs.len()];
        for end in ends {
            let at = std::slice::from_ref(end);
            let mut relus: Vec<Rational> = Vec::with_capacity(self.relus.len());
            for (form, range) in self.relus.iter().chain(&self.outputs).zip(&mut ranges) {
                let value = form.evaluate(at, &relus);
                let here = Interval::point(value.clone());
                *range = Some(range.as_ref().map_or(here.clone(), |range| range.hull(&here)));
                if relus.len() < self.relus.len() {
                    relus.push(value.max(Rational::zero()));
                }
            }
        }
        ranges.into_iter().map(|range| range.unwrap_or(Interval::EVERYTHING)).collect()
    }
}

/// The form with leading factor 1 and constant 0, and its factor; `None` for constants.
fn direction(form: &Form) -> Option<(Form, Rational)> {
    let (_, lead) = form.terms.first()?;
    let mut direction = form.scaled(&lead.recip()?);
    direction.constant = Rational::zero();
    Some((direction, lead.clone()))
}
