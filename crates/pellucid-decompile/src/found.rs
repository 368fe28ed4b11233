//! A formula on its way to an answer: with its exact deviation, and a closer one where the simple one is off.

use pellucid_core::{Certificate, Domain, Error, Function, Network, Rational};

use crate::deviation::{Deviation, certify};
use crate::{Closer, Decompiled, Question};

/// A formula with its exact deviation.
pub struct Found {
    /// What the network computes, up to the deviation.
    pub formula: Function,
    /// How far it is off.
    pub deviation: Deviation,
    /// A longer formula within the tolerance, where this one is not.
    pub closer: Option<(Function, Deviation)>,
}

impl Found {
    /// A formula that was proved to be what the network computes.
    pub fn equal(formula: Function, network: &Network<Rational>, question: &Question<'_>) -> Self {
        let point = question.domain.middle(network.n_inputs());
        let point = point.unwrap_or_else(|| vec![Rational::zero(); network.n_inputs()]);
        let beyond = matches!(question.domain, Domain::Box(_)).then(|| (Rational::zero(), Rational::zero()));
        Found { formula, deviation: Deviation::none(point, beyond), closer: None }
    }

    /// Is it within a tolerance everywhere?
    pub fn is_within(&self, tolerance: &Rational) -> bool {
        self.deviation.is_within(tolerance)
    }

    /// The answer with the proofs of its deviations, so far without neurons.
    ///
    /// # Errors
    /// When a limit is reached.
    pub fn certified(mut self, network: &Network<Rational>, question: &Question<'_>) -> Result<Decompiled, Error> {
        let certificate = certify(network, &self.formula, &mut self.deviation, question)?;
        let closer = match self.closer.take() {
            None => None,
            Some((formula, mut deviation)) => {
                let certificate = certify(network, &formula, &mut deviation, question)?;
                Some(Closer { formula, deviation: deviation.apart.largest, certificate })
            }
        };
        Ok(self.answered(certificate, closer, question))
    }

    /// The answer with given proofs.
    pub fn answered(
        self,
        certificate: Option<Certificate>,
        closer: Option<Closer>,
        question: &Question<'_>,
    ) -> Decompiled {
        Decompiled {
            explained: self.is_within(&question.tolerance),
            formula: self.formula,
            deviation: self.deviation.apart.largest,
            beyond: self.deviation.apart.beyond,
            certificate,
            closer,
            neurons: Vec::new(),
            circuits: Vec::new(),
            reduced_widths: None,
            noise: Vec::new(),
            remarks: Vec::new(),
            against_target: None,
        }
    }
}
