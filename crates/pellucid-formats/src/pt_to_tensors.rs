//! PyTorch's `.pt`: a zip archive with a pickle that describes tensors, and their storages as
//! plain bytes beside it.

use crate::pickle::{Id, Pickle, Value};
use crate::tensor::{Dtype, Tensor, shared_budget};
use crate::wrong::{Wrong, quoted};
use crate::zip::Archive;

/// Where training scripts put the state dict when they save more than it.
const STATE_DICT_KEYS: [&str; 3] = ["state_dict", "model_state_dict", "model"];

/// The tensors of the state dict, in its order.
pub(crate) fn pt_to_tensors(archive: &Archive) -> Result<Vec<Tensor>, Wrong> {
    let pickle_name = archive.names().find(|name| *name == "data.pkl" || name.ends_with("/data.pkl"));
    let folder = pickle_name.and_then(|name| name.strip_suffix("data.pkl")).unwrap_or_default();
    let member = |name: &str| {
        let full = format!("{folder}{name}");
        archive
            .read(&full)
            .unwrap_or_else(|| Err(Wrong::one(format!("{} is missing in the zip archive", quoted(&full)))))
    };
    if archive.names().any(|name| name.strip_prefix(folder) == Some("byteorder"))
        && member("byteorder")?.trim_ascii() != b"little"
    {
        return Err(Wrong::one("its numbers are not little-endian; save it as .safetensors"));
    }
    let bytes = member("data.pkl")?;
    let pickle = Pickle::read(&bytes)?;

    let mut storages = Storages { bytes: Default::default(), n_numbers_left: shared_budget(archive.n_bytes()) };
    let (mut tensors, mut wrong) = (Vec::new(), Vec::new());
    for (key, value) in state_dict(&pickle)? {
        let Value::Text(name) = pickle.get(*key) else {
            wrong.push("a key of the state dict is not a text".to_string());
            continue;
        };
        match tensor(&pickle, name, pickle.get(*value), &mut storages, &member) {
            Ok(tensor) => tensors.push(tensor),
            Err(Wrong(findings)) => wrong.extend(findings),
        }
    }
    Wrong::unless_empty(wrong)?;
    Ok(tensors)
}

fn state_dict<'p>(pickle: &'p Pickle) -> Result<&'p [(Id, Id)], Wrong> {
    let Value::Dict(items) = pickle.root() else {
        return Err(Wrong::one("it does not hold a state dict; save with torch.save(model.state_dict(), ...)"));
    };
    let inner = items.iter().find_map(|(key, value)| match (pickle.get(*key), pickle.get(*value)) {
        (Value::Text(key), Value::Dict(inner)) if STATE_DICT_KEYS.contains(key) => Some(inner),
        _ => None,
    });
    Ok(inner.unwrap_or(items))
}

/// The storages read so far, and how many numbers may still be taken out of them: tensors may
/// share a storage, so the size of the file alone is no bound.
struct Storages<'a> {
    bytes: std::collections::HashMap<&'a str, Vec<u8>>,
    n_numbers_left: usize,
}

fn tensor<'a>(
    pickle: &Pickle<'a>,
    name: &str,
    value: &Value<'a>,
    storages: &mut Storages<'a>,
    member: &impl Fn(&str) -> Result<Vec<u8>, Wrong>,
) -> Result<Tensor, Wrong> {
    let shown = quoted(name);
    let Value::Tensor { storage, offset, size, stride } = value else {
        return Err(Wrong::one(format!("{shown} is not a tensor; a state dict holds tensors only")));
    };
    let Value::Storage { dtype, key } = pickle.get(*storage) else {
        return Err(Wrong::one(format!("{shown} has no storage")));
    };
    if !storages.bytes.contains_key(key) {
        storages.bytes.insert(key, member(&format!("data/{key}"))?);
    }
    let bytes = &storages.bytes[key];
    let n_stored = bytes.len() / dtype.n_bytes();
    let Some(view) = View::new(*offset, size, stride, n_stored) else {
        return Err(Wrong::one(format!(
            "{shown} (offset {offset}, size {size:?}, stride {stride:?}) does not fit its storage, which holds {n_stored} numbers"
        )));
    };
    storages.n_numbers_left = storages
        .n_numbers_left
        .checked_sub(view.n_numbers())
        .ok_or_else(|| Wrong::one("it has more weights than are read"))?;
    Tensor::new(name, view.sizes.clone(), *dtype, view.gather(bytes, *dtype))
}

/// Which numbers of a storage form a tensor.
struct View {
    offset: usize,
    sizes: Vec<usize>,
    strides: Vec<usize>,
}

impl View {
    /// `None` when it reaches outside the storage, or shows numbers several times over (as
    /// `expand` does): a few bytes could then claim any size.
    fn new(offset: i64, sizes: &[i64], strides: &[i64], n_stored: usize) -> Option<View> {
        let unsigned = |values: &[i64]| values.iter().map(|v| usize::try_from(*v).ok()).collect::<Option<Vec<_>>>();
        let view = View { offset: offset.try_into().ok()?, sizes: unsigned(sizes)?, strides: unsigned(strides)? };
        let n_numbers = view.sizes.iter().try_fold(1usize, |product, size| product.checked_mul(*size))?;
        let last = view.sizes.iter().zip(&view.strides).try_fold(view.offset, |last, (size, stride)| {
            size.saturating_sub(1).checked_mul(*stride)?.checked_add(last)
        })?;
        let fits = n_numbers == 0 || (last < n_stored && n_numbers <= n_stored);
        (view.sizes.len() == view.strides.len() && fits).then_some(view)
    }

    fn n_numbers(&self) -> usize {
        self.sizes.iter().product()
    }

    /// The numbers, row-major.
    fn gather(&self, storage: &[u8], dtype: Dtype) -> Vec<u8> {
        let n = dtype.n_bytes();
        let mut bytes = Vec::with_capacity(self.n_numbers() * n);
        for index in 0..self.n_numbers() {
            let (mut rest, mut at) = (index, self.offset);
            for (size, stride) in self.sizes.iter().zip(&self.strides).rev() {
                at += rest % size * stride;
                rest /= size;
            }
            bytes.extend(&storage[at * n..(at + 1) * n]);
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::zip::members_to_zip;

    const NETWORK: &[u8] = include_bytes!("../tests/fixtures/random-2-4-3-1.pt");
    const MODULE: &[u8] = include_bytes!("../tests/fixtures/random-2-4-3-1-module.pt");

    /// The members with the pickle changed; their checksums are right again.
    fn with_pickle(file: &[u8], change: impl Fn(&mut Vec<u8>)) -> Vec<u8> {
        let archive = Archive::open(file).unwrap();
        let member = |name: &str| {
            let mut bytes = archive.read(name).unwrap().unwrap();
            if name.ends_with("data.pkl") {
                change(&mut bytes);
            }
            (name.to_string(), bytes)
        };
        members_to_zip(&archive.names().map(member).collect::<Vec<_>>())
    }

    #[test]
    fn pickles_changed_at_every_byte() {
        for file in [NETWORK, MODULE] {
            let length = Archive::open(file).unwrap().read(pickle_name(file)).unwrap().unwrap().len();
            for at in 0..length {
                for byte in [0, 1, 0x28, 0x52, 0x71, 0x7f, 0xff] {
                    let bytes = with_pickle(file, |pickle| pickle[at] = byte);
                    let _ = crate::read(&bytes, "net.pt");
                }
                let bytes = with_pickle(file, |pickle| pickle.truncate(at));
                assert!(crate::read(&bytes, "net.pt").is_err());
            }
        }
    }

    fn pickle_name(file: &[u8]) -> &str {
        Archive::open(file).unwrap().names().find(|name| name.ends_with("data.pkl")).unwrap()
    }

    #[test]
    fn strides_and_offsets() {
        let storage: Vec<u8> = (0..12i32).flat_map(i32::to_le_bytes).collect();
        let gathered = |offset, sizes: &[i64], strides: &[i64]| {
            let view = View::new(offset, sizes, strides, 12)?;
            let bytes = view.gather(&storage, Dtype::I32);
            Some(bytes.chunks(4).map(|int| int[0]).collect::<Vec<_>>())
        };
        assert_eq!(gathered(0, &[2, 3], &[3, 1]), Some(vec![0, 1, 2, 3, 4, 5]));
        assert_eq!(gathered(6, &[3, 2], &[1, 3]), Some(vec![6, 9, 7, 10, 8, 11]));
        assert_eq!(gathered(11, &[1], &[100]), Some(vec![11]));
        for (offset, sizes, strides) in [
            (7, &[2, 3][..], &[3, 1][..]),
            (-1, &[1], &[1]),
            (0, &[2], &[-1]),
            (0, &[1 << 40], &[0]),
            (0, &[i64::MAX, i64::MAX], &[i64::MAX, 1]),
            (0, &[2, 2], &[1]),
        ] {
            assert_eq!(gathered(offset, sizes, strides), None, "{offset} {sizes:?} {strides:?}");
        }
    }
}
