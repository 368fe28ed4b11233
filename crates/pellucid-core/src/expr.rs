//! Functions as trees.

use crate::{Affine, Gate, Number, Rational};

/// A continuous piecewise-linear function of the inputs, as a tree.
///
/// Built with the constructors below, which keep sums flat and constants folded; two trees that
/// print the same are equal.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Expr {
    /// A constant.
    Constant(Rational),
    /// The input with this index, from 0.
    Input(usize),
    /// The sum of two or more terms.
    Sum(Vec<Expr>),
    /// A constant times a term.
    Scale(Rational, Box<Expr>),
    /// `max(e, 0)`.
    Relu(Box<Expr>),
    /// The absolute value.
    Abs(Box<Expr>),
    /// The smallest of one or more.
    Min(Vec<Expr>),
    /// The largest of one or more.
    Max(Vec<Expr>),
    /// `min(max(value, low), high)`: value, low, high.
    Clamp(Box<[Expr; 3]>),
    /// The `rank`-th smallest (from 0) of one or more: `sort(..)[rank + 1]`.
    Ranked {
        /// From 0 for the smallest.
        rank: usize,
        /// What is sorted.
        of: Vec<Expr>,
    },
    /// The piecewise-linear function through the points (at least two, x strictly increasing);
    /// its first and last piece go on outside.
    Pwl(Box<Expr>, Vec<(Rational, Rational)>),
    /// A gate on bits or whole numbers, continued between them as [`Gate`] says.
    Gate(Gate, Vec<Expr>),
}

impl Expr {
    /// A sum; flattens sums and folds constants.
    pub fn sum(terms: impl IntoIterator<Item = Expr>) -> Expr {
        let mut constant = Rational::zero();
        let mut rest = Vec::new();
        let mut pending: Vec<Expr> = terms.into_iter().collect();
        pending.reverse();
        while let Some(term) = pending.pop() {
            match term {
                Expr::Constant(value) => constant += &value,
                Expr::Sum(inner) => pending.extend(inner.into_iter().rev()),
                other => rest.push(other),
            }
        }
        if !constant.is_zero() || rest.is_empty() {
            rest.push(Expr::Constant(constant));
        }
        if rest.len() == 1 { rest.swap_remove(0) } else { Expr::Sum(rest) }
    }

    /// A constant times a term; folds constants and nested factors.
    pub fn scale(factor: Rational, term: Expr) -> Expr {
        if factor.is_one() {
            return term;
        }
        if factor.is_zero() {
            return Expr::Constant(Rational::zero());
        }
        match term {
            Expr::Constant(value) => Expr::Constant(factor * value),
            Expr::Scale(inner, term) => Expr::scale(factor * inner, *term),
            Expr::Sum(terms) => Expr::sum(terms.into_iter().map(|term| Expr::scale(factor.clone(), term))),
            other => Expr::Scale(factor, Box::new(other)),
        }
    }

    /// `-term`.
    pub fn negate(term: Expr) -> Expr {
        Expr::scale(Rational::from(-1), term)
    }

    /// `left - right`.
    pub fn subtract(left: Expr, right: Expr) -> Expr {
        Expr::sum([left, Expr::negate(right)])
    }

    /// `sum_i coefficients[i] * x_i + constant`, without the terms that are 0.
    pub fn affine(coefficients: &[Rational], constant: &Rational) -> Expr {
        let terms = coefficients
            .iter()
            .enumerate()
            .filter(|(_, c)| !c.is_zero())
            .map(|(i, c)| Expr::scale(c.clone(), Expr::Input(i)));
        Expr::sum(terms.chain((!constant.is_zero()).then(|| Expr::Constant(constant.clone()))))
    }

    /// The value at an input.
    ///
    /// # Panics
    /// When the input is shorter than the function's inputs.
    pub fn evaluate<N: Number>(&self, input: &[N]) -> N {
        let smallest = |values: &[Expr], want: std::cmp::Ordering| {
            let mut values = values.iter().map(|e| e.evaluate(input));
            let first = values.next().unwrap_or_else(N::zero);
            values.fold(first, |best, v| if v.partial_cmp(&best) == Some(want) { v } else { best })
        };
        match self {
            Expr::Constant(value) => N::from_rational(value),
            Expr::Input(index) => input[*index].clone(),
            Expr::Sum(terms) => {
                let mut terms = terms.iter().map(|term| term.evaluate(input));
                let first = terms.next().unwrap_or_else(N::zero);
                terms.fold(first, |sum, term| sum.add(&term))
            }
            Expr::Scale(factor, term) => N::from_rational(factor).mul(&term.evaluate(input)),
            Expr::Relu(term) => term.evaluate(input).relu(),
            Expr::Abs(term) => {
                let value = term.evaluate(input);
                if value < N::zero() { N::from_rational(&Rational::from(-1)).mul(&value) } else { value }
            }
            Expr::Min(terms) => smallest(terms, std::cmp::Ordering::Less),
            Expr::Max(terms) => smallest(terms, std::cmp::Ordering::Greater),
            Expr::Clamp(parts) => {
                let [value, low, high] = parts.each_ref().map(|e| e.evaluate(input));
                let raised = if value < low { low } else { value };
                if raised > high { high } else { raised }
            }
            Expr::Ranked { rank, of } => {
                let mut values: Vec<N> = of.iter().map(|e| e.evaluate(input)).collect();
                values.sort_by(|a, b| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
                values[*rank].clone()
            }
            Expr::Pwl(term, points) => {
                let x = term.evaluate(input);
                let piece = points[1..points.len() - 1].partition_point(|(at, _)| N::from_rational(at) < x);
                let ((x0, y0), (x1, y1)) = (&points[piece], &points[piece + 1]);
                let slope = (y1 - y0) / (x1 - x0);
                let offset = y0 - &slope * x0;
                N::from_rational(&slope).mul(&x).add(&N::from_rational(&offset))
            }
            Expr::Gate(gate, terms) => {
                let values: Vec<N> = terms.iter().map(|e| e.evaluate(input)).collect();
                gate.body(terms.len()).evaluate(&values)
            }
        }
    }

    /// The direct sub-expressions.
    pub fn children(&self) -> &[Expr] {
        match self {
            Expr::Constant(_) | Expr::Input(_) => &[],
            Expr::Sum(terms)
            | Expr::Min(terms)
            | Expr::Max(terms)
            | Expr::Ranked { of: terms, .. }
            | Expr::Gate(_, terms) => terms,
            Expr::Scale(_, term) | Expr::Relu(term) | Expr::Abs(term) | Expr::Pwl(term, _) => {
                std::slice::from_ref(term)
            }
            Expr::Clamp(parts) => &parts[..],
        }
    }

    /// The value when no input occurs in the tree.
    pub fn as_constant(&self) -> Option<Rational> {
        (self.n_inputs() == 0).then(|| self.evaluate::<Rational>(&[]))
    }

    /// The affine map of `n_inputs` inputs that a tree of sums and factors is; `None` for others.
    pub fn as_affine(&self, n_inputs: usize) -> Option<Affine> {
        let mut map = Affine::constant(n_inputs, Rational::zero());
        self.add_to(&Rational::one(), &mut map).then_some(map)
    }

    /// Adds `factor * self` to a map; false when it is not affine.
    fn add_to(&self, factor: &Rational, map: &mut Affine) -> bool {
        match self {
            Expr::Constant(value) => map.constant += &(factor * value),
            Expr::Input(index) => map.coefficients[*index] += factor,
            Expr::Sum(terms) => return terms.iter().all(|term| term.add_to(factor, map)),
            Expr::Scale(inner, term) => return term.add_to(&(factor * inner), map),
            Expr::Gate(Gate::Not, terms) if terms.len() == 1 => {
                map.constant += factor;
                return terms[0].add_to(&-factor, map);
            }
            _ => match self.as_constant() {
                Some(value) => map.constant += &(factor * value),
                None => return false,
            },
        }
        true
    }

    /// One more than the largest input index that occurs; 0 for a constant.
    pub fn n_inputs(&self) -> usize {
        match self {
            Expr::Input(index) => index + 1,
            _ => self.children().iter().map(Expr::n_inputs).max().unwrap_or(0),
        }
    }

    /// The number of nodes of the tree.
    pub fn size(&self) -> usize {
        1 + self.children().iter().map(Expr::size).sum::<usize>()
    }

    /// The tree with every input replaced by `inputs[index]`.
    ///
    /// # Panics
    /// When `inputs` is shorter than the function's inputs.
    pub fn substitute(&self, inputs: &[Expr]) -> Expr {
        let all = |terms: &[Expr]| terms.iter().map(|term| term.substitute(inputs)).collect::<Vec<_>>();
        match self {
            Expr::Constant(value) => Expr::Constant(value.clone()),
            Expr::Input(index) => inputs[*index].clone(),
            Expr::Sum(terms) => Expr::sum(all(terms)),
            Expr::Scale(factor, term) => Expr::scale(factor.clone(), term.substitute(inputs)),
            Expr::Relu(term) => Expr::Relu(Box::new(term.substitute(inputs))),
            Expr::Abs(term) => Expr::Abs(Box::new(term.substitute(inputs))),
            Expr::Min(terms) => Expr::Min(all(terms)),
            Expr::Max(terms) => Expr::Max(all(terms)),
            Expr::Clamp(parts) => Expr::Clamp(Box::new(parts.each_ref().map(|e| e.substitute(inputs)))),
            Expr::Ranked { rank, of } => Expr::Ranked { rank: *rank, of: all(of) },
            Expr::Pwl(term, points) => Expr::Pwl(Box::new(term.substitute(inputs)), points.clone()),
            Expr::Gate(gate, terms) => Expr::Gate(gate.clone(), all(terms)),
        }
    }
}
