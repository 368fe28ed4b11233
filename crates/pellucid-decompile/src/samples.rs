//! Points at which a formula is tried before it is proved, in floats.
//!
//! They reject a wrong rounding for the price of some evaluations; what they let pass is still
//! compared with the network on every cell.

use pellucid_core::{Domain, Network, Rational};
use pellucid_prove::OneLayerForm;

/// Corners are taken up to this many; further points are spread inside.
const MAX_CORNERS: usize = 64;
const N_INSIDE: usize = 32;
/// A swing is told with this many binary digits: it says how large things are, and short numbers
/// are fast.
const SWING_DIGITS: i32 = 12;

/// The sides of a box in floats; where there is no border, formulas are tried around the origin.
pub fn sides(domain: &Domain, n_inputs: usize) -> Vec<(f64, f64)> {
    match domain {
        Domain::Box(sides) => sides.iter().map(|(low, high)| (low.to_f64(), high.to_f64())).collect(),
        _ => vec![(-2.0, 2.0); n_inputs],
    }
}

/// The corners of a box, or some of very many.
pub fn corners(sides: &[(f64, f64)]) -> Vec<Vec<f64>> {
    let n_corners = if sides.len() < 7 { 1 << sides.len() } else { MAX_CORNERS };
    (0..n_corners).map(|k: usize| at(sides, |i| ((k >> i.min(63)) & 1) as f64)).collect()
}

/// Points of the domain with the network's outputs there.
pub struct Samples {
    points: Vec<Vec<f64>>,
    /// For each point a number an output.
    outputs: Vec<Vec<f64>>,
}

impl Samples {
    /// The corners, the middle and points between, always the same ones.
    pub fn of(network: &Network<Rational>, domain: &Domain) -> Self {
        let sides = sides(domain, network.n_inputs());
        // The golden ratio's multiples, different for each input, spread evenly (Weyl).
        let spread = |k: usize| at(&sides, |i| (1 + (k * (618 + 173 * i) + 271 * i) % 1021) as f64 / 1023.0);
        let mut points = corners(&sides);
        points.push(at(&sides, |_| 0.5));
        points.extend((1..=N_INSIDE).map(spread));
        let network: Network<f64> = network.to_numbers();
        let outputs = points.iter().map(|point| network.evaluate(point)).collect();
        Samples { points, outputs }
    }

    /// The largest deviation of a form from the network at the points; NaN where the numbers are too
    /// large for floats.
    pub fn largest_deviation(&self, form: &OneLayerForm) -> f64 {
        let form = FloatForm::of(form);
        self.differences(&form).fold(0.0, |largest, d| if d.abs() <= largest { largest } else { d.abs() })
    }

    /// How far floats may be off in the outputs and in what is computed beside them.
    pub fn doubt(&self) -> f64 {
        let largest = self.outputs.iter().flatten().fold(0.0, |largest: f64, v| largest.max(v.abs()));
        largest * 1e-9
    }

    /// How far each output swings around its middle value; where it is constant its size, or 1.
    pub fn swings(&self) -> Vec<Rational> {
        let n_outputs = self.outputs.first().map_or(0, Vec::len);
        (0..n_outputs)
            .map(|output| {
                let values = || self.outputs.iter().map(|outputs| outputs[output]);
                let (low, high) = (values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max));
                let swing = short((high - low) / 2.0);
                [swing, short(high.abs())].into_iter().flatten().next().unwrap_or_else(Rational::one)
            })
            .collect()
    }

    fn differences<'a>(&'a self, form: &'a FloatForm) -> impl Iterator<Item = f64> + 'a {
        let mut values = Vec::new();
        self.points.iter().zip(&self.outputs).flat_map(move |(point, outputs)| {
            form.evaluate(point, &mut values);
            values.iter().zip(outputs).map(|(a, b)| a - b).collect::<Vec<_>>()
        })
    }
}

fn at(sides: &[(f64, f64)], share: impl Fn(usize) -> f64) -> Vec<f64> {
    sides.iter().enumerate().map(|(i, (low, high))| low + (high - low) * share(i)).collect()
}

/// A positive number with few digits; `None` for others.
fn short(value: f64) -> Option<Rational> {
    if !(value > 0.0 && value.is_finite()) {
        return None;
    }
    let unit = 2f64.powi(value.log2().floor() as i32 - SWING_DIGITS);
    Rational::from_f64((value / unit).round() * unit).filter(Rational::is_positive)
}

/// A form in floats.
struct FloatForm {
    /// Coefficients and constant, one row an output.
    affine: Vec<(Vec<f64>, f64)>,
    /// Normal, offset and jumps.
    hinges: Vec<(Vec<f64>, f64, Vec<f64>)>,
}

impl FloatForm {
    fn of(form: &OneLayerForm) -> Self {
        let floats = |values: &[Rational]| values.iter().map(Rational::to_f64).collect::<Vec<_>>();
        let hinges = form.hinges.iter().map(|hinge| {
            let plane = &hinge.hyperplane;
            (floats(&plane.normal), plane.offset.to_f64(), floats(&hinge.jump))
        });
        FloatForm {
            affine: form.affine.iter().map(|map| (floats(&map.coefficients), map.constant.to_f64())).collect(),
            hinges: hinges.collect(),
        }
    }

    fn evaluate(&self, point: &[f64], values: &mut Vec<f64>) {
        let dot = |row: &[f64]| row.iter().zip(point).map(|(c, x)| c * x).sum::<f64>();
        values.clear();
        values.extend(self.affine.iter().map(|(row, constant)| dot(row) + constant));
        for (normal, offset, jump) in &self.hinges {
            let above = dot(normal) - offset;
            if above > 0.0 {
                values.iter_mut().zip(jump).for_each(|(value, jump)| *value += jump * above);
            }
        }
    }
}
