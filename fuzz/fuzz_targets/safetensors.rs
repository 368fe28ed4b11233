//! safetensors: no panic, no hang, bounded memory.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let _ = pellucid::read(data, "fuzzed.safetensors");
    // With a header of the right length, up to the last brace.
    if let Some(end) = data.iter().rposition(|byte| *byte == b'}') {
        let _ = pellucid::read(&[&(end as u64 + 1).to_le_bytes(), data].concat(), "fuzzed.safetensors");
    }
});
