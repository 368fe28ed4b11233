//! An entry compiled on a domain: the smallest of all its circuits, each proved equal.

use pellucid_core::{Biases, Certificate, Computation, Domain, Error, Network, Rational};
use pellucid_prove::{Limits, Verdict, prove_within};

use super::Entry;
use crate::graph_to_network::Effort;
use crate::{Compiled, compile, graph_to_network};

/// Other circuits are made smaller where they have so many neurons at most: it takes long for large ones.
const MOST_MADE_SMALLER: usize = 20;

/// A circuit that was tried for an entry.
#[derive(Clone, Debug)]
pub struct KnownCircuit {
    /// Where it comes from.
    pub by: String,
    /// Its hidden layers' widths.
    pub widths: Vec<usize>,
}

/// What is known about an entry on a domain.
#[derive(Clone, Debug)]
pub struct Sized {
    /// The smallest network, with its proofs.
    pub compiled: Compiled,
    /// All circuits that were proved equal to the function, the smallest first.
    pub circuits: Vec<KnownCircuit>,
}

/// Compiles an entry on a domain. Circuits known by hand are tried too: what is smaller, and is proved
/// equal, is taken.
///
/// ```
/// use pellucid_compile::library::{entry, sized};
/// use pellucid_core::Domain;
/// let known = sized(&entry("minimum").unwrap(), &Domain::Everywhere, Default::default()).unwrap();
/// assert_eq!(known.compiled.network.shape(), [2, 3, 1]);
/// assert!(known.compiled.minimality.proved);
/// ```
///
/// # Errors
/// When the function cannot be compiled there, or a limit is reached.
pub fn sized(entry: &Entry, domain: &Domain, limits: Limits<'_>) -> Result<Sized, Error> {
    let mut compiled = compile(&entry.function, domain, Biases::ALLOWED, limits)?;
    let mut circuits = vec![KnownCircuit { by: "compiled from the formula".into(), widths: compiled.network.widths() }];
    let mut others: Vec<(String, Network<Rational>)> = Vec::new();
    for (other, why) in &entry.also {
        let inputs = other.input_names().to_vec();
        // Between finitely many points a circuit computes what it likes: it is put together for the box around them.
        let around = domain.clone().without_gaps();
        let composed = graph_to_network(&other.to_relu_graph(), &around, inputs, Effort::Full)?;
        // At the points alone all of them are the function that was compiled already.
        let is_worth_it = composed.hidden_neurons() <= MOST_MADE_SMALLER && around == *domain;
        others.push((why.clone(), composed));
        if !is_worth_it {
            continue;
        }
        match compile(other, domain, Biases::ALLOWED, limits) {
            Ok(smaller) => others.push((format!("{why}, made smaller"), smaller.network)),
            Err(error) if error.is_limit() => {}
            Err(error) => return Err(error),
        }
    }
    for (by, network) in others {
        let size = network.hidden_neurons();
        let is_known = circuits.iter().any(|known| known.widths == network.widths());
        if is_known && size >= compiled.network.hidden_neurons() {
            continue;
        }
        let sides = (Computation::Function(entry.function.clone()), Computation::Network(network.clone()));
        let verdict = match prove_within(&sides.0, &sides.1, domain, &Rational::zero(), limits) {
            Err(error) if error.is_limit() => continue,
            other => other?,
        };
        // A circuit may compute the function on the box alone.
        let Verdict::Proved { certificate, n_cells } = verdict else { continue };
        circuits.push(KnownCircuit { by, widths: network.widths() });
        if size < compiled.network.hidden_neurons() {
            take(&mut compiled, network, *certificate, n_cells);
        }
    }
    circuits.sort_by_key(|circuit| circuit.widths.iter().sum::<usize>());
    Ok(Sized { compiled, circuits })
}

/// Puts a smaller network in the place of the one that was compiled.
fn take(compiled: &mut Compiled, network: Network<Rational>, certificate: Certificate, n_cells: usize) {
    let minimality = &mut compiled.minimality;
    // What was proved about one layer says nothing about a deeper network.
    let (at_least, reason) = match &minimality.any_depth {
        Some(bound) => (bound.at_least, bound.reason.clone()),
        None => (1, "no bound is known for networks of any depth".to_string()),
    };
    minimality.lower_bound = at_least;
    minimality.proved = at_least == network.hidden_neurons();
    minimality.reason = reason;
    (compiled.network, compiled.certificate, compiled.n_cells) = (network, certificate, n_cells);
}
