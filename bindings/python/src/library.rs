//! The library of functions with a name.

use pellucid::library;
use pyo3::prelude::*;
use serde_json::{Value, json};

use crate::errors::Raise;

fn entry_value(entry: &library::Entry) -> Value {
    json!({
        "name": entry.name,
        "aliases": entry.aliases,
        "family": entry.family,
        "title": entry.title,
        "function": entry.function.to_string(),
        "inputs": entry.function.input_names(),
        "domains": entry.domains.iter().map(|domain| domain.to_text(entry.function.input_names())).collect::<Vec<_>>(),
        "about": entry.about,
        "source": entry.source,
    })
}

/// All entries, or those like a word, as JSON.
#[pyfunction]
#[pyo3(signature = (like=None))]
pub fn entries(like: Option<&str>) -> PyResult<String> {
    let all = library::library().raise()?;
    let chosen = all.iter().filter(|entry| like.is_none_or(|word| entry.is_like(word)));
    Ok(Value::from(chosen.map(entry_value).collect::<Vec<_>>()).to_string())
}

/// The entry of this name as JSON; an error tells names that are near.
#[pyfunction]
pub fn entry(name: &str) -> PyResult<String> {
    library::entry(name).map(|entry| entry_value(&entry).to_string()).raise()
}
