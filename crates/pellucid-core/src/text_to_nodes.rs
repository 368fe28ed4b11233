//! What is not piecewise linear in a text, rewritten as elementary functions of one number.

use std::collections::HashMap;

use crate::{Elementary, Expr, Interval, Rational};

/// More nodes than this are refused.
const MAX_NODES: usize = 10_000;

/// What helps where a piecewise-linear function is asked for and this is none.
pub(crate) const WITHIN: &str = "with --within it is approximated, and the error proved";
/// The same after another help.
pub(crate) const AND_WITHIN: &str = "; with --within it is approximated, and the error proved";

/// Elementary functions in order; equal ones are one. Trees count nodes on after the inputs.
pub(crate) struct Nodes {
    n_inputs: usize,
    list: Vec<(Elementary, Expr)>,
    known: HashMap<(Elementary, Expr), usize>,
}

impl Nodes {
    pub fn after(n_inputs: usize) -> Self {
        Nodes { n_inputs, list: Vec::new(), known: HashMap::new() }
    }

    pub fn into_list(self) -> Vec<(Elementary, Expr)> {
        self.list
    }

    /// `function(argument)`.
    pub fn node(&mut self, function: Elementary, argument: Expr) -> Result<Expr, String> {
        let argument = match argument {
            // The sign is lost on it.
            Expr::Abs(inner) if function.is_even() => *inner,
            other => other,
        };
        // Affine arguments in one form, so that x + y and y + x are one, and for even functions -x and x.
        let argument = match argument.as_affine(self.n_inputs + self.list.len()) {
            Some(map) => {
                let lead = map.coefficients.iter().find(|c| !c.is_zero());
                let turned = function.is_even() && lead.is_some_and(Rational::is_negative);
                let map = if turned { map.scaled(&Rational::from(-1)) } else { map };
                Expr::affine(&map.coefficients, &map.constant)
            }
            None => argument,
        };
        // Whole powers of constants are constants.
        if let (Elementary::Power(p), Some(value)) = (&function, argument.as_constant())
            && let Some(value) = whole_power(&value, p)
        {
            return Ok(Expr::Constant(value));
        }
        let next = self.list.len();
        if next >= MAX_NODES {
            return Err(format!("more than {MAX_NODES} functions that are not piecewise linear"));
        }
        let node = (function, argument);
        let index = *self.known.entry(node.clone()).or_insert(next);
        if index == next {
            self.list.push(node);
        }
        Ok(Expr::Input(self.n_inputs + index))
    }

    /// `base^exponent`.
    pub fn power(&mut self, base: Expr, exponent: Rational) -> Result<Expr, String> {
        if exponent.is_zero() {
            return Ok(Expr::Constant(Rational::one()));
        }
        if exponent.is_one() {
            return Ok(base);
        }
        let function = Elementary::power(exponent)?;
        self.node(function, base)
    }

    /// `left * right`: a power where both are powers of one thing, else the difference of two squares.
    pub fn product(&mut self, left: Expr, right: Expr) -> Result<Expr, String> {
        let (factor, left) = without_factor(left);
        let (more, right) = without_factor(right);
        let factor = factor * more;
        let ((base, p), (other, q)) = (self.as_power(&left), self.as_power(&right));
        if base == other {
            return Ok(Expr::scale(factor, self.power(base, p + q)?));
        }
        let half = |sum: Expr| Expr::scale(Rational::ratio(1, 2), sum);
        let sum = self.node(Elementary::square(), half(Expr::sum([left.clone(), right.clone()])))?;
        let difference = self.node(Elementary::square(), half(Expr::subtract(left, right)))?;
        Ok(Expr::scale(factor, Expr::subtract(sum, difference)))
    }

    /// `left / right`.
    pub fn quotient(&mut self, left: Expr, right: Expr) -> Result<Expr, String> {
        let inverse = self.node(Elementary::reciprocal(), right)?;
        match left.as_constant() {
            Some(factor) => Ok(Expr::scale(factor, inverse)),
            None => self.product(left, inverse),
        }
    }

    /// The root of the sum of squares.
    pub fn norm(&mut self, of: Vec<Expr>) -> Result<Expr, String> {
        if let [one] = &of[..] {
            return Ok(Expr::Abs(Box::new(one.clone())));
        }
        let squares: Result<Vec<Expr>, String> =
            of.into_iter().map(|one| self.node(Elementary::square(), one)).collect();
        // Squares are not below 0, but what stands for them in a network may be.
        self.node(Elementary::sqrt(), Expr::Relu(Box::new(Expr::sum(squares?))))
    }

    /// `base^p` with a whole `p` above 0.
    fn as_power(&self, expr: &Expr) -> (Expr, Rational) {
        if let Expr::Input(index) = expr
            && let Some((Elementary::Power(p), base)) = index.checked_sub(self.n_inputs).and_then(|k| self.list.get(k))
            && p.is_integer()
            && p.is_positive()
        {
            return (base.clone(), p.clone());
        }
        (expr.clone(), Rational::one())
    }

    /// Nodes that no output needs are left out, unless they are not defined everywhere: `0*log(x)` is 0
    /// where `log(x)` is defined, and nothing elsewhere.
    pub fn without_unused(
        n_inputs: usize,
        list: Vec<(Elementary, Expr)>,
        outputs: Vec<Expr>,
    ) -> (Vec<(Elementary, Expr)>, Vec<Expr>) {
        let mut needed: Vec<bool> = list.iter().map(is_partial).collect();
        mark_needed(n_inputs, &list, &outputs, &mut needed);
        let mut renumbered: Vec<Expr> = (0..n_inputs).map(Expr::Input).collect();
        let mut kept = Vec::new();
        for (k, (function, argument)) in list.into_iter().enumerate() {
            renumbered.push(Expr::Input(n_inputs + kept.len()));
            if needed[k] {
                kept.push((function, argument.substitute(&renumbered)));
            }
        }
        let outputs = outputs.iter().map(|output| output.substitute(&renumbered)).collect();
        (kept, outputs)
    }
}

/// Is the node not defined everywhere, whatever its argument does?
fn is_partial((function, _): &(Elementary, Expr)) -> bool {
    !function.is_defined_on(&Interval::EVERYTHING)
}

/// The nodes that are not defined everywhere and that no output needs: a text written from the outputs
/// alone would not have them.
pub(crate) fn conditions(n_inputs: usize, list: &[(Elementary, Expr)], outputs: &[Expr]) -> Vec<usize> {
    let mut needed = vec![false; list.len()];
    mark_needed(n_inputs, list, outputs, &mut needed);
    (0..list.len()).filter(|k| !needed[*k] && is_partial(&list[*k])).collect()
}

/// Marks the nodes that the outputs, and nodes that are marked, need.
fn mark_needed(n_inputs: usize, list: &[(Elementary, Expr)], outputs: &[Expr], needed: &mut [bool]) {
    outputs.iter().for_each(|output| mark(n_inputs, output, needed));
    for (k, (_, argument)) in list.iter().enumerate().rev() {
        if needed[k] {
            mark(n_inputs, argument, needed);
        }
    }
}

fn mark(n_inputs: usize, expr: &Expr, needed: &mut [bool]) {
    if let Expr::Input(index) = expr
        && let Some(needed) = index.checked_sub(n_inputs).and_then(|k| needed.get_mut(k))
    {
        *needed = true;
    }
    expr.children().iter().for_each(|child| mark(n_inputs, child, needed));
}

fn without_factor(expr: Expr) -> (Rational, Expr) {
    match expr {
        Expr::Scale(factor, inner) => (factor, *inner),
        other => (Rational::one(), other),
    }
}

/// `value^p` for small whole `p`; `None` where it is not rational, not defined, or long.
fn whole_power(value: &Rational, p: &Rational) -> Option<Rational> {
    let n = p.to_i128().filter(|n| n.unsigned_abs() as usize * value.bits() < 1 << 12)?;
    let power = (0..n.abs()).fold(Rational::one(), |product, _| product * value);
    if n < 0 { power.recip() } else { Some(power) }
}
