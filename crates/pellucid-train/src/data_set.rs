//! Fixed samples to train on.

use pellucid_core::Error;

/// Inputs and targets, row by row.
///
/// ```
/// use pellucid_train::DataSet;
/// let data = DataSet::new(vec![vec![0.0, 1.0], vec![1.0, 1.0]], vec![vec![1.0], vec![0.0]]).unwrap();
/// assert_eq!((data.n_rows(), data.n_inputs(), data.n_outputs()), (2, 2, 1));
/// assert_eq!(data.inputs(1), [1.0, 1.0]);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct DataSet {
    n_inputs: usize,
    n_outputs: usize,
    /// Row by row the inputs.
    inputs: Vec<f32>,
    /// Row by row the targets.
    targets: Vec<f32>,
}

impl DataSet {
    /// A data set of as many inputs as targets, each row as long as the others.
    ///
    /// # Errors
    /// Lists everything that is wrong: no rows, rows of other lengths, numbers that are not finite.
    pub fn new(inputs: Vec<Vec<f32>>, targets: Vec<Vec<f32>>) -> Result<Self, Error> {
        let mut wrong = Vec::new();
        if inputs.is_empty() {
            wrong.push("a data set needs at least one row".to_string());
        }
        if inputs.len() != targets.len() {
            wrong.push(format!("{} rows of inputs, but {} of targets", inputs.len(), targets.len()));
        }
        let (n_inputs, n_outputs) = (inputs.first().map_or(0, Vec::len), targets.first().map_or(0, Vec::len));
        for (what, rows, n) in [("inputs", &inputs, n_inputs), ("targets", &targets, n_outputs)] {
            if n == 0 && !rows.is_empty() {
                wrong.push(format!("the rows have no {what}"));
            }
            if let Some(row) = rows.iter().position(|row| row.len() != n) {
                wrong.push(format!("row {} has {} {what}, but the first has {n}", row + 1, rows[row].len()));
            }
            if let Some(row) = rows.iter().position(|row| row.iter().any(|v| !v.is_finite())) {
                wrong.push(format!("row {} has {what} that are not finite", row + 1));
            }
        }
        if !wrong.is_empty() {
            return Err(Error::inputs(wrong));
        }
        Ok(DataSet { n_inputs, n_outputs, inputs: inputs.concat(), targets: targets.concat() })
    }

    /// The number of rows.
    pub fn n_rows(&self) -> usize {
        self.inputs.len() / self.n_inputs
    }

    /// Inputs in a row.
    pub fn n_inputs(&self) -> usize {
        self.n_inputs
    }

    /// Targets in a row.
    pub fn n_outputs(&self) -> usize {
        self.n_outputs
    }

    /// All inputs, row by row.
    pub(crate) fn all_inputs(&self) -> &[f32] {
        &self.inputs
    }

    /// All targets, row by row.
    pub(crate) fn all_targets(&self) -> &[f32] {
        &self.targets
    }

    /// The inputs of one row, counted from 0.
    pub fn inputs(&self, row: usize) -> &[f32] {
        &self.inputs[row * self.n_inputs..][..self.n_inputs]
    }

    /// The targets of one row.
    pub fn targets(&self, row: usize) -> &[f32] {
        &self.targets[row * self.n_outputs..][..self.n_outputs]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_wrong_is_listed() {
        assert!(DataSet::new(vec![], vec![]).is_err());
        let error = DataSet::new(vec![vec![1.0], vec![f32::NAN, 2.0]], vec![vec![]]).unwrap_err().to_string();
        assert_eq!(error.lines().count(), 4, "{error}");
    }
}
