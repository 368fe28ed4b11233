//! Which format a file is in: recognised by content for reading, chosen by extension for writing.

use std::fmt;
use std::io::Read;
use std::path::Path;

use flate2::Compression;
use flate2::read::{GzEncoder, MultiGzDecoder};
use pellucid_core::Error;

use crate::pickle::Pickle;
use crate::protobuf::Fields;
use crate::tensor::MAX_UNPACKED;
use crate::wrong::Wrong;
use crate::zip::Archive;

/// A format that networks are written in.
///
/// ```
/// use pellucid_formats::Format;
/// assert_eq!(Format::of_path("runs/minimum.onnx".as_ref())?, Format::Onnx);
/// # Ok::<(), pellucid_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Pellucid's own: `{"pellucid": 1, "layers": [...]}`, exact.
    Json,
    /// ONNX, opset 13: a chain of Gemm and Relu, with input `x` of shape (batch, n).
    Onnx,
    /// safetensors, named as PyTorch names the layers of a `Sequential`: `0.weight`, `2.weight`.
    Safetensors,
    /// NumPy's archive of arrays, with the same names.
    Npz,
    /// The text format of the ACAS Xu networks, written without normalisation.
    Nnet,
}

impl Format {
    /// The formats and their extensions.
    const EXTENSIONS: [(&'static str, Format); 5] = [
        ("json", Format::Json),
        ("onnx", Format::Onnx),
        ("safetensors", Format::Safetensors),
        ("npz", Format::Npz),
        ("nnet", Format::Nnet),
    ];

    /// The format that a file is to be written in, by its extension; after any of them, `.gz` says
    /// that the file is packed.
    ///
    /// # Errors
    /// When no format that can be written has this extension; names those that can.
    pub fn of_path(path: &Path) -> Result<Format, Error> {
        let unpacked = if is_packed(path) { path.with_extension("") } else { path.to_path_buf() };
        let extension = unpacked.extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default();
        if let Some((_, format)) = Format::EXTENSIONS.iter().find(|(known, _)| *known == extension) {
            return Ok(*format);
        }
        let known = Format::EXTENSIONS.map(|(known, _)| format!(".{known}")).join(", ");
        let why = match extension.as_str() {
            "" => "the name has no extension that tells the format".to_string(),
            "pt" | "pth" => "PyTorch's own files are read but not written; PyTorch loads .safetensors".to_string(),
            other => format!(".{other} is not a format that is written"),
        };
        Err(Error::input(format!("cannot write {}: {why} (written are {known})", path.display())))
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Format::Json => "JSON",
            Format::Onnx => "ONNX",
            Format::Safetensors => "safetensors",
            Format::Npz => "npz",
            Format::Nnet => "nnet",
        })
    }
}

/// Does the name say that the file is packed with gzip?
pub(crate) fn is_packed(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("gz"))
}

/// What the bytes turned out to be.
pub(crate) enum Content<'a> {
    Json,
    Onnx,
    Safetensors,
    Npz(Archive<'a>),
    Pt(Archive<'a>),
    OldPt,
    Nnet,
    Gzip(Vec<u8>),
}

/// Signatures of files that people mistake for networks, and what would be right.
const NOT_NETWORKS: [(&[u8], &str); 7] = [
    (
        b"\x93NUMPY",
        "it is a single NumPy array; a network needs one array per layer (np.savez with names 0.weight, 2.weight, ...)",
    ),
    (b"\x89HDF", "it is HDF5 (perhaps Keras); export the model as ONNX"),
    (b"version https://git-lfs", "it is a Git LFS pointer, not the file itself; run git lfs pull"),
    (b"<", "it is HTML or XML, perhaps a web page that was saved instead of the file"),
    (b"\x80\x02", "it is a bare Python pickle; save the state dict with torch.save, or as .safetensors"),
    (b"\x80\x04", "it is a bare Python pickle; save the state dict with torch.save, or as .safetensors"),
    (b"\x80\x05", "it is a bare Python pickle; save the state dict with torch.save, or as .safetensors"),
];

/// What the bytes are, by their content; by the name only where a `.nnet` file begins as none does,
/// to say what is wrong with it.
pub(crate) fn recognise<'a>(bytes: &'a [u8], name: &str) -> Result<Content<'a>, Wrong> {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    if text.is_empty() {
        return Err(Wrong::one("it is empty"));
    }
    if bytes.starts_with(&[0x1f, 0x8b]) {
        return gunzip(bytes).map(Content::Gzip);
    }
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        return archive(bytes);
    }
    if crate::safetensors::looks_like_safetensors(bytes) {
        return Ok(Content::Safetensors);
    }
    if text.starts_with(b"{") {
        return Ok(Content::Json);
    }
    if crate::nnet_to_network::looks_like_nnet(text) {
        return Ok(Content::Nnet);
    }
    if crate::pt_to_network::looks_like_old_pt(bytes) {
        return Ok(Content::OldPt);
    }
    let is_pickle = [".pt", ".pth", ".pkl"].iter().any(|ending| name.ends_with(ending)) || bytes[0] == 0x80;
    if is_pickle && let Some(wrong) = Pickle::wants_to_call(bytes) {
        return Err(wrong);
    }
    if let Some((_, why)) = NOT_NETWORKS.iter().find(|(signature, _)| bytes.starts_with(signature)) {
        return Err(Wrong::one(*why));
    }
    if looks_like_onnx(bytes) {
        return Ok(Content::Onnx);
    }
    if name.ends_with(".nnet") || name.ends_with(".nnet.gz") {
        return Ok(Content::Nnet);
    }
    let first: Vec<String> = bytes.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    Err(Wrong::one(format!(
        "its format is not recognised; it starts with the bytes {} (read are Pellucid's JSON, ONNX, safetensors, .npz, .pt and .nnet)",
        first.join(" ")
    )))
}

/// An ONNX file has no signature. It is a protobuf with a graph (field 7), and every writer puts
/// the version (field 1, a small number) first, so that also a damaged one is called ONNX.
fn looks_like_onnx(bytes: &[u8]) -> bool {
    let starts_with_version = bytes[0] == 0x08 && bytes.get(1).is_none_or(|version| *version < 64);
    starts_with_version || {
        let mut fields = Fields::of(bytes);
        fields.all(|field| field.is_ok()) && Fields::of(bytes).flatten().any(|(number, _)| number == 7)
    }
}

fn archive(bytes: &[u8]) -> Result<Content<'_>, Wrong> {
    let archive = Archive::open(bytes)?;
    if archive.names().any(|name| name == "data.pkl" || name.ends_with("/data.pkl")) {
        return Ok(Content::Pt(archive));
    }
    if archive.names().any(|name| name.ends_with(".npy")) {
        return Ok(Content::Npz(archive));
    }
    let names: Vec<_> = archive.names().take(5).map(crate::wrong::quoted).collect();
    Err(Wrong::one(format!(
        "it is a zip archive without a network (a .pt has data.pkl inside, an .npz has .npy files; this has {})",
        if names.is_empty() { "nothing".to_string() } else { names.join(", ") }
    )))
}

/// The bytes packed; the same bytes give the same file.
pub(crate) fn gzip(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut packed = Vec::new();
    GzEncoder::new(bytes, Compression::default()).read_to_end(&mut packed)?;
    Ok(packed)
}

pub(crate) fn gunzip(bytes: &[u8]) -> Result<Vec<u8>, Wrong> {
    let mut unpacked = Vec::new();
    MultiGzDecoder::new(bytes)
        .take(MAX_UNPACKED as u64 + 1)
        .read_to_end(&mut unpacked)
        .map_err(|error| Wrong::one(format!("its gzip is damaged or cut short ({error})")))?;
    if unpacked.len() > MAX_UNPACKED {
        return Err(Wrong::one(format!("unpacked it is larger than {} MiB", MAX_UNPACKED >> 20)));
    }
    if unpacked.starts_with(&[0x1f, 0x8b]) {
        return Err(Wrong::one("it is gzip inside gzip; unpack it once"));
    }
    Ok(unpacked)
}
