//! What becomes of a network's deviation when a neuron or a circuit is taken out, or made ideal.

use pellucid_core::{Circuit, Computation, Domain, Error, Layer, Network, NeuronId, Rational};
use pellucid_prove::{Largest, Limits, largest_difference};

use crate::Decompiled;
use crate::mechanism::without;
use crate::neurons::Neuron;
use crate::work::Work;

/// What is done to neurons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Their outputs are set to 0.
    Removed,
    /// Their rows are replaced by the simple ones that they were read as.
    Idealised,
}

impl std::fmt::Display for Change {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Change::Removed => "removed",
            Change::Idealised => "made ideal",
        })
    }
}

/// How far the changed network is from the formula.
#[derive(Clone, Debug)]
pub enum Ablated {
    /// Its exact largest deviation, and where.
    Deviation(Largest),
    /// A limit was reached first: the reason.
    GaveUp(String),
}

/// A neuron or a circuit that was changed.
#[derive(Clone, Debug)]
pub struct Ablation {
    /// The circuit's name and what it computes, as text; `None` for a single neuron.
    pub circuit: Option<String>,
    /// The neurons that were changed.
    pub neurons: Vec<NeuronId>,
    /// How.
    pub change: Change,
    /// How far the changed network is from the formula.
    pub ablated: Ablated,
    /// How much larger that is than the network's own deviation (smaller where negative); `None` where either is
    /// not known or infinite.
    pub difference: Option<Rational>,
}

/// Changes each neuron that does something, and each circuit, and compares with the formula. It walks over the
/// cells of every changed network, so it can take long; where a limit is reached the entry says so.
///
/// # Errors
/// When the formula does not fit the network.
pub fn ablations(
    network: &Network<Rational>,
    found: &Decompiled,
    domain: &Domain,
    limits: Limits<'_>,
) -> Result<Vec<Ablation>, Error> {
    let inputs = network.input_names();
    let ablation = Ablating { network, found, domain, limits };
    let mut entries = Vec::new();
    for neuron in found.neurons.iter().filter(|neuron| neuron.work != Work::Nothing) {
        ablation.both(None, &[neuron.id], &mut entries)?;
    }
    let mut seen: Vec<&[NeuronId]> = Vec::new();
    for circuit in found.circuits.iter().flat_map(Circuit::all).filter(|circuit| circuit.neurons.len() > 1) {
        if !seen.contains(&circuit.neurons.as_slice()) {
            seen.push(&circuit.neurons);
            let text = format!("{}: {}", circuit.name, pellucid_core::expr_to_text(&circuit.computes, inputs));
            ablation.both(Some(text), &circuit.neurons, &mut entries)?;
        }
    }
    Ok(entries)
}

struct Ablating<'a> {
    network: &'a Network<Rational>,
    found: &'a Decompiled,
    domain: &'a Domain,
    limits: Limits<'a>,
}

impl Ablating<'_> {
    /// Removes some neurons, and makes them ideal where they are not.
    fn both(&self, circuit: Option<String>, neurons: &[NeuronId], entries: &mut Vec<Ablation>) -> Result<(), Error> {
        let removed = without(self.network, neurons)?;
        entries.push(self.entry(circuit.clone(), neurons, Change::Removed, removed)?);
        let ideal = with_ideal(self.network, &self.found.neurons, neurons)?;
        if ideal != *self.network {
            entries.push(self.entry(circuit, neurons, Change::Idealised, ideal)?);
        }
        Ok(())
    }

    fn deviation(&self, changed: Network<Rational>) -> Result<Largest, Error> {
        // Even the setting up of many comparisons takes longer than is left then.
        if self.limits.stopped() {
            return Err(Error::limit("not looked at: the work was to stop before"));
        }
        let sides = (Computation::Network(changed), Computation::Function(self.found.formula.clone()));
        largest_difference(&sides.0, &sides.1, self.domain, self.limits)
    }

    fn entry(
        &self,
        circuit: Option<String>,
        neurons: &[NeuronId],
        change: Change,
        changed: Network<Rational>,
    ) -> Result<Ablation, Error> {
        let ablated = match self.deviation(changed) {
            Ok(largest) => Ablated::Deviation(largest),
            Err(error) if error.is_limit() => Ablated::GaveUp(error.to_string()),
            Err(error) => return Err(error),
        };
        let difference = match (&ablated, &self.found.deviation) {
            (Ablated::Deviation(Largest::At(now, _)), Largest::At(before, _)) => Some(now - before),
            _ => None,
        };
        Ok(Ablation { circuit, neurons: neurons.to_vec(), change, ablated, difference })
    }
}

/// The network with the rows of some neurons replaced by those that they were read as.
fn with_ideal(
    network: &Network<Rational>,
    neurons: &[Neuron],
    replaced: &[NeuronId],
) -> Result<Network<Rational>, Error> {
    let mut layers: Vec<Layer<Rational>> = network.layers().to_vec();
    for neuron in neurons.iter().filter(|neuron| replaced.contains(&neuron.id)) {
        let layer = &mut layers[neuron.id.layer];
        layer.weights[neuron.id.index] = neuron.ideal.coefficients.clone();
        layer.biases[neuron.id.index] = neuron.ideal.constant.clone();
    }
    Network::new(Some(network.input_names().to_vec()), layers)
}
