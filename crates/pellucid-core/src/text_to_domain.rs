//! The text of a domain, read with the place of everything that is wrong.
//!
//! ```text
//! domain = base? ('where' conditions)?
//! base   = 'everywhere' | 'R' ('^' power)? | side ('^' power)? ('x' side ('^' power)?)* | name 'in' side (',' name 'in' side)*
//! side   = '[' low ',' high ']' | '{' (value | first '..' last) (',' ...)* '}'
//! ```

use crate::domain::{Domain, Sides};
use crate::network::numbered_inputs;
use crate::text_to_rows::{Strict, is_word, read_rows};
use crate::{Diagnostic, Error, Rational, counted};

/// A product of more sides than this is refused.
const MAX_SIDES: usize = 4096;
/// More values in all sides together are refused, so that `{0..1e9}` cannot fill the memory.
const MAX_VALUES: usize = 1 << 20;

/// Reads a domain for a function with these inputs.
pub(crate) fn read(text: &str, inputs: &[String]) -> Result<Domain, Error> {
    Reader { text, n_values: 0, diagnostics: Vec::new() }.domain(Some(inputs))
}

/// Reads a domain that says its number of inputs itself; conditions are about x1, x2, ...
pub(crate) fn read_unnamed(text: &str) -> Result<Domain, Error> {
    Reader { text, n_values: 0, diagnostics: Vec::new() }.domain(None)
}

/// The values of one input.
#[derive(Clone)]
enum Side {
    Interval(Rational, Rational),
    Values(Vec<Rational>),
}

/// What stands before `where`.
enum Base {
    Everywhere,
    /// All of R^n.
    Space(usize),
    Product(Vec<Side>),
}

struct Reader<'a> {
    text: &'a str,
    /// The number of values in all sets so far.
    n_values: usize,
    diagnostics: Vec<Diagnostic>,
}

impl<'a> Reader<'a> {
    fn domain(mut self, inputs: Option<&[String]>) -> Result<Domain, Error> {
        let (base, conditions) = match word_at(self.text, "where") {
            Some(at) => (&self.text[..at], Some(&self.text[at + "where".len()..])),
            None => (self.text, None),
        };
        let whole = base.trim();
        let base = match whole {
            "everywhere" => Base::Everywhere,
            "" if conditions.is_some() => Base::Everywhere,
            _ if whole.strip_prefix('R').is_some_and(|rest| !rest.starts_with(is_word)) => self.space(whole),
            _ if word_at(whole, "in").is_some() => Base::Product(self.named_sides(whole, inputs.unwrap_or(&[]))),
            _ => Base::Product(self.product_of_sides(whole)),
        };
        let domain = self.base(whole, base, inputs);
        if let Some(conditions) = conditions {
            self.conditions(conditions, domain, inputs)
        } else {
            self.finished(domain)
        }
    }

    fn finished(self, domain: Option<(Domain, Option<usize>)>) -> Result<Domain, Error> {
        match domain {
            Some((domain, _)) if self.diagnostics.is_empty() => Ok(domain),
            _ => Err(Error::text("domain", self.text, self.diagnostics)),
        }
    }

    fn conditions(
        mut self,
        conditions: &'a str,
        domain: Option<(Domain, Option<usize>)>,
        inputs: Option<&[String]>,
    ) -> Result<Domain, Error> {
        let n_inputs = inputs.map(<[String]>::len).or(domain.as_ref().and_then(|(_, n)| *n));
        let names = match (inputs, n_inputs) {
            (Some(names), _) => names.to_vec(),
            (None, Some(n)) => numbered_inputs(n),
            (None, None) => {
                if self.diagnostics.is_empty() {
                    self.report(self.text, "the number of inputs is not said", Some("write R^2 where x1 - x2 >= 0"));
                }
                return self.finished(None);
            }
        };
        let strict = domain.as_ref().map_or(Strict::Unknown, |(domain, _)| domain.strict());
        let start = self.offset(conditions);
        let rows = read_rows(conditions, &names, strict).unwrap_or_else(|found| {
            let moved = |d: Diagnostic| Diagnostic { span: d.span.start + start..d.span.end + start, ..d };
            self.diagnostics.extend(found.into_iter().map(moved));
            Vec::new()
        });
        self.finished(domain.map(|(domain, n)| (domain.cut(rows), n)))
    }

    /// The domain without conditions, with its number of inputs where it says that.
    fn base(&mut self, part: &'a str, base: Base, inputs: Option<&[String]>) -> Option<(Domain, Option<usize>)> {
        let (domain, n) = match base {
            Base::Everywhere => return Some((Domain::Everywhere, None)),
            Base::Space(n) => (Domain::Everywhere, n),
            Base::Product(sides) => {
                let n = sides.len();
                (self.product(part, sides), n)
            }
        };
        // What a wrong text would have been is not known.
        if !self.diagnostics.is_empty() {
            return None;
        }
        if let Some(n_inputs) = inputs.map(<[String]>::len).filter(|n_inputs| *n_inputs != n) {
            let (kind, example) = match domain {
                Domain::Everywhere => ("a space", "R"),
                Domain::Finite { .. } => ("a set", "{0,1}"),
                _ => ("a box", "[-1,1]"),
            };
            let power = if n_inputs == 1 { String::new() } else { format!("^{n_inputs}") };
            let message = format!("{kind} with {} for {}", counted(n, "side"), counted(n_inputs, "input"));
            self.report(part, &message, Some(&format!("write {example}{power}")));
            return None;
        }
        Some((domain, Some(n)))
    }

    fn product(&mut self, part: &'a str, sides: Vec<Side>) -> Domain {
        let (mut intervals, mut values): (Sides, Vec<Vec<Rational>>) = (Vec::new(), Vec::new());
        for side in sides {
            match side {
                Side::Interval(low, high) => intervals.push((low, high)),
                Side::Values(set) => values.push(set),
            }
        }
        if values.is_empty() {
            return Domain::Box(intervals);
        }
        if !intervals.is_empty() {
            self.report(
                part,
                "some inputs have an interval, others a set of values",
                Some("give all of them intervals, or all of them sets; prove each value of a set on its own"),
            );
        }
        Domain::Finite { values, rows: Vec::new() }
    }

    /// `R^n`.
    fn space(&mut self, whole: &'a str) -> Base {
        let rest = whole[1..].trim_start();
        let (count, after) = self.power(rest).unwrap_or((0, ""));
        if !after.is_empty() {
            self.report(after, "nothing can follow", Some("write R^2 where x1 >= x2"));
        }
        Base::Space(count)
    }

    /// `x1 in [-1,1], x2 in {0,1}`.
    fn named_sides(&mut self, whole: &'a str, inputs: &[String]) -> Vec<Side> {
        let mut sides: Vec<Option<Side>> = vec![None; inputs.len()];
        let mut rest = whole;
        while !rest.trim().is_empty() {
            let (part, after) = rest.split_at(end_of_side(rest));
            rest = after.trim_start().strip_prefix(',').unwrap_or(after);
            let Some((name, side)) = word_at(part, "in").map(|at| (&part[..at], &part[at + 2..])) else {
                self.report(
                    part,
                    "expected a name, `in` and an interval or set",
                    Some("write x1 in [-1,1], x2 in [0,1/2]"),
                );
                continue;
            };
            let side = self.side(side.trim());
            let name = name.trim();
            match inputs.iter().position(|known| known == name) {
                Some(i) if sides[i].is_some() => self.report(name, "given twice", None),
                Some(i) => sides[i] = side,
                None => self.report(name, &format!("not an input ({})", inputs.join(", ")), None),
            }
        }
        let missing: Vec<&str> =
            inputs.iter().zip(&sides).filter(|(_, s)| s.is_none()).map(|(n, _)| n.as_str()).collect();
        if !missing.is_empty() && self.diagnostics.is_empty() {
            let help = "write the others as conditions: everywhere where 0 <= x1 <= 1";
            self.report(whole, &format!("no interval for {}", missing.join(", ")), Some(help));
        }
        sides.into_iter().flatten().collect()
    }

    /// `[-1,1]^2 x [0,1]`.
    fn product_of_sides(&mut self, whole: &'a str) -> Vec<Side> {
        let mut sides: Vec<Side> = Vec::new();
        let mut rest = whole;
        if rest.is_empty() {
            self.report(rest, "the domain is empty", Some("write everywhere or [-1,1]^2"));
        }
        while !rest.is_empty() {
            if !rest.starts_with(['[', '{']) {
                let help = "write everywhere, [-1,1]^2, [0,1] x [2,3], {0,1}^2 or x1 in [-1,1], x2 in [0,1]";
                self.report(rest, "expected an interval or a set", Some(help));
                return sides;
            }
            let end = end_of_side(rest);
            let side = self.side(&rest[..end]);
            let Some((count, after)) = self.power(rest[end..].trim_start()) else { return sides };
            rest = after;
            if let Some(Side::Values(values)) = &side {
                self.n_values += (count - 1) * values.len();
            }
            if self.n_values > MAX_VALUES || sides.len() + count > MAX_SIDES {
                let most = format!("more than {MAX_SIDES} sides, or {MAX_VALUES} values in all of them");
                self.report(whole, &most, None);
                return sides;
            }
            sides.extend(std::iter::repeat_n(side, count).flatten());
            if let Some(next) = rest.strip_prefix(['x', '*', '×', ',']) {
                rest = next.trim_start();
                if rest.is_empty() {
                    self.report(self.text, "the domain ends where an interval should follow", None);
                }
            }
        }
        sides
    }

    /// How often a side is meant, and what follows.
    fn power(&mut self, text: &'a str) -> Option<(usize, &'a str)> {
        let Some(power) = text.strip_prefix('^') else { return Some((1, text)) };
        let power = power.trim_start();
        let (digits, after) = power.split_at(power.find(|c: char| !c.is_ascii_digit()).unwrap_or(power.len()));
        let count = digits.parse().ok().filter(|count| (1..=MAX_SIDES).contains(count));
        if count.is_none() {
            self.report(power, &format!("the power must be a number from 1 to {MAX_SIDES}"), None);
        }
        Some((count?, after.trim_start()))
    }

    fn side(&mut self, text: &'a str) -> Option<Side> {
        if text.starts_with('{') { self.set(text) } else { self.interval(text) }
    }

    /// `[low, high]`.
    fn interval(&mut self, text: &'a str) -> Option<Side> {
        let inner = text.strip_prefix('[').and_then(|t| t.strip_suffix(']'));
        let Some((low, high)) = inner.and_then(|inner| inner.split_once(',')) else {
            self.report(text, "an interval is `[low, high]`", None);
            return None;
        };
        let (low, high) = (self.number(low), self.number(high));
        let (low, high) = (low?, high?);
        if low > high {
            self.report(text, &format!("the box is empty: {low} is above {high}"), None);
        } else if low == high {
            let help = "put the value into the function instead";
            self.report(text, "the interval is a single point", Some(help));
        } else {
            return Some(Side::Interval(low, high));
        }
        None
    }

    /// `{0, 1, 5..9}`.
    fn set(&mut self, text: &'a str) -> Option<Side> {
        let Some(inner) = text.strip_prefix('{').and_then(|t| t.strip_suffix('}')) else {
            self.report(text, "a set is `{value, value, ...}` or `{first..last}`", None);
            return None;
        };
        let n_findings = self.diagnostics.len();
        let mut values = Vec::new();
        for part in inner.split(',') {
            match part.split_once("..") {
                Some((first, last)) => self.whole_range(part, first, last, &mut values),
                None => values.extend(self.number(part)),
            }
            if self.n_values + values.len() > MAX_VALUES {
                self.report(text, &format!("more than {MAX_VALUES} values"), None);
                return None;
            }
        }
        self.n_values += values.len();
        values.sort();
        if let Some(pair) = values.windows(2).find(|pair| pair[0] == pair[1]) {
            self.report(text, &format!("{} is given twice", pair[0]), None);
        }
        (self.diagnostics.len() == n_findings).then_some(Side::Values(values))
    }

    /// `first..last`, both included.
    fn whole_range(&mut self, part: &'a str, first: &'a str, last: &'a str, values: &mut Vec<Rational>) {
        let (Some(first), Some(last)) = (self.number(first), self.number(last)) else { return };
        if !first.is_integer() || !last.is_integer() {
            self.report(part, "a range goes from one whole number to another", None);
        } else if first > last {
            self.report(part, &format!("the range is empty: {first} is above {last}"), None);
        } else if &last - &first >= Rational::from(MAX_VALUES.saturating_sub(self.n_values + values.len())) {
            self.report(part, &format!("more than {MAX_VALUES} values"), None);
        } else {
            let mut value = first;
            while value <= last {
                values.push(value.clone());
                value += &Rational::one();
            }
        }
    }

    fn number(&mut self, part: &'a str) -> Option<Rational> {
        match part.trim().parse() {
            Ok(value) => Some(value),
            Err(error) => {
                let error: Error = error;
                self.report(part, &error.to_string(), None);
                None
            }
        }
    }

    /// `part` is always a slice of the text, so its place is its address.
    fn offset(&self, part: &str) -> usize {
        (part.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize).min(self.text.len())
    }

    fn report(&mut self, part: &str, message: &str, help: Option<&str>) {
        let start = self.offset(part);
        let end = (start + part.len()).min(self.text.len());
        self.diagnostics.push(Diagnostic { span: start..end, message: message.into(), help: help.map(Into::into) });
    }
}

/// Where a word stands on its own.
fn word_at(text: &str, word: &str) -> Option<usize> {
    text.match_indices(word)
        .map(|(at, _)| at)
        .find(|at| !text[..*at].ends_with(is_word) && !text[at + word.len()..].starts_with(is_word))
}

/// Behind the bracket that closes the first side.
fn end_of_side(text: &str) -> usize {
    text.find([']', '}']).map_or(text.len(), |at| at + 1)
}
