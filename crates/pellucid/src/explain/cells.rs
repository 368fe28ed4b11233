//! A proof by cells in words: how the domain is cut, and what both sides are on each cell.

use pellucid_core::{Affine, CellStep, Combination, Error, Form, IntegerRow, Merge, Rational, counted};

use super::equality::{Sides, outputs, wanted};
use super::paper::{Paper, combined, primitive, times};
use crate::export::claim_to_steps::Steps;
use crate::replay::{Part, replay};

pub(super) fn tell(paper: &mut Paper<'_>, sides: &Sides<'_>, merge: Merge, proof: &[CellStep]) -> Result<(), Error> {
    let steps = Steps::of(sides.left, sides.right, sides.domain, merge)?;
    let names = sides.names();
    let n_outputs = steps.left.forms.len();
    sides_in_relus(paper, &steps, merge, &names)?;
    let is_cell = |step: &&CellStep| matches!(step, CellStep::Equal | CellStep::Bounded(_));
    let n_cells = proof.iter().filter(is_cell).count();
    let n_signs = proof.iter().filter(|step| matches!(step, CellStep::On(_) | CellStep::Off(_))).count();
    let n_relus = steps.difference.relus.len();

    paper.section("The domain is cut into cells");
    if n_relus == 0 {
        paper.say(&format!(
            "In {} minus {} every ReLU cancels, so nothing has to be cut: the difference is one affine map.",
            names[0], names[1]
        ));
    } else {
        let relus = match n_relus {
            1 => "one ReLU is left".to_string(),
            n => format!("{n} ReLUs are left, which are taken in turn"),
        };
        paper.say(&format!(
            "In {} minus {} {relus}. Where a ReLU's argument is at least 0 the ReLU is its \
             argument, and where it is at most 0 the ReLU is 0; so its argument cuts what has been cut before in two, \
             and on each side it is affine. Every point is on one side or the other: nothing of the domain is lost. \
             {}This ends with {}, where every ReLU is decided.",
            names[0],
            names[1],
            match n_signs {
                0 => "",
                _ => "Where the argument has one sign nothing is cut. ",
            },
            counted(n_cells, "cell")
        ));
    }

    let mut cells = Vec::new();
    let mut signs = Vec::new();
    let (cells_told, signs_told) = (paper.shown(n_cells), paper.shown(n_signs));
    replay(&steps.difference, sides.domain, proof.iter(), |part| {
        match part.step {
            CellStep::Split => {}
            CellStep::On(proof) | CellStep::Off(proof) if signs.len() < signs_told => {
                signs.push(sign(paper, sides, &steps, part, proof)?);
            }
            CellStep::On(_) | CellStep::Off(_) => {}
            _ if cells.len() < cells_told => cells.push(cell(paper, sides, &steps, part)?),
            _ => {}
        }
        Ok(())
    })?;
    if n_signs > 0 {
        paper.section("Where nothing has to be cut");
        paper.say(
            "Some ReLUs' arguments have one sign on all of what the cuts before have left. A positive multiple of the \
             argument, or of minus the argument where the ReLU is off, is then a sum of positive multiples of what is at \
             least 0 there, and of a number that is at least 0.",
        );
        signs.iter().for_each(|text| paper.item(text));
        paper.more(n_signs - signs.len(), "sign", "signs");
    }
    let on_each = if n_cells == 1 { "On the cell".to_string() } else { format!("On each of the {n_cells} cells") };
    paper.section(&format!("{on_each} {}", wanted(sides.bound, n_outputs)));
    cells.iter().for_each(|text| paper.item(text));
    paper.more(n_cells - cells.len(), "cell", "cells");
    paper.section("So the claim holds");
    paper.say(&format!(
        "{} the domain, and on {} {}. So {} {} {} {}.",
        if n_cells == 1 { "The cell is all of" } else { "The cells cover" },
        if n_cells == 1 { "it" } else { "each cell" },
        wanted(sides.bound, n_outputs),
        names[0],
        match sides.bound.is_zero() {
            true => "equals".to_string(),
            false => format!("is within {} of", sides.bound),
        },
        names[1],
        sides.domain.phrase()
    ));
    Ok(())
}

/// Both sides as sums of shared ReLUs.
fn sides_in_relus(paper: &mut Paper<'_>, steps: &Steps, merge: Merge, names: &[String; 2]) -> Result<(), Error> {
    paper.section("Both sides in the same ReLUs");
    let (rules, begin) = match merge {
        Merge::Hyperplanes => ("relu(s*z) = s*relu(z) for s > 0 and relu(-z) = relu(z) - z", "begin with the factor 1"),
        _ => ("relu(s*z) = s*relu(z) for s > 0", "have integer factors without a common one"),
    };
    paper.say(&format!(
        "Since {rules}, and since min, max, abs and so on are sums of ReLUs (max(a, b) = b + relu(a - b)), both sides can \
         be written with the same ReLUs, whose arguments {begin}:"
    ));
    let relus: Vec<String> =
        steps.shared.iter().enumerate().map(|(k, z)| format!("{} = relu({})", paper.relu(k), paper.form(z))).collect();
    paper.list(relus.len(), "ReLU", "ReLUs", |_, k| Ok(relus[k].clone()))?;
    let texts = |forms: &[Form]| outputs(&forms.iter().map(|form| paper.form(form)).collect::<Vec<_>>());
    let (left, right) = (texts(&steps.left.forms), texts(&steps.right.forms));
    paper.say(&format!("Then {} is {left}, and {} is {right}.", names[0], names[1]));
    Ok(())
}

/// Where a part is: the conditions of its cuts.
pub(super) fn place(paper: &Paper<'_>, rows: &[IntegerRow]) -> String {
    let mut conditions: Vec<String> = Vec::new();
    for condition in rows.iter().map(|row| paper.at_least_0(row)) {
        // Cuts along borders that are there already say nothing new.
        if !conditions.contains(&condition) {
            conditions.push(condition);
        }
    }
    if conditions.is_empty() { "On the whole domain".into() } else { format!("Where {}", conditions.join(", ")) }
}

fn cell(paper: &Paper<'_>, sides: &Sides<'_>, steps: &Steps, part: &Part<'_>) -> Result<String, Error> {
    let on_cell = |forms: &[Form]| {
        outputs(&forms.iter().map(|form| paper.form(&steps.on_cell(form, part.relus))).collect::<Vec<_>>())
    };
    let (left, right) = (on_cell(&steps.left.forms), on_cell(&steps.right.forms));
    let place = place(paper, part.cut_rows());
    if left == right {
        return Ok(format!("{place}: both sides are {left}."));
    }
    let mut text = format!("{place}: the left side is {left}, the right side {right}.");
    let outputs = &steps.difference.outputs;
    for (i, output) in outputs.iter().enumerate() {
        let map = output.to_affine(sides.left.n_inputs(), part.relus);
        let name = if outputs.len() == 1 { "The difference".to_string() } else { format!("Difference {}", i + 1) };
        text += &format!(" {name} is {}", paper.map(&map));
        match part.step {
            CellStep::Bounded(proofs) if !map.is_constant() => {
                let proofs = proofs.get(i).ok_or_else(|| Error::input("a cell does not bound every output"))?;
                let scale = part.graph.scales.get(i).cloned().unwrap_or_default();
                let above = bound_text(sides, &scale, paper, part, (&map, &proofs[0]))?;
                let below = bound_text(sides, &scale, paper, part, (&map.scaled(&(-1).into()), &proofs[1]))?;
                text += &format!(
                    "; it is at most {0}, since {0} minus it is {above}, and at least -{0}, since {0} plus it is {below}.",
                    sides.bound
                );
            }
            _ => text += ".",
        }
    }
    Ok(text)
}

/// `bound - map` as a sum of what is at least 0 on the cell, where `scale * map` is the scaled output.
fn bound_text(
    sides: &Sides<'_>,
    scale: &Rational,
    paper: &Paper<'_>,
    part: &Part<'_>,
    (map, proof): (&Affine, &Combination),
) -> Result<String, Error> {
    // The proof is about `limit - scale * map` with the limit `scale * bound`, times the limit's
    // denominator, as IntegerRow::slack has it.
    let denominator = Rational::from(pellucid_core::Integer::from((scale * sides.bound).denominator()));
    let unit = Rational::one() / (Rational::from(proof.times.clone()) * denominator * scale);
    let mut rest = Affine::constant(sides.left.n_inputs(), sides.bound.clone());
    rest.add_scaled(&(-1).into(), map);
    let mut terms = combined(part.rows, &proof.rows)?;
    for (row, factor) in &mut terms {
        *factor *= &unit;
        rest.add_scaled(&-&*factor, &row.to_affine());
    }
    Ok(paper.rows_and_number(&terms, &rest.constant))
}

/// Why a ReLU stays on, or off, on a part.
fn sign(
    paper: &Paper<'_>,
    sides: &Sides<'_>,
    steps: &Steps,
    part: &Part<'_>,
    proof: &Combination,
) -> Result<String, Error> {
    let argument = part.scaled.ok_or_else(|| Error::input("a ReLU is decided although all of them are"))?;
    let on = matches!(part.step, CellStep::On(_));
    let argument = if on { argument.clone() } else { argument.negated() };
    let small = primitive(&argument);
    let mut terms = combined(part.rows, &proof.rows)?;
    let mut factor = Rational::from(proof.times.clone()) * times(&argument, &small);
    let mut rest = small.to_affine().scaled(&factor);
    terms.iter().for_each(|(row, factor)| rest.add_scaled(&-factor, &row.to_affine()));
    // Any positive multiple says the same: the one in the smallest integers is told.
    let scale = Rational::primitive_scale(terms.iter().map(|(_, f)| f).chain([&factor, &rest.constant]));
    terms.iter_mut().for_each(|(_, factor)| *factor *= &scale);
    factor *= &scale;
    let uses_domain = !part.cuts.is_empty() && proof.rows.iter().any(|(i, _)| part.is_of_domain(*i));
    let inside = if uses_domain { format!(", {}", sides.domain.phrase_in(paper.inputs)) } else { String::new() };
    let name = steps.place.get(part.relus.len()).copied().flatten().map_or("a ReLU".into(), |k| paper.relu(k));
    let told = paper.map(&small.to_affine());
    Ok(format!(
        "{}{inside}: {name} is {}, for its argument is {}, and {} = {}.",
        place(paper, part.cut_rows()),
        if on { "on" } else { "off" },
        part.argument.map(|map| paper.map(map)).unwrap_or_default(),
        if factor.is_one() { told } else { format!("{factor}*({told})") },
        paper.rows_and_number(&terms, &(&rest.constant * &scale))
    ))
}
