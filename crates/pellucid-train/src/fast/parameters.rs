//! All weights and biases of a network in one row of numbers.

use pellucid_core::Layer;
#[cfg(test)]
use pellucid_core::Network;

/// Where a layer's numbers stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// Weights that go into a neuron.
    pub n_inputs: usize,
    /// Neurons of the layer.
    pub n_outputs: usize,
    /// Where the weights begin, (out, in), row by row.
    pub weights: usize,
    /// Where the biases begin.
    pub biases: usize,
}

/// A network's numbers: layer by layer its weights, then its biases (zeros where there are none to learn).
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Parameters {
    /// The layers' places.
    pub places: Vec<Place>,
    /// The numbers.
    pub values: Vec<f32>,
    /// Are there biases to learn?
    pub bias: bool,
}

impl Parameters {
    /// Zeros for a network of these widths, inputs and outputs included.
    pub(crate) fn zeros(shape: &[usize], bias: bool) -> Self {
        let mut end = 0;
        let places: Vec<Place> = shape
            .windows(2)
            .map(|widths| {
                let weights = end;
                let biases = weights + widths[0] * widths[1];
                end = biases + widths[1];
                Place { n_inputs: widths[0], n_outputs: widths[1], weights, biases }
            })
            .collect();
        Parameters { places, values: vec![0.0; end], bias }
    }

    /// The numbers of a network.
    #[cfg(test)]
    pub(crate) fn of(network: &Network<f32>, bias: bool) -> Self {
        let mut parameters = Parameters::zeros(&network.shape(), bias);
        for (place, layer) in parameters.places.clone().iter().zip(network.layers()) {
            parameters.values[place.weights..place.biases].copy_from_slice(&layer.weights.concat());
            parameters.values[place.biases..place.biases + place.n_outputs].copy_from_slice(&layer.biases);
        }
        parameters
    }

    /// The widths, inputs and outputs included.
    pub(crate) fn shape(&self) -> Vec<usize> {
        self.places
            .first()
            .map(|place| place.n_inputs)
            .into_iter()
            .chain(self.places.iter().map(|p| p.n_outputs))
            .collect()
    }

    /// The layers as the rest of the project knows them.
    pub(crate) fn to_layers(&self) -> Vec<Layer<f32>> {
        self.places
            .iter()
            .map(|place| Layer {
                weights: self.values[place.weights..place.biases]
                    .chunks_exact(place.n_inputs)
                    .map(<[f32]>::to_vec)
                    .collect(),
                biases: self.values[place.biases..place.biases + place.n_outputs].to_vec(),
            })
            .collect()
    }

    /// For each number: is it learnt, and is it a bias?
    pub(crate) fn kinds(&self) -> impl Iterator<Item = Kind> + '_ {
        self.places.iter().flat_map(|place| {
            let biases = if self.bias { Kind::Bias } else { Kind::Absent };
            std::iter::repeat_n(Kind::Weight, place.n_inputs * place.n_outputs)
                .chain(std::iter::repeat_n(biases, place.n_outputs))
        })
    }
}

/// What a number is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A weight.
    Weight,
    /// A bias.
    Bias,
    /// The zero of a network without biases.
    Absent,
}

impl Kind {
    /// Does training change it?
    pub(crate) fn is_learnt(self) -> bool {
        self != Kind::Absent
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_places() {
        let layer = |weights: &[[f32; 2]], biases: &[f32]| Layer {
            weights: weights.iter().map(|row| row.to_vec()).collect(),
            biases: biases.to_vec(),
        };
        let layers = vec![layer(&[[1.0, 2.0], [3.0, 4.0]], &[5.0, 6.0]), layer(&[[7.0, 8.0]], &[9.0])];
        let network = Network::new(None, layers.clone()).unwrap();
        let parameters = Parameters::of(&network, true);
        assert_eq!(parameters.values, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0]);
        assert_eq!(parameters.to_layers(), layers);
        assert_eq!(parameters.shape(), [2, 2, 1]);
        assert_eq!(parameters.kinds().filter(|kind| *kind == Kind::Bias).count(), 3);
    }
}
