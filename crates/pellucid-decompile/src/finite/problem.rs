//! Values at points in whole numbers: what a formula is searched for.

use std::collections::HashMap;

use pellucid_core::{Expr, Rational};

/// Coordinates stay below this, so that sums of small multiples of them cannot overflow.
const MOST: i128 = 1 << 40;

/// Distinct points with a value at each.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    /// One whole number a coordinate.
    pub points: Vec<Vec<i64>>,
    /// What each coordinate is of the inputs.
    pub coordinates: Vec<Expr>,
    /// One a point.
    pub values: Vec<Rational>,
    /// All points and values as they were given, for a last look at the formula.
    given: Vec<(Vec<Rational>, Rational)>,
}

impl Problem {
    /// The problem of a list of points (in the inputs' own numbers) with their values, inputs that no
    /// value depends on left out; `None` where coordinates are too long to be worked with.
    pub fn new(points: &[Vec<Rational>], values: Vec<Rational>) -> Option<Problem> {
        // With 1 among them the scale is the least common denominator.
        let one = Rational::one();
        let scale = Rational::primitive_scale(points.iter().flatten().chain([&one]));
        let whole =
            |x: &Rational| (x * &scale).to_i128().filter(|x| x.abs() < MOST).and_then(|x| i64::try_from(x).ok());
        let rows = points.iter().map(|point| point.iter().map(whole).collect::<Option<Vec<i64>>>());
        let n = points.first()?.len();
        let coordinates = (0..n).map(|i| Expr::scale(scale.clone(), Expr::Input(i))).collect();
        let given = points.iter().cloned().zip(values.iter().cloned()).collect();
        let problem = Problem { points: rows.collect::<Option<_>>()?, coordinates, values, given };
        Some(problem.without_irrelevant())
    }

    /// The same points, each value replaced by what becomes of it.
    pub fn map_values(&self, map: impl Fn(&Rational) -> Rational) -> Problem {
        Problem {
            points: self.points.clone(),
            coordinates: self.coordinates.clone(),
            values: self.values.iter().map(&map).collect(),
            given: self.given.iter().map(|(point, value)| (point.clone(), map(value))).collect(),
        }
    }

    /// The number of coordinates that matter.
    pub fn n(&self) -> usize {
        self.coordinates.len()
    }

    /// Does the formula take the values at all points that were given?
    pub fn is_solved_by(&self, expr: &Expr) -> bool {
        self.given.iter().all(|(point, value)| expr.evaluate(point) == *value)
    }

    /// Is every coordinate 0 or 1 at every point?
    pub fn is_of_bits(&self) -> bool {
        self.points.iter().flatten().all(|x| (0..=1).contains(x))
    }

    /// The two values, where there are just two.
    pub fn two_values(&self) -> Option<(Rational, Rational)> {
        let low = self.values.iter().min()?;
        let high = self.values.iter().max()?;
        let two = low != high && self.values.iter().all(|value| value == low || value == high);
        two.then(|| (low.clone(), high.clone()))
    }

    /// `sum_i weights[i] * coordinate_i` as a formula.
    pub fn form(&self, weights: &[i64]) -> Expr {
        let terms = weights.iter().zip(&self.coordinates).filter(|(w, _)| **w != 0);
        Expr::sum(terms.map(|(w, x)| Expr::scale(Rational::from(*w), x.clone())))
    }

    /// The lowest and highest whole number of a coordinate.
    pub fn range(&self, coordinate: usize) -> (i64, i64) {
        let all = || self.points.iter().map(|point| point[coordinate]);
        (all().min().unwrap_or(0), all().max().unwrap_or(0))
    }

    /// Coordinates that have two values, other than 0 and 1, made bits.
    pub fn with_bits(&self) -> Problem {
        let mut problem = self.clone();
        for i in 0..self.n() {
            let (low, high) = self.range(i);
            let two = low < high && self.points.iter().all(|point| point[i] == low || point[i] == high);
            if two && (low, high) != (0, 1) {
                problem.points.iter_mut().for_each(|point| point[i] = i64::from(point[i] == high));
                let moved = Expr::sum([self.coordinates[i].clone(), Expr::Constant(Rational::from(-low))]);
                problem.coordinates[i] = Expr::scale(Rational::ratio(1, high - low), moved);
            }
        }
        problem
    }

    /// Leaves out one coordinate after another while the rest still tells the values apart.
    fn without_irrelevant(mut self) -> Problem {
        let mut at = self.n();
        while at > 0 {
            at -= 1;
            let mut known: HashMap<Vec<i64>, usize> = HashMap::new();
            let mut kept = Vec::new();
            let is_irrelevant = self.points.iter().enumerate().all(|(k, point)| {
                let mut rest = point.clone();
                rest.remove(at);
                let first = *known.entry(rest).or_insert_with(|| {
                    kept.push(k);
                    k
                });
                self.values[first] == self.values[k]
            });
            if is_irrelevant {
                self.coordinates.remove(at);
                self.points = kept.iter().map(|k| self.points[*k].clone()).collect();
                for point in &mut self.points {
                    point.remove(at);
                }
                self.values = kept.iter().map(|k| self.values[*k].clone()).collect();
            }
        }
        self
    }
}
