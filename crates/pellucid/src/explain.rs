//! Proofs in words, each step a sentence that a student can follow.
//!
//! Everything is read off the certificate, so that whatever is certified can be explained. What is
//! told is not checked again: that is the checker's work.

mod any_depth;
mod approximation;
mod cells;
mod equality;
mod few_neurons;
mod jumps;
mod never;
mod paper;
mod points;
mod refutation;
mod smallest;
mod turns;

use pellucid_core::{Certificate, Claim, Error, Proof};

pub use refutation::explain_refutation;

use paper::Paper;

/// How a proof is told.
#[derive(Clone, Debug)]
pub struct Explaining {
    /// Lines have at most so many characters, where words can be broken.
    pub width: usize,
    /// Lists are cut after so many entries, with a word on how many follow.
    pub at_most: usize,
}

impl Default for Explaining {
    fn default() -> Self {
        // A screen of 80 columns; 16 is every way to turn four hinges.
        Explaining { width: 80, at_most: 16 }
    }
}

/// A certificate's proof in words.
///
/// ```
/// use pellucid::{Biases, Domain, Explaining, Function};
/// let minimum = Function::parse("min(x1, x2)")?;
/// let compiled = pellucid::compile(&minimum, &Domain::Everywhere, Biases::ALLOWED, Default::default())?;
/// let told = pellucid::explain(&compiled.certificate, &Explaining::default())?;
/// assert!(told.contains("2 more neurons"));
/// # Ok::<(), pellucid::Error>(())
/// ```
///
/// # Errors
/// When the proof is not of the claim's kind or is none at all; one that the checker accepts can be
/// told.
pub fn explain(certificate: &Certificate, options: &Explaining) -> Result<String, Error> {
    let inputs = match &certificate.claim {
        Claim::Within { left, .. } => left.input_names(),
        Claim::Smallest { function, .. } | Claim::NotOneLayer { function, .. } | Claim::AtLeast { function, .. } => {
            function.input_names()
        }
        Claim::Never { computation, .. } => computation.input_names(),
        Claim::Approximates { target, .. } => target.input_names(),
    };
    let mut paper = Paper::new(options, inputs);
    paper.say(&format!("Claim: {}.", crate::text::brief(&certificate.claim.to_string(), 1_000)));
    match (&certificate.claim, &certificate.proof) {
        (Claim::Within { left, right, domain, bound }, Proof::Within(difference)) => {
            equality::tell(&mut paper, &equality::Sides { left, right, domain, bound }, difference)?;
        }
        (Claim::Smallest { .. }, Proof::Smallest { equality, kinks }) => {
            smallest::tell(&mut paper, &certificate.claim, equality, kinks)?;
        }
        (Claim::NotOneLayer { function, domain }, Proof::NotOneLayer { here, there }) => {
            jumps::tell_not_one_layer(&mut paper, function, domain, here, there)?;
        }
        (Claim::AtLeast { function, domain, at_least }, Proof::AtLeast(proof)) => {
            any_depth::tell(&mut paper, function, domain, *at_least, proof)?;
        }
        (Claim::AtLeast { function, .. }, Proof::AtLeastAtPoints(proof)) => {
            few_neurons::tell(&mut paper, function, proof)?;
        }
        (Claim::Never { computation, cases }, Proof::Never(regions)) => {
            never::tell(&mut paper, computation, cases, regions)?;
        }
        (Claim::Approximates { target, .. }, Proof::Approximates(composition)) => {
            approximation::tell(&mut paper, target, composition)?;
        }
        _ => return Err(Error::input("there are no words for this kind of proof")),
    }
    Ok(paper.finish())
}
