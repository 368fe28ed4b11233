//! The graph of what is made of what, as a file.

use std::path::Path;

use anyhow::bail;
use pellucid::library::{self, Entry, Row};
use pellucid::{Domain, SvgOptions};

use crate::{files, screen};

/// The file formats of the graph.
pub enum GraphFormat {
    Svg,
    Json,
    Dot,
}

impl GraphFormat {
    /// The format that a file's name promises.
    pub fn of(path: &Path) -> anyhow::Result<Self> {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("svg") => Ok(GraphFormat::Svg),
            Some("json") => Ok(GraphFormat::Json),
            Some("dot" | "gv") => Ok(GraphFormat::Dot),
            _ => bail!("cannot write {}: the graph is written as .svg, .json or .dot", path.display()),
        }
    }
}

/// Writes the uses among these entries, also by the neurons of their networks.
pub fn write(entries: &[Entry], rows: &[Row], path: &Path) -> anyhow::Result<()> {
    let network = |row: &Row| {
        let (_, found) = row.sizes.iter().find(|(domain, _)| *domain == Domain::Everywhere)?;
        Some(found.as_ref().ok()?.compiled.network.clone())
    };
    let graph = library::reuse_graph(entries, &rows.iter().map(network).collect::<Vec<_>>());
    let text = match GraphFormat::of(path)? {
        GraphFormat::Svg => graph.to_picture().to_svg(&SvgOptions::default()),
        GraphFormat::Json => serde_json::to_string_pretty(&graph.to_json())? + "\n",
        GraphFormat::Dot => graph.to_dot(),
    };
    files::write_text(path, &text)?;
    screen::remark(&format!("graph written to {}", path.display()));
    Ok(())
}
