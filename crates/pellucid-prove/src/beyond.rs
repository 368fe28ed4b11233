//! On how much of a box two computations are farther apart than a bound.

use std::borrow::Cow;

use pellucid_core::{Certificate, Computation, Difference, Domain, Error, Integer, IntegerGraph, Rational};

use crate::cone::Reach;
use crate::difference::{Means, certified, difference_graph};
use crate::kept_steps::KeptSteps;
use crate::largest::{Largest, RowBeyond, Search, largest_of};
use crate::scaled::Scaled;
use crate::volume::{MAX_VOLUME_CORNERS, Simplices};
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

/// What is kept of a proof that nothing is farther apart than the largest deviation.
#[derive(Clone, Debug, PartialEq)]
pub enum Kept {
    /// All of it.
    Whole(Box<Certificate>),
    /// It has more steps than were to be kept.
    TooLong,
    /// Nothing: the deviation is 0 or infinite, or the points are finitely many, and the proof is not one by cells
    /// or may be a shorter one.
    Nothing,
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
/// As [`crate::largest_difference`].
pub fn apart(
    left: &Computation,
    right: &Computation,
    domain: &Domain,
    bound: &Rational,
    limits: Limits<'_>,
) -> Result<Apart, Error> {
    Ok(apart_proved(left, right, domain, bound, limits, 0)?.0)
}

/// As [`apart`], with the proof by cells, of at most so many steps, that the deviation is no larger than the largest:
/// the walk over the cells that finds the one gives the other.
///
/// ```
/// use pellucid_core::{Claim, Computation, Domain, Function, Rational};
/// use pellucid_prove::{Kept, Limits, apart_proved};
/// let f = |text: &str| Computation::Function(Function::parse(text).unwrap());
/// let (domain, zero) = (Domain::unit_box(1), Rational::zero());
/// let within = |most| apart_proved(&f("abs(x1)"), &f("0*x1"), &domain, &zero, Limits::default(), most).unwrap().1;
/// // A cut, and a cell on either side.
/// let Kept::Whole(certificate) = within(3) else { panic!() };
/// assert!(matches!(certificate.claim, Claim::Within { bound, .. } if bound == Rational::one()));
/// assert_eq!(within(2), Kept::TooLong);
/// ```
///
/// # Errors
/// As [`crate::largest_difference`].
pub fn apart_proved(
    left: &Computation,
    right: &Computation,
    domain: &Domain,
    bound: &Rational,
    limits: Limits<'_>,
    max_steps: usize,
) -> Result<(Apart, Kept), Error> {
    left.check_input_order(right)?;
    let (merge, graph) = difference_graph(left, right, Means::default())?;
    if let Domain::Finite { .. } = domain {
        return Ok((Apart { largest: largest_of(&graph, domain, limits)?, beyond: None }, Kept::Nothing));
    }
    let integers = IntegerGraph::of(&graph);
    let scaled = |bound: &Rational| -> Vec<Rational> { integers.scales.iter().map(|scale| scale * bound).collect() };
    let mut kept = KeptSteps::at_most(max_steps);
    let is_box = matches!(domain, Domain::Box(_)) && domain.fits(graph.n_inputs);
    let total = volume_of(domain);
    // In steps, from below and from above.
    let mut beyond = is_box.then_some((Integer::ZERO, Integer::ZERO));
    let outputs_within = scaled(bound);
    let mut search = Search::new(&integers, if is_box { &outputs_within } else { &[] });
    let largest = search.on_cells(domain, limits, &mut kept, |cell, rows_beyond| {
        beyond = beyond.take().and_then(|(low, high)| {
            let (steps, some_left) = outside(cell, rows_beyond, &outputs_within)?.in_steps(&total, PLACES);
            Some((low + &steps, high + steps + Integer::from(u8::from(some_left))))
        });
    })?;
    let share = |steps: Integer| Rational::quotient(steps, Integer::ONE << PLACES);
    // Rounded up cell by cell the sum may pass the whole.
    let beyond = beyond.map(|(low, high)| (share(low), share(high).min(Rational::one())));
    let kept = match &largest {
        Largest::At(most, _) if most.is_positive() => kept.within(&scaled(most)).map_or(Kept::TooLong, |steps| {
            Kept::Whole(Box::new(certified(left, right, domain, most, Difference::Cells { merge, steps })))
        }),
        _ => Kept::Nothing,
    };
    Ok((Apart { largest, beyond }, kept))
}

/// Each cell's share of the domain is rounded to steps of `2^-PLACES`, so that the sum of many stays short.
const PLACES: usize = 60;

/// The part of a cell where some output is beyond the bound, cut into simplices; `None` where volumes are not known.
fn outside(cell: &Cell<'_>, rows_beyond: &[RowBeyond], limits: &[Rational]) -> Option<Simplices> {
    let mut simplices = Simplices::default();
    let mut inside = Cow::Borrowed(cell.corners().filter(|whole| whole.n_rays() <= MAX_VOLUME_CORNERS)?);
    for RowBeyond { output, row } in rows_beyond {
        let slack = Scaled::from(row.slack(&limits[*output], -1));
        match inside.reach(&slack) {
            Reach::Both => {
                let (within, beyond) = inside.split(&slack);
                beyond.simplices(&mut simplices)?;
                inside = Cow::Owned(within);
            }
            Reach::Negative => {
                inside.simplices(&mut simplices)?;
                break;
            }
            Reach::Positive | Reach::Neither => {}
        }
    }
    Some(simplices)
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
