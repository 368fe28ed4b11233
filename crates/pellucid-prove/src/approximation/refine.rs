//! The pieces of a part: its network's, cut further until bounds on them are sharp.

use pellucid_core::{Error, Interval, Rational, ReluGraph};

use super::carry::Carried;
use super::piece::bound;
use super::{BITS, Proposed};
use crate::Limits;

/// A bound on a piece may be larger than errors that are found by this share of the largest of them.
const SLACK: f64 = 0.002;
/// A piece of a network is halved so often at most.
const MAX_HALVINGS: usize = 40;
/// Places at which errors of a piece are looked at in floats.
const N_LOOKS: usize = 8;

/// The ends of a part's range.
type Range = (Rational, Rational);

/// A part's range, the ends of its pieces inside it, and what it makes of its argument.
pub(super) fn bound_part(
    part: &Proposed,
    argument: &Carried,
    limits: Limits<'_>,
    n_pieces: &mut usize,
) -> Result<(Range, Vec<Rational>, Carried), Error> {
    let no_range = || Error::input("its argument is not seen to be bounded");
    let (low, high) = argument.network.ends().ok_or_else(no_range)?;
    let kinks = pieces_of(&part.network.to_relu_graph(), low, high);
    // How large errors are, as far as floats tell, so that bounds are sharp where it matters.
    let seen: Vec<(f64, f64)> = kinks.windows(2).map(|pair| look(part, [&pair[0], &pair[1]])).collect();
    let least = seen.iter().map(|(least, _)| *least).fold(f64::INFINITY, f64::min);
    let most = seen.iter().map(|(_, most)| *most).fold(f64::NEG_INFINITY, f64::max);
    let slack = SLACK * (most - least).abs().max(least.abs()).max(most.abs());
    let mut ends = vec![low.clone()];
    let mut carried: Option<Carried> = None;
    for pair in kinks.windows(2) {
        let mut pending = vec![(pair[0].clone(), pair[1].clone(), 0)];
        while let Some((from, to, halvings)) = pending.pop() {
            *n_pieces += 1;
            if *n_pieces > limits.max_cells || limits.stop.is_some_and(|stop| stop()) {
                return Err(Error::limit(format!("bounding the error takes more than {n_pieces} pieces")));
            }
            let here = on_piece(part, argument, [&from.0, &to.0], [&from.1, &to.1]);
            let is_good = here.as_ref().is_some_and(|here| {
                let near =
                    |end: Option<&Rational>, seen: f64| end.is_some_and(|end| (end.to_f64() - seen).abs() <= slack);
                let (own, sharp) = (&here.own, here.is_sharp);
                let inside = own.low().is_some_and(|end| end.to_f64() >= least - slack)
                    && own.high().is_some_and(|end| end.to_f64() <= most + slack);
                sharp || inside || (near(own.low(), least) && near(own.high(), most))
            });
            if !is_good && halvings < MAX_HALVINGS && from.0 != to.0 {
                let middle = halfway(&from, &to);
                pending.push((middle.clone(), to, halvings + 1));
                pending.push((from, middle, halvings + 1));
                continue;
            }
            let not_defined =
                || Error::input("its function is not seen to be defined, or its error to be bounded, there");
            let here = here.ok_or_else(not_defined)?;
            ends.push(to.0);
            let Some(piece) = here.carried else { continue };
            carried = Some(carried.map_or(piece.clone(), |all| all.or(&piece)));
        }
    }
    ends.pop();
    ends.remove(0);
    if low == high {
        ends.clear();
    }
    let carried = carried.ok_or_else(no_range)?;
    Ok(((low.clone(), high.clone()), ends, carried))
}

/// A place on a part's argument and its network's value there.
type Place = (Rational, Rational);

fn halfway(from: &Place, to: &Place) -> Place {
    let half = |a: &Rational, b: &Rational| (a + b) / Rational::from(2);
    (half(&from.0, &to.0), half(&from.1, &to.1))
}

/// The smallest and the largest error that floats find on a piece.
fn look(part: &Proposed, ends: [&Place; 2]) -> (f64, f64) {
    let [from, to] = ends.map(|(u, v)| (u.to_f64(), v.to_f64()));
    let errors = (0..=N_LOOKS).map(|i| {
        let share = i as f64 / N_LOOKS as f64;
        let (u, v) = (from.0 + (to.0 - from.0) * share, from.1 + (to.1 - from.1) * share);
        part.computes.evaluate_f64(&[u])[0] - v
    });
    errors
        .filter(|error| error.is_finite())
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), error| (least.min(error), most.max(error)))
}

struct OnPiece {
    own: Interval,
    is_sharp: bool,
    /// `None` when no input of the domain leads here.
    carried: Option<Carried>,
}

/// The error of a part on a piece, together with what its argument's error does.
fn on_piece(part: &Proposed, argument: &Carried, ends: [&Rational; 2], line: [&Rational; 2]) -> Option<OnPiece> {
    let own = bound(&part.computes, ends, line)?;
    let here = Interval::new(ends[0].clone(), ends[1].clone());
    let Some(true_here) = here.plus(&argument.error).meet(&argument.truth) else {
        return Some(OnPiece { own: own.error, is_sharp: own.is_sharp, carried: None });
    };
    let truth = part.computes.on(&true_here, BITS)?.value;
    let mut error = own.error.clone();
    if !argument.error.is_zero() {
        let slopes = part.computes.on(&here.hull(&true_here), BITS)?.slope;
        let apart = truth.minus(&part.computes.on(&here, BITS)?.value);
        error = error.plus(&slopes.times(&argument.error).meet(&apart)?);
    }
    let network = Interval::new(line[0].clone(), line[1].clone());
    let carried = Carried { network, truth: truth.rounded(BITS), error: error.rounded(BITS) };
    Some(OnPiece { own: own.error, is_sharp: own.is_sharp, carried: Some(carried) })
}

/// The ends of a network's linear pieces between two numbers, both included, with its values there.
fn pieces_of(graph: &ReluGraph, low: &Rational, high: &Rational) -> Vec<Place> {
    // Each end with the values of the ReLUs so far; between two ends all of them are affine.
    let mut ends: Vec<(Rational, Vec<Rational>)> = vec![(low.clone(), Vec::new()), (high.clone(), Vec::new())];
    for form in &graph.relus {
        let arguments: Vec<Rational> =
            ends.iter().map(|(u, relus)| form.evaluate(std::slice::from_ref(u), relus)).collect();
        let mut finer: Vec<(Rational, Vec<Rational>)> = Vec::with_capacity(ends.len());
        for (k, (u, mut relus)) in ends.into_iter().enumerate() {
            if let Some((before, others)) = finer.last()
                && arguments[k - 1].signum() * arguments[k].signum() < 0
            {
                let share = &arguments[k - 1] / (&arguments[k - 1] - &arguments[k]);
                let between = |a: &Rational, b: &Rational| a + (b - a) * &share;
                let at = between(before, &u);
                let mut values: Vec<Rational> = others.iter().zip(&relus).map(|(a, b)| between(a, b)).collect();
                values.push(Rational::zero());
                finer.push((at, values));
            }
            relus.push(arguments[k].clone().max(Rational::zero()));
            finer.push((u, relus));
        }
        ends = finer;
    }
    let value = |(u, relus): (Rational, Vec<Rational>)| {
        let value = graph.outputs[0].evaluate(std::slice::from_ref(&u), &relus);
        (u, value)
    };
    ends.into_iter().map(value).collect()
}
