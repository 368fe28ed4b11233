//! The cross-entropy's derivative by logits, from operations that give the same bits on every processor.

use crate::column::{Column, LANES};

/// Turns logits (a column an output) into `softmax(y) - t`, or with one output `sigmoid(y) - t`, for the first
/// `n_samples`, and 0 beyond.
pub(super) fn logits_to_delta(
    outputs: &[Column<f32>],
    targets: &[Column<f32>],
    deltas: &mut [Column<f32>],
    n_samples: usize,
) {
    let n_places = deltas.first().map_or(0, |delta| delta.len() * LANES);
    for sample in 0..n_places {
        let (v, lane) = (sample / LANES, sample % LANES);
        if sample >= n_samples {
            deltas.iter_mut().for_each(|delta| delta[v][lane] = 0.0);
            continue;
        }
        match (outputs, &mut *deltas) {
            ([output], [delta]) => delta[v][lane] = 1.0 / (1.0 + exp(-output[v][lane])) - targets[0][v][lane],
            _ => {
                let largest = outputs.iter().map(|output| output[v][lane]).fold(f32::NEG_INFINITY, f32::max);
                let mut sum = 0.0;
                for (delta, output) in deltas.iter_mut().zip(outputs) {
                    delta[v][lane] = exp(output[v][lane] - largest);
                    sum += delta[v][lane];
                }
                for (delta, target) in deltas.iter_mut().zip(targets) {
                    delta[v][lane] = delta[v][lane] / sum - target[v][lane];
                }
            }
        }
    }
}

/// The exponential to about a unit in the last place: `2^n` times a Taylor polynomial on half an octave to each side.
///
/// The system's own differs between operating systems in the last bit.
fn exp(x: f32) -> f32 {
    if x.is_nan() {
        return x;
    }
    let x = x.clamp(-87.0, 88.0);
    let n = (x * std::f32::consts::LOG2_E).round();
    // ln 2 in two parts, so that the rest is exact.
    let rest = n.mul_add(-1.428_606_8e-6, n.mul_add(-0.693_145_75, x));
    let coefficients = [1.0 / 5040.0, 1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0, 1.0];
    let power = coefficients.iter().fold(0.0_f32, |sum, c| sum.mul_add(rest, *c));
    power * f32::from_bits(((n as i32 + 127) as u32) << 23)
}

/// The cross-entropy of one sample's logits.
pub(crate) fn cross_entropy(logits: &[f32], targets: &[f32]) -> f64 {
    let double = |values: &[f32]| values.iter().map(|v| f64::from(*v)).collect::<Vec<_>>();
    let (y, t) = (double(logits), double(targets));
    match (y.as_slice(), t.as_slice()) {
        ([y], [t]) => y.max(0.0) - y * t + (-y.abs()).exp().ln_1p(),
        _ => {
            let largest = y.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let log_sum = largest + y.iter().map(|y| (y - largest).exp()).sum::<f64>().ln();
            y.iter().zip(&t).map(|(y, t)| t * (log_sum - y)).sum()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::column::zeros;

    #[test]
    fn the_exponential_is_that() {
        for k in -8_700..=8_800 {
            let x = k as f32 / 100.0;
            let (found, right) = (f64::from(exp(x)), f64::from(x).exp());
            assert!((found / right - 1.0).abs() < 2.5e-7, "{x}: {found} {right}");
        }
        assert!(exp(f32::NAN).is_nan());
    }

    #[test]
    fn deltas_are_the_slope_of_the_cross_entropy() {
        for (logits, targets) in
            [(vec![0.7], vec![1.0]), (vec![-3.0], vec![0.25]), (vec![0.3, -1.0, 2.0], vec![0.0, 0.75, 0.25])]
        {
            let column = |value: &f32| {
                let mut column = zeros();
                column[0][0] = *value;
                column
            };
            let columns = |values: &[f32]| values.iter().map(column).collect::<Vec<Column<f32>>>();
            let mut deltas = columns(&logits);
            logits_to_delta(&columns(&logits), &columns(&targets), &mut deltas, 1);
            for (o, delta) in deltas.iter().enumerate() {
                let at = |by: f32| {
                    let mut moved = logits.clone();
                    moved[o] += by;
                    cross_entropy(&moved, &targets)
                };
                let slope = (at(1e-3) - at(-1e-3)) / 2e-3;
                assert!((slope - f64::from(delta[0][0])).abs() < 1e-4, "{logits:?} {o}");
                assert_eq!(delta[0][1], 0.0);
            }
        }
    }
}
