//! Operators that look at small windows of an image: convolutions and pools, written out place by
//! place.

use pellucid_core::Rational;

use crate::array::{Array, advance, count, shape_text, strides};
use crate::dataflow::{Dataflow, Scalar};
use crate::onnx::call::{Call, Step, Value};

/// Where windows lie on an image of shape (samples, channels, ...).
struct Windows {
    image: Vec<usize>,
    kernel: Vec<usize>,
    steps: Vec<usize>,
    dilations: Vec<usize>,
    /// What is added before and after the image along each of its axes.
    before: Vec<usize>,
    after: Vec<usize>,
    /// How many windows there are along each axis.
    places: Vec<usize>,
}

impl Windows {
    fn of(call: &Call, shape: &[usize], kernel: Vec<usize>) -> Step<Windows> {
        let image = shape.get(2..).unwrap_or_default().to_vec();
        let n = image.len();
        if n == 0 || kernel.len() != n {
            return Err(format!(
                "a kernel of {} dimensions does not fit values of shape {}",
                kernel.len(),
                shape_text(shape)
            ));
        }
        let list = |name: &str, otherwise: usize, length: usize| -> Step<Vec<usize>> {
            let given = call.ints(name).unwrap_or_else(|| vec![otherwise as i64; length]);
            let fits = given.len() == length && given.iter().all(|value| (0..1 << 32).contains(value));
            let list = fits.then(|| given.iter().map(|value| *value as usize).collect());
            list.ok_or_else(|| format!("its {name} {given:?} does not fit {length} dimensions"))
        };
        let (steps, dilations) = (list("strides", 1, n)?, list("dilations", 1, n)?);
        if [&steps, &dilations, &kernel].iter().any(|list| list.contains(&0)) {
            return Err("its kernel, strides or dilations have a 0".into());
        }
        let pads = list("pads", 0, 2 * n)?;
        let spans: Option<Vec<usize>> =
            kernel.iter().zip(&dilations).map(|(k, d)| (k - 1).checked_mul(*d)?.checked_add(1)).collect();
        let spans = spans.ok_or("its kernel is too large")?;
        let ceil = call.int("ceil_mode").unwrap_or(0) != 0;
        let auto = call.text("auto_pad").unwrap_or("NOTSET").to_string();
        let mut windows = Windows { image, kernel, steps, dilations, before: vec![], after: vec![], places: vec![] };
        for axis in 0..n {
            let (size, step, span) = (windows.image[axis], windows.steps[axis], spans[axis]);
            let (before, after) = match auto.as_str() {
                "NOTSET" | "" => (pads[axis], pads[axis + n]),
                "VALID" => (0, 0),
                "SAME_UPPER" | "SAME_LOWER" => {
                    let needed = ((size.div_ceil(step).max(1) - 1) * step + span).saturating_sub(size);
                    let less = needed / 2;
                    if auto == "SAME_UPPER" { (less, needed - less) } else { (needed - less, less) }
                }
                other => return Err(format!("its auto_pad is {}", crate::wrong::quoted(other))),
            };
            let room = (size + before + after).checked_sub(span);
            let room = room.ok_or_else(|| format!("its kernel spans {span} where {size} values are"))?;
            let mut places = if ceil { room.div_ceil(step) } else { room / step } + 1;
            // The last window must begin on the image or before it.
            if ceil && (places - 1) * step >= size + before {
                places -= 1;
            }
            windows.before.push(before);
            windows.after.push(after);
            windows.places.push(places);
        }
        Ok(windows)
    }

    /// Where a part of the window at a place lies: its index in the image, or that it lies outside.
    fn lies(&self, place: &[usize], part: &[usize]) -> Option<usize> {
        let mut index = 0;
        for axis in 0..self.image.len() {
            let at =
                (place[axis] * self.steps[axis] + part[axis] * self.dilations[axis]).checked_sub(self.before[axis])?;
            if at >= self.image[axis] {
                return None;
            }
            index = index * self.image[axis] + at;
        }
        Some(index)
    }

    /// Does a part of the window lie on the image or on what is added around it?
    fn is_padded(&self, place: &[usize], part: &[usize]) -> bool {
        (0..self.image.len()).all(|axis| {
            let at = place[axis] * self.steps[axis] + part[axis] * self.dilations[axis];
            at < self.before[axis] + self.image[axis] + self.after[axis]
        })
    }
}

/// Each output channel is a sum over windows of its group's input channels.
pub(super) fn conv(call: &mut Call) -> Step<Vec<Value>> {
    let x = call.wires(0)?;
    let kernels = call.weights(1, "kernel")?;
    if x.shape.len() < 3 || kernels.shape.len() != x.shape.len() {
        let (x, kernels) = (shape_text(&x.shape), shape_text(&kernels.shape));
        return Err(format!("its kernel of shape {kernels} does not fit values of shape {x}"));
    }
    let windows = Windows::of(call, &x.shape, kernels.shape[2..].to_vec())?;
    let (n_in, n_out, n_each) = (x.shape[1], kernels.shape[0], kernels.shape[1]);
    let n_groups = usize::try_from(call.int("group").unwrap_or(1)).unwrap_or(0);
    if n_groups == 0 || n_groups.checked_mul(n_each) != Some(n_in) || !n_out.is_multiple_of(n_groups) {
        return Err(format!(
            "its {n_groups} groups of {n_each} channels do not fit {n_in} channels in and {n_out} out"
        ));
    }
    let biases = if call.has(2) { call.weights(2, "bias")?.items } else { vec![Rational::zero(); n_out] };
    if biases.len() != n_out {
        return Err(format!("its bias has {} numbers for {n_out} channels", biases.len()));
    }
    let shape = [&[x.shape[0], n_out], &windows.places[..]].concat();
    let n_items = call.flow.room(&shape)?;
    let (n_image, n_kernel) = (count(&windows.image), count(&windows.kernel));
    let mut items = Vec::with_capacity(n_items);
    for sample in 0..x.shape[0] {
        for (channel, bias) in biases.iter().enumerate() {
            let first = channel / (n_out / n_groups) * n_each;
            let mut place = vec![0; windows.places.len()];
            for _ in 0..count(&windows.places) {
                call.flow.charge(n_each.saturating_mul(n_kernel))?;
                let mut terms = Vec::new();
                let mut part = vec![0; windows.kernel.len()];
                for at in 0..n_kernel {
                    if let Some(index) = windows.lies(&place, &part) {
                        for own in 0..n_each {
                            let value = ((sample * n_in) + first + own) * n_image + index;
                            terms.push((value, (channel * n_each + own) * n_kernel + at));
                        }
                    }
                    advance(&mut part, &windows.kernel);
                }
                // In the values' order forms are built without searching.
                terms.sort_unstable();
                let terms = terms.iter().map(|(value, weight)| (&x.items[*value], &kernels.items[*weight]));
                items.push(call.flow.combination(terms, bias.clone())?);
                advance(&mut place, &windows.places);
            }
        }
    }
    Call::one(Value::Wires(Array { shape, items }))
}

/// Something of each window: its values, and how many places it has with those around the image.
fn pool(call: &mut Call, of: impl Fn(&mut Dataflow, Vec<Scalar>, usize) -> Step<Scalar>) -> Step<Vec<Value>> {
    let kernel = call.ints("kernel_shape").ok_or("it has no kernel_shape")?;
    let kernel = kernel.iter().map(|size| usize::try_from(*size).ok()).collect::<Option<Vec<_>>>();
    let x = call.wires(0)?;
    let windows = Windows::of(call, &x.shape, kernel.ok_or("its kernel_shape has a negative size")?)?;
    let shape = [&x.shape[..2], &windows.places[..]].concat();
    let n_items = call.flow.room(&shape)?;
    let n_kernel = crate::array::checked_count(&windows.kernel).unwrap_or(usize::MAX);
    let mut items = Vec::with_capacity(n_items);
    for image in x.items.chunks(count(&windows.image)) {
        let mut place = vec![0; windows.places.len()];
        for _ in 0..count(&windows.places) {
            call.flow.charge(n_kernel)?;
            let (mut values, mut n_padded) = (Vec::new(), 0);
            let mut part = vec![0; windows.kernel.len()];
            for _ in 0..n_kernel {
                if let Some(index) = windows.lies(&place, &part) {
                    call.flow.charge(image[index].form.terms.len())?;
                    values.push(image[index].clone());
                }
                n_padded += usize::from(windows.is_padded(&place, &part));
                advance(&mut part, &windows.kernel);
            }
            items.push(of(call.flow, values, n_padded)?);
            advance(&mut place, &windows.places);
        }
    }
    Call::one(Value::Wires(Array { shape, items }))
}

pub(super) fn max_pool(call: &mut Call) -> Step<Vec<Value>> {
    pool(call, |flow, values, _| largest(flow, values))
}

pub(super) fn average_pool(call: &mut Call) -> Step<Vec<Value>> {
    let with_padding = call.int("count_include_pad").unwrap_or(0) != 0;
    pool(call, move |flow, values, n_padded| {
        let n = if with_padding { n_padded } else { values.len() };
        let share = Rational::from(n).recip().ok_or("a window of it lies outside the image")?;
        flow.combination(values.iter().map(|value| (value, &share)), Rational::zero())
    })
}

/// The largest of several values, by pairs, so that it takes few layers.
pub(super) fn largest(flow: &mut Dataflow, mut values: Vec<Scalar>) -> Step<Scalar> {
    while values.len() > 1 {
        let mut pairs = values.into_iter();
        let mut winners = Vec::new();
        while let Some(a) = pairs.next() {
            winners.push(match pairs.next() {
                Some(b) => flow.max(a, b)?,
                None => a,
            });
        }
        values = winners;
    }
    values.pop().ok_or_else(|| "a window of it lies outside the image".into())
}

/// Sums, means and extremes along axes.
fn reduce(
    call: &mut Call,
    over: Option<Vec<i64>>,
    keeps: bool,
    of: impl Fn(&mut Dataflow, Vec<Scalar>) -> Step<Scalar>,
) -> Step<Vec<Value>> {
    let dtype = call.constant_dtype();
    let x = call.wires(0)?;
    let rank = x.shape.len();
    let over: Vec<usize> = match over {
        None => (0..rank).collect(),
        Some(axes) => axes.into_iter().map(|axis| call.axis(axis, rank)).collect::<Step<_>>()?,
    };
    let kept: Vec<usize> = (0..rank).map(|axis| if over.contains(&axis) { 1 } else { x.shape[axis] }).collect();
    let steps: Vec<usize> = strides(&kept)
        .into_iter()
        .enumerate()
        .map(|(axis, step)| if over.contains(&axis) { 0 } else { step })
        .collect();
    let mut groups: Vec<Vec<Scalar>> = vec![Vec::new(); count(&kept)];
    let mut index = vec![0; rank];
    for item in x.items {
        groups[index.iter().zip(&steps).map(|(i, step)| i * step).sum::<usize>()].push(item);
        advance(&mut index, &x.shape);
    }
    let items = groups.into_iter().map(|group| of(call.flow, group)).collect::<Step<_>>()?;
    let shape =
        if keeps { kept } else { (0..rank).filter(|axis| !over.contains(axis)).map(|axis| kept[axis]).collect() };
    Call::one(Call::given(Array { shape, items }, dtype))
}

/// As the attributes and inputs of the Reduce operators say.
fn reduce_as_said(call: &mut Call, of: impl Fn(&mut Dataflow, Vec<Scalar>) -> Step<Scalar>) -> Step<Vec<Value>> {
    let axes = call.list(1, "axes")?.filter(|axes| !axes.is_empty());
    if axes.is_none() && call.int("noop_with_empty_axes").unwrap_or(0) != 0 {
        return call.value(0).and_then(Call::one);
    }
    let keeps = call.int("keepdims").unwrap_or(1) != 0;
    reduce(call, axes, keeps, of)
}

fn sum(flow: &mut Dataflow, values: Vec<Scalar>) -> Step<Scalar> {
    let one = Rational::one();
    flow.combination(values.iter().map(|value| (value, &one)), Rational::zero())
}

fn mean(flow: &mut Dataflow, values: Vec<Scalar>) -> Step<Scalar> {
    let share = Rational::from(values.len()).recip().ok_or("it is the mean of nothing")?;
    flow.combination(values.iter().map(|value| (value, &share)), Rational::zero())
}

fn smallest(flow: &mut Dataflow, values: Vec<Scalar>) -> Step<Scalar> {
    let minus = Rational::from(-1);
    let negated = values.iter().map(|value| flow.scaled(value, &minus)).collect::<Step<_>>()?;
    let largest = largest(flow, negated)?;
    flow.scaled(&largest, &minus)
}

pub(super) fn reduce_sum(call: &mut Call) -> Step<Vec<Value>> {
    reduce_as_said(call, sum)
}

pub(super) fn reduce_mean(call: &mut Call) -> Step<Vec<Value>> {
    reduce_as_said(call, mean)
}

pub(super) fn reduce_max(call: &mut Call) -> Step<Vec<Value>> {
    reduce_as_said(call, largest)
}

pub(super) fn reduce_min(call: &mut Call) -> Step<Vec<Value>> {
    reduce_as_said(call, smallest)
}

/// `sum |x|`.
pub(super) fn reduce_l1(call: &mut Call) -> Step<Vec<Value>> {
    reduce_as_said(call, |flow, values| {
        let values = values.into_iter().map(|value| flow.abs(value)).collect::<Step<_>>()?;
        sum(flow, values)
    })
}

/// The axes after samples and channels.
fn of_image(call: &Call) -> Step<Option<Vec<i64>>> {
    let rank = call.shape(0)?.len();
    if rank < 3 {
        Err("it needs values of shape (samples, channels, ...)".into())
    } else {
        Ok(Some((2..rank as i64).collect()))
    }
}

pub(super) fn global_average_pool(call: &mut Call) -> Step<Vec<Value>> {
    let axes = of_image(call)?;
    reduce(call, axes, true, mean)
}

pub(super) fn global_max_pool(call: &mut Call) -> Step<Vec<Value>> {
    let axes = of_image(call)?;
    reduce(call, axes, true, largest)
}
