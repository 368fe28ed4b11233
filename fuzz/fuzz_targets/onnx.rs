//! ONNX graphs: no panic, no hang, bounded memory.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    // The version first, by which ONNX is recognised; fields may come twice.
    let _ = pellucid::read(&[&[0x08, 0x08], data].concat(), "fuzzed.onnx");
});
