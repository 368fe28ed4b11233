//! Exact rational numbers: the only numbers a claim is made of.

mod operations;
mod text;

use dashu_base::{Gcd, Signed, UnsignedAbs};
use dashu_int::{IBig, UBig};
use dashu_ratio::RBig;

use crate::small_fraction::SmallFraction;
use crate::{Integer, Natural};

/// Powers of ten beyond this are refused, so that `1e999999999` cannot exhaust the memory.
pub(crate) const MAX_EXPONENT: i64 = 4096;

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
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Rational(Value);

/// Large integers only where machine integers do not do, so that equal numbers are equal values.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Value {
    Small(SmallFraction),
    Large(RBig),
}

use Value::{Large, Small};

impl Rational {
    /// 0.
    pub fn zero() -> Self {
        Rational(Small(SmallFraction::ZERO))
    }

    /// 1.
    pub fn one() -> Self {
        Rational(Small(SmallFraction::ONE))
    }

    /// `numerator / denominator`; the denominator must not be 0.
    pub fn ratio(numerator: i64, denominator: i64) -> Self {
        Rational::from(numerator) / Rational::from(denominator)
    }

    /// The exact value of a finite float; `None` for NaN and the infinities.
    pub fn from_f64(value: f64) -> Option<Self> {
        match SmallFraction::of_float(value) {
            Some(value) => Some(Rational(Small(value))),
            None => RBig::try_from(value).ok().map(Rational::of_large),
        }
    }

    /// The exact value of a finite float; `None` for NaN and the infinities.
    pub fn from_f32(value: f32) -> Option<Self> {
        Rational::from_f64(value.into())
    }

    /// The nearest float. Only for showing and for suggesting.
    pub fn to_f64(&self) -> f64 {
        let fast = if let Small(value) = self.0 { value.to_f64() } else { None };
        fast.unwrap_or_else(|| self.to_large().to_f64().value())
    }

    /// The nearest float. Only for showing and for training.
    pub fn to_f32(&self) -> f32 {
        let fast = if let Small(value) = self.0 { value.to_f32() } else { None };
        fast.unwrap_or_else(|| self.to_large().to_f32().value())
    }

    /// With large integers.
    pub(crate) fn to_large(&self) -> RBig {
        match &self.0 {
            Small(value) => RBig::from_parts(value.numerator().into(), value.denominator().into()),
            Large(value) => value.clone(),
        }
    }

    /// With machine integers if they do.
    pub(crate) fn of_large(value: RBig) -> Self {
        let machine = || Some((i64::try_from(value.numerator()).ok()?, u64::try_from(value.denominator()).ok()?));
        let small = machine().and_then(|(above, below)| SmallFraction::in_lowest_terms(above.into(), below.into()));
        Rational(small.map_or_else(|| Large(value), Small))
    }

    /// Is it 0?
    pub fn is_zero(&self) -> bool {
        self.0 == Small(SmallFraction::ZERO)
    }

    /// Is it 1?
    pub fn is_one(&self) -> bool {
        self.0 == Small(SmallFraction::ONE)
    }

    /// Is it above 0?
    pub fn is_positive(&self) -> bool {
        self.signum() > 0
    }

    /// Is it below 0?
    pub fn is_negative(&self) -> bool {
        self.signum() < 0
    }

    /// Is it a whole number?
    pub fn is_integer(&self) -> bool {
        match &self.0 {
            Small(value) => value.denominator() == 1,
            Large(value) => value.is_int(),
        }
    }

    /// -1, 0 or 1.
    pub fn signum(&self) -> i32 {
        match &self.0 {
            Small(value) => value.numerator().signum() as i32,
            Large(value) if value.is_negative() => -1,
            // 0 is small.
            Large(_) => 1,
        }
    }

    /// The absolute value.
    pub fn abs(&self) -> Self {
        match &self.0 {
            Small(value) => Rational(Small(value.abs())),
            Large(value) if value.is_negative() => Rational(Large(-value.clone())),
            Large(_) => self.clone(),
        }
    }

    /// `1 / self`; `None` for 0.
    pub fn recip(&self) -> Option<Self> {
        (!self.is_zero()).then(|| Rational::one() / self)
    }

    /// The positive `s` with `s * values` integers without a common factor, as `[values]` scaled
    /// would need; 1 when all values are 0.
    pub fn primitive_scale<'a>(values: impl IntoIterator<Item = &'a Rational>) -> Rational {
        let values: Vec<&Rational> = values.into_iter().filter(|v| !v.is_zero()).collect();
        if let Some(scale) = Rational::small_primitive_scale(&values) {
            return scale;
        }
        let mut denominators = UBig::ONE;
        let mut numerators = UBig::ZERO;
        for value in values {
            let (numerator, denominator) = (value.numerator().unsigned_abs(), value.denominator());
            denominators = &denominators / (&denominators).gcd(&denominator) * denominator;
            numerators = if numerators == UBig::ZERO { numerator } else { numerators.gcd(numerator) };
        }
        if numerators == UBig::ZERO {
            return Rational::one();
        }
        // gcd(p_i/q_i) in lowest terms is gcd(p_i)/lcm(q_i).
        Rational::of_large(RBig::from_parts(IBig::from(denominators), numerators))
    }

    /// The same of values that are not 0, where all is done with machine integers.
    fn small_primitive_scale(values: &[&Rational]) -> Option<Rational> {
        let (mut denominators, mut numerators) = (1u64, 0u64);
        for value in values {
            let Small(value) = &value.0 else { return None };
            let (above, below) = (value.numerator().unsigned_abs(), value.denominator());
            denominators = (denominators / denominators.gcd(below)).checked_mul(below)?;
            numerators = if numerators == 0 { above } else { numerators.gcd(above) };
        }
        // A prime that divides all numerators divides no denominator.
        let scale = SmallFraction::in_lowest_terms(denominators.into(), numerators.max(1).into())?;
        Some(Rational(Small(scale)))
    }

    /// The rational with the smallest denominator (then numerator) in the closed interval
    /// `[low, high]`, by the Stern-Brocot tree.
    pub fn simplest_between(low: &Rational, high: &Rational) -> Rational {
        assert!(low <= high, "the interval must not be empty");
        if let (Some(low), Some(high)) = (low.machine_fraction(), high.machine_fraction()) {
            let (numerator, denominator) = simplest_in_machine(low, high);
            return match SmallFraction::in_lowest_terms(numerator, denominator) {
                Some(simplest) => Rational(Small(simplest)),
                None => Rational::of_large(RBig::from_parts(IBig::from(numerator), UBig::from(denominator))),
            };
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
        match &self.0 {
            Small(value) => Some((value.numerator().into(), value.denominator().into())),
            Large(value) => Some((i128::try_from(value.numerator()).ok()?, u128::try_from(value.denominator()).ok()?)),
        }
    }

    /// The largest integer not above it.
    pub fn floor(&self) -> Self {
        match &self.0 {
            Small(value) => Rational::from(i128::from(value.numerator()).div_euclid(value.denominator().into())),
            Large(value) => Rational::from(value.floor()),
        }
    }

    /// The value as a machine integer; `None` for fractions and larger numbers.
    pub fn to_i128(&self) -> Option<i128> {
        self.machine_fraction().filter(|(_, denominator)| *denominator == 1).map(|(numerator, _)| numerator)
    }

    /// The largest integer not above, and what is left.
    fn split_floor(&self) -> (Rational, Rational) {
        let floor = self.floor();
        let rest = self - &floor;
        (floor, rest)
    }

    /// The numerator, which carries the sign.
    pub fn numerator(&self) -> Integer {
        match &self.0 {
            Small(value) => value.numerator().into(),
            Large(value) => value.numerator().clone(),
        }
    }

    /// The denominator, above 0.
    pub fn denominator(&self) -> Natural {
        match &self.0 {
            Small(value) => value.denominator().into(),
            Large(value) => value.denominator().clone(),
        }
    }

    /// The numerator of a whole number; rounded towards 0 for others.
    pub fn to_integer(&self) -> Integer {
        match &self.0 {
            // The whole part of a machine fraction is no larger than its numerator.
            Small(value) => (i128::from(value.numerator()) / i128::from(value.denominator())).into(),
            Large(value) if value.is_int() => value.numerator().clone(),
            Large(value) => value.trunc(),
        }
    }

    /// `numerator / denominator`; the denominator must not be 0.
    pub fn quotient(numerator: Integer, denominator: Integer) -> Self {
        if let (Ok(above), Ok(below)) = (i64::try_from(&numerator), i64::try_from(&denominator)) {
            return Rational::ratio(above, below);
        }
        let negative = denominator.is_negative();
        let (numerator, denominator) = if negative { (-numerator, -denominator) } else { (numerator, denominator) };
        Rational::of_large(RBig::from_parts(numerator, denominator.unsigned_abs()))
    }

    /// The number of bits of the numerator and the denominator together: how long it is to write.
    pub fn bits(&self) -> usize {
        use dashu_base::BitTest;
        match &self.0 {
            Small(value) => value.bits(),
            Large(value) => value.numerator().bit_len() + value.denominator().bit_len(),
        }
    }

    /// Is the numerator 1 or -1?
    pub(crate) fn has_numerator_one(&self) -> bool {
        match &self.0 {
            Small(value) => value.numerator().abs() == 1,
            Large(value) => value.numerator().unsigned_abs() == UBig::ONE,
        }
    }

    /// The number of characters of the absolute value's text.
    pub(crate) fn size_text_length(&self) -> usize {
        let digits = |value: u64| 1 + value.max(1).ilog10() as usize;
        match &self.0 {
            Small(value) if value.denominator() == 1 => digits(value.numerator().unsigned_abs()),
            Small(value) => digits(value.numerator().unsigned_abs()) + 1 + digits(value.denominator()),
            Large(_) => self.abs().to_string().len(),
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
        Rational::from(i128::from(value))
    }
}

impl From<i128> for Rational {
    fn from(value: i128) -> Self {
        match SmallFraction::in_lowest_terms(value, 1) {
            Some(value) => Rational(Small(value)),
            None => Rational(Large(RBig::from(value))),
        }
    }
}

impl From<usize> for Rational {
    fn from(value: usize) -> Self {
        Rational::from(value as i128)
    }
}

impl From<Integer> for Rational {
    fn from(value: Integer) -> Self {
        match i128::try_from(&value) {
            Ok(value) => Rational::from(value),
            Err(_) => Rational(Large(RBig::from(value))),
        }
    }
}

impl From<i32> for Rational {
    fn from(value: i32) -> Self {
        Rational::from(i128::from(value))
    }
}

impl Default for Rational {
    fn default() -> Self {
        Rational::zero()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

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
            assert_eq!(found.denominator(), brute.unwrap().denominator());
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

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4_000, ..ProptestConfig::default() })]

        /// Sums and products that leave the machine integers, and come back, are what large integers give.
        #[test]
        fn machine_integers_are_left_and_found_again(
            parts in prop::collection::vec((any::<i64>(), any::<u32>(), 0u32..40, 0u8..4), 1..12),
        ) {
            let (mut value, mut large) = (Rational::one(), RBig::ONE);
            for (above, below, shift, operation) in parts {
                let below = i64::from(below >> (shift % 32)).max(1);
                let (next, next_large) = (
                    Rational::ratio(above >> shift, below),
                    RBig::from_parts(IBig::from(above >> shift), UBig::from(below as u64)),
                );
                (value, large) = match operation {
                    0 => (&value + &next, &large + &next_large),
                    1 => (&value - &next, &large - &next_large),
                    3 if !next.is_zero() => (&value / &next, &large / &next_large),
                    _ => (&value * &next, &large * &next_large),
                };
                prop_assert_eq!(&value.to_large(), &large);
                prop_assert_eq!(&value, &Rational::of_large(large.clone()), "equal numbers are equal values");
                prop_assert_eq!(value.cmp(&next), large.cmp(&next_large));
                prop_assert_eq!(value.to_f64(), large.to_f64().value());
                prop_assert_eq!(value.signum(), large.signum().to_f64().value() as i32);
                prop_assert_eq!(&value.floor().to_large(), &RBig::from(large.floor()));
                prop_assert_eq!(value.to_string(), large.to_string());
                prop_assert_eq!(value.size_text_length(), large.to_string().trim_start_matches('-').len());
                prop_assert_eq!((&value - &next) + &next, value.clone());
                prop_assert_eq!(value.abs().to_large(), if large.is_negative() { -large.clone() } else { large.clone() });
            }
        }
    }

    #[test]
    fn decimals_for_people() {
        assert_eq!(r("1/3").to_decimal(3), "0.333");
        assert_eq!(r("1/4").to_decimal(6), "0.25");
        assert_eq!(r("-1500").to_decimal(6), "-1500");
        assert_eq!(r("1e-9").to_decimal(3), "1.00e-9");
        // Beyond floats.
        assert_eq!(r("-1.25e999").to_decimal(4), "-1.250e999");
        assert_eq!(r("3.5e-999").to_decimal(3), "3.50e-999");
        assert_eq!(r("1e-1000").to_decimal(2), "1.0e-1000");
    }
}
