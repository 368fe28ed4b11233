//! Neurons grouped into circuits: reconstructors, two-sided detectors, and the whole.

use std::collections::BTreeMap;

use pellucid_core::{Affine, Circuit, Domain, Expr, Function, Hyperplane, NeuronId, Rational, circuit_name};
use pellucid_prove::{Hinge, OneLayerForm};

use crate::form_to_expr::form_to_expr;
use crate::neurons::{Neuron, Status, simplest_near};

/// The circuits behind each output of a function that the neurons compute: one for the whole
/// output, made of those on each hyperplane that has detectors on both sides.
pub fn circuits_of(neurons: &[Neuron], formula: &Function, domain: &Domain, slack: &Rational) -> Vec<Circuit> {
    let outputs = formula.outputs().iter().enumerate();
    outputs.filter_map(|(output, expr)| circuit_of(neurons, output, expr, domain, slack)).collect()
}

fn circuit_of(neurons: &[Neuron], output: usize, formula: &Expr, domain: &Domain, slack: &Rational) -> Option<Circuit> {
    let takes_part =
        |neuron: &&Neuron| !matches!(neuron.status, Status::Dead | Status::Unread) && !neuron.out[output].is_zero();
    let mut planes: BTreeMap<Hyperplane, Vec<&Neuron>> = BTreeMap::new();
    let mut carriers: Vec<&Neuron> = Vec::new();
    for neuron in neurons.iter().filter(takes_part) {
        match neuron.side() {
            Some((plane, _)) if neuron.status != Status::AlwaysOn => planes.entry(plane).or_default().push(neuron),
            _ => carriers.push(neuron),
        }
    }
    let mut parts: Vec<Circuit> = planes
        .iter()
        .filter_map(|(plane, neurons)| on_plane(plane, neurons, output, domain, slack))
        .chain(carriers.iter().map(|neuron| carrier(neuron, output, slack)))
        .collect();
    let all: Vec<NeuronId> = neurons.iter().filter(takes_part).map(|neuron| neuron.id).collect();
    if all.is_empty() {
        return None;
    }
    if parts.len() == 1 && parts[0].neurons == all {
        parts.clear();
    }
    Some(Circuit { name: circuit_name(formula).into(), computes: formula.clone(), neurons: all, parts })
}

/// The circuit of detectors on both sides of a hyperplane; `None` when they are all on one side.
fn on_plane(
    plane: &Hyperplane,
    neurons: &[&Neuron],
    output: usize,
    domain: &Domain,
    slack: &Rational,
) -> Option<Circuit> {
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
    let [above, below] = weights.map(|w| if slack.is_zero() { w } else { simplest_near(&w, slack) });
    // above relu(z) + below relu(-z) = (above + below) relu(z) - below z
    let map = plane.to_affine();
    let form = OneLayerForm {
        n_inputs: map.coefficients.len(),
        hinges: vec![Hinge { hyperplane: plane.clone(), jump: vec![&above + &below] }]
            .into_iter()
            .filter(|hinge| !hinge.jump[0].is_zero() && domain.is_cut_by(&map))
            .collect(),
        affine: vec![map.scaled(&-below)],
    };
    let computes = form_to_expr(&form, 0);
    let name = match reconstructor_name(&computes) {
        Some(name) => name.to_string(),
        None => circuit_name(&computes).to_string(),
    };
    Some(Circuit { name, computes, neurons: neurons.iter().map(|neuron| neuron.id).collect(), parts: Vec::new() })
}

/// The seed's names for circuits that pass a value on.
fn reconstructor_name(computes: &Expr) -> Option<&'static str> {
    match computes {
        Expr::Input(_) => Some("identity"),
        Expr::Scale(factor, inner) if matches!(**inner, Expr::Input(_)) => {
            Some(if factor.is_negative() { "negative identity" } else { "identity" })
        }
        _ => None,
    }
}

/// A neuron that is always on carries an affine value.
fn carrier(neuron: &Neuron, output: usize, slack: &Rational) -> Circuit {
    let mut map = neuron.row.scaled(&neuron.out[output]);
    if !slack.is_zero() {
        let round = |c: &Rational| simplest_near(c, slack);
        map = Affine { coefficients: map.coefficients.iter().map(round).collect(), constant: round(&map.constant) };
    }
    let name = "always-on carrier".to_string();
    Circuit { name, computes: map.to_expr(), neurons: vec![neuron.id], parts: Vec::new() }
}
