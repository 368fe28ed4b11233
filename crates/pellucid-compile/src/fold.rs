//! Networks put one behind the other, and layers that compute nothing new folded away.

use pellucid_core::{Error, Layer, Network, Rational};

/// The network that feeds the outputs of `inner` into `outer`: the output layer of `inner` becomes
/// part of the first layer of `outer`.
///
/// # Errors
/// When the widths do not fit.
pub fn compose(outer: &Network<Rational>, inner: &Network<Rational>) -> Result<Network<Rational>, Error> {
    if outer.n_inputs() != inner.n_outputs() {
        return Err(Error::input(format!("{} outputs cannot feed {} inputs", inner.n_outputs(), outer.n_inputs())));
    }
    let joint = chain(&outer.layers()[0], inner.output_layer());
    let layers = inner.hidden_layers().iter().cloned().chain([joint]).chain(outer.layers()[1..].iter().cloned());
    Network::new(Some(inner.input_names().to_vec()), layers.collect())
}

/// `outer(inner(x))` of two affine layers.
fn chain(outer: &Layer<Rational>, inner: &Layer<Rational>) -> Layer<Rational> {
    let width = inner.weights[0].len();
    let mut layer = Layer { weights: Vec::new(), biases: Vec::new() };
    for (row, bias) in outer.weights.iter().zip(&outer.biases) {
        let mut weights = vec![Rational::zero(); width];
        let mut constant = bias.clone();
        for (factor, (inner_row, inner_bias)) in row.iter().zip(inner.weights.iter().zip(&inner.biases)) {
            weights.iter_mut().zip(inner_row).for_each(|(w, x)| *w += &(factor * x));
            constant += &(factor * inner_bias);
        }
        layer.weights.push(weights);
        layer.biases.push(constant);
    }
    layer
}

/// Folds away every hidden layer made of reconstructors only: neurons in pairs on `z` and `-z`
/// whose outgoing weights are opposite pass `z` on unchanged, so the layer is affine.
///
/// This is the step from the seed's first minimum (2-3-2-1) to the smaller one (2-3-1).
///
/// # Errors
/// When a shape does not fit, which would be a defect.
pub fn fold(network: &Network<Rational>) -> Result<Network<Rational>, Error> {
    let mut layers = network.layers().to_vec();
    let mut index = 0;
    while index + 1 < layers.len() {
        match without_relu(&layers[index], &layers[index + 1]) {
            // The layer below ends in an affine map now, and joins the next one.
            Some(affine) => {
                layers[index + 1] = chain(&affine, &layers[index]);
                layers.remove(index);
            }
            None => index += 1,
        }
    }
    Network::new(Some(network.input_names().to_vec()), layers)
}

/// The next layer rewritten so that it may read this layer's pre-activations, if its neurons come
/// in reconstructing pairs: `a relu(z) - a relu(-z) = a z`.
fn without_relu(layer: &Layer<Rational>, next: &Layer<Rational>) -> Option<Layer<Rational>> {
    let n = layer.weights.len();
    let opposite = |i: usize, j: usize| {
        let minus = |a: &Rational, b: &Rational| (a + b).is_zero();
        layer.weights[i].iter().zip(&layer.weights[j]).all(|(a, b)| minus(a, b))
            && minus(&layer.biases[i], &layer.biases[j])
            && next.weights.iter().all(|row| minus(&row[i], &row[j]))
    };
    let mut rewritten = next.clone();
    let mut paired = vec![false; n];
    for i in 0..n {
        if paired[i] {
            continue;
        }
        let j = (i + 1..n).find(|j| !paired[*j] && opposite(i, *j))?;
        (paired[i], paired[j]) = (true, true);
        rewritten.weights.iter_mut().for_each(|row| row[j] = Rational::zero());
    }
    Some(rewritten)
}
