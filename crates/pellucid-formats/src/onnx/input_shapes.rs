//! The shapes of a graph's inputs with one sample, where the file leaves some of it open.

use std::collections::HashMap;
use std::rc::Rc;

use crate::onnx::messages::{Graph, Node, ValueInfo};
use crate::tensor::Tensor;
use crate::wrong::{Wrong, quoted};

type Constants<'g> = HashMap<&'g str, Rc<Tensor>>;

/// Operators that leave each number where it is.
const TRANSPARENT: [&str; 18] = [
    "Abs",
    "Add",
    "Cast",
    "Clip",
    "Div",
    "Dropout",
    "Flatten",
    "HardSigmoid",
    "Identity",
    "LeakyRelu",
    "Max",
    "Min",
    "Mul",
    "Neg",
    "PRelu",
    "Relu",
    "Shrink",
    "Sub",
];

/// What the first matrix after an input says about it.
#[derive(Clone, Copy)]
enum Matrix {
    /// `x W`: samples are rows of so many values.
    Rows(usize),
    /// `W x`: samples are columns of so many values.
    Columns(usize),
}

/// A way to read the shapes of all inputs.
pub(super) struct Way {
    pub shapes: Vec<Vec<usize>>,
    /// What people should know about it.
    pub remark: Option<String>,
}

/// The ways to read the shapes of all inputs, the likeliest first.
///
/// # Errors
/// Lists the inputs whose sizes neither the file nor the first matrix after them says.
pub(super) fn input_shapes(inputs: &[&ValueInfo], graph: &Graph, constants: &Constants) -> Result<Vec<Way>, Wrong> {
    let (mut likely, mut as_said, mut wrong) = (Vec::new(), Vec::new(), Vec::new());
    for input in inputs {
        let matrix = first_matrix(input.name, graph, constants);
        match one_sample(input.shape.as_deref().unwrap_or_default(), matrix) {
            Some(shape) => {
                let said: Option<Vec<usize>> =
                    input.shape.iter().flatten().map(|size| (*size)?.try_into().ok()).collect();
                as_said.push(said.filter(|said| !said.is_empty()).unwrap_or_else(|| shape.clone()));
                likely.push(shape);
            }
            None => wrong.push(format!(
                "the sizes of the input {} are not known; export the model with them fixed, all but the number of samples",
                quoted(input.name)
            )),
        }
    }
    Wrong::unless_empty(wrong)?;
    if likely == as_said {
        return Ok(vec![Way { shapes: likely, remark: None }]);
    }
    // A first size of more than 1 may be the number of samples the model was exported with, or not.
    let keeps_samples = inputs.iter().all(|input| {
        let n = input.shape.as_ref().and_then(|shape| shape.first().copied()).flatten();
        let mut outputs = graph.outputs.iter().filter_map(|output| output.shape.as_ref()?.first().copied().flatten());
        n.is_none_or(|n| outputs.all(|m| m == n))
    });
    let remark = "the first size of its inputs is taken for the number of samples; the network is read for one".into();
    let likely = Way { shapes: likely, remark: Some(remark) };
    let as_said = Way { shapes: as_said, remark: None };
    Ok(if keeps_samples { vec![likely, as_said] } else { vec![as_said, likely] })
}

/// The shape with one sample; `None` when a size is missing.
fn one_sample(said: &[Option<u64>], matrix: Option<Matrix>) -> Option<Vec<usize>> {
    let size = |size: u64| usize::try_from(size).ok();
    match (said, matrix) {
        ([], Some(Matrix::Rows(n))) => Some(vec![1, n]),
        ([], Some(Matrix::Columns(n))) => Some(vec![n, 1]),
        ([], None) => None,
        ([None], Some(Matrix::Rows(n) | Matrix::Columns(n))) => Some(vec![n]),
        ([Some(n)], _) => Some(vec![size(*n)?]),
        // A fixed number of columns is part of the input, as far as the file says.
        ([n, Some(columns)], Some(Matrix::Columns(m))) if *columns > 1 => {
            Some(vec![n.map_or(Some(m), size)?, size(*columns)?])
        }
        ([n, _], Some(Matrix::Columns(m))) if n.is_none_or(|n| n == m as u64) => Some(vec![m, 1]),
        ([_, rest @ ..], _) => {
            let n_open = rest.iter().filter(|size| size.is_none()).count();
            let known = rest.iter().flatten().try_fold(1u64, |product, size| product.checked_mul(*size))?;
            // One more open size is what is left of the values of a sample.
            let open = match (n_open, matrix) {
                (0, _) => 0,
                (1, Some(Matrix::Rows(n))) if known > 0 && (n as u64).is_multiple_of(known) => n / size(known)?,
                _ => return None,
            };
            let rest = rest.iter().map(|n| n.map_or(Some(open), size));
            [Some(1)].into_iter().chain(rest).collect()
        }
    }
}

/// The first matrix that an input is multiplied with, if what comes before moves no numbers.
fn first_matrix(input: &str, graph: &Graph, constants: &Constants) -> Option<Matrix> {
    let mut flow = input;
    for node in &graph.nodes {
        let Some(at) = node.inputs.iter().position(|name| *name == flow) else { continue };
        let other = || constants_of(node.inputs.get(1 - at.min(1))?, graph, constants);
        match node.operator {
            "Gemm" | "MatMul" => return matrix(node, at, other()?.as_ref()),
            "Reshape" => {
                // (-1, n) says how many values a sample has.
                let sizes = other()?.values(&mut Vec::new());
                let last = sizes.last()?.to_i128().and_then(|n| usize::try_from(n).ok());
                return last.filter(|n| *n > 0 && sizes.len() == 2).map(Matrix::Rows);
            }
            operator if TRANSPARENT.contains(&operator) => flow = node.outputs.first()?,
            _ => {}
        }
    }
    None
}

fn matrix(node: &Node, at: usize, weight: &Tensor) -> Option<Matrix> {
    let [.., rows, columns] = weight.shape[..] else { return None };
    let flag = |name: &str| node.attributes.iter().find(|a| a.name == name).and_then(|a| a.int).unwrap_or(0) != 0;
    let (transposed_a, transposed_b) = (flag("transA"), flag("transB"));
    Some(if at == 0 {
        let n = if transposed_b { columns } else { rows };
        if transposed_a { Matrix::Columns(n) } else { Matrix::Rows(n) }
    } else {
        let n = if transposed_a { rows } else { columns };
        if transposed_b { Matrix::Rows(n) } else { Matrix::Columns(n) }
    })
}

/// A tensor by its name: an initialiser, what a Constant node holds, or another name of these.
fn constants_of(name: &str, graph: &Graph, constants: &Constants) -> Option<Rc<Tensor>> {
    /// Exporters give a tensor one or two other names; each takes a search.
    const MAX_NAMES: usize = 8;
    let mut name = name;
    for _ in 0..MAX_NAMES {
        if let Some(tensor) = constants.get(name) {
            return Some(tensor.clone());
        }
        let node = graph.nodes.iter().find(|node| node.outputs.contains(&name))?;
        match node.operator {
            "Identity" => name = node.inputs.first()?,
            "Constant" => {
                let message = node.attributes.iter().find_map(|attribute| attribute.tensor)?;
                return crate::onnx::messages::read_tensor(message, name).ok().map(Rc::new);
            }
            _ => return None,
        }
    }
    None
}
