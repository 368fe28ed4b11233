//! Values at points, rounded so that what is nearly the same becomes the same.

use pellucid_core::Rational;

use crate::simplest::simplest_near;

/// Each value moved by at most the tolerance: values that fit around one number get it, as few numbers
/// as possible, each a simple one. (Going up from the lowest and taking in all that fits is the fewest.)
pub(crate) fn rounded_values(values: &[Rational], tolerance: &Rational) -> Vec<Rational> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*a].cmp(&values[*b]));
    let mut rounded = values.to_vec();
    let width = tolerance * &Rational::from(2);
    let mut rest = order.as_slice();
    while let Some(first) = rest.first() {
        let low = &values[*first];
        let n = rest.partition_point(|i| &values[*i] - low <= width);
        let high = &values[rest[n - 1]];
        let middle = (low + high) / Rational::from(2);
        let slack = tolerance - (high - low) / Rational::from(2);
        let simple = simplest_near(&middle, &slack);
        rest[..n].iter().for_each(|i| rounded[*i] = simple.clone());
        rest = &rest[n..];
    }
    rounded
}

/// The whole numbers that the values are nearest to; `None` where one is not within a quarter of it, or
/// all would be the same.
pub(crate) fn nearest_whole(values: &[Rational]) -> Option<Vec<Rational>> {
    let whole = |value: &Rational| (value + Rational::ratio(1, 2)).floor();
    let rounded: Vec<Rational> = values.iter().map(whole).collect();
    let near = values.iter().zip(&rounded).all(|(value, whole)| (value - whole).abs() <= Rational::ratio(1, 4));
    (near && rounded.iter().any(|value| *value != rounded[0])).then_some(rounded)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(values: &[&str], tolerance: &str, expected: &[&str]) {
        let values: Vec<Rational> = values.iter().map(|v| v.parse().unwrap()).collect();
        let rounded = rounded_values(&values, &tolerance.parse().unwrap());
        assert_eq!(rounded.iter().map(Rational::to_string).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn values_that_fit_together_become_one_simple_number() {
        check(&["1.003", "0.998", "-0.004", "2"], "0.01", &["1", "1", "0", "2"]);
        check(&["1.003", "0.998"], "0", &["1003/1000", "499/500"]);
        check(&["0.33", "0.34", "0.335"], "0.01", &["1/3", "1/3", "1/3"]);
        check(&["0", "0.02", "0.04"], "0.01", &["1/100", "1/100", "3/100"]);
    }

    #[test]
    fn no_value_moves_by_more_than_the_tolerance() {
        let values: Vec<Rational> = (0..200).map(|i| Rational::ratio(i * i % 97, 311)).collect();
        for tolerance in ["0.001", "0.01", "0.1"] {
            let tolerance: Rational = tolerance.parse().unwrap();
            let rounded = rounded_values(&values, &tolerance);
            assert!(values.iter().zip(&rounded).all(|(a, b)| (a - b).abs() <= tolerance));
        }
    }
}
