//! `.nnet`, the text format of the ACAS Xu networks, to a network.
//! Source: <https://github.com/sisl/NNet>.
//!
//! Line by line: comments that begin with `//`; four counts (layers, inputs, outputs, the largest
//! width); the widths; an unused flag; the inputs' minimums, maximums, means (and one for the
//! outputs) and ranges (and one for the outputs); then for each layer a line a row of its weights
//! and a line a bias. Values are separated by commas, with or without one at the end. A decimal is
//! that decimal's own rational.
//!
//! The file's function takes raw inputs: it clips each to its minimum and maximum, subtracts its
//! mean and divides by its range; the outputs are multiplied with their range and their mean is
//! added. All of this but the clipping is affine, and is folded exactly into the first and the last
//! layer unless [`Normalisation::LeftAway`] is asked for. Clipping changes nothing between the
//! minimums and maximums, which are given as the file's domain.

use std::str::Lines;

use pellucid_core::{Domain, Layer, Network, Rational};

use crate::network_file::Normalisation;
use crate::tensor::MAX_NUMBERS;
use crate::wrong::{Wrong, quoted};
use crate::{NetworkFile, Numbers};

/// Sides at least this far out are no bounds; writers without any put the largest floats there.
const NO_BOUND: i64 = 1 << 62;

/// The longest text of one number. The longest decimal with a bounded exponent is shorter.
const MAX_NUMBER_CHARS: usize = 20_000;

/// The most bits that all numbers together may have: `1e4096` is short to write but not to keep.
const MAX_BITS: usize = 1 << 31;

/// Is it text that begins as `.nnet` files do: with a comment, or with four counts?
pub(crate) fn looks_like_nnet(text: &[u8]) -> bool {
    let line = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let counts = || {
        let mut parts: Vec<_> = line.split(|byte| *byte == b',').map(<[u8]>::trim_ascii).collect();
        if parts.last().is_some_and(|last| last.is_empty()) {
            parts.pop();
        }
        parts.len() == 4 && parts.iter().all(|part| !part.is_empty() && part.iter().all(u8::is_ascii_digit))
    };
    text.starts_with(b"//") || counts()
}

/// The network in a `.nnet` file.
pub(crate) fn nnet_to_network(bytes: &[u8], normalisation: Normalisation) -> Result<NetworkFile, Wrong> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|_| Wrong::one("it is not UTF-8 text"))?;
    let mut reader = Reader { lines: text.lines(), number: 0, last: "", bits_left: MAX_BITS, wrong: Vec::new() };
    let Some(widths) = reader.widths() else { return Err(Wrong(reader.wrong)) };
    let lines_end_with_commas = reader.last.ends_with(',');
    let n_inputs = widths[0];
    reader.line("the unused flag", None);
    let [minimums, maximums] = ["minimums", "maximums"].map(|what| reader.line(what, Some(n_inputs)));
    let [means, ranges] = ["means", "ranges"].map(|what| reader.line(what, Some(n_inputs + 1)));
    let ranges_at = reader.number;
    if ranges.iter().any(Rational::is_zero) {
        reader.wrong.push(format!("line {ranges_at}: a range is 0, which is divided by"));
    }
    let mut layers = Vec::new();
    for (index, pair) in widths.windows(2).enumerate() {
        let layer = format!("layer {}", index + 1);
        let weights = (1..=pair[1]).map_while(|i| reader.more(&format!("{layer}, weights of neuron {i}"), pair[0]));
        let weights = weights.collect();
        let biases = (1..=pair[1]).map_while(|i| reader.more(&format!("{layer}, bias {i}"), 1)).flatten().collect();
        layers.push(Layer { weights, biases });
    }
    reader.nothing_follows();
    // A last number that lost its last digits is a number too.
    let is_whole = if lines_end_with_commas { reader.last.ends_with(',') } else { text.ends_with('\n') };
    if reader.wrong.is_empty() && !is_whole {
        let ending = if lines_end_with_commas { "comma" } else { "line break" };
        reader.wrong.push(format!("line {}: the last line has no {ending} at its end; it is cut short", reader.number));
    }
    Wrong::unless_empty(reader.wrong)?;
    if reader.bits_left == 0 {
        return Err(Wrong::one(format!("its numbers have more than {MAX_BITS} bits, which is more than is read")));
    }
    let mut sides: Vec<(Rational, Rational)> = minimums.into_iter().zip(maximums).collect();
    match normalisation {
        Normalisation::Folded => fold(&mut layers, &means, &ranges),
        Normalisation::LeftAway => {
            for ((low, high), (mean, range)) in sides.iter_mut().zip(means.iter().zip(&ranges)) {
                (*low, *high) = ((&*low - mean) / range, (&*high - mean) / range);
            }
        }
    }
    let far = Rational::from(NO_BOUND);
    let is_bounded = sides.iter().all(|(low, high)| low < high && low.abs() < far && high.abs() < far);
    let domain = is_bounded.then(|| Domain::Box(sides).to_string());
    Ok(NetworkFile { network: Network::new(None, layers)?, numbers: Numbers::Exact, function: None, domain })
}

/// `W ((x - mean) / range) + b` as weights and biases of `x`, and `range y + mean` of the outputs.
fn fold(layers: &mut [Layer<Rational>], means: &[Rational], ranges: &[Rational]) {
    let n_inputs = means.len() - 1;
    if let Some(first) = layers.first_mut() {
        for (row, bias) in first.weights.iter_mut().zip(&mut first.biases) {
            for (weight, (mean, range)) in row.iter_mut().zip(means.iter().zip(ranges)) {
                *weight = &*weight / range;
                *bias -= &(&*weight * mean);
            }
        }
    }
    let (mean, range) = (&means[n_inputs], &ranges[n_inputs]);
    if let Some(last) = layers.last_mut() {
        for (row, bias) in last.weights.iter_mut().zip(&mut last.biases) {
            row.iter_mut().for_each(|weight| *weight *= range);
            *bias *= range;
            *bias += mean;
        }
    }
}

/// Reads on after something wrong, to list all of it.
struct Reader<'a> {
    lines: Lines<'a>,
    /// The line that was read last, counted from 1.
    number: usize,
    /// What stands there.
    last: &'a str,
    bits_left: usize,
    wrong: Vec<String>,
}

impl<'a> Reader<'a> {
    /// The next line with something on it; comments are only at the top, but skipped everywhere.
    fn next(&mut self) -> Option<&'a str> {
        loop {
            let line = self.lines.next()?.trim();
            self.number += 1;
            if !line.is_empty() && !line.starts_with("//") {
                self.last = line;
                return Some(line);
            }
        }
    }

    /// The two lines of counts, which say what the rest must look like; `None` when they are wrong.
    fn widths(&mut self) -> Option<Vec<usize>> {
        let counts = self.counts("the counts (layers, inputs, outputs, largest width)")?;
        let counts_at = self.number;
        let widths = self.counts("the widths")?;
        let &[n_layers, n_inputs, n_outputs, _] = counts.as_slice() else {
            self.wrong.push(format!(
                "line {counts_at}: {} where there should be 4 (layers, inputs, outputs, largest width)",
                pellucid_core::counted(counts.len(), "count")
            ));
            return None;
        };
        let mut mismatch = |what: &str, said: usize, found: usize| {
            if said != found {
                self.wrong.push(format!(
                    "line {}: {what} should be {said} as said in line {counts_at}, not {found}",
                    self.number
                ));
            }
        };
        if n_layers == 0 {
            mismatch("the number of layers", 1, 0);
        }
        mismatch("the number of widths", n_layers.saturating_add(1), widths.len());
        mismatch("the first width", n_inputs, widths.first().copied().unwrap_or(0));
        mismatch("the last width", n_outputs, widths.last().copied().unwrap_or(0));
        if widths.contains(&0) {
            self.wrong.push(format!("line {}: a width is 0", self.number));
        }
        let size = |pair: &[usize]| pair[0].saturating_add(1).saturating_mul(pair[1]);
        let n_numbers = widths.windows(2).map(size).fold(0usize, usize::saturating_add);
        if n_numbers > MAX_NUMBERS {
            self.wrong
                .push(format!("line {}: {n_numbers} weights, more than the {MAX_NUMBERS} that are read", self.number));
        }
        (self.wrong.is_empty() && widths.len() >= 2).then_some(widths)
    }

    fn counts(&mut self, what: &str) -> Option<Vec<usize>> {
        let Some(line) = self.next() else {
            self.wrong.push(format!("it ends before {what}"));
            return None;
        };
        let counts: Result<Vec<usize>, _> = parts(line).map(|part| part.parse().map_err(|_| quoted(part))).collect();
        counts.map_err(|part| self.wrong.push(format!("line {}: {part} is not a count, in {what}", self.number))).ok()
    }

    /// One of the lines at the top, with so many numbers if that is known.
    fn line(&mut self, what: &str, length: Option<usize>) -> Vec<Rational> {
        let Some(line) = self.next() else { return Vec::new() };
        match length {
            None => Vec::new(),
            Some(length) => self.numbers(line, what, length),
        }
    }

    /// A line of weights or biases; `None`, said once, when the file ends before it.
    fn more(&mut self, what: &str, length: usize) -> Option<Vec<Rational>> {
        const ENDS: &str = "it ends before ";
        match self.next() {
            Some(line) => Some(self.numbers(line, what, length)),
            None if self.wrong.last().is_some_and(|last| last.starts_with(ENDS)) => None,
            None => {
                self.wrong.push(format!("{ENDS}{what}; it is cut short"));
                None
            }
        }
    }

    fn numbers(&mut self, line: &str, what: &str, length: usize) -> Vec<Rational> {
        let mut numbers = Vec::new();
        for part in parts(line) {
            let number = number(part).unwrap_or_else(|why| {
                self.wrong.push(format!("line {}: {} {why}, in {what}", self.number, quoted(part)));
                Rational::zero()
            });
            self.bits_left = self.bits_left.saturating_sub(number.bits());
            // Once too much is there, the rest is not kept; the error follows at the end.
            numbers.push(if self.bits_left == 0 { Rational::zero() } else { number });
        }
        if numbers.len() != length {
            let found = pellucid_core::counted(numbers.len(), "number");
            self.wrong.push(format!("line {}: {found} where there should be {length}: {what}", self.number));
        }
        numbers
    }

    fn nothing_follows(&mut self) {
        if self.next().is_some() {
            self.wrong.push(format!("line {}: the file goes on after its last bias", self.number));
        }
    }
}

/// What stands between commas; one may end the line.
fn parts(line: &str) -> impl Iterator<Item = &str> {
    line.strip_suffix(',').unwrap_or(line).split(',').map(str::trim)
}

fn number(text: &str) -> Result<Rational, String> {
    if text.len() > MAX_NUMBER_CHARS {
        return Err(format!("is {} characters long; {MAX_NUMBER_CHARS} are read", text.len()));
    }
    text.parse().map_err(|_| "is not a number (-0.25 and 1e-3 are; exponents up to 4096)".to_string())
}
