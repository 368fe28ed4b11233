//! Numbers, lists and long texts, as people read them.

use pellucid::Rational;

pub use pellucid::{brief, wrapped};

/// `2-3-1`.
pub fn shape(widths: &[usize]) -> String {
    widths.iter().map(usize::to_string).collect::<Vec<_>>().join("-")
}

/// `1, -1/2`.
pub fn list(values: &[Rational]) -> String {
    values.iter().map(|value| short(value, 6)).collect::<Vec<_>>().join(", ")
}

/// `x1 = 1, x2 = -1/2`; only the values where there are many.
pub fn input(names: &[String], values: &[Rational]) -> String {
    if names.len() > 8 {
        return format!("({})", brief(&list(values), 200));
    }
    let pairs = names.iter().zip(values).map(|(name, value)| format!("{name} = {}", short(value, 6)));
    pairs.collect::<Vec<_>>().join(", ")
}

/// The number itself, or a decimal where it is long.
pub fn short(value: &Rational, digits: usize) -> String {
    let exact = value.to_string();
    if exact.len() <= 16 { exact } else { value.to_decimal(digits) }
}

/// A decimal, and the number itself where that is another.
pub fn decimal_and_exact(value: &Rational) -> String {
    let (decimal, exact) = (value.to_decimal(4), value.to_string());
    if decimal == exact { exact } else { format!("{decimal}, exactly {}", brief(&exact, 80)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exact_numbers_are_told_once() {
        assert_eq!(decimal_and_exact(&Rational::ratio(1, 2)), "0.5, exactly 1/2");
        assert_eq!(decimal_and_exact(&Rational::from(3)), "3");
    }
}
