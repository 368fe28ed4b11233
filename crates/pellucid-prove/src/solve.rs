//! Linear equations in integers.

use pellucid_core::Integer;

/// Solves `sum_j a_ij x_j = b_i`, each equation given as `a_i1 .. a_in b_i`: the numerators of the x and their common
/// denominator, which is the determinant up to its sign; `None` where that is 0. By elimination without fractions
/// (Bareiss, after Jordan).
pub(crate) fn solve(mut equations: Vec<Vec<Integer>>) -> Option<(Vec<Integer>, Integer)> {
    let n = equations.len();
    let mut previous = Integer::ONE;
    for k in 0..n {
        let pivot = (k..n).find(|i| !equations[*i][k].is_zero())?;
        equations.swap(pivot, k);
        let lead = std::mem::take(&mut equations[k]);
        for (_, equation) in equations.iter_mut().enumerate().filter(|(i, _)| *i != k) {
            for j in k + 1..=n {
                let value = &equation[j] * &lead[k] - &equation[k] * &lead[j];
                // The quotient is whole.
                equation[j] = if previous.is_one() { value } else { value / &previous };
            }
        }
        previous = lead[k].clone();
        equations[k] = lead;
    }
    Some((equations.into_iter().map(|mut equation| equation.swap_remove(n)).collect(), previous))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn solutions_solve(equations in (0usize..5).prop_flat_map(|n| {
            prop::collection::vec(prop::collection::vec(-4i64..=4, n + 1), n)
        })) {
            let n = equations.len();
            let integers: Vec<Vec<Integer>> =
                equations.iter().map(|row| row.iter().map(|v| Integer::from(*v)).collect()).collect();
            let shared = solve(integers.clone());
            let dependent = pellucid_core::linear::Echelon::of(
                equations.iter().map(|row| row[..n].iter().map(|v| pellucid_core::Rational::from(*v)).collect::<Vec<_>>()).collect::<Vec<_>>().iter().map(Vec::as_slice),
            ).rank() < n;
            prop_assert_eq!(shared.is_none(), dependent);
            if let Some((x, denominator)) = shared {
                prop_assert!(!denominator.is_zero());
                for equation in &integers {
                    let sum: Integer = equation[..n].iter().zip(&x).map(|(a, x)| a * x).sum();
                    prop_assert_eq!(sum, &equation[n] * &denominator);
                }
            }
        }
    }
}
