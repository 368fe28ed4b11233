//! A certificate that a one-layer network is the smallest, or how far from it it may be.

use pellucid_core::{
    Biases, Certificate, Claim, Computation, Difference, Domain, Error, Function, Hyperplane, Network, Proof, Rational,
};

use crate::difference::{Means, Walked, cells_within, difference_graph, same_canonical_form};
use crate::one_layer::OneLayerForm;
use crate::points::points_of;
use crate::representable::kink_at;
use crate::walk::Limits;

/// Certifies that a one-layer network computes a function on a domain and that no one-layer
/// network with fewer than `at_least` hidden neurons does, as [`crate::count`] found.
///
/// # Errors
/// When the network does not compute the function, or a limit is reached.
pub fn certify_smallest(
    function: &Function,
    network: &Network<Rational>,
    domain: &Domain,
    biases: Biases,
    at_least: usize,
    limits: Limits<'_>,
) -> Result<(Certificate, usize), Error> {
    let sides = (Computation::Function(function.clone()), Computation::Network(network.clone()));
    sides.0.check_input_order(&sides.1)?;
    domain.must_be_a_box(function.n_inputs(), "a proof of smallest size")?;
    let function_graph = function.to_relu_graph();
    let network_graph = network.to_relu_graph();
    let (equality, n_cells) = if same_canonical_form(&function_graph, &network_graph, domain) {
        (Difference::CanonicalForms, 0)
    } else {
        let (merge, graph) = difference_graph(&sides.0, &sides.1, Means::default())?;
        let mut steps = Vec::new();
        match cells_within(&graph, domain, &Rational::zero(), limits, &mut steps)? {
            Walked::Within { n_cells } => (Difference::Cells { merge, steps }, n_cells),
            Walked::Beyond(point) => {
                let (left, right) = &sides;
                return Err(Error::input(format!(
                    "{left} is {:?} at {point:?}, where {right} gives {:?}",
                    left.evaluate(&point),
                    right.evaluate(&point)
                )));
            }
        }
    };
    let form = OneLayerForm::of_network(network, domain)
        .ok_or_else(|| Error::input("the network has more than one hidden layer"))?;
    let planes: Vec<Hyperplane> = form.hinges.iter().map(|hinge| hinge.hyperplane.clone()).collect();
    let mut kinks = Vec::with_capacity(planes.len());
    for (index, plane) in planes.iter().enumerate() {
        let others: Vec<Hyperplane> =
            planes.iter().enumerate().filter(|(i, _)| *i != index).map(|(_, p)| p.clone()).collect();
        // The network's own ReLUs on hyperplanes without a kink are no obstacle to it, so the
        // witness is looked for where the function itself is generic.
        let kink = points_of(plane, &others, domain).find_map(|point| {
            kink_at(&function_graph, plane, point).filter(|kink| kink.jump == form.hinges[index].jump)
        });
        kinks.push(kink.ok_or_else(|| Error::limit("found no witness point of a kink"))?);
    }
    let claim = Claim::Smallest {
        function: function.clone(),
        network: network.clone(),
        domain: domain.clone(),
        biases,
        at_least,
    };
    Ok((Certificate::new(claim, Proof::Smallest { equality, kinks }), n_cells))
}
