//! The page of one entry, and all that there is of it in a folder.

use std::path::Path;

use pellucid::library::{self, Entry, Row, Sized};
use pellucid::{Domain, SvgOptions};

use super::{Arguments, found};
use crate::commands::compile;
use crate::{Answer, files, screen, words};

pub fn page(arguments: &Arguments, entry: Entry) -> anyhow::Result<Answer> {
    let row = found(arguments, &entry);
    for (_, found) in &row.sizes {
        if let Err(error) = found {
            if !error.is_limit() {
                return Err(error.clone().into());
            }
            screen::remark(&format!("pellucid: gave up: {error} (raise --timeout or --max-cells)"));
        }
    }
    let entries = library::library()?;
    let graph = library::reuse_graph(&entries, &vec![None; entries.len()]);
    let (made_of, makes) = (graph.made_of(&entry.name), graph.makes(&entry.name));
    if arguments.json {
        let mut answer = library::row_answer(&row);
        answer["made_of"] = made_of.clone().into();
        answer["makes"] = makes.clone().into();
        screen::out_json(&answer)?;
    } else {
        screen::out(&page_text(&row, &made_of, &makes, arguments.explain)?)?;
    }
    if let Some(path) = &arguments.output {
        files::write_text(path, &library::entry_page(&row, &made_of, &makes)?)?;
        screen::remark(&format!("page written to {}", path.display()));
    }
    if let (Some(path), Some((domain, Ok(found)))) = (&arguments.svg, row.sizes.first()) {
        files::write_text(path, &picture(found, domain)?)?;
        screen::remark(&format!("picture written to {}", path.display()));
    }
    if let Some(folder) = &arguments.out {
        write_all(&row, &made_of, &makes, folder)?;
    }
    let gave_up = row.sizes.iter().any(|(_, found)| found.is_err());
    Ok(if gave_up { Answer::GaveUp } else { Answer::Yes })
}

fn picture(found: &Sized, domain: &Domain) -> anyhow::Result<String> {
    let compiled = &found.compiled;
    let picture = pellucid::pictures::compiled_picture(&compiled.network, Some(&compiled.function), domain, None)?;
    Ok(picture.to_svg(&SvgOptions::default()))
}

fn page_text(row: &Row, made_of: &[&str], makes: &[&str], explain: bool) -> anyhow::Result<String> {
    let entry = &row.entry;
    let width = screen::text_width();
    let mut text = format!("{}\n", entry.title);
    text += &words::wrapped("  ", &format!("{} Source: {}.", entry.about, entry.source), width);
    if !entry.aliases.is_empty() {
        text += &words::wrapped("  also called  ", &entry.aliases.join(", "), width);
    }
    text.push('\n');
    for (domain, found) in &row.sizes {
        let Ok(found) = found else {
            text += &format!("{} {}\n  gave up\n\n", entry.function, domain.phrase());
            continue;
        };
        text += &compile::text(&found.compiled, compile::n_cells(&found.compiled))?;
        if found.circuits.len() > 1 {
            let known: Vec<String> =
                found.circuits.iter().map(|known| format!("{:?} {}", known.widths, known.by)).collect();
            text += &words::wrapped("  circuits    ", &known.join("; "), width);
        }
        text.push('\n');
        if explain {
            let any_depth = found.compiled.minimality.any_depth.as_ref().map(|bound| &bound.certificate);
            for certificate in [Some(&found.compiled.certificate), any_depth].into_iter().flatten() {
                text += &pellucid::explain(certificate, &crate::proofs::explaining())?;
                text.push('\n');
            }
        }
    }
    for (label, names) in [("made of     ", made_of), ("a part of   ", makes)] {
        if !names.is_empty() {
            text += &words::wrapped(label, &names.join(", "), width);
        }
    }
    Ok(text)
}

/// Page, pictures, networks and proofs of an entry.
fn write_all(row: &Row, made_of: &[&str], makes: &[&str], folder: &Path) -> anyhow::Result<()> {
    files::make_folder(folder)?;
    for (domain, found) in &row.sizes {
        let Ok(found) = found else { continue };
        let name = library::place(domain);
        let compiled = &found.compiled;
        files::write_text(&folder.join(format!("{name}.svg")), &picture(found, domain)?)?;
        let path = folder.join(format!("{name}.json"));
        files::write_network(&compiled.network, Some(compiled.function.to_string()), domain, &path, false)?;
        files::write_text(&folder.join(format!("{name}.proof.json")), &compiled.certificate.to_json())?;
        if let Some(bound) = &compiled.minimality.any_depth {
            files::write_text(&folder.join(format!("{name}.any-depth.json")), &bound.certificate.to_json())?;
        }
    }
    // The page comes last, so that a folder that was left half written lacks it.
    files::write_text(&folder.join("index.html"), &library::entry_page(row, made_of, makes)?)?;
    screen::remark(&format!("page, pictures, networks and proofs written to {}/", folder.display()));
    Ok(())
}
