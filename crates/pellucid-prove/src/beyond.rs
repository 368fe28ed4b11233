//! On how much of a box two computations are farther apart than a bound.

use pellucid_core::{Computation, Domain, Error, Rational};

use crate::cone::{Cone, Reach};
use crate::difference::{Largest, Means, difference_graph, largest_difference, largest_on_cells};
use crate::scaled::Scaled;
use crate::walk::{Cell, Limits};

/// How far two computations are apart.
#[derive(Clone, Debug, PartialEq)]
pub struct Apart {
    /// The exact largest deviation, and where.
    pub largest: Largest,
    /// The share of the domain's volume where some output is farther off than the bound: from below and
    /// from above, at most 2^-60 apart for each cell. `None` where volumes are not known: on unbounded
    /// domains, at finitely many points, and where cells have very many corners.
    pub beyond: Option<(Rational, Rational)>,
}

/// The exact largest deviation, with the share of the volume where it is above `bound`.
///
/// ```
/// use pellucid_core::{Computation, Domain, Function, Rational};
/// use pellucid_prove::{Limits, apart};
/// let f = |text: &str| Computation::Function(Function::parse(text).unwrap());
/// let domain = Domain::unit_box(1);
/// // |x| is farther than 1/2 from 0 on half of [-1, 1].
/// let apart = apart(&f("abs(x1)"), &f("0*x1"), &domain, &Rational::ratio(1, 2), Limits::default()).unwrap();
/// assert_eq!(apart.beyond, Some((Rational::ratio(1, 2), Rational::ratio(1, 2))));
/// ```
///
/// # Errors
/// As [`largest_difference`].
pub fn apart(
    left: &Computation,
    right: &Computation,
    domain: &Domain,
    bound: &Rational,
    limits: Limits<'_>,
) -> Result<Apart, Error> {
    let is_bounded = matches!(domain, Domain::Box(_));
    if !is_bounded || !domain.fits(left.n_inputs()) {
        return Ok(Apart { largest: largest_difference(left, right, domain, limits)?, beyond: None });
    }
    left.check_input_order(right)?;
    let (_, graph) = difference_graph(left, right, Means::default())?;
    let total = volume_of(domain);
    let mut beyond = Some((Rational::zero(), Rational::zero()));
    let largest = largest_on_cells(&graph, domain, limits, |cell, scales, most| {
        if most <= bound {
            return;
        }
        beyond = beyond.take().and_then(|(low, high)| {
            let share = outside(cell, scales, bound)? / &total;
            let down = rounded_down(&share);
            let up = if down == share { share } else { &down + &grain() };
            Some((low + down, high + up))
        });
    })?;
    // Rounded up cell by cell the sum may pass the whole.
    let beyond = beyond.map(|(low, high)| (low, high.min(Rational::one())));
    Ok(Apart { largest, beyond })
}

/// The volume of the part of a cell where some output is beyond the bound.
fn outside(cell: &Cell<'_>, scales: &[Rational], bound: &Rational) -> Option<Rational> {
    let whole = cell.corners()?;
    let mut inside: Option<Cone> = Some(whole.clone());
    for (row, scale) in cell.output_rows().iter().zip(scales) {
        for sign in [-1, 1] {
            let slack = Scaled::from(row.slack(&(scale * bound), sign));
            inside = inside.and_then(|part| match part.reach(&slack) {
                Reach::Both => Some(part.split(&slack).0),
                Reach::Negative => None,
                Reach::Positive | Reach::Neither => Some(part.with_idle_row(&slack)),
            });
        }
    }
    let kept = inside.map_or(Some(Rational::zero()), |part| part.volume())?;
    Some(whole.volume()? - kept)
}

/// Shares are added in these steps, so that the sum of many stays short.
fn grain() -> Rational {
    Rational::ratio(1, 1 << 60)
}

fn rounded_down(share: &Rational) -> Rational {
    (share / grain()).floor() * grain()
}

fn volume_of(domain: &Domain) -> Rational {
    let Domain::Box(sides) = domain else { return Rational::one() };
    sides.iter().fold(Rational::one(), |volume, (low, high)| volume * (high - low))
}

#[cfg(test)]
mod tests {
    use pellucid_core::Function;

    use super::*;

    fn share(left: &str, right: &str, bound: &str, on: &str) -> (Rational, Rational) {
        let f = |text: &str| Function::parse_with_inputs(text, &["x1".to_string(), "x2".to_string()]).unwrap();
        let [left, right] = [left, right].map(|text| Computation::Function(f(text)));
        let domain = Domain::parse(on, &["x1".to_string(), "x2".to_string()]).unwrap();
        apart(&left, &right, &domain, &bound.parse().unwrap(), Limits::default()).unwrap().beyond.unwrap()
    }

    #[test]
    fn shares_by_hand() {
        let r = |text: &str| -> Rational { text.parse().unwrap() };
        // A corner of side 1 of the square of side 2.
        assert_eq!(share("relu(x1 + x2 - 1)", "0*x1", "0", "[-1,1]^2"), (r("1/8"), r("1/8")));
        assert_eq!(share("(x1, x2)", "(0*x1, 0*x2)", "1/2", "[-1,1]^2"), (r("3/4"), r("3/4")));
        assert_eq!(share("max(x1, x2)", "max(x2, x1)", "0", "[-1,1]^2"), (r("0"), r("0")));
        // A third is no multiple of a power of two: bounds around it.
        let (low, high) = share("x1", "0*x1", "1", "[0,3]^2");
        assert!(low <= r("2/3") && r("2/3") <= high && &high - &low < r("1e-15"), "{low} {high}");
        // Cells of thirds that fill the domain: no share is more than the whole.
        let (low, high) = share("abs(x1 - 1) + 1", "0*x1", "1/2", "[0,3]^2");
        assert!(high == r("1") && &high - &low < r("1e-15"), "{low} {high}");
    }
}
