//! What a function of one number and its derivatives can be on an interval.

use crate::{Elementary, Expr, Interval, Rational};

/// Intervals that hold the value, the slope and the curvature of a continuous function of one number `u`
/// on an interval of `u`.
///
/// The slope holds the derivative, and where the function has a kink those of both sides. The curvature
/// holds the second derivative where the function is known to have no kink inside the interval, and is
/// everything otherwise. At the ends of the interval derivatives need not exist. On an interval that is
/// one number, they are of use only where the function is smooth around it, as seen on an interval with an
/// inside: `(u^4)^(1/4)` at 0 is not told from a constant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Jet {
    /// The function's values.
    pub value: Interval,
    /// Its first derivative.
    pub slope: Interval,
    /// Its second derivative.
    pub curvature: Interval,
}

impl Jet {
    /// `u` itself.
    pub fn variable(range: Interval) -> Self {
        Jet { value: range, slope: Interval::point(Rational::one()), curvature: Interval::zero() }
    }

    /// A number that does not depend on `u`.
    pub fn constant(value: Interval) -> Self {
        Jet { value, slope: Interval::zero(), curvature: Interval::zero() }
    }

    /// Does it not depend on `u`?
    fn is_constant(&self) -> bool {
        self.slope.is_zero() && self.curvature.is_zero()
    }

    /// Is it affine in `u` and not constant?
    fn is_slanted(&self) -> bool {
        let one_slope = self.slope.ends().is_some_and(|(low, high)| low == high && !low.is_zero());
        one_slope && self.curvature.is_zero()
    }

    fn plus(&self, other: &Jet) -> Jet {
        Jet {
            value: self.value.plus(&other.value),
            slope: self.slope.plus(&other.slope),
            curvature: self.curvature.plus(&other.curvature),
        }
    }

    fn scaled(&self, factor: &Rational) -> Jet {
        Jet {
            value: self.value.scaled(factor),
            slope: self.slope.scaled(factor),
            curvature: self.curvature.scaled(factor),
        }
    }

    /// A value that is one of several slopes' functions: kinks may be anywhere.
    fn bent<'a>(value: Interval, slopes: impl Iterator<Item = &'a Interval>) -> Jet {
        let slope = slopes.cloned().reduce(|all, slope| all.hull(&slope)).unwrap_or(Interval::EVERYTHING);
        let curvature = if slope.is_zero() { Interval::zero() } else { Interval::EVERYTHING };
        Jet { value, slope, curvature }
    }
}

impl Elementary {
    /// The function of a function of `u`, by the chain rule; `None` where it is not defined on all its
    /// values.
    pub fn of_jet(&self, inner: &Jet, bits: usize) -> Option<Jet> {
        let [value, slope, curvature] = self.enclose(&inner.value, bits)?;
        if inner.is_constant() {
            return Some(Jet::constant(value));
        }
        // Derivatives are unbounded at 0 alone, at the end of the inner values. A slanted affine function
        // comes there only at an end of the interval of `u`; others could inside it.
        let is_smooth = slope.ends().is_some() && curvature.ends().is_some();
        if !is_smooth && !inner.is_slanted() {
            let slope = if slope.ends().is_some() { slope.times(&inner.slope) } else { Interval::EVERYTHING };
            return Some(Jet { value, slope, curvature: Interval::EVERYTHING });
        }
        // (f o g)'' = f''(g) g'^2 + f'(g) g''
        let bending = curvature.times(&inner.slope.squared()).plus(&slope.times(&inner.curvature));
        Some(Jet { value, slope: slope.times(&inner.slope).rounded(bits), curvature: bending.rounded(bits) })
    }
}

impl Expr {
    /// The tree's jet, given those of its inputs. `at_point` says that `u` is one number, not an interval
    /// with an inside: then a kink may be just there.
    ///
    /// # Panics
    /// When `inputs` is shorter than the tree's inputs.
    pub fn jet(&self, inputs: &[Jet], at_point: bool) -> Jet {
        // Each input once, so that `x - x/2` is as wide as x/2.
        if let Some(map) = self.as_affine(inputs.len()) {
            let start = Jet::constant(Interval::point(map.constant));
            let terms = map.coefficients.iter().zip(inputs).filter(|(c, _)| !c.is_zero());
            return terms.fold(start, |sum, (c, input)| sum.plus(&input.scaled(c)));
        }
        let zero = || Jet::constant(Interval::zero());
        match self {
            Expr::Constant(value) => Jet::constant(Interval::point(value.clone())),
            Expr::Input(index) => inputs[*index].clone(),
            Expr::Sum(terms) => terms.iter().fold(zero(), |sum, term| sum.plus(&term.jet(inputs, at_point))),
            Expr::Scale(factor, term) => term.jet(inputs, at_point).scaled(factor),
            Expr::Relu(term) => ranked(1, vec![term.jet(inputs, at_point), zero()], at_point),
            Expr::Abs(term) => {
                let inner = term.jet(inputs, at_point);
                let minus = inner.scaled(&Rational::from(-1));
                let value = inner.value.abs();
                Jet { value, ..ranked(1, vec![inner, minus], at_point) }
            }
            Expr::Min(terms) => ranked(0, terms.iter().map(|term| term.jet(inputs, at_point)).collect(), at_point),
            Expr::Max(terms) => {
                ranked(terms.len() - 1, terms.iter().map(|term| term.jet(inputs, at_point)).collect(), at_point)
            }
            Expr::Ranked { rank, of } => {
                ranked(*rank, of.iter().map(|term| term.jet(inputs, at_point)).collect(), at_point)
            }
            Expr::Clamp(parts) => {
                let [value, low, high] = parts.each_ref().map(|part| part.jet(inputs, at_point));
                ranked(0, vec![ranked(1, vec![value, low], at_point), high], at_point)
            }
            Expr::Pwl(term, points) => through(points, &term.jet(inputs, at_point), at_point),
            Expr::Gate(gate, terms) => {
                let arguments: Vec<Jet> = terms.iter().map(|term| term.jet(inputs, at_point)).collect();
                gate.body(terms.len()).jet(&arguments, at_point)
            }
        }
    }

    /// An interval that holds the tree's values where its inputs are in these.
    ///
    /// # Panics
    /// When `inputs` is shorter than the tree's inputs.
    pub fn range(&self, inputs: &[Interval]) -> Interval {
        self.jet(&inputs.iter().cloned().map(Jet::constant).collect::<Vec<_>>(), false).value
    }
}

/// The `rank`-th smallest: one of them where the others are seen to be on its sides. On an interval of
/// `u` they may touch it, for it is the same function on all of the interval; at one point they must not,
/// for beside the point another may take its place.
fn ranked(rank: usize, of: Vec<Jet>, at_point: bool) -> Jet {
    let values: Vec<Interval> = of.iter().map(|jet| jet.value.clone()).collect();
    if let Some(i) = Interval::is_ranked(rank, &values, at_point) {
        return of[i].clone();
    }
    let value = Interval::ranked(rank, &values);
    Jet::bent(value, of.iter().map(|jet| &jet.slope))
}

/// The piecewise-linear function through the points, of a function of `u`.
fn through(points: &[(Rational, Rational)], inner: &Jet, at_point: bool) -> Jet {
    let line = |k: usize| {
        let ((x0, y0), (x1, y1)) = (&points[k], &points[k + 1]);
        let slope = (y1 - y0) / (x1 - x0);
        (y0 - &slope * x0, slope)
    };
    // The pieces that the values may lie in, by their index; at one point also those that they only touch.
    let bends = &points[1..points.len() - 1];
    let first =
        inner.value.low().map_or(0, |low| bends.partition_point(|(at, _)| at < low || (!at_point && at == low)));
    let last = |high| bends.partition_point(|(at, _)| at < high || (at_point && at == high));
    let last = inner.value.high().map_or(points.len() - 2, last);
    if first >= last {
        let (constant, slope) = line(last);
        return inner.scaled(&slope).plus(&Jet::constant(Interval::point(constant)));
    }
    let mut slopes = Vec::new();
    let mut value: Option<Interval> = None;
    for k in first..=last {
        let (constant, slope) = line(k);
        slopes.push(inner.slope.scaled(&slope));
        let from = if k == first { inner.value.low() } else { Some(&points[k].0) };
        let to = if k == last { inner.value.high() } else { Some(&points[k + 1].0) };
        let on = Interval::between(from.cloned(), to.cloned()).scaled(&slope).plus(&Interval::point(constant));
        value = Some(value.map_or(on.clone(), |all| all.hull(&on)));
    }
    Jet::bent(value.unwrap_or(Interval::EVERYTHING), slopes.iter())
}
