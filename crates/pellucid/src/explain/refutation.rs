//! A refutation in words: both sides worked out at the input where they differ.

use std::collections::HashSet;

use pellucid_core::{Computation, Expr, Function, Network, Rational, expr_to_text};
use pellucid_prove::Counterexample;

use super::Explaining;
use super::equality::Sides;
use super::paper::{Paper, and, number, vector};
use crate::text::brief;

/// Operations with a longer text are told by their values alone.
const OPERATION_CHARS: usize = 120;

/// Why a claim that two sides differ by at most a bound is false: both sides, step by step, at a
/// counterexample.
///
/// ```
/// use pellucid::{Computation, Counterexample, Explaining, Function, Rational};
/// let side = |text| Computation::Function(Function::parse(text).unwrap());
/// let (left, right) = (side("max(x1, 2)"), side("x1"));
/// let at = Counterexample { input: vec![1.into()], left: vec![2.into()], right: vec![1.into()] };
/// let told = pellucid::explain_refutation(&left, &right, &Rational::zero(), &at, &Explaining::default());
/// assert!(told.contains("max(1, 2) = 2"));
/// ```
pub fn explain_refutation(
    left: &Computation,
    right: &Computation,
    bound: &Rational,
    counterexample: &Counterexample,
    options: &Explaining,
) -> String {
    let Counterexample { input, left: left_values, right: right_values } = counterexample;
    let mut paper = Paper::new(options, left.input_names());
    let sides = Sides { left, right, domain: &pellucid_core::Domain::Everywhere, bound };
    let names = sides.names();
    let claim = match bound.is_zero() {
        true => format!("{} equals {}", names[0], names[1]),
        false => format!("{} differs from {} by at most {bound}", names[0], names[1]),
    };
    let at: Vec<String> =
        left.input_names().iter().zip(input).map(|(name, value)| format!("{name} = {}", number(value))).collect();
    let n = at.len();
    let at = if n > 12 { format!("{} and {} more", at[..12].join(", "), n - 12) } else { and(&at) };
    paper.say(&format!("It is false that {claim}: one input is enough to see it, {at}."));
    for ((name, side), values) in names.iter().zip([left, right]).zip([left_values, right_values]) {
        paper.section(&format!("There {name} gives {}", values_text(values)));
        let lines = match side {
            Computation::Function(function) => function_lines(function, input),
            Computation::Network(network) => network_lines(network, input),
        };
        // The lists hand back only what their entries give, which is no error.
        let _ = paper.list(lines.len(), "step", "steps", |_, k| Ok(lines[k].clone()));
    }
    paper.section("They differ by more than is claimed");
    let differences = left_values.iter().zip(right_values).map(|(a, b)| a - b);
    let several = left_values.len() > 1;
    if let Some((i, difference)) = differences.enumerate().max_by(|(_, a), (_, b)| a.abs().cmp(&b.abs())) {
        let output = if several { format!("In output {} the difference", i + 1) } else { "The difference".to_string() };
        let subtrahend = match right_values[i].is_negative() {
            true => format!("({})", number(&right_values[i])),
            false => number(&right_values[i]),
        };
        let too_much = match bound.is_zero() {
            true => "not 0".to_string(),
            false => format!("more than {bound} away from 0"),
        };
        paper.say(&format!(
            "{output} is {} - {subtrahend} = {}, which is {too_much}.",
            number(&left_values[i]),
            number(&difference)
        ));
    }
    paper.finish()
}

fn values_text(values: &[Rational]) -> String {
    if let [value] = values { number(value) } else { vector(values) }
}

/// Each operation with the values of what it is applied to, from the inside out.
fn function_lines(function: &Function, input: &[Rational]) -> Vec<String> {
    let mut lines = Vec::new();
    let mut known = HashSet::new();
    for output in function.outputs() {
        // A multiple goes with what it is part of, but for one that is all.
        operations(output, function.input_names(), input, &mut known, &mut lines);
        if let Expr::Scale(..) = output {
            lines.push(line(output, function.input_names(), input));
        }
    }
    lines
}

/// Tells the operations in a tree that have not been told.
fn operations<'a>(
    tree: &'a Expr,
    names: &[String],
    input: &[Rational],
    known: &mut HashSet<&'a Expr>,
    lines: &mut Vec<String>,
) {
    if !known.insert(tree) {
        return;
    }
    for child in tree.children() {
        operations(child, names, input, known, lines);
    }
    if !matches!(tree, Expr::Constant(_) | Expr::Input(_) | Expr::Scale(..)) {
        lines.push(line(tree, names, input));
    }
}

/// An operation, with values where its operands stand, and its value.
fn line(tree: &Expr, names: &[String], input: &[Rational]) -> String {
    let value = number(&tree.evaluate(input));
    let with_values = with_children(tree, &|child| Expr::Constant(child.evaluate(input)));
    let text = brief(&expr_to_text(tree, names), OPERATION_CHARS);
    let inside = expr_to_text(&with_values, names);
    match inside == value || inside.chars().count() > OPERATION_CHARS {
        true => format!("{text} = {value}"),
        false => format!("{text} = {inside} = {value}"),
    }
}

/// The tree with other operands; sums are left to be added up by whoever reads them.
fn with_children(tree: &Expr, new: &dyn Fn(&Expr) -> Expr) -> Expr {
    let all = |terms: &[Expr]| terms.iter().map(new).collect::<Vec<_>>();
    match tree {
        Expr::Constant(_) | Expr::Input(_) => tree.clone(),
        Expr::Sum(terms) => Expr::Sum(all(terms)),
        Expr::Scale(factor, term) => Expr::Scale(factor.clone(), Box::new(new(term))),
        Expr::Relu(term) => Expr::Relu(Box::new(new(term))),
        Expr::Abs(term) => Expr::Abs(Box::new(new(term))),
        Expr::Min(terms) => Expr::Min(all(terms)),
        Expr::Max(terms) => Expr::Max(all(terms)),
        Expr::Clamp(parts) => Expr::Clamp(Box::new(parts.each_ref().map(new))),
        Expr::Ranked { rank, of } => Expr::Ranked { rank: *rank, of: all(of) },
        Expr::Pwl(term, points) => Expr::Pwl(Box::new(new(term)), points.clone()),
        Expr::Gate(gate, terms) => Expr::Gate(gate.clone(), all(terms)),
    }
}

/// Each neuron with its pre-activation and what it passes on.
fn network_lines(network: &Network<Rational>, input: &[Rational]) -> Vec<String> {
    let trace = network.trace(input);
    let mut lines = Vec::new();
    let mut names: Vec<String> = network.input_names().to_vec();
    let mut values: &[Rational] = input;
    for (l, layer) in network.layers().iter().enumerate() {
        let hidden = l + 1 < network.layers().len();
        let pre = &trace.pre_activations[l];
        let name = |i: usize| match hidden {
            true => format!("h{}.{}", l + 1, i + 1),
            false if layer.weights.len() == 1 => "the output".to_string(),
            false => format!("output {}", i + 1),
        };
        for (i, (row, bias)) in layer.weights.iter().zip(&layer.biases).enumerate() {
            let sum = brief(&expr_to_text(&Expr::affine(row, bias), &names), OPERATION_CHARS);
            let inside = sum_of_values(row, bias, values);
            let inside = if inside.chars().count() > OPERATION_CHARS { String::new() } else { format!(" = {inside}") };
            let z = number(&pre[i]);
            let total = if inside == format!(" = {z}") { inside } else { format!("{inside} = {z}") };
            lines.push(match hidden {
                false => format!("{} is {sum}{total}", name(i)),
                true if pre[i].is_positive() => format!("{}: {sum}{total} is positive and passes", name(i)),
                true => format!("{}: {sum}{total} is not positive and becomes 0", name(i)),
            });
        }
        names = (0..layer.weights.len()).map(name).collect();
        values = trace.activations.get(l).map_or(&[], Vec::as_slice);
    }
    lines
}

/// `1*3 - 2*5 + 1/2`, with the weights that are not 0.
fn sum_of_values(row: &[Rational], bias: &Rational, values: &[Rational]) -> String {
    let mut text = String::new();
    let mut add = |negative: bool, term: String| {
        text += match (text.is_empty(), negative) {
            (true, false) => "",
            (true, true) => "-",
            (false, false) => " + ",
            (false, true) => " - ",
        };
        text += &term;
    };
    for (weight, value) in row.iter().zip(values).filter(|(weight, _)| !weight.is_zero()) {
        let value = if value.is_negative() { format!("({})", number(value)) } else { number(value) };
        add(weight.is_negative(), format!("{}*{value}", number(&weight.abs())));
    }
    if !bias.is_zero() || row.iter().all(Rational::is_zero) {
        add(bias.is_negative(), number(&bias.abs()));
    }
    text
}
