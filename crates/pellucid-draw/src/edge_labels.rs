//! Places for the weights of a band of links: each on its own link, clear of everything else.

use crate::geometry::{Point, Rect};
use crate::text_size::text_box;

/// Free space around a label.
const CLEARANCE: f64 = 2.0;
/// Free space that a label has where possible.
const ROOM: f64 = 7.0;
/// Places are tried this far apart along a link, as a fraction of it.
const STEPS: usize = 48;

/// A link as a line with the text that belongs on it.
pub(crate) struct LabelledLine<'a> {
    pub(crate) from: Point,
    pub(crate) to: Point,
    pub(crate) text: &'a str,
    pub(crate) size: f64,
}

/// The labels' places and how many other links run behind one, summed over the labels.
pub(crate) struct Placement {
    pub(crate) places: Vec<Rect>,
    pub(crate) crossings: usize,
}

/// A possible place: how many other links run behind it and near it, how far it is from the middle.
#[derive(Clone, Copy)]
struct Candidate {
    crossings: usize,
    neighbours: usize,
    off_middle: f64,
    place: Rect,
}

/// Places every label so that none overlaps another or an obstacle; `None` when one finds no place.
///
/// Greedy: the label with the fewest clear places goes first. A place with no other link behind it
/// is better than one in the middle, because there is no doubt then which link the label is on.
pub(crate) fn place_labels(lines: &[LabelledLine<'_>], obstacles: &[Rect]) -> Option<Placement> {
    let mut waiting: Vec<(usize, Vec<Candidate>)> =
        (0..lines.len()).map(|index| (index, candidates(lines, index, obstacles))).collect();
    waiting.sort_by_key(|(index, places)| (places.iter().filter(|place| place.crossings == 0).count(), *index));
    let mut placed: Vec<Option<Rect>> = vec![None; lines.len()];
    let mut total = 0;
    for (index, places) in &waiting {
        let is_free = |candidate: &&Candidate, clearance: f64| {
            let grown = candidate.place.grown(clearance);
            !placed.iter().flatten().any(|other| other.overlaps(&grown))
        };
        let roomy = places.iter().find(|place| place.crossings == 0 && is_free(place, ROOM));
        let best = roomy.or_else(|| places.iter().find(|place| is_free(place, CLEARANCE)))?;
        placed[*index] = Some(best.place);
        total += best.crossings;
    }
    Some(Placement { places: placed.into_iter().flatten().collect(), crossings: total })
}

/// The places on one link that no obstacle covers, best first.
fn candidates(lines: &[LabelledLine<'_>], index: usize, obstacles: &[Rect]) -> Vec<Candidate> {
    let line = &lines[index];
    let mut places = Vec::new();
    for step in 1..STEPS {
        let fraction = step as f64 / STEPS as f64;
        let place = text_box(line.text, line.size, line.from.toward(line.to, fraction));
        let grown = place.grown(CLEARANCE);
        if obstacles.iter().any(|obstacle| obstacle.overlaps(&grown)) {
            continue;
        }
        let others = || lines.iter().enumerate().filter(|(other, _)| *other != index).map(|(_, line)| line);
        let crossings = others().filter(|other| grown.meets_line(other.from, other.to)).count();
        let roomy = place.grown(ROOM);
        let neighbours = others().filter(|other| roomy.meets_line(other.from, other.to)).count();
        places.push(Candidate { crossings, neighbours, off_middle: (fraction - 0.5).abs(), place });
    }
    places.sort_by(|a, b| {
        let counts = (a.crossings, a.neighbours).cmp(&(b.crossings, b.neighbours));
        counts.then(a.off_middle.total_cmp(&b.off_middle))
    });
    places
}
