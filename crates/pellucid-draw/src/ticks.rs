//! The numbers along an axis.

/// About this many numbers stand along an axis.
const TICKS: f64 = 5.0;

/// Round numbers between two ends: 1, 2 or 5 times a power of ten apart.
pub(crate) fn ticks(low: f64, high: f64, whole: bool) -> Vec<f64> {
    let rough = (high - low) / TICKS;
    let power = 10f64.powi(rough.log10().floor() as i32);
    let factor = [1.0, 2.0, 5.0, 10.0].into_iter().find(|f| f * power >= rough).unwrap_or(10.0);
    let step = if whole { (factor * power).max(1.0).round() } else { factor * power };
    let first = (low / step).ceil() as i64;
    let last = (high / step).floor() as i64;
    (first..=last.min(first.saturating_add(20))).map(|n| n as f64 * step).collect()
}

/// Without the digits that binary fractions leave behind.
pub(crate) fn short(value: f64) -> String {
    let size = value.abs();
    if size != 0.0 && !(1e-4..1e7).contains(&size) {
        return format!("{value:.2e}");
    }
    let text = format!("{value:.4}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".into() } else { text.into() }
}
