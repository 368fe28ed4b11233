//! A function that networks can only approximate: elementary functions joined by piecewise-linear ones.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::network::names_differ;
use crate::text_to_nodes::conditions;
use crate::text_to_tokens::is_name;
use crate::{Domain, Elementary, Error, Expr, Function, Interval, Jet, Rational, expr_to_text, text_to_expr};

/// A text written out from its nodes is at most this long: shared nodes are written out each time.
const MAX_TEXT: usize = 100_000;

/// A continuous function with named inputs and one or more outputs, made of [`Elementary`] functions and
/// piecewise-linear trees.
///
/// It is kept as nodes in order: each is an elementary function of a tree, and in trees
/// `Expr::Input(i)` is the input `i` for `i < n_inputs`, and the node `i - n_inputs` from there on.
/// Products are `((a+b)/2)^2 - ((a-b)/2)^2`, quotients `a * (1/b)`, norms roots of sums of squares. Equal
/// nodes are one. A piecewise-linear function has no nodes.
///
/// ```
/// use pellucid_core::Target;
/// let product = Target::parse("x*y").unwrap();
/// assert_eq!((product.n_inputs(), product.nodes().len()), (2, 2));
/// assert_eq!(product.to_string(), "x*y");
/// assert_eq!(product.evaluate_f64(&[3.0, -2.0]), [-6.0]);
/// assert!(Target::parse("step(x)").is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Target {
    inputs: Vec<String>,
    nodes: Vec<(Elementary, Expr)>,
    outputs: Vec<Expr>,
    text: String,
}

impl Target {
    /// A target from its nodes, each of inputs and earlier nodes.
    ///
    /// # Errors
    /// When there is no output, something uses an input or node that is not there yet, names could not be
    /// read back, or the whole written out would be too long.
    pub fn new(inputs: Vec<String>, nodes: Vec<(Elementary, Expr)>, outputs: Vec<Expr>) -> Result<Self, Error> {
        let text = write(&inputs, &nodes, &outputs)?;
        Target::with_text(inputs, nodes, outputs, text)
    }

    /// Reads a target. All that [`Function::parse`] reads, and `x*y`, `x^2`, `x^(1/2)`, `1/x`, `sin(x)`,
    /// `cos`, `exp`, `log`, `tanh`, `sqrt`, `sigmoid`, `softplus`, `gaussian`, `abs(x)^p`, `norm(x, y)`.
    ///
    /// # Errors
    /// Everything that is wrong with the text, each with its place.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let parsed = text_to_expr::parse_target(text, None)?;
        Target::with_text(parsed.inputs, parsed.nodes, parsed.outputs, text.trim().to_string())
    }

    /// Reads a target whose inputs are given by name and order.
    ///
    /// # Errors
    /// Everything that is wrong with the text, each with its place.
    pub fn parse_with_inputs(text: &str, inputs: &[String]) -> Result<Self, Error> {
        let parsed = text_to_expr::parse_target(text, Some(inputs))?;
        Target::with_text(parsed.inputs, parsed.nodes, parsed.outputs, text.trim().to_string())
    }

    /// An elementary function of one input.
    pub fn elementary(function: Elementary, input: &str) -> Result<Self, Error> {
        Target::new(vec![input.into()], vec![(function, Expr::Input(0))], vec![Expr::Input(1)])
    }

    fn with_text(
        inputs: Vec<String>,
        nodes: Vec<(Elementary, Expr)>,
        outputs: Vec<Expr>,
        text: String,
    ) -> Result<Self, Error> {
        names_differ(&inputs)?;
        if let Some(name) = inputs.iter().find(|name| !is_name(name)) {
            return Err(Error::input(format!("`{name}` cannot name an input (write letters, digits and _)")));
        }
        if outputs.is_empty() {
            return Err(Error::input("a function needs at least one output"));
        }
        let n_inputs = inputs.len();
        let early = |(k, tree): (usize, &Expr)| tree.n_inputs() > n_inputs + k;
        if nodes.iter().map(|(_, tree)| tree).enumerate().any(early)
            || outputs.iter().any(|tree| tree.n_inputs() > n_inputs + nodes.len())
        {
            return Err(Error::input("the function uses an input or a node that is not there"));
        }
        Ok(Target { inputs, nodes, outputs, text })
    }

    /// The same without nodes, when it has none.
    pub fn as_function(&self) -> Option<Function> {
        if !self.nodes.is_empty() {
            return None;
        }
        Function::new(self.inputs.clone(), self.outputs.clone()).ok()
    }

    /// The inputs' names.
    pub fn input_names(&self) -> &[String] {
        &self.inputs
    }

    /// The number of inputs.
    pub fn n_inputs(&self) -> usize {
        self.inputs.len()
    }

    /// The number of outputs.
    pub fn n_outputs(&self) -> usize {
        self.outputs.len()
    }

    /// The elementary functions with their arguments, in order.
    pub fn nodes(&self) -> &[(Elementary, Expr)] {
        &self.nodes
    }

    /// The outputs, trees of inputs and nodes.
    pub fn outputs(&self) -> &[Expr] {
        &self.outputs
    }

    /// The outputs at an input (length `n_inputs`), in floats: for suggestions and pictures alone.
    ///
    /// # Panics
    /// When the input is too short.
    pub fn evaluate_f64(&self, input: &[f64]) -> Vec<f64> {
        let mut values = input[..self.n_inputs()].to_vec();
        for (function, argument) in &self.nodes {
            values.push(function.at_f64(argument.evaluate(&values)));
        }
        self.outputs.iter().map(|output| output.evaluate(&values)).collect()
    }

    /// Intervals that hold the outputs where the inputs are in these; `None` when a node is not seen to
    /// be defined there.
    ///
    /// # Panics
    /// When there are not as many intervals as inputs.
    pub fn range(&self, inputs: &[Interval], bits: usize) -> Option<Vec<Interval>> {
        let jets = self.jets(inputs.iter().cloned().map(Jet::constant).collect(), false, bits)?;
        Some(jets.into_iter().map(|jet| jet.value).collect())
    }

    fn jets(&self, mut values: Vec<Jet>, at_point: bool, bits: usize) -> Option<Vec<Jet>> {
        for (function, argument) in &self.nodes {
            values.push(function.of_jet(&argument.jet(&values, at_point), bits)?);
        }
        Some(self.outputs.iter().map(|output| output.jet(&values, at_point)).collect())
    }

    /// For a target of one input and one output: what it and its derivatives can be on an interval, or at
    /// one number around which it is smooth.
    pub fn on(&self, x: &Interval, bits: usize) -> Option<Jet> {
        if self.n_inputs() != 1 {
            return None;
        }
        let at_point = x.ends().is_some_and(|(low, high)| low == high);
        self.jets(vec![Jet::variable(x.clone())], at_point, bits)?.into_iter().next()
    }

    /// Refuses a domain where the target is not seen to be defined, or that is unbounded.
    ///
    /// # Errors
    /// Each function whose argument can leave the numbers it is defined for, and what can be had instead.
    pub fn check_domain(&self, domain: &Domain) -> Result<(), Error> {
        const BITS: usize = 64;
        if !domain.fits(self.n_inputs()) {
            return Err(Error::input(format!("the domain {domain} does not fit `{self}`")));
        }
        let Domain::Box(sides) = domain.hull() else {
            return Err(Error::input(format!(
                "no ReLU network stays near `{self}` on an unbounded domain as far as this can be shown; give a \
                 bounded one, such as --on '{}'",
                Domain::unit_box(self.n_inputs())
            )));
        };
        let mut values: Vec<Jet> =
            sides.into_iter().map(|(low, high)| Jet::constant(Interval::new(low, high))).collect();
        let mut names = self.inputs.clone();
        let mut wrong = Vec::new();
        for (function, argument) in &self.nodes {
            let jet = argument.jet(&values, false);
            let text = expr_to_text(argument, &names);
            let value = function.of_jet(&jet, BITS).unwrap_or_else(|| {
                wrong.push(format!(
                    "{} needs an argument that {}, and `{text}` is only seen to lie in {} {}; give a domain on which \
                     it does (a little away from 0 is enough)",
                    function,
                    function.needs(),
                    jet.value,
                    domain.phrase_in(&self.inputs)
                ));
                Jet::constant(Interval::EVERYTHING)
            });
            values.push(value);
            names.push(node_text(function, argument, &names));
        }
        if wrong.is_empty() { Ok(()) } else { Err(Error::inputs(wrong)) }
    }
}

/// `sin(x1)`, in the names of inputs and earlier nodes.
fn node_text(function: &Elementary, argument: &Expr, names: &[String]) -> String {
    let text = expr_to_text(argument, names);
    let is_atom = is_name(&text) || matches!(argument, Expr::Abs(_));
    function.text_of(&text, is_atom)
}

fn write(inputs: &[String], nodes: &[(Elementary, Expr)], outputs: &[Expr]) -> Result<String, Error> {
    let mut names = inputs.to_vec();
    let mut length = 0;
    for (function, argument) in nodes {
        let text = node_text(function, argument, &names);
        length += text.len();
        if length > MAX_TEXT {
            return Err(Error::limit(format!("the function takes more than {MAX_TEXT} characters to write")));
        }
        names.push(text);
    }
    let (all, mut outputs) = (outputs, outputs.to_vec());
    if let Some(first) = outputs.first_mut() {
        let zero = |k: usize| Expr::Scale(Rational::zero(), Box::new(Expr::Input(inputs.len() + k)));
        let zeros: Vec<Expr> = conditions(inputs.len(), nodes, all).into_iter().map(zero).collect();
        if !zeros.is_empty() {
            *first = Expr::Sum(std::iter::once(first.clone()).chain(zeros).collect());
        }
    }
    Ok(expr_to_text::outputs_to_text(&outputs, &names))
}

impl From<&Function> for Target {
    fn from(function: &Function) -> Self {
        let (inputs, outputs) = (function.input_names().to_vec(), function.outputs().to_vec());
        Target { inputs, nodes: Vec::new(), outputs, text: function.to_string() }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    inputs: Vec<String>,
    text: String,
}

impl Serialize for Target {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Written { inputs: self.inputs.clone(), text: self.text.clone() }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Target {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = Written::deserialize(deserializer)?;
        Target::parse_with_inputs(&written.text, &written.inputs).map_err(de::Error::custom)
    }
}
