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
//! Few small sets instead of all `U_c` are chosen by [`MaxMin`].

use pellucid_core::{Affine, Domain, Error, Expr, Rational, ReluGraph};
use pellucid_prove::{Interior, Limits, Maximum, Step, interior, maximize, walk};

use crate::max_min::MaxMin;
use crate::shorten::shorten;

/// Functions with more cells are not written out: the formula would help nobody.
const MAX_CELLS: usize = 400;
/// The same once cells are cut where the order of the maps changes.
const MAX_CUT_CELLS: usize = 2_000;
/// Comparing a map with the function on a cell takes a linear program, which takes longer the longer its numbers are:
/// so many comparisons are made, times the binary digits of a number.
const MAX_COMPARED_BITS: usize = 300_000;

/// The max-min form of one output, or the min-max form if it is shorter.
///
/// # Errors
/// When there are too many cells.
pub fn lattice_form(graph: &ReluGraph, output: usize, domain: &Domain, limits: Limits<'_>) -> Result<Expr, Error> {
    let Pieces { maps, cells } = pieces(graph, output, domain, limits)?;
    let orders = orders(&maps, cells, limits)?;
    let above: Vec<Vec<usize>> = orders.iter().map(|order| order.members(1)).collect();
    let below: Vec<Vec<usize>> = orders.iter().map(|order| order.members(-1)).collect();
    Ok(shorten(&MaxMin::new(&above, &below).written(&maps)))
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
fn orders(maps: &[Affine], cells: Vec<Cut>, limits: Limits<'_>) -> Result<Vec<Order>, Error> {
    let mut orders: Vec<Order> = Vec::new();
    let numbers = || maps.iter().flat_map(|map| map.coefficients.iter().chain([&map.constant]));
    let bits = numbers().map(Rational::bits).sum::<usize>() / numbers().count().max(1);
    let mut bits_left = MAX_COMPARED_BITS;
    let mut pending = cells;
    let mut n_cells = pending.len();
    while let Some(cell) = pending.pop() {
        if limits.stopped() {
            return Err(Error::limit("stopped while writing the pieces as a formula"));
        }
        bits_left = bits_left.checked_sub(maps.len() * bits).ok_or_else(|| {
            Error::limit(format!("the network has {} affine pieces, too many for a formula", maps.len()))
        })?;
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
