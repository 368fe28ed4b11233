//! Does an exact counterexample also hold when the network is executed in float32?

use pellucid_core::{Constraint, Layer, Network, Rational};

/// What becomes of a counterexample in float32: the weights and the input are rounded to float32,
/// and each sum is computed in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum InFloat32 {
    /// It does not hold when each sum is taken in order.
    No,
    /// It holds when each sum is taken in order, beginning with the bias; a program that takes
    /// another order may come to another result.
    InOrder,
    /// It holds whatever the order of each sum, with fused operations or without: the constraints
    /// are satisfied by more than all rounding errors together (shown in rationals).
    AnyOrder,
}

/// Checks a case of constraints at an input in float32.
///
/// ```
/// use pellucid::{Constraint, InFloat32, Layer, Network, Rational, in_float32};
/// let layer = Layer { weights: vec![vec![Rational::ratio(1, 3)]], biases: vec![Rational::zero()] };
/// let third = Network::new(None, vec![layer])?;
/// // y >= 1 holds at 3 exactly, and in float32 by luck alone: 1/3 is rounded.
/// let at_least = |bound: Rational| {
///     vec![Constraint { inputs: [].into(), outputs: [(0, Rational::one())].into(), constant: -bound, strict: false }]
/// };
/// assert_eq!(in_float32(&third, &at_least(Rational::one()), &[3.into()]), InFloat32::InOrder);
/// assert_eq!(in_float32(&third, &at_least(Rational::ratio(9, 10)), &[3.into()]), InFloat32::AnyOrder);
/// # Ok::<(), pellucid::Error>(())
/// ```
///
/// # Panics
/// When the input has the wrong length, or a constraint is about one that is not there.
pub fn in_float32(network: &Network<Rational>, case: &[Constraint], input: &[Rational]) -> InFloat32 {
    let rounded = network.to_numbers::<f32>();
    let input: Vec<f32> = input.iter().map(Rational::to_f32).collect();
    let exact = |values: &[f32]| values.iter().map(|value| Rational::from_f32(*value)).collect::<Option<Vec<_>>>();
    let (Some(at), Some(outputs)) = (exact(&input), exact(&rounded.evaluate(&input))) else { return InFloat32::No };
    if !case.iter().all(|constraint| constraint.holds(&at, &outputs)) {
        return InFloat32::No;
    }
    match rounded.to_exact().ok().and_then(|rounded| with_errors(rounded.layers(), &at)) {
        Some((outputs, errors)) if case.iter().all(|constraint| outlasts(constraint, &at, &outputs, &errors)) => {
            InFloat32::AnyOrder
        }
        _ => InFloat32::InOrder,
    }
}

/// Does the constraint hold for all outputs that are no further off than their errors?
fn outlasts(constraint: &Constraint, input: &[Rational], outputs: &[Rational], errors: &[Rational]) -> bool {
    let worst: Rational = constraint.outputs.iter().map(|(i, factor)| factor.abs() * &errors[*i]).sum();
    let least = constraint.value(input, outputs) - worst;
    least.is_positive() || (least.is_zero() && !constraint.strict)
}

/// The exact outputs of the float32 weights, and how far any float32 execution may be off. `None`
/// when a sum might overflow.
///
/// A sum of k rounded products is off by at most `k u / (1 - k u)` times the sum of their absolute
/// values, in any order, with u = 2^-24 (Higham, *Accuracy and Stability of Numerical Algorithms*,
/// section 3.1); it is at most `2 k u` where k u <= 1/2. A product that underflows is off by 2^-149
/// at most.
fn with_errors(layers: &[Layer<Rational>], input: &[Rational]) -> Option<(Vec<Rational>, Vec<Rational>)> {
    let unit = Rational::ratio(1, 1 << 24);
    let tiny = Rational::from_f32(f32::from_bits(1))?;
    let largest = Rational::from_f32(f32::MAX)? / Rational::from(2);
    let (mut values, mut errors) = (input.to_vec(), vec![Rational::zero(); input.len()]);
    for (index, layer) in layers.iter().enumerate() {
        let n_terms = Rational::from(values.len() + 1);
        let relative = &n_terms * &unit * Rational::from(2);
        if relative > Rational::one() {
            return None;
        }
        let hidden = index + 1 < layers.len();
        let mut next = (Vec::new(), Vec::new());
        for (row, bias) in layer.weights.iter().zip(&layer.biases) {
            let (mut sum, mut carried, mut size) = (bias.clone(), Rational::zero(), bias.abs());
            for ((weight, value), error) in row.iter().zip(&values).zip(&errors).filter(|((w, _), _)| !w.is_zero()) {
                sum += &(weight * value);
                carried += &(weight.abs() * error);
                size += &(weight.abs() * (value.abs() + error));
            }
            let error = carried + &relative * &size + &n_terms * &tiny;
            if &size + &error > largest {
                return None;
            }
            next.0.push(if hidden { sum.max(Rational::zero()) } else { sum });
            next.1.push(error);
        }
        (values, errors) = next;
    }
    Some((values, errors))
}
