//! What is left of a network beside its circuits, and how much that can change the outputs.

use pellucid_core::{Computation, Domain, Interval, Network, NeuronId, Rational};
use pellucid_prove::{Largest, Limits, largest_difference};

use super::canonical::{relu_range, row_range};
use crate::neurons::{Neuron, Status};
use crate::work::Work;

/// Neurons that no circuit needs.
#[derive(Clone, Debug, PartialEq)]
pub struct Noise {
    /// Which.
    pub neurons: Vec<NeuronId>,
    /// Why no circuit needs them, in a word: `dead`, `unread`, `decoy`, `rounded away`.
    pub why: &'static str,
    /// No output changes by more than this on the domain when all of them are set to 0; `None` when no bound is
    /// known.
    pub effect: Option<Rational>,
    /// Is the effect reached, or only bounded?
    pub exact: bool,
}

/// The exact effect is looked for on so many cells, in networks of so many inputs and neurons at most.
const MAX_CELLS: usize = 500;
const MAX_INPUTS: usize = 6;
const MAX_NEURONS: usize = 64;

/// What is noise: neurons that do nothing, those that cancel together, and those whose effect was rounded away.
///
/// `needed` tells of a neuron that works whether the formula has anything of it.
pub(crate) fn noise(
    network: &Network<Rational>,
    neurons: &[Neuron],
    domain: &Domain,
    needed: impl Fn(&Neuron) -> bool,
    limits: Limits<'_>,
) -> Vec<Noise> {
    let mut found: Vec<Noise> = Vec::new();
    let nothing = |neurons: Vec<NeuronId>, why| Noise { neurons, why, effect: Some(Rational::zero()), exact: true };
    for neuron in neurons {
        match neuron.status {
            Status::Dead => found.push(nothing(vec![neuron.id], "dead")),
            Status::Unread => found.push(nothing(vec![neuron.id], "unread")),
            Status::Decoy(first) if first == neuron.id => {
                let group = neurons.iter().filter(|n| n.status == Status::Decoy(first)).map(|n| n.id).collect();
                found.push(measured(network, group, "decoy", domain, limits));
            }
            Status::Decoy(_) => {}
            _ if neuron.work == Work::Nothing || needed(neuron) => {}
            _ => found.push(measured(network, vec![neuron.id], "rounded away", domain, limits)),
        }
    }
    found
}

fn measured(
    network: &Network<Rational>,
    neurons: Vec<NeuronId>,
    why: &'static str,
    domain: &Domain,
    limits: Limits<'_>,
) -> Noise {
    let effect = effect_bound(network, &neurons, domain);
    // Of one neuron in one layer the bound is reached.
    if network.hidden_layers().len() == 1 && neurons.len() == 1 {
        return Noise { neurons, why, effect, exact: true };
    }
    let small = network.n_inputs() <= MAX_INPUTS && network.hidden_neurons() <= MAX_NEURONS;
    if small && let Ok(without) = without(network, &neurons) {
        let limits = Limits { max_cells: limits.max_cells.min(MAX_CELLS), ..limits };
        let sides = (Computation::Network(network.clone()), Computation::Network(without));
        if let Ok(Largest::At(effect, _)) = largest_difference(&sides.0, &sides.1, domain, limits) {
            return Noise { neurons, why, effect: Some(effect), exact: true };
        }
    }
    Noise { neurons, why, effect, exact: false }
}

/// The network with the outputs of some neurons set to 0: their weights out are.
///
/// # Errors
/// Never for neurons of the network.
pub(crate) fn without(
    network: &Network<Rational>,
    neurons: &[NeuronId],
) -> Result<Network<Rational>, pellucid_core::Error> {
    let mut layers = network.layers().to_vec();
    for id in neurons {
        if let Some(next) = layers.get_mut(id.layer + 1) {
            let weights = next.weights.iter_mut().filter_map(|row| row.get_mut(id.index));
            weights.for_each(|weight| *weight = Rational::zero());
        }
    }
    Network::new(Some(network.input_names().to_vec()), layers)
}

/// No output changes by more than this when neurons are set to 0, by bounds on every value and on every change;
/// `None` when bounds are infinite.
fn effect_bound(network: &Network<Rational>, neurons: &[NeuronId], domain: &Domain) -> Option<Rational> {
    let mut values = domain.intervals(network.n_inputs());
    let mut changes = vec![Interval::zero(); network.n_inputs()];
    for (layer, rows) in network.hidden_layers().iter().enumerate() {
        let (mut next, mut changed) = (Vec::new(), Vec::new());
        for (index, (weights, bias)) in rows.weights.iter().zip(&rows.biases).enumerate() {
            let range = row_range(weights, bias, &values);
            let value = relu_range(&range);
            let change = if neurons.contains(&NeuronId { layer, index }) {
                value.negated()
            } else {
                // A ReLU passes all of a change on, or a part of it, and its value stays at least 0.
                let change = row_range(weights, &Rational::zero(), &changes).hull(&Interval::zero());
                let most = value.negated().hull(&relu_range(&Interval::EVERYTHING));
                change.meet(&most).unwrap_or(change)
            };
            next.push(value);
            changed.push(change);
        }
        (values, changes) = (next, changed);
    }
    let output = network.output_layer();
    let effects = output.weights.iter().map(|weights| {
        let change = row_range(weights, &Rational::zero(), &changes);
        change.ends().map(|(low, high)| low.abs().max(high.abs()))
    });
    effects.collect::<Option<Vec<Rational>>>()?.into_iter().max()
}
