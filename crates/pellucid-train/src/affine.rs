//! A layer's numbers in one piece of memory, for training.

use pellucid_core::Layer;

use crate::column::Float;

/// One layer `y = W x + b`, or the gradient with respect to one.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Affine<F> {
    /// The number of inputs.
    pub n_inputs: usize,
    /// `W`, shape (out, in), row after row.
    pub weights: Vec<F>,
    /// `b`, length out; zeros when the layer has no bias.
    pub biases: Vec<F>,
}

impl<F: Float> Affine<F> {
    /// A layer of zeros.
    pub(crate) fn zeros(n_inputs: usize, n_outputs: usize) -> Self {
        Affine { n_inputs, weights: vec![F::default(); n_inputs * n_outputs], biases: vec![F::default(); n_outputs] }
    }

    /// One neuron after the other: its weights and its bias.
    pub(crate) fn neurons(&self) -> impl Iterator<Item = (&[F], F)> {
        self.weights.chunks_exact(self.n_inputs).zip(self.biases.iter().copied())
    }

    /// The layer as the rest of the project knows it.
    pub(crate) fn to_layer(&self) -> Layer<F> {
        Layer {
            weights: self.weights.chunks_exact(self.n_inputs).map(<[F]>::to_vec).collect(),
            biases: self.biases.clone(),
        }
    }
}

impl<F: Float> From<Layer<F>> for Affine<F> {
    fn from(layer: Layer<F>) -> Self {
        Affine {
            n_inputs: layer.weights.first().map_or(0, Vec::len),
            weights: layer.weights.concat(),
            biases: layer.biases,
        }
    }
}
