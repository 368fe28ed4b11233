//! Trees as LaTeX, to be set in mathematics with amsmath.

use crate::expr_to_notation::{Fence, Name, Notation, Sign, expr_to_notation, function_to_notation};
use crate::{Expr, Function};

/// The LaTeX of one tree, for mathematics mode; it needs the package amsmath. The names of inputs are
/// those given, `x1`, ... where they end; digits at the end of a name become its index.
///
/// ```
/// use pellucid_core::{Function, expr_to_latex};
/// let f = Function::parse("min(x1, x2/3) + abs(x3 - 1)").unwrap();
/// assert_eq!(
///     expr_to_latex(&f.outputs()[0], f.input_names()),
///     r"\min(x_{1}, \tfrac{1}{3} x_{2}) + \lvert x_{3} - 1 \rvert"
/// );
/// ```
pub fn expr_to_latex(expr: &Expr, inputs: &[String]) -> String {
    write(&expr_to_notation(expr, inputs))
}

/// The LaTeX of all outputs of a function, several as a tuple; as [`expr_to_latex`] writes one.
///
/// ```
/// use pellucid_core::{Function, function_to_latex};
/// let f = Function::parse("(xor(a, b), and(a, b))").unwrap();
/// assert_eq!(function_to_latex(&f), r"(a \oplus b, a \wedge b)");
/// ```
pub fn function_to_latex(function: &Function) -> String {
    write(&function_to_notation(function))
}

fn write(notation: &Notation) -> String {
    match notation {
        Notation::Number(digits) => digits.clone(),
        Notation::Name(name) => named(name),
        Notation::Call { name, below, arguments, after } => {
            let below = below.as_ref().map_or(String::new(), |below| format!("_{{{below}}}"));
            let mut inside = write(&Notation::list(arguments));
            if !after.is_empty() {
                inside += &format!("; {}", write(&Notation::list(after)));
            }
            let (open, close) = fences(Fence::Parentheses, notation.is_tall());
            format!("{}{below}{open}{inside}{close}", function_name(name))
        }
        Notation::Sign(sign) => sign_text(*sign).into(),
        Notation::Fraction(above, below) => format!("\\tfrac{{{above}}}{{{below}}}"),
        Notation::Fenced(fence, inside) => {
            let (open, close) = fences(*fence, inside.is_tall());
            let gap = if *fence == Fence::Bars { " " } else { "" };
            format!("{open}{gap}{}{gap}{close}", write(inside))
        }
        Notation::Overlined(inside) => format!("\\overline{{{}}}", write(inside)),
        Notation::Row(parts) => row(parts),
        Notation::Cases(cases) => {
            let lines = cases.iter().map(|(value, condition)| format!("{} & {}", write(value), write(condition)));
            format!("\\begin{{cases}} {} \\end{{cases}}", lines.collect::<Vec<_>>().join(" \\\\ "))
        }
        Notation::At { inside, letter, value } => {
            format!("\\left. {} \\right|_{{{} = {}}}", write(inside), named(letter), write(value))
        }
    }
}

/// Parts with a space between them, but none after a minus that starts a row nor before a comma.
fn row(parts: &[Notation]) -> String {
    let mut text = String::new();
    for (i, part) in parts.iter().enumerate() {
        let after_minus = i == 1 && matches!(parts[0], Notation::Sign(Sign::Minus));
        if i > 0 && !after_minus && !matches!(part, Notation::Sign(Sign::Comma)) {
            text.push(' ');
        }
        text += &write(part);
    }
    text
}

fn sign_text(sign: Sign) -> &'static str {
    match sign {
        Sign::Plus => "+",
        Sign::Minus => "-",
        Sign::Times => "\\cdot",
        Sign::And => "\\wedge",
        Sign::Or => "\\vee",
        Sign::Xor => "\\oplus",
        Sign::Not => "\\lnot",
        Sign::Equal => "=",
        Sign::Less => "<",
        Sign::AtMost => "\\le",
        Sign::Greater => ">",
        Sign::AtLeast => "\\ge",
        Sign::Mod => "\\bmod",
        Sign::Comma => ",",
    }
}

fn fences(fence: Fence, tall: bool) -> (&'static str, &'static str) {
    match (fence, tall) {
        (Fence::Parentheses, false) => ("(", ")"),
        (Fence::Parentheses, true) => ("\\left( ", " \\right)"),
        (Fence::Bars, false) => ("\\lvert", "\\rvert"),
        (Fence::Bars, true) => ("\\left\\lvert", "\\right\\rvert"),
        (Fence::Brackets, false) => ("[", "]"),
        (Fence::Brackets, true) => ("\\left[ ", " \\right]"),
    }
}

/// LaTeX knows some functions by name.
fn function_name(name: &str) -> String {
    match name {
        "min" | "max" => format!("\\{name}"),
        other => format!("\\operatorname{{{other}}}"),
    }
}

fn named(name: &Name) -> String {
    let below = name.below.as_ref().map_or(String::new(), |below| format!("_{{{below}}}"));
    let word = match name.word.as_str() {
        letter if letter.len() == 1 && letter != "_" => letter.to_string(),
        word if word.is_ascii() => format!("\\mathit{{{}}}", word.replace('_', "\\_")),
        word => format!("\\text{{{}}}", word.replace('_', "\\_")),
    };
    word + &below
}
