//! A canonical form with a plan for its hinges and its rest, built as one hidden layer.

use pellucid_core::linear::solve_all;
use pellucid_core::{Affine, Biases, Domain, Error, Layer, Network, Rational};
use pellucid_prove::{OneLayerForm, Plan};

/// One hidden neuron: its row, and its weight to every output.
struct Neuron {
    row: Affine,
    out: Vec<Rational>,
}

/// The network that a plan describes. Rows are primitive integers; a neuron that carries a value
/// on a box gets the smallest bias that keeps it on.
///
/// # Errors
/// When the plan does not fit the form.
pub fn plan_to_network(
    form: &OneLayerForm,
    plan: &Plan,
    domain: &Domain,
    biases: Biases,
    inputs: Option<Vec<String>>,
) -> Result<Network<Rational>, Error> {
    let has_constant_column = biases.hidden && !biases.output;
    let to_affine = |row: &[Rational]| match row.split_last() {
        Some((constant, rest)) if has_constant_column => {
            Affine { coefficients: rest.to_vec(), constant: constant.clone() }
        }
        _ => Affine { coefficients: row.to_vec(), constant: Rational::zero() },
    };
    let to_row = |map: &Affine| {
        let mut row = map.coefficients.clone();
        row.extend(has_constant_column.then(|| map.constant.clone()));
        row
    };
    let planes: Vec<Affine> = form.hinges.iter().map(|hinge| hinge.hyperplane.to_affine()).collect();
    // rest_i = sum_j factors_ij * basis_j
    let basis: Vec<Vec<Rational>> = plan
        .doubled
        .iter()
        .map(|k| to_row(&planes[*k]))
        .chain(plan.always_on.iter().cloned())
        .chain(plan.pairs.iter().cloned())
        .collect();
    let rest: Vec<&[Rational]> = plan.rest.iter().map(Vec::as_slice).collect();
    let factors: Vec<Vec<Rational>> = solve_all(&basis, &rest)
        .into_iter()
        .map(|factors| factors.ok_or_else(|| Error::input("the plan does not cover the rest")))
        .collect::<Result<_, _>>()?;
    let column = |j: usize| -> Vec<Rational> { factors.iter().map(|row| row[j].clone()).collect() };
    let negated = |values: &[Rational]| values.iter().map(|v| -v).collect::<Vec<_>>();
    let minus = |map: &Affine| map.scaled(&Rational::from(-1));

    let mut neurons: Vec<Neuron> = Vec::new();
    // In the order of the inputs they look at: x1 > x2 before x3 > x4.
    let mut order: Vec<usize> = (0..planes.len()).collect();
    order.sort_by_key(|k| planes[*k].coefficients.iter().position(|c| !c.is_zero()));
    for k in order {
        let (plane, hinge) = (&planes[k], &form.hinges[k]);
        let row = if plan.turned[k] { minus(plane) } else { plane.clone() };
        match plan.doubled.iter().position(|doubled| *doubled == k) {
            None => neurons.push(Neuron { row, out: hinge.jump.clone() }),
            Some(j) => {
                // v z = v relu(z) - v relu(-z); with the hinge turned the jump sits on relu(-z).
                let v = column(j);
                let add = |a: &[Rational], b: &[Rational]| a.iter().zip(b).map(|(a, b)| a + b).collect::<Vec<_>>();
                let (above, below) = if plan.turned[k] {
                    (v.clone(), add(&hinge.jump, &negated(&v)))
                } else {
                    (add(&hinge.jump, &v), negated(&v))
                };
                neurons.push(Neuron { row: plane.clone(), out: above });
                neurons.push(Neuron { row: minus(plane), out: below });
            }
        }
    }
    for (j, row) in plan.always_on.iter().enumerate() {
        let (row, out) = on_in(to_affine(row), column(plan.doubled.len() + j), domain, biases);
        neurons.push(Neuron { row, out });
    }
    for (j, row) in plan.pairs.iter().enumerate() {
        let (row, out) = (to_affine(row), column(plan.doubled.len() + plan.always_on.len() + j));
        neurons.push(Neuron { row: minus(&row), out: negated(&out) });
        let last = neurons.len() - 1;
        neurons.insert(last, Neuron { row, out });
    }
    finish(form, neurons, domain, inputs)
}

/// A row that is on in the whole domain: turned around or raised by a bias as needed.
fn on_in(row: Affine, out: Vec<Rational>, domain: &Domain, biases: Biases) -> (Affine, Vec<Rational>) {
    let (low, high) = domain.range(&row);
    if low.as_ref().is_some_and(|v| !v.is_negative()) {
        return (row, out);
    }
    if high.is_some_and(|v| !v.is_positive()) {
        return (row.scaled(&Rational::from(-1)), out.iter().map(|v| -v).collect());
    }
    match low {
        Some(low) if biases.hidden => (Affine { constant: &row.constant - &low, ..row }, out),
        _ => (row, out),
    }
}

/// The network of these neurons; its output biases are what is missing at one point.
fn finish(
    form: &OneLayerForm,
    neurons: Vec<Neuron>,
    domain: &Domain,
    inputs: Option<Vec<String>>,
) -> Result<Network<Rational>, Error> {
    let point = domain.middle(form.n_inputs).unwrap_or_else(|| vec![Rational::zero(); form.n_inputs]);
    let mut constants = form.evaluate(&point);
    for neuron in &neurons {
        let value = neuron.row.at(&point);
        if value.is_positive() {
            for (constant, weight) in constants.iter_mut().zip(&neuron.out) {
                *constant -= &(weight * &value);
            }
        }
    }
    let n_outputs = form.n_outputs();
    if neurons.is_empty() {
        let weights = vec![vec![Rational::zero(); form.n_inputs]; n_outputs];
        return Network::new(inputs, vec![Layer { weights, biases: constants }]);
    }
    let output = Layer {
        weights: (0..n_outputs).map(|i| neurons.iter().map(|neuron| neuron.out[i].clone()).collect()).collect(),
        biases: constants,
    };
    let (weights, biases) = neurons.into_iter().map(|n| (n.row.coefficients, n.row.constant)).unzip();
    Network::new(inputs, vec![Layer { weights, biases }, output])
}
