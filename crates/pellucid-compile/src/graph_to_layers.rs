//! A ReLU graph on a box as a stack of layers that holds its ReLUs as they are, and carries what later
//! layers need of earlier values on neurons that are always on.
//!
//! A layer carries as few values as there are independent combinations of them: the parts of all
//! later arguments and outputs that lie below the layer span a space, and its rank is the number of neurons. A
//! bias keeps a carrying neuron on; it comes from interval arithmetic over the ReLUs below, so a checker
//! sees by the same intervals that the neuron only carries ([`BoxBuilder`]).
//!
//! Beside `graph_to_network`, which plans each layer and may turn hinges around, it solves linear
//! systems alone and walks no cells, and it keeps the ReLUs recognisable.

use pellucid_core::linear::{Echelon, solve};
use pellucid_core::{BoxBuilder, Error, Form, Interval, Layer, Merge, Network, Rational, ReluGraph, Wire};

/// A combination of values below a layer that a neuron of it carries.
struct Carried {
    /// As a row of the values of the layer before.
    row: Vec<Rational>,
    /// The lowest that the row can be.
    low: Rational,
}

/// A form of the graph on its way up.
struct Rising {
    /// What is left of it below the current layer, a row of the layer's values and a constant.
    row: Vec<Rational>,
    constant: Rational,
}

/// Lower and upper bounds of values, low <= high.
pub type Bounds = (Rational, Rational);

/// The network of layers that computes a graph on a box.
///
/// # Errors
/// When a shape does not fit, which would be a defect.
pub fn graph_to_layers(graph: &ReluGraph, sides: &[Bounds], inputs: Vec<String>) -> Result<Network<Rational>, Error> {
    let on_box = |merge| {
        BoxBuilder::new(sides.iter().map(|(low, high)| Interval::new(low.clone(), high.clone())).collect(), merge)
    };
    let mut settling = on_box(Merge::Copies);
    let outputs = settling.graph(graph);
    let graph = settling.finish(outputs);
    // Each ReLU that is left is built as it is, so that its wire is the graph's.
    let mut reaching = on_box(Merge::Nothing);
    reaching.graph(&graph);
    layers_of(&graph, &|form| reaching.range(form).ends().map(|(low, high)| (low.clone(), high.clone())), inputs)
}

/// The network of layers that holds a graph's ReLUs as they are; `bounds` says how far a form of its wires
/// reaches.
///
/// # Errors
/// When a value that has to be carried is unbounded.
pub fn layers_of(
    graph: &ReluGraph,
    bounds: &dyn Fn(&Form) -> Option<Bounds>,
    inputs: Vec<String>,
) -> Result<Network<Rational>, Error> {
    let depths = graph.layers();
    let n_relus = graph.relus.len();
    let n_layers = depths.iter().copied().max().unwrap_or(0);
    let forms: Vec<&Form> = graph.relus.iter().chain(&graph.outputs).collect();
    let depth_of = |f: usize| depths.get(f).copied().unwrap_or(n_layers + 1);
    let mut rising: Vec<Rising> = forms
        .iter()
        .map(|form| Rising { row: input_row(form, graph.n_inputs), constant: form.constant.clone() })
        .collect();
    let mut layers = Vec::with_capacity(n_layers + 1);
    for depth in 1..=n_layers {
        let here: Vec<usize> = (0..n_relus).filter(|k| depths[*k] == depth).collect();
        let later: Vec<usize> = (0..forms.len()).filter(|f| depth_of(*f) > depth).collect();
        let below = |form: &Form| Form {
            terms: form.terms.iter().filter(|(wire, _)| depth_of_wire(wire, &depths) < depth).cloned().collect(),
            constant: Rational::zero(),
        };
        let carried = carried(&later, &rising, |f| (below(forms[f]), forms[f].constant.clone()), bounds)?;
        let basis: Vec<Vec<Rational>> = carried.iter().map(|c| c.row.clone()).collect();
        let mut layer = Layer {
            weights: here.iter().map(|k| rising[*k].row.clone()).collect(),
            biases: here.iter().map(|k| rising[*k].constant.clone()).collect(),
        };
        let raised: Vec<Rational> = carried.iter().map(|c| bias(&c.low)).collect();
        for (c, bias) in carried.into_iter().zip(&raised) {
            layer.weights.push(c.row);
            layer.biases.push(bias.clone());
        }
        let mut place = vec![None; n_relus];
        here.iter().enumerate().for_each(|(at, k)| place[*k] = Some(at));
        for f in later {
            let factors = if rising[f].row.iter().all(Rational::is_zero) {
                vec![Rational::zero(); basis.len()]
            } else {
                solve(&basis, &rising[f].row).ok_or_else(|| Error::input("defect: a value is not carried"))?
            };
            let mut row = vec![Rational::zero(); here.len()];
            for (wire, factor) in &forms[f].terms {
                if let Wire::Relu(k) = wire
                    && let Some(at) = place[*k]
                {
                    row[at] = factor.clone();
                }
            }
            for (factor, bias) in factors.iter().zip(&raised) {
                rising[f].constant -= &(factor * bias);
            }
            row.extend(factors);
            rising[f].row = row;
        }
        layers.push(layer);
    }
    let outputs = &rising[n_relus..];
    layers.push(Layer {
        weights: outputs.iter().map(|output| output.row.clone()).collect(),
        biases: outputs.iter().map(|output| output.constant.clone()).collect(),
    });
    Network::new(Some(inputs), layers)
}

/// The factors of inputs.
fn input_row(form: &Form, n_inputs: usize) -> Vec<Rational> {
    let mut row = vec![Rational::zero(); n_inputs];
    for (wire, factor) in &form.terms {
        if let Wire::Input(i) = wire {
            row[*i] = factor.clone();
        }
    }
    row
}

fn depth_of_wire(wire: &Wire, depths: &[usize]) -> usize {
    match wire {
        Wire::Input(_) => 0,
        Wire::Relu(k) => depths[*k],
    }
}

/// Independent rows that all later ones are combinations of, each scaled by a power of two so that
/// its range is about 1 wide.
fn carried(
    later: &[usize],
    rising: &[Rising],
    below: impl Fn(usize) -> (Form, Rational),
    bounds: &dyn Fn(&Form) -> Option<Bounds>,
) -> Result<Vec<Carried>, Error> {
    let mut span = Echelon::default();
    let mut carried = Vec::new();
    for f in later {
        if !span.insert(&rising[*f].row) {
            continue;
        }
        let (mut form, constant) = below(*f);
        // The row is of values with biases, which the constant takes off again.
        form.constant = constant - &rising[*f].constant;
        let unbounded = || Error::input("a value that has to be carried is unbounded");
        let (low, high) = bounds(&form).ok_or_else(unbounded)?;
        let leading_negative = form.terms.first().is_some_and(|(_, factor)| factor.is_negative());
        let scale = power_of_two((&high - &low).to_f64().recip());
        let (scale, low) = if leading_negative { (-&scale, -&scale * &high) } else { (scale.clone(), &scale * &low) };
        carried.push(Carried { row: rising[*f].row.iter().map(|c| c * &scale).collect(), low });
    }
    Ok(carried)
}

/// The power of two next below a positive float; 1 where there is none.
fn power_of_two(value: f64) -> Rational {
    let exponent = value.log2().floor();
    if exponent.abs() < 1000.0 {
        Rational::from_f64(exponent.exp2()).unwrap_or_else(Rational::one)
    } else {
        Rational::one()
    }
}

/// A short bias that lifts values from this one on to 0 and more.
fn bias(low: &Rational) -> Rational {
    if !low.is_negative() {
        return Rational::zero();
    }
    // The range is about 1 wide, so that a quarter more does not matter.
    let needed = -low;
    let room = &needed + &Rational::ratio(1, 4);
    Rational::simplest_between(&needed, &room)
}
