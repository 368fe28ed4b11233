//! The nouns of Pellucid: exact rationals, functions, networks, features, circuits, domains and
//! certificates.
//!
//! Nothing here reads a file, a clock or a random number, and no float takes part in a claim.

mod error;
mod expr;
mod expr_to_text;
mod function;
mod network;
mod number;
mod rational;
mod text_to_expr;
mod text_to_tokens;

pub use error::{Diagnostic, Error};
pub use expr::Expr;
pub use expr_to_text::expr_to_text;
pub use function::Function;
pub use network::{Layer, Network, Trace, numbered_inputs};
pub use number::Number;
pub use rational::Rational;
