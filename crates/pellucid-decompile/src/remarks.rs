//! What else a reader should know about the neurons, in words.

use pellucid_core::{Feature, Rational};

use crate::neurons::{Neuron, Status};

/// Which neurons do nothing or the same, in words.
pub fn remarks(neurons: &[Neuron], inputs: &[String]) -> Vec<String> {
    let mut remarks = Vec::new();
    for neuron in neurons {
        match neuron.status {
            Status::Dead => remarks.push(format!("{} is dead: it is off on the whole domain", neuron.id)),
            Status::AlwaysOn => {
                remarks.push(format!("{} is always on: it computes an affine map", neuron.id));
            }
            Status::Unread => remarks.push(format!("{} fires, but its outgoing weights are 0", neuron.id)),
            Status::Live | Status::Merged(_) => {}
        }
    }
    for neuron in neurons.iter().filter(|n| n.status == Status::Live) {
        let twins: Vec<&Neuron> = neurons.iter().filter(|n| n.status == Status::Merged(neuron.id)).collect();
        if twins.is_empty() {
            continue;
        }
        let names: Vec<String> = std::iter::once(neuron).chain(twins).map(|n| n.id.to_string()).collect();
        let together = if names.len() == 2 {
            format!("{} and {} both", names[0], names[1])
        } else {
            format!("{} all", names.join(", "))
        };
        let detects = neuron.feature.sentence(inputs).replacen("detects", "detect", 1);
        let opposite = neuron.side().map(|(plane, above)| (plane, !above));
        let alone = !neurons.iter().any(|n| n.status == Status::Live && n.side() == opposite);
        let none = match (&opposite, alone) {
            (Some((plane, above)), true) => {
                let sign = Rational::from(if *above { 1 } else { -1 });
                let feature = Feature::of_row(&plane.to_affine().scaled(&sign));
                format!("; none {}", feature.sentence(inputs))
            }
            _ => String::new(),
        };
        remarks.push(format!("{together} {detects}{none}"));
    }
    remarks
}
