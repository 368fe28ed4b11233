//! Domain texts: no panic.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    if let Ok(text) = std::str::from_utf8(data) {
        let _ = pellucid::Domain::parse(text, &pellucid::numbered_inputs(2));
    }
});
