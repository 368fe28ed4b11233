//! The parts that a proof cuts the domain into, for the exports: cells, and parts without interior.

use std::borrow::Cow;

use pellucid_core::{CellStep, Certificate, Claim, Computation, Difference, Domain, Error, Proof, Rational, ReluGraph};

/// The claim that two computations differ by at most a bound, taken out of a [`Claim`].
pub(crate) struct Within<'a> {
    pub left: &'a Computation,
    pub right: &'a Computation,
    pub domain: &'a Domain,
    pub bound: &'a Rational,
}

impl<'a> Within<'a> {
    /// The claim, if the exports can say it.
    ///
    /// # Errors
    /// When it is of another kind, with the reason.
    pub(crate) fn of(claim: &'a Claim) -> Result<Self, Error> {
        match claim {
            // Other domains are not the points where the domain's rows are positive.
            Claim::Within { left, right, domain: domain @ (Domain::Everywhere | Domain::Box(_)), bound } => {
                Ok(Within { left, right, domain, bound })
            }
            _ => Err(Error::input(format!(
                "only claims that two sides are equal, or within a bound, everywhere or on a box can be exported, and \
                 this one is that {claim} (minimality is about all networks, not about the reals of one)"
            ))),
        }
    }

    /// The claim of a certificate with the steps that prove it. Canonical forms that match are a
    /// proof by cells too: whatever ReLU is left in the difference has one sign on the domain.
    ///
    /// # Errors
    /// When the claim is of another kind, or the forms do not match.
    pub(crate) fn of_certificate(
        certificate: &'a Certificate,
        graph: impl FnOnce(&Within<'a>) -> Result<ReluGraph, Error>,
    ) -> Result<(Self, Cow<'a, [CellStep]>), Error> {
        let within = Within::of(&certificate.claim)?;
        match &certificate.proof {
            Proof::Within(Difference::Cells(steps)) => Ok((within, Cow::Borrowed(steps))),
            Proof::Within(Difference::CanonicalForms) => {
                let steps = steps_without_cuts(&graph(&within)?, within.domain)?;
                Ok((within, Cow::Owned(steps)))
            }
            _ => Err(Error::input("the proof is not of the claim's kind")),
        }
    }
}

/// The walk over a graph of ReLUs that all have one sign on the domain.
///
/// The multipliers are left out: what they show, the export's reader works out again.
fn steps_without_cuts(graph: &ReluGraph, domain: &Domain) -> Result<Vec<CellStep>, Error> {
    let (mut before, mut after) = (Vec::new(), Vec::new());
    for argument in &graph.relus {
        let one_layer = argument.relu_wires().next().is_none();
        let (low, high) = if one_layer { domain.range(&argument.to_affine(graph.n_inputs, &[])) } else { (None, None) };
        before.push(CellStep::Split);
        if high.is_some_and(|high| !high.is_positive()) {
            before.push(CellStep::Empty(Vec::new()));
        } else if low.is_some_and(|low| !low.is_negative()) {
            after.push(CellStep::Empty(Vec::new()));
        } else {
            return Err(Error::input("the canonical forms of the two sides do not match"));
        }
    }
    before.push(CellStep::Equal);
    before.extend(after);
    Ok(before)
}
