//! `.npy`: a header that is a Python dict literal, then the numbers.
//! Format: <https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html>.

use crate::tensor::{Dtype, Tensor};
use crate::wrong::{Wrong, quoted};

const MAGIC: &[u8] = b"\x93NUMPY";

/// The header and the numbers start on a multiple of this.
const ALIGNMENT: usize = 64;

/// One array.
pub(crate) fn npy_to_tensor(name: &str, bytes: &[u8]) -> Result<Tensor, Wrong> {
    let shown = quoted(name);
    let (header, data) =
        split(bytes).ok_or_else(|| Wrong::one(format!("{shown} is not an .npy array, or it is cut short")))?;
    let header = Header::parse(header)
        .ok_or_else(|| Wrong::one(format!("the header of {shown} cannot be understood: {}", quoted(header))))?;
    let Some((dtype, big_endian)) = dtype(&header.descr) else {
        return Err(Wrong::one(format!(
            "{shown} has dtype {}; float16, float32, float64, int32 and int64 are read",
            quoted(&header.descr)
        )));
    };
    let mut data = data.to_vec();
    if big_endian {
        data.chunks_exact_mut(dtype.n_bytes()).for_each(<[u8]>::reverse);
    }
    if !header.fortran_order {
        return Tensor::new(name, header.shape, dtype, data);
    }
    // Column-major is the row-major order of the transposed array.
    let transposed = Tensor::new(name, header.shape.iter().rev().copied().collect(), dtype, data)?;
    match header.shape[..] {
        [rows, columns] => {
            let n = dtype.n_bytes();
            let cells = (0..rows).flat_map(|row| (0..columns).map(move |column| (column * rows + row) * n));
            let data = cells.flat_map(|at| &transposed.bytes[at..at + n]).copied().collect();
            Tensor::new(name, header.shape, dtype, data)
        }
        [] | [_] => Ok(transposed),
        _ => Err(Wrong::one(format!("{shown} has {} dimensions in Fortran order", header.shape.len()))),
    }
}

/// The header's text and the data after it.
fn split(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let rest = bytes.strip_prefix(MAGIC)?;
    let (major, rest) = (*rest.first()?, rest.get(2..)?);
    let (length, rest) = if major == 1 {
        let (length, rest) = rest.split_first_chunk::<2>()?;
        (usize::from(u16::from_le_bytes(*length)), rest)
    } else {
        let (length, rest) = rest.split_first_chunk::<4>()?;
        (usize::try_from(u32::from_le_bytes(*length)).ok()?, rest)
    };
    let (header, data) = rest.split_at_checked(length)?;
    Some((std::str::from_utf8(header).ok()?, data))
}

struct Header {
    descr: String,
    fortran_order: bool,
    shape: Vec<usize>,
}

impl Header {
    /// `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }`, keys in any order. The descr
    /// of a record is a list; it is taken as text, to be named in the message.
    fn parse(text: &str) -> Option<Header> {
        let after = |key: &str| {
            let (_, rest) = text.split_once(&format!("'{key}'"))?;
            rest.trim_start().strip_prefix(':').map(str::trim_start)
        };
        let descr = after("descr")?;
        let descr = match descr.strip_prefix('\'') {
            Some(descr) => descr.split_once('\'')?.0,
            None => descr.split_once(']')?.0,
        };
        let order = after("fortran_order")?;
        let fortran_order = order.starts_with("True");
        if !fortran_order && !order.starts_with("False") {
            return None;
        }
        let (shape, _) = after("shape")?.strip_prefix('(')?.split_once(')')?;
        let sizes = shape.split(',').map(str::trim).filter(|size| !size.is_empty());
        // Python 2 wrote long integers as `3L`.
        let shape = sizes.map(|size| size.trim_end_matches('L').parse().ok()).collect::<Option<_>>()?;
        Some(Header { descr: descr.to_string(), fortran_order, shape })
    }
}

/// The dtype, and whether it is big-endian.
fn dtype(descr: &str) -> Option<(Dtype, bool)> {
    let big_endian = descr.starts_with('>');
    let dtype = match descr.trim_start_matches(['<', '>', '=']) {
        "f2" => Dtype::F16,
        "f4" => Dtype::F32,
        "f8" => Dtype::F64,
        "i4" => Dtype::I32,
        "i8" => Dtype::I64,
        _ => return None,
    };
    Some((dtype, big_endian))
}

/// The array as `.npy`, version 1.0.
pub(crate) fn tensor_to_npy(tensor: &Tensor) -> Vec<u8> {
    let descr = match tensor.dtype {
        Dtype::F16 => "<f2",
        Dtype::Bf16 => unreachable!("NumPy has no bfloat16, and none is written"),
        Dtype::F32 => "<f4",
        Dtype::F64 => "<f8",
        Dtype::I32 => "<i4",
        Dtype::I64 => "<i8",
        Dtype::U8 => "|u1",
    };
    // A tuple of one needs its comma.
    let sizes: String = tensor.shape.iter().map(|size| format!("{size}, ")).collect();
    let sizes = if tensor.shape.len() == 1 { sizes.trim_end() } else { sizes.trim_end_matches(", ") };
    let mut header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': ({sizes}), }}");
    let unpadded = MAGIC.len() + 4 + header.len() + 1;
    header.push_str(&" ".repeat(unpadded.next_multiple_of(ALIGNMENT) - unpadded));
    header.push('\n');
    let mut file = MAGIC.to_vec();
    file.extend([1, 0]);
    file.extend((header.len() as u16).to_le_bytes());
    file.extend(header.as_bytes());
    file.extend(&tensor.bytes);
    file
}

#[cfg(test)]
mod tests {
    use super::*;
    use pellucid_core::Rational;

    fn npy(header: &str, data: &[u8]) -> Vec<u8> {
        let mut file = b"\x93NUMPY\x01\x00".to_vec();
        file.extend((header.len() as u16).to_le_bytes());
        file.extend(header.as_bytes());
        file.extend(data);
        file
    }

    fn check(header: &str, data: &[u8], values: &[i64]) {
        let tensor = npy_to_tensor("w", &npy(header, data)).unwrap();
        let values: Vec<Rational> = values.iter().map(|value| Rational::from(*value)).collect();
        assert_eq!(tensor.values(&mut Vec::new()), values);
    }

    #[test]
    fn orders_and_dtypes() {
        let little: Vec<u8> = (1..=6i32).flat_map(i32::to_le_bytes).collect();
        let big: Vec<u8> = (1..=6).flat_map(|n| f64::to_be_bytes(n.into())).collect();
        check("{'descr': '<i4', 'fortran_order': False, 'shape': (2, 3), }", &little, &[1, 2, 3, 4, 5, 6]);
        check("{'shape': (2, 3), 'fortran_order': True, 'descr': '<i4'}", &little, &[1, 3, 5, 2, 4, 6]);
        check("{'descr': '>f8', 'fortran_order': False, 'shape': (6L,), }", &big, &[1, 2, 3, 4, 5, 6]);
    }

    #[test]
    fn refusals() {
        let refused = |header: &str, data: &[u8]| npy_to_tensor("w", &npy(header, data)).unwrap_err().0.join("\n");
        assert_eq!(
            refused("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", b""),
            "`w` has dtype `|O`; float16, float32, float64, int32 and int64 are read"
        );
        assert_eq!(
            refused("{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296), }", b""),
            "`w` of shape (4294967296, 4294967296) does not fit the 0 bytes that are there for it"
        );
        assert_eq!(refused("{}", b""), "the header of `w` cannot be understood: `{}`");
    }
}
