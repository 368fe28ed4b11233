//! A network's canonical form with its numbers rounded to simple ones.

use std::collections::BTreeMap;

use pellucid_core::{Affine, Domain, Hyperplane, Layer, Rational};
use pellucid_prove::{Hinge, OneLayerForm};

use crate::hidden_rows::{HiddenRows, RoundedRows};
use crate::neurons::Status;
use crate::scale::Scale;
use crate::simplest::simplest_near;

/// The form that a layer with rounded rows computes, jumps and affine part rounded to
/// within `slack` of how far each output swings on the domain.
pub fn rounded_form(
    hidden: &HiddenRows,
    rounded: &RoundedRows,
    output: &Layer<Rational>,
    domain: &Domain,
    slack: &Rational,
    swings: &[Rational],
) -> OneLayerForm {
    let n_inputs = hidden.rows.first().map_or(0, |row| row.coefficients.len());
    let n_outputs = output.biases.len();
    let mut affine: Vec<Affine> = output.biases.iter().map(|bias| Affine::constant(n_inputs, bias.clone())).collect();
    let mut jumps: BTreeMap<Hyperplane, Vec<Rational>> = BTreeMap::new();
    let add_affine = |affine: &mut Vec<Affine>, out: &[Rational], map: &Affine| {
        affine.iter_mut().zip(out).for_each(|(rest, weight)| rest.add_scaled(weight, map));
    };
    for (((row, out), rounded), (status, _)) in
        hidden.rows.iter().zip(&hidden.outs).zip(&rounded.rows).zip(&rounded.roles)
    {
        match (status, &rounded.plane) {
            (Status::Dead | Status::Unread, _) => {}
            (Status::AlwaysOn, _) | (_, None) => add_affine(&mut affine, out, row),
            (Status::Live | Status::Merged(_) | Status::Decoy(_), Some((plane, scale))) => {
                let map = plane.to_affine();
                if !domain.is_cut_by(&map) {
                    // Rounding moved the kink out of the domain: the neuron is on there or off.
                    if is_on(&rounded.map, domain) {
                        add_affine(&mut affine, out, row);
                    }
                    continue;
                }
                if scale.is_negative() {
                    add_affine(&mut affine, out, &rounded.map);
                }
                let entry = jumps.entry(plane.clone()).or_insert_with(|| vec![Rational::zero(); n_outputs]);
                entry.iter_mut().zip(out).for_each(|(jump, w)| *jump += &(w * scale.abs()));
            }
        }
    }
    let scale = &hidden.scale;
    for (map, swing) in affine.iter_mut().zip(swings) {
        round_affine(map, &(slack * swing), scale);
    }
    let mut form = OneLayerForm { n_inputs, hinges: Vec::new(), affine };
    for (hyperplane, mut jump) in jumps {
        let largest = scale.largest(&hyperplane.to_affine());
        let lead = hyperplane.normal.iter().map(Rational::abs).max().unwrap_or_else(Rational::one);
        for (value, swing) in jump.iter_mut().zip(swings) {
            // Simple as the jump of the primitive form, or as its slope along the leading input.
            let slack = slack * swing / &largest;
            let simple = simplest_near(value, &slack);
            let slope = simplest_near(&(&*value * &lead), &(&slack * &lead));
            *value = if slope.bits() < simple.bits() { slope / &lead } else { simple };
        }
        if jump.iter().any(|value| !value.is_zero()) {
            form.hinges.push(Hinge { hyperplane, jump });
        }
    }
    form
}

/// Rounds a map so that no rounded number moves its values by more than `slack` on the domain.
pub fn round_affine(map: &mut Affine, slack: &Rational, scale: &Scale) {
    for (value, reach) in map.coefficients.iter_mut().zip(&scale.reach) {
        *value = simplest_near(value, &(slack / reach));
    }
    map.constant = simplest_near(&map.constant, slack);
}

/// Is a map without a sign change inside the domain positive there?
pub fn is_on(map: &Affine, domain: &Domain) -> bool {
    domain.range(map).0.is_some_and(|low| !low.is_negative())
}
