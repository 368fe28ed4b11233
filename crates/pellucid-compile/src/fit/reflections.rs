//! Curves that are their own mirror images are folded first: `|x|` before an even function, a zigzag
//! before a periodic one. What is left to fit is one stretch between two mirrors.
//!
//! Mirrors are suggested by floats: they stand where the curve turns. Whether the folded curve is the
//! curve is found out by the proof of the whole.

use pellucid_core::{Form, GraphBuilder, Rational};

use super::curve_to_path::Curve;
use super::path::{Path, dyadic};

/// Zigzags, one after the other, and the stretch they fold an interval to.
#[derive(Clone, Debug)]
pub struct Folding {
    /// Each is a path with slopes 1 and -1.
    pub zigzags: Vec<Path>,
    /// The left end of the stretch.
    pub low: Rational,
    /// The right end.
    pub high: Rational,
}

/// Places where the curve is looked at.
const SAMPLES: usize = 2_000;
/// Mirrors are searched for no longer than this many.
const MOST_MIRRORS: usize = 200;
/// Steps of a secant search.
const STEPS: usize = 30;
/// A layer folds by no more than this.
const MOST_FOLDS: usize = 7;

impl Folding {
    /// The folds of a curve that is its own mirror image up to `slack`; none where it has no mirror.
    pub fn of_curve(curve: &Curve<'_>, low: &Rational, high: &Rational, slack: f64) -> Vec<Folding> {
        let mirrors = mirrors(curve);
        if mirrors.is_empty() || mirrors.len() > MOST_MIRRORS {
            return Vec::new();
        }
        let steepest = steepest(curve);
        let distance = slack / (8.0 * steepest * mirrors.len() as f64);
        let one_by_one = one_layer(&mirrors, low, high, distance);
        let evenly = evenly(&mirrors, low, high, distance);
        one_by_one.into_iter().chain(evenly).filter(|folding| folding.keeps(curve, slack)).collect()
    }

    /// The folded input.
    pub fn build(&self, builder: &mut GraphBuilder, input: &Form) -> Form {
        self.zigzags.iter().fold(input.clone(), |value, zigzag| zigzag.build(builder, &value, &[]))
    }

    /// The neurons it takes.
    pub fn cost(&self) -> usize {
        self.zigzags.iter().map(Path::n_pieces).sum()
    }

    /// Is the curve the same at the folded places?
    fn keeps(&self, curve: &Curve<'_>, slack: f64) -> bool {
        let places: Vec<f64> = places(curve).collect();
        let mut folded = places.clone();
        for zigzag in &self.zigzags {
            folded = folded.iter().map(|x| zigzag.sampled(std::iter::once(*x))[0]).collect();
        }
        let (low, high) = (self.low.to_f64(), self.high.to_f64());
        places.iter().zip(&folded).all(|(x, z)| {
            let inside = *z >= low - slack && *z <= high + slack;
            inside && ((curve.value)(*x) - (curve.value)(z.clamp(low, high))).abs() <= slack
        })
    }
}

fn places(curve: &Curve<'_>) -> impl Iterator<Item = f64> {
    let (low, width) = (curve.low, curve.high - curve.low);
    (0..=SAMPLES).map(move |i| low + width * i as f64 / SAMPLES as f64)
}

/// The largest slope between neighbouring places.
fn steepest(curve: &Curve<'_>) -> f64 {
    let step = (curve.high - curve.low) / SAMPLES as f64;
    let values: Vec<f64> = places(curve).map(|x| (curve.value)(x)).collect();
    values.windows(2).map(|w| (w[1] - w[0]).abs() / step).fold(f64::MIN_POSITIVE, f64::max)
}

/// Places inside where the curve turns and is the same on both sides.
fn mirrors(curve: &Curve<'_>) -> Vec<f64> {
    let points: Vec<(f64, f64)> = places(curve).map(|x| (x, (curve.value)(x))).collect();
    let mut found: Vec<f64> = Vec::new();
    for w in points.windows(3) {
        let turns = (w[1].1 - w[0].1) * (w[2].1 - w[1].1) < 0.0;
        // A mirror may stand on a place, with both sides alike.
        if !turns || w[0].0 <= curve.low || w[2].0 >= curve.high {
            continue;
        }
        let reach = (w[1].0 - curve.low).min(curve.high - w[1].0);
        let step = w[1].0 - w[0].0;
        // Where are both sides at the same height, seen from so far?
        let far = (reach / 2.0).min(20.0 * step);
        let off = |c: f64| (curve.value)(c + far) - (curve.value)(c - far);
        let (mut a, mut b) = (w[0].0, w[2].0);
        for _ in 0..STEPS {
            let next = b - off(b) * (b - a) / (off(b) - off(a));
            if !next.is_finite() || next == b {
                break;
            }
            (a, b) = (b, next);
        }
        if w[0].0 <= b && b <= w[2].0 && found.last().is_none_or(|last| b - last > step) {
            found.push(b);
        }
    }
    found
}

/// Mirrors in one layer; the longest stretch between them stays as it is.
fn one_layer(mirrors: &[f64], low: &Rational, high: &Rational, distance: f64) -> Option<Folding> {
    let mut stops = vec![low.clone()];
    for mirror in mirrors {
        stops.push(dyadic(*mirror, distance)?);
    }
    stops.push(high.clone());
    if stops.windows(2).any(|w| w[0] >= w[1]) {
        return None;
    }
    let longest = (0..stops.len() - 1).max_by_key(|k| &stops[k + 1] - &stops[*k])?;
    let sign = |k: usize| Rational::from(if (k + longest).is_multiple_of(2) { 1 } else { -1 });
    let jumps = (1..stops.len() - 1).map(|k| (stops[k].clone(), Rational::from(2) * sign(k))).collect();
    let mut zigzag = Path { low: low.clone(), high: high.clone(), start: Rational::zero(), slope: sign(0), jumps };
    zigzag.start = &stops[longest] - zigzag.at(&stops[longest]);
    let values: Vec<Rational> = stops.iter().map(|x| zigzag.at(x)).collect();
    let (low, high) = (values.iter().min()?.clone(), values.iter().max()?.clone());
    Some(Folding { zigzags: vec![zigzag], low, high })
}

/// Many evenly spaced mirrors in several layers: a zigzag of zigzags is one of their product.
fn evenly(mirrors: &[f64], low: &Rational, high: &Rational, distance: f64) -> Option<Folding> {
    let (first, last, n) = (*mirrors.first()?, *mirrors.last()?, mirrors.len());
    if n < 4 {
        return None;
    }
    let h = dyadic((last - first) / (n - 1) as f64, distance / n as f64)?;
    let begin = dyadic(first, distance)? - &h;
    // Stretches of width h from `begin` on that cover the interval; what is before it is folded in.
    let begin = if begin > *low { begin - &h } else { begin };
    let n_stretches = ((high - &begin) / &h).to_f64().ceil() as usize;
    let mut factors = cheapest_factors(n_stretches);
    factors.reverse();
    let mut zigzags = Vec::new();
    let (mut bottom, mut top) = (low.clone(), high.clone());
    let mut width = h.clone() * Rational::from(factors.iter().product::<usize>());
    for p in &factors {
        width = width / Rational::from(*p);
        let jumps = (1..*p)
            .map(|k| (&begin + &width * Rational::from(k), Rational::from(if k % 2 == 1 { -2 } else { 2 })))
            .filter(|(t, _)| bottom < *t && *t < top)
            .collect();
        let start = bottom.clone();
        zigzags.push(Path { low: bottom, high: top, start, slope: Rational::one(), jumps });
        (bottom, top) = (begin.clone(), &begin + &width);
    }
    Some(Folding { zigzags, low: bottom, high: top })
}

/// Factors with a product of at least n and the smallest sum.
fn cheapest_factors(n: usize) -> Vec<usize> {
    if n <= 3 {
        return vec![n.max(1)];
    }
    let split = |p: usize| {
        let mut factors = cheapest_factors(n.div_ceil(p));
        factors.push(p);
        factors
    };
    let direct = (n <= MOST_FOLDS).then(|| vec![n]);
    direct
        .into_iter()
        .chain((2..=MOST_FOLDS.min(n - 1)).map(split))
        .min_by_key(|f| (f.iter().sum::<usize>(), f.len()))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folds(value: &dyn Fn(f64) -> f64, low: i64, high: i64) -> Vec<Folding> {
        let curve = Curve { value, low: low as f64, high: high as f64 };
        Folding::of_curve(&curve, &Rational::from(low), &Rational::from(high), 1e-6)
    }

    #[test]
    fn even_and_periodic_curves_are_folded_others_are_not() {
        let gaussian = |x: f64| (-x * x).exp();
        let found = folds(&gaussian, -3, 4);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].cost(), found[0].low.to_f64().round(), found[0].high.to_f64().round()), (2, 0.0, 4.0));
        // sin turns at odd multiples of pi/2: 12 of them between -19 and 19.
        let found = folds(&f64::sin, -19, 19);
        assert_eq!(found.iter().map(Folding::cost).collect::<Vec<_>>(), [13, 8]);
        for folding in found {
            let width = (&folding.high - &folding.low).to_f64();
            assert!((width - std::f64::consts::PI).abs() < 1e-5, "{width}");
        }
        assert!(folds(&|x| x * x * (x - 1.0), -2, 2).is_empty());
        assert!(folds(&f64::exp, -2, 2).is_empty());
    }
}
