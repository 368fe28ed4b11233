//! Maxima in few layers: five terms in two layers, where pairs of pairs take three.
//!
//! With `m_ij = max(x_i, x_j)`, `A = max(2 x_5, x_1 + x_2)` and `B = max(2 x_5, x_3 + x_4)`,
//!
//! ```text
//! 2 max(x_1..x_5) = max(A, m_13 + m_14) + max(A, m_23 + m_24) + max(B, m_13 + m_23) + max(B, m_14 + m_24)
//!                 + max(A, x_3 + x_4) - max(A, x_3 + m_14) - max(A, x_4 + m_13) - max(A, x_3 + m_24)
//!                 - max(A, x_4 + m_23)
//! ```
//!
//! That two layers are enough is due to Bakaev and others (2025, arXiv 2505.14338).

use pellucid_core::{Expr, Rational};

/// The maximum of these terms in few layers: one for two terms, two for up to five, three for up to
/// ten, four for up to twenty-five.
pub fn maximum(mut terms: Vec<Expr>) -> Expr {
    match terms.len() {
        0..=4 => {
            if terms.len() == 1 {
                return terms.swap_remove(0);
            }
            Expr::Max(terms)
        }
        5 => of_five(&terms),
        n => {
            // Six to ten are two groups; more are up to five groups, each of a fifth.
            let groups = if n <= 10 { 2 } else { 5 };
            let size = n.div_ceil(groups);
            maximum(terms.chunks(size).map(|group| maximum(group.to_vec())).collect())
        }
    }
}

fn of_five(x: &[Expr]) -> Expr {
    let max = |a: &Expr, b: &Expr| Expr::Max(vec![a.clone(), b.clone()]);
    let add = |a: &Expr, b: &Expr| Expr::sum([a.clone(), b.clone()]);
    let m = |i: usize, j: usize| max(&x[i - 1], &x[j - 1]);
    let twice = Expr::scale(Rational::from(2), x[4].clone());
    let a = max(&twice, &add(&x[0], &x[1]));
    let b = max(&twice, &add(&x[2], &x[3]));
    let plus = [
        max(&a, &add(&m(1, 3), &m(1, 4))),
        max(&a, &add(&m(2, 3), &m(2, 4))),
        max(&b, &add(&m(1, 3), &m(2, 3))),
        max(&b, &add(&m(1, 4), &m(2, 4))),
        max(&a, &add(&x[2], &x[3])),
    ];
    let minus = [
        max(&a, &add(&x[2], &m(1, 4))),
        max(&a, &add(&x[3], &m(1, 3))),
        max(&a, &add(&x[2], &m(2, 4))),
        max(&a, &add(&x[3], &m(2, 3))),
    ];
    let half = Rational::ratio(1, 2);
    Expr::scale(half, Expr::sum(plus.into_iter().chain(minus.into_iter().map(Expr::negate))))
}
