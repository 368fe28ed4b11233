//! A small stream of numbers from a seed, the same on every machine.

/// SplitMix64 (Steele, Lea, Flood 2014): a counter, mixed. The field is the seed, and later the counter.
///
/// It is for spreading points and hiding circuits, where the same seed has to give the same answer; what
/// it draws only suggests.
///
/// ```
/// use pellucid_core::SplitMix64;
/// let mut stream = SplitMix64(1_234_567);
/// assert_eq!(stream.next_u64(), 6_457_827_717_110_365_317);
/// assert!(stream.below(6) < 6);
/// ```
#[derive(Clone, Debug)]
pub struct SplitMix64(pub u64);

impl SplitMix64 {
    /// The next number.
    pub fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `bound`: for small bounds as good as equally likely. 0 where the bound is 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.next_u64() % bound.max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_values() {
        let mut stream = SplitMix64(1_234_567);
        assert_eq!([(); 2].map(|()| stream.next_u64()), [6_457_827_717_110_365_317, 3_203_168_211_198_807_973]);
    }

    #[test]
    fn every_number_below_a_bound_comes_up() {
        let mut stream = SplitMix64(0);
        let mut seen = [0; 7];
        (0..7_000).for_each(|_| seen[stream.below(7) as usize] += 1);
        assert!(seen.iter().all(|times| (800..1_200).contains(times)), "{seen:?}");
        assert_eq!(stream.below(0), 0);
    }
}
