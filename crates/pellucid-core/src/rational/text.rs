//! Rationals from text and to text, for people and for files.

use std::fmt;
use std::str::FromStr;

use dashu_base::Sign;
use dashu_int::{IBig, UBig};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::Value::{Large, Small};
use super::{MAX_EXPONENT, Rational};
use crate::Error;

/// Longer texts of numbers are refused: reading a fraction takes time that grows with the square.
const MAX_TEXT: usize = 100_000;

impl fmt::Display for Rational {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text())
    }
}

impl fmt::Debug for Rational {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

impl Rational {
    fn text(&self) -> String {
        match &self.0 {
            Small(value) if value.denominator() == 1 => value.numerator().to_string(),
            Small(value) => format!("{}/{}", value.numerator(), value.denominator()),
            Large(value) => value.to_string(),
        }
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
    Some(match exponent >= 0 {
        true => Rational::from(value * IBig::from(power)),
        false => Rational::quotient(value, power.into()),
    })
}

impl Serialize for Rational {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text())
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

impl Rational {
    /// A decimal rounded to `digits` significant digits, for people; exact ones stay short.
    pub fn to_decimal(&self, digits: usize) -> String {
        let float = self.to_f64();
        if self.is_zero() {
            return "0".into();
        }
        if !float.is_finite() || float == 0.0 {
            return self.beyond_floats(digits);
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

    /// [`Rational::to_decimal`] of what is larger or smaller than floats can be.
    fn beyond_floats(&self, digits: usize) -> String {
        let size = self.abs();
        let is_large = size > Rational::one();
        // A whole number with all the digits that are shown.
        let whole = if is_large { size.floor() } else { (Rational::one() / &size).floor() }.to_string();
        let exponent = whole.len() as i64 - 1;
        let leading: f64 = format!("{}.{}", &whole[..1], &whole[1..whole.len().min(18)]).parse().unwrap_or(1.0);
        let (leading, exponent) = match is_large {
            true => (leading, exponent),
            false if leading > 1.0 => (10.0 / leading, -exponent - 1),
            false => (leading, -exponent),
        };
        let sign = if self.is_negative() { "-" } else { "" };
        format!("{sign}{leading:.*}e{exponent}", digits.saturating_sub(1))
    }
}
