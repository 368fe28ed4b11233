//! Affine maps up to a positive factor, in integers: what cells are bounded by.

use dashu_base::{Gcd, Signed, UnsignedAbs};

use crate::{Affine, Integer, Rational};

/// `x -> entries[..n] . x + entries[n]`, where only the sign matters: the same map scaled by a
/// positive number bounds the same half-space.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct IntegerRow {
    /// The coefficients, one an input, and then the constant.
    pub entries: Vec<Integer>,
}

impl IntegerRow {
    /// All zeros on `n_inputs` inputs.
    pub fn zero(n_inputs: usize) -> Self {
        IntegerRow { entries: vec![Integer::ZERO; n_inputs + 1] }
    }

    /// The smallest positive multiple of a map that is made of integers.
    ///
    /// ```
    /// use pellucid_core::{Affine, IntegerRow, Rational};
    /// let half = Affine { coefficients: vec![Rational::ratio(1, 2)], constant: Rational::from(-3) };
    /// assert_eq!(IntegerRow::of(&half).entries, [1.into(), (-6).into()]);
    /// ```
    pub fn of(map: &Affine) -> Self {
        let scale = Rational::primitive_scale(map.coefficients.iter().chain([&map.constant]));
        let entries = map.coefficients.iter().chain([&map.constant]).map(|c| (c * &scale).to_integer());
        IntegerRow { entries: entries.collect() }
    }

    /// The number of inputs.
    pub fn n_inputs(&self) -> usize {
        self.entries.len() - 1
    }

    /// The constant, the value at the origin.
    pub fn constant(&self) -> &Integer {
        &self.entries[self.entries.len() - 1]
    }

    /// Does it not depend on the input?
    pub fn is_constant(&self) -> bool {
        self.entries[..self.n_inputs()].iter().all(|c| c.is_zero())
    }

    /// The map with the other sign.
    pub fn negated(&self) -> Self {
        IntegerRow { entries: self.entries.iter().map(|c| -c).collect() }
    }

    /// Adds `factor * other`.
    pub fn add_scaled(&mut self, factor: &Integer, other: &IntegerRow) {
        for (mine, theirs) in self.entries.iter_mut().zip(&other.entries) {
            if !theirs.is_zero() {
                *mine += factor * theirs;
            }
        }
    }

    /// The value at the point `coordinates / last`, times `last`: coordinates are homogeneous, one
    /// more than there are inputs.
    pub fn at(&self, coordinates: &[Integer]) -> Integer {
        let mut sum = Integer::ZERO;
        for (a, b) in self.entries.iter().zip(coordinates) {
            if !a.is_zero() && !b.is_zero() {
                sum += a * b;
            }
        }
        sum
    }

    /// `limit + sign * self`, scaled to integers by the denominator of the limit.
    pub fn slack(&self, limit: &Rational, sign: i32) -> Self {
        let factor = Integer::from(limit.denominator()) * Integer::from(sign);
        let mut slack = IntegerRow { entries: self.entries.iter().map(|c| c * &factor).collect() };
        let last = self.n_inputs();
        slack.entries[last] += limit.numerator();
        slack
    }

    /// Divides by the largest common factor of all entries.
    pub fn make_primitive(&mut self) {
        remove_common_factor(&mut self.entries);
    }

    /// As a map with rational coefficients, which are whole.
    pub fn to_affine(&self) -> Affine {
        let n = self.n_inputs();
        let value = |c: &Integer| Rational::from(c.clone());
        Affine { coefficients: self.entries[..n].iter().map(value).collect(), constant: value(&self.entries[n]) }
    }
}

/// Divides integers by their largest common factor.
pub fn remove_common_factor(values: &mut [Integer]) {
    let mut common = crate::Natural::ZERO;
    for value in values.iter().filter(|v| !v.is_zero()) {
        let size = value.unsigned_abs();
        common = if common.is_zero() { size } else { common.gcd(&size) };
        if common.is_one() {
            return;
        }
    }
    if common.is_zero() {
        return;
    }
    let common = Integer::from(common);
    for value in values.iter_mut().filter(|v| !v.is_zero()) {
        *value = &*value / &common;
    }
}

/// -1, 0 or 1.
pub fn sign_of(value: &Integer) -> i32 {
    if value.is_zero() {
        0
    } else if value.is_negative() {
        -1
    } else {
        1
    }
}
