//! One entry of the library as a self-contained page.

use maud::{Markup, PreEscaped, html};
use pellucid_compile::expr_to_circuit;
use pellucid_compile::library::Sized;
use pellucid_core::{Domain, Error};
use pellucid_draw::{CircuitPicture, SvgOptions};

use super::table::{Row, Status};
use crate::html_document::html_document;
use crate::page_parts::{circuit_list, neuron_table, proof};
use crate::pictures::{compiled_picture, taken_apart};

/// The page: an HTML document that needs no other file. `made_of` and `makes` are the names of the
/// entry's parts, and of those that it is a part of.
///
/// # Errors
/// When a picture cannot be drawn or a proof has no words, which would be a defect.
pub fn entry_page(row: &Row, made_of: &[&str], makes: &[&str]) -> Result<String, Error> {
    let entry = &row.entry;
    let sections: Vec<Markup> = row.sizes.iter().map(|size| section(row, size)).collect::<Result<_, _>>()?;
    let circuits: Vec<_> = entry.function.outputs().iter().map(expr_to_circuit).collect();
    let is_made_of_circuits = circuits.iter().any(|circuit| !circuit.parts.is_empty());
    let heading = html! {
        p { code { (entry.function) } }
        p { (entry.about) " Source: " (entry.source) "." }
    };
    let body = html! {
        @for section in &sections { (section) }
        section #circuits {
            h2 { "Circuits" }
            @if is_made_of_circuits {
                figure { (PreEscaped(CircuitPicture::new(&circuits, entry.function.input_names()).to_svg(&SvgOptions::default()))) }
            }
            (names("Made of", made_of))
            (names("A part of", makes))
        }
    };
    Ok(html_document(&entry.title, &heading, &body))
}

fn names(label: &str, names: &[&str]) -> Markup {
    html! {
        @if !names.is_empty() {
            p { (label) ": " @for (i, name) in names.iter().enumerate() { @if i > 0 { ", " } code { (name) } } }
        }
    }
}

type Size = (Domain, Result<Sized, Error>);

fn section(row: &Row, (domain, found): &Size) -> Result<Markup, Error> {
    let found = match found {
        Ok(found) => found,
        Err(error) => return Ok(html! { section { h2 { (domain.phrase()) } p { "Gave up: " (error) } } }),
    };
    let compiled = &found.compiled;
    let minimality = &compiled.minimality;
    let picture = compiled_picture(&compiled.network, Some(&compiled.function), domain, None)?;
    let shape: Vec<String> = compiled.network.shape().iter().map(usize::to_string).collect();
    let inputs = row.entry.function.input_names();
    let features = taken_apart(&compiled.network, domain);
    let any_depth = minimality.any_depth.as_ref().map(|bound| &bound.certificate);
    let proofs: Vec<Markup> =
        [Some(&compiled.certificate), any_depth].into_iter().flatten().map(proof).collect::<Result<_, _>>()?;
    Ok(html! {
        section {
            h2 { (domain.phrase()) ": " (shape.join("-")) }
            p { (compiled.network.hidden_neurons()) " hidden neurons, " b { (Status::of(compiled)) } ", at least "
                (minimality.lower_bound) ": " (minimality.reason) "." }
            figure { (PreEscaped(picture.to_svg(&SvgOptions::default()))) }
            @if let Some(found) = &features {
                (neuron_table(&found.neurons, inputs, None))
                (circuit_list(&found.circuits, inputs))
            }
            @if found.circuits.len() > 1 {
                p { "Other circuits: " }
                ul { @for known in &found.circuits { li { (known.by) ": " (format!("{:?}", known.widths)) } } }
            }
            @for proof in &proofs { (proof) }
        }
    })
}
