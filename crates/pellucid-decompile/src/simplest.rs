//! Simple numbers near given ones.

use std::cmp::Ordering;

use pellucid_core::Rational;

/// A simple rational within `slack` of a value: the simplest fraction, or the simplest multiple of
/// the power of ten below the value, whichever is shorter to write. So 0.30004 becomes 3/10 where
/// the fractions alone would offer 2/7, and 1000003 becomes 1000000, not the smallest integer in reach.
pub fn simplest_near(value: &Rational, slack: &Rational) -> Rational {
    if slack.is_zero() {
        return value.clone();
    }
    simplest_near_float(value.to_f64(), slack.to_f64()).unwrap_or_else(|| simplest_near_exactly(value, slack))
}

/// The same of floats; `None` where they are too large or too small, or the slack too fine, to be trusted.
///
/// Rounding errors are far below the slack: where they decide, either choice is as good.
fn simplest_near_float(value: f64, slack: f64) -> Option<Rational> {
    let size = value.abs();
    if size <= slack {
        return Some(Rational::zero());
    }
    if !(1e-9..1e12).contains(&size) || slack < 1e-10 * size {
        return None;
    }
    let (p, q) = simplest_in_floats(size - slack, size + slack)?;
    let exponent = size.log10().floor();
    let unit = 10f64.powf(exponent);
    let (m, n) = simplest_in_floats((size - slack) / unit, (size + slack) / unit)?;
    let bits = |(p, q): (i64, i64)| p.ilog2() + q.ilog2();
    let ten = 10i64.checked_pow(exponent.abs() as u32)?;
    let decimal = || match exponent < 0.0 {
        true => Rational::ratio(m, n) / Rational::from(ten),
        false => Rational::ratio(m, n) * Rational::from(ten),
    };
    let off = |value: f64| (value - size).abs();
    let (at, decimal_at) = (p as f64 / q as f64, m as f64 / n as f64 * unit);
    let is_nearer = || off(decimal_at) < off(at) && decimal() != Rational::ratio(p, q);
    let shorter = match bits((m, n)).cmp(&bits((p, q))) {
        Ordering::Equal => is_nearer(),
        order => order.is_lt(),
    };
    let is_inside = off(if shorter { decimal_at } else { at }) <= slack;
    let simple = if shorter { decimal() } else { Rational::ratio(p, q) };
    is_inside.then(|| if value < 0.0 { -simple } else { simple })
}

/// The simplest fraction in an interval of positive numbers, by continued fractions; `None` where it leaves what
/// floats can tell.
fn simplest_in_floats(mut low: f64, mut high: f64) -> Option<(i64, i64)> {
    const LARGEST: f64 = (1i64 << 50) as f64;
    // Rows of the continued fraction so far: the last convergent and the one before it.
    let (mut last, mut before) = ((1.0, 0.0), (0.0, 1.0));
    for _ in 0..64 {
        let (floor, first) = (low.floor(), low.ceil());
        // The first whole number in the interval, if there is one, ends the fraction.
        let is_inside = first <= high;
        let term = if is_inside { first } else { floor };
        let next: (f64, f64) = (term * last.0 + before.0, term * last.1 + before.1);
        if !(next.0 < LARGEST && next.1 < LARGEST) {
            return None;
        }
        if is_inside {
            return (next.0 > 0.0 && next.1 > 0.0).then_some((next.0 as i64, next.1 as i64));
        }
        (before, last) = (last, next);
        (low, high) = (1.0 / (high - floor), 1.0 / (low - floor));
    }
    None
}

/// The same of any numbers.
fn simplest_near_exactly(value: &Rational, slack: &Rational) -> Rational {
    let fraction = Rational::simplest_between(&(value - slack), &(value + slack));
    let Some(unit) = power_of_ten_below(value).filter(|_| !fraction.is_zero()) else { return fraction };
    let multiple = Rational::simplest_between(&((value - slack) / &unit), &((value + slack) / &unit));
    let decimal = &multiple * &unit;
    let off = |candidate: &Rational| (candidate - value).abs();
    let shorter = match multiple.bits().cmp(&fraction.bits()) {
        Ordering::Equal => decimal != fraction && off(&decimal) < off(&fraction),
        order => order.is_lt(),
    };
    if shorter { decimal } else { fraction }
}

/// The largest power of ten that is not above the absolute value; `None` beyond the range of floats.
fn power_of_ten_below(value: &Rational) -> Option<Rational> {
    let magnitude = value.to_f64().abs().log10().floor();
    if !magnitude.is_finite() {
        return None;
    }
    match 10i64.checked_pow(magnitude.abs() as u32) {
        Some(power) if magnitude < 0.0 => Some(Rational::ratio(1, power)),
        Some(power) => Some(Rational::from(power)),
        None => format!("1e{magnitude}").parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(value: &str, slack: &str, expected: &str) {
        let (value, slack): (Rational, Rational) = (value.parse().unwrap(), slack.parse().unwrap());
        assert_eq!(simplest_near(&value, &slack).to_string(), expected, "{value} within {slack}");
    }

    #[test]
    fn floats_find_what_exact_numbers_find() {
        let mut state = 0.7134f64;
        let mut next = || {
            state = (state * 9973.0 + 0.137).fract();
            state
        };
        let mut differ = 0;
        for _ in 0..4_000 {
            let value = (2.0 * next() - 1.0) * 10f64.powf(8.0 * next() - 4.0);
            let slack = value.abs() * 10f64.powf(-6.0 * next());
            let (exact, fine) = (Rational::from_f64(value).unwrap(), Rational::from_f64(slack).unwrap());
            let (by_floats, exactly) = (simplest_near(&exact, &fine), simplest_near_exactly(&exact, &fine));
            assert!((&by_floats - &exact).abs() <= &fine * &Rational::ratio(1_000_001, 1_000_000));
            differ += usize::from(by_floats != exactly);
        }
        assert!(differ <= 4, "{differ} of 4000 differ");
    }

    #[test]
    fn short_numbers_win() {
        check("0.999", "0.1", "1");
        check("0.0004", "0.1", "0");
        check("-0.3333", "0.01", "-1/3");
        check("0.30004", "0.02", "3/10");
        check("0.2501", "0.03", "1/4");
        check("0.003002", "0.0001", "3/1000");
        check("1000003.25", "1000", "1000000");
        check("-2.5003", "0.01", "-5/2");
        check("0.6667", "0.01", "2/3");
        check("0.1234", "0", "617/5000");
    }
}
