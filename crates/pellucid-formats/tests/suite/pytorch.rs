//! Files as PyTorch writes them: older formats, whole modules, checkpoints, views, graphs with skips.
//! `make_fixtures.py` made them, with what PyTorch gives for a few inputs.

use pellucid_core::{Network, Rational};
use pellucid_formats::{Numbers, ReadOptions, read_path, read_path_with_remarks};
use serde_json::Value;

use crate::fixtures;

fn expected(name: &str) -> Value {
    let text = std::fs::read_to_string(fixtures::path("expected.json")).unwrap();
    serde_json::from_str::<Value>(&text).unwrap()[name].clone()
}

/// Numbers of a list, each the float that it was printed from.
fn floats(list: &Value) -> Vec<f64> {
    list.as_array().unwrap().iter().map(|number| number.to_string().parse().unwrap()).collect()
}

fn network(name: &str) -> Network<Rational> {
    read_path(&fixtures::path(name)).unwrap_or_else(|error| panic!("{error}")).network
}

/// The network gives what PyTorch gives in float64, up to its rounding.
fn check(name: &str, network: &Network<Rational>) {
    let expected = expected(name);
    let inputs = expected["inputs"].as_array().unwrap();
    assert_eq!(inputs.len(), 6);
    for (input, output) in inputs.iter().zip(expected["outputs"].as_array().unwrap()) {
        let input: Vec<Rational> = floats(input).into_iter().map(|x| Rational::from_f64(x).unwrap()).collect();
        let (found, output) = (network.evaluate(&input), floats(output));
        assert_eq!(found.len(), output.len(), "{name}");
        for (found, output) in found.iter().zip(output) {
            // PyTorch keeps a module's constants, such as 0.1, as float64; in files they are float32.
            assert!((found.to_f64() - output).abs() < 1e-7, "{name}: {} instead of {output}", found.to_f64());
        }
    }
}

#[test]
fn one_network_saved_in_many_ways() {
    let plain = read_path(&fixtures::path("random-2-4-3-1.pt")).unwrap();
    for other in ["module", "before-1.6", "checkpoint", "module-in-checkpoint", "views"] {
        let other = format!("random-2-4-3-1-{other}.pt");
        assert_eq!(read_path(&fixtures::path(&other)).unwrap(), plain, "{other}");
    }
}

#[test]
fn other_floats() {
    for (kind, numbers) in
        [("float16", Numbers::Float32), ("bfloat16", Numbers::Float32), ("float64", Numbers::Float64)]
    {
        let name = format!("random-2-4-3-1-{kind}");
        let file = read_path(&fixtures::path(&format!("{name}.pt"))).unwrap();
        assert_eq!(file.numbers, numbers);
        let expected = expected(&name);
        for (index, layer) in file.network.layers().iter().enumerate() {
            let exact = |leaf: &str| -> Vec<Rational> {
                let list = floats(&expected[format!("{}.{leaf}", 2 * index)]);
                list.into_iter().map(|value| Rational::from_f64(value).unwrap()).collect()
            };
            assert_eq!(layer.weights.concat(), exact("weight"), "{name}");
            assert_eq!(layer.biases, exact("bias"), "{name}");
        }
    }
}

#[test]
fn modules_and_their_export_are_one_network() {
    let module = read_path_with_remarks(&fixtures::path("nested-module.pt"), ReadOptions::default()).unwrap();
    let export = read_path_with_remarks(&fixtures::path("nested-module.onnx"), ReadOptions::default()).unwrap();
    assert_eq!(module.file.network, export.file.network);
    check("nested-module", &module.file.network);
    assert_eq!(
        module.remarks,
        ["the square roots in the batch normalisation `1.1` are not rational: 4 factors are rounded to float64"]
    );
}

#[test]
fn graphs_that_are_no_chains() {
    for name in ["skip", "many-outputs", "convolution", "clamps", "operators"] {
        check(name, &network(&format!("{name}.onnx")));
    }
    let skip = read_path_with_remarks(&fixtures::path("skip.onnx"), ReadOptions::default()).unwrap();
    // The inputs pass over the first layer by the neurons of |x|; over the second pass the two sums of
    // |x| that the outputs need, by two neurons each.
    assert_eq!(skip.file.network.shape(), [3, 11, 7, 2]);
    assert_eq!(skip.file.numbers, Numbers::Float32);
}

#[test]
fn what_a_pickle_wants_to_call_is_named() {
    let refused = |name: &str| read_path(&fixtures::path(name)).unwrap_err().to_string();
    assert!(refused("own-class.pt").contains("the pickle wants to call `__main__.OwnClass`; refused"));
    assert!(refused("calls-system.pt").contains("the pickle wants to call `posix.system`; refused"));
    let normalised = refused("nested-state-dict.pt");
    assert!(normalised.contains("`1.1` is a batch normalisation; a state dict says neither"), "{normalised}");
}
