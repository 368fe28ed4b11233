//! A state dict to a network: which tensors form a layer, and in which order the layers come.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap};

use pellucid_core::{Layer, Network, Rational};

use crate::network_file::Reading;
use crate::notes::Notes;
use crate::tensor::{Dtype, MAX_NUMBERS, Tensor};
use crate::tensor_names::{Role, Way, role};
use crate::wrong::{Wrong, quoted};
use crate::{NetworkFile, Numbers};

/// One layer's tensors.
struct Part {
    prefix: String,
    weight: Tensor,
    bias: Option<Tensor>,
}

impl Part {
    /// How many values it takes and gives, its weight lying this way.
    fn sizes(&self, way: Way) -> (usize, usize) {
        match way {
            Way::OutIn => (self.weight.shape[1], self.weight.shape[0]),
            Way::InOut => (self.weight.shape[0], self.weight.shape[1]),
        }
    }
}

/// What the order says in which a file holds its tensors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stored {
    /// They come as they were made: a dictionary keeps its order.
    AsMade,
    /// Nothing: the format's writers sort them by name.
    ByName,
}

/// The network of a state dict, whose tensors come in the file's order.
pub(crate) fn tensors_to_network(tensors: Vec<Tensor>, stored: Stored, notes: Notes) -> Result<Reading, Wrong> {
    let numbers = common_numbers(tensors.iter().map(|tensor| tensor.dtype));
    let (parts, named) = tensors_to_parts(tensors)?;
    let (order, way, remark) = order_and_way(&parts, named, stored)?;
    let ordered = (!are_numbered(&parts)).then(|| {
        let names = order.iter().map(|i| quoted(&parts[*i].prefix)).collect::<Vec<_>>().join(", ");
        format!("its layers are taken in the order {names}, which their names do not tell")
    });
    let mut wrong = Vec::new();
    let layers = order.iter().map(|index| part_to_layer(&parts[*index], way, &mut wrong)).collect();
    Wrong::unless_empty(wrong)?;
    let network = Network::new(notes.inputs, layers)?;
    let file = NetworkFile { network, numbers, function: notes.function, domain: notes.domain };
    Ok(Reading { file, remarks: remark.into_iter().chain(ordered).collect() })
}

/// The numbers that all of these are: float64 wins over float32, and floats over integers.
pub(crate) fn common_numbers(dtypes: impl Iterator<Item = Dtype>) -> Numbers {
    let rank = |numbers: &Numbers| Numbers::ALL.iter().position(|other| other == numbers);
    dtypes.map(Dtype::numbers).max_by_key(rank).unwrap_or(Numbers::Exact)
}

/// The layers' tensors, in the file's order, and which way their weights lie where the names say so.
fn tensors_to_parts(tensors: Vec<Tensor>) -> Result<(Vec<Part>, Option<Way>), Wrong> {
    let n_numbers: usize = tensors.iter().map(Tensor::n_numbers).sum();
    if n_numbers > MAX_NUMBERS {
        return Err(Wrong::one(format!("it has {n_numbers} weights, more than the {MAX_NUMBERS} that are read")));
    }
    let (mut parts, mut biases, mut wrong) = (Vec::<Part>::new(), Vec::new(), Vec::new());
    let (mut ways, mut normalisations) = (Vec::new(), BTreeMap::<String, usize>::new());
    let unnamed = tensors.iter().all(|tensor| role(&tensor.name).1 == Some(Role::Unnamed));
    for tensor in &tensors {
        if let (prefix, Some(Role::Normalisation)) = role(&tensor.name) {
            *normalisations.entry(prefix).or_default() += 1;
        }
    }
    for mut tensor in tensors {
        let (prefix, role) = role(&tensor.name);
        if normalisations.contains_key(&prefix) {
            continue;
        }
        let n_dims = tensor.shape.len();
        let is_row = n_dims == 1 || (n_dims == 2 && tensor.shape.contains(&1));
        match role {
            Some(Role::Weight(way)) if n_dims == 2 => {
                ways.push(way);
                parts.push(Part { prefix, weight: tensor, bias: None });
            }
            Some(Role::Bias) if is_row => {
                // NumPy code keeps biases as rows, to add them to many samples.
                tensor.shape = vec![tensor.n_numbers()];
                biases.push((prefix, tensor));
            }
            // Arrays without names: a matrix begins a layer, a vector is the bias of the one before.
            Some(Role::Unnamed) if unnamed && n_dims == 2 => {
                ways.push(None);
                parts.push(Part { prefix: tensor.name.clone(), weight: tensor, bias: None });
            }
            Some(Role::Unnamed) if unnamed && n_dims == 1 => {
                let before = parts.last().map(|part| part.prefix.clone()).unwrap_or_default();
                biases.push((before, tensor));
            }
            Some(Role::Weight(_) | Role::Bias) => wrong.push(format!(
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
    for prefix in normalisations.keys() {
        wrong.push(format!(
            "{} is a batch normalisation; a state dict says neither its epsilon nor where it acts: save the whole nn.Sequential with torch.save, or export the model as ONNX",
            quoted(prefix)
        ));
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
            Some(part) => part.bias = Some(bias),
        }
    }
    if parts.is_empty() && wrong.is_empty() {
        wrong.push("it has no tensors; a network's are named like 0.weight and 0.bias".into());
    }
    Wrong::unless_empty(wrong)?;
    let named = ways[0].filter(|first| ways.iter().all(|way| *way == Some(*first)));
    Ok((parts, named))
}

/// The order of the layers, and which way their weights lie: as the names say if that fits, else as the
/// shapes say. With a remark where the names did not say it.
fn order_and_way(
    parts: &[Part],
    named: Option<Way>,
    stored: Stored,
) -> Result<(Vec<usize>, Way, Option<String>), Wrong> {
    let in_order = |parts: &[Part], way: Way| in_order(parts, way, stored);
    let says = |way: Way| {
        let lie = if way == Way::OutIn { "(out, in)" } else { "(in, out)" };
        Some(format!("its weights are taken to lie {lie}, since their shapes fit only so"))
    };
    if let Some(way) = named {
        let refused = match in_order(parts, way) {
            Ok(order) => return Ok((order, way, None)),
            Err(refused) => refused,
        };
        return match in_order(parts, way.other()) {
            Ok(order) if fits(parts, way.other()) => Ok((order, way.other(), says(way.other()))),
            _ => Err(refused),
        };
    }
    match (in_order(parts, Way::OutIn), in_order(parts, Way::InOut)) {
        (Ok(order), Err(_)) => Ok((order, Way::OutIn, says(Way::OutIn))),
        (Err(_), Ok(order)) => Ok((order, Way::InOut, says(Way::InOut))),
        (Err(refused), Err(_)) => Err(refused),
        (Ok(_), Ok(_)) => Err(Wrong::one(
            "whether its weights lie (out, in) or (in, out) is said neither by their names nor by their shapes; call them 0.weight, 2.weight, ... if (out, in), and 0.kernel, 2.kernel, ... if (in, out)",
        )),
    }
}

/// Do all biases fit their weights?
fn fits(parts: &[Part], way: Way) -> bool {
    parts.iter().all(|part| part.bias.as_ref().is_none_or(|bias| bias.shape[0] == part.sizes(way).1))
}

/// A layer's name without its numbers.
fn stem(part: &Part) -> String {
    part.prefix.chars().filter(|c| !c.is_ascii_digit()).collect()
}

/// Do the layers' names differ in their numbers only?
fn are_numbered(parts: &[Part]) -> bool {
    parts.windows(2).all(|pair| stem(&pair[0]) == stem(&pair[1]))
}

/// The layers in the order in which data flows through them.
///
/// Names that differ in their numbers only are in the order of the numbers. Of other names
/// (`hidden`, `out`) the alphabet says little: their order and the file's order are both tried, and where
/// the file's order is the alphabet's whatever the network is, all others that fit; if several fit, nothing is
/// guessed.
fn in_order(parts: &[Part], way: Way, stored: Stored) -> Result<Vec<usize>, Wrong> {
    let unfit = |part: &Part| {
        let bias = part.bias.as_ref().filter(|bias| bias.shape[0] != part.sizes(way).1)?;
        Some(format!(
            "{} has shape {}, but {} has {} {}",
            quoted(&bias.name),
            bias.shape_text(),
            quoted(&part.weight.name),
            part.sizes(way).1,
            if way == Way::OutIn { "rows" } else { "columns" }
        ))
    };
    Wrong::unless_empty(parts.iter().filter_map(unfit).collect())?;
    let numbered = are_numbered(parts);
    let mut natural: Vec<usize> = (0..parts.len()).collect();
    natural.sort_by(|a, b| natural_order(&parts[*a].prefix, &parts[*b].prefix));
    let natural_misfits = misfits(parts, &natural, way);
    let names = |order: &[usize]| order.iter().map(|i| quoted(&parts[*i].prefix)).collect::<Vec<_>>().join(", ");
    let untold = |one: &[usize], other: &[usize]| {
        Err(Wrong::one(format!(
            "the layers' names do not tell their order: both {} and {} would fit; number them (0.weight, 1.weight, ...)",
            names(one),
            names(other)
        )))
    };
    if !numbered && stored == Stored::ByName {
        return match fitting_orders(parts, &natural, way).as_slice() {
            [] => Err(Wrong(natural_misfits)),
            [order] => Ok(order.clone()),
            [one, other, ..] => untold(one, other),
        };
    }
    let stored: Vec<usize> = (0..parts.len()).collect();
    let stored_misfits = misfits(parts, &stored, way);
    if !numbered && natural != stored && natural_misfits.is_empty() && stored_misfits.is_empty() {
        return untold(&natural, &stored);
    }
    if numbered || natural_misfits.is_empty() || !stored_misfits.is_empty() {
        Wrong::unless_empty(natural_misfits)?;
        Ok(natural)
    } else {
        Ok(stored)
    }
}

/// So many steps of looking for orders are made; with more layers of one size there are many orders anyway.
const MAX_STEPS: usize = 10_000;

/// Up to two orders in which each layer gives as many values as the next takes in, those first that are near
/// `natural`. Layers whose names differ in their numbers only stay in the order of the numbers.
fn fitting_orders(parts: &[Part], natural: &[usize], way: Way) -> Vec<Vec<usize>> {
    struct Search<'a> {
        parts: &'a [Part],
        /// The layers of each name, in the order of their numbers, and how many are placed.
        queues: Vec<(Vec<usize>, usize)>,
        way: Way,
        order: Vec<usize>,
        found: Vec<Vec<usize>>,
        n_steps: usize,
    }
    impl Search<'_> {
        fn go_on(&mut self) {
            self.n_steps += 1;
            if self.order.len() == self.parts.len() {
                self.found.push(self.order.clone());
                return;
            }
            for queue in 0..self.queues.len() {
                if self.found.len() == 2 || self.n_steps > MAX_STEPS {
                    return;
                }
                let (members, placed) = &self.queues[queue];
                let Some(next) = members.get(*placed).copied() else { continue };
                let gives = self.order.last().map(|last| self.parts[*last].sizes(self.way).1);
                if gives.is_none_or(|gives| gives == self.parts[next].sizes(self.way).0) {
                    self.queues[queue].1 += 1;
                    self.order.push(next);
                    self.go_on();
                    self.order.pop();
                    self.queues[queue].1 -= 1;
                }
            }
        }
    }
    let mut queues: Vec<(String, Vec<usize>)> = Vec::new();
    for index in natural {
        let stem = stem(&parts[*index]);
        match queues.iter_mut().find(|(known, _)| *known == stem) {
            Some((_, members)) => members.push(*index),
            None => queues.push((stem, vec![*index])),
        }
    }
    let queues = queues.into_iter().map(|(_, members)| (members, 0)).collect();
    let mut search = Search { parts, queues, way, order: Vec::new(), found: Vec::new(), n_steps: 0 };
    search.go_on();
    search.found
}

/// The places where a layer's width is not what the next one takes in.
fn misfits(parts: &[Part], order: &[usize], way: Way) -> Vec<String> {
    let misfit = |pair: &[usize]| {
        let (before, after) = (&parts[pair[0]], &parts[pair[1]]);
        let (gives, takes) = (before.sizes(way).1, after.sizes(way).0);
        (gives != takes).then(|| {
            format!(
                "{} of shape {} takes {takes} values, but {} of shape {} gives {gives}",
                quoted(&after.weight.name),
                after.weight.shape_text(),
                quoted(&before.weight.name),
                before.weight.shape_text(),
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

fn part_to_layer(part: &Part, way: Way, wrong: &mut Vec<String>) -> Layer<Rational> {
    let values = part.weight.values(wrong);
    let n_columns = part.weight.shape[1];
    let weights: Vec<Vec<Rational>> = match way {
        Way::OutIn => values.chunks(n_columns).map(<[Rational]>::to_vec).collect(),
        Way::InOut => (0..n_columns).map(|j| values.iter().skip(j).step_by(n_columns).cloned().collect()).collect(),
    };
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
        tensors_to_network(tensors, Stored::AsMade, Notes::default())
            .map(|reading| reading.file.network.shape())
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

    /// The shape read from a file that is sorted by names.
    fn sorted_shape(tensors: &[(&str, &[usize])]) -> Result<Vec<usize>, String> {
        let mut tensors: Vec<Tensor> = tensors.iter().map(|(name, shape)| tensor(name, shape)).collect();
        tensors.sort_by(|a, b| a.name.cmp(&b.name));
        tensors_to_network(tensors, Stored::ByName, Notes::default())
            .map(|reading| reading.file.network.shape())
            .map_err(|Wrong(findings)| findings.join("\n"))
    }

    #[test]
    fn the_alphabet_is_no_order() {
        let autoencoder = [("encoder.weight", &[2, 4][..]), ("decoder.weight", &[4, 2])];
        // A dictionary says that the encoder is first, but then the names must not say something else.
        let untold = "the layers' names do not tell their order: both `decoder`, `encoder` and `encoder`, `decoder` would fit; number them (0.weight, 1.weight, ...)";
        assert_eq!(shape(&autoencoder), Err(untold.into()));
        assert_eq!(sorted_shape(&autoencoder), Err(untold.into()));
        let three = [("one.weight", &[3, 3][..]), ("three.weight", &[1, 3]), ("two.weight", &[3, 3])];
        assert!(sorted_shape(&three).unwrap_err().contains("would fit"));
        // Where the shapes leave one order it is taken, whatever the names are.
        let parts = [("head.weight", &[1, 5][..]), ("body.2.weight", &[5, 3]), ("body.0.weight", &[3, 2])];
        assert_eq!(sorted_shape(&parts), Ok(vec![2, 3, 5, 1]));
        assert_eq!(sorted_shape(&[("zeroth.weight", &[3, 2]), ("a.weight", &[1, 3])]), Ok(vec![2, 3, 1]));
        assert!(sorted_shape(&[("a.weight", &[3, 2]), ("b.weight", &[4, 1])]).unwrap_err().contains("takes"));
        // Numbers are an order in every format.
        let squares = [("10.weight", &[3, 3][..]), ("2.weight", &[3, 3]), ("0.weight", &[3, 3])];
        assert_eq!(sorted_shape(&squares), Ok(vec![3, 3, 3, 3]));
        // Many layers of one size have many orders; two are enough to know.
        let names: Vec<String> = (0..40u8).map(|k| format!("{}.weight", "x".repeat(usize::from(k) + 1))).collect();
        let many: Vec<(&str, &[usize])> = names.iter().map(|name| (name.as_str(), &[2, 2][..])).collect();
        assert!(sorted_shape(&many).unwrap_err().contains("would fit"));
    }

    #[test]
    fn an_order_that_names_do_not_tell_is_said() {
        let tensors = vec![tensor("hidden.weight", &[3, 2]), tensor("out.weight", &[1, 3])];
        let reading = tensors_to_network(tensors, Stored::ByName, Notes::default()).unwrap_or_else(|_| panic!());
        let said = "its layers are taken in the order `hidden`, `out`, which their names do not tell";
        assert_eq!(reading.remarks, [said]);
    }

    #[test]
    fn all_that_does_not_fit_is_listed() {
        assert_eq!(
            shape(&[("0.weight", &[8, 3, 3]), ("0.bias", &[8]), ("1.running_mean", &[8]), ("2.weight", &[1, 8])]),
            Err("`0.weight` has shape (8, 3, 3); a weight has shape (out, in) and a bias (out,), other layers are not supported\n\
                 `1` is a batch normalisation; a state dict says neither its epsilon nor where it acts: save the whole nn.Sequential with torch.save, or export the model as ONNX\n\
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

    /// The shape, and whether the weights were found to lie (in, out).
    fn shape_and_way(tensors: &[(&str, &[usize])]) -> Result<(Vec<usize>, bool), String> {
        let tensors = tensors.iter().map(|(name, shape)| tensor(name, shape)).collect();
        let reading = tensors_to_network(tensors, Stored::AsMade, Notes::default())
            .map_err(|Wrong(findings)| findings.join("\n"))?;
        Ok((reading.file.network.shape(), reading.remarks.iter().any(|remark| remark.contains("(in, out)"))))
    }

    #[test]
    fn names_of_other_programs() {
        let same = Ok((vec![2, 3, 1], false));
        // Keras and Flax say how weights lie, scikit-learn too.
        assert_eq!(
            shape_and_way(&[("dense/kernel:0", &[2, 3]), ("dense/bias:0", &[3]), ("dense_1/kernel:0", &[3, 1])]),
            same
        );
        assert_eq!(shape_and_way(&[("params/Dense_0/kernel", &[2, 3]), ("params/Dense_1/kernel", &[3, 1])]), same);
        assert_eq!(
            shape_and_way(&[
                ("coefs_0", &[2, 3]),
                ("coefs_1", &[3, 1]),
                ("intercepts_0", &[3]),
                ("intercepts_1", &[1])
            ]),
            same
        );
        // Others leave it to the shapes.
        let from_shapes = Ok((vec![2, 3, 1], true));
        assert_eq!(shape_and_way(&[("W1", &[2, 3]), ("b1", &[1, 3]), ("W2", &[3, 1]), ("b2", &[1, 1])]), from_shapes);
        assert_eq!(
            shape_and_way(&[("arr_0", &[2, 3]), ("arr_1", &[3]), ("arr_2", &[3, 1]), ("arr_3", &[1])]),
            from_shapes
        );
        assert_eq!(shape_and_way(&[("W1", &[3, 2]), ("b1", &[3]), ("W2", &[1, 3])]), same);
        assert_eq!(shape_and_way(&[("0.weight", &[2, 3]), ("0.bias", &[3]), ("1.weight", &[3, 1])]), from_shapes);
        assert_eq!(shape_and_way(&[("model.net.fc1.weight", &[3, 2]), ("model.net.fc2.weight", &[1, 3])]), same);
        assert_eq!(shape_and_way(&[("module.0.weight", &[3, 2]), ("module.2.weight", &[1, 3])]), same);
        // Square weights without a telling name are not guessed at.
        let guessed = shape_and_way(&[("W1", &[2, 2]), ("W2", &[2, 2])]);
        assert!(guessed.clone().unwrap_err().starts_with("whether its weights lie"), "{guessed:?}");
    }
}
