//! The operators of an ONNX graph, followed one after the other, to layers.

use std::collections::HashMap;

use pellucid_core::{Layer, Rational};

use crate::Numbers;
use crate::onnx_messages::{Node, ValueInfo};
use crate::tensor::{MAX_NUMBERS, Tensor, shared_budget};
use crate::tensors_to_network::common_numbers;
use crate::wrong::quoted;

/// The longest shape that is looked at: 8 dimensions.
const MAX_RESHAPE_BYTES: usize = 64;

/// Which way samples lie in the matrix that flows through the graph. Exporters put samples in
/// rows, (batch, n); graphs that compute `W x` have them in columns, (n, batch).
#[derive(Clone, Copy, PartialEq)]
enum Samples {
    Unknown,
    Rows,
    Columns,
}

/// The network as far as the graph has been followed.
pub(crate) struct Chain<'g> {
    constants: &'g HashMap<&'g str, Tensor>,
    /// Other names of constants, given by Identity.
    aliases: HashMap<&'g str, &'g str>,
    /// The name of what flows.
    pub flow: &'g str,
    samples: Samples,
    /// How many values a sample has, when that is known yet.
    width: Option<usize>,
    /// How many values the input has, should its samples turn out to be columns.
    column_width: Option<usize>,
    /// Is the input a vector, so that biases need no second dimension?
    one_dimension: bool,
    layers: Vec<Layer<Rational>>,
    after_relu: bool,
    used: Vec<&'g Tensor>,
    /// Weights that are NaN or infinite.
    pub not_finite: Vec<String>,
    /// Weights that may still be made: a file can use one tensor in many nodes.
    budget: usize,
}

impl<'g> Chain<'g> {
    pub fn from_input(input: &'g ValueInfo<'g>, constants: &'g HashMap<&'g str, Tensor>, n_bytes: usize) -> Self {
        let product = |sizes: &[Option<u64>]| {
            sizes.iter().try_fold(1usize, |product, size| product.checked_mul(usize::try_from((*size)?).ok()?))
        };
        // Samples in rows: (batch, n), or more dimensions, which are flattened. Samples in columns:
        // (n, batch). One dimension alone is n, and a shape without dimensions says nothing.
        let (width, column_width) = match input.shape.as_deref() {
            None | Some([]) => (None, None),
            Some([n]) => (product(&[*n]), product(&[*n])),
            Some([first, others @ ..]) => (product(others), product(&[*first])),
        };
        Chain {
            constants,
            aliases: HashMap::new(),
            flow: input.name,
            samples: Samples::Unknown,
            width,
            column_width,
            one_dimension: input.shape.as_ref().is_some_and(|shape| shape.len() == 1),
            layers: Vec::new(),
            after_relu: false,
            used: Vec::new(),
            not_finite: Vec::new(),
            budget: shared_budget(n_bytes),
        }
    }

    /// One more node.
    pub fn follow(&mut self, node: &'g Node<'g>) -> Result<(), String> {
        let [output] = node.outputs[..] else {
            return Err(format!("it has {} outputs", node.outputs.len()));
        };
        // Optional inputs that are left out are empty names.
        let inputs: Vec<&'g str> = node.inputs.iter().copied().filter(|name| !name.is_empty()).collect();
        if node.operator == "Identity" && inputs.len() == 1 && self.constant(inputs[0]).is_some() {
            let original = self.aliases.get(inputs[0]).copied().unwrap_or(inputs[0]);
            self.aliases.insert(output, original);
            return Ok(());
        }
        for name in &inputs {
            if *name != self.flow && self.constant(name).is_none() {
                return Err(format!(
                    "it reads {}; only a chain of layers, each reading the one before, is supported",
                    quoted(name)
                ));
            }
        }
        if inputs.iter().filter(|name| **name == self.flow).count() != 1 {
            return Err("it does not read the output of the layer before exactly once".into());
        }
        match node.operator {
            "Gemm" => self.gemm(node, &inputs)?,
            "MatMul" => self.matmul(&inputs)?,
            "Add" => self.add(&inputs)?,
            "Relu" => self.relu()?,
            "Reshape" => self.reshape(&inputs)?,
            "Flatten" => self.flatten(node)?,
            _ => {}
        }
        self.flow = output;
        Ok(())
    }

    fn constant(&self, name: &str) -> Option<&'g Tensor> {
        let name = self.aliases.get(name).copied().unwrap_or(name);
        self.constants.get(name)
    }

    /// `Y = alpha A' B' + beta C`, where A' and B' may be transposed.
    fn gemm(&mut self, node: &Node, inputs: &[&'g str]) -> Result<(), String> {
        let flag = |name: &str| node.attributes.iter().find(|a| a.name == name).and_then(|a| a.int).unwrap_or(0) != 0;
        let factor = |name: &str| {
            let float = node.attributes.iter().find(|a| a.name == name).and_then(|a| a.float).unwrap_or(1.0);
            Rational::from_f32(float).ok_or_else(|| format!("its {name} is {float}"))
        };
        let (alpha, beta) = (factor("alpha")?, factor("beta")?);
        let [a, b, ref c @ ..] = *inputs else {
            return Err("it needs two or three inputs".into());
        };
        match (self.constant(a), self.constant(b)) {
            (None, Some(b)) => {
                self.lay(if flag("transA") { Samples::Columns } else { Samples::Rows })?;
                self.samples = Samples::Rows;
                self.layer(b, !flag("transB"), &alpha)?;
            }
            (Some(a), None) => {
                self.lay(if flag("transB") { Samples::Rows } else { Samples::Columns })?;
                self.samples = Samples::Columns;
                self.layer(a, flag("transA"), &alpha)?;
            }
            _ => return Err("one factor must be the output of the layer before, the other a weight".into()),
        }
        match c {
            [] => Ok(()),
            [c] => self.bias(self.constant(c).ok_or("its third input must be a bias")?, &beta),
            _ => Err("it has more than three inputs".into()),
        }
    }

    fn matmul(&mut self, inputs: &[&'g str]) -> Result<(), String> {
        let [a, b] = *inputs else {
            return Err("it needs two inputs".into());
        };
        match (self.constant(a), self.constant(b)) {
            (None, Some(b)) => {
                self.lay(Samples::Rows)?;
                self.layer(b, true, &Rational::one())
            }
            (Some(a), None) => {
                self.lay(Samples::Columns)?;
                self.layer(a, false, &Rational::one())
            }
            _ => Err("one factor must be the output of the layer before, the other a weight".into()),
        }
    }

    fn add(&mut self, inputs: &[&'g str]) -> Result<(), String> {
        let bias = inputs.iter().find_map(|name| self.constant(name)).ok_or("it needs a bias to add")?;
        if self.layers.is_empty() || self.after_relu {
            return Err("it does not follow a MatMul or Gemm, so it is no bias".into());
        }
        self.bias(bias, &Rational::one())
    }

    fn relu(&mut self) -> Result<(), String> {
        if self.layers.is_empty() {
            return Err("it comes before the first layer; put a Gemm with the identity matrix before it".into());
        }
        self.after_relu = true;
        Ok(())
    }

    /// Only shapes that keep samples as rows, such as (-1, n).
    fn reshape(&mut self, inputs: &[&'g str]) -> Result<(), String> {
        let target = inputs.get(1).and_then(|name| self.constant(name)).ok_or("its shape is not a constant")?;
        if target.bytes.len() > MAX_RESHAPE_BYTES {
            return Err("its shape has too many dimensions".into());
        }
        let sizes = target.values(&mut Vec::new());
        let text: Vec<String> = sizes.iter().map(Rational::to_string).collect();
        let keeps = match &text[..] {
            // -1 is what is left over, and 0 what was there; batches of 1 are common too.
            [batch, n] => {
                let known = self.width.map(|width| width.to_string());
                let whole = known.as_ref().is_none_or(|width| width == n) && n != "0" && !n.starts_with('-');
                let batch = ["-1", "0", "1"].contains(&batch.as_str());
                batch && (whole || (n == "-1" && text[0] != "-1") || (n == "0" && !self.layers.is_empty()))
            }
            _ => false,
        };
        if !keeps || self.samples == Samples::Columns {
            return Err(format!("its shape ({}) does not keep one sample a row", text.join(", ")));
        }
        self.samples = Samples::Rows;
        if self.width.is_none() {
            self.width = text[1].parse().ok();
        }
        Ok(())
    }

    fn flatten(&mut self, node: &Node) -> Result<(), String> {
        let axis = node.attributes.iter().find(|a| a.name == "axis").and_then(|a| a.int).unwrap_or(1);
        if axis != 1 {
            return Err(format!("its axis is {axis}; 1 keeps one sample a row"));
        }
        self.lay(Samples::Rows)
    }

    /// The samples lie this way, or the operator does not fit.
    fn lay(&mut self, samples: Samples) -> Result<(), String> {
        if self.samples == Samples::Unknown {
            self.samples = samples;
            if samples == Samples::Columns {
                self.width = self.column_width;
            }
        }
        if self.samples == samples {
            Ok(())
        } else {
            Err("samples are rows in one operator and columns in the next".into())
        }
    }

    /// The next layer; `transposed` when the tensor is (in, out).
    fn layer(&mut self, tensor: &'g Tensor, transposed: bool, alpha: &Rational) -> Result<(), String> {
        if !self.layers.is_empty() && !self.after_relu {
            return Err(
                "it follows another layer without a Relu between; multiply the two into one before exporting".into()
            );
        }
        let [rows, columns] = tensor.shape[..] else {
            return Err(format!(
                "the weight {} has shape {}; two dimensions are needed",
                quoted(&tensor.name),
                tensor.shape_text()
            ));
        };
        let (n_out, n_in) = if transposed { (columns, rows) } else { (rows, columns) };
        if let Some(width) = self.width.filter(|width| *width != n_in) {
            return Err(format!("the weight {} takes {n_in} values, but {width} come in", quoted(&tensor.name)));
        }
        let values = self.scaled(tensor, alpha)?;
        let at = |out: usize, input: usize| if transposed { input * n_out + out } else { out * n_in + input };
        let weights = (0..n_out).map(|out| (0..n_in).map(|input| values[at(out, input)].clone()).collect()).collect();
        self.layers.push(Layer { weights, biases: vec![Rational::zero(); n_out] });
        self.width = Some(n_out);
        self.after_relu = false;
        Ok(())
    }

    /// Adds a bias to the last layer: one number a neuron, or one for all.
    fn bias(&mut self, tensor: &'g Tensor, beta: &Rational) -> Result<(), String> {
        let values = self.scaled(tensor, beta)?;
        let layer = self.layers.last_mut().ok_or("there is no layer to add it to")?;
        let n_out = layer.biases.len();
        let fits = match tensor.shape[..] {
            [] | [1] | [1, 1] => true,
            [n] if self.one_dimension => n == n_out,
            [n] | [1, n] => self.samples != Samples::Columns && n == n_out,
            [n, 1] => self.samples == Samples::Columns && n == n_out,
            _ => false,
        };
        if !fits {
            return Err(format!(
                "the bias {} of shape {} does not fit {n_out} neurons",
                quoted(&tensor.name),
                tensor.shape_text()
            ));
        }
        for (bias, value) in layer.biases.iter_mut().zip(values.iter().cycle()) {
            *bias += value;
        }
        Ok(())
    }

    fn scaled(&mut self, tensor: &'g Tensor, factor: &Rational) -> Result<Vec<Rational>, String> {
        let n_numbers = tensor.bytes.len() / tensor.dtype.n_bytes();
        self.budget = self.budget.checked_sub(n_numbers).ok_or("the network has more weights than are read")?;
        self.used.push(tensor);
        let values = tensor.values(&mut self.not_finite);
        Ok(if factor.is_one() { values } else { values.iter().map(|value| value * factor).collect() })
    }

    pub fn stored_numbers(&self) -> Numbers {
        common_numbers(self.used.iter().map(|tensor| tensor.dtype))
    }

    /// The layers; after a Relu at the end comes an identity, since the last layer has no ReLU.
    pub fn into_layers(mut self) -> Result<Vec<Layer<Rational>>, String> {
        if self.layers.is_empty() {
            return Err("the graph has no layers (no Gemm or MatMul)".into());
        }
        if let (true, Some(n)) = (self.after_relu, self.width) {
            if n.saturating_mul(n) > MAX_NUMBERS {
                return Err(format!("it ends with a Relu over {n} neurons, which is more than is read"));
            }
            let row = |i: usize| (0..n).map(|j| Rational::from(usize::from(i == j))).collect();
            self.layers.push(Layer { weights: (0..n).map(row).collect(), biases: vec![Rational::zero(); n] });
        }
        Ok(self.layers)
    }
}
