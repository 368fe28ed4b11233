//! Linear programs decided in rationals, with the multipliers that prove the answer.
//!
//! A cell is given by rows `r_i(x) >= 0` on free variables. The simplex method runs on the dual,
//! `min sum y_i b_i` with `sum y_i a_i = -c`, `y >= 0`, which has one equation an input, so the
//! tableau stays small, and whose solution is the proof itself.

use pellucid_core::{Affine, Rational};

/// Row indices with positive factors.
pub type Multipliers = Vec<(usize, Rational)>;

/// The answer to [`interior`].
#[derive(Clone, Debug, PartialEq)]
pub enum Interior {
    /// A point where every row is positive.
    Point(Vec<Rational>),
    /// This combination of the rows is a constant that is not positive.
    Empty(Multipliers),
}

/// The answer to [`maximize`].
#[derive(Clone, Debug, PartialEq)]
pub enum Maximum {
    /// The largest value, where it is reached, and factors with
    /// `value - objective(x) = sum factors_i * rows_i(x)`.
    At {
        /// The largest value.
        value: Rational,
        /// A point that reaches it.
        point: Vec<Rational>,
        /// The factors, positive ones only.
        multipliers: Multipliers,
    },
    /// Along this ray no row falls and the objective grows.
    Unbounded {
        /// The direction.
        ray: Vec<Rational>,
    },
    /// No point satisfies the rows.
    Infeasible,
}

/// Looks for a point where all rows are positive.
pub fn interior(rows: &[Affine], n_inputs: usize) -> Interior {
    if rows.is_empty() {
        return Interior::Point(vec![Rational::zero(); n_inputs]);
    }
    // Maximise t <= 1 with row - t >= 0: always feasible and bounded.
    let lift = |row: &Affine, slack: i64| {
        let mut coefficients = row.coefficients.clone();
        coefficients.push(Rational::from(slack));
        Affine { coefficients, constant: row.constant.clone() }
    };
    let mut lifted: Vec<Affine> = rows.iter().map(|row| lift(row, -1)).collect();
    lifted.push(lift(&Affine::constant(n_inputs, Rational::one()), -1));
    let objective = lift(&Affine::constant(n_inputs, Rational::zero()), 1);
    match maximize(&objective, &lifted) {
        Maximum::At { value, mut point, .. } if value.is_positive() => {
            point.pop();
            Interior::Point(point)
        }
        Maximum::At { mut multipliers, .. } => {
            multipliers.retain(|(i, _)| *i < rows.len());
            Interior::Empty(multipliers)
        }
        Maximum::Unbounded { .. } | Maximum::Infeasible => unreachable!("t is at most 1 and may be very low"),
    }
}

/// The largest value of an affine objective where all rows are at least 0.
pub fn maximize(objective: &Affine, rows: &[Affine]) -> Maximum {
    let mut tableau = Tableau::new(objective, rows);
    tableau.minimise_artificials();
    if let Some(ray) = tableau.infeasibility_ray() {
        return Maximum::Unbounded { ray };
    }
    tableau.drive_out_artificials();
    if !tableau.minimise_costs(rows) {
        return Maximum::Infeasible;
    }
    let point: Vec<Rational> = tableau.simplex_multipliers().into_iter().map(|p| -p).collect();
    let value = objective.at(&point);
    Maximum::At { value, point, multipliers: tableau.solution() }
}

/// Equations `sum_j y_j a_j + s_i z_i = g_i` with artificial variables `z`; the reduced costs stand
/// in the last row.
struct Tableau {
    /// `n_equations + 1` rows of `n_variables + n_equations + 1` numbers.
    cells: Vec<Vec<Rational>>,
    /// The basic variable of each equation.
    basis: Vec<usize>,
    /// The sign an equation was multiplied with to make its right side not negative.
    signs: Vec<i32>,
    n_variables: usize,
}

impl Tableau {
    fn new(objective: &Affine, rows: &[Affine]) -> Self {
        let n_equations = objective.coefficients.len();
        let n_variables = rows.len();
        let mut cells = vec![vec![Rational::zero(); n_variables + n_equations + 1]; n_equations + 1];
        let mut signs = Vec::with_capacity(n_equations);
        for i in 0..n_equations {
            let right = -&objective.coefficients[i];
            let sign = if right.is_negative() { -1 } else { 1 };
            let signed = |value: &Rational| if sign < 0 { -value } else { value.clone() };
            for (j, row) in rows.iter().enumerate() {
                cells[i][j] = signed(&row.coefficients[i]);
            }
            cells[i][n_variables + i] = Rational::one();
            cells[i][n_variables + n_equations] = signed(&right);
            signs.push(sign);
        }
        Tableau { cells, basis: (n_variables..n_variables + n_equations).collect(), signs, n_variables }
    }

    fn n_equations(&self) -> usize {
        self.basis.len()
    }

    fn right(&self) -> usize {
        self.n_variables + self.n_equations()
    }

    fn minimise_artificials(&mut self) {
        let n = self.n_equations();
        for column in (0..self.n_variables).chain([self.right()]) {
            let sum: Rational = self.cells[..n].iter().map(|row| &row[column]).sum();
            self.cells[n][column] = -sum;
        }
        // The sum of artificials is bounded below by 0.
        self.run();
    }

    /// If the artificials cannot all be 0: the direction in which no row falls and the objective
    /// grows.
    fn infeasibility_ray(&self) -> Option<Vec<Rational>> {
        let n = self.n_equations();
        if self.cells[n][self.right()].is_zero() {
            return None;
        }
        // Phase-one reduced cost of artificial i is 1 - s_i pi_i.
        Some(
            (0..n)
                .map(|i| {
                    let pi = Rational::one() - &self.cells[n][self.n_variables + i];
                    if self.signs[i] < 0 { pi } else { -pi }
                })
                .collect(),
        )
    }

    /// Artificials that stay in the basis at 0 leave it, unless their equation is redundant.
    fn drive_out_artificials(&mut self) {
        for i in 0..self.n_equations() {
            if self.basis[i] >= self.n_variables
                && let Some(column) = (0..self.n_variables).find(|j| !self.cells[i][*j].is_zero())
            {
                self.pivot(i, column);
            }
        }
    }

    /// Minimises `sum y_i b_i`; says whether there is a minimum.
    fn minimise_costs(&mut self, rows: &[Affine]) -> bool {
        let n = self.n_equations();
        let width = self.right() + 1;
        let mut costs = vec![Rational::zero(); width];
        for (j, row) in rows.iter().enumerate() {
            costs[j] = row.constant.clone();
        }
        for i in 0..n {
            let Some(row) = rows.get(self.basis[i]) else { continue };
            if row.constant.is_zero() {
                continue;
            }
            for (cost, cell) in costs.iter_mut().zip(&self.cells[i]) {
                if !cell.is_zero() {
                    *cost -= &(&row.constant * cell);
                }
            }
        }
        self.cells[n] = costs;
        self.run()
    }

    /// Pivots until no reduced cost is negative; says whether that can be had. The steepest column
    /// first, and Bland's rule after a while, which cannot cycle.
    fn run(&mut self) -> bool {
        let n = self.n_equations();
        let patience = 4 * (n + self.n_variables);
        for step in 0.. {
            let costs = &self.cells[n];
            let negative = (0..self.n_variables).filter(|j| costs[*j].is_negative());
            let entering =
                if step < patience { negative.min_by(|a, b| costs[*a].cmp(&costs[*b])) } else { negative.min() };
            let Some(column) = entering else { return true };
            let right = self.right();
            let leaving = (0..n)
                .filter(|i| self.cells[*i][column].is_positive())
                .map(|i| (&self.cells[i][right] / &self.cells[i][column], self.basis[i], i))
                .min();
            let Some((_, _, row)) = leaving else { return false };
            self.pivot(row, column);
        }
        unreachable!("the loop has no end of its own")
    }

    fn pivot(&mut self, row: usize, column: usize) {
        let lead = Rational::one() / &self.cells[row][column];
        let mut pivot_row = std::mem::take(&mut self.cells[row]);
        pivot_row.iter_mut().filter(|c| !c.is_zero()).for_each(|c| *c *= &lead);
        for other in self.cells.iter_mut().filter(|other| !other.is_empty()) {
            let factor = other[column].clone();
            if factor.is_zero() {
                continue;
            }
            for (mine, theirs) in other.iter_mut().zip(&pivot_row).filter(|(_, theirs)| !theirs.is_zero()) {
                *mine -= &(&factor * theirs);
            }
        }
        self.cells[row] = pivot_row;
        self.basis[row] = column;
    }

    /// The multipliers of the equations, read off the artificials' reduced costs (`0 - s_i pi_i`).
    fn simplex_multipliers(&self) -> Vec<Rational> {
        let n = self.n_equations();
        (0..n)
            .map(|i| {
                let cost = &self.cells[n][self.n_variables + i];
                if self.signs[i] < 0 { cost.clone() } else { -cost }
            })
            .collect()
    }

    fn solution(&self) -> Multipliers {
        let right = self.right();
        let mut found: Multipliers = (0..self.n_equations())
            .filter(|i| self.basis[*i] < self.n_variables && self.cells[*i][right].is_positive())
            .map(|i| (self.basis[i], self.cells[i][right].clone()))
            .collect();
        found.sort_by_key(|(i, _)| *i);
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn combination(rows: &[Affine], multipliers: &[(usize, Rational)], n_inputs: usize) -> Affine {
        let mut sum = Affine::constant(n_inputs, Rational::zero());
        for (i, factor) in multipliers {
            sum.add_scaled(factor, &rows[*i]);
        }
        sum
    }

    fn rows(values: &[Vec<i64>]) -> Vec<Affine> {
        values
            .iter()
            .map(|v| Affine {
                coefficients: v[1..].iter().map(|c| Rational::from(*c)).collect(),
                constant: Rational::from(v[0]),
            })
            .collect()
    }

    proptest! {
        #[test]
        fn every_answer_is_proved(values in prop::collection::vec(prop::collection::vec(-3i64..=3, 4), 1..9)) {
            let rows = rows(&values);
            let objective = rows[0].clone();
            let cell = &rows[1..];
            match interior(cell, 3) {
                Interior::Point(point) => {
                    prop_assert!(cell.iter().all(|row| row.at(&point).is_positive()));
                    match maximize(&objective, cell) {
                        Maximum::At { value, point, multipliers } => {
                            prop_assert!(cell.iter().all(|row| !row.at(&point).is_negative()));
                            prop_assert_eq!(objective.at(&point), value.clone());
                            prop_assert!(multipliers.iter().all(|(_, y)| y.is_positive()));
                            let rest = Affine::constant(3, value).minus(&objective).minus(&combination(cell, &multipliers, 3));
                            prop_assert!(rest.is_zero());
                        }
                        Maximum::Unbounded { ray } => {
                            let slope = |row: &Affine| pellucid_core::dot(&row.coefficients, &ray);
                            prop_assert!(cell.iter().all(|row| !slope(row).is_negative()));
                            prop_assert!(slope(&objective).is_positive());
                        }
                        Maximum::Infeasible => prop_assert!(false, "it has an interior"),
                    }
                }
                Interior::Empty(multipliers) => {
                    prop_assert!(!multipliers.is_empty() && multipliers.iter().all(|(_, y)| y.is_positive()));
                    let sum = combination(cell, &multipliers, 3);
                    prop_assert!(sum.is_constant() && !sum.constant.is_positive());
                }
            }
        }
    }
}
