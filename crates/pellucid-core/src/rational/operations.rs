//! The operations and the order of rationals: with machine integers, or with large ones where those do not do.

use std::cmp::Ordering;
use std::ops::{Add, AddAssign, Div, Mul, MulAssign, Neg, Sub, SubAssign};

use dashu_ratio::RBig;

use super::Rational;
use super::Value::{Large, Small};
use crate::small_fraction::SmallFraction;

impl Ord for Rational {
    fn cmp(&self, other: &Self) -> Ordering {
        match (&self.0, &other.0) {
            (Small(a), Small(b)) => a.cmp(b),
            (Large(a), Large(b)) => a.cmp(b),
            _ => self.to_large().cmp(&other.to_large()),
        }
    }
}

impl PartialOrd for Rational {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Rational {
    /// An operation with machine integers, or with large ones where those do not do.
    #[inline]
    fn combined(
        &self,
        other: &Rational,
        small: impl FnOnce(SmallFraction, SmallFraction) -> Option<SmallFraction>,
        large: impl FnOnce(&RBig, &RBig) -> RBig,
    ) -> Rational {
        let fast = if let (Small(a), Small(b)) = (&self.0, &other.0) { small(*a, *b) } else { None };
        if let Some(value) = fast {
            return Rational(Small(value));
        }
        Rational::of_large(match (&self.0, &other.0) {
            (Large(a), Large(b)) => large(a, b),
            (Large(a), Small(_)) => large(a, &other.to_large()),
            (Small(_), Large(b)) => large(&self.to_large(), b),
            (Small(_), Small(_)) => large(&self.to_large(), &other.to_large()),
        })
    }
}

macro_rules! binary {
    ($trait:ident, $method:ident, $small:expr) => {
        impl $trait<&Rational> for &Rational {
            type Output = Rational;
            fn $method(self, other: &Rational) -> Rational {
                self.combined(other, $small, |a, b| a.$method(b))
            }
        }
        impl $trait<Rational> for &Rational {
            type Output = Rational;
            fn $method(self, other: Rational) -> Rational {
                self.$method(&other)
            }
        }
        impl $trait<&Rational> for Rational {
            type Output = Rational;
            fn $method(self, other: &Rational) -> Rational {
                (&self).$method(other)
            }
        }
        impl $trait<Rational> for Rational {
            type Output = Rational;
            fn $method(self, other: Rational) -> Rational {
                (&self).$method(&other)
            }
        }
    };
}

binary!(Add, add, SmallFraction::plus);
binary!(Sub, sub, |a, b| a.plus(b.negated()));
binary!(Mul, mul, SmallFraction::times);
// Division by 0 is left to the large integers, which refuse it.
binary!(Div, div, |a, b| if b == SmallFraction::ZERO { None } else { a.times(b.inverse()?) });

impl Neg for Rational {
    type Output = Rational;
    fn neg(self) -> Rational {
        -&self
    }
}

impl Neg for &Rational {
    type Output = Rational;
    fn neg(self) -> Rational {
        match &self.0 {
            Small(value) => Rational(Small(value.negated())),
            Large(value) => Rational::of_large(-value.clone()),
        }
    }
}

impl AddAssign<&Rational> for Rational {
    fn add_assign(&mut self, other: &Rational) {
        *self = &*self + other;
    }
}

impl SubAssign<&Rational> for Rational {
    fn sub_assign(&mut self, other: &Rational) {
        *self = &*self - other;
    }
}

impl MulAssign<&Rational> for Rational {
    fn mul_assign(&mut self, other: &Rational) {
        *self = &*self * other;
    }
}

impl std::iter::Sum for Rational {
    fn sum<I: Iterator<Item = Rational>>(values: I) -> Rational {
        values.fold(Rational::zero(), |sum, value| sum + value)
    }
}

impl<'a> std::iter::Sum<&'a Rational> for Rational {
    fn sum<I: Iterator<Item = &'a Rational>>(values: I) -> Rational {
        values.fold(Rational::zero(), |sum, value| sum + value)
    }
}
