//! A proof that no input satisfies a property, in words: region by region, cell by cell.

use pellucid_core::{
    Affine, CellStep, Computation, Constraint, Error, IntegerRow, Merge, NeverInRegion, Rational, Region, counted,
    expr_to_text,
};

use super::cells::place;
use super::paper::{Paper, and, combined};
use crate::replay::{Part, replay};
use crate::text::brief;

/// A region with the cases that it is for.
struct Here<'a> {
    region: &'a Region,
    indices: &'a [usize],
    cases: Vec<Vec<Constraint>>,
}

pub(super) fn tell(
    paper: &mut Paper<'_>,
    computation: &Computation,
    cases: &[Vec<Constraint>],
    regions: &[NeverInRegion],
) -> Result<(), Error> {
    let graph = computation.to_graph(Merge::Copies);
    if !cases.iter().flatten().all(|constraint| constraint.fits(graph.n_inputs, graph.outputs.len())) {
        return Err(Error::input("a constraint is about an input or output that is not there"));
    }
    paper.section("The property");
    paper.say(&format!(
        "An input would satisfy it if, with its outputs y1, y2, ..., it satisfied all constraints of {}:",
        if cases.len() == 1 { "this case".into() } else { format!("one of these {} cases", cases.len()) }
    ));
    paper.list(cases.len(), "case", "cases", |paper, i| {
        let constraints: Vec<String> =
            cases[i].iter().map(|constraint| constraint_text(paper, constraint, graph.outputs.len())).collect();
        Ok(format!("case {}: {}", i + 1, brief(&and(&constraints), 600)))
    })?;
    let mut n_all_cells = 0;
    for NeverInRegion { cases: indices, steps } in regions {
        let of = |i: &usize| cases.get(*i).ok_or_else(|| Error::input("a proof is for a case that is not there"));
        let first = indices.first().ok_or_else(|| Error::input("a proof is for no case"))?;
        let region = Region::of(of(first)?, graph.n_inputs);
        let restricted = |i: &usize| -> Result<Vec<Constraint>, Error> {
            Ok(of(i)?.iter().map(|constraint| region.restrict_constraint(constraint)).collect())
        };
        let here = Here { region: &region, indices, cases: indices.iter().map(restricted).collect::<Result<_, _>>()? };
        let restricted = region.restrict_graph(&graph);
        let numbers: Vec<String> = indices.iter().map(|i| (i + 1).to_string()).collect();
        let which = if numbers.len() == 1 { "case" } else { "cases" };
        paper.section(&format!("No input satisfies {which} {}", brief(&and(&numbers), 60)));
        let names: Vec<String> = region.free().map(|i| paper.inputs[i].clone()).collect();
        let fixed: Vec<String> = (paper.inputs.iter().zip(&region.fixed))
            .filter_map(|(name, value)| Some(format!("{name} = {}", value.as_ref()?)))
            .collect();
        let fixed = if fixed.is_empty() { String::new() } else { format!(" and {}", brief(&and(&fixed), 200)) };
        let n_cells = steps.iter().filter(|step| matches!(step, CellStep::Never(_))).count();
        n_all_cells += n_cells;
        let n_signs = steps.iter().filter(|step| matches!(step, CellStep::On(_) | CellStep::Off(_))).count();
        let shown = match n_signs {
            0 => String::new(),
            n => format!("; {} a ReLU's argument has one sign there, and nothing is cut", times_text(n)),
        };
        paper.say(&format!(
            "The bounds on single inputs leave those {}{fixed}. The arguments of {} cut these into {}{shown}. On each \
             cell, what is at least 0 there and the constraints of a case would add up to what cannot be, so every \
             case is contradicted:",
            region.domain.phrase_in(&names),
            counted(restricted.relus.len(), "ReLU"),
            counted(n_cells, "cell"),
        ));
        let mut cells = Vec::new();
        let at_most = paper.shown(n_cells);
        replay(&restricted, &region.domain, steps.iter(), |part| {
            match part.step {
                CellStep::Never(proofs) if cells.len() < at_most => cells.push(cell(paper, &here, part, proofs)?),
                _ => {}
            }
            Ok(())
        })?;
        cells.iter().for_each(|text| paper.item(text));
        paper.more(n_cells - cells.len(), "cell", "cells");
    }
    paper.section("So the claim holds");
    paper.say(&format!(
        "Every case belongs to a region; the cells, {n_all_cells} in all, cover the regions, and on each of them every \
         case is contradicted. So no input satisfies the property."
    ));
    Ok(())
}

fn times_text(n: usize) -> String {
    if n == 1 { "once".into() } else { format!("{n} times") }
}

/// `x1 - y2 + 1 >= 0`.
fn constraint_text(paper: &Paper<'_>, constraint: &Constraint, n_outputs: usize) -> String {
    let n = paper.inputs.len();
    let mut coefficients = vec![Rational::zero(); n + n_outputs];
    constraint.inputs.iter().for_each(|(i, factor)| coefficients[*i] = factor.clone());
    constraint.outputs.iter().for_each(|(i, factor)| coefficients[n + i] = factor.clone());
    let names: Vec<String> = paper.inputs.iter().cloned().chain((1..=n_outputs).map(|i| format!("y{i}"))).collect();
    let sum = Affine { coefficients, constant: constraint.constant.clone() };
    let relation = if constraint.strict { ">" } else { ">=" };
    format!("{} {relation} 0", brief(&expr_to_text(&sum.to_expr(), &names), 200))
}

/// Where a cell is, and for each case what contradicts it there.
fn cell(
    paper: &Paper<'_>,
    here: &Here<'_>,
    part: &Part<'_>,
    proofs: &[Vec<(usize, pellucid_core::Integer)>],
) -> Result<String, Error> {
    if proofs.len() != here.cases.len() {
        return Err(Error::input("a cell is not shown for every case"));
    }
    let all = |row: &IntegerRow| in_all_inputs(here.region, row);
    let rows: Vec<IntegerRow> = part.rows.iter().map(all).collect();
    // Before all ReLUs are decided the outputs have no maps.
    let outputs = if part.argument.is_none() { part.outputs() } else { Vec::new() };
    let mut contradictions = Vec::new();
    for ((index, case), factors) in here.indices.iter().zip(&here.cases).zip(proofs) {
        let mut strict = false;
        let mut used = Vec::new();
        for (i, factor) in factors {
            let row = match rows.get(*i) {
                Some(row) => row.clone(),
                None => {
                    let missing = || Error::input("a factor is for a row that is not there");
                    let constraint = case.get(i - rows.len()).ok_or_else(missing)?;
                    strict |= constraint.strict;
                    let map = constraint.to_affine(here.region.n_free(), &outputs);
                    all(&IntegerRow::of(
                        &map.ok_or_else(|| Error::input("a constraint is about outputs that are not decided yet"))?,
                    ))
                }
            };
            used.push((row, factor.clone()));
        }
        let (used, factors): (Vec<IntegerRow>, Vec<_>) = used.into_iter().unzip();
        let mut terms = combined(&used, &factors.into_iter().enumerate().collect::<Vec<_>>())?;
        let scale = Rational::primitive_scale(terms.iter().map(|(_, factor)| factor));
        terms.iter_mut().for_each(|(_, factor)| *factor *= &scale);
        let mut sum = Affine::constant(paper.inputs.len(), Rational::zero());
        terms.iter().for_each(|(row, factor)| sum.add_scaled(factor, &row.to_affine()));
        contradictions.push(format!(
            "case {} fails, since {} = {}{}",
            index + 1,
            paper.rows_and_number(&terms, &Rational::zero()),
            paper.map(&sum),
            if strict && sum.constant.is_zero() { ", and one of these must be above 0" } else { "" }
        ));
    }
    let n = paper.shown(contradictions.len());
    let more = match contradictions.len() - n {
        0 => String::new(),
        more => format!("; and so do {more} more cases, not written here"),
    };
    let cuts = &rows[rows.len() - part.cuts.len()..];
    Ok(format!("{}: {}{more}.", place(paper, cuts), contradictions[..n].join("; ")))
}

/// A row of the free inputs as one of all.
fn in_all_inputs(region: &Region, row: &IntegerRow) -> IntegerRow {
    let n = region.fixed.len();
    let mut all = IntegerRow::zero(n);
    for (i, entry) in region.free().zip(&row.entries) {
        all.entries[i] = entry.clone();
    }
    all.entries[n] = row.constant().clone();
    all
}
