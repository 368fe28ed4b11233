//! Network files, read and written.
//!
//! | file | read | written |
//! |---|---|---|
//! | Pellucid's own JSON, exact or float | yes | yes |
//! | ONNX: graphs of piecewise-linear operators, with skips and small convolutions | yes | yes |
//! | safetensors with weights and biases | yes | yes |
//! | `.npz` with weights and biases | yes | yes |
//! | `.nnet`, the text format of ACAS Xu | yes | yes |
//! | `.pt`, `.pth` with a state dict or an `nn.Sequential`; nothing in it is executed | yes | no |
//!
//! Each may be packed with gzip. A file is recognised by what is in it; its name only appears in
//! messages. Whatever the file, what comes out is a network of exact rationals: a float is read as
//! the rational it is, so the same weights give the same network from every format. Decimal text
//! (own JSON, `.nnet`) is the decimal's own rational. What is no plain stack of layers becomes one
//! exactly, and [`Reading::remarks`] says how.
//!
//! A state dict says nothing about activations: its layers are taken in the natural order of
//! their names (`0.weight`, `2.weight`, `10.weight`), with ReLU after every layer but the last.
//! Weights lie (out, in), but (in, out) where the names (`kernel`, `coefs_`) or only the shapes say so.
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
//!
//! Properties in VNN-LIB are read too, with [`read_property`], and data sets, with [`read_table`].

mod array;
mod arrays_to_table;
mod batch_norm;
mod csv_to_table;
mod dataflow;
mod dataflow_to_network;
mod disk;
mod format;
mod json_to_network;
mod modules_to_network;
mod network_file;
mod network_to_json;
mod network_to_nnet;
mod network_to_onnx;
mod network_to_tensors;
mod nnet_to_network;
mod notes;
mod npy;
mod npz;
mod onnx;
mod parquet_to_table;
mod pickle;
mod property;
mod protobuf;
mod pt_to_network;
mod safetensors;
mod table;
mod tensor;
mod tensor_names;
mod tensors_to_network;
mod vnnlib_to_property;
mod vnnlib_tokens;
mod wrong;
mod zip;

use pellucid_core::Error;

pub use disk::{read_path, read_path_with, read_path_with_remarks, read_property_path, write_path};
pub use format::Format;
pub use network_file::{NetworkFile, Normalisation, Numbers, ReadOptions, Reading};
pub use network_to_tensors::WriteOptions;
pub use property::Property;
pub use table::{Table, read_table, read_table_path};
pub use vnnlib_to_property::read_property;

use format::Content;
use notes::Notes;
use tensors_to_network::{Stored, tensors_to_network};
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
    read_with(bytes, name, ReadOptions::default())
}

/// As [`read`], with options.
///
/// # Errors
/// As [`read`].
///
/// ```
/// use pellucid_formats::{Normalisation, ReadOptions, read, read_with};
/// // One weight, 6; the input has mean 2 and range 3, the output mean 10 and range 1.
/// let text = b"// y = 6 (x - 2) / 3 + 10\n1,1,1,1,\n1,1,\n0,\n0,\n9,\n2,10,\n3,1,\n6,\n0,\n";
/// let folded = read(text, "net.nnet")?.network;
/// assert_eq!(folded.evaluate(&[5.into()]), [16.into()]);
/// let inside = read_with(text, "net.nnet", ReadOptions { normalisation: Normalisation::LeftAway })?.network;
/// assert_eq!(inside.evaluate(&[1.into()]), [6.into()]);
/// # Ok::<(), pellucid_core::Error>(())
/// ```
pub fn read_with(bytes: &[u8], name: &str, options: ReadOptions) -> Result<NetworkFile, Error> {
    read_with_remarks(bytes, name, options).map(|reading| reading.file)
}

/// As [`read_with`], with what had to be done to make a plain stack of layers of it.
///
/// # Errors
/// As [`read`].
pub fn read_with_remarks(bytes: &[u8], name: &str, options: ReadOptions) -> Result<Reading, Error> {
    contents_to_network(bytes, name, options).map_err(|wrong| wrong.while_reading(name))
}

fn contents_to_network(bytes: &[u8], name: &str, options: ReadOptions) -> Result<Reading, Wrong> {
    match format::recognise(bytes, name)? {
        Content::Nnet => nnet_to_network::nnet_to_network(bytes, options.normalisation).map(Reading::from),
        Content::Json => json_to_network::json_to_network(bytes).map(Reading::from),
        Content::Onnx => onnx::onnx_to_network(bytes),
        Content::Safetensors => {
            let (tensors, notes) = safetensors::safetensors_to_tensors(bytes)?;
            tensors_to_network(tensors, Stored::ByName, notes)
        }
        Content::Npz(archive) => {
            let tensors = npz::npz_to_tensors(&archive)?;
            tensors_to_network(tensors, Stored::AsMade, Notes::default())
        }
        Content::Pt(archive) => pt_to_network::pt_to_network(&archive),
        Content::OldPt => pt_to_network::old_pt_to_network(bytes),
        Content::Gzip(unpacked) => contents_to_network(&unpacked, name, options),
    }
}

/// The bytes of a file with this network.
///
/// Exact numbers are written to the float formats as float32 where all of them are float32
/// numbers, else as float64. Biases are left out of the float formats when all of them are 0. All
/// formats but `.npz` and `.nnet` carry the inputs' names, the function and the domain; `.nnet`
/// holds exact decimals, and the domain if it is a box.
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
    match format {
        Format::Json => return network_to_json::network_to_json(file, options).map_err(refused),
        Format::Nnet => return network_to_nnet::network_to_nnet(file, options).map_err(refused),
        _ => {}
    }
    let tensors = network_to_tensors::network_to_tensors(file, options).map_err(refused)?;
    Ok(match format {
        Format::Json | Format::Nnet => unreachable!("returned above"),
        Format::Onnx => network_to_onnx::network_to_onnx(file, &tensors),
        Format::Safetensors => safetensors::tensors_to_safetensors(&tensors, &Notes::of(file)),
        Format::Npz => npz::tensors_to_npz(&tensors),
    })
}
