//! Hidden neurons: what they detect, and whether they take part.

use pellucid_core::{Affine, Domain, Expr, Feature, Hyperplane, Layer, NeuronId, Rational, expr_to_text};

use crate::scale::Scale;
use crate::simplest::simplest_near;
use crate::work::{Member, Place, Work, works};

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
    /// It detects what this one detects (its own name for the first), and what all of them give out cancels.
    Decoy(NeuronId),
}

impl std::fmt::Display for Status {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Status::Live => "live",
            Status::Dead => "dead",
            Status::AlwaysOn => "always on",
            Status::Merged(_) => "merged",
            Status::Unread => "unread",
            Status::Decoy(_) => "decoy",
        })
    }
}

/// Labels with longer numbers than this are told in simple ones, each within this of the largest.
const MAX_LABEL_BITS: usize = 20;
const LABEL_SLACK: (i64, i64) = (1, 100);

/// A hidden neuron with what it detects.
#[derive(Clone, Debug)]
pub struct Neuron {
    /// Its place.
    pub id: NeuronId,
    /// What it detects, of what it `reads`, its row rounded as far as the formula needed.
    pub feature: Feature,
    /// What the feature's form is of: the inputs, and for neurons of deeper layers named functions of them, such
    /// as `max(x1, x2)`.
    pub reads: Vec<Expr>,
    /// Its pre-activation as a formula of the inputs, rounded; `None` when that is too long.
    pub computes: Option<Expr>,
    /// Does it take part?
    pub status: Status,
    /// What it does for the layer above.
    pub work: Work,
    /// Its row as it is, of the values of the layer below.
    pub row: Affine,
    /// Its row rounded, of what it `reads`: the feature's form times its scale.
    pub rounded: Affine,
    /// Its row in simple numbers, of the values of the layer below; as it is where nothing was rounded.
    pub ideal: Affine,
    /// Its weights to the next layer as they are.
    pub out: Vec<Rational>,
    /// The largest change of a row's entry by the rounding, as a share of how much the row varies
    /// on the domain.
    pub rounding: Rational,
}

impl Neuron {
    /// What it detects, in words of its inputs: `x1 > x2`, `max(x1, x2) > x3`. For one that is always on, what
    /// it carries. Where the numbers are long, simple ones near them after the word `about`.
    pub fn label(&self, inputs: &[String]) -> String {
        let names = self.names(inputs);
        let (feature, is_about) = self.told();
        let label = match self.status {
            Status::AlwaysOn if self.id.layer > 0 => expr_to_text(&feature.form.to_expr(), &names),
            _ => feature.label(&names),
        };
        if is_about { format!("about {label}") } else { label }
    }

    /// The factor between its row and what its label says.
    pub fn label_scale(&self) -> Rational {
        self.told().0.scale
    }

    /// Its feature as it is told: in simple numbers near the true ones where those are long, and whether it is so.
    fn told(&self) -> (Feature, bool) {
        let form = &self.feature.form;
        let longest = form.coefficients.iter().chain([&form.constant]).map(Rational::bits).max();
        let largest = form.coefficients.iter().map(Rational::abs).max().filter(|c| !c.is_zero());
        let Some(largest) = largest.filter(|_| longest.is_some_and(|bits| bits > MAX_LABEL_BITS)) else {
            return (self.feature.clone(), false);
        };
        let slack = Rational::ratio(LABEL_SLACK.0, LABEL_SLACK.1);
        let simple = |value: &Rational| simplest_near(&(value / &largest), &slack);
        let coefficients = form.coefficients.iter().map(simple).collect();
        let form = Affine { coefficients, constant: simple(&form.constant) };
        let scale = &self.feature.scale * &largest;
        (Feature { kind: self.feature.kind, form, scale }, true)
    }

    /// The texts of what its feature's form is of: formulas of the inputs, or neurons of the layer below.
    pub fn names(&self, inputs: &[String]) -> Vec<String> {
        let text = |read: &Expr| match read {
            Expr::Input(i) if *i >= inputs.len() && self.id.layer > 0 => {
                NeuronId { layer: self.id.layer - 1, index: i - inputs.len() }.to_string()
            }
            read => expr_to_text(read, inputs),
        };
        self.reads.iter().map(text).collect()
    }

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
    let n_inputs = hidden.weights.first().map_or(0, Vec::len);
    let scale = Scale::of(domain, n_inputs);
    let mut neurons: Vec<Neuron> = Vec::with_capacity(hidden.weights.len());
    let mut members: Vec<Member<Affine>> = Vec::with_capacity(hidden.weights.len());
    for (index, (weights, bias)) in hidden.weights.iter().zip(&hidden.biases).enumerate() {
        let row = Affine { coefficients: weights.clone(), constant: bias.clone() };
        // Dead, always on and live are read off the row as it is; only what is the same as another
        // detector is said of the rounded one.
        let (low, high) = domain.range(&row);
        let out: Vec<Rational> = output.weights.iter().map(|row| row[index].clone()).collect();
        let known = members.iter().zip(&neurons).filter(|(member, _)| matches!(member.place, Place::Kink { .. }));
        let (rounded, rounding) = like_a_known(&row, known.map(|(_, neuron)| &neuron.rounded), slack, &scale)
            .unwrap_or_else(|| round_row(&row, slack, &scale));
        let place = if high.is_some_and(|v| !v.is_positive()) {
            Place::Off
        } else if low.is_some_and(|v| !v.is_negative()) {
            Place::On(row.hyperplane().map_or_else(|| row.clone(), |(plane, _)| plane.to_affine()))
        } else {
            match rounded.hyperplane() {
                Some((plane, factor)) => Place::Kink { on: plane.to_affine(), above: factor.is_positive() },
                None => Place::On(rounded.clone()),
            }
        };
        let size = match &place {
            Place::On(_) => row.hyperplane().map_or_else(Rational::one, |(_, factor)| factor),
            _ => rounded.hyperplane().map_or_else(Rational::one, |(_, factor)| factor.abs()),
        };
        members.push(Member { place, size, out: out.clone() });
        neurons.push(Neuron {
            id: NeuronId { layer: 0, index },
            feature: Feature::of_row(&rounded),
            reads: (0..n_inputs).map(Expr::Input).collect(),
            computes: Some(rounded.to_expr()),
            status: Status::Live,
            work: Work::Nothing,
            row,
            ideal: rounded.clone(),
            rounded,
            out,
            rounding,
        });
    }
    for (neuron, (status, work)) in neurons.iter_mut().zip(works(0, &members, slack)) {
        (neuron.status, neuron.work) = (status, work);
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

/// A neuron's row in simple numbers: each a simple multiple of the leading one, moved by at most `slack` of how much
/// the row varies on the domain.
///
/// ```
/// use pellucid_core::{Affine, Domain, Rational};
/// use pellucid_decompile::rounded_row;
/// let row = Affine {
///     coefficients: vec![Rational::from(2), Rational::ratio(-1999, 1000)],
///     constant: Rational::ratio(1, 1000),
/// };
/// let rounded = rounded_row(&row, &Rational::ratio(1, 100), &Domain::unit_box(2));
/// assert_eq!(rounded.coefficients, [Rational::from(2), Rational::from(-2)]);
/// assert!(rounded.constant.is_zero());
/// ```
pub fn rounded_row(row: &Affine, slack: &Rational, domain: &Domain) -> Affine {
    round_row(row, slack, &Scale::of(domain, row.coefficients.len())).0
}

/// The row with its entries made simple multiples of its leading one, each within `slack` of how
/// much the row varies on the domain, and the largest change as a share of that.
pub(crate) fn round_row(row: &Affine, slack: &Rational, scale: &Scale) -> (Affine, Rational) {
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

/// The row rounded to the hyperplane of an earlier detector's row, when that is within the slack:
/// copies and opposites that noise has moved apart stay together.
pub(crate) fn like_a_known<'a>(
    row: &Affine,
    mut known: impl Iterator<Item = &'a Affine>,
    slack: &Rational,
    scale: &Scale,
) -> Option<(Affine, Rational)> {
    let lead = lead(row, scale).filter(|_| !slack.is_zero())?;
    let units = units(lead, scale);
    let in_floats = |map: &Affine| map.coefficients.iter().chain([&map.constant]).map(Rational::to_f64).collect();
    let (floats, float_units): (Vec<f64>, Vec<f64>) = (in_floats(row), units.iter().map(Rational::to_f64).collect());
    // Most rows are so far apart that floats see it; what they see is no nearer than it is.
    let beyond = slack.to_f64() * 1.001;
    let is_far = |known: &Affine| {
        let known: Vec<f64> = in_floats(known);
        let factor = floats[lead] / known[lead];
        let change = |i: usize| (floats[i] - factor * known[i]).abs() / floats[lead].abs() / float_units[i];
        (0..floats.len()).any(|i| change(i) > beyond)
    };
    known.find_map(|known| {
        let pivot = Some(&known.coefficients[lead]).filter(|c| !c.is_zero() && !is_far(known))?;
        let moved = known.scaled(&(&row.coefficients[lead] / pivot));
        let size = row.coefficients[lead].abs();
        let pairs =
            row.coefficients.iter().chain([&row.constant]).zip(moved.coefficients.iter().chain([&moved.constant]));
        let change = pairs.zip(&units).map(|((a, b), unit)| (a - b).abs() / &size / unit).max()?;
        (change <= *slack).then_some((moved, change))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn neuron(layer: usize, row: [Rational; 3]) -> Neuron {
        let [a, b, constant] = row;
        let row = Affine { coefficients: vec![a, b], constant };
        Neuron {
            id: NeuronId { layer, index: 0 },
            feature: Feature::of_row(&row),
            reads: (0..2).map(|i| Expr::Input(i + 2 * layer)).collect(),
            computes: None,
            status: Status::Live,
            work: Work::Detects,
            ideal: row.clone(),
            rounded: row.clone(),
            row,
            out: Vec::new(),
            rounding: Rational::zero(),
        }
    }

    #[test]
    fn long_numbers_are_told_about() {
        let inputs = ["a", "b"].map(String::from);
        let long = || [Rational::ratio(500_001, 1_000_003), Rational::ratio(-1, 4), Rational::ratio(1, 3)];
        assert_eq!(neuron(0, long()).label(&inputs), "about +(a - b/2 + 2/3)");
        // In deeper layers the row is of the neurons below.
        assert_eq!(neuron(1, long()).label(&inputs), "about +(h1.1 - h1.2/2 + 2/3)");
        assert_eq!(neuron(1, long()).label_scale().to_decimal(4), "0.5");
        let short = neuron(0, [1, -2, 3].map(Rational::from));
        assert_eq!((short.label(&inputs), short.label_scale()), ("+(a - 2*b + 3)".to_string(), Rational::one()));
    }
}
