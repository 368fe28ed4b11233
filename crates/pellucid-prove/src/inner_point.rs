//! Points of the interior with short coordinates, for people.

use pellucid_core::{Integer, Rational};

use crate::scaled::Scaled;
use crate::shape::{Planes, homogeneous, point};

/// Coordinates are rounded to at most this many binary places before the exact point is taken.
const MAX_PLACES: i32 = 60;

/// A point where all rows are positive, close to the given one: its coordinates rounded to as few
/// binary places as possible.
pub(crate) fn inner_point(inside: &[Integer], planes: &Planes) -> Vec<Rational> {
    let floats = Scaled::new(inside.to_vec()).ratios();
    let all_finite = floats.iter().all(|x| x.is_finite() && x.abs() < 1e15);
    for places in (0..MAX_PLACES).step_by(2).filter(|_| all_finite) {
        let scale = f64::from(places).exp2();
        let rounded: Option<Vec<Rational>> =
            floats.iter().map(|x| Rational::from_f64((x * scale).round() / scale)).collect();
        let Some(rounded) = rounded else { break };
        let coordinates = Scaled::new(homogeneous(&rounded));
        if planes.iter().all(|row| row.sign_with(&coordinates) > 0) {
            return rounded;
        }
    }
    point(inside)
}
