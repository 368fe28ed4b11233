//! That a network stays near a target: a composition of parts, each a function of one number with a
//! network for it, stands between the two.
//!
//! With what the parts compute, the composition is the target ([`target`]); with the parts' networks it
//! is the network ([`network`]). At one input, every part has two numbers as its argument: the *true* one
//! of the first composition and the *network's* of the second. Their difference, true less network's, is
//! the part's incoming error, and the claim is about the difference at the outputs. Errors are followed
//! from part to part as intervals that hold them for all inputs of the domain ([`errors`]).

mod errors;
mod network;
mod piece;
mod target;

use pellucid_core::{Composition, Domain, Interval, Network, Rational, Target, same_input_order};

use crate::{fits, refuse_if};

/// Bits to which numbers that are not short are rounded outwards.
const BITS: usize = 128;

/// A part's function may have so many nodes times pieces: minutes of work.
const MAX_WORK: usize = 1 << 20;

/// The claim that `low <= target - network <= high` on the domain.
pub(crate) struct Near<'a> {
    pub target: &'a Target,
    pub network: &'a Network<Rational>,
    pub domain: &'a Domain,
    pub low: &'a Rational,
    pub high: &'a Rational,
}

pub(crate) fn approximates(claim: &Near<'_>, composition: &Composition) -> Result<(), String> {
    let Near { target, network, domain, low, high } = claim;
    let n_inputs = target.n_inputs();
    fits(domain, n_inputs)?;
    let sizes = |n_inputs: usize, n_outputs: usize| (n_inputs, n_outputs);
    refuse_if(
        sizes(network.n_inputs(), network.n_outputs()) != sizes(n_inputs, target.n_outputs()),
        "the target and the network have other numbers of inputs or outputs",
    )?;
    same_input_order(target.input_names(), network.input_names()).map_err(|error| error.to_string())?;
    refuse_if(low > high, "the bounds are in the wrong order")?;
    // What holds on the box around the domain holds on the domain.
    let Domain::Box(sides) = domain.hull() else { return Err("the domain is unbounded".into()) };
    let sides: Vec<Interval> = sides.into_iter().map(|(low, high)| Interval::new(low, high)).collect();

    well_formed(composition, n_inputs, target.n_outputs())?;
    let found = errors::follow(composition, &sides)?;
    target::is_what_parts_compute(target, composition)?;
    network::is_the_parts_networks(network, composition, &sides, &found.parts)?;
    let bound = Interval::new((*low).clone(), (*high).clone());
    match found.outputs.iter().find(|error| !bound.includes(error)) {
        None => Ok(()),
        Some(error) => Err(format!("the error is only shown to lie in {}", in_decimals(error))),
    }
}

/// Does everything refer to what is there before it, and do the numbers of inputs and outputs fit?
fn well_formed(composition: &Composition, n_inputs: usize, n_outputs: usize) -> Result<(), String> {
    for (k, part) in composition.parts.iter().enumerate() {
        refuse_if(part.of.n_inputs() > n_inputs + k, "a part uses a part that is not there yet")?;
        let shapes = [
            (part.computes.n_inputs(), part.computes.n_outputs()),
            (part.network.n_inputs(), part.network.n_outputs()),
        ];
        refuse_if(shapes != [(1, 1); 2], "a part is not a function of one number")?;
        let (low, high) = &part.range;
        let ends: Vec<&Rational> = std::iter::once(low).chain(&part.pieces).chain([high]).collect();
        let single = part.pieces.is_empty() && low == high;
        let sizes = part.computes.nodes().iter().map(|(_, tree)| tree).chain(part.computes.outputs());
        let work = sizes.map(|tree| tree.size()).sum::<usize>().saturating_mul(ends.len());
        refuse_if(work > MAX_WORK, "a part has too many pieces for the size of its function")?;
        refuse_if(!single && !ends.windows(2).all(|pair| pair[0] < pair[1]), "a part's pieces do not increase")?;
    }
    let used = composition.outputs.iter().map(|output| output.n_inputs()).max().unwrap_or(0);
    refuse_if(used > n_inputs + composition.parts.len(), "an output uses a part that is not there")?;
    refuse_if(composition.outputs.len() != n_outputs, "the composition has another number of outputs")
}

fn in_decimals(interval: &Interval) -> String {
    let end = |end: Option<&Rational>| end.map_or("no bound".into(), |end| end.to_decimal(8));
    format!("[{}, {}]", end(interval.low()), end(interval.high()))
}
