//! How far each step may be off, so that the whole is within the tolerance.
//!
//! A step's error reaches an output multiplied by how strongly the output depends on the step. That is
//! looked at in floats at many points; what comes out is only a suggestion, and the proof of the whole says
//! how far it is really off.

use crate::graph_to_layers::Bounds;
use pellucid_core::Rational;

use super::floats::FloatExpr;
use super::steps::Steps;

/// Points at which dependence is looked at, besides the corners.
const POINTS: usize = 400;
/// Corners are looked at for so many inputs at most.
const MOST_CORNERS: usize = 8;

/// How strongly the outputs depend on each step: the most that any output moves for each unit that the
/// step moves, for moves of about `reach` of an output.
pub fn sensitivities(steps: &Steps, sides: &[Bounds], reach: f64) -> Vec<f64> {
    let n_inputs = sides.len();
    let arguments: Vec<FloatExpr> = steps.steps.iter().map(|step| FloatExpr::of(&step.of)).collect();
    let results: Vec<FloatExpr> = steps.outputs.iter().map(FloatExpr::of).collect();
    let mut strongest = vec![0.0f64; steps.steps.len()];
    for point in points(sides) {
        let values = run(steps, &arguments, &point, None);
        let outputs: Vec<f64> = results.iter().map(|output| output.at(&values)).collect();
        for (k, strongest) in strongest.iter_mut().enumerate() {
            for move_by in [reach, -reach, reach / 64.0, -reach / 64.0] {
                let moved = run(steps, &arguments, &point, Some((k, values[n_inputs + k] + move_by)));
                for (output, at) in results.iter().zip(&outputs) {
                    let change = (output.at(&moved) - at).abs() / move_by.abs();
                    // Outside of where a function is defined nothing is known.
                    if change.is_finite() {
                        *strongest = strongest.max(change);
                    }
                }
            }
        }
    }
    strongest
}

/// All values at a point, one step replaced.
fn run(steps: &Steps, arguments: &[FloatExpr], point: &[f64], replaced: Option<(usize, f64)>) -> Vec<f64> {
    let mut values = point.to_vec();
    for (k, (step, of)) in steps.steps.iter().zip(arguments).enumerate() {
        let value = match replaced {
            Some((at, value)) if at == k => value,
            _ => step.at(of.at(&values)),
        };
        values.push(value);
    }
    values
}

/// Corners, and points spread evenly by the fractional parts of multiples of irrational numbers.
fn points(sides: &[Bounds]) -> Vec<Vec<f64>> {
    let n = sides.len();
    let at = |i: usize, part: f64| {
        let (low, high) = (sides[i].0.to_f64(), sides[i].1.to_f64());
        low + (high - low) * part
    };
    let corners = if n <= MOST_CORNERS { 1usize << n } else { 0 };
    let corner = |k: usize| (0..n).map(|i| at(i, f64::from(u8::from(k >> i & 1 == 1)))).collect();
    // Of x^(n+1) = x + 1 the root above 1; its powers are far from rational together.
    let root = (0..60).fold(2.0f64, |x, _| (1.0 + x).powf(1.0 / (n as f64 + 1.0)));
    let spread = |k: usize| (0..n).map(|i| at(i, (0.5 + (k as f64) * root.powi(-(i as i32) - 1)).fract())).collect();
    (0..corners).map(corner).chain((0..POINTS).map(spread)).collect()
}

/// Tolerances of the steps that use up the tolerance of the whole, in these shares.
pub fn split(tolerance: f64, sensitivities: &[f64], shares: &[f64]) -> Vec<Rational> {
    let total: f64 = shares.iter().sum();
    let one = |(sensitivity, share): (&f64, &f64)| {
        // What no output depends on may be off by much.
        let sensitivity = sensitivity.max(1e-9);
        let part = (tolerance * share / total / sensitivity).min(1e6 * tolerance);
        Rational::from_f64(part).unwrap_or_default()
    };
    sensitivities.iter().zip(shares).map(one).collect()
}

/// Shares that make the sum of neurons smallest, when a step takes neurons as the power `-exponent` of
/// its tolerance, and took so many with equal shares.
pub fn shares(neurons: &[usize], exponent: f64) -> Vec<f64> {
    neurons.iter().map(|n| (*n as f64).max(1.0).powf(1.0 / (1.0 + exponent))).collect()
}
