//! How large things are on a domain: roundings are relative to that.

use pellucid_core::{Affine, Domain, Rational};

/// The sizes by which roundings are judged.
pub struct Scale {
    /// For each input its largest absolute value.
    pub reach: Vec<Rational>,
    /// For each input half the width of its side.
    pub half_width: Vec<Rational>,
    domain: Domain,
}

impl Scale {
    /// The sizes of a domain; everywhere counts as the unit box.
    pub fn of(domain: &Domain, n_inputs: usize) -> Self {
        let (reach, half_width) = match domain {
            Domain::Box(sides) => {
                sides.iter().map(|(low, high)| (low.abs().max(high.abs()), (high - low) / Rational::from(2))).unzip()
            }
            _ => (vec![Rational::one(); n_inputs], vec![Rational::one(); n_inputs]),
        };
        Scale { reach, half_width, domain: domain.clone() }
    }

    /// The largest absolute value of a map that is not constant.
    pub fn largest(&self, map: &Affine) -> Rational {
        match self.domain.range(map) {
            (Some(low), Some(high)) => low.abs().max(high.abs()),
            _ => map.coefficients.iter().map(Rational::abs).max().unwrap_or_else(Rational::one),
        }
    }
}
