//! `.npz`: no panic, no hang, bounded memory.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let _ = pellucid::read(data, "fuzzed.npz");
    let _ = pellucid::read(&[b"PK\x03\x04", data].concat(), "fuzzed.npz");
});
