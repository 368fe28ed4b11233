//! What a network file holds.

use std::fmt;

use pellucid_core::{Network, Rational};

/// A network and what its file says about it.
///
/// ```
/// use pellucid_core::{Layer, Network, Rational};
/// use pellucid_formats::{NetworkFile, Numbers};
/// let layer = Layer { weights: vec![vec![Rational::ratio(1, 3)]], biases: vec![Rational::zero()] };
/// let file = NetworkFile::from(Network::new(None, vec![layer])?);
/// assert_eq!(file.numbers, Numbers::Exact);
/// # Ok::<(), pellucid_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct NetworkFile {
    /// The network, exact: each float of the file is the rational it is.
    pub network: Network<Rational>,
    /// The numbers the network was stored in, and will be written in.
    pub numbers: Numbers,
    /// The function that the network is meant to compute, as text.
    pub function: Option<String>,
    /// Where it is meant to compute it, as text.
    pub domain: Option<String>,
}

/// A network file, and what had to be done to read it as a plain stack of layers.
///
/// ```
/// let text = br#"{"pellucid": 1, "layers": [{"weights": [["1"]]}]}"#;
/// let reading = pellucid_formats::read_with_remarks(text, "net.json", Default::default())?;
/// assert!(reading.remarks.is_empty());
/// # Ok::<(), pellucid_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// What the file holds.
    pub file: NetworkFile,
    /// What people should know, a line each: that values are carried over layers because the network
    /// skips some, that a number was rounded because it is no rational, which names were taken to
    /// mean what. Empty for a plain stack of layers.
    pub remarks: Vec<String>,
}

impl Reading {
    /// The same with one more remark, if there is one.
    pub(crate) fn with_remark(mut self, remark: Option<String>) -> Self {
        self.remarks.extend(remark);
        self
    }
}

impl From<NetworkFile> for Reading {
    /// Nothing had to be done.
    fn from(file: NetworkFile) -> Self {
        Reading { file, remarks: Vec::new() }
    }
}

impl From<Network<Rational>> for NetworkFile {
    /// An exact file without function and domain.
    fn from(network: Network<Rational>) -> Self {
        NetworkFile { network, numbers: Numbers::Exact, function: None, domain: None }
    }
}

/// How networks are read.
///
/// ```
/// use pellucid_formats::{Normalisation, ReadOptions};
/// assert_eq!(ReadOptions::default().normalisation, Normalisation::Folded);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReadOptions {
    /// What becomes of the normalisation that a `.nnet` file has; other formats have none.
    pub normalisation: Normalisation,
}

/// What becomes of the normalisation of inputs and outputs that a `.nnet` file has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Normalisation {
    /// It is folded exactly into the first and the last layer: the network takes and gives what the
    /// file's users do, such as feet and radians. Clipping to the minimums and maximums is no part
    /// of it.
    #[default]
    Folded,
    /// It is left away: the network is the layers of the file alone, which take normalised inputs.
    /// The ONNX files and the VNN-LIB properties of ACAS Xu in the verification competitions are
    /// about these.
    LeftAway,
}

/// What the numbers of a file are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Numbers {
    /// Rationals, or whole numbers.
    Exact,
    /// 32-bit floats. Files in half precision count as this: their numbers are float32 numbers.
    Float32,
    /// 64-bit floats.
    Float64,
}

impl Numbers {
    /// All of them, for messages and for reading.
    pub(crate) const ALL: [Numbers; 3] = [Numbers::Exact, Numbers::Float32, Numbers::Float64];

    /// Is the rational one of these numbers?
    pub(crate) fn has(self, value: &Rational) -> bool {
        self.round(value).as_ref() == Some(value)
    }

    /// The nearest of these numbers; `None` when the value is beyond the largest.
    pub(crate) fn round(self, value: &Rational) -> Option<Rational> {
        match self {
            Numbers::Exact => Some(value.clone()),
            Numbers::Float32 => Rational::from_f32(value.to_f32()),
            Numbers::Float64 => Rational::from_f64(value.to_f64()),
        }
    }
}

impl fmt::Display for Numbers {
    /// As own files write it: `exact`, `float32`, `float64`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Numbers::Exact => "exact",
            Numbers::Float32 => "float32",
            Numbers::Float64 => "float64",
        })
    }
}
