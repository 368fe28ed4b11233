//! The library's table: every entry compiled, everywhere and on its box.

use std::fmt;

use pellucid_check::check;
use pellucid_compile::Compiled;
use pellucid_compile::library::{Entry, Sized, sized};
use pellucid_core::{Domain, Error};
use pellucid_prove::Limits;
use serde_json::{Value, json};

use crate::answers;

/// An entry with what was found on each of its domains.
#[derive(Clone, Debug)]
pub struct Row {
    /// The entry.
    pub entry: Entry,
    /// One a domain; an error where the work was given up.
    pub sizes: Vec<(Domain, Result<Sized, Error>)>,
}

/// What is known about a size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// No network of any depth has fewer hidden neurons.
    Smallest,
    /// No network with one hidden layer has fewer; a deeper one might.
    SmallestWithOneLayer,
    /// Smaller ones may exist.
    BestKnown,
}

impl Status {
    /// The status of a compiled network.
    pub fn of(compiled: &Compiled) -> Self {
        let minimality = &compiled.minimality;
        let size = compiled.network.hidden_neurons();
        let at_any_depth = minimality.any_depth.as_ref().is_some_and(|bound| bound.at_least >= size);
        match (minimality.proved, compiled.network.hidden_layers().len()) {
            (false, _) => Status::BestKnown,
            // A single neuron or none: there is nothing smaller at any depth.
            (true, _) if at_any_depth || size <= 1 => Status::Smallest,
            (true, 0 | 1) => Status::SmallestWithOneLayer,
            (true, _) => Status::Smallest,
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Status::Smallest => "proved smallest",
            Status::SmallestWithOneLayer => "proved smallest with one hidden layer",
            Status::BestKnown => "best known",
        })
    }
}

/// An entry's network on a domain, every proof of it accepted by the independent checker.
///
/// # Errors
/// When a limit is reached, or a proof is rejected, which would be a defect.
pub fn known(entry: &Entry, domain: &Domain, limits: Limits<'_>) -> Result<Sized, Error> {
    let found = sized(entry, domain, limits)?;
    let any_depth = found.compiled.minimality.any_depth.as_ref().map(|bound| &bound.certificate);
    for certificate in [Some(&found.compiled.certificate), any_depth].into_iter().flatten() {
        let checked = check(certificate);
        if let Some(reason) = checked.rejection {
            return Err(Error::input(format!("defect: the checker rejects that {}: {reason}", checked.claim)));
        }
    }
    Ok(found)
}

/// A row as a JSON value.
pub fn row_answer(row: &Row) -> Value {
    let entry = &row.entry;
    let sizes = row.sizes.iter().map(|(domain, found)| match found {
        Ok(found) => {
            let mut answer = answers::compiled(&found.compiled, None);
            answer["status"] = json!(Status::of(&found.compiled).to_string());
            answer["known_circuits"] =
                found.circuits.iter().map(|known| json!({"by": known.by, "widths": known.widths})).collect();
            answer
        }
        Err(error) => json!({
            "domain": domain.to_string(),
            "status": if error.is_limit() { "gave up" } else { "failed" },
            "reason": error.to_string(),
        }),
    });
    json!({
        "name": entry.name,
        "aliases": entry.aliases,
        "family": entry.family,
        "title": entry.title,
        "function": entry.function.to_string(),
        "inputs": entry.function.input_names(),
        "about": entry.about,
        "source": entry.source,
        "on": sizes.collect::<Vec<_>>(),
    })
}

/// The whole table as one JSON object.
pub fn library_answer(rows: &[Row]) -> Value {
    json!({"entries": rows.iter().map(row_answer).collect::<Vec<_>>()})
}
