//! Is there a choice of vectors with a given sum? The search behind orientations of hinges.

use std::collections::HashMap;

use pellucid_core::Rational;
use pellucid_core::linear::Echelon;

/// The end of a search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Search {
    /// The choice that has the sum.
    Found(Vec<bool>),
    /// There is none.
    None,
    /// Too many cases to look at.
    GaveUp,
}

/// Choices of free variables that are enumerated at most, as a power of two.
const MAX_FREE: usize = 14;
/// Numbers in all partial sums that are kept at most.
const MAX_KEPT: usize = 1 << 20;
/// How much more than adding a number it is to keep it.
const HASHING: usize = 8;
/// What all searches for one count may cost, in numbers touched. The checker does them again and
/// has twice as much, so what is certain here can be shown there.
pub const MAX_WORK: usize = 1 << 24;

/// Looks for `s` in {0,1}^n with `sum_k s_k vectors_k = target`.
///
/// The equations leave few variables free when the vectors are nearly independent; those are
/// enumerated. Otherwise both halves' sums meet in the middle, equal sums kept once, so integers of
/// any number stay cheap. What it costs is taken from `work`.
pub fn subset_with_sum(vectors: &[Vec<Rational>], target: &[Rational], work: &mut usize) -> Search {
    let n = vectors.len();
    if !take(work, HASHING.saturating_mul(n * target.len() * n.min(target.len()))) {
        return Search::GaveUp;
    }
    // One equation a coordinate: the coefficients of s, then the right side.
    let equations: Vec<Vec<Rational>> =
        (0..target.len()).map(|i| vectors.iter().map(|v| v[i].clone()).chain([target[i].clone()]).collect()).collect();
    let echelon = Echelon::of(equations.iter().map(Vec::as_slice));
    if echelon.pivots.contains(&n) {
        return Search::None;
    }
    let free: Vec<usize> = (0..n).filter(|k| !echelon.pivots.contains(k)).collect();
    if free.len() > MAX_FREE {
        return meet_in_the_middle(vectors, target, work);
    }
    let cost = (1usize << free.len()).saturating_mul(echelon.rows.len() * (free.len() + 1));
    if take(work, cost) { enumerate(&echelon, &free, n) } else { Search::GaveUp }
}

/// Takes a cost from what is left; says whether there was enough.
fn take(work: &mut usize, cost: usize) -> bool {
    let enough = *work >= cost;
    *work = work.saturating_sub(cost);
    enough
}

fn enumerate(echelon: &Echelon, free: &[usize], n: usize) -> Search {
    for choice in 0..1usize << free.len() {
        let mut chosen = vec![false; n];
        for (bit, k) in free.iter().enumerate() {
            chosen[*k] = choice >> bit & 1 == 1;
        }
        let solved = echelon.rows.iter().zip(&echelon.pivots).all(|(row, pivot)| {
            let taken = free.iter().filter(|k| chosen[**k]).map(|k| &row[*k]);
            let value = &row[n] - taken.sum::<Rational>();
            chosen[*pivot] = value.is_one();
            value.is_one() || value.is_zero()
        });
        if solved {
            return Search::Found(chosen);
        }
    }
    Search::None
}

fn meet_in_the_middle(vectors: &[Vec<Rational>], target: &[Rational], work: &mut usize) -> Search {
    let (first, second) = vectors.split_at(vectors.len() / 2);
    let Some(left) = sums(first, target.len(), work) else { return Search::GaveUp };
    let Some(right) = sums(second, target.len(), work) else { return Search::GaveUp };
    for (sum, chosen) in &left {
        let rest: Vec<Rational> = target.iter().zip(sum).map(|(t, s)| t - s).collect();
        if let Some(others) = right.get(&rest) {
            return Search::Found([chosen.as_slice(), others.as_slice()].concat());
        }
    }
    Search::None
}

/// Every sum of a choice, each with one choice that has it; `None` when there are too many.
fn sums(vectors: &[Vec<Rational>], width: usize, work: &mut usize) -> Option<HashMap<Vec<Rational>, Vec<bool>>> {
    let mut found = HashMap::from([(vec![Rational::zero(); width], Vec::new())]);
    for (k, vector) in vectors.iter().enumerate() {
        let numbers = found.len().saturating_mul(width);
        if numbers > MAX_KEPT || !take(work, numbers.saturating_mul(HASHING)) {
            return None;
        }
        let taken: Vec<_> = found
            .iter()
            .map(|(sum, chosen)| {
                let more: Vec<Rational> = sum.iter().zip(vector).map(|(s, v)| s + v).collect();
                (more, chosen.iter().copied().chain([true]).collect::<Vec<bool>>())
            })
            .collect();
        found.values_mut().for_each(|chosen| chosen.push(false));
        for (sum, chosen) in taken {
            found.entry(sum).or_insert(chosen);
        }
        debug_assert!(found.values().all(|chosen| chosen.len() == k + 1));
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn agrees_with_trying_all(
            width in 1usize..3,
            values in prop::collection::vec(prop::collection::vec(-3i64..=3, 2), 1..9),
            target in prop::collection::vec(-5i64..=5, 2),
        ) {
            let rational = |v: &[i64]| v[..width].iter().map(|x| Rational::from(*x)).collect::<Vec<_>>();
            let vectors: Vec<_> = values.iter().map(|v| rational(v)).collect();
            let target = rational(&target);
            let sum = |choice: usize| -> Vec<Rational> {
                (0..width).map(|i| (0..vectors.len()).filter(|k| choice >> k & 1 == 1).map(|k| &vectors[k][i]).sum()).collect()
            };
            let brute = (0..1usize << vectors.len()).any(|choice| sum(choice) == target);
            for search in [
                subset_with_sum(&vectors, &target, &mut MAX_WORK.clone()),
                meet_in_the_middle(&vectors, &target, &mut MAX_WORK.clone()),
            ] {
                match search {
                    Search::Found(chosen) => {
                        let choice = chosen.iter().enumerate().map(|(k, c)| usize::from(*c) << k).sum();
                        prop_assert_eq!(sum(choice), target.clone());
                    }
                    Search::None => prop_assert!(!brute),
                    Search::GaveUp => prop_assert!(false),
                }
            }
        }
    }
}
