//! Rationals as decimals that are meant to be read back.

use dashu_base::UnsignedAbs;
use dashu_int::{IBig, UBig};
use dashu_ratio::RBig;

use crate::Rational;

impl Rational {
    /// The decimal that is exactly this number; `None` when there is none, as for 1/3.
    ///
    /// ```
    /// use pellucid_core::Rational;
    /// let written = |text: &str| text.parse::<Rational>().unwrap().exact_decimal();
    /// assert_eq!(written("-3/8").as_deref(), Some("-0.375"));
    /// assert_eq!(written("1e21").as_deref(), Some("1000000000000000000000"));
    /// assert_eq!(written("1/3"), None);
    /// ```
    pub fn exact_decimal(&self) -> Option<String> {
        // p / (2^a 5^b) has max(a, b) places.
        let (mut rest, mut powers) = (self.denominator(), [0usize; 2]);
        for (prime, power) in [2u8, 5].into_iter().zip(&mut powers) {
            let prime = UBig::from(prime);
            while &rest % &prime == UBig::ZERO {
                rest /= &prime;
                *power += 1;
            }
        }
        let places = powers[0].max(powers[1]);
        (rest == UBig::ONE).then(|| {
            let scaled = self * Rational::from(IBig::from(UBig::from(10u8).pow(places)));
            digits_with_point(&scaled.numerator(), places)
        })
    }

    /// The nearest decimal with so many places after the point.
    ///
    /// ```
    /// use pellucid_core::Rational;
    /// assert_eq!(Rational::ratio(2, 3).rounded_to_places(3), Rational::ratio(667, 1000));
    /// ```
    pub fn rounded_to_places(&self, places: usize) -> Rational {
        let power = RBig::from(UBig::from(10u8).pow(places));
        Rational::of_large(RBig::from((self.to_large() * &power).round()) / power)
    }

    /// As [`Rational::to_decimal`], but never above the number: for lower bounds.
    ///
    /// ```
    /// use pellucid_core::Rational;
    /// let number = Rational::ratio(1, 128);
    /// assert_eq!((number.decimal_below(4), number.decimal_above(4)), ("0.007812".into(), "0.007813".into()));
    /// ```
    pub fn decimal_below(&self, digits: usize) -> String {
        let size = self.abs().to_f64().log10().floor();
        if !size.is_finite() {
            // Zero, and what floats cannot hold.
            return self.to_string();
        }
        let places = digits as i64 - 1 - size as i64;
        let power = Rational::from(IBig::from(UBig::from(10u8).pow(places.unsigned_abs() as usize)));
        let unit = if places < 0 { power } else { Rational::one() / power };
        ((self / &unit).floor() * unit).to_decimal(digits)
    }

    /// As [`Rational::to_decimal`], but never below the number: for upper bounds.
    pub fn decimal_above(&self, digits: usize) -> String {
        let negative = (-self).decimal_below(digits);
        match negative.strip_prefix('-') {
            Some(positive) => positive.to_string(),
            None if self.is_zero() => negative,
            None => format!("-{negative}"),
        }
    }
}

/// The integer divided by a power of ten.
fn digits_with_point(value: &IBig, places: usize) -> String {
    let sign = if *value < IBig::ZERO { "-" } else { "" };
    let digits = format!("{:0>width$}", value.unsigned_abs().to_string(), width = places + 1);
    let (whole, fraction) = digits.split_at(digits.len() - places);
    if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn decimals_read_back(numerator: i64, twos in 0u32..20, fives in 0u32..8) {
            let value = Rational::ratio(numerator, 2i64.pow(twos) * 5i64.pow(fives));
            let text = value.exact_decimal().unwrap();
            prop_assert!(text.bytes().all(|b| b.is_ascii_digit() || b == b'-' || b == b'.'));
            prop_assert_eq!(text.parse::<Rational>().unwrap(), value);
        }

        #[test]
        fn floats_are_decimals(bits: u32) {
            if let Some(value) = Rational::from_f32(f32::from_bits(bits)) {
                prop_assert_eq!(value.exact_decimal().unwrap().parse::<Rational>().unwrap(), value);
            }
        }

        #[test]
        fn decimals_below_and_above_are_the_nearest_such(
            numerator in any::<i64>(),
            denominator in 1i64..1_000_000,
            digits in 1usize..8,
        ) {
            let value = Rational::ratio(numerator, denominator);
            let [below, above] = [value.decimal_below(digits), value.decimal_above(digits)]
                .map(|text| text.parse::<Rational>().unwrap());
            prop_assert!(below <= value && value <= above, "{value} {below} {above}");
            let unit = value.abs() / Rational::from(10i64.pow(digits as u32 - 1));
            prop_assert!(above - below <= unit * Rational::ratio(11, 10));
        }

        #[test]
        fn rounding_is_to_the_nearest(numerator: i32, denominator in 1i64..1000, places in 0usize..6) {
            let value = Rational::ratio(numerator.into(), denominator);
            let rounded = value.rounded_to_places(places);
            let unit = Rational::ratio(1, 10i64.pow(places as u32));
            prop_assert!((&value - &rounded).abs() * Rational::from(2) <= unit);
            prop_assert!((rounded / unit).is_integer());
        }
    }
}
