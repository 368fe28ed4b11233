//! Numbers on their way through a graph of operations: each is an affine form of the inputs and of
//! the ReLUs so far, whatever operators it went through.
//!
//! Piecewise-linear operators become ReLUs exactly: `max(a, b) = b + relu(a - b)`,
//! `|a| = relu(a) + relu(-a)`, a leaky ReLU is `relu(a) - slope relu(-a)`. ReLUs are neither merged nor
//! left out, so that a plain stack of layers comes out as the stack it is.

use pellucid_core::{Form, Rational, Wire};

use crate::array::{Array, checked_count, count, shape_text};
use crate::tensor::{Dtype, MAX_NUMBERS};

/// The most numbers that one array may have. Each is a form, which takes a hundred bytes and more.
const MAX_SCALARS: usize = 1 << 20;

/// The most dimensions of an array.
pub(crate) const MAX_RANK: usize = 16;

/// The terms of forms that may be made in all, whatever the size of the file: a small kernel that is
/// moved over an image makes many. At 64 bytes each, a quarter of a gigabyte.
const MIN_TERMS: usize = 1 << 22;

/// How many terms a file may make for each of its bytes.
const TERMS_A_BYTE: usize = 16;

/// The most bits that one number may have, and the most that all may have that were calculated:
/// products of constants double their length each time.
const MAX_BITS: usize = 1 << 14;
const MAX_ALL_BITS: usize = 1 << 28;

/// Calculating with so many bits counts as one more term.
const BITS_A_TERM: usize = 256;

/// One number. `depth` is the number of ReLUs on the longest way to it from an input, counted also
/// through factors that are 0, so that the neurons of one layer stay in it; `None` for constants.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Scalar {
    pub form: Form,
    pub depth: Option<usize>,
}

impl Scalar {
    pub fn constant(value: Rational) -> Scalar {
        Scalar { form: Form::constant(value), depth: None }
    }

    /// The value, when it depends on no input.
    pub fn as_constant(&self) -> Option<&Rational> {
        self.depth.is_none().then_some(&self.form.constant)
    }

    /// The wire, when it is one and nothing else.
    fn as_wire(&self) -> Option<Wire> {
        match &self.form.terms[..] {
            [(wire, factor)] if factor.is_one() && self.form.constant.is_zero() => Some(*wire),
            _ => None,
        }
    }
}

/// The ReLUs made so far, and what may still be made.
pub(crate) struct Dataflow {
    pub n_inputs: usize,
    /// The argument of each ReLU and its depth, at least 1.
    pub relus: Vec<(Form, usize)>,
    terms_left: usize,
    bits_left: usize,
    /// How the numbers were stored that took part.
    pub dtypes: Vec<Dtype>,
    /// Numbers that took part and are NaN or infinite.
    pub not_finite: Vec<String>,
    /// What had to be done to make a plain stack of it, for people.
    pub remarks: Vec<String>,
}

type Step<T> = Result<T, String>;

const TOO_LONG: &str = "its numbers, written out exactly, are longer than what is read";

impl Dataflow {
    /// Nothing made yet; `n_bytes` is the size of the file.
    pub fn new(n_bytes: usize) -> Dataflow {
        Dataflow {
            n_inputs: 0,
            relus: Vec::new(),
            terms_left: n_bytes.saturating_mul(TERMS_A_BYTE).clamp(MIN_TERMS, MAX_NUMBERS),
            bits_left: MAX_ALL_BITS,
            dtypes: Vec::new(),
            not_finite: Vec::new(),
            remarks: Vec::new(),
        }
    }

    /// Further inputs, as many as the shape has places.
    pub fn input(&mut self, shape: Vec<usize>) -> Step<Array<Scalar>> {
        let n = self.room(&shape)?;
        let items = (self.n_inputs..self.n_inputs + n)
            .map(|i| Scalar { form: Form::wire(Wire::Input(i)), depth: Some(0) })
            .collect();
        self.n_inputs += n;
        Ok(Array { shape, items })
    }

    /// The number of items of an array that is to be made, when it is not too large.
    pub fn room(&mut self, shape: &[usize]) -> Step<usize> {
        if shape.len() > MAX_RANK {
            return Err(format!("an array has {} dimensions, more than the {MAX_RANK} that are read", shape.len()));
        }
        if shape.contains(&0) {
            return Err(format!("an array of shape {} is empty", shape_text(shape)));
        }
        let n = checked_count(shape).filter(|n| *n <= MAX_SCALARS);
        let n = n.ok_or_else(|| {
            format!("an array of shape {} has more than the {MAX_SCALARS} numbers that are read", shape_text(shape))
        })?;
        self.charge(n)?;
        Ok(n)
    }

    /// Takes so many terms off what may still be made.
    pub fn charge(&mut self, n_terms: usize) -> Step<()> {
        match self.terms_left.checked_sub(n_terms) {
            Some(left) => {
                self.terms_left = left;
                Ok(())
            }
            None => {
                self.terms_left = 0;
                Err("the network has more weights than are read, once everything in it is written out".into())
            }
        }
    }

    /// Lets a new number be, if it is not too long.
    fn settle(&mut self, scalar: Scalar) -> Step<Scalar> {
        let longest = scalar.form.terms.iter().map(|(_, factor)| factor).chain([&scalar.form.constant]);
        let (mut most, mut sum) = (0, 0);
        longest.map(Rational::bits).for_each(|bits| (most, sum) = (most.max(bits), sum + bits));
        self.bits_left = self.bits_left.saturating_sub(sum);
        if most > MAX_BITS || self.bits_left == 0 {
            return Err(TOO_LONG.into());
        }
        Ok(scalar)
    }

    /// Adds `factor * form`, unless that takes too long: sums of many fractions grow with each.
    fn add(&mut self, sum: &mut Form, factor: &Rational, form: &Form) -> Step<()> {
        let numbers = form.terms.iter().map(|(_, factor)| factor).chain([&form.constant]);
        let n_bits: usize = numbers.map(|number| number.bits() + factor.bits()).sum();
        self.charge(form.terms.len().max(1) + n_bits / BITS_A_TERM)?;
        sum.add_scaled(factor, form);
        let changed =
            |wire: &Wire| sum.terms.binary_search_by_key(wire, |(wire, _)| *wire).ok().map(|at| &sum.terms[at].1);
        let mut changed = form.terms.iter().filter_map(|(wire, _)| changed(wire)).chain([&sum.constant]);
        if changed.any(|number| number.bits() > MAX_BITS) { Err(TOO_LONG.into()) } else { Ok(()) }
    }

    /// A combination of numbers plus a constant.
    pub fn combination<'a>(
        &mut self,
        terms: impl IntoIterator<Item = (&'a Scalar, &'a Rational)>,
        constant: Rational,
    ) -> Step<Scalar> {
        let mut sum = Scalar::constant(constant);
        for (scalar, factor) in terms {
            sum.depth = sum.depth.max(scalar.depth);
            match scalar.as_wire() {
                // The usual case, a layer of single values in their order, without any arithmetic.
                Some(wire) if sum.form.terms.last().is_none_or(|(last, _)| *last < wire) => {
                    self.charge(1)?;
                    if !factor.is_zero() {
                        sum.form.terms.push((wire, factor.clone()));
                    }
                }
                _ => self.add(&mut sum.form, factor, &scalar.form)?,
            }
        }
        self.settle(sum)
    }

    /// `a + factor b`.
    pub fn sum(&mut self, mut a: Scalar, factor: &Rational, b: &Scalar) -> Step<Scalar> {
        a.depth = a.depth.max(b.depth);
        self.add(&mut a.form, factor, &b.form)?;
        self.settle(a)
    }

    /// `factor a`.
    pub fn scaled(&mut self, a: &Scalar, factor: &Rational) -> Step<Scalar> {
        let mut scaled = Scalar { form: Form::default(), depth: a.depth };
        self.add(&mut scaled.form, factor, &a.form)?;
        self.settle(scaled)
    }

    /// `relu(a)`: a new ReLU, unless `a` is a constant.
    pub fn relu(&mut self, a: Scalar) -> Step<Scalar> {
        let Some(depth) = a.depth else {
            return Ok(if a.form.constant.is_positive() { a } else { Scalar::constant(Rational::zero()) });
        };
        self.charge(1)?;
        let wire = Wire::Relu(self.relus.len());
        self.relus.push((a.form, depth + 1));
        Ok(Scalar { form: Form::wire(wire), depth: Some(depth + 1) })
    }

    /// `max(a, b)`. The one that is a constant is added, since a constant need not be carried.
    pub fn max(&mut self, a: Scalar, b: Scalar) -> Step<Scalar> {
        let (a, b) = if a.depth.is_none() { (b, a) } else { (a, b) };
        let difference = self.sum(a.clone(), &Rational::from(-1), &b)?;
        if difference.form.terms.is_empty() {
            return Ok(if difference.form.constant.is_positive() { a } else { b });
        }
        let above = self.relu(difference)?;
        self.sum(above, &Rational::one(), &b)
    }

    /// `min(a, b)`, as `-max(-a, -b)`.
    pub fn min(&mut self, a: Scalar, b: Scalar) -> Step<Scalar> {
        let minus = Rational::from(-1);
        let (a, b) = (self.scaled(&a, &minus)?, self.scaled(&b, &minus)?);
        let max = self.max(a, b)?;
        self.scaled(&max, &minus)
    }

    /// `a` where it is positive, `slope a` elsewhere.
    pub fn leaky_relu(&mut self, a: Scalar, slope: &Rational) -> Step<Scalar> {
        let minus = self.scaled(&a, &Rational::from(-1))?;
        let (on, off) = (self.relu(a)?, self.relu(minus)?);
        self.sum(on, &-slope, &off)
    }

    /// `|a|`, a leaky ReLU of slope -1.
    pub fn abs(&mut self, a: Scalar) -> Step<Scalar> {
        self.leaky_relu(a, &Rational::from(-1))
    }

    /// `a` between two bounds; where the lower is above the upper, the upper counts, as in ONNX.
    pub fn clip(&mut self, a: Scalar, low: Option<&Rational>, high: Option<&Rational>) -> Step<Scalar> {
        let above = |flow: &mut Dataflow, bound: &Rational| {
            let mut distance = a.clone();
            distance.form.constant -= bound;
            flow.charge(a.form.terms.len())?;
            let distance = flow.settle(distance)?;
            flow.relu(distance)
        };
        match (low, high) {
            (None, None) => Ok(a),
            (Some(low), Some(high)) if low >= high => Ok(Scalar { form: Form::constant(high.clone()), depth: a.depth }),
            (None, Some(high)) => self.min(a, Scalar::constant(high.clone())),
            (Some(low), high) => {
                let mut clipped = above(self, low)?;
                clipped.form.constant += low;
                let Some(high) = high else { return Ok(clipped) };
                let over = above(self, high)?;
                self.sum(clipped, &Rational::from(-1), &over)
            }
        }
    }

    /// `relu(a - threshold) - relu(-a - threshold)`.
    pub fn soft_threshold(&mut self, a: &Scalar, threshold: &Rational) -> Step<Scalar> {
        let over = self.combination([(a, &Rational::one())], -threshold)?;
        let under = self.combination([(a, &Rational::from(-1))], -threshold)?;
        let (over, under) = (self.relu(over)?, self.relu(under)?);
        self.sum(over, &Rational::from(-1), &under)
    }

    /// Each item of an array through a function.
    pub fn each(
        &mut self,
        array: Array<Scalar>,
        mut of: impl FnMut(&mut Dataflow, Scalar) -> Step<Scalar>,
    ) -> Step<Array<Scalar>> {
        self.charge(count(&array.shape))?;
        let items = array.items.into_iter().map(|item| of(self, item)).collect::<Step<_>>()?;
        Ok(Array { shape: array.shape, items })
    }
}

#[cfg(test)]
mod tests {
    use pellucid_core::ReluGraph;

    use super::*;

    /// What a function of two inputs gives at a point.
    fn at(of: impl Fn(&mut Dataflow, Scalar, Scalar) -> Step<Scalar>, x: i64, y: i64) -> String {
        let mut flow = Dataflow::new(0);
        let inputs = flow.input(vec![2]).unwrap().items;
        let [a, b] = inputs.try_into().unwrap();
        let output = of(&mut flow, a, b).unwrap().form;
        let relus = flow.relus.into_iter().map(|(form, _)| form).collect();
        let graph = ReluGraph { n_inputs: 2, relus, outputs: vec![output] };
        graph.evaluate(&[x.into(), y.into()])[0].to_string()
    }

    #[test]
    fn operators_are_what_they_are_called() {
        let [two, five] = [2, 5].map(Rational::from);
        for (x, y) in [(3, 7), (7, 3), (-4, -4), (0, -9), (4, 0)] {
            assert_eq!(at(|flow, a, b| flow.max(a, b), x, y), x.max(y).to_string());
            assert_eq!(at(|flow, a, b| flow.min(a, b), x, y), x.min(y).to_string());
            assert_eq!(at(|flow, a, _| flow.abs(a), x, y), x.abs().to_string());
            assert_eq!(at(|flow, a, _| flow.leaky_relu(a, &two), x, y), (if x > 0 { x } else { 2 * x }).to_string());
            assert_eq!(at(|flow, a, _| flow.clip(a, Some(&two), Some(&five)), x, y), x.clamp(2, 5).to_string());
            assert_eq!(at(|flow, a, _| flow.clip(a, None, Some(&five)), x, y), x.min(5).to_string());
            assert_eq!(at(|flow, a, _| flow.clip(a, Some(&two), None), x, y), x.max(2).to_string());
            assert_eq!(at(|flow, a, _| flow.clip(a, Some(&five), Some(&two)), x, y), "2");
            assert_eq!(at(|flow, a, _| flow.max(Scalar::constant(two.clone()), a), x, y), x.max(2).to_string());
            assert_eq!(at(|flow, a, _| flow.max(a.clone(), a), x, y), x.to_string());
        }
    }

    #[test]
    fn what_is_made_is_limited() {
        let mut flow = Dataflow::new(0);
        assert!(flow.input(vec![1 << 30, 1 << 30]).is_err());
        assert!(flow.input(vec![usize::MAX, 2]).is_err());
        let mut number = Scalar::constant(Rational::ratio(3, 7));
        let outcome = (0..64).try_for_each(|_| {
            let factor = number.form.constant.clone();
            number = flow.scaled(&number, &factor)?;
            Ok::<(), String>(())
        });
        assert_eq!(outcome, Err("its numbers, written out exactly, are longer than what is read".into()));
    }
}
