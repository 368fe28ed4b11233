//! Named arrays of numbers, as the float formats store them.

use pellucid_core::Rational;

use crate::Numbers;
use crate::array::shape_text;
use crate::wrong::{Wrong, quoted};

/// The largest number of weights that is read. Exact arithmetic gives up long before; the limit
/// keeps a small hostile file from filling the memory with rationals.
pub(crate) const MAX_NUMBERS: usize = 1 << 24;

/// The most that a compressed file may unpack to: `MAX_NUMBERS` numbers of 8 bytes.
pub(crate) const MAX_UNPACKED: usize = 8 * MAX_NUMBERS;

/// How many numbers may be made of a file of this size in a format where tensors can be used
/// several times: room for tied weights, but memory stays within a multiple of the file.
pub(crate) fn shared_budget(n_bytes: usize) -> usize {
    n_bytes.saturating_mul(16).clamp(1 << 16, MAX_NUMBERS)
}

/// How a number is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dtype {
    F16,
    Bf16,
    F32,
    F64,
    I32,
    I64,
    U8,
}

impl Dtype {
    pub fn n_bytes(self) -> usize {
        match self {
            Dtype::U8 => 1,
            Dtype::F16 | Dtype::Bf16 => 2,
            Dtype::F32 | Dtype::I32 => 4,
            Dtype::F64 | Dtype::I64 => 8,
        }
    }

    pub fn numbers(self) -> Numbers {
        match self {
            Dtype::F16 | Dtype::Bf16 | Dtype::F32 => Numbers::Float32,
            Dtype::F64 => Numbers::Float64,
            Dtype::I32 | Dtype::I64 | Dtype::U8 => Numbers::Exact,
        }
    }
}

/// A named array, row-major, little-endian.
#[derive(Clone, Debug)]
pub(crate) struct Tensor {
    pub name: String,
    pub shape: Vec<usize>,
    pub dtype: Dtype,
    pub bytes: Vec<u8>,
}

impl Tensor {
    /// A tensor whose shape fits its bytes.
    pub fn new(name: &str, shape: Vec<usize>, dtype: Dtype, bytes: Vec<u8>) -> Result<Tensor, Wrong> {
        let tensor = Tensor { name: name.to_string(), shape, dtype, bytes };
        let (shown, shape) = (quoted(name), tensor.shape_text());
        let n_numbers = tensor.shape.iter().try_fold(1usize, |product, n| product.checked_mul(*n));
        match n_numbers {
            Some(0) => Err(Wrong::one(format!("{shown} of shape {shape} is empty"))),
            Some(n) if n > MAX_NUMBERS => {
                Err(Wrong::one(format!("{shown} of shape {shape} has more than {MAX_NUMBERS} numbers")))
            }
            Some(n) if n * dtype.n_bytes() == tensor.bytes.len() => Ok(tensor),
            _ => Err(Wrong::one(format!(
                "{shown} of shape {shape} does not fit the {} bytes that are there for it",
                tensor.bytes.len()
            ))),
        }
    }

    /// `(3, 2)`.
    pub fn shape_text(&self) -> String {
        shape_text(&self.shape)
    }

    /// How many numbers it has.
    pub fn n_numbers(&self) -> usize {
        self.bytes.len() / self.dtype.n_bytes()
    }

    /// The first number; `Err` with the float when it is not finite.
    pub fn first(&self) -> Result<Rational, f64> {
        self.dtype.read(&self.bytes[..self.dtype.n_bytes()])
    }

    /// The numbers, exact, row by row. Those that are NaN or infinite are listed in `wrong`, with
    /// Python's indices.
    pub fn values(&self, wrong: &mut Vec<String>) -> Vec<Rational> {
        let exact = |(index, bytes): (usize, &[u8])| {
            self.dtype.read(bytes).unwrap_or_else(|float| {
                let what = if float.is_nan() {
                    "NaN"
                } else if float > 0.0 {
                    "infinite"
                } else {
                    "-infinite"
                };
                wrong.push(format!("{}{} is {what}; weights must be finite", quoted(&self.name), self.place(index)));
                Rational::zero()
            })
        };
        self.bytes.chunks_exact(self.dtype.n_bytes()).enumerate().map(exact).collect()
    }

    /// The numbers as float64, row by row, whether finite or not.
    pub fn floats(&self) -> impl Iterator<Item = f64> {
        let float = |bytes| self.dtype.read(bytes).map_or_else(|float| float, |value| value.to_f64());
        self.bytes.chunks_exact(self.dtype.n_bytes()).map(float)
    }

    /// `[2, 0]` for the index in row-major order.
    fn place(&self, index: usize) -> String {
        let mut rest = index;
        let mut place: Vec<String> = Vec::new();
        for size in self.shape.iter().rev() {
            place.push((rest % size).to_string());
            rest /= size;
        }
        place.reverse();
        if place.is_empty() { String::new() } else { format!("[{}]", place.join(", ")) }
    }
}

impl Dtype {
    /// Is a number one of these floats? Whole numbers are not asked for.
    pub fn holds(self, value: &Rational) -> bool {
        let (digits, lowest, largest) = match self {
            Dtype::F16 => (11, -24, 65504.0),
            Dtype::Bf16 => (8, -133, f64::from(f32::MAX)),
            other => return other.numbers().has(value),
        };
        // In units of the last digit of its size, but not of less than the smallest step, it is whole.
        let size = value.abs().to_f64();
        let step = (size.log2().floor() as i32 - digits + 1).max(lowest);
        let in_steps = Rational::from_f64(2f64.powi(step)).and_then(|step| Some(value * step.recip()?));
        value.is_zero() || (size <= largest && in_steps.is_some_and(|n| n.is_integer()))
    }

    /// One number; `Err` with the float when it is not finite.
    fn read(self, bytes: &[u8]) -> Result<Rational, f64> {
        let mut wide = [0; 8];
        wide[..bytes.len()].copy_from_slice(bytes);
        let bits = u64::from_le_bytes(wide);
        let float = match self {
            Dtype::I32 => return Ok(Rational::from(bits as u32 as i32)),
            Dtype::I64 => return Ok(Rational::from(bits as i64)),
            Dtype::U8 => return Ok(Rational::from(bits as u8 as i32)),
            Dtype::F64 => f64::from_bits(bits),
            Dtype::F32 => f32::from_bits(bits as u32).into(),
            // bfloat16 is the upper half of a float32.
            Dtype::Bf16 => f32::from_bits((bits as u32) << 16).into(),
            Dtype::F16 => half_to_f64(bits as u16),
        };
        Rational::from_f64(float).ok_or(float)
    }
}

/// IEEE 754 binary16: 1 sign bit, 5 of exponent with bias 15, 10 of fraction.
fn half_to_f64(bits: u16) -> f64 {
    let fraction = f64::from(bits & 0x3ff) / 1024.0;
    let size = match bits >> 10 & 0x1f {
        0 => fraction * 2f64.powi(-14),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        exponent => (1.0 + fraction) * 2f64.powi(i32::from(exponent) - 15),
    };
    if bits >> 15 == 1 { -size } else { size }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_are_the_numbers_they_are() {
        for (bits, value) in
            [(0x3c00, 1.0), (0xc000, -2.0), (0x7bff, 65504.0), (0x0001, 2f64.powi(-24)), (0x3555, 0.333251953125)]
        {
            assert_eq!(half_to_f64(bits), value);
        }
        assert!(half_to_f64(0x7e00).is_nan());
        assert_eq!(half_to_f64(0xfc00), f64::NEG_INFINITY);
        assert_eq!(Dtype::Bf16.read(&0x3fc0u16.to_le_bytes()), Ok(Rational::ratio(3, 2)));
    }

    #[test]
    fn half_precision_holds_what_its_bits_say() {
        for bits in (0..=u16::MAX).step_by(7) {
            for (dtype, float) in
                [(Dtype::F16, half_to_f64(bits)), (Dtype::Bf16, f32::from_bits(u32::from(bits) << 16).into())]
            {
                let Some(value) = Rational::from_f64(float).filter(|value| !value.is_zero()) else { continue };
                assert!(dtype.holds(&value), "{dtype:?} {float}");
                // A fraction more is between two of them.
                assert!(!dtype.holds(&(&value * Rational::ratio(4097, 4096))), "{dtype:?} {float}");
            }
        }
    }

    #[test]
    fn values_that_are_not_finite_are_all_listed() {
        let bytes = [f32::NAN, 1.0, f32::INFINITY, f32::NEG_INFINITY].iter().flat_map(|f| f.to_le_bytes()).collect();
        let tensor = Tensor::new("0.weight", vec![2, 2], Dtype::F32, bytes).unwrap();
        let mut wrong = Vec::new();
        tensor.values(&mut wrong);
        assert_eq!(
            wrong,
            [
                "`0.weight`[0, 0] is NaN; weights must be finite",
                "`0.weight`[1, 0] is infinite; weights must be finite",
                "`0.weight`[1, 1] is -infinite; weights must be finite",
            ]
        );
    }
}
