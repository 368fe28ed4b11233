//! A network's neurons as affine forms of the inputs and of few hinges that they share.
//!
//! Layer by layer every pre-activation is written over inputs and hinges `relu(z)`, one a hyperplane: a neuron
//! on a hyperplane that is known is a factor times its hinge, turned around by `relu(-z) = relu(z) - z`. What
//! splits, doubles, pairs that pass a value on, and neurons that bounds show to be off or on do to a network is
//! undone by that alone, in time polynomial in its size. No cell is looked at.

use std::collections::HashMap;

use pellucid_core::{Affine, BoxBuilder, Domain, Form, Interval, Merge, Network, Rational, ReluGraph, Wire};

use super::signs::{Signs, signs};
use crate::hidden_rows::{like_a_known, round_row};
use crate::rounded_form::round_affine;
use crate::scale::Scale;

/// A network over hinges.
pub(crate) struct Canonical {
    /// The number of inputs.
    pub n_inputs: usize,
    /// The argument of each hinge, of inputs and earlier hinges, its leading factor 1.
    pub hinges: Vec<Form>,
    /// Whether the first neuron on each looks at its negative side.
    pub turned: Vec<bool>,
    /// Every hidden neuron, layer by layer.
    pub neurons: Vec<Vec<Reading>>,
    /// The outputs.
    pub outputs: Vec<Form>,
}

/// What a neuron computes.
pub(crate) struct Reading {
    /// Its pre-activation, of values of the layer below as they were read; rounded for a neuron that detects.
    pub argument: Form,
    /// How far the rounding moved a number of it, as a share of how much it varies.
    pub rounding: Rational,
    /// Its activation.
    pub value: Form,
    /// Bounds of its pre-activation in the network as it is.
    pub range: Interval,
    /// The hinge that it is a factor of, if its ReLU does something.
    pub side: Option<OnHinge>,
}

/// `relu(factor * z)` of a hinge `relu(z)`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct OnHinge {
    /// The hinge.
    pub hinge: usize,
    /// Not 0; negative for a neuron that looks the other way.
    pub factor: Rational,
}

impl Canonical {
    /// Reads a network on everywhere or a box, rows rounded to within `slack` of how much they vary.
    pub(crate) fn of(network: &Network<Rational>, domain: &Domain, slack: &Rational) -> Self {
        let mut reader = Reader::new(network.n_inputs(), domain, slack);
        let mut neurons = Vec::with_capacity(network.hidden_layers().len());
        for layer in network.hidden_layers() {
            let mut read = Vec::with_capacity(layer.weights.len());
            let first = reader.hinges.len();
            for (weights, bias) in layer.weights.iter().zip(&layer.biases) {
                let neuron = reader.neuron(weights, bias, first);
                read.push(neuron);
            }
            reader.below = read.iter().map(|neuron: &Reading| neuron.value.clone()).collect();
            reader.reach = read.iter().map(|neuron| relu_range(&neuron.range)).collect();
            neurons.push(read);
        }
        let output = network.output_layer();
        let outputs = output.weights.iter().zip(&output.biases).map(|(row, bias)| reader.output(row, bias)).collect();
        Canonical { n_inputs: network.n_inputs(), hinges: reader.hinges, turned: reader.turned, neurons, outputs }
    }

    /// For each hinge whether an output is made of it.
    pub(crate) fn reached(&self) -> Vec<bool> {
        let mut reached = vec![false; self.hinges.len()];
        self.outputs.iter().flat_map(Form::relu_wires).for_each(|k| reached[k] = true);
        for k in (0..self.hinges.len()).rev() {
            if reached[k] {
                self.hinges[k].relu_wires().for_each(|below| reached[below] = true);
            }
        }
        reached
    }

    /// The same function as a graph without ReLUs that bounds show to change nothing within others.
    pub(crate) fn plain(&self, domain: &Domain) -> ReluGraph {
        let mut builder = BoxBuilder::new(domain.intervals(self.n_inputs), Merge::Hyperplanes).unwrapping();
        let inputs = builder.inputs();
        let mut values: Vec<Form> = Vec::with_capacity(self.hinges.len());
        for (argument, turned) in self.hinges.iter().zip(&self.turned) {
            let argument = argument.with_wires(&inputs, &values);
            // What is needless shows on the side that the network looks at: relu(z) = relu(-z) + z.
            values.push(if *turned {
                let other = builder.relu(argument.scaled(&Rational::from(-1)));
                other.plus(&Rational::one(), &argument)
            } else {
                builder.relu(argument)
            });
        }
        let outputs = self.outputs.iter().map(|output| output.with_wires(&inputs, &values)).collect();
        builder.finish(outputs)
    }
}

/// The activations of pre-activations in a range.
pub(crate) fn relu_range(range: &Interval) -> Interval {
    Interval::ranked(1, &[range.clone(), Interval::zero()])
}

/// Bounds of a row of values within bounds.
pub(crate) fn row_range(weights: &[Rational], bias: &Rational, values: &[Interval]) -> Interval {
    let terms = weights.iter().zip(values).filter(|(weight, _)| !weight.is_zero());
    terms.fold(Interval::point(bias.clone()), |sum, (weight, value)| sum.plus(&value.scaled(weight)))
}

/// For each hinge its level.
pub(crate) fn level(form: &Form, levels: &[usize]) -> usize {
    form.relu_wires().map(|k| levels[k]).max().unwrap_or(0)
}

struct Reader<'a> {
    domain: &'a Domain,
    slack: &'a Rational,
    builder: BoxBuilder,
    /// Hinges by their arguments.
    known: HashMap<Form, usize>,
    hinges: Vec<Form>,
    turned: Vec<bool>,
    n_inputs: usize,
    /// What the layer below gives, and how far that reaches.
    below: Vec<Form>,
    reach: Vec<Interval>,
}

impl<'a> Reader<'a> {
    fn new(n_inputs: usize, domain: &'a Domain, slack: &'a Rational) -> Self {
        let intervals = domain.intervals(n_inputs);
        Reader {
            domain,
            slack,
            builder: BoxBuilder::new(intervals.clone(), Merge::Hyperplanes),
            known: HashMap::new(),
            hinges: Vec::new(),
            turned: Vec::new(),
            n_inputs,
            below: (0..n_inputs).map(|i| Form::wire(Wire::Input(i))).collect(),
            reach: intervals,
        }
    }

    fn row(&self, weights: &[Rational], bias: &Rational) -> Form {
        let mut form = Form::constant(bias.clone());
        weights.iter().zip(&self.below).for_each(|(weight, value)| form.add_scaled(weight, value));
        form
    }

    /// Reads a neuron; `first` is the first hinge of its layer.
    fn neuron(&mut self, weights: &[Rational], bias: &Rational, first: usize) -> Reading {
        let argument = self.row(weights, bias);
        let mut range = row_range(weights, bias, &self.reach);
        if self.slack.is_zero() {
            // The form is the row itself, so both bounds hold.
            let seen = self.builder.range(&argument);
            range = range.meet(&seen).unwrap_or(range);
            let open = !range.is_not_positive() && !range.is_not_negative();
            if open && argument.relu_wires().next().is_some() {
                let half = match signs(&argument, &self.hinges, self.n_inputs, self.domain) {
                    Signs::NotPositive => relu_range(&Interval::EVERYTHING).negated(),
                    Signs::NotNegative => relu_range(&Interval::EVERYTHING),
                    Signs::Both => Interval::EVERYTHING,
                };
                range = range.meet(&half).unwrap_or(range);
            }
            self.builder.learn(&argument, &range);
        }
        let plain = |argument: Form, value: Form, range: Interval| Reading {
            argument,
            rounding: Rational::zero(),
            value,
            range,
            side: None,
        };
        if range.is_not_positive() {
            return plain(argument, Form::default(), range);
        }
        if range.is_not_negative() {
            return plain(argument.clone(), argument, range);
        }
        let (rounded, rounding) = self.rounded(&argument, first);
        let value = self.builder.relu(rounded.clone());
        let side = self.side(&rounded);
        if self.slack.is_zero() {
            self.builder.learn(&value, &relu_range(&range));
        }
        Reading { argument: rounded, rounding, value, range, side }
    }

    /// The hinge that a pre-activation is a factor of, once its ReLU is built.
    fn side(&mut self, argument: &Form) -> Option<OnHinge> {
        let (_, lead) = argument.terms.first()?;
        let normalised = argument.scaled(&lead.recip()?);
        let next = self.hinges.len();
        let hinge = match self.known.get(&normalised) {
            Some(hinge) => *hinge,
            // Bounds of a rounded row may show that its ReLU does nothing.
            None if self.builder.argument(next) != Some(&normalised) => return None,
            None => {
                self.hinges.push(normalised.clone());
                self.turned.push(lead.is_negative());
                self.known.insert(normalised, next);
                next
            }
        };
        Some(OnHinge { hinge, factor: lead.clone() })
    }

    /// A row made simple, or moved to a hinge of this layer that is near; and how far it moved.
    fn rounded(&self, argument: &Form, first: usize) -> (Form, Rational) {
        if self.slack.is_zero() {
            return (argument.clone(), Rational::zero());
        }
        let known = &self.hinges[first..];
        let wires = wires_of(known.iter().chain([argument]));
        let scale = self.scale(&wires);
        let row = over(argument, &wires);
        let known: Vec<Affine> = known.iter().map(|form| over(form, &wires)).collect();
        let near = like_a_known(&row, known.iter(), self.slack, &scale);
        let (rounded, rounding) = near.unwrap_or_else(|| round_row(&row, self.slack, &scale));
        (back(&rounded, &wires), rounding)
    }

    fn output(&self, weights: &[Rational], bias: &Rational) -> Form {
        let row = self.row(weights, bias);
        if self.slack.is_zero() {
            return row;
        }
        let wires = wires_of([&row]);
        let scale = self.scale(&wires);
        let mut map = over(&row, &wires);
        let range = self.builder.range(&row);
        let swing = match range.ends() {
            Some((low, high)) if low < high => (high - low) / Rational::from(2),
            _ => Rational::one(),
        };
        round_affine(&mut map, &(self.slack * &swing), &scale);
        back(&map, &wires)
    }

    /// How large wires are.
    fn scale(&self, wires: &[Wire]) -> Scale {
        let sides = wires.iter().map(|wire| {
            let (low, high) = self.builder.range(&Form::wire(*wire)).ends().map(|(a, b)| (a.clone(), b.clone()))?;
            Some(if low < high { (low, high) } else { (low.clone(), low + Rational::one()) })
        });
        let sides: Option<Vec<(Rational, Rational)>> = sides.collect();
        let domain = match self.domain {
            Domain::Box(_) => sides.map_or(Domain::Everywhere, Domain::Box),
            _ => Domain::Everywhere,
        };
        Scale::of(&domain, wires.len())
    }
}

/// The wires of some forms, inputs first.
pub(crate) fn wires_of<'a>(forms: impl IntoIterator<Item = &'a Form>) -> Vec<Wire> {
    let mut wires: Vec<Wire> = forms.into_iter().flat_map(|form| form.terms.iter().map(|(wire, _)| *wire)).collect();
    wires.sort();
    wires.dedup();
    wires
}

/// A form as a map of these wires, which have all of its own.
pub(crate) fn over(form: &Form, wires: &[Wire]) -> Affine {
    let mut map = Affine::constant(wires.len(), form.constant.clone());
    for (wire, factor) in &form.terms {
        if let Ok(at) = wires.binary_search(wire) {
            map.coefficients[at] = factor.clone();
        }
    }
    map
}

/// A map of wires as a form.
pub(crate) fn back(map: &Affine, wires: &[Wire]) -> Form {
    let terms = wires.iter().copied().zip(map.coefficients.iter().cloned());
    Form { terms: terms.filter(|(_, factor)| !factor.is_zero()).collect(), constant: map.constant.clone() }
}
