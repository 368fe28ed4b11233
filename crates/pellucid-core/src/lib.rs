//! The nouns of Pellucid: exact rationals, functions, networks, features, circuits, domains and
//! certificates.
//!
//! Nothing here reads a file, a clock or a random number, and no float takes part in a claim.

mod affine;
mod certificate;
mod circuit;
mod domain;
mod error;
mod expr;
mod expr_to_text;
mod function;
pub mod linear;
mod network;
mod network_json;
mod number;
mod rational;
mod relu_graph;
mod text_to_expr;
mod text_to_tokens;
mod to_relu_graph;

pub use affine::{Affine, Hyperplane, dot};
pub use certificate::{Biases, CellStep, Certificate, Claim, Computation, Difference, Kink, Proof};
pub use circuit::{Circuit, Feature, FeatureKind, NeuronId, circuit_name};
pub use domain::Domain;
pub use error::{Diagnostic, Error, counted};
pub use expr::Expr;
pub use expr_to_text::expr_to_text;
pub use function::Function;
pub use network::{Layer, Network, Trace, numbered_inputs};
pub use network_json::{WrittenLayer, WrittenNetwork};
pub use number::Number;
pub use rational::Rational;
pub use relu_graph::{Form, GraphBuilder, ReluGraph, Side, Wire};
pub use to_relu_graph::sorting_network;
