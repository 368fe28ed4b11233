//! Curves near a polynomial of degree four, from two folded squares.
//!
//! With `s = t^2 + a t` every quartic is `c s^2 + b s + d t + e`: the square of a square takes up the two
//! highest terms, and what is left is affine in s and t. So two folded squares, one behind the other, are
//! enough.

use pellucid_core::{Form, GraphBuilder, Rational};

use super::curve_to_path::Curve;
use super::folds::{self, Setting};

/// A quartic near a curve, in floats.
#[derive(Clone, Debug)]
pub struct Quartic {
    /// The factors a, c, b, d, e, for t from -1 to 1.
    factors: [f64; 5],
    /// Where s lies, with its error.
    inner: (f64, f64),
    /// How the squares are folded.
    folds: [Vec<usize>; 2],
    /// The largest error, where it was looked at.
    pub error: f64,
}

/// Places where the quartic is held against the curve.
const LOOKS: usize = 400;
/// The polynomial may take this part of the tolerance.
const MOST: f64 = 0.7;
/// Part of the tolerance kept for rounding.
const KEPT: f64 = 0.01;
/// Ways to share what is left between the squares.
const SHARES: usize = 16;
/// Pieces of one square, at most.
const MOST_PIECES: f64 = 1e6;

/// A quartic near the curve with few neurons, when there is one, in no more layers than told.
pub fn quartic(curve: &Curve<'_>, tolerance: f64, most_layers: usize) -> Option<Quartic> {
    let [e, c1, c2, c3, c4] = interpolated(curve);
    let at = |t: f64| e + t * (c1 + t * (c2 + t * (c3 + t * c4)));
    let places = || (0..=LOOKS).map(|k| 2.0 * k as f64 / LOOKS as f64 - 1.0);
    let off = places().map(|t| (at(t) - curve.at(t)).abs()).fold(0.0, f64::max);
    let left = tolerance * (1.0 - KEPT) - off;
    if off > MOST * tolerance || c4.abs() < tolerance {
        return None;
    }
    let a = tidy(c3 / (2.0 * c4));
    let b = c2 - c4 * a * a;
    let d = c1 - b * a;
    let s = |t: f64| t * (t + a);
    let bounds = places().map(s).fold((0.0f64, 0.0f64), |(low, high), s| (low.min(s), high.max(s)));
    let steepest = places().map(|t| (2.0 * c4 * s(t) + b).abs()).fold(0.0, f64::max);
    let mut best: Option<(usize, Quartic)> = None;
    for share in (1..SHARES).map(|k| k as f64 / SHARES as f64) {
        // Of s, whose error the quartic multiplies, and of its square.
        let (first, second) = (share * left / steepest, (1.0 - share) * left / c4.abs());
        let inner = (bounds.0 - 1.5 * first, bounds.1 + 1.5 * first);
        // width^2 / (8 p^2)
        let pieces = |width: f64, error: f64| (width / (8.0 * error).sqrt()).ceil();
        let needed = [pieces(2.0, first), pieces(inner.1 - inner.0, second)];
        if needed.iter().any(|n| *n > MOST_PIECES) {
            continue;
        }
        for layers in 1..most_layers.min(12) {
            let setting = |most_layers, behind| Setting { side_by_side: 1, behind, most_layers };
            let settings = [setting(layers, d != 0.0), setting(most_layers - layers, true)];
            let folds: [Vec<usize>; 2] =
                [folds::cheapest(needed[0] as usize, settings[0]), folds::cheapest(needed[1] as usize, settings[1])];
            let n_neurons = folds::cost(&folds[0], settings[0]) + folds::cost(&folds[1], settings[1]);
            if best.as_ref().is_none_or(|(known, _)| n_neurons < *known) {
                let n = |k: usize| folds[k].iter().product::<usize>() as f64;
                let errors = [4.0 / (8.0 * n(0) * n(0)), (inner.1 - inner.0).powi(2) / (8.0 * n(1) * n(1))];
                let error = off + steepest * errors[0] + c4.abs() * errors[1];
                best = Some((n_neurons, Quartic { factors: [a, c4, b, d, e], inner, folds, error }));
            }
        }
    }
    best.map(|(_, quartic)| quartic).filter(|quartic| quartic.error <= tolerance * (1.0 - KEPT / 2.0))
}

impl Curve<'_> {
    /// The value at t, which runs from -1 to 1.
    fn at(&self, t: f64) -> f64 {
        (self.value)((self.low + self.high) / 2.0 + (self.high - self.low) / 2.0 * t)
    }
}

/// 0 for what is 0 but for roundings.
fn tidy(x: f64) -> f64 {
    if x.abs() < 1e-10 { 0.0 } else { x }
}

/// The quartic through the curve at the Chebyshev points, lowest factor first.
fn interpolated(curve: &Curve<'_>) -> [f64; 5] {
    let n = 5.0;
    let nodes = (0..5).map(|k| (std::f64::consts::PI * (f64::from(k) + 0.5) / n).cos());
    let points: Vec<(f64, f64)> = nodes.map(|t| (t, curve.at(t))).collect();
    // Factors of the Chebyshev polynomials 1, t, 2t^2-1, 4t^3-3t, 8t^4-8t^2+1.
    let factor = |k: i32| {
        let sum: f64 = points.iter().map(|(t, y)| y * (f64::from(k) * t.acos()).cos()).sum();
        sum * if k == 0 { 1.0 } else { 2.0 } / n
    };
    let [t0, t1, t2, t3, t4] = [0, 1, 2, 3, 4].map(factor);
    [t0 - t2 + t4, t1 - 3.0 * t3, 2.0 * t2 - 8.0 * t4, 4.0 * t3, 8.0 * t4].map(tidy)
}

impl Quartic {
    /// How its squares are folded.
    pub fn folds(&self) -> &[Vec<usize>; 2] {
        &self.folds
    }

    /// Builds it of t, a form that runs from -1 to 1, into a graph; roundings take about `slack`.
    pub fn build(&self, builder: &mut GraphBuilder, place: &Form, slack: f64) -> Option<Form> {
        let size = self.factors.iter().map(|f| f.abs()).fold(1.0, f64::max);
        let bits = (-(slack / (64.0 * size * size)).log2()).ceil().clamp(4.0, 60.0).exp2();
        let short = |x: f64| Rational::from_f64((x * bits).round() / bits);
        let [a, c, b, d, e] = &self.factors.map(short).map(|x| x.unwrap_or_default());
        let one = Rational::one();
        let mut s = folds::square(builder, place, &-&one, &one, &self.folds[0]);
        s.add_scaled(a, place);
        let inner = (short(self.inner.0)?, short(self.inner.1)?);
        let squared = folds::square_of(builder, &s, &inner.0, &inner.1, &self.folds[1], true);
        let mut value = squared.scaled(c);
        value.add_scaled(b, &s);
        value.add_scaled(d, place);
        value.constant += e;
        Some(value)
    }
}
