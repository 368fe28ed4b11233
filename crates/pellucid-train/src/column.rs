//! Columns of a fixed number of samples: the shape in which everything is computed.
//!
//! A batch is cut into tiles of [`TILE`] samples. Within a tile each input, neuron and target is
//! one column, so that every loop runs over fixed-length arrays, which compilers turn into vector
//! instructions of whatever width there is. No sum runs across the lanes of a vector, hence the
//! same bits everywhere.

use std::ops::{Add, AddAssign, Mul, Sub};

/// Samples that are computed side by side. 16 floats fill four vectors of the smallest x86-64
/// machine, enough to hide an addition's latency.
pub(crate) const LANES: usize = 16;

/// Samples in a tile. The columns of a small network then stay in the first-level cache.
pub(crate) const TILE: usize = 128;

/// [`LANES`] values.
pub(crate) type Lanes<F> = [F; LANES];

/// The [`TILE`] values of one input, neuron or target.
pub(crate) type Column<F> = [Lanes<F>; TILE / LANES];

/// `f32` for training, `f64` for checking the gradient.
pub(crate) trait Float:
    Copy + Default + PartialOrd + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + AddAssign
{
    /// The nearest number of this kind.
    fn from_f64(value: f64) -> Self;
}

impl Float for f32 {
    fn from_f64(value: f64) -> Self {
        value as f32
    }
}

impl Float for f64 {
    fn from_f64(value: f64) -> Self {
        value
    }
}

/// A column of zeros.
pub(crate) fn zeros<F: Float>() -> Column<F> {
    [[F::default(); LANES]; TILE / LANES]
}

/// `bias + sum_j weights[j] * inputs[j]`, added in this order.
pub(crate) fn affine<F: Float>(weights: &[F], bias: F, inputs: &[Column<F>], output: &mut Column<F>) {
    for (lanes, output) in output.iter_mut().enumerate() {
        let mut sum = [bias; LANES];
        for (weight, input) in weights.iter().zip(inputs) {
            for (sum, x) in sum.iter_mut().zip(&input[lanes]) {
                *sum += *weight * *x;
            }
        }
        *output = sum;
    }
}

/// `max(value, 0)` in place; NaN stays, so that a diverged training shows.
pub(crate) fn relu<F: Float>(column: &mut Column<F>) {
    let zero = F::default();
    for value in column.iter_mut().flatten() {
        *value = if zero > *value { zero } else { *value };
    }
}

/// `sum` and then the values of the column added to it, from the first to the last.
///
/// PyTorch adds up a weight's gradient in this order. A sum is one long chain of additions, but
/// a processor that runs ahead works on the next weights' chains meanwhile.
pub(crate) fn add_in_order<F: Float>(sum: F, column: &Column<F>) -> F {
    column.iter().flatten().fold(sum, |sum, value| sum + *value)
}

/// The products of two columns.
pub(crate) fn multiply<F: Float>(left: &Column<F>, right: &Column<F>) -> Column<F> {
    let mut products = zeros();
    for ((products, left), right) in products.iter_mut().zip(left).zip(right) {
        for lane in 0..LANES {
            products[lane] = left[lane] * right[lane];
        }
    }
    products
}
