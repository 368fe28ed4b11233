//! Networks of two layers whose last has one neuron: what their first layer takes.
//!
//! Where an output is beyond one of its values, it is what one layer computes, so its kinks there
//! are looked at: two jumps of one hyperplane rule such networks out, and otherwise the kinks are
//! counted.

use pellucid_core::{Biases, Domain, Hyperplane, Kink, Rational, Side, Single};

use crate::count::count;
use crate::one_layer::{Hinge, OneLayerForm};
use crate::representable::kink_at;
use crate::segment::{breaks, kink_on_segment};
use crate::size_bound::Scene;

/// Kinks counted at most: all their orientations are tried.
const MAX_KINKS: usize = 8;
/// Paths tried.
const PATHS: usize = 20;
/// How far from the samples extreme values are looked for.
const FAR: usize = 1000;

/// What is known of a first layer below a single neuron with which an output rises (sign 1) or
/// falls (-1): the witnesses, and the fewest neurons, `usize::MAX` when there are never enough.
pub(crate) fn below_single(scene: &Scene<'_>, output: usize, sign: i32) -> Option<(Single, usize)> {
    let value = |point: &Vec<Rational>| scene.graph.evaluate(point).swap_remove(output) * Rational::from(sign);
    let far = |point: &Vec<Rational>| point.iter().map(|x| x * Rational::from(FAR)).collect();
    let everywhere = *scene.domain == Domain::Everywhere;
    let further = scene.points.iter().filter(|_| everywhere).map(far);
    let mut valued = scene.points.iter().cloned().chain(further).map(|point| (value(&point), point));
    let start = valued.next()?;
    let (least, value_at) = valued.fold(start, |least, next| if next.0 < least.0 { next } else { least });
    let beyond = |kink: &Kink| value(&kink.witness) > least;
    let mut kinks: Vec<Kink> = Vec::new();
    for plane in scene.planes().keys() {
        let mut seen: Option<Kink> = None;
        for kink in scene.kinks_on(plane).filter(beyond) {
            match &seen {
                Some(known) if known.jump[output] != kink.jump[output] => {
                    let kinks = vec![known.clone(), kink];
                    return Some((Single { value_at, kinks, path_from: None }, usize::MAX));
                }
                Some(_) => {}
                None => seen = Some(kink),
            }
        }
        kinks.extend(seen.filter(|kink| kinks.len() < MAX_KINKS && !kink.jump[output].is_zero()));
    }
    let by_kinks = counted(scene, output, &kinks, &Domain::unit_box(scene.graph.n_inputs))
        .map(|shown| (Single { value_at: value_at.clone(), kinks, path_from: None }, shown));
    let by_path = if everywhere { along_path(scene, output, sign) } else { None };
    by_kinks.into_iter().chain(by_path).max_by_key(|(_, shown)| *shown)
}

/// The count for the one-layer form with these kinks that equals the output beside the first.
fn counted(scene: &Scene<'_>, output: usize, kinks: &[Kink], rule: &Domain) -> Option<usize> {
    let first = kinks.first()?;
    let mut rest = scene.graph.beside(&first.witness, &first.hyperplane.normal, Side::Above)?.swap_remove(output);
    let mut hinges: Vec<Hinge> = Vec::new();
    for kink in kinks.iter().filter(|kink| !kink.jump[output].is_zero()) {
        if hinges.iter().all(|hinge| hinge.hyperplane != kink.hyperplane) {
            let map = kink.hyperplane.to_affine();
            if kink.hyperplane == first.hyperplane || map.at(&first.witness).is_positive() {
                rest.add_scaled(&-&kink.jump[output], &map);
            }
            hinges.push(Hinge { hyperplane: kink.hyperplane.clone(), jump: vec![kink.jump[output].clone()] });
        }
    }
    let form = OneLayerForm { n_inputs: scene.graph.n_inputs, hinges, affine: vec![rest] };
    count(&form, rule, Biases::ALLOWED).ok().map(|counted| counted.at_least)
}

/// A path from a direction to the opposite one on which the output, far out, stays beyond 0.
fn along_path(scene: &Scene<'_>, output: usize, sign: i32) -> Option<(Single, usize)> {
    let far = scene.graph.far_out();
    let beyond = |point: &[Rational]| far.evaluate(point)[output].signum() == sign;
    let far_scene = scene.of(&far);
    let paths = scene.points.iter().zip(scene.points.iter().skip(1)).take(PATHS);
    let mut best: Option<(Single, usize)> = None;
    for (from, corner) in paths {
        let opposite: Vec<Rational> = from.iter().map(|x| -x).collect();
        if ![from, corner, &opposite].into_iter().all(|point| beyond(point)) {
            continue;
        }
        let Some(kinks) = kinks_on_path(&far_scene, from, corner, &opposite) else { continue };
        let distinct = |jump: &Kink| !jump.jump[output].is_zero();
        if kinks.len() > 2 * MAX_KINKS || kinks.iter().filter(|kink| distinct(kink)).count() > MAX_KINKS {
            continue;
        }
        // A path along a hyperplane crosses nothing there.
        let stops: Vec<&Vec<Rational>> =
            [from].into_iter().chain(kinks.iter().map(|kink| &kink.witness)).chain([&opposite]).collect();
        let smooth = |ends: &[&Vec<Rational>]| far.is_affine_between(ends[0], ends[1]);
        if !kinks.iter().all(|kink| beyond(&kink.witness)) || !smooth(&[from, from]) || !stops.windows(2).all(smooth) {
            continue;
        }
        let two_jumps =
            |a: &Kink| kinks.iter().any(|b| a.hyperplane == b.hyperplane && a.jump[output] != b.jump[output]);
        let shown = match kinks.iter().any(two_jumps) {
            true => Some(usize::MAX),
            false => counted(&far_scene, output, &kinks, &Domain::Everywhere),
        };
        if let Some(shown) = shown.filter(|shown| best.as_ref().is_none_or(|(_, known)| shown > known)) {
            let value_at = vec![Rational::zero(); from.len()];
            best = Some((Single { value_at, kinks, path_from: Some(from.clone()) }, shown));
        }
    }
    best
}

/// The kinks and the corner on a path of two segments, in order; `None` when it meets two at once.
fn kinks_on_path(scene: &Scene<'_>, from: &[Rational], corner: &[Rational], to: &[Rational]) -> Option<Vec<Kink>> {
    let on_segment = |from: &[Rational], to: &[Rational]| -> Option<Vec<Kink>> {
        let at_break = |time: &Rational| kink_on_segment(scene.graph, from, to, time);
        breaks(scene.graph, from, to).iter().map(at_break).collect()
    };
    let mut kinks = on_segment(from, corner)?;
    // A corner is a kink of jump 0 on a plane of its own.
    let mut normal = vec![Rational::zero(); corner.len()];
    *normal.first_mut()? = Rational::one();
    let plane = Hyperplane { normal, offset: corner.first()?.clone() };
    let smooth = kink_at(scene.graph, &plane, corner.to_vec())?;
    if smooth.jump.iter().any(|jump| !jump.is_zero()) {
        return None;
    }
    kinks.push(smooth);
    kinks.extend(on_segment(corner, to)?);
    Some(kinks)
}
