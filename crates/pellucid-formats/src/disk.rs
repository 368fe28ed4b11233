//! Network and property files on the disk.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use pellucid_core::Error;

use crate::format::{gzip, is_packed};
use crate::{
    Format, NetworkFile, Property, ReadOptions, Reading, WriteOptions, read_property, read_with_remarks, write,
};

/// The largest file that is read: as text, the most weights that are read take less.
const MAX_FILE: u64 = 1 << 30;

/// The network in a file, whatever its format.
///
/// # Errors
/// As [`read`](crate::read), and when the file cannot be opened.
///
/// ```
/// let error = pellucid_formats::read_path("no/such/net.onnx".as_ref()).unwrap_err();
/// assert!(error.to_string().starts_with("cannot read no/such/net.onnx: "));
/// ```
pub fn read_path(path: &Path) -> Result<NetworkFile, Error> {
    read_path_with(path, ReadOptions::default())
}

/// As [`read_path`], with options.
///
/// # Errors
/// As [`read_path`].
pub fn read_path_with(path: &Path, options: ReadOptions) -> Result<NetworkFile, Error> {
    read_path_with_remarks(path, options).map(|reading| reading.file)
}

/// As [`read_path_with`], with what had to be done to make a plain stack of layers of it.
///
/// # Errors
/// As [`read_path`].
pub fn read_path_with_remarks(path: &Path, options: ReadOptions) -> Result<Reading, Error> {
    let (bytes, name) = bytes_of(path)?;
    read_with_remarks(&bytes, &name, options)
}

/// The property in a VNN-LIB file.
///
/// # Errors
/// As [`read_property`], and when the file cannot be opened.
///
/// ```
/// let error = pellucid_formats::read_property_path("no/such/safe.vnnlib".as_ref()).unwrap_err();
/// assert!(error.to_string().starts_with("cannot read no/such/safe.vnnlib: "));
/// ```
pub fn read_property_path(path: &Path) -> Result<Property, Error> {
    let (bytes, name) = bytes_of(path)?;
    read_property(&bytes, &name)
}

/// What is in a file, and what messages call it.
pub(crate) fn bytes_of(path: &Path) -> Result<(Vec<u8>, String), Error> {
    let name = path.display().to_string();
    let cannot = |why: String| Error::input(format!("cannot read {name}: {why}"));
    if path.is_dir() {
        return Err(cannot("it is a folder".into()));
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|error| cannot(error.to_string()))?;
    file.take(MAX_FILE + 1).read_to_end(&mut bytes).map_err(|error| cannot(error.to_string()))?;
    if bytes.len() as u64 > MAX_FILE {
        return Err(cannot(format!("it is larger than {} MiB", MAX_FILE >> 20)));
    }
    Ok((bytes, name))
}

/// Writes a network; the extension says in which format, and `.gz` after it that it is packed.
///
/// The file appears complete or not at all: it is written beside its place and then renamed.
///
/// # Errors
/// As [`write()`] and [`Format::of_path`], and when the file cannot be written.
///
/// ```
/// use pellucid_formats::{WriteOptions, read, read_path, write_path};
/// let file = read(br#"{"pellucid": 1, "layers": [{"weights": [["1", "-1/2"]]}]}"#, "net.json")?;
/// let path = std::env::temp_dir().join("pellucid-formats-example.safetensors");
/// write_path(&file, &path, WriteOptions::default())?;
/// assert_eq!(read_path(&path)?.network, file.network);
/// # std::fs::remove_file(&path).unwrap();
/// # Ok::<(), pellucid_core::Error>(())
/// ```
pub fn write_path(file: &NetworkFile, path: &Path, options: WriteOptions) -> Result<(), Error> {
    let bytes = write(file, Format::of_path(path)?, options)?;
    let bytes = if is_packed(path) { gzip(&bytes) } else { Ok(bytes) };
    let beside = name_beside(path);
    let outcome = bytes.and_then(|bytes| write_new(&beside, &bytes)).and_then(|()| fs::rename(&beside, path));
    outcome.map_err(|error| {
        // Nothing was promised about the temporary file, so a failure to remove it is no news.
        let _ = fs::remove_file(&beside);
        Error::input(format!("cannot write {}: {error}", path.display()))
    })
}

/// A name in the same folder, since renaming is only atomic within one file system; different
/// for every process and call.
fn name_beside(path: &Path) -> PathBuf {
    static CALLS: AtomicU64 = AtomicU64::new(0);
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{}-{}.tmp", std::process::id(), CALLS.fetch_add(1, Ordering::Relaxed)));
    path.with_file_name(name)
}

fn write_new(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = File::options().write(true).create_new(true).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}
