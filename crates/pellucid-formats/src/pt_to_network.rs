//! PyTorch's `.pt`: a pickle that describes tensors and perhaps modules, and their storages as plain
//! bytes beside it. Since PyTorch 1.6 both are members of a zip archive; before, pickles and storages
//! followed each other.

use std::collections::HashMap;

use crate::modules_to_network::modules_to_network;
use crate::network_file::Reading;
use crate::notes::Notes;
use crate::pickle::{Id, Pickle, Value};
use crate::tensor::{Dtype, Tensor, shared_budget};
use crate::tensors_to_network::{Stored, tensors_to_network};
use crate::wrong::{Wrong, quoted};
use crate::zip::Archive;

/// Where training scripts put the state dict, or the module, when they save more than it.
const STATE_DICT_KEYS: [&str; 6] = ["state_dict", "model_state_dict", "model_state", "model", "net", "network"];

/// The number that the older format begins with, as its first pickle writes it.
const MAGIC: &[u8] = b"\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.";

/// Is it the format that PyTorch wrote before 1.6?
pub(crate) fn looks_like_old_pt(bytes: &[u8]) -> bool {
    bytes.first() == Some(&0x80)
        && bytes.iter().take(32).copied().collect::<Vec<_>>().windows(MAGIC.len()).any(|w| w == MAGIC)
}

/// The network in a zip archive of PyTorch.
pub(crate) fn pt_to_network(archive: &Archive) -> Result<Reading, Wrong> {
    let pickle_name = archive.names().find(|name| *name == "data.pkl" || name.ends_with("/data.pkl"));
    let folder = pickle_name.and_then(|name| name.strip_suffix("data.pkl")).unwrap_or_default();
    let has = |name: &str| archive.names().any(|member| member.strip_prefix(folder) == Some(name));
    let member = |name: &str| {
        let full = format!("{folder}{name}");
        archive
            .read(&full)
            .unwrap_or_else(|| Err(Wrong::one(format!("{} is missing in the zip archive", quoted(&full)))))
    };
    if has("constants.pkl") {
        return Err(Wrong::one(
            "it is TorchScript, a program; export the model as ONNX, or save its state_dict() with torch.save",
        ));
    }
    if has("byteorder") && member("byteorder")?.trim_ascii() != b"little" {
        return Err(Wrong::one("its numbers are not little-endian; save it as .safetensors"));
    }
    let bytes = member("data.pkl")?;
    let pickle = Pickle::read(&bytes)?;
    let storage = |key: &str| member(&format!("data/{key}"));
    pickle_to_network(&pickle, &mut Storages::new(&storage, archive.n_bytes()))
}

/// The network in a file of PyTorch before 1.6: the magic number, the version, what machine wrote it,
/// the object, the storages' keys, each a pickle; then each storage, its length before its bytes.
pub(crate) fn old_pt_to_network(bytes: &[u8]) -> Result<Reading, Wrong> {
    let (_, rest) = Pickle::read_first(bytes)?;
    let (_, rest) = Pickle::read_first(rest)?;
    let (machine, rest) = Pickle::read_first(rest)?;
    if let Value::Dict(items) = machine.root() {
        let big = items.iter().any(|(key, value)| {
            matches!((machine.get(*key), machine.get(*value)), (Value::Text("little_endian"), Value::Bool(false)))
        });
        if big {
            return Err(Wrong::one("its numbers are not little-endian; save it as .safetensors"));
        }
    }
    let (pickle, rest) = Pickle::read_first(rest)?;
    let (keys, mut rest) = Pickle::read_first(rest)?;
    let Value::List(keys_listed) = keys.root() else {
        return Err(Wrong::one("it does not list its storages; it is damaged"));
    };
    let dtypes: HashMap<&str, Dtype> = pickle
        .values()
        .filter_map(|value| if let Value::Storage { dtype, key } = value { Some((*key, *dtype)) } else { None })
        .collect();
    let mut found: HashMap<&str, &[u8]> = HashMap::new();
    for key in keys_listed {
        let Value::Text(key) = keys.get(*key) else {
            return Err(Wrong::one("a storage's key is not a text; it is damaged"));
        };
        let storage = dtypes.get(key).and_then(|dtype| {
            let (length, after) = rest.split_first_chunk::<8>()?;
            let length = usize::try_from(u64::from_le_bytes(*length)).ok()?.checked_mul(dtype.n_bytes())?;
            after.split_at_checked(length)
        });
        let (storage, after) = storage.ok_or_else(|| Wrong::one("its storages are damaged or cut short"))?;
        found.insert(key, storage);
        rest = after;
    }
    let storage = |key: &str| {
        let bytes = found.get(key).map(|bytes| bytes.to_vec());
        bytes.ok_or_else(|| Wrong::one(format!("the storage {} is missing", quoted(key))))
    };
    pickle_to_network(&pickle, &mut Storages::new(&storage, bytes.len()))
}

/// The network of the modules or of the state dict that a pickle holds, perhaps among other things.
fn pickle_to_network<'a>(pickle: &Pickle<'a>, storages: &mut Storages<'a, '_>) -> Result<Reading, Wrong> {
    let items = match pickle.root() {
        Value::Module { .. } => return modules_to_network(pickle, pickle.root_id(), storages),
        Value::Dict(items) => items,
        _ => {
            return Err(Wrong::one("it does not hold a state dict; save with torch.save(model.state_dict(), ...)"));
        }
    };
    let (items, remark) = match network_within(pickle, items)? {
        None => (items, None),
        Some((id, remark)) => match pickle.get(id) {
            Value::Dict(inner) => (inner, remark),
            _ => return modules_to_network(pickle, id, storages).map(|reading| reading.with_remark(remark)),
        },
    };
    // Beside tensors, epochs and losses are saved too.
    let is_tensor = |id: &Id| matches!(pickle.get(*id), Value::Tensor { .. });
    let has_tensors = items.iter().any(|(_, value)| is_tensor(value));
    let (mut tensors, mut wrong) = (Vec::new(), Vec::new());
    for (key, value) in items.iter().filter(|(_, value)| !has_tensors || is_tensor(value)) {
        let Value::Text(name) = pickle.get(*key) else {
            wrong.push("a key of the state dict is not a text".to_string());
            continue;
        };
        match storages.tensor(pickle, name, *value) {
            Ok(tensor) => tensors.push(tensor),
            Err(Wrong(findings)) => wrong.extend(findings),
        }
    }
    Wrong::unless_empty(wrong)?;
    tensors_to_network(tensors, Stored::AsMade, Notes::default()).map(|reading| reading.with_remark(remark))
}

/// Where a pickled dictionary holds a network beside other things: the one under a usual name, or the only one;
/// with a remark where others are left out. `None` where the dictionary is the state dict itself.
fn network_within(pickle: &Pickle<'_>, items: &[(Id, Id)]) -> Result<Option<(Id, Option<String>)>, Wrong> {
    let is_tensor = |id: &Id| matches!(pickle.get(*id), Value::Tensor { .. });
    let has_tensors = |items: &[(Id, Id)]| items.iter().any(|(_, value)| is_tensor(value));
    let inner: Vec<(&str, Id)> = items
        .iter()
        .filter_map(|(key, value)| match (pickle.get(*key), pickle.get(*value)) {
            (Value::Text(key), Value::Dict(_) | Value::Module { .. }) => Some((*key, *value)),
            _ => None,
        })
        .collect();
    let is_usual = |(key, _): &&(&str, Id)| STATE_DICT_KEYS.contains(key);
    let is_network = |(_, id): &&(&str, Id)| match pickle.get(*id) {
        Value::Dict(items) => has_tensors(items),
        _ => true,
    };
    let networks: Vec<_> = inner.iter().filter(is_network).collect();
    let usual: Vec<_> = networks.iter().copied().filter(is_usual).collect();
    let names = |networks: &[&(&str, Id)]| networks.iter().map(|(key, _)| quoted(key)).collect::<Vec<_>>().join(", ");
    match (networks.as_slice(), usual.as_slice()) {
        // What is wrong with one of a usual name is told when it is read.
        ([], _) => Ok(inner.iter().find(is_usual).map(|(_, id)| (*id, None))),
        ([(_, id)], [_]) => Ok(Some((*id, None))),
        (_, [(key, id)]) => {
            let others: Vec<_> = networks.iter().copied().filter(|(other, _)| other != key).collect();
            Ok(Some((*id, Some(format!("{} is read; beside it there is {}", quoted(key), names(&others))))))
        }
        // The tensors beside them are the network then.
        (_, []) if has_tensors(items) => Ok(None),
        ([(_, id)], []) => Ok(Some((*id, None))),
        _ => Err(Wrong::one(format!(
            "it holds several networks: {}; save one of them, with torch.save(model.state_dict(), ...)",
            names(&networks)
        ))),
    }
}

/// The storages read so far, and how many numbers may still be taken out of them: tensors may
/// share a storage, so the size of the file alone is no bound.
pub(crate) struct Storages<'a, 's> {
    source: &'s dyn Fn(&str) -> Result<Vec<u8>, Wrong>,
    bytes: HashMap<&'a str, Vec<u8>>,
    n_numbers_left: usize,
    /// The size of the file.
    pub n_bytes: usize,
}

impl<'a, 's> Storages<'a, 's> {
    fn new(source: &'s dyn Fn(&str) -> Result<Vec<u8>, Wrong>, n_bytes: usize) -> Self {
        Storages { source, bytes: HashMap::new(), n_numbers_left: shared_budget(n_bytes), n_bytes }
    }

    /// A tensor of the pickle, called `name` in messages.
    pub fn tensor(&mut self, pickle: &Pickle<'a>, name: &str, value: Id) -> Result<Tensor, Wrong> {
        let shown = quoted(name);
        let Value::Tensor { storage, offset, size, stride } = pickle.get(value) else {
            return Err(Wrong::one(format!("{shown} is not a tensor; a state dict holds tensors only")));
        };
        let Value::Storage { dtype, key } = pickle.get(*storage) else {
            return Err(Wrong::one(format!("{shown} has no storage")));
        };
        if !self.bytes.contains_key(key) {
            self.bytes.insert(key, (self.source)(key)?);
        }
        let bytes = &self.bytes[key];
        let n_stored = bytes.len() / dtype.n_bytes();
        let Some(view) = View::new(*offset, size, stride, n_stored) else {
            return Err(Wrong::one(format!(
                "{shown} (offset {offset}, size {size:?}, stride {stride:?}) does not fit its storage, which holds {n_stored} numbers"
            )));
        };
        self.n_numbers_left = self
            .n_numbers_left
            .checked_sub(view.n_numbers())
            .ok_or_else(|| Wrong::one("it has more weights than are read"))?;
        Tensor::new(name, view.sizes.clone(), *dtype, view.gather(bytes, *dtype))
    }
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
