//! A form cut down to the few hinges that matter most.

use pellucid_core::{Domain, Rational};
use pellucid_prove::OneLayerForm;

use crate::rounded_form::round_affine;
use crate::scale::Scale;

/// How many hinges a summary keeps.
const KEPT: usize = 3;
/// How coarsely the affine part of a summary is rounded, as a share of the output's swing: it is
/// further off than that anyway.
const ROUNDING: (i64, i64) = (1, 30);

/// The form with all but the weightiest hinges replaced by the affine maps closest to them.
pub fn summary(form: &OneLayerForm, domain: &Domain, swings: &[Rational]) -> OneLayerForm {
    // Where a hinge's argument goes from -l to h, its closest affine map is the chord from (-l, 0)
    // to (h, h) moved halfway down to the kink: off by h l / (2 (h + l)).
    let mut weighed: Vec<(Rational, usize)> = Vec::new();
    for (index, hinge) in form.hinges.iter().enumerate() {
        let (Some(low), Some(high)) = domain.range(&hinge.hyperplane.to_affine()) else { return form.clone() };
        let off = -&low * &high / (Rational::from(2) * (&high - &low));
        let share = hinge.jump.iter().zip(swings).map(|(jump, swing)| jump.abs() / swing).max().unwrap_or_default();
        weighed.push((share * off, index));
    }
    weighed.sort();
    let n_dropped = weighed.len().saturating_sub(KEPT);
    let dropped: Vec<usize> = weighed[..n_dropped].iter().map(|(_, index)| *index).collect();
    let mut summary = OneLayerForm { n_inputs: form.n_inputs, hinges: Vec::new(), affine: form.affine.clone() };
    for (index, hinge) in form.hinges.iter().enumerate() {
        if !dropped.contains(&index) {
            summary.hinges.push(hinge.clone());
            continue;
        }
        let mut map = hinge.hyperplane.to_affine();
        let (Some(low), Some(high)) = domain.range(&map) else { continue };
        let slope = &high / (&high - &low);
        let half_off = -&low * &high / (Rational::from(2) * (&high - &low));
        map = map.scaled(&slope);
        map.constant += &(half_off);
        for (rest, jump) in summary.affine.iter_mut().zip(&hinge.jump) {
            rest.add_scaled(jump, &map);
        }
    }
    let scale = Scale::of(domain, form.n_inputs);
    for (map, swing) in summary.affine.iter_mut().zip(swings) {
        round_affine(map, &(swing * &Rational::ratio(ROUNDING.0, ROUNDING.1)), &scale);
    }
    summary
}
