//! What is trained.

use std::sync::Arc;

use pellucid_core::{Error, Function};

use crate::DataSet;
use crate::experiment::{MAX_NUMBERS, shape_errors};

/// A function or a data set to learn, and the widths to learn it with.
///
/// ```
/// use pellucid_core::Function;
/// use pellucid_train::Task;
/// let task = Task::new(Function::parse("min(x1, x2)").unwrap(), vec![2, 3, 1]);
/// assert_eq!(task.ranges, [(-1.0, 1.0), (-1.0, 1.0)]);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Task {
    /// What the network should compute. With a data set it only names the inputs and the outputs.
    pub function: Function,
    /// All widths, inputs and outputs included: `[2, 3, 1]`.
    pub shape: Vec<usize>,
    /// Do the layers have biases?
    pub bias: bool,
    /// The range `(low, high)` of each input.
    pub ranges: Vec<(f32, f32)>,
    /// Samples to learn from instead of the function's values.
    pub data: Option<Arc<DataSet>>,
}

impl Task {
    /// A function on `[-1, 1)` in each input, without biases, as in the seed notebook.
    pub fn new(function: Function, shape: Vec<usize>) -> Self {
        let ranges = vec![(-1.0, 1.0); function.n_inputs()];
        Task { function, shape, bias: false, ranges, data: None }
    }

    /// Everything that is wrong with it.
    pub(crate) fn errors(&self) -> Vec<String> {
        let (n_inputs, n_outputs) = (self.function.n_inputs(), self.function.n_outputs());
        let mut wrong = shape_errors(&self.shape, &self.function);
        if self.ranges.len() != n_inputs {
            wrong.push(format!("{} input ranges for {n_inputs} inputs", self.ranges.len()));
        }
        for (low, high) in &self.ranges {
            if !(low < high && (high - low).is_finite()) {
                wrong.push(format!("the input range from {low} to {high} must be finite, the smaller end first"));
            }
        }
        if let Some(data) = &self.data
            && (data.n_inputs(), data.n_outputs()) != (n_inputs, n_outputs)
        {
            wrong.push(format!(
                "the data set has {} inputs and {} targets a row, the task {n_inputs} and {n_outputs}",
                data.n_inputs(),
                data.n_outputs()
            ));
        }
        wrong
    }

    /// Can this be trained so?
    ///
    /// # Errors
    /// Lists everything that is wrong with the task and the regimen.
    pub fn validate(&self, regimen: &crate::Regimen) -> Result<(), Error> {
        let mut wrong = self.errors();
        wrong.extend(regimen.errors());
        let width = self.shape.iter().copied().max().unwrap_or(1).saturating_mul(regimen.widen as usize);
        if regimen.batch.max(regimen.test_points).checked_mul(width).is_none_or(|n| n > MAX_NUMBERS) {
            wrong.push(format!(
                "a batch of {} samples or {} test points is too large for {width} neurons side by side",
                regimen.batch, regimen.test_points
            ));
        }
        if self.data.is_some() && regimen.random == crate::Random::PyTorch {
            wrong.push("random = \"pytorch\" is the notebook's training, which has no data set".into());
        }
        let is_expected = regimen.data == crate::Data::Expected;
        if is_expected && (self.data.is_some() || self.function.n_inputs() != 1 || self.shape.len() != 3) {
            wrong.push("data = \"expected\" knows functions of one input and networks with one hidden layer".into());
        }
        if wrong.is_empty() { Ok(()) } else { Err(Error::inputs(wrong)) }
    }
}
