//! A small stream of numbers from a seed, the same on every machine.

use pellucid_core::Rational;

/// SplitMix64 (Steele, Lea, Flood 2014): a counter, mixed.
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Random(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `n`, which is at least 1.
    pub(super) fn below(&mut self, n: usize) -> usize {
        // The high half of the product; for small n as good as equally likely.
        ((u128::from(self.next()) * n as u128) >> 64) as usize
    }

    /// One of these.
    pub(super) fn pick<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())].clone()
    }

    pub(super) fn coin(&mut self) -> bool {
        self.below(2) == 0
    }

    /// A power of two between 1/4 and 4.
    pub(super) fn scale(&mut self) -> Rational {
        let (p, q) = self.pick(&[(1, 4), (1, 2), (1, 1), (2, 1), (4, 1)]);
        Rational::ratio(p, q)
    }

    /// 1 or 2, of either sign.
    pub(super) fn small(&mut self) -> Rational {
        Rational::from(self.pick(&[-2i64, -1, 1, 2]))
    }

    /// Into a random order (Fisher and Yates).
    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i + 1));
        }
    }
}
