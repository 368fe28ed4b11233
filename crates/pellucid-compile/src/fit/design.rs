//! From a curve to the smallest network found for it: shallow or deep, folded or not.

use pellucid_core::{Error, Form, GraphBuilder, Merge, Rational, Wire};

use super::arches::{Arched, arched};
use super::curve_to_path::{Curve, KEPT, curve_to_path};
use super::folds;
use super::path::Path;
use super::quartic::{Quartic, quartic};
use super::reflections::Folding;
use super::turned::turned;
use crate::graph_to_layers::graph_to_layers;

/// How far a search for a design may go.
#[derive(Clone, Copy)]
pub struct Room<'a> {
    /// The most hidden layers.
    pub layers: usize,
    /// The most pieces of a path.
    pub pieces: usize,
    /// Asked now and then; true ends the search.
    pub stop: Option<&'a (dyn Fn() -> bool + Sync)>,
}

impl Room<'_> {
    /// Refuses to go on when the search has to end.
    ///
    /// # Errors
    /// A limit, then.
    pub fn stop(&self) -> Result<(), Error> {
        match self.stop {
            Some(stop) if stop() => Err(Error::limit("stopped before a network was found")),
            _ => Ok(()),
        }
    }
}

/// A network of one input in the making.
#[derive(Clone, Debug)]
pub struct Design {
    low: Rational,
    high: Rational,
    folding: Option<Folding>,
    shape: Shape,
    /// What roundings may take.
    slack: f64,
}

#[derive(Clone, Debug)]
enum Shape {
    /// A path with hinges, some of them turned around.
    Lines(Path, Vec<bool>),
    /// Parabolic arches.
    Arches(Arched),
    /// The square, folded.
    Square(Vec<usize>),
    /// A quartic; with its neurons and layers.
    Quartic(Quartic, usize, usize),
}

/// The designs for a curve.
#[derive(Clone, Debug)]
pub struct Designs {
    /// Those found, none of them both larger and deeper than another one; smallest first.
    pub found: Vec<Design>,
}

/// Arches are tried with up to so many neurons.
const MOST_ARCHES: usize = 600;
/// Where no path of lines is short enough, with up to so many.
const FEW_ARCHES: usize = 100;
/// Part of the tolerance that a folded curve may differ by from the curve.
const FOLDED: f64 = 1e-3;

impl Designs {
    /// The designs for a curve on an interval.
    ///
    /// # Errors
    /// When the curve is not finite, or there is none within the limits.
    pub fn of_curve(
        value: &dyn Fn(f64) -> f64,
        (low, high): (&Rational, &Rational),
        tolerance: f64,
        room: Room<'_>,
    ) -> Result<Designs, Error> {
        room.stop()?;
        let curve = Curve { value, low: low.to_f64(), high: high.to_f64() };
        let (mut found, mut refusal) = (Vec::new(), None);
        match lines(&curve, (low, high), tolerance, room.pieces) {
            Ok(design) => found.push(design),
            Err(error) if error.is_limit() => refusal = Some(error),
            Err(error) => return Err(error),
        }
        // Where lines are too many, a few arches may still do.
        let most = found.first().map_or(FEW_ARCHES, Design::n_neurons).min(MOST_ARCHES);
        found.extend(arches(&curve, (low, high), tolerance, room, most));
        found.extend(quartics(&curve, (low, high), tolerance, room.layers));
        for folding in Folding::of_curve(&curve, low, high, tolerance * FOLDED) {
            room.stop()?;
            let Some(layers) = room.layers.checked_sub(folding.zigzags.len()).filter(|layers| *layers > 0) else {
                continue;
            };
            let (low, high) = (&folding.low, &folding.high);
            let tolerance = tolerance * (1.0 - 2.0 * FOLDED);
            let inner = Curve { value, low: low.to_f64(), high: high.to_f64() };
            let folded = |design| Design { folding: Some(folding.clone()), ..design };
            let lines = lines(&inner, (low, high), tolerance, room.pieces).ok();
            let most = lines.as_ref().map_or(FEW_ARCHES, Design::n_neurons).min(MOST_ARCHES);
            found.extend(arches(&inner, (low, high), tolerance, Room { layers, ..room }, most).map(folded));
            found.extend(quartics(&inner, (low, high), tolerance, layers).map(folded));
            found.extend(lines.map(folded));
        }
        Designs { found }.best(refusal)
    }

    /// The designs for the square on an interval.
    pub fn of_square(
        (low, high): (&Rational, &Rational),
        tolerance: &Rational,
        room: Room<'_>,
    ) -> Result<Designs, Error> {
        // width^2 / (8 p^2) <= tolerance
        let n_pieces = square_pieces(&(high - low), tolerance);
        let Some(n_pieces) = n_pieces.filter(|n| *n <= room.pieces.saturating_mul(room.pieces)) else {
            return Err(Error::limit(format!(
                "the square within {tolerance} takes too many pieces (a wider tolerance)"
            )));
        };
        let mut found = Vec::new();
        if n_pieces <= room.pieces {
            found.push(Design::square(low, high, vec![n_pieces]));
        }
        let setting = folds::Setting { most_layers: room.layers, ..folds::Setting::ALONE };
        let cheapest = folds::cheapest(n_pieces, setting);
        if cheapest.len() > 1 {
            found.push(Design::square(low, high, cheapest));
        }
        Designs { found }.best(None)
    }

    /// Without those that are both larger and deeper than another; smallest first.
    fn best(mut self, refusal: Option<Error>) -> Result<Designs, Error> {
        self.found.sort_by_key(|design| (design.n_neurons(), design.n_layers()));
        let mut fewest_layers = usize::MAX;
        self.found.retain(|design| {
            let keep = design.n_layers() < fewest_layers;
            fewest_layers = fewest_layers.min(design.n_layers());
            keep
        });
        match refusal {
            Some(error) if self.found.is_empty() => Err(error),
            _ => Ok(self),
        }
    }
}

/// The fewest pieces of a path for the square on an interval of some width: the smallest p with
/// `width^2 <= 8 tolerance p^2`.
pub fn square_pieces(width: &Rational, tolerance: &Rational) -> Option<usize> {
    let squared = width * width / (Rational::from(8) * tolerance);
    let mut n = squared.to_f64().sqrt().round().max(1.0) as usize;
    let enough = |n: usize| Rational::from(n) * Rational::from(n) >= squared;
    while n > 1 && enough(n - 1) {
        n -= 1;
    }
    while !enough(n) {
        n = n.checked_add(1)?;
    }
    Some(n)
}

fn lines(curve: &Curve<'_>, (low, high): (&Rational, &Rational), tolerance: f64, most: usize) -> Result<Design, Error> {
    let fitted = curve_to_path(curve, tolerance, most)?;
    let slack = tolerance - fitted.error;
    let path = Path::near(&fitted, low, high, slack.min(tolerance / 8.0) / 2.0)
        .ok_or_else(|| Error::limit("the path cannot be rounded"))?;
    // What roundings did not take tilts the path.
    let slack = tolerance * (1.0 - KEPT / 2.0) - measured(curve, &path);
    let tilted = (slack > 0.0).then(|| turned(&path, slack)).flatten();
    let (path, turned) = tilted.unwrap_or((path, Vec::new()));
    let shape = Shape::Lines(path, turned);
    Ok(Design { low: low.clone(), high: high.clone(), folding: None, shape, slack })
}

/// Places on each piece where its error is measured.
const LOOKS: usize = 16;

/// The largest error of a path where it is looked at.
fn measured(curve: &Curve<'_>, path: &Path) -> f64 {
    let mut stops = vec![curve.low];
    stops.extend(path.jumps.iter().map(|(t, _)| t.to_f64()));
    stops.push(curve.high);
    let places: Vec<f64> = stops
        .windows(2)
        .flat_map(|w| {
            let (from, width) = (w[0], w[1] - w[0]);
            (0..=LOOKS).map(move |k| from + width * k as f64 / LOOKS as f64)
        })
        .collect();
    let values = path.sampled(places.iter().copied());
    places.iter().zip(&values).map(|(x, y)| ((curve.value)(*x) - y).abs()).fold(0.0, f64::max)
}

fn arches(
    curve: &Curve<'_>,
    (low, high): (&Rational, &Rational),
    tolerance: f64,
    room: Room<'_>,
    below: usize,
) -> Option<Design> {
    let found = arched(curve, tolerance, room, below)?;
    let slack = tolerance - found.error;
    Some(Design { low: low.clone(), high: high.clone(), folding: None, shape: Shape::Arches(found), slack })
}

fn quartics(curve: &Curve<'_>, (low, high): (&Rational, &Rational), tolerance: f64, layers: usize) -> Option<Design> {
    if layers < 2 {
        return None;
    }
    let found = quartic(curve, tolerance, layers)?;
    let slack = tolerance - found.error;
    // Its layers share neurons, so they are counted on the network itself.
    let mut builder = GraphBuilder::with_merge(1, Merge::Copies);
    let place = centred(&Form::wire(Wire::Input(0)), low, high);
    let output = found.build(&mut builder, &place, slack)?;
    let sides = [(low.clone(), high.clone())];
    let network = graph_to_layers(&builder.finish(vec![output]), &sides, vec!["x".into()]).ok()?;
    let shape = Shape::Quartic(found, network.hidden_neurons(), network.hidden_layers().len());
    Some(Design { low: low.clone(), high: high.clone(), folding: None, shape, slack })
}

/// A form that runs from low to high as one that runs from -1 to 1.
fn centred(form: &Form, low: &Rational, high: &Rational) -> Form {
    let width = high - low;
    let mut place = form.scaled(&(Rational::from(2) / &width));
    place.constant -= &((low + high) / &width);
    place
}

impl Design {
    fn square(low: &Rational, high: &Rational, folds: Vec<usize>) -> Design {
        Design { low: low.clone(), high: high.clone(), folding: None, shape: Shape::Square(folds), slack: 0.0 }
    }

    /// Builds it into a graph that merges copies.
    pub fn build(&self, builder: &mut GraphBuilder, input: &Form) -> Option<Form> {
        let folded = self.folding.as_ref().map(|folding| folding.build(builder, input));
        let input = folded.as_ref().unwrap_or(input);
        match &self.shape {
            Shape::Lines(path, turned) => Some(path.build(builder, input, turned)),
            Shape::Arches(arched) => arched.build(builder, input, (&self.low, &self.high), self.slack),
            Shape::Square(folds) => Some(folds::square(builder, input, &self.low, &self.high, folds)),
            Shape::Quartic(quartic, ..) => quartic.build(builder, &centred(input, &self.low, &self.high), self.slack),
        }
    }

    /// The hidden neurons that it takes by itself.
    pub fn n_neurons(&self) -> usize {
        let shape = match &self.shape {
            // A single line is affine.
            Shape::Lines(path, _) if path.n_pieces() == 1 => 0,
            Shape::Lines(path, turned) => path.n_pieces() - usize::from(!turned.is_empty()),
            Shape::Arches(arched) => arched.n_neurons,
            Shape::Square(folds) => folds::cost(folds, folds::Setting::ALONE),
            Shape::Quartic(_, n_neurons, _) => *n_neurons,
        };
        shape + self.folding.as_ref().map_or(0, Folding::cost)
    }

    /// The hidden layers that it takes.
    pub fn n_layers(&self) -> usize {
        let shape = match &self.shape {
            Shape::Lines(path, _) => usize::from(path.n_pieces() > 1),
            Shape::Arches(arched) => 1 + arched.folds.len(),
            Shape::Square(folds) => folds.len(),
            Shape::Quartic(_, _, n_layers) => *n_layers,
        };
        shape + self.folding.as_ref().map_or(0, |folding| folding.zigzags.len())
    }

    /// What it is, in words.
    pub fn words(&self) -> String {
        let n_pieces = |n: usize| pellucid_core::counted(n, "piece");
        let shape = match &self.shape {
            Shape::Lines(path, _) => format!("a path of {}", n_pieces(path.n_pieces())),
            Shape::Arches(arched) => format!(
                "{} below and above their chords by one arch, a square folded by {}",
                n_pieces(arched.bends.len()),
                times(&arched.folds)
            ),
            Shape::Square(folds) if folds.len() == 1 => format!("a path of {}", n_pieces(folds[0])),
            Shape::Square(folds) => format!("a square folded by {}", times(folds)),
            Shape::Quartic(quartic, ..) => {
                let [first, second] = quartic.folds();
                format!("a quartic: a square folded by {}, then one folded by {}", times(first), times(second))
            }
        };
        match &self.folding {
            None => shape,
            Some(folding) => {
                let zigzags: Vec<usize> = folding.zigzags.iter().map(Path::n_pieces).collect();
                format!("a zigzag of {} pieces, then {shape}", times(&zigzags))
            }
        }
    }
}

fn times(factors: &[usize]) -> String {
    factors.iter().map(usize::to_string).collect::<Vec<_>>().join(" x ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Builds all designs and looks at their sizes and errors in floats.
    fn sizes(value: &dyn Fn(f64) -> f64, low: &str, high: &str, e: f64) -> Vec<(usize, usize)> {
        let (low, high): (Rational, Rational) = (low.parse().unwrap(), high.parse().unwrap());
        let room = Room { layers: usize::MAX, pieces: 10_000, stop: None };
        let designs = Designs::of_curve(value, (&low, &high), e, room).unwrap();
        for design in &designs.found {
            let mut builder = GraphBuilder::with_merge(1, Merge::Copies);
            let output = design.build(&mut builder, &Form::wire(Wire::Input(0))).unwrap();
            let graph = builder.finish(vec![output]);
            let network = graph_to_layers(&graph, &[(low.clone(), high.clone())], vec!["x".into()]).unwrap();
            assert_eq!(network.hidden_neurons(), design.n_neurons(), "{}: {:?}", design.words(), network.widths());
            assert_eq!(network.hidden_layers().len(), design.n_layers());
            let floats = network.to_numbers::<f64>();
            let (a, b) = (low.to_f64(), high.to_f64());
            for i in 0..=5000 {
                let x = a + (b - a) * f64::from(i) / 5000.0;
                let off = (value(x) - floats.evaluate(&[x])[0]).abs();
                assert!(off <= e, "{} at {x}: {off:e}", design.words());
            }
        }
        designs.found.iter().map(|design| (design.n_neurons(), design.n_layers())).collect()
    }

    #[test]
    fn designs_are_right_and_the_smallest_comes_first() {
        assert_eq!(sizes(&f64::exp, "0", "1", 1e-3), [(8, 2), (11, 1)]);
        assert_eq!(sizes(&|x| 3.0 * x - 1.0, "0", "1", 1e-3), [(0, 0)]);
        // Even, periodic, quartic, with and without inflections.
        let smallest = |found: Vec<(usize, usize)>| found[0].0;
        let gaussian = |x: f64| (-x * x).exp();
        assert!(smallest(sizes(&gaussian, "-3", "3", 1e-3)) <= 18);
        assert!(smallest(sizes(&f64::sin, "-20", "20", 1e-3)) <= 24);
        assert!(smallest(sizes(&|x| x.powi(4) - x.powi(3) + x, "-1", "2", 1e-5)) <= 49);
        assert!(smallest(sizes(&f64::tanh, "-3", "3", 1e-4)) <= 46);
        assert_eq!(sizes(&f64::sqrt, "0", "1", 1e-3), [(16, 1)]);
    }

    #[test]
    fn the_square_takes_as_many_pieces_as_its_error_says() {
        let pieces = |width: i64, e: &str| square_pieces(&Rational::from(width), &e.parse().unwrap());
        assert_eq!(pieces(1, "1/128"), Some(4));
        assert_eq!(pieces(1, "1/129"), Some(5));
        assert_eq!(pieces(1, "1e-2"), Some(4));
        assert_eq!(pieces(2, "1e-6"), Some(708));
        assert_eq!(pieces(1, "10"), Some(1));
    }
}
