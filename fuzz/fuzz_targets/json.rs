//! Pellucid's own JSON: no panic, no hang, and what is read is written and read as the same network.
#![no_main]

use pellucid::{Format, WriteOptions};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Ok(file) = pellucid::read(data, "fuzzed.json") else { return };
    if let Ok(bytes) = pellucid::write(&file, Format::Json, WriteOptions::default()) {
        assert_eq!(pellucid::read(&bytes, "written.json").expect("what is written can be read").network, file.network);
    }
});
