//! A proof by cells: the cuts cover the domain, and on each cell the difference is small enough.
//!
//! Steps come in preorder and are read once, front to back, so a proof of any length needs no more
//! memory than its deepest branch.

use pellucid_core::{Affine, CellStep, Domain, Rational, ReluGraph};

/// A cut whose off side is still to come.
struct Open {
    n_relus: usize,
    n_rows: usize,
    map: Affine,
}

/// Checks that every output of the graph is within `bound` of 0 on the domain.
pub(crate) fn cover(graph: &ReluGraph, domain: &Domain, bound: &Rational, steps: &[CellStep]) -> Result<(), String> {
    let n = graph.n_inputs;
    let off = || Affine::constant(n, Rational::zero());
    let mut rows = domain.rows(n);
    let mut relus: Vec<Affine> = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    let mut steps = steps.iter();
    loop {
        // ReLUs whose argument is constant on the cell decide themselves.
        let mut cut = None;
        while let Some(form) = graph.relus.get(relus.len()) {
            let map = form.to_affine(n, &relus);
            if !map.is_constant() {
                cut = Some(map);
                break;
            }
            relus.push(if map.constant.is_positive() { map } else { off() });
        }
        match (steps.next().ok_or("the proof ends before all cells are covered")?, cut) {
            (CellStep::Split, Some(map)) => {
                open.push(Open { n_relus: relus.len(), n_rows: rows.len(), map: map.clone() });
                rows.push(map.clone());
                relus.push(map);
                continue;
            }
            (CellStep::Split, None) => return Err("a cell is cut although all ReLUs are decided".into()),
            (CellStep::Empty(multipliers), _) => empty(&rows, multipliers, n)?,
            (CellStep::Equal, None) => equal(graph, &relus, bound)?,
            (CellStep::Bounded(proofs), None) => bounded(graph, &relus, &rows, bound, proofs)?,
            (CellStep::Equal | CellStep::Bounded(_), Some(_)) => return Err("a cell is closed too early".into()),
        }
        let Some(Open { n_relus, n_rows, map }) = open.pop() else { break };
        relus.truncate(n_relus);
        rows.truncate(n_rows);
        rows.push(map.scaled(&Rational::from(-1)));
        relus.push(off());
    }
    if steps.next().is_some() { Err("the proof goes on after all cells are covered".into()) } else { Ok(()) }
}

/// The sum of rows with positive factors; all rows are at least 0 on the cell.
pub(crate) fn combination(rows: &[Affine], multipliers: &[(usize, Rational)], n: usize) -> Result<Affine, String> {
    let mut sum = Affine::constant(n, Rational::zero());
    for (i, factor) in multipliers {
        if !factor.is_positive() {
            return Err("a multiplier is not positive".into());
        }
        sum.add_scaled(factor, rows.get(*i).ok_or("a multiplier is for a row that is not there")?);
    }
    Ok(sum)
}

/// No point makes all rows positive: some positive combination of them is never above 0.
pub(crate) fn empty(rows: &[Affine], multipliers: &[(usize, Rational)], n: usize) -> Result<(), String> {
    let sum = combination(rows, multipliers, n)?;
    if multipliers.is_empty() || !sum.is_constant() || sum.constant.is_positive() {
        return Err("a cell is not shown to be empty".into());
    }
    Ok(())
}

fn equal(graph: &ReluGraph, relus: &[Affine], bound: &Rational) -> Result<(), String> {
    let small = |map: Affine| map.is_constant() && map.constant.abs() <= *bound;
    if graph.outputs.iter().all(|form| small(form.to_affine(graph.n_inputs, relus))) {
        Ok(())
    } else {
        Err("the two sides differ on a cell".into())
    }
}

fn bounded(
    graph: &ReluGraph,
    relus: &[Affine],
    rows: &[Affine],
    bound: &Rational,
    proofs: &[[Vec<(usize, Rational)>; 2]],
) -> Result<(), String> {
    if proofs.len() != graph.outputs.len() {
        return Err("a cell does not bound every output".into());
    }
    for (form, sides) in graph.outputs.iter().zip(proofs) {
        let map = form.to_affine(graph.n_inputs, relus);
        for (multipliers, sign) in sides.iter().zip([1, -1]) {
            // bound - sign * map must be a sum of rows and a constant that is not negative.
            let mut rest = Affine::constant(graph.n_inputs, bound.clone());
            rest.add_scaled(&Rational::from(-sign), &map);
            let rest = rest.minus(&combination(rows, multipliers, graph.n_inputs)?);
            if !rest.is_constant() || rest.constant.is_negative() {
                return Err("a bound is not shown on a cell".into());
            }
        }
    }
    Ok(())
}
