//! What an operator of an ONNX graph is given, and what it gives.

use std::rc::Rc;

use pellucid_core::{Form, Rational};

use crate::array::{Array, broadcast_shape, checked_count, count, shape_text};
use crate::dataflow::{Dataflow, Scalar};
use crate::onnx::messages::{Attribute, Node};
use crate::tensor::{Dtype, Tensor};
use crate::wrong::quoted;

/// An array in the graph.
#[derive(Clone)]
pub(crate) enum Value {
    /// As it is in the file.
    Stored(Rc<Tensor>),
    /// Calculated from what is in the file alone.
    Constant(Array<Rational>, Dtype),
    /// What depends on the inputs; single numbers in it may be constants.
    Wires(Array<Scalar>),
}

impl Value {
    pub fn shape(&self) -> &[usize] {
        match self {
            Value::Stored(tensor) => &tensor.shape,
            Value::Constant(array, _) => &array.shape,
            Value::Wires(array) => &array.shape,
        }
    }

    pub fn is_constant(&self) -> bool {
        !matches!(self, Value::Wires(_))
    }

    /// How its numbers are stored, when it is a constant.
    pub fn dtype(&self) -> Option<Dtype> {
        match self {
            Value::Stored(tensor) => Some(tensor.dtype),
            Value::Constant(_, dtype) => Some(*dtype),
            Value::Wires(_) => None,
        }
    }

    /// What a copy of it takes, in terms.
    pub fn n_terms(&self) -> usize {
        match self {
            Value::Stored(_) => 1,
            Value::Constant(array, _) => array.items.len(),
            Value::Wires(array) => array.items.iter().map(|item| item.form.terms.len().max(1)).sum(),
        }
    }
}

pub(crate) type Step<T> = Result<T, String>;

/// One operator at work.
pub(crate) struct Call<'c> {
    pub node: &'c Node<'c>,
    /// `None` where an optional input is left out; taken out as they are used.
    pub inputs: Vec<Option<Value>>,
    pub flow: &'c mut Dataflow,
}

impl Call<'_> {
    fn attribute(&self, name: &str) -> Option<&Attribute<'_>> {
        self.node.attributes.iter().find(|attribute| attribute.name == name)
    }

    pub fn int(&self, name: &str) -> Option<i64> {
        self.attribute(name)?.int
    }

    /// An attribute that is a finite number.
    pub fn number(&self, name: &str, otherwise: f32) -> Step<Rational> {
        let float = self.float(name).unwrap_or(otherwise);
        Rational::from_f32(float).ok_or_else(|| format!("its {name} is {float}"))
    }

    pub fn float(&self, name: &str) -> Option<f32> {
        self.attribute(name)?.float
    }

    pub fn floats(&self, name: &str) -> Option<&[f32]> {
        self.attribute(name).map(|attribute| &attribute.floats[..])
    }

    pub fn text(&self, name: &str) -> Option<&str> {
        std::str::from_utf8(self.attribute(name)?.text?).ok()
    }

    pub fn ints(&self, name: &str) -> Option<Vec<i64>> {
        let attribute = self.attribute(name)?;
        // A list of one number looks the same as that number to some writers.
        Some(if attribute.ints.is_empty() { attribute.int.into_iter().collect() } else { attribute.ints.clone() })
    }

    pub fn tensor(&self, name: &str) -> Option<&[u8]> {
        self.attribute(name)?.tensor
    }

    pub fn has(&self, input: usize) -> bool {
        self.inputs.get(input).is_some_and(Option::is_some)
    }

    /// An input as it is.
    pub fn value(&mut self, input: usize) -> Step<Value> {
        let value = self.inputs.get_mut(input).and_then(Option::take);
        value.ok_or_else(|| format!("its input {} is missing", input + 1))
    }

    /// An input's shape.
    pub fn shape(&self, input: usize) -> Step<Vec<usize>> {
        let value = self.inputs.get(input).and_then(Option::as_ref);
        Ok(value.ok_or_else(|| format!("its input {} is missing", input + 1))?.shape().to_vec())
    }

    /// An input as numbers of a dataflow, whether it depends on the inputs or not.
    pub fn wires(&mut self, input: usize) -> Step<Array<Scalar>> {
        let value = self.value(input)?;
        self.wires_of(value)
    }

    pub fn wires_of(&mut self, value: Value) -> Step<Array<Scalar>> {
        match value {
            Value::Wires(array) => Ok(array),
            constant => {
                self.flow.room(constant.shape())?;
                let array = self.weights_of(constant, "input")?;
                let items = array.items.into_iter().map(Scalar::constant).collect();
                Ok(Array { shape: array.shape, items })
            }
        }
    }

    /// An input that must be a constant; `what` names it in messages.
    pub fn weights(&mut self, input: usize, what: &str) -> Step<Array<Rational>> {
        let value = self.value(input)?;
        self.weights_of(value, what)
    }

    pub fn weights_of(&mut self, value: Value, what: &str) -> Step<Array<Rational>> {
        match value {
            Value::Wires(_) => Err(format!("its {what} depends on the input of the network; only constants are read")),
            Value::Constant(array, dtype) => {
                self.flow.dtypes.push(dtype);
                Ok(array)
            }
            Value::Stored(tensor) => {
                self.flow.charge(count(&tensor.shape))?;
                self.flow.dtypes.push(tensor.dtype);
                let items = tensor.values(&mut self.flow.not_finite);
                Ok(Array { shape: tensor.shape.clone(), items })
            }
        }
    }

    /// The whole numbers of a short constant, such as a shape.
    pub fn whole_numbers(&mut self, input: usize, what: &str) -> Step<Vec<i64>> {
        const MAX_LENGTH: usize = 1 << 16;
        let array = self.weights(input, what)?;
        if array.items.len() > MAX_LENGTH {
            return Err(format!("its {what} has more than {MAX_LENGTH} numbers"));
        }
        let whole = |value: &Rational| value.is_integer().then(|| value.to_i128()?.try_into().ok()).flatten();
        let numbers: Option<Vec<i64>> = array.items.iter().map(whole).collect();
        numbers.ok_or_else(|| format!("its {what} is not a list of whole numbers"))
    }

    /// Whole numbers that newer files give as an input and older ones as an attribute.
    pub fn list(&mut self, input: usize, name: &str) -> Step<Option<Vec<i64>>> {
        if self.has(input) { self.whole_numbers(input, name).map(Some) } else { Ok(self.ints(name)) }
    }

    /// The axis that a number, perhaps counted from the end, means.
    pub fn axis(&self, axis: i64, rank: usize) -> Step<usize> {
        let from_the_end = if axis < 0 { rank as i64 } else { 0 };
        let found = axis.checked_add(from_the_end).and_then(|axis| usize::try_from(axis).ok());
        found.filter(|axis| *axis < rank).ok_or_else(|| format!("its axis {axis} is none of {rank}"))
    }

    /// Arrays repeated to one shape that all of them fit.
    pub fn broadcast(&mut self, mut arrays: Vec<Array<Scalar>>) -> Step<Vec<Array<Scalar>>> {
        let mut shape = arrays.first().map(|array| array.shape.clone()).unwrap_or_default();
        for array in arrays.iter().skip(1) {
            shape = broadcast_shape(&shape, &array.shape)
                .ok_or_else(|| format!("shapes {} and {} do not fit", shape_text(&shape), shape_text(&array.shape)))?;
        }
        for array in arrays.iter_mut().filter(|array| array.shape != shape) {
            self.room_for(array, &shape)?;
            *array = array.broadcast(&shape);
        }
        Ok(arrays)
    }

    /// Is there room for an array of this shape with numbers of that one?
    fn room_for(&mut self, array: &Array<Scalar>, shape: &[usize]) -> Step<()> {
        let most = array.items.iter().map(|item| item.form.terms.len()).max().unwrap_or(0);
        let n = self.flow.room(shape)?;
        self.flow.charge(n.saturating_mul(most))
    }

    /// The input moved about: at each index of the new shape stands what was at the place that `from` gives.
    pub fn picked(&mut self, value: Value, shape: Vec<usize>, from: impl FnMut(&[usize]) -> usize) -> Step<Value> {
        match value {
            Value::Wires(array) => {
                self.room_for(&array, &shape)?;
                Ok(Value::Wires(array.picked(shape, from)))
            }
            constant => {
                let dtype = constant.dtype().unwrap_or(Dtype::F32);
                self.flow.room(&shape)?;
                Ok(Value::Constant(self.weights_of(constant, "input")?.picked(shape, from), dtype))
            }
        }
    }

    /// The same numbers in another shape.
    pub fn reshaped(&mut self, value: Value, shape: Vec<usize>) -> Step<Value> {
        self.flow.room(&shape)?;
        if checked_count(&shape) != Some(count(value.shape())) {
            let (old, new) = (shape_text(value.shape()), shape_text(&shape));
            return Err(format!("values of shape {old} do not fit the shape {new}"));
        }
        Ok(match value {
            Value::Wires(array) => Value::Wires(array.reshaped(shape)),
            constant => {
                let dtype = constant.dtype().unwrap_or(Dtype::F32);
                Value::Constant(self.weights_of(constant, "input")?.reshaped(shape), dtype)
            }
        })
    }

    /// Numbers as an operator gives them: constants, when all of them are.
    pub fn given(array: Array<Scalar>, dtype: Option<Dtype>) -> Value {
        match dtype {
            Some(dtype) if array.items.iter().all(|item| item.as_constant().is_some()) => {
                let items = array.items.into_iter().map(|Scalar { form: Form { constant, .. }, .. }| constant);
                Value::Constant(Array { shape: array.shape, items: items.collect() }, dtype)
            }
            _ => Value::Wires(array),
        }
    }

    /// The inputs' common dtype when all of them are constants.
    pub fn constant_dtype(&self) -> Option<Dtype> {
        let given = || self.inputs.iter().flatten();
        given().all(Value::is_constant).then(|| given().find_map(Value::dtype)).flatten()
    }

    /// The one output of most operators.
    pub fn one(value: Value) -> Step<Vec<Value>> {
        Ok(vec![value])
    }

    pub fn output_name(&self) -> String {
        quoted(self.node.outputs.first().copied().unwrap_or_default())
    }
}
