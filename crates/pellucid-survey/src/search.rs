//! The search for smaller circuits: train many small networks, make the numbers of those that come close simple,
//! solve the rest exactly, and prove.
//!
//! Floats suggest everything: which shapes, which weights, which simple numbers they stand for. What is reported is a
//! network of rationals with a certificate that it computes the function.

mod repair;
mod samples;
mod small_net;

use std::sync::atomic::{AtomicBool, Ordering};

use pellucid_core::{Biases, Certificate, Computation, Domain, Error, Function, Network, Rational, WrittenNetwork};
use pellucid_prove::{Limits, Representable, Verdict, prove_within, representable};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use samples::Samples;
use small_net::SmallNet;

/// What is searched for.
#[derive(Clone, Debug)]
pub struct Sought {
    /// The function.
    pub function: Function,
    /// Where it is to be computed.
    pub domain: Domain,
    /// Only networks with fewer hidden neurons count.
    pub smaller_than: usize,
    /// Networks tried of each shape at most.
    pub tries: u64,
}

/// A network that was found, with its proof.
#[derive(Clone, Debug)]
pub struct FoundCircuit {
    /// The network.
    pub network: Network<Rational>,
    /// That it computes the function.
    pub certificate: Certificate,
}

/// What a search has done: enough to go on with it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct SearchState {
    /// Function, inputs, and domain, as a text: a state is for one question.
    pub question: String,
    /// For each shape (its hidden widths joined by `-`) how many networks were tried.
    pub tried: std::collections::BTreeMap<String, u64>,
    /// The smallest network so far.
    pub found: Option<WrittenNetwork>,
}

/// How a search ended.
#[derive(Clone, Debug)]
pub struct Searched {
    /// The smallest network found.
    pub found: Option<FoundCircuit>,
    /// Networks that were tried, in all runs of this search.
    pub n_tried: u64,
    /// No network has fewer hidden neurons, as far as is proved; with the reason.
    pub lower_bound: (usize, String),
    /// Was every shape tried as often as was asked, or none is left?
    pub is_complete: bool,
}

impl SearchState {
    /// The text by which a state knows its question.
    pub fn question_of(sought: &Sought) -> String {
        format!("({}) -> {} on {}", sought.function.input_names().join(", "), sought.function, sought.domain)
    }

    /// How many networks were tried.
    pub fn n_tried(&self) -> u64 {
        self.tried.values().sum()
    }
}

/// Networks of one shape that are tried before the next shape's turn.
const ROUND: u64 = 32;
/// More hidden layers are not tried.
const MOST_LAYERS: usize = 3;

/// Searches; `on_round` is told the state after every round, so that it can be kept.
///
/// A network depends on its shape and on how many were tried before it alone, so a search that was interrupted goes on
/// as if it had not been.
///
/// ```
/// use std::sync::atomic::AtomicBool;
/// use pellucid_core::{Domain, Function};
/// use pellucid_survey::{SearchState, Sought, search};
/// let function = Function::parse("abs(x1)").unwrap();
/// let sought = Sought { function, domain: Domain::Everywhere, smaller_than: 3, tries: 200 };
/// let mut state = SearchState::default();
/// let done = search(&sought, &mut state, (1, String::new()), |_| {}, &AtomicBool::new(false)).unwrap();
/// assert_eq!(done.found.unwrap().network.hidden_neurons(), 2);
/// ```
///
/// # Errors
/// When the domain does not fit, or the state is that of another question.
pub fn search(
    sought: &Sought,
    state: &mut SearchState,
    lower_bound: (usize, String),
    mut on_round: impl FnMut(&SearchState),
    cancel: &AtomicBool,
) -> Result<Searched, Error> {
    let Sought { function, domain, .. } = sought;
    if !domain.fits(function.n_inputs()) {
        return Err(Error::input(format!("the domain {domain} does not fit {} inputs", function.n_inputs())));
    }
    let question = SearchState::question_of(sought);
    if state.question.is_empty() {
        state.question = question;
    } else if state.question != question {
        return Err(Error::input(format!(
            "this is the state of another search\n  it is for {}\n  asked is {question}",
            state.question
        )));
    }
    let stop = || cancel.load(Ordering::Relaxed);
    let limits = Limits { stop: Some(&stop), ..Limits::default() };
    let one_layer_will_do = match domain {
        Domain::Finite { .. } => true,
        _ => !matches!(representable(function, domain, limits), Ok(Representable::No(_))),
    };
    let samples = Samples::of(function, domain, limits)?;
    let mut found = match &state.found {
        Some(written) => proved(sought, Network::try_from(written.clone())?, limits)?,
        None => None,
    };
    let mut is_complete = true;
    loop {
        let below = found.as_ref().map_or(sought.smaller_than, |f| f.network.hidden_neurons().min(sought.smaller_than));
        let size = below.saturating_sub(1);
        if size < lower_bound.0.max(1) {
            break;
        }
        let shapes = shapes(size, one_layer_will_do);
        let mut better = None;
        'rounds: loop {
            let mut is_over = true;
            for shape in &shapes {
                let key = shape.iter().map(ToString::to_string).collect::<Vec<_>>().join("-");
                let tried = state.tried.get(&key).copied().unwrap_or(0);
                let end = (tried + ROUND).min(sought.tries);
                if tried >= end {
                    continue;
                }
                is_over = false;
                if stop() {
                    is_complete = false;
                    break 'rounds;
                }
                let seeds: Vec<u64> = (tried..end).collect();
                let tries = seeds.par_iter().map(|seed| attempt(sought, &samples, shape, *seed, limits));
                let outcomes: Vec<Option<FoundCircuit>> = tries.collect::<Result<_, _>>()?;
                if stop() {
                    // What was cut short is done again.
                    is_complete = false;
                    break 'rounds;
                }
                state.tried.insert(key, end);
                better = outcomes.into_iter().flatten().min_by_key(|found| found.network.hidden_neurons());
                if let Some(better) = &better {
                    state.found = Some(WrittenNetwork::from(&better.network));
                }
                on_round(state);
                if better.is_some() {
                    break 'rounds;
                }
            }
            if is_over {
                break;
            }
        }
        match better {
            Some(better) => found = Some(better),
            None => break,
        }
    }
    Ok(Searched { found, n_tried: state.n_tried(), lower_bound, is_complete })
}

/// The shapes of a size: one layer, two layers that narrow, then the rest.
fn shapes(size: usize, one_layer_will_do: bool) -> Vec<Vec<usize>> {
    let mut all: Vec<Vec<usize>> = Vec::new();
    if one_layer_will_do {
        all.push(vec![size]);
    }
    for n_layers in 2..=MOST_LAYERS {
        let mut ways: Vec<Vec<usize>> = vec![vec![]];
        for layer in 0..n_layers {
            let left = n_layers - layer - 1;
            ways = ways
                .into_iter()
                .flat_map(|way| {
                    let rest = size.saturating_sub(way.iter().sum::<usize>());
                    let widths = if left == 0 { rest..=rest } else { 1..=rest.saturating_sub(left) };
                    widths.map(move |width| [way.as_slice(), &[width]].concat()).collect::<Vec<_>>()
                })
                .filter(|way| way.iter().all(|width| *width > 0))
                .collect();
        }
        ways.sort_by_key(|way| (way.windows(2).any(|w| w[0] < w[1]), std::cmp::Reverse(way.last().copied())));
        all.extend(ways);
    }
    all
}

/// Trains one network, and if it comes close makes it exact and proves it.
fn attempt(
    sought: &Sought,
    samples: &Samples,
    shape: &[usize],
    seed: u64,
    limits: Limits<'_>,
) -> Result<Option<FoundCircuit>, Error> {
    if limits.stopped() {
        return Ok(None);
    }
    let mut net = SmallNet::random(samples.n_inputs(), shape, samples.n_outputs(), samples.bias, seed);
    if !net.fit(samples, limits) {
        return Ok(None);
    }
    match repair::repair(&mut net, samples, &sought.function, limits) {
        Some(network) => proved(sought, network, limits),
        None => Ok(None),
    }
}

/// The network with a proof that it computes the function, if it does.
fn proved(sought: &Sought, network: Network<Rational>, limits: Limits<'_>) -> Result<Option<FoundCircuit>, Error> {
    let sides = (Computation::Network(network.clone()), Computation::Function(sought.function.clone()));
    match prove_within(&sides.0, &sides.1, &sought.domain, &Rational::zero(), limits) {
        Ok(Verdict::Proved { certificate, .. }) => Ok(Some(FoundCircuit { network, certificate: *certificate })),
        Ok(Verdict::Refuted(_)) => Ok(None),
        Err(error) if error.is_limit() => Ok(None),
        Err(error) => Err(error),
    }
}

/// What is proved already about how small a network can be, of whatever depth.
///
/// # Errors
/// When the function cannot be compiled there, or a limit is reached.
pub fn known_size(function: &Function, domain: &Domain, limits: Limits<'_>) -> Result<(usize, (usize, String)), Error> {
    let known = pellucid_compile::compile(function, domain, Biases::ALLOWED, limits)?;
    let minimality = &known.minimality;
    let bound = match &minimality.any_depth {
        Some(bound) => (bound.at_least, bound.reason.clone()),
        None => (1, "no bound is known for networks of any depth".into()),
    };
    Ok((known.network.hidden_neurons(), bound))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_have_the_size_and_are_all_there() {
        let all = shapes(5, true);
        assert!(all.iter().all(|shape| shape.iter().sum::<usize>() == 5));
        // 1 of one layer, 4 of two, 6 of three.
        assert_eq!(all.iter().collect::<std::collections::BTreeSet<_>>().len(), 11);
        assert_eq!(all[..2], [vec![5], vec![3, 2]]);
        assert_eq!(shapes(1, false), Vec::<Vec<usize>>::new());
    }
}
