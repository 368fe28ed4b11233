//! A function of one whole number, in the words of the language.

use pellucid_core::{Domain, Expr, Function, Gate, Rational};
use pellucid_prove::OneLayerForm;

use super::along::{Line, MAX_PLACES};
use super::problem::Problem;
use crate::form_to_expr::form_to_expr;

/// A line with more kinks is not written as a sum of hinges.
const MAX_KINKS: usize = 4;

/// The formulas for a function along a form, where it is one of these kinds; the shortest is the
/// caller's choice.
pub(crate) fn line_to_exprs(problem: &Problem, line: &Line) -> Vec<Expr> {
    let mut exprs = Vec::new();
    exprs.extend(hinges(problem, line));
    exprs.extend(comparison(problem, line));
    exprs.extend(remainder(problem, line, 1));
    exprs.extend(remainder(problem, line, -1));
    exprs.extend(table(problem, line));
    exprs
}

/// `sum + constant`.
fn plus(expr: Expr, constant: i64) -> Expr {
    Expr::sum([expr, Expr::Constant(Rational::from(constant))])
}

/// Straight pieces with few kinks: max, min, abs, clamp and their sums.
fn hinges(problem: &Problem, line: &Line) -> Option<Expr> {
    let places = &line.places;
    let slope = |i: usize| (&places[i + 1].1 - &places[i].1) / Rational::from(places[i + 1].0 - places[i].0);
    let jumps = (1..places.len() - 1).map(|i| (places[i].0, slope(i) - slope(i - 1)));
    let jumps: Vec<(i64, Rational)> = jumps.filter(|(_, jump)| !jump.is_zero()).take(MAX_KINKS + 1).collect();
    if jumps.len() > MAX_KINKS {
        return None;
    }
    let form = problem.form(&line.weights);
    let mut terms = vec![Expr::scale(slope(0), plus(form.clone(), -places[0].0)), Expr::Constant(places[0].1.clone())];
    terms.extend(jumps.into_iter().map(|(at, jump)| Expr::scale(jump, Expr::Relu(Box::new(plus(form.clone(), -at))))));
    named(Expr::sum(terms))
}

/// A sum of hinges in named functions.
pub(crate) fn named(sum: Expr) -> Option<Expr> {
    let n_inputs = sum.n_inputs();
    let function = Function::new(pellucid_core::numbered_inputs(n_inputs), vec![sum]).ok()?;
    let form = OneLayerForm::of_one_layer_graph(&function.to_relu_graph(), &Domain::Everywhere)?;
    Some(form_to_expr(&form, 0))
}

/// 1 from some value on, up to some value, at one value, or everywhere but there.
fn comparison(problem: &Problem, line: &Line) -> Option<Expr> {
    let bits = line.places.iter().map(|(_, value)| match value {
        value if value.is_zero() => Some(false),
        value if value.is_one() => Some(true),
        _ => None,
    });
    let bits: Vec<bool> = bits.collect::<Option<_>>()?;
    let changes: Vec<usize> = (1..bits.len()).filter(|i| bits[*i] != bits[i - 1]).collect();
    let at = |i: usize| line.places[i].0;
    match changes.as_slice() {
        [step] => Some(threshold(sides(problem, &line.weights), (at(step - 1), at(*step)), bits[*step])),
        [up, down] if down - up == 1 => Some(equality(problem, &line.weights, at(*up), bits[*up])),
        _ => match (bits.iter().filter(|bit| **bit).count(), bits.iter().filter(|bit| !**bit).count()) {
            (1, _) => bits.iter().position(|bit| *bit).map(|i| equality(problem, &line.weights, at(i), true)),
            (_, 1) => bits.iter().position(|bit| !*bit).map(|i| equality(problem, &line.weights, at(i), false)),
            _ => None,
        },
    }
}

/// Coordinates with positive weights on the left, those with negative ones on the right.
fn sides(problem: &Problem, weights: &[i64]) -> (Expr, Expr) {
    let side = |sign: i64| problem.form(&weights.iter().map(|w| (w * sign).max(0)).collect::<Vec<_>>());
    (side(1), side(-1))
}

/// Is `left - right` above `below`, where its next value is `above`? Turned around when `is_high` is
/// false.
pub(crate) fn threshold((left, right): (Expr, Expr), (below, above): (i64, i64), is_high: bool) -> Expr {
    let written = |at_least: i64| {
        // left - right >= at_least, or less than that.
        let (gate, by) = match (at_least, is_high) {
            (1, true) => (Gate::Greater, 0),
            (1, false) => (Gate::LessEqual, 0),
            (by, true) => (Gate::GreaterEqual, by),
            (by, false) => (Gate::Less, by),
        };
        let bare = matches!(left, Expr::Constant(_));
        let (left, right) = match by {
            by if by < 0 && !bare => (plus(left.clone(), -by), right.clone()),
            by => (left.clone(), plus(right.clone(), by)),
        };
        Expr::Gate(gate, vec![left, right])
    };
    let choices = [0, 1, below + 1, above].into_iter().filter(|at| below < *at && *at <= above);
    super::cost::shortest_of(choices.map(written)).unwrap_or_else(|| written(above))
}

fn equality(problem: &Problem, weights: &[i64], at: i64, is: bool) -> Expr {
    let (left, right) = sides(problem, weights);
    let (left, right) = if at < 0 { (plus(left, -at), right) } else { (left, plus(right, at)) };
    let equal = Expr::Gate(Gate::Equal, vec![left, right]);
    if is { equal } else { Expr::Gate(Gate::Not, vec![equal]) }
}

/// The remainder of a whole number, of the form or of its negative.
fn remainder(problem: &Problem, line: &Line, sign: i64) -> Option<Expr> {
    let value = |value: &Rational| value.to_i128().and_then(|v| i64::try_from(v).ok()).filter(|v| *v >= 0);
    let mut places = Vec::with_capacity(line.places.len());
    for (at, v) in &line.places {
        places.push((at * sign, value(v)?));
    }
    places.sort_unstable();
    let (low, high) = (places.first()?.0, places.last()?.0);
    let most = places.iter().map(|(_, v)| *v).max()?;
    for modulus in (most + 1).max(2)..=(high - low).min(MAX_PLACES as i64) {
        let shift = (places[0].1 - low).rem_euclid(modulus);
        if places.iter().any(|(at, v)| (at + shift).rem_euclid(modulus) != *v) {
            continue;
        }
        // The remainder is for numbers that are not negative.
        let shift = shift + modulus * (-(low + shift)).max(0).div_euclid(modulus);
        let shift = if low + shift < 0 { shift + modulus } else { shift };
        let weights: Vec<i64> = line.weights.iter().map(|w| w * sign).collect();
        let whole_moduli = u32::try_from(modulus).ok()?;
        let adds = shift == 0 && weights.iter().all(|w| *w == 1) && weights.len() > 1;
        let fit = |i: usize| problem.range(i).0 >= 0 && problem.range(i).1 < modulus;
        if adds && (0..problem.n()).all(fit) {
            return Some(Expr::Gate(Gate::AddMod { modulus: whole_moduli }, problem.coordinates.clone()));
        }
        let top = u32::try_from(high + shift).ok()?;
        let of = plus(problem.form(&weights), shift);
        return Some(Expr::Gate(Gate::Mod { modulus: whole_moduli, top }, vec![of]));
    }
    None
}

/// The values one by one, as a table of whole numbers from 0, or as corners where these are shorter.
fn table(problem: &Problem, line: &Line) -> Option<Expr> {
    let (low, high) = (line.places.first()?.0, line.places.last()?.0);
    let form = || problem.form(&line.weights);
    let corners = line.places.iter().map(|(at, value)| (Rational::from(*at), value.clone()));
    // Corners on a straight line with their neighbours say nothing.
    let mut kept: Vec<(Rational, Rational)> = Vec::new();
    for corner in corners {
        if let [.., a, b] = kept.as_slice()
            && (&b.1 - &a.1) * (&corner.0 - &b.0) == (&corner.1 - &b.1) * (&b.0 - &a.0)
        {
            kept.pop();
        }
        kept.push(corner);
    }
    let n = usize::try_from(high - low).ok()? + 1;
    if n > 2 * kept.len() || n > MAX_PLACES {
        return Some(Expr::Pwl(Box::new(form()), kept));
    }
    let mut values = vec![line.places[0].1.clone(); n];
    for (at, value) in &line.places {
        // What no point has is free; the value before it is as good as any.
        values[(at - low) as usize..].fill(value.clone());
    }
    Some(Expr::Gate(Gate::Table(values), vec![plus(form(), -low)]))
}
