//! What neurons do at finitely many points.

use pellucid_core::{Affine, Error, Expr, Feature, Layer, Network, NeuronId, Rational};
use pellucid_prove::each_point;

use crate::Question;
use crate::neurons::{Neuron, Status};
use crate::remarks::remarks;
use crate::work::Work;

/// Is a neuron on at some of the points, and off at some?
#[derive(Clone, Copy, Default)]
struct Fires {
    on: bool,
    off: bool,
}

/// Every neuron of the first of two layers: its row as it is, and whether it is on at all points, at some or
/// at none.
///
/// # Errors
/// When the points cannot be gone through.
pub(crate) fn neurons_at_points(network: &Network<Rational>, question: &Question<'_>) -> Result<Vec<Neuron>, Error> {
    let [hidden, output] = network.layers() else { return Ok(Vec::new()) };
    let fires = fires(network, 0, question)?;
    let mut neurons: Vec<Neuron> = Vec::with_capacity(fires.len());
    for (index, (row, fires)) in rows(hidden).into_iter().zip(fires).enumerate() {
        let out: Vec<Rational> = output.weights.iter().map(|row| row[index].clone()).collect();
        let mut neuron = Neuron {
            id: NeuronId { layer: 0, index },
            feature: Feature::of_row(&row),
            reads: (0..network.n_inputs()).map(Expr::Input).collect(),
            computes: Some(row.to_expr()),
            status: Status::Live,
            work: Work::Nothing,
            rounded: row.clone(),
            ideal: row.clone(),
            row,
            out,
            rounding: Rational::zero(),
        };
        neuron.status = match fires {
            Fires { on: false, .. } => Status::Dead,
            _ if neuron.out.iter().all(Rational::is_zero) => Status::Unread,
            Fires { off: false, .. } => Status::AlwaysOn,
            _ => {
                let twin = neurons.iter().find(|known| known.status == Status::Live && known.side() == neuron.side());
                twin.map_or(Status::Live, |known| Status::Merged(known.id))
            }
        };
        neuron.work = match neuron.status {
            Status::Dead | Status::Unread | Status::Decoy(_) => Work::Nothing,
            Status::AlwaysOn => Work::Carries,
            Status::Live | Status::Merged(_) => Work::Detects,
        };
        neurons.push(neuron);
    }
    Ok(neurons)
}

/// What a reader should know about the neurons, in words: of one layer as of networks elsewhere, of several
/// how many do nothing.
///
/// # Errors
/// When the points cannot be gone through.
pub(crate) fn remarks_at_points(
    network: &Network<Rational>,
    neurons: &[Neuron],
    question: &Question<'_>,
) -> Result<Vec<String>, Error> {
    let n_layers = network.hidden_layers().len();
    if n_layers < 2 {
        return Ok(remarks(neurons, network.input_names()));
    }
    let mut told = vec!["the formula is for the values at the points; the neurons behind it are not named".to_string()];
    for layer in 0..n_layers {
        let fires = fires(network, layer, question)?;
        let dead = fires.iter().filter(|fires| !fires.on).count();
        let always_on = fires.iter().filter(|fires| fires.on && !fires.off).count();
        if dead + always_on > 0 {
            let n = fires.len();
            told.push(format!(
                "of the {n} neurons of hidden layer {}, {dead} are off at all points and {always_on} are on at all",
                layer + 1
            ));
        }
    }
    Ok(told)
}

fn rows(layer: &Layer<Rational>) -> Vec<Affine> {
    let rows = layer.weights.iter().zip(&layer.biases);
    rows.map(|(row, bias)| Affine { coefficients: row.clone(), constant: bias.clone() }).collect()
}

/// What the neurons of a layer do at the points.
fn fires(network: &Network<Rational>, layer: usize, question: &Question<'_>) -> Result<Vec<Fires>, Error> {
    // The layer's arguments as the outputs of a network that ends there.
    let cut = Network::new(Some(network.input_names().to_vec()), network.layers()[..=layer].to_vec())?;
    let mut found = vec![Fires::default(); cut.n_outputs()];
    each_point(&cut.to_relu_graph(), &question.domain, question.limits, |_, arguments| {
        for (fires, argument) in found.iter_mut().zip(&arguments) {
            fires.on |= argument.is_positive();
            fires.off |= argument.is_negative();
        }
    })?;
    Ok(found)
}
