//! From wide hidden layers to the widths asked for: neurons are merged or left out one by one.

use crate::fast::Parameters;

/// The numbers without the neuron of hidden layer `l` (0 for the first) whose loss hurts least by `loss`.
///
/// Each neuron is also tried merged into the one whose direction is nearest to its own.
pub(crate) fn leave_one_out(
    parameters: &Parameters,
    l: usize,
    mut loss: impl FnMut(&Parameters) -> f64,
) -> Option<Parameters> {
    let width = parameters.places[l].n_outputs;
    let mut best: Option<(f64, Parameters)> = None;
    for k in 0..width {
        let merged = nearest(parameters, l, k).map(|(other, factor)| {
            let mut merged = parameters.clone();
            let above = merged.places[l + 1];
            for row in 0..above.n_outputs {
                let at = above.weights + row * width;
                merged.values[at + other] += merged.values[at + k] * factor;
            }
            merged
        });
        for candidate in merged.iter().chain([parameters]) {
            let smaller = without(candidate, l, k);
            let value = loss(&smaller);
            // A loss that is not a number never wins, except where there is no other.
            if best.as_ref().is_none_or(|(least, _)| value < *least) {
                best = Some((value, smaller));
            }
        }
    }
    best.map(|(_, smaller)| smaller)
}

/// Gives each hidden neuron incoming and outgoing weights of the same length; what the network computes stays.
///
/// Without this, merged neurons have weights of very different sizes, on which steps of descent diverge.
pub(crate) fn balance(parameters: &mut Parameters) {
    for l in 0..parameters.places.len() - 1 {
        let (below, above) = (parameters.places[l], parameters.places[l + 1]);
        let values = &mut parameters.values;
        for k in 0..below.n_outputs {
            let row = below.weights + k * below.n_inputs..below.weights + (k + 1) * below.n_inputs;
            let column = |o: usize| above.weights + o * above.n_inputs + k;
            let incoming = values[row.clone()].iter().map(|v| v * v).sum::<f32>() + values[below.biases + k].powi(2);
            let outgoing: f32 = (0..above.n_outputs).map(|o| values[column(o)].powi(2)).sum();
            let factor = (outgoing / incoming).powf(0.25);
            if !(factor.is_finite() && factor > 0.0) {
                continue;
            }
            values[row].iter_mut().for_each(|v| *v *= factor);
            values[below.biases + k] *= factor;
            (0..above.n_outputs).for_each(|o| values[column(o)] /= factor);
        }
    }
}

/// The other neuron of the layer whose direction is nearest, and how many times longer neuron `k` is; `None` where no
/// direction is near.
fn nearest(parameters: &Parameters, l: usize, k: usize) -> Option<(usize, f32)> {
    let place = parameters.places[l];
    let direction = |k: usize| {
        let row = &parameters.values[place.weights + k * place.n_inputs..][..place.n_inputs];
        row.iter().copied().chain([parameters.values[place.biases + k]]).collect::<Vec<f32>>()
    };
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    let norm = |v: &[f32]| dot(v, v).sqrt();
    let own = direction(k);
    let others = (0..place.n_outputs).filter(|other| *other != k).map(|other| {
        let values = direction(other);
        (dot(&own, &values) / (norm(&own) * norm(&values)), other, norm(&own) / norm(&values))
    });
    let (cosine, other, factor) = others.max_by(|a, b| a.0.total_cmp(&b.0))?;
    (cosine > 0.5 && factor.is_finite()).then_some((other, factor))
}

/// The numbers without neuron `k` of hidden layer `l`.
fn without(parameters: &Parameters, l: usize, k: usize) -> Parameters {
    let mut shape = parameters.shape();
    shape[l + 1] -= 1;
    let mut smaller = Parameters::zeros(&shape, parameters.bias);
    for (at, (from, to)) in parameters.places.iter().zip(smaller.places.clone()).enumerate() {
        let rows = (0..from.n_outputs).filter(|row| !(at == l && *row == k));
        for (row, kept) in rows.enumerate() {
            let columns = (0..from.n_inputs).filter(|column| !(at == l + 1 && *column == k));
            for (column, kept_column) in columns.enumerate() {
                smaller.values[to.weights + row * to.n_inputs + column] =
                    parameters.values[from.weights + kept * from.n_inputs + kept_column];
            }
            smaller.values[to.biases + row] = parameters.values[from.biases + kept];
        }
    }
    smaller
}

#[cfg(test)]
mod tests {
    use pellucid_core::{Layer, Network};

    use super::*;

    /// |x| by relu(x), relu(2x) at half the weight, relu(-x), and a neuron that does little.
    fn wide() -> Parameters {
        let hidden = Layer { weights: vec![vec![1.0], vec![2.0], vec![-1.0], vec![0.5]], biases: vec![0.0; 4] };
        let output = Layer { weights: vec![vec![0.5, 0.25, 1.0, 0.001]], biases: vec![0.0] };
        Parameters::of(&Network::new(None, vec![hidden, output]).unwrap(), false)
    }

    fn loss(parameters: &Parameters) -> f64 {
        let network = Network::new(None, parameters.to_layers()).unwrap();
        (-10..=10).map(|k| k as f32 / 10.0).map(|x| f64::from(network.evaluate(&[x])[0] - x.abs()).powi(2)).sum()
    }

    #[test]
    fn copies_are_merged_and_what_does_little_goes() {
        let first = leave_one_out(&wide(), 0, loss).unwrap();
        assert_eq!(first.shape(), [1, 3, 1]);
        let second = leave_one_out(&first, 0, loss).unwrap();
        assert_eq!(second.shape(), [1, 2, 1]);
        assert!(loss(&second) < 1e-4, "{}", loss(&second));
    }

    #[test]
    fn balancing_changes_nothing_that_is_computed() {
        let mut balanced = wide();
        balance(&mut balanced);
        let (a, b) = (loss(&balanced), loss(&wide()));
        assert!((a - b).abs() < 1e-9, "{a} {b}");
        assert!((balanced.values[0].abs() - balanced.values[8].abs()).abs() < 1e-6);
    }
}
