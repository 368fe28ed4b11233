//! The rows of a hidden layer in simple numbers.

use pellucid_core::{Affine, Domain, Expr, Feature, Hyperplane, Layer, NeuronId, Rational};

use crate::neurons::{Neuron, Status};
use crate::scale::Scale;
use crate::simplest::simplest_near;
use crate::work::{Member, Place, Work, works};

/// A row is read as a hyperplane of a formula if its numbers differ by no more than this share of how much it varies.
const NEAR_A_PLANE: (i64, i64) = (1, 10);

/// A hidden layer with what no rounding changes.
pub struct HiddenRows {
    /// The layer's rows as they are.
    pub rows: Vec<Affine>,
    /// For each neuron its weights to the outputs.
    pub outs: Vec<Vec<Rational>>,
    /// How large things are on the domain.
    pub scale: Scale,
    /// The lowest and the highest value of each row on the domain, where they are finite.
    ranges: Vec<(Option<Rational>, Option<Rational>)>,
}

/// The rows of a hidden layer, rounded.
#[derive(Clone)]
pub struct RoundedRows {
    /// One a neuron.
    pub rows: Vec<RoundedRow>,
    /// For each neuron whether it takes part, and what it does.
    pub roles: Vec<(Status, Work)>,
}

/// A row in simple numbers.
#[derive(Clone)]
pub struct RoundedRow {
    /// The row.
    pub map: Affine,
    /// Its hyperplane, and the factor between the hyperplane's map and the row; `None` where it is constant.
    pub plane: Option<(Hyperplane, Rational)>,
    /// The largest change of an entry, as a share of how much the row varies on the domain.
    pub change: Rational,
}

impl HiddenRows {
    /// The rows of a layer below the output layer.
    pub fn of(hidden: &Layer<Rational>, output: &Layer<Rational>, domain: &Domain) -> Self {
        let row = |(weights, bias): (&Vec<Rational>, &Rational)| Affine {
            coefficients: weights.clone(),
            constant: bias.clone(),
        };
        let rows: Vec<Affine> = hidden.weights.iter().zip(&hidden.biases).map(row).collect();
        let out = |index: usize| output.weights.iter().map(|row| row[index].clone()).collect();
        HiddenRows {
            outs: (0..rows.len()).map(out).collect(),
            scale: Scale::of(domain, hidden.weights.first().map_or(0, Vec::len)),
            ranges: rows.iter().map(|row| domain.range(row)).collect(),
            rows,
        }
    }

    /// All rows rounded to within `slack` of how much they vary on the domain.
    pub fn rounded(&self, slack: &Rational) -> RoundedRows {
        self.rounded_like(slack, &[])
    }

    /// The same, but rows with a kink near one of these hyperplanes are read as that one: it is what a formula that
    /// was found in another way says of them.
    pub fn rounded_like(&self, slack: &Rational, planes: &[Affine]) -> RoundedRows {
        let near = Rational::ratio(NEAR_A_PLANE.0, NEAR_A_PLANE.1);
        let mut rows: Vec<RoundedRow> = Vec::with_capacity(self.rows.len());
        let mut members: Vec<Member<Affine>> = Vec::with_capacity(self.rows.len());
        for ((row, range), out) in self.rows.iter().zip(&self.ranges).zip(&self.outs) {
            let known = members.iter().zip(&rows).filter(|(member, _)| matches!(member.place, Place::Kink { .. }));
            let (map, change) = like_a_known(row, planes.iter(), &near, &self.scale)
                .or_else(|| like_a_known(row, known.map(|(_, known)| &known.map), slack, &self.scale))
                .unwrap_or_else(|| round_row(row, slack, &self.scale));
            let plane = map.hyperplane();
            // Dead, always on and live are read off the row as it is; only what is the same as another
            // detector is said of the rounded one.
            let (low, high) = range;
            let (place, size) = if high.as_ref().is_some_and(|v| !v.is_positive()) {
                (Place::Off, None)
            } else if low.as_ref().is_some_and(|v| !v.is_negative()) {
                match row.hyperplane() {
                    Some((plane, factor)) => (Place::On(plane.to_affine()), Some(factor)),
                    None => (Place::On(row.clone()), None),
                }
            } else {
                match &plane {
                    Some((plane, factor)) => {
                        let above = factor.is_positive();
                        (Place::Kink { on: plane.to_affine(), above }, Some(factor.abs()))
                    }
                    None => (Place::On(map.clone()), None),
                }
            };
            members.push(Member { place, size: size.unwrap_or_else(Rational::one), out: out.clone() });
            rows.push(RoundedRow { map, plane, change });
        }
        RoundedRows { rows, roles: works(0, &members, slack) }
    }

    /// The neurons that rounded rows make.
    pub fn neurons(&self, rounded: &RoundedRows) -> Vec<Neuron> {
        let all = self.rows.iter().zip(&self.outs).zip(rounded.rows.iter().zip(&rounded.roles)).enumerate();
        all.map(|(index, ((row, out), (rounded, (status, work))))| Neuron {
            id: NeuronId { layer: 0, index },
            feature: Feature::of_row(&rounded.map),
            reads: (0..row.coefficients.len()).map(Expr::Input).collect(),
            computes: Some(rounded.map.to_expr()),
            status: *status,
            work: *work,
            row: row.clone(),
            ideal: rounded.map.clone(),
            rounded: rounded.map.clone(),
            out: out.clone(),
            rounding: rounded.change.clone(),
        })
        .collect()
    }
}

/// The input along which a row varies most on the domain; of equals the first, so that rows that
/// differ only by noise are written alike.
fn lead(row: &Affine, scale: &Scale) -> Option<usize> {
    let swing = |i: &usize| row.coefficients[*i].abs() * &scale.half_width[*i];
    (0..row.coefficients.len()).rev().max_by_key(swing).filter(|i| !row.coefficients[*i].is_zero())
}

/// How far each number of a row (the constant last) may move when the row is divided by its leading
/// one: as much as changes its values by a slack of 1 times how much it varies on the domain.
fn units(lead: usize, scale: &Scale) -> Vec<Rational> {
    let half = &scale.half_width[lead];
    scale.reach.iter().map(|reach| half / reach).chain([half.clone()]).collect()
}

/// A neuron's row in simple numbers: each a simple multiple of the leading one, moved by at most `slack` of how much
/// the row varies on the domain.
///
/// ```
/// use pellucid_core::{Affine, Domain, Rational};
/// use pellucid_decompile::rounded_row;
/// let row = Affine {
///     coefficients: vec![Rational::from(2), Rational::ratio(-1999, 1000)],
///     constant: Rational::ratio(1, 1000),
/// };
/// let rounded = rounded_row(&row, &Rational::ratio(1, 100), &Domain::unit_box(2));
/// assert_eq!(rounded.coefficients, [Rational::from(2), Rational::from(-2)]);
/// assert!(rounded.constant.is_zero());
/// ```
pub fn rounded_row(row: &Affine, slack: &Rational, domain: &Domain) -> Affine {
    round_row(row, slack, &Scale::of(domain, row.coefficients.len())).0
}

/// The row with its entries made simple multiples of its leading one, each within `slack` of how
/// much the row varies on the domain, and the largest change as a share of that.
pub(crate) fn round_row(row: &Affine, slack: &Rational, scale: &Scale) -> (Affine, Rational) {
    let Some(lead) = lead(row, scale).filter(|_| !slack.is_zero()) else {
        return (row.clone(), Rational::zero());
    };
    let size = row.coefficients[lead].abs();
    let mut change = Rational::zero();
    let mut rounded = row.coefficients.iter().chain([&row.constant]).zip(units(lead, scale)).map(|(value, unit)| {
        let relative = value / &size;
        let simple = simplest_near(&relative, &(slack * &unit));
        change = change.clone().max((&simple - relative).abs() / unit);
        simple * &size
    });
    let coefficients = rounded.by_ref().take(row.coefficients.len()).collect();
    let constant = rounded.next().unwrap_or_default();
    drop(rounded);
    (Affine { coefficients, constant }, change)
}

/// The row rounded to the hyperplane of an earlier detector's row, when that is within the slack:
/// copies and opposites that noise has moved apart stay together.
pub(crate) fn like_a_known<'a>(
    row: &Affine,
    mut known: impl Iterator<Item = &'a Affine>,
    slack: &Rational,
    scale: &Scale,
) -> Option<(Affine, Rational)> {
    let lead = lead(row, scale).filter(|_| !slack.is_zero())?;
    let units = units(lead, scale);
    let in_floats = |map: &Affine| map.coefficients.iter().chain([&map.constant]).map(Rational::to_f64).collect();
    let (floats, float_units): (Vec<f64>, Vec<f64>) = (in_floats(row), units.iter().map(Rational::to_f64).collect());
    // Most rows are so far apart that floats see it; what they see is no nearer than it is.
    let beyond = slack.to_f64() * 1.001;
    let is_far = |known: &Affine| {
        let known: Vec<f64> = in_floats(known);
        let factor = floats[lead] / known[lead];
        let change = |i: usize| (floats[i] - factor * known[i]).abs() / floats[lead].abs() / float_units[i];
        (0..floats.len()).any(|i| change(i) > beyond)
    };
    known.find_map(|known| {
        let pivot = Some(&known.coefficients[lead]).filter(|c| !c.is_zero() && !is_far(known))?;
        let moved = known.scaled(&(&row.coefficients[lead] / pivot));
        let size = row.coefficients[lead].abs();
        let pairs =
            row.coefficients.iter().chain([&row.constant]).zip(moved.coefficients.iter().chain([&moved.constant]));
        let change = pairs.zip(&units).map(|((a, b), unit)| (a - b).abs() / &size / unit).max()?;
        (change <= *slack).then_some((moved, change))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_near_a_plane_of_the_formula_are_read_as_it() {
        let r = |text: &str| text.parse::<Rational>().unwrap();
        let weights = vec![vec![r("2"), r("-1.92")], vec![r("-1"), r("0.97")], vec![r("1"), r("0.5")]];
        let hidden = Layer { weights, biases: vec![r("0.01"), r("0"), r("0")] };
        let output = Layer { weights: vec![vec![r("1"), r("1"), r("1")]], biases: vec![r("0")] };
        let rows = HiddenRows::of(&hidden, &output, &Domain::unit_box(2));
        let plane = Affine { coefficients: vec![r("1"), r("-1")], constant: r("0") };
        let slack = r("0.001");
        let (alone, beside) = (rows.rounded(&slack), rows.rounded_like(&slack, std::slice::from_ref(&plane)));
        let on_it = |row: &RoundedRow| row.plane.as_ref().is_some_and(|(own, _)| own.to_affine() == plane);
        assert_eq!(alone.rows.iter().map(on_it).collect::<Vec<_>>(), [false; 3]);
        assert_eq!(beside.rows.iter().map(on_it).collect::<Vec<_>>(), [true, true, false]);
        // The sides stay, and how far the rows were off is told.
        assert!(beside.rows[0].plane.as_ref().unwrap().1.is_positive());
        assert!(beside.rows[1].plane.as_ref().unwrap().1.is_negative());
        assert_eq!(beside.rows[0].change, r("0.04"));
    }
}
