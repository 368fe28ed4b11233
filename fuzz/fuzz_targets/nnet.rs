//! `.nnet` files, with and without their normalisation: no panic, no hang, bounded memory.
#![no_main]

use pellucid::{Normalisation, ReadOptions};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    for normalisation in [Normalisation::Folded, Normalisation::LeftAway] {
        let _ = pellucid::read_with(data, "fuzzed.nnet", ReadOptions { normalisation });
    }
});
