//! Trees printed so that reading them back gives the same tree.

use crate::{Expr, Gate, Rational};

/// How tightly the text of an expression holds together.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
enum Binding {
    Sum,
    Product,
    Atom,
}

/// The text of one expression, `min(x1, x2) + x3/2`.
pub fn expr_to_text(expr: &Expr, inputs: &[String]) -> String {
    let mut text = String::new();
    write(expr, inputs, &mut text);
    text
}

/// The number of bytes of [`expr_to_text`], without writing it.
///
/// ```
/// use pellucid_core::{Function, expr_text_length, numbered_inputs};
/// let f = Function::parse("min(x1, x2) + x3/2").unwrap();
/// assert_eq!(expr_text_length(&f.outputs()[0], &numbered_inputs(3)), "min(x1, x2) + x3/2".len());
/// ```
pub fn expr_text_length(expr: &Expr, inputs: &[String]) -> usize {
    let mut length = Length(0);
    write(expr, inputs, &mut length);
    length.0
}

/// The text of all outputs: one as it is, several as a tuple; a whole sort as `sort(..)`.
pub(crate) fn outputs_to_text(outputs: &[Expr], inputs: &[String]) -> String {
    if let [output] = outputs {
        return expr_to_text(output, inputs);
    }
    let mut text = String::new();
    match whole_sort(outputs) {
        Some(of) => call("sort", of, inputs, &mut text),
        None => call("", outputs, inputs, &mut text),
    }
    text
}

/// What several outputs sort, when they are all the ranks of some trees in order.
pub(crate) fn whole_sort(outputs: &[Expr]) -> Option<&[Expr]> {
    let Some(Expr::Ranked { of, .. }) = outputs.first() else { return None };
    let is_next = |(i, e): (usize, &Expr)| matches!(e, Expr::Ranked { rank, of: o } if *rank == i && o == of);
    (of.len() == outputs.len() && outputs.iter().enumerate().all(is_next)).then_some(of)
}

/// Where text goes.
trait Sink {
    fn text(&mut self, text: &str);
    /// An absolute value.
    fn size(&mut self, value: &Rational);
    /// What an input without a name is called.
    fn input(&mut self, index: usize);
}

impl Sink for String {
    fn text(&mut self, text: &str) {
        self.push_str(text);
    }

    fn size(&mut self, value: &Rational) {
        self.push_str(&value.abs().to_string());
    }

    fn input(&mut self, index: usize) {
        self.push_str(&format!("x{}", index + 1));
    }
}

/// Counts bytes.
struct Length(usize);

impl Sink for Length {
    fn text(&mut self, text: &str) {
        self.0 += text.len();
    }

    fn size(&mut self, value: &Rational) {
        self.0 += value.size_text_length();
    }

    fn input(&mut self, index: usize) {
        self.0 += 2 + (index + 1).ilog10() as usize;
    }
}

fn number(value: &Rational, sink: &mut impl Sink) {
    if value.is_negative() {
        sink.text("-");
    }
    sink.size(value);
}

fn numbers<'a>(values: impl IntoIterator<Item = &'a Rational>, sink: &mut impl Sink) {
    for (i, value) in values.into_iter().enumerate() {
        sink.text(if i == 0 { "" } else { ", " });
        number(value, sink);
    }
}

fn list(terms: &[Expr], inputs: &[String], sink: &mut impl Sink) {
    for (i, term) in terms.iter().enumerate() {
        sink.text(if i == 0 { "" } else { ", " });
        write(term, inputs, sink);
    }
}

fn call(name: &str, terms: &[Expr], inputs: &[String], sink: &mut impl Sink) {
    sink.text(name);
    sink.text("(");
    list(terms, inputs, sink);
    sink.text(")");
}

fn write(expr: &Expr, inputs: &[String], sink: &mut impl Sink) {
    match expr {
        Expr::Constant(value) => number(value, sink),
        Expr::Input(index) => match inputs.get(*index) {
            Some(name) => sink.text(name),
            None => sink.input(*index),
        },
        Expr::Sum(terms) => {
            // `1 - x1` rather than `-x1 + 1`; reading it back puts the constant last again.
            let turn = terms.first().is_some_and(is_negative)
                && matches!(terms.last(), Some(Expr::Constant(value)) if value.is_positive());
            let (last, first) = terms.split_at(if turn { terms.len() - 1 } else { 0 });
            for (i, term) in first.iter().chain(last).enumerate() {
                sink.text(match (i, is_negative(term)) {
                    (0, false) => "",
                    (0, true) => "-",
                    (_, false) => " + ",
                    (_, true) => " - ",
                });
                unsigned(term, inputs, sink);
            }
        }
        Expr::Scale(..) => {
            sink.text(if is_negative(expr) { "-" } else { "" });
            unsigned(expr, inputs, sink);
        }
        Expr::Relu(term) => call("relu", std::slice::from_ref(term), inputs, sink),
        Expr::Abs(term) => call("abs", std::slice::from_ref(term), inputs, sink),
        Expr::Min(terms) => call("min", terms, inputs, sink),
        Expr::Max(terms) => call("max", terms, inputs, sink),
        Expr::Clamp(parts) => call("clamp", &parts[..], inputs, sink),
        Expr::Ranked { rank, of } if 2 * rank + 1 == of.len() => call("median", of, inputs, sink),
        Expr::Ranked { rank, of } => {
            call("sort", of, inputs, sink);
            sink.text(&format!("[{}]", rank + 1));
        }
        Expr::Pwl(term, points) => {
            sink.text("pwl(");
            write(term, inputs, sink);
            for (i, (x, y)) in points.iter().enumerate() {
                sink.text(if i == 0 { "; (" } else { ", (" });
                numbers([x, y], sink);
                sink.text(")");
            }
            sink.text(")");
        }
        Expr::Gate(gate, terms) => {
            sink.text(match gate {
                Gate::Mod { .. } => "mod",
                Gate::AddMod { .. } => "add_mod",
                Gate::Table(_) => "table",
                plain => plain.name(),
            });
            sink.text("(");
            list(terms, inputs, sink);
            match gate {
                Gate::Mod { modulus, top } => sink.text(&format!(", {modulus}, {top}")),
                Gate::AddMod { modulus } => sink.text(&format!(", {modulus}")),
                Gate::Table(values) => {
                    sink.text("; ");
                    numbers(values, sink);
                }
                _ => {}
            }
            sink.text(")");
        }
    }
}

fn binding(expr: &Expr) -> Binding {
    match expr {
        Expr::Sum(_) => Binding::Sum,
        Expr::Scale(..) | Expr::Constant(_) if is_negative(expr) => Binding::Sum,
        Expr::Scale(..) => Binding::Product,
        Expr::Constant(value) if !value.is_integer() => Binding::Product,
        _ => Binding::Atom,
    }
}

/// Does a term of a sum begin with a minus?
fn is_negative(term: &Expr) -> bool {
    matches!(term, Expr::Constant(value) | Expr::Scale(value, _) if value.is_negative())
}

/// A term of a sum without its sign.
fn unsigned(term: &Expr, inputs: &[String], sink: &mut impl Sink) {
    match term {
        Expr::Constant(value) => sink.size(value),
        Expr::Scale(factor, inner) => match (factor.has_numerator_one(), factor.is_integer()) {
            (true, true) => held(inner, Binding::Product, inputs, sink),
            (true, false) => {
                held(inner, Binding::Product, inputs, sink);
                sink.text("/");
                sink.size(&Rational::from(crate::Integer::from(factor.denominator())));
            }
            (false, _) => {
                sink.size(factor);
                sink.text("*");
                held(inner, Binding::Atom, inputs, sink);
            }
        },
        other => held(other, Binding::Product, inputs, sink),
    }
}

/// An expression in parentheses where it holds together less than that.
fn held(expr: &Expr, at_least: Binding, inputs: &[String], sink: &mut impl Sink) {
    let loose = binding(expr) < at_least;
    sink.text(if loose { "(" } else { "" });
    write(expr, inputs, sink);
    sink.text(if loose { ")" } else { "" });
}
