//! Function texts: no panic, and what is read prints and reads back.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    if let Ok(text) = std::str::from_utf8(data) {
        let _ = pellucid::Target::parse(text);
    }
    if let Ok(text) = std::str::from_utf8(data)
        && let Ok(function) = pellucid::Function::parse(text)
    {
        // What is read can be printed and read again.
        let printed = function.to_string();
        let again = pellucid::Function::parse_with_inputs(&printed, function.input_names());
        assert_eq!(again.expect("printed functions can be read").to_string(), printed);
    }
});
