//! Where a claim holds: everywhere or on a box.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::{Affine, Diagnostic, Error, Rational, counted};

/// The set of inputs that a claim is about. It always has an interior.
///
/// ```
/// use pellucid_core::{Domain, numbered_inputs};
/// let names = numbered_inputs(2);
/// assert_eq!(Domain::parse("[-1, 1]^2", &names).unwrap().to_string(), "[-1, 1]^2");
/// assert_eq!(Domain::parse("x1 in [0,1], x2 in [2,3]", &names).unwrap().to_string(), "[0, 1] x [2, 3]");
/// assert!(Domain::parse("[1, 0]^2", &names).is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Domain {
    /// All of R^d.
    Everywhere,
    /// A closed box: low and high of each input, low < high.
    Box(Vec<(Rational, Rational)>),
}

impl Domain {
    /// `[-1, 1]^n`.
    pub fn unit_box(n_inputs: usize) -> Self {
        Domain::Box(vec![(Rational::from(-1), Rational::one()); n_inputs])
    }

    /// Reads `everywhere`, `[-1,1]^2`, `[0,1] x [2,3]` or `x1 in [-1,1], x2 in [0,1/2]` for a
    /// function with these inputs. One interval stands for all inputs only with its power.
    ///
    /// # Errors
    /// Everything that is wrong with the text, each with its place.
    pub fn parse(text: &str, inputs: &[String]) -> Result<Self, Error> {
        let domain = Reader { text, diagnostics: Vec::new() }.domain(Some(inputs))?;
        match &domain {
            Domain::Box(sides) if sides.len() != inputs.len() => {
                let (message, help) = (
                    format!("a box with {} for {}", counted(sides.len(), "side"), counted(inputs.len(), "input")),
                    Some(if inputs.len() == 1 {
                        "write [-1,1]".into()
                    } else {
                        format!("write [-1,1]^{}", inputs.len())
                    }),
                );
                Err(Error::text("domain", text, vec![Diagnostic { span: 0..text.len(), message, help }]))
            }
            _ => Ok(domain),
        }
    }

    /// The inequalities `row(x) >= 0` that bound it.
    pub fn rows(&self, n_inputs: usize) -> Vec<Affine> {
        let Domain::Box(sides) = self else { return Vec::new() };
        let side = |i: usize, (low, high): &(Rational, Rational)| {
            let above = Affine { constant: -low, ..Affine::input(n_inputs, i) };
            let below = Affine { constant: high.clone(), ..Affine::input(n_inputs, i).scaled(&Rational::from(-1)) };
            [above, below]
        };
        sides.iter().enumerate().flat_map(|(i, bounds)| side(i, bounds)).collect()
    }

    /// The smallest and largest value of an affine map on the domain; `None` where unbounded.
    pub fn range(&self, map: &Affine) -> (Option<Rational>, Option<Rational>) {
        match self {
            Domain::Everywhere if map.is_constant() => (Some(map.constant.clone()), Some(map.constant.clone())),
            Domain::Everywhere => (None, None),
            Domain::Box(sides) => {
                let (mut low, mut high) = (map.constant.clone(), map.constant.clone());
                for (c, (a, b)) in map.coefficients.iter().zip(sides).filter(|(c, _)| !c.is_zero()) {
                    let (at_low, at_high) = if c.is_positive() { (a, b) } else { (b, a) };
                    low += &(c * at_low);
                    high += &(c * at_high);
                }
                (Some(low), Some(high))
            }
        }
    }

    /// Does the map take both signs inside, so that its hyperplane meets the interior?
    pub fn is_cut_by(&self, map: &Affine) -> bool {
        let (low, high) = self.range(map);
        low.is_none_or(|v| v.is_negative()) && high.is_none_or(|v| v.is_positive())
    }

    /// Is the point inside, borders included?
    pub fn contains(&self, point: &[Rational]) -> bool {
        match self {
            Domain::Everywhere => true,
            Domain::Box(sides) => point.iter().zip(sides).all(|(x, (low, high))| low <= x && x <= high),
        }
    }

    /// Is the point inside and not on the border?
    pub fn contains_inside(&self, point: &[Rational]) -> bool {
        match self {
            Domain::Everywhere => true,
            Domain::Box(sides) => point.iter().zip(sides).all(|(x, (low, high))| low < x && x < high),
        }
    }

    /// A point of the interior: the origin, or the middle of the box.
    pub fn middle(&self, n_inputs: usize) -> Vec<Rational> {
        match self {
            Domain::Everywhere => vec![Rational::zero(); n_inputs],
            Domain::Box(sides) => sides.iter().map(|(low, high)| (low + high) / Rational::from(2)).collect(),
        }
    }

    /// Does the domain fit a function of this many inputs?
    pub fn fits(&self, n_inputs: usize) -> bool {
        match self {
            Domain::Everywhere => true,
            Domain::Box(sides) => sides.len() == n_inputs && sides.iter().all(|(low, high)| low < high),
        }
    }

    /// For sentences: `everywhere`, or `on [-1, 1]^2`.
    pub fn phrase(&self) -> String {
        match self {
            Domain::Everywhere => "everywhere".into(),
            Domain::Box(_) => format!("on {self}"),
        }
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Domain::Box(sides) = self else { return f.write_str("everywhere") };
        let interval = |(low, high): &(Rational, Rational)| format!("[{low}, {high}]");
        match sides.as_slice() {
            [side] => f.write_str(&interval(side)),
            [first, rest @ ..] if rest.iter().all(|side| side == first) => {
                write!(f, "{}^{}", interval(first), sides.len())
            }
            _ => f.write_str(&sides.iter().map(interval).collect::<Vec<_>>().join(" x ")),
        }
    }
}

impl Serialize for Domain {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Domain {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Reader { text: &text, diagnostics: Vec::new() }.domain(None).map_err(de::Error::custom)
    }
}

/// A box with more sides than this is refused.
const MAX_SIDES: usize = 4096;

struct Reader<'a> {
    text: &'a str,
    diagnostics: Vec<Diagnostic>,
}

impl<'a> Reader<'a> {
    fn domain(mut self, inputs: Option<&[String]>) -> Result<Domain, Error> {
        if self.text.trim() == "everywhere" {
            return Ok(Domain::Everywhere);
        }
        let sides = if self.text.split_whitespace().any(|word| word == "in") {
            self.named_sides(inputs.unwrap_or(&[]))
        } else {
            self.product_of_sides()
        };
        if self.diagnostics.is_empty() {
            Ok(Domain::Box(sides))
        } else {
            Err(Error::text("domain", self.text, self.diagnostics))
        }
    }

    /// `x1 in [-1,1], x2 in [0,1]`.
    fn named_sides(&mut self, inputs: &[String]) -> Vec<(Rational, Rational)> {
        let mut sides: Vec<Option<(Rational, Rational)>> = vec![None; inputs.len()];
        let mut rest = self.text;
        while !rest.trim().is_empty() {
            let end = rest.find(']').map_or(rest.len(), |at| at + 1);
            let (part, after) = rest.split_at(end);
            rest = after.trim_start().strip_prefix(',').unwrap_or(after);
            let Some((name, interval)) = part.split_once(" in ") else {
                self.report(part, "expected a name, `in` and an interval", Some("write x1 in [-1,1], x2 in [0,1/2]"));
                continue;
            };
            let side = self.interval(interval.trim());
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
            self.report(self.text, &format!("no interval for {}", missing.join(", ")), None);
        }
        sides.into_iter().flatten().collect()
    }

    /// `[-1,1]^2 x [0,1]`.
    fn product_of_sides(&mut self) -> Vec<(Rational, Rational)> {
        let mut sides = Vec::new();
        let mut rest = self.text.trim();
        if rest.is_empty() {
            self.report(rest, "the domain is empty", Some("write everywhere or [-1,1]^2"));
        }
        while !rest.is_empty() {
            if !rest.starts_with('[') {
                let (message, help) = if rest.starts_with('{') {
                    ("finite domains are not supported yet", "use a box such as [0,1]^4")
                } else {
                    ("expected an interval", "write everywhere, [-1,1]^2, [0,1] x [2,3] or x1 in [-1,1], x2 in [0,1]")
                };
                self.report(rest, message, Some(help));
                return sides;
            }
            let end = rest.find(']').map_or(rest.len(), |at| at + 1);
            let side = self.interval(&rest[..end]);
            rest = rest[end..].trim_start();
            let mut count = 1;
            if let Some(power) = rest.strip_prefix('^') {
                let power = power.trim_start();
                let digits = power.find(|c: char| !c.is_ascii_digit()).unwrap_or(power.len());
                count = power[..digits].parse().unwrap_or(0);
                if count == 0 || count > MAX_SIDES {
                    self.report(power, &format!("the power must be a number from 1 to {MAX_SIDES}"), None);
                    return sides;
                }
                rest = power[digits..].trim_start();
            }
            sides.extend(side.into_iter().cycle().take(count));
            if let Some(next) = rest.strip_prefix(['x', '*', '×', ',']) {
                rest = next.trim_start();
                if rest.is_empty() {
                    self.report(self.text, "the domain ends where an interval should follow", None);
                }
            }
        }
        if sides.len() > MAX_SIDES {
            self.report(self.text, &format!("more than {MAX_SIDES} sides"), None);
        }
        sides
    }

    /// `[low, high]`.
    fn interval(&mut self, text: &'a str) -> Option<(Rational, Rational)> {
        let inner = text.strip_prefix('[').and_then(|t| t.strip_suffix(']'));
        let Some((low, high)) = inner.and_then(|inner| inner.split_once(',')) else {
            self.report(text, "an interval is `[low, high]`", None);
            return None;
        };
        let mut number = |part: &'a str| match part.trim().parse::<Rational>() {
            Ok(value) => Some(value),
            Err(error) => {
                self.report(part, &error.to_string(), None);
                None
            }
        };
        let (low, high) = (number(low), number(high));
        let (low, high) = (low?, high?);
        if low > high {
            self.report(text, &format!("the box is empty: {low} is above {high}"), None);
        } else if low == high {
            self.report(text, "the interval is a single point", Some("put the value into the function instead"));
        } else {
            return Some((low, high));
        }
        None
    }

    fn report(&mut self, part: &str, message: &str, help: Option<&str>) {
        // `part` is always a slice of the text, so its place is its address.
        let start = (part.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize).min(self.text.len());
        let end = (start + part.len()).min(self.text.len());
        self.diagnostics.push(Diagnostic { span: start..end, message: message.into(), help: help.map(Into::into) });
    }
}
