//! A table's rows as samples to learn from.

use pellucid_core::{Error, Function, counted};
use pellucid_formats::Table;
use pellucid_train::DataSet;

use crate::DataColumns;

/// The rows of a table as inputs and targets of a function: inputs by their names, or the first columns; targets by the
/// names given, otherwise by the usual names (`y`, `target`, `output`), otherwise the columns after the inputs.
///
/// # Errors
/// When columns are missing, or values are; lists all.
pub fn table_to_data_set(table: &Table, function: &Function, targets: &[String]) -> Result<DataSet, Error> {
    let (n_inputs, n_outputs) = (function.n_inputs(), function.n_outputs());
    let columns = DataColumns::find(table, function.input_names(), n_outputs, targets)?;
    let outputs = match columns.outputs {
        Some(outputs) => outputs,
        None if targets.is_empty() && columns.by_position && table.n_columns() == n_inputs + n_outputs => {
            (n_inputs..n_inputs + n_outputs).collect()
        }
        None => {
            return Err(Error::input(format!(
                "no column is known to hold the {} (name them with --data-target)",
                counted(n_outputs, "wanted output")
            )));
        }
    };
    let floats = |columns: &[usize]| -> Result<Vec<Vec<f32>>, Error> {
        let rows = table.rows(columns)?;
        Ok(rows.into_iter().map(|row| row.into_iter().map(|value| value as f32).collect()).collect())
    };
    DataSet::new(floats(&columns.inputs)?, floats(&outputs)?)
}
