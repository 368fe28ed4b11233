//! Calls of functions and gates.

use std::ops::Range;

use super::{Parser, Spanned};
use crate::text_to_nodes::{AND_WITHIN, WITHIN};
use crate::{Elementary, Expr, Gate, Rational};

/// The functions that can be called, for messages.
const FUNCTIONS: &str = "relu, abs, min, max, clamp, median, sort, pwl";

/// The functions of one argument, beside these, that can be approximated, for messages.
const APPROXIMATED: &str = "sqrt, exp, log, sin, cos, tanh, sigmoid, softplus, gaussian, norm, pow";

/// Is it the name of a function or a gate?
pub(super) fn is_function(name: &str) -> bool {
    FUNCTIONS.split(", ").any(|known| known == name) || Gate::is_name(name)
}

impl Parser<'_> {
    pub(super) fn call(&mut self, name: &str, name_span: Range<usize>) -> Option<Spanned> {
        let start = name_span.start;
        if name == "pwl" {
            let expr = self.pwl()?;
            return Some(Spanned { expr, span: start..self.last_end() });
        }
        if name == "table" {
            let expr = self.table(name_span)?;
            return Some(Spanned { expr, span: start..self.last_end() });
        }
        let arguments = self.arguments(name, name_span.clone())?;
        let n = arguments.len();
        let span = start..self.last_end();
        let expr = match (name, n) {
            ("relu", 1) => Expr::Relu(Box::new(self.exprs(arguments).swap_remove(0))),
            ("abs", 1) => Expr::Abs(Box::new(self.exprs(arguments).swap_remove(0))),
            ("min", 1..) => Expr::Min(self.exprs(arguments)),
            ("max", 1..) => Expr::Max(self.exprs(arguments)),
            ("median", 1..) if n % 2 == 1 => Expr::Ranked { rank: n / 2, of: self.exprs(arguments) },
            ("clamp", 3) => self.clamp(arguments),
            ("sort", 1..) => self.sort_index(arguments, span.clone())?,
            (gate, 1..) if Gate::is_name(gate) => Gate::call(gate, self.exprs(arguments))
                .unwrap_or_else(|(message, help)| self.report(name_span, &message, help.as_deref())),
            ("norm", 1..) => {
                let of = self.exprs(arguments);
                self.node(name_span, name, WITHIN, |nodes| nodes.norm(of))
            }
            ("pow", 2) => {
                let [base, exponent] = [0, 1].map(|i| arguments[i].expr.clone());
                self.power_node(name_span, name, base, &exponent)
            }
            _ => match Elementary::named(name).filter(|_| n == 1) {
                Some(function) => {
                    let of = self.exprs(arguments).swap_remove(0);
                    self.node(name_span, name, WITHIN, |nodes| nodes.node(function, of))
                }
                None => {
                    let (message, help) = cannot_call(name, n, self.nodes.is_some());
                    self.report(name_span, &message, help.as_deref())
                }
            },
        };
        Some(Spanned { expr, span: start..self.last_end() })
    }

    fn clamp(&mut self, mut arguments: Vec<Spanned>) -> Expr {
        let span = arguments[1].span.start..arguments[2].span.end;
        let (high, low, value) =
            (arguments.swap_remove(2).expr, arguments.swap_remove(1).expr, arguments.swap_remove(0).expr);
        match (low.as_constant(), high.as_constant()) {
            (Some(l), Some(h)) if l > h => {
                self.report(span, &format!("the lower bound {l} is above the upper bound {h}"), None)
            }
            _ => Expr::Clamp(Box::new([value, low, high])),
        }
    }

    /// `sort(..)[k]`: the k-th smallest.
    fn sort_index(&mut self, arguments: Vec<Spanned>, span: Range<usize>) -> Option<Expr> {
        let n = arguments.len();
        if !self.accept("[") {
            let help = format!("take one of them with sort(..)[1] to sort(..)[{n}]");
            return Some(self.report(span, "sort gives several values where one is needed", Some(&help)));
        }
        let index = self.sum()?;
        self.expect("]", "the index")?;
        let rank = index.expr.as_constant().and_then(|k| (1..=n).find(|i| Rational::from(*i) == k));
        Some(match rank {
            Some(k) => Expr::Ranked { rank: k - 1, of: self.exprs(arguments) },
            None => self.report(index.span, &format!("the index must be a whole number from 1 to {n}"), None),
        })
    }

    pub(super) fn arguments(&mut self, name: &str, span: Range<usize>) -> Option<Vec<Spanned>> {
        self.expect("(", name)?;
        let mut arguments = Vec::new();
        if self.accept(")") {
            self.report(span, &format!("{name} needs arguments"), None);
            return Some(arguments);
        }
        loop {
            arguments.push(self.sum()?);
            if !self.accept(",") {
                break;
            }
        }
        self.expect(")", &format!("the arguments of {name}"))?;
        Some(arguments)
    }

    /// `(term; (x, y), (x, y), ...)`.
    fn pwl(&mut self) -> Option<Expr> {
        let open = self.expect("(", "pwl")? - 1;
        let term = self.sum()?;
        if !self.accept(";") {
            let span = self.here();
            self.report(span, "a `;` is missing after the first argument", Some("write pwl(x1; (0,0), (1,2), (3,-1))"));
            return None;
        }
        let mut points: Vec<(Rational, Rational)> = Vec::new();
        let mut n_points = 0;
        loop {
            n_points += 1;
            let start = self.expect("(", "a point")? - 1;
            let x = self.sum()?;
            self.expect(",", "a point")?;
            let y = self.sum()?;
            let end = self.expect(")", "a point")?;
            match (x.expr.as_constant(), y.expr.as_constant()) {
                (Some(x), Some(_)) if points.last().is_some_and(|(last, _)| *last >= x) => {
                    self.report(start..end, "the points' first coordinates must increase", None);
                }
                (Some(x), Some(y)) => points.push((x, y)),
                _ => {
                    self.report(start..end, "a point has two constants", None);
                }
            }
            if !self.accept(",") {
                break;
            }
        }
        let end = self.expect(")", "the points of pwl")?;
        if n_points < 2 {
            return Some(self.report(open..end, "pwl needs at least two points", None));
        }
        if points.len() < 2 {
            // Why has been said.
            return Some(Expr::Constant(Rational::zero()));
        }
        Some(Expr::Pwl(Box::new(term.expr), points))
    }

    /// `(term; value, value, ...)`.
    fn table(&mut self, name: Range<usize>) -> Option<Expr> {
        self.expect("(", "table")?;
        let term = self.sum()?;
        if !self.accept(";") {
            let message = "a table has its values after a `;`";
            self.report(name, message, Some("write table(x1; 0, 1, 1, 0): the values at x1 = 0, 1, 2, 3"));
            return None;
        }
        let mut values = Vec::new();
        loop {
            let value = self.sum()?;
            match value.expr.as_constant() {
                Some(value) => values.push(value),
                None => drop(self.report(value.span, "the values of a table are constants", None)),
            }
            if !self.accept(",") {
                break;
            }
        }
        self.expect(")", "the values of table")?;
        Some(Expr::Gate(Gate::Table(values), vec![term.expr]))
    }

    pub(super) fn exprs(&self, arguments: Vec<Spanned>) -> Vec<Expr> {
        arguments.into_iter().map(|argument| argument.expr).collect()
    }
}

/// Why `name` cannot be called with `n` arguments.
fn cannot_call(name: &str, n: usize, is_target: bool) -> (String, Option<String>) {
    match name {
        _ if Elementary::named(name).is_some() => (format!("{name} takes one argument, not {n}"), None),
        "norm" => (format!("{name} needs arguments"), None),
        "pow" => (format!("pow takes two arguments, not {n}"), Some("write pow(x1, 1/2)".into())),
        "relu" | "abs" => (format!("{name} takes one argument, not {n}"), None),
        "clamp" => (format!("clamp takes three arguments, not {n}"), Some("write clamp(x1, low, high)".into())),
        "median" if n > 0 => (format!("median of an even number ({n}) is not one of them; give an odd number"), None),
        "min" | "max" | "median" | "sort" => (format!("{name} needs arguments"), None),
        // That they are missing has been said where they should stand.
        _ if Gate::is_name(name) => (format!("{name} needs arguments"), None),
        "step" | "heaviside" | "sign" | "floor" | "ceil" | "round" | "argmax" | "argmin" => (
            format!("{name} jumps, and ReLU networks are continuous, so none computes it"),
            Some("the nearest thing: a steep ramp such as clamp(100*x1, 0, 1)".into()),
        ),
        "tan" => (
            "tan has poles, and ReLU networks are bounded on bounded sets".into(),
            Some(format!("sin(x1)/cos(x1) away from them{AND_WITHIN}")),
        ),
        _ if is_target => (
            format!("unknown function `{name}`"),
            Some(format!("the functions are {FUNCTIONS}, {APPROXIMATED}; the gates are {}", Gate::NAMES)),
        ),
        _ => (
            format!("unknown function `{name}`"),
            Some(format!("the functions are {FUNCTIONS}\nthe gates are {}", Gate::NAMES)),
        ),
    }
}
