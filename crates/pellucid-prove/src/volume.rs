//! The exact volume of a polytope, from its corners and from which of them lie on which row.
//!
//! A face is cut into pyramids over those of its facets that do not contain its first corner; going
//! down to points gives simplices, each a chain of such corners.

use dashu_base::{DivRem, UnsignedAbs};
use pellucid_core::{Integer, Rational, sign_of};

/// Corners are told by the bits of one machine word of 128.
pub(crate) const MAX_VOLUME_CORNERS: usize = 128;

/// Simplices side by side.
#[derive(Debug, Default)]
pub(crate) struct Simplices {
    n_inputs: usize,
    /// `n!` times the volume of each: a numerator that is not negative, and a denominator.
    sizes: Vec<(Integer, Integer)>,
}

impl Simplices {
    /// Adds the hull of corners in homogeneous coordinates; `rows` are the sets of corners on each bounding
    /// hyperplane, as bits.
    pub fn add(&mut self, corners: &[&[Integer]], rows: &[u128]) {
        let all = corners.iter().enumerate().fold(0u128, |set, (i, _)| set | 1 << i);
        self.n_inputs = corners.first().map_or(0, |corner| corner.len() - 1);
        add_simplices(corners, rows, all, &mut Vec::new(), &mut self.sizes);
    }

    /// The volume.
    pub fn volume(&self) -> Rational {
        let total: Rational =
            self.sizes.iter().map(|(size, scale)| Rational::quotient(size.clone(), scale.clone())).sum();
        total / Rational::from(self.n_orders())
    }

    /// The number of steps of `2^-places` of `whole` that the volume has, rounded down, and whether something is left.
    ///
    /// Sums of long fractions take long. Each simplex rounded down to a small part of a step tells the number of steps
    /// but where the volume is next to a whole one.
    pub fn in_steps(&self, whole: &Rational, places: usize) -> (Integer, bool) {
        const MORE_PLACES: usize = 64;
        let parts = |(size, scale): &(Integer, Integer)| (size << (places + MORE_PLACES)) / scale;
        let low: Integer = self.sizes.iter().map(parts).sum();
        let high = &low + Integer::from(self.sizes.len());
        let factor = Integer::from(whole.denominator().clone());
        let step = (self.n_orders() * whole.numerator()) << MORE_PLACES;
        let (steps, left) = (low * &factor).div_rem(&step);
        if !left.is_zero() && high * factor < (&steps + Integer::ONE) * &step {
            return (steps, true);
        }
        let steps = self.volume() / whole * Rational::from(Integer::ONE << places);
        let down = steps.floor();
        (down.to_integer(), down != steps)
    }

    /// `n!`.
    fn n_orders(&self) -> Integer {
        (1..=self.n_inputs).map(Integer::from).product()
    }
}

fn add_simplices(
    corners: &[&[Integer]],
    rows: &[u128],
    face: u128,
    chain: &mut Vec<usize>,
    sizes: &mut Vec<(Integer, Integer)>,
) {
    let apex = face.trailing_zeros() as usize;
    let (n_before, n_left) = (chain.len(), face.count_ones() as usize);
    // A chain that is too short belongs to no simplex: its corners lie in a plane.
    if corners.get(apex).is_none_or(|corner| n_before + n_left < corner.len()) {
        return;
    }
    if n_before + n_left == corners[apex].len() {
        // As many corners as are needed: they are a simplex.
        chain.extend((apex..corners.len()).filter(|i| face >> i & 1 == 1));
        let scale = chain.iter().map(|i| &corners[*i][corners[*i].len() - 1]).product::<Integer>();
        let size = determinant(chain.iter().map(|i| corners[*i].to_vec()).collect());
        // Points have a positive last coordinate.
        sizes.push((Integer::from(size.unsigned_abs()), scale));
    } else {
        chain.push(apex);
        for facet in facets(rows, face).into_iter().filter(|facet| facet >> apex & 1 == 0) {
            add_simplices(corners, rows, facet, chain, sizes);
        }
    }
    chain.truncate(n_before);
}

/// The facets of a face: its largest proper parts that a row cuts out.
fn facets(rows: &[u128], face: u128) -> Vec<u128> {
    let mut parts: Vec<u128> = rows.iter().map(|row| row & face).filter(|part| *part != 0 && *part != face).collect();
    parts.sort_unstable();
    parts.dedup();
    let within_another = |part: u128| parts.iter().any(|other| *other != part && other & part == part);
    parts.iter().copied().filter(|part| !within_another(*part)).collect()
}

/// By elimination without fractions (Bareiss).
fn determinant(mut rows: Vec<Vec<Integer>>) -> Integer {
    let n = rows.len();
    let mut previous = Integer::ONE;
    for k in 0..n {
        let Some(pivot) = (k..n).find(|i| !rows[*i][k].is_zero()) else { return Integer::ZERO };
        if pivot != k {
            rows.swap(pivot, k);
            rows[k].iter_mut().for_each(|c| *c = -&*c);
        }
        let (done, left) = rows.split_at_mut(k + 1);
        let lead = &done[k];
        for row in left {
            for j in k + 1..n {
                row[j] = (&row[j] * &lead[k] - &row[k] * &lead[j]) / &previous;
            }
        }
        previous = rows[k][k].clone();
    }
    if sign_of(&previous) == 0 { Integer::ZERO } else { previous }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cubes_and_simplices() {
        for n in 1usize..=5 {
            let corner = |bits: usize| -> Vec<Integer> {
                (0..n).map(|i| Integer::from(2 * (bits >> i & 1))).chain([Integer::ONE]).collect()
            };
            let corners: Vec<Vec<Integer>> = (0..1 << n).map(corner).collect();
            let row = |i: usize, side: usize| {
                (0..1usize << n).filter(|bits| bits >> i & 1 == side).fold(0u128, |set, bits| set | 1 << bits)
            };
            let rows: Vec<u128> = (0..n).flat_map(|i| [row(i, 0), row(i, 1)]).collect();
            let views: Vec<&[Integer]> = corners.iter().map(Vec::as_slice).collect();
            let mut cube = Simplices::default();
            cube.add(&views, &rows);
            assert_eq!(cube.volume(), Rational::from(1i64 << n));
            // In eighths of 3^n something is left, in sixteenths of 2^(n + 1) nothing.
            let thirds = 3i64.pow(n as u32);
            assert_eq!(cube.in_steps(&Rational::from(thirds), 3), (Integer::from((1i64 << (n + 3)) / thirds), true));
            assert_eq!(cube.in_steps(&Rational::from(1i64 << (n + 1)), 4), (Integer::from(8), false));
            // Two of them beside each other.
            cube.add(&views, &rows);
            assert_eq!(cube.in_steps(&Rational::from(1i64 << (n + 1)), 4), (Integer::from(16), false));
            // The corner at the origin and its neighbours, at half the distance.
            let near: Vec<Vec<Integer>> = [0]
                .into_iter()
                .chain((0..n).map(|i| 1 << i))
                .map(|bits| {
                    let mut corner = corner(bits);
                    corner[n] = Integer::from(2);
                    corner
                })
                .collect();
            let views: Vec<&[Integer]> = near.iter().map(Vec::as_slice).collect();
            let rows: Vec<u128> = (0..=n).map(|left_out| ((1u128 << (n + 1)) - 1) & !(1 << left_out)).collect();
            let factorial = (1..=n).map(Rational::from).fold(Rational::one(), |product, k| product * k);
            let mut simplex = Simplices::default();
            simplex.add(&views, &rows);
            assert_eq!(simplex.volume(), Rational::one() / factorial);
        }
    }
}
