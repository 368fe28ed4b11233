//! How small an approximation can be: the fewest pieces along a line.
//!
//! Along a line a network with hidden layers of w_1, w_2, .. neurons has at most `(w_1 + 1)(w_2 + 1) ..`
//! pieces, and every path inside the error tube of the target there has at least so many as the
//! minimum-link path. For the square on an interval of some width w that is the smallest p with
//! `w^2 / (8 p^2)` within the tolerance.

use crate::graph_to_layers::Bounds;
use pellucid_core::{Elementary, Expr, Rational, Target};

use super::floats::FloatTarget;
use crate::fit::curve_to_path::{Curve, fewest_pieces};
use crate::fit::design::{Room, square_pieces};

/// A bound on pieces, and what follows for networks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PieceBound {
    /// Every path within the tolerance has so many pieces.
    pub pieces: usize,
    /// So many hidden neurons are needed in one layer.
    pub neurons_in_one_layer: usize,
    /// So many are needed, of whatever depth.
    pub neurons: usize,
    /// Is it exact? Otherwise the pieces are counted in floating point.
    pub exact: bool,
    /// How it is known, in words.
    pub how: String,
}

impl PieceBound {
    fn new(pieces: usize, exact: bool, how: String) -> Self {
        // Layers of one neuron double the pieces at most.
        let neurons = pieces.next_power_of_two().trailing_zeros() as usize;
        PieceBound { pieces, neurons_in_one_layer: pieces - 1, neurons, exact, how }
    }
}

/// Diagonals are looked at for so many inputs at most.
const MOST_DIAGONAL_INPUTS: usize = 4;

/// The best bound known; `None` when there are more pieces than there is room for, or none can be counted. When time
/// is over, the lines that are left are not looked at.
pub fn lower_bound(target: &Target, sides: &[Bounds], within: &Rational, room: Room<'_>) -> Option<PieceBound> {
    if let Some(pieces) = pieces_of_a_square(target, sides, within) {
        let how = "with p pieces a path on an interval of width w is at best w^2 / (8 p^2) from the square";
        return Some(PieceBound::new(pieces, true, how.into()));
    }
    let floats = FloatTarget::of(target);
    let mut best: Option<(usize, String)> = None;
    for (from, to, name) in lines(sides, target.input_names()) {
        for output in 0..target.n_outputs() {
            if room.stop().is_err() {
                break;
            }
            let value = |t: f64| {
                let point: Vec<f64> = from.iter().zip(&to).map(|(a, b)| a + (b - a) * t).collect();
                floats.output(output, &point)
            };
            let curve = Curve { value: &value, low: 0.0, high: 1.0 };
            if let Ok(pieces) = fewest_pieces(&curve, within.to_f64(), room.pieces)
                && best.as_ref().is_none_or(|(known, _)| pieces > *known)
            {
                best = Some((pieces, name.clone()));
            }
        }
    }
    let (pieces, name) = best?;
    let how = format!("the path with the fewest pieces inside the error tube{name}, computed in floating point");
    Some(PieceBound::new(pieces, false, how))
}

/// The exact bound for `c (a x + b)^2` and what is affine beside it.
fn pieces_of_a_square(target: &Target, sides: &[Bounds], within: &Rational) -> Option<usize> {
    let ([(low, high)], [(function, argument)], [output]) = (sides, target.nodes(), target.outputs()) else {
        return None;
    };
    let (inner, outer) = (argument.as_affine(1)?, Expr::as_affine(output, 2)?);
    let (a, c) = (inner.coefficients[0].abs(), outer.coefficients[1].abs());
    if *function != Elementary::square() || a.is_zero() || c.is_zero() {
        return None;
    }
    square_pieces(&((high - low) * a), &(within / c))
}

/// Lines through the middle, along each input and along the diagonals, with what they are called.
fn lines(sides: &[Bounds], names: &[String]) -> Vec<(Vec<f64>, Vec<f64>, String)> {
    let n = sides.len();
    let low: Vec<f64> = sides.iter().map(|(low, _)| low.to_f64()).collect();
    let high: Vec<f64> = sides.iter().map(|(_, high)| high.to_f64()).collect();
    if n == 1 {
        return vec![(low, high, String::new())];
    }
    let middle: Vec<f64> = low.iter().zip(&high).map(|(a, b)| (a + b) / 2.0).collect();
    let mut lines = Vec::new();
    for i in 0..n {
        let (mut from, mut to) = (middle.clone(), middle.clone());
        (from[i], to[i]) = (low[i], high[i]);
        lines.push((from, to, format!(" along {} through the middle", names[i])));
    }
    if n <= MOST_DIAGONAL_INPUTS {
        for k in 0..1usize << (n - 1) {
            let up = |i: usize| k >> i & 1 == 0;
            let from = (0..n).map(|i| if up(i) { low[i] } else { high[i] }).collect();
            let to = (0..n).map(|i| if up(i) { high[i] } else { low[i] }).collect();
            lines.push((from, to, " along a diagonal of the domain".to_string()));
        }
    }
    lines
}
