//! That a composition, with what its parts compute, is the target.
//!
//! Both are built over one set of values: each elementary function of an affine form of inputs, ReLUs and
//! earlier values is a value, and equal ones are one. Outputs that become the same form are equal.

use std::collections::HashMap;

use pellucid_core::{
    Composition, Elementary, Expr, Form, Function, GraphBuilder, Rational, Target, Wire, numbered_inputs,
};

use crate::refuse_if;

/// Factors are taken out of a power while they have fewer bits than this.
const MAX_BITS: usize = 1 << 14;

struct Values {
    builder: GraphBuilder,
    n_inputs: usize,
    /// Where the value of each function of each form stands: as a further input.
    known: HashMap<(Elementary, Form), usize>,
}

pub(super) fn is_what_parts_compute(target: &Target, composition: &Composition) -> Result<(), String> {
    let n_inputs = target.n_inputs();
    let mut values = Values { builder: GraphBuilder::new(n_inputs), n_inputs, known: HashMap::new() };
    let inputs: Vec<Form> = (0..n_inputs).map(|i| Form::wire(Wire::Input(i))).collect();
    let mut forms = inputs.clone();
    for part in &composition.parts {
        let argument = values.tree(&part.of, &forms)?;
        let computed = values.target(&part.computes, &[argument])?;
        forms.extend(computed);
    }
    let composed =
        composition.outputs.iter().map(|output| values.tree(output, &forms)).collect::<Result<Vec<_>, _>>()?;
    // All functions of the composition are known to be defined on the domain. The target has no others,
    // so it is defined there, too.
    let n_known = values.known.len();
    let wanted = values.target(target, &inputs)?;
    let other = "what the parts compute is not seen to be the target";
    refuse_if(composed != wanted, other)?;
    refuse_if(values.known.len() != n_known, "the target uses a function that no part computes")
}

impl Values {
    /// A tree whose inputs are these forms.
    fn tree(&mut self, tree: &Expr, inputs: &[Form]) -> Result<Form, String> {
        let function = Function::new(numbered_inputs(inputs.len()), vec![tree.clone()]);
        let graph = function.map_err(|error| error.to_string())?.to_relu_graph();
        Ok(self.builder.graph_of(&graph, inputs).swap_remove(0))
    }

    /// A target's outputs, its inputs being these forms.
    fn target(&mut self, target: &Target, inputs: &[Form]) -> Result<Vec<Form>, String> {
        let mut forms = inputs.to_vec();
        for (function, argument) in target.nodes() {
            let argument = self.tree(argument, &forms)?;
            forms.push(self.elementary(function, argument));
        }
        target.outputs().iter().map(|output| self.tree(output, &forms)).collect()
    }

    /// `function(argument)`, the argument in a normal form.
    fn elementary(&mut self, function: &Elementary, argument: Form) -> Form {
        let argument = if function.is_even() { self.without_abs(argument) } else { argument };
        let lead = argument.terms.first().map_or(argument.constant.clone(), |(_, factor)| factor.clone());
        let taken = match function {
            // (s z)^p = s^p z^p for whole p.
            Elementary::Power(p) => whole_power(&lead, p).map(|power| (lead, power)),
            // f(-z) = f(z)
            _ if function.is_even() && lead.is_negative() => Some((Rational::from(-1), Rational::one())),
            _ => None,
        };
        let (scale, factor) = taken.unwrap_or((Rational::one(), Rational::one()));
        let argument = argument.scaled(&scale.recip().unwrap_or_else(Rational::one));
        let next = self.n_inputs + self.known.len();
        let wire = *self.known.entry((function.clone(), argument)).or_insert(next);
        Form::wire(Wire::Input(wire)).scaled(&factor)
    }

    /// `s z` for a form that is seen to be `s |z|`, which is stored as `s (2 relu(z) - z)`; other forms as
    /// they are. Only for what has the same value for both.
    fn without_abs(&self, form: Form) -> Form {
        let Some((Wire::Relu(k), factor)) = form.terms.last() else { return form };
        let Some(argument) = self.builder.argument(*k) else { return form };
        let half = factor / Rational::from(2);
        let mut rest = form.clone();
        rest.add_scaled(&-factor, &Form::wire(Wire::Relu(*k)));
        rest.add_scaled(&half, argument);
        if rest == Form::default() { argument.scaled(&half) } else { form }
    }
}

/// `s^p` for whole `p`; `None` for others, for 0, and where it would be long.
fn whole_power(s: &Rational, p: &Rational) -> Option<Rational> {
    let n = p.to_i128().filter(|n| n.unsigned_abs() <= 1 << 10)?;
    if s.is_zero() || s.bits().saturating_mul(n.unsigned_abs() as usize) > MAX_BITS {
        return None;
    }
    let power = (0..n.abs()).fold(Rational::one(), |product, _| product * s);
    if n < 0 { power.recip() } else { Some(power) }
}
