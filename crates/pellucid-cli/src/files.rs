//! Files that the command reads and writes.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use pellucid::{Domain, Format, Network, NetworkFile, Numbers, Property, Rational, ReadOptions, WriteOptions};

use crate::screen;

/// Reads a network file.
pub fn network(path: &Path) -> anyhow::Result<NetworkFile> {
    network_with(path, ReadOptions::default())
}

/// Reads a network file; the options say how. Says what had to be done to make a plain stack of layers
/// of it, since answers are about that.
pub fn network_with(path: &Path, options: ReadOptions) -> anyhow::Result<NetworkFile> {
    must_exist(path)?;
    let reading = pellucid::read_path_with_remarks(path, options)?;
    for remark in &reading.remarks {
        screen::remark(&format!("{}: {remark}", path.display()));
    }
    Ok(reading.file)
}

/// Is it the name of a network file?
pub fn is_named_like_a_network(name: &str) -> bool {
    let known = [".json", ".onnx", ".onnx.gz", ".safetensors", ".pt", ".pth", ".npz", ".nnet"];
    known.iter().any(|ending| name.ends_with(ending))
}

/// The files of a folder that are named like networks, sorted by name.
pub fn networks_in(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let cannot = || format!("cannot read the folder {}", folder.display());
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(cannot)? {
        let path = entry.with_context(cannot)?.path();
        if is_named_like_a_network(&path.to_string_lossy()) && path.is_file() {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Reads a VNN-LIB file.
pub fn property(path: &Path) -> anyhow::Result<Property> {
    must_exist(path)?;
    Ok(pellucid::read_property_path(path)?)
}

/// Opens a file that is read as it comes; `what` says what it should hold.
pub fn reader(path: &Path, what: &str) -> anyhow::Result<BufReader<File>> {
    must_exist(path)?;
    let cannot = || format!("cannot read {}", path.display());
    if path.is_dir() {
        bail!("{}: it is a folder", cannot());
    }
    let mut reader = BufReader::new(File::open(path).with_context(cannot)?);
    let beginning = reader.fill_buf().with_context(cannot)?;
    if beginning.is_empty() {
        bail!("{}: it is empty, so no {what}", cannot());
    }
    // A character may be cut off at the end of the buffer.
    if std::str::from_utf8(beginning).is_err_and(|error| error.error_len().is_some()) {
        bail!("{}: it is not text, so no {what}", cannot());
    }
    Ok(reader)
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

/// Makes a folder, and those it lies in, where they are not there.
pub fn make_folder(folder: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder).with_context(|| format!("cannot create the folder {}", folder.display()))
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

/// Are the files that results go to different ones? One would be lost otherwise.
pub fn check_different(paths: &[Option<&Path>]) -> anyhow::Result<()> {
    let whole = |path: &&Path| std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    let paths: Vec<&Path> = paths.iter().copied().flatten().collect();
    let twice = paths.iter().enumerate().find(|(k, path)| paths[..*k].iter().any(|other| whole(other) == whole(path)));
    match twice {
        Some((_, path)) => bail!("two results would be written to {}: give each its own file", path.display()),
        None => Ok(()),
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

/// Writes an exact network; `function` is what it computes, where the file is to tell that. Whether numbers had to be
/// rounded for it, which `round` allows: what is proved is proved of the exact network.
pub fn write_network(
    network: &Network<Rational>,
    function: Option<String>,
    domain: &Domain,
    path: &Path,
    round: bool,
) -> anyhow::Result<bool> {
    let domain = Some(domain.to_string());
    let file = NetworkFile { network: network.clone(), numbers: Numbers::Exact, function, domain };
    let exactly = pellucid::write_path(&file, path, WriteOptions::default());
    if exactly.is_err() && round {
        pellucid::write_path(&file, path, WriteOptions { rounding: true })?;
        return Ok(true);
    }
    exactly?;
    Ok(false)
}

/// Says that [`write_network`] wrote to `path`.
pub fn say_written(path: &Path, is_rounded: bool) {
    let rounded = if is_rounded { ", rounded: what is proved holds for the exact network" } else { "" };
    screen::remark(&format!("network written to {}{rounded}", path.display()));
}

/// Writes a text file: to a neighbour first, then renamed, so that no half file is ever seen.
pub fn write_text(path: &Path, text: &str) -> anyhow::Result<()> {
    write_bytes(path, text.as_bytes())
}

/// Writes a file of bytes in the same way.
pub fn write_bytes(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let mut file = NewFile::begin(path)?;
    file.write_bytes(bytes)?;
    file.finish()
}

/// A file that is written bit by bit: to a neighbour first, renamed when it is whole. The neighbour
/// is removed when it never becomes whole.
pub struct NewFile {
    path: PathBuf,
    /// The neighbour; `None` for a device or a pipe, which nothing can be renamed to.
    partial: Option<PathBuf>,
    out: BufWriter<File>,
}

impl NewFile {
    /// Begins to write.
    pub fn begin(path: &Path) -> anyhow::Result<Self> {
        check_output(Some(path))?;
        let partial = (!path.exists() || path.is_file()).then(|| {
            let mut partial = path.as_os_str().to_owned();
            partial.push(format!(".{}.partial", std::process::id()));
            PathBuf::from(partial)
        });
        let file = match &partial {
            Some(partial) => File::create(partial),
            None => File::options().write(true).open(path),
        };
        let out = BufWriter::new(file.with_context(|| format!("cannot write {}", path.display()))?);
        Ok(NewFile { path: path.to_path_buf(), partial, out })
    }

    /// Goes on.
    pub fn write(&mut self, text: &str) -> anyhow::Result<()> {
        self.write_bytes(text.as_bytes())
    }

    /// Goes on with bytes.
    pub fn write_bytes(&mut self, bytes: &[u8]) -> anyhow::Result<()> {
        self.out.write_all(bytes).with_context(|| format!("cannot write {}", self.path.display()))
    }

    /// It is whole.
    pub fn finish(mut self) -> anyhow::Result<()> {
        let renamed = self.out.flush().and_then(|()| match self.partial.take() {
            Some(partial) => std::fs::rename(&partial, &self.path).inspect_err(|_| self.partial = Some(partial)),
            None => Ok(()),
        });
        renamed.with_context(|| format!("cannot write {}", self.path.display()))
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        if let Some(partial) = &self.partial {
            // Nothing was promised about the neighbour, so a failure to remove it is no news.
            let _ = std::fs::remove_file(partial);
        }
    }
}
