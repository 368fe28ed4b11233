//! The shape of a cell: by its corners while they are few, by its rows alone otherwise.

use std::sync::Arc;

use pellucid_core::{Combination, Integer, Rational, sign_of};

use crate::cone::{Cone, Reach, Top};
use crate::exact_lp::{Interior, Maximum, interior, maximize};
use crate::scaled::Scaled;

/// The rows that bound a cell: the constant 1 (the homogeneous coordinate), the domain's rows, then
/// those of the cuts, each turned so that it is not negative on the cell.
pub(crate) type Planes = Vec<Arc<Scaled>>;

/// More corners than this are not kept: a box in ten dimensions has 1,024, and cutting takes time
/// that grows with the square.
const MAX_CORNERS: usize = 1_024;
/// A box of more dimensions is not opened by its corners at all.
const MAX_BOX_INPUTS: usize = 8;

/// A full-dimensional cell.
#[derive(Clone, Debug)]
pub(crate) enum Shape {
    Corners(Cone),
    /// A point of the interior, in homogeneous coordinates; all else is asked of a linear program.
    Point(Vec<Integer>),
}

/// What a row's hyperplane does to a cell.
pub(crate) enum Cut {
    /// It cuts the cell into the part where the row is positive and that where it is negative.
    Through(Box<(Shape, Shape)>),
    /// The row is not negative (or, if not `on`, not positive) on the cell.
    Stays {
        on: bool,
        /// The row that bounds the cell along the same hyperplane.
        border: Option<usize>,
        proof: Option<Combination>,
    },
}

impl Cut {
    fn stays(on: bool, proof: Option<Combination>) -> Cut {
        Cut::Stays { on, border: None, proof }
    }
}

/// Where a map is largest on a cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Highest {
    /// Its largest value, at this point.
    At(Rational, Vec<Rational>),
    /// It grows without bound from this interior point along this direction.
    Unbounded(Vec<Rational>, Vec<Rational>),
}

/// Where a row is largest on a cell, its value not worked out where that is not needed.
#[derive(Clone, Debug)]
pub(crate) enum Peak<'a> {
    /// At this corner, in homogeneous coordinates.
    Vertex(&'a Scaled),
    /// Its largest value, at this point.
    At(Rational, Vec<Rational>),
    /// It grows without bound from this interior point along this direction.
    Unbounded(Vec<Rational>, Vec<Rational>),
}

impl Peak<'_> {
    /// The point with the value there of `row / scale`.
    pub fn highest(self, row: &Scaled, scale: &Rational) -> Highest {
        match self {
            Peak::Vertex(at) => Highest::At(row.value_at(&at.exact) / scale, point(&at.exact)),
            Peak::At(value, point) => Highest::At(value / scale, point),
            Peak::Unbounded(from, ray) => Highest::Unbounded(from, ray),
        }
    }
}

impl Shape {
    /// The cell that the rows bound (the first one is the constant 1), around a point of its interior.
    pub fn of_domain(planes: &Planes, inside: &[Rational]) -> Shape {
        let n_inputs = planes[0].exact.len() - 1;
        if n_inputs > MAX_BOX_INPUTS && planes.len() > 1 {
            return Shape::Point(homogeneous(inside));
        }
        let mut cone = Cone::everywhere(n_inputs);
        for row in &planes[1..] {
            cone = match cone.reach(row) {
                Reach::Both => cone.split(row).0,
                // A row that does not cut is not forgotten: numbers of rows must agree.
                _ => cone.with_idle_row(row),
            };
        }
        Shape::limited(cone)
    }

    /// What a row does to the cell; `proved` asks for the combination that shows it where the row does
    /// not cut.
    pub fn cut(&self, row: &Arc<Scaled>, planes: &Planes, proved: bool) -> Cut {
        if let Some(cut) = along_a_border(row, planes, proved) {
            return cut;
        }
        match self {
            Shape::Corners(cone) => match cone.reach(row) {
                Reach::Both => {
                    let (on, off) = cone.split(row);
                    Cut::Through(Box::new((Shape::limited(on), Shape::limited(off))))
                }
                Reach::Positive => Cut::stays(true, proved.then(|| combination(cone.express(row, planes)))),
                Reach::Negative | Reach::Neither => {
                    Cut::stays(false, proved.then(|| combination(cone.express(&row.negated(), planes))))
                }
            },
            Shape::Point(point) => cut_by_programs(point, row, planes),
        }
    }

    fn limited(cone: Cone) -> Shape {
        if cone.n_rays() > MAX_CORNERS { Shape::Point(cone.interior_point()) } else { Shape::Corners(cone) }
    }

    /// The combination of the rows that shows that a row is not negative on the cell, or a point of the
    /// (closed) cell where it is.
    pub fn nonnegative(&self, row: &Scaled, planes: &Planes) -> Result<Combination, Vec<Rational>> {
        match self {
            Shape::Corners(cone) => match cone.reach(row) {
                Reach::Positive | Reach::Neither => Ok(combination(cone.express(row, planes))),
                _ => match cone.top(&row.negated()) {
                    Top::Vertex(at) => Err(point(at.exact())),
                    Top::Ray(ray) => Err(far_along(&self.interior_point(), &ray, row)),
                },
            },
            Shape::Point(inside) => match maximize(&row.negated().to_affine(), &affine_rows(planes)) {
                Maximum::At { value, multipliers, .. } if !value.is_positive() => {
                    Ok(whole(Rational::one(), multipliers))
                }
                Maximum::At { point, .. } => Err(point),
                Maximum::Unbounded { ray } => Err(far_along(inside, &homogeneous_direction(&ray), row)),
                Maximum::Infeasible => unreachable!("the cell has an interior"),
            },
        }
    }

    /// Where a row is largest. If that is asked for, with a combination of the cell's rows that is `-row` up to a
    /// constant, which shows that no value is larger.
    pub fn peak(&self, row: &Scaled, planes: &Planes, proved: bool) -> (Peak<'_>, Option<Combination>) {
        let unbounded = |ray: &[Integer]| {
            let whole = |values: &[Integer]| values.iter().map(|v| Rational::from(v.clone())).collect::<Vec<_>>();
            (Peak::Unbounded(point(&self.interior_point()), whole(&ray[..ray.len() - 1])), None)
        };
        match self {
            Shape::Corners(cone) => match cone.top(row) {
                Top::Vertex(at) => {
                    let proof = proved.then(|| combination(cone.express_top(row, at, planes)));
                    (Peak::Vertex(at.scaled()), proof)
                }
                Top::Ray(ray) => unbounded(&ray),
            },
            Shape::Point(_) => match maximize(&row.to_affine(), &affine_rows(planes)) {
                Maximum::At { value, point, multipliers } => {
                    let proof = proved.then(|| whole(Rational::one(), multipliers));
                    (Peak::At(value, point), proof)
                }
                Maximum::Unbounded { ray } => unbounded(&homogeneous_direction(&ray)),
                Maximum::Infeasible => unreachable!("the cell has an interior"),
            },
        }
    }

    /// A point of the interior, in homogeneous coordinates.
    pub fn interior_point(&self) -> Vec<Integer> {
        match self {
            Shape::Corners(cone) => cone.interior_point(),
            Shape::Point(point) => point.clone(),
        }
    }

    /// The corners, if they are kept.
    pub fn corners(&self) -> Option<&Cone> {
        match self {
            Shape::Corners(cone) => Some(cone),
            Shape::Point(_) => None,
        }
    }
}

/// A cut along a hyperplane that already bounds the cell is decided by that row alone.
fn along_a_border(row: &Scaled, planes: &Planes, proved: bool) -> Option<Cut> {
    planes[1..].iter().enumerate().find_map(|(index, plane)| {
        let sign = row.multiple_of(plane)?;
        let proof = proved.then(|| {
            let (times, factor) = row.ratio_to(plane);
            Combination { times, rows: vec![(index, factor)] }
        });
        Some(Cut::Stays { on: sign > 0, border: Some(index + 1), proof })
    })
}

/// Row 0 is the constant 1, which proofs need not name.
fn combination((rows, times): (Vec<(usize, Integer)>, Integer)) -> Combination {
    Combination { times, rows: rows.into_iter().filter(|(row, _)| *row > 0).map(|(row, f)| (row - 1, f)).collect() }
}

/// Rational multipliers turned into whole ones.
fn whole(times: Rational, multipliers: Vec<(usize, Rational)>) -> Combination {
    let scale = Rational::primitive_scale(multipliers.iter().map(|(_, f)| f).chain([&times]));
    Combination {
        times: (times * &scale).to_integer(),
        rows: multipliers.into_iter().map(|(row, f)| (row, (f * &scale).to_integer())).collect(),
    }
}

fn affine_rows(planes: &Planes) -> Vec<pellucid_core::Affine> {
    planes[1..].iter().map(|row| row.to_affine()).collect()
}

fn cut_by_programs(inside: &[Integer], row: &Arc<Scaled>, planes: &Planes) -> Cut {
    let here = Shape::Point(inside.to_vec());
    let mut rows = affine_rows(planes);
    let map = row.to_affine();
    let mut part = |row: pellucid_core::Affine| {
        rows.push(row);
        let found = interior(&rows, inside.len() - 1);
        rows.pop();
        match found {
            Interior::Point(point) => Ok(Shape::Point(homogeneous(&point))),
            Interior::Empty(mut multipliers) => {
                let at = multipliers.iter().position(|(i, _)| *i == planes.len() - 1);
                let times = at.map(|at| multipliers.remove(at).1);
                // Without the new row the combination would show that the cell itself is empty.
                Err(whole(times.unwrap_or_default(), multipliers))
            }
        }
    };
    let negated = map.scaled(&Rational::from(-1));
    match sign_of(&row.dot_integers(inside)) {
        1 => match part(negated) {
            Ok(off) => Cut::Through(Box::new((here, off))),
            Err(proof) => Cut::stays(true, Some(proof)),
        },
        -1 => match part(map) {
            Ok(on) => Cut::Through(Box::new((on, here))),
            Err(proof) => Cut::stays(false, Some(proof)),
        },
        // The cut goes through an interior point: both sides have an interior near it.
        _ => {
            let at = point(inside);
            let step =
                |along: &pellucid_core::Affine| Shape::Point(homogeneous(&step_off(&at, &along.coefficients, &rows)));
            Cut::Through(Box::new((step(&map), step(&negated))))
        }
    }
}

/// A point near `at` along a direction where all rows are still positive.
fn step_off(at: &[Rational], along: &[Rational], rows: &[pellucid_core::Affine]) -> Vec<Rational> {
    let mut step = Rational::one();
    loop {
        let moved: Vec<Rational> = at.iter().zip(along).map(|(x, c)| x + c * &step).collect();
        if rows.iter().all(|row| row.at(&moved).is_positive()) {
            return moved;
        }
        step = step / Rational::from(2);
    }
}

/// A point so far along a ray that the row, which falls along it, is negative there.
fn far_along(inside: &[Integer], ray: &[Integer], row: &Scaled) -> Vec<Rational> {
    let start = point(inside);
    let slope = Rational::from(row.dot_integers(ray));
    let far = row.value_at(inside).abs() / slope.abs() + Rational::one();
    start.iter().zip(ray).map(|(x, r)| x + Rational::from(r.clone()) * &far).collect()
}

/// The point with these homogeneous coordinates.
pub(crate) fn point(coordinates: &[Integer]) -> Vec<Rational> {
    let last = &coordinates[coordinates.len() - 1];
    coordinates[..coordinates.len() - 1].iter().map(|c| Rational::quotient(c.clone(), last.clone())).collect()
}

/// Homogeneous coordinates of a point.
pub(crate) fn homogeneous(point: &[Rational]) -> Vec<Integer> {
    let one = Rational::one();
    let scale = Rational::primitive_scale(point.iter().chain([&one]));
    point.iter().chain([&one]).map(|c| (c * &scale).to_integer()).collect()
}

fn homogeneous_direction(ray: &[Rational]) -> Vec<Integer> {
    let scale = Rational::primitive_scale(ray);
    ray.iter().map(|c| (c * &scale).to_integer()).chain([Integer::ZERO]).collect()
}

#[cfg(test)]
mod tests {
    use pellucid_core::{Affine, IntegerRow, sign_of};
    use proptest::prelude::*;

    use super::*;

    fn row(values: &[i64]) -> Arc<Scaled> {
        Arc::new(Scaled::new(values.iter().map(|v| Integer::from(*v)).collect()))
    }

    /// Does the combination of the rows show that the map is not negative?
    fn shows(map: &Scaled, proof: &Combination, planes: &Planes) -> bool {
        let mut rest = IntegerRow::zero(map.exact.len() - 1);
        rest.add_scaled(&proof.times, &IntegerRow { entries: map.exact.clone() });
        for (i, factor) in &proof.rows {
            assert!(sign_of(factor) > 0);
            rest.add_scaled(&-factor, &IntegerRow { entries: planes[i + 1].exact.clone() });
        }
        sign_of(&proof.times) > 0 && rest.is_constant() && sign_of(rest.constant()) >= 0
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

        /// Corners and linear programs are two roads to every answer.
        #[test]
        fn corners_and_programs_agree(
            bounds in prop::collection::vec(prop::collection::vec(-3i64..=3, 4), 0..8),
            map in prop::collection::vec(-3i64..=3, 4),
        ) {
            prop_assume!(map[..3].iter().any(|c| *c != 0));
            let mut planes: Planes = vec![row(&[0, 0, 0, 1])];
            let mut corners = Shape::Corners(Cone::everywhere(3));
            for bound in bounds.iter().filter(|bound| bound[..3].iter().any(|c| *c != 0)) {
                let bound = row(bound);
                // Rows that do not cut are left out, as the walk does.
                if let Cut::Through(parts) = corners.cut(&bound, &planes, false) {
                    corners = parts.0;
                    planes.push(bound);
                }
            }
            let programs = Shape::Point(corners.interior_point());
            let inside = point(&corners.interior_point());
            prop_assert!(planes[1..].iter().all(|row| row.to_affine().at(&inside).is_positive()));
            let map = row(&map);
            let kind = |cut: &Cut| match cut {
                Cut::Through(_) => 0,
                Cut::Stays { on, .. } => if *on { 1 } else { -1 },
            };
            for shape in [&corners, &programs] {
                let cut = shape.cut(&map, &planes, true);
                prop_assert_eq!(kind(&cut), kind(&corners.cut(&map, &planes, false)));
                match cut {
                    Cut::Stays { on, proof: Some(proof), .. } => {
                        let shown = if on { (*map).clone() } else { map.negated() };
                        prop_assert!(shows(&shown, &proof, &planes));
                    }
                    Cut::Stays { proof: None, .. } => prop_assert!(false, "a proof was asked for"),
                    Cut::Through(parts) => {
                        let (on, off) = *parts;
                        for (part, sign) in [(on, 1), (off, -1)] {
                            let at = point(&part.interior_point());
                            prop_assert_eq!(map.to_affine().at(&at).signum(), sign);
                            prop_assert!(planes[1..].iter().all(|row| row.to_affine().at(&at).is_positive()));
                        }
                    }
                }
                match shape.nonnegative(&map, &planes) {
                    Ok(proof) => prop_assert!(shows(&map, &proof, &planes)),
                    Err(at) => {
                        prop_assert!(map.to_affine().at(&at).is_negative());
                        let within = |row: &Arc<Scaled>| !row.to_affine().at(&at).is_negative();
                        prop_assert!(planes[1..].iter().all(within), "{:?}", at);
                    }
                }
            }
            let one = Rational::one();
            let highest = |shape: &Shape| {
                let (peak, proof) = shape.peak(&map, &planes, true);
                (peak.highest(&map, &one), proof)
            };
            match (highest(&corners), highest(&programs)) {
                ((Highest::At(a, at), by_corners), (Highest::At(b, _), by_programs)) => {
                    prop_assert_eq!(&map.to_affine().at(&at), &a);
                    prop_assert_eq!(&a, &b);
                    // Neither shows that anything less than the largest value is not exceeded.
                    for (most, holds) in [(a.clone(), true), (a - Rational::ratio(1, 1000), false)] {
                        let below = Scaled::from(IntegerRow { entries: map.exact.clone() }.slack(&most, -1));
                        for proof in [&by_corners, &by_programs] {
                            let Some(proof) = proof else { return Err(TestCaseError::fail("a proof was asked for")) };
                            let mut proof = proof.clone();
                            let times = Integer::from(most.denominator().clone());
                            proof.rows.iter_mut().for_each(|(_, factor)| *factor *= &times);
                            prop_assert_eq!(shows(&below, &proof, &planes), holds);
                        }
                    }
                }
                ((Highest::Unbounded(_, a), None), (Highest::Unbounded(_, b), None)) => {
                    let slope = |row: &Affine, ray: &[Rational]| pellucid_core::dot(&row.coefficients, ray);
                    for ray in [a, b] {
                        prop_assert!(slope(&map.to_affine(), &ray).is_positive());
                        prop_assert!(planes[1..].iter().all(|row| !slope(&row.to_affine(), &ray).is_negative()));
                    }
                }
                (a, b) => prop_assert!(false, "{:?} {:?}", a, b),
            }
        }
    }
}
