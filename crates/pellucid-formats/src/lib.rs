//! Network files, read and written.
//!
//! | file | read | written |
//! |---|---|---|
//! | Pellucid's own JSON, exact or float | yes | yes |
//! | ONNX, also gzipped: a chain of Gemm, MatMul, Add and Relu | yes | yes |
//! | safetensors with a state dict | yes | yes |
//! | `.npz` with a state dict | yes | yes |
//! | `.pt`, `.pth` with a state dict; nothing in it is executed | yes | no |
//!
//! A file is recognised by what is in it; its name only appears in messages. Whatever the file,
//! what comes out is a network of exact rationals: a float is read as the rational it is, so the
//! same weights give the same network from every format.
//!
//! A state dict says nothing about activations: its layers are taken in the natural order of
//! their names (`0.weight`, `2.weight`, `10.weight`), with ReLU after every layer but the last.
//!
//! ```
//! use pellucid_formats::{Format, WriteOptions, read, write};
//!
//! let text = br#"{"pellucid": 1, "layers": [{"weights": [["1", "-1/2"]]}]}"#;
//! let file = read(text, "net.json")?;
//! assert_eq!(file.network.shape(), [2, 1]);
//!
//! let onnx = write(&file, Format::Onnx, WriteOptions::default())?;
//! assert_eq!(read(&onnx, "net.onnx")?.network, file.network);
//! # Ok::<(), pellucid_core::Error>(())
//! ```

mod disk;
mod format;
mod json_to_network;
mod network_file;
mod network_to_json;
mod network_to_onnx;
mod network_to_tensors;
mod notes;
mod npy;
mod npz;
mod onnx_chain;
mod onnx_messages;
mod onnx_to_network;
mod pickle;
mod protobuf;
mod pt_to_tensors;
mod safetensors;
mod tensor;
mod tensors_to_network;
mod wrong;
mod zip;

use pellucid_core::Error;

pub use disk::{read_path, write_path};
pub use format::Format;
pub use network_file::{NetworkFile, Numbers};
pub use network_to_tensors::WriteOptions;

use format::Content;
use notes::Notes;
use wrong::Wrong;

/// The network in the bytes of a file; `name` is what messages call the file.
///
/// # Errors
/// Says what cannot be read, why, and what would be right; everything unsupported in the file is
/// listed at once. Bytes that are damaged or hostile give an error too: nothing in a file is
/// executed, and sizes it claims are checked against the bytes that are there.
///
/// ```
/// let error = pellucid_formats::read(b"GIF89a", "cat.onnx").unwrap_err();
/// assert!(error.to_string().starts_with("cannot read cat.onnx: "));
/// ```
pub fn read(bytes: &[u8], name: &str) -> Result<NetworkFile, Error> {
    contents_to_network(bytes).map_err(|wrong| wrong.while_reading(name))
}

fn contents_to_network(bytes: &[u8]) -> Result<NetworkFile, Wrong> {
    match format::recognise(bytes)? {
        Content::Json => json_to_network::json_to_network(bytes),
        Content::Onnx => onnx_to_network::onnx_to_network(bytes),
        Content::Safetensors => {
            let (tensors, notes) = safetensors::safetensors_to_tensors(bytes)?;
            tensors_to_network::tensors_to_network(tensors, notes)
        }
        Content::Npz(archive) => {
            tensors_to_network::tensors_to_network(npz::npz_to_tensors(&archive)?, Notes::default())
        }
        Content::Pt(archive) => {
            tensors_to_network::tensors_to_network(pt_to_tensors::pt_to_tensors(&archive)?, Notes::default())
        }
        Content::Gzip(unpacked) => contents_to_network(&unpacked),
    }
}

/// The bytes of a file with this network.
///
/// Exact numbers are written to the float formats as float32 where all of them are float32
/// numbers, else as float64. Biases are left out of the float formats when all of them are 0. All
/// formats but `.npz` carry the inputs' names, the function and the domain.
///
/// # Errors
/// When numbers would have to be rounded and `options.rounding` does not allow it; says how many.
///
/// ```
/// use pellucid_formats::{Format, WriteOptions, read, write};
/// let third = read(br#"{"pellucid": 1, "layers": [{"weights": [["1/3"]]}]}"#, "third.json")?;
/// assert!(write(&third, Format::Npz, WriteOptions::default()).is_err());
/// assert!(write(&third, Format::Npz, WriteOptions { rounding: true }).is_ok());
/// # Ok::<(), pellucid_core::Error>(())
/// ```
pub fn write(file: &NetworkFile, format: Format, options: WriteOptions) -> Result<Vec<u8>, Error> {
    let refused = |wrong: Wrong| wrong.while_writing(format);
    if format == Format::Json {
        return network_to_json::network_to_json(file, options).map_err(refused);
    }
    let tensors = network_to_tensors::network_to_tensors(file, options).map_err(refused)?;
    Ok(match format {
        Format::Json => unreachable!("returned above"),
        Format::Onnx => network_to_onnx::network_to_onnx(file, &tensors),
        Format::Safetensors => safetensors::tensors_to_safetensors(&tensors, &Notes::of(file)),
        Format::Npz => npz::tensors_to_npz(&tensors),
    })
}
