//! Points of a hyperplane that lie inside a domain and on none of some other hyperplanes.

use pellucid_core::linear::Echelon;
use pellucid_core::{Affine, Domain, Hyperplane, Rational, SplitMix64, dot};

/// How many points are tried before giving up; each hyperplane to avoid excludes only a thin set.
const TRIES: usize = 10_000;

/// Points of `plane` inside the domain and off all of `others`, simple ones first. The sequence is
/// the same each time.
pub fn points_of<'a>(
    plane: &'a Hyperplane,
    others: &'a [Hyperplane],
    domain: &'a Domain,
) -> impl Iterator<Item = Vec<Rational>> + 'a {
    let map = plane.to_affine();
    let directions = Echelon::of([plane.normal.as_slice()]).null_space(plane.normal.len());
    let mut stream = SplitMix64(0x9e37_79b9_7f4a_7c15);
    (0..TRIES)
        .map(move |attempt| match domain {
            Domain::Box(sides) => inside_box(&map, sides, attempt, &mut stream),
            _ => on_plane(plane, &directions, attempt, &mut stream),
        })
        .filter(move |point| {
            domain.contains_inside(point) && others.iter().all(|other| dot(&other.normal, point) != other.offset)
        })
}

/// A small integer combination of directions from a point of the plane.
fn on_plane(
    plane: &Hyperplane,
    directions: &[Vec<Rational>],
    attempt: usize,
    stream: &mut SplitMix64,
) -> Vec<Rational> {
    let lead = plane.normal.iter().position(|c| !c.is_zero()).unwrap_or(0);
    let mut point = vec![Rational::zero(); plane.normal.len()];
    point[lead] = &plane.offset / &plane.normal[lead];
    let reach = 1 + attempt as u64;
    for direction in directions {
        let factor = Rational::from(stream.below(2 * reach + 1) as i64 - reach as i64);
        for (x, d) in point.iter_mut().zip(direction) {
            *x += &(&factor * d);
        }
    }
    point
}

/// Where the segment between a point below the plane and one above crosses it.
fn inside_box(map: &Affine, sides: &[(Rational, Rational)], attempt: usize, stream: &mut SplitMix64) -> Vec<Rational> {
    let mut random = || -> Vec<Rational> {
        let parts = 4 + attempt as u64;
        let share = |stream: &mut SplitMix64| Rational::ratio(1 + stream.below(parts - 1) as i64, parts as i64);
        sides.iter().map(|(low, high)| low + (high - low) * share(stream)).collect()
    };
    let start = if attempt == 0 {
        sides.iter().map(|(low, high)| (low + high) / Rational::from(2)).collect()
    } else {
        random()
    };
    // The corner furthest on the other side; inside the box the segment to it is interior.
    let here = map.at(&start);
    let corner = |up: bool| -> Vec<Rational> {
        let pick = |c: &Rational, (low, high): &(Rational, Rational)| match (c.signum(), up) {
            (0, _) => (low + high) / Rational::from(2),
            (1, true) | (-1, false) => high.clone(),
            _ => low.clone(),
        };
        map.coefficients.iter().zip(sides).map(|(c, side)| pick(c, side)).collect()
    };
    let end = corner(!here.is_positive());
    let there = map.at(&end);
    if here.is_zero() {
        return start;
    }
    let share = &here / (&here - &there);
    start.iter().zip(&end).map(|(a, b)| a + (b - a) * &share).collect()
}
