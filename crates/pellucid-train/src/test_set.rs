//! The fixed test points and the loss on them, rounded as PyTorch's CPU kernels round it.
//!
//! This runs a few times in a training, so it can afford to follow PyTorch's order of additions;
//! printed losses then agree with the notebook's to the last digit wherever the weights do.

use crate::RandomStream;
use crate::affine::Affine;
use crate::column::{Column, TILE, affine, relu, zeros};
use crate::expr_to_batch::BatchFunction;
use crate::fast::cross_entropy;
use crate::uniform_inputs::UniformInputs;

/// Test inputs and targets as columns, tile by tile.
#[derive(Clone, Debug)]
pub(crate) struct TestSet {
    n_points: usize,
    inputs: Vec<Vec<Column<f32>>>,
    targets: Vec<Vec<Column<f32>>>,
    /// The squared errors, point by point, output by output.
    squares: Vec<f32>,
}

impl TestSet {
    /// Draws `n_points` inputs in their ranges `(low, high)`.
    pub(crate) fn draw(
        random: &mut RandomStream,
        n_points: usize,
        ranges: &[(f32, f32)],
        function: &mut BatchFunction,
    ) -> Self {
        let mut points = UniformInputs::new(n_points, ranges);
        points.draw(random);
        let mut inputs = vec![vec![zeros(); ranges.len()]; points.n_tiles()];
        let mut targets = vec![vec![zeros(); function.n_outputs()]; points.n_tiles()];
        for (tile, (inputs, targets)) in inputs.iter_mut().zip(&mut targets).enumerate() {
            points.tile(tile, inputs);
            function.evaluate(inputs, targets);
        }
        TestSet { n_points, inputs, targets, squares: vec![0.0; n_points * function.n_outputs()] }
    }

    /// These points: inputs and targets row by row.
    pub(crate) fn of(inputs: &[f32], targets: &[f32], n_inputs: usize, n_outputs: usize) -> Self {
        TestSet {
            n_points: targets.len() / n_outputs,
            inputs: to_tiles(inputs, n_inputs),
            targets: to_tiles(targets, n_outputs),
            squares: vec![0.0; targets.len()],
        }
    }

    /// The mean cross-entropy of the outputs, as logits, over the points.
    pub(crate) fn cross_entropy(&self, layers: &[Affine<f32>]) -> f32 {
        let mut sum = 0.0;
        for (tile, (inputs, targets)) in self.inputs.iter().zip(&self.targets).enumerate() {
            let outputs = forward(layers, inputs);
            for sample in 0..(self.n_points - tile * TILE).min(TILE) {
                let of = |columns: &[Column<f32>]| -> Vec<f32> {
                    columns.iter().map(|column| column.as_flattened()[sample]).collect()
                };
                sum += cross_entropy(&of(&outputs), &of(targets));
            }
        }
        (sum / self.n_points as f64) as f32
    }

    /// The mean squared error over the points and the outputs.
    pub(crate) fn loss(&mut self, layers: &[Affine<f32>]) -> f32 {
        for (tile, (inputs, targets)) in self.inputs.iter().zip(&self.targets).enumerate() {
            let outputs = forward(layers, inputs);
            let n_outputs = targets.len();
            let squares = &mut self.squares[tile * TILE * n_outputs..];
            let n_samples = (self.n_points - tile * TILE).min(TILE);
            for (sample, squares) in squares.chunks_exact_mut(n_outputs).take(n_samples).enumerate() {
                for (square, (output, target)) in squares.iter_mut().zip(outputs.iter().zip(targets)) {
                    let error = output.as_flattened()[sample] - target.as_flattened()[sample];
                    *square = error * error;
                }
            }
        }
        torch_sum(&self.squares) / self.squares.len() as f32
    }
}

/// Rows as columns, tile by tile; the last is filled up with zeros.
fn to_tiles(rows: &[f32], width: usize) -> Vec<Vec<Column<f32>>> {
    let tile = |rows: &[f32]| {
        let mut columns = vec![zeros(); width];
        for (sample, row) in rows.chunks_exact(width).enumerate() {
            for (column, value) in columns.iter_mut().zip(row) {
                column.as_flattened_mut()[sample] = *value;
            }
        }
        columns
    };
    rows.chunks(TILE * width).map(tile).collect()
}

/// The network's outputs for a tile.
fn forward(layers: &[Affine<f32>], inputs: &[Column<f32>]) -> Vec<Column<f32>> {
    let mut values = inputs.to_vec();
    for (l, layer) in layers.iter().enumerate() {
        let mut outputs = vec![zeros(); layer.biases.len()];
        for ((weights, bias), output) in layer.neurons().zip(&mut outputs) {
            affine(weights, bias, &values, output);
            if l + 1 < layers.len() {
                relu(output);
            }
        }
        values = outputs;
    }
    values
}

/// Floats in a vector of PyTorch's sum, which is built for AVX2 on every x86-64 machine.
const VECTOR: usize = 8;
/// Vectors that it adds side by side.
const ROWS: usize = 4;
/// Levels of its cascade.
const LEVELS: usize = 4;

/// The sum in the order of PyTorch's `cascade_sum` (aten/src/ATen/native/cpu/SumKernel.cpp) of a
/// contiguous tensor on one thread.
fn torch_sum(values: &[f32]) -> f32 {
    let (vectors, rest) = values.as_chunks::<VECTOR>();
    let (rows, rest_vectors) = vectors.as_chunks::<ROWS>();
    let mut sums = cascade(rows);
    for vector in rest_vectors {
        add(&mut sums[0], vector);
    }
    let [mut total, others @ ..] = sums;
    others.iter().for_each(|other| add(&mut total, other));
    rest.iter().chain(&total).fold(0.0, |sum, value| sum + value)
}

/// The sums of the rows' vectors at each of the four places: each level of the cascade takes the
/// sum of the level below after a power of two of additions.
fn cascade(rows: &[[[f32; VECTOR]; ROWS]]) -> [[f32; VECTOR]; ROWS] {
    let ceil_log2 = rows.len().max(1).next_power_of_two().trailing_zeros() as usize;
    let level_power = (ceil_log2 / LEVELS).max(4);
    let level_step = 1_usize << level_power;
    let mut sums = [[[0.0; VECTOR]; ROWS]; LEVELS];
    let mut chunks = rows.chunks_exact(level_step);
    let mut done = 0;
    for chunk in &mut chunks {
        chunk.iter().for_each(|row| add_rows(&mut sums[0], row));
        done += level_step;
        for level in 1..LEVELS {
            let below = std::mem::take(&mut sums[level - 1]);
            add_rows(&mut sums[level], &below);
            if done & ((level_step - 1) << (level * level_power)) != 0 {
                break;
            }
        }
    }
    chunks.remainder().iter().for_each(|row| add_rows(&mut sums[0], row));
    let [mut total, higher @ ..] = sums;
    higher.iter().for_each(|level| add_rows(&mut total, level));
    total
}

fn add_rows(sums: &mut [[f32; VECTOR]; ROWS], row: &[[f32; VECTOR]; ROWS]) {
    sums.iter_mut().zip(row).for_each(|(sum, vector)| add(sum, vector));
}

fn add(sum: &mut [f32; VECTOR], vector: &[f32; VECTOR]) {
    sum.iter_mut().zip(vector).for_each(|(sum, value)| *sum += value);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sum_is_the_sum() {
        for n in [0, 1, 7, 8, 31, 32, 100, 1000, 4096, 70_000, 300_000] {
            let values = RandomStream::new(n as u64).rand(n);
            let exact: f64 = values.iter().map(|v| f64::from(*v)).sum();
            assert!((f64::from(torch_sum(&values)) - exact).abs() <= exact * 1e-6, "{n}");
        }
    }
}
