//! ONNX graphs as different exporters write them, built here field by field.

use pellucid_core::Rational;
use pellucid_formats::{NetworkFile, Numbers, read};

/// A protobuf field that holds bytes.
pub fn bytes(number: u8, value: &[u8]) -> Vec<u8> {
    assert!(value.len() < 1 << 14);
    [&[number << 3 | 2, (value.len() & 0x7f) as u8 | 0x80, (value.len() >> 7) as u8], value].concat()
}

pub fn text(number: u8, value: &str) -> Vec<u8> {
    bytes(number, value.as_bytes())
}

pub fn int(number: u8, value: u8) -> Vec<u8> {
    vec![number << 3, value]
}

/// A node of the graph: operator, inputs, output, attributes.
pub fn node(operator: &str, inputs: &[&str], output: &str, attributes: &[Vec<u8>]) -> Vec<u8> {
    node_of_several(operator, inputs, &[output], attributes)
}

/// As [`node`], with several outputs.
pub fn node_of_several(operator: &str, inputs: &[&str], outputs: &[&str], attributes: &[Vec<u8>]) -> Vec<u8> {
    let mut node: Vec<u8> = inputs.iter().flat_map(|name| text(1, name)).collect();
    node.extend(outputs.iter().flat_map(|name| text(2, name)));
    node.extend(text(4, operator));
    node.extend(attributes.iter().flat_map(|attribute| bytes(5, attribute)));
    bytes(1, &node)
}

pub fn int_attribute(name: &str, value: u8) -> Vec<u8> {
    [text(1, name), int(3, value)].concat()
}

pub fn float_attribute(name: &str, value: f32) -> Vec<u8> {
    [text(1, name), vec![2 << 3 | 5], value.to_le_bytes().to_vec()].concat()
}

/// A tensor with raw float32 data.
pub fn tensor(name: &str, shape: &[u8], values: &[f32]) -> Vec<u8> {
    let data: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
    [shape.iter().flat_map(|n| int(1, *n)).collect(), int(2, 1), text(8, name), bytes(9, &data)].concat()
}

pub fn initialiser(name: &str, shape: &[u8], values: &[f32]) -> Vec<u8> {
    bytes(5, &tensor(name, shape, values))
}

/// The input (field 11) or output (field 12) of a graph, with its shape.
pub fn value_info(field: u8, name: &str, sizes: &[u8]) -> Vec<u8> {
    let dimensions: Vec<u8> = sizes.iter().flat_map(|n| bytes(1, &int(1, *n))).collect();
    bytes(field, &[text(1, name), bytes(2, &bytes(1, &bytes(2, &dimensions)))].concat())
}

fn model(parts: &[Vec<u8>]) -> Vec<u8> {
    let mut graph = parts.concat();
    graph.extend([bytes(11, &text(1, "x")), bytes(12, &text(1, "y"))].concat());
    [int(1, 8), bytes(7, &graph)].concat()
}

fn read_model(parts: &[Vec<u8>]) -> Result<NetworkFile, String> {
    read(&model(parts), "net.onnx").map_err(|error| error.to_string())
}

/// What the network gives for an input.
fn check(parts: &[Vec<u8>], input: &[i64], output: &[&str]) {
    let input: Vec<Rational> = input.iter().map(|value| Rational::from(*value)).collect();
    let output: Vec<Rational> = output.iter().map(|value| value.parse().unwrap()).collect();
    assert_eq!(read_model(parts).unwrap().network.evaluate(&input), output);
}

#[test]
fn gemm_with_all_its_attributes() {
    let weight = || initialiser("w", &[2, 3], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    let scales = [float_attribute("alpha", 0.5), float_attribute("beta", 2.0)];
    let bias = || initialiser("b", &[3], &[10.0, 20.0, 30.0]);
    check(&[node("Gemm", &["x", "w", "b"], "y", &scales), weight(), bias()], &[2, -2], &["17", "37", "57"]);
    let transposed = [int_attribute("transB", 1)];
    check(&[node("Gemm", &["x", "w"], "y", &transposed), weight()], &[1, 0, -1], &["-2", "-2"]);
    // Samples in columns: W x.
    check(&[node("Gemm", &["w", "x"], "y", &[]), weight()], &[1, 0, -1], &["-2", "-2"]);
    check(&[node("Gemm", &["w", "x"], "y", &[int_attribute("transA", 1)]), weight()], &[1, -1], &["-3", "-3", "-3"]);
    check(&[node("Gemm", &["x", "w"], "y", &[int_attribute("transA", 1)]), weight()], &[1, -1], &["-3", "-3", "-3"]);
    check(&[node("MatMul", &["w", "x"], "y", &[]), weight()], &[1, 0, -1], &["-2", "-2"]);
}

#[test]
fn a_chain_with_everything_that_does_nothing() {
    let shape = [int(1, 2), int(2, 7), text(8, "shape"), bytes(7, &[[0xff; 9].as_slice(), &[1, 2]].concat())].concat();
    let parts = [
        initialiser("b", &[1, 2], &[1.0, 1.0]),
        node("Flatten", &["x"], "flat", &[]),
        node("Constant", &[], "w", &[[text(1, "value"), bytes(5, &tensor("", &[1, 2], &[1.0, -1.0]))].concat()]),
        node("Identity", &["w"], "w2", &[]),
        node("MatMul", &["flat", "w2"], "m", &[]),
        node("Add", &["b", "m"], "a", &[]),
        node("Relu", &["a"], "r", &[]),
        bytes(5, &shape),
        node("Reshape", &["r", "shape"], "s", &[]),
        node("Gemm", &["s", "v"], "g", &[int_attribute("transB", 1)]),
        node("Relu", &["g"], "y", &[]),
        initialiser("v", &[1, 2], &[1.0, -2.0]),
    ];
    let file = read_model(&parts).unwrap();
    // The Relu at the end becomes a hidden layer before the identity.
    assert_eq!(file.network.shape(), [1, 2, 1, 1]);
    assert_eq!(file.numbers, Numbers::Float32);
    check(&parts, &[2], &["3"]);
    check(&parts, &[-2], &["0"]);
}

#[test]
fn samples_in_columns() {
    // An input of shape (2, 1), then one of shape (2) with a plain bias.
    let input = |sizes: &[u8]| value_info(11, "x", sizes);
    for (sizes, bias) in [(&[2, 1][..], &[1, 1][..]), (&[2], &[1])] {
        let parts = [
            input(sizes),
            node("MatMul", &["w", "x"], "m", &[]),
            node("Add", &["m", "b"], "y", &[]),
            initialiser("w", &[1, 2], &[1.0, -1.0]),
            initialiser("b", bias, &[0.5]),
        ];
        let graph = [parts.concat(), bytes(12, &text(1, "y"))].concat();
        let file = read(&[int(1, 8), bytes(7, &graph)].concat(), "net.onnx").unwrap();
        assert_eq!(file.network.evaluate(&[Rational::from(5), Rational::from(2)]), ["7/2".parse().unwrap()]);
    }
}

#[test]
fn typed_lists_and_doubles() {
    let packed: Vec<u8> = [0.1f64, 0.5].iter().flat_map(|value| value.to_le_bytes()).collect();
    let double = [int(1, 1), int(1, 2), int(2, 11), text(8, "w"), bytes(10, &packed)].concat();
    let file = read_model(&[node("MatMul", &["w", "x"], "y", &[]), bytes(5, &double)]).unwrap();
    assert_eq!(file.numbers, Numbers::Float64);
    assert_eq!(file.network.layers()[0].weights[0][0], Rational::from_f64(0.1).unwrap());

    // Three tenths of a float32 is no float32, so the product is kept exactly.
    let scaled = [node("Gemm", &["x", "w"], "y", &[float_attribute("alpha", 0.3)]), initialiser("w", &[1, 1], &[0.3])];
    let file = read_model(&scaled).unwrap();
    assert_eq!(file.numbers, Numbers::Exact);
    let third = Rational::from_f32(0.3).unwrap();
    assert_eq!(file.network.layers()[0].weights[0][0], &third * &third);
}

#[test]
fn refusals() {
    let refused = |parts: &[Vec<u8>]| read_model(parts).unwrap_err();
    let weight = initialiser("w", &[2, 2], &[f32::NAN, 2.0, 3.0, f32::INFINITY]);
    assert_eq!(
        refused(&[node("Tanh", &["x"], "c", &[]), node("Relu", &["c"], "r", &[]), node("Sign", &["r"], "y", &[])]),
        "cannot read net.onnx:
  Tanh at node 1 is not supported: its graph is curved, which no ReLU network's is
  Sign at node 3 is not supported: it jumps, which no ReLU network does
  the sizes of the input `x` are not known; export the model with them fixed, all but the number of samples"
    );
    let unknown = refused(&[node("LSTM", &["x"], "y", &[])]);
    assert!(
        unknown.contains("LSTM at node 1 is not supported: it is none of the operators that are read\n"),
        "{unknown}"
    );
    assert!(unknown.contains("(operators that are read: Abs, Add, "), "{unknown}");
    assert_eq!(
        refused(&[node("MatMul", &["x", "w"], "y", &[]), weight]),
        "cannot read net.onnx:
  `w`[0, 0] is NaN; weights must be finite
  `w`[1, 1] is infinite; weights must be finite"
    );
    let square = || initialiser("w", &[2, 2], &[1.0; 4]);
    assert_eq!(
        refused(&[node("MatMul", &["x", "w"], "a", &[]), node("Mul", &["a", "x"], "y", &[]), square()]),
        "cannot read net.onnx: Mul at node 2: it multiplies two values that both depend on the input, which is not piecewise linear"
    );
    assert_eq!(
        refused(&[node("MatMul", &["x", "w"], "a", &[]), node("Add", &["a", "z"], "y", &[]), square()]),
        "cannot read net.onnx: Add at node 2: it reads `z`, which nothing before it gives"
    );
    let narrow = initialiser("v", &[3, 1], &[1.0; 3]);
    assert_eq!(
        refused(&[
            node("MatMul", &["x", "w"], "a", &[]),
            node("Relu", &["a"], "r", &[]),
            node("MatMul", &["r", "v"], "y", &[]),
            square(),
            narrow,
        ]),
        "cannot read net.onnx: MatMul at node 3: shapes (1, 2) and (3, 1) do not fit"
    );
    assert_eq!(
        refused(&[node("MatMul", &["x", "w"], "a", &[]), square()]),
        "cannot read net.onnx:
  the output `y` is given by no node
  the sizes of the input `x` are not known; export the model with them fixed, all but the number of samples"
    );
    let external = bytes(5, &[int(1, 1), int(2, 1), text(8, "w"), int(14, 1)].concat());
    assert_eq!(
        refused(&[node("MatMul", &["x", "w"], "y", &[]), external]),
        "cannot read net.onnx: `w` is kept in another file; export the model with its weights inside"
    );
}

/// Every operator that is read, with inputs that it is not made for: a network or an error.
#[test]
fn operators_with_odd_inputs() {
    let unknown = read_model(&[node("Unknown", &["x"], "y", &[])]).unwrap_err();
    let (_, listed) = unknown.split_once("(operators that are read: ").unwrap();
    let operators: Vec<&str> = listed.split_once(')').unwrap().0.split(", ").collect();
    assert!(operators.len() > 45);
    let names = ["v0", "scalar", "matrix", "whole", ""];
    let mut lists: Vec<Vec<&str>> = vec![vec![]];
    for n in 0..3 {
        let longer: Vec<Vec<&str>> = lists.iter().filter(|list| list.len() == n).cloned().collect();
        lists.extend(longer.iter().flat_map(|list| names.map(|name| [&list[..], &[name]].concat())));
    }
    let mut n_read = 0;
    for operator in operators {
        let (domain, name) = operator.rsplit_once('.').unwrap_or(("", operator));
        for list in &lists {
            for shape in [&[1, 2, 2, 3][..], &[2, 2], &[3], &[1, 1]] {
                let graph = [
                    value_info(11, "v0", shape),
                    initialiser("scalar", &[], &[-1.0]),
                    initialiser("matrix", &[2, 2], &[1.0, 0.5, -2.0, 0.0]),
                    bytes(5, &[int(1, 2), int(2, 7), text(8, "whole"), bytes(7, &[1, 2])].concat()),
                    node_of_domain(domain, name, list),
                    bytes(12, &text(1, "y")),
                ];
                let outcome = read(&[int(1, 8), bytes(7, &graph.concat())].concat(), "net.onnx");
                n_read += usize::from(outcome.is_ok());
            }
        }
    }
    assert!(n_read > 500, "{n_read}");
}

fn node_of_domain(domain: &str, operator: &str, inputs: &[&str]) -> Vec<u8> {
    let mut node: Vec<u8> = inputs.iter().flat_map(|name| text(1, name)).collect();
    let axes = [text(1, "axes"), int(8, 0)].concat();
    let kernel = [text(1, "kernel_shape"), int(8, 2), int(8, 1)].concat();
    node.extend([text(2, "y"), text(4, operator), bytes(5, &axes), bytes(5, &kernel), text(7, domain)].concat());
    bytes(1, &node)
}
