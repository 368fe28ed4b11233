//! The hyperplanes along which a function may have kinks, as far as they are whole hyperplanes of its inputs.

use pellucid_core::{Affine, Function, Wire};

/// `(normal, offset)` of the hyperplanes `normal . x = offset` where a ReLU of the function's inputs alone turns on.
///
/// ```text
/// max(x1, x2) -> x1 - x2 = 0
/// ```
pub(crate) fn kinks(function: &Function) -> Vec<(Vec<f32>, f32)> {
    let graph = function.to_relu_graph();
    let of_inputs = graph.relus.iter().filter(|form| form.terms.iter().all(|(wire, _)| matches!(wire, Wire::Input(_))));
    let planes = of_inputs.map(|form| form.to_affine(graph.n_inputs, &[]));
    planes.filter(|map| map.coefficients.iter().any(|c| !c.is_zero())).map(|map| to_floats(&map)).collect()
}

fn to_floats(map: &Affine) -> (Vec<f32>, f32) {
    (map.coefficients.iter().map(|c| c.to_f32()).collect(), -map.constant.to_f32())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinks_are_found() {
        let planes = |text| kinks(&Function::parse(text).unwrap());
        assert_eq!(planes("2*x1 - x2"), []);
        assert_eq!(planes("relu(x1 - 1/2)"), [(vec![1.0], 0.5)]);
        // The outer ReLU's argument is bent itself.
        assert_eq!(planes("max(x1, x2, 0)").len(), 1);
    }
}
