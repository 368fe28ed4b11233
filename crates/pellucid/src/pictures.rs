//! Pictures of what the workbench found: names and statuses put on the network they are about.

use std::collections::BTreeSet;

use pellucid_core::{Domain, Error, Function, Network, NeuronId, Rational, expr_to_text};
use pellucid_decompile::{Decompiled, Neuron, Question, Status, Work, decompile};
use pellucid_draw::{Picture, Status as Drawn};
use pellucid_prove::Limits;

pub use crate::cells_to_picture::CellsToDraw;

/// Larger networks are not taken apart: their pictures would show nothing.
const MAX_TAKEN_APART: usize = 200;

/// A network with one hidden layer taken apart exactly, for its features' names; `None` where that
/// cannot be had.
pub fn taken_apart(network: &Network<Rational>, domain: &Domain) -> Option<Decompiled> {
    if network.hidden_layers().len() > 1 || network.hidden_neurons() > MAX_TAKEN_APART {
        return None;
    }
    let question = Question {
        domain: domain.clone(),
        tolerance: Rational::zero(),
        target: None,
        limits: Limits { max_cells: 2_000, stop: None },
    };
    decompile(network, &question).ok()
}

/// The picture of a network with the names of the features found in it.
pub fn decompiled_picture<'a>(network: &'a Network<Rational>, found: &Decompiled) -> Picture<'a> {
    let mut picture = Picture::new(network);
    let inputs = network.input_names();
    let noise: BTreeSet<NeuronId> = found.noise.iter().flat_map(|noise| &noise.neurons).copied().collect();
    for neuron in &found.neurons {
        // A neuron that is always on detects nothing: it carries its affine form.
        let name = match neuron.status {
            Status::AlwaysOn => expr_to_text(&neuron.feature.form.to_expr(), &neuron.names(inputs)),
            _ => neuron.label(inputs),
        };
        if name.chars().count() <= LONGEST_NEURON_NAME {
            picture = match neuron.status {
                Status::AlwaysOn => picture.name(neuron.id, name),
                _ => picture.feature(neuron.id, neuron.feature.kind, name),
            };
        }
        picture = picture.status(
            neuron.id,
            match neuron.status {
                Status::Live if noise.contains(&neuron.id) => Drawn::Noise,
                Status::Live => Drawn::Live,
                Status::Dead | Status::Unread | Status::Decoy(_) => Drawn::Dead,
                Status::AlwaysOn => Drawn::AlwaysOn,
                Status::Merged(_) => Drawn::Merged,
            },
        );
    }
    let outputs = found.formula.outputs().iter().map(|output| expr_to_text(output, inputs));
    let idle: BTreeSet<NeuronId> = found.neurons.iter().filter(|neuron| is_idle(neuron)).map(|n| n.id).collect();
    let idle = |neuron: NeuronId| idle.contains(&neuron) || noise.contains(&neuron);
    without_the_least(picture, network, idle).outputs(short_names(outputs.collect()))
}

/// Does a neuron add nothing of its own? Such neurons are drawn pale, and of wide layers not at all.
pub fn is_idle(neuron: &Neuron) -> bool {
    neuron.work == Work::Nothing
        || matches!(neuron.status, Status::Dead | Status::Unread | Status::Merged(_) | Status::Decoy(_))
}

/// More neurons of a layer make a picture that nobody reads.
const MOST_DRAWN: usize = 16;

/// Of wide layers the neurons that do nothing are left out, then those through which least goes.
fn without_the_least<'a>(
    mut picture: Picture<'a>,
    network: &'a Network<Rational>,
    idle: impl Fn(NeuronId) -> bool,
) -> Picture<'a> {
    for (layer, pair) in network.layers().windows(2).enumerate() {
        let width = pair[0].weights.len();
        if width <= MOST_DRAWN {
            continue;
        }
        let size = |values: &mut dyn Iterator<Item = &Rational>| values.map(|w| w.to_f64().abs()).sum::<f64>();
        // How much may go through a neuron: what comes in times what goes out.
        let through = |index: usize| {
            let incoming = size(&mut pair[0].weights[index].iter().chain([&pair[0].biases[index]]));
            incoming * size(&mut pair[1].weights.iter().map(|row| &row[index]))
        };
        let mut order: Vec<usize> = (0..width).filter(|index| !idle(NeuronId { layer, index: *index })).collect();
        order.sort_by(|a, b| through(*b).total_cmp(&through(*a)));
        order.truncate(MOST_DRAWN);
        let left_out = (0..width).filter(|index| !order.contains(index));
        picture = left_out.fold(picture, |picture, index| picture.leave_out(NeuronId { layer, index }));
    }
    picture
}

/// The picture of a network that computes a function, with names where one layer has them.
///
/// # Errors
/// When the example does not fit.
pub fn compiled_picture<'a>(
    network: &'a Network<Rational>,
    function: Option<&Function>,
    domain: &Domain,
    at: Option<Vec<Rational>>,
) -> Result<Picture<'a>, Error> {
    named_picture(network, function, taken_apart(network, &domain.clone().without_gaps()).as_ref(), at)
}

/// As [`compiled_picture`], of a network that was taken apart before: what changes with the example is drawn again
/// at once.
///
/// # Errors
/// When the example does not fit.
pub fn named_picture<'a>(
    network: &'a Network<Rational>,
    function: Option<&Function>,
    found: Option<&Decompiled>,
    at: Option<Vec<Rational>>,
) -> Result<Picture<'a>, Error> {
    let mut picture = match found.filter(|found| !found.neurons.is_empty()) {
        Some(found) => decompiled_picture(network, found),
        None => first_layer_names(Picture::new(network), network),
    };
    if let Some(function) = function {
        let outputs = function.outputs().iter().map(|output| expr_to_text(output, function.input_names()));
        picture = picture.outputs(short_names(outputs.collect()));
    }
    match at {
        Some(at) => picture.at(at),
        None => Ok(picture),
    }
}

/// Names for the first hidden layer, whose rows are about the inputs at any depth.
fn first_layer_names<'a>(mut picture: Picture<'a>, network: &Network<Rational>) -> Picture<'a> {
    let Some(layer) = network.hidden_layers().first() else { return picture };
    for (index, (row, bias)) in layer.weights.iter().zip(&layer.biases).enumerate() {
        let row = pellucid_core::Affine { coefficients: row.clone(), constant: bias.clone() };
        let feature = pellucid_core::Feature::of_row(&row);
        let label = feature.label(network.input_names());
        if label.chars().count() <= LONGEST_NEURON_NAME {
            picture = picture.feature(NeuronId { layer: 0, index }, feature.kind, label);
        }
    }
    picture
}

/// A neuron whose row has no shorter name has not earned one: it keeps the ReLU's curve.
const LONGEST_NEURON_NAME: usize = 20;
/// Longer names do not fit beside an output's disc.
const LONGEST_NAME: usize = 40;

/// The outputs' formulas, where they are short enough to be drawn.
fn short_names(names: Vec<String>) -> Vec<String> {
    let n = names.len();
    let fallback = |i: usize| if n == 1 { "y".to_string() } else { format!("y{}", i + 1) };
    names.into_iter().enumerate().map(|(i, name)| if name.len() <= LONGEST_NAME { name } else { fallback(i) }).collect()
}
