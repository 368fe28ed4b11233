//! What a network computes at every point of a finite domain.

use pellucid_core::{Domain, Error, Network, Rational};
use pellucid_prove::{Limits, each_point};

/// Points with more coordinates together are not looked at one by one: 2^16 points of 16 bits.
const MAX_COORDINATES: usize = 1 << 20;

/// The points, and the outputs at each.
pub(crate) struct Seen {
    pub points: Vec<Vec<Rational>>,
    outputs: Vec<Vec<Rational>>,
}

impl Seen {
    /// Evaluates the network at all points.
    ///
    /// # Errors
    /// When the domain does not fit, has no points or too many, or a limit is reached.
    pub fn of(network: &Network<Rational>, domain: &Domain, limits: Limits<'_>) -> Result<Seen, Error> {
        let Domain::Finite { values, .. } = domain else {
            return Err(Error::input(format!("{domain} is not finitely many points")));
        };
        let n_points = values.iter().try_fold(1usize, |n, values| n.checked_mul(values.len()));
        if n_points.is_none_or(|n| n.saturating_mul(values.len()) > MAX_COORDINATES) {
            let many = n_points.map_or("more than can be counted".to_string(), |n| n.to_string());
            return Err(Error::limit(format!(
                "{domain} has too many points ({many}) for a formula: with {} inputs at most {}",
                values.len(),
                MAX_COORDINATES / values.len().max(1)
            )));
        }
        let mut seen = Seen { points: Vec::new(), outputs: Vec::new() };
        each_point(&network.to_relu_graph(), domain, limits, |indices, outputs| {
            seen.points.push(values.iter().zip(indices).map(|(values, index)| values[*index].clone()).collect());
            seen.outputs.push(outputs);
        })?;
        Ok(seen)
    }

    /// One output at all points.
    pub fn output(&self, output: usize) -> Vec<Rational> {
        self.outputs.iter().map(|outputs| outputs[output].clone()).collect()
    }
}
