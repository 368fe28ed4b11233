//! Affine maps to one number, and the hyperplanes where they vanish.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Expr, Rational, expr_to_text};

/// `x -> coefficients . x + constant`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Affine {
    /// One a input.
    pub coefficients: Vec<Rational>,
    /// The value at the origin.
    pub constant: Rational,
}

/// The points with `normal . x = offset`.
///
/// The normal is a primitive integer vector whose first nonzero entry is positive, so two equal
/// hyperplanes are equal values.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hyperplane {
    /// Primitive integers, the first nonzero one positive.
    pub normal: Vec<Rational>,
    /// The value of `normal . x` on the hyperplane.
    pub offset: Rational,
}

impl Affine {
    /// The constant map with this value on `n_inputs` inputs.
    pub fn constant(n_inputs: usize, value: Rational) -> Self {
        Affine { coefficients: vec![Rational::zero(); n_inputs], constant: value }
    }

    /// The map to one input.
    pub fn input(n_inputs: usize, index: usize) -> Self {
        let mut map = Affine::constant(n_inputs, Rational::zero());
        map.coefficients[index] = Rational::one();
        map
    }

    /// The value at a point.
    pub fn at(&self, point: &[Rational]) -> Rational {
        dot(&self.coefficients, point) + &self.constant
    }

    /// Adds `factor * other`.
    pub fn add_scaled(&mut self, factor: &Rational, other: &Affine) {
        if factor.is_zero() {
            return;
        }
        for (mine, theirs) in self.coefficients.iter_mut().zip(&other.coefficients) {
            if !theirs.is_zero() {
                *mine += &(factor * theirs);
            }
        }
        self.constant += &(factor * &other.constant);
    }

    /// `factor * self`.
    pub fn scaled(&self, factor: &Rational) -> Self {
        Affine {
            coefficients: self.coefficients.iter().map(|c| c * factor).collect(),
            constant: &self.constant * factor,
        }
    }

    /// `self - other`.
    pub fn minus(&self, other: &Affine) -> Self {
        let mut difference = self.clone();
        difference.add_scaled(&Rational::from(-1), other);
        difference
    }

    /// Does it not depend on the input?
    pub fn is_constant(&self) -> bool {
        self.coefficients.iter().all(Rational::is_zero)
    }

    /// Is it 0 everywhere?
    pub fn is_zero(&self) -> bool {
        self.constant.is_zero() && self.is_constant()
    }

    /// The hyperplane where it vanishes and the factor `s` with
    /// `self(x) = s * (normal . x - offset)`; `None` when it is constant.
    pub fn hyperplane(&self) -> Option<(Hyperplane, Rational)> {
        let lead = self.coefficients.iter().find(|c| !c.is_zero())?;
        let mut factor = Rational::primitive_scale(&self.coefficients);
        if lead.is_negative() {
            factor = -factor;
        }
        let normal = self.coefficients.iter().map(|c| c * &factor).collect();
        let offset = -(&self.constant * &factor);
        Some((Hyperplane { normal, offset }, Rational::one() / factor))
    }

    /// As a tree.
    pub fn to_expr(&self) -> Expr {
        Expr::affine(&self.coefficients, &self.constant)
    }
}

impl fmt::Display for Affine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&expr_to_text(&self.to_expr(), &[]))
    }
}

impl Hyperplane {
    /// `normal . x - offset`.
    pub fn to_affine(&self) -> Affine {
        Affine { coefficients: self.normal.clone(), constant: -&self.offset }
    }

    /// Its equation, `x1 - x2 = 0`.
    pub fn equation(&self, inputs: &[String]) -> String {
        let left = Affine { coefficients: self.normal.clone(), constant: Rational::zero() };
        format!("{} = {}", expr_to_text(&left.to_expr(), inputs), self.offset)
    }
}

/// The inner product of two vectors of one length.
pub fn dot(left: &[Rational], right: &[Rational]) -> Rational {
    let mut sum = Rational::zero();
    for (a, b) in left.iter().zip(right) {
        if !a.is_zero() && !b.is_zero() {
            sum += &(a * b);
        }
    }
    sum
}
