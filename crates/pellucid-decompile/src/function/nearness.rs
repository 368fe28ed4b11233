//! How near a form is to a network, at the points that formulas are read off.

use pellucid_core::{Affine, Domain, Network, Rational};
use pellucid_prove::OneLayerForm;

use super::columns::{Column, Traced, add_scaled};
use super::sampled::{FloatMap, Points, spread_points};
use super::{mean_around, sides};

/// A network at many points of its domain.
pub struct Spread {
    points: Points,
    traced: Traced,
}

/// How far one output is off at the points.
#[derive(Clone, Copy, Debug)]
pub struct Off {
    /// At most.
    pub largest: f64,
    /// The root of the mean square.
    pub mean: f64,
}

impl Off {
    /// Is it within the tolerance in the mean, or at all points?
    pub fn is_good(&self, tolerance: f64) -> bool {
        self.mean <= tolerance || self.largest <= tolerance
    }
}

impl Spread {
    /// The network at the points that [`super::suggest`] looks at.
    pub fn of(network: &Network<Rational>, domain: &Domain) -> Self {
        let points = spread_points(&sides(domain, network.n_inputs()), network.hidden_neurons(), &[]);
        Spread { traced: Traced::through(&network.to_numbers(), &points.inputs), points }
    }

    /// How far a form is off, for each output.
    pub fn off(&self, form: &OneLayerForm) -> Vec<Off> {
        let inputs = &self.points.inputs;
        let mut values: Vec<Column> = form.affine.iter().map(|map| FloatMap::of(map).at_all(inputs)).collect();
        for hinge in &form.hinges {
            let mut above = FloatMap::of(&hinge.hyperplane.to_affine()).at_all(inputs);
            above.iter_mut().for_each(|value| *value = value.max(0.0));
            for (values, jump) in values.iter_mut().zip(&hinge.jump) {
                add_scaled(values, jump.to_f64(), &above);
            }
        }
        let off = |(output, mut off): (usize, Column)| {
            add_scaled(&mut off, -1.0, self.traced.values(output));
            let largest = off.iter().fold(0.0, |most: f64, off| most.max(off.abs()));
            Off { largest, mean: mean_around(&off[..self.points.n_even], 0.0) }
        };
        values.into_iter().enumerate().map(off).collect()
    }
}

impl FloatMap {
    /// The map in floats.
    pub fn of(map: &Affine) -> Self {
        FloatMap {
            coefficients: map.coefficients.iter().map(Rational::to_f64).collect(),
            constant: map.constant.to_f64(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_as_far_off_as_it_was_moved() {
        let r = |n: i64| Rational::from(n);
        let layer = |weights: Vec<Vec<Rational>>, biases| pellucid_core::Layer { weights, biases };
        let hidden = layer(vec![vec![r(1), r(-1)], vec![r(-2), r(1)]], vec![r(0), Rational::ratio(1, 4)]);
        let output = layer(vec![vec![r(1), r(3)], vec![r(-1), r(1)]], vec![r(1), r(0)]);
        let network = Network::new(None, vec![hidden, output]).unwrap();
        let domain = Domain::unit_box(2);
        let spread = Spread::of(&network, &domain);
        let mut form = OneLayerForm::of_network(&network, &domain).unwrap();
        assert!(spread.off(&form).iter().all(|off| off.largest < 1e-12));
        form.affine[1].constant += &Rational::ratio(1, 8);
        let off = spread.off(&form);
        assert!(off[0].largest < 1e-12 && (off[1].largest - 0.125).abs() < 1e-12, "{off:?}");
        assert!((off[1].mean - 0.125).abs() < 1e-12 && off[1].is_good(0.13) && !off[1].is_good(0.12));
    }
}
