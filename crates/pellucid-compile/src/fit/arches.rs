//! Paths of parabolic arches: smooth curves from few pieces and one folded square.
//!
//! Between knots `x_0 < .. < x_n` on the curve the function is a chord, less or plus an arch `C (t - t^2)`, where t
//! runs from 0 to 1 along the piece and C is the same for all pieces: knots are set where the curve is just
//! so deep below its chord, or so high above. The zigzag Z that runs between 0 and 1 over the pieces below their
//! chords has the path's own hinges, and all these arches together are `C (Z - Z^2)`: one square, by folds. Those
//! above their chords take a second zigzag and square beside it, and share the sum. What is left is
//! of third order in the width of a piece, where a path of lines leaves the second.

use pellucid_core::{Form, GraphBuilder, Rational};

use super::curve_to_path::Curve;
use super::design::Room;
use super::folds::{self, Setting};
use super::path::Path;

/// An arched path near a curve, in floats.
#[derive(Clone, Debug)]
pub struct Arched {
    /// The knots, short dyadic numbers but for the ends, with values near the curve's; x increasing.
    pub knots: Vec<(f64, f64)>,
    /// For each piece 1 when the curve is below its chord, -1 when above, 0 when near it.
    pub bends: Vec<i8>,
    /// C.
    pub depth: f64,
    /// How the square is folded.
    pub folds: Vec<usize>,
    /// The largest error, where it was looked at.
    pub error: f64,
    /// Hidden neurons.
    pub n_neurons: usize,
}

/// Pieces of the folded square, at most.
const MOST_FOLDED: usize = 100_000;
/// Values of C that are tried, from large to small, each by this factor below the one before.
const DEPTHS: usize = 60;
const STEP: f64 = 0.8;
/// Parts of the tolerance that are given to what is left of third order.
const PARTS: [f64; 4] = [0.4, 0.6, 0.75, 0.9];
/// Places on a piece where what is left is looked at.
const LOOKS: usize = 20;
/// Part of the tolerance kept for rounding.
const KEPT: f64 = 0.01;
/// Halvings in the search for the end of a piece.
const HALVINGS: usize = 14;
/// The most neurons that are tried first.
const FIRST_PIECES: usize = 16;
/// Lengths of a piece that are tried: this part of the one before it, then each larger by this factor.
const SHORTEST: f64 = 0.05;
const LONGER: f64 = 1.5;

/// The arched path with the fewest neurons found: fewer than `below`, and in no more hidden layers than there is room
/// for.
pub fn arched(curve: &Curve<'_>, tolerance: f64, room: Room<'_>, below: usize) -> Option<Arched> {
    if room.layers < 2 {
        return None;
    }
    let tolerance = tolerance * (1.0 - KEPT);
    let middle = (curve.value)((curve.low + curve.high) / 2.0);
    let ends = ((curve.value)(curve.low), (curve.value)(curve.high));
    let size = [middle - ends.0, middle - ends.1, ends.0 - ends.1].map(f64::abs).into_iter().fold(0.0, f64::max);
    let depths: Vec<f64> = (0..DEPTHS).map(|k| 8.0 * size * STEP.powi(k as i32)).collect();
    // Few pieces are tried first, since paths of too many take long to be given up.
    let mut most = FIRST_PIECES.min(below);
    loop {
        let found = fewest(curve, tolerance, room, most, &depths);
        if found.is_some() || most == below {
            return found.filter(|arched| arched.bends.iter().any(|bend| *bend != 0));
        }
        most = (2 * most).min(below);
    }
}

/// The arched path with the fewest neurons of all depths, fewer than `most`.
fn fewest(curve: &Curve<'_>, tolerance: f64, room: Room<'_>, mut most: usize, depths: &[f64]) -> Option<Arched> {
    let mut best: Option<Arched> = None;
    for depth in depths.iter().copied().take_while(|depth| *depth > 4.0 * tolerance) {
        if room.stop().is_err() {
            return best;
        }
        for part in PARTS {
            let left = tolerance * part;
            let n_folded = (depth / (8.0 * (tolerance - left))).sqrt().ceil() as usize;
            if n_folded > MOST_FOLDED {
                continue;
            }
            let setting = Setting { side_by_side: 1, behind: true, most_layers: room.layers - 1 };
            let folds = folds::cheapest(n_folded, setting);
            let Some(most_pieces) = most.checked_sub(folds::cost(&folds, setting) + 1) else { continue };
            let Some((knots, bends)) = march(curve, depth, left, most_pieces) else { continue };
            let both = bends.contains(&1) && bends.contains(&-1);
            let setting = Setting { side_by_side: 1 + usize::from(both), ..setting };
            let folds = folds::cheapest(n_folded, setting);
            let n_neurons = bends.len() + folds::cost(&folds, setting);
            let n_pieces: usize = folds.iter().product();
            let half = depth / (8.0 * (n_pieces * n_pieces) as f64);
            let knots = raised(knots, &bends, half);
            // A knot between arches of both kinds cannot be raised for both.
            let error = left + if bends.windows(2).any(|w| w[0] * w[1] < 0) { 2.0 * half } else { half };
            if n_neurons < most && error <= tolerance {
                most = n_neurons;
                best = Some(Arched { knots, bends, depth, folds, error, n_neurons });
            }
        }
    }
    best
}

/// Folds are too far on one side by up to twice `half`: knots beside arches take half of that off.
fn raised(mut knots: Vec<(f64, f64)>, bends: &[i8], half: f64) -> Vec<(f64, f64)> {
    for (k, (_, y)) in knots.iter_mut().enumerate() {
        let beside = [k.checked_sub(1).and_then(|k| bends.get(k)), bends.get(k)];
        let sum: i8 = beside.into_iter().flatten().sum();
        *y -= f64::from(sum.signum()) * half;
    }
    knots
}

impl Arched {
    /// The arched path of an input, built into a graph that merges copies; roundings take about `slack`.
    pub fn build(
        &self,
        builder: &mut GraphBuilder,
        input: &Form,
        (low, high): (&Rational, &Rational),
        slack: f64,
    ) -> Option<Form> {
        let n = self.bends.len();
        let at = |k: usize| match k {
            0 => Some(low.clone()),
            k if k == n => Some(high.clone()),
            k => Rational::from_f64(self.knots[k].0),
        };
        let knots: Vec<Rational> = (0..=n).map(at).collect::<Option<_>>()?;
        let corners = |ys: &mut dyn Iterator<Item = f64>| knots.iter().cloned().zip(ys).collect::<Vec<_>>();
        let chords = Path::through(&corners(&mut self.knots.iter().map(|(_, y)| *y)), slack / 2.0)?;
        let mut value = chords.build(builder, input, &[]);
        let depth = Rational::from_f64(short(self.depth, slack))?;
        for bend in [1i8, -1].into_iter().filter(|bend| self.bends.contains(bend)) {
            let mut up = false;
            let turns = self.bends.iter().map(|b| {
                up ^= *b == bend;
                f64::from(u8::from(up))
            });
            let zigzag = Path::through(&corners(&mut std::iter::once(0.0).chain(turns)), slack / (8.0 * self.depth))?;
            let place = zigzag.build(builder, input, &[]);
            let arch = place.minus(&folds::unit_square(builder, &place, &self.folds, true));
            value.add_scaled(&(Rational::from(-i64::from(bend)) * &depth), &arch);
        }
        Some(value)
    }
}

/// The curve's distance from the chord of a piece less its arch, where it is largest.
fn left_over(curve: &Curve<'_>, from: f64, to: f64, bend: f64, depth: f64) -> f64 {
    let (a, b) = ((curve.value)(from), (curve.value)(to));
    let off = |k: usize| {
        let t = k as f64 / LOOKS as f64;
        ((curve.value)(from + (to - from) * t) - a - (b - a) * t + bend * depth * t * (1.0 - t)).abs()
    };
    (1..LOOKS).map(off).fold(0.0, f64::max)
}

/// Knots with their values, and the bends between them.
type Marched = (Vec<(f64, f64)>, Vec<i8>);

/// Knots from left to right, each piece as long as it can be; `None` when they are too many.
fn march(curve: &Curve<'_>, depth: f64, left: f64, most: usize) -> Option<Marched> {
    let mut knots = vec![(curve.low, (curve.value)(curve.low))];
    let mut bends = Vec::new();
    let mut at = curve.low;
    let mut before = (curve.high - curve.low) / 4.0;
    while at < curve.high {
        if bends.len() == most {
            return None;
        }
        let (to, bend) = [1, -1, 0]
            .into_iter()
            .filter_map(|bend| furthest(curve, at, bend, depth, left, before).map(|to| (to, bend)))
            .max_by(|a, b| a.0.total_cmp(&b.0))?;
        before = to - at;
        at = if to < curve.high { short(to, (to - at) * left / (16.0 * depth)) } else { to };
        knots.push((at, (curve.value)(at)));
        bends.push(bend);
    }
    Some((knots, bends))
}

/// A float of few bits near another one.
fn short(x: f64, distance: f64) -> f64 {
    let scale = (-distance.log2()).ceil().exp2();
    let rounded = (x * scale).floor() / scale;
    if rounded.is_finite() { rounded } else { x }
}

/// How far a piece with this bend can go.
fn furthest(curve: &Curve<'_>, from: f64, bend: i8, depth: f64, left: f64, before: f64) -> Option<f64> {
    let fits = |to: f64| left_over(curve, from, to, f64::from(bend), depth) <= left;
    let between = |mut low: f64, mut high: f64, is_low: &dyn Fn(f64) -> bool| {
        for _ in 0..HALVINGS {
            let middle = (low + high) / 2.0;
            if is_low(middle) { low = middle } else { high = middle }
        }
        low
    };
    // The first of some lengths at which a condition fails, with the one before. Lengths grow step by step: on a
    // long piece of a wave all places that are looked at may happen to lie on a chord.
    let gallop = |is_low: &dyn Fn(f64) -> bool| {
        let (mut last, mut length) = (from, before * SHORTEST);
        while last < curve.high {
            let to = (from + length).min(curve.high);
            if !is_low(to) {
                return Some((last, to));
            }
            (last, length) = (to, length * LONGER);
        }
        None
    };
    if bend == 0 {
        let Some((low, high)) = gallop(&fits) else { return Some(curve.high) };
        let to = between(low, high, &fits);
        return (to > from).then_some(to);
    }
    let bow = |to: f64| {
        let middle = (curve.value)((from + to) / 2.0);
        f64::from(bend) * (((curve.value)(from) + (curve.value)(to)) / 2.0 - middle)
    };
    let shallow = |to: f64| bow(to) < depth / 4.0;
    let Some((low, high)) = gallop(&shallow) else { return fits(curve.high).then_some(curve.high) };
    let to = between(low, high, &shallow);
    if !fits(to) {
        return None;
    }
    // A little longer it may still fit.
    let beyond = (to + (to - from)).min(curve.high);
    if fits(beyond) {
        return Some(beyond);
    }
    let to = between(to, beyond, &fits);
    (to > from).then_some(to)
}

#[cfg(test)]
mod tests {
    use pellucid_core::{Merge, Wire};

    use super::*;
    use crate::fit::curve_to_path::curve_to_path;
    use crate::graph_to_layers::graph_to_layers;

    /// A name, a curve, and its ends.
    type Case<'a> = (&'a str, &'a dyn Fn(f64) -> f64, f64, f64);

    #[test]
    fn waves_are_not_taken_for_their_chord() {
        // All places that are looked at on the whole interval lie on the chord.
        let high = LOOKS as f64 * 2.0 * std::f64::consts::PI;
        let curve = Curve { value: &f64::sin, low: 0.0, high };
        assert!(left_over(&curve, 0.0, high, 0.0, 1.0) < 1e-9);
        let to = furthest(&curve, 0.0, 0, 1.0, 1e-3, 1.0).unwrap();
        assert!(to < 1.0 && left_over(&curve, 0.0, to, 0.0, 1.0) <= 1e-3, "{to}");
    }

    #[test]
    fn arches_are_within_the_tolerance_and_smaller_than_lines() {
        let cases: [Case<'_>; 5] = [
            ("sin", &f64::sin, -3.0, 3.5),
            ("exp", &f64::exp, 0.0, 1.0),
            ("tanh", &f64::tanh, -3.0, 3.0),
            ("sqrt", &f64::sqrt, 0.125, 4.0),
            ("cube", &|x| x * x * x, -1.0, 1.0),
        ];
        for (name, value, low, high) in cases {
            for e in [1e-3, 1e-4] {
                let curve = Curve { value, low, high };
                let n = curve_to_path(&curve, e, 10_000).unwrap().points.len() - 1;
                let room = Room { layers: usize::MAX, pieces: 10_000, stop: None };
                let Some(found) = arched(&curve, e, room, n) else {
                    assert!(e > 1e-4, "{name}");
                    continue;
                };
                let (low, high) = (Rational::from_f64(low).unwrap(), Rational::from_f64(high).unwrap());
                let mut builder = GraphBuilder::with_merge(1, Merge::Copies);
                let input = Form::wire(Wire::Input(0));
                let output = found.build(&mut builder, &input, (&low, &high), e - found.error).unwrap();
                let graph = builder.finish(vec![output]);
                let network = graph_to_layers(&graph, &[(low.clone(), high.clone())], vec!["x".into()]).unwrap();
                assert_eq!(network.hidden_neurons(), found.n_neurons, "{name}: {:?}, {found:?}", network.widths());
                let floats = network.to_numbers::<f64>();
                let mut most: f64 = 0.0;
                for i in 0..=20_000 {
                    let x = curve.low + (curve.high - curve.low) * f64::from(i) / 20_000.0;
                    most = most.max((value(x) - floats.evaluate(&[x])[0]).abs());
                }
                assert!(most <= e, "{name} {e:e}: {most:e} {found:?}");
                assert!(most >= e / 2.0, "{name} {e:e}: {most:e} {found:?}");
            }
        }
    }
}
