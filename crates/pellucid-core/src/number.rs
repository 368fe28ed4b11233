//! What a weight may be: an exact rational, or a float for training and for looking.

use crate::Rational;

/// A number that functions and networks can be evaluated in.
///
/// Implemented for [`Rational`] (exact), `f32` (bit for bit what training computes) and `f64`.
pub trait Number: Clone + PartialOrd + std::fmt::Debug {
    /// The nearest number of this kind.
    fn from_rational(value: &Rational) -> Self;
    /// The exact value; `None` for NaN and the infinities.
    fn to_rational(&self) -> Option<Rational>;
    /// The sum.
    fn add(&self, other: &Self) -> Self;
    /// The product.
    fn mul(&self, other: &Self) -> Self;
    /// 0.
    fn zero() -> Self;
    /// `max(self, 0)`.
    fn relu(&self) -> Self {
        if *self > Self::zero() { self.clone() } else { Self::zero() }
    }
}

impl Number for Rational {
    fn from_rational(value: &Rational) -> Self {
        value.clone()
    }
    fn to_rational(&self) -> Option<Rational> {
        Some(self.clone())
    }
    fn add(&self, other: &Self) -> Self {
        self + other
    }
    fn mul(&self, other: &Self) -> Self {
        self * other
    }
    fn zero() -> Self {
        Rational::zero()
    }
}

macro_rules! float {
    ($float:ty, $from:ident, $to:ident) => {
        impl Number for $float {
            fn from_rational(value: &Rational) -> Self {
                value.$to()
            }
            fn to_rational(&self) -> Option<Rational> {
                Rational::$from(*self)
            }
            fn add(&self, other: &Self) -> Self {
                self + other
            }
            fn mul(&self, other: &Self) -> Self {
                self * other
            }
            fn zero() -> Self {
                0.0
            }
        }
    };
}

float!(f32, from_f32, to_f32);
float!(f64, from_f64, to_f64);
