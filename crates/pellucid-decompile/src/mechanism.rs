//! How a network computes: its neurons, the circuits they form, and the formula that these compose.
//!
//! The network is rewritten over few hinges, layer by layer ([`Canonical`]), and forms of hinges are written in
//! named functions ([`Writer`]). Both take time polynomial in the network's size, whatever the number of its
//! cells, so that the mechanism of networks too large for a walk over cells can still be read. With exact
//! weights the formula is the network's function, and that is proved.

mod canonical;
mod circuits_across;
mod flatten;
mod neurons_named;
mod noise;
mod signs;
mod written;

use pellucid_core::{Certificate, Circuit, Computation, Domain, Error, Function, Network, Rational, ReluGraph};
use pellucid_prove::{Limits, Verdict, prove_within};

use crate::circuits::name_of;
use crate::neurons::Neuron;
use crate::work::Work;
use canonical::Canonical;
use circuits_across::circuits_across;
pub(crate) use circuits_across::told_beside;
use neurons_named::neurons_named;
use written::Writer;

pub use noise::Noise;
pub(crate) use noise::{noise, without};

/// A formula is compared with its network on so many cells at most, where they are not one graph.
const MAX_CELLS: usize = 20_000;
/// At first on so many, and on none where many inputs make each of them long to look at.
const FEW_CELLS: usize = 500;
const MANY_INPUTS: usize = 7;

/// How a network computes.
#[derive(Clone, Debug)]
pub(crate) struct Mechanism {
    /// Every hidden neuron, layer by layer.
    pub neurons: Vec<Neuron>,
    /// The circuits behind each output.
    pub circuits: Vec<Circuit>,
    /// What the circuits compose; `None` where that is too long to be written.
    pub formula: Option<Function>,
    /// For exact weights, that the formula is the network's function.
    pub proof: Option<Box<Certificate>>,
    /// What no circuit needs.
    pub noise: Vec<Noise>,
}

/// Reads a network of any depth on everywhere or a box: exactly with a slack of 0, otherwise with rows rounded to
/// within `slack` of how much they vary.
///
/// # Errors
/// When it is time to stop.
pub(crate) fn mechanism(
    network: &Network<Rational>,
    domain: &Domain,
    slack: &Rational,
    limits: Limits<'_>,
) -> Result<Mechanism, Error> {
    let read = Canonical::of(network, domain, slack);
    let writer = Writer::new(read.n_inputs, &read.hinges);
    let mut writer = if slack.is_zero() { writer } else { writer.trained() };
    let neurons = neurons_named(network, &read, &mut writer, domain, slack);
    let outputs: Option<Vec<_>> = read.outputs.iter().map(|output| writer.write(output)).collect();
    let circuits = outputs.as_ref().map(|outputs| circuits_across(network, &read, &neurons, outputs, &mut writer));
    let reached = read.reached();
    let needed = |neuron: &Neuron| match &read.neurons[neuron.id.layer][neuron.id.index].side {
        Some(side) => slack.is_zero() || reached[side.hinge] || neuron.work == Work::Carries,
        None => true,
    };
    let noise = noise(network, &neurons, domain, needed, limits);
    let mut found = Mechanism { neurons, circuits: circuits.unwrap_or_default(), formula: None, proof: None, noise };
    let outputs = outputs.map(|written| written.iter().map(|written| written.expr.clone()).collect::<Vec<_>>());
    let faithful = outputs.map(|outputs| Function::new(network.input_names().to_vec(), outputs)).transpose()?;
    if !slack.is_zero() {
        found.formula = faithful;
        return Ok(found);
    }
    // ReLUs within ReLUs may be needless; without them formulas are often shorter.
    let plain = formula_of(network, &read.plain(domain))?;
    let written = faithful.clone();
    let mut formulas: Vec<Function> = faithful.into_iter().chain(plain).collect();
    formulas.sort_by_key(|formula| formula.to_string().len());
    formulas.dedup();
    // The shortest that can be proved soon, or else with more cells.
    let few = if network.n_inputs() < MANY_INPUTS { FEW_CELLS } else { 0 };
    for most in [few, MAX_CELLS] {
        let limits = Limits { max_cells: limits.max_cells.min(most), ..limits };
        for formula in &formulas {
            if let Some(proof) = proved(network, formula, domain, limits)? {
                told_as(&mut found.circuits, written.as_ref(), formula);
                (found.formula, found.proof) = (Some(formula.clone()), Some(proof));
                return Ok(found);
            }
        }
    }
    Ok(found)
}

/// Has the circuits behind outputs told by a shorter formula for the same function.
pub(crate) fn told_as(circuits: &mut [Circuit], written: Option<&Function>, formula: &Function) {
    let Some(written) = written else { return };
    for (before, after) in written.outputs().iter().zip(formula.outputs()) {
        for circuit in circuits.iter_mut().filter(|circuit| circuit.computes == *before) {
            (circuit.name, circuit.computes) = (name_of(after), after.clone());
        }
    }
}

/// The outputs of a graph as formulas.
fn formula_of(network: &Network<Rational>, graph: &ReluGraph) -> Result<Option<Function>, Error> {
    let mut writer = Writer::new(graph.n_inputs, &graph.relus);
    let outputs: Option<Vec<_>> = graph.outputs.iter().map(|output| writer.write(output)).collect();
    let outputs = outputs.map(|written| written.iter().map(|written| written.expr.clone()).collect());
    outputs.map(|outputs| Function::new(network.input_names().to_vec(), outputs)).transpose()
}

/// The proof that a formula is the network's function, where the two are one graph or have few cells.
fn proved(
    network: &Network<Rational>,
    formula: &Function,
    domain: &Domain,
    limits: Limits<'_>,
) -> Result<Option<Box<Certificate>>, Error> {
    let sides = (Computation::Network(network.clone()), Computation::Function(formula.clone()));
    match prove_within(&sides.0, &sides.1, domain, &Rational::zero(), limits) {
        Ok(Verdict::Proved { certificate, .. }) => Ok(Some(certificate)),
        Ok(Verdict::Refuted(at)) => Err(Error::input(format!("defect: the mechanism was read wrong: {at:?}"))),
        Err(error) if error.is_limit() && !limits.stopped() => Ok(None),
        Err(error) => Err(error),
    }
}
