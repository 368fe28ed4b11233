//! What else a reader should know about the neurons, in words.

use pellucid_core::{Feature, Rational};

use crate::neurons::{Neuron, Status};
use crate::work::Work;

/// Which neurons do nothing or the same, in words.
pub fn remarks(neurons: &[Neuron], inputs: &[String]) -> Vec<String> {
    let mut remarks = Vec::new();
    for neuron in neurons {
        match neuron.status {
            Status::Dead => remarks.push(format!("{} is dead: it is off on the whole domain", neuron.id)),
            Status::AlwaysOn if neuron.id.layer == 0 => {
                remarks.push(format!("{} is always on: it computes an affine map", neuron.id));
            }
            Status::AlwaysOn => remarks.push(format!("{} is always on: it passes a value on", neuron.id)),
            Status::Unread if neuron.out.iter().all(Rational::is_zero) => {
                remarks.push(format!("{} fires, but its outgoing weights are 0", neuron.id));
            }
            Status::Unread => remarks.push(format!("{} fires, but only neurons that do nothing read it", neuron.id)),
            Status::Live | Status::Merged(_) | Status::Decoy(_) => {}
        }
    }
    for neuron in neurons.iter().filter(|n| n.status == Status::Decoy(n.id)) {
        let names = together(neuron, neurons, Status::Decoy(neuron.id));
        let detects = sentence(neuron, inputs);
        remarks.push(format!("{names} {detects}, and what they give out cancels"));
    }
    for neuron in neurons.iter().filter(|n| n.status == Status::Live) {
        if !neurons.iter().any(|n| n.status == Status::Merged(neuron.id)) {
            continue;
        }
        let names = together(neuron, neurons, Status::Merged(neuron.id));
        let detects = sentence(neuron, inputs);
        let opposite = Feature::of_row(&neuron.rounded.scaled(&Rational::from(-1)));
        let none = match neuron.work {
            Work::Detects if neuron.side().is_some() => {
                format!("; none {}", opposite.sentence(&neuron.names(inputs)))
            }
            _ => String::new(),
        };
        remarks.push(format!("{names} {detects}{none}"));
    }
    remarks
}

/// `h1.1 and h1.3 both`, `h1.1, h1.3, h1.4 all`: a neuron and the others of this status.
fn together(neuron: &Neuron, neurons: &[Neuron], status: Status) -> String {
    let others = neurons.iter().filter(|n| n.status == status && n.id != neuron.id);
    let names: Vec<String> = std::iter::once(neuron).chain(others).map(|n| n.id.to_string()).collect();
    match names.as_slice() {
        [one] => one.clone(),
        [one, other] => format!("{one} and {other} both"),
        all => format!("{} all", all.join(", ")),
    }
}

fn sentence(neuron: &Neuron, inputs: &[String]) -> String {
    neuron.feature.sentence(&neuron.names(inputs)).replacen("detects", "detect", 1).replacen("gives", "give", 1)
}
