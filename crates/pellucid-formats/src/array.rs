//! Arrays of anything, row-major, as ONNX and PyTorch move them about: shapes, axes, broadcasting.

/// Items in the order of their indices, the last index fastest.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Array<T> {
    pub shape: Vec<usize>,
    pub items: Vec<T>,
}

impl<T: Clone> Array<T> {
    /// The same items in another shape of as many.
    pub fn reshaped(self, shape: Vec<usize>) -> Array<T> {
        debug_assert_eq!(count(&shape), self.items.len());
        Array { shape, items: self.items }
    }

    /// The array whose item at each index of `shape` is the one at the index that `from` gives.
    pub fn picked(&self, shape: Vec<usize>, mut from: impl FnMut(&[usize]) -> usize) -> Array<T> {
        let mut items = Vec::with_capacity(count(&shape));
        let mut index = vec![0; shape.len()];
        for _ in 0..count(&shape) {
            items.push(self.items[from(&index)].clone());
            advance(&mut index, &shape);
        }
        Array { shape, items }
    }

    /// Axis `i` of the result is axis `order[i]` of this.
    pub fn transposed(&self, order: &[usize]) -> Array<T> {
        let strides = strides(&self.shape);
        let shape = order.iter().map(|axis| self.shape[*axis]).collect();
        self.picked(shape, |index| index.iter().zip(order).map(|(i, axis)| i * strides[*axis]).sum())
    }

    /// The array repeated along axes of size 1 and missing first axes, to a shape that it fits.
    pub fn broadcast(&self, shape: &[usize]) -> Array<T> {
        if self.shape == shape {
            return self.clone();
        }
        let steps = broadcast_strides(&self.shape, shape);
        self.picked(shape.to_vec(), |index| index.iter().zip(&steps).map(|(i, step)| i * step).sum())
    }
}

/// The number of items; sizes have been checked to multiply without overflow.
pub(crate) fn count(shape: &[usize]) -> usize {
    shape.iter().product()
}

/// The number of items, where that can be counted.
pub(crate) fn checked_count(shape: &[usize]) -> Option<usize> {
    shape.iter().try_fold(1usize, |product, size| product.checked_mul(*size))
}

/// How far apart neighbours along each axis lie.
pub(crate) fn strides(shape: &[usize]) -> Vec<usize> {
    let mut strides = vec![1; shape.len()];
    for axis in (1..shape.len()).rev() {
        strides[axis - 1] = strides[axis] * shape[axis];
    }
    strides
}

/// The strides of an array seen in a shape that it is broadcast to: 0 along repeated axes.
fn broadcast_strides(of: &[usize], to: &[usize]) -> Vec<usize> {
    let missing = to.len() - of.len();
    let own = strides(of);
    (0..to.len()).map(|axis| if axis < missing || of[axis - missing] == 1 { 0 } else { own[axis - missing] }).collect()
}

/// The shape that both are broadcast to, as NumPy does it; `None` when they do not fit.
pub(crate) fn broadcast_shape(a: &[usize], b: &[usize]) -> Option<Vec<usize>> {
    let rank = a.len().max(b.len());
    let size = |shape: &[usize], axis: usize| (axis + shape.len()).checked_sub(rank).map_or(1, |own| shape[own]);
    (0..rank)
        .map(|axis| match (size(a, axis), size(b, axis)) {
            (x, y) if x == y => Some(x),
            (1, size) | (size, 1) => Some(size),
            _ => None,
        })
        .collect()
}

/// The next index in row-major order; after the last comes the first again.
pub(crate) fn advance(index: &mut [usize], shape: &[usize]) {
    for (i, size) in index.iter_mut().zip(shape).rev() {
        *i += 1;
        if *i < *size {
            return;
        }
        *i = 0;
    }
}

/// `(3, 2)`, as messages write it.
pub(crate) fn shape_text(shape: &[usize]) -> String {
    let sizes: Vec<String> = shape.iter().map(usize::to_string).collect();
    format!("({})", sizes.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_change_places_and_repeat() {
        let array = Array { shape: vec![2, 3], items: vec![1, 2, 3, 4, 5, 6] };
        assert_eq!(array.transposed(&[1, 0]), Array { shape: vec![3, 2], items: vec![1, 4, 2, 5, 3, 6] });
        let row = Array { shape: vec![2, 1], items: vec![7, 8] };
        assert_eq!(row.broadcast(&[2, 2, 3]).items, [7, 7, 7, 8, 8, 8, 7, 7, 7, 8, 8, 8]);
        assert_eq!(broadcast_shape(&[2, 1], &[3]), Some(vec![2, 3]));
        assert_eq!(broadcast_shape(&[2, 2], &[3]), None);
        assert_eq!(broadcast_shape(&[], &[4, 1]), Some(vec![4, 1]));
    }
}
