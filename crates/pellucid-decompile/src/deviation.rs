//! How far a formula is from its network, exactly, and the certificate for it.

use pellucid_core::{Certificate, Computation, Error, Function, Network, Rational};
use pellucid_prove::{Largest, OneLayerForm, Verdict, largest_difference, prove_within};

use crate::Question;

/// The exact largest deviation of a formula from the network on the question's domain.
///
/// # Errors
/// When a limit is reached.
pub fn deviation(network: &Network<Rational>, formula: &Function, question: &Question<'_>) -> Result<Largest, Error> {
    // Equal canonical forms need no walk over cells, of which wide networks have very many.
    let form = OneLayerForm::of_network(network, &question.domain);
    if form.is_some() && form == OneLayerForm::of_one_layer_graph(&formula.to_relu_graph(), &question.domain) {
        let middle = question.domain.middle(network.n_inputs());
        return Ok(Largest::At(Rational::zero(), middle.unwrap_or_else(|| vec![Rational::zero(); network.n_inputs()])));
    }
    let sides = (Computation::Network(network.clone()), Computation::Function(formula.clone()));
    largest_difference(&sides.0, &sides.1, &question.domain, question.limits)
}

/// Is the deviation within the tolerance, and the certificate that it is no larger than it is.
///
/// # Errors
/// When a limit is reached.
pub fn certify(
    network: &Network<Rational>,
    formula: &Function,
    deviation: &Largest,
    question: &Question<'_>,
) -> Result<(bool, Option<Certificate>), Error> {
    let Largest::At(most, _) = deviation else { return Ok((false, None)) };
    let sides = (Computation::Network(network.clone()), Computation::Function(formula.clone()));
    match prove_within(&sides.0, &sides.1, &question.domain, most, question.limits)? {
        Verdict::Proved { certificate, .. } => Ok((*most <= question.tolerance, Some(*certificate))),
        Verdict::Refuted(counterexample) => {
            Err(Error::input(format!("defect: the deviation is larger than found: {counterexample:?}")))
        }
    }
}
