//! A network to ONNX: Gemm, Relu, Gemm, ..., from input `x` (batch, n) to output `y` (batch, m).
//! Schema: <https://github.com/onnx/onnx/blob/main/onnx/onnx.proto>; the numbers are its fields.

use crate::NetworkFile;
use crate::notes::Notes;
use crate::protobuf::Message;
use crate::tensor::{Dtype, Tensor};

/// The version of the format that came with opset 13.
const IR_VERSION: u64 = 7;
/// Old enough for every runtime; nothing newer is needed.
const OPSET: u64 = 13;

/// `AttributeProto.AttributeType.INT`.
const INT: u64 = 2;

/// The file with these tensors, which are the network's in the order of `network_to_tensors`.
pub(crate) fn network_to_onnx(file: &NetworkFile, tensors: &[Tensor]) -> Vec<u8> {
    let mut model = Message::default().int(1, IR_VERSION).text(2, "pellucid").text(3, env!("CARGO_PKG_VERSION"));
    model = model.message(7, graph(file, tensors)).message(8, Message::default().int(2, OPSET));
    for (key, value) in Notes::of(file).to_pairs() {
        model = model.message(14, Message::default().text(1, key).text(2, &value));
    }
    model.0
}

fn graph(file: &NetworkFile, tensors: &[Tensor]) -> Message {
    let n_layers = file.network.layers().len();
    let mut graph = Message::default();
    let mut flow = "x".to_string();
    for layer in 0..n_layers {
        let (gemm, relu) = (2 * layer, 2 * layer + 1);
        let last = layer + 1 == n_layers;
        let output = if last { "y".to_string() } else { format!("h{}_pre", layer + 1) };
        let mut node = Message::default().text(1, &flow);
        for leaf in ["weight", "bias"] {
            let name = format!("{gemm}.{leaf}");
            if tensors.iter().any(|tensor| tensor.name == name) {
                node = node.text(1, &name);
            }
        }
        let transposed = Message::default().text(1, "transB").int(3, 1).int(20, INT);
        node = node.text(2, &output).text(3, &format!("/{gemm}/Gemm")).text(4, "Gemm").message(5, transposed);
        graph = graph.message(1, node);
        flow = output;
        if !last {
            let output = format!("h{}", layer + 1);
            let node = Message::default().text(1, &flow).text(2, &output);
            graph = graph.message(1, node.text(3, &format!("/{relu}/Relu")).text(4, "Relu"));
            flow = output;
        }
    }
    graph = graph.text(2, "network");
    for tensor in tensors {
        graph = graph.message(5, initialiser(tensor));
    }
    let data_type = tensors.first().map_or(1, data_type);
    graph
        .message(11, value_info("x", data_type, file.network.n_inputs()))
        .message(12, value_info("y", data_type, file.network.n_outputs()))
}

/// `TensorProto`.
fn initialiser(tensor: &Tensor) -> Message {
    let mut message = Message::default();
    for size in &tensor.shape {
        message = message.int(1, *size as u64);
    }
    message.int(2, data_type(tensor)).text(8, &tensor.name).bytes(9, &tensor.bytes)
}

/// `TensorProto.DataType`: FLOAT or DOUBLE, the two that are written.
fn data_type(tensor: &Tensor) -> u64 {
    if tensor.dtype == Dtype::F32 { 1 } else { 11 }
}

/// `ValueInfoProto` of shape (batch, width).
fn value_info(name: &str, data_type: u64, width: usize) -> Message {
    let batch = Message::default().text(2, "batch");
    let width = Message::default().int(1, width as u64);
    let shape = Message::default().message(1, batch).message(1, width);
    let tensor = Message::default().int(1, data_type).message(2, shape);
    Message::default().text(1, name).message(2, Message::default().message(1, tensor))
}
