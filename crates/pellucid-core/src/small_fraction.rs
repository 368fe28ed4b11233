//! Fractions of machine integers, for the short numbers that most computations meet.
//!
//! Every result is exact: where one does not fit there is none, and [`crate::Rational`] takes large integers.

use std::cmp::Ordering;

use dashu_base::Gcd;

/// A fraction in lowest terms of machine integers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct SmallFraction {
    /// Never the smallest `i64`, so that it has a negative.
    numerator: i64,
    /// Above 0.
    denominator: u64,
}

/// Up to here floats hold every whole number.
const WHOLE_IN_F64: u64 = 1 << f64::MANTISSA_DIGITS;
const WHOLE_IN_F32: u64 = 1 << f32::MANTISSA_DIGITS;

impl SmallFraction {
    pub const ZERO: Self = SmallFraction { numerator: 0, denominator: 1 };
    pub const ONE: Self = SmallFraction { numerator: 1, denominator: 1 };

    /// A fraction that is in lowest terms already, if it fits.
    pub fn in_lowest_terms(numerator: i128, denominator: u128) -> Option<Self> {
        let numerator = i64::try_from(numerator).ok().filter(|n| *n != i64::MIN)?;
        Some(SmallFraction { numerator, denominator: u64::try_from(denominator).ok()? })
    }

    /// The exact value of a finite float, if it fits.
    pub fn of_float(value: f64) -> Option<Self> {
        const STORED: u32 = f64::MANTISSA_DIGITS - 1;
        if value == 0.0 {
            return Some(Self::ZERO);
        }
        let bits = value.to_bits();
        let stored = ((bits >> STORED) & 0x7ff) as i32;
        // Subnormal numbers are far too small, NaN and the infinities no numbers.
        if stored == 0 || stored == 0x7ff {
            return None;
        }
        let digits = (bits & ((1 << STORED) - 1)) | 1 << STORED;
        let exponent = stored - 1023 - STORED as i32 + digits.trailing_zeros() as i32;
        let digits = i128::from(digits >> digits.trailing_zeros());
        let signed = if value < 0.0 { -digits } else { digits };
        match exponent {
            0..=63 => Self::in_lowest_terms(signed << exponent, 1),
            -63..=-1 => Self::in_lowest_terms(signed, 1 << -exponent),
            _ => None,
        }
    }

    pub fn numerator(self) -> i64 {
        self.numerator
    }

    pub fn denominator(self) -> u64 {
        self.denominator
    }

    pub fn negated(self) -> Self {
        SmallFraction { numerator: -self.numerator, ..self }
    }

    pub fn abs(self) -> Self {
        SmallFraction { numerator: self.numerator.abs(), ..self }
    }

    /// The nearest float, where one rounding finds it.
    pub fn to_f64(self) -> Option<f64> {
        // A power of two changes the exponent alone; otherwise both parts must be floats as they are.
        let is_rounded_once = self.denominator.is_power_of_two()
            || (self.numerator.unsigned_abs() <= WHOLE_IN_F64 && self.denominator <= WHOLE_IN_F64);
        is_rounded_once.then(|| self.numerator as f64 / self.denominator as f64)
    }

    /// As [`Self::to_f64`] for short floats.
    pub fn to_f32(self) -> Option<f32> {
        let is_rounded_once = self.denominator.is_power_of_two()
            || (self.numerator.unsigned_abs() <= WHOLE_IN_F32 && self.denominator <= WHOLE_IN_F32);
        is_rounded_once.then(|| self.numerator as f32 / self.denominator as f32)
    }

    pub fn plus(self, other: Self) -> Option<Self> {
        let (b, d) = (self.denominator, other.denominator);
        let common = match () {
            () if b == d => b,
            () if b == 1 || d == 1 => 1,
            () => b.gcd(d),
        };
        let (over_b, over_d) = (b / common, d / common);
        // Each product is below 2^127.
        let sum = (i128::from(self.numerator) * i128::from(over_d))
            .checked_add(i128::from(other.numerator) * i128::from(over_b))?;
        if sum == 0 {
            return Some(Self::ZERO);
        }
        // What the sum has in common with the denominator divides what the denominators have in common.
        let cancels = if common == 1 { 1 } else { common.gcd(remainder(sum.unsigned_abs(), common)) };
        Self::in_lowest_terms(quotient(sum, cancels), u128::from(over_b) * u128::from(d / cancels))
    }

    pub fn times(self, other: Self) -> Option<Self> {
        if self.numerator == 0 || other.numerator == 0 {
            return Some(Self::ZERO);
        }
        let across = |numerator: i64, denominator: u64| {
            let common = if denominator == 1 { 1 } else { numerator.unsigned_abs().gcd(denominator) };
            // A factor of the numerator, so it is below 2^63.
            if common == 1 { (numerator, denominator) } else { (numerator / common as i64, denominator / common) }
        };
        let (a, d) = across(self.numerator, other.denominator);
        let (c, b) = across(other.numerator, self.denominator);
        Self::in_lowest_terms(i128::from(a) * i128::from(c), u128::from(b) * u128::from(d))
    }

    /// `1 / self`, for what is not 0.
    pub fn inverse(self) -> Option<Self> {
        let size = i128::from(self.denominator);
        let numerator = if self.numerator < 0 { -size } else { size };
        Self::in_lowest_terms(numerator, u128::from(self.numerator.unsigned_abs()))
    }

    /// How many binary digits both parts have.
    pub fn bits(self) -> usize {
        let length = |value: u64| (u64::BITS - value.leading_zeros()) as usize;
        length(self.numerator.unsigned_abs()) + length(self.denominator)
    }
}

impl Ord for SmallFraction {
    fn cmp(&self, other: &Self) -> Ordering {
        if self.denominator == other.denominator {
            return self.numerator.cmp(&other.numerator);
        }
        let across = |one: &Self, other: &Self| i128::from(one.numerator) * i128::from(other.denominator);
        across(self, other).cmp(&across(other, self))
    }
}

impl PartialOrd for SmallFraction {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// `value % by`; long division is slow, and seldom needed.
fn remainder(value: u128, by: u64) -> u64 {
    match u64::try_from(value) {
        Ok(value) => value % by,
        Err(_) => (value % u128::from(by)) as u64,
    }
}

/// `value / by`, likewise.
fn quotient(value: i128, by: u64) -> i128 {
    match (by, i64::try_from(value), i64::try_from(by)) {
        (1, _, _) => value,
        (_, Ok(value), Ok(by)) => i128::from(value / by),
        _ => value / i128::from(by),
    }
}

#[cfg(test)]
mod tests {
    use dashu_int::{IBig, UBig};
    use dashu_ratio::RBig;
    use proptest::prelude::*;

    use super::*;

    fn large(value: SmallFraction) -> RBig {
        RBig::from_parts(IBig::from(value.numerator), UBig::from(value.denominator))
    }

    /// What a large fraction is, if it fits.
    fn small(value: &RBig) -> Option<SmallFraction> {
        let numerator = i128::try_from(value.numerator()).ok()?;
        SmallFraction::in_lowest_terms(numerator, u128::try_from(value.denominator()).ok()?)
    }

    /// Numbers of all lengths, many of them at the borders of machine integers, with many common factors.
    fn part() -> impl Strategy<Value = u64> {
        let near = prop::sample::select(vec![0, 1, 2, 3, 6, 1 << 24, 1 << 53, i64::MAX as u64, 1 << 63, u64::MAX]);
        prop_oneof![
            (any::<u64>(), 0u32..64).prop_map(|(value, shift)| value >> shift),
            (0u64..1000, 0u32..54).prop_map(|(value, shift)| value << shift),
            (near, 0u64..3).prop_map(|(value, by)| value.saturating_sub(by)),
        ]
    }

    fn fraction() -> impl Strategy<Value = SmallFraction> {
        (part(), part(), any::<bool>()).prop_filter_map("it fits", |(above, below, is_negative)| {
            let size = IBig::from(above);
            let numerator = if is_negative { -size } else { size };
            small(&RBig::from_parts(numerator, UBig::from(below.max(1))))
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 20_000, ..ProptestConfig::default() })]

        #[test]
        fn everything_is_as_with_large_integers(a in fraction(), b in fraction()) {
            let (big_a, big_b) = (large(a), large(b));
            prop_assert_eq!(a.plus(b), small(&(&big_a + &big_b)));
            prop_assert_eq!(a.plus(b.negated()), small(&(&big_a - &big_b)));
            prop_assert_eq!(a.times(b), small(&(&big_a * &big_b)));
            if b.numerator != 0 {
                prop_assert_eq!(b.inverse(), small(&(RBig::ONE / &big_b)));
            }
            prop_assert_eq!(a.cmp(&b), big_a.cmp(&big_b));
            prop_assert_eq!(a == b, big_a == big_b);
            if let Some(float) = a.to_f64() {
                prop_assert_eq!(float, big_a.to_f64().value());
            }
            if let Some(float) = a.to_f32() {
                prop_assert_eq!(float, big_a.to_f32().value());
            }
        }

        #[test]
        fn floats_are_read_exactly(bits: u64, short: u32) {
            for value in [f64::from_bits(bits), f64::from(f32::from_bits(short)), f64::from(short as i32) / 4096.0] {
                let exact = RBig::try_from(value).ok();
                match SmallFraction::of_float(value) {
                    Some(read) => prop_assert_eq!(Some(large(read)), exact),
                    None => prop_assert!(exact.is_none_or(|exact| small(&exact).is_none()), "{} fits", value),
                }
            }
        }
    }
}
