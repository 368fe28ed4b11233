//! The smallest network that is found for values along a line, with or without folds.

use std::collections::BTreeMap;

use pellucid_core::linear::{Echelon, solve};
use pellucid_core::{Error, Layer, Network, Rational};
use pellucid_prove::Limits;

use super::kinks::fewest_kinks;
use super::line::{Bent, Line, constant};
use super::turned::turned;
use crate::fold::compose;
use crate::goal::Goal;

/// Folds of folds, so deep at most.
const MAX_FOLDS: usize = 12;
/// Lines of more places are bent at each of their corners, and not folded.
const MAX_PLACES: usize = 1500;
/// Two folds at once are looked for on so many places at most.
const MAX_PLACES_OF_TWO: usize = 48;
/// Places moved to when folds are tried, all folds of folds together.
const MAX_FOLDED: usize = 1 << 19;
/// Linear programs, each of a millisecond or less, for all of them together and for one.
const MAX_PROGRAMS: usize = 3000;
const MAX_PROGRAMS_A_LINE: usize = 400;
/// Shifts are to one of the first places.
const SHIFTED_TO: usize = 4;
/// Each neuron makes so many times as many pieces, in the best networks known.
const PIECES_A_NEURON: f64 = 1.8;
/// Folds of each kind looked into: those that leave the fewest places.
const MOST_FOLDS: usize = 3;

/// The best network found for the line, which always has few enough layers; once stopped, one
/// that is quickly had.
///
/// # Errors
/// When a shape does not fit, which would be a defect.
pub(crate) fn line_to_network(line: &Line, goal: &Goal, limits: Limits<'_>) -> Result<Network<Rational>, Error> {
    // A fold is a layer.
    let folds =
        if goal.shallow { 0 } else { goal.max_layers.map_or(MAX_FOLDS, |most| MAX_FOLDS.min(most.saturating_sub(1))) };
    smallest(line, folds, &mut Work { places: MAX_FOLDED, programs: MAX_PROGRAMS, limits })
}

/// How many hidden neurons one layer takes, folds not tried, and hinges turned in plain ways only.
pub(crate) fn one_layer_size(line: &Line) -> usize {
    essential(line).map_or(0, |outputs| {
        let essence = outputs.of(line);
        one_layer(&essence, &mut 0).size()
    })
}

/// What may still be spent on a line and its folds.
struct Work<'a> {
    places: usize,
    programs: usize,
    limits: Limits<'a>,
}

fn smallest(line: &Line, folds_left: usize, work: &mut Work<'_>) -> Result<Network<Rational>, Error> {
    let Some(outputs) = essential(line) else { return constant(1, line.values[0].clone()) };
    let essence = outputs.of(line);
    if work.limits.stopped() {
        (work.places, work.programs) = (0, 0);
    }
    let mut best = one_layer(&essence, &mut work.programs).to_network(&essence)?;
    if folds_left > 0 && best.hidden_neurons() > 3 && line.len() <= MAX_PLACES {
        for (fold, folded) in folds(&essence, work) {
            if fold.size() + seems_to_need(&folded).max(1) >= best.hidden_neurons() {
                continue;
            }
            let network = compose(&smallest(&folded, folds_left - 1, work)?, &fold.network(&essence)?)?;
            if network.hidden_neurons() < best.hidden_neurons() {
                best = network;
            }
        }
    }
    compose(&outputs.network()?, &best)
}

/// One hidden layer; ways to turn its hinges are searched with so many linear programs, counted down.
fn one_layer(line: &Line, programs_left: &mut usize) -> Bent {
    if line.n_outputs() > 1 || line.len() > MAX_PLACES {
        return corners(line);
    }
    let found = fewest_kinks(line);
    let fewest = found[0].as_ref().map_or(0, |bent| bent.kinks.len());
    // Every place may be a corner, so something is found.
    let best = found.into_iter().flatten().min_by_key(Bent::size).unwrap_or_else(|| corners(line));
    if fewest >= best.size() {
        return best;
    }
    // A short line behind folds must find some left.
    let given = (*programs_left).min(MAX_PROGRAMS_A_LINE);
    let mut left = given;
    let found = turned(line, fewest, &mut left);
    *programs_left -= given - left;
    found.unwrap_or(best)
}

/// Bent at every place where an output is, but two neighbouring corners are made one where the lines
/// on both sides of them meet between.
fn corners(line: &Line) -> Bent {
    let n = line.len();
    let slopes: Vec<Vec<Rational>> = (0..n - 1).map(|i| line.slopes(i)).collect();
    let jump = |a: &[Rational], b: &[Rational]| -> Vec<Rational> { b.iter().zip(a).map(|(b, a)| b - a).collect() };
    let mut kinks: Vec<(Rational, Vec<Rational>)> = Vec::new();
    let mut before = slopes[0].clone();
    let mut i = 1;
    while i + 1 < n {
        if slopes[i] == before {
            i += 1;
            continue;
        }
        if i + 2 < n
            && let Some(at) = meeting(line, i, &before, &slopes[i + 1])
        {
            kinks.push((at, jump(&before, &slopes[i + 1])));
            before = slopes[i + 1].clone();
            i += 2;
            continue;
        }
        kinks.push((line.at[i].clone(), jump(&before, &slopes[i])));
        before = slopes[i].clone();
        i += 1;
    }
    Bent::new(slopes[0].clone(), kinks)
}

/// Where the lines through a place and through the next one meet between them, in all outputs.
fn meeting(line: &Line, place: usize, left: &[Rational], right: &[Rational]) -> Option<Rational> {
    let (p, q) = (&line.at[place], &line.at[place + 1]);
    let mut found: Option<Rational> = None;
    for k in 0..line.n_outputs() {
        // left * (t - p) + y = right * (t - q) + z
        let gap = &line.values[place + 1][k] - &line.values[place][k] + &left[k] * p - &right[k] * q;
        match (&left[k] - &right[k]).recip() {
            Some(one_over) => {
                let at = gap * one_over;
                if found.as_ref().is_some_and(|known| *known != at) {
                    return None;
                }
                found = Some(at);
            }
            None if gap.is_zero() => {}
            None => return None,
        }
    }
    found.filter(|at| p <= at && at <= q)
}

/// Outputs of which all are affine maps.
struct Essential {
    /// Which.
    kept: Vec<usize>,
    /// For each output its factors and its constant.
    all: Layer<Rational>,
}

/// As few outputs as give all of them; `None` when all are constant.
fn essential(line: &Line) -> Option<Essential> {
    let n = line.len();
    let column = |k: usize| line.values.iter().map(|v| v[k].clone()).collect::<Vec<_>>();
    let ones = vec![Rational::one(); n];
    let mut known = Echelon::of([ones.as_slice()]);
    let kept: Vec<usize> = (0..line.n_outputs()).filter(|k| known.insert(&column(*k))).collect();
    if kept.is_empty() {
        return None;
    }
    let basis: Vec<Vec<Rational>> = kept.iter().map(|k| column(*k)).chain([ones]).collect();
    let mut all = Layer { weights: Vec::new(), biases: Vec::new() };
    for k in 0..line.n_outputs() {
        let mut factors = solve(&basis, &column(k))?;
        all.biases.push(factors.pop()?);
        all.weights.push(factors);
    }
    Some(Essential { kept, all })
}

impl Essential {
    fn of(&self, line: &Line) -> Line {
        let values = line.values.iter().map(|v| self.kept.iter().map(|k| v[*k].clone()).collect());
        Line { at: line.at.clone(), values: values.collect() }
    }

    fn network(&self) -> Result<Network<Rational>, Error> {
        Network::new(None, vec![self.all.clone()])
    }
}

/// A map of a line that takes places with equal values to one place.
#[derive(Clone, Debug)]
enum Fold {
    /// What lies beyond each centre in turn is reflected.
    Mirror(Vec<Rational>),
    /// What lies from `to` on is moved back; nothing lies between `from` and `to`.
    Shift { from: Rational, to: Rational, back: Rational },
}

impl Fold {
    /// The place that a place is taken to.
    fn of(&self, x: &Rational) -> Rational {
        match self {
            Fold::Mirror(centres) => {
                let mut factor = Rational::from(-2);
                let mut result = x.clone();
                for centre in centres.iter().take_while(|centre| x > centre) {
                    result += &(&factor * &(x - centre));
                    factor = -factor;
                }
                result
            }
            Fold::Shift { to, back, .. } => {
                if x < to {
                    x.clone()
                } else {
                    x - back
                }
            }
        }
    }

    /// The number of hidden neurons: one that is on, and one a kink.
    fn size(&self) -> usize {
        match self {
            Fold::Mirror(centres) => 1 + centres.len(),
            Fold::Shift { .. } => 3,
        }
    }

    /// What is left of a line; `None` where different values would meet.
    fn folded(&self, line: &Line) -> Option<Line> {
        let mut values: BTreeMap<Rational, &Vec<Rational>> = BTreeMap::new();
        for (x, value) in line.at.iter().zip(&line.values) {
            if *values.entry(self.of(x)).or_insert(value) != value {
                return None;
            }
        }
        let (at, values) = values.into_iter().map(|(x, value)| (x, value.clone())).unzip();
        Some(Line { at, values })
    }

    /// The network of one layer for it: `s - 2 relu(s - c)`, and `+ 2 relu(s - d)` at a second centre;
    /// or `s` less a ramp of the height moved back.
    fn network(&self, line: &Line) -> Result<Network<Rational>, Error> {
        let low = &line.at[0];
        let mut hidden = Layer { weights: vec![vec![Rational::one()]], biases: vec![-low] };
        let mut out = vec![Rational::one()];
        let kinks: Vec<(&Rational, Rational)> = match self {
            Fold::Mirror(centres) => {
                centres.iter().enumerate().map(|(i, c)| (c, Rational::from(if i % 2 == 0 { -2 } else { 2 }))).collect()
            }
            Fold::Shift { from, to, back } => {
                let steep = back / (to - from);
                vec![(from, -&steep), (to, steep)]
            }
        };
        for (at, jump) in kinks {
            let size = Rational::primitive_scale([at, &Rational::one()]);
            hidden.biases.push(-(at * &size));
            out.push(jump / &size);
            hidden.weights.push(vec![size]);
        }
        Network::new(None, vec![hidden, Layer { weights: vec![out], biases: vec![low.clone()] }])
    }
}

/// Folds that leave at most about two thirds of the places, with what they leave: those of each kind
/// that leave the fewest.
fn folds(line: &Line, work: &mut Work<'_>) -> Vec<(Fold, Line)> {
    let n = line.len();
    let half = Rational::ratio(1, 2);
    let centres: Vec<Rational> = (1..2 * n - 2)
        .map(|i| if i % 2 == 0 { line.at[i / 2].clone() } else { (&line.at[i / 2] + &line.at[i / 2 + 1]) * &half })
        .collect();
    let mut found: Vec<(Fold, Line)> = Vec::new();
    let mut consider = |fold: Fold| {
        work.places = work.places.saturating_sub(n);
        if work.places > 0
            && let Some(folded) = fold.folded(line)
            && 3 * folded.len() <= 2 * n + 2
        {
            found.push((fold, folded));
        }
    };
    // The middle ones first, in case the work runs out.
    let middle = centres.len() / 2;
    let mut order: Vec<usize> = (0..centres.len()).collect();
    order.sort_by_key(|i| i.abs_diff(middle));
    for i in order {
        consider(Fold::Mirror(vec![centres[i].clone()]));
    }
    for i in n / 3..n {
        for j in 0..SHIFTED_TO.min(i) {
            let (from, to) = (line.at[i - 1].clone(), line.at[i].clone());
            let back = &to - &line.at[j];
            consider(Fold::Shift { from, to, back });
        }
    }
    if n <= MAX_PLACES_OF_TWO {
        for (i, first) in centres.iter().enumerate() {
            for second in &centres[i + 1..] {
                consider(Fold::Mirror(vec![first.clone(), second.clone()]));
            }
        }
    }
    found.sort_by_key(|(_, folded)| folded.len());
    let mut kept = [0; 3];
    found.retain(|(fold, _)| {
        let count = &mut kept[match fold {
            Fold::Mirror(centres) => usize::from(centres.len() > 1),
            Fold::Shift { .. } => 2,
        }];
        *count += 1;
        *count <= MOST_FOLDS
    });
    found
}

/// As many neurons as a line with so many turns seems to need, deep or not: not a bound, but where it
/// is not below what is known already, nothing has ever been found.
pub(crate) fn seems_to_need(line: &Line) -> usize {
    let turns = (0..line.n_outputs()).map(|k| {
        let signs = line.values.windows(2).map(|pair| (&pair[1][k] - &pair[0][k]).signum()).filter(|sign| *sign != 0);
        let signs: Vec<i32> = signs.collect();
        signs.windows(2).filter(|pair| pair[0] != pair[1]).count()
    });
    let pieces = turns.max().unwrap_or(0) as f64 + 1.0;
    (pieces.ln() / PIECES_A_NEURON.ln()).ceil() as usize
}
