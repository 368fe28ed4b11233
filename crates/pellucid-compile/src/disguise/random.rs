//! What a disguise draws from its seed.

use pellucid_core::{Rational, SplitMix64};

/// Choices, scales and orders.
pub(super) struct Random(SplitMix64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Random(SplitMix64(seed))
    }

    /// A number below `n`, which is at least 1.
    pub(super) fn below(&mut self, n: usize) -> usize {
        self.0.below(n as u64) as usize
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
