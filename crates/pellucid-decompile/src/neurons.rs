//! Every hidden neuron of one layer: what it detects, and whether it takes part.

use pellucid_core::{Affine, Domain, Feature, Hyperplane, Layer, NeuronId, Rational};

use crate::scale::Scale;
use crate::simplest::simplest_near;

/// Whether a neuron takes part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It is on in one part of the domain and off in another.
    Live,
    /// It is off on the whole domain.
    Dead,
    /// It is on (or at 0) on the whole domain, so it computes an affine map.
    AlwaysOn,
    /// It detects what an earlier neuron detects.
    Merged(NeuronId),
    /// It fires, but nothing reads it.
    Unread,
}

impl std::fmt::Display for Status {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Status::Live => "live",
            Status::Dead => "dead",
            Status::AlwaysOn => "always on",
            Status::Merged(_) => "merged",
            Status::Unread => "unread",
        })
    }
}

/// A hidden neuron with what it detects.
#[derive(Clone, Debug)]
pub struct Neuron {
    /// Its place.
    pub id: NeuronId,
    /// What it detects, its row rounded as far as the formula needed.
    pub feature: Feature,
    /// Does it take part?
    pub status: Status,
    /// Its row as it is.
    pub row: Affine,
    /// Its row rounded: the feature's form times its scale.
    pub rounded: Affine,
    /// Its weights to the outputs as they are.
    pub out: Vec<Rational>,
    /// The largest change of a row's entry by the rounding, as a share of how much the row varies
    /// on the domain.
    pub rounding: Rational,
}

impl Neuron {
    /// The hyperplane of its rounded row, and whether the neuron is on above it.
    pub fn side(&self) -> Option<(Hyperplane, bool)> {
        self.rounded.hyperplane().map(|(plane, factor)| (plane, factor.is_positive()))
    }
}

/// The neurons of a hidden layer, rows rounded to within `slack` of how much they vary on the domain.
pub fn neurons_of(
    hidden: &Layer<Rational>,
    output: &Layer<Rational>,
    domain: &Domain,
    slack: &Rational,
) -> Vec<Neuron> {
    let scale = Scale::of(domain, hidden.weights.first().map_or(0, Vec::len));
    let mut neurons: Vec<Neuron> = Vec::with_capacity(hidden.weights.len());
    for (index, (weights, bias)) in hidden.weights.iter().zip(&hidden.biases).enumerate() {
        let row = Affine { coefficients: weights.clone(), constant: bias.clone() };
        let (low, high) = domain.range(&row);
        let out: Vec<Rational> = output.weights.iter().map(|row| row[index].clone()).collect();
        let (rounded, rounding) =
            like_a_known(&row, &neurons, slack, &scale).unwrap_or_else(|| round_row(&row, slack, &scale));
        let mut neuron = Neuron {
            id: NeuronId { layer: 0, index },
            feature: Feature::of_row(&rounded),
            status: Status::Live,
            row,
            rounded,
            out,
            rounding,
        };
        // Dead, always on and live are read off the row as it is; only what is the same as another
        // detector is said of the rounded one.
        neuron.status = if high.is_some_and(|v| !v.is_positive()) {
            Status::Dead
        } else if neuron.out.iter().all(Rational::is_zero) {
            Status::Unread
        } else if low.is_some_and(|v| !v.is_negative()) {
            Status::AlwaysOn
        } else {
            let twin = neurons.iter().find(|known| known.status == Status::Live && known.side() == neuron.side());
            twin.map_or(Status::Live, |known| Status::Merged(known.id))
        };
        neurons.push(neuron);
    }
    neurons
}

/// The input along which a row varies most on the domain; of equals the first, so that rows that
/// differ only by noise are written alike.
fn lead(row: &Affine, scale: &Scale) -> Option<usize> {
    let swing = |i: &usize| row.coefficients[*i].abs() * &scale.half_width[*i];
    (0..row.coefficients.len()).rev().max_by_key(swing).filter(|i| !row.coefficients[*i].is_zero())
}

/// How far each number of a row (the constant last) may move when the row is divided by its leading
/// one: as much as changes its values by a slack of 1 times how much it varies on the domain.
fn units(lead: usize, scale: &Scale) -> Vec<Rational> {
    let half = &scale.half_width[lead];
    scale.reach.iter().map(|reach| half / reach).chain([half.clone()]).collect()
}

/// The row with its entries made simple multiples of its leading one, each within `slack` of how
/// much the row varies on the domain, and the largest change as a share of that.
fn round_row(row: &Affine, slack: &Rational, scale: &Scale) -> (Affine, Rational) {
    let Some(lead) = lead(row, scale).filter(|_| !slack.is_zero()) else {
        return (row.clone(), Rational::zero());
    };
    let size = row.coefficients[lead].abs();
    let mut change = Rational::zero();
    let mut rounded = row.coefficients.iter().chain([&row.constant]).zip(units(lead, scale)).map(|(value, unit)| {
        let relative = value / &size;
        let simple = simplest_near(&relative, &(slack * &unit));
        change = change.clone().max((&simple - relative).abs() / unit);
        simple * &size
    });
    let coefficients = rounded.by_ref().take(row.coefficients.len()).collect();
    let constant = rounded.next().unwrap_or_default();
    drop(rounded);
    (Affine { coefficients, constant }, change)
}

/// The row rounded to the hyperplane of an earlier live neuron, when that is within the slack:
/// copies and opposites that noise has moved apart stay together.
fn like_a_known(row: &Affine, known: &[Neuron], slack: &Rational, scale: &Scale) -> Option<(Affine, Rational)> {
    let lead = lead(row, scale).filter(|_| !slack.is_zero())?;
    let units = units(lead, scale);
    known.iter().filter(|neuron| neuron.status == Status::Live).find_map(|neuron| {
        let pivot = Some(&neuron.rounded.coefficients[lead]).filter(|c| !c.is_zero())?;
        let moved = neuron.rounded.scaled(&(&row.coefficients[lead] / pivot));
        let size = row.coefficients[lead].abs();
        let pairs =
            row.coefficients.iter().chain([&row.constant]).zip(moved.coefficients.iter().chain([&moved.constant]));
        let change = pairs.zip(&units).map(|((a, b), unit)| (a - b).abs() / &size / unit).max()?;
        (change <= *slack).then_some((moved, change))
    })
}
