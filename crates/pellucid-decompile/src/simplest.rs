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
