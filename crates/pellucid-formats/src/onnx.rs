//! An ONNX graph to a network: operators are followed with exact numbers, and what they give is
//! written as a stack of layers.
//!
//! The graph is followed with one sample: where the number of samples is open, it is 1. Several inputs,
//! and several outputs, count as one, in their order.

mod call;
mod elementwise;
mod input_shapes;
mod linear;
mod messages;
mod moving;
mod operators;
mod windows;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::rc::Rc;

use crate::array::Array;
use crate::dataflow::{Dataflow, Scalar};
use crate::dataflow_to_network::dataflow_to_reading;
use crate::network_file::Reading;
use crate::tensor::Tensor;
use crate::wrong::{Wrong, quoted};

use call::{Call, Value};
use messages::{Graph, Node, read_model, read_tensor, tensor_name};

/// The network in an ONNX file.
///
/// Factors such as Gemm's alpha are multiplied in exactly; should that give a number that is not a
/// float of the weights' kind, the network's numbers are `Exact`.
pub(crate) fn onnx_to_network(bytes: &[u8]) -> Result<Reading, Wrong> {
    let (graph, notes) = read_model(bytes)?;
    let program = Program::of(&graph)?;
    // What the shapes of the inputs leave open is tried out.
    let ways = input_shapes::input_shapes(&program.inputs, &graph, &program.constants).map_err(|Wrong(findings)| {
        // A weight that cannot be read may be what the sizes are missing for.
        let findings = if program.unreadable.is_empty() { findings } else { Vec::new() };
        Wrong([program.unsupported(), findings].concat())
    })?;
    let mut refused = None;
    for way in ways {
        match program.follow(way.shapes, bytes.len()) {
            // Read for one sample, every output must be that of one; it is not where constants are as
            // long as the samples are many.
            Ok((_, outputs)) if way.remark.is_some() && outputs.iter().any(|o| o.shape.first() != Some(&1)) => {}
            Ok((mut flow, outputs)) => {
                flow.remarks.splice(0..0, way.remark);
                let items: Vec<Scalar> = outputs.into_iter().flat_map(|output| output.items).collect();
                return dataflow_to_reading(flow, Array { shape: vec![items.len()], items }, notes);
            }
            Err(wrong) => refused = refused.or(Some(wrong)),
        }
    }
    Err(refused.unwrap_or_else(|| Wrong::one("the shapes of its inputs are not known")))
}

/// What of a graph the outputs need.
struct Program<'g> {
    graph: &'g Graph<'g>,
    /// The nodes that are needed, each after those that it reads from.
    nodes: Vec<(usize, &'g Node<'g>)>,
    inputs: Vec<&'g messages::ValueInfo<'g>>,
    constants: HashMap<&'g str, Rc<Tensor>>,
    /// Constants that cannot be read, and what is wrong with them.
    unreadable: HashSet<&'g str>,
    wrong: Vec<String>,
}

impl<'g> Program<'g> {
    fn of(graph: &'g Graph<'g>) -> Result<Program<'g>, Wrong> {
        let mut wrong = Vec::new();
        let mut makers: HashMap<&str, usize> = HashMap::new();
        for (index, node) in graph.nodes.iter().enumerate() {
            for output in node.outputs.iter().filter(|output| !output.is_empty()) {
                if makers.insert(output, index).is_some() {
                    wrong.push(format!("two nodes give {}", quoted(output)));
                }
            }
        }
        let mut needed: HashSet<&str> = graph.outputs.iter().map(|output| output.name).collect();
        let mut pending: Vec<&str> = needed.iter().copied().collect();
        let mut is_needed = vec![false; graph.nodes.len()];
        while let Some(maker) = pending.pop().map(|name| makers.get(name)) {
            let Some(maker) = maker.filter(|maker| !std::mem::replace(&mut is_needed[**maker], true)) else {
                continue;
            };
            let inputs = graph.nodes[*maker].inputs.iter().filter(|name| !name.is_empty());
            pending.extend(inputs.filter(|name| needed.insert(name)));
        }
        let nodes: Vec<_> =
            in_order(graph, &makers, &is_needed).into_iter().map(|index| (index, &graph.nodes[index])).collect();

        let (mut constants, mut initialised, mut unreadable) = (HashMap::new(), HashSet::new(), HashSet::new());
        for message in &graph.initialisers {
            let name = tensor_name(message)?;
            if !initialised.insert(name) {
                wrong.push(format!("the weight {} is there twice", quoted(name)));
            }
            if needed.contains(name) {
                match read_tensor(message, name) {
                    Ok(tensor) => drop(constants.insert(name, Rc::new(tensor))),
                    Err(Wrong(findings)) => {
                        unreadable.insert(name);
                        wrong.extend(findings);
                    }
                }
            }
        }
        if graph.n_sparse_initialisers > 0 {
            wrong.push(format!("{} sparse weights are not supported; export them dense", graph.n_sparse_initialisers));
        }
        // Old files list initialisers among the inputs.
        let inputs: Vec<_> = graph.inputs.iter().filter(|input| !initialised.contains(input.name)).collect();
        if inputs.is_empty() {
            wrong.push("the graph has no inputs".into());
        }
        if graph.outputs.is_empty() {
            wrong.push("the graph has no outputs".into());
        }
        let given = |name: &str| makers.contains_key(name) || initialised.contains(name);
        let is_input = |name: &str| graph.inputs.iter().any(|input| input.name == name);
        for output in graph.outputs.iter().filter(|output| !given(output.name) && !is_input(output.name)) {
            wrong.push(format!("the output {} is given by no node", quoted(output.name)));
        }
        let program = Program { graph, nodes, inputs, constants, unreadable, wrong };
        if program.inputs.is_empty() || graph.outputs.is_empty() {
            return Err(Wrong(program.unsupported()));
        }
        Ok(program)
    }

    /// All that is known to be wrong before the graph is followed.
    fn unsupported(&self) -> Vec<String> {
        let mut wrong = self.wrong.clone();
        let why = |(index, node): &(usize, &Node)| {
            let why = operators::operator(node).err()?;
            Some(format!("{} is not supported: {why}", node_text(*index, node)))
        };
        wrong.extend(self.nodes.iter().filter_map(why));
        if wrong.iter().any(|finding| finding.ends_with(operators::NOT_READ)) {
            wrong.push(format!("(operators that are read: {})", operators::read()));
        }
        wrong
    }

    /// The outputs, for inputs of these shapes.
    fn follow(&self, shapes: Vec<Vec<usize>>, n_bytes: usize) -> Result<(Dataflow, Vec<Array<Scalar>>), Wrong> {
        let mut flow = Dataflow::new(n_bytes);
        let mut values: HashMap<&str, Value> = HashMap::new();
        for (input, shape) in self.inputs.iter().zip(shapes) {
            let array =
                flow.input(shape).map_err(|why| Wrong::one(format!("the input {}: {why}", quoted(input.name))))?;
            values.insert(input.name, Value::Wires(array));
        }
        values.extend(self.constants.iter().map(|(name, tensor)| (*name, Value::Stored(tensor.clone()))));
        let mut uses: HashMap<&str, usize> = HashMap::new();
        let read = self.nodes.iter().flat_map(|(_, node)| &node.inputs);
        read.chain(self.graph.outputs.iter().map(|output| &output.name)).for_each(|name| {
            *uses.entry(name).or_default() += 1;
        });

        let (mut wrong, mut failed) = (self.unsupported(), self.unreadable.clone());
        for (index, node) in &self.nodes {
            // What failed before is not said again of all that needs it.
            let is_lost = operators::operator(node).is_err() || node.inputs.iter().any(|name| failed.contains(name));
            let outcome = if is_lost { None } else { Some(run(node, &mut values, &mut uses, &mut flow)) };
            match outcome {
                Some(Ok(results)) => {
                    let named = node.outputs.iter().zip(results).filter(|(name, _)| !name.is_empty());
                    values.extend(named.map(|(name, value)| (*name, value)));
                }
                failure => {
                    failed.extend(node.outputs.iter().copied());
                    if let Some(Err(why)) = failure {
                        wrong.push(format!("{}: {why}", node_text(*index, node)));
                    }
                }
            }
        }
        let mut outputs = Vec::new();
        for output in self.graph.outputs.iter().filter(|output| !failed.contains(output.name)) {
            let value = take(output.name, &mut values, &mut uses, &mut flow);
            let mut call = Call { node: &Node::default(), inputs: Vec::new(), flow: &mut flow };
            match value.and_then(|value| call.wires_of(value)) {
                Ok(array) => outputs.push(array),
                Err(why) => wrong.push(format!("the output {}: {why}", quoted(output.name))),
            }
        }
        let mut listed = HashSet::new();
        wrong.extend(std::mem::take(&mut flow.not_finite).into_iter().filter(|finding| listed.insert(finding.clone())));
        Wrong::unless_empty(wrong)?;
        Ok((flow, outputs))
    }
}

/// The nodes that are needed, in the file's order where that is one in which each can read what it
/// needs. Nodes that wait for each other come last.
fn in_order(graph: &Graph, makers: &HashMap<&str, usize>, is_needed: &[bool]) -> Vec<usize> {
    let before = |index: usize| graph.nodes[index].inputs.iter().filter_map(|name| makers.get(name).copied());
    let mut after: Vec<Vec<usize>> = vec![Vec::new(); graph.nodes.len()];
    let mut n_missing = vec![0usize; graph.nodes.len()];
    for index in (0..graph.nodes.len()).filter(|index| is_needed[*index]) {
        for maker in before(index) {
            after[maker].push(index);
            n_missing[index] += 1;
        }
    }
    let mut ready: BTreeSet<usize> = (0..graph.nodes.len()).filter(|i| is_needed[*i] && n_missing[*i] == 0).collect();
    let mut order = Vec::new();
    while let Some(index) = ready.pop_first() {
        order.push(index);
        for user in &after[index] {
            n_missing[*user] -= 1;
            if n_missing[*user] == 0 {
                ready.insert(*user);
            }
        }
    }
    order.extend((0..graph.nodes.len()).filter(|index| is_needed[*index] && n_missing[*index] > 0));
    order
}

/// What a node gives.
fn run<'g>(
    node: &Node<'g>,
    values: &mut HashMap<&'g str, Value>,
    uses: &mut HashMap<&'g str, usize>,
    flow: &mut Dataflow,
) -> Result<Vec<Value>, String> {
    let mut inputs = Vec::with_capacity(node.inputs.len());
    for name in &node.inputs {
        // Optional inputs that are left out are empty names.
        inputs.push(if name.is_empty() { None } else { Some(take(name, values, uses, flow)?) });
    }
    let operator = operators::operator(node)?;
    let results = operator(&mut Call { node, inputs, flow })?;
    match node.outputs.iter().skip(results.len()).find(|name| uses.contains_key(**name)) {
        Some(name) => Err(format!("its output {} is not read, only those before it", quoted(name))),
        None => Ok(results),
    }
}

/// A value, moved where this is its last use.
fn take<'g>(
    name: &'g str,
    values: &mut HashMap<&'g str, Value>,
    uses: &mut HashMap<&'g str, usize>,
    flow: &mut Dataflow,
) -> Result<Value, String> {
    let missing = || format!("it reads {}, which nothing before it gives", quoted(name));
    let left = uses.get_mut(name).ok_or_else(missing)?;
    *left = left.saturating_sub(1);
    if *left == 0 {
        return values.remove(name).ok_or_else(missing);
    }
    let value = values.get(name).ok_or_else(missing)?;
    flow.charge(value.n_terms())?;
    Ok(value.clone())
}

/// `Conv at node 3`, and the node's name when it has one.
fn node_text(index: usize, node: &Node) -> String {
    let shown = quoted(&operators::full_name(node));
    let name = if node.name.is_empty() { String::new() } else { format!(" ({})", quoted(node.name)) };
    format!("{} at node {}{name}", shown.trim_matches('`'), index + 1)
}
