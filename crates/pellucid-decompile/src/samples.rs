//! Points at which a formula is tried before it is proved.
//!
//! They reject a wrong rounding for the price of some evaluations; what they let pass is still
//! compared with the network on every cell.

use pellucid_core::{Domain, Network, Rational};

/// Corners are taken up to this many; further points are spread inside.
const MAX_CORNERS: usize = 64;
const N_INSIDE: usize = 32;

/// Points of the domain with the network's exact outputs there.
pub struct Samples {
    points: Vec<Vec<Rational>>,
    outputs: Vec<Vec<Rational>>,
}

impl Samples {
    /// The corners, the middle and points between, always the same ones.
    pub fn of(network: &Network<Rational>, domain: &Domain) -> Self {
        let n = network.n_inputs();
        // Where there is no border, formulas are tried around the origin.
        let sides = match domain {
            Domain::Box(sides) => sides.clone(),
            _ => vec![(Rational::from(-2), Rational::from(2)); n],
        };
        let at = |shares: Vec<Rational>| -> Vec<Rational> {
            sides.iter().zip(shares).map(|((low, high), share)| low + (high - low) * share).collect()
        };
        let corner = |k: usize| at((0..n).map(|i| Rational::from((k >> i.min(63)) & 1)).collect());
        // The golden ratio's multiples, different for each input, spread evenly (Weyl).
        let spread = |k: usize| {
            let share = |i: usize| Rational::ratio((1 + (k * (618 + 173 * i) + 271 * i) % 1021) as i64, 1023);
            at((0..n).map(share).collect())
        };
        let n_corners = if n < 7 { 1 << n } else { MAX_CORNERS };
        let mut points: Vec<Vec<Rational>> = (0..n_corners).map(corner).collect();
        points.push(at(vec![Rational::ratio(1, 2); n]));
        points.extend((1..=N_INSIDE).map(spread));
        let outputs = points.iter().map(|point| network.evaluate(point)).collect();
        Samples { points, outputs }
    }

    /// The largest deviation of a function from the network at the points.
    pub fn largest_deviation(&self, function: impl Fn(&[Rational]) -> Vec<Rational>) -> Rational {
        let mut largest = Rational::zero();
        for (point, outputs) in self.points.iter().zip(&self.outputs) {
            for (a, b) in function(point).iter().zip(outputs) {
                largest = largest.max((a - b).abs());
            }
        }
        largest
    }

    /// How far each output swings around its middle value; where it is constant its size, or 1.
    pub fn swings(&self) -> Vec<Rational> {
        let n_outputs = self.outputs.first().map_or(0, Vec::len);
        (0..n_outputs)
            .map(|output| {
                let values = || self.outputs.iter().map(|outputs| &outputs[output]);
                let (Some(low), Some(high)) = (values().min(), values().max()) else { return Rational::one() };
                let swing = (high - low) / Rational::from(2);
                [swing, high.abs()].into_iter().find(|v| !v.is_zero()).unwrap_or_else(Rational::one)
            })
            .collect()
    }
}
