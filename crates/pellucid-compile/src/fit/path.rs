//! Continuous piecewise-linear paths in rationals, and the hinges they are made of.

use pellucid_core::{Form, GraphBuilder, Rational};

use super::curve_to_path::Fitted;

/// A continuous piecewise-linear path over an interval.
#[derive(Clone, Debug, PartialEq)]
pub struct Path {
    /// The left end.
    pub low: Rational,
    /// The right end.
    pub high: Rational,
    /// The value at the left end.
    pub start: Rational,
    /// The slope of the first piece.
    pub slope: Rational,
    /// Where the slope jumps, increasing, and by how much.
    pub jumps: Vec<(Rational, Rational)>,
}

/// Bits after the point that floats are rounded to at most.
const MOST_BITS: i32 = 80;

impl Path {
    /// A path of short dyadic numbers near one in floats, off by no more than about `slack`: corners move to
    /// the nearest multiple of a power of two that the slack allows.
    pub fn near(fitted: &Fitted, low: &Rational, high: &Rational, slack: f64) -> Option<Path> {
        let points = &fitted.points;
        let steepness = |k: usize| (points[k + 1].1 - points[k].1) / (points[k + 1].0 - points[k].0);
        let mut corners = vec![(low.clone(), points.first()?.1)];
        for k in 1..points.len() - 1 {
            let ((x, y), turn) = (points[k], (steepness(k) - steepness(k - 1)).abs());
            let room = (points[k + 1].0 - x).min(x - points[k - 1].0) / 8.0;
            let rounded = dyadic(x, room.min(slack / (4.0 * turn)))?;
            // Moved along one of its two lines, it stays on the path.
            let moved = rounded.to_f64() - x;
            let y = y + moved * if moved < 0.0 { steepness(k - 1) } else { steepness(k) };
            if corners.last().is_some_and(|(x, _)| *x < rounded) && rounded < *high {
                corners.push((rounded, y));
            }
        }
        corners.push((high.clone(), points.last()?.1));
        Path::through(&corners, slack / 2.0)
    }

    /// A path with these corners, whose values are rounded by no more than about `slack`. Slopes are rounded to
    /// dyadic numbers one after the other, each towards the value at its end, so roundings do not add up.
    pub fn through(corners: &[(Rational, f64)], slack: f64) -> Option<Path> {
        let ((low, first), (high, _)) = (corners.first()?, corners.last()?);
        let start = dyadic(*first, slack / 2.0)?;
        let mut path =
            Path { low: low.clone(), high: high.clone(), start: start.clone(), slope: Rational::zero(), jumps: vec![] };
        let (mut at, mut value, mut slope) = (low, start, Rational::zero());
        for (index, (x, y)) in corners.iter().enumerate().skip(1) {
            let width = x - at;
            let next = dyadic((y - value.to_f64()) / width.to_f64(), slack / (2.0 * width.to_f64()))?;
            if index == 1 {
                path.slope = next.clone();
            } else if next != slope {
                path.jumps.push((at.clone(), &next - &slope));
            }
            value += &(&next * &width);
            (at, slope) = (x, next);
        }
        Some(path)
    }

    /// The number of pieces.
    pub fn n_pieces(&self) -> usize {
        self.jumps.len() + 1
    }

    /// The value at a point.
    pub fn at(&self, x: &Rational) -> Rational {
        let mut value = &self.start + &self.slope * (x - &self.low);
        for (t, jump) in self.jumps.iter().take_while(|(t, _)| t < x) {
            value += &(jump * (x - t));
        }
        value
    }

    /// The values of the path at floats that increase, in floats.
    pub fn sampled(&self, xs: impl Iterator<Item = f64>) -> Vec<f64> {
        let low = self.low.to_f64();
        let (mut value, mut slope, mut at) = (self.start.to_f64(), self.slope.to_f64(), low);
        let mut jumps = self.jumps.iter().map(|(t, jump)| (t.to_f64(), jump.to_f64())).peekable();
        xs.map(|x| {
            while let Some((t, jump)) = jumps.next_if(|(t, _)| *t < x) {
                value += slope * (t - at);
                (slope, at) = (slope + jump, t);
            }
            value + slope * (x - at)
        })
        .collect()
    }

    /// The path as an affine form and hinges of an input, built into a graph. Hinges in `turned` look to
    /// the left.
    pub fn build(&self, builder: &mut GraphBuilder, input: &Form, turned: &[bool]) -> Form {
        let mut value = Form::constant(&self.start - &self.slope * &self.low);
        let mut slope = self.slope.clone();
        for (k, (t, jump)) in self.jumps.iter().enumerate() {
            let right = input.minus(&Form::constant(t.clone()));
            if turned.get(k).is_some_and(|turned| *turned) {
                // jump relu(z) = jump z + jump relu(-z)
                slope += jump;
                value.constant -= &(jump * t);
                let left = builder.relu(right.scaled(&Rational::from(-1)));
                value.add_scaled(jump, &left);
            } else {
                let hinge = builder.relu(right);
                value.add_scaled(jump, &hinge);
            }
        }
        value.add_scaled(&slope, input);
        value
    }
}

/// The dyadic number with the fewest bits after the point within a distance of a float.
pub fn dyadic(value: f64, distance: f64) -> Option<Rational> {
    let mut bits = if distance > 0.0 { (-distance.log2() - 1.0).ceil() } else { f64::from(MOST_BITS) };
    bits = bits.clamp(-60.0, f64::from(MOST_BITS));
    let scale = bits.exp2();
    Rational::from_f64((value * scale).round() / scale)
}
