//! Why every network for a function has at least so many hidden neurons, whatever its depth.

use serde::{Deserialize, Serialize};

use crate::network_json::WrittenNetwork;
use crate::{Difference, Kink, Network, Rational};

/// Witnesses for a lower bound on hidden neurons. Each rules out some widths; the bound is the
/// size of the smallest shape that is left.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SizeProof {
    /// What one hidden layer takes.
    pub one_layer: OneLayer,
    /// The output that `rays`, `kinks` and `single` are about.
    pub output: usize,
    /// Points beside which the gradients are looked at: their rank is a least width.
    pub gradients: Vec<Vec<Rational>>,
    /// A direction along which no ReLU's argument changes, but an output does.
    pub drift: Option<Vec<Rational>>,
    /// Directions along which the output goes to plus and to minus infinity.
    pub rays: Option<[Vec<Rational>; 2]>,
    /// Kinks on different hyperplanes, for networks of two layers whose last has two neurons.
    pub kinks: Vec<Kink>,
    /// A line on which the function has many pieces.
    pub line: Option<SampledLine>,
    /// For networks of two layers whose last has one neuron: when the output rises with it, and
    /// when it falls.
    pub single: [Option<Single>; 2],
}

/// What one hidden layer takes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum OneLayer {
    /// It is not enough: one hyperplane has two jumps.
    Refuted {
        /// The first point.
        here: Kink,
        /// The second point, of the same hyperplane; its jump may be 0.
        there: Kink,
    },
    /// The network computes the function, and a count on its kinks says how many neurons that takes.
    Counted {
        /// A network with one hidden layer.
        #[serde(with = "WrittenNetwork")]
        network: Network<Rational>,
        /// The network equals the function.
        equality: Difference,
        /// Every kink hyperplane that meets the inside of the domain; there is at least one.
        kinks: Vec<Kink>,
    },
}

/// Points of a line. Every second, with the two around it, shows a break.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SampledLine {
    /// The point at time 0.
    pub start: Vec<Rational>,
    /// The way from time 0 to time 1.
    pub direction: Vec<Rational>,
    /// Increasing times.
    pub times: Vec<Rational>,
}

/// What is known of a first layer below a single last neuron. Where the output is beyond one of its
/// values (above it if it rises with the neuron, below it if it falls) the neuron is on, and the
/// output is what one layer computes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Single {
    /// A point of the domain; what follows is beyond the output's value there.
    pub value_at: Vec<Rational>,
    /// The first layer's kinks. If they show two jumps of one hyperplane, there is no such layer.
    pub kinks: Vec<Kink>,
    /// Where a path starts that ends opposite and has the kinks and its corners (kinks of jump 0)
    /// on it, in order. Then all is about `f(tx) / t` for large t. Such a path meets every
    /// hyperplane through the origin, so no kink is out of sight.
    pub path_from: Option<Vec<Rational>>,
}
