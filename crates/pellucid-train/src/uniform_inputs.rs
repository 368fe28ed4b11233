//! Batches of uniform inputs, drawn sample by sample and handed out as columns.

use crate::RandomStream;
use crate::column::{Column, LANES, TILE};

/// The inputs of one batch: `torch.rand((n, d)) * (high - low) + low` in float32.
#[derive(Clone, Debug)]
pub(crate) struct UniformInputs {
    n_samples: usize,
    /// `(high - low, low)` of each input.
    ranges: Vec<(f32, f32)>,
    /// `torch.rand((n, d))`, filled up with zeros to whole tiles.
    draws: Vec<f32>,
}

impl UniformInputs {
    /// Room for `n_samples` inputs, each in its range `(low, high)`.
    pub(crate) fn new(n_samples: usize, ranges: &[(f32, f32)]) -> Self {
        UniformInputs {
            n_samples,
            ranges: ranges.iter().map(|(low, high)| (high - low, *low)).collect(),
            draws: vec![0.0; n_samples.next_multiple_of(TILE) * ranges.len()],
        }
    }

    /// Draws the next batch.
    pub(crate) fn draw(&mut self, random: &mut RandomStream) {
        random.fill_rand(&mut self.draws[..self.n_samples * self.ranges.len()]);
    }

    /// The number of tiles, the last of which may not be full.
    pub(crate) fn n_tiles(&self) -> usize {
        self.n_samples.div_ceil(TILE)
    }

    /// How many samples of a tile count.
    pub(crate) fn samples_in(&self, tile: usize) -> usize {
        (self.n_samples - tile * TILE).min(TILE)
    }

    /// Writes a tile's inputs into one column each.
    pub(crate) fn tile(&self, tile: usize, columns: &mut [Column<f32>]) {
        let n_inputs = self.ranges.len();
        let draws = &self.draws[tile * TILE * n_inputs..][..TILE * n_inputs];
        for (input, (column, range)) in columns.iter_mut().zip(&self.ranges).enumerate() {
            // Fixed strides let the compiler shuffle vectors instead of picking single floats.
            match n_inputs {
                1 => pick::<1>(draws, input, *range, column),
                2 => pick::<2>(draws, input, *range, column),
                3 => pick::<3>(draws, input, *range, column),
                4 => pick::<4>(draws, input, *range, column),
                _ => {
                    let mut draws = draws[input..].iter().step_by(n_inputs);
                    column.as_flattened_mut().fill_with(|| draws.next().map_or(0.0, |draw| draw * range.0 + range.1));
                }
            }
        }
    }
}

fn pick<const N: usize>(draws: &[f32], input: usize, (width, low): (f32, f32), column: &mut Column<f32>) {
    for (lanes, draws) in column.iter_mut().zip(draws.as_chunks::<N>().0.as_chunks::<LANES>().0) {
        for (value, draws) in lanes.iter_mut().zip(draws) {
            *value = draws[input] * width + low;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::column::zeros;

    #[test]
    fn columns_hold_the_rows_of_the_draws() {
        for n_inputs in 1..7 {
            let ranges: Vec<(f32, f32)> = (0..n_inputs).map(|i| (-1.0 - i as f32, 0.5)).collect();
            let n_samples = TILE + 5;
            let draws = RandomStream::new(0).rand(n_samples * n_inputs);
            let mut batch = UniformInputs::new(n_samples, &ranges);
            batch.draw(&mut RandomStream::new(0));
            assert_eq!((batch.n_tiles(), batch.samples_in(0), batch.samples_in(1)), (2, TILE, 5));
            let mut columns = vec![zeros(); n_inputs];
            for sample in 0..n_samples {
                batch.tile(sample / TILE, &mut columns);
                for (input, (low, high)) in ranges.iter().enumerate() {
                    let expected = draws[sample * n_inputs + input] * (high - low) + low;
                    assert_eq!(columns[input].as_flattened()[sample % TILE], expected);
                }
            }
        }
    }
}
