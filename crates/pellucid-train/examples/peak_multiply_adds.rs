//! The most multiply-adds a second that one core does on float32 numbers, for `bench/train`: many independent chains of
//! them in registers.
//!
//! ```text
//! cargo run --release -p pellucid-train --example peak_multiply_adds
//! ```

use std::hint::black_box;
use std::time::Instant;

use fearless_simd::prelude::*;
use fearless_simd::{Level, Simd, dispatch, f32x16};

/// More than a processor needs to hide the latency, few enough to stay in registers.
const CHAINS: usize = 10;
const STEPS: usize = 20_000_000;

#[inline(always)]
fn chains<S: Simd>(simd: S) -> f32 {
    let factor = f32x16::splat(simd, black_box(0.999));
    let term = f32x16::splat(simd, black_box(1e-3));
    let mut values = [f32x16::splat(simd, black_box(1.0)); CHAINS];
    for _ in 0..STEPS {
        for value in &mut values {
            *value = value.mul_add(factor, term);
        }
    }
    let sum = values.into_iter().fold(f32x16::splat(simd, 0.0), |sum, value| sum + value);
    let mut lanes = [0.0; 16];
    sum.store_slice(&mut lanes);
    lanes.iter().sum()
}

fn main() {
    let start = Instant::now();
    black_box(dispatch!(Level::new(), simd => chains(simd)));
    println!("{}", (CHAINS * STEPS * 16) as f64 / start.elapsed().as_secs_f64());
}
