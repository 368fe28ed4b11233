//! What a function is at finitely many points: all that its network has to do there.

use std::collections::HashMap;

use pellucid_core::{Domain, Error, Rational, ReluGraph};
use pellucid_prove::{Limits, each_point};

/// Points with more coordinates together are not looked at one by one.
const MAX_COORDINATES: usize = 1 << 22;

/// The values of a function at distinct points.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    /// Points times `denominator`, whole numbers.
    pub points: Vec<Vec<i64>>,
    pub denominator: i64,
    /// For each point which of `values` it has.
    pub classes: Vec<usize>,
    /// The different values, one number an output.
    pub values: Vec<Vec<Rational>>,
}

impl Table {
    /// The values of a graph at the points of a domain; `None` where they are too many, or their
    /// coordinates too long, to be gone through in machine integers.
    ///
    /// # Errors
    /// When the domain has no points or a limit is reached.
    pub fn of_graph(graph: &ReluGraph, domain: &Domain, limits: Limits<'_>) -> Result<Option<Table>, Error> {
        let Domain::Finite { values: sides, .. } = domain else { return Ok(None) };
        let n_points = sides.iter().try_fold(1usize, |n, side| n.checked_mul(side.len()));
        let few = n_points.is_some_and(|n| n.saturating_mul(sides.len()) <= MAX_COORDINATES);
        let Some((sides, denominator)) = few.then(|| whole(sides)).flatten() else { return Ok(None) };
        let mut table = Table { points: Vec::new(), denominator, classes: Vec::new(), values: Vec::new() };
        let mut known = HashMap::new();
        each_point(graph, domain, limits, |indices, outputs| {
            table.points.push(sides.iter().zip(indices).map(|(side, index)| side[*index]).collect());
            table.add_class(outputs, &mut known);
        })?;
        Ok(Some(table))
    }

    /// The same values at other points, which two points may share only with their values: `None` if
    /// they do not, or their coordinates are too long.
    pub fn moved_to(&self, points: &[Vec<Rational>]) -> Option<Table> {
        let (points, denominator) = whole(points)?;
        let mut table = Table { denominator, points: Vec::new(), classes: Vec::new(), values: self.values.clone() };
        let mut known: HashMap<Vec<i64>, usize> = HashMap::new();
        for (point, class) in points.into_iter().zip(&self.classes) {
            if *known.entry(point.clone()).or_insert(*class) != *class {
                return None;
            }
            if known.len() > table.points.len() {
                table.points.push(point);
                table.classes.push(*class);
            }
        }
        Some(table)
    }

    fn add_class(&mut self, outputs: Vec<Rational>, known: &mut HashMap<Vec<Rational>, usize>) {
        let next = self.values.len();
        let class = *known.entry(outputs).or_insert_with_key(|outputs| {
            self.values.push(outputs.clone());
            next
        });
        self.classes.push(class);
    }

    pub fn n_inputs(&self) -> usize {
        self.points[0].len()
    }

    pub fn n_outputs(&self) -> usize {
        self.values[0].len()
    }

    /// A point's coordinates.
    pub fn point(&self, index: usize) -> Vec<Rational> {
        self.points[index].iter().map(|x| Rational::ratio(*x, self.denominator)).collect()
    }

    /// The value at a point.
    pub fn value(&self, index: usize) -> &[Rational] {
        &self.values[self.classes[index]]
    }

    /// The box around the points, an input of one value given some width.
    pub fn hull(&self) -> Domain {
        let side = |i: usize| {
            let (low, high) =
                self.points.iter().map(|p| p[i]).fold((i64::MAX, i64::MIN), |(l, h), x| (l.min(x), h.max(x)));
            let high = if low < high { high } else { low.saturating_add(self.denominator) };
            (Rational::ratio(low, self.denominator), Rational::ratio(high, self.denominator))
        };
        Domain::Box((0..self.n_inputs()).map(side).collect())
    }
}

/// Numbers as whole multiples of one fraction.
fn whole(rows: &[Vec<Rational>]) -> Option<(Vec<Vec<i64>>, i64)> {
    /// Sums of products of coordinates with small weights stay far below 2^127.
    const MOST: i128 = 1 << 40;
    let one = Rational::one();
    let scale = Rational::primitive_scale(rows.iter().flatten().chain([&one]));
    let number = |value: &Rational| (value * &scale).to_i128().filter(|v| v.abs() < MOST);
    let number = |value: &Rational| number(value).and_then(|v| i64::try_from(v).ok());
    let rows = rows.iter().map(|row| row.iter().map(number).collect::<Option<Vec<i64>>>());
    Some((rows.collect::<Option<Vec<_>>>()?, number(&one)?))
}
