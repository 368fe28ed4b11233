//! A network to Pellucid's own format: a row of weights a line, the same network the same text.

use pellucid_core::{Layer, Rational};
use serde_json::Value;

use crate::network_to_tensors::{WriteOptions, fitting};
use crate::wrong::Wrong;
use crate::{NetworkFile, Numbers};

/// Exact numbers are written as strings (`"-1/2"`), floats as the shortest JSON number that is
/// read as the same float.
pub(crate) fn network_to_json(file: &NetworkFile, options: WriteOptions) -> Result<Vec<u8>, Wrong> {
    fitting(file.network.layers(), file.numbers, options)?;
    let mut head = vec!["  \"pellucid\": 1".to_string()];
    let inputs: Vec<String> = file.network.input_names().iter().map(|name| text(name)).collect();
    head.push(format!("  \"inputs\": [{}]", inputs.join(", ")));
    for (key, value) in [("function", &file.function), ("domain", &file.domain)] {
        if let Some(value) = value {
            head.push(format!("  \"{key}\": {}", text(value)));
        }
    }
    if file.numbers != Numbers::Exact {
        head.push(format!("  \"numbers\": {}", text(&file.numbers.to_string())));
    }
    let layers: Vec<String> = file.network.layers().iter().map(|layer| layer_text(layer, file.numbers)).collect();
    head.push(format!("  \"layers\": [\n{}\n  ]", layers.join(",\n")));
    Ok(format!("{{\n{}\n}}\n", head.join(",\n")).into_bytes())
}

fn layer_text(layer: &Layer<Rational>, numbers: Numbers) -> String {
    let rows: Vec<String> = layer.weights.iter().map(|row| format!("        {}", row_text(row, numbers))).collect();
    let biases = row_text(&layer.biases, numbers);
    format!("    {{\n      \"weights\": [\n{}\n      ],\n      \"biases\": {biases}\n    }}", rows.join(",\n"))
}

fn row_text(row: &[Rational], numbers: Numbers) -> String {
    let numbers: Vec<String> = row.iter().map(|value| number_text(value, numbers)).collect();
    format!("[{}]", numbers.join(", "))
}

fn number_text(value: &Rational, numbers: Numbers) -> String {
    // Rust's `{:?}` of a float is the shortest text that reads back, with an exponent when long.
    let shortest = match numbers {
        Numbers::Exact => return text(&value.to_string()),
        Numbers::Float32 => format!("{:?}", value.to_f32()),
        Numbers::Float64 => format!("{:?}", value.to_f64()),
    };
    shortest.strip_suffix(".0").map_or(shortest.clone(), str::to_string)
}

fn text(text: &str) -> String {
    Value::from(text).to_string()
}
