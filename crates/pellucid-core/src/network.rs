//! ReLU networks: plain stacks of affine layers with ReLU after every layer but the last.

use std::collections::HashSet;

use crate::{Error, Number, Rational, counted};

/// One affine layer, `y = W x + b`.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer<W> {
    /// `W`, shape (out, in) as in PyTorch: one row a neuron.
    pub weights: Vec<Vec<W>>,
    /// `b`, length out; zeros when the layer has no bias.
    pub biases: Vec<W>,
}

/// A network of affine layers with ReLU after every layer but the last.
///
/// ```
/// use pellucid_core::{Layer, Network, Rational};
/// let r = |n: i64| Rational::from(n);
/// // The seed's minimum: -(x1 > x2) + (x1) - (-x1).
/// let hidden = Layer { weights: vec![vec![r(1), r(-1)], vec![r(1), r(0)], vec![r(-1), r(0)]], biases: vec![r(0); 3] };
/// let output = Layer { weights: vec![vec![r(-1), r(1), r(-1)]], biases: vec![r(0)] };
/// let minimum = Network::new(None, vec![hidden, output]).unwrap();
/// assert_eq!(minimum.evaluate(&[r(3), r(-5)]), vec![r(-5)]);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Network<W = Rational> {
    inputs: Vec<String>,
    layers: Vec<Layer<W>>,
}

/// Every value inside a network for one input, layer by layer.
#[derive(Clone, Debug, PartialEq)]
pub struct Trace<W> {
    /// Before the ReLU, one list a layer; the last is the output.
    pub pre_activations: Vec<Vec<W>>,
    /// After the ReLU, one list a hidden layer.
    pub activations: Vec<Vec<W>>,
}

impl<W> Network<W> {
    /// A network from its layers; inputs are called `x1..xn` unless names are given.
    ///
    /// # Errors
    /// Lists every layer whose shape does not fit.
    pub fn new(inputs: Option<Vec<String>>, layers: Vec<Layer<W>>) -> Result<Self, Error> {
        let mut wrong = Vec::new();
        if layers.is_empty() {
            return Err(Error::input("the network has no layers"));
        }
        let mut width = layers[0].weights.first().map_or(0, Vec::len);
        if width == 0 {
            wrong.push("layer 1 has no inputs".to_string());
        }
        for (index, layer) in layers.iter().enumerate() {
            let number = index + 1;
            if layer.weights.is_empty() {
                wrong.push(format!("layer {number} has no neurons"));
            }
            for (row, weights) in layer.weights.iter().enumerate() {
                if weights.len() != width {
                    wrong.push(format!(
                        "layer {number}, row {}: {} where {} in",
                        row + 1,
                        counted(weights.len(), "weight"),
                        if width == 1 { "1 value comes".into() } else { format!("{width} values come") }
                    ));
                }
            }
            if layer.biases.len() != layer.weights.len() {
                wrong.push(format!(
                    "layer {number}: {} for {}",
                    counted(layer.biases.len(), "bias").replace("biass", "biases"),
                    counted(layer.weights.len(), "neuron")
                ));
            }
            width = layer.weights.len();
        }
        let n_inputs = layers[0].weights.first().map_or(0, Vec::len);
        if let Some(names) = &inputs
            && names.len() != n_inputs
        {
            wrong.push(format!("{} for {}", counted(names.len(), "input name"), counted(n_inputs, "input")));
        }
        if let Some(Err(error)) = inputs.as_deref().map(names_differ) {
            wrong.push(error.to_string());
        }
        if !wrong.is_empty() {
            return Err(Error::inputs(wrong));
        }
        let inputs = inputs.unwrap_or_else(|| numbered_inputs(n_inputs));
        Ok(Network { inputs, layers })
    }

    /// The layers, hidden ones first, the output layer last.
    pub fn layers(&self) -> &[Layer<W>] {
        &self.layers
    }

    /// The hidden layers.
    pub fn hidden_layers(&self) -> &[Layer<W>] {
        &self.layers[..self.layers.len() - 1]
    }

    /// The output layer.
    pub fn output_layer(&self) -> &Layer<W> {
        &self.layers[self.layers.len() - 1]
    }

    /// The inputs' names.
    pub fn input_names(&self) -> &[String] {
        &self.inputs
    }

    /// The same network with other names for its inputs.
    ///
    /// # Errors
    /// When the number of names is not the number of inputs.
    pub fn with_input_names(self, names: Vec<String>) -> Result<Self, Error> {
        Network::new(Some(names), self.layers)
    }

    /// The number of inputs.
    pub fn n_inputs(&self) -> usize {
        self.inputs.len()
    }

    /// The number of outputs.
    pub fn n_outputs(&self) -> usize {
        self.output_layer().weights.len()
    }

    /// The hidden layers' widths; the input and the output are left out.
    pub fn widths(&self) -> Vec<usize> {
        self.hidden_layers().iter().map(|layer| layer.weights.len()).collect()
    }

    /// All widths, inputs and outputs included: `[2, 3, 1]` for the seed's minimum.
    pub fn shape(&self) -> Vec<usize> {
        let mut shape = vec![self.n_inputs()];
        shape.extend(self.layers.iter().map(|layer| layer.weights.len()));
        shape
    }

    /// The number of hidden neurons: the size that is minimised.
    pub fn hidden_neurons(&self) -> usize {
        self.widths().iter().sum()
    }
}

impl<W: Number> Network<W> {
    /// Every pre-activation and activation for one input (length `n_inputs`).
    ///
    /// # Panics
    /// When the input has the wrong length.
    pub fn trace(&self, input: &[W]) -> Trace<W> {
        assert_eq!(input.len(), self.n_inputs(), "the network has {} inputs", self.n_inputs());
        let mut trace = Trace { pre_activations: Vec::new(), activations: Vec::new() };
        for layer in &self.layers {
            let values = trace.activations.last().map_or(input, Vec::as_slice);
            let pre: Vec<W> = layer
                .weights
                .iter()
                .zip(&layer.biases)
                .map(|(row, bias)| row.iter().zip(values).fold(bias.clone(), |sum, (w, x)| sum.add(&w.mul(x))))
                .collect();
            if trace.pre_activations.len() + 1 < self.layers.len() {
                trace.activations.push(pre.iter().map(Number::relu).collect());
            }
            trace.pre_activations.push(pre);
        }
        trace
    }

    /// The outputs for one input.
    ///
    /// # Panics
    /// When the input has the wrong length.
    pub fn evaluate(&self, input: &[W]) -> Vec<W> {
        self.trace(input).pre_activations.pop().unwrap_or_default()
    }

    /// The same network in exact rationals: each float is the rational it is.
    ///
    /// # Errors
    /// Lists every weight and bias that is NaN or infinite.
    pub fn to_exact(&self) -> Result<Network<Rational>, Error> {
        let mut wrong = Vec::new();
        let mut exact = |value: &W, place: &dyn Fn() -> String| {
            value.to_rational().unwrap_or_else(|| {
                wrong.push(format!("{} is {value:?}; weights must be finite", place()));
                Rational::zero()
            })
        };
        let layers = self
            .layers
            .iter()
            .enumerate()
            .map(|(l, layer)| Layer {
                weights: layer
                    .weights
                    .iter()
                    .enumerate()
                    .map(|(i, row)| {
                        let place = |j: usize| format!("layer {}, weight ({}, {})", l + 1, i + 1, j + 1);
                        row.iter().enumerate().map(|(j, w)| exact(w, &|| place(j))).collect()
                    })
                    .collect(),
                biases: layer
                    .biases
                    .iter()
                    .enumerate()
                    .map(|(i, b)| exact(b, &|| format!("layer {}, bias {}", l + 1, i + 1)))
                    .collect(),
            })
            .collect();
        if wrong.is_empty() { Network::new(Some(self.inputs.clone()), layers) } else { Err(Error::inputs(wrong)) }
    }
}

impl Network<Rational> {
    /// The network with every number rounded to the nearest of another kind.
    pub fn to_numbers<W: Number>(&self) -> Network<W> {
        let round = |values: &Vec<Rational>| values.iter().map(W::from_rational).collect::<Vec<W>>();
        let layers = self
            .layers
            .iter()
            .map(|layer| Layer { weights: layer.weights.iter().map(round).collect(), biases: round(&layer.biases) })
            .collect();
        Network { inputs: self.inputs.clone(), layers }
    }
}

/// `x1..xn`.
pub fn numbered_inputs(n: usize) -> Vec<String> {
    (1..=n).map(|i| format!("x{i}")).collect()
}

/// Refuses names of which two are the same: a claim would not say which input is meant.
pub(crate) fn names_differ(names: &[String]) -> Result<(), Error> {
    let mut known = HashSet::new();
    match names.iter().find(|name| !known.insert(name.as_str())) {
        Some(name) => Err(Error::input(format!("two inputs are called `{name}`"))),
        None => Ok(()),
    }
}
