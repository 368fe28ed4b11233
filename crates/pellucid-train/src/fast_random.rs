//! A random stream of our own: sixteen xoshiro128+ generators side by side.
//!
//! xoshiro128+ 1.0 is by Blackman and Vigna (2018); the upper 24 bits, which are the ones used
//! here, pass their tests. The generators start from unrelated states drawn by SplitMix64.

use pellucid_core::SplitMix64;

use crate::column::LANES;
use crate::mersenne_twister::BLOCK;

/// The state between two blocks: word by word, generator by generator.
#[derive(Clone, Debug)]
pub(crate) struct FastRandom([[u32; LANES]; 4]);

impl FastRandom {
    /// The generators for a seed; seeds that differ in any of the 64 bits give other streams.
    pub(crate) fn new(seed: u64) -> Self {
        let mut stream = SplitMix64(seed);
        let mut state = [[0; LANES]; 4];
        for word in state.iter_mut().flatten() {
            *word = (stream.next_u64() >> 32) as u32;
        }
        // xoshiro stays at 0 when all its words are 0.
        state[0].iter_mut().for_each(|word| *word |= 1);
        FastRandom(state)
    }

    /// The next 624 draws of 32 bits, of which the upper 24 are good, put through `convert`.
    #[inline]
    pub(crate) fn next_block<T>(&mut self, block: &mut [T; BLOCK], convert: impl Fn(u32) -> T) {
        let [mut a, mut b, mut c, mut d] = self.0;
        for draws in block.chunks_exact_mut(LANES) {
            for lane in 0..LANES {
                draws[lane] = convert(a[lane].wrapping_add(d[lane]));
                let shifted = b[lane] << 9;
                c[lane] ^= a[lane];
                d[lane] ^= b[lane];
                b[lane] ^= c[lane];
                a[lane] ^= d[lane];
                c[lane] ^= shifted;
                d[lane] = d[lane].rotate_left(11);
            }
        }
        self.0 = [a, b, c, d];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn xoshiro_is_the_published_one() {
        // The first generator, stepped by the authors' program.
        let mut random = FastRandom::new(7);
        let mut s = random.0.map(|words| words[0]);
        let mut block = [0; BLOCK];
        random.next_block(&mut block, |word| word);
        for draw in block.iter().step_by(LANES) {
            assert_eq!(*draw, s[0].wrapping_add(s[3]));
            let t = s[1] << 9;
            s[2] ^= s[0];
            s[3] ^= s[1];
            s[1] ^= s[2];
            s[0] ^= s[3];
            s[2] ^= t;
            s[3] = s[3].rotate_left(11);
        }
    }
}
