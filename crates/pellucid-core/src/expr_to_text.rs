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
    write(expr, inputs).0
}

/// The text of all outputs: one as it is, several as a tuple; a whole sort as `sort(..)`.
pub(crate) fn outputs_to_text(outputs: &[Expr], inputs: &[String]) -> String {
    if let [output] = outputs {
        return expr_to_text(output, inputs);
    }
    match whole_sort(outputs) {
        Some(of) => call("sort", of, inputs),
        None => format!("({})", list(outputs, inputs)),
    }
}

/// What several outputs sort, when they are all the ranks of some trees in order.
pub(crate) fn whole_sort(outputs: &[Expr]) -> Option<&[Expr]> {
    let Some(Expr::Ranked { of, .. }) = outputs.first() else { return None };
    let is_next = |(i, e): (usize, &Expr)| matches!(e, Expr::Ranked { rank, of: o } if *rank == i && o == of);
    (of.len() == outputs.len() && outputs.iter().enumerate().all(is_next)).then_some(of)
}

fn list(terms: &[Expr], inputs: &[String]) -> String {
    terms.iter().map(|term| expr_to_text(term, inputs)).collect::<Vec<_>>().join(", ")
}

fn call(name: &str, terms: &[Expr], inputs: &[String]) -> String {
    format!("{name}({})", list(terms, inputs))
}

fn write(expr: &Expr, inputs: &[String]) -> (String, Binding) {
    let atom = |text: String| (text, Binding::Atom);
    match expr {
        Expr::Constant(value) => (value.to_string(), constant_binding(value)),
        Expr::Input(index) => atom(inputs.get(*index).cloned().unwrap_or_else(|| format!("x{}", index + 1))),
        Expr::Sum(terms) => {
            let mut parts: Vec<(bool, String)> = terms.iter().map(|term| signed_term(term, inputs)).collect();
            // `1 - x1` rather than `-x1 + 1`; reading it back puts the constant last again.
            let minus_first = parts.first().is_some_and(|(negative, _)| *negative);
            if minus_first && matches!(terms.last(), Some(Expr::Constant(value)) if value.is_positive()) {
                parts.rotate_right(1);
            }
            let mut text = String::new();
            for (i, (negative, part)) in parts.into_iter().enumerate() {
                match (i, negative) {
                    (0, false) => {}
                    (0, true) => text.push('-'),
                    (_, false) => text.push_str(" + "),
                    (_, true) => text.push_str(" - "),
                }
                text.push_str(&part);
            }
            (text, Binding::Sum)
        }
        Expr::Scale(..) => {
            let (negative, part) = signed_term(expr, inputs);
            if negative { (format!("-{part}"), Binding::Sum) } else { (part, Binding::Product) }
        }
        Expr::Relu(term) => atom(call("relu", std::slice::from_ref(term), inputs)),
        Expr::Abs(term) => atom(call("abs", std::slice::from_ref(term), inputs)),
        Expr::Min(terms) => atom(call("min", terms, inputs)),
        Expr::Max(terms) => atom(call("max", terms, inputs)),
        Expr::Clamp(parts) => atom(call("clamp", &parts[..], inputs)),
        Expr::Ranked { rank, of } if 2 * rank + 1 == of.len() => atom(call("median", of, inputs)),
        Expr::Ranked { rank, of } => atom(format!("{}[{}]", call("sort", of, inputs), rank + 1)),
        Expr::Pwl(term, points) => {
            let points: Vec<String> = points.iter().map(|(x, y)| format!("({x}, {y})")).collect();
            atom(format!("pwl({}; {})", expr_to_text(term, inputs), points.join(", ")))
        }
        Expr::Gate(gate, terms) => {
            let terms = list(terms, inputs);
            atom(match gate {
                Gate::Mod { modulus, top } => format!("mod({terms}, {modulus}, {top})"),
                Gate::AddMod { modulus } => format!("add_mod({terms}, {modulus})"),
                Gate::Table(values) => {
                    let values: Vec<String> = values.iter().map(Rational::to_string).collect();
                    format!("table({terms}; {})", values.join(", "))
                }
                plain => format!("{}({terms})", plain.name()),
            })
        }
    }
}

fn constant_binding(value: &Rational) -> Binding {
    match (value.is_negative(), value.is_integer()) {
        (true, _) => Binding::Sum,
        (false, false) => Binding::Product,
        (false, true) => Binding::Atom,
    }
}

/// A term of a sum without its sign: whether it is negative, and the rest.
fn signed_term(term: &Expr, inputs: &[String]) -> (bool, String) {
    let held = |e: &Expr, at_least: Binding| {
        let (text, binding) = write(e, inputs);
        if binding < at_least { format!("({text})") } else { text }
    };
    match term {
        Expr::Constant(value) if value.is_negative() => (true, (-value).to_string()),
        Expr::Scale(factor, inner) => {
            let size = factor.abs();
            let text = if size.is_one() {
                held(inner, Binding::Product)
            } else if size.recip().is_some_and(|r| r.is_integer()) {
                format!("{}/{}", held(inner, Binding::Product), Rational::one() / size)
            } else {
                format!("{size}*{}", held(inner, Binding::Atom))
            };
            (factor.is_negative(), text)
        }
        other => (false, held(other, Binding::Product)),
    }
}
