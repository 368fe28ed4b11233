//! safetensors: 8 bytes of header length, a JSON header, then the numbers.
//! Format: <https://github.com/huggingface/safetensors#format>.

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::{Map, Value, json};

use crate::notes::Notes;
use crate::tensor::{Dtype, Tensor};
use crate::wrong::{Wrong, quoted};

/// The longest header that the format allows.
const MAX_HEADER: u64 = 100_000_000;

/// The header is padded with spaces so that the numbers start on a multiple of this.
const ALIGNMENT: usize = 8;

/// The format has no signature; but a small number and then `{` is nothing else.
pub(crate) fn looks_like_safetensors(bytes: &[u8]) -> bool {
    bytes.split_first_chunk::<8>().is_some_and(|(length, rest)| {
        u64::from_le_bytes(*length) <= MAX_HEADER && rest.first().is_none_or(|byte| *byte == b'{') && length[7] == 0
    })
}

/// The tensors in the order of their data, and what the metadata says about the network.
pub(crate) fn safetensors_to_tensors(bytes: &[u8]) -> Result<(Vec<Tensor>, Notes), Wrong> {
    let cut = || Wrong::one("the safetensors header is cut short");
    let (length, rest) = bytes.split_first_chunk::<8>().ok_or_else(cut)?;
    let length = usize::try_from(u64::from_le_bytes(*length)).map_err(|_| cut())?;
    let (header, data) = rest.split_at_checked(length).ok_or_else(cut)?;
    let Entries(entries) = serde_json::from_slice(header)
        .map_err(|error| Wrong::one(format!("the safetensors header is not a JSON object ({error})")))?;
    let mut header: Map<String, Value> = Map::new();
    let mut twice: Vec<String> = Vec::new();
    for (name, entry) in entries {
        if header.contains_key(&name) {
            twice.push(format!("{} is there twice", quoted(&name)));
        }
        header.insert(name, entry);
    }
    Wrong::unless_empty(twice)?;
    let notes = match header.remove("__metadata__") {
        Some(Value::Object(metadata)) => {
            Notes::from_pairs(metadata.iter().filter_map(|(key, value)| Some((key.as_str(), value.as_str()?))))
        }
        _ => Notes::default(),
    };
    let (mut placed, mut wrong) = (Vec::new(), Vec::new());
    for (name, entry) in &header {
        match entry_to_tensor(name, entry, data) {
            Ok(tensor) => placed.push(tensor),
            Err(Wrong(findings)) => wrong.extend(findings),
        }
    }
    placed.sort_by_key(|(start, _)| *start);
    // Shared bytes would make a small file hold more numbers than it has bytes.
    for pair in placed.windows(2) {
        if pair[0].0 + pair[0].1.bytes.len() > pair[1].0 {
            wrong.push(format!("the data of {} and {} overlap", quoted(&pair[0].1.name), quoted(&pair[1].1.name)));
        }
    }
    Wrong::unless_empty(wrong)?;
    Ok((placed.into_iter().map(|(_, tensor)| tensor).collect(), notes))
}

/// The entries of a JSON object, those of one name too.
struct Entries(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Entries;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}

/// One entry of the header: where its data starts, and the tensor.
fn entry_to_tensor(name: &str, entry: &Value, data: &[u8]) -> Result<(usize, Tensor), Wrong> {
    let shown = quoted(name);
    let sizes = |key: &str| -> Option<Vec<usize>> {
        entry.get(key)?.as_array()?.iter().map(|size| usize::try_from(size.as_u64()?).ok()).collect()
    };
    let dtype = entry.get("dtype").and_then(Value::as_str);
    let (Some(dtype), Some(shape), Some([start, end])) =
        (dtype, sizes("shape"), sizes("data_offsets").and_then(|offsets| <[usize; 2]>::try_from(offsets).ok()))
    else {
        return Err(Wrong::one(format!("the safetensors header has no dtype, shape and data_offsets for {shown}")));
    };
    let Some(dtype) = named_dtype(dtype) else {
        return Err(Wrong::one(format!(
            "{shown} has dtype {}; F16, BF16, F32, F64, I32 and I64 are read",
            quoted(dtype)
        )));
    };
    let Some(bytes) = data.get(start..end) else {
        return Err(Wrong::one(format!(
            "{shown} should be the bytes {start}..{end} of the data, but only {} are there; the file is damaged or cut short",
            data.len()
        )));
    };
    Ok((start, Tensor::new(name, shape, dtype, bytes.to_vec())?))
}

fn named_dtype(name: &str) -> Option<Dtype> {
    Some(match name {
        "F16" => Dtype::F16,
        "BF16" => Dtype::Bf16,
        "F32" => Dtype::F32,
        "F64" => Dtype::F64,
        "I32" => Dtype::I32,
        "I64" => Dtype::I64,
        _ => return None,
    })
}

/// The file with these tensors.
pub(crate) fn tensors_to_safetensors(tensors: &[Tensor], notes: &Notes) -> Vec<u8> {
    let mut header = Map::new();
    let metadata: Map<String, Value> =
        notes.to_pairs().into_iter().map(|(key, value)| (key.to_string(), Value::String(value))).collect();
    header.insert("__metadata__".into(), Value::Object(metadata));
    let mut data: Vec<u8> = Vec::new();
    for tensor in tensors {
        let dtype = match tensor.dtype {
            Dtype::F16 => "F16",
            Dtype::Bf16 => "BF16",
            Dtype::F32 => "F32",
            Dtype::F64 => "F64",
            Dtype::I32 => "I32",
            Dtype::I64 => "I64",
            Dtype::U8 => "U8",
        };
        let offsets = [data.len(), data.len() + tensor.bytes.len()];
        header.insert(tensor.name.clone(), json!({"dtype": dtype, "shape": tensor.shape, "data_offsets": offsets}));
        data.extend(&tensor.bytes);
    }
    let mut header = Value::Object(header).to_string();
    header.push_str(&" ".repeat(header.len().next_multiple_of(ALIGNMENT) - header.len()));
    let mut file = (header.len() as u64).to_le_bytes().to_vec();
    file.extend(header.as_bytes());
    file.extend(data);
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_twice_is_refused() {
        let entry = r#"{"dtype":"F32","shape":[1],"data_offsets":[0,4]}"#;
        let header = format!(r#"{{"0.bias":{entry},"0.bias":{entry}}}"#);
        let bytes = [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), &[0; 4]].concat();
        let Err(Wrong(findings)) = safetensors_to_tensors(&bytes) else { panic!("it is read") };
        assert_eq!(findings, ["`0.bias` is there twice"]);
    }
}
