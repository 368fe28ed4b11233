//! Conditions such as `0 <= x1 <= x2 and x1 + x2 <= 1`, read into rows that are at least 0.

use std::ops::Range;

use crate::text_to_expr::parse;
use crate::text_to_nodes::{AND_WITHIN, WITHIN};
use crate::{Affine, Diagnostic, Rational};

/// Rows times inputs beyond this are refused, so that no text can fill the memory.
const MAX_NUMBERS: usize = 1 << 20;

/// What `<` and `=` mean.
#[derive(Clone, Copy)]
pub(crate) enum Strict<'a> {
    /// On domains with an interior they are refused.
    Refused,
    /// Between points with these values `<` is a `<=` with a distance.
    Between(&'a [Vec<Rational>]),
    /// The domain itself could not be read: nothing is said about them.
    Unknown,
}

/// How two sides are compared.
#[derive(Clone, Copy, PartialEq)]
enum Comparison {
    AtMost,
    AtLeast,
    Below,
    Above,
    Equal,
    Unequal,
}

/// Spellings, longest first.
const COMPARISONS: &[(&str, Comparison)] = &[
    ("<=", Comparison::AtMost),
    ("=<", Comparison::AtMost),
    (">=", Comparison::AtLeast),
    ("=>", Comparison::AtLeast),
    ("==", Comparison::Equal),
    ("!=", Comparison::Unequal),
    ("≤", Comparison::AtMost),
    ("≥", Comparison::AtLeast),
    ("≠", Comparison::Unequal),
    ("<", Comparison::Below),
    (">", Comparison::Above),
    ("=", Comparison::Equal),
];

/// The rows, each at least 0 where the conditions hold, none of them constant; or all that is wrong.
pub(crate) fn read_rows(text: &str, inputs: &[String], strict: Strict<'_>) -> Result<Vec<Affine>, Vec<Diagnostic>> {
    let mut reader = Reader { text, inputs, strict, rows: Vec::new(), diagnostics: Vec::new() };
    for part in parts(text) {
        reader.inequality(part);
        if reader.rows.len().saturating_mul(inputs.len()) > MAX_NUMBERS {
            reader.report(0..text.len(), "too many conditions", None);
            break;
        }
    }
    if reader.diagnostics.is_empty() { Ok(reader.rows) } else { Err(reader.diagnostics) }
}

/// The stretches between `and`s and commas that stand in no parenthesis.
fn parts(text: &str) -> Vec<Range<usize>> {
    let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0usize);
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            ',' | ';' if depth == 0 => {
                parts.push(start..at);
                start = at + 1;
            }
            'a' if depth == 0 && !is_word(before) => {
                if let Some(rest) = text[at..].strip_prefix("and")
                    && !rest.starts_with(is_word)
                {
                    parts.push(start..at);
                    start = at + 3;
                }
            }
            _ => {}
        }
        before = c;
    }
    parts.push(start..text.len());
    parts
}

pub(crate) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

struct Reader<'a> {
    text: &'a str,
    inputs: &'a [String],
    strict: Strict<'a>,
    rows: Vec<Affine>,
    diagnostics: Vec<Diagnostic>,
}

impl Reader<'_> {
    /// `side (comparison side)+`.
    fn inequality(&mut self, part: Range<usize>) {
        let comparisons = self.comparisons(part.clone());
        if self.text[part.clone()].trim().is_empty() {
            self.report(part, "a condition is missing", Some("write for example x1 >= x2"));
            return;
        }
        if comparisons.is_empty() {
            self.report(self.trimmed(part), "a condition compares two sides", Some("write for example x1 >= x2"));
            return;
        }
        let mut start = part.start;
        let mut sides = Vec::new();
        for (span, _) in &comparisons {
            sides.push(self.side(start..span.start));
            start = span.end;
        }
        sides.push(self.side(start..part.end));
        for (pair, (span, comparison)) in sides.windows(2).zip(comparisons) {
            let allowed = self.is_allowed(span, comparison);
            if let ([Some(left), Some(right)], true) = (pair, allowed) {
                self.compare(left, right, comparison, self.trimmed(part.clone()));
            }
        }
    }

    fn comparisons(&self, part: Range<usize>) -> Vec<(Range<usize>, Comparison)> {
        let mut found = Vec::new();
        let (mut at, mut depth) = (part.start, 0usize);
        while let Some(c) = self.text[at..part.end].chars().next() {
            let rest = &self.text[at..part.end];
            if let Some((sign, comparison)) = COMPARISONS.iter().find(|(sign, _)| depth == 0 && rest.starts_with(sign))
            {
                found.push((at..at + sign.len(), *comparison));
                at += sign.len();
                continue;
            }
            match c {
                '(' | '[' => depth += 1,
                ')' | ']' => depth = depth.saturating_sub(1),
                _ => {}
            }
            at += c.len_utf8();
        }
        found
    }

    /// One side, as an affine map.
    fn side(&mut self, span: Range<usize>) -> Option<Affine> {
        if self.text[span.clone()].trim().is_empty() {
            self.report(span, "a side of the comparison is missing", None);
            return None;
        }
        let outputs = match parse(&self.text[span.clone()], Some(self.inputs)) {
            Ok((_, outputs)) => outputs,
            Err(error) => {
                self.diagnostics.extend(error.diagnostics().iter().map(|found| Diagnostic {
                    span: found.span.start + span.start..found.span.end + span.start,
                    message: found.message.clone(),
                    // A condition is not approximated.
                    help: found.help.clone().filter(|help| help != WITHIN).map(|help| help.replace(AND_WITHIN, "")),
                }));
                return None;
            }
        };
        let map = match outputs.as_slice() {
            [output] => output.as_affine(self.inputs.len()),
            _ => None,
        };
        if map.is_none() {
            self.report(
                self.trimmed(span),
                "a side of a condition is a sum of inputs with constant factors",
                Some("write -1 <= x1 - x2 <= 1 for |x1 - x2| <= 1, and x1 >= 0 and x2 >= 0 for min(x1, x2) >= 0"),
            );
        }
        map
    }

    /// Can this be said of the domain?
    fn is_allowed(&mut self, span: Range<usize>, comparison: Comparison) -> bool {
        let between_points = !matches!(self.strict, Strict::Refused);
        let (message, help) = match comparison {
            Comparison::AtMost | Comparison::AtLeast => return true,
            Comparison::Below | Comparison::Above | Comparison::Equal if between_points => return true,
            Comparison::Below | Comparison::Above => (
                "the domain includes its border: both sides are continuous, so what holds inside holds there",
                if comparison == Comparison::Below { "write <=" } else { "write >=" },
            ),
            Comparison::Equal => (
                "an equation leaves no interior",
                "substitute it: put what the input equals into the function (or name finitely many points: {0,1}^2)",
            ),
            Comparison::Unequal => ("a domain cannot leave out points in its middle", "use <= and >="),
        };
        self.report(span, message, Some(help));
        false
    }

    fn compare(&mut self, left: &Affine, right: &Affine, comparison: Comparison, part: Range<usize>) {
        match comparison {
            Comparison::AtMost => self.push(right.minus(left), part),
            Comparison::AtLeast => self.push(left.minus(right), part),
            Comparison::Below => self.push_positive(right.minus(left), part),
            Comparison::Above => self.push_positive(left.minus(right), part),
            Comparison::Equal => {
                self.push(left.minus(right), part.clone());
                self.push(right.minus(left), part);
            }
            Comparison::Unequal => {}
        }
    }

    fn push(&mut self, row: Affine, part: Range<usize>) {
        if !row.is_constant() {
            self.rows.push(row);
        } else if row.constant.is_negative() {
            self.report(part, "this holds nowhere, so the domain is empty", None);
        }
    }

    /// `row > 0`. Between finitely many points a row takes multiples of a step, so it is at least
    /// one step.
    fn push_positive(&mut self, mut row: Affine, part: Range<usize>) {
        if let Strict::Between(values) = self.strict {
            let products =
                row.coefficients.iter().zip(values).flat_map(|(c, values)| values.iter().map(move |v| c * v));
            let numbers: Vec<Rational> = products.chain([row.constant.clone()]).collect();
            let step = Rational::one() / Rational::primitive_scale(&numbers);
            row.constant -= &step;
        }
        self.push(row, part);
    }

    fn trimmed(&self, span: Range<usize>) -> Range<usize> {
        let text = &self.text[span.clone()];
        let start = span.start + (text.len() - text.trim_start().len());
        start..start.max(span.start + text.trim_end().len())
    }

    fn report(&mut self, span: Range<usize>, message: &str, help: Option<&str>) {
        self.diagnostics.push(Diagnostic { span, message: message.into(), help: help.map(Into::into) });
    }
}
