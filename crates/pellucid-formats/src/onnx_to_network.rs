//! An ONNX graph to a network: a chain of affine operators and Relu from one input to one output.

use std::collections::HashMap;

use pellucid_core::{Layer, Network, Rational};

use crate::onnx_chain::Chain;
use crate::onnx_messages::{Graph, Node, ValueInfo, read_model, read_tensor, tensor_name};
use crate::tensor::Tensor;
use crate::wrong::{Wrong, quoted};
use crate::{NetworkFile, Numbers};

/// The operators that are understood.
const OPERATORS: [&str; 8] = ["Gemm", "MatMul", "Add", "Relu", "Identity", "Flatten", "Reshape", "Constant"];

/// The network in an ONNX file.
///
/// Gemm's alpha and beta are multiplied in exactly; should that give a number that is not a float
/// of the weights' kind, the network's numbers are `Exact`.
pub(crate) fn onnx_to_network(bytes: &[u8]) -> Result<NetworkFile, Wrong> {
    let (graph, notes) = read_model(bytes)?;
    Wrong::unless_empty(unsupported(&graph))?;
    let constants = constants(&graph)?;
    let (input, output) = (the_input(&graph, &constants)?, the_output(&graph)?);

    let mut chain = Chain::from_input(input, &constants, bytes.len());
    for (index, node) in graph.nodes.iter().enumerate().filter(|(_, node)| node.operator != "Constant") {
        chain.follow(node).map_err(|why| Wrong::one(format!("{}: {why}", node_text(index, node))))?;
    }
    if chain.flow != output {
        return Err(Wrong::one(format!("the output {} is not what the last operator gives", quoted(output))));
    }
    Wrong::unless_empty(std::mem::take(&mut chain.not_finite))?;
    let stored = chain.stored_numbers();
    let layers = chain.into_layers().map_err(Wrong::one)?;
    let network = Network::new(notes.inputs, layers)?;
    let same = |layer: &Layer<Rational>| layer.weights.iter().flatten().chain(&layer.biases).all(|w| stored.has(w));
    let numbers = if network.layers().iter().all(same) { stored } else { Numbers::Exact };
    Ok(NetworkFile { network, numbers, function: notes.function, domain: notes.domain })
}

/// Everything in the graph that is of no kind that can be read.
fn unsupported(graph: &Graph) -> Vec<String> {
    let mut wrong = Vec::new();
    for (index, node) in graph.nodes.iter().enumerate() {
        let standard = node.domain.is_empty() || node.domain == "ai.onnx";
        if !standard || !OPERATORS.contains(&node.operator) {
            let place = node_text(index, node);
            wrong.push(format!("operator {place} is not supported (supported: {})", OPERATORS.join(", ")));
        }
    }
    if graph.n_sparse_initialisers > 0 {
        wrong.push(format!("{} sparse weights are not supported; export them dense", graph.n_sparse_initialisers));
    }
    wrong
}

/// `Conv at node 3`, and the node's name when it has one.
fn node_text(index: usize, node: &Node) -> String {
    let shown = |name: &str| quoted(name).trim_matches('`').to_string();
    let domain = if node.domain.is_empty() { String::new() } else { format!("{}.", shown(node.domain)) };
    let name = if node.name.is_empty() { String::new() } else { format!(" ({})", quoted(node.name)) };
    format!("{domain}{} at node {}{name}", shown(node.operator), index + 1)
}

/// The tensors that the file holds, by name: initialisers and Constant nodes.
fn constants<'a>(graph: &Graph<'a>) -> Result<HashMap<&'a str, Tensor>, Wrong> {
    let (mut constants, mut wrong) = (HashMap::new(), Vec::new());
    let mut add = |name: &'a str, message: &[u8]| match read_tensor(message, name) {
        Ok(tensor) => drop(constants.insert(name, tensor)),
        Err(Wrong(findings)) => wrong.extend(findings),
    };
    for message in &graph.initialisers {
        add(tensor_name(message)?, message);
    }
    let mut without_tensor = Vec::new();
    for (index, node) in graph.nodes.iter().enumerate().filter(|(_, node)| node.operator == "Constant") {
        let value = node.attributes.iter().find(|attribute| attribute.name == "value").and_then(|value| value.tensor);
        match (value, &node.outputs[..]) {
            (Some(message), [output]) => add(output, message),
            _ => without_tensor.push(format!("{} does not hold a tensor", node_text(index, node))),
        }
    }
    wrong.extend(without_tensor);
    Wrong::unless_empty(wrong)?;
    Ok(constants)
}

/// The one input that is not an initialiser: old files list those among the inputs.
fn the_input<'g, 'a>(graph: &'g Graph<'a>, constants: &HashMap<&'a str, Tensor>) -> Result<&'g ValueInfo<'a>, Wrong> {
    let inputs: Vec<_> = graph.inputs.iter().filter(|input| !constants.contains_key(input.name)).collect();
    match inputs[..] {
        [input] => Ok(input),
        _ => Err(Wrong::one(format!("the graph has {} inputs; one, of shape (batch, n), is read", names(&inputs)))),
    }
}

fn the_output<'a>(graph: &Graph<'a>) -> Result<&'a str, Wrong> {
    match &graph.outputs[..] {
        [output] => Ok(output.name),
        outputs => {
            let outputs: Vec<_> = outputs.iter().collect();
            Err(Wrong::one(format!("the graph has {} outputs; one, of shape (batch, n), is read", names(&outputs))))
        }
    }
}

/// `2 (`a`, `b`)`.
fn names(infos: &[&ValueInfo]) -> String {
    let names: Vec<_> = infos.iter().take(10).map(|info| quoted(info.name)).collect();
    if names.is_empty() { "0".into() } else { format!("{} ({})", infos.len(), names.join(", ")) }
}
