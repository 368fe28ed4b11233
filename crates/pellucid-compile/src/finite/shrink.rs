//! A network made smaller while it stays right at finitely many points.
//!
//! Only the activations at the points matter. A neuron goes where the next layer can be had from the
//! others: equal where it fires or is an output, and not above 0 where it does not fire, which is an
//! exact linear program a neuron. Neurons that are on at all points pass on affine maps, of which as
//! many are kept as are independent. A layer goes where the next one can be had from the one before.

use std::collections::BTreeSet;

use pellucid_core::linear::{Echelon, rank, solve};
use pellucid_core::{Affine, Error, Layer, Network, Rational};
use pellucid_prove::{Limits, Maximum, maximize};

use super::table::Table;

/// Points with different activations that are looked at at most.
const MAX_ROWS: usize = 600;
/// Linear programs are for at most so many rows times neurons.
const MAX_PROGRAM: usize = 4000;
/// Ways to turn hinges around are tried for so many at most.
const MAX_TURNED: usize = 5;

type Rows = Vec<Vec<Rational>>;

/// A smaller network with the same outputs at the points, or the same network; what is found by the
/// time it is stopped.
///
/// # Errors
/// When a shape does not fit, which would be a defect.
pub(crate) fn shrink(
    network: Network<Rational>,
    table: &Table,
    limits: Limits<'_>,
) -> Result<Network<Rational>, Error> {
    let names = network.input_names().to_vec();
    let mut layers = network.layers().to_vec();
    let all: Rows = (0..table.points.len()).map(|i| table.point(i)).collect();
    'again: loop {
        let mut values: Rows = distinct(all.iter().cloned());
        for index in (0..layers.len() - 1).take_while(|_| !limits.stopped()) {
            let mut after = distinct(values.iter().map(|row| activations(&layers[index], row)));
            if after.len() > MAX_ROWS {
                values = after;
                continue;
            }
            let next_is_output = index + 2 == layers.len();
            if values.len() <= MAX_ROWS
                && let Some(joint) = without_layer(&values, &layers[index], &layers[index + 1], next_is_output)
            {
                layers.splice(index..index + 2, [joint]);
                continue 'again;
            }
            if let Some((here, next)) = narrower(&values, &layers[index], &layers[index + 1], next_is_output, limits) {
                if here.weights.is_empty() {
                    // Nothing of it matters, so nor does anything before.
                    let width = layers[0].weights[0].len();
                    let weights = vec![vec![Rational::zero(); width]; next.weights.len()];
                    layers.splice(..index + 2, [Layer { weights, biases: next.biases }]);
                } else {
                    (layers[index], layers[index + 1]) = (here, next);
                }
                continue 'again;
            }
            std::mem::swap(&mut values, &mut after);
        }
        return Network::new(Some(names), layers);
    }
}

fn distinct(rows: impl Iterator<Item = Vec<Rational>>) -> Rows {
    rows.collect::<BTreeSet<_>>().into_iter().collect()
}

fn arguments(layer: &Layer<Rational>, input: &[Rational]) -> Vec<Rational> {
    layer.weights.iter().zip(&layer.biases).map(|(row, bias)| pellucid_core::dot(row, input) + bias).collect()
}

fn activations(layer: &Layer<Rational>, input: &[Rational]) -> Vec<Rational> {
    let relu = |z: Rational| if z.is_positive() { z } else { Rational::zero() };
    arguments(layer, input).into_iter().map(relu).collect()
}

/// A layer that gives the next one's values from the values before this one.
fn without_layer(
    values: &Rows,
    here: &Layer<Rational>,
    next: &Layer<Rational>,
    is_output: bool,
) -> Option<Layer<Rational>> {
    let targets: Rows = values.iter().map(|row| arguments(next, &activations(here, row))).collect();
    expressed(values, &targets, is_output)
}

/// The layer with fewer neurons and the next one that reads them.
fn narrower(
    values: &Rows,
    here: &Layer<Rational>,
    next: &Layer<Rational>,
    is_output: bool,
    limits: Limits<'_>,
) -> Option<(Layer<Rational>, Layer<Rational>)> {
    let width = here.weights.len();
    let z: Rows = values.iter().map(|row| arguments(here, row)).collect();
    let a: Rows = values.iter().map(|row| activations(here, row)).collect();
    let pairs: BTreeSet<(Vec<Rational>, Vec<Rational>)> = z.into_iter().zip(a).collect();
    let targets: Rows = pairs.iter().map(|(_, a)| arguments(next, a)).collect();
    let with = |kept: &[(usize, bool)]| -> Option<(Layer<Rational>, Layer<Rational>)> {
        if limits.stopped() {
            return None;
        }
        let turned = |value: &Rational, turned: bool| if turned { -value } else { value.clone() };
        let columns = |(z, _): &(Vec<Rational>, Vec<Rational>)| -> Vec<Rational> {
            let on = kept.iter().map(|(k, t)| turned(&z[*k], *t));
            on.map(|z| if z.is_positive() { z } else { Rational::zero() }).collect()
        };
        let rows: Rows = pairs.iter().map(columns).collect();
        let next = expressed(&rows, &targets, is_output)?;
        let weights = kept.iter().map(|(k, t)| here.weights[*k].iter().map(|w| turned(w, *t)).collect()).collect();
        let biases = kept.iter().map(|(k, t)| turned(&here.biases[*k], *t)).collect();
        Some((Layer { weights, biases }, next))
    };
    // One neuron less.
    for gone in 0..width {
        let kept: Vec<(usize, bool)> = (0..width).filter(|k| *k != gone).map(|k| (k, false)).collect();
        if let Some(found) = with(&kept) {
            return Some(found);
        }
    }
    let is_on = |k: usize| pairs.iter().all(|(z, _)| !z[k].is_negative());
    let (on, hinges): (Vec<usize>, Vec<usize>) = (0..width).partition(|k| is_on(*k));
    if let Some(found) = fewer_carriers(&on, &pairs, here, next) {
        return Some(found);
    }
    // One carrier less, with hinges turned around.
    if !on.is_empty() && hinges.len() <= MAX_TURNED {
        for set in 1..1usize << hinges.len() {
            for gone in &on {
                let kept: Vec<(usize, bool)> = (0..width)
                    .filter(|k| k != gone)
                    .map(|k| (k, hinges.iter().position(|h| *h == k).is_some_and(|h| set >> h & 1 == 1)))
                    .collect();
                if let Some(found) = with(&kept) {
                    return Some(found);
                }
            }
        }
    }
    None
}

/// Neurons that are on at all points, as few as the next layer's use of them is independent.
fn fewer_carriers(
    on: &[usize],
    pairs: &BTreeSet<(Vec<Rational>, Vec<Rational>)>,
    here: &Layer<Rational>,
    next: &Layer<Rational>,
) -> Option<(Layer<Rational>, Layer<Rational>)> {
    let uses: Rows = next.weights.iter().map(|row| on.iter().map(|k| row[*k].clone()).collect()).collect();
    if rank(&uses) >= on.len() {
        return None;
    }
    // Independent rows, simple ones first.
    let mut basis: Rows = Vec::new();
    let mut known = Echelon::default();
    for row in &uses {
        if known.insert(row) {
            let scale = Rational::primitive_scale(row);
            basis.push(row.iter().map(|c| c * &scale).collect());
        }
    }
    let rest: Vec<usize> = (0..here.weights.len()).filter(|k| !on.contains(k)).collect();
    let mut layer = Layer { weights: Vec::new(), biases: Vec::new() };
    let mut shifts = Vec::new();
    for row in &basis {
        let mut map = Affine::constant(here.weights[0].len(), Rational::zero());
        for (factor, k) in row.iter().zip(on) {
            map.add_scaled(
                factor,
                &Affine { coefficients: here.weights[*k].clone(), constant: here.biases[*k].clone() },
            );
        }
        let at = |z: &[Rational]| row.iter().zip(on).map(|(factor, k)| factor * &z[*k]).sum::<Rational>();
        // Just raised enough to stay on.
        let low = pairs.iter().map(|(z, _)| at(z)).min()?;
        layer.weights.push(map.coefficients);
        layer.biases.push(map.constant - &low);
        shifts.push(low);
    }
    for k in &rest {
        layer.weights.push(here.weights[*k].clone());
        layer.biases.push(here.biases[*k].clone());
    }
    let mut after = Layer { weights: Vec::new(), biases: Vec::new() };
    for ((row, used), bias) in next.weights.iter().zip(&uses).zip(&next.biases) {
        let factors = if basis.is_empty() { Vec::new() } else { solve(&basis, used)? };
        let moved = factors.iter().zip(&shifts).map(|(factor, shift)| factor * shift).sum::<Rational>();
        after.biases.push(bias + moved);
        after.weights.push(factors.into_iter().chain(rest.iter().map(|k| row[*k].clone())).collect());
    }
    Some((layer, after))
}

/// An affine layer of the rows' entries that gives the targets: exactly where it is an output's or
/// fires, and not above 0 elsewhere.
pub(super) fn expressed(rows: &Rows, targets: &Rows, is_output: bool) -> Option<Layer<Rational>> {
    let (n, m) = (rows.first()?.len(), targets.first()?.len());
    let column = |k: usize| rows.iter().map(|row| row[k].clone()).collect::<Vec<_>>();
    let mut columns: Rows = (0..n).map(column).collect();
    columns.push(vec![Rational::one(); rows.len()]);
    // Of dependent columns the first ones are used.
    let mut known = Echelon::default();
    let used: Vec<usize> = (0..=n).rev().filter(|k| known.insert(&columns[*k])).collect();
    let basis: Rows = used.iter().map(|k| columns[*k].clone()).collect();
    let mut layer = Layer { weights: Vec::new(), biases: Vec::new() };
    for k in 0..m {
        let target: Vec<Rational> = targets.iter().map(|row| row[k].clone()).collect();
        let fires = |value: &Rational| is_output || value.is_positive();
        let factors = match solve(&basis, &target) {
            Some(factors) => factors,
            None if is_output => return None,
            None => where_it_fires(&basis, &target, fires)?,
        };
        let mut row = vec![Rational::zero(); n + 1];
        used.iter().zip(factors).for_each(|(k, factor)| row[*k] = factor);
        layer.biases.push(row.pop()?);
        layer.weights.push(row);
    }
    Some(layer)
}

/// Factors of the columns that give the target where it fires, and nothing above 0 elsewhere.
fn where_it_fires(columns: &Rows, target: &[Rational], fires: impl Fn(&Rational) -> bool) -> Option<Vec<Rational>> {
    let (n, n_rows) = (columns.len(), target.len());
    let row = |i: usize| columns.iter().map(|column| column[i].clone()).collect::<Vec<_>>();
    let mut equations = Echelon::default();
    let on: Vec<usize> = (0..n_rows).filter(|i| fires(&target[*i])).collect();
    for i in &on {
        equations.insert(&row(*i).into_iter().chain([target[*i].clone()]).collect::<Vec<_>>());
    }
    if equations.pivots.contains(&n) {
        return None;
    }
    // The factors without a pivot are free; the others follow from them.
    let free: Vec<usize> = (0..n).filter(|k| !equations.pivots.contains(k)).collect();
    if n_rows * (free.len() + 1) > MAX_PROGRAM {
        return None;
    }
    let factor = |k: usize| match (equations.pivots.iter().position(|p| *p == k), free.iter().position(|f| *f == k)) {
        (Some(at), _) => Affine {
            coefficients: free.iter().map(|f| -&equations.rows[at][*f]).collect(),
            constant: equations.rows[at][n].clone(),
        },
        (_, at) => Affine::input(free.len(), at.unwrap_or(0)),
    };
    let factors: Vec<Affine> = (0..n).map(factor).collect();
    let mut below = Vec::new();
    for i in (0..n_rows).filter(|i| !fires(&target[*i])) {
        let mut sum = Affine::constant(free.len(), Rational::zero());
        for (value, factor) in row(i).iter().zip(&factors) {
            sum.add_scaled(&-value, factor);
        }
        match (sum.is_constant(), sum.constant.is_negative()) {
            (true, true) => return None,
            (true, false) => {}
            (false, _) => below.push(sum),
        }
    }
    let point = match free.len() {
        0 => Vec::new(),
        n => match maximize(&Affine::constant(n, Rational::zero()), &below) {
            Maximum::At { point, .. } => point,
            Maximum::Unbounded { .. } | Maximum::Infeasible => return None,
        },
    };
    Some(factors.iter().map(|factor| factor.at(&point)).collect())
}
