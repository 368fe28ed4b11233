//! The linear cells along one input, or in the plane of two; the other inputs are held where they are.

use pellucid::{Computation, Domain, Error, Layer, Limits, Network, Rational, answers};
use serde_json::{Value, json};

use crate::question::Question;
use crate::subject::Subject;

/// More cells cannot be told apart on a screen.
const MOST_CELLS: usize = 3_000;

/// `{"ask": "plane", "inputs": [0, 1], "at", "low", "high"}`: the cells of the network restricted to these inputs, on
/// the square from `low` to `high`.
pub fn plane(question: &Question, kept: &Option<Subject>) -> Result<Value, Error> {
    let subject = Subject::of(kept)?;
    let (inputs, at) = (question.wholes("inputs"), question.rationals("at")?);
    let restricted = restricted(&subject.network, &inputs, &at)?;
    let (low, high): (Rational, Rational) = (question.text("low").parse()?, question.text("high").parse()?);
    if low >= high {
        return Err(Error::input(format!("the window from {low} to {high} is empty")));
    }
    let domain = Domain::Box(vec![(low, high); inputs.len()]);
    let computation = Computation::Network(restricted);
    let mut all = Vec::new();
    question.limited(|limits| {
        let limits = Limits { max_cells: MOST_CELLS, ..limits };
        pellucid::cells(&computation, &domain, limits, |cell| {
            all.push(answers::cell(all.len() + 1, cell));
            true
        })
    })?;
    Ok(json!({"cells": all}))
}

/// The network as a function of some inputs, the others held: what they contribute goes into the first biases.
fn restricted(network: &Network, inputs: &[usize], at: &[Rational]) -> Result<Network, Error> {
    let n = network.n_inputs();
    if inputs.is_empty() || inputs.len() > 2 || inputs.iter().any(|i| *i >= n) || at.len() != n {
        return Err(Error::input(format!("one or two of the {n} inputs can be shown, at a point of {n} numbers")));
    }
    let mut layers: Vec<Layer<Rational>> = network.layers().to_vec();
    let first = &mut layers[0];
    for (row, bias) in first.weights.iter_mut().zip(&mut first.biases) {
        for (i, weight) in row.iter().enumerate().filter(|(i, _)| !inputs.contains(i)) {
            *bias = &*bias + &(weight * &at[i]);
        }
        *row = inputs.iter().map(|i| row[*i].clone()).collect();
    }
    let names = inputs.iter().map(|i| network.input_names()[*i].clone()).collect();
    Network::new(Some(names), layers)
}
