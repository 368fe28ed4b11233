//! Initial weights.

use crate::fast::{Key, Parameters};
use crate::regimen::Init;

/// How large small weights are beside PyTorch's.
const SMALL: f64 = 0.1;

/// The numbers of a network before the first step.
pub(crate) fn initial(shape: &[usize], bias: bool, init: Init, scale: f64, key: Key) -> Parameters {
    let mut parameters = Parameters::zeros(shape, bias);
    let n_layers = parameters.places.len();
    let mut draws = Draws { key, next: 0 };
    for (l, place) in parameters.places.clone().into_iter().enumerate() {
        let (n_inputs, n_outputs) = (place.n_inputs, place.n_outputs);
        let hidden = l + 1 < n_layers;
        let weights = &mut parameters.values[place.weights..place.biases];
        match init {
            Init::PyTorch | Init::Paired | Init::Small => {
                let size = if init == Init::Small { SMALL } else { 1.0 };
                let bound = size / (n_inputs as f64).sqrt();
                weights.fill_with(|| draws.uniform(bound));
                if init == Init::Paired && hidden {
                    for pair in weights.chunks_exact_mut(2 * n_inputs) {
                        let (first, second) = pair.split_at_mut(n_inputs);
                        second.iter_mut().zip(first).for_each(|(turned, weight)| *turned = -*weight);
                    }
                }
                if bias {
                    parameters.values[place.biases..][..n_outputs].fill_with(|| draws.uniform(bound));
                }
            }
            Init::He => {
                let deviation = (2.0 / n_inputs as f64).sqrt();
                weights.fill_with(|| (deviation * draws.normal()) as f32);
            }
            Init::Glorot => {
                let bound = (6.0 / (n_inputs + n_outputs) as f64).sqrt();
                weights.fill_with(|| draws.uniform(bound));
            }
            Init::Orthogonal => {
                let gain = if hidden { 2_f64.sqrt() } else { 1.0 };
                let rows = orthogonal(n_outputs, n_inputs, &mut draws);
                weights.iter_mut().zip(rows.concat()).for_each(|(weight, value)| *weight = (gain * value) as f32);
            }
        }
    }
    let scale = scale as f32;
    parameters.values.iter_mut().for_each(|value| *value *= scale);
    parameters
}

struct Draws {
    key: Key,
    next: u32,
}

impl Draws {
    fn unit(&mut self) -> f64 {
        self.next += 1;
        f64::from(self.key.at(self.next - 1))
    }

    fn uniform(&mut self, bound: f64) -> f32 {
        (bound * (2.0 * self.unit() - 1.0)) as f32
    }

    /// Box and Muller 1958.
    fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.unit()).cos()
    }
}

/// `n_rows` vectors of this length, orthonormal as rows, or as columns where there are more rows than columns.
fn orthogonal(n_rows: usize, length: usize, draws: &mut Draws) -> Vec<Vec<f64>> {
    if n_rows > length {
        let columns = orthogonal(length, n_rows, draws);
        return (0..n_rows).map(|j| columns.iter().map(|column| column[j]).collect()).collect();
    }
    let mut rows: Vec<Vec<f64>> = Vec::new();
    while rows.len() < n_rows {
        // Gram and Schmidt, twice, so that roundings are taken away too.
        let mut row: Vec<f64> = (0..length).map(|_| draws.normal()).collect();
        for known in rows.iter().chain(&rows) {
            let along: f64 = row.iter().zip(known).map(|(a, b)| a * b).sum();
            row.iter_mut().zip(known).for_each(|(a, b)| *a -= along * b);
        }
        let norm = row.iter().map(|a| a * a).sum::<f64>().sqrt();
        if norm > 1e-6 {
            row.iter_mut().for_each(|a| *a /= norm);
            rows.push(row);
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fast::{Purpose, Stream};

    fn any_key(seed: u64) -> Key {
        Stream::new(seed, 0, Purpose::Weights).key(0)
    }

    #[test]
    fn weights_are_spread_as_they_should() {
        let shape = [40, 60, 30];
        for (init, expected) in [
            (Init::PyTorch, 1.0 / (3.0 * 40.0)),
            (Init::He, 2.0 / 40.0),
            (Init::Glorot, 2.0 / 100.0),
            (Init::Orthogonal, 2.0 / 60.0),
            (Init::Paired, 1.0 / (3.0 * 40.0)),
            (Init::Small, 0.01 / (3.0 * 40.0)),
        ] {
            let parameters = initial(&shape, true, init, 3.0, any_key(1));
            let weights = &parameters.values[..2400];
            let variance = weights.iter().map(|w| f64::from(w / 3.0).powi(2)).sum::<f64>() / 2400.0;
            assert!((variance / expected - 1.0).abs() < 0.1, "{init:?}: {variance} for {expected}");
        }
    }

    #[test]
    fn orthogonal_rows_are_orthogonal() {
        let mut draws = Draws { key: any_key(2), next: 0 };
        for (n, length) in [(3, 5), (4, 4), (5, 2)] {
            let rows = orthogonal(n, length, &mut draws);
            let across: Vec<Vec<f64>> =
                if n <= length { rows } else { (0..length).map(|i| rows.iter().map(|row| row[i]).collect()).collect() };
            for (i, a) in across.iter().enumerate() {
                for (k, b) in across.iter().enumerate() {
                    let product: f64 = a.iter().zip(b).map(|(a, b)| a * b).sum();
                    assert!((product - f64::from(u8::from(i == k))).abs() < 1e-12);
                }
            }
        }
    }

    #[test]
    fn pairs_are_opposite() {
        let parameters = initial(&[2, 3, 1], false, Init::Paired, 1.0, any_key(3));
        assert_eq!(parameters.values[0], -parameters.values[2]);
        assert_eq!(parameters.values[1], -parameters.values[3]);
        assert_ne!(parameters.values[4], 0.0);
    }
}
