//! The class of networks.

use std::path::PathBuf;
use std::sync::OnceLock;

use numpy::{IntoPyArray, PyArray2, PyReadonlyArray2, ndarray::Array2};
use pellucid::{
    Computation, Domain, Error, Format, Layer, Network, NetworkFile, Number, Numbers, Rational, ReadOptions,
    SvgOptions, TerminalOptions, Theme, WriteOptions, counted, pictures,
};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::batch::{Batch, Real};
use crate::errors::Raise;
use crate::function::{PyFunction, must_have, rationals};
use crate::waiting::{Bounds, wait};

/// A network of affine layers with ReLUs between, exact, with the kind of numbers it was given in.
#[pyclass(name = "Network", module = "pellucid._native", frozen)]
pub struct PyNetwork {
    pub file: NetworkFile,
    float32: OnceLock<Batch<f32>>,
    float64: OnceLock<Batch<f64>>,
}

/// One layer as texts: weights (out, in), and biases.
pub type LayerTexts = (Vec<Vec<String>>, Vec<String>);
/// Cells, connected regions with one map (`None` where neighbours are not known), and different maps.
type Counts = (usize, Option<usize>, usize);
/// Arrays of one layer: weights of shape (out, in), biases of shape (out, 1).
type LayerArrays<'py, T> = (Bound<'py, PyArray2<T>>, Bound<'py, PyArray2<T>>);

impl PyNetwork {
    /// A network with what is known about it.
    pub fn new(network: Network<Rational>, numbers: Numbers, function: Option<String>, domain: Option<String>) -> Self {
        PyNetwork::of(NetworkFile { network, numbers, function, domain })
    }

    fn of(file: NetworkFile) -> Self {
        PyNetwork { file, float32: OnceLock::new(), float64: OnceLock::new() }
    }

    /// What claims are about.
    pub fn computation(&self) -> Computation {
        Computation::Network(self.file.network.clone())
    }

    fn float32(&self) -> &Batch<f32> {
        self.float32.get_or_init(|| Batch::new(&self.file.network.to_numbers()))
    }

    fn float64(&self) -> &Batch<f64> {
        self.float64.get_or_init(|| Batch::new(&self.file.network.to_numbers()))
    }

    fn from_arrays<T: Number + numpy::Element + Copy>(
        layers: Vec<(PyReadonlyArray2<'_, T>, Vec<T>)>,
        inputs: Option<Vec<String>>,
        numbers: Numbers,
    ) -> PyResult<Self> {
        let layer = |(weights, biases): (PyReadonlyArray2<'_, T>, Vec<T>)| Layer {
            weights: weights.as_array().rows().into_iter().map(|row| row.to_vec()).collect(),
            biases,
        };
        let network = Network::new(inputs, layers.into_iter().map(layer).collect());
        network
            .and_then(|network| network.to_exact())
            .map(|network| PyNetwork::new(network, numbers, None, None))
            .raise()
    }

    fn reading(reading: Result<pellucid::Reading, Error>) -> PyResult<(Self, Vec<String>)> {
        reading.map(|reading| (PyNetwork::of(reading.file), reading.remarks)).raise()
    }
}

/// A list of rows as they lie in memory, and their number of columns.
fn rows<T: numpy::Element + Copy>(inputs: &PyReadonlyArray2<'_, T>, n_inputs: usize) -> PyResult<Vec<T>> {
    let inputs = inputs.as_array();
    if inputs.ncols() != n_inputs {
        let wrong = format!(
            "the inputs have {}, the network has {}",
            counted(inputs.ncols(), "column"),
            counted(n_inputs, "input")
        );
        return Err(Error::input(wrong)).raise();
    }
    Ok(inputs.iter().copied().collect())
}

fn evaluated<'py, T: Real + numpy::Element>(
    py: Python<'py>,
    batch: &Batch<T>,
    inputs: &PyReadonlyArray2<'py, T>,
    network: &Network<Rational>,
) -> PyResult<Bound<'py, PyArray2<T>>> {
    let n_inputs = network.n_inputs();
    let outputs = match inputs.as_slice() {
        Ok(flat) if inputs.as_array().ncols() == n_inputs => py.detach(|| batch.outputs(flat, n_inputs)),
        _ => {
            let flat = rows(inputs, n_inputs)?;
            py.detach(|| batch.outputs(&flat, n_inputs))
        }
    };
    array(py, outputs, inputs.as_array().nrows(), network.n_outputs())
}

fn array<T: numpy::Element>(
    py: Python<'_>,
    values: Vec<T>,
    rows: usize,
    columns: usize,
) -> PyResult<Bound<'_, PyArray2<T>>> {
    let array = Array2::from_shape_vec((rows, columns), values);
    Ok(array.map_err(|error| Error::input(format!("defect: {error}"))).raise()?.into_pyarray(py))
}

fn traced<'py, T: Real + numpy::Element>(
    py: Python<'py>,
    batch: &Batch<T>,
    inputs: &PyReadonlyArray2<'py, T>,
    network: &Network<Rational>,
) -> PyResult<Vec<Bound<'py, PyArray2<T>>>> {
    let flat = rows(inputs, network.n_inputs())?;
    let all = py.detach(|| batch.pre_activations(&flat, network.n_inputs()));
    let n_rows = inputs.as_array().nrows();
    network.layers().iter().zip(all).map(|(layer, values)| array(py, values, n_rows, layer.biases.len())).collect()
}

fn arrays<'py, T: Number + numpy::Element>(
    py: Python<'py>,
    network: &Network<T>,
) -> PyResult<Vec<LayerArrays<'py, T>>> {
    let layer = |layer: &Layer<T>| {
        let (n_out, n_in) = (layer.biases.len(), layer.weights.first().map_or(0, Vec::len));
        Ok((array(py, layer.weights.concat(), n_out, n_in)?, array(py, layer.biases.clone(), n_out, 1)?))
    };
    network.layers().iter().map(layer).collect()
}

fn format_of(name: &str) -> PyResult<Format> {
    Format::of_path(&PathBuf::from(format!("network.{name}"))).raise()
}

#[pymethods]
impl PyNetwork {
    #[staticmethod]
    #[pyo3(signature = (layers, inputs=None))]
    fn from_float32(layers: Vec<(PyReadonlyArray2<'_, f32>, Vec<f32>)>, inputs: Option<Vec<String>>) -> PyResult<Self> {
        PyNetwork::from_arrays(layers, inputs, Numbers::Float32)
    }

    #[staticmethod]
    #[pyo3(signature = (layers, inputs=None))]
    fn from_float64(layers: Vec<(PyReadonlyArray2<'_, f64>, Vec<f64>)>, inputs: Option<Vec<String>>) -> PyResult<Self> {
        PyNetwork::from_arrays(layers, inputs, Numbers::Float64)
    }

    /// A network from exact numbers as texts.
    #[staticmethod]
    #[pyo3(signature = (layers, inputs=None))]
    fn from_texts(layers: Vec<LayerTexts>, inputs: Option<Vec<String>>) -> PyResult<Self> {
        let layer = |(weights, biases): &LayerTexts| {
            let weights = weights.iter().map(|row| rationals(row)).collect::<Result<_, Error>>()?;
            Ok(Layer { weights, biases: rationals(biases)? })
        };
        let layers: Result<Vec<_>, Error> = layers.iter().map(layer).collect();
        let network = layers.and_then(|layers| Network::new(inputs, layers)).raise()?;
        Ok(PyNetwork::new(network, Numbers::Exact, None, None))
    }

    /// A network file, and remarks on what had to be done to read it.
    #[staticmethod]
    fn read(path: PathBuf) -> PyResult<(Self, Vec<String>)> {
        PyNetwork::reading(pellucid::read_path_with_remarks(&path, ReadOptions::default()))
    }

    /// As `read`, of a file's bytes; the name is for messages.
    #[staticmethod]
    fn read_bytes(bytes: &[u8], name: &str) -> PyResult<(Self, Vec<String>)> {
        PyNetwork::reading(pellucid::read_with_remarks(bytes, name, ReadOptions::default()))
    }

    #[pyo3(signature = (path, round=false))]
    fn write(&self, path: PathBuf, round: bool) -> PyResult<()> {
        pellucid::write_path(&self.file, &path, WriteOptions { rounding: round }).raise()
    }

    #[pyo3(signature = (format, round=false))]
    fn to_bytes<'py>(&self, py: Python<'py>, format: &str, round: bool) -> PyResult<Bound<'py, PyBytes>> {
        let bytes = pellucid::write(&self.file, format_of(format)?, WriteOptions { rounding: round }).raise()?;
        Ok(PyBytes::new(py, &bytes))
    }

    fn numbers(&self) -> String {
        self.file.numbers.to_string()
    }

    fn function(&self) -> Option<String> {
        self.file.function.clone()
    }

    fn domain(&self) -> Option<String> {
        self.file.domain.clone()
    }

    fn inputs(&self) -> Vec<String> {
        self.file.network.input_names().to_vec()
    }

    /// The same network with other names for its inputs.
    fn with_inputs(&self, names: Vec<String>) -> PyResult<Self> {
        let network = self.file.network.clone().with_input_names(names).raise()?;
        Ok(PyNetwork::new(network, self.file.numbers, None, None))
    }

    fn shape(&self) -> Vec<usize> {
        self.file.network.shape()
    }

    fn arrays32<'py>(&self, py: Python<'py>) -> PyResult<Vec<LayerArrays<'py, f32>>> {
        arrays(py, &self.file.network.to_numbers::<f32>())
    }

    fn arrays64<'py>(&self, py: Python<'py>) -> PyResult<Vec<LayerArrays<'py, f64>>> {
        arrays(py, &self.file.network.to_numbers::<f64>())
    }

    fn texts(&self) -> Vec<LayerTexts> {
        let texts = |values: &Vec<Rational>| values.iter().map(Rational::to_string).collect::<Vec<_>>();
        let layer = |layer: &Layer<Rational>| (layer.weights.iter().map(texts).collect(), texts(&layer.biases));
        self.file.network.layers().iter().map(layer).collect()
    }

    fn evaluate32<'py>(
        &self,
        py: Python<'py>,
        inputs: PyReadonlyArray2<'py, f32>,
    ) -> PyResult<Bound<'py, PyArray2<f32>>> {
        evaluated(py, self.float32(), &inputs, &self.file.network)
    }

    fn evaluate64<'py>(
        &self,
        py: Python<'py>,
        inputs: PyReadonlyArray2<'py, f64>,
    ) -> PyResult<Bound<'py, PyArray2<f64>>> {
        evaluated(py, self.float64(), &inputs, &self.file.network)
    }

    /// The exact pre-activations at an exact input, a list a layer; the last is the output.
    fn trace_exactly(&self, input: Vec<String>) -> PyResult<Vec<Vec<String>>> {
        let input = rationals(&input).raise()?;
        must_have(input.len(), self.file.network.n_inputs()).raise()?;
        let texts = |values: &Vec<Rational>| values.iter().map(Rational::to_string).collect();
        Ok(self.file.network.trace(&input).pre_activations.iter().map(texts).collect())
    }

    fn trace32<'py>(
        &self,
        py: Python<'py>,
        inputs: PyReadonlyArray2<'py, f32>,
    ) -> PyResult<Vec<Bound<'py, PyArray2<f32>>>> {
        traced(py, self.float32(), &inputs, &self.file.network)
    }

    fn trace64<'py>(
        &self,
        py: Python<'py>,
        inputs: PyReadonlyArray2<'py, f64>,
    ) -> PyResult<Vec<Bound<'py, PyArray2<f64>>>> {
        traced(py, self.float64(), &inputs, &self.file.network)
    }

    /// A picture; `at` fills it with the numbers of an example.
    #[pyo3(signature = (function=None, on=None, at=None, theme="auto"))]
    fn svg(
        &self,
        function: Option<&PyFunction>,
        on: Option<&str>,
        at: Option<Vec<String>>,
        theme: &str,
    ) -> PyResult<String> {
        let theme = match theme {
            "auto" => Theme::Auto,
            "light" => Theme::Light,
            "dark" => Theme::Dark,
            other => return Err(Error::input(format!("theme: `{other}` is none (auto, light, dark)"))).raise(),
        };
        self.pictured(function, on, at, |picture| picture.to_svg(&SvgOptions { theme, opaque: true }))
    }

    /// The drawing in characters, or as a list where it is too wide.
    #[pyo3(signature = (function=None, on=None, at=None, width=80))]
    fn text(
        &self,
        function: Option<&PyFunction>,
        on: Option<&str>,
        at: Option<Vec<String>>,
        width: usize,
    ) -> PyResult<String> {
        self.pictured(function, on, at, |picture| {
            picture.to_terminal(&TerminalOptions { width, ..TerminalOptions::default() })
        })
    }

    /// The linear cells on a domain as JSON texts, and their counts.
    #[pyo3(signature = (on=None, conditions=vec![], timeout=None, max_cells=None))]
    fn cells(
        &self,
        py: Python<'_>,
        on: Option<&str>,
        conditions: Vec<String>,
        timeout: Option<f64>,
        max_cells: Option<usize>,
    ) -> PyResult<(Vec<String>, Counts)> {
        let domain =
            crate::domains::domain(on, &conditions, self.file.network.input_names(), Domain::Everywhere).raise()?;
        let computation = self.computation();
        wait(py, Bounds { timeout, max_cells }, None, move |limits, _| {
            let mut cells = Vec::new();
            let counts = pellucid::cells(&computation, &domain, limits, |cell| {
                cells.push(pellucid::answers::cell(cells.len(), cell).to_string());
                true
            })?;
            Ok((cells, (counts.cells, counts.regions, counts.maps)))
        })
    }
}

impl PyNetwork {
    fn pictured(
        &self,
        function: Option<&PyFunction>,
        on: Option<&str>,
        at: Option<Vec<String>>,
        draw: impl FnOnce(&pellucid::Picture<'_>) -> String,
    ) -> PyResult<String> {
        let network = &self.file.network;
        let function = function.and_then(|function| function.exact().ok());
        let domain = crate::domains::domain(on, &[], network.input_names(), Domain::Everywhere).raise()?;
        let at = at.map(|at| rationals(&at)).transpose().raise()?;
        pictures::compiled_picture(network, function.as_ref(), &domain, at).map(|picture| draw(&picture)).raise()
    }
}
