//! The exact volume of a polytope, from its corners and from which of them lie on which row.
//!
//! A face is cut into pyramids over those of its facets that do not contain its first corner; going
//! down to points gives simplices, each a chain of such corners.

use pellucid_core::{Integer, Rational, sign_of};

/// Corners are told by the bits of one machine word of 128.
pub(crate) const MAX_VOLUME_CORNERS: usize = 128;

/// The volume of the hull of corners in homogeneous coordinates; `rows` are the sets of corners on
/// each bounding hyperplane, as bits.
pub(crate) fn volume(corners: &[&[Integer]], rows: &[u128]) -> Rational {
    let all = corners.iter().enumerate().fold(0u128, |set, (i, _)| set | 1 << i);
    let mut total = Rational::zero();
    add_simplices(corners, rows, all, &mut Vec::new(), &mut total);
    let n = corners.first().map_or(0, |corner| corner.len() - 1);
    total / (1..=n).map(Rational::from).fold(Rational::one(), |product, k| product * k)
}

fn add_simplices(corners: &[&[Integer]], rows: &[u128], face: u128, chain: &mut Vec<usize>, total: &mut Rational) {
    let apex = face.trailing_zeros() as usize;
    chain.push(apex);
    if face.count_ones() == 1 {
        // A chain that is too short belongs to no simplex: its corners lie in a plane.
        if chain.len() == corners[apex].len() {
            let scale = chain.iter().fold(Integer::ONE, |product, i| product * &corners[*i][corners[*i].len() - 1]);
            let size = determinant(chain.iter().map(|i| corners[*i].to_vec()).collect());
            *total += &Rational::quotient(size, scale).abs();
        }
    } else {
        for facet in facets(rows, face).into_iter().filter(|facet| facet >> apex & 1 == 0) {
            add_simplices(corners, rows, facet, chain, total);
        }
    }
    chain.pop();
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
            assert_eq!(volume(&views, &rows), Rational::from(1i64 << n));
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
            assert_eq!(volume(&views, &rows), Rational::one() / factorial);
        }
    }
}
