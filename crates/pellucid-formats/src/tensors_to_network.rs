//! A state dict to a network: which tensors form a layer, and in which order the layers come.

use std::cmp::Ordering;
use std::collections::HashMap;

use pellucid_core::{Layer, Network, Rational};

use crate::notes::Notes;
use crate::tensor::{Dtype, MAX_NUMBERS, Tensor};
use crate::wrong::{Wrong, quoted};
use crate::{NetworkFile, Numbers};

/// One layer's tensors; `bias` has length out where `weight` is (out, in).
struct Part {
    prefix: String,
    weight: Tensor,
    bias: Option<Tensor>,
}

/// The network of a state dict, whose tensors come in the file's order.
pub(crate) fn tensors_to_network(tensors: Vec<Tensor>, notes: Notes) -> Result<NetworkFile, Wrong> {
    let numbers = common_numbers(tensors.iter().map(|tensor| tensor.dtype));
    let parts = in_order(tensors_to_parts(tensors)?)?;
    let mut wrong = Vec::new();
    let layers = parts.iter().map(|part| part_to_layer(part, &mut wrong)).collect();
    Wrong::unless_empty(wrong)?;
    let network = Network::new(notes.inputs, layers)?;
    Ok(NetworkFile { network, numbers, function: notes.function, domain: notes.domain })
}

/// The numbers that all of these are: float64 wins over float32, and floats over integers.
pub(crate) fn common_numbers(dtypes: impl Iterator<Item = Dtype>) -> Numbers {
    let rank = |numbers: &Numbers| Numbers::ALL.iter().position(|other| other == numbers);
    dtypes.map(Dtype::numbers).max_by_key(rank).unwrap_or(Numbers::Exact)
}

/// The layers' tensors, in the file's order.
fn tensors_to_parts(tensors: Vec<Tensor>) -> Result<Vec<Part>, Wrong> {
    let n_numbers: usize = tensors.iter().map(|tensor| tensor.bytes.len() / tensor.dtype.n_bytes()).sum();
    if n_numbers > MAX_NUMBERS {
        return Err(Wrong::one(format!("it has {n_numbers} weights, more than the {MAX_NUMBERS} that are read")));
    }
    let (mut parts, mut biases, mut wrong) = (Vec::<Part>::new(), Vec::new(), Vec::new());
    for tensor in tensors {
        let (prefix, leaf) = match tensor.name.rfind(['.', '/']) {
            Some(at) => (&tensor.name[..at], &tensor.name[at + 1..]),
            None => ("", tensor.name.as_str()),
        };
        let (prefix, n_dims) = (prefix.to_string(), tensor.shape.len());
        match leaf {
            "weight" if n_dims == 2 => parts.push(Part { prefix, weight: tensor, bias: None }),
            "bias" if n_dims == 1 => biases.push((prefix, tensor)),
            "weight" | "bias" => wrong.push(format!(
                "{} has shape {}; a weight has shape (out, in) and a bias (out,), other layers are not supported",
                quoted(&tensor.name),
                tensor.shape_text()
            )),
            _ => wrong.push(format!(
                "{} is neither a weight nor a bias; layers are named like 0.weight and 0.bias, other layers are not supported",
                quoted(&tensor.name)
            )),
        }
    }
    let mut places = HashMap::new();
    for (index, part) in parts.iter().enumerate() {
        if places.insert(part.prefix.clone(), index).is_some() {
            wrong.push(format!("{} is there twice", quoted(&part.weight.name)));
        }
    }
    for (prefix, bias) in biases {
        match places.get(&prefix).map(|index| &mut parts[*index]) {
            None => wrong.push(format!("{} has no weight to go with", quoted(&bias.name))),
            Some(part) if part.bias.is_some() => wrong.push(format!("{} is there twice", quoted(&bias.name))),
            Some(part) if part.weight.shape[0] != bias.shape[0] => wrong.push(format!(
                "{} has shape {}, but {} has {} rows",
                quoted(&bias.name),
                bias.shape_text(),
                quoted(&part.weight.name),
                part.weight.shape[0]
            )),
            Some(part) => part.bias = Some(bias),
        }
    }
    if parts.is_empty() && wrong.is_empty() {
        wrong.push("it has no tensors; a network's are named like 0.weight and 0.bias".into());
    }
    Wrong::unless_empty(wrong)?;
    Ok(parts)
}

/// The layers in the order in which data flows through them.
///
/// Names that differ in their numbers only are in the order of the numbers. Of other names
/// (`hidden`, `out`) the alphabet says little: their order and the file's order are both tried,
/// and if both fit and differ, nothing is guessed.
fn in_order(parts: Vec<Part>) -> Result<Vec<Part>, Wrong> {
    let stem = |part: &Part| part.prefix.chars().filter(|c| !c.is_ascii_digit()).collect::<String>();
    let numbered = parts.windows(2).all(|pair| stem(&pair[0]) == stem(&pair[1]));
    let mut natural: Vec<usize> = (0..parts.len()).collect();
    natural.sort_by(|a, b| natural_order(&parts[*a].prefix, &parts[*b].prefix));
    let stored: Vec<usize> = (0..parts.len()).collect();

    let (natural_misfits, stored_misfits) = (misfits(&parts, &natural), misfits(&parts, &stored));
    if !numbered && natural != stored && natural_misfits.is_empty() && stored_misfits.is_empty() {
        let names = |order: &[usize]| order.iter().map(|i| quoted(&parts[*i].prefix)).collect::<Vec<_>>().join(", ");
        return Err(Wrong::one(format!(
            "the layers' names do not tell their order: both {} and {} would fit; number them (0.weight, 1.weight, ...)",
            names(&natural),
            names(&stored)
        )));
    }
    let order = if numbered || natural_misfits.is_empty() || !stored_misfits.is_empty() {
        Wrong::unless_empty(natural_misfits)?;
        natural
    } else {
        stored
    };
    let mut parts: Vec<Option<Part>> = parts.into_iter().map(Some).collect();
    Ok(order.into_iter().filter_map(|index| parts[index].take()).collect())
}

/// The places where a layer's width is not what the next one takes in.
fn misfits(parts: &[Part], order: &[usize]) -> Vec<String> {
    let misfit = |pair: &[usize]| {
        let (before, after) = (&parts[pair[0]].weight, &parts[pair[1]].weight);
        (before.shape[0] != after.shape[1]).then(|| {
            format!(
                "{} of shape {} takes {} values, but {} of shape {} gives {}",
                quoted(&after.name),
                after.shape_text(),
                after.shape[1],
                quoted(&before.name),
                before.shape_text(),
                before.shape[0]
            )
        })
    };
    order.windows(2).filter_map(misfit).collect()
}

/// The order in which `2` comes before `10`.
fn natural_order(a: &str, b: &str) -> Ordering {
    let chunks = |text: &str| {
        let mut chunks: Vec<(bool, String)> = Vec::new();
        for c in text.chars() {
            let digit = c.is_ascii_digit();
            match chunks.last_mut() {
                Some((was_digit, chunk)) if *was_digit == digit => chunk.push(c),
                _ => chunks.push((digit, c.to_string())),
            }
        }
        chunks
    };
    // Numbers without leading zeros compare by length, then by digits.
    let key = |(digit, chunk): (bool, String)| {
        let chunk = if digit { chunk.trim_start_matches('0').to_string() } else { chunk };
        (!digit, if digit { chunk.len() } else { 0 }, chunk)
    };
    let keys = |text: &str| chunks(text).into_iter().map(key).collect::<Vec<_>>();
    keys(a).cmp(&keys(b))
}

fn part_to_layer(part: &Part, wrong: &mut Vec<String>) -> Layer<Rational> {
    let values = part.weight.values(wrong);
    let weights: Vec<_> = values.chunks(part.weight.shape[1]).map(<[Rational]>::to_vec).collect();
    let biases = match &part.bias {
        Some(bias) => bias.values(wrong),
        None => vec![Rational::zero(); weights.len()],
    };
    Layer { weights, biases }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tensor(name: &str, shape: &[usize]) -> Tensor {
        let n: usize = shape.iter().product();
        Tensor::new(name, shape.to_vec(), Dtype::F32, vec![0; 4 * n]).unwrap()
    }

    fn shape(tensors: &[(&str, &[usize])]) -> Result<Vec<usize>, String> {
        let tensors = tensors.iter().map(|(name, shape)| tensor(name, shape)).collect();
        tensors_to_network(tensors, Notes::default())
            .map(|file| file.network.shape())
            .map_err(|Wrong(findings)| findings.join("\n"))
    }

    #[test]
    fn layers_in_natural_order() {
        let numbered = [("layers.10.weight", &[1, 4][..]), ("layers.2.weight", &[4, 3]), ("layers.0.weight", &[3, 2])];
        assert_eq!(shape(&numbered), Ok(vec![2, 3, 4, 1]));
        assert_eq!(
            shape(&[("fc1.weight", &[3, 2]), ("fc2.weight", &[3, 3]), ("out.weight", &[1, 3])]),
            Ok(vec![2, 3, 3, 1])
        );
        assert_eq!(shape(&[("input.weight", &[3, 2]), ("hidden.weight", &[1, 3])]), Ok(vec![2, 3, 1]));
        assert_eq!(shape(&[("weight", &[3, 2])]), Ok(vec![2, 3]));
    }

    #[test]
    fn all_that_does_not_fit_is_listed() {
        assert_eq!(
            shape(&[("0.weight", &[8, 3, 3]), ("0.bias", &[8]), ("1.running_mean", &[8]), ("2.weight", &[1, 8])]),
            Err("`0.weight` has shape (8, 3, 3); a weight has shape (out, in) and a bias (out,), other layers are not supported\n\
                 `1.running_mean` is neither a weight nor a bias; layers are named like 0.weight and 0.bias, other layers are not supported\n\
                 `0.bias` has no weight to go with"
                .into())
        );
        assert_eq!(
            shape(&[("0.weight", &[3, 2]), ("2.weight", &[1, 4])]),
            Err("`2.weight` of shape (1, 4) takes 4 values, but `0.weight` of shape (3, 2) gives 3".into())
        );
        assert_eq!(
            shape(&[("0.weight", &[3, 2]), ("0.bias", &[1])]),
            Err("`0.bias` has shape (1), but `0.weight` has 3 rows".into())
        );
        assert_eq!(
            shape(&[("b.weight", &[2, 2]), ("a.weight", &[2, 2])]),
            Err("the layers' names do not tell their order: both `a`, `b` and `b`, `a` would fit; number them (0.weight, 1.weight, ...)".into())
        );
    }
}
