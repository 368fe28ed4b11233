//! VNN-LIB properties, and their cases: no panic, no hang, bounded memory.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    if let Ok(property) = pellucid::read_property(data, "fuzzed") {
        let _ = property.cases(1000);
    }
});
