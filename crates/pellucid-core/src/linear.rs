//! Exact linear algebra on small matrices: rows are vectors of one length.

use crate::Rational;

/// A matrix in reduced row echelon form.
#[derive(Clone, Debug, Default)]
pub struct Echelon {
    /// The independent rows, each with leading entry 1, in order of their pivots.
    pub rows: Vec<Vec<Rational>>,
    /// The column of each row's leading entry.
    pub pivots: Vec<usize>,
}

impl Echelon {
    /// The echelon form of some rows.
    pub fn of<'a>(rows: impl IntoIterator<Item = &'a [Rational]>) -> Self {
        let mut echelon = Echelon::default();
        for row in rows {
            echelon.insert(row);
        }
        echelon
    }

    /// Adds a row; says whether it was independent of those before.
    pub fn insert(&mut self, row: &[Rational]) -> bool {
        let mut row = self.reduce(row);
        let Some(pivot) = row.iter().position(|c| !c.is_zero()) else { return false };
        let lead = Rational::one() / &row[pivot];
        row.iter_mut().for_each(|c| *c *= &lead);
        for other in &mut self.rows {
            let factor = other[pivot].clone();
            subtract(other, &factor, &row);
        }
        let at = self.pivots.partition_point(|p| *p < pivot);
        self.pivots.insert(at, pivot);
        self.rows.insert(at, row);
        true
    }

    /// What is left of a vector after taking away its part in the rows' span: all zeros when it
    /// lies in the span.
    pub fn reduce(&self, vector: &[Rational]) -> Vec<Rational> {
        let mut rest = vector.to_vec();
        for (row, pivot) in self.rows.iter().zip(&self.pivots) {
            let factor = rest[*pivot].clone();
            subtract(&mut rest, &factor, row);
        }
        rest
    }

    /// The number of independent rows.
    pub fn rank(&self) -> usize {
        self.rows.len()
    }

    /// Vectors that span everything orthogonal to the rows, of length `n_columns`.
    pub fn null_space(&self, n_columns: usize) -> Vec<Vec<Rational>> {
        (0..n_columns)
            .filter(|column| !self.pivots.contains(column))
            .map(|free| {
                let mut vector = vec![Rational::zero(); n_columns];
                vector[free] = Rational::one();
                for (row, pivot) in self.rows.iter().zip(&self.pivots) {
                    vector[*pivot] = -&row[free];
                }
                vector
            })
            .collect()
    }
}

fn subtract(row: &mut [Rational], factor: &Rational, other: &[Rational]) {
    if factor.is_zero() {
        return;
    }
    for (mine, theirs) in row.iter_mut().zip(other).filter(|(_, theirs)| !theirs.is_zero()) {
        *mine -= &(factor * theirs);
    }
}

/// Factors with `sum_j factors_j * basis_j = target`; `None` when the target is not in the span.
/// The basis must be independent for the factors to be unique.
pub fn solve(basis: &[Vec<Rational>], target: &[Rational]) -> Option<Vec<Rational>> {
    solve_all(basis, &[target]).pop()?
}

/// As [`solve`] for several targets at once.
///
/// ```
/// use pellucid_core::{Rational, linear::solve_all};
/// let row = |a: i64, b: i64| vec![Rational::from(a), Rational::from(b)];
/// let basis = [row(1, 1)];
/// assert_eq!(solve_all(&basis, &[&row(3, 3), &row(1, 0)]), [Some(vec![Rational::from(3)]), None]);
/// ```
pub fn solve_all(basis: &[Vec<Rational>], targets: &[&[Rational]]) -> Vec<Option<Vec<Rational>>> {
    let n = basis.len();
    let length = basis.first().map(Vec::len).or_else(|| targets.first().map(|target| target.len())).unwrap_or(0);
    let columns = basis.iter().map(Vec::as_slice).chain(targets.iter().copied());
    let equations: Vec<Vec<Rational>> =
        (0..length).map(|i| columns.clone().map(|column| column[i].clone()).collect()).collect();
    let echelon = Echelon::of(equations.iter().map(Vec::as_slice));
    // Rows with a pivot among the targets say which targets, as far as later ones, have no solution:
    // reducing on to their columns has mixed only rows without a part in the basis.
    let factors_of = |t: usize| {
        let mut factors = vec![Rational::zero(); n];
        for (row, pivot) in echelon.rows.iter().zip(&echelon.pivots) {
            match factors.get_mut(*pivot) {
                Some(factor) => *factor = row[n + t].clone(),
                None if !row[n + t].is_zero() => return None,
                None => {}
            }
        }
        Some(factors)
    };
    (0..targets.len()).map(factors_of).collect()
}

/// The number of independent rows.
pub fn rank(rows: &[Vec<Rational>]) -> usize {
    Echelon::of(rows.iter().map(Vec::as_slice)).rank()
}
