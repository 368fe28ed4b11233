//! The library: its entries, one of them in full, and what is made of what.

use std::time::Duration;

use pellucid::library::{self, Row};
use pellucid::{Error, Limits, SvgOptions, pictures};
use serde_json::{Value, json};

use crate::question::{Question, stop_after};

/// `{"ask": "library"}`: what is said of each entry, without the work.
pub fn library() -> Result<Value, Error> {
    let entries = library::library()?.into_iter().map(|entry| library::row_answer(&Row { entry, sizes: Vec::new() }));
    Ok(json!({"entries": entries.collect::<Vec<_>>()}))
}

/// `{"ask": "entry", "name", "seconds"}`: what `library NAME --json` says, with a picture for each domain.
pub fn entry(question: &Question) -> Result<Value, Error> {
    let entry = library::entry(question.text("name"))?;
    let seconds = Duration::from_secs_f64(question.number("seconds").unwrap_or(20.0).clamp(0.0, 1e6));
    let found = entry.domains.iter().map(|domain| {
        let stop = stop_after(seconds);
        let limits = Limits { stop: Some(&stop), ..Limits::default() };
        (domain.clone(), library::known(&entry, domain, limits))
    });
    let row = Row { sizes: found.collect(), entry: entry.clone() };
    if let Some(error) = row.sizes.iter().filter_map(|(_, found)| found.as_ref().err()).find(|error| !error.is_limit())
    {
        return Err(error.clone());
    }
    let pictures = row.sizes.iter().map(|(domain, found)| {
        let Ok(found) = found else { return Ok(Value::Null) };
        let compiled = &found.compiled;
        let picture = pictures::compiled_picture(&compiled.network, Some(&compiled.function), domain, None)?;
        Ok(json!(picture.to_svg(&SvgOptions::default())))
    });
    let pictures = pictures.collect::<Result<Vec<_>, Error>>()?;
    let entries = library::library()?;
    let graph = library::reuse_graph(&entries, &vec![None; entries.len()]);
    let mut answer = library::row_answer(&row);
    answer["made_of"] = graph.made_of(&entry.name).into();
    answer["makes"] = graph.makes(&entry.name).into();
    Ok(json!({"answer": answer, "svgs": pictures}))
}

/// `{"ask": "reuse"}`: the picture of which circuits are made of which.
pub fn reuse() -> Result<Value, Error> {
    let entries = library::library()?;
    let graph = library::reuse_graph(&entries, &vec![None; entries.len()]);
    Ok(json!({"svg": graph.to_picture().to_svg(&SvgOptions::default())}))
}
