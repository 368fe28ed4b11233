//! PyTorch's pickles and storages: nothing is executed, no panic, no hang, bounded memory.
#![no_main]

/// What files before PyTorch 1.6 begin with: the magic number, the version, and what machine wrote it, each
/// a pickle. Unlike zip archives they have no checksums.
const BEGINNING: &[u8] =
    b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.\x80\x02M\xe9\x03.\x80\x02}.";

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let _ = pellucid::read(&[BEGINNING, data].concat(), "fuzzed.pt");
    let _ = pellucid::read(data, "fuzzed.pt");
});
