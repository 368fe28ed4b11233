//! Neurons grouped into circuits: reconstructors, two-sided detectors, and the whole.

use std::collections::BTreeMap;

use pellucid_core::{Affine, Circuit, Domain, Expr, Feature, Function, Hyperplane, NeuronId, Rational, circuit_name};
use pellucid_prove::{Hinge, OneLayerForm};

use crate::form_to_expr::form_to_expr;
use crate::mechanism::Noise;
use crate::neurons::{Neuron, Status};
use crate::rounded_form::{is_on, round_affine};
use crate::scale::Scale;
use crate::simplest::simplest_near;

/// How the numbers of circuits are rounded.
pub struct Rounding<'a> {
    /// Where.
    pub domain: &'a Domain,
    /// The formula's rung; 0 for no rounding.
    pub slack: &'a Rational,
    /// How far each output swings.
    pub swings: &'a [Rational],
}

/// The circuits behind each output of a function that the neurons compute: one for the whole
/// output, made of those on each hyperplane that has detectors on both sides, and of neurons that
/// carry an affine value. Neurons that several outputs read are listed with each.
pub fn circuits_of(neurons: &[Neuron], formula: &Function, rounding: &Rounding<'_>) -> Vec<Circuit> {
    let outputs = formula.outputs().iter().enumerate();
    outputs.filter_map(|(output, expr)| circuit_of(neurons, output, expr, rounding)).collect()
}

/// The circuits without the neurons that are told to be noise.
pub fn without_noise(circuits: Vec<Circuit>, noise: &[Noise]) -> Vec<Circuit> {
    let is_noise = |id: &NeuronId| noise.iter().any(|noise| noise.neurons.contains(id));
    let kept = |mut circuit: Circuit| {
        circuit.neurons.retain(|id| !is_noise(id));
        circuit.parts = without_noise(circuit.parts, noise);
        (!circuit.neurons.is_empty()).then_some(circuit)
    };
    circuits.into_iter().filter_map(kept).collect()
}

/// One circuit an output of a function that the neurons of one layer compute at finitely many points: between
/// them nothing is said, so they have no parts.
pub fn circuits_at_points(neurons: &[Neuron], formula: &Function) -> Vec<Circuit> {
    let works = |neuron: &&Neuron, output: usize| {
        !matches!(neuron.status, Status::Dead | Status::Unread | Status::Decoy(_)) && !neuron.out[output].is_zero()
    };
    let circuit = |(output, expr): (usize, &Expr)| {
        let neurons: Vec<NeuronId> =
            neurons.iter().filter(|neuron| works(neuron, output)).map(|neuron| neuron.id).collect();
        let whole = Circuit { name: name_of(expr), computes: expr.clone(), neurons, parts: Vec::new() };
        (!whole.neurons.is_empty()).then_some(whole)
    };
    formula.outputs().iter().enumerate().filter_map(circuit).collect()
}

/// What a neuron does for an output.
enum Part {
    /// It has a kink in the domain.
    Detects(Hyperplane),
    /// It is on in the whole domain, up to the rounding.
    Carries,
    /// Nothing, up to the rounding.
    None,
}

fn part_of(neuron: &Neuron, output: usize, domain: &Domain) -> Part {
    match neuron.status {
        Status::Dead | Status::Unread | Status::Decoy(_) => Part::None,
        _ if neuron.out[output].is_zero() => Part::None,
        Status::AlwaysOn => Part::Carries,
        Status::Live | Status::Merged(_) => match neuron.side() {
            Some((plane, _)) if domain.is_cut_by(&plane.to_affine()) => Part::Detects(plane),
            _ if is_on(&neuron.rounded, domain) => Part::Carries,
            _ => Part::None,
        },
    }
}

fn circuit_of(neurons: &[Neuron], output: usize, formula: &Expr, rounding: &Rounding<'_>) -> Option<Circuit> {
    let mut planes: BTreeMap<Hyperplane, Vec<&Neuron>> = BTreeMap::new();
    let mut carriers: Vec<&Neuron> = Vec::new();
    let mut all: Vec<NeuronId> = Vec::new();
    for neuron in neurons {
        match part_of(neuron, output, rounding.domain) {
            Part::Detects(plane) => planes.entry(plane).or_default().push(neuron),
            Part::Carries => carriers.push(neuron),
            Part::None => continue,
        }
        all.push(neuron.id);
    }
    if all.is_empty() {
        return None;
    }
    let mut parts: Vec<Circuit> = planes
        .iter()
        .filter_map(|(plane, neurons)| on_plane(plane, neurons, output, rounding))
        .chain(carriers.iter().map(|neuron| carrier(neuron, output, rounding)))
        .collect();
    // In the order of the neurons, as they are drawn.
    parts.sort_by(|a, b| a.neurons.cmp(&b.neurons));
    // Detectors on one hyperplane alone are the whole circuit; that a neuron is a carrier is worth
    // saying even so.
    if parts.len() == 1 && parts[0].neurons == all && carriers.is_empty() {
        parts.clear();
    }
    Some(Circuit { name: name_of(formula), computes: formula.clone(), neurons: all, parts })
}

/// The circuit of detectors on both sides of a hyperplane; `None` when they are all on one side.
fn on_plane(plane: &Hyperplane, neurons: &[&Neuron], output: usize, rounding: &Rounding<'_>) -> Option<Circuit> {
    let mut weights = [Rational::zero(), Rational::zero()];
    let mut sides = [false, false];
    for neuron in neurons {
        let (_, scale) = neuron.rounded.hyperplane()?;
        let side = usize::from(scale.is_negative());
        sides[side] = true;
        weights[side] += &(&neuron.out[output] * scale.abs());
    }
    if sides != [true, true] {
        return None;
    }
    let map = plane.to_affine();
    let n_inputs = map.coefficients.len();
    let slack = rounding.slack * &rounding.swings[output] / Scale::of(rounding.domain, n_inputs).largest(&map);
    let [above, below] = weights;
    // above relu(z) + below relu(-z) = (above + below) relu(z) - below z
    let (jump, slope) = (simplest_near(&(&above + &below), &slack), simplest_near(&-below, &slack));
    let hinges = (!jump.is_zero()).then(|| Hinge { hyperplane: plane.clone(), jump: vec![jump] });
    let form = OneLayerForm { n_inputs, hinges: hinges.into_iter().collect(), affine: vec![map.scaled(&slope)] };
    let computes = form_to_expr(&form, 0);
    let neurons = neurons.iter().map(|neuron| neuron.id).collect();
    Some(Circuit { name: name_of(&computes), computes, neurons, parts: Vec::new() })
}

/// A neuron that is always on carries an affine value.
fn carrier(neuron: &Neuron, output: usize, rounding: &Rounding<'_>) -> Circuit {
    let mut map: Affine = neuron.row.scaled(&neuron.out[output]);
    let scale = Scale::of(rounding.domain, map.coefficients.len());
    round_affine(&mut map, &(rounding.slack * &rounding.swings[output]), &scale);
    let name = "always-on carrier".to_string();
    Circuit { name, computes: map.to_expr(), neurons: vec![neuron.id], parts: Vec::new() }
}

/// The name of a circuit by its formula's outermost operation; a lone detector by what it detects.
pub(crate) fn name_of(formula: &Expr) -> String {
    match formula {
        Expr::Scale(factor, inner) if !matches!(**inner, Expr::Input(_)) => {
            let name = name_of(inner);
            if factor.is_negative() { format!("negative {name}") } else { name }
        }
        Expr::Relu(inner) => match inner.as_affine(inner.n_inputs()) {
            Some(map) => Feature::of_row(&map).kind.to_string(),
            None => circuit_name(formula).into(),
        },
        Expr::Sum(terms) => match terms.as_slice() {
            // A constant beside it does not change what it is.
            [inner, Expr::Constant(_)] if !matches!(inner, Expr::Input(_)) => name_of(inner),
            _ => circuit_name(formula).into(),
        },
        _ => circuit_name(formula).into(),
    }
}
