//! How far a formula is from its network, exactly, and the certificate for it.

use pellucid_core::{CellStep, Certificate, Computation, Difference, Error, Function, Network, Proof, Rational};
use pellucid_prove::{Apart, Largest, OneLayerForm, ProofSink, Verdict, apart, prove_known_bound_to};

use crate::Question;

/// The exact largest deviation of a formula from the network on the question's domain, and on how much of it the
/// deviation is above the tolerance.
///
/// # Errors
/// When a limit is reached.
pub fn deviation(network: &Network<Rational>, formula: &Function, question: &Question<'_>) -> Result<Apart, Error> {
    // Equal canonical forms need no walk over cells, of which wide networks have very many.
    let form = OneLayerForm::of_network(network, &question.domain);
    if form.is_some() && form == OneLayerForm::of_one_layer_graph(&formula.to_relu_graph(), &question.domain) {
        let middle = question.domain.middle(network.n_inputs());
        let point = middle.unwrap_or_else(|| vec![Rational::zero(); network.n_inputs()]);
        let beyond = Some((Rational::zero(), Rational::zero()));
        return Ok(Apart { largest: Largest::At(Rational::zero(), point), beyond });
    }
    let sides = (Computation::Network(network.clone()), Computation::Function(formula.clone()));
    apart(&sides.0, &sides.1, &question.domain, &question.tolerance, question.limits)
}

/// Proofs of more steps are not kept in memory.
const MAX_STEPS: usize = 200_000;

/// The certificate that a deviation is no larger than it is; `None` when it is infinite or the proof too long.
///
/// # Errors
/// When a limit is reached.
pub fn certify(
    network: &Network<Rational>,
    formula: &Function,
    deviation: &Largest,
    question: &Question<'_>,
) -> Result<Option<Certificate>, Error> {
    let Largest::At(most, _) = deviation else { return Ok(None) };
    let sides = (Computation::Network(network.clone()), Computation::Function(formula.clone()));
    let mut kept = Kept::default();
    let proved = prove_known_bound_to(&sides.0, &sides.1, &question.domain, most, question.limits, &mut kept);
    match proved {
        Err(_) if kept.is_full => Ok(None),
        Err(error) => Err(error),
        Ok(Verdict::Proved { mut certificate, .. }) => {
            if let Proof::Within(Difference::Cells { steps, .. }) = &mut certificate.proof {
                *steps = kept.steps;
            }
            Ok(Some(*certificate))
        }
        Ok(Verdict::Refuted(counterexample)) => {
            Err(Error::input(format!("defect: the deviation is larger than found: {counterexample:?}")))
        }
    }
}

/// Keeps the steps of a proof while they are not too many.
#[derive(Default)]
struct Kept {
    steps: Vec<CellStep>,
    is_full: bool,
}

impl ProofSink for Kept {
    fn begin(&mut self, _: &Certificate) {}

    fn step(&mut self, step: CellStep) -> bool {
        self.is_full = self.steps.len() >= MAX_STEPS;
        if !self.is_full {
            self.steps.push(step);
        }
        !self.is_full
    }
}
