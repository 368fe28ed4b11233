//! Damaged files: an error in plain words or a network, but never a panic.

use pellucid_formats::{Format, WriteOptions, read, write};

use crate::fixtures;

/// The fixtures, and the own format, which has none.
fn files() -> Vec<(String, Vec<u8>)> {
    let mut files = fixtures::all();
    let (name, bytes) = files.iter().find(|(name, _)| name == "random-2-4-3-1.pt").unwrap();
    let json = write(&read(bytes, name).unwrap(), Format::Json, WriteOptions::default()).unwrap();
    files.push(("random-2-4-3-1.json".into(), json));
    files
}

fn survives(bytes: &[u8], name: &str) -> bool {
    match read(bytes, name) {
        Ok(_) => true,
        Err(error) => {
            assert!(error.to_string().starts_with(&format!("cannot read {name}:")), "{error}");
            assert!(error.is_input());
            false
        }
    }
}

#[test]
fn files_cut_at_every_byte() {
    for (name, bytes) in files() {
        for end in 0..bytes.len() {
            let read = survives(&bytes[..end], &name);
            // A protobuf may end after any field, and a JSON text before its last white space.
            let may_be_whole = name.ends_with(".onnx") || bytes[end..].trim_ascii().is_empty();
            assert!(!read || may_be_whole, "{name} cut at {end} is read as if it were whole");
        }
    }
}

#[test]
fn files_with_bytes_changed() {
    let mut random = 1u64;
    let mut next = |below: usize| {
        // Knuth's linear congruential generator; the high bits are the good ones.
        random = random.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (random >> 33) as usize % below
    };
    for (name, bytes) in files() {
        for round in 0..300 {
            let mut bytes = bytes.clone();
            for _ in 0..1 + round % 4 {
                let at = next(bytes.len());
                bytes[at] = if round % 3 == 0 { 0xff } else { next(256) as u8 };
            }
            survives(&bytes, &name);
        }
    }
}

#[test]
fn nonsense() {
    let mut random = 7u64;
    for length in 0..2000 {
        let mut bytes: Vec<u8> = (0..length % 97)
            .map(|_| {
                random = random.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                (random >> 56) as u8
            })
            .collect();
        // Half of them pass for ONNX by their first bytes.
        if length % 2 == 0 && bytes.len() > 2 {
            bytes[..3].copy_from_slice(&[0x08, 0x08, 0x3a]);
        }
        survives(&bytes, "nonsense");
    }
}
