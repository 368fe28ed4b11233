//! Rigorous values of exp, log, sin and cos: fixed-point series whose every step is rounded outwards,
//! and whose rest is bounded.

use dashu_base::DivEuclid;

use crate::interval::{floor_shifted, magnitude, times_power_of_two};
use crate::{Integer, Interval, Rational};

/// Beyond this exp is only bounded: its value would have thousands of digits.
const MAX_EXP: i64 = 4096;
/// Beyond this power of two an angle's place on the circle is not worked out.
const MAX_ANGLE: i64 = 24;
/// Bits that rounding may cost in a series.
const GUARD: usize = 24;

/// An interval of multiples of `2^-width`; the width is kept by whoever computes.
#[derive(Clone)]
struct Fixed {
    low: Integer,
    high: Integer,
}

impl Fixed {
    fn of(value: &Rational, width: usize) -> Fixed {
        let low = floor_shifted(value, width as i64);
        let high = -floor_shifted(&-value, width as i64);
        Fixed { low, high }
    }

    fn one(width: usize) -> Fixed {
        let one = Integer::ONE << width;
        Fixed { low: one.clone(), high: one }
    }

    fn zero() -> Fixed {
        Fixed { low: Integer::ZERO, high: Integer::ZERO }
    }

    fn plus(&self, other: &Fixed) -> Fixed {
        Fixed { low: &self.low + &other.low, high: &self.high + &other.high }
    }

    fn minus(&self, other: &Fixed) -> Fixed {
        Fixed { low: &self.low - &other.high, high: &self.high - &other.low }
    }

    fn negated(&self) -> Fixed {
        Fixed { low: -&self.high, high: -&self.low }
    }

    fn times(&self, other: &Fixed, width: usize) -> Fixed {
        let products =
            [&self.low * &other.low, &self.low * &other.high, &self.high * &other.low, &self.high * &other.high];
        let low = products.iter().min().cloned().unwrap_or_default();
        let high = products.into_iter().max().unwrap_or_default();
        // A shift to the right rounds down, below 0 too.
        Fixed { low: low >> width, high: -(-high >> width) }
    }

    /// Divided by a number above 0.
    fn over(&self, divisor: usize) -> Fixed {
        let divisor = Integer::from(divisor);
        Fixed { low: (&self.low).div_euclid(&divisor), high: -(-&self.high).div_euclid(&divisor) }
    }

    fn scaled(&self, factor: &Integer) -> Fixed {
        let (a, b) = (&self.low * factor, &self.high * factor);
        if a <= b { Fixed { low: a, high: b } } else { Fixed { low: b, high: a } }
    }

    /// Widened on both sides by what is left of a series.
    fn give_or_take(&self, rest: &Integer) -> Fixed {
        Fixed { low: &self.low - rest, high: &self.high + rest }
    }

    fn to_interval(&self, width: usize) -> Interval {
        let value = |end: &Integer| times_power_of_two(&Rational::from(end.clone()), -(width as i64));
        Interval::new(value(&self.low), value(&self.high))
    }
}

/// `exp` at a point, to about `bits` significant bits.
pub(crate) fn exp(x: &Rational, bits: usize) -> Interval {
    if x.is_zero() {
        return Interval::point(Rational::one());
    }
    if x.is_negative() {
        let inverse = exp(&-x, bits).recip();
        return inverse.unwrap_or(Interval::EVERYTHING).rounded(bits);
    }
    let limit = Rational::from(MAX_EXP);
    if *x > limit {
        return Interval::between(exp(&limit, bits).low().cloned(), None);
    }
    // exp(x) = exp(x / 2^halvings)^(2^halvings), with an argument of at most 2^-7.
    let halvings = (magnitude(x) + 8).max(0) as usize;
    let width = bits + 2 * halvings + GUARD;
    let small = Fixed::of(&times_power_of_two(x, -(halvings as i64)), width);
    let (mut sum, mut term) = (Fixed::one(width), Fixed::one(width));
    for k in 1.. {
        term = term.times(&small, width).over(k);
        sum = sum.plus(&term);
        if term.high <= Integer::ONE {
            break;
        }
    }
    // The terms that follow are together below the last one.
    sum.high += &term.high;
    for _ in 0..halvings {
        sum = sum.times(&sum.clone(), width);
    }
    sum.to_interval(width).rounded(bits)
}

/// `log` at a point above 0, to about `bits` bits; everything where rounding has brought the point to 0.
pub(crate) fn log(x: &Rational, bits: usize) -> Interval {
    if !x.is_positive() {
        return Interval::EVERYTHING;
    }
    // x = 2^k m with 1/2 < m < 2, and log m = 2 artanh((m - 1) / (m + 1)).
    let k = magnitude(x);
    let m = times_power_of_two(x, -k);
    let width = bits + GUARD + 16;
    let one = Rational::one();
    let z = (&m - &one) / (&m + &one);
    let doubled = |z: &Rational| artanh(z, width).scaled(&Integer::from(2));
    let sum = doubled(&z).plus(&doubled(&Rational::ratio(1, 3)).scaled(&Integer::from(k)));
    sum.to_interval(width).rounded(bits)
}

/// `artanh(z) = z + z^3/3 + z^5/5 + ...` for `|z| <= 1/3`.
fn artanh(z: &Rational, width: usize) -> Fixed {
    if z.is_zero() {
        return Fixed::zero();
    }
    if z.is_negative() {
        return artanh(&-z, width).negated();
    }
    let mut power = Fixed::of(z, width);
    let square = power.times(&power, width);
    let mut sum = Fixed::zero();
    for k in 0.. {
        sum = sum.plus(&power.over(2 * k + 1));
        if power.high <= Integer::ONE {
            break;
        }
        power = power.times(&square, width);
    }
    // Powers fall by a factor of 9, so those that follow are together below the last one.
    sum.high += &power.high;
    sum
}

/// `pi/2 = 8 arctan(1/5) - 2 arctan(1/239)` (Machin).
fn half_pi(width: usize) -> Fixed {
    let arctan = |n: usize| {
        let mut power = Fixed::one(width).over(n);
        let mut sum = Fixed::zero();
        for k in 0.. {
            let term = power.over(2 * k + 1);
            sum = if k % 2 == 0 { sum.plus(&term) } else { sum.minus(&term) };
            if power.high <= Integer::ONE {
                break;
            }
            power = power.over(n * n);
        }
        // An alternating series of falling terms: the rest is below the last term.
        sum.give_or_take(&power.high)
    };
    arctan(5).scaled(&Integer::from(8)).minus(&arctan(239).scaled(&Integer::from(2)))
}

/// The multiples `k` of pi/2 that may lie in `[low, high]`, the first and the last; `None` when an end
/// is too far out.
pub(crate) fn quarter_turns(low: &Rational, high: &Rational, bits: usize) -> Option<(Integer, Integer)> {
    if magnitude(low) > MAX_ANGLE || magnitude(high) > MAX_ANGLE {
        return None;
    }
    let width = bits + GUARD + MAX_ANGLE as usize;
    let half_pi = half_pi(width).to_interval(width);
    let turns = |x: &Rational| half_pi.recip().map(|inverse| inverse.scaled(x));
    let (low, high) = (turns(low)?, turns(high)?);
    let low = low.low()?.clone();
    Some((-floor_shifted(&-low, 0), floor_shifted(high.high()?, 0)))
}

/// `sin(x + quarters * pi/2)` at a point, to about `bits` bits.
pub(crate) fn sin_shifted(x: &Rational, quarters: usize, bits: usize) -> Interval {
    let one = Rational::one();
    let whole = Interval::new(-&one, one);
    if magnitude(x) > MAX_ANGLE {
        return whole;
    }
    if x.is_zero() {
        return Interval::point(Rational::from([0, 1, 0, -1][quarters % 4]));
    }
    let width = bits + GUARD + MAX_ANGLE as usize;
    let (angle, half_pi) = (Fixed::of(x, width), half_pi(width));
    // The nearest multiple of pi/2, or one beside it, is taken away; what is left is at most 0.8.
    let nearest = Rational::quotient(angle.low.clone(), half_pi.low.clone()) + Rational::ratio(1, 2);
    let turns = floor_shifted(&nearest, 0);
    let rest = angle.minus(&half_pi.scaled(&turns));
    let turns = floor_shifted(&Rational::quotient(turns.clone(), Integer::from(4)), 0) * Integer::from(-4) + turns;
    let quarter = (usize::try_from(&turns).unwrap_or(0) + quarters) % 4;
    let size = if rest.low >= Integer::ZERO { rest.clone() } else { rest.negated() };
    let size = if size.low >= Integer::ZERO {
        size
    } else {
        Fixed { low: Integer::ZERO, high: rest.high.clone().max(-&rest.low) }
    };
    let square = size.times(&size, width);
    let value = if quarter.is_multiple_of(2) {
        alternating(&square, 2, width).times(&rest, width)
    } else {
        alternating(&square, 1, width)
    };
    let value = if quarter < 2 { value } else { value.negated() };
    value.to_interval(width).rounded(bits).meet(&whole).unwrap_or(whole)
}

/// `1 - s/(n(n+1)) + s^2/(n(n+1)(n+2)(n+3)) - ...` for `0 <= s < 1`: cos(r) for n = 1 and sin(r)/r for
/// n = 2, with s = r^2.
fn alternating(square: &Fixed, mut n: usize, width: usize) -> Fixed {
    let (mut sum, mut term, mut minus) = (Fixed::one(width), Fixed::one(width), true);
    while term.high > Integer::ONE {
        term = term.times(square, width).over(n * (n + 1));
        sum = if minus { sum.minus(&term) } else { sum.plus(&term) };
        (n, minus) = (n + 2, !minus);
    }
    sum.give_or_take(&term.high)
}
