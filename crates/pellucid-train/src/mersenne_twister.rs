//! The Mersenne Twister mt19937 (Matsumoto and Nishimura, 1998), a whole block at a time.
//!
//! PyTorch draws from it on a CPU. Stepping all 624 words at once has loops without a dependency
//! between neighbours, which compilers turn into vector instructions.

/// Words of the state, hence draws of a block.
pub(crate) const BLOCK: usize = 624;

/// The recurrence looks this far ahead.
const MIDDLE: usize = 397;

const TWIST_MATRIX: u32 = 0x9908_b0df;
const UPPER_BIT: u32 = 0x8000_0000;

/// The state between two blocks.
#[derive(Clone, Debug)]
pub(crate) struct MersenneTwister([u32; BLOCK]);

impl MersenneTwister {
    /// The state after `init_genrand(seed)` of the authors' program.
    pub(crate) fn new(seed: u32) -> Self {
        let mut state = [seed; BLOCK];
        for k in 1..BLOCK {
            let before = state[k - 1];
            state[k] = 1_812_433_253_u32.wrapping_mul(before ^ (before >> 30)).wrapping_add(k as u32);
        }
        MersenneTwister(state)
    }

    /// The next 624 draws of 32 bits, each put through `convert`.
    #[inline]
    pub(crate) fn next_block<T>(&mut self, block: &mut [T; BLOCK], convert: impl Fn(u32) -> T) {
        let state = &mut self.0;
        for k in 0..BLOCK - MIDDLE {
            state[k] = state[k + MIDDLE] ^ twist(state[k], state[k + 1]);
        }
        for k in BLOCK - MIDDLE..BLOCK - 1 {
            state[k] = state[k + MIDDLE - BLOCK] ^ twist(state[k], state[k + 1]);
        }
        state[BLOCK - 1] = state[MIDDLE - 1] ^ twist(state[BLOCK - 1], state[0]);
        for (draw, word) in block.iter_mut().zip(state.iter()) {
            *draw = convert(temper(*word));
        }
    }
}

fn twist(upper: u32, lower: u32) -> u32 {
    let joined = (upper & UPPER_BIT) | (lower & !UPPER_BIT);
    let odd = 0_u32.wrapping_sub(lower & 1);
    (joined >> 1) ^ (odd & TWIST_MATRIX)
}

fn temper(mut word: u32) -> u32 {
    word ^= word >> 11;
    word ^= (word << 7) & 0x9d2c_5680;
    word ^= (word << 15) & 0xefc6_0000;
    word ^ (word >> 18)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_draws() {
        let mut twister = MersenneTwister::new(5489);
        let mut block = [0; BLOCK];
        twister.next_block(&mut block, |word| word);
        assert_eq!(block[..3], [3_499_211_612, 581_869_302, 3_890_346_734]);
        // The C++ standard fixes the 10000th draw from the default seed.
        let mut drawn = BLOCK;
        while drawn + BLOCK < 10_000 {
            twister.next_block(&mut block, |word| word);
            drawn += BLOCK;
        }
        twister.next_block(&mut block, |word| word);
        assert_eq!(block[10_000 - drawn - 1], 4_123_659_995);
    }
}
