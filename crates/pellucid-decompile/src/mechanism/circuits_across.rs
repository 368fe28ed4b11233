//! Circuits across layers: the neurons behind each named function that a network's formula is made of.
//!
//! A term such as `max(x1, x2)` is a hinge and an affine rest. The neurons on that hinge detect; of the others of
//! their layer those that carry the rest belong to it, found by writing the term as a combination of the layer's
//! values. What the term reads is made of smaller circuits in the same way.

use std::collections::BTreeSet;
use std::rc::Rc;

use pellucid_core::linear::{Echelon, solve};
use pellucid_core::{Affine, Circuit, Form, Function, Network, NeuronId, Rational, Wire};

use super::canonical::{Canonical, over, wires_of};
use super::written::{Term, Writer, Written};
use crate::circuits::name_of;
use crate::neurons::{Neuron, Status};
use crate::work::Work;

/// Carriers are looked for among so many neurons of a layer; in wider ones detectors alone are told.
const MAX_WIDTH: usize = 64;

/// The circuit behind each output, with those it is made of.
pub(crate) fn circuits_across(
    network: &Network<Rational>,
    read: &Canonical,
    neurons: &[Neuron],
    outputs: &[Rc<Written>],
    writer: &mut Writer<'_>,
) -> Vec<Circuit> {
    let finder = Finder { read, neurons };
    let mut circuits = Vec::with_capacity(outputs.len());
    for (output, written) in outputs.iter().enumerate() {
        let all = behind(network, neurons, output);
        if all.is_empty() {
            continue;
        }
        let mut parts = match written.terms.as_slice() {
            // The term is the whole circuit.
            [term] => finder.below(term),
            terms => terms.iter().filter_map(|term| finder.circuit(term)).collect(),
        };
        parts.extend(finder.carriers(&all, writer));
        let neurons: Vec<NeuronId> = all.into_iter().collect();
        parts.retain(|part| part.neurons != neurons || part.computes != written.expr);
        circuits.push(Circuit { name: name_of(&written.expr), computes: written.expr.clone(), neurons, parts });
    }
    circuits
}

/// Parts of trained circuits with larger formulas say no more than their rows do.
const MAX_PART_NODES: usize = 30;

/// The circuits of a trained network beside a formula that was read in another way: one an output, with those of
/// its parts that are short. `written` is what the circuits compose, if that could be written.
pub(crate) fn told_beside(
    network: &Network<Rational>,
    neurons: &[Neuron],
    circuits: &[Circuit],
    written: Option<&Function>,
    formula: &Function,
) -> Vec<Circuit> {
    let told = formula.outputs().iter().enumerate().filter_map(|(output, expr)| {
        let neurons: Vec<NeuronId> = behind(network, neurons, output).into_iter().collect();
        let composed = written.and_then(|written| written.outputs().get(output));
        let known = circuits.iter().find(|circuit| composed == Some(&circuit.computes));
        let parts = known.map(|circuit| short(&circuit.parts)).unwrap_or_default();
        (!neurons.is_empty()).then(|| Circuit { name: name_of(expr), computes: expr.clone(), neurons, parts })
    });
    told.collect()
}

/// Circuits with short formulas; those with long ones are replaced by their own short parts.
fn short(circuits: &[Circuit]) -> Vec<Circuit> {
    let mut found: Vec<Circuit> = Vec::new();
    for circuit in circuits {
        let parts = short(&circuit.parts);
        let kept =
            if circuit.computes.size() > MAX_PART_NODES { parts } else { vec![Circuit { parts, ..circuit.clone() }] };
        for circuit in kept {
            if !found.contains(&circuit) {
                found.push(circuit);
            }
        }
    }
    found
}

/// The neurons that take part in an output, by the weights from each to the next.
fn behind(network: &Network<Rational>, neurons: &[Neuron], output: usize) -> BTreeSet<NeuronId> {
    let mut found = BTreeSet::new();
    let mut above = vec![output];
    for layer in (0..network.hidden_layers().len()).rev() {
        let next = &network.layers()[layer + 1];
        let is_read = |index: usize| above.iter().any(|row| !next.weights[*row][index].is_zero());
        let here = neurons.iter().filter(|n| n.id.layer == layer && n.work != Work::Nothing && is_read(n.id.index));
        let here: Vec<usize> = here.map(|n| n.id.index).collect();
        found.extend(here.iter().map(|index| NeuronId { layer, index: *index }));
        above = here;
    }
    found
}

struct Finder<'a> {
    read: &'a Canonical,
    neurons: &'a [Neuron],
}

impl Finder<'_> {
    /// The circuit of a term; `None` for a lone detector.
    fn circuit(&self, term: &Term) -> Option<Circuit> {
        let parts = self.below(term);
        let mut neurons = self.of_term(term);
        neurons.extend(parts.iter().flat_map(|part| part.neurons.iter().copied()));
        if neurons.len() < 2 {
            return None;
        }
        let neurons = neurons.into_iter().collect();
        Some(Circuit { name: name_of(&term.expr), computes: term.expr.clone(), neurons, parts })
    }

    /// The circuits of what a term reads, each once.
    fn below(&self, term: &Term) -> Vec<Circuit> {
        let mut parts: Vec<Circuit> = Vec::new();
        for circuit in term.reads.iter().flat_map(|read| &read.terms).filter_map(|below| self.circuit(below)) {
            if !parts.contains(&circuit) {
                parts.push(circuit);
            }
        }
        parts
    }

    /// The neurons on a term's hinges, and those that carry its rest.
    fn of_term(&self, term: &Term) -> BTreeSet<NeuronId> {
        let works = self.neurons.iter().filter(|neuron| neuron.work != Work::Nothing);
        let on = |neuron: &&Neuron| {
            let side = &self.read.neurons[neuron.id.layer][neuron.id.index].side;
            side.as_ref().is_some_and(|side| term.hinges.contains(&side.hinge))
        };
        let detectors: Vec<&Neuron> = works.clone().filter(on).collect();
        let mut found: BTreeSet<NeuronId> = detectors.iter().map(|neuron| neuron.id).collect();
        let Some(layer) = detectors.iter().map(|neuron| neuron.id.layer).max() else { return found };
        let mut layer: Vec<&Neuron> = works.filter(|neuron| neuron.id.layer == layer).collect();
        if layer.len() > MAX_WIDTH {
            return found;
        }
        // Its own detectors first, then what only carries, those of the fewest values first.
        let value = |neuron: &Neuron| &self.read.neurons[neuron.id.layer][neuron.id.index].value;
        layer.sort_by_key(|neuron| {
            (!found.contains(&neuron.id), neuron.work != Work::Carries, value(neuron).terms.len())
        });
        let values: Vec<&Form> = layer.iter().map(|neuron| value(neuron)).collect();
        if let Some(factors) = combination(&values, &term.form) {
            let used = layer.iter().zip(factors).filter(|(_, factor)| !factor.is_zero());
            found.extend(used.map(|(neuron, _)| neuron.id));
        }
        found
    }

    /// Pairs, and neurons that are always on, that pass a value on.
    fn carriers(&self, among: &BTreeSet<NeuronId>, writer: &mut Writer<'_>) -> Vec<Circuit> {
        let mut found: Vec<Circuit> = Vec::new();
        let mut hinges: Vec<usize> = Vec::new();
        for neuron in self.neurons.iter().filter(|n| n.work == Work::Carries && among.contains(&n.id)) {
            let reading = &self.read.neurons[neuron.id.layer][neuron.id.index];
            let Some(side) = reading.side.as_ref().filter(|_| neuron.status != Status::AlwaysOn) else {
                if let Some(computes) = neuron.computes.clone() {
                    let name = "always-on carrier".to_string();
                    found.push(Circuit { name, computes, neurons: vec![neuron.id], parts: Vec::new() });
                }
                continue;
            };
            if hinges.contains(&side.hinge) {
                continue;
            }
            hinges.push(side.hinge);
            let argument = &self.read.hinges[side.hinge];
            let scale = Rational::primitive_scale(argument.terms.iter().map(|(_, factor)| factor));
            let Some(written) = writer.write(&argument.scaled(&scale)) else { continue };
            let is_on = |other: &&Neuron| {
                let other = &self.read.neurons[other.id.layer][other.id.index];
                other.side.as_ref().is_some_and(|other| other.hinge == side.hinge)
            };
            let group = self.neurons.iter().filter(|n| n.work == Work::Carries).filter(is_on);
            let neurons: Vec<NeuronId> = group.map(|n| n.id).filter(|id| among.contains(id)).collect();
            let computes = written.expr.clone();
            let affine = computes.as_affine(self.read.n_inputs).is_some();
            let name = if affine { name_of(&computes) } else { "identity".into() };
            found.push(Circuit { name, computes, neurons, parts: Vec::new() });
        }
        found
    }
}

/// Factors of values whose combination is a form up to its constant, the first values preferred.
fn combination(values: &[&Form], form: &Form) -> Option<Vec<Rational>> {
    let wires: Vec<Wire> = wires_of(values.iter().copied().chain([form]));
    let vector = |form: &Form| -> Vec<Rational> {
        let Affine { coefficients, .. } = over(form, &wires);
        coefficients
    };
    let mut echelon = Echelon::default();
    let (mut basis, mut places) = (Vec::new(), Vec::new());
    for (place, value) in values.iter().enumerate() {
        let value = vector(value);
        if echelon.insert(&value) {
            basis.push(value);
            places.push(place);
        }
    }
    let mut factors = vec![Rational::zero(); values.len()];
    for (place, factor) in places.into_iter().zip(solve(&basis, &vector(form))?) {
        factors[place] = factor;
    }
    Some(factors)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_values_are_preferred() {
        let wire = |i: usize| Form::wire(Wire::Input(i));
        let sum = wire(0).plus(&Rational::one(), &wire(1));
        let found = combination(&[&wire(0), &wire(1), &sum], &sum).unwrap();
        assert_eq!(found, [1, 1, 0].map(Rational::from));
        let found = combination(&[&sum, &wire(0), &wire(1)], &wire(1)).unwrap();
        assert_eq!(found, [1, -1, 0].map(Rational::from));
        assert_eq!(combination(&[&wire(0)], &wire(1)), None);
    }
}
