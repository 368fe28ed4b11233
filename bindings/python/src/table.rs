//! A survey's rows as columns of Python's values, in the order and under the names of the exported tables.

use std::path::PathBuf;
use std::sync::Arc;

use numpy::PyArray1;
use pellucid::Rational;
use pellucid::survey::{About, Row, Store};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString};

use crate::survey::UNBOUNDED;
use crate::waiting::wait;

/// The columns with a value for each row; what is not there is `None`.
#[pyfunction]
pub fn columns(py: Python<'_>, database: PathBuf) -> PyResult<Bound<'_, PyDict>> {
    let rows = wait(py, UNBOUNDED, None, move |_, _| {
        let mut rows: Vec<(Arc<About>, Row)> = Vec::new();
        Store::open_existing(&database)?.each_row(|about, row| {
            let last = rows.last().map(|(last, _)| last).filter(|last| ***last == *about);
            let about = last.cloned().unwrap_or_else(|| Arc::new(about.clone()));
            rows.push((about, row));
            Ok(())
        })?;
        Ok(rows)
    })?;
    let found = PyDict::new(py);
    let text = |name: &str, of: fn(&About) -> &str| -> PyResult<()> {
        // Rows of one cell share their texts.
        let mut last: Option<(&Arc<About>, Bound<'_, PyString>)> = None;
        let column = PyList::empty(py);
        for (about, _) in &rows {
            let value = match &last {
                Some((known, value)) if Arc::ptr_eq(known, about) => value.clone(),
                _ => PyString::new(py, of(about)),
            };
            column.append(&value)?;
            last = Some((about, value));
        }
        found.set_item(name, column)
    };
    text("function", |about| &about.function)?;
    text("formula", |about| &about.formula)?;
    text("domain", |about| &about.domain)?;
    text("widths", |about| &about.widths)?;
    text("regimen", |about| &about.regimen)?;
    text("regimen_hash", |about| &about.hash)?;
    text("settings", |about| &about.settings)?;
    text("tolerance", |about| &about.tolerance)?;
    let rows = || rows.iter().map(|(_, row)| row);
    let there = |text: &str| (!text.is_empty()).then(|| text.to_string());
    found.set_item("seed", PyList::new(py, rows().map(|row| row.seed))?)?;
    found.set_item("start_loss", PyList::new(py, rows().map(|row| row.start_loss))?)?;
    found.set_item("final_loss", PyList::new(py, rows().map(|row| row.final_loss))?)?;
    found.set_item("tries", PyList::new(py, rows().map(|row| row.tries))?)?;
    found.set_item("steps", PyList::new(py, rows().map(|row| row.steps))?)?;
    found.set_item("good_after", rows().map(|row| row.good_after).collect::<Vec<_>>())?;
    found.set_item("verdict", PyList::new(py, rows().map(|row| row.judged.verdict.name()))?)?;
    found.set_item("cause", rows().map(|row| there(&row.judged.cause)).collect::<Vec<_>>())?;
    found.set_item("detail", rows().map(|row| there(&row.judged.detail)).collect::<Vec<_>>())?;
    found.set_item("circuit", rows().map(|row| there(&row.judged.class)).collect::<Vec<_>>())?;
    found.set_item("features", rows().map(|row| row.judged.features.clone()).collect::<Vec<_>>())?;
    found.set_item("live_neurons", PyList::new(py, rows().map(|row| row.judged.n_live))?)?;
    let deviation = |row: &Row| row.judged.deviation.as_ref().map(Rational::to_string);
    found.set_item("deviation", rows().map(deviation).collect::<Vec<_>>())?;
    found.set_item("deviation_is_largest", rows().map(|row| row.judged.is_largest).collect::<Vec<_>>())?;
    let weights = PyList::empty(py);
    for row in rows() {
        weights.append(PyArray1::from_slice(py, &row.weights))?;
    }
    found.set_item("weights", weights)?;
    Ok(found)
}
