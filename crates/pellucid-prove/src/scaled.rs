//! Integer vectors with floats beside them that decide most signs of inner products.
//!
//! A float decides only where its error bound proves the sign; everything else goes to the integers.

use std::cmp::Ordering;
use std::sync::OnceLock;

use dashu_base::{BitTest, Signed, UnsignedAbs};
use pellucid_core::{Affine, Integer, IntegerRow, Rational, remove_common_factor, sign_of};

/// Integers, and the same numbers as floats scaled by a common power of two so that the largest has
/// a size of about 1.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Scaled {
    pub exact: Vec<Integer>,
    floats: Vec<f64>,
    /// The power of two that the floats were divided by; infinite where it is no float.
    unit: f64,
    /// Of a corner: its coordinates as fractions, worked out once for all the cells around it.
    point: OnceLock<Vec<Rational>>,
}

/// Numbers of more bits are shifted before they are turned into floats, which end at 2^1024.
const MAX_FLOAT_BITS: usize = 1000;
/// What floats lose where they underflow, of numbers whose largest has a size of about 1.
const UNDERFLOW: f64 = 1e-200;

impl From<IntegerRow> for Scaled {
    fn from(row: IntegerRow) -> Self {
        Scaled::new(row.entries)
    }
}

impl Scaled {
    pub fn new(exact: Vec<Integer>) -> Self {
        let bits = exact.iter().map(BitTest::bit_len).max().unwrap_or(0);
        let floats = if bits <= MAX_FLOAT_BITS {
            let scale = (-(bits as f64)).exp2();
            // The product with a power of two is exact unless it underflows.
            exact.iter().map(|v| v.to_f64().value() * scale).collect()
        } else {
            let shift = bits - MAX_FLOAT_BITS;
            let scale = (-(MAX_FLOAT_BITS as f64)).exp2();
            // Towards 0 of the size, so that the error is below one unit of the last place kept.
            let shifted = |v: &Integer| {
                let size = Integer::from(v.unsigned_abs() >> shift).to_f64().value() * scale;
                if v.is_negative() { -size } else { size }
            };
            exact.iter().map(shifted).collect()
        };
        Scaled { exact, floats, unit: (bits as f64).exp2(), point: OnceLock::new() }
    }

    /// The point with these homogeneous coordinates.
    pub fn point(&self) -> &[Rational] {
        self.point.get_or_init(|| crate::shape::point(&self.exact))
    }

    /// Are these homogeneous coordinates those of a direction, not of a point?
    pub fn is_direction(&self) -> bool {
        self.exact[self.exact.len() - 1].is_zero()
    }

    /// The exact inner product.
    pub fn dot(&self, other: &Scaled) -> Integer {
        self.dot_integers(&other.exact)
    }

    /// The inner product in floats, and how far it may be off.
    fn float_dot(&self, other: &Scaled) -> (f64, f64) {
        let (mut sum, mut size) = (0.0, 0.0);
        for (a, b) in self.floats.iter().zip(&other.floats) {
            let product = a * b;
            sum += product;
            size += product.abs();
        }
        // Each factor is off by a relative 2^-53 (or by an underflow), each product and each sum
        // again: at most (n + 5) * 2^-53 of the size, which is itself off by less than a half.
        (sum, (self.floats.len() as f64 + 8.0) * f64::EPSILON * size + UNDERFLOW)
    }

    /// About the value of a row at a point in homogeneous coordinates, up to the row's scale.
    pub fn float_at(&self, point: &Scaled) -> f64 {
        self.float_dot(point).0 / point.floats[point.floats.len() - 1]
    }

    /// The value of a row at a point in homogeneous coordinates, in floats: from below and from above. Both are
    /// infinite where floats cannot tell.
    pub fn bounds_at(&self, point: &Scaled) -> (f64, f64) {
        let (sum, error) = self.float_dot(point);
        let last = point.floats[point.floats.len() - 1];
        let value = sum / last * self.unit;
        // The last coordinate, the quotient and the sums below are off by a relative 2^-53 each.
        let error = error / last.abs() * self.unit + value.abs() * 8.0 * f64::EPSILON;
        // A last coordinate that is tiny beside the others may have underflowed.
        if last.abs() < UNDERFLOW || !error.is_finite() {
            return (f64::NEG_INFINITY, f64::INFINITY);
        }
        (value - error, value + error)
    }

    /// The sign of the inner product.
    pub fn sign_with(&self, other: &Scaled) -> i32 {
        let (sum, error) = self.float_dot(other);
        if sum > error {
            1
        } else if sum < -error {
            -1
        } else {
            sign_of(&self.dot(other))
        }
    }

    /// Is `self = s * other` for some number `s`? Its sign, if so and it is not 0.
    pub fn multiple_of(&self, other: &Scaled) -> Option<i32> {
        // Of parallel vectors the floats are parallel, up to their errors.
        let lead = (0..self.floats.len()).max_by(|a, b| size_order(self.floats[*a], self.floats[*b]))?;
        let (mine, theirs) = (self.floats[lead], other.floats[lead]);
        if mine == 0.0 || theirs == 0.0 {
            return None;
        }
        let near = |i: usize| (self.floats[i] * theirs - other.floats[i] * mine).abs() <= 1e-12;
        if !(0..self.floats.len()).all(near) {
            return None;
        }
        let (a, b) = (&self.exact[lead], &other.exact[lead]);
        let equal = self.exact.iter().zip(&other.exact).all(|(x, y)| x * b == y * a);
        equal.then(|| sign_of(a) * sign_of(b))
    }

    /// Positive integers `times` and `factor` with `times * |self| = factor * |other|`, for vectors of
    /// which one is a multiple of the other.
    pub fn ratio_to(&self, other: &Scaled) -> (Integer, Integer) {
        let lead = self.exact.iter().position(|c| !c.is_zero()).unwrap_or_default();
        let size = |v: &Integer| Integer::from(v.unsigned_abs());
        let mut both = [size(&other.exact[lead]), size(&self.exact[lead])];
        remove_common_factor(&mut both);
        let [times, factor] = both;
        (times, factor)
    }

    /// The vector with the other sign.
    pub fn negated(&self) -> Scaled {
        Scaled {
            exact: self.exact.iter().map(|c| -c).collect(),
            floats: self.floats.iter().map(|c| -c).collect(),
            unit: self.unit,
            point: OnceLock::new(),
        }
    }

    /// As a map of the inputs, the last entry being the constant.
    pub fn to_affine(&self) -> Affine {
        IntegerRow { entries: self.exact.clone() }.to_affine()
    }

    /// The inner product with integers that have no floats beside them.
    pub fn dot_integers(&self, coordinates: &[Integer]) -> Integer {
        let mut sum = Integer::ZERO;
        for (a, b) in self.exact.iter().zip(coordinates) {
            if !a.is_zero() && !b.is_zero() {
                sum += a * b;
            }
        }
        sum
    }

    /// The value of a row at a point in homogeneous coordinates.
    pub fn value_at(&self, coordinates: &[Integer]) -> Rational {
        Rational::quotient(self.dot_integers(coordinates), coordinates[coordinates.len() - 1].clone())
    }

    /// Coordinates divided by the last one, in floats.
    pub fn ratios(&self) -> Vec<f64> {
        let (last, rest) = (self.floats[self.floats.len() - 1], &self.floats[..self.floats.len() - 1]);
        rest.iter().map(|v| v / last).collect()
    }
}

fn size_order(a: f64, b: f64) -> Ordering {
    a.abs().total_cmp(&b.abs())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn integers() -> impl Strategy<Value = Vec<Integer>> {
        let integer = (any::<i64>(), 0usize..1500, 0u8..4).prop_map(|(v, shift, kind)| match kind {
            0 => Integer::ZERO,
            1 => Integer::from(v % 4),
            2 => Integer::from(v),
            _ => Integer::from(v) << shift,
        });
        prop::collection::vec(integer, 4)
    }

    proptest! {
        #[test]
        fn signs_are_those_of_the_integers(a in integers(), b in integers(), near in -2i64..=2) {
            let sign = |a: &Scaled, b: &Scaled| sign_of(&a.dot(b));
            let (mut x, y) = (Scaled::new(a), Scaled::new(b));
            prop_assert_eq!(x.sign_with(&y), sign(&x, &y));
            // Almost orthogonal: the last product cancels the others up to a little.
            let rest = x.dot(&y) - &x.exact[3] * &y.exact[3];
            x = Scaled::new(vec![&x.exact[0] * &y.exact[3], &x.exact[1] * &y.exact[3], &x.exact[2] * &y.exact[3], Integer::from(near) - rest]);
            prop_assert_eq!(x.sign_with(&y), sign(&x, &y));
        }

        #[test]
        fn bounds_hold(a in integers(), b in integers()) {
            let (row, point) = (Scaled::new(a), Scaled::new(b));
            prop_assume!(!point.is_direction());
            let (low, high) = row.bounds_at(&point);
            let value = row.value_at(&point.exact);
            let exact = |bound: f64| Rational::from_f64(bound).unwrap_or_else(|| value.clone());
            prop_assert!(exact(low) <= value && value <= exact(high), "{} {} {}", low, value, high);
        }

        #[test]
        fn multiples_are_recognised(a in integers(), factor in -3i64..=3, other in integers()) {
            let x = Scaled::new(a.clone());
            let y = Scaled::new(a.iter().map(|v| v * Integer::from(factor)).collect());
            let expected = (factor != 0 && a.iter().any(|v| !v.is_zero())).then(|| factor.signum() as i32);
            prop_assert_eq!(y.multiple_of(&x), expected);
            let z = Scaled::new(other);
            if let Some(sign) = z.multiple_of(&x) {
                for i in 0..4 {
                    for j in 0..4 {
                        prop_assert_eq!(&z.exact[i] * &x.exact[j], &z.exact[j] * &x.exact[i]);
                    }
                    prop_assert_eq!(sign_of(&z.exact[i]), sign * sign_of(&x.exact[i]));
                }
            }
        }
    }
}
