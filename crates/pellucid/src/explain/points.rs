//! A proof that goes through finitely many points, in words.

use pellucid_core::{Domain, Error, Integer, Rational};

use super::equality::{Sides, wanted};
use super::paper::{Paper, number, vector};

/// Points are looked at until so many have been left out by the domain's conditions.
const MAX_LOOKED_AT: usize = 10_000;

pub(super) fn tell(paper: &mut Paper<'_>, sides: &Sides<'_>) -> Result<(), Error> {
    let Domain::Finite { values, rows } = sides.domain else {
        return Err(Error::input(format!("{} has infinitely many points", sides.domain)));
    };
    let n_points: Integer = values.iter().map(|values| Integer::from(values.len())).product();
    let names = sides.names();
    let on = sides.domain.phrase_in(paper.inputs);
    paper.section("All points, one by one");
    let counts: Vec<String> = values.iter().map(|values| values.len().to_string()).collect();
    paper.say(&format!(
        "The inputs take {} values, so there are {n_points} points to go through{}. At each of them both sides are \
         worked out in exact numbers, and {}. The first of them:",
        counts.join(" times "),
        if rows.is_empty() { "" } else { ", of which those count where the conditions hold" },
        wanted(sides.bound, sides.left.n_outputs())
    ));
    let at_most = paper.shown(usize::try_from(&n_points).unwrap_or(usize::MAX));
    for point in points(values).take(MAX_LOOKED_AT).filter(|point| sides.domain.contains(point)).take(at_most) {
        let [left, right] = [sides.left, sides.right].map(|side| side.evaluate(&point));
        let told = |values: &[Rational]| if let [value] = values { number(value) } else { vector(values) };
        paper.item(&match left == right {
            true => format!("at {} both sides are {}", vector(&point), told(&left)),
            false => format!("at {} the left side is {}, the right side {}", vector(&point), told(&left), told(&right)),
        });
    }
    paper.section("So the claim holds");
    let holds = match sides.bound.is_zero() {
        true => "equals".to_string(),
        false => format!("is within {} of", sides.bound),
    };
    paper.say(&format!("So it is at every point. So {} {holds} {} {on}.", names[0], names[1]));
    Ok(())
}

/// The points of a product of finite sets, the last input running fastest.
fn points(values: &[Vec<Rational>]) -> impl Iterator<Item = Vec<Rational>> + '_ {
    let mut indices = Some(vec![0; values.len()]);
    std::iter::from_fn(move || {
        let here = indices.clone()?;
        let next = (0..values.len()).rev().find(|i| here[*i] + 1 < values[*i].len());
        indices = next.map(|i| {
            let mut next = here.clone();
            next[i] += 1;
            next[i + 1..].fill(0);
            next
        });
        Some(here.iter().zip(values).map(|(i, values)| values[*i].clone()).collect())
    })
}
