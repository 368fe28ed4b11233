//! Every hidden neuron of a network of any depth, named by what it computes of the inputs.

use pellucid_core::{Affine, Domain, Expr, Feature, Form, Interval, Layer, Network, NeuronId, Rational, Wire};

use super::canonical::{Canonical, Reading, relu_range};
use super::written::Writer;
use crate::hidden_rows::round_row;
use crate::neurons::{Neuron, Status};
use crate::scale::Scale;
use crate::work::{Member, Place, Work, works};

/// The neurons layer by layer, with their formulas as far as those are short enough.
pub(crate) fn neurons_named(
    network: &Network<Rational>,
    read: &Canonical,
    writer: &mut Writer<'_>,
    domain: &Domain,
    slack: &Rational,
) -> Vec<Neuron> {
    let statuses = statuses(network, read, slack);
    let mut neurons = Vec::with_capacity(network.hidden_neurons());
    let mut values = domain.intervals(network.n_inputs());
    for (layer, (readings, statuses)) in read.neurons.iter().zip(statuses).enumerate() {
        let rows = &network.layers()[layer];
        let next = &network.layers()[layer + 1];
        let ideals = ideals(rows, &values, slack);
        for (index, (reading, (status, work))) in readings.iter().zip(statuses).enumerate() {
            let row = Affine { coefficients: rows.weights[index].clone(), constant: rows.biases[index].clone() };
            let Named { rounded, reads, computes } = named(layer, reading, &row, read.n_inputs, writer);
            neurons.push(Neuron {
                id: NeuronId { layer, index },
                feature: Feature::of_row(&rounded),
                reads,
                computes,
                status,
                work,
                row,
                rounded,
                ideal: ideals[index].clone(),
                out: next.weights.iter().map(|row| row[index].clone()).collect(),
                rounding: reading.rounding.clone(),
            });
        }
        values = readings.iter().map(|reading| relu_range(&reading.range)).collect();
    }
    neurons
}

/// The rows of a layer in simple numbers, each within `slack` of how much the row varies.
fn ideals(layer: &Layer<Rational>, values: &[Interval], slack: &Rational) -> Vec<Affine> {
    let sides = values.iter().map(|value| {
        let (low, high) = value.ends()?;
        Some((low.clone(), if low < high { high.clone() } else { low + Rational::one() }))
    });
    let sides: Option<Vec<(Rational, Rational)>> = sides.collect();
    let scale = Scale::of(&sides.map_or(Domain::Everywhere, Domain::Box), values.len());
    let rows = layer.weights.iter().zip(&layer.biases);
    let rows = rows.map(|(weights, bias)| Affine { coefficients: weights.clone(), constant: bias.clone() });
    rows.map(|row| round_row(&row, slack, &scale).0).collect()
}

/// The status of each neuron, from the last layer down: only weights to what matters above count, and those to
/// neurons that are never off count where these pass them on to.
fn statuses(network: &Network<Rational>, read: &Canonical, slack: &Rational) -> Vec<Vec<(Status, Work)>> {
    let mut found: Vec<Vec<(Status, Work)>> = Vec::with_capacity(read.neurons.len());
    // Where each row above gives to in the end: outputs, and neurons with a kink.
    let mut n_ends = network.n_outputs();
    let mut above: Vec<Vec<(usize, Rational)>> = (0..n_ends).map(|end| vec![(end, Rational::one())]).collect();
    let reached = read.reached();
    for (layer, readings) in read.neurons.iter().enumerate().rev() {
        let next = &network.layers()[layer + 1];
        let out = |index: usize| {
            let mut out = vec![Rational::zero(); n_ends];
            for (row, ends) in next.weights.iter().zip(&above).filter(|(row, _)| !row[index].is_zero()) {
                ends.iter().for_each(|(end, share)| out[*end] += &(&row[index] * share));
            }
            out
        };
        let members: Vec<Member<Form>> =
            readings.iter().enumerate().map(|(index, reading)| member(reading, out(index))).collect();
        let mut statuses = works(layer, &members, slack);
        for (index, ((status, work), reading)) in statuses.iter_mut().zip(readings).enumerate() {
            // The kink is gone further up, as behind a layer that only passes both sides on.
            let gone = reading.side.as_ref().is_some_and(|side| !reached[side.hinge]);
            if gone && *work != Work::Nothing {
                *work = Work::Carries;
            }
            // Rounding has moved its kink out of the domain: it is live, and carries.
            if *status == Status::AlwaysOn && !reading.range.is_not_negative() {
                *status = Status::Live;
            }
            // It is read, but by neurons that pass on nothing of it.
            let is_read = next.weights.iter().zip(&above).any(|(row, ends)| !ends.is_empty() && !row[index].is_zero());
            if *status == Status::Unread && is_read {
                *status = Status::Live;
            }
        }
        above = statuses
            .iter()
            .zip(&members)
            .zip(readings)
            .map(|(((_, work), member), reading)| {
                if *work == Work::Nothing {
                    return Vec::new();
                }
                if reading.range.is_not_negative() {
                    let shares = member.out.iter().cloned().enumerate();
                    return shares.filter(|(_, share)| !share.is_zero()).collect();
                }
                n_ends += 1;
                vec![(n_ends - 1, Rational::one())]
            })
            .collect();
        found.push(statuses);
    }
    found.reverse();
    found
}

fn member(reading: &Reading, out: Vec<Rational>) -> Member<Form> {
    if reading.range.is_not_positive() {
        return Member { place: Place::Off, size: Rational::one(), out };
    }
    if let Some(side) = &reading.side {
        let on = Form::wire(Wire::Relu(side.hinge));
        return Member { place: Place::Kink { on, above: side.factor.is_positive() }, size: side.factor.abs(), out };
    }
    let lead = reading.value.terms.first().map_or_else(Rational::one, |(_, lead)| lead.abs());
    let place = Place::On(reading.value.scaled(&(Rational::one() / &lead)));
    Member { place, size: lead, out }
}

/// What a neuron computes.
struct Named {
    rounded: Affine,
    reads: Vec<Expr>,
    computes: Option<Expr>,
}

fn named(layer: usize, reading: &Reading, row: &Affine, n_inputs: usize, writer: &mut Writer<'_>) -> Named {
    let inputs: Vec<Expr> = (0..n_inputs).map(Expr::Input).collect();
    let form = &reading.argument;
    if form.relu_wires().next().is_none() {
        let rounded = form.to_affine(n_inputs, &[]);
        let computes = Some(rounded.to_expr());
        return Named { rounded, reads: inputs, computes };
    }
    // Written in whole numbers, so that rows that differ by a factor are written alike.
    let scale = Rational::primitive_scale(form.terms.iter().map(|(_, factor)| factor));
    let Some(written) = writer.write(&form.scaled(&scale)) else {
        // Its row is named by the neurons below.
        let below = row.coefficients.len();
        let reads = if layer == 0 { inputs } else { (n_inputs..n_inputs + below).map(Expr::Input).collect() };
        return Named { rounded: row.clone(), reads, computes: None };
    };
    let back = Rational::one() / scale;
    let (map, reads) = over_named(&written.expr, inputs);
    let rounded = map.scaled(&back);
    Named { rounded, reads, computes: Some(Expr::scale(back, written.expr.clone())) }
}

/// A sum as an affine map of the inputs and of the named functions in it.
fn over_named(expr: &Expr, mut reads: Vec<Expr>) -> (Affine, Vec<Expr>) {
    let mut coefficients = vec![Rational::zero(); reads.len()];
    let mut constant = Rational::zero();
    let terms = match expr {
        Expr::Sum(terms) => terms.as_slice(),
        single => std::slice::from_ref(single),
    };
    for term in terms {
        let (factor, base) = match term {
            Expr::Constant(value) => {
                constant += value;
                continue;
            }
            Expr::Scale(factor, base) => (factor.clone(), &**base),
            other => (Rational::one(), other),
        };
        match reads.iter().position(|known| known == base) {
            Some(at) => coefficients[at] += &factor,
            None => {
                reads.push(base.clone());
                coefficients.push(factor);
            }
        }
    }
    (Affine { coefficients, constant }, reads)
}
