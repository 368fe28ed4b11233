//! What people are told, word for word.

use pellucid_core::Rational;
use pellucid_formats::{Format, NetworkFile, WriteOptions, read, read_path, write};

use crate::fixtures;

fn refused(bytes: &[u8], name: &str) -> String {
    read(bytes, name).unwrap_err().to_string()
}

fn refused_json(text: &str) -> String {
    refused(text.as_bytes(), "net.json")
}

#[test]
fn files_that_are_no_networks() {
    assert_eq!(refused(b"", "a"), "cannot read a: it is empty");
    assert_eq!(
        refused(b"GIF89a", "a.onnx"),
        "cannot read a.onnx: its format is not recognised; it starts with the bytes 47 49 46 38 39 61 (read are Pellucid's JSON, ONNX, safetensors, .npz, .pt and .nnet)"
    );
    assert_eq!(
        refused(b"version https://git-lfs.github.com/spec/v1", "a.pt"),
        "cannot read a.pt: it is a Git LFS pointer, not the file itself; run git lfs pull"
    );
    assert_eq!(
        refused(b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", "a.npz"),
        "cannot read a.npz: it is a zip archive without a network (a .pt has data.pkl inside, an .npz has .npy files; this has nothing)"
    );
    assert!(read_path(&fixtures::path("")).unwrap_err().to_string().ends_with("it is a folder"));
}

#[test]
fn cut_files() {
    let cut = |name: &str, end: usize| refused(&std::fs::read(fixtures::path(name)).unwrap()[..end], name);
    assert_eq!(
        cut("minimum.safetensors", 170),
        "cannot read minimum.safetensors: `2.weight` should be the bytes 24..36 of the data, but only 34 are there; the file is damaged or cut short"
    );
    assert_eq!(cut("minimum.safetensors", 50), "cannot read minimum.safetensors: the safetensors header is cut short");
    assert_eq!(
        cut("minimum.npz", 300),
        "cannot read minimum.npz: the zip archive is damaged or cut short (its table of contents is missing)"
    );
    assert_eq!(cut("minimum.onnx", 300), "cannot read minimum.onnx: the ONNX file is damaged or cut short");
}

#[test]
fn everything_wrong_in_own_files_is_listed() {
    assert_eq!(
        refused_json(
            r#"{"pellucid": 1, "numbers": "float16", "colour": 1, "inputs": ["x", "x"], "layers": [
                {"weights": [[NaN, "1/0"], ["inf", -Infinity]], "bias": [1]},
                {"weights": [[null, "abc"]], "biases": 3}]}"#
        ),
        "cannot read net.json:
  key `colour` is not known (known: pellucid, inputs, function, domain, numbers, layers)
  numbers is `\"float16\"`; exact, float32 or float64 is right
  two inputs are called `x`
  layer 1, key `bias` is not known (known: weights, biases)
  layer 1, weight (1, 1) is NaN; weights must be finite
  layer 1, weight (1, 2) is `1/0`, not a number (3, -1/2, 0.25 and 1e-3 are; exponents up to 4096)
  layer 1, weight (2, 1) is inf; weights must be finite
  layer 1, weight (2, 2) is -Infinity; weights must be finite
  layer 2, weight (1, 1) is `null`, not a number
  layer 2, weight (1, 2) is `abc`, not a number (3, -1/2, 0.25 and 1e-3 are; exponents up to 4096)
  layer 2, biases is not a list of numbers"
    );
    assert_eq!(
        refused_json(
            r#"{"pellucid": 1, "layers": [{"weights": [[1, 2], [3]]}, {"weights": [[1, 2, 3]], "biases": []}]}"#
        ),
        "cannot read net.json:
  layer 1, row 2: 1 weight where 2 values come in
  layer 2, row 1: 3 weights where 2 values come in
  layer 2: 0 biases for 1 neuron"
    );
    assert_eq!(
        refused_json(r#"{"pellucid": 1, "numbers": "float32", "layers": [{"weights": [[1e39]]}]}"#),
        "cannot read net.json: layer 1, weight (1, 1) is `1e+39`, too large for float32"
    );
}

#[test]
fn versions_and_other_json() {
    assert_eq!(
        refused_json(r#"{"pellucid": 2, "layers": []}"#),
        "cannot read net.json: its format version is `2`, and only version 1 is known; a newer Pellucid may read it"
    );
    assert_eq!(
        refused_json(r#"{"layers": []}"#),
        r#"cannot read net.json: it is JSON but not a network: {"pellucid": 1, "layers": [{"weights": [["1", "-1/2"]], "biases": ["0"]}]} is one"#
    );
    assert_eq!(refused_json(r#"{"pellucid": 1, "layers": []}"#), "cannot read net.json: the network has no layers");
    assert_eq!(
        refused_json(r#"{"pellucid": 1"#),
        "cannot read net.json: it is not valid JSON: EOF while parsing an object at line 1 column 14"
    );
}

#[test]
fn rounding_must_be_allowed() {
    let text = br#"{"pellucid": 1, "layers": [{"weights": [["1/3", "1"], ["2/3", "0"]], "biases": ["1/4", "0.1"]}]}"#;
    let file = read(text, "net.json").unwrap();
    assert_eq!(
        write(&file, Format::Onnx, WriteOptions::default()).unwrap_err().to_string(),
        "cannot write ONNX: 3 of 6 numbers would be rounded to float64, the first at layer 1, weight (1, 1): 0.333333; \
         write .json with exact numbers, or allow rounding (--round)"
    );
    let bytes = write(&file, Format::Onnx, WriteOptions { rounding: true }).unwrap();
    assert_eq!(read(&bytes, "net.onnx").unwrap().network.layers()[0].biases[1], Rational::from_f64(0.1).unwrap());

    let huge = read(br#"{"pellucid": 1, "layers": [{"weights": [["1e400"]]}]}"#, "net.json").unwrap();
    assert!(
        write(&huge, Format::Npz, WriteOptions { rounding: true })
            .unwrap_err()
            .to_string()
            .contains("too large for float64")
    );
    let exact: NetworkFile = huge.network.clone().into();
    assert_eq!(exact, huge);
}

#[test]
fn formats_by_extension() {
    let of = |path: &str| Format::of_path(path.as_ref()).map_err(|error| error.to_string());
    assert_eq!(of("a/NET.ONNX"), Ok(Format::Onnx));
    assert_eq!(
        of("net.pt"),
        Err("cannot write net.pt: PyTorch's own files are read but not written; PyTorch loads .safetensors (written are .json, .onnx, .safetensors, .npz, .nnet)".into())
    );
    assert_eq!(
        of("net"),
        Err("cannot write net: the name has no extension that tells the format (written are .json, .onnx, .safetensors, .npz, .nnet)".into())
    );
}
