//! Operators that move numbers about and change none: shapes, axes, parts.

use pellucid_core::Rational;

use crate::array::{Array, count, shape_text, strides};
use crate::dataflow::{MAX_RANK, Scalar};
use crate::onnx::call::{Call, Step, Value};
use crate::onnx::messages::read_tensor;
use crate::tensor::Dtype;

pub(super) fn constant(call: &mut Call) -> Step<Vec<Value>> {
    if let Some(message) = call.tensor("value") {
        let name = call.node.outputs.first().copied().unwrap_or_default();
        let tensor = read_tensor(message, name).map_err(|wrong| wrong.0.join("; "))?;
        return Call::one(Value::Stored(std::rc::Rc::new(tensor)));
    }
    let floats = call.floats("value_floats").map(<[f32]>::to_vec).unwrap_or_default();
    let ints = call.ints("value_ints").unwrap_or_default();
    let float =
        |float: f32| Rational::from_f32(float).ok_or_else(|| format!("it holds {float}; numbers must be finite"));
    let one = |item: Rational| Array { shape: vec![], items: vec![item] };
    let list = |items: Vec<Rational>| Array { shape: vec![items.len()], items };
    Call::one(match (call.float("value_float"), call.int("value_int")) {
        (Some(value), _) => Value::Constant(one(float(value)?), Dtype::F32),
        (_, Some(value)) => Value::Constant(one(value.into()), Dtype::I64),
        _ if !floats.is_empty() => {
            Value::Constant(list(floats.into_iter().map(float).collect::<Step<_>>()?), Dtype::F32)
        }
        _ if !ints.is_empty() => Value::Constant(list(ints.into_iter().map(Rational::from).collect()), Dtype::I64),
        _ => return Err("it does not hold a tensor of numbers".into()),
    })
}

pub(super) fn constant_of_shape(call: &mut Call) -> Step<Vec<Value>> {
    let shape = sizes(&call.whole_numbers(0, "shape")?)?;
    let n = call.flow.room(&shape)?;
    let (value, dtype) = match call.tensor("value") {
        None => (Rational::zero(), Dtype::F32),
        Some(message) => {
            let tensor = read_tensor(message, "value").map_err(|wrong| wrong.0.join("; "))?;
            let value = tensor.first().map_err(|float| format!("it is filled with {float}"))?;
            (value, tensor.dtype)
        }
    };
    Call::one(Value::Constant(Array { shape, items: vec![value; n] }, dtype))
}

/// The shape itself; the number of samples, where it is not fixed, counts as 1.
pub(super) fn shape(call: &mut Call) -> Step<Vec<Value>> {
    let shape = call.shape(0)?;
    let rank = shape.len() as i64;
    let place = |at: i64| (if at < 0 { at.saturating_add(rank) } else { at }).clamp(0, rank) as usize;
    let (start, end) = (place(call.int("start").unwrap_or(0)), place(call.int("end").unwrap_or(rank)));
    let items: Vec<Rational> = shape.get(start..end).unwrap_or_default().iter().map(|n| Rational::from(*n)).collect();
    Call::one(Value::Constant(Array { shape: vec![items.len()], items }, Dtype::I64))
}

fn sizes(numbers: &[i64]) -> Step<Vec<usize>> {
    numbers.iter().map(|n| usize::try_from(*n).map_err(|_| format!("its shape has the size {n}"))).collect()
}

pub(super) fn reshape(call: &mut Call) -> Step<Vec<Value>> {
    let target = call.list(1, "shape")?.ok_or("it has no shape")?;
    let value = call.value(0)?;
    let old = value.shape().to_vec();
    let keeps_zero = call.int("allowzero").unwrap_or(0) != 0;
    let text = format!("its shape ({})", target.iter().map(i64::to_string).collect::<Vec<_>>().join(", "));
    let mut shape = Vec::new();
    for (axis, size) in target.iter().enumerate() {
        shape.push(match size {
            // What is left over, filled in below.
            -1 => 1,
            0 if !keeps_zero => *old.get(axis).ok_or_else(|| format!("{text} keeps a size that is not there"))?,
            size => usize::try_from(*size).map_err(|_| format!("{text} is impossible"))?,
        });
    }
    let open: Vec<usize> = (0..shape.len()).filter(|axis| target[*axis] == -1).collect();
    let known = crate::array::checked_count(&shape).filter(|known| *known > 0);
    match (&open[..], known) {
        ([], _) => {}
        ([axis], Some(known)) if count(&old).is_multiple_of(known) => shape[*axis] = count(&old) / known,
        _ => return Err(format!("{text} does not fit values of shape {}", shape_text(&old))),
    }
    call.reshaped(value, shape).and_then(Call::one)
}

pub(super) fn flatten(call: &mut Call) -> Step<Vec<Value>> {
    let value = call.value(0)?;
    let shape = value.shape();
    let axis = call.int("axis").unwrap_or(1);
    let axis = if axis == shape.len() as i64 { shape.len() } else { call.axis(axis, shape.len())? };
    let shape = vec![count(&shape[..axis]), count(&shape[axis..])];
    call.reshaped(value, shape).and_then(Call::one)
}

pub(super) fn transpose(call: &mut Call) -> Step<Vec<Value>> {
    let value = call.value(0)?;
    let old = value.shape().to_vec();
    let order: Vec<usize> = match call.ints("perm") {
        None => (0..old.len()).rev().collect(),
        Some(order) => order.into_iter().map(|axis| call.axis(axis, old.len())).collect::<Step<_>>()?,
    };
    let mut sorted = order.clone();
    sorted.sort_unstable();
    if !sorted.into_iter().eq(0..old.len()) {
        return Err("its perm is not an order of the axes".into());
    }
    let steps = strides(&old);
    let shape = order.iter().map(|axis| old[*axis]).collect();
    let from = |index: &[usize]| index.iter().zip(&order).map(|(i, axis)| i * steps[*axis]).sum();
    call.picked(value, shape, from).and_then(Call::one)
}

pub(super) fn squeeze(call: &mut Call) -> Step<Vec<Value>> {
    let axes = call.list(1, "axes")?;
    let value = call.value(0)?;
    let old = value.shape().to_vec();
    let axes: Vec<usize> = match axes {
        None => (0..old.len()).filter(|axis| old[*axis] == 1).collect(),
        Some(axes) => axes.into_iter().map(|axis| call.axis(axis, old.len())).collect::<Step<_>>()?,
    };
    if let Some(axis) = axes.iter().find(|axis| old[**axis] != 1) {
        return Err(format!("axis {axis} of values of shape {} is not 1", shape_text(&old)));
    }
    let shape = (0..old.len()).filter(|axis| !axes.contains(axis)).map(|axis| old[axis]).collect();
    call.reshaped(value, shape).and_then(Call::one)
}

pub(super) fn unsqueeze(call: &mut Call) -> Step<Vec<Value>> {
    let axes = call.list(1, "axes")?.ok_or("it has no axes")?;
    let value = call.value(0)?;
    let old = value.shape().to_vec();
    let rank = old.len() + axes.len();
    if rank > MAX_RANK {
        return Err(format!("it gives {rank} dimensions, more than the {MAX_RANK} that are read"));
    }
    let axes: Vec<usize> = axes.into_iter().map(|axis| call.axis(axis, rank)).collect::<Step<_>>()?;
    let mut rest = old.into_iter();
    let shape = (0..rank).filter_map(|axis| if axes.contains(&axis) { Some(1) } else { rest.next() }).collect();
    call.reshaped(value, shape).and_then(Call::one)
}

pub(super) fn expand(call: &mut Call) -> Step<Vec<Value>> {
    let target = sizes(&call.whole_numbers(1, "shape")?)?;
    let value = call.value(0)?;
    let old = value.shape().to_vec();
    let shape = crate::array::broadcast_shape(&old, &target);
    let shape = shape.ok_or_else(|| format!("{} does not fit {}", shape_text(&old), shape_text(&target)))?;
    let (steps, missing) = (strides(&old), shape.len() - old.len());
    let step = |axis: usize| if axis < missing || old[axis - missing] == 1 { 0 } else { steps[axis - missing] };
    let steps: Vec<usize> = (0..shape.len()).map(step).collect();
    let from = |index: &[usize]| index.iter().zip(&steps).map(|(i, step)| i * step).sum();
    call.picked(value, shape, from).and_then(Call::one)
}

pub(super) fn concat(call: &mut Call) -> Step<Vec<Value>> {
    let dtype = call.constant_dtype();
    let first = call.shape(0)?;
    let axis = call.axis(call.int("axis").unwrap_or(1), first.len())?;
    let mut shape = first.clone();
    shape[axis] = 0;
    for input in 0..call.inputs.len() {
        let other = call.shape(input)?;
        let fits = other.len() == first.len() && (0..first.len()).all(|at| at == axis || other[at] == first[at]);
        if !fits {
            return Err(format!("shapes {} and {} do not fit", shape_text(&first), shape_text(&other)));
        }
        shape[axis] += other[axis];
    }
    let n_outer = count(&shape[..axis]);
    let mut items = Vec::with_capacity(call.flow.room(&shape)?);
    let mut parts = Vec::new();
    for input in 0..call.inputs.len() {
        let array = call.wires(input)?;
        parts.push((count(&array.shape[axis..]), array.items.into_iter()));
    }
    for _ in 0..n_outer {
        parts.iter_mut().for_each(|(n, part)| items.extend(part.by_ref().take(*n)));
    }
    Call::one(Call::given(Array { shape, items }, dtype))
}

pub(super) fn split(call: &mut Call) -> Step<Vec<Value>> {
    let lengths = call.list(1, "split")?;
    let value = call.value(0)?;
    let old = value.shape().to_vec();
    let axis = call.axis(call.int("axis").unwrap_or(0), old.len())?;
    let n_parts = call.node.outputs.len();
    let lengths = match lengths {
        Some(lengths) => sizes(&lengths)?,
        // Equal parts, the last one shorter where they do not come out even.
        None => {
            let length = old[axis].div_ceil(n_parts.max(1));
            (0..n_parts).map(|part| length.min(old[axis].saturating_sub(part * length))).collect()
        }
    };
    let sum = lengths.iter().try_fold(0usize, |sum, n| sum.checked_add(*n));
    if lengths.len() != n_parts || sum != Some(old[axis]) {
        return Err(format!("its parts {lengths:?} do not fit {n_parts} outputs and {} values", old[axis]));
    }
    let mut start = 0;
    let mut parts = Vec::new();
    for length in lengths {
        let mut shape = old.clone();
        shape[axis] = length;
        let steps = strides(&old);
        let from =
            |index: &[usize]| index.iter().zip(&steps).map(|(i, step)| i * step).sum::<usize>() + start * steps[axis];
        parts.push(call.picked(value.clone(), shape, from)?);
        start += length;
    }
    Ok(parts)
}

pub(super) fn slice(call: &mut Call) -> Step<Vec<Value>> {
    let starts = call.list(1, "starts")?.ok_or("it has no starts")?;
    let ends = call.list(2, "ends")?.ok_or("it has no ends")?;
    let axes = call.list(3, "axes")?.unwrap_or_else(|| (0..starts.len() as i64).collect());
    let steps = call.list(4, "steps")?.unwrap_or_else(|| vec![1; starts.len()]);
    let value = call.value(0)?;
    let old = value.shape().to_vec();
    if [ends.len(), axes.len(), steps.len()].iter().any(|n| *n != starts.len()) {
        return Err("its starts, ends, axes and steps are not equally many".into());
    }
    let mut shape = old.clone();
    let mut firsts_and_steps: Vec<(i64, i64)> = vec![(0, 1); old.len()];
    for (((start, end), axis), step) in starts.into_iter().zip(ends).zip(axes).zip(steps) {
        let axis = call.axis(axis, old.len())?;
        let size = old[axis] as i64;
        // As Python: counted from the end where negative, then brought inside.
        let (lowest, highest) = if step > 0 { (0, size) } else { (-1, size - 1) };
        let place = |at: i64| (if at < 0 { at.saturating_add(size) } else { at }).clamp(lowest, highest);
        let (first, end) = (place(start), place(end));
        let n = match step {
            0 => return Err("a step of it is 0".into()),
            1.. => (end - first).max(0) as u64,
            _ => (first - end).max(0) as u64,
        };
        shape[axis] = n.div_ceil(step.unsigned_abs()) as usize;
        firsts_and_steps[axis] = (first, step);
    }
    let strides = strides(&old);
    let from = |index: &[usize]| {
        let along = index.iter().zip(&firsts_and_steps).zip(&strides);
        // Inside the array: the number of steps was counted so.
        along.map(|((i, (first, step)), stride)| (first + *i as i64 * step) as usize * stride).sum()
    };
    call.picked(value, shape, from).and_then(Call::one)
}

/// Numbers at constant places along an axis.
pub(super) fn gather(call: &mut Call) -> Step<Vec<Value>> {
    let at = call.shape(1)?;
    let places = call.whole_numbers(1, "indices")?;
    let value = call.value(0)?;
    let old = value.shape().to_vec();
    let axis = call.axis(call.int("axis").unwrap_or(0), old.len())?;
    let places: Vec<usize> = places
        .into_iter()
        .map(|place| call.axis(place, old[axis]).map_err(|_| format!("its index {place} is not inside {}", old[axis])))
        .collect::<Step<_>>()?;
    let shape = [&old[..axis], &at, &old[axis + 1..]].concat();
    let (steps, inner) = (strides(&old), strides(&at));
    let from = |index: &[usize]| {
        let (before, rest) = index.split_at(axis);
        let (within, after) = rest.split_at(at.len());
        let place = places[within.iter().zip(&inner).map(|(i, step)| i * step).sum::<usize>()];
        let outer: usize = before.iter().zip(&steps).map(|(i, step)| i * step).sum();
        let rest: usize = after.iter().zip(&steps[axis + 1..]).map(|(i, step)| i * step).sum();
        outer + place * steps[axis] + rest
    };
    call.picked(value, shape, from).and_then(Call::one)
}

/// Constants around an array.
pub(super) fn pad(call: &mut Call) -> Step<Vec<Value>> {
    if let Some(mode) = call.text("mode").filter(|mode| *mode != "constant") {
        return Err(format!("its mode is {}; constant is read", crate::wrong::quoted(mode)));
    }
    let pads = call.list(1, "pads")?.ok_or("it has no pads")?;
    let filling = if call.has(2) {
        call.weights(2, "value")?.items.first().cloned().unwrap_or_else(Rational::zero)
    } else {
        call.number("value", 0.0)?
    };
    let dtype = call.constant_dtype();
    let rank = call.shape(0)?.len();
    let axes = call.list(3, "axes")?.unwrap_or_else(|| (0..rank as i64).collect());
    let array = call.wires(0)?;
    if let Some(pad) = pads.iter().find(|pad| **pad < 0) {
        return Err(format!("its pads have {pad}, which cuts off; pads from 0 up are read"));
    }
    let pads = sizes(&pads)?;
    if pads.len() != 2 * axes.len() {
        return Err(format!("its {} pads do not fit {} axes", pads.len(), axes.len()));
    }
    let (mut before, mut shape) = (vec![0; rank], array.shape.clone());
    for (at, axis) in axes.iter().enumerate() {
        let axis = call.axis(*axis, rank)?;
        let (low, high) = (pads[at], pads[at + axes.len()]);
        before[axis] = low;
        let size = shape[axis].checked_add(low).and_then(|size| size.checked_add(high));
        shape[axis] = size.ok_or("its pads are too large")?;
    }
    let n = call.flow.room(&shape)?;
    let (steps, mut index) = (strides(&array.shape), vec![0; rank]);
    let (old, mut items) = (array.shape.clone(), Vec::with_capacity(n));
    // The array's own numbers come in their order, so each is moved, not copied.
    let mut own = array.items.into_iter();
    for _ in 0..n {
        let inside = (0..steps.len()).all(|axis| index[axis] >= before[axis] && index[axis] - before[axis] < old[axis]);
        let item = if inside { own.next() } else { None };
        items.push(item.unwrap_or_else(|| Scalar::constant(filling.clone())));
        crate::array::advance(&mut index, &shape);
    }
    Call::one(Call::given(Array { shape, items }, dtype))
}
