//! Networks trained with PyTorch 2.7.1 and saved by PyTorch, NumPy, safetensors and its ONNX
//! exporter: the same network must come out of every file.

use std::path::PathBuf;

use pellucid_core::Rational;
use pellucid_formats::{NetworkFile, Numbers, read_path};

const TRAINED: [(&str, &[usize]); 8] = [
    ("absolute-value", &[1, 2, 1]),
    ("absolute-value-stuck", &[1, 2, 1]),
    ("addition", &[2, 2, 1]),
    ("identity", &[1, 2, 1]),
    ("minimum", &[2, 3, 1]),
    ("negation", &[1, 2, 1]),
    ("negation-stuck", &[1, 2, 1]),
    ("subtraction", &[2, 2, 1]),
];

/// Where a fixture lies.
pub fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

/// Every fixture's bytes, by name.
pub fn all() -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = std::fs::read_dir(path(""))
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().into_string().unwrap(), std::fs::read(entry.path()).unwrap()))
        .filter(|(name, _)| name != "expected.json")
        .collect();
    files.sort();
    assert!(files.len() >= 37, "fixtures are missing");
    files
}

fn fixture(name: &str) -> NetworkFile {
    read_path(&path(name)).unwrap()
}

#[test]
fn every_format_gives_the_same_network() {
    for (name, shape) in TRAINED {
        let pt = fixture(&format!("{name}.pt"));
        assert_eq!(pt.network.shape(), shape, "{name}");
        assert_eq!(pt.numbers, Numbers::Float32);
        for extension in ["safetensors", "npz", "onnx"] {
            assert_eq!(fixture(&format!("{name}.{extension}")), pt, "{name}.{extension}");
        }
    }
    let pt = fixture("random-2-4-3-1.pt");
    assert_eq!(pt.network.shape(), [2, 4, 3, 1]);
    assert!(pt.network.layers().iter().all(|layer| layer.biases.iter().all(|bias| !bias.is_zero())));
    assert_eq!(fixture("random-2-4-3-1.safetensors"), pt);
    assert_eq!(fixture("random-2-4-3-1.onnx"), pt);
}

#[test]
fn weights_are_the_floats_of_the_file() {
    // The bytes of minimum.safetensors, read by hand.
    let bits: [u32; 9] =
        [0x371fe92e, 0x3f84a528, 0xb345841e, 0xbf8ce120, 0xbf5b5099, 0x3f5b5018, 0x3f7707d2, 0xbf68988d, 0xbf9568ce];
    let expected: Vec<Rational> = bits.iter().map(|bits| Rational::from_f32(f32::from_bits(*bits)).unwrap()).collect();
    let network = fixture("minimum.safetensors").network;
    let weights: Vec<Rational> = network.layers().iter().flat_map(|layer| layer.weights.concat()).collect();
    assert_eq!(weights, expected);
}
