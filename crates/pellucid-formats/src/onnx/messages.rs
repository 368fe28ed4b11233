//! The messages of an ONNX file, as far as networks need them.
//! Schema: <https://github.com/onnx/onnx/blob/main/onnx/onnx.proto>; the numbers are its fields.

use crate::dataflow::MAX_RANK;
use crate::notes::Notes;
use crate::protobuf::{Field, Fields, take_varint};
use crate::tensor::{Dtype, Tensor};
use crate::wrong::{Wrong, quoted};

/// `TensorProto.DataType`, where there is a dtype for it.
const DATA_TYPES: [(u64, Dtype); 8] = [
    (1, Dtype::F32),
    (2, Dtype::U8),
    (6, Dtype::I32),
    (7, Dtype::I64),
    // A truth value is a byte, 0 or 1.
    (9, Dtype::U8),
    (10, Dtype::F16),
    (11, Dtype::F64),
    (16, Dtype::Bf16),
];

/// The data type's number and its name in messages, where there is no dtype for it.
const OTHER_DATA_TYPES: [(u64, &str); 9] = [
    (3, "int8"),
    (4, "uint16"),
    (5, "int16"),
    (8, "string"),
    (12, "uint32"),
    (13, "uint64"),
    (14, "complex64"),
    (15, "complex128"),
    (17, "float8"),
];

/// Bounds on what is kept of a graph: an item may take two bytes in the file and a hundred here.
const MAX_ITEMS: usize = 1 << 16;
const MAX_NODE_ITEMS: usize = 1 << 12;
const MAX_ATTRIBUTES: usize = 64;

/// `GraphProto`.
#[derive(Default)]
pub(crate) struct Graph<'a> {
    pub nodes: Vec<Node<'a>>,
    /// `TensorProto` messages, not read yet.
    pub initialisers: Vec<&'a [u8]>,
    pub n_sparse_initialisers: usize,
    pub inputs: Vec<ValueInfo<'a>>,
    pub outputs: Vec<ValueInfo<'a>>,
}

/// `NodeProto`.
#[derive(Default)]
pub(crate) struct Node<'a> {
    pub name: &'a str,
    pub operator: &'a str,
    pub domain: &'a str,
    pub inputs: Vec<&'a str>,
    pub outputs: Vec<&'a str>,
    pub attributes: Vec<Attribute<'a>>,
}

/// `AttributeProto`.
#[derive(Default)]
pub(crate) struct Attribute<'a> {
    pub name: &'a str,
    pub float: Option<f32>,
    pub int: Option<i64>,
    pub text: Option<&'a [u8]>,
    pub tensor: Option<&'a [u8]>,
    pub ints: Vec<i64>,
    pub floats: Vec<f32>,
}

/// `ValueInfoProto`: a name, and its shape where the file says it; `None` for a symbolic size.
#[derive(Default)]
pub(crate) struct ValueInfo<'a> {
    pub name: &'a str,
    pub shape: Option<Vec<Option<u64>>>,
}

/// The graph of a `ModelProto`, and what the metadata says about the network.
pub(crate) fn read_model(bytes: &[u8]) -> Result<(Graph<'_>, Notes), Wrong> {
    let (mut graph, mut metadata) = (None, Vec::new());
    for field in Fields::of(bytes) {
        match field? {
            (7, Field::Bytes(message)) => graph = Some(read_graph(message)?),
            (14, Field::Bytes(message)) => metadata.push(read_pair(message)?),
            _ => {}
        }
    }
    let graph = graph.ok_or_else(|| Wrong::one("the ONNX file has no graph; it is damaged or cut short"))?;
    Ok((graph, Notes::from_pairs(metadata.into_iter())))
}

fn read_graph(bytes: &[u8]) -> Result<Graph<'_>, Wrong> {
    let mut graph = Graph::default();
    for field in Fields::of(bytes) {
        match field? {
            (1, Field::Bytes(message)) => graph.nodes.push(read_node(message)?),
            (5, Field::Bytes(message)) => graph.initialisers.push(message),
            (11, Field::Bytes(message)) => graph.inputs.push(read_value_info(message)?),
            (12, Field::Bytes(message)) => graph.outputs.push(read_value_info(message)?),
            (15, _) => graph.n_sparse_initialisers += 1,
            _ => {}
        }
        let n_items = graph.nodes.len() + graph.initialisers.len() + graph.inputs.len() + graph.outputs.len();
        if n_items > MAX_ITEMS {
            return Err(Wrong::one(format!("the graph has more than the {MAX_ITEMS} nodes and tensors that are read")));
        }
    }
    Ok(graph)
}

fn read_node(bytes: &[u8]) -> Result<Node<'_>, Wrong> {
    let mut node = Node::default();
    for field in Fields::of(bytes) {
        match field? {
            (1, Field::Bytes(name)) => node.inputs.push(text(name)?),
            (2, Field::Bytes(name)) => node.outputs.push(text(name)?),
            (3, Field::Bytes(name)) => node.name = text(name)?,
            (4, Field::Bytes(name)) => node.operator = text(name)?,
            (5, Field::Bytes(message)) => node.attributes.push(read_attribute(message)?),
            (7, Field::Bytes(name)) => node.domain = text(name)?,
            _ => {}
        }
        if node.inputs.len().max(node.outputs.len()) > MAX_NODE_ITEMS || node.attributes.len() > MAX_ATTRIBUTES {
            return Err(Wrong::one(format!(
                "a node has more than {MAX_NODE_ITEMS} inputs or outputs, or more than {MAX_ATTRIBUTES} attributes"
            )));
        }
    }
    Ok(node)
}

fn read_attribute(bytes: &[u8]) -> Result<Attribute<'_>, Wrong> {
    let mut attribute = Attribute::default();
    for field in Fields::of(bytes) {
        match field? {
            (1, Field::Bytes(name)) => attribute.name = text(name)?,
            (2, Field::Fixed32(float)) => attribute.float = Some(f32::from_le_bytes(float)),
            (3, Field::Varint(int)) => attribute.int = Some(int as i64),
            (4, Field::Bytes(text)) => attribute.text = Some(text),
            (5, Field::Bytes(message)) => attribute.tensor = Some(message),
            (7, Field::Fixed32(float)) => attribute.floats.push(f32::from_le_bytes(float)),
            (7, Field::Bytes(packed)) => {
                attribute.floats.extend(packed.as_chunks().0.iter().map(|float| f32::from_le_bytes(*float)));
            }
            (8, Field::Varint(int)) => attribute.ints.push(int as i64),
            (8, Field::Bytes(packed)) => varints(packed, |int| attribute.ints.push(int as i64))?,
            _ => {}
        }
    }
    Ok(attribute)
}

fn read_value_info(bytes: &[u8]) -> Result<ValueInfo<'_>, Wrong> {
    let mut info = ValueInfo::default();
    for field in Fields::of(bytes) {
        match field? {
            (1, Field::Bytes(name)) => info.name = text(name)?,
            // TypeProto, its tensor type, and of that the shape.
            (2, Field::Bytes(message)) => {
                let shape = first(message, 1)?.map(|tensor| first(tensor, 2)).transpose()?.flatten();
                info.shape = shape.map(read_shape).transpose()?;
            }
            _ => {}
        }
    }
    Ok(info)
}

/// `TensorShapeProto`.
fn read_shape(bytes: &[u8]) -> Result<Vec<Option<u64>>, Wrong> {
    let mut shape = Vec::new();
    for field in Fields::of(bytes) {
        if let (1, Field::Bytes(dimension)) = field? {
            let mut size = None;
            for field in Fields::of(dimension) {
                if let (1, Field::Varint(value)) = field? {
                    size = Some(value);
                }
            }
            shape.push(size);
        }
    }
    Ok(shape)
}

/// The first submessage in a field.
fn first(bytes: &[u8], number: u64) -> Result<Option<&[u8]>, Wrong> {
    for field in Fields::of(bytes) {
        match field? {
            (found, Field::Bytes(message)) if found == number => return Ok(Some(message)),
            _ => {}
        }
    }
    Ok(None)
}

/// `StringStringEntryProto`.
fn read_pair(bytes: &[u8]) -> Result<(&str, &str), Wrong> {
    let key = first(bytes, 1)?.unwrap_or_default();
    let value = first(bytes, 2)?.unwrap_or_default();
    Ok((text(key)?, text(value)?))
}

fn text(bytes: &[u8]) -> Result<&str, Wrong> {
    std::str::from_utf8(bytes).map_err(|_| Wrong::one("the ONNX file is damaged (a name in it is not UTF-8)"))
}

/// The name of a `TensorProto`.
pub(crate) fn tensor_name(bytes: &[u8]) -> Result<&str, Wrong> {
    text(first(bytes, 8)?.unwrap_or_default())
}

/// A `TensorProto`, called `name` in messages.
pub(crate) fn read_tensor(bytes: &[u8], name: &str) -> Result<Tensor, Wrong> {
    let shown = quoted(name);
    let (mut shape, mut data_type, mut raw, mut external) = (Vec::new(), 0, None, false);
    // The typed lists, kept apart by field: a tensor may only use that of its data type.
    let mut typed: [Vec<u8>; 16] = Default::default();
    for field in Fields::of(bytes) {
        match field? {
            (1, Field::Varint(size)) => shape.push(size),
            (1, Field::Bytes(packed)) => varints(packed, |size| shape.push(size))?,
            (2, Field::Varint(value)) => data_type = value,
            (4, Field::Bytes(floats)) => typed[4].extend(floats),
            (4, Field::Fixed32(float)) => typed[4].extend(float),
            (5, Field::Varint(int)) => typed[5].extend((int as i32).to_le_bytes()),
            (5, Field::Bytes(packed)) => varints(packed, |int| typed[5].extend((int as i32).to_le_bytes()))?,
            (7, Field::Varint(int)) => typed[7].extend(int.to_le_bytes()),
            (7, Field::Bytes(packed)) => varints(packed, |int| typed[7].extend(int.to_le_bytes()))?,
            (9, Field::Bytes(bytes)) => raw = Some(bytes),
            (10, Field::Bytes(doubles)) => typed[10].extend(doubles),
            (10, Field::Fixed64(double)) => typed[10].extend(double),
            (13, _) | (14, Field::Varint(1)) => external = true,
            _ => {}
        }
    }
    if external {
        return Err(Wrong::one(format!("{shown} is kept in another file; export the model with its weights inside")));
    }
    let Some((_, dtype)) = DATA_TYPES.iter().find(|(known, _)| *known == data_type) else {
        let other = OTHER_DATA_TYPES.iter().find(|(known, _)| *known == data_type);
        let other = other.map_or(format!("number {data_type}"), |(_, name)| name.to_string());
        return Err(Wrong::one(format!(
            "{shown} has data type {other}; float16, bfloat16, float32, float64, int32, int64, uint8 and bool are read"
        )));
    };
    let data = match (raw, dtype) {
        (Some(raw), _) => raw.to_vec(),
        (None, Dtype::F32) => std::mem::take(&mut typed[4]),
        (None, Dtype::F64) => std::mem::take(&mut typed[10]),
        (None, Dtype::I64) => std::mem::take(&mut typed[7]),
        (None, Dtype::I32) => std::mem::take(&mut typed[5]),
        // Halves are stored in the low 16 bits of an int32.
        (None, Dtype::F16 | Dtype::Bf16) => typed[5].chunks_exact(4).flat_map(|int| [int[0], int[1]]).collect(),
        (None, Dtype::U8) => typed[5].chunks_exact(4).map(|int| int[0]).collect(),
    };
    if shape.len() > MAX_RANK {
        return Err(Wrong::one(format!(
            "{shown} has {} dimensions, more than the {MAX_RANK} that are read",
            shape.len()
        )));
    }
    let sizes = shape.into_iter().map(usize::try_from).collect::<Result<_, _>>();
    let sizes = sizes.map_err(|_| Wrong::one(format!("{shown} has an impossible shape")))?;
    Tensor::new(name, sizes, *dtype, data)
}

fn varints(mut packed: &[u8], mut take: impl FnMut(u64)) -> Result<(), Wrong> {
    while !packed.is_empty() {
        let number = take_varint(&mut packed);
        take(number.ok_or_else(|| Wrong::one("the ONNX file is damaged (a list of integers is cut short)"))?);
    }
    Ok(())
}
