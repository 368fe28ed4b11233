//! Cells by their corners: exact vertices, rays and lines, kept while cells are cut (the double
//! description method, Motzkin et al. 1953; adjacency by common tight rows as in Fukuda and Prodon,
//! "Double description method revisited", 1996).
//!
//! A cell in R^n is the part at `t = 1` of the cone in R^(n+1) over it, where `t` is the last,
//! homogeneous coordinate. A generator with `t > 0` is a vertex, one with `t = 0` a ray; a cell that
//! contains whole lines has them as `lines`. Everything that is asked of a cell is a sign of a row at
//! a generator: which hyperplanes cut it, where a map is largest, and which rows prove that.

use std::sync::Arc;

use dashu_base::BitTest;
use pellucid_core::{Integer, Rational, remove_common_factor, sign_of};
use smallvec::SmallVec;

use crate::scaled::Scaled;
use crate::solve::solve;
use crate::volume::{MAX_VOLUME_CORNERS, Simplices};

/// The set of a cone's rows that vanish at a generator, as bits.
type Tight = SmallVec<[u64; 3]>;

/// An extreme ray of the cone.
#[derive(Clone, Debug)]
pub(crate) struct Generator {
    at: Arc<Scaled>,
    tight: Tight,
}

/// A full-dimensional cell by its generators.
#[derive(Clone, Debug)]
pub(crate) struct Cone {
    lines: Vec<Arc<Scaled>>,
    rays: Vec<Generator>,
    /// How many rows there are; the first one is `t >= 0`.
    n_rows: usize,
}

/// Row numbers with positive factors, and the positive factor of what they add up to.
pub(crate) type Expressed = (Vec<(usize, Integer)>, Integer);

/// Which sides of a hyperplane a cell reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    Both,
    Positive,
    Negative,
    /// The row is 0 on the whole cell, so it is 0 everywhere.
    Neither,
}

/// Where a map is largest on a cell.
#[derive(Debug)]
pub(crate) enum Top<'a> {
    /// At this generator, a vertex.
    Vertex(&'a Generator),
    /// It grows along this direction (the last coordinate is 0).
    Ray(Vec<Integer>),
}

/// What a cell is the hull of, in homogeneous coordinates.
pub(crate) struct Generators<'a> {
    pub vertices: Vec<&'a Scaled>,
    pub rays: Vec<&'a Scaled>,
    pub lines: Vec<&'a Scaled>,
}

impl Generator {
    /// Its homogeneous coordinates.
    pub fn exact(&self) -> &[Integer] {
        &self.at.exact
    }

    /// The same, with floats beside them.
    pub fn scaled(&self) -> &Scaled {
        &self.at
    }
}

fn contains(tight: &Tight, row: usize) -> bool {
    tight.get(row / 64).is_some_and(|word| word >> (row % 64) & 1 == 1)
}

fn insert(tight: &mut Tight, row: usize) {
    if tight.len() <= row / 64 {
        tight.resize(row / 64 + 1, 0);
    }
    tight[row / 64] |= 1 << (row % 64);
}

fn intersection(a: &Tight, b: &Tight) -> Tight {
    a.iter().zip(b).map(|(a, b)| a & b).collect()
}

fn includes(whole: &Tight, part: &Tight) -> bool {
    part.iter().enumerate().all(|(i, word)| word & !whole.get(i).copied().unwrap_or(0) == 0)
}

fn size(tight: &Tight) -> usize {
    tight.iter().map(|word| word.count_ones() as usize).sum()
}

/// Homogeneous coordinates of a point between all these.
fn sum_of<'a>(points: impl Iterator<Item = &'a Scaled>) -> Vec<Integer> {
    let mut sum: Vec<Integer> = Vec::new();
    for point in points {
        sum.resize(point.exact.len(), Integer::ZERO);
        sum.iter_mut().zip(&point.exact).for_each(|(sum, c)| *sum += c);
    }
    remove_common_factor(&mut sum);
    sum
}

/// `a * x + b * y`, without common factor.
fn combine(a: &Integer, x: &Scaled, b: &Integer, y: &Scaled) -> Arc<Scaled> {
    let mut sum: Vec<Integer> = x.exact.iter().zip(&y.exact).map(|(x, y)| a * x + b * y).collect();
    remove_common_factor(&mut sum);
    Arc::new(Scaled::new(sum))
}

impl Cone {
    /// All of R^n: n lines through the origin.
    pub fn everywhere(n_inputs: usize) -> Self {
        let unit = |i: usize| {
            let mut coordinates = vec![Integer::ZERO; n_inputs + 1];
            coordinates[i] = Integer::ONE;
            Arc::new(Scaled::new(coordinates))
        };
        Cone {
            lines: (0..n_inputs).map(unit).collect(),
            rays: vec![Generator { at: unit(n_inputs), tight: Tight::from_elem(0, 1) }],
            n_rows: 1,
        }
    }

    /// The number of vertices and rays.
    pub fn n_rays(&self) -> usize {
        self.rays.len()
    }

    /// The vertices, rays and lines, in homogeneous coordinates.
    pub fn generators(&self) -> Generators<'_> {
        let is_vertex = |ray: &&Generator| !ray.at.exact[ray.at.exact.len() - 1].is_zero();
        let (vertices, rays): (Vec<&Generator>, Vec<&Generator>) = self.rays.iter().partition(is_vertex);
        Generators {
            vertices: vertices.into_iter().map(|g| g.at.as_ref()).collect(),
            rays: rays.into_iter().map(|g| g.at.as_ref()).collect(),
            lines: self.lines.iter().map(Arc::as_ref).collect(),
        }
    }

    /// Which sides of a row's hyperplane the cell reaches.
    pub fn reach(&self, row: &Scaled) -> Reach {
        if self.lines.iter().any(|line| row.sign_with(line) != 0) {
            return Reach::Both;
        }
        let (mut positive, mut negative) = (false, false);
        for ray in &self.rays {
            match row.sign_with(&ray.at) {
                1 => positive = true,
                -1 => negative = true,
                _ => {}
            }
            if positive && negative {
                return Reach::Both;
            }
        }
        match (positive, negative) {
            (true, _) => Reach::Positive,
            (_, true) => Reach::Negative,
            _ => Reach::Neither,
        }
    }

    /// The parts where a row that takes both signs is not negative and where it is not positive.
    pub fn split(&self, row: &Scaled) -> (Cone, Cone) {
        let number = self.n_rows;
        if let Some(at) = self.lines.iter().position(|line| row.sign_with(line) != 0) {
            return self.split_along_line(row, at);
        }
        let signs: Vec<i32> = self.rays.iter().map(|ray| row.sign_with(&ray.at)).collect();
        let on = |sign: i32| signs.iter().enumerate().filter(move |(_, s)| **s == sign).map(|(i, _)| i);
        let values: Vec<Option<Integer>> =
            self.rays.iter().zip(&signs).map(|(ray, sign)| (*sign != 0).then(|| row.dot(&ray.at))).collect();
        let mut border: Vec<Generator> = on(0).map(|i| self.with_tight(&self.rays[i], number)).collect();
        // Extreme rays of the border lie on edges; an edge of a pointed cone of dimension D has rows of
        // rank D - 2 in common.
        let needed = (row.exact.len() - self.lines.len()).saturating_sub(2);
        for p in on(1) {
            for n in on(-1) {
                let common = intersection(&self.rays[p].tight, &self.rays[n].tight);
                if size(&common) < needed || !self.is_edge(p, n, &common) {
                    continue;
                }
                let (Some(above), Some(below)) = (&values[p], &values[n]) else { continue };
                let at = combine(&-below, &self.rays[p].at, above, &self.rays[n].at);
                let mut tight = common;
                insert(&mut tight, number);
                border.push(Generator { at, tight });
            }
        }
        let part = |sign: i32| Cone {
            lines: self.lines.clone(),
            rays: on(sign).map(|i| self.rays[i].clone()).chain(border.iter().cloned()).collect(),
            n_rows: number + 1,
        };
        (part(1), part(-1))
    }

    fn with_tight(&self, ray: &Generator, row: usize) -> Generator {
        let mut ray = ray.clone();
        insert(&mut ray.tight, row);
        ray
    }

    /// Two extreme rays span an edge when no third one is tight wherever both are.
    fn is_edge(&self, a: usize, b: usize, common: &Tight) -> bool {
        !self.rays.iter().enumerate().any(|(i, ray)| i != a && i != b && includes(&ray.tight, common))
    }

    /// A line that crosses the hyperplane becomes a ray of either part, and all else is slid along it
    /// onto the hyperplane.
    fn split_along_line(&self, row: &Scaled, at: usize) -> (Cone, Cone) {
        let number = self.n_rows;
        let mut line = Arc::clone(&self.lines[at]);
        let mut along = row.dot(&line);
        if sign_of(&along) < 0 {
            line = Arc::new(Scaled::new(line.exact.iter().map(|c| -c).collect()));
            along = -along;
        }
        let slid = |point: &Arc<Scaled>| {
            let value = row.dot(point);
            if value.is_zero() { Arc::clone(point) } else { combine(&along, point, &-value, &line) }
        };
        let lines: Vec<Arc<Scaled>> =
            self.lines.iter().enumerate().filter(|(i, _)| *i != at).map(|(_, other)| slid(other)).collect();
        let rays: Vec<Generator> = self
            .rays
            .iter()
            .map(|ray| self.with_tight(&Generator { at: slid(&ray.at), tight: ray.tight.clone() }, number))
            .collect();
        // The line lies in every row's hyperplane so far.
        let mut tight = Tight::from_elem(0, number.div_ceil(64));
        (0..number).for_each(|row| insert(&mut tight, row));
        let part = |end: Arc<Scaled>| {
            let mut rays = rays.clone();
            rays.push(Generator { at: end, tight: tight.clone() });
            Cone { lines: lines.clone(), rays, n_rows: number + 1 }
        };
        let other_end = Arc::new(Scaled::new(line.exact.iter().map(|c| -c).collect()));
        (part(line), part(other_end))
    }

    /// The same cell with one more row, which is not negative on it.
    pub fn with_idle_row(&self, row: &Scaled) -> Cone {
        let number = self.n_rows;
        let marked = |ray: &Generator| {
            if row.sign_with(&ray.at) == 0 { self.with_tight(ray, number) } else { ray.clone() }
        };
        Cone { lines: self.lines.clone(), rays: self.rays.iter().map(marked).collect(), n_rows: number + 1 }
    }

    /// A point inside the facet along a row's hyperplane, in homogeneous coordinates; `None` when the
    /// cell has no facet there.
    pub fn facet_point(&self, row: usize) -> Option<Vec<Integer>> {
        let on_it = || self.rays.iter().filter(|ray| contains(&ray.tight, row));
        let mut common = on_it().next()?.tight.clone();
        on_it().for_each(|ray| common = intersection(&common, &ray.tight));
        // On a smaller face, or at infinity, another row vanishes too.
        (size(&common) == 1).then(|| sum_of(on_it().map(|ray| ray.at.as_ref())))
    }

    /// The volume; `None` when the cell is unbounded or has very many corners.
    pub fn volume(&self) -> Option<Rational> {
        let mut simplices = Simplices::default();
        self.simplices(&mut simplices).map(|()| simplices.volume())
    }

    /// Cuts the cell into simplices; `None` when it is unbounded or has very many corners.
    pub fn simplices(&self, simplices: &mut Simplices) -> Option<()> {
        let unbounded = !self.lines.is_empty() || self.rays.iter().any(|ray| ray.at.is_direction());
        if unbounded || self.rays.len() > MAX_VOLUME_CORNERS {
            return None;
        }
        let corners: Vec<&[Integer]> = self.rays.iter().map(|ray| ray.at.exact.as_slice()).collect();
        let on_row = |row: usize| {
            let on = self.rays.iter().enumerate().filter(|(_, ray)| contains(&ray.tight, row));
            on.fold(0u128, |set, (i, _)| set | 1 << i)
        };
        simplices.add(&corners, &(1..self.n_rows).map(on_row).collect::<Vec<_>>());
        Some(())
    }

    /// A point of the interior, in homogeneous coordinates.
    pub fn interior_point(&self) -> Vec<Integer> {
        sum_of(self.rays.iter().map(|ray| ray.at.as_ref()))
    }

    /// Where a map is largest.
    pub fn top(&self, map: &Scaled) -> Top<'_> {
        for line in &self.lines {
            match map.sign_with(line) {
                0 => {}
                sign => return Top::Ray(line.exact.iter().map(|c| c * Integer::from(sign)).collect()),
            }
        }
        if let Some(ray) = self.rays.iter().find(|ray| ray.at.is_direction() && map.sign_with(&ray.at) > 0) {
            return Top::Ray(ray.at.exact.clone());
        }
        // Floats leave out the vertices where the map is surely lower than at another one.
        let vertices = || self.rays.iter().filter(|ray| !ray.at.is_direction());
        let surely = vertices().map(|ray| map.bounds_at(&ray.at).0).fold(f64::NEG_INFINITY, f64::max);
        let mut best: Option<(&Generator, Option<Integer>)> = None;
        for ray in vertices().filter(|ray| map.bounds_at(&ray.at).1 >= surely) {
            let Some((known, value)) = &mut best else {
                best = Some((ray, None));
                continue;
            };
            let last = map.exact.len() - 1;
            let most = value.get_or_insert_with(|| map.dot(&known.at));
            let here = map.dot(&ray.at);
            if &here * &known.at.exact[last] > &*most * &ray.at.exact[last] {
                best = Some((ray, Some(here)));
            }
        }
        match best {
            Some((at, _)) => Top::Vertex(at),
            // A cell has an interior, so some generator has t > 0.
            None => unreachable!("a cell without a vertex"),
        }
    }

    /// Writes a map that is not negative on the cell as a combination of rows: the row numbers with
    /// positive factors, and the positive factor of the map. What is left is a constant that is not
    /// negative.
    pub fn express(&self, map: &Scaled, rows: &[Arc<Scaled>]) -> Expressed {
        // A float suggests the vertex where the map is lowest; signs of exact factors decide whether it is.
        let vertices = self.rays.iter().filter(|ray| !ray.at.is_direction());
        let lowest = vertices.min_by(|a, b| map.float_at(&a.at).total_cmp(&map.float_at(&b.at)));
        let at_lowest = lowest.filter(|_| self.lines.is_empty()).and_then(|at| express_at(at, map, 1, rows));
        at_lowest.unwrap_or_else(|| self.express_by_faces(map, rows))
    }

    /// Writes how far a map is below its largest value, which it has at this vertex, as a combination of rows: those
    /// with positive factors, and the positive factor of the map. What is left is a constant that is not negative.
    pub fn express_top(&self, map: &Scaled, top: &Generator, rows: &[Arc<Scaled>]) -> Expressed {
        let simple = Some(top).filter(|_| self.lines.is_empty());
        simple.and_then(|at| express_at(at, map, -1, rows)).unwrap_or_else(|| {
            let (value, t) = (map.dot(&top.at), &top.at.exact[top.at.exact.len() - 1]);
            let mut below: Vec<Integer> = map.exact.iter().map(|c| -(c * t)).collect();
            let last = below.len() - 1;
            below[last] += value;
            let (factors, times) = self.express_by_faces(&Scaled::new(below), rows);
            (factors, times * t)
        })
    }

    /// The map minus a row, as much of it as the generators allow, vanishes at one more generator;
    /// the row must vanish where the map does. Each step lowers the dimension of the face that is
    /// left, so there are at most n + 1. Row 0 is the constant 1.
    fn express_by_faces(&self, map: &Scaled, rows: &[Arc<Scaled>]) -> Expressed {
        debug_assert_eq!(rows.len(), self.n_rows);
        let mut left: Vec<Rational> = self.rays.iter().map(|ray| Rational::from(map.dot(&ray.at))).collect();
        let mut factors: Vec<(usize, Rational)> = Vec::new();
        loop {
            let mut tight: Option<Tight> = None;
            for (ray, _) in self.rays.iter().zip(&left).filter(|(_, value)| value.is_zero()) {
                tight = Some(tight.map_or_else(|| ray.tight.clone(), |tight| intersection(&tight, &ray.tight)));
            }
            if left.iter().all(Rational::is_zero) {
                break;
            }
            // Of the rows that may be taken the one that gets furthest: it is 0 at the fewest generators.
            let may = (0..self.n_rows).filter(|row| tight.as_ref().is_none_or(|tight| contains(tight, *row)));
            let open = |row: &usize| {
                self.rays.iter().zip(&left).filter(|(g, v)| !v.is_zero() && !contains(&g.tight, *row)).count()
            };
            let Some(row) = may.filter(|row| open(row) > 0).max_by_key(|row| (open(row), usize::MAX - row)) else {
                unreachable!("a face of a cone is cut out by its rows")
            };
            let at_rays: Vec<Option<Rational>> = self
                .rays
                .iter()
                .map(|ray| (!contains(&ray.tight, row)).then(|| Rational::from(rows[row].dot(&ray.at))))
                .collect();
            let ratios = left
                .iter()
                .zip(&at_rays)
                .filter_map(|(value, row)| row.as_ref().filter(|r| !r.is_zero()).map(|r| value / r));
            let Some(factor) = ratios.min() else { unreachable!("the row is positive somewhere") };
            for (value, row) in left.iter_mut().zip(&at_rays) {
                if let Some(row) = row {
                    *value -= &(&factor * row);
                }
            }
            factors.push((row, factor));
        }
        factors.sort_by_key(|(row, _)| *row);
        whole(factors)
    }
}

/// Of more rows than this that vanish at one vertex too many choices would be tried.
const MAX_TIGHT: usize = 6;

/// Where a map is lowest at a vertex, as many rows as there are inputs, all of which vanish there, have a combination
/// with the coefficients of `sign * map` and no negative factor; and such a combination shows that nothing is lower.
fn express_at(vertex: &Generator, map: &Scaled, sign: i32, rows: &[Arc<Scaled>]) -> Option<Expressed> {
    let n = map.exact.len() - 1;
    let tight: SmallVec<[usize; MAX_TIGHT]> = (0..rows.len()).filter(|row| contains(&vertex.tight, *row)).collect();
    if tight.len() <= n {
        return express_by(&tight, map, sign, rows);
    }
    let choices = (0..1u32 << tight.len().min(MAX_TIGHT + 1)).filter(|_| tight.len() <= MAX_TIGHT);
    choices.filter(|choice| choice.count_ones() as usize == n).find_map(|choice| {
        let chosen = tight.iter().enumerate().filter(|(i, _)| choice >> i & 1 == 1).map(|(_, row)| *row);
        express_by(&chosen.collect::<SmallVec<[usize; MAX_TIGHT]>>(), map, sign, rows)
    })
}

/// `sign * map` by as many rows as there are inputs, if no factor is negative.
fn express_by(chosen: &[usize], map: &Scaled, sign: i32, rows: &[Arc<Scaled>]) -> Option<Expressed> {
    let n = map.exact.len() - 1;
    // An equation an input: the coefficients of the rows, then that of the map.
    let equation = |input: usize| {
        let map = if sign < 0 { -&map.exact[input] } else { map.exact[input].clone() };
        let mut equation = Vec::with_capacity(n + 1);
        equation.extend(chosen.iter().map(|row| rows[*row].exact[input].clone()));
        equation.push(map);
        equation
    };
    let (mut factors, mut times) = (chosen.len() == n).then(|| solve((0..n).map(equation).collect()))??;
    let turn = sign_of(&times);
    if factors.iter().any(|factor| sign_of(factor) * turn < 0) {
        return None;
    }
    // Short numbers are made shorter, for people; long ones are no easier to read without a common factor.
    if times.bit_len() <= SHORT_BITS && factors.iter().all(|factor| factor.bit_len() <= SHORT_BITS) {
        factors.push(times);
        remove_common_factor(&mut factors);
        times = factors.pop()?;
    }
    if turn < 0 {
        factors.iter_mut().for_each(|factor| *factor = -&*factor);
        times = -times;
    }
    Some((chosen.iter().copied().zip(factors).filter(|(_, factor)| !factor.is_zero()).collect(), times))
}

/// Numbers of at most a machine word are short.
const SHORT_BITS: usize = 64;

/// Factors of rows beside the factor 1 of a map, all scaled to whole numbers.
fn whole(factors: Vec<(usize, Rational)>) -> Expressed {
    let scale = Rational::primitive_scale(factors.iter().map(|(_, f)| f).chain([&Rational::one()]));
    let whole = factors.into_iter().map(|(row, f)| (row, (f * &scale).to_integer())).filter(|(_, f)| !f.is_zero());
    (whole.collect(), scale.to_integer())
}
