//! The max-min form of a function given by its cells: `f = max_j min_{i in S_j} L_i`, where `S_j` are
//! the affine maps that are not below f on cell j (Tarela and Martinez 1999).

use pellucid_core::{Affine, Domain, Error, Expr, ReluGraph};
use pellucid_prove::{Limits, Maximum, Step, maximize, walk};

/// Functions with more cells are not written out: the formula would help nobody.
const MAX_CELLS: usize = 400;

/// The max-min form of one output.
///
/// # Errors
/// When there are too many cells.
pub fn lattice_form(graph: &ReluGraph, output: usize, domain: &Domain) -> Result<Expr, Error> {
    let mut maps: Vec<Affine> = Vec::new();
    let mut cells: Vec<(Vec<Affine>, Affine)> = Vec::new();
    let limits = Limits { max_cells: MAX_CELLS, stop: None };
    walk(graph, domain, limits, |step| {
        if let Step::Cell(mut cell) = step {
            let map = cell.outputs.swap_remove(output);
            if !maps.contains(&map) {
                maps.push(map.clone());
            }
            cells.push((cell.rows.to_vec(), map));
        }
        true
    })
    .map_err(|_| Error::limit(format!("the network has more than {MAX_CELLS} linear cells, too many for a formula")))?;
    // The set of maps that are at least f on a cell, for each cell; smaller sets imply larger ones.
    let mut sets: Vec<Vec<usize>> = Vec::new();
    for (rows, map) in &cells {
        let above = (0..maps.len()).filter(|i| {
            let gap = map.minus(&maps[*i]);
            match maximize(&gap, rows) {
                Maximum::At { value, .. } => !value.is_positive(),
                Maximum::Unbounded { .. } | Maximum::Infeasible => false,
            }
        });
        let set: Vec<usize> = above.collect();
        let within = |a: &Vec<usize>, b: &Vec<usize>| a.iter().all(|i| b.contains(i));
        if !sets.iter().any(|known| within(known, &set)) {
            sets.retain(|known| !within(&set, known));
            sets.push(set);
        }
    }
    let mut order: Vec<usize> = (0..maps.len()).collect();
    order.sort_by_key(|i| {
        let map = &maps[*i];
        (map.coefficients.iter().position(|c| !c.is_zero()).unwrap_or(usize::MAX), map.clone())
    });
    let least = |set: &Vec<usize>| {
        let mut terms: Vec<Expr> = order.iter().filter(|i| set.contains(i)).map(|i| maps[*i].to_expr()).collect();
        if terms.len() == 1 { terms.swap_remove(0) } else { Expr::Min(terms) }
    };
    sets.sort_by_key(|set| order.iter().position(|i| set.contains(i)));
    let mut minima: Vec<Expr> = sets.iter().map(least).collect();
    Ok(if minima.len() == 1 { minima.swap_remove(0) } else { named(Expr::Max(minima)) })
}

/// Shorter names for common max-min forms.
fn named(expr: Expr) -> Expr {
    let Expr::Max(terms) = &expr else { return expr };
    match terms.as_slice() {
        [e, Expr::Constant(zero)] | [Expr::Constant(zero), e] if zero.is_zero() => Expr::Relu(Box::new(e.clone())),
        // max(min(a, b), min(a, c), min(b, c)) is the median.
        [Expr::Min(p), Expr::Min(q), Expr::Min(r)] if p.len() == 2 && q.len() == 2 && r.len() == 2 => {
            let mut all: Vec<&Expr> = Vec::new();
            for e in p.iter().chain(q).chain(r) {
                if !all.contains(&e) {
                    all.push(e);
                }
            }
            if all.len() == 3 { Expr::Ranked { rank: 1, of: all.into_iter().cloned().collect() } } else { expr }
        }
        _ => expr,
    }
}
