//! Why a function's values at a few points take more than so many hidden neurons.

use serde::{Deserialize, Serialize};

use crate::Rational;

/// No network with fewer than `trees.len()` hidden neurons, of whatever depth, has an output's values at
/// these points.
///
/// A network with at most two hidden neurons is, at finitely many points,
/// `c + s_1 relu(f_1) + ... + s_k relu(f_k)` with signs `s` and affine maps `f`, or without any it is
/// one affine map. There is a tree for each number of positive signs, from none to all: it goes through
/// which neuron fires at which point until the rows of a branch contradict each other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PointsProof {
    /// The output that is looked at.
    pub output: usize,
    /// Points of the domain.
    pub points: Vec<Vec<Rational>>,
    /// For each number of positive signs a tree, in preorder.
    pub trees: Vec<Vec<PointStep>>,
}

/// A step through the ways neurons fire. The unknowns are `c` and then of each neuron the coefficients
/// of its map and its constant, those of positive sign first; without neurons the coefficients and the
/// constant of one map.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PointStep {
    /// First where the neuron's map is at least 0 at the point, then where it is at most 0.
    Split {
        /// The neuron, from 0.
        neuron: usize,
        /// The point, from 0.
        point: usize,
    },
    /// Rows with factors above 0 whose sum is a constant below 0. The rows are, point by point: for each
    /// neuron that is decided there its map, or where it is off minus that, is at least 0; then, if no
    /// undecided neuron has a negative sign, the value less all decided parts, and less any set of the
    /// undecided maps, is at least 0 (the sets counted in binary, the first neuron lowest); then, if none
    /// has a positive sign, the same the other way round.
    Never(Vec<(usize, Rational)>),
}
