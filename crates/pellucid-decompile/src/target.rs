//! A network compared with the function it was meant to compute.

use std::collections::BTreeMap;

use pellucid_core::{Computation, Error, Feature, Function, Hyperplane, Network, Rational};
use pellucid_prove::{Hinge, Largest, Representable, largest_difference, representable};

use crate::Question;
use crate::neurons::{Neuron, Status};

/// How a network falls short of a target.
#[derive(Clone, Debug)]
pub struct AgainstTarget {
    /// The function it was meant to compute.
    pub target: Function,
    /// The exact largest deviation from it, and where.
    pub deviation: Largest,
    /// Detectors that the target needs and the network lacks.
    pub missing: Vec<Feature>,
}

/// Compares a network with a target on a domain.
///
/// # Errors
/// When the target has other inputs or outputs, or a limit is reached.
pub fn against_target(
    network: &Network<Rational>,
    neurons: &[Neuron],
    target: &Function,
    question: &Question<'_>,
) -> Result<AgainstTarget, Error> {
    let Question { domain, tolerance, limits, .. } = question;
    let target = target.with_n_inputs(network.n_inputs())?;
    let sides = (Computation::Network(network.clone()), Computation::Function(target.clone()));
    let deviation = largest_difference(&sides.0, &sides.1, domain, *limits)?;
    // A network that computes the target lacks nothing, whatever detectors it has.
    let computes_it = matches!(&deviation, Largest::At(most, _) if most <= tolerance);
    let missing = match representable(&target, domain, *limits) {
        _ if computes_it => Vec::new(),
        Ok(Representable::Form(form)) => missing_detectors(neurons, &form.hinges),
        _ => Vec::new(),
    };
    Ok(AgainstTarget { target, deviation, missing })
}

/// A network's jump along a kink may be this far from the target's, relative to it, to count as
/// the same.
const SAME_JUMP: (i64, i64) = (1, 20);

/// Rows of hyperplanes up to this long are worth a name: small whole numbers for a few inputs.
const PLAIN_BITS: usize = 24;

/// Kinks of the target that no neuron detects; and where the network's jump along a hyperplane is
/// not the target's and all its detectors there look one way, the opposite detector, which would
/// make up for it.
fn missing_detectors(neurons: &[Neuron], kinks: &[Hinge]) -> Vec<Feature> {
    let detects = |neuron: &&Neuron| matches!(neuron.status, Status::Live | Status::Merged(_));
    let mut sides: BTreeMap<Hyperplane, (Vec<bool>, Vec<Rational>)> = BTreeMap::new();
    for neuron in neurons.iter().filter(detects) {
        let Some((plane, scale)) = neuron.rounded.hyperplane() else { continue };
        let (looks, jump) =
            sides.entry(plane).or_insert_with(|| (Vec::new(), vec![Rational::zero(); neuron.out.len()]));
        looks.push(scale.is_positive());
        jump.iter_mut().zip(&neuron.out).for_each(|(jump, out)| *jump += &(out * scale.abs()));
    }
    let undetected = kinks.iter().filter(|hinge| !sides.contains_key(&hinge.hyperplane));
    let mut missing: Vec<Feature> = undetected.map(|hinge| Feature::of_row(&hinge.hyperplane.to_affine())).collect();
    for (plane, (looks, jump)) in &sides {
        let wanted = kinks.iter().find(|hinge| hinge.hyperplane == *plane).map(|hinge| &hinge.jump);
        let same = wanted.is_some_and(|wanted| {
            let slack = |w: &Rational| w.abs() * Rational::ratio(SAME_JUMP.0, SAME_JUMP.1);
            wanted.iter().zip(jump).all(|(w, j)| (w - j).abs() <= slack(w))
        });
        // The opposite of a row that means nothing is no news.
        let plain = plane.normal.iter().chain([&plane.offset]).map(Rational::bits).sum::<usize>() <= PLAIN_BITS;
        if !same && plain && looks.iter().all(|above| above == &looks[0]) {
            let sign = Rational::from(if looks[0] { -1 } else { 1 });
            missing.push(Feature::of_row(&plane.to_affine().scaled(&sign)));
        }
    }
    missing
}
