//! One network in the formats that it is passed around in (`tests/one-network/make.py` wrote them) is taken
//! apart in one way.

use super::*;

fn files(network: &str) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/one-network").join(network);
    let formats =
        ["arrays.npz", "weights.safetensors", "state-dict.pt", "torch.onnx", "torch-script.onnx", "keras.onnx"];
    formats.iter().map(|name| folder.join(name).to_string_lossy().into_owned()).collect()
}

/// What is said of a file, its name left out.
fn said(file: &str) -> Outcome {
    let mut said = pellucid(&["decompile", file, "--tolerance", "1e-3", "--json"]);
    said.stderr = said.stderr.replace(file, "FILE");
    said
}

fn all_formats_say_the_same(network: &str) -> Outcome {
    let files = files(network);
    let first = said(&files[0]);
    for file in &files[1..] {
        let other = said(file);
        assert_eq!(
            (first.status, &first.stdout, &first.stderr),
            (other.status, &other.stdout, &other.stderr),
            "{file}"
        );
    }
    first
}

#[test]
fn a_minimum_is_the_same_from_every_format() {
    let said = all_formats_say_the_same("minimum-2-6-1");
    assert_eq!(said.json()["formula"], "min(x1, x2)");
    assert_eq!(said.json()["widths"], serde_json::json!([6]));
}

#[test]
fn a_median_with_two_hidden_layers_is_the_same_from_every_format() {
    all_formats_say_the_same("median-3-12-9-1");
}
