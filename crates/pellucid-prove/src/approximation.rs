//! Certificates that a network stays near a target, from a composition of functions of one number that
//! is proposed for both.
//!
//! What is proposed may come from floats; every bound here is of rationals, and `pellucid-check` works all
//! of them out again in its own way.

mod carry;
mod piece;
mod refine;

use pellucid_core::{
    Certificate, Claim, Composition, Domain, Error, Expr, Interval, Network, Part, Proof, Rational, Target,
    same_input_order,
};

use crate::Limits;
use carry::Carried;

/// Bits to which numbers that are not short are rounded outwards; those of the checker.
const BITS: usize = 128;
/// Bits that a bound may have in a claim; longer ones are rounded outwards to about so many digits.
const MAX_BITS_OF_BOUND: usize = 80;
const DIGITS: i64 = 8;

/// A part of a composition that is proposed: its range and its pieces are found here.
#[derive(Clone, Debug, PartialEq)]
pub struct Proposed {
    /// What number it is of: a tree of the inputs and then of the earlier parts.
    pub of: Expr,
    /// The function of that number: one input, one output.
    pub computes: Target,
    /// The network that stands for it: one input, one output.
    pub network: Network<Rational>,
}

/// A network that is shown to stay near a target.
#[derive(Clone, Debug)]
pub struct Near {
    /// The claim, `low <= target - network <= high` on the domain, with its proof.
    pub certificate: Box<Certificate>,
    /// The lowest that the target less the network is shown to be.
    pub low: Rational,
    /// The highest.
    pub high: Rational,
    /// The pieces of all parts on which errors were bounded.
    pub n_pieces: usize,
}

impl Near {
    /// The largest error, whatever its sign.
    pub fn error(&self) -> Rational {
        self.low.abs().max(self.high.abs())
    }
}

/// Bounds how far a network is from a target on a bounded domain, by a composition that is the target
/// with what its parts compute, and the network with the parts' networks.
///
/// That it is both is not looked at here but by a few points: `pellucid-check` does it in full.
///
/// # Errors
/// When the composition does not fit, is seen not to be the target or the network, or when a function is
/// not seen to be defined, or its slope not to be bounded, where it is used with an error. A limit, when
/// more than `limits.max_cells` pieces would be needed.
pub fn prove_near(
    target: &Target,
    network: &Network<Rational>,
    domain: &Domain,
    parts: &[Proposed],
    outputs: &[Expr],
    limits: Limits<'_>,
) -> Result<Near, Error> {
    target.check_domain(domain)?;
    same_input_order(target.input_names(), network.input_names())?;
    let Domain::Box(sides) = domain.hull() else { return Err(Error::input("the domain is unbounded")) };
    let sides: Vec<Interval> = sides.into_iter().map(|(low, high)| Interval::new(low, high)).collect();
    fits(target, network, parts, outputs)?;
    let mut known: Vec<Carried> = sides.iter().cloned().map(Carried::exact).collect();
    let mut found = Vec::new();
    let mut n_pieces = 0;
    for (k, part) in parts.iter().enumerate() {
        let argument = Carried::tree(&part.of, &known);
        let in_part = |error: Error| match error.is_limit() {
            true => error,
            false => Error::input(format!("part {} ({} of {}): {error}", k + 1, part.computes, argument.network)),
        };
        let (range, pieces, carried) = refine::bound_part(part, &argument, limits, &mut n_pieces).map_err(in_part)?;
        known.push(carried);
        let Proposed { of, computes, network } = part.clone();
        found.push(Part { of, computes, network, range, pieces });
    }
    let error = outputs
        .iter()
        .map(|output| Carried::tree(output, &known).error)
        .reduce(|all, error| all.hull(&error))
        .unwrap_or(Interval::zero());
    let Some((low, high)) = error.ends() else {
        return Err(Error::input(
            "no bound on the error is found: a slope is unbounded where its argument has an error",
        ));
    };
    let (low, high) = (outwards(low, false), outwards(high, true));
    let composition = Composition { parts: found, outputs: outputs.to_vec() };
    agrees_at_points(network, &composition, &sides)?;
    let claim = Claim::Approximates {
        target: target.clone(),
        network: network.clone(),
        domain: domain.clone(),
        low: low.clone(),
        high: high.clone(),
    };
    let certificate = Box::new(Certificate::new(claim, Proof::Approximates(Box::new(composition))));
    Ok(Near { certificate, low, high, n_pieces })
}

fn fits(target: &Target, network: &Network<Rational>, parts: &[Proposed], outputs: &[Expr]) -> Result<(), Error> {
    let n_inputs = target.n_inputs();
    let mut wrong = Vec::new();
    if (network.n_inputs(), network.n_outputs()) != (n_inputs, target.n_outputs()) {
        wrong.push("the target and the network have other numbers of inputs or outputs".to_string());
    }
    if outputs.len() != target.n_outputs() {
        wrong.push("the composition has another number of outputs".into());
    }
    for (k, part) in parts.iter().enumerate() {
        if part.of.n_inputs() > n_inputs + k {
            wrong.push(format!("part {} uses a part that is not there yet", k + 1));
        }
        let one = [part.computes.n_inputs(), part.computes.n_outputs()] == [1, 1];
        if !one || [part.network.n_inputs(), part.network.n_outputs()] != [1, 1] {
            wrong.push(format!("part {} is not a function of one number", k + 1));
        }
    }
    if outputs.iter().any(|output| output.n_inputs() > n_inputs + parts.len()) {
        wrong.push("an output uses a part that is not there".into());
    }
    if wrong.is_empty() { Ok(()) } else { Err(Error::inputs(wrong)) }
}

/// Refuses a composition whose networks give something else than the network at one of a few points.
fn agrees_at_points(network: &Network<Rational>, composition: &Composition, sides: &[Interval]) -> Result<(), Error> {
    for k in 0..17 {
        let at = |(i, side): (usize, &Interval)| {
            let (low, high) = side.ends()?;
            // Shares that run through the box along no axis.
            Some(low + (high - low) * Rational::ratio((k * (7 + 4 * i as i64)) % 17, 16))
        };
        let Some(point) = sides.iter().enumerate().map(at).collect::<Option<Vec<Rational>>>() else { break };
        let mut values = point.clone();
        for part in &composition.parts {
            let argument = part.of.evaluate(&values);
            values.extend(part.network.evaluate(&[argument]));
        }
        let composed: Vec<Rational> = composition.outputs.iter().map(|output| output.evaluate(&values)).collect();
        if composed != network.evaluate(&point) {
            return Err(Error::input(format!("the parts' networks do not make up the network at {point:?}")));
        }
    }
    Ok(())
}

/// The bound itself while it is short, else rounded outwards to a few decimal digits.
fn outwards(bound: &Rational, up: bool) -> Rational {
    if bound.bits() <= MAX_BITS_OF_BOUND {
        return bound.clone();
    }
    let ten = Rational::from(10);
    let mut scale = Rational::one();
    let digits = (0..DIGITS).fold(Rational::one(), |product, _| product * &ten);
    while (bound * &scale).abs() < digits {
        scale = scale * &ten;
    }
    let scaled = bound * &scale;
    let floor = scaled.floor();
    let whole = if up && floor != scaled { floor + Rational::one() } else { floor };
    whole / scale
}
