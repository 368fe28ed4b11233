//! A network to the float tensors of a state dict.

use pellucid_core::{Layer, Rational};

use crate::tensor::{Dtype, Tensor};
use crate::wrong::Wrong;
use crate::{NetworkFile, Numbers};

/// How networks are written.
///
/// ```
/// use pellucid_formats::WriteOptions;
/// assert!(!WriteOptions::default().rounding);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WriteOptions {
    /// Numbers that the format cannot hold exactly may be rounded to the nearest it can. Without
    /// this they are refused: what was proved about the network need not hold for the rounded one.
    pub rounding: bool,
}

/// Weights and biases, named as PyTorch names the layers of a `Sequential` with ReLUs between:
/// `0.weight`, `0.bias`, `2.weight`, and so on. Biases are left out when all are 0.
pub(crate) fn network_to_tensors(file: &NetworkFile, options: WriteOptions) -> Result<Vec<Tensor>, Wrong> {
    let layers = file.network.layers();
    let numbers = match file.numbers {
        Numbers::Exact if all_numbers(layers).all(|(_, value)| Numbers::Float32.has(value)) => Numbers::Float32,
        Numbers::Exact => Numbers::Float64,
        floats => floats,
    };
    fitting(layers, numbers, options)?;
    let dtype = if numbers == Numbers::Float32 { Dtype::F32 } else { Dtype::F64 };
    let biased = layers.iter().flat_map(|layer| &layer.biases).any(|bias| !bias.is_zero());
    let mut tensors = Vec::new();
    for (index, layer) in layers.iter().enumerate() {
        let shape = vec![layer.weights.len(), layer.weights[0].len()];
        let bytes = layer.weights.iter().flatten().flat_map(|value| to_bytes(value, dtype)).collect();
        tensors.push(Tensor { name: format!("{}.weight", 2 * index), shape, dtype, bytes });
        if biased {
            let bytes = layer.biases.iter().flat_map(|value| to_bytes(value, dtype)).collect();
            tensors.push(Tensor { name: format!("{}.bias", 2 * index), shape: vec![layer.biases.len()], dtype, bytes });
        }
    }
    Ok(tensors)
}

/// Are all numbers of this kind, or may they be rounded to it?
pub(crate) fn fitting(layers: &[Layer<Rational>], numbers: Numbers, options: WriteOptions) -> Result<(), Wrong> {
    let too_large: Vec<String> = all_numbers(layers)
        .filter(|(_, value)| numbers.round(value).is_none())
        .map(|(place, value)| format!("{} is {}, too large for {numbers}", place.text(), value.to_decimal(6)))
        .collect();
    Wrong::unless_empty(too_large)?;
    if options.rounding { Ok(()) } else { unfit(layers, &numbers.to_string(), |value| numbers.has(value)) }
}

/// Refuses numbers that would be rounded; says how many.
pub(crate) fn unfit(layers: &[Layer<Rational>], to: &str, fits: impl Fn(&Rational) -> bool) -> Result<(), Wrong> {
    let mut unfit = all_numbers(layers).filter(|(_, value)| !fits(value));
    let Some((place, value)) = unfit.next() else {
        return Ok(());
    };
    let (n_unfit, n_all) = (unfit.count() + 1, all_numbers(layers).count());
    Err(Wrong::one(format!(
        "{n_unfit} of {n_all} numbers would be rounded to {to}, the first at {}: {}; write .json with exact numbers, or allow rounding (--round)",
        place.text(),
        value.to_decimal(6)
    )))
}

/// Where a number is; made to text only for messages.
struct Place {
    layer: usize,
    row: usize,
    column: Option<usize>,
}

impl Place {
    /// Counted from 1, as in the messages about networks: `layer 2, weight (1, 3)`.
    fn text(&self) -> String {
        match self.column {
            Some(column) => format!("layer {}, weight ({}, {})", self.layer + 1, self.row + 1, column + 1),
            None => format!("layer {}, bias {}", self.layer + 1, self.row + 1),
        }
    }
}

fn all_numbers(layers: &[Layer<Rational>]) -> impl Iterator<Item = (Place, &Rational)> {
    layers.iter().enumerate().flat_map(|(layer, values)| {
        let weights = values.weights.iter().enumerate().flat_map(move |(row, weights)| {
            weights.iter().enumerate().map(move |(j, value)| (Place { layer, row, column: Some(j) }, value))
        });
        let biases = values.biases.iter().enumerate();
        weights.chain(biases.map(move |(row, value)| (Place { layer, row, column: None }, value)))
    })
}

fn to_bytes(value: &Rational, dtype: Dtype) -> Vec<u8> {
    if dtype == Dtype::F32 { value.to_f32().to_le_bytes().to_vec() } else { value.to_f64().to_le_bytes().to_vec() }
}
