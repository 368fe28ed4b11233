//! That no input satisfies one of some cases: their regions' cells are covered, and on each cell a
//! combination of its rows and of a case's constraints contradicts them.

use pellucid_core::{Affine, Computation, Constraint, NeverInRegion, NeverStep, Rational, Region, ReluGraph};

use crate::cells::{combination, empty};

/// Checks that every case is refuted in a region that holds all inputs it allows.
pub(crate) fn never(
    computation: &Computation,
    cases: &[Vec<Constraint>],
    proofs: &[NeverInRegion],
) -> Result<(), String> {
    let graph = computation.to_relu_graph();
    let fit = |constraint: &Constraint| constraint.fits(graph.n_inputs, graph.outputs.len());
    if !cases.iter().flatten().all(fit) {
        return Err("a constraint is about an input or output that is not there".into());
    }
    let mut shown = vec![false; cases.len()];
    for NeverInRegion { cases: indices, steps } in proofs {
        let of = |i: &usize| cases.get(*i).ok_or("a proof is for a case that is not there");
        let region = Region::of(of(indices.first().ok_or("a proof is for no case")?)?, graph.n_inputs);
        let mut restricted = Vec::new();
        for i in indices {
            if Region::of(of(i)?, graph.n_inputs) != region {
                return Err("a case has other bounds than those its proof is for".into());
            }
            shown[*i] = true;
            restricted.push(of(i)?.iter().map(|constraint| region.restrict_constraint(constraint)).collect());
        }
        cover(&region.restrict_graph(&graph), region.domain.rows(region.n_free()), &restricted, steps)?;
    }
    if shown.iter().all(|shown| *shown) { Ok(()) } else { Err("a case is without a proof".into()) }
}

/// Walks over the cells as the steps say, by the same rules as [`crate::cells::cover`].
fn cover(
    graph: &ReluGraph,
    mut rows: Vec<Affine>,
    cases: &[Vec<Constraint>],
    steps: &[NeverStep],
) -> Result<(), String> {
    let n = graph.n_inputs;
    let off = || Affine::constant(n, Rational::zero());
    let (mut relus, mut open) = (Vec::new(), Vec::new());
    let mut steps = steps.iter();
    loop {
        let mut cut = None;
        while let Some(form) = graph.relus.get(relus.len()).filter(|_| cut.is_none()) {
            let map = form.to_affine(n, &relus);
            if map.is_constant() {
                relus.push(if map.constant.is_positive() { map } else { off() });
            } else {
                cut = Some(map);
            }
        }
        match (steps.next().ok_or("the proof ends before all cells are covered")?, cut) {
            (NeverStep::Split, Some(map)) => {
                open.push((relus.len(), rows.len(), map.scaled(&Rational::from(-1))));
                rows.push(map.clone());
                relus.push(map);
                continue;
            }
            (NeverStep::Split, None) => return Err("a cell is cut although all ReLUs are decided".into()),
            (NeverStep::Empty(multipliers), _) => empty(&rows, multipliers, n)?,
            (NeverStep::Never(proofs), _) if proofs.len() != cases.len() => {
                return Err("a cell is not shown for every case".into());
            }
            (NeverStep::Never(proofs), cut) => {
                // Before all ReLUs are decided the outputs have no maps.
                let known = if cut.is_some() { &[] } else { graph.outputs.as_slice() };
                let outputs: Vec<Affine> = known.iter().map(|form| form.to_affine(n, &relus)).collect();
                for (case, multipliers) in cases.iter().zip(proofs) {
                    contradicts(&rows, case, &outputs, multipliers, n)?;
                }
            }
        }
        let Some((n_relus, n_rows, row)) = open.pop() else { break };
        relus.truncate(n_relus);
        rows.truncate(n_rows);
        rows.push(row);
        relus.push(off());
    }
    if steps.next().is_some() { Err("the proof goes on after all cells are covered".into()) } else { Ok(()) }
}

/// Rows and constraints, all at least 0, would add up to a constant that is below 0, or to 0 with a
/// strict constraint, which is above 0, among them.
fn contradicts(
    rows: &[Affine],
    case: &[Constraint],
    outputs: &[Affine],
    multipliers: &[(usize, Rational)],
    n: usize,
) -> Result<(), String> {
    let (of_rows, of_case): (Vec<_>, Vec<_>) = multipliers.iter().cloned().partition(|(i, _)| *i < rows.len());
    let mut sum = combination(rows, &of_rows, n)?;
    let mut strict = false;
    for (i, factor) in of_case {
        let constraint = case.get(i - rows.len()).ok_or("a multiplier is for a constraint that is not there")?;
        let map = constraint.to_affine(n, outputs).ok_or("a constraint is about outputs that are not decided yet")?;
        sum.add_scaled(&factor, &map);
        strict |= constraint.strict && factor.is_positive();
        if factor.is_negative() {
            return Err("a multiplier is not positive".into());
        }
    }
    let below = sum.constant.is_negative() || (strict && sum.constant.is_zero());
    if sum.is_constant() && below { Ok(()) } else { Err("a case is not refuted on a cell".into()) }
}
