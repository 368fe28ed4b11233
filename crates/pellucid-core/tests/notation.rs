//! LaTeX and MathML of trees: each kind once, and what must hold of every tree.

mod common;

use insta::assert_snapshot;
use pellucid_core::{Function, expr_to_latex, expr_to_mathml, function_to_latex, function_to_mathml, numbered_inputs};
use proptest::prelude::*;

/// Every kind of tree, and what is easily written wrong.
const TEXTS: &[&str] = &[
    "0",
    "-3/2",
    "x1 - x2/3 + 1",
    "1 - x1",
    "-x1 - 1",
    "2*(x1 + x2) - 3/4*abs(x3)",
    "2*relu(-x1)",
    "min(x1, x2, 0) + max(x1, -1/2)",
    "abs(abs(x1) - 1)",
    "clamp(x1, 0, 1)",
    "median(x1, x2, x3)",
    "sort(x1, x2, x3)",
    "sort(x1, x2, x3, x4)[3]",
    "pwl(x1; (0,0), (1,2))",
    "pwl(x1; (0,0), (1,2), (3,-1))",
    "1 + pwl(x + t; (-1,0), (0,1/2), (1,0), (2,5))",
    "abs(pwl(x1; (0,0), (1,2), (3,-1)))",
    "not(x1)",
    "not(and(x1, not(x2)))",
    "or(and(x1, x2), xor(x3, not(x4)), nand(x1, x2))",
    "nor(x1, x2, xnor(x3, x4))",
    "and(x1)",
    "majority(x1, x2, x3)",
    "(equal(x1, x2), less(x1, x2), less_equal(x1, x2), greater(x1, x2 + 1), greater_equal(x1, x2))",
    "mux(x1, x2, parity(x3, x4))",
    "mod(2*x1 + x2, 5, 27)",
    "add_mod(x1, x2, 7) - 1",
    "table(2*x1 + x2; 3, 1, -4, 1/2)",
    "price2 + x_1 + a_b*3 + größe1 + q",
];

fn lines(write: impl Fn(&Function) -> String) -> String {
    TEXTS.iter().map(|text| format!("{text}\n    {}\n", write(&Function::parse(text).unwrap()))).collect()
}

#[test]
fn latex_of_every_kind() {
    assert_snapshot!(lines(function_to_latex));
}

#[test]
fn mathml_of_every_kind() {
    assert_snapshot!(lines(function_to_mathml));
}

/// The command words of LaTeX that are used, longest first where one starts another.
fn without_commands(latex: &str) -> String {
    let mut rest = String::new();
    let mut chars = latex.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '\\' {
            rest.push(c);
            continue;
        }
        match chars.peek() {
            // `\\` ends a line of cases and `\_` is an escaped character.
            Some('\\' | '_') => {
                chars.next();
            }
            _ => while chars.next_if(char::is_ascii_alphabetic).is_some() {},
        }
    }
    rest
}

proptest! {
    #[test]
    fn latex_braces_balance_and_nothing_is_left_unescaped(expr in common::expr(3), names in "[a-z_][a-z0-9_]{0,4}") {
        let mut inputs = numbered_inputs(3);
        inputs[0] = names;
        let latex = expr_to_latex(&expr, &inputs);
        let mut depth = 0i32;
        let rest = without_commands(&latex);
        let mut previous = ' ';
        for c in rest.chars() {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                '#' | '$' | '%' | '^' | '~' | '"' => prop_assert!(false, "{latex}"),
                _ => {}
            }
            prop_assert!(previous != '_' || c == '{', "a bare index in {latex}");
            prop_assert!(depth >= 0, "{latex}");
            previous = c;
        }
        prop_assert_eq!(depth, 0, "{}", latex);
        for (open, close) in [("\\left", "\\right"), ("\\begin{cases}", "\\end{cases}"), ("\\lvert", "\\rvert"), ("(", ")")] {
            // `\left.` has a partner too, and `\left\lvert` is counted as both.
            prop_assert_eq!(latex.matches(open).count(), latex.matches(close).count(), "{} in {}", open, latex);
        }
    }

    #[test]
    fn mathml_elements_close_in_order(expr in common::expr(3)) {
        let mathml = expr_to_mathml(&expr, &numbered_inputs(3));
        let mut open: Vec<&str> = Vec::new();
        for part in mathml.split('<').skip(1) {
            let tag = part.split('>').next().unwrap();
            match tag.strip_prefix('/') {
                Some(name) => prop_assert_eq!(open.pop(), Some(name), "{}", mathml),
                None => open.push(tag.split(' ').next().unwrap()),
            }
        }
        prop_assert!(open.is_empty());
    }
}
