//! The operators that are read, and why others are not.

use crate::onnx::call::{Call, Step, Value};
use crate::onnx::messages::Node;
use crate::onnx::{elementwise, linear, moving, windows};

/// What an operator does.
pub(super) type Operator = fn(&mut Call) -> Step<Vec<Value>>;

/// The operators of the standard domain.
#[rustfmt::skip]
const OPERATORS: [(&str, Operator); 47] = [
    ("Abs",                elementwise::abs),
    ("Add",                elementwise::add),
    ("AveragePool",        windows::average_pool),
    ("BatchNormalization", linear::batch_normalization),
    ("Cast",               elementwise::cast),
    ("Clip",               elementwise::clip),
    ("Concat",             moving::concat),
    ("Constant",           moving::constant),
    ("ConstantOfShape",    moving::constant_of_shape),
    ("Conv",               windows::conv),
    ("Div",                elementwise::div),
    ("Dropout",            elementwise::identity),
    ("Expand",             moving::expand),
    ("Flatten",            moving::flatten),
    ("Gather",             moving::gather),
    ("Gemm",               linear::gemm),
    ("GlobalAveragePool",  windows::global_average_pool),
    ("GlobalMaxPool",      windows::global_max_pool),
    ("HardSigmoid",        elementwise::hard_sigmoid),
    ("Identity",           elementwise::identity),
    ("LeakyRelu",          elementwise::leaky_relu),
    ("MatMul",             linear::matmul),
    ("Max",                elementwise::max),
    ("MaxPool",            windows::max_pool),
    ("Mean",               elementwise::mean),
    ("Min",                elementwise::min),
    ("Mul",                elementwise::mul),
    ("Neg",                elementwise::neg),
    ("PRelu",              elementwise::prelu),
    ("Pad",                moving::pad),
    ("ReduceL1",           windows::reduce_l1),
    ("ReduceMax",          windows::reduce_max),
    ("ReduceMean",         windows::reduce_mean),
    ("ReduceMin",          windows::reduce_min),
    ("ReduceSum",          windows::reduce_sum),
    ("Relu",               elementwise::relu),
    ("Reshape",            moving::reshape),
    ("Shape",              moving::shape),
    ("Shrink",             elementwise::shrink),
    ("Slice",              moving::slice),
    ("Split",              moving::split),
    ("Squeeze",            moving::squeeze),
    ("Sub",                elementwise::sub),
    ("Sum",                elementwise::add),
    ("Transpose",          moving::transpose),
    ("Unsqueeze",          moving::unsqueeze),
    // Of the machine-learning domain.
    ("ai.onnx.ml.Scaler",  linear::scaler),
];

/// Operators whose graphs bend.
const CURVED: [&str; 33] = [
    "Acos",
    "Acosh",
    "Asin",
    "Asinh",
    "Atan",
    "Atanh",
    "Celu",
    "Cos",
    "Cosh",
    "Elu",
    "Erf",
    "Exp",
    "Gelu",
    "HardSwish",
    "InstanceNormalization",
    "LRN",
    "LayerNormalization",
    "Log",
    "LogSoftmax",
    "LpNormalization",
    "Mish",
    "Pow",
    "Reciprocal",
    "ReduceL2",
    "ReduceSumSquare",
    "Selu",
    "Sigmoid",
    "Sin",
    "Softmax",
    "Softplus",
    "Softsign",
    "Sqrt",
    "Tanh",
];

/// Operators that jump.
const JUMPING: [&str; 19] = [
    "And",
    "ArgMax",
    "ArgMin",
    "Ceil",
    "Equal",
    "Floor",
    "Greater",
    "GreaterOrEqual",
    "Hardmax",
    "Less",
    "LessOrEqual",
    "Not",
    "Or",
    "QuantizeLinear",
    "Round",
    "Sign",
    "ThresholdedRelu",
    "Where",
    "Xor",
];

/// How an operator is called: with its domain, unless that is the standard one.
pub(super) fn full_name(node: &Node) -> String {
    match node.domain {
        "" | "ai.onnx" => node.operator.to_string(),
        domain => format!("{domain}.{}", node.operator),
    }
}

/// Why most operators are not read.
pub(super) const NOT_READ: &str = "it is none of the operators that are read";

/// What a node does; why it is not read, where it is not.
pub(super) fn operator(node: &Node) -> Result<Operator, &'static str> {
    let name = full_name(node);
    let found = OPERATORS.iter().find(|(known, _)| *known == name).map(|(_, operator)| *operator);
    found.ok_or(if CURVED.contains(&name.as_str()) {
        "its graph is curved, which no ReLU network's is"
    } else if JUMPING.contains(&name.as_str()) {
        "it jumps, which no ReLU network does"
    } else {
        NOT_READ
    })
}

/// The names of the operators that are read, for messages.
pub(super) fn read() -> String {
    OPERATORS.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
}
