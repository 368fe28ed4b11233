//! A network's canonical form with its numbers rounded to simple ones.

use std::collections::BTreeMap;

use pellucid_core::{Affine, Domain, Hyperplane, Layer, Rational};
use pellucid_prove::{Hinge, OneLayerForm};

use crate::neurons::{Neuron, Status, simplest_near};

/// The form that the neurons with their rounded rows compute, jumps and affine part rounded to
/// within `slack`.
pub fn rounded_form(neurons: &[Neuron], output: &Layer<Rational>, domain: &Domain, slack: &Rational) -> OneLayerForm {
    let n_inputs = neurons.first().map_or(0, |neuron| neuron.row.coefficients.len());
    let n_outputs = output.biases.len();
    let mut affine: Vec<Affine> = output.biases.iter().map(|bias| Affine::constant(n_inputs, bias.clone())).collect();
    let mut jumps: BTreeMap<Hyperplane, Vec<Rational>> = BTreeMap::new();
    let add_affine = |affine: &mut Vec<Affine>, out: &[Rational], map: &Affine| {
        affine.iter_mut().zip(out).for_each(|(rest, weight)| rest.add_scaled(weight, map));
    };
    for neuron in neurons {
        match (neuron.status, neuron.rounded.hyperplane()) {
            (Status::Dead | Status::Unread, _) => {}
            (Status::AlwaysOn, _) | (_, None) => add_affine(&mut affine, &neuron.out, &neuron.row),
            (Status::Live | Status::Merged(_), Some((plane, scale))) => {
                if scale.is_negative() {
                    add_affine(&mut affine, &neuron.out, &neuron.rounded);
                }
                let entry = jumps.entry(plane).or_insert_with(|| vec![Rational::zero(); n_outputs]);
                entry.iter_mut().zip(&neuron.out).for_each(|(jump, w)| *jump += &(w * scale.abs()));
            }
        }
    }
    let round = |value: &Rational| {
        if slack.is_zero() { value.clone() } else { simplest_near(value, slack) }
    };
    for map in &mut affine {
        map.coefficients.iter_mut().for_each(|c| *c = round(c));
        map.constant = round(&map.constant);
    }
    let mut form = OneLayerForm { n_inputs, hinges: Vec::new(), affine };
    for (hyperplane, jump) in jumps {
        let jump: Vec<Rational> = jump.iter().map(round).collect();
        let map = hyperplane.to_affine();
        if jump.iter().all(Rational::is_zero) {
            continue;
        }
        if domain.is_cut_by(&map) {
            form.hinges.push(Hinge { hyperplane, jump });
        } else if domain.range(&map).0.is_some_and(|low| !low.is_negative()) {
            // Rounding moved the kink out of the domain, on the side where the hinge is on.
            add_affine(&mut form.affine, &jump, &map);
        }
    }
    form
}
