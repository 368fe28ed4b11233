//! The max-min form of a function given by its cells.
//!
//! Let `L_1 .. L_n` be the affine maps of a continuous piecewise-linear f on a convex domain, and cut
//! its cells until on each cell c every `L_i - f` keeps one sign. With `U_c` the maps that are
//! not below f on c, `f = max_c min_{i in U_c} L_i` (Tarela and Martinez 1999, Ovchinnikov 2002).
//! On c the c-th minimum is f. Elsewhere it is not above f: on the segment from an inner point y of c
//! to any x some piece L_i is not below f at y and not above f at x (the piece on which f comes back
//! to the chord of the segment), and `L_i >= f` at y puts i into `U_c`, as the sign is the same
//! on all of c. Without the cuts that last step fails.
//!
//! So with `D_c` the maps that are not above f on c, a set T of maps has `min_T L <= f` everywhere
//! exactly when T meets every `D_c`, and it equals f on c when also `T` is within `U_c`. Choosing few
//! small sets is left to a greedy search; minima and maxima may change roles.

use pellucid_core::{Affine, Domain, Error, Expr, Rational, ReluGraph};
use pellucid_prove::{Interior, Limits, Maximum, Step, interior, maximize, walk};

use crate::affine_to_expr::{affine_terms, affine_to_expr, length, ordered};

/// Functions with more cells are not written out: the formula would help nobody.
const MAX_CELLS: usize = 400;
/// The same once cells are cut where the order of the maps changes.
const MAX_CUT_CELLS: usize = 2_000;

/// The max-min form of one output, or the min-max form if it is shorter.
///
/// # Errors
/// When there are too many cells.
pub fn lattice_form(graph: &ReluGraph, output: usize, domain: &Domain, limits: Limits<'_>) -> Result<Expr, Error> {
    let Pieces { maps, cells } = pieces(graph, output, domain, limits)?;
    let (maps, outside) = without_shared(maps);
    let orders = orders(&maps, cells)?;
    let above: Vec<Vec<usize>> = orders.iter().map(|order| order.members(1)).collect();
    let below: Vec<Vec<usize>> = orders.iter().map(|order| order.members(-1)).collect();
    let max_min = written(&maps, &few_small_sets(&above, &below), Expr::Max, Expr::Min);
    let min_max = written(&maps, &few_small_sets(&below, &above), Expr::Min, Expr::Max);
    let candidates = [named(max_min), named(min_max)];
    let shortest = candidates.into_iter().min_by_key(length).unwrap_or_else(|| Expr::Constant(Rational::zero()));
    Ok(ordered([shortest].into_iter().chain(affine_terms(&outside)).collect()))
}

/// The different affine maps of a function, and its cells, each with the index of its map.
struct Pieces {
    maps: Vec<Affine>,
    cells: Vec<Cut>,
}

/// A cell, or a part of one.
struct Cut {
    rows: Vec<Affine>,
    point: Vec<Rational>,
    map: usize,
}

fn pieces(graph: &ReluGraph, output: usize, domain: &Domain, limits: Limits<'_>) -> Result<Pieces, Error> {
    let mut pieces = Pieces { maps: Vec::new(), cells: Vec::new() };
    let own = Limits { max_cells: MAX_CELLS.min(limits.max_cells), ..limits };
    walk(graph, domain, own, |step| {
        if let Step::Cell(cell) = step {
            let map = cell.outputs().swap_remove(output);
            let index = pieces.maps.iter().position(|known| *known == map).unwrap_or_else(|| {
                pieces.maps.push(map);
                pieces.maps.len() - 1
            });
            pieces.cells.push(Cut { rows: cell.rows(), point: cell.point(), map: index });
        }
        true
    })
    .map_err(|error| match limits.stopped() {
        true => error,
        false => too_many(MAX_CELLS),
    })?;
    Ok(pieces)
}

fn too_many(n: usize) -> Error {
    Error::limit(format!("the network has more than {n} linear cells, too many for a formula"))
}

/// For each map the sign of its difference from f on a cell.
#[derive(PartialEq)]
struct Order(Vec<i32>);

impl Order {
    /// The maps that are equal to f or differ from it with this sign.
    fn members(&self, sign: i32) -> Vec<usize> {
        (0..self.0.len()).filter(|i| self.0[*i] == 0 || self.0[*i] == sign).collect()
    }
}

/// The orders of the maps around f on all cells, cut where they change.
fn orders(maps: &[Affine], cells: Vec<Cut>) -> Result<Vec<Order>, Error> {
    let mut orders: Vec<Order> = Vec::new();
    let mut pending = cells;
    let mut n_cells = pending.len();
    while let Some(cell) = pending.pop() {
        match order(maps, &cell) {
            Ok(order) if orders.contains(&order) => {}
            Ok(order) => orders.push(order),
            Err(gap) => {
                n_cells += 1;
                if n_cells > MAX_CUT_CELLS {
                    return Err(too_many(MAX_CUT_CELLS));
                }
                for side in [gap.scaled(&Rational::from(-1)), gap] {
                    let mut rows = cell.rows.clone();
                    rows.push(side);
                    if let Interior::Point(point) = interior(&rows, cell.point.len()) {
                        pending.push(Cut { rows, point, map: cell.map });
                    }
                }
            }
        }
    }
    Ok(orders)
}

/// The order on a cell, or a difference that changes its sign there.
fn order(maps: &[Affine], cell: &Cut) -> Result<Order, Affine> {
    let mut signs = Vec::with_capacity(maps.len());
    for map in maps {
        let gap = map.minus(&maps[cell.map]);
        let here = gap.at(&cell.point).signum();
        let goes = |sign: i64| match maximize(&gap.scaled(&Rational::from(sign)), &cell.rows) {
            Maximum::At { value, .. } => value.is_positive(),
            Maximum::Unbounded { .. } => true,
            Maximum::Infeasible => false,
        };
        // An inner zero of a map that is not 0 has both signs around it.
        if (here == 0 && !gap.is_zero()) || (here != 0 && goes(-i64::from(here))) {
            return Err(gap);
        }
        signs.push(here);
    }
    Ok(Order(signs))
}

/// Sets that each meet all of `met`, such that each of `within` contains one of them: every one as
/// small, and their number as low, as taking and leaving one after the other gets.
fn few_small_sets(within: &[Vec<usize>], met: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let meets_all = |set: &[usize]| met.iter().all(|other| set.iter().any(|i| other.contains(i)));
    let inside = |set: &[usize], other: &[usize]| set.iter().all(|i| other.contains(i));
    let mut sets: Vec<Vec<usize>> = Vec::new();
    for large in within {
        let mut set = large.clone();
        // Members that few of the sets to be met need go first.
        let mut order = large.clone();
        order.sort_by_key(|i| met.iter().filter(|other| other.contains(i)).count());
        for i in order {
            let smaller: Vec<usize> = set.iter().copied().filter(|j| *j != i).collect();
            if meets_all(&smaller) {
                set = smaller;
            }
        }
        if !sets.contains(&set) {
            sets.push(set);
        }
    }
    // The smallest first, then those that most cells still need.
    let mut chosen: Vec<Vec<usize>> = Vec::new();
    let mut open: Vec<&Vec<usize>> = within.iter().collect();
    while !open.is_empty() {
        let gain = |set: &Vec<usize>| open.iter().filter(|large| inside(set, large)).count();
        let Some(best) = sets.iter().max_by_key(|set| (gain(set), std::cmp::Reverse(set.len()))).cloned() else {
            break;
        };
        open.retain(|large| !inside(&best, large));
        chosen.push(best);
    }
    // A set is of no use when every cell that it serves is served by another one.
    let mut k = 0;
    while k < chosen.len() {
        let served = |large: &Vec<usize>| (0..chosen.len()).any(|j| j != k && inside(&chosen[j], large));
        if within.iter().all(served) {
            chosen.remove(k);
        } else {
            k += 1;
        }
    }
    chosen
}

/// The sets as an outer choice of inner choices, arguments in the order of their inputs.
fn written(maps: &[Affine], sets: &[Vec<usize>], outer: fn(Vec<Expr>) -> Expr, inner: fn(Vec<Expr>) -> Expr) -> Expr {
    let mut order: Vec<usize> = (0..maps.len()).collect();
    order.sort_by_key(|i| {
        let lead = maps[*i].coefficients.iter().position(|c| !c.is_zero());
        let negative = lead.is_some_and(|lead| maps[*i].coefficients[lead].is_negative());
        (lead.unwrap_or(usize::MAX), negative, maps[*i].clone())
    });
    let mut ranked: Vec<Vec<usize>> = sets
        .iter()
        .map(|set| {
            let mut ranks: Vec<usize> = (0..order.len()).filter(|rank| set.contains(&order[*rank])).collect();
            ranks.sort_unstable();
            ranks
        })
        .collect();
    ranked.sort();
    let choice = |call: fn(Vec<Expr>) -> Expr, mut terms: Vec<Expr>| match terms.len() {
        1 => terms.swap_remove(0),
        _ => call(terms),
    };
    let inside = |ranks: &Vec<usize>| choice(inner, ranks.iter().map(|r| affine_to_expr(&maps[order[*r]])).collect());
    choice(outer, ranked.iter().map(inside).collect())
}

/// The maps without what they all share, and that.
fn without_shared(mut maps: Vec<Affine>) -> (Vec<Affine>, Affine) {
    let Some(first) = maps.first().cloned() else { return (maps, Affine::constant(0, Rational::zero())) };
    let mut shared = Affine::constant(first.coefficients.len(), Rational::zero());
    for (i, value) in first.coefficients.iter().enumerate() {
        if maps.iter().all(|map| map.coefficients[i] == *value) {
            shared.coefficients[i] = value.clone();
        }
    }
    if maps.iter().all(|map| map.constant == first.constant) {
        shared.constant = first.constant;
    }
    maps.iter_mut().for_each(|map| *map = map.minus(&shared));
    (maps, shared)
}

/// Shorter names for common forms.
fn named(expr: Expr) -> Expr {
    let is_zero = |e: &Expr| matches!(e, Expr::Constant(zero) if zero.is_zero());
    match &expr {
        Expr::Max(terms) => match terms.as_slice() {
            [a, zero] | [zero, a] if is_zero(zero) => Expr::Relu(Box::new(a.clone())),
            [a, b] if *a == Expr::negate(b.clone()) || *b == Expr::negate(a.clone()) => {
                let positive = if crate::affine_to_expr::is_negative(a) { b } else { a };
                Expr::Abs(Box::new(positive.clone()))
            }
            // max(min(a, b), min(a, c), min(b, c)) is the median.
            [Expr::Min(p), Expr::Min(q), Expr::Min(r)] => median([p, q, r]).unwrap_or(expr),
            _ => expr,
        },
        Expr::Min(terms) => match terms.as_slice() {
            // The median is min(max(a, b), max(a, c), max(b, c)), too.
            [Expr::Max(p), Expr::Max(q), Expr::Max(r)] => median([p, q, r]).unwrap_or(expr),
            [Expr::Max(inner), high] | [high, Expr::Max(inner)] => match inner.as_slice() {
                [a, zero] if is_zero(zero) => Expr::Min(vec![Expr::Relu(Box::new(a.clone())), high.clone()]),
                [value, low] => Expr::Clamp(Box::new([value.clone(), low.clone(), high.clone()])),
                _ => expr,
            },
            _ => expr,
        },
        _ => expr,
    }
}

/// The median when the pairs are all those of three.
fn median(pairs: [&Vec<Expr>; 3]) -> Option<Expr> {
    let mut all: Vec<Expr> = Vec::new();
    for expr in pairs.into_iter().flatten() {
        if !all.contains(expr) {
            all.push(expr.clone());
        }
    }
    let pairs_of_three = all.len() == 3 && pairs.iter().all(|pair| pair.len() == 2);
    let different = pairs[0] != pairs[1] && pairs[0] != pairs[2] && pairs[1] != pairs[2];
    (pairs_of_three && different).then_some(Expr::Ranked { rank: 1, of: all })
}
