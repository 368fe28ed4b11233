//! The class of functions.

use numpy::{IntoPyArray, PyArray2, PyReadonlyArray2, ndarray::Array2};
use pellucid::{Function, Rational, Target, expr_to_text, function_beside, function_to_latex, function_to_mathml};
use pyo3::prelude::*;

use crate::errors::Raise;

/// A function with named inputs, piecewise linear or (then approximated) not.
#[pyclass(name = "Function", module = "pellucid._native", frozen)]
#[derive(Clone)]
pub struct PyFunction {
    target: Target,
    exact: Option<Function>,
}

impl PyFunction {
    fn of(target: Target) -> Self {
        PyFunction { exact: target.as_function(), target }
    }

    /// As what it is, piecewise linear or not.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// As a piecewise-linear function.
    pub fn exact(&self) -> Result<Function, pellucid::Error> {
        let not = || {
            pellucid::Error::input(format!("`{}` is not piecewise linear (compile it with within=...)", self.target))
        };
        self.exact.clone().ok_or_else(not)
    }
}

impl From<Function> for PyFunction {
    fn from(function: Function) -> Self {
        let target = Target::new(function.input_names().to_vec(), Vec::new(), function.outputs().to_vec());
        match target {
            Ok(target) => PyFunction { target, exact: Some(function) },
            Err(error) => unreachable!("a function is a target: {error}"),
        }
    }
}

#[pymethods]
impl PyFunction {
    #[new]
    #[pyo3(signature = (text, inputs=None))]
    fn new(text: &str, inputs: Option<Vec<String>>) -> PyResult<Self> {
        // What is wrong with a function that is meant to be piecewise linear is told in its own words.
        let target = match &inputs {
            Some(inputs) => Target::parse_with_inputs(text, inputs),
            None => Target::parse(text),
        };
        target.map(PyFunction::of).raise()
    }

    /// Reads a function that stands beside something with these inputs.
    #[staticmethod]
    fn beside(text: &str, names: Vec<String>) -> PyResult<Self> {
        function_beside(text, &names).map(PyFunction::from).raise()
    }

    fn text(&self) -> String {
        self.exact.as_ref().map_or_else(|| self.target.to_string(), Function::to_string)
    }

    fn inputs(&self) -> Vec<String> {
        self.target.input_names().to_vec()
    }

    fn n_outputs(&self) -> usize {
        self.target.n_outputs()
    }

    fn is_piecewise_linear(&self) -> bool {
        self.exact.is_some()
    }

    /// The outputs' texts, one each (of piecewise-linear functions).
    fn outputs(&self) -> PyResult<Vec<String>> {
        let function = self.exact().raise()?;
        Ok(function.outputs().iter().map(|output| expr_to_text(output, function.input_names())).collect())
    }

    fn latex(&self) -> PyResult<String> {
        self.exact().map(|function| function_to_latex(&function)).raise()
    }

    fn mathml(&self) -> PyResult<String> {
        self.exact().map(|function| function_to_mathml(&function)).raise()
    }

    /// The exact outputs at an exact input; numbers as texts.
    fn exactly(&self, input: Vec<String>) -> PyResult<Vec<String>> {
        let function = self.exact().raise()?;
        let input = rationals(&input).raise()?;
        must_have(input.len(), function.n_inputs()).raise()?;
        Ok(function.evaluate(&input).iter().map(Rational::to_string).collect())
    }

    /// The outputs in floats, shape (rows, outputs), of inputs of shape (rows, inputs).
    fn in_floats<'py>(
        &self,
        py: Python<'py>,
        inputs: PyReadonlyArray2<'py, f64>,
    ) -> PyResult<Bound<'py, PyArray2<f64>>> {
        let inputs = inputs.as_array();
        must_have(inputs.ncols(), self.target.n_inputs()).raise()?;
        let values = inputs.rows().into_iter().flat_map(|row| match &self.exact {
            Some(function) => function.evaluate(&row.to_vec()),
            None => self.target.evaluate_f64(&row.to_vec()),
        });
        Array2::from_shape_vec((inputs.nrows(), self.target.n_outputs()), values.collect())
            .map(|outputs| outputs.into_pyarray(py))
            .map_err(|error| pellucid::Error::input(format!("defect: {error}")))
            .raise()
    }
}

/// Numbers from their texts; lists all that are none.
pub fn rationals(texts: &[String]) -> Result<Vec<Rational>, pellucid::Error> {
    let (read, wrong): (Vec<_>, Vec<_>) = texts.iter().map(|text| text.parse::<Rational>()).partition(Result::is_ok);
    match wrong.is_empty() {
        true => Ok(read.into_iter().flatten().collect()),
        false => {
            Err(pellucid::Error::inputs(wrong.into_iter().filter_map(Result::err).map(|e| e.to_string()).collect()))
        }
    }
}

/// Refuses an input of another length.
pub fn must_have(n_values: usize, n_inputs: usize) -> Result<(), pellucid::Error> {
    match n_values == n_inputs {
        true => Ok(()),
        false => Err(pellucid::Error::input(format!(
            "{} for {}",
            pellucid::counted(n_values, "value"),
            pellucid::counted(n_inputs, "input")
        ))),
    }
}
