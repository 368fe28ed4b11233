//! Every hidden neuron of one layer: what it detects, and whether it takes part.

use pellucid_core::{Affine, Domain, Feature, FeatureKind, Hyperplane, Layer, NeuronId, Rational};

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
    /// The largest change of a row's entry by the rounding, relative to the row's largest.
    pub rounding: Rational,
}

impl Neuron {
    /// The hyperplane of its rounded row, and whether the neuron is on above it.
    pub fn side(&self) -> Option<(Hyperplane, bool)> {
        self.rounded.hyperplane().map(|(plane, factor)| (plane, factor.is_positive()))
    }
}

/// The neurons of a hidden layer, rows rounded to within `slack` of their largest entry.
pub fn neurons_of(
    hidden: &Layer<Rational>,
    output: &Layer<Rational>,
    domain: &Domain,
    slack: &Rational,
) -> Vec<Neuron> {
    let mut neurons: Vec<Neuron> = Vec::with_capacity(hidden.weights.len());
    for (index, (weights, bias)) in hidden.weights.iter().zip(&hidden.biases).enumerate() {
        let row = Affine { coefficients: weights.clone(), constant: bias.clone() };
        let (low, high) = domain.range(&row);
        let out: Vec<Rational> = output.weights.iter().map(|row| row[index].clone()).collect();
        let (rounded, rounding) = round_row(&row, slack);
        let mut neuron = Neuron {
            id: NeuronId { layer: 0, index },
            feature: Feature::of_row(&rounded),
            status: Status::Live,
            row,
            rounded,
            out,
            rounding,
        };
        neuron.status = if high.is_some_and(|v| !v.is_positive()) {
            Status::Dead
        } else if neuron.out.iter().all(Rational::is_zero) {
            Status::Unread
        } else if low.is_some_and(|v| !v.is_negative()) || neuron.feature.kind == FeatureKind::Constant {
            Status::AlwaysOn
        } else {
            let twin = neurons.iter().find(|known| known.status == Status::Live && known.side() == neuron.side());
            twin.map_or(Status::Live, |known| Status::Merged(known.id))
        };
        neurons.push(neuron);
    }
    neurons
}

/// The row with its entries rounded to the simplest rationals within `slack` of its largest entry,
/// and the largest relative change.
fn round_row(row: &Affine, slack: &Rational) -> (Affine, Rational) {
    let largest = row.coefficients.iter().map(Rational::abs).max().unwrap_or_default();
    if largest.is_zero() || slack.is_zero() {
        return (row.clone(), Rational::zero());
    }
    let mut change = Rational::zero();
    let mut round = |value: &Rational| {
        let relative = value / &largest;
        let simple = simplest_near(&relative, slack);
        change = change.clone().max((&simple - relative).abs());
        simple * &largest
    };
    let coefficients = row.coefficients.iter().map(&mut round).collect();
    let constant = round(&row.constant);
    (Affine { coefficients, constant }, change)
}

/// The simplest rational within `slack` of a value.
pub fn simplest_near(value: &Rational, slack: &Rational) -> Rational {
    Rational::simplest_between(&(value - slack), &(value + slack))
}
