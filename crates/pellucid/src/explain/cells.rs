//! A proof by cells in words: how the domain is cut, and what both sides are on each cell.

use pellucid_core::{Affine, CellStep, Domain, Error, Form, Rational, counted};

use super::equality::{Sides, outputs, wanted};
use super::paper::{Paper, number};
use crate::export::claim_to_steps::Steps;
use crate::replay::{Part, replay};

pub(super) fn tell(paper: &mut Paper<'_>, sides: &Sides<'_>, proof: &[CellStep]) -> Result<(), Error> {
    let steps = Steps::of(sides.left, sides.right, sides.domain)?;
    let names = sides.names();
    let n_outputs = steps.left.forms.len();
    sides_in_relus(paper, &steps, &names)?;
    let is_cell = |step: &&CellStep| matches!(step, CellStep::Equal | CellStep::Bounded(_));
    let n_cells = proof.iter().filter(is_cell).count();
    let n_empty = proof.iter().filter(|step| matches!(step, CellStep::Empty(_))).count();
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
             This ends with {}, where every ReLU is decided{}.",
            names[0],
            names[1],
            counted(n_cells, "cell"),
            match n_empty {
                0 => String::new(),
                n => format!(", and {} without interior, where no more cuts are needed", counted(n, "part")),
            }
        ));
    }

    let mut cells = Vec::new();
    let mut empty = Vec::new();
    let (cells_told, empty_told) = (paper.shown(n_cells), paper.shown(n_empty));
    replay(&steps.difference, sides.domain, proof.iter(), |part| {
        match part.step {
            CellStep::Split => {}
            CellStep::Empty(multipliers) if empty.len() < empty_told => {
                empty.push(empty_part(paper, sides.domain, part, multipliers)?);
            }
            CellStep::Empty(_) => {}
            _ if cells.len() < cells_told => cells.push(cell(paper, sides, &steps, part)?),
            _ => {}
        }
        Ok(())
    })?;
    let on_each = if n_cells == 1 { "On the cell".to_string() } else { format!("On each of the {n_cells} cells") };
    paper.section(&format!("{on_each} {}", wanted(sides.bound, n_outputs)));
    cells.iter().for_each(|text| paper.item(text));
    paper.more(n_cells - cells.len(), "cell", "cells");
    if n_empty > 0 {
        paper.section("The parts without interior");
        paper.say(
            "Of what must be at least 0 in such a part, some positive multiples add up to a number that is not above 0. \
             So they cannot all be positive at one point: there are no inner points. What such a part may have of \
             borders belongs to its neighbours, too, since both sides are continuous.",
        );
        empty.iter().for_each(|text| paper.item(text));
        paper.more(n_empty - empty.len(), "part", "parts");
    }
    paper.section("So the claim holds");
    paper.say(&format!(
        "{} the domain, and on {} {}. So {} {} {} {}.",
        match (n_cells, n_empty) {
            (1, 0) => "The cell is all of",
            (1, _) => "But for parts without interior the cell is all of",
            (_, 0) => "The cells cover",
            _ => "The cells and the parts without interior cover",
        },
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
fn sides_in_relus(paper: &mut Paper<'_>, steps: &Steps, names: &[String; 2]) -> Result<(), Error> {
    paper.section("Both sides in the same ReLUs");
    paper.say(
        "Since relu(s*z) = s*relu(z) for s > 0 and relu(-z) = relu(z) - z, and since min, max, abs and so on are sums of \
         ReLUs (max(a, b) = b + relu(a - b)), both sides can be written with the same ReLUs, whose arguments begin with \
         the factor 1:",
    );
    let relus: Vec<String> =
        steps.shared.iter().enumerate().map(|(k, z)| format!("{} = relu({})", paper.relu(k), paper.form(z))).collect();
    paper.list(relus.len(), "ReLU", "ReLUs", |_, k| Ok(relus[k].clone()))?;
    let texts = |forms: &[Form]| outputs(&forms.iter().map(|form| paper.form(form)).collect::<Vec<_>>());
    let (left, right) = (texts(&steps.left.forms), texts(&steps.right.forms));
    paper.say(&format!("Then {} is {left}, and {} is {right}.", names[0], names[1]));
    Ok(())
}

/// Where a part is: the conditions of its cuts.
fn place(paper: &Paper<'_>, part: &Part<'_>) -> String {
    let n_domain = part.rows.len() - part.cuts.len();
    let mut conditions: Vec<String> = Vec::new();
    for condition in part.rows[n_domain..].iter().map(|row| paper.at_least_0(row)) {
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
    let place = place(paper, part);
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
                let above = bound_text(paper, sides, part, &map, &proofs[0])?;
                let below = bound_text(paper, sides, part, &map.scaled(&(-1).into()), &proofs[1])?;
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

/// `bound - map` as a sum of what is at least 0 on the cell.
fn bound_text(
    paper: &Paper<'_>,
    sides: &Sides<'_>,
    part: &Part<'_>,
    map: &Affine,
    multipliers: &[(usize, Rational)],
) -> Result<String, Error> {
    let mut rest = Affine::constant(sides.left.n_inputs(), sides.bound.clone());
    rest.add_scaled(&(-1).into(), map);
    let mut terms = Vec::new();
    for (row, factor) in combined(part, multipliers)? {
        rest.add_scaled(&(-&factor), &row);
        terms.push(product(paper, &row, &factor));
    }
    if !rest.constant.is_zero() || terms.is_empty() {
        terms.push(number(&rest.constant));
    }
    Ok(terms.join(" + "))
}

fn empty_part(
    paper: &Paper<'_>,
    domain: &Domain,
    part: &Part<'_>,
    multipliers: &[(usize, Rational)],
) -> Result<String, Error> {
    let mut rows = combined(part, multipliers)?;
    // Any positive multiple says the same: the plainest is told.
    let scale = Rational::primitive_scale(rows.iter().map(|(_, factor)| factor));
    rows.iter_mut().for_each(|(_, factor)| *factor *= &scale);
    let terms: Vec<String> = rows.iter().map(|(row, factor)| product(paper, row, factor)).collect();
    let mut sum = Affine::constant(part.rows.first().map_or(0, |row| row.coefficients.len()), Rational::zero());
    rows.iter().for_each(|(row, factor)| sum.add_scaled(factor, row));
    let uses_domain = multipliers.iter().any(|(i, _)| *i < part.rows.len() - part.cuts.len());
    let inside = if uses_domain { format!(", {}", domain.phrase()) } else { String::new() };
    Ok(format!("{}{inside}: {} = {}.", place(paper, part), terms.join(" + "), paper.map(&sum)))
}

/// The rows of a combination with primitive coefficients, and the factors that go with these.
fn combined(part: &Part<'_>, multipliers: &[(usize, Rational)]) -> Result<Vec<(Affine, Rational)>, Error> {
    let rows = multipliers.iter().map(|(i, factor)| {
        let row = part.rows.get(*i).ok_or_else(|| Error::input("a multiplier is for a row that is not there"))?;
        let scale = Rational::primitive_scale(&row.coefficients);
        Ok((row.scaled(&scale), factor / &scale))
    });
    rows.collect()
}

/// `2*(x1 - x2)`.
fn product(paper: &Paper<'_>, row: &Affine, factor: &Rational) -> String {
    let row = paper.map(row);
    if factor.is_one() { format!("({row})") } else { format!("{}*({row})", number(factor)) }
}
