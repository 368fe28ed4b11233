//! Functions of bits as gates.
//!
//! A function is taken apart where it can be: by an input that is joined to the rest by `and`, `or` or
//! `xor`, by several inputs that matter only through one bit made of them (Ashenhurst), and by an input
//! that chooses between two functions. What is left is looked for among small expressions, and written
//! as a two-level cover where none is found. Of all ways the shortest formula wins.

mod cover;
mod recognised;
mod small;
mod truth;

use std::collections::HashMap;

use pellucid_core::{Expr, Gate, Rational};

use super::cost::{shortest_of, weight};
use super::effort::Effort;
use super::problem::Problem;
use truth::{Truth, Value};

/// Functions of more bits have too many values to be taken apart one by one.
const MAX_BITS: usize = 16;
/// Functions that may come up while one is taken apart.
const MAX_FUNCTIONS: usize = 3_000;
/// Up to so many inputs every one of them may choose; of more, those that leave the least behind.
const ALL_CHOOSE: usize = 4;
/// Inputs that are looked at together as one bit.
const MAX_TOGETHER: usize = 4;

/// The shortest formula of gates found for values 0 and 1 at points of two-valued inputs; `None` for
/// other values or points, or where no formula is short.
pub(crate) fn boolean(problem: &Problem, effort: &mut Effort<'_>) -> Option<Expr> {
    let problem = problem.with_bits();
    let n = problem.n();
    if n > MAX_BITS || !problem.is_of_bits() {
        return None;
    }
    let mut values = vec![Value::Free; 1 << n];
    for (point, value) in problem.points.iter().zip(&problem.values) {
        let index: usize = point.iter().enumerate().map(|(i, bit)| (*bit as usize) << i).sum();
        values[index] = match value {
            value if value.is_zero() => Value::Zero,
            value if value.is_one() => Value::One,
            _ => return None,
        };
    }
    let mut apart = Apart { names: problem.coordinates.clone(), known: HashMap::new(), n_seen: 0, effort };
    apart.written(Truth { inputs: (0..n).collect(), values })
}

/// Takes functions apart.
struct Apart<'a, 'b> {
    /// What each input is: inputs of the problem, then bits made of others.
    names: Vec<Expr>,
    known: HashMap<Truth, Option<Expr>>,
    n_seen: usize,
    effort: &'a mut Effort<'b>,
}

impl Apart<'_, '_> {
    fn written(&mut self, truth: Truth) -> Option<Expr> {
        let truth = truth.without_irrelevant();
        if let Some(value) = truth.constant() {
            return Some(Expr::Constant(Rational::from(i64::from(value))));
        }
        if let Some(known) = self.known.get(&truth) {
            return known.clone();
        }
        self.n_seen += 1;
        if self.n_seen > MAX_FUNCTIONS || self.effort.is_stopped() {
            return None;
        }
        let found = self.search(&truth);
        self.known.insert(truth, found.clone());
        found
    }

    fn search(&mut self, truth: &Truth) -> Option<Expr> {
        let n = truth.inputs.len();
        let names: Vec<Expr> = truth.inputs.iter().map(|i| self.names[*i].clone()).collect();
        let mut found = recognised::recognised(truth, &names);
        // Each input once, each perhaps negated: there is nothing shorter.
        if found.iter().any(|expr| weight(expr) <= n + 1) {
            return shortest_of(found);
        }
        found.extend(self.by_one_input(truth));
        found.extend(self.by_one_bit(truth));
        let best = |found: &[Expr]| found.iter().map(weight).min().unwrap_or(usize::MAX);
        found.extend(small::small(truth, &names, best(&found), self.effort));
        if best(&found) > 2 * n {
            found.extend(self.by_choice(truth));
        }
        if best(&found) > 3 * n {
            found.extend(cover::covers(truth, &names));
        }
        shortest_of(found)
    }

    /// An input joined to the rest by `and`, `or` or `xor`.
    fn by_one_input(&mut self, truth: &Truth) -> Option<Expr> {
        for (at, input) in truth.inputs.iter().enumerate() {
            let (off, on) = (truth.cofactor(at, false), truth.cofactor(at, true));
            let name = self.names[*input].clone();
            let not = || gate(Gate::Not, vec![self.names[*input].clone()]);
            let (of, literal, rest) = match (off.constant(), on.constant()) {
                (Some(false), _) => (Gate::And, name, on),
                (_, Some(false)) => (Gate::And, not(), off),
                (Some(true), _) => (Gate::Or, not(), on),
                (_, Some(true)) => (Gate::Or, name, off),
                _ => match off.merged(&on.negated()) {
                    Some(rest) => (Gate::Xor, name, rest),
                    None => continue,
                },
            };
            let rest = self.written(rest)?;
            return Some(gate(of, vec![literal, rest]));
        }
        None
    }

    /// Some inputs that matter only through one bit made of them.
    fn by_one_bit(&mut self, truth: &Truth) -> Option<Expr> {
        let n = truth.inputs.len();
        if truth.has_free() {
            return None;
        }
        for size in 2..=MAX_TOGETHER.min(n.saturating_sub(1)) {
            for together in (0u32..1 << n).filter(|set| set.count_ones() as usize == size) {
                let Some((inner, outer)) = truth.split(together, self.names.len()) else { continue };
                let inner = self.written(inner)?;
                self.names.push(inner);
                return self.written(outer);
            }
        }
        None
    }

    /// An input that chooses between two functions of the others.
    fn by_choice(&mut self, truth: &Truth) -> Option<Expr> {
        let n = truth.inputs.len();
        let left = |at: usize| -> usize {
            let half = |value: bool| truth.cofactor(at, value).without_irrelevant().inputs.len();
            half(true) + half(false)
        };
        let mut order: Vec<usize> = (0..n).collect();
        order.sort_by_cached_key(|at| left(*at));
        let tried = match n {
            n if n <= ALL_CHOOSE => n,
            n if n <= 2 * ALL_CHOOSE => 2,
            _ => 1,
        };
        let mut found = Vec::new();
        for at in order.into_iter().take(tried) {
            let (Some(on), Some(off)) =
                (self.written(truth.cofactor(at, true)), self.written(truth.cofactor(at, false)))
            else {
                continue;
            };
            found.push(Expr::Gate(Gate::Mux, vec![self.names[truth.inputs[at]].clone(), on, off]));
        }
        shortest_of(found)
    }
}

/// A gate with gates of the same kind among its arguments taken in, and negations taken out; inputs
/// first.
fn gate(gate: Gate, arguments: Vec<Expr>) -> Expr {
    let place = |expr: &Expr| match expr {
        Expr::Input(i) => *i,
        Expr::Gate(Gate::Not, inner) => match inner.as_slice() {
            [Expr::Input(i)] => *i,
            _ => usize::MAX,
        },
        _ => usize::MAX,
    };
    let sorted = |mut flat: Vec<Expr>| {
        flat.sort_by_key(place);
        flat
    };
    match gate {
        Gate::Xor => {
            let (mut flat, mut negated) = (Vec::new(), false);
            for argument in arguments {
                match argument {
                    Expr::Gate(Gate::Xor, inner) => flat.extend(inner),
                    Expr::Gate(Gate::Xnor | Gate::Not, inner) => {
                        negated = !negated;
                        flat.extend(inner);
                    }
                    other => flat.push(other),
                }
            }
            Expr::Gate(if negated { Gate::Xnor } else { Gate::Xor }, sorted(flat))
        }
        Gate::And | Gate::Or if arguments.len() == 1 => arguments[0].clone(),
        Gate::And | Gate::Or => {
            let other = if gate == Gate::And { Gate::Nor } else { Gate::Nand };
            let mut flat: Vec<Expr> = Vec::new();
            for argument in arguments {
                match argument {
                    Expr::Gate(inner_gate, inner) if inner_gate == gate => flat.extend(inner),
                    // not(a) and not(b) is nor(a, b), which is taken apart here and written below.
                    Expr::Gate(inner_gate, inner) if inner_gate == other => {
                        flat.extend(inner.into_iter().map(|e| Expr::Gate(Gate::Not, vec![e])));
                    }
                    single => flat.push(single),
                }
            }
            let inner = |expr: &Expr| match expr {
                Expr::Gate(Gate::Not, inner) => inner.first().cloned(),
                _ => None,
            };
            match flat.iter().map(inner).collect::<Option<Vec<Expr>>>() {
                Some(all) => Expr::Gate(other, sorted(all)),
                None => Expr::Gate(gate, sorted(flat)),
            }
        }
        Gate::Not => match arguments.as_slice() {
            [Expr::Gate(Gate::Not, inner)] if inner.len() == 1 => inner[0].clone(),
            [Expr::Gate(Gate::Xor, inner)] => Expr::Gate(Gate::Xnor, inner.clone()),
            [Expr::Gate(Gate::Xnor, inner)] => Expr::Gate(Gate::Xor, inner.clone()),
            [Expr::Gate(Gate::And, inner)] => Expr::Gate(Gate::Nand, inner.clone()),
            [Expr::Gate(Gate::Or, inner)] => Expr::Gate(Gate::Nor, inner.clone()),
            [Expr::Gate(Gate::Nand, inner)] => Expr::Gate(Gate::And, inner.clone()),
            [Expr::Gate(Gate::Nor, inner)] => Expr::Gate(Gate::Or, inner.clone()),
            _ => Expr::Gate(Gate::Not, arguments),
        },
        other => Expr::Gate(other, arguments),
    }
}
