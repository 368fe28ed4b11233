//! Operators that are matrices: Gemm, MatMul, normalisations that were trained.

use pellucid_core::Rational;

use crate::array::{Array, advance, broadcast_shape, count, shape_text, strides};
use crate::batch_norm::batch_norm_factors;
use crate::dataflow::Scalar;
use crate::onnx::call::{Call, Step, Value};
use crate::tensor::Dtype;

/// One factor of a product.
enum Factor {
    Wires(Array<Scalar>),
    Weights(Array<Rational>),
}

impl Factor {
    fn shape(&self) -> &[usize] {
        match self {
            Factor::Wires(array) => &array.shape,
            Factor::Weights(array) => &array.shape,
        }
    }

    fn reshaped(self, shape: Vec<usize>) -> Factor {
        match self {
            Factor::Wires(array) => Factor::Wires(array.reshaped(shape)),
            Factor::Weights(array) => Factor::Weights(array.reshaped(shape)),
        }
    }

    fn transposed(self) -> Factor {
        match self {
            Factor::Wires(array) => Factor::Wires(array.transposed(&[1, 0])),
            Factor::Weights(array) => Factor::Weights(array.transposed(&[1, 0])),
        }
    }
}

/// The two factors, of which one must be a constant.
fn factors(call: &mut Call) -> Step<(Factor, Factor)> {
    let (a, b) = (call.value(0)?, call.value(1)?);
    Ok(match (a.is_constant(), b.is_constant()) {
        (_, true) => (Factor::Wires(call.wires_of(a)?), Factor::Weights(call.weights_of(b, "factor")?)),
        (true, false) => (Factor::Weights(call.weights_of(a, "factor")?), Factor::Wires(call.wires_of(b)?)),
        _ => return Err("it multiplies two values that both depend on the input, which is not piecewise linear".into()),
    })
}

/// As NumPy's `matmul`: stacks of matrices, and vectors on either side.
pub(super) fn matmul(call: &mut Call) -> Step<Vec<Value>> {
    let dtype = call.constant_dtype();
    let (a, b) = factors(call)?;
    let (rank_a, rank_b) = (a.shape().len(), b.shape().len());
    if rank_a == 0 || rank_b == 0 {
        return Err("a factor has no dimensions".into());
    }
    let a = if rank_a == 1 { row(a) } else { a };
    let b = if rank_b == 1 { column(b) } else { b };
    let mut product = product(call, &a, &b)?;
    let rank = product.shape.len();
    if rank_b == 1 {
        product.shape.remove(rank - 1);
    }
    if rank_a == 1 {
        product.shape.remove(rank - 2);
    }
    Call::one(Call::given(product, dtype))
}

fn row(factor: Factor) -> Factor {
    let shape = vec![1, count(factor.shape())];
    factor.reshaped(shape)
}

fn column(factor: Factor) -> Factor {
    let shape = vec![count(factor.shape()), 1];
    factor.reshaped(shape)
}

/// Matrices (..., m, k) times matrices (..., k, n).
fn product(call: &mut Call, a: &Factor, b: &Factor) -> Step<Array<Scalar>> {
    let ((stack_a, [m, k]), (stack_b, [k_b, n])) = (matrices(a), matrices(b));
    let misfit = || format!("shapes {} and {} do not fit", shape_text(a.shape()), shape_text(b.shape()));
    let stack = broadcast_shape(stack_a, stack_b).filter(|_| k == k_b).ok_or_else(misfit)?;
    let shape = [&stack[..], &[m, n]].concat();
    let mut items = Vec::with_capacity(call.flow.room(&shape)?);
    let mut index = vec![0; stack.len()];
    for _ in 0..count(&stack) {
        let (at_a, at_b) = (m * k * place(stack_a, &index), k * n * place(stack_b, &index));
        for i in 0..m {
            for j in 0..n {
                let along = 0..k;
                items.push(match (a, b) {
                    (Factor::Wires(a), Factor::Weights(b)) => {
                        let terms = along.map(|l| (&a.items[at_a + i * k + l], &b.items[at_b + l * n + j]));
                        call.flow.combination(terms, Rational::zero())?
                    }
                    (Factor::Weights(a), Factor::Wires(b)) => {
                        let terms = along.map(|l| (&b.items[at_b + l * n + j], &a.items[at_a + i * k + l]));
                        call.flow.combination(terms, Rational::zero())?
                    }
                    _ => return Err("one factor must be a constant".into()),
                });
            }
        }
        advance(&mut index, &stack);
    }
    Ok(Array { shape, items })
}

/// The shape of a stack of matrices, and that of a matrix.
fn matrices(factor: &Factor) -> (&[usize], [usize; 2]) {
    let shape = factor.shape();
    let (stack, matrix) = shape.split_at(shape.len() - 2);
    (stack, [matrix[0], matrix[1]])
}

/// Which matrix of a stack stands at an index of the stack that it is broadcast to.
fn place(stack: &[usize], index: &[usize]) -> usize {
    let own = &index[index.len() - stack.len()..];
    strides(stack).iter().zip(own).zip(stack).map(|((step, i), size)| if *size == 1 { 0 } else { step * i }).sum()
}

/// `Y = alpha A' B' + beta C`, where A' and B' may be transposed.
pub(super) fn gemm(call: &mut Call) -> Step<Vec<Value>> {
    let dtype = call.constant_dtype();
    let flag = |name: &str| call.int(name).unwrap_or(0) != 0;
    let (transposed_a, transposed_b) = (flag("transA"), flag("transB"));
    let (alpha, beta) = (call.number("alpha", 1.0)?, call.number("beta", 1.0)?);
    let (a, b) = factors(call)?;
    // Old exporters leave the flattening of images to Gemm.
    let a = if matches!(a, Factor::Wires(_)) && a.shape().len() > 2 && a.shape()[0] == 1 { row(a) } else { a };
    if a.shape().len() != 2 || b.shape().len() != 2 {
        let (a, b) = (shape_text(a.shape()), shape_text(b.shape()));
        return Err(format!("its factors have shapes {a} and {b}; two dimensions are needed"));
    }
    let a = scaled(if transposed_a { a.transposed() } else { a }, &alpha);
    let b = scaled(if transposed_b { b.transposed() } else { b }, &alpha);
    let mut result = product(call, &a, &b)?;
    if call.has(2) && !beta.is_zero() {
        let bias = call.wires(2)?;
        let misfit =
            format!("its bias of shape {} does not fit {}", shape_text(&bias.shape), shape_text(&result.shape));
        let shape = result.shape.clone();
        let both = call.broadcast(vec![result, bias]).map_err(|_| misfit.clone())?;
        let [values, biases] = <[_; 2]>::try_from(both).map_err(|_| misfit.clone())?;
        if values.shape != shape {
            return Err(misfit);
        }
        let pairs = values.items.into_iter().zip(biases.items);
        let items = pairs.map(|(value, bias)| call.flow.sum(value, &beta, &bias)).collect::<Step<_>>()?;
        result = Array { shape, items };
    }
    Call::one(Call::given(result, dtype))
}

/// The weights among the factors, multiplied.
fn scaled(factor: Factor, by: &Rational) -> Factor {
    match factor {
        Factor::Weights(mut array) if !by.is_one() => {
            array.items.iter_mut().for_each(|weight| *weight *= by);
            Factor::Weights(array)
        }
        other => other,
    }
}

/// `scale (x - mean) / sqrt(variance + epsilon) + bias`, channel by channel.
pub(super) fn batch_normalization(call: &mut Call) -> Step<Vec<Value>> {
    if call.int("training_mode").unwrap_or(0) != 0 {
        return Err("it is in training mode; export the model in evaluation mode".into());
    }
    let epsilon = call.number("epsilon", 1e-5)?;
    let x = call.wires(0)?;
    let names = ["scale", "bias", "mean", "variance"];
    let mut lists = Vec::new();
    for (at, name) in names.into_iter().enumerate() {
        lists.push(call.weights(at + 1, name)?);
    }
    let n_channels = x.shape.get(1).copied().ok_or("it needs values of shape (samples, channels, ...)")?;
    if let Some(at) = lists.iter().position(|list| list.items.len() != n_channels) {
        return Err(format!("its {} has {} numbers for {n_channels} channels", names[at], lists[at].items.len()));
    }
    let (factors, n_rounded) = batch_norm_factors(&lists[0].items, &lists[3].items, &epsilon)?;
    if n_rounded > 0 {
        let name = call.output_name();
        call.flow.remarks.push(format!(
            "the square roots in the batch normalisation that gives {name} are not rational: {n_rounded} factors are rounded to float64"
        ));
    }
    let inner = count(&x.shape[2..]).max(1);
    let mut index = 0;
    let result = call.flow.each(x, |flow, value| {
        let channel = index / inner % n_channels;
        index += 1;
        let bias = &lists[1].items[channel] - &lists[2].items[channel] * &factors[channel];
        flow.combination([(&value, &factors[channel])], bias)
    })?;
    Call::one(Value::Wires(result))
}

/// `(x - offset) * scale`, of the machine-learning operators that scikit-learn's exporter uses.
pub(super) fn scaler(call: &mut Call) -> Step<Vec<Value>> {
    let list = |name: &str| {
        let floats = call.floats(name).unwrap_or_default().iter();
        let numbers = floats.map(|float| Rational::from_f32(*float)).collect::<Option<Vec<_>>>();
        numbers.ok_or_else(|| format!("its {name} has numbers that are not finite"))
    };
    let (offsets, scales) = (list("offset")?, list("scale")?);
    call.flow.dtypes.push(Dtype::F32);
    let x = call.wires(0)?;
    let width = x.shape.last().copied().unwrap_or(1);
    if [&offsets, &scales].iter().any(|list| ![1, width].contains(&list.len())) {
        return Err(format!("its {} offsets and {} scales do not fit {width} values", offsets.len(), scales.len()));
    }
    let mut index = 0;
    let result = call.flow.each(x, |flow, value| {
        let at = |list: &[Rational]| list[index % width % list.len()].clone();
        let (offset, scale) = (at(&offsets), at(&scales));
        index += 1;
        flow.combination([(&value, &scale)], -(offset * &scale))
    })?;
    Call::one(Value::Wires(result))
}
