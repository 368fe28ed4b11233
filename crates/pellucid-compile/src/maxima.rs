//! Functions as sums of maxima of few affine maps, for networks of few layers.
//!
//! *Any maximum of affine maps of d inputs is a combination of maxima of at most d + 1 of them.* Take
//! the gradients as points of R^d with the constants as heights. The upper hull of these points, cut
//! into simplices, has over every direction `(x, 1)` the highest value `max_i a_i.x + b_i`, and the part
//! of the hull at least as high as any level projects to a convex set, whose Euler characteristic is 1.
//! So `max_i = sum over faces F of c_F max_{i in F}`, with `sum of c_G over G that contain F = 1` for
//! every face F of the simplices. (Wang and Sun 2005 have d + 1 by another road.)
//!
//! A maximum of up to five takes two hidden layers ([`crate::fives`]), so a function of up to four
//! inputs takes two.

use std::collections::{BTreeMap, BTreeSet};

use pellucid_core::linear::{Echelon, solve};
use pellucid_core::{Affine, Domain, Expr, Form, Function, Rational, ReluGraph, Wire, dot};
use pellucid_prove::{Interior, Limits, interior};

use crate::fives::maximum;

/// Affine maps of one maximum at most; before those that are nowhere highest are left out, four times
/// as many.
const MAX_MAPS: usize = 60;
/// Choices of d + 1 maps looked at at most.
const MAX_CHOICES: usize = 60_000;

/// The function with every output a sum of maxima of at most `n_inputs + 1` affine maps, or of at most
/// five where it has so many; `None` where a limit is reached.
pub fn as_sum_of_maxima(function: &Function, domain: &Domain, limits: Limits<'_>) -> Option<Function> {
    let graph = function.to_relu_graph();
    let convex = Convex { graph: &graph, rows: domain.rows(graph.n_inputs), limits };
    let outputs = convex.outputs()?.into_iter().map(|sum| sum.to_expr(&limits)).collect::<Option<Vec<Expr>>>()?;
    Function::new(function.input_names().to_vec(), outputs).ok()
}

/// `affine + sum of factor * max(maps)`, equal maxima written once.
#[derive(Clone)]
struct Maxima {
    affine: Affine,
    /// The maps of each maximum in order, the first of them 0.
    terms: BTreeMap<Vec<Affine>, Rational>,
}

impl Maxima {
    fn constant(n_inputs: usize, value: &Rational) -> Self {
        Maxima { affine: Affine::constant(n_inputs, value.clone()), terms: BTreeMap::new() }
    }

    fn add_scaled(&mut self, factor: &Rational, other: &Maxima) {
        self.affine.add_scaled(factor, &other.affine);
        for (maps, theirs) in &other.terms {
            let mine = self.terms.entry(maps.clone()).or_insert_with(Rational::zero);
            *mine += &(factor * theirs);
            if mine.is_zero() {
                self.terms.remove(maps);
            }
        }
    }

    /// Adds the maximum of some maps.
    fn add_maximum(&mut self, mut maps: Vec<Affine>) {
        maps.sort();
        let Some(first) = maps.first().cloned() else { return };
        self.affine.add_scaled(&Rational::one(), &first);
        let mut differences: Vec<Affine> = maps.iter().map(|map| map.minus(&first)).collect();
        // Of the multiples of a maximum one is written.
        let numbers = differences.iter().flat_map(|map| map.coefficients.iter().chain([&map.constant]));
        let scale = Rational::primitive_scale(numbers);
        differences.iter_mut().for_each(|map| *map = map.scaled(&scale));
        if differences.len() > 1 {
            self.add_scaled(
                &Rational::one(),
                &Maxima {
                    affine: Affine::constant(first.coefficients.len(), Rational::zero()),
                    terms: BTreeMap::from([(differences, Rational::one() / scale)]),
                },
            );
        }
    }

    fn to_expr(&self, limits: &Limits<'_>) -> Option<Expr> {
        let maxima =
            self.terms.iter().map(|(maps, factor)| Some(Expr::scale(factor.clone(), sum_of_maxima(maps, limits)?)));
        let terms = maxima.collect::<Option<Vec<Expr>>>()?;
        Some(Expr::sum(terms.into_iter().chain([self.affine.to_expr()])))
    }
}

struct Convex<'a> {
    graph: &'a ReluGraph,
    /// The domain's.
    rows: Vec<Affine>,
    limits: Limits<'a>,
}

impl Convex<'_> {
    fn outputs(&self) -> Option<Vec<Maxima>> {
        let mut relus: Vec<Maxima> = Vec::with_capacity(self.graph.relus.len());
        for form in &self.graph.relus {
            let argument = self.form(form, &relus);
            // relu(p - q) = max(p, q) - q
            let (p, q) = (self.part(&argument, 1)?, self.part(&argument, -1)?);
            let mut result = Maxima::constant(self.graph.n_inputs, &Rational::zero());
            result.add_maximum(self.highest(p.into_iter().chain(q).collect())?);
            for (maps, factor) in argument.terms.iter().filter(|(_, factor)| factor.is_negative()) {
                let term = Maxima {
                    terms: BTreeMap::from([(maps.clone(), factor.clone())]),
                    ..Maxima::constant(self.graph.n_inputs, &Rational::zero())
                };
                result.add_scaled(&Rational::one(), &term);
            }
            relus.push(result);
        }
        Some(self.graph.outputs.iter().map(|form| self.form(form, &relus)).collect())
    }

    fn form(&self, form: &Form, relus: &[Maxima]) -> Maxima {
        let mut sum = Maxima::constant(self.graph.n_inputs, &form.constant);
        for (wire, factor) in &form.terms {
            match wire {
                Wire::Input(i) => sum.affine.coefficients[*i] += factor,
                Wire::Relu(k) => sum.add_scaled(factor, &relus[*k]),
            }
        }
        sum
    }

    /// The maxima with factors of this sign as one: with the affine part those above 0.
    fn part(&self, sum: &Maxima, sign: i32) -> Option<Vec<Affine>> {
        let zero = Affine::constant(self.graph.n_inputs, Rational::zero());
        let mut maps = vec![if sign > 0 { sum.affine.clone() } else { zero }];
        for (more, factor) in sum.terms.iter().filter(|(_, factor)| factor.signum() == sign) {
            maps = self.sum(&maps, more, &factor.abs())?;
        }
        Some(maps)
    }

    /// The maximum `left + factor * right`, the factor above 0.
    fn sum(&self, left: &[Affine], right: &[Affine], factor: &Rational) -> Option<Vec<Affine>> {
        if left.len() * right.len() > 4 * MAX_MAPS {
            return None;
        }
        let both = left.iter().flat_map(|a| {
            right.iter().map(move |b| {
                let mut sum = a.clone();
                sum.add_scaled(factor, b);
                sum
            })
        });
        self.highest(both.collect())
    }

    /// Those maps that are above all others somewhere inside the domain.
    fn highest(&self, maps: Vec<Affine>) -> Option<Vec<Affine>> {
        // Of parallel maps the highest alone.
        let mut parallel: BTreeMap<Vec<Rational>, Rational> = BTreeMap::new();
        for map in maps {
            let known = parallel.entry(map.coefficients).or_insert_with(|| map.constant.clone());
            if *known < map.constant {
                *known = map.constant;
            }
        }
        if parallel.len() > 4 * MAX_MAPS || self.limits.stopped() {
            return None;
        }
        let mut maps: Vec<Affine> =
            parallel.into_iter().map(|(coefficients, constant)| Affine { coefficients, constant }).collect();
        let mut i = 0;
        while i < maps.len() && maps.len() > 1 {
            let others = maps.iter().enumerate().filter(|(j, _)| *j != i).map(|(_, other)| maps[i].minus(other));
            let rows: Vec<Affine> = others.chain(self.rows.iter().cloned()).collect();
            match interior(&rows, self.graph.n_inputs) {
                Interior::Point(_) => i += 1,
                Interior::Empty(_) => {
                    maps.remove(i);
                }
            }
        }
        (maps.len() <= MAX_MAPS).then_some(maps)
    }
}

/// A maximum as a sum of maxima of few.
fn sum_of_maxima(maps: &[Affine], limits: &Limits<'_>) -> Option<Expr> {
    let to_maximum = |of: &[usize]| maximum(of.iter().map(|i| maps[*i].to_expr()).collect());
    if maps.len() <= 5 {
        return Some(to_maximum(&(0..maps.len()).collect::<Vec<_>>()));
    }
    let simplices = simplices(maps, limits)?;
    if simplices.first()?.len() > 5 {
        return None;
    }
    let terms = faces(&simplices, limits)?.into_iter().map(|(face, factor)| Expr::scale(factor, to_maximum(&face)));
    Some(Expr::sum(terms))
}

/// The upper hull of the gradients at their heights, cut into simplices: for each the maps that are
/// its corners. Where more maps than needed meet, heights are moved by very little to decide.
fn simplices(maps: &[Affine], limits: &Limits<'_>) -> Option<Vec<Vec<usize>>> {
    // The gradients in coordinates of the space that their differences span.
    let first = maps.first()?;
    let differences: Vec<Vec<Rational>> = maps.iter().map(|map| map.minus(first).coefficients).collect();
    let echelon = Echelon::of(differences.iter().map(Vec::as_slice));
    let d = echelon.rank();
    let points: Vec<Vec<Rational>> = differences
        .iter()
        .map(|difference| echelon.pivots.iter().map(|pivot| difference[*pivot].clone()).collect())
        .collect();
    let tiny = Rational::ratio(1, 1 << 50);
    let heights: Vec<Rational> = (0..maps.len())
        .map(|i| &maps[i].constant + &tiny * Rational::from(((i * i * 7919 + i * 104_729) % 10_007) as i64))
        .collect();
    let n_choices = (0..=d).try_fold(1usize, |n, i| n.checked_mul(maps.len() - i).map(|n| n / (i + 1)))?;
    if n_choices > MAX_CHOICES {
        return None;
    }
    let mut found = Vec::new();
    let mut choice: Vec<usize> = (0..=d).collect();
    loop {
        if limits.stopped() {
            return None;
        }
        if is_upper_facet(&choice, &points, &heights) {
            found.push(choice.clone());
        }
        // The next choice in order.
        let Some(at) = (0..=d).rev().find(|i| choice[*i] + (d - i) + 1 < maps.len()) else { return Some(found) };
        choice[at] += 1;
        for i in at + 1..=d {
            choice[i] = choice[i - 1] + 1;
        }
    }
}

/// Do these maps meet in one value that no other reaches there?
fn is_upper_facet(choice: &[usize], points: &[Vec<Rational>], heights: &[Rational]) -> bool {
    let Some((first, rest)) = choice.split_first() else { return false };
    let difference =
        |i: usize| -> Vec<Rational> { points[i].iter().zip(&points[*first]).map(|(a, b)| a - b).collect() };
    let rows: Vec<Vec<Rational>> = rest.iter().map(|i| difference(*i)).collect();
    if Echelon::of(rows.iter().map(Vec::as_slice)).rank() < rest.len() {
        return false;
    }
    // The place x with difference(i) . x = height(first) - height(i) for all of them.
    let columns: Vec<Vec<Rational>> =
        (0..rest.len()).map(|j| rows.iter().map(|row| row[j].clone()).collect()).collect();
    let target: Vec<Rational> = rest.iter().map(|i| &heights[*first] - &heights[*i]).collect();
    let Some(place) = solve(&columns, &target) else { return false };
    let value = |i: usize| dot(&points[i], &place) + &heights[i];
    let top = value(*first);
    (0..points.len()).all(|i| choice.contains(&i) || value(i) < top)
}

/// The faces of the simplices with factors that count every face once, over all that contain it.
fn faces(simplices: &[Vec<usize>], limits: &Limits<'_>) -> Option<Vec<(Vec<usize>, Rational)>> {
    let mut all: BTreeSet<Vec<usize>> = BTreeSet::new();
    for simplex in simplices {
        for mask in 1u32..1 << simplex.len() {
            all.insert((0..simplex.len()).filter(|i| mask >> i & 1 == 1).map(|i| simplex[i]).collect());
        }
    }
    let mut order: Vec<Vec<usize>> = all.into_iter().collect();
    order.sort_by_key(|face| std::cmp::Reverse(face.len()));
    let mut factors: Vec<(Vec<usize>, Rational)> = Vec::new();
    for face in order {
        if limits.stopped() {
            return None;
        }
        let above = factors.iter().filter(|(other, _)| face.iter().all(|i| other.contains(i)));
        let sum: Rational = above.map(|(_, factor)| factor.clone()).sum();
        let factor = Rational::one() - sum;
        if !factor.is_zero() {
            factors.push((face, factor));
        }
    }
    Some(factors)
}
