//! What the exports can say: which claims, and proofs by cells for them.

use std::borrow::Cow;

use pellucid_core::{
    CellStep, Certificate, Claim, Combination, Computation, Difference, Domain, Error, Integer, Merge, Proof, Rational,
    ReluGraph,
};

/// The claim that two computations differ by at most a bound, taken out of a [`Claim`].
#[derive(Clone, Copy)]
pub(crate) struct Within<'a> {
    pub left: &'a Computation,
    pub right: &'a Computation,
    pub domain: &'a Domain,
    pub bound: &'a Rational,
}

/// Such a claim with its proof by cells.
pub(crate) struct ByCells<'a> {
    /// What the cells show: the claim, or the same on a larger domain.
    pub within: Within<'a>,
    /// Which ReLUs of the two sides are one.
    pub merge: Merge,
    /// The tree.
    pub steps: Cow<'a, [CellStep]>,
    /// The claim in words, and the larger domain that it is shown on, if it is.
    pub comment: String,
}

impl<'a> Within<'a> {
    /// The claim, if the exports can say it.
    ///
    /// # Errors
    /// When it is of another kind, with the reason.
    pub(crate) fn of(claim: &'a Claim) -> Result<Self, Error> {
        let reason = match claim {
            Claim::Within { left, right, domain, bound } => return Ok(Within { left, right, domain, bound }),
            Claim::Smallest { .. } | Claim::NotOneLayer { .. } | Claim::AtLeast { .. } => {
                "minimality is about all networks, not about the reals of one"
            }
            Claim::Approximates { .. } => "functions that are not piecewise linear are beyond such provers",
            Claim::Never { .. } => "a property is written in VNN-LIB, which such provers read as it is",
        };
        Err(Error::input(format!(
            "only claims that two sides are equal, or within a bound, can be exported, and this one is that {claim} \
             ({reason})"
        )))
    }
}

impl<'a> ByCells<'a> {
    /// The claim of a certificate with the steps that prove it. Canonical forms that match are a
    /// proof by cells too: whatever ReLU is left in the difference has one sign on the domain.
    ///
    /// # Errors
    /// When the claim is of another kind, the proof is one by points, or the forms do not match.
    pub(crate) fn of(certificate: &'a Certificate) -> Result<Self, Error> {
        let mut within = Within::of(&certificate.claim)?;
        let mut comment = format!("{}.", certificate.claim);
        let Proof::Within(proof) = &certificate.proof else {
            return Err(Error::input("the proof is not of the claim's kind"));
        };
        let mut difference = proof;
        while let Difference::Wider { domain, difference: inner } = difference {
            (within.domain, difference) = (domain, inner);
            comment += &format!("\nIt is shown on a larger domain: {}.", domain.phrase());
        }
        let (merge, steps) = match difference {
            Difference::Cells { merge, steps } => (*merge, Cow::Borrowed(steps.as_slice())),
            Difference::CanonicalForms => {
                let graph = within.left.difference(within.right, Merge::Hyperplanes)?;
                (Merge::Hyperplanes, Cow::Owned(steps_without_cuts(&graph, within.domain)?))
            }
            Difference::Intervals => {
                return Err(Error::input(
                    "the proof is by bounds on each ReLU, which is no proof by cells to write down (the claim itself can \
                     be written, in SMT-LIB)",
                ));
            }
            _ => {
                return Err(Error::input(format!(
                    "the proof goes through the points of {} one by one, which is no proof by cells to write down (the \
                     claim itself can be written, in SMT-LIB)",
                    within.domain
                )));
            }
        };
        if let Domain::Finite { .. } = within.domain {
            return Err(Error::input("cells do not cover single points"));
        }
        Ok(ByCells { within, merge, steps, comment })
    }
}

/// The walk over a graph of ReLUs that all have one sign on the domain.
///
/// What shows the signs is left out: the export's reader works it out again.
fn steps_without_cuts(graph: &ReluGraph, domain: &Domain) -> Result<Vec<CellStep>, Error> {
    let mut steps = Vec::new();
    for argument in &graph.relus {
        let one_layer = argument.relu_wires().next().is_none();
        let (low, high) = if one_layer { domain.range(&argument.to_affine(graph.n_inputs, &[])) } else { (None, None) };
        let on = low.is_some_and(|low| !low.is_negative());
        if !on && high.is_none_or(|high| high.is_positive()) {
            return Err(Error::input("the canonical forms of the two sides do not match"));
        }
        steps.push(CellStep::stays(on, Combination { times: Integer::ONE, rows: Vec::new() }));
    }
    steps.push(CellStep::Equal);
    Ok(steps)
}
