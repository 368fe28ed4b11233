//! Boxes behind the neurons of a circuit, with its name.

use pellucid_core::{Circuit, NeuronId, counted};

use crate::geometry::{Point, Rect};
use crate::picture::Picture;
use crate::picture_to_rows::CAPTION_SIZE;
use crate::rows_to_layout::Disc;
use crate::text_size::{shortened, text_box, text_width};

/// Room that boxes may take around discs.
pub(crate) const BOX_PADDING: f64 = 22.0;
/// The innermost box around its discs.
const INNER: f64 = 7.0;
/// Each box outside another.
const STEP: f64 = 5.0;
/// Longer names are cut.
const NAME_CHARS: usize = 40;

/// A box with its circuit's name; the name stands in the legend when it has no place.
pub(crate) struct CircuitBox {
    pub(crate) bounds: Rect,
    pub(crate) name: String,
    pub(crate) name_place: Option<Rect>,
}

pub(crate) struct CircuitBoxes {
    pub(crate) boxes: Vec<CircuitBox>,
    pub(crate) legend: Vec<String>,
}

/// One box a circuit, or one a run of neighbours where a box would hold neurons of others; circuits whose neurons
/// are all left out are counted.
pub(crate) fn circuit_boxes(picture: &Picture<'_>, discs: &[Vec<Disc>], obstacles: &[Rect]) -> CircuitBoxes {
    let mut circuits: Vec<&Circuit> = picture.circuits.iter().filter(|c| !c.neurons.is_empty()).collect();
    circuits.sort_by_key(|circuit| circuit.neurons.len());
    let mut found = CircuitBoxes { boxes: Vec::new(), legend: Vec::new() };
    let mut taken = obstacles.to_vec();
    let mut n_not_drawn = 0;
    for (rank, circuit) in circuits.iter().enumerate() {
        // A box that shares a neuron with a smaller one goes around it.
        let shares = |other: &&&Circuit| other.neurons.iter().any(|n| circuit.neurons.contains(n));
        let depth = circuits[..rank].iter().filter(shares).count().min(3);
        let name = shortened(&circuit.name, NAME_CHARS);
        let mut named = false;
        let bounds = bounds(circuit, discs);
        if bounds.is_empty() {
            n_not_drawn += 1;
            continue;
        }
        for bounds in bounds {
            let bounds = bounds.grown(INNER + STEP * depth as f64);
            let name_place = name_place(&name, &bounds, &taken);
            taken.extend(name_place);
            named |= name_place.is_some();
            found.boxes.push(CircuitBox { bounds, name: name.clone(), name_place });
        }
        if !named {
            let neurons: Vec<String> = circuit.neurons.iter().map(NeuronId::to_string).collect();
            found.legend.push(format!("{name}: {}", shortened(&neurons.join(", "), 60)));
        }
    }
    if n_not_drawn > 0 {
        found.legend.push(format!("{} of neurons that are not drawn", counted(n_not_drawn, "circuit")));
    }
    // The largest is painted first.
    found.boxes.reverse();
    found
}

fn bounds(circuit: &Circuit, discs: &[Vec<Disc>]) -> Vec<Rect> {
    let disc = |n: &NeuronId| discs.get(n.layer + 1)?.iter().find(|disc| disc.node.neuron == Some(*n)).map(whole);
    let all = circuit.neurons.iter().filter_map(disc).reduce(|a, b| a.union(&b));
    let Some(all) = all else { return Vec::new() };
    let is_member = |disc: &&Disc| disc.node.neuron.is_some_and(|neuron| circuit.neurons.contains(&neuron));
    let mut strangers = discs.iter().flatten().filter(|disc| !is_member(disc)).map(whole);
    if strangers.all(|stranger| !stranger.overlaps(&all)) {
        return vec![all];
    }
    let mut runs: Vec<Rect> = Vec::new();
    for discs in discs {
        let mut run: Option<Rect> = None;
        for disc in discs {
            if is_member(&disc) {
                run = Some(run.map_or(whole(disc), |r| r.union(&whole(disc))));
            } else {
                runs.extend(run.take());
            }
        }
        runs.extend(run);
    }
    runs
}

fn whole(disc: &Disc) -> Rect {
    disc.caption.map_or(disc.bounds, |caption| disc.bounds.union(&caption))
}

/// Over the box or under it, as near as there is room.
fn name_place(name: &str, bounds: &Rect, taken: &[Rect]) -> Option<Rect> {
    let half = text_width(name, CAPTION_SIZE) / 2.0;
    let line = 1.25 * CAPTION_SIZE;
    for level in 0..3 {
        let above = bounds.top - 9.0 - level as f64 * line;
        let below = bounds.bottom + 9.0 + level as f64 * line;
        let (left, right) = (bounds.left + half, bounds.right - half);
        for (x, y) in [(left, above), (right, above), (left, below), (right, below)] {
            let place = text_box(name, CAPTION_SIZE, Point::new(x, y));
            if !taken.iter().any(|other| other.overlaps(&place.grown(1.0))) {
                return Some(place);
            }
        }
    }
    None
}
