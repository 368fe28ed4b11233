//! A network compared with the function it was meant to compute.

use std::collections::BTreeMap;

use pellucid_core::{Affine, Computation, Error, Feature, Function, Hyperplane, Network, Rational, dot};
use pellucid_prove::{Largest, OneLayerForm, Representable, largest_difference, representable};

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
        Ok(Representable::Form(form)) => missing_detectors(neurons, &form),
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
/// not the target's and all its detectors there look one way, the opposite detector, if the target varies on
/// its side.
fn missing_detectors(neurons: &[Neuron], form: &OneLayerForm) -> Vec<Feature> {
    let kinks = &form.hinges;
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
        if !same && plain && looks.iter().all(|above| above == &looks[0]) && is_left_over(form, plane, looks[0]) {
            let sign = Rational::from(if looks[0] { -1 } else { 1 });
            missing.push(Feature::of_row(&plane.to_affine().scaled(&sign)));
        }
    }
    missing
}

/// Does the target vary across a hyperplane by more than a detector on one side of it can give? With its kink there
/// written as a hinge that is on above (or below) the hyperplane, something is left that changes across it.
fn is_left_over(form: &OneLayerForm, plane: &Hyperplane, is_above: bool) -> bool {
    let kink = form.hinges.iter().find(|hinge| hinge.hyperplane == *plane);
    let across = |(output, map): (usize, &Affine)| {
        let rest = dot(&map.coefficients, &plane.normal);
        match kink.filter(|_| !is_above) {
            // J relu(z) = J z + J relu(-z)
            Some(kink) => rest + &kink.jump[output] * dot(&plane.normal, &plane.normal),
            None => rest,
        }
    };
    form.affine.iter().enumerate().any(|map| !across(map).is_zero())
}

#[cfg(test)]
mod tests {
    use pellucid_core::Domain;

    use super::*;

    #[test]
    fn a_side_where_the_target_is_flat_needs_no_detector() {
        let left_over = |text: &str, is_above: bool| {
            let graph = Function::parse(text).unwrap().to_relu_graph();
            let form = OneLayerForm::of_one_layer_graph(&graph, &Domain::Everywhere).unwrap();
            let plane = Hyperplane { normal: vec![Rational::one()], offset: Rational::zero() };
            is_left_over(&form, &plane, is_above)
        };
        // relu(x1) is nothing below 0; the identity and |x1| go on there.
        assert_eq!((left_over("relu(x1)", true), left_over("relu(x1)", false)), (false, true));
        assert_eq!((left_over("x1", true), left_over("-x1", false)), (true, true));
        assert_eq!((left_over("abs(x1)", true), left_over("abs(x1)", false)), (true, true));
    }
}
