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
    let n = basis.len();
    let equations: Vec<Vec<Rational>> =
        (0..target.len()).map(|i| basis.iter().map(|b| b[i].clone()).chain([target[i].clone()]).collect()).collect();
    let echelon = Echelon::of(equations.iter().map(Vec::as_slice));
    let mut factors = vec![Rational::zero(); n];
    for (row, pivot) in echelon.rows.iter().zip(&echelon.pivots) {
        *factors.get_mut(*pivot)? = row[n].clone();
    }
    Some(factors)
}

/// The number of independent rows.
pub fn rank(rows: &[Vec<Rational>]) -> usize {
    Echelon::of(rows.iter().map(Vec::as_slice)).rank()
}
