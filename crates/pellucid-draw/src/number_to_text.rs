//! Numbers as people read them in a picture.

use pellucid_core::Rational;

/// Exact text up to this length is shown as it is; `-17/24` has 6 characters.
const SHORT: usize = 6;
/// Longer numbers are rounded to this many significant digits.
const DIGITS: usize = 4;

/// The number exactly when that is short, otherwise as a decimal with 4 significant digits.
///
/// A rounded number keeps its zeros, so `1.000` is near 1 while `1` is 1.
///
/// ```
/// use pellucid_core::Rational;
/// use pellucid_draw::number_to_text;
/// assert_eq!(number_to_text(&Rational::ratio(-1, 2)), "-1/2");
/// assert_eq!(number_to_text(&Rational::from_f32(-0.85671234).unwrap()), "-0.8567");
/// assert_eq!(number_to_text(&Rational::from_f32(0.9999999).unwrap()), "1.000");
/// ```
pub fn number_to_text(value: &Rational) -> String {
    let exact = value.to_string();
    if exact.len() <= SHORT {
        return exact;
    }
    let rounded = value.to_decimal(DIGITS);
    if rounded.contains('e') || rounded.parse::<Rational>().is_ok_and(|r| r == *value) {
        return rounded;
    }
    let digits = rounded.chars().filter(char::is_ascii_digit).skip_while(|c| *c == '0').count();
    if digits >= DIGITS {
        return rounded;
    }
    let point = if rounded.contains('.') { "" } else { "." };
    format!("{rounded}{point}{}", "0".repeat(DIGITS - digits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounded_numbers_keep_their_zeros_and_exact_ones_stay_short() {
        let check = |text: &str, expected: &str| {
            let value: Rational = text.parse().expect("a number");
            assert_eq!(number_to_text(&value), expected, "{text}");
        };
        check("0", "0");
        check("-17/24", "-17/24");
        check("0.0001", "0.0001");
        check("0.25001", "0.2500");
        check("-1.00000001", "-1.000");
        check("12345678", "12345678");
        check("1234567/10", "123457");
        check("1/3000000000", "3.333e-10");
        check("-0.8567", "-0.8567");
    }
}
