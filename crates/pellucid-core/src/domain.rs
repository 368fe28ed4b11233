//! Where a claim holds: everywhere, on a box, on a polyhedron, or at finitely many points.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::text_to_domain::{read, read_unnamed};
use crate::text_to_rows::{Strict, read_rows};
use crate::{Affine, Error, Interval, Rational, ReluGraph, counted};

/// Going through points may take so many multiplications: minutes, also for the checker, which does
/// them in fractions.
pub const MAX_STEPS: usize = 1 << 31;

/// Low and high of an input, low < high.
pub(crate) type Sides = Vec<(Rational, Rational)>;

/// The set of inputs that a claim is about.
///
/// ```
/// use pellucid_core::{Domain, numbered_inputs};
/// let names = numbered_inputs(2);
/// let shown = |text: &str| Domain::parse(text, &names).map(|domain| domain.to_string());
/// assert_eq!(shown("[-1, 1]^2").unwrap(), "[-1, 1]^2");
/// assert_eq!(shown("x1 in [0,1], x2 in [2,3]").unwrap(), "[0, 1] x [2, 3]");
/// assert_eq!(shown("[0,1]^2 where x1 >= x2").unwrap(), "[0, 1]^2 where x1 - x2 >= 0");
/// assert_eq!(shown("everywhere where x1 >= x2").unwrap(), "R^2 where x1 - x2 >= 0");
/// assert_eq!(shown("{0..9} x {0,1}").unwrap(), "{0..9} x {0, 1}");
/// assert!(shown("[1, 0]^2").is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Domain {
    /// All of R^d.
    Everywhere,
    /// A closed box: low and high of each input, low < high.
    Box(Vec<(Rational, Rational)>),
    /// The points of R^d or of a box where every row is at least 0. Claims are about polyhedra with
    /// an interior; whether this one has one takes a linear program, so it is found out on use.
    Polyhedron {
        /// The box that the rows cut; `None` for all of R^d.
        sides: Option<Vec<(Rational, Rational)>>,
        /// At least one, none of them constant.
        rows: Vec<Affine>,
    },
    /// Finitely many points: those of a product of finite sets where every row is at least 0.
    Finite {
        /// The values of each input, increasing, at least one.
        values: Vec<Vec<Rational>>,
        /// Points with a negative row are left out.
        rows: Vec<Affine>,
    },
}

impl Domain {
    /// `[-1, 1]^n`.
    pub fn unit_box(n_inputs: usize) -> Self {
        Domain::Box(vec![(Rational::from(-1), Rational::one()); n_inputs])
    }

    /// Reads a domain for a function with these inputs: `everywhere`, `[-1,1]^2`, `[0,1] x [2,3]`,
    /// `x1 in [-1,1], x2 in [0,1/2]`, `{0,1}^2`, `{0..9} x {-1,0,1}`, each also with conditions
    /// after `where`. One interval or set stands for all inputs only with its power.
    ///
    /// # Errors
    /// Everything that is wrong with the text, each with its place.
    pub fn parse(text: &str, inputs: &[String]) -> Result<Self, Error> {
        read(text, inputs)
    }

    /// The part where some inequalities hold: `x1 >= x2`, `0 <= x1 <= x2 and x1 + x2 <= 1`.
    /// Several are joined by `and` or a comma. Between finitely many points `<`, `>` and `=` can
    /// be said too.
    ///
    /// # Errors
    /// Everything that is wrong with the text, each with its place.
    pub fn and_where(self, text: &str, inputs: &[String]) -> Result<Self, Error> {
        let found = read_rows(text, inputs, self.strict());
        let rows = found.map_err(|diagnostics| Error::text("condition", text, diagnostics))?;
        Ok(self.cut(rows))
    }

    /// What `<` means on this domain.
    pub(crate) fn strict(&self) -> Strict<'_> {
        match self {
            Domain::Finite { values, .. } => Strict::Between(values),
            _ => Strict::Refused,
        }
    }

    /// The part where more rows, none of them constant, are at least 0.
    pub(crate) fn cut(self, more: Vec<Affine>) -> Self {
        if more.is_empty() {
            return self;
        }
        match self {
            Domain::Everywhere => Domain::Polyhedron { sides: None, rows: more },
            Domain::Box(sides) => Domain::Polyhedron { sides: Some(sides), rows: more },
            Domain::Polyhedron { sides, mut rows } => {
                rows.extend(more);
                Domain::Polyhedron { sides, rows }
            }
            Domain::Finite { values, mut rows } => {
                rows.extend(more);
                Domain::Finite { values, rows }
            }
        }
    }

    /// The inequalities `row(x) >= 0` that bound it; of finitely many points those that bound the
    /// box around them, then its conditions.
    pub fn rows(&self, n_inputs: usize) -> Vec<Affine> {
        let side = |i: usize, (low, high): &(Rational, Rational)| {
            let above = Affine { constant: -low, ..Affine::input(n_inputs, i) };
            let below = Affine { constant: high.clone(), ..Affine::input(n_inputs, i).scaled(&Rational::from(-1)) };
            [above, below]
        };
        let sides = self.sides().unwrap_or_default();
        let mut rows: Vec<Affine> = sides.iter().enumerate().flat_map(|(i, bounds)| side(i, bounds)).collect();
        rows.extend(self.conditions().iter().cloned());
        rows
    }

    /// The rows that cut more than sides do.
    pub fn conditions(&self) -> &[Affine] {
        match self {
            Domain::Polyhedron { rows, .. } | Domain::Finite { rows, .. } => rows,
            Domain::Everywhere | Domain::Box(_) => &[],
        }
    }

    /// The lowest and highest value of each input before conditions; `None` where unbounded.
    fn sides(&self) -> Option<Sides> {
        match self {
            Domain::Everywhere => None,
            Domain::Box(sides) => Some(sides.clone()),
            Domain::Polyhedron { sides, .. } => sides.clone(),
            Domain::Finite { values, .. } => {
                Some(values.iter().filter_map(|v| Some((v.first()?.clone(), v.last()?.clone()))).collect())
            }
        }
    }

    /// For each input an interval that holds its values.
    pub fn intervals(&self, n_inputs: usize) -> Vec<Interval> {
        let sides = self.sides().map(|sides| sides.into_iter().map(|(low, high)| Interval::new(low, high)).collect());
        sides.unwrap_or_else(|| vec![Interval::EVERYTHING; n_inputs])
    }

    /// Everywhere, or a box, that this domain lies in: what is left without its conditions, and for
    /// finitely many points the box around them, an input of one value given some width.
    pub fn hull(&self) -> Domain {
        let wide = |(low, high): (Rational, Rational)| {
            if low < high { (low, high) } else { (low, high + Rational::one()) }
        };
        self.sides().map_or(Domain::Everywhere, |sides| Domain::Box(sides.into_iter().map(wide).collect()))
    }

    /// The domain itself, but for finitely many points the box around them: for what is about cells.
    pub fn without_gaps(self) -> Domain {
        if let Domain::Finite { .. } = self { self.hull() } else { self }
    }

    /// Does it plainly lie in another domain: are its sides inside the other's, and the other's
    /// conditions among its own?
    pub fn lies_in(&self, other: &Domain) -> bool {
        if matches!(other, Domain::Finite { .. }) {
            return self == other;
        }
        let inside = match (self.sides(), other.sides()) {
            (_, None) => true,
            (None, Some(_)) => false,
            (Some(mine), Some(theirs)) => {
                mine.len() == theirs.len() && mine.iter().zip(&theirs).all(|(m, t)| t.0 <= m.0 && m.1 <= t.1)
            }
        };
        inside && other.conditions().iter().all(|row| self.conditions().contains(row))
    }

    /// Lower and upper bounds of an affine map, `None` where there is none. They are reached, but on
    /// a domain with conditions, where those are looked at by no one here.
    pub fn range(&self, map: &Affine) -> (Option<Rational>, Option<Rational>) {
        let Some(sides) = self.sides() else {
            let value = map.is_constant().then(|| map.constant.clone());
            return (value.clone(), value);
        };
        let (mut low, mut high) = (map.constant.clone(), map.constant.clone());
        for (c, (a, b)) in map.coefficients.iter().zip(&sides).filter(|(c, _)| !c.is_zero()) {
            let (at_low, at_high) = if c.is_positive() { (a, b) } else { (b, a) };
            low += &(c * at_low);
            high += &(c * at_high);
        }
        (Some(low), Some(high))
    }

    /// On everywhere or a box: does the map take both signs inside, so that its hyperplane meets the
    /// interior? On other domains it may also say so where the map does not.
    pub fn is_cut_by(&self, map: &Affine) -> bool {
        let (low, high) = self.range(map);
        low.is_none_or(|v| v.is_negative()) && high.is_none_or(|v| v.is_positive())
    }

    /// The number of points of a finite domain, conditions not looked at; `None` when going through
    /// them one by one would take more than [`MAX_STEPS`] multiplications of a graph.
    pub fn n_points(&self, graph: &ReluGraph) -> Option<usize> {
        let Domain::Finite { values, rows } = self else { return None };
        let n_points = values.iter().try_fold(1usize, |n, values| n.checked_mul(values.len()))?;
        let steps = 1 + graph.n_terms() + (1 + rows.len()) * values.len();
        (n_points.checked_mul(steps)? <= MAX_STEPS).then_some(n_points)
    }

    /// Is the point inside, borders included?
    pub fn contains(&self, point: &[Rational]) -> bool {
        let within = match self {
            Domain::Everywhere => true,
            Domain::Box(sides) | Domain::Polyhedron { sides: Some(sides), .. } => {
                point.iter().zip(sides).all(|(x, (low, high))| low <= x && x <= high)
            }
            Domain::Polyhedron { sides: None, .. } => true,
            Domain::Finite { values, .. } => point.iter().zip(values).all(|(x, known)| known.binary_search(x).is_ok()),
        };
        within && self.conditions().iter().all(|row| !row.at(point).is_negative())
    }

    /// Is the point inside and not on the border? Finitely many points have no inside.
    pub fn contains_inside(&self, point: &[Rational]) -> bool {
        let within = match self {
            Domain::Everywhere | Domain::Polyhedron { sides: None, .. } => true,
            Domain::Box(sides) | Domain::Polyhedron { sides: Some(sides), .. } => {
                point.iter().zip(sides).all(|(x, (low, high))| low < x && x < high)
            }
            Domain::Finite { .. } => false,
        };
        within && self.conditions().iter().all(|row| row.at(point).is_positive())
    }

    /// A point of the interior: the origin, or the middle of the box. `None` for domains whose
    /// points take a search.
    pub fn middle(&self, n_inputs: usize) -> Option<Vec<Rational>> {
        match self {
            Domain::Everywhere => Some(vec![Rational::zero(); n_inputs]),
            Domain::Box(sides) => Some(sides.iter().map(|(low, high)| (low + high) / Rational::from(2)).collect()),
            Domain::Polyhedron { .. } | Domain::Finite { .. } => None,
        }
    }

    /// Does the domain fit a function of this many inputs?
    pub fn fits(&self, n_inputs: usize) -> bool {
        let wide = |sides: &Sides| sides.len() == n_inputs && sides.iter().all(|(low, high)| low < high);
        let plain = |row: &Affine| row.coefficients.len() == n_inputs && !row.is_constant();
        match self {
            Domain::Everywhere => true,
            Domain::Box(sides) => wide(sides),
            Domain::Polyhedron { sides, rows } => {
                sides.as_ref().is_none_or(wide) && !rows.is_empty() && rows.iter().all(plain)
            }
            Domain::Finite { values, rows } => {
                let increasing = |values: &Vec<Rational>| !values.is_empty() && values.windows(2).all(|w| w[0] < w[1]);
                values.len() == n_inputs && values.iter().all(increasing) && rows.iter().all(plain)
            }
        }
    }

    /// Is it everywhere or a box? Canonical forms, and with them the counts of neurons, are for
    /// these alone.
    pub fn has_canonical_forms(&self) -> bool {
        matches!(self, Domain::Everywhere | Domain::Box(_))
    }

    /// Refuses a domain that does not fit this many inputs, or is neither everywhere nor a box;
    /// `doing` says what cannot be done there.
    ///
    /// # Errors
    /// Says which of the two it is.
    pub fn must_be_a_box(&self, n_inputs: usize, doing: &str) -> Result<(), Error> {
        if !self.fits(n_inputs) {
            return Err(Error::input(format!("the domain {self} does not fit {}", counted(n_inputs, "input"))));
        }
        if !self.has_canonical_forms() {
            return Err(Error::input(format!(
                "{doing} takes everywhere or a box, not {self}: canonical forms and counts of neurons are known \
                 there alone (`prove` takes every domain)"
            )));
        }
        Ok(())
    }
}

/// Certificates keep a domain as its text in x1, x2, ..., whatever the inputs' names.
impl Serialize for Domain {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Domain {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read_unnamed(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}
