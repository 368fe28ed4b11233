//! Trained weights to the coarsest rounding that the network agrees with.
//!
//! Each rung rounds the network's numbers to simple ones. A rung whose form is further off than the
//! tolerance at some point is passed over; the others are compared with the network on every
//! cell. Where no rung holds, or only one whose numbers are as long as the network's own, nothing
//! simple explains the network, and the coarsest form that resembles it is given for what it is.

use pellucid_core::{Affine, Domain, Error, Function, Layer, Network, Rational};
use pellucid_prove::OneLayerForm;

use crate::Question;
use crate::by_pieces::is_plain_formula;
use crate::deviation::{Deviation, deviation};
use crate::form_to_expr::{form_to_expr, plain_length};
use crate::function::{Spread, Suggested};
use crate::hidden_rows::{HiddenRows, RoundedRows};
use crate::neurons::Neuron;
use crate::rounded_form::rounded_form;
use crate::samples::Samples;
use crate::summary::summary;

/// How coarsely numbers are rounded, as a share of how much they matter on the domain.
const RUNGS: [(i64, i64); 8] =
    [(1, 10), (1, 30), (1, 100), (1, 300), (1, 1_000), (1, 10_000), (1, 100_000), (1, 1_000_000)];
/// A rounding that may move outputs by this many tolerances, and does not, says something: a
/// network agrees with numbers so coarse for a reason.
const COARSE: i64 = 10;
/// On finer rungs a formula is simple while its numbers have this many bits in all: some five
/// numbers at the usual tolerance.
pub const SIMPLE_BITS: usize = 64;
/// With more bits than this a fine rung says that none finer will be simple.
const HOPELESS_BITS: usize = 3 * SIMPLE_BITS;
/// The rows of a network that nothing explains are rounded no more coarsely than this, so that
/// different detectors are not called the same.
const UNEXPLAINED_ROWS: (i64, i64) = (1, 100);
/// A formula further off than this share of an output's swing does not resemble it.
const RESEMBLES: f64 = 0.02;
/// A formula that explains nothing is cut down to what matters most when its text is longer.
const READABLE: usize = 160;
/// Formulas in which every hinge stands by itself are longer than the shortest by about this.
const PLAIN: (usize, usize) = (5, 4);

/// The neurons of a network, read on some rung.
pub struct Rows {
    /// The neurons, rows rounded.
    pub neurons: Vec<Neuron>,
    /// The rung; 0 for no rounding.
    pub slack: Rational,
    /// How far each output swings on the domain.
    pub swings: Vec<Rational>,
}

/// A network written in numbers rounded to some rung.
pub struct Reading {
    /// The neurons.
    pub rows: Rows,
    /// What they compute, rounded.
    pub form: OneLayerForm,
    /// The same as text.
    pub formula: Function,
    /// Its exact largest deviation from the network.
    pub deviation: Deviation,
}

/// Where the way from coarse to fine ends.
pub enum Climbed<'a> {
    /// The coarsest reading within the tolerance that is simple.
    Reached(Box<Reading>),
    /// There is none.
    Missed(Box<Missed<'a>>),
}

/// The coarsest rung that resembles the network, where none explains it. Its formula is not written yet: it is
/// long, and another road may find a plain one.
pub struct Missed<'a> {
    ladder: Ladder<'a>,
    rung: Rung,
    /// Its largest deviation at the points tried, in floats.
    off: f64,
    /// The last formula that was compared with the network on every cell, and was off.
    compared: Option<(Function, Deviation)>,
    near: Option<Suggested>,
}

impl Missed<'_> {
    /// Is what the rung computes beyond the tolerance somewhere, as the points tried show?
    pub fn is_beyond(&self) -> bool {
        self.off > self.ladder.tolerance + self.ladder.samples.doubt()
    }

    /// The last formula that was compared with the network on every cell, and was off: another road may find it, too.
    pub fn take_compared(&mut self) -> Option<(Function, Deviation)> {
        self.compared.take()
    }

    /// The coarsest plain formula that is within the tolerance in the mean, though not everywhere.
    pub fn take_near(&mut self) -> Option<Suggested> {
        self.near.take()
    }

    /// The neurons, to be told beside a formula that another road found; `form` is what is known of its kinks.
    pub fn rows(&self, form: Option<&OneLayerForm>) -> Rows {
        let slack = self.rung.slack.clone().min(Rational::ratio(UNEXPLAINED_ROWS.0, UNEXPLAINED_ROWS.1));
        let Ladder { hidden, swings, .. } = &self.ladder;
        let planes: Vec<Affine> =
            form.iter().flat_map(|form| &form.hinges).map(|hinge| hinge.hyperplane.to_affine()).collect();
        let neurons = match planes.is_empty() && slack == self.rung.slack {
            true => hidden.neurons(&self.rung.rows),
            false => hidden.neurons(&hidden.rounded_like(&slack, &planes)),
        };
        Rows { neurons, slack, swings: swings.clone() }
    }

    /// The reading of the rung, cut down to what matters most where it is too long.
    ///
    /// # Errors
    /// When a limit is reached.
    pub fn read(&self) -> Result<Reading, Error> {
        let Ladder { network, question, swings, .. } = &self.ladder;
        let (form, formula) = match readable(network, &self.rung.form)? {
            Some(formula) => (self.rung.form.clone(), formula),
            None => {
                // What is left out weighs more than the coarsest rounding of what is kept.
                let coarsest = self.ladder.rung(&Rational::ratio(RUNGS[0].0, RUNGS[0].1))?;
                let form = summary(&coarsest.form, &question.domain, swings);
                let formula = formula_of(network, &form)?;
                (form, formula)
            }
        };
        let deviation = deviation(network, &formula, question)?;
        Ok(Reading { rows: self.rows(None), form, formula, deviation })
    }
}

/// The network as it is, without any rounding.
///
/// # Errors
/// When a limit is reached.
pub fn exact_reading(
    network: &Network<Rational>,
    hidden: &Layer<Rational>,
    question: &Question<'_>,
) -> Result<Reading, Error> {
    let swings = vec![Rational::one(); network.n_outputs()];
    let hidden = HiddenRows::of(hidden, network.output_layer(), &question.domain);
    let rung = exact_rung(network, &hidden, &question.domain)?;
    read(network, &hidden, &rung, swings, question)
}

/// The coarsest reading within the tolerance that is simple, or else the rung that resembles the network.
///
/// # Errors
/// When a limit is reached.
pub fn climbed<'a>(
    network: &'a Network<Rational>,
    hidden: &'a Layer<Rational>,
    question: &'a Question<'a>,
) -> Result<Climbed<'a>, Error> {
    let ladder = Ladder::of(network, hidden, question);
    let mut fallback: Option<(f64, Rung)> = None;
    let mut last: Option<OneLayerForm> = None;
    let mut compared = None;
    let mut near: Option<Suggested> = None;
    let mut spread: Option<Spread> = None;
    for slack in slacks(&ladder.swings, &question.tolerance) {
        let rung = ladder.rung(&slack)?;
        // The same numbers as on the rung before have the same deviation.
        if last.as_ref() == Some(&rung.form) {
            continue;
        }
        last = Some(rung.form.clone());
        let off = ladder.samples.largest_deviation(&rung.form);
        let (is_coarse, bits) = (rung.slack >= ladder.coarse, n_bits(&rung.form));
        if off <= ladder.tolerance + ladder.samples.doubt() && (is_coarse || bits <= SIMPLE_BITS) {
            let reading = read(network, &ladder.hidden, &rung, ladder.swings.clone(), question)?;
            if reading.deviation.is_within(&question.tolerance) {
                return Ok(Climbed::Reached(Box::new(reading)));
            }
            compared = Some((reading.formula, reading.deviation));
        }
        if near.is_none() && is_coarse && bits <= SIMPLE_BITS {
            let spread = spread.get_or_insert_with(|| Spread::of(network, &question.domain));
            near = plain_and_near(network, &rung.form, spread, ladder.tolerance)?;
        }
        // Otherwise the coarsest that resembles the network, or the closest.
        if fallback.as_ref().is_none_or(|(known, _)| *known > ladder.resembles && off < *known) {
            fallback = Some((off, rung));
        }
        // On finer rungs numbers only become longer.
        let resembles = fallback.as_ref().is_some_and(|(known, _)| *known <= ladder.resembles);
        if resembles && !is_coarse && bits > HOPELESS_BITS {
            break;
        }
    }
    let (off, rung) = fallback.ok_or_else(|| Error::input("no rounding was tried"))?;
    Ok(Climbed::Missed(Box::new(Missed { ladder, rung, off, compared, near })))
}

/// A form's formula, where it is plain and within the tolerance in the mean.
fn plain_and_near(
    network: &Network<Rational>,
    form: &OneLayerForm,
    spread: &Spread,
    tolerance: f64,
) -> Result<Option<Suggested>, Error> {
    let off = spread.off(form);
    if !off.iter().all(|off| off.is_good(tolerance)) {
        return Ok(None);
    }
    let simple = formula_of(network, form)?;
    let off = off.iter().map(|off| off.largest).fold(0.0, f64::max);
    Ok(is_plain_formula(&simple).then_some(Suggested { simple, off, is_near: true, close: None }))
}

/// A form's formula, where it is short enough to be read.
fn readable(network: &Network<Rational>, form: &OneLayerForm) -> Result<Option<Function>, Error> {
    let most = READABLE * form.n_outputs();
    // Finding the shortest text takes long, and does not save that much.
    let plain: usize = (0..form.n_outputs()).map(|output| plain_length(form, output)).sum();
    if plain > most * PLAIN.0 / PLAIN.1 {
        return Ok(None);
    }
    let formula = formula_of(network, form)?;
    Ok((formula.to_string().len() <= most).then_some(formula))
}

/// A network with what is known before it is rounded.
struct Ladder<'a> {
    network: &'a Network<Rational>,
    hidden: HiddenRows,
    question: &'a Question<'a>,
    samples: Samples,
    swings: Vec<Rational>,
    tolerance: f64,
    /// Rungs from here on up are coarse.
    coarse: Rational,
    /// What is off by no more than this resembles the network.
    resembles: f64,
}

impl<'a> Ladder<'a> {
    fn of(network: &'a Network<Rational>, hidden: &'a Layer<Rational>, question: &'a Question<'a>) -> Self {
        let samples = Samples::of(network, &question.domain);
        let swings = samples.swings();
        let swing = swings.iter().max().cloned().unwrap_or_else(Rational::one);
        let tolerance = question.tolerance.to_f64();
        Ladder {
            network,
            hidden: HiddenRows::of(hidden, network.output_layer(), &question.domain),
            question,
            samples,
            coarse: &question.tolerance * &Rational::from(COARSE) / &swing,
            resembles: (swing.to_f64() * RESEMBLES).max(tolerance),
            swings,
            tolerance,
        }
    }

    /// The network rounded; with a slack of 0 as it is.
    fn rung(&self, slack: &Rational) -> Result<Rung, Error> {
        let (output, domain) = (self.network.output_layer(), &self.question.domain);
        if slack.is_zero() {
            return exact_rung(self.network, &self.hidden, domain);
        }
        let rows = self.hidden.rounded(slack);
        let form = rounded_form(&self.hidden, &rows, output, domain, slack, &self.swings);
        Ok(Rung { rows, form, slack: slack.clone() })
    }
}

/// The rungs from coarse to fine, on until they are far finer than the tolerance, and at last the
/// network as it is.
fn slacks(swings: &[Rational], tolerance: &Rational) -> Vec<Rational> {
    let mut slacks: Vec<Rational> = RUNGS.iter().map(|(p, q)| Rational::ratio(*p, *q)).collect();
    let swing = swings.iter().max().cloned().unwrap_or_else(Rational::one);
    let enough = tolerance / swing / Rational::from(1_000);
    for _ in 0..12 {
        let finest = &slacks[slacks.len() - 1];
        if *finest <= enough {
            break;
        }
        slacks.push(finest / &Rational::from(10));
    }
    slacks.push(Rational::zero());
    slacks
}

struct Rung {
    rows: RoundedRows,
    form: OneLayerForm,
    slack: Rational,
}

fn exact_rung(network: &Network<Rational>, hidden: &HiddenRows, domain: &Domain) -> Result<Rung, Error> {
    let slack = Rational::zero();
    let rows = hidden.rounded(&slack);
    let form =
        OneLayerForm::of_network(network, domain).ok_or_else(|| Error::input("the network has no one-layer form"))?;
    Ok(Rung { rows, form, slack })
}

/// The formula of a rung and its exact deviation.
fn read(
    network: &Network<Rational>,
    hidden: &HiddenRows,
    rung: &Rung,
    swings: Vec<Rational>,
    question: &Question<'_>,
) -> Result<Reading, Error> {
    let formula = formula_of(network, &rung.form)?;
    let deviation = deviation(network, &formula, question)?;
    let rows = Rows { neurons: hidden.neurons(&rung.rows), slack: rung.slack.clone(), swings };
    Ok(Reading { rows, form: rung.form.clone(), formula, deviation })
}

fn formula_of(network: &Network<Rational>, form: &OneLayerForm) -> Result<Function, Error> {
    let outputs = (0..form.n_outputs()).map(|output| form_to_expr(form, output)).collect();
    Function::new(network.input_names().to_vec(), outputs)
}

/// The bits of all numbers of a form that say something: not 0, 1 or -1.
fn n_bits(form: &OneLayerForm) -> usize {
    let affine = form.affine.iter().flat_map(|map| map.coefficients.iter().chain([&map.constant]));
    let hinges = form
        .hinges
        .iter()
        .flat_map(|hinge| hinge.hyperplane.normal.iter().chain([&hinge.hyperplane.offset]).chain(&hinge.jump));
    affine.chain(hinges).filter(|value| !value.is_zero() && !value.abs().is_one()).map(Rational::bits).sum()
}
