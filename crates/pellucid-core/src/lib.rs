//! The nouns of Pellucid: exact rationals, functions, networks, features, circuits, domains and
//! certificates.
//!
//! Nothing here reads a file, a clock or a source of chance, and no float takes part in a claim.

mod affine;
mod approximation;
mod box_builder;
mod certificate;
mod circuit;
mod decimal;
mod domain;
mod domain_to_text;
mod elementary;
mod error;
mod expr;
mod expr_to_latex;
mod expr_to_mathml;
mod expr_to_notation;
mod expr_to_text;
mod function;
mod gate;
mod integer_graph;
mod integer_row;
mod interval;
mod jet;
pub mod linear;
mod network;
mod network_json;
mod never;
mod number;
mod points_proof;
mod rational;
mod relu_graph;
mod series;
mod size_proof;
mod small_fraction;
mod sorting_networks;
mod split_mix;
mod target;
mod text_to_domain;
mod text_to_expr;
mod text_to_nodes;
mod text_to_rows;
mod text_to_tokens;
mod to_relu_graph;

pub use affine::{Affine, Hyperplane, dot};
pub use approximation::{Composition, Part};
pub use box_builder::BoxBuilder;
pub use certificate::{
    Biases, CellStep, Certificate, Claim, Combination, Computation, Difference, Kink, Proof, same_input_order,
};
pub use circuit::{Circuit, Feature, FeatureKind, NeuronId, circuit_name};
pub use domain::{Domain, MAX_STEPS};
pub use elementary::Elementary;
pub use error::{Diagnostic, Error, counted};
pub use expr::Expr;
pub use expr_to_latex::{expr_to_latex, function_to_latex};
pub use expr_to_mathml::{expr_to_mathml, function_to_mathml};
pub use expr_to_text::{expr_text_length, expr_to_text};
pub use function::Function;
pub use gate::Gate;
pub use integer_graph::{IntegerForm, IntegerGraph, ReluOnCell};
pub use integer_row::{IntegerRow, remove_common_factor, sign_of};
pub use interval::Interval;
pub use jet::Jet;
pub use network::{Layer, Network, Trace, numbered_inputs};
pub use network_json::{WrittenLayer, WrittenNetwork};
pub use never::{Constraint, NeverInRegion, Region};
pub use number::Number;
pub use points_proof::{PointStep, PointsProof};
pub use rational::Rational;
pub use relu_graph::{Form, GraphBuilder, Merge, ReluGraph, Side, Wire};
pub use size_proof::{OneLayer, SampledLine, Single, SizeProof};
pub use sorting_networks::{selection_network, sorting_network};
pub use split_mix::SplitMix64;
pub use target::Target;

/// A whole number of any size.
pub use dashu_int::IBig as Integer;
/// A whole number of any size that is not negative.
pub use dashu_int::UBig as Natural;
