//! The values of a function of bits, one by one.

/// A value, or none asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Value {
    Zero,
    One,
    /// The domain has no such point.
    Free,
}

impl Value {
    fn negated(self) -> Value {
        match self {
            Value::Zero => Value::One,
            Value::One => Value::Zero,
            Value::Free => Value::Free,
        }
    }

    /// The value that serves both; `None` where they differ.
    fn merged(self, other: Value) -> Option<Value> {
        match (self, other) {
            (Value::Free, value) | (value, Value::Free) => Some(value),
            (a, b) => (a == b).then_some(a),
        }
    }
}

/// A function of named inputs: its value where input `i` is bit `i` of the index.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Truth {
    pub inputs: Vec<usize>,
    pub values: Vec<Value>,
}

impl Truth {
    /// The function where one input (by its place) has a value, without that input.
    pub fn cofactor(&self, at: usize, value: bool) -> Truth {
        let mut inputs = self.inputs.clone();
        inputs.remove(at);
        let low = (1 << at) - 1;
        let whole = |index: usize| (index & low) | ((index & !low) << 1) | (usize::from(value) << at);
        Truth { values: (0..self.values.len() / 2).map(|index| self.values[whole(index)]).collect(), inputs }
    }

    /// The function that serves for both; `None` where they differ.
    pub fn merged(&self, other: &Truth) -> Option<Truth> {
        let values = self.values.iter().zip(&other.values).map(|(a, b)| a.merged(*b)).collect::<Option<_>>()?;
        Some(Truth { inputs: self.inputs.clone(), values })
    }

    /// 1 where it is 0.
    pub fn negated(&self) -> Truth {
        Truth { inputs: self.inputs.clone(), values: self.values.iter().map(|value| value.negated()).collect() }
    }

    /// The value when it has only one.
    pub fn constant(&self) -> Option<bool> {
        let has = |value: Value| self.values.contains(&value);
        match (has(Value::Zero), has(Value::One)) {
            (true, true) => None,
            (_, one) => Some(one),
        }
    }

    /// Are there values that are not asked for?
    pub fn has_free(&self) -> bool {
        self.values.contains(&Value::Free)
    }

    /// Leaves out one input after another on which it need not depend.
    pub fn without_irrelevant(mut self) -> Truth {
        let mut at = self.inputs.len();
        while at > 0 {
            at -= 1;
            if let Some(merged) = self.cofactor(at, false).merged(&self.cofactor(at, true)) {
                self = merged;
            }
        }
        self
    }

    /// The places and values that are asked for.
    pub fn asked(&self) -> impl Iterator<Item = (usize, bool)> + '_ {
        self.values.iter().enumerate().filter(|(_, value)| **value != Value::Free).map(|(i, v)| (i, *v == Value::One))
    }

    /// Splits off some inputs (a set of places) that matter only through one bit: that bit as a function
    /// of them, and the function of the bit, called `name`, and of the other inputs. For functions all
    /// of whose values are asked for.
    pub fn split(&self, together: u32, name: usize) -> Option<(Truth, Truth)> {
        let n = self.inputs.len();
        let (inside, outside): (Vec<usize>, Vec<usize>) = (0..n).partition(|at| together >> at & 1 == 1);
        let spread = |index: usize, places: &[usize]| -> usize {
            places.iter().enumerate().map(|(k, at)| (index >> k & 1) << at).sum()
        };
        let column = |index: usize| -> Vec<Value> {
            let fixed = spread(index, &inside);
            (0..1 << outside.len()).map(|rest| self.values[fixed | spread(rest, &outside)]).collect()
        };
        let first = column(0);
        let mut other: Option<Vec<Value>> = None;
        let mut bits = Vec::with_capacity(1 << inside.len());
        for index in 0..1 << inside.len() {
            let this = column(index);
            bits.push(match &other {
                _ if this == first => Value::Zero,
                Some(other) if this == *other => Value::One,
                Some(_) => return None,
                None => {
                    other = Some(this);
                    Value::One
                }
            });
        }
        let named = |places: &[usize]| places.iter().map(|at| self.inputs[*at]).collect::<Vec<usize>>();
        let inner = Truth { inputs: named(&inside), values: bits };
        let mut inputs = named(&outside);
        inputs.push(name);
        Some((inner, Truth { inputs, values: first.into_iter().chain(other?).collect() }))
    }
}
