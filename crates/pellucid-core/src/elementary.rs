//! Functions of one number that are not piecewise linear, and what encloses them on an interval.

use std::fmt;

use crate::interval::{floor_shifted, magnitude, times_power_of_two, to_natural};
use crate::series::{exp, log, quarter_turns, sin_shifted};
use crate::{Interval, Rational};

/// Exponents beyond these are refused: numerator, denominator.
const MAX_EXPONENT: (i128, i128) = (256, 64);
/// Powers are exact while they have fewer bits than this.
const MAX_EXACT_BITS: usize = 1 << 13;

/// A function of one number.
///
/// ```
/// use pellucid_core::{Elementary, Interval, Rational};
/// let [value, slope, curvature] = Elementary::Exp.enclose(&Interval::point(Rational::one()), 60).unwrap();
/// assert!((value.middle().unwrap().to_f64() - std::f64::consts::E).abs() < 1e-15);
/// assert_eq!((&value, &value), (&slope, &curvature));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Elementary {
    /// `x^p`. For whole exponents that are not negative everywhere, for negative ones where `x` is not 0;
    /// for fractions where `x >= 0`, or `x > 0` when negative.
    Power(Rational),
    /// `e^x`.
    Exp,
    /// The natural logarithm, where `x > 0`.
    Log,
    /// The sine.
    Sin,
    /// The cosine.
    Cos,
    /// The hyperbolic tangent.
    Tanh,
    /// `1 / (1 + e^-x)`.
    Sigmoid,
    /// `log(1 + e^x)`.
    Softplus,
    /// `e^(-x^2)`.
    Gaussian,
}

/// Names that are called with one argument.
const NAMED: [(&str, Elementary); 9] = [
    ("exp", Elementary::Exp),
    ("log", Elementary::Log),
    ("sin", Elementary::Sin),
    ("cos", Elementary::Cos),
    ("tanh", Elementary::Tanh),
    ("sigmoid", Elementary::Sigmoid),
    ("softplus", Elementary::Softplus),
    ("gaussian", Elementary::Gaussian),
    // Another name; printed as log.
    ("ln", Elementary::Log),
];

impl Elementary {
    /// `x^2`.
    pub fn square() -> Self {
        Elementary::Power(Rational::from(2))
    }

    /// The square root.
    pub fn sqrt() -> Self {
        Elementary::Power(Rational::ratio(1, 2))
    }

    /// `1 / x`.
    pub fn reciprocal() -> Self {
        Elementary::Power(Rational::from(-1))
    }

    /// `x^exponent`.
    ///
    /// # Errors
    /// Why the exponent cannot be used: 0 and 1 are no powers, and very large ones or denominators are
    /// refused.
    pub fn power(exponent: Rational) -> Result<Self, String> {
        let denominator = Rational::from(crate::Integer::from(exponent.denominator()));
        let numerator = &exponent * &denominator;
        let small = |n: Rational, limit| n.to_i128().is_some_and(|n| n.abs() <= limit);
        if exponent.is_zero() || exponent.is_one() {
            return Err(format!("x^{exponent} is piecewise linear"));
        }
        if !small(numerator, MAX_EXPONENT.0) || !small(denominator, MAX_EXPONENT.1) {
            let (most, parts) = MAX_EXPONENT;
            return Err(format!("exponents have at most {most} above and {parts} below the line"));
        }
        Ok(Elementary::Power(exponent))
    }

    /// The function that is called by this name with one argument, such as `exp` or `sqrt`.
    pub fn named(name: &str) -> Option<Self> {
        if name == "sqrt" {
            return Some(Elementary::sqrt());
        }
        NAMED.iter().find(|(known, _)| *known == name).map(|(_, function)| function.clone())
    }

    /// Is it the same for `x` and `-x`?
    pub fn is_even(&self) -> bool {
        match self {
            Elementary::Power(p) => p.is_integer() && (p / Rational::from(2)).is_integer(),
            Elementary::Cos | Elementary::Gaussian => true,
            _ => false,
        }
    }

    /// Is it defined at all numbers of the interval?
    pub fn is_defined_on(&self, x: &Interval) -> bool {
        match self {
            Elementary::Power(p) => match (p.is_integer(), p.is_negative()) {
                (true, false) => true,
                (true, true) => x.is_positive() || x.is_negative(),
                (false, false) => x.is_not_negative(),
                (false, true) => x.is_positive(),
            },
            Elementary::Log => x.is_positive(),
            _ => true,
        }
    }

    /// Where it is defined, in words that follow "its argument": `is above 0`.
    pub fn needs(&self) -> &'static str {
        match self {
            Elementary::Power(p) => match (p.is_integer(), p.is_negative()) {
                (true, false) => "is any number",
                (true, true) => "is not 0",
                (false, false) => "is not below 0",
                (false, true) => "is above 0",
            },
            Elementary::Log => "is above 0",
            _ => "is any number",
        }
    }

    /// Intervals that hold its value, its first and its second derivative on an interval; ends that are
    /// no exact short numbers are rounded outwards to about `bits` bits. A derivative need not exist, and
    /// is then unbounded, where the interval ends at 0 (the root there). Whole powers of short numbers are
    /// exact. `None` where it is not defined on all of the interval.
    pub fn enclose(&self, x: &Interval, bits: usize) -> Option<[Interval; 3]> {
        if !self.is_defined_on(x) {
            return None;
        }
        let number = |n: i64| Interval::point(Rational::from(n));
        Some(match self {
            Elementary::Power(p) => {
                let one = Rational::one();
                let (first, second) = (p - &one, p - Rational::from(2));
                // At 0 alone a root has no slope.
                let at = |p: &Rational| power(x, p, bits).unwrap_or(Interval::EVERYTHING);
                let (slope, curvature) = (at(&first).scaled(p), at(&second).scaled(&(p * &first)));
                [power(x, p, bits)?, slope, curvature]
            }
            Elementary::Exp => {
                let value = rising(x, bits, exp, (Some(0), None));
                [value.clone(), value.clone(), value]
            }
            Elementary::Log => {
                let inverse = x.recip()?;
                let curvature = inverse.squared().negated();
                [rising(x, bits, log, (None, None)), inverse.rounded(bits), curvature.rounded(bits)]
            }
            Elementary::Sin => {
                let value = sine(x, 0, bits);
                [value.clone(), sine(x, 1, bits), value.negated()]
            }
            Elementary::Cos => {
                let value = sine(x, 1, bits);
                [value.clone(), sine(x, 2, bits), value.negated()]
            }
            Elementary::Tanh => {
                let value = rising(x, bits, tanh, (Some(-1), Some(1)));
                let slope = number(1).minus(&value.squared());
                let curvature = value.times(&slope).scaled(&Rational::from(-2));
                [value, slope.rounded(bits), curvature.rounded(bits)]
            }
            Elementary::Sigmoid => sigmoid_on(x, bits),
            Elementary::Softplus => {
                let [slope, curvature, _] = sigmoid_on(x, bits);
                [rising(x, bits, softplus, (Some(0), None)), slope, curvature]
            }
            Elementary::Gaussian => {
                let square = x.squared().rounded(bits);
                let value = rising(&square.negated(), bits, exp, (Some(0), Some(1)));
                let slope = x.times(&value).scaled(&Rational::from(-2));
                let factor = square.scaled(&Rational::from(4)).minus(&number(2));
                let curvature = factor.times(&value);
                [value, slope.rounded(bits), curvature.rounded(bits)]
            }
        })
    }

    /// The value as a float: for suggestions and pictures alone.
    pub fn at_f64(&self, x: f64) -> f64 {
        match self {
            Elementary::Power(p) if p.is_integer() => x.powi(p.to_f64() as i32),
            Elementary::Power(p) if *p == Rational::ratio(1, 2) => x.sqrt(),
            Elementary::Power(p) => x.powf(p.to_f64()),
            Elementary::Exp => x.exp(),
            Elementary::Log => x.ln(),
            Elementary::Sin => x.sin(),
            Elementary::Cos => x.cos(),
            Elementary::Tanh => x.tanh(),
            Elementary::Sigmoid => 1.0 / (1.0 + (-x).exp()),
            Elementary::Softplus => x.max(0.0) + (-x.abs()).exp().ln_1p(),
            Elementary::Gaussian => (-x * x).exp(),
        }
    }

    /// The text with this argument: `exp(x1)`, `(x1 + 1)^2`; `argument` is written by the caller, and
    /// `is_atom` says whether it holds together.
    pub(crate) fn text_of(&self, argument: &str, is_atom: bool) -> String {
        match self {
            Elementary::Power(p) if *p == Rational::ratio(1, 2) => format!("sqrt({argument})"),
            Elementary::Power(p) => {
                let base = if is_atom { argument.to_string() } else { format!("({argument})") };
                let plain = p.is_integer() && !p.is_negative();
                if plain { format!("{base}^{p}") } else { format!("{base}^({p})") }
            }
            other => format!("{other}({argument})"),
        }
    }
}

impl fmt::Display for Elementary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Elementary::Power(_) => f.write_str(&self.text_of("x", true)),
            other => f.write_str(NAMED.iter().find(|(_, known)| known == other).map_or("", |(name, _)| name)),
        }
    }
}

/// The values of a function that does not fall, from those at the ends; `limits` are below and above all
/// its values, and those at infinite ends.
fn rising(
    x: &Interval,
    bits: usize,
    at: fn(&Rational, usize) -> Interval,
    limits: (Option<i64>, Option<i64>),
) -> Interval {
    // The series take the longer the longer their argument is.
    let x = x.rounded(2 * bits);
    let all = Interval::between(limits.0.map(Rational::from), limits.1.map(Rational::from));
    let low = x.low().map_or(all.low().cloned(), |x| at(x, bits).low().cloned());
    let high = x.high().map_or(all.high().cloned(), |x| at(x, bits).high().cloned());
    Interval::between(low, high).meet(&all).unwrap_or(all)
}

/// `sin(x + quarters * pi/2)` on an interval: the values at the ends, and where a multiple of pi/2 may
/// lie between them, 1 or -1.
fn sine(x: &Interval, quarters: usize, bits: usize) -> Interval {
    let whole = Interval::new(Rational::from(-1), Rational::one());
    let x = x.rounded(2 * bits);
    let Some((low, high)) = x.ends() else { return whole };
    let Some((first, last)) = quarter_turns(low, high, bits) else { return whole };
    let mut value = sin_shifted(low, quarters, bits).hull(&sin_shifted(high, quarters, bits));
    let turns = |k: crate::Integer| Rational::from(k + crate::Integer::from(quarters));
    let (mut turn, last) = (turns(first), turns(last));
    if &last - &turn >= Rational::from(4) {
        return whole;
    }
    while turn <= last {
        // sin(k pi/2) is 1 for k = 1, 5, .. and -1 for k = 3, 7, ..
        let part = &turn - Rational::from(4) * (&turn / Rational::from(4)).floor();
        match part.to_i128() {
            Some(1) => value = value.hull(&Interval::point(Rational::one())),
            Some(3) => value = value.hull(&Interval::point(Rational::from(-1))),
            _ => {}
        }
        turn += &Rational::one();
    }
    value
}

fn tanh(x: &Rational, bits: usize) -> Interval {
    let square = exp(&(x * Rational::from(2)), bits);
    let one = Interval::point(Rational::one());
    let inverse = square.plus(&one).recip().unwrap_or(Interval::EVERYTHING);
    one.minus(&inverse.scaled(&Rational::from(2))).rounded(bits)
}

fn sigmoid(x: &Rational, bits: usize) -> Interval {
    let one = Interval::point(Rational::one());
    exp(&-x, bits).plus(&one).recip().unwrap_or(Interval::EVERYTHING).rounded(bits)
}

/// Of `s = sigmoid(x)`: `s`, `s' = s (1 - s)` and `s'' = s' (1 - 2s)`.
fn sigmoid_on(x: &Interval, bits: usize) -> [Interval; 3] {
    let value = rising(x, bits, sigmoid, (Some(0), Some(1)));
    let beside = Interval::point(Rational::ratio(1, 2)).minus(&value);
    let slope = Interval::point(Rational::ratio(1, 4)).minus(&beside.squared());
    let curvature = slope.times(&beside).scaled(&Rational::from(2));
    [value, slope.rounded(bits), curvature.rounded(bits)]
}

/// `log(1 + e^x) = max(x, 0) + log(1 + e^-|x|)`.
fn softplus(x: &Rational, bits: usize) -> Interval {
    let grown = exp(&-x.abs(), bits).plus(&Interval::point(Rational::one()));
    let (Some(low), Some(high)) = (grown.low(), grown.high()) else { return Interval::EVERYTHING };
    let rest = Interval::between(log(low, bits).low().cloned(), log(high, bits).high().cloned());
    let hinge = if x.is_positive() { x.clone() } else { Rational::zero() };
    rest.plus(&Interval::point(hinge)).rounded(bits)
}

/// `x^p` on an interval. Where it is unbounded at 0 the interval may end there, but not go on.
fn power(x: &Interval, p: &Rational, bits: usize) -> Option<Interval> {
    if p.is_zero() {
        return Some(Interval::point(Rational::one()));
    }
    if p.is_negative() {
        return power(x, &-p, bits)?.recip().map(|value| value.rounded(bits));
    }
    let n = p.numerator();
    let (n, root) = (usize::try_from(&n).ok()?, usize::try_from(&p.denominator()).ok()?);
    if root > 1 {
        if !x.is_not_negative() {
            return None;
        }
        let at = |end: &Rational| nth_root(&whole_power(end, n, bits), root, bits);
        let low = x.low().and_then(|low| at(low).low().cloned());
        let high = x.high().and_then(|high| at(high).high().cloned());
        return Some(Interval::between(low, high));
    }
    let x = if n % 2 == 0 { x.abs() } else { x.clone() };
    let low = x.low().and_then(|low| whole_power(low, n, bits).low().cloned());
    let high = x.high().and_then(|high| whole_power(high, n, bits).high().cloned());
    Some(Interval::between(low, high))
}

/// `x^n`, exact unless it is long.
fn whole_power(x: &Rational, n: usize, bits: usize) -> Interval {
    let point = Interval::point(x.clone());
    if x.bits().saturating_mul(n) <= MAX_EXACT_BITS {
        return Interval::point((0..n).fold(Rational::one(), |product, _| product * x));
    }
    // By squaring, from the highest binary digit down.
    let base = point.rounded(2 * bits);
    let digits = (0..usize::BITS - n.leading_zeros()).rev();
    digits.fold(Interval::point(Rational::one()), |power, digit| {
        let square = power.squared().rounded(2 * bits);
        if n >> digit & 1 == 1 { square.times(&base).rounded(2 * bits) } else { square }
    })
}

/// The `n`-th root of numbers that are not negative, exact where it is rational.
fn nth_root(x: &Interval, n: usize, bits: usize) -> Interval {
    let at = |x: &Rational| {
        let (numerator, denominator) = (to_natural(x.numerator()), x.denominator());
        if x.bits() <= MAX_EXACT_BITS {
            let (above, below) = (numerator.nth_root(n), denominator.nth_root(n));
            if above.pow(n) == numerator && below.pow(n) == denominator {
                return Interval::point(Rational::quotient(above.into(), below.into()));
            }
        }
        // The root of x * 2^(n * width), rounded down, is that of x times 2^width.
        let width = (bits as i64 - magnitude(x) / n as i64).max(0);
        let root = to_natural(floor_shifted(x, width * n as i64)).nth_root(n);
        let value = |root: crate::Natural| times_power_of_two(&Rational::from(crate::Integer::from(root)), -width);
        Interval::new(value(root.clone()), value(root + crate::Natural::ONE))
    };
    let low = x.low().and_then(|low| at(low).low().cloned());
    let high = x.high().and_then(|high| at(high).high().cloned());
    Interval::between(low, high)
}
