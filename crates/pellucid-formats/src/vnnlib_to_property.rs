//! VNN-LIB 1.0 to a property, strictly: what is not understood is refused, and all of it at once.
//!
//! Read are `(declare-const X_0 Real)` and `(assert ...)` with `<= >= < > =`, `and or not`,
//! `+ - *` and `/` by constants, `true` and `false`, and comments after `;`. Numbers are decimals
//! or fractions, and are the rationals they say. `X_i` is input i, `Y_i` output i, from 0.
//! Source: <https://www.vnnlib.org>; the language is a part of SMT-LIB 2.

use std::collections::BTreeMap;

use pellucid_core::{Constraint, Error, Rational};

use crate::property::{Formula, Property};
use crate::vnnlib_tokens::{Finding, Kind, Node, Places, text_to_nodes};
use crate::wrong::{Wrong, quoted};

/// An input or output with a larger index is refused: nobody has networks that wide.
const MAX_INDEX: usize = 1 << 20;
/// The most bits that all numbers together may have: `1e4096` is short to write but not to keep.
const MAX_BITS: usize = 1 << 31;
/// Commands of version 2.0, to say so.
const NEWER: [&str; 5] = ["vnnlib-version", "declare-network", "declare-input", "declare-output", "declare-hidden"];

/// The property in the bytes of a VNN-LIB file, gzipped or not; `name` is what messages call it.
///
/// ```
/// let text = b"(declare-const X_0 Real) (declare-const Y_0 Real)
///     (assert (and (>= X_0 -1) (<= X_0 0.1)))  (assert (> Y_0 (* 2 X_0)))";
/// let property = pellucid_formats::read_property(text, "above.vnnlib")?;
/// let cases = property.cases(1)?;
/// assert_eq!(cases[0].len(), 3);
/// assert!(cases[0][2].strict);
///
/// let error = pellucid_formats::read_property(b"(assert (<= X_1 z))", "bad.vnnlib").unwrap_err();
/// assert!(error.to_string().contains("line 1, column 13: `X_1` is not declared"));
/// # Ok::<(), pellucid_core::Error>(())
/// ```
///
/// # Errors
/// Lists everything that is wrong or not supported, with line and column.
pub fn read_property(bytes: &[u8], name: &str) -> Result<Property, Error> {
    bytes_to_property(bytes).map_err(|wrong| wrong.while_reading(name))
}

fn bytes_to_property(bytes: &[u8]) -> Result<Property, Wrong> {
    if bytes.starts_with(&[0x1f, 0x8b]) {
        return bytes_to_property(&crate::format::gunzip(bytes)?);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| Wrong::one("it is not UTF-8 text, so no VNN-LIB"))?;
    if text.trim().is_empty() {
        return Err(Wrong::one("it is empty"));
    }
    let mut reader = Reader { bits_left: MAX_BITS, ..Reader::default() };
    let nodes = text_to_nodes(text, &mut reader.wrong);
    let newer = |node: &&Node<'_>| matches!(&node.kind, Kind::List(parts) if parts.first().and_then(Node::word).is_some_and(|word| NEWER.contains(&word)));
    let places = Places::of(text);
    if let Some(node) = nodes.iter().find(newer) {
        return Err(Wrong::one(format!(
            "{}: this is VNN-LIB 2.0; version 1.0 is read (declare-const X_0 Real, Y_0, and assert)",
            places.place(node.at)
        )));
    }
    let parts = nodes.iter().filter_map(|node| reader.command(node)).collect();
    let property = reader.finish(Formula::And(parts));
    let Reader { mut wrong, .. } = reader;
    wrong.sort_by_key(|(at, _)| *at);
    let told = |(at, message): Finding| {
        if at == WHOLE { message } else { format!("{}: {message}", places.place(at)) }
    };
    Wrong::unless_empty(wrong.into_iter().map(told).collect())?;
    Ok(property)
}

/// The place of findings about the whole file; they come last.
const WHOLE: usize = usize::MAX;

/// An input or an output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Variable {
    Input(usize),
    Output(usize),
}

/// A combination of variables, and what is added.
#[derive(Default)]
struct Linear {
    factors: BTreeMap<Variable, Rational>,
    constant: Rational,
}

impl Linear {
    fn add_scaled(&mut self, factor: &Rational, other: &Linear) {
        for (variable, theirs) in &other.factors {
            *self.factors.entry(*variable).or_default() += &(factor * theirs);
        }
        self.factors.retain(|_, factor| !factor.is_zero());
        self.constant += &(factor * &other.constant);
    }
}

/// Reads on after something wrong, to list all of it.
#[derive(Default)]
struct Reader {
    declared: BTreeMap<Variable, usize>,
    constraints: Vec<Constraint>,
    n_assertions: usize,
    bits_left: usize,
    wrong: Vec<Finding>,
}

impl Reader {
    fn report(&mut self, node: &Node<'_>, message: impl Into<String>) {
        self.wrong.push((node.at, message.into()));
    }

    /// A declaration, or an assertion, which it gives.
    fn command(&mut self, node: &Node<'_>) -> Option<Formula> {
        let Kind::List(parts) = &node.kind else {
            self.report(node, "expected `(declare-const ...)` or `(assert ...)`");
            return None;
        };
        match (parts.first().and_then(Node::word), parts.get(1..).unwrap_or_default()) {
            (Some("declare-const"), [name, kind]) => self.declare(name, kind),
            (Some("declare-const"), _) => self.report(node, "a declaration is `(declare-const X_0 Real)`"),
            (Some("assert"), [formula]) => {
                self.n_assertions += 1;
                return Some(self.formula(formula, false));
            }
            (Some("assert"), _) => self.report(node, "`assert` takes one formula"),
            (Some(other), _) => self.report(
                node,
                format!("{} is not supported (`declare-const` and `assert` are VNN-LIB 1.0)", quoted(other)),
            ),
            (None, _) => self.report(node, "expected `(declare-const ...)` or `(assert ...)`"),
        }
        None
    }

    fn declare(&mut self, name: &Node<'_>, kind: &Node<'_>) {
        if kind.word() != Some("Real") {
            self.report(kind, "inputs and outputs are of type `Real`");
        }
        let Some(variable) = name.word().and_then(variable) else {
            let shown = name.word().map_or("this".into(), quoted);
            self.report(
                name,
                format!("{shown} is not an input or output (they are called X_0, X_1, ... and Y_0, Y_1, ...)"),
            );
            return;
        };
        if self.declared.insert(variable, name.at).is_some() {
            self.report(name, format!("{} is declared twice", quoted(name.word().unwrap_or_default())));
        }
    }

    /// The formula, or its negation, pushed inwards.
    fn formula(&mut self, node: &Node<'_>, negated: bool) -> Formula {
        let nothing = Formula::And(Vec::new());
        let Kind::List(parts) = &node.kind else {
            return match node.word() {
                Some("true") => truth(!negated),
                Some("false") => truth(negated),
                _ => {
                    self.report(node, "expected a formula such as `(<= Y_0 1)`");
                    nothing
                }
            };
        };
        let (Some(operator), arguments) = (parts.first().and_then(Node::word), parts.get(1..).unwrap_or_default())
        else {
            self.report(node, "expected a formula such as `(<= Y_0 1)`");
            return nothing;
        };
        match (operator, arguments) {
            ("and" | "or", []) => {
                self.report(node, format!("`{operator}` without arguments"));
                nothing
            }
            ("and" | "or", _) => {
                let parts = arguments.iter().map(|part| self.formula(part, negated)).collect();
                if (operator == "and") != negated { Formula::And(parts) } else { Formula::Or(parts) }
            }
            ("not", [argument]) => self.formula(argument, !negated),
            ("not", _) => {
                self.report(node, "`not` takes one formula");
                nothing
            }
            ("<=" | ">=" | "<" | ">" | "=", [_, _, ..]) => self.comparison(operator, arguments, negated),
            ("<=" | ">=" | "<" | ">" | "=", _) => {
                self.report(node, format!("`{operator}` compares at least two terms"));
                nothing
            }
            (other, _) => {
                self.report(
                    node,
                    format!("{} is not supported here (supported: <= >= < > =, and, or, not)", quoted(other)),
                );
                nothing
            }
        }
    }

    /// `(<= a b c)` is `a <= b` and `b <= c`.
    fn comparison(&mut self, operator: &str, arguments: &[Node<'_>], negated: bool) -> Formula {
        let terms: Vec<Linear> = arguments.iter().map(|node| self.term(node).unwrap_or_default()).collect();
        let mut parts = Vec::new();
        for pair in terms.windows(2) {
            let [left, right] = pair else { continue };
            // What is not negated: left >= right, strictly or not, and the other way around.
            parts.push(match (operator, negated) {
                (">=", false) | ("<", true) => self.at_least(left, right, false),
                (">", false) | ("<=", true) => self.at_least(left, right, true),
                ("<=", false) | (">", true) => self.at_least(right, left, false),
                ("<", false) | (">=", true) => self.at_least(right, left, true),
                (_, negated) => {
                    let both = vec![self.at_least(left, right, negated), self.at_least(right, left, negated)];
                    if negated { Formula::Or(both) } else { Formula::And(both) }
                }
            });
        }
        if negated { Formula::Or(parts) } else { Formula::And(parts) }
    }

    fn at_least(&mut self, left: &Linear, right: &Linear, strict: bool) -> Formula {
        let mut difference = Linear::default();
        difference.add_scaled(&Rational::one(), left);
        difference.add_scaled(&Rational::from(-1), right);
        let (mut inputs, mut outputs) = (BTreeMap::new(), BTreeMap::new());
        for (variable, factor) in difference.factors {
            match variable {
                Variable::Input(i) => inputs.insert(i, factor),
                Variable::Output(i) => outputs.insert(i, factor),
            };
        }
        self.constraints.push(Constraint { inputs, outputs, constant: difference.constant, strict });
        Formula::Constraint(self.constraints.len() - 1)
    }

    /// A linear term; `None`, with a finding, when it is none.
    fn term(&mut self, node: &Node<'_>) -> Option<Linear> {
        let parts = match &node.kind {
            Kind::Word(word) => return self.number_or_variable(node, word),
            Kind::List(parts) => parts,
        };
        let operator = parts.first().and_then(Node::word);
        let arguments = parts.get(1..).unwrap_or_default();
        match (operator, arguments) {
            (Some("+" | "-" | "*" | "/"), []) => self.report(node, "an operator without arguments"),
            (Some(operator @ ("+" | "-" | "*" | "/")), _) => {
                let terms: Vec<Option<Linear>> = arguments.iter().map(|argument| self.term(argument)).collect();
                let mut terms = terms.into_iter().collect::<Option<Vec<_>>>()?.into_iter();
                let mut result = terms.next()?;
                if operator == "-" && arguments.len() == 1 {
                    let mut negated = Linear::default();
                    negated.add_scaled(&Rational::from(-1), &result);
                    return Some(negated);
                }
                for (next, argument) in terms.zip(&arguments[1..]) {
                    result = self.joined(operator, result, next, argument)?;
                }
                let bits: usize = result.factors.values().chain([&result.constant]).map(Rational::bits).sum();
                return self.charged(node, bits).then_some(result);
            }
            (Some(other), _) => {
                self.report(node, format!("{} is not supported in a term (supported: + - * /)", quoted(other)));
            }
            (None, _) => self.report(node, "expected a term such as `X_0` or `(* 2 Y_1)`"),
        }
        None
    }

    fn joined(&mut self, operator: &str, mut left: Linear, right: Linear, at: &Node<'_>) -> Option<Linear> {
        let scaled = |factor: &Rational, term: &Linear| {
            let mut scaled = Linear::default();
            scaled.add_scaled(factor, term);
            scaled
        };
        match operator {
            "+" => left.add_scaled(&Rational::one(), &right),
            "-" => left.add_scaled(&Rational::from(-1), &right),
            "*" if left.factors.is_empty() => return Some(scaled(&left.constant, &right)),
            "*" if right.factors.is_empty() => return Some(scaled(&right.constant, &left)),
            "*" => {
                self.report(at, "a product of variables is not linear");
                return None;
            }
            _ if !right.factors.is_empty() => {
                self.report(at, "division by a variable is not linear");
                return None;
            }
            _ => match right.constant.recip() {
                Some(factor) => return Some(scaled(&factor, &left)),
                None => {
                    self.report(at, "division by 0");
                    return None;
                }
            },
        }
        Some(left)
    }

    fn number_or_variable(&mut self, node: &Node<'_>, word: &str) -> Option<Linear> {
        if let Some(variable) = variable(word) {
            if !self.declared.contains_key(&variable) {
                self.report(node, format!("{} is not declared before this", quoted(word)));
                return None;
            }
            return Some(Linear { factors: [(variable, Rational::one())].into(), constant: Rational::zero() });
        }
        match word.parse::<Rational>() {
            Ok(constant) => {
                let bits = constant.bits();
                self.charged(node, bits).then_some(Linear { factors: BTreeMap::new(), constant })
            }
            Err(_) => {
                let help = "numbers are 3, -1.5, 1e-3 or 1/3 with exponents up to 4096, variables X_0 and Y_0";
                self.report(node, format!("{} is neither a number nor a variable ({help})", quoted(word)));
                None
            }
        }
    }

    /// Counts the bits of a number that is kept; says when there are too many.
    fn charged(&mut self, node: &Node<'_>, bits: usize) -> bool {
        let fits = bits <= self.bits_left;
        if !fits && self.bits_left > 0 {
            self.report(node, format!("the numbers up to here have more than {MAX_BITS} bits, the most that is read"));
        }
        self.bits_left = self.bits_left.saturating_sub(bits);
        fits
    }

    /// What can only be said at the end, and the property.
    fn finish(&mut self, formula: Formula) -> Property {
        let indices = |of: fn(&Variable) -> Option<usize>| -> Vec<(usize, usize)> {
            self.declared.iter().filter_map(|(variable, at)| Some((of(variable)?, *at))).collect()
        };
        let inputs = indices(|v| if let Variable::Input(i) = v { Some(*i) } else { None });
        let outputs = indices(|v| if let Variable::Output(i) = v { Some(*i) } else { None });
        for (name, list) in [('X', &inputs), ('Y', &outputs)] {
            // Sorted and without repetition, so the first that is not at its place follows a gap.
            if let Some((place, (index, at))) = list.iter().enumerate().find(|(place, (index, _))| place != index) {
                self.wrong.push((*at, format!("`{name}_{index}` is declared, but `{name}_{place}` is not")));
            }
        }
        if inputs.is_empty() {
            self.wrong.push((WHOLE, "no input is declared (`(declare-const X_0 Real)`)".into()));
        }
        if self.n_assertions == 0 {
            self.wrong.push((WHOLE, "nothing is asserted; the file may be cut short".into()));
        }
        let unused = |i: &usize| self.constraints.iter().all(|c| !c.inputs.contains_key(i));
        let unused: Vec<String> = (0..inputs.len()).filter(unused).map(|i| format!("X_{i}")).collect();
        let remarks = match unused.as_slice() {
            [] => Vec::new(),
            [one] => vec![format!("{one} is not bounded: it may be any number")],
            several => vec![format!("{} are not bounded: they may be any numbers", several.join(", "))],
        };
        let constraints = std::mem::take(&mut self.constraints);
        Property { n_inputs: inputs.len(), n_outputs: outputs.len(), remarks, constraints, formula }
    }
}

fn truth(value: bool) -> Formula {
    if value { Formula::And(Vec::new()) } else { Formula::Or(Vec::new()) }
}

/// `X_3` or `Y_0`.
fn variable(word: &str) -> Option<Variable> {
    let (of, digits): (fn(usize) -> Variable, _) = match word.split_once('_')? {
        ("X", digits) => (Variable::Input, digits),
        ("Y", digits) => (Variable::Output, digits),
        _ => return None,
    };
    let plain = digits.bytes().all(|b| b.is_ascii_digit()) && (digits == "0" || !digits.starts_with('0'));
    digits.parse().ok().filter(|index| plain && *index <= MAX_INDEX).map(of)
}
