//! From a curve to the path with the fewest pieces inside the tube around it.
//!
//! The tube is looked at through gates: at many x the path must pass between `f(x) - e` and
//! `f(x) + e`. Every path inside the tube passes them, so the fewest links through gates of that width are a
//! lower bound on pieces. The path itself is balanced: of all paths with so few pieces one whose
//! largest error is smallest, which leaves room for rounding.

use pellucid_core::Error;

use super::fewest_links::{Gate, Link, fewest_links};

/// A curve in floats: only suggestions are made from it.
pub struct Curve<'a> {
    /// The value at x.
    pub value: &'a dyn Fn(f64) -> f64,
    /// The left end.
    pub low: f64,
    /// The right end.
    pub high: f64,
}

/// A path near a curve, in floats.
#[derive(Clone, Debug)]
pub struct Fitted {
    /// Its corners with both ends, x increasing.
    pub points: Vec<(f64, f64)>,
    /// Its largest deviation from the curve, where it was looked at.
    pub error: f64,
}

/// Gates are so close that between them the curve leaves its chord by this part of the tolerance: first
/// to learn about how many pieces there will be, then about 400 gates a piece, fewer where pieces are many.
const COARSE: f64 = 500.0;
const FINE: [(usize, f64); 3] = [(1_000, 80_000.0), (4_000, 10_000.0), (usize::MAX, 2_000.0)];
/// The tube of the lower bound is wider by this part of its width, and by so many roundings of its values.
const LOOSENESS: f64 = 1e-9;
const ROUNDINGS: f64 = 64.0;
/// Halvings in the search for the smallest error.
const HALVINGS: usize = 10;
/// Part of the tolerance that is kept for rounding.
pub const KEPT: f64 = 1e-3;
/// Gates are put at the corners found this often, before further pieces are allowed.
const REFINEMENTS: usize = 3;
/// How often further pieces are allowed.
const ALLOWANCES: usize = 5;
/// How near to corners further gates are put, in parts of a piece.
const NEAR: [f64; 4] = [3e-3, 1e-3, 3e-4, 1e-4];
/// Intervals looked at before any is found fine enough.
const FIRST_INTERVALS: usize = 64;
/// Gates for each piece that is allowed, at most: at the first look, and later.
const COARSE_GATES: usize = 100;
const GATES_PER_PIECE: usize = 1_000;

/// The path with the fewest pieces that stays within the tolerance of the curve, or one more piece
/// where the fewest leave no room.
///
/// # Errors
/// When the curve is not finite somewhere, or more than `max_pieces` pieces are needed.
pub fn curve_to_path(curve: &Curve<'_>, tolerance: f64, max_pieces: usize) -> Result<Fitted, Error> {
    let Counted { mut samples, scale, at_least } = counted(curve, tolerance, max_pieces)?;
    // With each further piece there is more room for rounding.
    let allowed = tolerance * (1.0 - KEPT);
    for n_pieces in (0..=ALLOWANCES).map(|k| at_least + ((1 << k) - 1) * (1 + at_least / 400)) {
        let Some(smallest) = smallest_error(&samples, allowed, n_pieces) else { continue };
        for between in [0.5, 0.9] {
            // Halfway to the tolerance there is room for what the path does between two gates.
            let e = smallest + (allowed - smallest) * (1.0 - between);
            for _ in 0..=REFINEMENTS {
                let Some(found) = links(&samples, e, n_pieces) else { break };
                let points = corners(&found, curve);
                let error = largest_error(curve, &samples, &points);
                if error <= allowed {
                    return Ok(Fitted { points, error });
                }
                // The path leaves the tube between two gates: there shall be gates too.
                samples.extend(around(&points).into_iter().map(|x| (x, (curve.value)(x))));
                samples.sort_by(|a, b| a.0.total_cmp(&b.0));
                samples.dedup_by(|a, b| a.0 == b.0);
            }
        }
    }
    Err(Error::limit(format!(
        "the tolerance {tolerance:e} is too near the precision of floats for a curve of size {scale:e}"
    )))
}

/// The fewest pieces of a path within the tolerance of the curve, computed in floats.
///
/// # Errors
/// When the curve is not finite somewhere, or more than `max_pieces` pieces are needed.
pub fn fewest_pieces(curve: &Curve<'_>, tolerance: f64, max_pieces: usize) -> Result<usize, Error> {
    counted(curve, tolerance, max_pieces).map(|counted| counted.at_least)
}

/// A curve that was looked at.
struct Counted {
    /// Points of it, x increasing.
    samples: Vec<(f64, f64)>,
    /// The largest value.
    scale: f64,
    /// The lower bound on pieces.
    at_least: usize,
}

fn counted(curve: &Curve<'_>, tolerance: f64, max_pieces: usize) -> Result<Counted, Error> {
    let coarse = sampled(curve, tolerance / COARSE, max_pieces, COARSE_GATES)?;
    let too_many = || {
        Error::limit(format!(
            "more than {max_pieces} pieces are needed on [{}, {}] within {tolerance:e} (allow more, or a wider tolerance)",
            curve.low, curve.high
        ))
    };
    let about = links(&coarse, tolerance * (1.0 + LOOSENESS), max_pieces).ok_or_else(too_many)?.len();
    let fineness = FINE.iter().find(|(most, _)| about <= *most).map_or(COARSE, |(_, fineness)| *fineness);
    let samples = sampled(curve, tolerance / fineness, max_pieces, GATES_PER_PIECE)?;
    let scale = samples.iter().map(|(_, y)| y.abs()).fold(0.0, f64::max);
    let loose = tolerance * (1.0 + LOOSENESS) + ROUNDINGS * f64::EPSILON * scale;
    let at_least = links(&samples, loose, max_pieces).ok_or_else(too_many)?.len();
    Ok(Counted { samples, scale, at_least })
}

/// Points of the curve; between them it leaves its chord by about `close`.
fn sampled(curve: &Curve<'_>, close: f64, max_pieces: usize, gates: usize) -> Result<Vec<(f64, f64)>, Error> {
    let most = max_pieces.saturating_mul(gates).max(4 * FIRST_INTERVALS);
    let point = |x: f64| (x, (curve.value)(x));
    let mut samples = vec![point(curve.low)];
    let width = (curve.high - curve.low) / FIRST_INTERVALS as f64;
    for i in 0..FIRST_INTERVALS {
        let end = if i + 1 == FIRST_INTERVALS { curve.high } else { curve.low + width * (i + 1) as f64 };
        // What is to the right of the last sample, nearest first.
        let mut pending = vec![point(end)];
        while let (Some(right), Some(left)) = (pending.last().copied(), samples.last().copied()) {
            let at = |part: f64| point(left.0 + (right.0 - left.0) * part);
            let off = |p: (f64, f64), part: f64| (p.1 - left.1 - (right.1 - left.1) * part).abs();
            let (middle, early) = (at(0.5), at(0.3));
            let thin = middle.0 <= left.0 || middle.0 >= right.0;
            if thin || (off(middle, 0.5) <= close && off(early, 0.3) <= close) {
                pending.pop();
                samples.push(right);
            } else {
                pending.push(middle);
            }
            if samples.len() + pending.len() > most {
                return Err(Error::limit(format!(
                    "more than {max_pieces} pieces are needed near {} (allow more, or a wider tolerance)",
                    left.0
                )));
            }
        }
    }
    match samples.iter().find(|(_, y)| !y.is_finite()) {
        Some((x, y)) => Err(Error::input(format!("the value at {x} is {y}"))),
        None => Ok(samples),
    }
}

/// The fewest links through gates of half-width e.
fn links(samples: &[(f64, f64)], e: f64, most: usize) -> Option<Vec<Link>> {
    let gates: Vec<Gate> = samples.iter().map(|(x, y)| Gate { x: *x, low: y - e, high: y + e }).collect();
    fewest_links(&gates, most)
}

/// Nearly the smallest error of paths with so many pieces; `None` when it is not within the tolerance.
fn smallest_error(samples: &[(f64, f64)], tolerance: f64, n_pieces: usize) -> Option<f64> {
    links(samples, tolerance, n_pieces)?;
    // With n pieces the error is about n^-2, so it is mostly found near the tolerance.
    let near = tolerance * (1.0 - (4.0 / n_pieces as f64).min(0.75));
    let (mut low, mut high) = if links(samples, near, n_pieces).is_some() { (0.0, near) } else { (near, tolerance) };
    for _ in 0..HALVINGS {
        let middle = (low + high) / 2.0;
        match links(samples, middle, n_pieces) {
            Some(_) => high = middle,
            None => low = middle,
        }
    }
    Some(high)
}

/// The corners of a path, and its ends.
fn corners(links: &[Link], curve: &Curve<'_>) -> Vec<(f64, f64)> {
    let mut points: Vec<(f64, f64)> = Vec::with_capacity(links.len() + 1);
    let (Some(first), Some(last)) = (links.first(), links.last()) else { return points };
    points.push((curve.low, first.line.at(curve.low)));
    for pair in links.windows(2) {
        let meets = pair[0].line.meets(&pair[1].line).unwrap_or(pair[0].to);
        let x = meets.clamp(pair[0].from, pair[0].to);
        if points.last().is_some_and(|(before, _)| *before < x) && x < curve.high {
            points.push((x, pair[1].line.at(x)));
        }
    }
    points.push((curve.high, last.line.at(curve.high)));
    points
}

/// The corners inside, and points near them on both sides: corners move a little when gates are added.
fn around(points: &[(f64, f64)]) -> Vec<f64> {
    let mut found = Vec::new();
    for three in points.windows(3) {
        let (before, x, after) = (three[0].0, three[1].0, three[2].0);
        found.push(x);
        for part in NEAR {
            found.extend([x - (x - before) * part, x + (after - x) * part]);
        }
    }
    found
}

/// The largest deviation at the samples, between them, and at the corners.
fn largest_error(curve: &Curve<'_>, samples: &[(f64, f64)], points: &[(f64, f64)]) -> f64 {
    let mut piece = 0;
    let mut largest: f64 = 0.0;
    let mut look = |(x, y): (f64, f64)| {
        while piece + 2 < points.len() && points[piece + 1].0 < x {
            piece += 1;
        }
        let [a, b] = [points[piece], points[piece + 1]];
        largest = largest.max((a.1 + (b.1 - a.1) * ((x - a.0) / (b.0 - a.0)) - y).abs());
    };
    for pair in samples.windows(2) {
        look(pair[0]);
        let middle = (pair[0].0 + pair[1].0) / 2.0;
        look((middle, (curve.value)(middle)));
    }
    samples.last().copied().into_iter().for_each(&mut look);
    points.iter().map(|(x, y)| ((curve.value)(*x) - y).abs()).fold(largest, f64::max)
}

#[cfg(test)]
mod tests {
    use pellucid_core::Rational;

    use super::*;
    use crate::fit::path::Path;

    fn fitted(value: &dyn Fn(f64) -> f64, low: f64, high: f64, e: f64) -> Fitted {
        curve_to_path(&Curve { value, low, high }, e, 10_000).unwrap()
    }

    fn fewest(value: &dyn Fn(f64) -> f64, low: f64, high: f64, e: f64) -> usize {
        fewest_pieces(&Curve { value, low, high }, e, 10_000).unwrap()
    }

    /// A C2 curve needs about the integral of sqrt(|f''| / (16 e)) pieces where its curvature has one sign.
    #[test]
    fn convex_curves_take_as_many_pieces_as_equioscillation_says() {
        // f'' of x^2 is 2: w^2 / 8 <= e.
        for (e, n) in [(1e-2, 4), (1e-3, 12), (1e-4, 36), (1e-6, 354)] {
            assert_eq!(fewest(&|x| x * x, 0.0, 1.0, e), n, "{e}");
        }
        // 2 (sqrt e - 1) / (4 sqrt 1e-4) = 32.4
        assert_eq!(fewest(&f64::exp, 0.0, 1.0, 1e-4), 33);
    }

    /// A name, a curve, and its ends.
    type Case<'a> = (&'a str, &'a dyn Fn(f64) -> f64, f64, f64);

    #[test]
    fn paths_are_within_the_tolerance_and_have_nearly_the_fewest_pieces() {
        let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
        let rough = |x: f64| (3.0 * x).sin() + (x - 0.3).abs() - x.powi(3) / 5.0;
        let cases: [Case<'_>; 8] = [
            ("sin", &f64::sin, -4.0, 4.0),
            ("exp", &f64::exp, -2.0, 2.0),
            ("tanh", &f64::tanh, -3.0, 3.0),
            ("sqrt", &f64::sqrt, 0.0, 4.0),
            ("ln", &f64::ln, 0.1, 10.0),
            ("sigmoid", &sigmoid, -6.0, 6.0),
            ("rough", &rough, -2.0, 2.0),
            ("line", &|x| 2.0 * x - 1.0, 0.0, 1.0),
        ];
        for (name, value, low, high) in cases {
            for e in [1e-1, 1e-2, 1e-3, 1e-4, 1e-5] {
                let found = fitted(value, low, high, e);
                let n = found.points.len() - 1;
                assert!(found.error <= e, "{name} {e}: {}", found.error);
                let at_least = fewest(value, low, high, e);
                assert!(n <= at_least + 1 + at_least / 50, "{name} {e}: {n} of {at_least}");
                let exact = |x: f64| Rational::from_f64(x).unwrap();
                let path = Path::near(&found, &exact(low), &exact(high), e - found.error).unwrap();
                for i in 0..=5000 {
                    let x = low + (high - low) * f64::from(i) / 5000.0;
                    let off = (path.at(&exact(x)).to_f64() - value(x)).abs();
                    assert!(off <= e, "{name} {e}: off by {off} at {x}, fitted {}", found.error);
                }
            }
        }
    }

    #[test]
    fn too_many_pieces_and_poles_are_refused() {
        let reciprocal = |x: f64| 1.0 / x;
        let curve = Curve { value: &reciprocal, low: 0.0, high: 1.0 };
        assert!(curve_to_path(&curve, 1e-3, 1000).is_err());
        let curve = Curve { value: &f64::exp, low: 0.0, high: 10.0 };
        assert!(curve_to_path(&curve, 1e-6, 100).unwrap_err().is_limit());
    }
}
