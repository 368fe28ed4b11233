//! What the layers and neurons of a disguised network are.

use pellucid_core::{NeuronId, Rational};

/// What a hidden layer is.
#[derive(Clone, Debug, PartialEq)]
pub enum LayerRole {
    /// It stands for a hidden layer of the original.
    Disguises {
        /// That layer, from 0.
        layer: usize,
        /// The neurons of that layer whose ReLUs do nothing.
        passes_through: Vec<PassesThrough>,
    },
    /// It passes the values below on, mixed.
    PassesOn,
}

/// Neurons of the original that only let a value pass: their sum is a factor times `z` of the first.
#[derive(Clone, Debug, PartialEq)]
pub enum PassesThrough {
    /// A neuron on `z` and one on `-ratio * z`, whose weights out are opposite.
    Pair {
        /// The neuron on `z`, by its place in its layer.
        above: usize,
        /// The neuron on `-ratio * z`.
        below: usize,
        /// Positive.
        ratio: Rational,
    },
    /// A neuron that is always on.
    AlwaysOn(usize),
}

impl PassesThrough {
    /// The neuron whose pre-activation passes.
    pub fn of(&self) -> usize {
        match self {
            PassesThrough::Pair { above, .. } => *above,
            PassesThrough::AlwaysOn(neuron) => *neuron,
        }
    }

    /// The neuron whose pre-activation is a negative factor times that one, where there is one.
    pub(super) fn below(&self) -> Option<usize> {
        match self {
            PassesThrough::Pair { below, .. } => Some(*below),
            PassesThrough::AlwaysOn(_) => None,
        }
    }

    /// Is it one of these neurons?
    pub(super) fn has(&self, neuron: usize) -> bool {
        self.of() == neuron || self.below() == Some(neuron)
    }
}

/// How a carrier carries its value `p`.
#[derive(Clone, Debug, PartialEq)]
pub enum Side {
    /// `relu(scale * p)`; another carries `-p`.
    Above,
    /// `relu(-scale * p)`.
    Below,
    /// `relu(scale * (p + constant))`, which is never off.
    AlwaysOn {
        /// What keeps it on.
        constant: Rational,
    },
}

/// What a hidden neuron of a disguised network is. `z` of a neuron of the original is its
/// pre-activation; scales are positive.
#[derive(Clone, Debug, PartialEq)]
pub enum Role {
    /// `relu(scale * z)`, or turned around `relu(-scale * z)`.
    Neuron {
        /// The neuron of the original.
        of: NeuronId,
        /// Positive.
        scale: Rational,
        /// Is it turned around? Its `z` is then carried by others.
        turned: bool,
        /// Which part of it this is.
        part: Part,
    },
    /// It carries a combination `p` of `z`s.
    Carrier {
        /// The combination.
        carries: Vec<(NeuronId, Rational)>,
        /// Positive.
        scale: Rational,
        /// How.
        side: Side,
        /// Which part of it this is.
        part: Part,
    },
    /// It is never on.
    Dead,
    /// One of two that detect the same, and whose weights out cancel.
    Decoy {
        /// The other, in this network.
        with: NeuronId,
    },
    /// It passes on values of the layer below, none of them negative.
    Relay {
        /// The combination, of neurons of this network.
        of: Vec<(NeuronId, Rational)>,
    },
}

/// Which part of a neuron that was divided.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// All of it.
    Whole,
    /// So much of its weights out.
    Split {
        /// The shares of all parts add up to 1.
        share: Rational,
    },
    /// A double of another neuron of this network, which has weights out of its own; those of all
    /// doubles add up.
    Duplicate {
        /// The first of the doubles.
        of: NeuronId,
    },
}
