//! A network compared with the function it was meant to compute.

use pellucid_core::{Computation, Domain, Error, Feature, Function, Network, Rational};
use pellucid_prove::{Largest, Limits, Representable, largest_difference, representable};

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
    domain: &Domain,
    limits: Limits<'_>,
) -> Result<AgainstTarget, Error> {
    let target = target.with_n_inputs(network.n_inputs())?;
    let sides = (Computation::Network(network.clone()), Computation::Function(target.clone()));
    let deviation = largest_difference(&sides.0, &sides.1, domain, limits)?;
    let missing = match representable(&target, domain, limits) {
        Ok(Representable::Form(form)) => {
            let planes: Vec<_> = form.hinges.iter().map(|hinge| &hinge.hyperplane).collect();
            missing_detectors(neurons, &planes)
        }
        _ => Vec::new(),
    };
    Ok(AgainstTarget { target, deviation, missing })
}

/// Kinks of the target that no neuron detects, and for kinks that the target does not have the
/// opposite detector, which would make them cancel.
fn missing_detectors(neurons: &[Neuron], kinks: &[&pellucid_core::Hyperplane]) -> Vec<Feature> {
    let live: Vec<_> = neurons.iter().filter(|n| n.status == Status::Live).filter_map(Neuron::side).collect();
    let mut missing = Vec::new();
    for plane in kinks {
        if !live.iter().any(|(known, _)| known == *plane) {
            missing.push(Feature::of_row(&plane.to_affine()));
        }
    }
    for (plane, above) in &live {
        let lonely = !live.iter().any(|(other, side)| other == plane && side != above);
        if lonely && !kinks.contains(&plane) {
            let sign = Rational::from(if *above { -1 } else { 1 });
            missing.push(Feature::of_row(&plane.to_affine().scaled(&sign)));
        }
    }
    missing
}
