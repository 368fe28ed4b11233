//! How sure a share is that was counted.

/// The 97.5 % point of the normal distribution.
const Z: f64 = 1.959_963_984_540_054;

/// Wilson's 95 % interval for a probability, of which `count` cases in `of` were seen.
///
/// It keeps close to 95 % for shares near 0 and 1 too, where runs of a training tend to be
/// (Wilson 1927; Brown, Cai and DasGupta 2001). With `of` 0 nothing is known: `(0, 1)`.
///
/// ```
/// let (low, high) = pellucid_train::binomial_interval_95(94, 200);
/// assert!((low - 0.4020).abs() < 1e-4 && (high - 0.5391).abs() < 1e-4);
/// ```
///
/// # Panics
/// When `count` is above `of`.
pub fn binomial_interval_95(count: u64, of: u64) -> (f64, f64) {
    assert!(count <= of, "{count} of {of} is more than all");
    if of == 0 {
        return (0.0, 1.0);
    }
    let n = of as f64;
    let share = count as f64 / n;
    let scale = 1.0 + Z * Z / n;
    let centre = (share + Z * Z / (2.0 * n)) / scale;
    let half = Z / scale * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
    // At the ends the formula gives 0 and 1 exactly, its rounding may not.
    let low = if count == 0 { 0.0 } else { centre - half };
    let high = if count == of { 1.0 } else { centre + half };
    (low, high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_intervals() {
        // From the closed form at the ends: z^2 / (n + z^2).
        let (low, high) = binomial_interval_95(0, 10);
        assert_eq!(low, 0.0);
        assert!((high - 0.277_532_8).abs() < 1e-6, "{high}");
        assert_eq!(binomial_interval_95(0, 0), (0.0, 1.0));
        let (low, high) = binomial_interval_95(50, 100);
        assert!((low - 0.403_831_5).abs() < 1e-6 && (high - 0.596_168_5).abs() < 1e-6, "{low} {high}");
    }

    #[test]
    fn the_interval_holds_the_share_and_is_symmetric() {
        for of in 1..60 {
            for count in 0..=of {
                let (low, high) = binomial_interval_95(count, of);
                let share = count as f64 / of as f64;
                assert!(0.0 <= low && low <= share && share <= high && high <= 1.0, "{count} of {of}");
                let (mirrored_low, mirrored_high) = binomial_interval_95(of - count, of);
                assert!((low + mirrored_high - 1.0).abs() < 1e-12 && (high + mirrored_low - 1.0).abs() < 1e-12);
            }
        }
    }
}
