//! The random stream against PyTorch's own, bit for bit.

use pellucid_core::Layer;
use pellucid_train::RandomStream;
use serde_json::Value;

const FIXTURE: &str = include_str!("fixtures/torch_random.json");

/// The floats of a field, written as big-endian hexadecimal.
fn floats(case: &Value, field: &str) -> Vec<u32> {
    let texts = case[field].as_array().unwrap_or_else(|| panic!("no field {field}"));
    texts.iter().map(|text| u32::from_str_radix(text.as_str().unwrap(), 16).unwrap()).collect()
}

fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|value| value.to_bits()).collect()
}

fn weight_bits(layer: &Layer<f32>) -> Vec<u32> {
    bits(&layer.weights.concat())
}

#[test]
fn every_draw_is_pytorchs() {
    let fixture: Value = serde_json::from_str(FIXTURE).unwrap();
    let cases = fixture["cases"].as_array().unwrap();
    assert!(cases.len() >= 7);
    for case in cases {
        let seed = case["seed"].as_u64().unwrap();
        let mut random = RandomStream::new(seed);
        assert_eq!(bits(&random.rand(20)), floats(case, "rand_20"), "seed {seed}");
        assert_eq!(bits(&random.rand(10)), floats(case, "rand_5x2"), "seed {seed}");
        let layer = random.linear(1, 2, false);
        assert_eq!(weight_bits(&layer), floats(case, "linear_1_2_no_bias_weight"), "seed {seed}");
        assert_eq!(layer.biases, [0.0; 2]);
        for (n_inputs, n_outputs) in [(2, 3), (7, 11)] {
            let layer = random.linear(n_inputs, n_outputs, true);
            let name = format!("linear_{n_inputs}_{n_outputs}");
            assert_eq!(weight_bits(&layer), floats(case, &format!("{name}_weight")), "seed {seed}");
            assert_eq!(bits(&layer.biases), floats(case, &format!("{name}_bias")), "seed {seed}");
        }
        assert_eq!(bits(&random.rand(3)), floats(case, "rand_3_after"), "seed {seed}");
    }
}
