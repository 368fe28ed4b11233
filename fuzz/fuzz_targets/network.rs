//! Network files of every format: no panic, no hang, bounded memory.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let _ = pellucid::read(data, "fuzzed");
});
