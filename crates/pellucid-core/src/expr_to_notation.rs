//! Trees as mathematical notation: what stands beside, over and under what. LaTeX and MathML are two
//! ways to write it down.
//!
//! A gate is written with the sign that logic has for it; what it is between bits the sign does not
//! say, [`Gate`] does.

use crate::expr_to_text::whole_sort;
use crate::{Expr, Function, Gate, Rational};

/// A piece of notation.
#[derive(Clone, Debug)]
pub(crate) enum Notation {
    /// A whole number without a sign.
    Number(String),
    /// The name of an input.
    Name(Name),
    /// A function's name, an index under it, and its arguments; after a semicolon those of another kind.
    Call { name: &'static str, below: Option<String>, arguments: Vec<Notation>, after: Vec<Notation> },
    /// A sign between or before its arguments.
    Sign(Sign),
    /// Two whole numbers.
    Fraction(String, String),
    /// Something between two fences.
    Fenced(Fence, Box<Notation>),
    /// Something with a line over it: its negation.
    Overlined(Box<Notation>),
    /// One after the other.
    Row(Vec<Notation>),
    /// Values, each with its condition.
    Cases(Vec<(Notation, Notation)>),
    /// Something in which a letter stands for a value.
    At { inside: Box<Notation>, letter: Name, value: Box<Notation> },
}

/// A name: letters, and the digits that follow them as an index.
#[derive(Clone, Debug)]
pub(crate) struct Name {
    pub word: String,
    pub below: Option<String>,
}

/// A sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sign {
    Plus,
    Minus,
    Times,
    And,
    Or,
    Xor,
    Not,
    Equal,
    Less,
    AtMost,
    Greater,
    AtLeast,
    Mod,
    Comma,
}

/// What fences something in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fence {
    Parentheses,
    /// The absolute value.
    Bars,
    /// 1 where what stands inside holds, otherwise 0 (Iverson).
    Brackets,
}

/// How tightly notation holds together.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
enum Binding {
    Loose,
    Product,
    Negated,
    Atom,
}

impl Notation {
    /// Is it higher than a line of text, so that fences must grow?
    pub fn is_tall(&self) -> bool {
        match self {
            Notation::Cases(_) | Notation::At { .. } => true,
            Notation::Call { arguments, after, .. } => arguments.iter().chain(after).any(Notation::is_tall),
            Notation::Fenced(_, inside) | Notation::Overlined(inside) => inside.is_tall(),
            Notation::Row(parts) => parts.iter().any(Notation::is_tall),
            Notation::Number(_) | Notation::Name(_) | Notation::Sign(_) | Notation::Fraction(..) => false,
        }
    }

    /// Does it start with a digit, so that a number before it would run into it?
    fn starts_with_a_number(&self) -> bool {
        match self {
            Notation::Number(_) | Notation::Fraction(..) => true,
            Notation::Row(parts) => parts.first().is_some_and(Notation::starts_with_a_number),
            _ => false,
        }
    }

    /// The arguments of a call, commas between them.
    pub fn list(parts: &[Notation]) -> Notation {
        let mut row = Vec::new();
        for part in parts {
            if !row.is_empty() {
                row.push(Notation::Sign(Sign::Comma));
            }
            row.push(part.clone());
        }
        Notation::Row(row)
    }
}

/// The notation of one tree.
pub(crate) fn expr_to_notation(expr: &Expr, inputs: &[String]) -> Notation {
    Writer { inputs }.write(expr).0
}

/// The notation of all outputs: one as it is, several as a tuple; a whole sort as one call.
pub(crate) fn function_to_notation(function: &Function) -> Notation {
    let writer = Writer { inputs: function.input_names() };
    match (function.outputs(), whole_sort(function.outputs())) {
        ([output], _) => writer.write(output).0,
        (_, Some(of)) => writer.call("sort", of),
        (outputs, None) => Notation::Fenced(Fence::Parentheses, Box::new(Notation::list(&writer.all(outputs)))),
    }
}

struct Writer<'a> {
    inputs: &'a [String],
}

impl Writer<'_> {
    fn all(&self, terms: &[Expr]) -> Vec<Notation> {
        terms.iter().map(|term| self.write(term).0).collect()
    }

    fn call(&self, name: &'static str, terms: &[Expr]) -> Notation {
        Notation::Call { name, below: None, arguments: self.all(terms), after: Vec::new() }
    }

    /// The notation in parentheses where it does not hold together well enough.
    fn held(&self, expr: &Expr, at_least: Binding) -> Notation {
        match self.write(expr) {
            (notation, binding) if binding < at_least => Notation::Fenced(Fence::Parentheses, Box::new(notation)),
            (notation, _) => notation,
        }
    }

    fn write(&self, expr: &Expr) -> (Notation, Binding) {
        let atom = |notation: Notation| (notation, Binding::Atom);
        match expr {
            Expr::Constant(value) if value.is_negative() => {
                (Notation::Row(vec![Notation::Sign(Sign::Minus), number(&value.abs())]), Binding::Loose)
            }
            Expr::Constant(value) if value.is_integer() => atom(number(value)),
            Expr::Constant(value) => (number(value), Binding::Product),
            Expr::Input(index) => atom(Notation::Name(self.name(*index))),
            Expr::Sum(terms) => (self.sum(terms), Binding::Loose),
            Expr::Scale(..) => match self.signed_term(expr) {
                (true, part) => (Notation::Row(vec![Notation::Sign(Sign::Minus), part]), Binding::Loose),
                (false, part) => (part, Binding::Product),
            },
            Expr::Relu(term) => atom(self.call("relu", std::slice::from_ref(term))),
            Expr::Abs(term) => atom(Notation::Fenced(Fence::Bars, Box::new(self.write(term).0))),
            Expr::Min(terms) => atom(self.call("min", terms)),
            Expr::Max(terms) => atom(self.call("max", terms)),
            Expr::Clamp(parts) => atom(self.call("clamp", &parts[..])),
            Expr::Ranked { rank, of } if 2 * rank + 1 == of.len() => atom(self.call("median", of)),
            Expr::Ranked { rank, of } => {
                let below = Some((rank + 1).to_string());
                atom(Notation::Call { name: "sort", below, arguments: self.all(of), after: Vec::new() })
            }
            Expr::Pwl(term, points) => self.pieces(term, points),
            Expr::Gate(gate, terms) => self.gate(gate, terms),
        }
    }

    fn sum(&self, terms: &[Expr]) -> Notation {
        let mut parts: Vec<(bool, Notation)> = terms.iter().map(|term| self.signed_term(term)).collect();
        // `1 - x` rather than `-x + 1`, as in plain text.
        if parts.first().is_some_and(|(negative, _)| *negative)
            && matches!(terms.last(), Some(Expr::Constant(value)) if value.is_positive())
        {
            parts.rotate_right(1);
        }
        let mut row = Vec::new();
        for (negative, part) in parts {
            match (row.is_empty(), negative) {
                (true, false) => {}
                (_, true) => row.push(Notation::Sign(Sign::Minus)),
                (false, false) => row.push(Notation::Sign(Sign::Plus)),
            }
            row.push(part);
        }
        Notation::Row(row)
    }

    /// A term of a sum without its sign: whether it is negative, and the rest.
    fn signed_term(&self, term: &Expr) -> (bool, Notation) {
        match term {
            Expr::Constant(value) => (value.is_negative(), number(&value.abs())),
            Expr::Scale(factor, inner) if factor.abs().is_one() => {
                (factor.is_negative(), self.held(inner, Binding::Product))
            }
            Expr::Scale(factor, inner) => {
                let inner = self.held(inner, Binding::Atom);
                let mut row = vec![number(&factor.abs())];
                if inner.starts_with_a_number() {
                    row.push(Notation::Sign(Sign::Times));
                }
                row.push(inner);
                (factor.is_negative(), Notation::Row(row))
            }
            other => (false, self.held(other, Binding::Product)),
        }
    }

    /// A piecewise-linear function as its pieces, of the input itself or of a letter for the argument.
    fn pieces(&self, term: &Expr, points: &[(Rational, Rational)]) -> (Notation, Binding) {
        let piece = |i: usize, of: Expr| {
            let ((x0, y0), (x1, y1)) = (&points[i], &points[i + 1]);
            let slope = (y1 - y0) / (x1 - x0);
            Expr::sum([Expr::scale(slope.clone(), of), Expr::Constant(y0 - &slope * x0)])
        };
        if let [_, _] = points {
            return self.write(&piece(0, term.clone()));
        }
        let letters = ["t", "u", "s", "v", "w"];
        let letter = letters.iter().find(|letter| !self.inputs.iter().any(|name| name == *letter));
        let letter = letter.map_or("t", |letter| letter).to_string();
        let (inputs, own) = match term {
            Expr::Input(_) => (self.inputs.to_vec(), true),
            _ => (vec![letter.clone()], false),
        };
        let (inside, of) = (Writer { inputs: &inputs }, if own { term.clone() } else { Expr::Input(0) });
        let written = || inside.write(&of).0;
        let bound = |i: usize| inside.write(&Expr::Constant(points[i].0.clone())).0;
        let last = points.len() - 2;
        let case = |i: usize| {
            let condition = match i {
                0 => vec![written(), Notation::Sign(Sign::AtMost), bound(1)],
                i if i == last => vec![written(), Notation::Sign(Sign::Greater), bound(i)],
                i => {
                    let sign = |sign: Sign| Notation::Sign(sign);
                    vec![bound(i), sign(Sign::Less), written(), sign(Sign::AtMost), bound(i + 1)]
                }
            };
            (inside.write(&piece(i, of.clone())).0, Notation::Row(condition))
        };
        let cases = Notation::Cases((0..=last).map(case).collect());
        if own {
            return (cases, Binding::Loose);
        }
        let letter = Name { word: letter, below: None };
        let value = Box::new(self.write(term).0);
        (Notation::At { inside: Box::new(cases), letter, value }, Binding::Loose)
    }

    fn gate(&self, gate: &Gate, terms: &[Expr]) -> (Notation, Binding) {
        let overlined = |(notation, _): (Notation, Binding)| (Notation::Overlined(Box::new(notation)), Binding::Atom);
        let holds = |sign: Sign| {
            let sides = self.all(terms);
            (Notation::Fenced(Fence::Brackets, Box::new(joined(sides, sign))), Binding::Atom)
        };
        match gate {
            Gate::Not => match terms {
                [term] => {
                    let row = vec![Notation::Sign(Sign::Not), self.held(term, Binding::Negated)];
                    (Notation::Row(row), Binding::Negated)
                }
                _ => (self.call("not", terms), Binding::Atom),
            },
            Gate::And => self.connected(terms, Sign::And),
            Gate::Or => self.connected(terms, Sign::Or),
            Gate::Xor | Gate::Parity => self.connected(terms, Sign::Xor),
            Gate::Nand => overlined(self.connected(terms, Sign::And)),
            Gate::Nor => overlined(self.connected(terms, Sign::Or)),
            Gate::Xnor => overlined(self.connected(terms, Sign::Xor)),
            Gate::Equal => holds(Sign::Equal),
            Gate::Less => holds(Sign::Less),
            Gate::LessEqual => holds(Sign::AtMost),
            Gate::Greater => holds(Sign::Greater),
            Gate::GreaterEqual => holds(Sign::AtLeast),
            Gate::Mod { modulus, .. } => self.remainder(terms, *modulus),
            Gate::AddMod { modulus } => self.remainder(terms, *modulus),
            Gate::Table(values) => {
                let after = values.iter().map(|value| self.write(&Expr::Constant(value.clone())).0).collect();
                let arguments = self.all(terms);
                (Notation::Call { name: "table", below: None, arguments, after }, Binding::Atom)
            }
            Gate::Majority | Gate::Mux => (self.call(gate.name(), terms), Binding::Atom),
        }
    }

    /// Terms with a sign of logic between them; one is left as it is.
    fn connected(&self, terms: &[Expr], sign: Sign) -> (Notation, Binding) {
        if let [term] = terms {
            return self.write(term);
        }
        (joined(terms.iter().map(|term| self.held(term, Binding::Negated)).collect(), sign), Binding::Loose)
    }

    fn remainder(&self, terms: &[Expr], modulus: u32) -> (Notation, Binding) {
        let number = Notation::Number(modulus.to_string());
        let sum = match terms {
            [term] => self.held(term, Binding::Product),
            _ => Notation::Fenced(Fence::Parentheses, Box::new(self.sum(terms))),
        };
        (Notation::Row(vec![sum, Notation::Sign(Sign::Mod), number]), Binding::Loose)
    }

    fn name(&self, index: usize) -> Name {
        let default = || format!("x{}", index + 1);
        let name = self.inputs.get(index).cloned().unwrap_or_else(default);
        let word = name.trim_end_matches(|c: char| c.is_ascii_digit());
        // `x_1` beside `x1` would be written alike, so underscores are kept.
        match name.strip_prefix(word) {
            Some(digits) if !digits.is_empty() && !word.ends_with('_') => {
                Name { word: word.to_string(), below: Some(digits.to_string()) }
            }
            _ => Name { word: name, below: None },
        }
    }
}

fn joined(parts: Vec<Notation>, sign: Sign) -> Notation {
    let mut row = Vec::new();
    for part in parts {
        if !row.is_empty() {
            row.push(Notation::Sign(sign));
        }
        row.push(part);
    }
    Notation::Row(row)
}

/// A number that is not negative.
fn number(value: &Rational) -> Notation {
    match value.is_integer() {
        true => Notation::Number(value.to_string()),
        false => Notation::Fraction(value.numerator().to_string(), value.denominator().to_string()),
    }
}
