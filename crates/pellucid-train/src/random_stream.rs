//! Uniform floats and initial weights, drawn as PyTorch draws them on a CPU.

use pellucid_core::Layer;

use crate::mersenne_twister::{BLOCK, MersenneTwister};

/// A float32 from `torch.rand` is this many random bits...
const BITS: u32 = 24;
/// ...times this.
const UNIT: f32 = 1.0 / (1 << BITS) as f32;

/// A stream of uniform floats and initial weights.
///
/// ```
/// use pellucid_train::RandomStream;
/// // torch.manual_seed(0); torch.rand(2)
/// let mut random = RandomStream::new(0);
/// assert_eq!(random.rand(2), [0.49625659, 0.76822180]);
/// ```
#[derive(Clone, Debug)]
pub struct RandomStream {
    twister: Box<MersenneTwister>,
    block: Box<[f32; BLOCK]>,
    used: usize,
}

impl RandomStream {
    /// The stream for a seed, as after `torch.manual_seed(seed)`.
    ///
    /// PyTorch's stream depends on the lower 32 bits of the seed only.
    pub fn new(seed: u64) -> Self {
        let twister = Box::new(MersenneTwister::new(seed as u32));
        RandomStream { twister, block: Box::new([0.0; BLOCK]), used: BLOCK }
    }

    /// `torch.rand(n)`: float32, uniform on `[0, 1)` in steps of 2^-24.
    pub fn rand(&mut self, n: usize) -> Vec<f32> {
        let mut values = vec![0.0; n];
        self.fill_rand(&mut values);
        values
    }

    /// `torch.rand` into a slice.
    pub fn fill_rand(&mut self, mut values: &mut [f32]) {
        while !values.is_empty() {
            if self.used == BLOCK {
                self.next_block();
            }
            let n = values.len().min(BLOCK - self.used);
            let (now, later) = values.split_at_mut(n);
            now.copy_from_slice(&self.block[self.used..self.used + n]);
            self.used += n;
            values = later;
        }
    }

    /// `torch.empty(n).uniform_(low, high)`: the ends are rounded to float32 first, and
    /// `r * (high - low) + low` is rounded once, because PyTorch's build fuses it.
    ///
    /// ```
    /// use pellucid_train::RandomStream;
    /// let values = RandomStream::new(0).uniform(1000, -2.0, 3.0);
    /// assert!(values.iter().all(|v| (-2.0..=3.0).contains(v)));
    /// ```
    pub fn uniform(&mut self, n: usize, low: f64, high: f64) -> Vec<f32> {
        let (low, high) = (low as f32, high as f32);
        let mut values = self.rand(n);
        values.iter_mut().for_each(|value| *value = value.mul_add(high - low, low));
        values
    }

    /// The initial values of `torch.nn.Linear(n_inputs, n_outputs, bias)`: weights of shape
    /// (out, in) row by row, then the biases; all biases are 0 without `bias`.
    ///
    /// ```
    /// use pellucid_train::RandomStream;
    /// let layer = RandomStream::new(0).linear(1, 2, false);
    /// assert_eq!(layer.weights, [[-0.0074868202], [0.53644359]]);
    /// ```
    pub fn linear(&mut self, n_inputs: usize, n_outputs: usize, bias: bool) -> Layer<f32> {
        // kaiming_uniform_(a = sqrt(5)), step by step in double precision as in torch.nn.init:
        // on paper the bound is 1 / sqrt(n_inputs), but its rounding differs.
        let slope = 5_f64.sqrt();
        let gain = (2.0 / (1.0 + slope * slope)).sqrt();
        let bound = 3_f64.sqrt() * (gain / (n_inputs as f64).sqrt());
        let weights = self.uniform(n_inputs * n_outputs, -bound, bound);
        let bound = 1.0 / (n_inputs as f64).sqrt();
        let biases = if bias { self.uniform(n_outputs, -bound, bound) } else { vec![0.0; n_outputs] };
        Layer { weights: weights.chunks_exact(n_inputs.max(1)).map(<[f32]>::to_vec).collect(), biases }
    }

    fn next_block(&mut self) {
        // By way of i32, which is what vector units convert.
        let convert = |word| (word & ((1 << BITS) - 1)) as i32 as f32 * UNIT;
        self.twister.next_block(&mut self.block, convert);
        self.used = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_join_to_the_same_stream() {
        let whole = RandomStream::new(3).rand(3000);
        let mut stream = RandomStream::new(3);
        let pieces: Vec<f32> = [0, 1, 623, 1, 999, 1376].into_iter().flat_map(|n| stream.rand(n)).collect();
        assert_eq!(whole, pieces);
        let mean = whole.iter().sum::<f32>() / 3000.0;
        assert!((mean - 0.5).abs() < 0.03, "{mean}");
        assert!(whole.iter().all(|v| (0.0..1.0).contains(v)));
    }
}
