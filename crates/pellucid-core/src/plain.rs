//! A ReLU graph without the ReLUs that bounds show to change nothing.

use crate::{Form, GraphBuilder, Interval, Merge, Rational, ReluGraph, Wire};

impl ReluGraph {
    /// The same function where the inputs are in these intervals, with fewer ReLUs. Bounds on the wires,
    /// each taken by itself, show of some ReLUs
    /// * that they are on, or off, throughout: they are their argument, or 0;
    /// * that `relu(c relu(a) - p)` is `relu(c a - p)`, for `c > 0` and `p >= 0`: where a is negative both
    ///   are 0.
    ///
    /// The others are merged as told. Networks of one function that were built in different ways often
    /// become one graph, whatever their size.
    ///
    /// ```
    /// use pellucid_core::{Function, Interval, Merge, Rational};
    /// let plain = |text: &str| {
    ///     Function::parse(text).unwrap().to_relu_graph().plain(&vec![Interval::EVERYTHING; 2], Merge::Copies)
    /// };
    /// assert_eq!(plain("relu(relu(x1) - relu(x2))"), plain("relu(x1 - relu(x2))"));
    /// ```
    ///
    /// # Panics
    /// When there are fewer intervals than inputs.
    pub fn plain(&self, inputs: &[Interval], merge: Merge) -> ReluGraph {
        let mut building = Building {
            builder: GraphBuilder::with_merge(self.n_inputs, merge),
            inputs,
            relus: Vec::with_capacity(self.relus.len()),
        };
        let mut values: Vec<Form> = Vec::with_capacity(self.relus.len());
        for form in &self.relus {
            let value = building.relu(form.with_relus(&values));
            values.push(value);
        }
        let outputs = self.outputs.iter().map(|form| form.with_relus(&values)).collect();
        building.builder.finish(outputs)
    }
}

struct Building<'a> {
    builder: GraphBuilder,
    inputs: &'a [Interval],
    /// The range of each ReLU built.
    relus: Vec<Interval>,
}

impl Building<'_> {
    fn range(&self, form: &Form) -> Interval {
        form.terms.iter().fold(Interval::point(form.constant.clone()), |sum, (wire, factor)| {
            let range = match wire {
                Wire::Input(i) => &self.inputs[*i],
                Wire::Relu(k) => &self.relus[*k],
            };
            sum.plus(&range.scaled(factor))
        })
    }

    fn relu(&mut self, argument: Form) -> Form {
        let range = self.range(&argument);
        if range.is_not_negative() {
            return argument;
        }
        if range.is_not_positive() {
            return Form::default();
        }
        let value = self.builder.relu(self.without_inner(argument));
        while let Some(added) = self.builder.argument(self.relus.len()) {
            let range = self.range(added);
            let above = |end: Option<&Rational>| end.map(|end| end.clone().max(Rational::zero()));
            let low = above(range.low()).unwrap_or_else(Rational::zero);
            self.relus.push(Interval::between(Some(low), above(range.high())));
        }
        value
    }

    /// The argument with ReLUs in it replaced by their own arguments, or, where those are kept turned
    /// around as `relu(-a) = relu(a) - a`, by minus them.
    fn without_inner(&self, mut argument: Form) -> Form {
        'again: loop {
            for (wire, factor) in argument.terms.iter().filter(|(_, factor)| factor.is_positive()) {
                let Wire::Relu(k) = wire else { continue };
                let Some(inner) = self.builder.argument(*k) else { continue };
                let mut rest = argument.clone();
                rest.add_scaled(&-factor, &Form::wire(*wire));
                for (sign, rest) in [(1, rest.clone()), (-1, plus(rest, factor, inner))] {
                    if self.range(&rest).is_not_positive() {
                        argument = plus(rest, &(factor * &Rational::from(sign)), inner);
                        continue 'again;
                    }
                }
            }
            return argument;
        }
    }
}

fn plus(mut form: Form, factor: &Rational, other: &Form) -> Form {
    form.add_scaled(factor, other);
    form
}
