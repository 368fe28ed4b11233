//! Intervals with rational ends, rounded outwards where their numbers would become long.

use std::cmp::Ordering;
use std::fmt;

use dashu_base::{BitTest, DivEuclid, UnsignedAbs};

use crate::{Integer, Natural, Rational};

/// Numbers beyond this power of two, and below its inverse, are not told apart: powers of powers would
/// fill the memory.
const MAX_MAGNITUDE: i64 = 1 << 12;

/// A set `[low, high]` of real numbers; an end that is not there is infinite.
///
/// Every operation gives an interval that holds all results for numbers of its operands.
///
/// ```
/// use pellucid_core::{Interval, Rational};
/// let x = Interval::new(Rational::from(-1), Rational::from(2));
/// assert_eq!(x.times(&x).to_string(), "[-2, 4]");
/// assert_eq!(x.minus(&x).to_string(), "[-3, 3]");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Interval {
    low: Option<Rational>,
    high: Option<Rational>,
}

impl Interval {
    /// All real numbers.
    pub const EVERYTHING: Interval = Interval { low: None, high: None };

    /// `[low, high]`; the ends are exchanged where they come in the wrong order.
    pub fn new(low: Rational, high: Rational) -> Self {
        if low <= high { Interval::between(Some(low), Some(high)) } else { Interval::between(Some(high), Some(low)) }
    }

    /// `[low, high]` with infinite ends for those that are not there; `low <= high` where both are.
    pub(crate) fn between(low: Option<Rational>, high: Option<Rational>) -> Self {
        Interval { low, high }
    }

    /// One number.
    pub fn point(value: Rational) -> Self {
        Interval { low: Some(value.clone()), high: Some(value) }
    }

    /// 0 alone.
    pub fn zero() -> Self {
        Interval::point(Rational::zero())
    }

    /// The lower end; `None` when there is no bound.
    pub fn low(&self) -> Option<&Rational> {
        self.low.as_ref()
    }

    /// The upper end; `None` when there is no bound.
    pub fn high(&self) -> Option<&Rational> {
        self.high.as_ref()
    }

    /// Both ends; `None` when one is infinite.
    pub fn ends(&self) -> Option<(&Rational, &Rational)> {
        Some((self.low.as_ref()?, self.high.as_ref()?))
    }

    /// Is it 0 alone?
    pub fn is_zero(&self) -> bool {
        self.ends().is_some_and(|(low, high)| low.is_zero() && high.is_zero())
    }

    /// Is no number of it below 0?
    pub fn is_not_negative(&self) -> bool {
        self.low.as_ref().is_some_and(|low| !low.is_negative())
    }

    /// Is no number of it above 0?
    pub fn is_not_positive(&self) -> bool {
        self.high.as_ref().is_some_and(|high| !high.is_positive())
    }

    /// Is every number of it above 0?
    pub fn is_positive(&self) -> bool {
        self.low.as_ref().is_some_and(Rational::is_positive)
    }

    /// Is every number of it below 0?
    pub fn is_negative(&self) -> bool {
        self.high.as_ref().is_some_and(Rational::is_negative)
    }

    /// Is no number of it below a number of the other?
    pub fn is_above(&self, other: &Interval) -> bool {
        matches!((&self.low, &other.high), (Some(low), Some(high)) if low >= high)
    }

    /// Does it hold the number?
    pub fn contains(&self, value: &Rational) -> bool {
        self.low.as_ref().is_none_or(|low| low <= value) && self.high.as_ref().is_none_or(|high| value <= high)
    }

    /// Does it hold all of another interval?
    pub fn includes(&self, other: &Interval) -> bool {
        let low = match (&self.low, &other.low) {
            (None, _) => true,
            (Some(mine), Some(theirs)) => mine <= theirs,
            (Some(_), None) => false,
        };
        let high = match (&self.high, &other.high) {
            (None, _) => true,
            (Some(mine), Some(theirs)) => mine >= theirs,
            (Some(_), None) => false,
        };
        low && high
    }

    /// The sum.
    pub fn plus(&self, other: &Interval) -> Interval {
        let add = |a: &Option<Rational>, b: &Option<Rational>| Some(a.as_ref()? + b.as_ref()?);
        Interval { low: add(&self.low, &other.low), high: add(&self.high, &other.high) }
    }

    /// The difference.
    pub fn minus(&self, other: &Interval) -> Interval {
        self.plus(&other.negated())
    }

    /// `-self`.
    pub fn negated(&self) -> Interval {
        let minus = |end: &Option<Rational>| end.as_ref().map(|end| -end);
        Interval { low: minus(&self.high), high: minus(&self.low) }
    }

    /// `factor * self`.
    pub fn scaled(&self, factor: &Rational) -> Interval {
        if factor.is_zero() {
            return Interval::zero();
        }
        let times = |end: &Option<Rational>| end.as_ref().map(|end| end * factor);
        let (a, b) = (times(&self.low), times(&self.high));
        if factor.is_negative() { Interval { low: b, high: a } } else { Interval { low: a, high: b } }
    }

    /// The product. A number times 0 is 0, so an end at 0 meets an infinite one as 0.
    pub fn times(&self, other: &Interval) -> Interval {
        if self.is_zero() || other.is_zero() {
            return Interval::zero();
        }
        let all: Vec<End> = self.to_ends().iter().flat_map(|a| other.to_ends().map(|b| a.times(&b))).collect();
        let low = all.iter().min_by(|a, b| a.cmp(b)).cloned();
        let high = all.iter().max_by(|a, b| a.cmp(b)).cloned();
        Interval { low: low.and_then(End::finite), high: high.and_then(End::finite) }
    }

    /// The squares.
    pub fn squared(&self) -> Interval {
        let size = self.abs();
        size.times(&size)
    }

    /// The absolute values.
    pub fn abs(&self) -> Interval {
        if self.is_not_negative() {
            return self.clone();
        }
        if self.is_not_positive() {
            return self.negated();
        }
        let high = self.ends().map(|(low, high)| if -low > *high { -low } else { high.clone() });
        Interval { low: Some(Rational::zero()), high }
    }

    /// `1 / self`; `None` when it holds 0, except as an end, where the result is unbounded.
    pub fn recip(&self) -> Option<Interval> {
        let inverse = |end: &Option<Rational>| match end {
            Some(end) => end.recip(),
            None => Some(Rational::zero()),
        };
        if self.is_zero() || !(self.is_not_negative() || self.is_not_positive()) {
            return None;
        }
        Some(Interval { low: inverse(&self.high), high: inverse(&self.low) })
    }

    /// The smallest interval that holds both.
    pub fn hull(&self, other: &Interval) -> Interval {
        let end = |a: &Option<Rational>, b: &Option<Rational>, want: Ordering| {
            let (a, b) = (a.as_ref()?, b.as_ref()?);
            Some(if a.cmp(b) == want { a.clone() } else { b.clone() })
        };
        Interval {
            low: end(&self.low, &other.low, Ordering::Less),
            high: end(&self.high, &other.high, Ordering::Greater),
        }
    }

    /// What both have in common; `None` when that is nothing.
    pub fn meet(&self, other: &Interval) -> Option<Interval> {
        let end = |a: &Option<Rational>, b: &Option<Rational>, want: Ordering| match (a, b) {
            (Some(a), Some(b)) => Some(if a.cmp(b) == want { a.clone() } else { b.clone() }),
            (end, None) | (None, end) => end.clone(),
        };
        let met = Interval {
            low: end(&self.low, &other.low, Ordering::Greater),
            high: end(&self.high, &other.high, Ordering::Less),
        };
        met.ends().is_none_or(|(low, high)| low <= high).then_some(met)
    }

    /// The interval of the `rank`-th smallest (from 0) of numbers of these intervals.
    ///
    /// # Panics
    /// When there are not more than `rank` of them.
    pub fn ranked(rank: usize, of: &[Interval]) -> Interval {
        let mut lows: Vec<End> = of.iter().map(|i| i.to_ends()[0].clone()).collect();
        let mut highs: Vec<End> = of.iter().map(|i| i.to_ends()[1].clone()).collect();
        lows.sort();
        highs.sort();
        Interval { low: lows.swap_remove(rank).finite(), high: highs.swap_remove(rank).finite() }
    }

    /// The one that is the `rank`-th smallest (from 0) whatever numbers of these intervals are taken:
    /// enough others are not above it, and enough not below; `strictly` asks that they be below and above.
    pub(crate) fn is_ranked(rank: usize, of: &[Interval], strictly: bool) -> Option<usize> {
        let ends: Vec<[End; 2]> = of.iter().map(Interval::to_ends).collect();
        let sorted = |side: usize| {
            let mut found: Vec<&End> = ends.iter().map(|ends| &ends[side]).collect();
            found.sort();
            found
        };
        let (lows, highs) = (sorted(0), sorted(1));
        (0..of.len()).find(|i| {
            let [low, high] = &ends[*i];
            let itself = usize::from(!strictly && low == high);
            let below = highs.partition_point(|end| *end < low || (!strictly && *end == low)) - itself;
            let above = of.len() - lows.partition_point(|end| *end < high || (strictly && *end == high)) - itself;
            below >= rank && above >= of.len() - 1 - rank
        })
    }

    /// The number in its middle; `None` when an end is infinite.
    pub fn middle(&self) -> Option<Rational> {
        self.ends().map(|(low, high)| (low + high) / Rational::from(2))
    }

    /// The same with ends of about `bits` significant bits where they are longer: rounded outwards. Very
    /// large ends become infinite, and very small ones 0 or a little more.
    pub fn rounded(&self, bits: usize) -> Interval {
        let round = |end: &Option<Rational>, up: bool| end.as_ref().and_then(|end| rounded(end, bits, up));
        Interval { low: round(&self.low, false), high: round(&self.high, true) }
    }

    fn to_ends(&self) -> [End; 2] {
        [self.low.clone().map_or(End::Lowest, End::Finite), self.high.clone().map_or(End::Highest, End::Finite)]
    }
}

/// An end on the line with both infinities.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    Lowest,
    Finite(Rational),
    Highest,
}

impl End {
    fn signum(&self) -> i32 {
        match self {
            End::Lowest => -1,
            End::Finite(value) => value.signum(),
            End::Highest => 1,
        }
    }

    fn times(&self, other: &End) -> End {
        if let (End::Finite(a), End::Finite(b)) = (self, other) {
            return End::Finite(a * b);
        }
        match self.signum() * other.signum() {
            0 => End::Finite(Rational::zero()),
            1 => End::Highest,
            _ => End::Lowest,
        }
    }

    fn finite(self) -> Option<Rational> {
        match self {
            End::Finite(value) => Some(value),
            End::Lowest | End::Highest => None,
        }
    }
}

/// The exponent `e` with `2^(e-1) <= |value| < 2^(e+1)`; 0 for 0.
pub(crate) fn magnitude(value: &Rational) -> i64 {
    if value.is_zero() {
        return 0;
    }
    value.numerator().bit_len() as i64 - value.denominator().bit_len() as i64
}

/// The number itself while it is short; otherwise a multiple of a power of two with about `bits`
/// significant bits, not below it (`up`) or not above it. `None` for an infinite one.
fn rounded(value: &Rational, bits: usize, up: bool) -> Option<Rational> {
    if value.bits() <= 2 * bits + 2 {
        return Some(value.clone());
    }
    let size = magnitude(value);
    if size.abs() > MAX_MAGNITUDE {
        let outwards = up == value.is_positive();
        let limit = times_power_of_two(&Rational::from(value.signum()), size.signum() * MAX_MAGNITUDE);
        return match (size > 0, outwards) {
            (true, true) => None,
            (true, false) | (false, true) => Some(limit),
            (false, false) => Some(Rational::zero()),
        };
    }
    let shift = bits as i64 - size;
    let floor = floor_shifted(value, shift);
    let is_exact = times_power_of_two(&Rational::from(floor.clone()), -shift) == *value;
    let end = if up && !is_exact { floor + Integer::ONE } else { floor };
    Some(times_power_of_two(&Rational::from(end), -shift))
}

/// `floor(value * 2^shift)`.
pub(crate) fn floor_shifted(value: &Rational, shift: i64) -> Integer {
    let by = shift.unsigned_abs() as usize;
    let (numerator, denominator) = (value.numerator(), Integer::from(value.denominator()));
    let (numerator, denominator) =
        if shift >= 0 { (numerator << by, denominator) } else { (numerator, denominator << by) };
    numerator.div_euclid(denominator)
}

/// `value * 2^shift`.
pub(crate) fn times_power_of_two(value: &Rational, shift: i64) -> Rational {
    let power = Integer::ONE << (shift.unsigned_abs() as usize);
    if shift >= 0 { value * Rational::from(power) } else { value / Rational::from(power) }
}

/// `floor(value)` as a natural number, for values that are not negative.
pub(crate) fn to_natural(value: Integer) -> Natural {
    value.unsigned_abs()
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = |end: &Option<Rational>, infinite: &str| end.as_ref().map_or(infinite.into(), ToString::to_string);
        write!(f, "[{}, {}]", end(&self.low, "-inf"), end(&self.high, "inf"))
    }
}

impl fmt::Debug for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
