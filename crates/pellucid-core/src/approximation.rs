//! Why a network stays near a target: both are composed of functions of one number.

use serde::{Deserialize, Serialize};

use crate::network_json::WrittenNetwork;
use crate::{Expr, Network, Rational, Target};

/// A function of one number and the network that stands for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// What the number is: a tree of the inputs (`x1`, .., `xn`) and of the earlier parts, which are
    /// counted on (`x(n+1)`, ..).
    #[serde(with = "written_expr")]
    pub of: Expr,
    /// The function of that number: one input, one output.
    pub computes: Target,
    /// What stands for it: one input, one output.
    #[serde(with = "WrittenNetwork")]
    pub network: Network<Rational>,
    /// The lowest and the highest number it is used for.
    pub range: (Rational, Rational),
    /// Numbers strictly between, increasing. From one to the next the network is affine, and the error is
    /// bounded on each such piece on its own.
    pub pieces: Vec<Rational>,
}

/// Two computations in one: with what each part computes it is the target, with the parts' networks it
/// is the network. The error is bounded part by part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Composition {
    /// In order.
    pub parts: Vec<Part>,
    /// The outputs: trees of inputs and parts, counted like those of [`Part::of`].
    #[serde(with = "written_exprs")]
    pub outputs: Vec<Expr>,
}

/// A tree as its text in `x1`, `x2`, ...
mod written_expr {
    use serde::{Deserialize, Deserializer, Serializer, de};

    use crate::{Expr, expr_to_text, text_to_expr};

    pub fn serialize<S: Serializer>(tree: &Expr, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&expr_to_text(tree, &[]))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Expr, D::Error> {
        text_to_expr::parse_numbered(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

mod written_exprs {
    use serde::{Deserialize, Deserializer, Serializer, de};

    use crate::{Expr, expr_to_text, text_to_expr};

    pub fn serialize<S: Serializer>(trees: &[Expr], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(trees.iter().map(|tree| expr_to_text(tree, &[])))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Expr>, D::Error> {
        let texts = Vec::<String>::deserialize(deserializer)?;
        texts.iter().map(|text| text_to_expr::parse_numbered(text).map_err(de::Error::custom)).collect()
    }
}
