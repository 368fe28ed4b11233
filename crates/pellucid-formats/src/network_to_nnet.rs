//! A network to `.nnet`: without normalisation, every number as an exact decimal.

use pellucid_core::{Domain, Rational};

use crate::network_to_tensors::{WriteOptions, fitting, unfit};
use crate::wrong::Wrong;
use crate::{NetworkFile, Numbers};

/// The minimum and maximum where the network has no domain: those of float32, since readers clip.
const UNBOUNDED: [&str; 2] = ["-3.4028234663852886e38", "3.4028234663852886e38"];

/// The means are 0 and the ranges 1, so that every reader takes the same numbers; the minimums and
/// maximums are the domain's.
pub(crate) fn network_to_nnet(file: &NetworkFile, options: WriteOptions) -> Result<Vec<u8>, Wrong> {
    let layers = file.network.layers();
    fitting(layers, file.numbers, options)?;
    if !options.rounding {
        unfit(layers, "a decimal", |value| value.exact_decimal().is_some())?;
    }
    let number = |value: &Rational| {
        let value = file.numbers.round(value).unwrap_or_else(|| value.clone());
        let rounded = || Numbers::Float64.round(&value).and_then(|float| float.exact_decimal());
        value.exact_decimal().or_else(rounded).unwrap_or_default()
    };
    let shape = file.network.shape();
    let (n_inputs, n_outputs) = (file.network.n_inputs(), file.network.n_outputs());
    let repeated = |text: &str, n: usize| vec![text.to_string(); n];
    let (minimums, maximums) = match domain_sides(file) {
        Some(sides) => sides.iter().map(|(low, high)| (number(low), number(high))).unzip(),
        None => (repeated(UNBOUNDED[0], n_inputs), repeated(UNBOUNDED[1], n_inputs)),
    };
    let largest = shape.iter().max().copied().unwrap_or(0);
    let mut lines = vec![
        "// A ReLU network, written by pellucid without normalisation\n".to_string(),
        line([layers.len(), n_inputs, n_outputs, largest].iter().map(usize::to_string)),
        line(shape.iter().map(usize::to_string)),
        line(["0".to_string()]),
        line(minimums),
        line(maximums),
        line(repeated("0", n_inputs + 1)),
        line(repeated("1", n_inputs + 1)),
    ];
    for layer in layers {
        lines.extend(layer.weights.iter().map(|row| line(row.iter().map(number))));
        lines.extend(layer.biases.iter().map(|bias| line([number(bias)])));
    }
    Ok(lines.concat().into_bytes())
}

/// The sides of the domain, where the file's text gives a box whose sides are decimals.
fn domain_sides(file: &NetworkFile) -> Option<Vec<(Rational, Rational)>> {
    match Domain::parse(file.domain.as_deref()?, file.network.input_names()).ok()? {
        Domain::Box(sides) => {
            let are_decimals = sides.iter().all(|(low, high)| [low, high].iter().all(|v| v.exact_decimal().is_some()));
            are_decimals.then_some(sides)
        }
        _ => None,
    }
}

fn line(values: impl IntoIterator<Item = String>) -> String {
    values.into_iter().collect::<Vec<_>>().join(",") + ",\n"
}
