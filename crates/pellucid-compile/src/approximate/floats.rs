//! A target that is evaluated often, in floats: its numbers are rounded once.

use pellucid_core::{Elementary, Expr, Rational, Target};

/// A target in floats.
pub struct FloatTarget {
    n_inputs: usize,
    nodes: Vec<(FloatFunction, FloatExpr)>,
    outputs: Vec<FloatExpr>,
}

/// An elementary function; powers with their exponent rounded.
enum FloatFunction {
    WholePower(i32),
    Root,
    Other(Elementary),
}

/// A tree in floats.
pub enum FloatExpr {
    Affine(Vec<(usize, f64)>, f64),
    Sum(Vec<FloatExpr>),
    Scale(f64, Box<FloatExpr>),
    Relu(Box<FloatExpr>),
    Abs(Box<FloatExpr>),
    Min(Vec<FloatExpr>),
    Max(Vec<FloatExpr>),
    /// Any other tree.
    Exact(Expr),
}

impl FloatTarget {
    /// Rounds the numbers of a target.
    pub fn of(target: &Target) -> Self {
        let node = |(function, argument): &(Elementary, Expr)| {
            let function = match function {
                Elementary::Power(p) if p.is_integer() => FloatFunction::WholePower(p.to_f64() as i32),
                Elementary::Power(p) if *p == Rational::ratio(1, 2) => FloatFunction::Root,
                other => FloatFunction::Other(other.clone()),
            };
            (function, FloatExpr::of(argument))
        };
        FloatTarget {
            n_inputs: target.n_inputs(),
            nodes: target.nodes().iter().map(node).collect(),
            outputs: target.outputs().iter().map(FloatExpr::of).collect(),
        }
    }

    /// One output at an input.
    pub fn output(&self, output: usize, input: &[f64]) -> f64 {
        let mut values = Vec::with_capacity(self.n_inputs + self.nodes.len());
        values.extend_from_slice(input);
        for (function, argument) in &self.nodes {
            let x = argument.at(&values);
            values.push(match function {
                FloatFunction::WholePower(p) => x.powi(*p),
                FloatFunction::Root => x.sqrt(),
                FloatFunction::Other(function) => function.at_f64(x),
            });
        }
        self.outputs[output].at(&values)
    }
}

impl FloatExpr {
    /// Rounds the numbers of a tree.
    pub fn of(tree: &Expr) -> Self {
        if let Some(map) = tree.as_affine(tree.n_inputs()) {
            let terms = map.coefficients.iter().enumerate().filter(|(_, c)| !c.is_zero());
            return FloatExpr::Affine(terms.map(|(i, c)| (i, c.to_f64())).collect(), map.constant.to_f64());
        }
        let all = |terms: &[Expr]| terms.iter().map(FloatExpr::of).collect();
        match tree {
            Expr::Sum(terms) => FloatExpr::Sum(all(terms)),
            Expr::Scale(factor, term) => FloatExpr::Scale(factor.to_f64(), Box::new(FloatExpr::of(term))),
            Expr::Relu(term) => FloatExpr::Relu(Box::new(FloatExpr::of(term))),
            Expr::Abs(term) => FloatExpr::Abs(Box::new(FloatExpr::of(term))),
            Expr::Min(terms) => FloatExpr::Min(all(terms)),
            Expr::Max(terms) => FloatExpr::Max(all(terms)),
            other => FloatExpr::Exact(other.clone()),
        }
    }

    /// The value.
    pub fn at(&self, values: &[f64]) -> f64 {
        match self {
            FloatExpr::Affine(terms, constant) => terms.iter().fold(*constant, |sum, (i, c)| sum + c * values[*i]),
            FloatExpr::Sum(terms) => terms.iter().map(|term| term.at(values)).sum(),
            FloatExpr::Scale(factor, term) => factor * term.at(values),
            FloatExpr::Relu(term) => term.at(values).max(0.0),
            FloatExpr::Abs(term) => term.at(values).abs(),
            FloatExpr::Min(terms) => terms.iter().map(|term| term.at(values)).fold(f64::INFINITY, f64::min),
            FloatExpr::Max(terms) => terms.iter().map(|term| term.at(values)).fold(f64::NEG_INFINITY, f64::max),
            FloatExpr::Exact(tree) => tree.evaluate(values),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounded_once_or_often_it_is_the_same() {
        let text = "max(x1*x2, |x1 - 1/3|^(3/2)) + sin(2*x1) - clamp(exp(x2), 1/2, 2) + sqrt(x1^2 + 1) + 1/(3 + x2)";
        let target = Target::parse(text).unwrap();
        let float = FloatTarget::of(&target);
        for i in -10..=10 {
            for j in -10..=10 {
                let point = [f64::from(i) / 7.0, f64::from(j) / 5.0];
                let (fast, plain) = (float.output(0, &point), target.evaluate_f64(&point)[0]);
                assert!((fast - plain).abs() <= 1e-14 * (1.0 + plain.abs()), "{point:?}: {fast} {plain}");
            }
        }
    }
}
