//! Functions and networks written as ReLU graphs.

use crate::sorting_networks::{selection_network, sorting_network};
use crate::{Expr, Form, Function, GraphBuilder, Merge, Network, Rational, ReluGraph, Wire};

impl Function {
    /// The function as ReLUs of affine forms.
    pub fn to_relu_graph(&self) -> ReluGraph {
        let mut builder = GraphBuilder::new(self.n_inputs());
        let outputs = self.build(&mut builder);
        builder.finish(outputs)
    }

    /// Are several order statistics of these terms among the outputs, so that one sort serves all?
    pub fn sorts(&self, terms: &[Expr]) -> bool {
        let of_them = |output: &&Expr| matches!(output, Expr::Ranked { of, .. } if of == terms);
        self.outputs().iter().filter(of_them).count() > 1
    }

    /// The outputs, built.
    pub(crate) fn build(&self, builder: &mut GraphBuilder) -> Vec<Form> {
        // A whole sort is many outputs and one sort.
        let inputs: Vec<Form> = (0..self.n_inputs()).map(|i| Form::wire(Wire::Input(i))).collect();
        let mut last: Option<(&[Expr], Vec<Form>)> = None;
        let mut outputs = Vec::with_capacity(self.n_outputs());
        for output in self.outputs() {
            outputs.push(match output {
                Expr::Ranked { rank, of } if self.sorts(of) => {
                    if last.as_ref().is_none_or(|(known, _)| known != of) {
                        let values = of.iter().map(|term| expr(builder, &inputs, term)).collect();
                        last = Some((of, exchanged(builder, values, sorting_network(of.len()))));
                    }
                    last.as_ref().map(|(_, values)| values[*rank].clone()).unwrap_or_default()
                }
                other => expr(builder, &inputs, other),
            });
        }
        outputs
    }
}

impl Network<Rational> {
    /// The network as ReLUs of affine forms; neurons on one hyperplane share a ReLU, and ReLUs
    /// that cancel in the outputs are left out.
    pub fn to_relu_graph(&self) -> ReluGraph {
        let mut builder = GraphBuilder::new(self.n_inputs());
        let (outputs, _) = self.build(&mut builder);
        builder.finish(outputs)
    }

    /// The same with every hidden activation as a further output, so that its cells are those of
    /// the activation pattern: no neuron is left out.
    pub fn to_activation_graph(&self) -> ReluGraph {
        let mut builder = GraphBuilder::with_merge(self.n_inputs(), Merge::Nothing);
        let (mut outputs, activations) = self.build(&mut builder);
        outputs.extend(activations);
        builder.finish(outputs)
    }

    /// The outputs and all hidden activations, built.
    pub(crate) fn build(&self, builder: &mut GraphBuilder) -> (Vec<Form>, Vec<Form>) {
        let mut activations = Vec::new();
        let mut values: Vec<Form> = (0..self.n_inputs()).map(|i| Form::wire(Wire::Input(i))).collect();
        for (index, layer) in self.layers().iter().enumerate() {
            let hidden = index + 1 < self.layers().len();
            values = layer
                .weights
                .iter()
                .zip(&layer.biases)
                .map(|(row, bias)| {
                    let mut form = Form::constant(bias.clone());
                    for (weight, value) in row.iter().zip(&values) {
                        form.add_scaled(weight, value);
                    }
                    if hidden { builder.relu(form) } else { form }
                })
                .collect();
            if hidden {
                activations.extend(values.iter().cloned());
            }
        }
        (values, activations)
    }
}

/// One tree of these inputs, by the identities `max(a, b) = b + relu(a - b)` and so on.
fn expr(builder: &mut GraphBuilder, inputs: &[Form], tree: &Expr) -> Form {
    let one = Rational::one();
    match tree {
        Expr::Constant(value) => Form::constant(value.clone()),
        Expr::Input(index) => inputs[*index].clone(),
        Expr::Sum(terms) => {
            let mut sum = Form::default();
            for term in terms {
                sum.add_scaled(&one, &expr(builder, inputs, term));
            }
            sum
        }
        Expr::Scale(factor, term) => expr(builder, inputs, term).scaled(factor),
        Expr::Relu(term) => {
            let argument = expr(builder, inputs, term);
            builder.relu(argument)
        }
        Expr::Abs(term) => {
            // |z| = 2 relu(z) - z
            let argument = expr(builder, inputs, term);
            let mut result = builder.relu(argument.clone()).scaled(&Rational::from(2));
            result.add_scaled(&Rational::from(-1), &argument);
            result
        }
        Expr::Min(terms) => tournament(builder, inputs, terms, GraphBuilder::min),
        Expr::Max(terms) => tournament(builder, inputs, terms, GraphBuilder::max),
        Expr::Clamp(parts) => clamp(builder, inputs, parts),
        Expr::Ranked { rank, of } => {
            let values = of.iter().map(|term| expr(builder, inputs, term)).collect();
            exchanged(builder, values, selection_network(of.len(), *rank)).swap_remove(*rank)
        }
        Expr::Pwl(term, points) => pwl(builder, inputs, term, points),
        Expr::Gate(gate, terms) => {
            let arguments: Vec<Form> = terms.iter().map(|term| expr(builder, inputs, term)).collect();
            expr(builder, &arguments, &gate.body(terms.len()))
        }
    }
}

/// Winners of pairs play on, so that n values need ceil(log2 n) rounds.
fn tournament(
    builder: &mut GraphBuilder,
    inputs: &[Form],
    terms: &[Expr],
    play: fn(&mut GraphBuilder, &Form, &Form) -> Form,
) -> Form {
    let mut round: Vec<Form> = terms.iter().map(|term| expr(builder, inputs, term)).collect();
    while round.len() > 1 {
        round = round
            .chunks(2)
            .map(|pair| match pair {
                [a, b] => play(builder, a, b),
                _ => pair[0].clone(),
            })
            .collect();
    }
    round.swap_remove(0)
}

fn clamp(builder: &mut GraphBuilder, inputs: &[Form], parts: &[Expr; 3]) -> Form {
    let [value, low, high] = parts.each_ref().map(|part| expr(builder, inputs, part));
    let constant = |form: &Form| form.terms.is_empty().then(|| form.constant.clone());
    if let (Some(l), Some(h)) = (constant(&low), constant(&high))
        && l <= h
    {
        // Side by side instead of one after the other: low + relu(v - low) - relu(v - high).
        let mut result = builder.relu(value.minus(&low));
        result.add_scaled(&Rational::one(), &low);
        let above = builder.relu(value.minus(&high));
        return result.minus(&above);
    }
    let raised = builder.max(&value, &low);
    builder.min(&raised, &high)
}

fn pwl(builder: &mut GraphBuilder, inputs: &[Form], term: &Expr, points: &[(Rational, Rational)]) -> Form {
    let x = expr(builder, inputs, term);
    let slopes: Vec<Rational> = points.windows(2).map(|p| (&p[1].1 - &p[0].1) / (&p[1].0 - &p[0].0)).collect();
    let mut result = x.minus(&Form::constant(points[0].0.clone())).scaled(&slopes[0]);
    result.constant += &points[0].1;
    for (pair, (at, _)) in slopes.windows(2).zip(&points[1..]) {
        let hinge = builder.relu(x.minus(&Form::constant(at.clone())));
        result.add_scaled(&(&pair[1] - &pair[0]), &hinge);
    }
    result
}

/// Exchanges pairs where the first holds more.
fn exchanged(builder: &mut GraphBuilder, mut values: Vec<Form>, pairs: Vec<(usize, usize)>) -> Vec<Form> {
    for (low, high) in pairs {
        let above = builder.relu(values[low].minus(&values[high]));
        values[low] = values[low].minus(&above);
        values[high].add_scaled(&Rational::one(), &above);
    }
    values
}
