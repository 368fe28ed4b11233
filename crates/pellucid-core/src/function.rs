//! A function from R^d to R^m with named inputs.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::network::{names_differ, numbered_inputs};
use crate::text_to_tokens::is_name;
use crate::{Error, Expr, Number, expr_to_text, text_to_expr};

/// A continuous piecewise-linear function with named inputs and one or more outputs.
///
/// ```
/// use pellucid_core::{Function, Rational};
/// let f = Function::parse("(min(x1, x2), |x1 - x2|)").unwrap();
/// assert_eq!((f.n_inputs(), f.n_outputs()), (2, 2));
/// assert_eq!(f.evaluate(&[Rational::from(3), Rational::from(-5)]), [Rational::from(-5), Rational::from(8)]);
/// assert_eq!(f.to_string(), "(min(x1, x2), abs(x1 - x2))");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Function {
    inputs: Vec<String>,
    outputs: Vec<Expr>,
}

impl Function {
    /// A function from its trees.
    ///
    /// # Errors
    /// When there is no output, an output uses an input that has no name, or the names could not be
    /// read back: each must be a word, and no two the same.
    pub fn new(inputs: Vec<String>, outputs: Vec<Expr>) -> Result<Self, Error> {
        names_differ(&inputs)?;
        if let Some(name) = inputs.iter().find(|name| !is_name(name)) {
            return Err(Error::input(format!("`{name}` cannot name an input (write letters, digits and _)")));
        }
        if outputs.is_empty() {
            return Err(Error::input("a function needs at least one output"));
        }
        let used = outputs.iter().map(Expr::n_inputs).max().unwrap_or(0);
        if used > inputs.len() {
            return Err(Error::input(format!("the function uses input {used} of {}", inputs.len())));
        }
        Ok(Function { inputs, outputs })
    }

    /// Reads a function. Inputs `x1..xn` are positions; other names count in order of first
    /// appearance.
    ///
    /// # Errors
    /// Everything that is wrong with the text, each with its place.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let (inputs, outputs) = text_to_expr::parse(text, None)?;
        Function::new(inputs, outputs)
    }

    /// Reads a function whose inputs are given by name and order.
    ///
    /// # Errors
    /// Everything that is wrong with the text, each with its place.
    pub fn parse_with_inputs(text: &str, inputs: &[String]) -> Result<Self, Error> {
        let (inputs, outputs) = text_to_expr::parse(text, Some(inputs))?;
        Function::new(inputs, outputs)
    }

    /// The same function with unused inputs added, up to `n` in all.
    ///
    /// # Errors
    /// When the function has more inputs than that, or names its inputs itself and has fewer.
    pub fn with_n_inputs(&self, n: usize) -> Result<Self, Error> {
        if self.inputs.len() > n || (self.inputs.len() < n && self.inputs != numbered_inputs(self.inputs.len())) {
            return Err(Error::input(format!("`{self}` has {} inputs, not {n}", self.inputs.len())));
        }
        let inputs = if self.inputs.len() < n { numbered_inputs(n) } else { self.inputs.clone() };
        Function::new(inputs, self.outputs.clone())
    }

    /// The inputs' names.
    pub fn input_names(&self) -> &[String] {
        &self.inputs
    }

    /// The outputs' trees.
    pub fn outputs(&self) -> &[Expr] {
        &self.outputs
    }

    /// The number of inputs.
    pub fn n_inputs(&self) -> usize {
        self.inputs.len()
    }

    /// The number of outputs.
    pub fn n_outputs(&self) -> usize {
        self.outputs.len()
    }

    /// The outputs at an input (length `n_inputs`).
    ///
    /// # Panics
    /// When the input is too short.
    pub fn evaluate<N: Number>(&self, input: &[N]) -> Vec<N> {
        self.outputs.iter().map(|output| output.evaluate(input)).collect()
    }
}

impl fmt::Display for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&expr_to_text::outputs_to_text(&self.outputs, &self.inputs))
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    inputs: Vec<String>,
    text: String,
}

impl Serialize for Function {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Written { inputs: self.inputs.clone(), text: self.to_string() }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Function {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = Written::deserialize(deserializer)?;
        Function::parse_with_inputs(&written.text, &written.inputs).map_err(de::Error::custom)
    }
}
