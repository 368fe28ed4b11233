//! Random numbers without state: each is a mixed function of seed, purpose, step and place.

use fearless_simd::prelude::*;
use fearless_simd::{Simd, f32x16, u32x16};
use pellucid_core::SplitMix64;

/// The bits of a draw: a float32 in [0, 1) in steps of 2^-24.
const BITS: u32 = 24;
const UNIT: f32 = 1.0 / (1 << BITS) as f32;

/// What numbers are drawn for; streams of different purposes have nothing in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Initial weights.
    Weights = 1,
    /// The batches of the steps.
    Batches = 2,
    /// Test points.
    Test = 3,
    /// The points of a second-order finish.
    Finish = 4,
}

/// The numbers of one seed for one purpose.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stream {
    seed: u64,
}

/// The numbers of one step.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Key(u32, u32);

impl Stream {
    /// The stream of a seed; `attempt` tells restarts of one seed apart.
    pub(crate) fn new(seed: u64, attempt: u64, purpose: Purpose) -> Self {
        let mixed = SplitMix64(seed).next_u64() ^ SplitMix64(attempt).next_u64().rotate_left(17);
        Stream { seed: SplitMix64(mixed ^ (purpose as u64) << 56).next_u64() }
    }

    /// The key of a step.
    pub(crate) fn key(self, step: u64) -> Key {
        let mixed = SplitMix64(self.seed ^ step.wrapping_mul(0xA076_1D64_78BD_642F)).next_u64();
        Key((mixed >> 32) as u32, mixed as u32)
    }
}

impl Key {
    /// The draw at a place, in [0, 1).
    pub(crate) fn at(self, place: u32) -> f32 {
        (mix(place, self) >> (32 - BITS)) as i32 as f32 * UNIT
    }

    /// The draws at 16 places in a row, times `width`, plus `low`.
    #[inline(always)]
    pub(crate) fn uniform<S: Simd>(self, simd: S, place: u32, width: f32, low: f32) -> f32x16<S> {
        let bits = mix_16(simd, place, self) >> (32 - BITS);
        let draws: f32x16<S> = bits.bitcast::<fearless_simd::i32x16<S>>().to_float();
        draws.mul_add(f32x16::splat(simd, width * UNIT), f32x16::splat(simd, low))
    }
}

/// The 32-bit mixer with the least known bias of this form (the search of Wellons, "hash-prospector", with the constants
/// that Ettinger found), keyed before and within.
fn mix(place: u32, key: Key) -> u32 {
    let mut x = place ^ key.0;
    x ^= x >> 16;
    x = x.wrapping_mul(0x21f0_aaad).wrapping_add(key.1);
    x ^= x >> 15;
    x = x.wrapping_mul(0x735a_2d97);
    x ^ (x >> 15)
}

#[inline(always)]
fn mix_16<S: Simd>(simd: S, place: u32, key: Key) -> u32x16<S> {
    let lanes = u32x16::from_slice(simd, &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
    let mut x = (lanes + u32x16::splat(simd, place)) ^ u32x16::splat(simd, key.0);
    x = x ^ (x >> 16);
    x = x * u32x16::splat(simd, 0x21f0_aaad) + u32x16::splat(simd, key.1);
    x = x ^ (x >> 15);
    x *= u32x16::splat(simd, 0x735a_2d97);
    x ^ (x >> 15)
}

#[cfg(test)]
mod tests {
    use fearless_simd::{Level, dispatch};

    use super::*;

    fn sixteen(key: Key, place: u32) -> [f32; 16] {
        fn draw<S: Simd>(simd: S, key: Key, place: u32) -> [f32; 16] {
            let mut draws = [0.0; 16];
            key.uniform(simd, place, 1.0, 0.0).store_slice(&mut draws);
            draws
        }
        dispatch!(Level::new(), simd => draw(simd, key, place))
    }

    #[test]
    fn vectors_hold_the_single_draws() {
        let stream = Stream::new(7, 0, Purpose::Batches);
        for place in [0, 16, 160_000, u32::MAX - 15] {
            let key = stream.key(3);
            let single: Vec<f32> = (0..16).map(|lane| key.at(place + lane)).collect();
            assert_eq!(sixteen(key, place).as_slice(), single.as_slice());
        }
    }

    /// The largest of the chi-square statistics of `bins` bins, as standard deviations from its mean.
    fn unevenness(counts: &[u32]) -> f64 {
        let mean = f64::from(counts.iter().sum::<u32>()) / counts.len() as f64;
        let chi: f64 = counts.iter().map(|c| (f64::from(*c) - mean).powi(2) / mean).sum();
        let free = (counts.len() - 1) as f64;
        (chi - free) / (2.0 * free).sqrt()
    }

    #[test]
    fn draws_are_even_and_unrelated() {
        let values = |seed, step| {
            let key = Stream::new(seed, 0, Purpose::Batches).key(step);
            (0..200_000).map(move |place| key.at(place))
        };
        let bin = |v: f32, n: usize| ((v * n as f32) as usize).min(n - 1);
        let mut worst: f64 = 0.0;
        let mut pairs = |one: &mut dyn Iterator<Item = (f32, f32)>| {
            let mut counts = vec![0; 32 * 32];
            one.for_each(|(a, b)| counts[bin(a, 32) * 32 + bin(b, 32)] += 1);
            worst = worst.max(unevenness(&counts));
        };
        for seed in [0, 1, 1 << 40] {
            // Neighbours in a batch, neighbours 16 apart, steps in a row, seeds in a row, and the low bits.
            pairs(&mut values(seed, 0).zip(values(seed, 0).skip(1)).step_by(2));
            pairs(&mut values(seed, 5).zip(values(seed, 5).skip(16)).step_by(32));
            pairs(&mut values(seed, 0).zip(values(seed, 1)));
            pairs(&mut values(seed, 9).zip(values(seed + 1, 9)));
            pairs(&mut values(seed, 2).map(|v| (v, (v * 4096.0).fract())));
        }
        assert!(worst < 5.0, "{worst}");
    }

    #[test]
    fn purposes_and_attempts_are_told_apart() {
        let first = |seed, attempt, purpose| Stream::new(seed, attempt, purpose).key(0).at(0);
        let one = first(0, 0, Purpose::Batches);
        for other in [first(0, 1, Purpose::Batches), first(1, 0, Purpose::Batches), first(0, 0, Purpose::Test)] {
            assert_ne!(one, other);
        }
    }
}
