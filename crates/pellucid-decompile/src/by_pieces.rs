//! Formulas that the large affine pieces of a network suggest, each with its exact deviation.

use pellucid_core::{Error, Expr, Function, Network, Rational};
use pellucid_prove::Largest;

use crate::Question;
use crate::deviation::{Deviation, deviation};
use crate::found::Found;
use crate::function::{Suggested, suggest};
use crate::rounding_ladder::SIMPLE_BITS;
use crate::shorten::is_plain;

/// The numbers of a plain formula of at most so many characters are simple: nothing shorter is looked for.
pub const PLAIN_LENGTH: usize = 24;

/// Is a formula so short and plain that no simpler one is looked for?
pub fn is_plain_formula(formula: &Function) -> bool {
    formula.to_string().len() <= PLAIN_LENGTH && formula.outputs().iter().all(is_plain)
}

/// The formula that the large affine pieces suggest, `first` being the first one, where it is shorter than the one
/// that the neurons give and as near on the whole, or nearer.
///
/// # Errors
/// When a limit is reached.
pub fn simpler(
    network: &Network<Rational>,
    known: &Found,
    first: Suggested,
    question: &Question<'_>,
) -> Result<Option<Found>, Error> {
    let was_within = known.is_within(&question.tolerance);
    let length = |formula: &Function| formula.to_string().len();
    let known_length = length(&known.formula);
    // What would not be taken need not be proved; floats see well what is off by twice the tolerance.
    let is_off = first.off > 2.0 * question.tolerance.to_f64();
    if length(&first.simple) >= known_length && (was_within || is_off) {
        return Ok(None);
    }
    let Some(pieces) = from_first(network, question, first, None)? else { return Ok(None) };
    let is_shorter = length(&pieces.formula) < known_length;
    let is_within = pieces.is_within(&question.tolerance);
    if !is_shorter && (was_within || !is_within) {
        return Ok(None);
    }
    if is_within && !is_shorter && pieces.formula.outputs().iter().map(number_bits).sum::<usize>() > SIMPLE_BITS {
        // Numbers as long as the network's own explain nothing.
        let closer = Some((pieces.formula, pieces.deviation));
        return Ok(Some(Found { formula: known.formula.clone(), deviation: known.deviation.clone(), closer }));
    }
    let closer = pieces
        .closer
        .clone()
        .or_else(|| (was_within && !is_within).then(|| (known.formula.clone(), known.deviation.clone())));
    Ok(Some(Found { closer, ..pieces }))
}

/// The bits of all numbers of a tree that say something: not 0, 1 or -1.
fn number_bits(expr: &Expr) -> usize {
    let bits = |value: &Rational| if value.is_zero() || value.abs().is_one() { 0 } else { value.bits() };
    let own = match expr {
        Expr::Constant(value) | Expr::Scale(value, _) => bits(value),
        Expr::Pwl(_, points) => points.iter().map(|(x, y)| bits(x) + bits(y)).sum(),
        _ => 0,
    };
    own + expr.children().iter().map(number_bits).sum::<usize>()
}

/// How often a formula is looked for again, with the points where the last one was off.
const N_CORRECTIONS: usize = 3;

/// The formula that the large affine pieces suggest, with its exact deviation; `None` when nothing simple is near
/// the network.
///
/// # Errors
/// When a limit is reached; then it is said what was found.
pub fn by_pieces(network: &Network<Rational>, question: &Question<'_>) -> Result<Option<Found>, Error> {
    looked_for(network, question, None, None)
}

/// The same, from a first suggestion that is known already; `compared` is a formula whose deviation is known.
///
/// # Errors
/// When a limit is reached.
pub fn from_first(
    network: &Network<Rational>,
    question: &Question<'_>,
    first: Suggested,
    compared: Option<(Function, Deviation)>,
) -> Result<Option<Found>, Error> {
    looked_for(network, question, Some(first), compared)
}

fn looked_for(
    network: &Network<Rational>,
    question: &Question<'_>,
    mut first: Option<Suggested>,
    mut compared: Option<(Function, Deviation)>,
) -> Result<Option<Found>, Error> {
    let tolerance = &question.tolerance;
    let mut points = Vec::new();
    let mut best: Option<Found> = None;
    let mut close = None;
    for _ in 0..=N_CORRECTIONS {
        let suggested = match first.take() {
            None => suggest(network, question, &points)?,
            first => first,
        };
        let Some(suggested) = suggested else { break };
        let deviation = match compared.take() {
            Some((formula, deviation)) if formula == suggested.simple => deviation,
            _ => deviation(network, &suggested.simple, question).map_err(|error| unproved(error, &suggested))?,
        };
        let found = Found { formula: suggested.simple, deviation, closer: None };
        let is_within = found.is_within(tolerance);
        let Largest::At(most, point) = found.deviation.apart.largest.clone() else { return Ok(Some(found)) };
        close = suggested.close;
        let is_better =
            |known: &Found| matches!(&known.deviation.apart.largest, Largest::At(known, _) if most < *known);
        if best.as_ref().is_none_or(is_better) {
            best = Some(found);
        }
        // Where it is off at the points already, it is as good as it gets.
        if is_within || suggested.off > tolerance.to_f64() || points.contains(&point) {
            break;
        }
        points.push(point);
    }
    if let (Some(best), Some(formula)) = (&mut best, close) {
        let deviation = deviation(network, &formula, question)?;
        if deviation.is_within(tolerance) {
            best.closer = Some((formula, deviation));
        }
    }
    Ok(best)
}

/// A limit that was reached before a deviation was proved; what was found is worth knowing even so.
fn unproved(error: Error, suggested: &Suggested) -> Error {
    if !error.is_limit() {
        return error;
    }
    let off = Rational::from_f64(suggested.off).unwrap_or_default().to_decimal(3);
    let formula = &suggested.simple;
    Error::limit(format!("{error}; not proved: it looks like {formula}, off by {off} at some of the points tried"))
}
