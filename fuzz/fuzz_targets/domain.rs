//! Domain texts: no panic, and what is read prints and reads back, with and without names.
#![no_main]

use pellucid::{Domain, numbered_inputs};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    for n in 1..=3 {
        let names = numbered_inputs(n);
        if let Ok(domain) = Domain::parse(text, &names) {
            assert!(domain.fits(n));
            assert_eq!(Domain::parse(&domain.to_string(), &names).expect("printed domains can be read"), domain);
        }
        let _ = Domain::Everywhere.and_where(text, &names);
    }
});
