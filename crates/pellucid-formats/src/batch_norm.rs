//! Batch normalisation as it is after training: each channel times one factor, plus one number.

use pellucid_core::Rational;

/// `scale / sqrt(variance + epsilon)` for each channel, and how many of them had to be rounded to
/// float64, because the square root is not a float.
///
/// The factors of an exact network must be rationals; whoever runs the network in floats rounds more.
pub(crate) fn batch_norm_factors(
    scales: &[Rational],
    variances: &[Rational],
    epsilon: &Rational,
) -> Result<(Vec<Rational>, usize), String> {
    let mut n_rounded = 0;
    let factor = |(channel, (scale, variance)): (usize, (&Rational, &Rational))| {
        let square = variance + epsilon;
        if !square.is_positive() {
            return Err(format!("variance {channel} plus epsilon is {}, not positive", square.to_decimal(6)));
        }
        let root = square.to_f64().sqrt();
        let exact = Rational::from_f64(root).filter(|root| root * root == square);
        if let Some(root) = exact {
            return Ok(scale / &root);
        }
        n_rounded += 1;
        let rounded = Rational::from_f64(scale.to_f64() / root);
        rounded.ok_or_else(|| format!("the factor of channel {channel} is beyond what float64 holds"))
    };
    let factors = scales.iter().zip(variances).enumerate().map(factor).collect::<Result<_, _>>()?;
    Ok((factors, n_rounded))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roots_are_exact_where_they_can_be() {
        let number = |text: &str| text.parse::<Rational>().unwrap();
        let one = batch_norm_factors(&[number("3")], &[number("2")], &number("0.25"));
        assert_eq!(one, Ok((vec![number("2")], 0)));
        let (factors, n_rounded) = batch_norm_factors(&[number("1")], &[number("2")], &number("0")).unwrap();
        assert_eq!((factors[0].clone(), n_rounded), (Rational::from_f64(1.0 / 2f64.sqrt()).unwrap(), 1));
        assert!(batch_norm_factors(&[number("1")], &[number("-1")], &number("0.5")).is_err());
    }
}
