//! What a network of any depth and width computes, from its large affine pieces.
//!
//! An over-parameterised network has thousands of linear cells, of which most are slivers that noise has
//! cut off. What it computes shows in the few affine maps that it follows nearly everywhere. They are found
//! at many points in floats (each point stands for an equal share of the volume), made simple, and put
//! together as maxima of minima; the coarsest numbers that agree with the network at the points are offered.
//! All of this only suggests a formula: how far it is off is decided exactly, by others.

mod columns;
mod large_pieces;
mod nearness;
mod offer;
mod sampled;
mod separate;

use std::rc::Rc;

use pellucid_core::{Error, Expr, Function, Network, Rational};

use crate::Question;
use crate::max_min::MaxMin;
use crate::samples::sides;
use crate::simplest::simplest_near;

pub use nearness::Spread;

use columns::add_scaled;
use large_pieces::{LargePieces, large_pieces, least_squares};
use offer::{Part, sum_of_parts};
use sampled::{Sampled, sample, spread_points};
use separate::{Interactions, part};

/// How large the noise may be, as a share of an output's swing, coarse first. What is beyond the first is not there:
/// one map is left.
const NOISES: [f64; 7] = [2.0, 0.1, 0.03, 0.01, 0.003, 0.001, 0.0003];
/// How much numbers may move values, as a share of an output's swing, coarse first.
const SLACKS: [f64; 8] = [0.1, 0.03, 0.01, 0.003, 0.001, 0.0003, 1e-5, 1e-7];
/// The noise of a network whose numbers are meant exactly: that of floats.
const FLOAT_NOISE: f64 = 1e-9;
/// Maps that follow the network at fewer of the points than this share say too little.
const LEAST_COVERED: f64 = 0.9;
/// A formula with more maps than this (beside one for each part) can be read only if its numbers are short,
const READABLE_MAPS: usize = 12;
/// and with more than this not at all.
const MOST_MAPS: usize = 24;
/// Numbers are short if all those of a map have this many bits on the whole.
const SHORT_BITS: usize = 24;
/// Where no formula is within the tolerance on the whole, halving the mean error is worth so many bits of
/// numbers to write.
const BITS_A_HALVING: f64 = 16.0;

/// Formulas for a network.
#[derive(Clone)]
pub struct Suggested {
    /// The simplest whose root mean square deviation at the points is within the tolerance; where there is
    /// none, one that is simple for how near it is.
    pub simple: Function,
    /// Its largest deviation at the points, in floats.
    pub off: f64,
    /// Is its deviation within the tolerance in the mean, or everywhere?
    pub is_near: bool,
    /// One within the tolerance at all points, where the simple one is not.
    pub close: Option<Function>,
}

/// Suggests formulas; `None` when nothing simple is near the network.
///
/// Noise makes spikes: a network whose mean square error is 1e-8 may be off by 1e-2 in a sliver. So what a network
/// computes is judged by its mean deviation, and the largest one is told beside it.
///
/// # Errors
/// When work is to stop.
pub fn suggest(
    network: &Network<Rational>,
    question: &Question<'_>,
    more_points: &[Vec<Rational>],
) -> Result<Option<Suggested>, Error> {
    let tolerance = question.tolerance.to_f64();
    let float: Network<f64> = network.to_numbers();
    let sides = sides(&question.domain, network.n_inputs());
    let more: Vec<Vec<f64>> = more_points.iter().map(|point| point.iter().map(Rational::to_f64).collect()).collect();
    let points = spread_points(&sides, network.hidden_neurons(), &more);
    let sampled = sample(&float, &points, &sides);
    let middle: Vec<f64> = sides.iter().map(|(low, high)| (low + high) / 2.0).collect();
    let seeks_close = network.hidden_layers().len() > 1;
    let mut outputs: Vec<Read> = Vec::with_capacity(sampled.len());
    for (output, sampled) in sampled.iter().enumerate() {
        let reader = Reader { network: &float, output, sampled, middle: &middle, tolerance, seeks_close };
        let Some(read) = reader.read(question)? else { return Ok(None) };
        outputs.push(read);
    }
    let off = outputs.iter().map(|read| read.simple.off).fold(0.0, f64::max);
    let near: Option<Vec<&Reading>> = outputs.iter().map(|read| read.within(tolerance)).collect();
    let close = near.filter(|_| off > tolerance).map(|near| written(&near, network, question)).transpose()?;
    let simple: Vec<&Reading> = outputs.iter().map(|read| &read.simple).collect();
    let is_near = simple.iter().all(|reading| reading.is_good(tolerance));
    Ok(Some(Suggested { simple: written(&simple, network, question)?, off, is_near, close }))
}

/// The function whose outputs these readings are.
fn written(readings: &[&Reading], network: &Network<Rational>, question: &Question<'_>) -> Result<Function, Error> {
    let (n, Question { domain, limits, .. }) = (network.n_inputs(), question);
    let output = |reading: &&Reading| sum_of_parts(&reading.parts, &reading.constant, n, domain, *limits);
    let outputs = readings.iter().map(output).collect::<Result<Vec<Expr>, Error>>()?;
    Function::new(network.input_names().to_vec(), outputs)
}

/// What an output is read as.
struct Read {
    simple: Reading,
    /// The first reading that is within the tolerance at all points.
    close: Option<Reading>,
}

impl Read {
    fn within(&self, tolerance: f64) -> Option<&Reading> {
        if self.simple.off <= tolerance { Some(&self.simple) } else { self.close.as_ref() }
    }
}

/// Inputs in groups that do not interact, and what each group adds to the output at the points.
struct Groups {
    inputs: Vec<Vec<usize>>,
    sampled: Vec<Sampled>,
}

/// The maps of every group up to noise of one size.
struct Level {
    noise: f64,
    swing: f64,
    groups: Rc<Groups>,
    pieces: Vec<LargePieces>,
}

/// What came of looking for pieces.
enum Pieces {
    /// They cover too little of the domain.
    TooFew,
    /// Nobody would read a formula of so many.
    TooMany,
    Some(Level),
}

/// What was read so far.
#[derive(Default)]
struct Found {
    readings: Vec<Reading>,
    /// The first reading within the tolerance at all points.
    close: Option<Reading>,
}

/// One output that a formula is read off.
struct Reader<'a> {
    network: &'a Network<f64>,
    output: usize,
    sampled: &'a Sampled,
    middle: &'a [f64],
    tolerance: f64,
    /// Is a longer reading within the tolerance everywhere wanted besides? One hidden layer has one already.
    seeks_close: bool,
}

/// Parts with simple numbers.
#[derive(Clone)]
struct Reading {
    parts: Vec<(Part, MaxMin)>,
    constant: Rational,
    /// The largest and the mean square deviation at the points.
    off: f64,
    mean: f64,
    /// How much there is to write.
    bits: usize,
}

impl Reading {
    /// Is it within the tolerance in the mean, or at all points?
    fn is_good(&self, tolerance: f64) -> bool {
        self.mean <= tolerance || self.off <= tolerance
    }
}

impl Reader<'_> {
    fn read(&self, question: &Question<'_>) -> Result<Option<Read>, Error> {
        let swing = self.sampled.swing();
        let interactions = Interactions::of(self.network, self.output, self.sampled);
        let mut known: Option<Rc<Groups>> = None;
        let mut found = Found::default();
        let (one_map, finer): (Vec<f64>, Vec<f64>) = self.noises(swing).into_iter().partition(|noise| *noise > swing);
        let is_bent = self.is_bent();
        for noise in one_map.iter().filter(|_| !is_bent).chain(&finer) {
            if question.limits.stopped() {
                return Err(Error::limit("stopped while looking for a formula"));
            }
            match self.level(*noise, swing, &interactions, &mut known) {
                Pieces::TooFew => continue,
                Pieces::TooMany => break,
                Pieces::Some(level) if self.read_level(&level, &mut found) => break,
                Pieces::Some(_) => {}
            }
        }
        if is_bent && !found.readings.iter().any(|reading| reading.is_good(self.tolerance)) {
            // What is off may be the best bargain then.
            let others = std::mem::take(&mut found.readings);
            for noise in one_map {
                if let Pieces::Some(level) = self.level(noise, swing, &interactions, &mut known) {
                    self.read_level(&level, &mut found);
                }
            }
            found.readings.extend(others);
        }
        let Found { readings, close } = found;
        Ok(simplest_good(readings, self.tolerance).map(|simple| Read { simple, close }))
    }

    /// Is the output far from every affine map?
    fn is_bent(&self) -> bool {
        let Some(map) = least_squares(self.sampled) else { return false };
        let mut rest = self.sampled.values.clone();
        add_scaled(&mut rest, -1.0, &map.at_all(&self.sampled.inputs));
        // The map has the least squares, but for what gradients count beside values.
        mean_square(&rest[..self.sampled.n_even]).1 > 2.0 * self.tolerance
    }

    /// The pieces up to noise of one size. `known` are the groups of the noise before, which are often the same.
    fn level(&self, noise: f64, swing: f64, interactions: &Interactions, known: &mut Option<Rc<Groups>>) -> Pieces {
        let inputs = interactions.groups(noise);
        let groups = match known.take().filter(|known| known.inputs == inputs) {
            Some(known) => known,
            None => {
                let part = |group: &Vec<usize>| part(self.network, self.output, self.sampled, group, self.middle);
                Rc::new(Groups { sampled: inputs.iter().map(part).collect(), inputs })
            }
        };
        *known = Some(Rc::clone(&groups));
        let pieces: Vec<_> = groups.sampled.iter().map(|sampled| large_pieces(sampled, noise)).collect();
        if pieces.iter().any(|pieces| pieces.covered < LEAST_COVERED || pieces.maps.is_empty()) {
            return Pieces::TooFew;
        }
        if pieces.iter().map(|pieces| pieces.maps.len()).sum::<usize>() > 2 * MOST_MAPS + pieces.len() {
            // Finer noise has more maps.
            return Pieces::TooMany;
        }
        Pieces::Some(Level { noise, swing, groups, pieces })
    }

    /// Reads the maps of one level in ever finer numbers; says whether nothing finer is to be read.
    fn read_level(&self, level: &Level, found: &mut Found) -> bool {
        let Level { noise, swing, groups, pieces } = level;
        let mut last: Option<Vec<Part>> = None;
        for slack in SLACKS {
            if slack < 1e-4 && slack * swing < self.tolerance / 100.0 {
                break;
            }
            let rounded =
                groups.inputs.iter().zip(&groups.sampled).zip(pieces).map(|((group, sampled), pieces)| {
                    Part::rounded(group, &pieces.maps, &sampled.reach, slack * swing)
                });
            let Some(parts) = rounded.collect::<Option<Vec<Part>>>() else { continue };
            if last.as_ref().is_some_and(|last| last.iter().zip(&parts).all(|(a, b)| a.maps == b.maps)) {
                continue;
            }
            last = Some(parts.clone());
            if !is_readable(&parts) {
                continue;
            }
            let reading = self.reading(parts, &groups.sampled, *noise, slack * swing);
            let is_close = reading.off <= self.tolerance.max(swing * FLOAT_NOISE * 10.0);
            let is_good = reading.mean <= self.tolerance;
            found.readings.push(reading.clone());
            if is_close {
                found.close = Some(reading);
            }
            // Finer readings have more to write.
            if is_close || (is_good && !self.seeks_close) {
                return true;
            }
        }
        false
    }

    /// The noise to look beyond, coarse first.
    fn noises(&self, swing: f64) -> Vec<f64> {
        if self.tolerance == 0.0 {
            return vec![FLOAT_NOISE * swing];
        }
        let mut noises: Vec<f64> = NOISES.iter().map(|share| share * swing).collect();
        noises.extend([self.tolerance, self.tolerance / 3.0]);
        noises.sort_by(|a, b| b.total_cmp(a));
        noises.retain(|noise| *noise >= self.tolerance / 3.0);
        noises
    }

    /// The parts put together, with the constant that is left.
    fn reading(&self, parts: Vec<Part>, sampled: &[Sampled], noise: f64, slack: f64) -> Reading {
        let mut rest = self.sampled.values.clone();
        let mut choices: Vec<MaxMin> = Vec::with_capacity(parts.len());
        for (part, at) in parts.iter().zip(sampled) {
            let (choice, values) = part.choice(at, noise);
            add_scaled(&mut rest, -1.0, &values);
            choices.push(choice);
        }
        let even = &rest[..self.sampled.n_even.min(rest.len())];
        let (middle, _) = mean_square(even);
        let constant = Rational::from_f64(middle).unwrap_or_default();
        let constant = simplest_near(&constant, &Rational::from_f64(slack).unwrap_or_default());
        let shift = constant.to_f64();
        let off = rest.iter().map(|rest| (rest - shift).abs()).fold(0.0, f64::max);
        let mean = mean_around(even, shift);
        let bits = n_bits(&parts) + constant.bits();
        Reading { parts: parts.into_iter().zip(choices).collect(), constant, off, mean, bits }
    }
}

/// The mean of numbers, and the root of their mean square around it.
fn mean_square(values: &[f64]) -> (f64, f64) {
    let mean = values.iter().sum::<f64>() / values.len().max(1) as f64;
    (mean, mean_around(values, mean))
}

/// The root of the mean square of numbers around one.
fn mean_around(values: &[f64], middle: f64) -> f64 {
    let square = values.iter().map(|value| (value - middle).powi(2)).sum::<f64>();
    (square / values.len().max(1) as f64).sqrt()
}

/// How much there is to write of parts: the bits of their numbers, and a little for each.
fn n_bits(parts: &[Part]) -> usize {
    let maps = parts.iter().flat_map(|part| &part.maps);
    let numbers = maps.flat_map(|map| map.coefficients.iter().chain([&map.constant]));
    numbers.filter(|value| !value.is_zero()).map(|value| 2 + value.bits()).sum()
}

/// Would anybody read a formula of these parts?
fn is_readable(parts: &[Part]) -> bool {
    let n_maps = parts.iter().map(|part| part.maps.len()).sum::<usize>();
    let most = if n_bits(parts) <= SHORT_BITS * n_maps { MOST_MAPS } else { READABLE_MAPS };
    n_maps <= most + parts.len()
}

/// The one with the least to write of those within the tolerance on the whole, or else the best bargain of
/// nearness and length.
fn simplest_good(mut readings: Vec<Reading>, tolerance: f64) -> Option<Reading> {
    if let Some(good) = readings.iter().filter(|reading| reading.is_good(tolerance)).min_by_key(|reading| reading.bits)
    {
        return Some(good.clone());
    }
    readings.retain(|reading| reading.off.is_finite());
    let cost = |reading: &Reading| reading.bits as f64 + BITS_A_HALVING * reading.mean.max(1e-300).log2();
    readings.into_iter().min_by(|a, b| cost(a).total_cmp(&cost(b)))
}
