//! The independent checker of certificates.
//!
//! It shares nothing with the prover but the nouns of `pellucid-core`: it walks the proof it is
//! given, and does every comparison again in exact numbers. What it accepts is true if `pellucid-core`
//! reads functions and networks rightly and the theorems it rests on hold:
//! * the canonical form of one hidden layer is unique (see [`one_layer`]), which gives the count of
//!   hidden neurons (see [`lower_bound`]);
//! * what networks of some width and depth cannot do (see the tops of `depth.rs` and `few_neurons.rs`);
//! * for functions that are not piecewise linear: the enclosures that `pellucid-core` gives, the mean value
//!   theorem, and that convex functions lie above their tangents (see the top of `approximation.rs`).
//!
//! ```
//! let text = r#"{"pellucid_certificate": 2,
//!   "claim": {"within": {"left": {"function": {"inputs": ["x"], "text": "abs(relu(x))"}},
//!                        "right": {"function": {"inputs": ["x"], "text": "relu(x)"}},
//!                        "domain": "everywhere", "bound": "0"}},
//!   "proof": {"within": {"cells": {"merge": "hyperplanes",
//!     "steps": ["split", {"on": ["1", [[0, "1"]]]}, "equal", "equal"]}}}}"#;
//! let checked = pellucid_check::check_json(text).unwrap();
//! assert!(checked.is_accepted());
//! ```

mod approximation;
mod cells;
mod depth;
mod few_neurons;
pub mod lower_bound;
mod never;
pub mod one_layer;
mod points;

use pellucid_core::{
    Biases, Certificate, Claim, Computation, Difference, Domain, Error, Function, Kink, Merge, Network, Proof,
    Rational, ReluGraph, Side, dot,
};

pub use cells::Checking;

/// The checker's verdict on a certificate.
#[derive(Clone, Debug)]
pub struct Checked {
    /// The claim, in words.
    pub claim: String,
    /// Why the proof does not hold; `None` when it does.
    pub rejection: Option<String>,
}

impl Checked {
    /// Is the claim proved?
    pub fn is_accepted(&self) -> bool {
        self.rejection.is_none()
    }
}

/// Reads a certificate and checks it.
///
/// # Errors
/// When the text is no certificate. One that is, and does not hold, is a rejection, not an error.
pub fn check_json(text: &str) -> Result<Checked, Error> {
    Certificate::from_json(text).map(|certificate| check(&certificate))
}

/// Checks that the proof of a certificate proves its claim.
pub fn check(certificate: &Certificate) -> Checked {
    let rejection = verify(certificate).err();
    Checked { claim: certificate.claim.to_string(), rejection }
}

/// Reads a certificate and checks it; steps that follow are checked as they come, in memory that does
/// not grow with their number.
///
/// # Errors
/// When it cannot be read. A certificate that does not hold is a rejection, not an error.
pub fn check_reader(reader: impl std::io::Read) -> Result<Checked, Error> {
    let (certificate, steps) = Certificate::read(reader)?;
    let mut checked = Checked { claim: certificate.claim.to_string(), rejection: None };
    let mut steps = steps.peekable();
    if steps.peek().is_none() {
        return Ok(check(&certificate));
    }
    if certificate.n_steps() > 0 {
        return Err(Error::input("not a certificate: it goes on after its end"));
    }
    let mut shown = Checking::begin(&certificate);
    for step in steps {
        let (Ok(checking), step) = (&mut shown, step?) else { break };
        if let Err(reason) = checking.take(&step) {
            shown = Err(reason);
        }
    }
    checked.rejection = shown.and_then(|checking| checking.end()).err();
    Ok(checked)
}

fn verify(certificate: &Certificate) -> Result<(), String> {
    if certificate.version != 2 {
        return Err(format!("certificate version {} is not known", certificate.version));
    }
    match (&certificate.claim, &certificate.proof) {
        (Claim::Within { left, right, domain, bound }, Proof::Within(difference)) => {
            Sides { left, right, domain, bound }.within(difference)
        }
        (Claim::Smallest { function, network, domain, biases, at_least }, Proof::Smallest { equality, kinks }) => {
            smallest(function, network, domain, *biases, *at_least, equality, kinks)
        }
        (Claim::NotOneLayer { function, domain }, Proof::NotOneLayer { here, there }) => {
            not_one_layer(function, domain, here, there)
        }
        (Claim::AtLeast { function, domain, at_least }, Proof::AtLeast(proof)) => {
            let shown = depth::fewest(function, domain, *at_least, proof)?;
            if *at_least <= shown { Ok(()) } else { Err(format!("only {shown} hidden neurons are shown to be needed")) }
        }
        (Claim::Approximates { target, network, domain, low, high }, Proof::Approximates(composition)) => {
            approximation::approximates(&approximation::Near { target, network, domain, low, high }, composition)
        }
        (Claim::AtLeast { function, domain, at_least }, Proof::AtLeastAtPoints(proof)) => {
            let shown = few_neurons::fewest(function, domain, proof)?;
            if *at_least <= shown { Ok(()) } else { Err(format!("only {shown} hidden neurons are shown to be needed")) }
        }
        (Claim::Never { computation, cases }, Proof::Never(proofs)) => never::never(computation, cases, proofs),
        _ => Err("the proof is not of the claim's kind".into()),
    }
}

/// Two computations that are to be within a bound of each other on a domain.
#[derive(Clone, Copy)]
struct Sides<'a> {
    left: &'a Computation,
    right: &'a Computation,
    domain: &'a Domain,
    bound: &'a Rational,
}

impl Sides<'_> {
    fn within(self, difference: &Difference) -> Result<(), String> {
        self.well_put()?;
        self.shown(difference)
    }

    fn well_put(self) -> Result<(), String> {
        fits(self.domain, self.left.n_inputs())?;
        self.left.check_input_order(self.right).map_err(|error| error.to_string())?;
        if self.bound.is_negative() { Err("the bound is negative".into()) } else { Ok(()) }
    }

    fn difference(self, merge: Merge) -> Result<ReluGraph, String> {
        self.left.difference(self.right, merge).map_err(|error| error.to_string())
    }

    /// Is the difference shown to be within the bound on the domain?
    fn shown(self, difference: &Difference) -> Result<(), String> {
        let Sides { left, right, domain, bound } = self;
        fits(domain, left.n_inputs())?;
        match difference {
            Difference::CanonicalForms => {
                has_canonical_forms(domain)?;
                let form = |side: &Computation| one_layer::form_of(&side.to_relu_graph(), domain);
                let (Some(left), Some(right)) = (form(left), form(right)) else {
                    return Err("canonical forms need one hidden layer on both sides".into());
                };
                if left == right { Ok(()) } else { Err("the canonical forms differ".into()) }
            }
            Difference::Cells { merge, steps } => Checking::of(self, *merge)?.all(steps),
            Difference::Wider { domain: wider, .. } if !domain.lies_in(wider) => {
                Err(format!("{domain} is not seen to lie in {wider}"))
            }
            Difference::Wider { domain: wider, difference } => Sides { domain: wider, ..self }.shown(difference),
            Difference::Points => points::all(&self.difference(Merge::Hyperplanes)?, domain, bound),
            Difference::Intervals => cancels(&self.difference(Merge::Nothing)?, domain, bound),
        }
    }
}

/// Is every output within the bound once the ReLUs that bounds show to change nothing are gone, and
/// copies, or all on one hyperplane, are one?
fn cancels(difference: &ReluGraph, domain: &Domain, bound: &Rational) -> Result<(), String> {
    let inputs = domain.intervals(difference.n_inputs);
    let cancels = |merge: Merge| {
        let outputs = difference.plain(inputs.clone(), merge).outputs;
        outputs.iter().all(|output| output.terms.is_empty() && output.constant.abs() <= *bound)
    };
    if cancels(Merge::Copies) || cancels(Merge::Hyperplanes) {
        return Ok(());
    }
    Err("the sides do not cancel by intervals".into())
}

fn smallest(
    function: &Function,
    network: &Network<Rational>,
    domain: &Domain,
    biases: Biases,
    at_least: usize,
    equality: &Difference,
    kinks: &[Kink],
) -> Result<(), String> {
    has_canonical_forms(domain)?;
    let sides = (Computation::Function(function.clone()), Computation::Network(network.clone()));
    Sides { left: &sides.0, right: &sides.1, domain, bound: &Rational::zero() }.within(equality)?;
    refuse_if(network.hidden_layers().len() > 1, "the network has more than one hidden layer")?;
    let has_bias = |biases: &[Rational]| biases.iter().any(|b| !b.is_zero());
    let (hidden, output) = (network.hidden_layers(), network.output_layer());
    let hidden_bias = !biases.hidden && hidden.iter().any(|layer| has_bias(&layer.biases));
    refuse_if(hidden_bias, "the network has a hidden bias, which the claim excludes")?;
    let output_bias = !biases.output && has_bias(&output.biases);
    refuse_if(output_bias, "the network has an output bias, which the claim excludes")?;
    let form = one_layer::form_of(&network.to_relu_graph(), domain).ok_or("the network has no one-layer form")?;
    if kinks.len() != form.jumps.len() {
        return Err(format!("{} kinks are listed, the network has {}", kinks.len(), form.jumps.len()));
    }
    let graph = function.to_relu_graph();
    for kink in kinks {
        if form.jumps.get(&kink.hyperplane) != Some(&kink.jump) {
            return Err(format!("{:?} is not a kink of the network with that jump", kink.hyperplane));
        }
        witness(&graph, domain, kink)?;
    }
    let distinct: std::collections::BTreeSet<_> = kinks.iter().map(|kink| &kink.hyperplane).collect();
    refuse_if(distinct.len() != kinks.len(), "a kink is listed twice")?;
    // The network itself is small enough; a bound above its size would be a contradiction.
    if network.hidden_layers().len() == 1 && at_least > network.hidden_neurons() {
        return Err(format!("the network has {} hidden neurons, so fewer suffice", network.hidden_neurons()));
    }
    let shown = lower_bound::lower_bound(&form, domain, biases, at_least)?;
    if at_least <= shown { Ok(()) } else { Err(format!("only {shown} hidden neurons are shown to be needed")) }
}

fn not_one_layer(function: &Function, domain: &Domain, here: &Kink, there: &Kink) -> Result<(), String> {
    fits(domain, function.n_inputs())?;
    has_canonical_forms(domain)?;
    let graph = function.to_relu_graph();
    witness(&graph, domain, here)?;
    witness(&graph, domain, there)?;
    refuse_if(here.hyperplane != there.hyperplane, "the two points are of different hyperplanes")?;
    refuse_if(here.jump == there.jump, "the jump is the same at both points")?;
    Ok(())
}

/// Does the gradient jump at the witness as the kink says?
fn witness(graph: &ReluGraph, domain: &Domain, kink: &Kink) -> Result<(), String> {
    let (normal, point) = (&kink.hyperplane.normal, &kink.witness);
    let lengths = [normal.len(), point.len(), kink.jump.len()];
    refuse_if(
        lengths != [graph.n_inputs, graph.n_inputs, graph.outputs.len()],
        "a kink's vectors have the wrong length",
    )?;
    // Only one form of a hyperplane is allowed, so that equal ones compare equal.
    let primitive = kink.hyperplane.to_affine().hyperplane().map(|(plane, _)| plane);
    refuse_if(primitive.as_ref() != Some(&kink.hyperplane), "a kink's normal is not primitive")?;
    refuse_if(dot(normal, point) != kink.hyperplane.offset, "a witness is not on its hyperplane")?;
    refuse_if(!domain.contains_inside(point), "a witness is not inside the domain")?;
    let beside = |side| graph.beside(point, normal, side).ok_or("a witness lies on another kink");
    let (above, below) = (beside(Side::Above)?, beside(Side::Below)?);
    for ((above, below), jump) in above.iter().zip(&below).zip(&kink.jump) {
        let step = above.minus(below);
        let jumps = step.coefficients.iter().zip(normal).all(|(s, u)| *s == jump * u);
        refuse_if(!jumps, "the gradient does not jump that way at a witness")?;
    }
    Ok(())
}

/// Everywhere and boxes have an interior, and bounds of affine maps on them are exact.
fn has_canonical_forms(domain: &Domain) -> Result<(), String> {
    let kind = "this kind of proof is for everywhere and boxes";
    if domain.has_canonical_forms() { Ok(()) } else { Err(format!("{kind}, not for {domain}")) }
}

fn refuse_if(wrong: bool, reason: &str) -> Result<(), String> {
    if wrong { Err(reason.into()) } else { Ok(()) }
}

fn fits(domain: &Domain, n_inputs: usize) -> Result<(), String> {
    if domain.fits(n_inputs) { Ok(()) } else { Err(format!("the domain {domain} does not fit {n_inputs} inputs")) }
}
