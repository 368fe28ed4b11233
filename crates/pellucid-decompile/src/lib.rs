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
mod finite;
mod form_to_expr;
mod function;
mod lattice;
mod max_min;
mod neurons;
mod pieces;
mod remarks;
mod rounded_form;
mod rounding_ladder;
mod samples;
mod scale;
mod shorten;
mod simplest;
mod summary;
mod target;

use pellucid_core::{Biases, Certificate, Circuit, Domain, Error, Function, Layer, Network, Rational};
use pellucid_prove::{Apart, Largest, Limits, OneLayerForm, count, representable_graph};

use crate::circuits::{Rounding, circuits_of};
use crate::deviation::{certify, deviation};
use crate::finite::{formula_at_points, neurons_at_points, remarks_at_points};
use crate::function::{Suggested, suggest};
use crate::lattice::lattice_form;
use crate::remarks::remarks;
use crate::rounding_ladder::{Reading, exact_reading, rounded_reading};

pub use form_to_expr::form_to_expr;
pub use neurons::{Neuron, Status};
pub use shorten::shorten;
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
    /// The share of the domain's volume where the deviation is above the tolerance, from below and from above;
    /// `None` where volumes are not known (see [`pellucid_prove::Apart`]).
    pub beyond: Option<(Rational, Rational)>,
    /// Is the deviation within the tolerance? Where only numbers as long as the network's own would
    /// get there, the formula is a shorter one and this is false.
    pub explained: bool,
    /// That the deviation is no larger; `None` when it is infinite, and where the proof is too long to be kept:
    /// [`pellucid_prove::prove_within_to`] writes it out.
    pub certificate: Option<Certificate>,
    /// A longer formula that is within the tolerance everywhere, where the simple one is not.
    pub closer: Option<Closer>,
    /// Every hidden neuron (of a network with one hidden layer).
    pub neurons: Vec<Neuron>,
    /// The circuits that the neurons form, one an output.
    pub circuits: Vec<Circuit>,
    /// The widths of the smallest network known for the formula, with one hidden layer; `None` when
    /// one layer cannot compute it, and at finitely many points, where it takes the compiler.
    pub reduced_widths: Option<Vec<usize>>,
    /// What else a reader should know, one sentence each.
    pub remarks: Vec<String>,
    /// The comparison with the target, when one was given.
    pub against_target: Option<AgainstTarget>,
}

/// A longer formula that is nearer to the network.
#[derive(Clone, Debug)]
pub struct Closer {
    /// What the network computes, up to the deviation.
    pub formula: Function,
    /// The exact largest deviation, and where it occurs.
    pub deviation: Largest,
    /// That it is no larger, as [`Decompiled::certificate`].
    pub certificate: Option<Certificate>,
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
/// When the domain does not fit, a limit is reached, or no formula is near the network.
pub fn decompile(network: &Network<Rational>, question: &Question<'_>) -> Result<Decompiled, Error> {
    if let Domain::Finite { .. } = question.domain {
        return at_points(network, question);
    }
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
    let mut found = Found { formula, apart: deviation, closer: None };
    let mut reduced_widths = Some(smallest_widths(&form, question)?);
    if !exact && let Some(simple) = simpler(network, &found, question)? {
        reduced_widths = widths_of(&simple.formula, question)?;
        found = simple;
    }
    let rounding = Rounding { domain: &question.domain, slack: &slack, swings: &swings };
    let circuits = circuits_of(&neurons, &found.formula, &rounding);
    let remarks = remarks(&neurons, network.input_names());
    let against_target = compared(network, &neurons, question)?;
    Ok(Decompiled { circuits, reduced_widths, remarks, against_target, neurons, ..found.certified(network, question)? })
}

/// A formula with its exact deviation.
struct Found {
    formula: Function,
    apart: Apart,
    closer: Option<(Function, Largest)>,
}

impl Found {
    fn is_within(&self, tolerance: &Rational) -> bool {
        matches!(&self.apart.largest, Largest::At(most, _) if most <= tolerance)
    }

    /// The answer with the proofs of its deviations, so far without neurons.
    fn certified(self, network: &Network<Rational>, question: &Question<'_>) -> Result<Decompiled, Error> {
        let certificate = certify(network, &self.formula, &self.apart.largest, question)?;
        let closer = match self.closer {
            None => None,
            Some((formula, deviation)) => {
                let certificate = certify(network, &formula, &deviation, question)?;
                Some(Closer { formula, deviation, certificate })
            }
        };
        Ok(Decompiled {
            explained: matches!(&self.apart.largest, Largest::At(most, _) if *most <= question.tolerance),
            formula: self.formula,
            deviation: self.apart.largest,
            beyond: self.apart.beyond,
            certificate,
            closer,
            neurons: Vec::new(),
            circuits: Vec::new(),
            reduced_widths: None,
            remarks: Vec::new(),
            against_target: None,
        })
    }
}

/// The formula that the large affine pieces suggest, where it is shorter than the one that the neurons give
/// and as near on the whole, or nearer.
fn simpler(network: &Network<Rational>, known: &Found, question: &Question<'_>) -> Result<Option<Found>, Error> {
    let Some(pieces) = by_pieces(network, question)? else { return Ok(None) };
    let is_shorter = pieces.formula.to_string().len() < known.formula.to_string().len();
    let (is_within, was_within) = (pieces.is_within(&question.tolerance), known.is_within(&question.tolerance));
    if !is_shorter && (was_within || !is_within) {
        return Ok(None);
    }
    let closer = pieces
        .closer
        .clone()
        .or_else(|| (was_within && !is_within).then(|| (known.formula.clone(), known.apart.largest.clone())));
    Ok(Some(Found { closer, ..pieces }))
}

/// How often a formula is looked for again, with the points where the last one was off.
const N_CORRECTIONS: usize = 3;

/// The formula that the large affine pieces suggest, with its exact deviation; `None` when nothing simple is near
/// the network.
fn by_pieces(network: &Network<Rational>, question: &Question<'_>) -> Result<Option<Found>, Error> {
    let tolerance = &question.tolerance;
    let mut points = Vec::new();
    let mut best: Option<Found> = None;
    let mut close = None;
    for _ in 0..=N_CORRECTIONS {
        let Some(suggested) = suggest(network, question, &points)? else { break };
        let apart = deviation(network, &suggested.simple, question).map_err(|error| unproved(error, &suggested))?;
        let found = Found { formula: suggested.simple, apart, closer: None };
        let is_within = found.is_within(tolerance);
        let Largest::At(most, point) = found.apart.largest.clone() else { return Ok(Some(found)) };
        close = suggested.close;
        let is_better = |known: &Found| matches!(&known.apart.largest, Largest::At(known, _) if most < *known);
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
        let largest = deviation(network, &formula, question)?.largest;
        if matches!(&largest, Largest::At(most, _) if most <= tolerance) {
            best.closer = Some((formula, largest));
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

/// More than one hidden layer, trained weights: what the large affine pieces say.
fn trained_deeper(network: &Network<Rational>, question: &Question<'_>) -> Result<Decompiled, Error> {
    let Some(found) = by_pieces(network, question)? else {
        return Err(Error::limit("found no simple formula that is near the network"));
    };
    Ok(Decompiled {
        reduced_widths: widths_of(&found.formula, question)?,
        remarks: vec![
            "the formula is read off the network's large affine pieces; its neurons are not named".to_string(),
        ],
        against_target: compared(network, &[], question)?,
        ..found.certified(network, question)?
    })
}

/// More than one hidden layer, exact weights: the formula alone.
fn deeper(network: &Network<Rational>, question: &Question<'_>) -> Result<Decompiled, Error> {
    if !question.tolerance.is_zero() {
        return trained_deeper(network, question);
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
    let apart = deviation(network, &formula, question)?;
    Ok(Decompiled {
        reduced_widths: form.as_ref().map(|form| smallest_widths(form, question)).transpose()?,
        remarks: vec!["the formula is read off the network's cells; its neurons are not named".to_string()],
        against_target: compared(network, &[], question)?,
        ..Found { formula, apart, closer: None }.certified(network, question)?
    })
}

/// The widths of the smallest network with one hidden layer for a formula, where there is one.
fn widths_of(formula: &Function, question: &Question<'_>) -> Result<Option<Vec<usize>>, Error> {
    match representable_graph(&formula.to_relu_graph(), &question.domain, question.limits) {
        Ok(form) => form.map(|form| smallest_widths(&form, question)).transpose(),
        Err(error) if question.limits.stopped() => Err(error),
        Err(_) => Ok(None),
    }
}

/// At finitely many points: a formula for the values there, and what the neurons of one layer do there.
fn at_points(network: &Network<Rational>, question: &Question<'_>) -> Result<Decompiled, Error> {
    let formula = formula_at_points(network, question)?;
    let apart = deviation(network, &formula, question)?;
    let neurons = neurons_at_points(network, question)?;
    Ok(Decompiled {
        remarks: remarks_at_points(network, &neurons, question)?,
        against_target: compared(network, &neurons, question)?,
        neurons,
        ..Found { formula, apart, closer: None }.certified(network, question)?
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
