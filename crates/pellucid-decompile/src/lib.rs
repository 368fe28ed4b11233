//! From a ReLU network to its features, circuits and formula, with the exact deviation of the
//! formula from the network.
//!
//! [`decompile`] is the whole pipeline on one screen. A network with exact weights is written out
//! exactly. Trained weights are rounded, coarsely first, until the formula's certified deviation is
//! within the tolerance; where no simple numbers get there, the answer is not called explained, and
//! the formula is a short one with its own certified deviation.

mod affine_to_expr;
mod circuits;
mod deviation;
mod form_to_expr;
mod lattice;
mod mean_fit;
mod neurons;
mod pieces;
mod remarks;
mod rounded_form;
mod rounding_ladder;
mod samples;
mod scale;
mod simplest;
mod summary;
mod target;

use pellucid_core::{Biases, Certificate, Circuit, Domain, Error, Function, Layer, Network, Rational};
use pellucid_prove::{Largest, Limits, OneLayerForm, count, representable_graph};

use crate::circuits::{Rounding, circuits_of};
use crate::deviation::{certify, deviation};
use crate::lattice::lattice_form;
use crate::remarks::remarks;
use crate::rounding_ladder::{Reading, exact_reading, rounded_reading};

pub use form_to_expr::form_to_expr;
pub use neurons::{Neuron, Status};
pub use target::AgainstTarget;

/// What to look for.
#[derive(Clone, Debug)]
pub struct Question<'a> {
    /// Where the formula must hold.
    pub domain: Domain,
    /// How far the formula may be from the network; 0 asks for an exact one.
    pub tolerance: Rational,
    /// What the network was meant to compute, if that is known.
    pub target: Option<Function>,
    /// How far proofs may go.
    pub limits: Limits<'a>,
}

/// A network taken apart.
#[derive(Clone, Debug)]
pub struct Decompiled {
    /// What the network computes, up to the deviation.
    pub formula: Function,
    /// The exact largest deviation between the network and the formula, and where it occurs.
    pub deviation: Largest,
    /// Is the deviation within the tolerance? Where only numbers as long as the network's own would
    /// get there, the formula is a shorter one and this is false.
    pub explained: bool,
    /// That the deviation is no larger; `None` when it is infinite.
    pub certificate: Option<Certificate>,
    /// Every hidden neuron (of a network with one hidden layer).
    pub neurons: Vec<Neuron>,
    /// The circuits that the neurons form, one an output.
    pub circuits: Vec<Circuit>,
    /// The widths of the smallest network known for the formula, with one hidden layer; `None` when
    /// one layer cannot compute it.
    pub reduced_widths: Option<Vec<usize>>,
    /// What else a reader should know, one sentence each.
    pub remarks: Vec<String>,
    /// The comparison with the target, when one was given.
    pub against_target: Option<AgainstTarget>,
}

/// Takes a network apart.
///
/// ```
/// use pellucid_core::{Domain, Layer, Network, Rational};
/// use pellucid_decompile::{Question, decompile};
/// let r = |n: i64| Rational::from(n);
/// let hidden = Layer { weights: vec![vec![r(1), r(-1)], vec![r(1), r(0)], vec![r(-1), r(0)]], biases: vec![r(0); 3] };
/// let output = Layer { weights: vec![vec![r(-1), r(1), r(-1)]], biases: vec![r(0)] };
/// let network = Network::new(None, vec![hidden, output]).unwrap();
/// let question = Question {
///     domain: Domain::Everywhere, tolerance: Rational::zero(), target: None, limits: Default::default(),
/// };
/// let found = decompile(&network, &question).unwrap();
/// assert_eq!(found.formula.to_string(), "min(x1, x2)");
/// assert_eq!(found.neurons[0].feature.label(network.input_names()), "x1 > x2");
/// ```
///
/// # Errors
/// When the domain does not fit, a limit is reached, or the network is of a kind that is not
/// supported: trained weights in more than one hidden layer.
pub fn decompile(network: &Network<Rational>, question: &Question<'_>) -> Result<Decompiled, Error> {
    question.domain.must_be_a_box(network.n_inputs(), "decompiling")?;
    match network.layers() {
        [_] => one_layer(network, &Layer { weights: Vec::new(), biases: Vec::new() }, question),
        [hidden, _] => one_layer(network, hidden, question),
        _ => deeper(network, question),
    }
}

/// One hidden layer: features, circuits and formula.
fn one_layer(
    network: &Network<Rational>,
    hidden: &Layer<Rational>,
    question: &Question<'_>,
) -> Result<Decompiled, Error> {
    let exact = question.tolerance.is_zero() || hidden.weights.is_empty();
    let read = if exact { exact_reading } else { rounded_reading };
    let Reading { neurons, form, formula, deviation, slack, swings } = read(network, hidden, question)?;
    let rounding = Rounding { domain: &question.domain, slack: &slack, swings: &swings };
    let circuits = circuits_of(&neurons, &formula, &rounding);
    let (explained, certificate) = certify(network, &formula, &deviation, question)?;
    Ok(Decompiled {
        deviation,
        explained,
        certificate,
        circuits,
        reduced_widths: Some(smallest_widths(&form, question)?),
        remarks: remarks(&neurons, network.input_names()),
        against_target: compared(network, &neurons, question)?,
        formula,
        neurons,
    })
}

/// More than one hidden layer, exact weights: the formula alone.
fn deeper(network: &Network<Rational>, question: &Question<'_>) -> Result<Decompiled, Error> {
    if !question.tolerance.is_zero() {
        return Err(Error::input(format!(
            "decompile takes trained weights apart in one hidden layer; this network has {} (exact weights can be \
             deeper: pass --tolerance 0)",
            network.hidden_layers().len()
        )));
    }
    let graph = network.to_relu_graph();
    let form = representable_graph(&graph, &question.domain, question.limits)?;
    let outputs = match &form {
        Some(form) => (0..form.n_outputs()).map(|output| form_to_expr(form, output)).collect(),
        None => (0..graph.outputs.len())
            .map(|output| lattice_form(&graph, output, &question.domain, question.limits))
            .collect::<Result<_, _>>()?,
    };
    let formula = Function::new(network.input_names().to_vec(), outputs)?;
    let deviation = deviation(network, &formula, question)?;
    let (explained, certificate) = certify(network, &formula, &deviation, question)?;
    Ok(Decompiled {
        formula,
        deviation,
        explained,
        certificate,
        neurons: Vec::new(),
        circuits: Vec::new(),
        reduced_widths: form.as_ref().map(|form| smallest_widths(form, question)).transpose()?,
        remarks: vec!["the formula is read off the network's cells; its neurons are not named".to_string()],
        against_target: compared(network, &[], question)?,
    })
}

/// The widths of the smallest network with one hidden layer for a form; none where it is affine
/// and needs no hidden layer.
fn smallest_widths(form: &OneLayerForm, question: &Question<'_>) -> Result<Vec<usize>, Error> {
    let size = count(form, &question.domain, Biases::ALLOWED)?.plan.hidden_neurons();
    Ok(if size == 0 { Vec::new() } else { vec![size] })
}

/// The comparison with the target, when there is one.
fn compared(
    network: &Network<Rational>,
    neurons: &[Neuron],
    question: &Question<'_>,
) -> Result<Option<AgainstTarget>, Error> {
    question.target.as_ref().map(|target| target::against_target(network, neurons, target, question)).transpose()
}
