//! Random ONNX graphs with skips, several outputs and many operators: the stack of layers that is read
//! gives what the graph itself gives, calculated here operator by operator.

use pellucid_core::{Rational, SplitMix64};
use pellucid_formats::{Format, NetworkFile, WriteOptions, read, write};
use proptest::prelude::*;

use crate::onnx_graphs::{
    bytes, float_attribute, initialiser, int, int_attribute, node, node_of_several, text, value_info,
};

/// A matrix of numbers.
#[derive(Clone)]
struct Matrix {
    rows: usize,
    columns: usize,
    items: Vec<Rational>,
}

impl Matrix {
    fn of(rows: usize, columns: usize, at: impl Fn(usize, usize) -> Rational) -> Matrix {
        let items = (0..rows).flat_map(|i| (0..columns).map(move |j| (i, j))).map(|(i, j)| at(i, j)).collect();
        Matrix { rows, columns, items }
    }

    fn at(&self, i: usize, j: usize) -> Rational {
        self.items[i * self.columns + j].clone()
    }

    fn each(&self, of: impl Fn(&Rational) -> Rational) -> Matrix {
        Matrix { items: self.items.iter().map(of).collect(), ..*self }
    }

    fn both(&self, other: &Matrix, of: impl Fn(&Rational, &Rational) -> Rational) -> Matrix {
        Matrix::of(self.rows, self.columns, |i, j| {
            of(&self.at(i, j), &other.at(i.min(other.rows - 1), j.min(other.columns - 1)))
        })
    }

    fn times(&self, other: &Matrix) -> Matrix {
        Matrix::of(self.rows, other.columns, |i, j| (0..self.columns).map(|k| self.at(i, k) * other.at(k, j)).sum())
    }

    fn transposed(&self) -> Matrix {
        Matrix::of(self.columns, self.rows, |i, j| self.at(j, i))
    }
}

type Apply = Box<dyn Fn(&[Matrix]) -> Matrix>;

/// A graph that grows node by node, as a file and as what it calculates.
struct Growing {
    random: SplitMix64,
    file: Vec<Vec<u8>>,
    /// The shapes of the values so far; the first is the input's.
    shapes: Vec<(usize, usize)>,
    /// What gives each value, from all before it.
    steps: Vec<Apply>,
}

impl Growing {
    fn below(&mut self, n: usize) -> usize {
        self.random.below(n as u64) as usize
    }

    fn number(&mut self) -> f32 {
        (self.below(17) as f32 - 8.0) / 4.0
    }

    fn weights(&mut self, rows: usize, columns: usize) -> (String, Matrix) {
        let name = format!("w{}", self.file.len());
        let values: Vec<f32> = (0..rows * columns).map(|_| self.number()).collect();
        self.file.push(initialiser(&name, &[rows as u8, columns as u8], &values));
        (name, Matrix { rows, columns, items: values.iter().map(|v| Rational::from_f32(*v).unwrap()).collect() })
    }

    fn push(&mut self, operator: &str, inputs: &[&str], attributes: &[Vec<u8>], shape: (usize, usize), apply: Apply) {
        let output = format!("v{}", self.shapes.len());
        self.file.push(node(operator, inputs, &output, attributes));
        self.shapes.push(shape);
        self.steps.push(apply);
    }

    /// One more node, of a random operator on random values.
    fn grow(&mut self) {
        let a = self.below(self.shapes.len());
        let (rows, columns) = self.shapes[a];
        let x = format!("v{a}");
        let x = x.as_str();
        let exact = |value: f32| Rational::from_f32(value).unwrap();
        let relu = |value: &Rational| if value.is_positive() { value.clone() } else { Rational::zero() };
        let same = (rows, columns);
        match self.below(19) {
            0 | 1 => self.push("Relu", &[x], &[], same, Box::new(move |v| v[a].each(relu))),
            2 => self.push("Abs", &[x], &[], same, Box::new(move |v| v[a].each(Rational::abs))),
            3 => self.push("Neg", &[x], &[], same, Box::new(move |v| v[a].each(|value| -value))),
            4 => {
                let slope = self.number();
                let attribute = float_attribute("alpha", slope);
                let of = move |value: &Rational| if value.is_positive() { value.clone() } else { value * exact(slope) };
                self.push("LeakyRelu", &[x], &[attribute], same, Box::new(move |v| v[a].each(of)));
            }
            5 => {
                let (low, high) = (self.number(), self.number());
                let (low, high) = (low.min(high), low.max(high));
                let attributes = [float_attribute("min", low), float_attribute("max", high)];
                let of = move |value: &Rational| value.clone().max(exact(low)).min(exact(high));
                self.push("Clip", &[x], &attributes, same, Box::new(move |v| v[a].each(of)));
            }
            6..=9 => {
                let operator = ["Add", "Sub", "Max", "Min"][self.below(4)];
                let of = move |x: &Rational, y: &Rational| match operator {
                    "Add" => x + y,
                    "Sub" => x - y,
                    "Max" => x.max(y).clone(),
                    _ => x.min(y).clone(),
                };
                // Another value of the shape, or a constant that is repeated.
                let others: Vec<usize> = (0..self.shapes.len()).filter(|b| self.shapes[*b] == same).collect();
                let b = others[self.below(others.len())];
                if self.below(3) > 0 {
                    let y = format!("v{b}");
                    self.push(operator, &[x, &y], &[], same, Box::new(move |v| v[a].both(&v[b], of)));
                } else {
                    let (name, weights) = self.weights(1, columns);
                    self.push(operator, &[x, &name], &[], same, Box::new(move |v| v[a].both(&weights, of)));
                }
            }
            10 => {
                let (name, weights) = self.weights(rows, columns);
                self.push("Mul", &[&name, x], &[], same, Box::new(move |v| v[a].both(&weights, |x, y| x * y)));
            }
            11 => {
                let n = 1 + self.below(4);
                let (name, weights) = self.weights(columns, n);
                self.push("MatMul", &[x, &name], &[], (rows, n), Box::new(move |v| v[a].times(&weights)));
            }
            12 => {
                let n = 1 + self.below(3);
                let (name, weights) = self.weights(n, rows);
                self.push("MatMul", &[&name, x], &[], (n, columns), Box::new(move |v| weights.times(&v[a])));
            }
            13 => {
                let n = 1 + self.below(4);
                let (name, weights) = self.weights(n, columns);
                let (bias_name, bias) = self.weights(1, n);
                let (alpha, beta) = (self.number(), self.number());
                let attributes =
                    [int_attribute("transB", 1), float_attribute("alpha", alpha), float_attribute("beta", beta)];
                let apply = move |v: &[Matrix]| {
                    let product = v[a].times(&weights.transposed());
                    product.both(&bias, |x, y| x * exact(alpha) + y * exact(beta))
                };
                self.push("Gemm", &[x, &name, &bias_name], &attributes, (rows, n), Box::new(apply));
            }
            14 => self.push("Transpose", &[x], &[], (columns, rows), Box::new(move |v| v[a].transposed())),
            15 => {
                let others: Vec<usize> = (0..self.shapes.len()).filter(|b| self.shapes[*b].0 == rows).collect();
                let b = others[self.below(others.len())];
                let (y, n) = (format!("v{b}"), columns + self.shapes[b].1);
                if n > 8 {
                    return;
                }
                let apply = move |v: &[Matrix]| {
                    let (x, y) = (&v[a], &v[b]);
                    Matrix::of(rows, n, |i, j| if j < columns { x.at(i, j) } else { y.at(i, j - columns) })
                };
                self.push("Concat", &[x, &y], &[int_attribute("axis", 1)], (rows, n), Box::new(apply));
            }
            16 if columns > 1 => {
                let first = 1 + self.below(columns - 1);
                let sizes = [text(1, "split"), int(8, first as u8), int(8, (columns - first) as u8)].concat();
                let output = self.shapes.len();
                let names = [format!("v{output}"), format!("v{}", output + 1)];
                let attributes = [int_attribute("axis", 1), sizes];
                self.file.push(node_of_several("Split", &[x], &[&names[0], &names[1]], &attributes));
                self.shapes.extend([(rows, first), (rows, columns - first)]);
                self.steps.push(Box::new(move |v| Matrix::of(rows, first, |i, j| v[a].at(i, j))));
                self.steps.push(Box::new(move |v| Matrix::of(rows, columns - first, |i, j| v[a].at(i, j + first))));
            }
            17 => {
                let n = Rational::from(columns);
                let apply = move |v: &[Matrix]| {
                    Matrix::of(rows, 1, |i, _| (0..columns).map(|j| v[a].at(i, j)).sum::<Rational>() / &n)
                };
                let axes = [text(1, "axes"), int(8, 1)].concat();
                self.push("ReduceMean", &[x], &[axes], (rows, 1), Box::new(apply));
            }
            18 => {
                let apply =
                    move |v: &[Matrix]| Matrix::of(rows, 1, |i, _| (0..columns).map(|j| v[a].at(i, j)).max().unwrap());
                let axes = [text(1, "axes"), int(8, 1)].concat();
                self.push("ReduceMax", &[x], &[axes], (rows, 1), Box::new(apply));
            }
            _ => self.push("Identity", &[x], &[], same, Box::new(move |v| v[a].clone())),
        }
    }
}

/// A graph of so many nodes: its file, what it gives, and how many inputs it has.
fn graph(seed: u64, n_nodes: usize) -> (Vec<u8>, impl Fn(&[Rational]) -> Vec<Rational>, usize) {
    let mut growing = Growing { random: SplitMix64(seed), file: Vec::new(), shapes: Vec::new(), steps: Vec::new() };
    let n_inputs = 1 + growing.below(3);
    growing.shapes.push((1, n_inputs));
    while growing.shapes.len() <= n_nodes {
        growing.grow();
    }
    let last = growing.shapes.len() - 1;
    let outputs = [last, growing.below(last + 1)];
    let outputs = if outputs[0] == outputs[1] { &outputs[..1] } else { &outputs[..] }.to_vec();
    let mut parts = vec![value_info(11, "v0", &[1, n_inputs as u8])];
    parts.extend(outputs.iter().map(|output| bytes(12, &text(1, &format!("v{output}")))));
    parts.extend(std::mem::take(&mut growing.file));
    let graph = parts.concat();
    // The graph may be longer than the short lengths that `bytes` writes.
    let mut file = [int(1, 8), vec![7 << 3 | 2]].concat();
    let mut length = graph.len();
    while length >= 0x80 {
        file.push(length as u8 | 0x80);
        length >>= 7;
    }
    file.push(length as u8);
    file.extend(graph);
    let evaluate = move |input: &[Rational]| {
        let mut values = vec![Matrix { rows: 1, columns: n_inputs, items: input.to_vec() }];
        for step in &growing.steps {
            let value = step(&values);
            values.push(value);
        }
        outputs.iter().flat_map(|output| values[*output].items.clone()).collect()
    };
    (file, evaluate, n_inputs)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn graphs_are_lowered_exactly(seed in any::<u64>(), n_nodes in 1usize..14) {
        let (file, evaluate, n_inputs) = graph(seed, n_nodes);
        let read_back = match read(&file, "random.onnx") {
            Ok(file) => file,
            // Many maxima of maxima become many layers, and too many weights.
            Err(error) => {
                prop_assert!(error.to_string().contains("more than"), "{error}");
                return Ok(());
            }
        };
        let mut random = SplitMix64(seed);
        for _ in 0..8 {
            let eighths = |_| Rational::ratio(random.below(97) as i64 - 48, 8);
            let input: Vec<Rational> = (0..n_inputs).map(eighths).collect();
            prop_assert_eq!(read_back.network.evaluate(&input), evaluate(&input));
        }
        // What was lowered is a plain stack: it is written and read as it is.
        for format in [Format::Json, Format::Onnx, Format::Safetensors, Format::Npz, Format::Nnet] {
            let plain = NetworkFile::from(read_back.network.clone());
            if let Ok(bytes) = write(&plain, format, WriteOptions::default()) {
                prop_assert_eq!(&read(&bytes, "again").unwrap().network, &read_back.network, "{}", format);
            }
        }
    }
}
