//! A claim as SMT-LIB 2, whole: a script that is unsatisfiable if and only if the claim holds.

use std::fmt::Write;

use pellucid_core::{Claim, Domain, Error, Form, IntegerRow, Merge, Rational, Wire};

use super::claim_to_steps::{Operation, Side, Steps, affine_to_form, slopes};
use super::parts::Within;

/// The claim as a script in the logic QF_LRA: every neuron and operation is defined in its own
/// numbers, and a point of the domain beyond the bound is asked for. `unsat` means that the claim
/// is proved; `sat` comes with a counterexample.
///
/// ```
/// use pellucid::{Claim, Computation, Domain, Function, Rational};
/// let side = |text| Computation::Function(Function::parse(text).unwrap());
/// let claim = Claim::Within {
///     left: side("max(x1, x2)"), right: side("x2 + relu(x1 - x2)"),
///     domain: Domain::Everywhere, bound: Rational::zero(),
/// };
/// let script = pellucid::claim_to_smt(&claim).unwrap();
/// assert!(script.contains("(check-sat)"));
/// ```
///
/// # Errors
/// When the claim is not about two sides.
pub fn claim_to_smt(claim: &Claim) -> Result<String, Error> {
    let within = Within::of(claim)?;
    let steps = Steps::of(within.left, within.right, within.domain, Merge::Hyperplanes)?;
    let mut script = opening(&format!("{claim}.\nunsat means that this holds; a model is a counterexample."), &steps);
    for row in within.domain.rows(steps.inputs.len()) {
        assert(&mut script, &at_least_0(&IntegerRow::of(&row)));
    }
    if let Domain::Finite { values, .. } = within.domain {
        for (i, values) in values.iter().enumerate() {
            let values: Vec<String> = values.iter().map(|v| format!("(= x{} {})", i + 1, number(v))).collect();
            assert(&mut script, &format!("(or false {})", values.join(" ")));
        }
    }
    for (name, side) in [("left", &steps.left), ("right", &steps.right)] {
        define_side(&mut script, name, side);
    }
    let outputs: Vec<String> = (1..=steps.left.outputs.len()).map(|i| format!("(- left_y{i} right_y{i})")).collect();
    assert(&mut script, &beyond(&outputs, within.bound));
    script.push_str("(check-sat)\n");
    Ok(script)
}

/// Comment, logic and inputs.
pub(super) fn opening(comment: &str, steps: &Steps) -> String {
    let mut script: String = comment.lines().map(|line| format!("; {line}\n")).collect();
    for (i, name) in steps.inputs.iter().enumerate().filter(|(i, name)| **name != format!("x{}", i + 1)) {
        put(&mut script, format_args!("; x{} is the input {name}\n", i + 1));
    }
    script.push_str("(set-logic QF_LRA)\n");
    for i in 1..=steps.inputs.len() {
        put(&mut script, format_args!("(declare-const x{i} Real)\n"));
    }
    script
}

/// Writing to a string cannot fail.
pub(super) fn put(script: &mut String, text: std::fmt::Arguments<'_>) {
    let _ = script.write_fmt(text);
}

pub(super) fn assert(script: &mut String, what: &str) {
    put(script, format_args!("(assert {what})\n"));
}

fn define_side(script: &mut String, side: &str, steps: &Side) {
    let names: Vec<&str> = steps.steps.iter().map(|step| step.name.as_str()).collect();
    let step_name = |k: usize| names[k].to_string();
    for step in &steps.steps {
        let value = operation(&step.operation, &|form| sum(form, &step_name));
        put(script, format_args!("(define-fun {} () Real {value})\n", step.name));
    }
    for (i, output) in steps.outputs.iter().enumerate() {
        put(script, format_args!("(define-fun {side}_y{} () Real {})\n", i + 1, sum(output, &step_name)));
    }
}

/// The name of a shared ReLU.
pub(super) fn shared_name(k: usize) -> String {
    format!("r{}", k + 1)
}

/// Some difference is beyond the bound.
pub(super) fn beyond(differences: &[String], bound: &Rational) -> String {
    let parts = differences.iter().map(|difference| match bound.is_zero() {
        true => format!("(not (= {difference} 0))"),
        false => format!("(> {difference} {0}) (< {difference} {1})", number(bound), number(&-bound)),
    });
    format!("(or false {})", parts.collect::<Vec<_>>().join(" "))
}

/// What an operation computes, given how its arguments are written.
pub(super) fn operation(operation: &Operation, sum: &dyn Fn(&Form) -> String) -> String {
    match operation {
        Operation::Relu(z) => relu(&sum(z)),
        Operation::Abs(z) => format!("(let ((z {})) (ite (>= z 0) z (- z)))", sum(z)),
        Operation::Min(a, b) => format!("(let ((a {}) (b {})) (ite (<= a b) a b))", sum(a), sum(b)),
        Operation::Max(a, b) => format!("(let ((a {}) (b {})) (ite (>= a b) a b))", sum(a), sum(b)),
        Operation::Clamp([value, low, high]) => {
            let (value, low, high) = (sum(value), sum(low), sum(high));
            format!("(let ((z {value})) (ite (<= z {low}) {low} (ite (>= z {high}) {high} z)))")
        }
        Operation::Pwl(x, points) => {
            let slopes = slopes(points);
            let piece = |k: usize| {
                let (at, value) = &points[k];
                let constant = value - &(&slopes[k] * at);
                format!("(+ (* {} z) {})", number(&slopes[k]), number(&constant))
            };
            let last = slopes.len() - 1;
            let pieces = (0..last)
                .rev()
                .fold(piece(last), |rest, k| format!("(ite (<= z {}) {} {rest})", number(&points[k + 1].0), piece(k)));
            format!("(let ((z {})) {pieces})", sum(x))
        }
    }
}

pub(super) fn relu(argument: &str) -> String {
    format!("(let ((z {argument})) (ite (>= z 0) z 0))")
}

/// A sum over inputs `x1..xn` and named ReLUs or steps.
pub(super) fn sum(form: &Form, name: &dyn Fn(usize) -> String) -> String {
    let mut terms: Vec<String> = form
        .terms
        .iter()
        .map(|(wire, factor)| {
            let name = match wire {
                Wire::Input(i) => format!("x{}", i + 1),
                Wire::Relu(k) => name(*k),
            };
            if factor.is_one() { name } else { format!("(* {} {name})", number(factor)) }
        })
        .collect();
    if !form.constant.is_zero() || terms.is_empty() {
        terms.push(number(&form.constant));
    }
    if terms.len() == 1 { terms.swap_remove(0) } else { format!("(+ {})", terms.join(" ")) }
}

/// `row(x) >= 0`.
pub(super) fn at_least_0(row: &IntegerRow) -> String {
    let mut row = row.clone();
    row.make_primitive();
    format!("(>= {} 0)", sum(&affine_to_form(&row.to_affine()), &shared_name))
}

/// A rational as SMT-LIB 2 writes it.
pub(super) fn number(value: &Rational) -> String {
    let size = value.abs().to_string();
    let (numerator, denominator) = size.split_once('/').unwrap_or((&size, "1"));
    let numerator = if value.is_negative() { format!("(- {numerator})") } else { numerator.to_string() };
    if denominator == "1" { numerator } else { format!("(/ {numerator} {denominator})") }
}
