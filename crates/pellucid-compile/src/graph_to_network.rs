//! Any ReLU graph built as a stack of layers, each as small as one layer can be made.
//!
//! Layer l holds the ReLUs of depth l. What later layers and the outputs need of it and of earlier
//! values is a one-layer function of the layer before, so each layer is planned as a whole: values
//! that only pass through share neurons, ride on hinges, or need one neuron where they cannot be
//! negative.

use std::collections::BTreeMap;

use pellucid_core::linear::rank;
use pellucid_core::{Affine, Biases, Domain, Error, Hyperplane, Layer, Network, Rational, ReluGraph, Wire};
use pellucid_prove::{Hinge, OneLayerForm, Plan, count, plan_quickly};

use crate::plan_to_network::plan_to_network;

/// How hard the smallest layers are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effort {
    /// As hard as a count that is claimed.
    Full,
    /// Enough to compare many graphs.
    Quick,
}

/// A network that computes the graph on the domain.
///
/// # Errors
/// When a shape does not fit, which would be a defect.
pub fn graph_to_network(
    graph: &ReluGraph,
    domain: &Domain,
    inputs: Vec<String>,
    effort: Effort,
) -> Result<Network<Rational>, Error> {
    let depths = graph.layers();
    let n_layers = depths.iter().copied().max().unwrap_or(0);
    let n_relus = graph.relus.len();
    // The argument of each ReLU and each output, as far as it is known: an affine map of the
    // current layer's values.
    let mut known: Vec<Affine> = graph
        .relus
        .iter()
        .chain(&graph.outputs)
        .map(|form| {
            let mut map = Affine::constant(graph.n_inputs, form.constant.clone());
            for (wire, factor) in &form.terms {
                if let Wire::Input(i) = wire {
                    map.coefficients[*i] = factor.clone();
                }
            }
            map
        })
        .collect();
    let forms: Vec<_> = graph.relus.iter().chain(&graph.outputs).collect();
    let mut values = domain.clone();
    let mut layers: Vec<Layer<Rational>> = Vec::new();
    for depth in 1..=n_layers {
        let here: Vec<usize> = (0..n_relus).filter(|k| depths[*k] == depth).collect();
        let later: Vec<usize> = (0..forms.len()).filter(|f| *f >= n_relus || depths[*f] > depth).collect();
        let form = layer_form(&known, &here, &later, |f, k| {
            forms[f].terms.iter().find(|(wire, _)| *wire == Wire::Relu(k)).map(|(_, c)| c.clone())
        });
        let form = inside(form, &values);
        let plan = layer_plan(&form, &values, depth > 1, effort)?;
        let stage = plan_to_network(&form, &plan, &values, Biases::ALLOWED, None)?;
        let [hidden, output] = stage.layers() else {
            // Nothing of this layer is needed inside the domain: it is constant.
            return constant_tail(layers, &form, &later, n_relus, inputs);
        };
        for (row, f) in later.iter().enumerate() {
            known[*f] = Affine { coefficients: output.weights[row].clone(), constant: output.biases[row].clone() };
        }
        values = activations(hidden, &values);
        layers.push(hidden.clone());
    }
    let outputs = &known[n_relus..];
    layers.push(Layer {
        weights: outputs.iter().map(|map| map.coefficients.clone()).collect(),
        biases: outputs.iter().map(|map| map.constant.clone()).collect(),
    });
    Network::new(Some(inputs), layers)
}

/// What later forms need of one layer, as a one-layer form of the values before it.
fn layer_form(
    known: &[Affine],
    here: &[usize],
    later: &[usize],
    factor: impl Fn(usize, usize) -> Option<Rational>,
) -> OneLayerForm {
    // Forms of layers that are done keep their old maps; those of this layer are up to date.
    let n_inputs = known[here[0]].coefficients.len();
    let mut affine: Vec<Affine> = later.iter().map(|f| known[*f].clone()).collect();
    let mut jumps: BTreeMap<Hyperplane, Vec<Rational>> = BTreeMap::new();
    for k in here {
        for (row, f) in later.iter().enumerate() {
            let Some(factor) = factor(*f, *k) else { continue };
            match known[*k].hyperplane() {
                Some((plane, scale)) => {
                    if scale.is_negative() {
                        affine[row].add_scaled(&(&factor * &scale), &plane.to_affine());
                    }
                    let entry = jumps.entry(plane);
                    entry.or_insert_with(|| vec![Rational::zero(); later.len()])[row] += &(factor * scale.abs());
                }
                None if known[*k].constant.is_positive() => affine[row].add_scaled(&factor, &known[*k]),
                None => {}
            }
        }
    }
    let hinges = jumps.into_iter().map(|(hyperplane, jump)| Hinge { hyperplane, jump }).collect();
    OneLayerForm { n_inputs, hinges, affine }
}

/// The form without hinges that do not kink inside the domain.
fn inside(mut form: OneLayerForm, domain: &Domain) -> OneLayerForm {
    let (kept, gone): (Vec<Hinge>, Vec<Hinge>) = form
        .hinges
        .into_iter()
        .filter(|hinge| hinge.jump.iter().any(|j| !j.is_zero()))
        .partition(|hinge| domain.is_cut_by(&hinge.hyperplane.to_affine()));
    form.hinges = kept;
    for hinge in gone {
        let map = hinge.hyperplane.to_affine();
        if domain.range(&map).0.is_some_and(|low| !low.is_negative()) {
            for (affine, jump) in form.affine.iter_mut().zip(&hinge.jump) {
                affine.add_scaled(jump, &map);
            }
        }
    }
    form
}

/// The plan of a layer; behind another one, values are never negative.
fn layer_plan(form: &OneLayerForm, values: &Domain, behind_relus: bool, effort: Effort) -> Result<Plan, Error> {
    let mut plan = match effort {
        Effort::Full => count(form, values, Biases::ALLOWED)?.plan,
        Effort::Quick => plan_quickly(form, values, Biases::ALLOWED)?,
    };
    if !behind_relus || plan.pairs.is_empty() {
        return Ok(plan);
    }
    // A row of one sign on the orthant is on there; so is every single value.
    let one_sign = |row: &Vec<Rational>| row.iter().all(|c| !c.is_negative()) || row.iter().all(|c| !c.is_positive());
    let (on, pairs): (Vec<_>, Vec<_>) = plan.pairs.iter().cloned().partition(one_sign);
    let width = form.n_inputs;
    let support: Vec<usize> = (0..width).filter(|i| plan.rest.iter().any(|row| !row[*i].is_zero())).collect();
    let singles: Vec<Vec<Rational>> =
        support.iter().map(|i| (0..width).map(|j| Rational::from(i64::from(*i == j))).collect()).collect();
    if singles.len() < plan.doubled.len() + on.len() + 2 * pairs.len() && rank(&singles) == singles.len() {
        (plan.doubled, plan.pairs, plan.always_on) = (Vec::new(), Vec::new(), singles);
    } else {
        (plan.always_on, plan.pairs) = (on, pairs);
    }
    Ok(plan)
}

/// The box of a layer's activations; unbounded where the inputs are.
fn activations(layer: &Layer<Rational>, values: &Domain) -> Domain {
    let Domain::Box(_) = values else { return Domain::Everywhere };
    let rows = layer.weights.iter().zip(&layer.biases);
    let sides = rows.map(|(row, bias)| {
        let (_, high) = values.range(&Affine { coefficients: row.clone(), constant: bias.clone() });
        // A neuron that never fires is not planned, so the upper end is positive.
        (Rational::zero(), high.unwrap_or_else(Rational::one))
    });
    Domain::Box(sides.collect())
}

/// The layers so far with a constant on top.
fn constant_tail(
    mut layers: Vec<Layer<Rational>>,
    form: &OneLayerForm,
    later: &[usize],
    n_relus: usize,
    inputs: Vec<String>,
) -> Result<Network<Rational>, Error> {
    let outputs: Vec<&Affine> =
        later.iter().zip(&form.affine).filter(|(f, _)| **f >= n_relus).map(|(_, map)| map).collect();
    layers.push(Layer {
        weights: outputs.iter().map(|map| map.coefficients.clone()).collect(),
        biases: outputs.iter().map(|map| map.constant.clone()).collect(),
    });
    Network::new(Some(inputs), layers)
}
