//! Continuous piecewise-linear paths in rationals, and the hinges they are made of.

use pellucid_core::{Form, GraphBuilder, Merge, Rational, ReluGraph, Wire};

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
    /// A path of short dyadic numbers near one in floats, off by no more than about `slack`.
    ///
    /// Corners move to the nearest multiple of a power of two that the slack allows. Slopes are rounded one
    /// after the other, each towards where the float path is at its end, so roundings do not add up.
    pub fn near(fitted: &Fitted, low: &Rational, high: &Rational, slack: f64) -> Option<Path> {
        let points = &fitted.points;
        let steepness = |k: usize| (points[k + 1].1 - points[k].1) / (points[k + 1].0 - points[k].0);
        let mut corners: Vec<(Rational, f64)> = Vec::new();
        for k in 1..points.len() - 1 {
            let ((x, y), turn) = (points[k], (steepness(k) - steepness(k - 1)).abs());
            let room = (points[k + 1].0 - x).min(x - points[k - 1].0) / 8.0;
            let rounded = dyadic(x, room.min(slack / (4.0 * turn)))?;
            // Moved along the flatter of the two lines or the steeper one, it stays on the path.
            let moved = rounded.to_f64() - x;
            let y = y + moved * if moved < 0.0 { steepness(k - 1) } else { steepness(k) };
            let last = corners.last().map_or(low, |(x, _)| x);
            if *last < rounded && rounded < *high {
                corners.push((rounded, y));
            }
        }
        let end = points.last()?.1;
        let start = dyadic(points.first()?.1, slack / 4.0)?;
        let mut path =
            Path { low: low.clone(), high: high.clone(), start: start.clone(), slope: Rational::zero(), jumps: vec![] };
        let (mut at, mut value, mut slope) = (low.clone(), start, Rational::zero());
        for (index, (x, y)) in corners.iter().map(|(x, y)| (x, *y)).chain([(high, end)]).enumerate() {
            let width = x - &at;
            let next = dyadic((y - value.to_f64()) / width.to_f64(), slack / (4.0 * width.to_f64()))?;
            if index == 0 {
                path.slope = next.clone();
            } else if next != slope {
                path.jumps.push((at.clone(), &next - &slope));
            }
            value += &(&next * &width);
            (at, slope) = (x.clone(), next);
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

    /// The same path raised.
    pub fn raised(mut self, by: &Rational) -> Path {
        self.start += by;
        self
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

    /// The path as a graph of one input.
    pub fn to_graph(&self, turned: &[bool]) -> ReluGraph {
        let mut builder = GraphBuilder::with_merge(1, Merge::Nothing);
        let output = self.build(&mut builder, &Form::wire(Wire::Input(0)), turned);
        builder.finish(vec![output])
    }
}

/// The dyadic number with the fewest bits after the point within a distance of a float.
pub fn dyadic(value: f64, distance: f64) -> Option<Rational> {
    let mut bits = if distance > 0.0 { (-distance.log2() - 1.0).ceil() } else { f64::from(MOST_BITS) };
    bits = bits.clamp(-60.0, f64::from(MOST_BITS));
    let scale = bits.exp2();
    Rational::from_f64((value * scale).round() / scale)
}
