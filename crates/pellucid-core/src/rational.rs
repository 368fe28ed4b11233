//! Exact rational numbers: the only numbers a claim is made of.

use std::fmt;
use std::ops::{Add, AddAssign, Div, Mul, MulAssign, Neg, Sub, SubAssign};
use std::str::FromStr;

use dashu_base::{Abs, Gcd, Sign, Signed, UnsignedAbs};
use dashu_int::{IBig, UBig};
use dashu_ratio::RBig;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::{Error, Integer, Natural};

/// Powers of ten beyond this are refused, so that `1e999999999` cannot exhaust the memory.
pub(crate) const MAX_EXPONENT: i64 = 4096;

/// Longer texts of numbers are refused: reading a fraction takes time that grows with the square.
const MAX_TEXT: usize = 100_000;

/// An exact rational number, always in lowest terms.
///
/// Reads `3`, `-1/2`, `0.25`, `1e-3`; prints `3` or `-3/2`.
///
/// ```
/// use pellucid_core::Rational;
/// let half: Rational = "0.5".parse().unwrap();
/// assert_eq!(half.to_string(), "1/2");
/// assert_eq!(Rational::from_f32(0.1).unwrap().to_string(), "13421773/134217728");
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Rational(pub(crate) RBig);

impl Rational {
    /// 0.
    pub fn zero() -> Self {
        Rational(RBig::ZERO)
    }

    /// 1.
    pub fn one() -> Self {
        Rational(RBig::ONE)
    }

    /// `numerator / denominator`; the denominator must not be 0.
    pub fn ratio(numerator: i64, denominator: i64) -> Self {
        Rational::from(numerator) / Rational::from(denominator)
    }

    /// The exact value of a finite float; `None` for NaN and the infinities.
    pub fn from_f64(value: f64) -> Option<Self> {
        RBig::try_from(value).ok().map(Rational)
    }

    /// The exact value of a finite float; `None` for NaN and the infinities.
    pub fn from_f32(value: f32) -> Option<Self> {
        RBig::try_from(value).ok().map(Rational)
    }

    /// The nearest float. Only for showing and for suggesting.
    pub fn to_f64(&self) -> f64 {
        self.0.to_f64().value()
    }

    /// The nearest float. Only for showing and for training.
    pub fn to_f32(&self) -> f32 {
        self.0.to_f32().value()
    }

    /// Is it 0?
    pub fn is_zero(&self) -> bool {
        self.0.is_zero()
    }

    /// Is it 1?
    pub fn is_one(&self) -> bool {
        self.0.is_one()
    }

    /// Is it above 0?
    pub fn is_positive(&self) -> bool {
        self.0.is_positive() && !self.0.is_zero()
    }

    /// Is it below 0?
    pub fn is_negative(&self) -> bool {
        self.0.is_negative() && !self.0.is_zero()
    }

    /// Is it a whole number?
    pub fn is_integer(&self) -> bool {
        self.0.is_int()
    }

    /// -1, 0 or 1.
    pub fn signum(&self) -> i32 {
        if self.is_zero() {
            0
        } else if self.0.is_negative() {
            -1
        } else {
            1
        }
    }

    /// The absolute value.
    pub fn abs(&self) -> Self {
        Rational(self.0.clone().abs())
    }

    /// `1 / self`; `None` for 0.
    pub fn recip(&self) -> Option<Self> {
        (!self.is_zero()).then(|| Rational::one() / self)
    }

    /// The positive `s` with `s * values` integers without a common factor, as `[values]` scaled
    /// would need; 1 when all values are 0.
    pub fn primitive_scale<'a>(values: impl IntoIterator<Item = &'a Rational>) -> Rational {
        let mut denominators = UBig::ONE;
        let mut numerators = UBig::ZERO;
        for value in values.into_iter().filter(|v| !v.is_zero()) {
            let numerator = value.0.numerator().unsigned_abs();
            let denominator = value.0.denominator();
            denominators = &denominators / (&denominators).gcd(denominator) * denominator;
            numerators = if numerators == UBig::ZERO { numerator } else { numerators.gcd(numerator) };
        }
        if numerators == UBig::ZERO {
            return Rational::one();
        }
        // gcd(p_i/q_i) in lowest terms is gcd(p_i)/lcm(q_i).
        Rational(RBig::from_parts(IBig::from(denominators), numerators))
    }

    /// The rational with the smallest denominator (then numerator) in the closed interval
    /// `[low, high]`, by the Stern-Brocot tree.
    pub fn simplest_between(low: &Rational, high: &Rational) -> Rational {
        assert!(low <= high, "the interval must not be empty");
        if let (Some(low), Some(high)) = (low.machine_fraction(), high.machine_fraction()) {
            let (numerator, denominator) = simplest_in_machine(low, high);
            return Rational(RBig::from_parts(IBig::from(numerator), UBig::from(denominator)));
        }
        if low.signum() <= 0 && high.signum() >= 0 {
            return Rational::zero();
        }
        if high.is_negative() {
            return -Rational::simplest_between(&-high, &-low);
        }
        let (floor, remainder) = low.split_floor();
        if remainder.is_zero() {
            return floor;
        }
        let next = &floor + &Rational::one();
        if &next <= high {
            return next;
        }
        let inner =
            Rational::simplest_between(&(Rational::one() / (high - &floor)), &(Rational::one() / (low - &floor)));
        floor + Rational::one() / inner
    }

    /// Numerator and denominator, if they are machine integers.
    fn machine_fraction(&self) -> Option<(i128, u128)> {
        Some((i128::try_from(self.0.numerator()).ok()?, u128::try_from(self.0.denominator()).ok()?))
    }

    /// The largest integer not above it.
    pub fn floor(&self) -> Self {
        Rational(RBig::from(self.0.floor()))
    }

    /// The value as a machine integer; `None` for fractions and larger numbers.
    pub fn to_i128(&self) -> Option<i128> {
        self.is_integer().then(|| i128::try_from(self.0.numerator()).ok()).flatten()
    }

    /// The largest integer not above, and what is left.
    fn split_floor(&self) -> (Rational, Rational) {
        let floor = self.floor();
        let rest = self - &floor;
        (floor, rest)
    }

    /// The numerator, which carries the sign.
    pub fn numerator(&self) -> &Integer {
        self.0.numerator()
    }

    /// The denominator, above 0.
    pub fn denominator(&self) -> &Natural {
        self.0.denominator()
    }

    /// The numerator of a whole number; rounded towards 0 for others.
    pub fn to_integer(&self) -> Integer {
        if self.is_integer() { self.0.numerator().clone() } else { self.0.trunc() }
    }

    /// `numerator / denominator`; the denominator must not be 0.
    pub fn quotient(numerator: Integer, denominator: Integer) -> Self {
        let negative = denominator.is_negative();
        let (numerator, denominator) = if negative { (-numerator, -denominator) } else { (numerator, denominator) };
        Rational(RBig::from_parts(numerator, denominator.unsigned_abs()))
    }

    /// The number of bits of the numerator and the denominator together: how long it is to write.
    pub fn bits(&self) -> usize {
        use dashu_base::BitTest;
        self.0.numerator().bit_len() + self.0.denominator().bit_len()
    }

    /// Is the numerator 1 or -1?
    pub(crate) fn has_numerator_one(&self) -> bool {
        use dashu_base::BitTest;
        self.0.numerator().bit_len() == 1
    }

    /// The number of characters of the absolute value's text.
    pub(crate) fn size_text_length(&self) -> usize {
        let digits = |value: Option<u128>, text: &dyn Fn() -> String| match value {
            Some(0) => 1,
            Some(value) => match u64::try_from(value) {
                Ok(value) => 1 + value.ilog10() as usize,
                Err(_) => 1 + value.ilog10() as usize,
            },
            None => text().len(),
        };
        let (numerator, denominator) = (self.0.numerator(), self.0.denominator());
        let above = i128::try_from(numerator).ok().map(i128::unsigned_abs);
        let above = digits(above, &|| numerator.unsigned_abs().to_string());
        if self.is_integer() {
            return above;
        }
        above + 1 + digits(u128::try_from(denominator).ok(), &|| denominator.to_string())
    }

    /// A decimal rounded to `digits` significant digits, for people; exact ones stay short.
    pub fn to_decimal(&self, digits: usize) -> String {
        let float = self.to_f64();
        if self.is_zero() {
            return "0".into();
        }
        let magnitude = float.abs().log10().floor() as i32;
        let text = if (-5..15).contains(&magnitude) {
            let places = (digits as i32 - 1 - magnitude).max(0) as usize;
            format!("{float:.places$}")
        } else {
            format!("{float:.*e}", digits.saturating_sub(1))
        };
        match text.split_once('.') {
            Some((_, tail)) if !tail.contains('e') => text.trim_end_matches('0').trim_end_matches('.').to_string(),
            _ => text,
        }
    }
}

/// [`Rational::simplest_between`] of fractions of machine integers.
fn simplest_in_machine(low: (i128, u128), high: (i128, u128)) -> (i128, u128) {
    if low.0 <= 0 && high.0 >= 0 {
        return (0, 1);
    }
    let negative = high.0 < 0;
    let (low, high) = if negative { (high, low) } else { (low, high) };
    let (mut low, mut high) = ((low.0.unsigned_abs(), low.1), (high.0.unsigned_abs(), high.1));
    // Rows of the continued fraction so far: the last convergent and the one before it.
    let (mut last, mut before) = ((1u128, 0u128), (0u128, 1u128));
    let (numerator, denominator) = loop {
        let floor = low.0 / low.1;
        // The first whole number in the interval, if there is one, ends the fraction.
        let first = if low.0 % low.1 == 0 { floor } else { floor + 1 };
        let is_inside = first <= high.0 / high.1;
        let term = if is_inside { first } else { floor };
        let next = (term * last.0 + before.0, term * last.1 + before.1);
        if is_inside {
            break next;
        }
        (before, last) = (last, next);
        // 1 / (high - floor) to 1 / (low - floor).
        (low, high) = ((high.1, high.0 - floor * high.1), (low.1, low.0 - floor * low.1));
    };
    let size = numerator as i128;
    (if negative { -size } else { size }, denominator)
}

impl From<i64> for Rational {
    fn from(value: i64) -> Self {
        Rational(RBig::from(value))
    }
}

impl From<i128> for Rational {
    fn from(value: i128) -> Self {
        Rational(RBig::from(value))
    }
}

impl From<usize> for Rational {
    fn from(value: usize) -> Self {
        Rational(RBig::from(value))
    }
}

impl From<Integer> for Rational {
    fn from(value: Integer) -> Self {
        Rational(RBig::from(value))
    }
}

impl From<i32> for Rational {
    fn from(value: i32) -> Self {
        Rational(RBig::from(value))
    }
}

impl fmt::Display for Rational {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0.to_string())
    }
}

impl fmt::Debug for Rational {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl FromStr for Rational {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        if text.len() > MAX_TEXT {
            return Err(Error::input(format!(
                "a number of {} characters is too long (at most {MAX_TEXT})",
                text.len()
            )));
        }
        let wrong = || Error::input(format!("`{text}` is not a number (write 3, -1/2, 0.25 or 1e-3)"));
        match text.split_once('/') {
            None => decimal(text).ok_or_else(wrong),
            Some((numerator, denominator)) => {
                let numerator = decimal(numerator).ok_or_else(wrong)?;
                let denominator = decimal(denominator).ok_or_else(wrong)?;
                if denominator.is_zero() {
                    return Err(Error::input(format!("`{text}` divides by zero")));
                }
                Ok(numerator / denominator)
            }
        }
    }
}

/// Digits with an optional sign, point and exponent; exact.
fn decimal(text: &str) -> Option<Rational> {
    let text = text.trim();
    let (sign, text) = match text.strip_prefix('-') {
        Some(rest) => (Sign::Negative, rest),
        None => (Sign::Positive, text.strip_prefix('+').unwrap_or(text)),
    };
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().ok()?),
        None => (text, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let exponent = exponent.checked_sub(i64::try_from(fraction.len()).ok()?)?;
    if exponent.abs() > MAX_EXPONENT {
        return None;
    }
    let value = IBig::from_parts(sign, digits.parse::<UBig>().ok()?);
    let power = UBig::from(10u8).pow(exponent.unsigned_abs() as usize);
    Some(Rational(if exponent >= 0 { RBig::from(value * IBig::from(power)) } else { RBig::from_parts(value, power) }))
}

impl Serialize for Rational {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.to_string())
    }
}

impl<'de> Deserialize<'de> for Rational {
    /// From an exact string (`"-1/2"`) or a JSON number, whose decimal digits are taken as exact.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = match serde_json::Value::deserialize(deserializer)? {
            serde_json::Value::String(text) => text,
            serde_json::Value::Number(number) => number.to_string(),
            other => return Err(de::Error::custom(format!("`{other}` is not a number"))),
        };
        text.parse().map_err(de::Error::custom)
    }
}

macro_rules! binary {
    ($trait:ident, $method:ident) => {
        impl $trait<&Rational> for &Rational {
            type Output = Rational;
            fn $method(self, other: &Rational) -> Rational {
                Rational((&self.0).$method(&other.0))
            }
        }
        impl $trait<Rational> for &Rational {
            type Output = Rational;
            fn $method(self, other: Rational) -> Rational {
                Rational((&self.0).$method(other.0))
            }
        }
        impl $trait<&Rational> for Rational {
            type Output = Rational;
            fn $method(self, other: &Rational) -> Rational {
                Rational(self.0.$method(&other.0))
            }
        }
        impl $trait<Rational> for Rational {
            type Output = Rational;
            fn $method(self, other: Rational) -> Rational {
                Rational(self.0.$method(other.0))
            }
        }
    };
}

binary!(Add, add);
binary!(Sub, sub);
binary!(Mul, mul);
binary!(Div, div);

impl Neg for Rational {
    type Output = Rational;
    fn neg(self) -> Rational {
        Rational(-self.0)
    }
}

impl Neg for &Rational {
    type Output = Rational;
    fn neg(self) -> Rational {
        Rational(-self.0.clone())
    }
}

impl AddAssign<&Rational> for Rational {
    fn add_assign(&mut self, other: &Rational) {
        self.0 += &other.0;
    }
}

impl SubAssign<&Rational> for Rational {
    fn sub_assign(&mut self, other: &Rational) {
        self.0 -= &other.0;
    }
}

impl MulAssign<&Rational> for Rational {
    fn mul_assign(&mut self, other: &Rational) {
        self.0 *= &other.0;
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

#[cfg(test)]
mod tests {
    use super::*;

    fn r(text: &str) -> Rational {
        text.parse().unwrap()
    }

    #[test]
    fn reads_and_prints() {
        for (text, printed) in [
            ("3", "3"),
            ("-1/2", "-1/2"),
            ("0.25", "1/4"),
            ("1e-3", "1/1000"),
            ("-2.5e2", "-250"),
            ("6/4", "3/2"),
            (".5", "1/2"),
            ("1.", "1"),
            ("+7", "7"),
            ("-0", "0"),
            ("0.1/0.3", "1/3"),
        ] {
            assert_eq!(r(text).to_string(), printed, "{text}");
        }
        for text in ["", "-", "x", "1/0", "1e", "1e99999", "1//2", "0x10", "1_000", ".", "nan", "inf", "--1"] {
            assert!(text.parse::<Rational>().is_err(), "{text}");
        }
    }

    #[test]
    fn floats_are_the_rationals_they_are() {
        assert_eq!(Rational::from_f32(0.1).unwrap(), r("13421773/134217728"));
        assert_eq!(Rational::from_f64(-0.5).unwrap(), r("-1/2"));
        assert_eq!(Rational::from_f32(f32::NAN), None);
        assert_eq!(Rational::from_f64(f64::INFINITY), None);
        assert_eq!(r("1/3").to_f32(), 1.0f32 / 3.0);
    }

    #[test]
    fn simplest_between_is_the_smallest_denominator() {
        for (low, high) in [("3.14", "3.15"), ("-0.34", "-0.33"), ("0.998", "0.999"), ("1/7", "1/7"), ("-1", "2")] {
            let (low, high) = (r(low), r(high));
            let brute = (1..).find_map(|q: i64| {
                let q_rational = Rational::from(q);
                let mut p = (&low * &q_rational).split_floor().0;
                while p < &low * &q_rational {
                    p = p + Rational::one();
                }
                (p <= &high * &q_rational).then(|| p / q_rational)
            });
            let found = Rational::simplest_between(&low, &high);
            assert!(low <= found && found <= high);
            assert_eq!(found.0.denominator(), brute.unwrap().0.denominator());
        }
    }

    #[test]
    fn simplest_between_is_the_same_beyond_machine_integers() {
        // Simplest fractions keep their continued fraction when whole numbers are added, and large ones
        // leave machine integers.
        let far = r("1e40");
        for (low, high) in [("3.14", "3.15"), ("-0.34", "-0.33"), ("0.9985", "0.999"), ("1/7", "1/7"), ("5/2", "4")] {
            let (low, high) = (r(low), r(high));
            let near = Rational::simplest_between(&low, &high);
            // Below 0 the fractions run the other way.
            let moved = if low.is_negative() { -&far } else { far.clone() };
            let found = Rational::simplest_between(&(&low + &moved), &(&high + &moved));
            assert_eq!(found - moved, near, "{low} to {high}");
        }
    }

    #[test]
    fn primitive_scale_gives_coprime_integers() {
        let scale = Rational::primitive_scale([&r("2/3"), &r("-4/5"), &r("0")]);
        assert_eq!(scale, r("15/2"));
        assert_eq!(Rational::primitive_scale([&r("0")]), r("1"));
    }

    #[test]
    fn decimals_for_people() {
        assert_eq!(r("1/3").to_decimal(3), "0.333");
        assert_eq!(r("1/4").to_decimal(6), "0.25");
        assert_eq!(r("-1500").to_decimal(6), "-1500");
        assert_eq!(r("1e-9").to_decimal(3), "1.00e-9");
    }
}
