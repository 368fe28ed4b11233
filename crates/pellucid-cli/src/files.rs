//! Files that the command reads and writes.

use std::io::Read;
use std::path::Path;

use anyhow::{Context, bail};
use pellucid::{Format, NetworkFile, Property, ReadOptions};

/// The largest text file that is read.
const MAX_TEXT: u64 = 1 << 30;

/// Reads a network file.
pub fn network(path: &Path) -> anyhow::Result<NetworkFile> {
    network_with(path, ReadOptions::default())
}

/// Reads a network file; the options say how.
pub fn network_with(path: &Path, options: ReadOptions) -> anyhow::Result<NetworkFile> {
    must_exist(path)?;
    Ok(pellucid::read_path_with(path, options)?)
}

/// Reads a VNN-LIB file.
pub fn property(path: &Path) -> anyhow::Result<Property> {
    must_exist(path)?;
    Ok(pellucid::read_property_path(path)?)
}

/// Reads a text file; `what` says what it should hold.
pub fn text(path: &Path, what: &str) -> anyhow::Result<String> {
    must_exist(path)?;
    let cannot = || format!("cannot read {}", path.display());
    if path.is_dir() {
        bail!("{}: it is a folder", cannot());
    }
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).with_context(cannot)?;
    file.take(MAX_TEXT + 1).read_to_end(&mut bytes).with_context(cannot)?;
    if bytes.len() as u64 > MAX_TEXT {
        bail!("{}: it is larger than {} MiB", cannot(), MAX_TEXT >> 20);
    }
    match String::from_utf8(bytes) {
        Ok(text) if text.trim().is_empty() => bail!("{}: it is empty, so no {what}", cannot()),
        Ok(text) => Ok(text),
        Err(_) => bail!("{}: it is not text, so no {what}", cannot()),
    }
}

fn must_exist(path: &Path) -> anyhow::Result<()> {
    // A path that may not be looked at is left to the reading, which says why.
    if matches!(path.try_exists(), Ok(false)) {
        bail!("there is no file {}", path.display());
    }
    Ok(())
}

/// Can a network be written there? Asked before the work whose result goes there.
pub fn check_network_output(path: Option<&Path>) -> anyhow::Result<()> {
    if let Some(path) = path {
        Format::of_path(path)?;
    }
    check_output(path)
}

/// Can a picture be written there, and does its name promise no other format?
pub fn check_picture_output(path: &Path) -> anyhow::Result<()> {
    match path.extension() {
        Some(extension) if !extension.eq_ignore_ascii_case("svg") => {
            bail!("cannot write {}: pictures are written as .svg (`draw --terminal` writes characters)", path.display())
        }
        _ => check_output(Some(path)),
    }
}

/// Can a file be written there? Asked before the work whose result goes there.
pub fn check_output(path: Option<&Path>) -> anyhow::Result<()> {
    let Some(path) = path else { return Ok(()) };
    if path.is_dir() {
        bail!("cannot write {}: it is a folder", path.display());
    }
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() && !folder.is_dir() => {
            bail!("cannot write {}: there is no folder {}", path.display(), folder.display())
        }
        _ => Ok(()),
    }
}

/// Writes a text file: to a neighbour first, then renamed, so that no half file is ever seen.
pub fn write_text(path: &Path, text: &str) -> anyhow::Result<()> {
    check_output(Some(path))?;
    let cannot = || format!("cannot write {}", path.display());
    if path.exists() && !path.is_file() {
        // A device or a pipe, which nothing can be renamed to.
        return std::fs::write(path, text).with_context(cannot);
    }
    let mut partial = path.as_os_str().to_owned();
    partial.push(format!(".{}.partial", std::process::id()));
    let written = std::fs::write(&partial, text).and_then(|()| std::fs::rename(&partial, path));
    if written.is_err() {
        // Nothing was promised about the neighbour, so a failure to remove it is no news.
        let _ = std::fs::remove_file(&partial);
    }
    written.with_context(cannot)
}
