//! From a ReLU network to its features, circuits and formula, with the exact deviation of the
//! formula from the network.
//!
//! [`decompile`] is the whole pipeline. A network with exact weights is written out exactly: by its hinges, by what
//! its neurons compose, or by its cells, whichever is shortest. A trained one is read by its rounded neurons, where
//! it has one hidden layer, and by the few affine maps that it follows nearly everywhere; the simplest formula that
//! is within the tolerance in the mean is the answer. How far it is off at most is then decided exactly: where that
//! is above the tolerance the answer is not called explained. Finitely many points have formulas of their own.

mod ablation;
mod affine_to_expr;
mod by_pieces;
mod circuits;
mod deviation;
mod finite;
mod form_to_expr;
mod found;
mod function;
mod hidden_rows;
mod lattice;
mod max_min;
mod mechanism;
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
mod work;

use pellucid_core::{Biases, Certificate, Circuit, Domain, Error, Function, Layer, Network, Rational};
use pellucid_prove::{Largest, Limits, OneLayerForm, count, representable_graph};

use crate::by_pieces::{by_pieces, from_first, is_plain_formula, simpler};
use crate::circuits::{Rounding, circuits_at_points, circuits_of, without_noise};
use crate::deviation::deviation;
use crate::finite::{formula_at_points, neurons_at_points, remarks_at_points};
use crate::found::Found;
use crate::function::suggest;
use crate::lattice::lattice_form;
use crate::mechanism::{Mechanism, mechanism, noise, told_as, told_beside};
use crate::remarks::remarks;
use crate::rounding_ladder::{Climbed, Reading, Rows, climbed, exact_reading};

pub use ablation::{Ablated, Ablation, Change, ablations};
pub use form_to_expr::form_to_expr;
pub use hidden_rows::rounded_row;
pub use mechanism::Noise;
pub use neurons::{Neuron, Status};
pub use shorten::shorten;
pub use target::AgainstTarget;
pub use work::Work;

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
    /// What no circuit needs, each with its largest effect on an output.
    pub noise: Vec<Noise>,
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
    let ReadLayer { rows: Rows { mut neurons, slack, swings }, form, found } = read_layer(network, hidden, question)?;
    for neuron in &mut neurons {
        if form.as_ref().is_some_and(|form| carries(neuron, form, question)) {
            neuron.work = Work::Carries;
        }
    }
    let reduced_widths = form.as_ref().map(|form| smallest_widths(form, question)).transpose()?;
    let rounding = Rounding { domain: &question.domain, slack: &slack, swings: &swings };
    let circuits = circuits_of(&neurons, &found.formula, &rounding);
    let needed = |neuron: &Neuron| form.as_ref().is_none_or(|form| is_needed(neuron, form));
    let noise = noise(network, &neurons, &question.domain, needed, question.limits);
    let circuits = without_noise(circuits, &noise);
    let remarks = remarks(&neurons, network.input_names());
    let against_target = compared(network, &neurons, question)?;
    Ok(Decompiled {
        circuits,
        reduced_widths,
        noise,
        remarks,
        against_target,
        neurons,
        ..found.certified(network, question)?
    })
}

/// One hidden layer, read.
struct ReadLayer {
    rows: Rows,
    /// The formula's form, where one hidden layer can compute it.
    form: Option<OneLayerForm>,
    found: Found,
}

impl From<Reading> for ReadLayer {
    fn from(reading: Reading) -> Self {
        let found = Found { formula: reading.formula, deviation: reading.deviation, closer: None };
        ReadLayer { rows: reading.rows, form: Some(reading.form), found }
    }
}

/// Neurons and formula of one hidden layer: exact ones, or by rounded rows or large pieces, whichever is simpler.
fn read_layer(
    network: &Network<Rational>,
    hidden: &Layer<Rational>,
    question: &Question<'_>,
) -> Result<ReadLayer, Error> {
    if question.tolerance.is_zero() || hidden.weights.is_empty() {
        return Ok(exact_reading(network, hidden, question)?.into());
    }
    let (read, first, missed): (ReadLayer, _, _) = match climbed(network, hidden, question)? {
        Climbed::Reached(reading) if is_plain_formula(&reading.formula) => return Ok((*reading).into()),
        Climbed::Reached(reading) => ((*reading).into(), suggest(network, question, &[])?, None),
        Climbed::Missed(mut missed) => {
            let first = match missed.take_near().filter(|_| missed.is_beyond()) {
                Some(near) => Some(near),
                None => suggest(network, question, &[])?,
            };
            if missed.is_beyond()
                && let Some(first) = first.as_ref().filter(|first| first.is_near && is_plain_formula(&first.simple))
                && let Some(found) = from_first(network, question, first.clone(), missed.take_compared())?
            {
                let form = form_of(&found.formula, question)?;
                return Ok(ReadLayer { rows: missed.rows(form.as_ref()), form, found });
            }
            (missed.read()?.into(), first, Some(missed))
        }
    };
    let Some(first) = first else { return Ok(read) };
    match simpler(network, &read.found, first, question)? {
        Some(simple) => {
            let form = form_of(&simple.formula, question)?;
            let rows = missed.map_or(read.rows, |missed| missed.rows(form.as_ref()));
            Ok(ReadLayer { rows, form, found: simple })
        }
        None => Ok(read),
    }
}

/// Is a neuron, whose kink the form has nothing of, on where it matters, and does it matter? Then it passes a value on.
fn carries(neuron: &Neuron, form: &OneLayerForm, question: &Question<'_>) -> bool {
    let passes_on = || match question.domain.range(&neuron.row) {
        (Some(low), Some(high)) => {
            let is_mostly_on = low.is_negative() && high > -low;
            is_mostly_on && neuron.out.iter().any(|weight| weight.abs() * &high > question.tolerance)
        }
        _ => false,
    };
    neuron.work == Work::Detects && !is_needed(neuron, form) && passes_on()
}

/// Does a form have anything of a neuron that works?
fn is_needed(neuron: &Neuron, form: &OneLayerForm) -> bool {
    let Some((plane, _)) = neuron.side().filter(|_| neuron.work != Work::Carries) else { return true };
    form.hinges.iter().any(|hinge| hinge.hyperplane == plane)
}

/// How coarsely the rows of trained neurons are read beside a formula that the pieces tell.
const ROWS_SLACK: (i64, i64) = (1, 100);

/// How near a formula is looked for where the exact one cannot be written.
const NEAR: (i64, i64) = (1, 10_000);

/// More than one hidden layer, trained weights: what the large affine pieces say, and what the neurons do.
fn trained_deeper(network: &Network<Rational>, question: &Question<'_>) -> Result<Decompiled, Error> {
    let is_exact = question.tolerance.is_zero();
    let tolerance = if is_exact { Rational::ratio(NEAR.0, NEAR.1) } else { question.tolerance.clone() };
    let Some(mut found) = by_pieces(network, &Question { tolerance, ..question.clone() })? else {
        return Err(Error::limit("found no simple formula that is near the network"));
    };
    if is_exact {
        // It is held against the tolerance that was asked for.
        found.deviation = deviation(network, &found.formula, question)?;
        found.closer = None;
    }
    let slack = Rational::ratio(ROWS_SLACK.0, ROWS_SLACK.1);
    let Mechanism { neurons, circuits, formula, noise, .. } =
        mechanism(network, &question.domain, &slack, question.limits)?;
    let circuits = told_beside(network, &neurons, &circuits, formula.as_ref(), &found.formula);
    let circuits = without_noise(circuits, &noise);
    let form = form_of(&found.formula, question)?;
    let mut remarks = remarks(&neurons, network.input_names());
    remarks.push("the formula is read off the network's large affine pieces".to_string());
    Ok(Decompiled {
        reduced_widths: form.as_ref().map(|form| smallest_widths(form, question)).transpose()?,
        remarks,
        against_target: compared(network, &[], question)?,
        neurons,
        circuits,
        noise,
        ..found.certified(network, question)?
    })
}

/// More than one hidden layer, exact weights: what the neurons compose, or what the cells show, whichever is
/// shorter. Where the cells are too many the neurons still tell.
fn deeper(network: &Network<Rational>, question: &Question<'_>) -> Result<Decompiled, Error> {
    if !question.tolerance.is_zero() {
        return trained_deeper(network, question);
    }
    let Mechanism { neurons, mut circuits, formula, proof, noise } =
        mechanism(network, &question.domain, &question.tolerance, question.limits)?;
    let mut remarks = remarks(&neurons, network.input_names());
    let written = formula.clone();
    let composed = formula.zip(proof);
    let most = match composed {
        Some(_) if network.n_inputs() > MAX_INPUTS_BESIDE => 0,
        Some(_) => MAX_CELLS_BESIDE,
        None => question.limits.max_cells,
    };
    let limits = Limits { max_cells: question.limits.max_cells.min(most), ..question.limits };
    let by_cells = by_cells(network, &Question { limits, ..question.clone() });
    let length = |formula: &Function| formula.to_string().len();
    let is_limit = matches!(&by_cells, Err(error) if error.is_limit());
    if is_limit
        && composed.is_none()
        && !question.limits.stopped()
        && let Ok(mut near) = trained_deeper(network, question)
    {
        near.remarks.push("no exact formula was found within the limits: this one is near".to_string());
        return Ok(near);
    }
    let (by_cells, form) = match by_cells {
        Ok((formula, form)) => (Some(formula), form),
        Err(_) if is_limit && composed.is_some() => (None, None),
        Err(error) => return Err(error),
    };
    let answer = match (composed, by_cells) {
        (Some((composed, proof)), by_cells) if by_cells.as_ref().is_none_or(|f| length(&composed) < length(f)) => {
            Found::equal(composed, network, question).answered(Some(*proof), None, question)
        }
        (composed, by_cells) => {
            let is_longer = composed.as_ref().zip(by_cells.as_ref()).is_none_or(|((a, _), b)| length(a) > length(b));
            let formula = by_cells.or(composed.map(|(formula, _)| formula));
            let formula = formula.ok_or_else(|| Error::limit("no formula was found within the limits"))?;
            if is_longer {
                let remark = "the formula is read off the network's cells: what its neurons compose is longer";
                remarks.push(remark.to_string());
            }
            let deviation = deviation(network, &formula, question)?;
            Found { formula, deviation, closer: None }.certified(network, question)?
        }
    };
    told_as(&mut circuits, written.as_ref(), &answer.formula);
    Ok(Decompiled {
        reduced_widths: form.as_ref().map(|form| smallest_widths(form, question)).transpose()?,
        against_target: compared(network, &[], question)?,
        neurons,
        circuits,
        noise,
        remarks,
        ..answer
    })
}

/// Beside a formula that the neurons compose, a shorter one is looked for on so many cells of so many inputs.
const MAX_CELLS_BESIDE: usize = 300;
const MAX_INPUTS_BESIDE: usize = 6;

/// The formula by the network's cells, and its form if one layer can compute it.
fn by_cells(network: &Network<Rational>, question: &Question<'_>) -> Result<(Function, Option<OneLayerForm>), Error> {
    let graph = network.to_relu_graph();
    let form = representable_graph(&graph, &question.domain, question.limits)?;
    let outputs = match &form {
        Some(form) => (0..form.n_outputs()).map(|output| form_to_expr(form, output)).collect(),
        None => (0..graph.outputs.len())
            .map(|output| lattice_form(&graph, output, &question.domain, question.limits))
            .collect::<Result<_, _>>()?,
    };
    Ok((Function::new(network.input_names().to_vec(), outputs)?, form))
}

/// The form of a formula that one hidden layer can compute, where that is seen within the limits.
fn form_of(formula: &Function, question: &Question<'_>) -> Result<Option<OneLayerForm>, Error> {
    match representable_graph(&formula.to_relu_graph(), &question.domain, question.limits) {
        Err(error) if question.limits.stopped() => Err(error),
        form => Ok(form.unwrap_or_default()),
    }
}

/// At finitely many points: a formula for the values there, and what the neurons of one layer do there.
fn at_points(network: &Network<Rational>, question: &Question<'_>) -> Result<Decompiled, Error> {
    let formula = formula_at_points(network, question)?;
    let deviation = deviation(network, &formula, question)?;
    let neurons = neurons_at_points(network, question)?;
    Ok(Decompiled {
        circuits: circuits_at_points(&neurons, &formula),
        remarks: remarks_at_points(network, &neurons, question)?,
        against_target: compared(network, &neurons, question)?,
        neurons,
        ..Found { formula, deviation, closer: None }.certified(network, question)?
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
