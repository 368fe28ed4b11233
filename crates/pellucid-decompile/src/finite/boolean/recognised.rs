//! Functions of bits of one kind: parities, conjunctions, counts, thresholds.

use pellucid_core::{Expr, Gate, Rational};

use super::gate;
use super::truth::Truth;
use crate::finite::line_to_expr::threshold;

/// Weights of a threshold function are tried up to this.
const MAX_WEIGHT: i64 = 16;
/// Values times ways to choose weights.
const MAX_LOOKS: usize = 1 << 22;
/// Rounds of the perceptron where the ways are too many.
const ROUNDS: usize = 60;

/// What the function can be written as, of the kinds that are recognised at once.
pub(super) fn recognised(truth: &Truth, names: &[Expr]) -> Vec<Expr> {
    let mut found = Vec::new();
    found.extend(parity(truth, names));
    found.extend(count(truth, names));
    found.extend(literals(truth, names).filter(|_| names.len() > 1));
    if found.is_empty() {
        found.extend(linear_threshold(truth, names));
    }
    found
}

/// `xor` or `xnor` of some inputs: a system of equations over two elements.
fn parity(truth: &Truth, names: &[Expr]) -> Option<Expr> {
    let n = names.len();
    // A row has a bit for each input, one for the constant, and the value on top.
    let value_bit = 1u64 << (n + 1);
    let mut pivots: Vec<Option<u64>> = vec![None; n + 1];
    for (index, value) in truth.asked() {
        let mut row = index as u64 | 1 << n | if value { value_bit } else { 0 };
        while row & (value_bit - 1) != 0 {
            let column = row.trailing_zeros() as usize;
            match pivots[column] {
                Some(known) => row ^= known,
                None => {
                    pivots[column] = Some(row);
                    break;
                }
            }
        }
        if row == value_bit {
            return None;
        }
    }
    let mut solution = 0u64;
    for (column, row) in pivots.iter().enumerate().rev() {
        let Some(row) = row else { continue };
        let rest = (row & (value_bit - 1) & !(1 << column) & solution).count_ones() % 2 == 1;
        if rest != (row & value_bit != 0) {
            solution |= 1 << column;
        }
    }
    let chosen: Vec<Expr> = (0..n).filter(|i| solution >> i & 1 == 1).map(|i| names[i].clone()).collect();
    let negated = solution >> n & 1 == 1;
    match (chosen.as_slice(), negated) {
        ([], _) => None,
        ([one], false) => Some(one.clone()),
        ([one], true) => Some(gate(Gate::Not, vec![one.clone()])),
        (_, false) => Some(gate(Gate::Xor, chosen)),
        (_, true) => Some(gate(Gate::Not, vec![gate(Gate::Xor, chosen)])),
    }
}

/// A function of how many inputs are 1.
fn count(truth: &Truth, names: &[Expr]) -> Option<Expr> {
    let n = names.len();
    if n < 2 {
        return None;
    }
    let mut at: Vec<Option<bool>> = vec![None; n + 1];
    for (index, value) in truth.asked() {
        let known = at[index.count_ones() as usize].get_or_insert(value);
        if *known != value {
            return None;
        }
    }
    // A count that no point has is like the one before it.
    let mut last = at.iter().flatten().next().copied()?;
    for value in &mut at {
        last = value.unwrap_or(last);
        *value = Some(last);
    }
    let at: Vec<bool> = at.into_iter().flatten().collect();
    let changes: Vec<usize> = (1..=n).filter(|k| at[*k] != at[k - 1]).collect();
    let number = |k: usize| Expr::Constant(Rational::from(k));
    let sum = || Expr::sum(names.iter().cloned());
    let of = |kind: Gate| Expr::Gate(kind, names.to_vec());
    Some(match (changes.as_slice(), at[0]) {
        ([1], false) => gate(Gate::Or, names.to_vec()),
        ([1], true) => gate(Gate::Not, vec![gate(Gate::Or, names.to_vec())]),
        ([k], false) if *k == n => gate(Gate::And, names.to_vec()),
        ([k], true) if *k == n => gate(Gate::Not, vec![gate(Gate::And, names.to_vec())]),
        ([k], false) if *k == n / 2 + 1 => of(Gate::Majority),
        ([k], true) if *k == n / 2 + 1 => gate(Gate::Not, vec![of(Gate::Majority)]),
        ([k], is_low) => threshold((sum(), number(0)), (*k as i64 - 1, *k as i64), !is_low),
        ([up, down], false) if down - up == 1 => Expr::Gate(Gate::Equal, vec![sum(), number(*up)]),
        ([down, up], true) if up - down == 1 => {
            Expr::Gate(Gate::Not, vec![Expr::Gate(Gate::Equal, vec![sum(), number(*down)])])
        }
        _ => {
            let values = at.iter().map(|value| Rational::from(i64::from(*value))).collect();
            Expr::Gate(Gate::Table(values), vec![sum()])
        }
    })
}

/// `and` or `or` of inputs and negated inputs: 1 at one place alone, or 0.
fn literals(truth: &Truth, names: &[Expr]) -> Option<Expr> {
    let only = |wanted: bool| {
        let mut places = truth.asked().filter(|(_, value)| *value == wanted).map(|(index, _)| index);
        places.next().filter(|_| places.next().is_none())
    };
    let literal = |i: usize, positive: bool| match positive {
        true => names[i].clone(),
        false => gate(Gate::Not, vec![names[i].clone()]),
    };
    if let Some(index) = only(true) {
        return Some(gate(Gate::And, (0..names.len()).map(|i| literal(i, index >> i & 1 == 1)).collect()));
    }
    let index = only(false)?;
    Some(gate(Gate::Or, (0..names.len()).map(|i| literal(i, index >> i & 1 == 0)).collect()))
}

/// 1 where a sum with whole weights is large enough.
fn linear_threshold(truth: &Truth, names: &[Expr]) -> Option<Expr> {
    let n = names.len();
    let mut signs = Vec::with_capacity(n);
    let mut influence = Vec::with_capacity(n);
    for i in 0..n {
        let (mut rises, mut falls) = (0, 0);
        for (index, value) in truth.asked().filter(|(index, _)| index >> i & 1 == 0) {
            match (value, truth.values[index | 1 << i]) {
                (false, super::Value::One) => rises += 1,
                (true, super::Value::Zero) => falls += 1,
                _ => {}
            }
        }
        if rises > 0 && falls > 0 {
            return None;
        }
        signs.push(if falls > 0 { -1 } else { 1i64 });
        influence.push(rises + falls);
    }
    // Inputs of equal influence have equal weights, and more influence does not go with less weight: that is
    // so where all values are asked for, and a fair guess where not.
    let mut levels: Vec<usize> = influence.clone();
    levels.sort_unstable();
    levels.dedup();
    let class: Vec<usize> = influence.iter().map(|own| levels.partition_point(|level| level < own)).collect();
    let mut weights = vec![1i64; levels.len()];
    let mut looks = 0;
    loop {
        let signed: Vec<i64> = class.iter().zip(&signs).map(|(class, sign)| weights[*class] * sign).collect();
        if let Some(step) = separates(truth, &signed) {
            return Some(written(names, &signed, step));
        }
        looks += truth.values.len();
        // The next that does not decrease.
        let next = (0..weights.len()).rev().find(|k| weights[*k] < MAX_WEIGHT);
        let (Some(next), true) = (next, looks < MAX_LOOKS) else { break };
        let value = weights[next] + 1;
        weights[next..].fill(value);
    }
    let taught = perceptron(truth, n)?;
    let step = separates(truth, &taught)?;
    Some(written(names, &taught, step))
}

/// The highest sum where the function is 0, and the lowest where it is 1, if that is higher.
fn separates(truth: &Truth, weights: &[i64]) -> Option<(i64, i64)> {
    let (mut below, mut above) = (i64::MIN, i64::MAX);
    for (index, value) in truth.asked() {
        let sum: i64 = weights.iter().enumerate().filter(|(i, _)| index >> i & 1 == 1).map(|(_, w)| w).sum();
        match value {
            true => above = above.min(sum),
            false => below = below.max(sum),
        }
        if below >= above {
            return None;
        }
    }
    Some((below, above))
}

fn perceptron(truth: &Truth, n: usize) -> Option<Vec<i64>> {
    // The last weight is the threshold's.
    let mut weights = vec![0i64; n + 1];
    for _ in 0..ROUNDS {
        let mut wrong = false;
        for (index, value) in truth.asked() {
            let with_one = index | 1 << n;
            let ones = || (0..=n).filter(move |i| with_one >> i & 1 == 1);
            let sum: i64 = ones().map(|i| weights[i]).sum();
            let sign = if value { 1 } else { -1 };
            if sum * sign <= 0 {
                wrong = true;
                ones().for_each(|i| weights[i] += sign);
            }
        }
        if !wrong {
            weights.pop();
            return Some(weights);
        }
    }
    None
}

fn written(names: &[Expr], weights: &[i64], step: (i64, i64)) -> Expr {
    let side = |sign: i64| {
        let terms = names.iter().zip(weights).filter(|(_, w)| *w * sign > 0);
        Expr::sum(terms.map(|(name, w)| Expr::scale(Rational::from(w.abs()), name.clone())))
    };
    threshold((side(1), side(-1)), step, true)
}
