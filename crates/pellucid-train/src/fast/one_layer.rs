//! One hidden layer, one output, mean squared error: the whole of a step in registers.
//!
//! With one output the gradient needs little. Let `m_j` be the error where neuron `j` is on, else 0. Then, up to the factor
//! `2 / batch`, the gradient by the input weight `w_ji` is `v_j * sum(m_j x_i)`, that by the bias `v_j * sum(m_j)`, and that
//! by the output weight `v_j`, since `relu(p) = p` where it counts, `sum_i w_ji sum(m_j x_i) + b_j sum(m_j)`: no sum of its
//! own. So a neuron takes `2 D + 5` vector instructions for 16 samples, half of them multiply-adds.

use fearless_simd::prelude::*;
use fearless_simd::{Simd, f32x16};

use super::parameters::Parameters;
use super::steps::Kernel;
use crate::column::{Column, LANES, TILE};

/// Vectors of a column.
pub(super) const VECTORS: usize = TILE / LANES;

/// The sums of a batch for `D` inputs and up to `H` hidden neurons. Neurons that are not there have weights 0 and stay so.
pub(super) struct OneLayer<const D: usize, const H: usize, const BIAS: bool> {
    on_inputs: [[[f32; LANES]; D]; H],
    on: [[f32; LANES]; H],
    errors: [f32; LANES],
}

/// The network's numbers, `H` neurons of `D` inputs.
struct Numbers<const D: usize, const H: usize> {
    w: [[f32; D]; H],
    b: [f32; H],
    v: [f32; H],
    c: f32,
}

impl<const D: usize, const H: usize> Numbers<D, H> {
    #[inline(always)]
    fn of(parameters: &Parameters) -> Self {
        let (hidden, output) = (parameters.places[0], parameters.places[1]);
        let values = &parameters.values;
        let mut numbers = Numbers { w: [[0.0; D]; H], b: [0.0; H], v: [0.0; H], c: values[output.biases] };
        for j in 0..hidden.n_outputs.min(H) {
            numbers.w[j].copy_from_slice(&values[hidden.weights + j * D..][..D]);
            numbers.b[j] = values[hidden.biases + j];
            numbers.v[j] = values[output.weights + j];
        }
        numbers
    }
}

impl<const D: usize, const H: usize, const BIAS: bool> OneLayer<D, H, BIAS> {
    pub(super) fn new() -> Self {
        OneLayer { on_inputs: [[[0.0; LANES]; D]; H], on: [[0.0; LANES]; H], errors: [0.0; LANES] }
    }
}

impl<const D: usize, const H: usize, const BIAS: bool> Kernel for OneLayer<D, H, BIAS> {
    #[inline(always)]
    fn clear(&mut self) {
        *self = Self::new();
    }

    #[inline(always)]
    fn add_block<S: Simd>(
        &mut self,
        simd: S,
        parameters: &Parameters,
        inputs: &[Column<f32>],
        targets: &[Column<f32>],
        n_samples: usize,
    ) {
        let numbers = Numbers::<D, H>::of(parameters);
        let zero = f32x16::splat(simd, 0.0);
        // Loops instead of `map`: closures that are not inlined would lose the vector instructions.
        let (mut w, mut b, mut v) = ([[zero; D]; H], [zero; H], [zero; H]);
        let (mut on_inputs, mut on) = ([[zero; D]; H], [zero; H]);
        for j in 0..H {
            for i in 0..D {
                w[j][i] = f32x16::splat(simd, numbers.w[j][i]);
                on_inputs[j][i] = f32x16::from_slice(simd, &self.on_inputs[j][i]);
            }
            b[j] = f32x16::splat(simd, numbers.b[j]);
            v[j] = f32x16::splat(simd, numbers.v[j]);
            on[j] = f32x16::from_slice(simd, &self.on[j]);
        }
        let c = f32x16::splat(simd, numbers.c);
        let mut errors = f32x16::from_slice(simd, &self.errors);
        let (Ok(columns), [target]) = (<&[Column<f32>; D]>::try_from(inputs), targets) else { return };
        for at in 0..n_samples.div_ceil(LANES).min(VECTORS) {
            let (mut x, mut p) = ([zero; D], [zero; H]);
            for i in 0..D {
                x[i] = f32x16::from_slice(simd, &columns[i][at]);
            }
            let mut y = c;
            for j in 0..H {
                let mut sum = if BIAS { w[j][0].mul_add(x[0], b[j]) } else { w[j][0] * x[0] };
                for i in 1..D {
                    sum = w[j][i].mul_add(x[i], sum);
                }
                p[j] = sum;
                y = v[j].mul_add(sum.max(zero), y);
            }
            let mut error = y - f32x16::from_slice(simd, &target[at]);
            if (at + 1) * LANES > n_samples {
                error *= lanes_below(simd, n_samples - at * LANES);
            }
            for j in 0..H {
                let m = p[j].simd_gt(zero).select(error, zero);
                for i in 0..D {
                    on_inputs[j][i] = m.mul_add(x[i], on_inputs[j][i]);
                }
                if BIAS {
                    on[j] += m;
                }
            }
            if BIAS {
                errors += error;
            }
        }
        for j in 0..H {
            for (sum, stored) in on_inputs[j].iter().zip(&mut self.on_inputs[j]) {
                sum.store_slice(stored);
            }
            on[j].store_slice(&mut self.on[j]);
        }
        errors.store_slice(&mut self.errors);
    }

    #[inline(always)]
    fn gradient(&self, parameters: &Parameters, factor: f32, gradient: &mut [f32]) {
        let numbers = Numbers::<D, H>::of(parameters);
        let (hidden, output) = (parameters.places[0], parameters.places[1]);
        for j in 0..hidden.n_outputs.min(H) {
            let on = if BIAS { factor * sum(&self.on[j]) } else { 0.0 };
            let mut by_output = numbers.b[j] * on;
            for i in 0..D {
                let on_input = factor * sum(&self.on_inputs[j][i]);
                by_output = numbers.w[j][i].mul_add(on_input, by_output);
                gradient[hidden.weights + j * D + i] = numbers.v[j] * on_input;
            }
            gradient[hidden.biases + j] = numbers.v[j] * on;
            gradient[output.weights + j] = by_output;
        }
        gradient[output.biases] = if BIAS { factor * sum(&self.errors) } else { 0.0 };
    }
}

/// 1 in the first `n` lanes, 0 in the others.
#[inline(always)]
pub(super) fn lanes_below<S: Simd>(simd: S, n: usize) -> f32x16<S> {
    let mut lanes = [0.0; LANES];
    lanes[..n].fill(1.0);
    f32x16::from_slice(simd, &lanes)
}

/// The sum of the lanes, halves added to halves.
#[inline(always)]
pub(super) fn sum(lanes: &[f32; LANES]) -> f32 {
    let mut lanes = *lanes;
    let mut n = LANES / 2;
    while n > 0 {
        for i in 0..n {
            lanes[i] += lanes[i + n];
        }
        n /= 2;
    }
    lanes[0]
}
