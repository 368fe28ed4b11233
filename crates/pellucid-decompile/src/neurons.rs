//! Hidden neurons: what they detect, and whether they take part.

use pellucid_core::{Affine, Expr, Feature, Hyperplane, NeuronId, Rational, expr_to_text};

use crate::simplest::simplest_near;
use crate::work::Work;

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
