//! Operators that treat each number by itself: sums, products with constants, and the piecewise-linear
//! functions of one or several numbers.

use pellucid_core::Rational;

use crate::Numbers;
use crate::array::{Array, shape_text};
use crate::dataflow::{Dataflow, Scalar};
use crate::onnx::call::{Call, Step, Value};
use crate::tensor::Dtype;

/// `x` through a function of one number.
fn each(call: &mut Call, of: impl FnMut(&mut Dataflow, Scalar) -> Step<Scalar>) -> Step<Vec<Value>> {
    let dtype = call.constant_dtype();
    let x = call.wires(0)?;
    Call::one(Call::given(call.flow.each(x, of)?, dtype))
}

pub(super) fn identity(call: &mut Call) -> Step<Vec<Value>> {
    let training = if call.has(2) { call.whole_numbers(2, "training mode").unwrap_or(vec![1]) } else { vec![] };
    if training.iter().any(|mode| *mode != 0) {
        return Err("it is in training mode; export the model in evaluation mode".into());
    }
    call.value(0).and_then(Call::one)
}

pub(super) fn relu(call: &mut Call) -> Step<Vec<Value>> {
    each(call, Dataflow::relu)
}

pub(super) fn abs(call: &mut Call) -> Step<Vec<Value>> {
    each(call, Dataflow::abs)
}

pub(super) fn neg(call: &mut Call) -> Step<Vec<Value>> {
    each(call, |flow, a| flow.scaled(&a, &Rational::from(-1)))
}

pub(super) fn leaky_relu(call: &mut Call) -> Step<Vec<Value>> {
    let slope = call.number("alpha", 0.01)?;
    call.flow.dtypes.push(Dtype::F32);
    each(call, |flow, a| flow.leaky_relu(a, &slope))
}

/// `max(0, min(1, alpha x + beta))`.
pub(super) fn hard_sigmoid(call: &mut Call) -> Step<Vec<Value>> {
    let (alpha, beta) = (call.number("alpha", 0.2)?, call.number("beta", 0.5)?);
    call.flow.dtypes.push(Dtype::F32);
    each(call, |flow, a| {
        let inner = flow.combination([(&a, &alpha)], beta.clone())?;
        flow.clip(inner, Some(&Rational::zero()), Some(&Rational::one()))
    })
}

/// Soft thresholding, `relu(x - lambd) - relu(-x - lambd)`; with another bias it jumps.
pub(super) fn shrink(call: &mut Call) -> Step<Vec<Value>> {
    let (threshold, bias) = (call.number("lambd", 0.5)?, call.number("bias", 0.0)?);
    if threshold != bias {
        return Err("its bias is not its lambd, so it jumps, which no ReLU network does".into());
    }
    call.flow.dtypes.push(Dtype::F32);
    each(call, |flow, a| flow.soft_threshold(&a, &threshold))
}

pub(super) fn clip(call: &mut Call) -> Step<Vec<Value>> {
    let (low, high) = (bound(call, 1, "min")?, bound(call, 2, "max")?);
    let flow_dtype = call.constant_dtype();
    let x = call.wires(0)?;
    let clipped = call.flow.each(x, |flow, a| flow.clip(a, low.as_ref(), high.as_ref()))?;
    Call::one(Call::given(clipped, flow_dtype))
}

/// A bound of Clip, an attribute in old files and an input in newer ones. What no float32 is beyond
/// is written by exporters to say that there is no bound.
fn bound(call: &mut Call, input: usize, name: &str) -> Step<Option<Rational>> {
    let bound = match call.inputs.get_mut(input).and_then(Option::take) {
        None => match call.float(name) {
            None => return Ok(None),
            Some(float) => Rational::from_f32(float).ok_or(f64::from(float)),
        },
        Some(Value::Stored(tensor)) if tensor.n_numbers() == 1 => {
            call.flow.dtypes.push(tensor.dtype);
            tensor.first()
        }
        Some(value) => match &call.weights_of(value, name)?.items[..] {
            [bound] => Ok(bound.clone()),
            bounds => return Err(format!("its {name} has {} numbers instead of one", bounds.len())),
        },
    };
    let bound = match bound {
        Err(float) if float.is_nan() => return Err(format!("its {name} is NaN")),
        Err(float) => (float, None),
        Ok(bound) => (bound.to_f64(), Some(bound)),
    };
    let outwards = if name == "min" { -bound.0 } else { bound.0 };
    match bound.1 {
        _ if outwards >= f64::from(f32::MAX) => Ok(None),
        None => Err(format!("its {name} is {}", bound.0)),
        finite => Ok(finite),
    }
}

/// A leaky ReLU whose slopes are a constant.
pub(super) fn prelu(call: &mut Call) -> Step<Vec<Value>> {
    let (x, slopes) = (call.wires(0)?, call.weights(1, "slope")?);
    if crate::array::broadcast_shape(&x.shape, &slopes.shape).as_deref() != Some(&x.shape[..]) {
        return Err(format!("its slope of shape {} does not fit {}", shape_text(&slopes.shape), shape_text(&x.shape)));
    }
    let mut slopes = slopes.broadcast(&x.shape).items.into_iter();
    let result = call.flow.each(x, |flow, a| flow.leaky_relu(a, &slopes.next().unwrap_or_else(Rational::zero)))?;
    Call::one(Value::Wires(result))
}

/// All inputs, repeated to one shape, joined from left to right.
fn joined(call: &mut Call, join: impl Fn(&mut Dataflow, Scalar, Scalar) -> Step<Scalar>) -> Step<Vec<Value>> {
    let dtype = call.constant_dtype();
    let mut arrays = (0..call.inputs.len()).map(|input| call.wires(input)).collect::<Step<Vec<_>>>()?;
    if let ([first, second], Some(axis)) = (&mut arrays[..], call.int("axis")) {
        align(first, second, call.axis(axis, first.shape.len())?);
    }
    let mut arrays = call.broadcast(arrays)?.into_iter();
    let first = arrays.next().ok_or("it has no inputs")?;
    let joined = arrays.try_fold(first, |a, b| {
        let items = a.items.into_iter().zip(b.items).map(|(a, b)| join(call.flow, a, b)).collect::<Step<Vec<_>>>()?;
        Ok::<_, String>(Array { shape: a.shape, items })
    })?;
    Call::one(Call::given(joined, dtype))
}

/// Before opset 7 the second input could lie along inner axes of the first, from `axis` on.
fn align(first: &Array<Scalar>, second: &mut Array<Scalar>, axis: usize) {
    let missing = first.shape.len().saturating_sub(axis + second.shape.len());
    second.shape.extend(vec![1; missing]);
}

pub(super) fn add(call: &mut Call) -> Step<Vec<Value>> {
    joined(call, |flow, a, b| flow.sum(a, &Rational::one(), &b))
}

pub(super) fn sub(call: &mut Call) -> Step<Vec<Value>> {
    joined(call, |flow, a, b| flow.sum(a, &Rational::from(-1), &b))
}

pub(super) fn max(call: &mut Call) -> Step<Vec<Value>> {
    joined(call, Dataflow::max)
}

pub(super) fn min(call: &mut Call) -> Step<Vec<Value>> {
    joined(call, Dataflow::min)
}

pub(super) fn mean(call: &mut Call) -> Step<Vec<Value>> {
    let n = Rational::from(call.inputs.len().max(1));
    let sum = add(call)?.remove(0);
    let dtype = sum.dtype();
    let sum = call.wires_of(sum)?;
    let mean = call.flow.each(sum, |flow, a| flow.scaled(&a, &(Rational::one() / &n)))?;
    Call::one(Call::given(mean, dtype))
}

pub(super) fn mul(call: &mut Call) -> Step<Vec<Value>> {
    joined(call, |flow, a, b| match (a.as_constant(), b.as_constant()) {
        (_, Some(factor)) => flow.scaled(&a, factor),
        (Some(factor), _) => flow.scaled(&b, factor),
        _ => Err("it multiplies two values that both depend on the input, which is not piecewise linear".into()),
    })
}

pub(super) fn div(call: &mut Call) -> Step<Vec<Value>> {
    // Whole numbers are divided towards zero; they only occur where shapes are calculated.
    let is_whole = matches!(call.constant_dtype(), Some(Dtype::I32 | Dtype::I64));
    joined(call, |flow, a, b| {
        let divisor =
            b.as_constant().ok_or("it divides by what depends on the input, which is not piecewise linear")?;
        let factor = divisor.recip().ok_or("it divides by 0")?;
        let mut quotient = flow.scaled(&a, &factor)?;
        if is_whole {
            quotient.form.constant = towards_zero(&quotient.form.constant);
        }
        Ok(quotient)
    })
}

fn towards_zero(value: &Rational) -> Rational {
    if value.is_negative() { -(-value).floor() } else { value.floor() }
}

/// Between floats of different lengths nothing is rounded but constants: claims are about exact
/// arithmetic.
pub(super) fn cast(call: &mut Call) -> Step<Vec<Value>> {
    let to = match call.int("to") {
        Some(1) => Dtype::F32,
        Some(10) => Dtype::F16,
        Some(11) => Dtype::F64,
        Some(16) => Dtype::Bf16,
        Some(6) => Dtype::I32,
        Some(7) => Dtype::I64,
        Some(other) => return Err(format!("it casts to data type {other}, which is not read")),
        None => return Err("it does not say what it casts to".into()),
    };
    let is_whole = matches!(to, Dtype::I32 | Dtype::I64);
    match call.value(0)? {
        Value::Wires(_) if is_whole => {
            Err("it rounds values to whole numbers, so it jumps, which no ReLU network does".into())
        }
        Value::Wires(array) => Call::one(Value::Wires(array)),
        constant => {
            let array = call.weights_of(constant, "input")?;
            let cast = |value: Rational| match to {
                Dtype::I32 | Dtype::I64 | Dtype::U8 => Ok(towards_zero(&value)),
                Dtype::F16 | Dtype::Bf16 if to.holds(&value) => Ok(value),
                Dtype::F16 | Dtype::Bf16 => {
                    Err(format!("it rounds the constant {} to half precision", value.to_decimal(6)))
                }
                Dtype::F32 => {
                    Numbers::Float32.round(&value).ok_or_else(|| "a constant is too large for float32".into())
                }
                Dtype::F64 => {
                    Numbers::Float64.round(&value).ok_or_else(|| "a constant is too large for float64".into())
                }
            };
            let items = array.items.into_iter().map(cast).collect::<Step<Vec<_>>>()?;
            Call::one(Value::Constant(Array { shape: array.shape, items }, to))
        }
    }
}
