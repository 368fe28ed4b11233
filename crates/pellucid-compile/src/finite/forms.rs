//! Linear forms of the inputs that tell a function's values apart.
//!
//! Where a function depends on one form `w . x` alone, it is a line of values, and lines have small
//! networks. Forms are suggested in several ways (small weights, the function's own arguments, sums of
//! outputs that are linear, separating planes, counting in mixed radix), and each is tested on all points.

use std::collections::HashMap;

use pellucid_core::linear::Echelon;
use pellucid_core::{Rational, ReluGraph, Wire};
use pellucid_prove::Limits;

use super::line::Line;
use super::line_to_network::one_layer_size;
use super::table::Table;

/// Points times forms with small weights.
const MAX_LOOKS: usize = 1 << 23;
/// The largest weight tried on all inputs.
const MAX_WEIGHT: i64 = 6;
/// Lines with more places are left out.
const MAX_PLACES: usize = 4096;
/// Lines whose size is worked out, and lines given.
const MEASURED: usize = 120;
const GIVEN: usize = 6;
/// Points at which linear relations of outputs are looked for; they are tested on all.
const SAMPLED: usize = 256;
/// Rounds of the perceptron, and points it may look at.
const ROUNDS: usize = 400;
const MAX_TAUGHT: usize = 1 << 12;

/// A form with the values along it.
#[derive(Clone, Debug)]
pub(crate) struct FormLine {
    /// One weight an input.
    pub weights: Vec<i64>,
    pub line: Line,
}

/// Forms that tell the values apart, the most promising first; fewer once stopped.
pub(crate) fn form_lines(table: &Table, graph: &ReluGraph, limits: Limits<'_>) -> Vec<FormLine> {
    let mut tested = Tested::new(table);
    for weights in suggested(table, graph) {
        tested.test(weights);
    }
    small_weights(table, &mut tested, limits);
    // Turns show how many kinks there are at least; sizes are worked out for the best of them.
    let mut lines = tested.found;
    lines.sort_by_key(|(turns, form)| (*turns, form.places.len(), weight(&form.weights)));
    lines.truncate(MEASURED);
    let mut measured: Vec<(usize, FormLine)> = lines
        .into_iter()
        .take_while(|_| !limits.stopped())
        .map(|(_, form)| {
            let line = form.line(table);
            (one_layer_size(&line), FormLine { weights: form.weights, line })
        })
        .collect();
    measured.sort_by_key(|(size, form)| (*size, form.line.len(), weight(&form.weights)));
    measured.truncate(GIVEN);
    // The shortest line may fold best.
    measured.into_iter().map(|(_, form)| form).collect()
}

fn weight(weights: &[i64]) -> (i64, usize) {
    (weights.iter().map(|w| w.abs()).sum(), weights.iter().filter(|w| **w < 0).count())
}

/// A form with the class of values at each of its places.
struct Sorted {
    weights: Vec<i64>,
    places: Vec<(i128, usize)>,
}

impl Sorted {
    fn line(&self, table: &Table) -> Line {
        let one_over = Rational::ratio(1, table.denominator);
        let at = self.places.iter().map(|(place, _)| Rational::from(*place) * &one_over).collect();
        Line { at, values: self.places.iter().map(|(_, class)| table.values[*class].clone()).collect() }
    }
}

struct Tested<'a> {
    table: &'a Table,
    /// For each output the rank of each class's value.
    ranks: Vec<Vec<usize>>,
    known: std::collections::HashSet<Vec<i64>>,
    /// With the number of turns.
    found: Vec<(usize, Sorted)>,
}

impl<'a> Tested<'a> {
    fn new(table: &'a Table) -> Self {
        let ranks = (0..table.n_outputs()).map(|k| {
            let mut sorted: Vec<&Rational> = table.values.iter().map(|v| &v[k]).collect();
            sorted.sort();
            sorted.dedup();
            table.values.iter().map(|v| sorted.partition_point(|known| **known < v[k])).collect()
        });
        Tested { ranks: ranks.collect(), table, known: Default::default(), found: Vec::new() }
    }

    /// Keeps a form if points with one value of it have one value of the function.
    fn test(&mut self, mut weights: Vec<i64>) {
        let Some(lead) = weights.iter().find(|w| **w != 0) else { return };
        let common = weights.iter().fold(0, |g, w| gcd(g, w.abs()));
        let sign = lead.signum();
        weights.iter_mut().for_each(|w| *w = *w * sign / common);
        if !self.known.insert(weights.clone()) {
            return;
        }
        let mut places: HashMap<i128, usize> = HashMap::new();
        for (point, class) in self.table.points.iter().zip(&self.table.classes) {
            let at = point.iter().zip(&weights).map(|(x, w)| i128::from(*x) * i128::from(*w)).sum();
            if *places.entry(at).or_insert(*class) != *class || places.len() > MAX_PLACES {
                return;
            }
        }
        let mut places: Vec<(i128, usize)> = places.into_iter().collect();
        places.sort_unstable();
        let turns = self.ranks.iter().map(|ranks| turns(places.iter().map(|(_, class)| ranks[*class])));
        let turns = turns.max().unwrap_or(0);
        self.found.push((turns, Sorted { weights, places }));
    }
}

/// How often numbers turn from rising to falling or back, flat parts left out.
fn turns(values: impl Iterator<Item = usize>) -> usize {
    let (mut turns, mut last, mut rising) = (0, None, None);
    for value in values {
        if let Some(last) = last.filter(|last| *last != value) {
            let rises = last < value;
            turns += usize::from(rising.is_some_and(|known| known != rises));
            rising = Some(rises);
        }
        last = Some(value);
    }
    turns
}

fn gcd(a: i64, b: i64) -> i64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// The inputs that the function depends on, as far as points that differ in one input show.
fn relevant(table: &Table) -> Vec<usize> {
    let matters = |i: usize| {
        let mut known: HashMap<Vec<i64>, usize> = HashMap::new();
        table.points.iter().zip(&table.classes).any(|(point, class)| {
            let mut rest = point.clone();
            rest[i] = 0;
            *known.entry(rest).or_insert(*class) != *class
        })
    };
    (0..table.n_inputs()).filter(|i| matters(*i)).collect()
}

/// All small weights on the inputs that matter, where they are few.
fn small_weights(table: &Table, tested: &mut Tested<'_>, limits: Limits<'_>) {
    let inputs = relevant(table);
    let n = inputs.len();
    let n_forms = |most: i64| (2 * most as usize + 1).saturating_pow(n as u32).saturating_mul(table.points.len());
    let Some(most) = (1..=MAX_WEIGHT).rev().find(|most| n_forms(*most) <= MAX_LOOKS) else { return };
    let mut weights = vec![-most; n];
    while !limits.stopped() {
        let mut all = vec![0; table.n_inputs()];
        inputs.iter().zip(&weights).for_each(|(i, w)| all[*i] = *w);
        tested.test(all);
        let Some(next) = weights.iter().position(|w| *w < most) else { return };
        weights[next] += 1;
        weights[..next].fill(-most);
    }
}

/// Forms that the function itself suggests.
fn suggested(table: &Table, graph: &ReluGraph) -> Vec<Vec<i64>> {
    let n = table.n_inputs();
    let inputs = relevant(table);
    let mut ones = vec![0; n];
    inputs.iter().for_each(|i| ones[*i] = 1);
    let mut forms = vec![ones];
    // The arguments of the first ReLUs, and their sum.
    let mut sum = vec![Rational::zero(); n];
    for form in graph.relus.iter().chain(&graph.outputs) {
        let mut row = vec![Rational::zero(); n];
        for (wire, factor) in &form.terms {
            if let Wire::Input(i) = wire {
                row[*i] = factor.clone();
                sum[*i] += factor;
            }
        }
        forms.extend(to_whole(&row));
    }
    forms.extend(to_whole(&sum));
    forms.extend(linear_outputs(table));
    forms.extend(separating(table));
    forms.extend(mixed_radix(table, &inputs));
    forms
}

fn to_whole(row: &[Rational]) -> Option<Vec<i64>> {
    const MOST: i128 = 1 << 40;
    let scale = Rational::primitive_scale(row);
    let whole = |c: &Rational| (c * &scale).to_i128().filter(|c| c.abs() < MOST).and_then(|c| i64::try_from(c).ok());
    row.iter().map(whole).collect()
}

/// Forms that combinations of the outputs are equal to, as the bits of a sum are: `s + 2 c = a + b`.
fn linear_outputs(table: &Table) -> Vec<Vec<i64>> {
    let (m, n) = (table.n_outputs(), table.n_inputs());
    let step = table.points.len() / SAMPLED + 1;
    // Not every step-th point alone: those may have one input in common.
    let rows = (0..table.points.len()).filter(|i| i % step == (i / step) % step);
    let mut known = Echelon::default();
    for i in rows {
        let row: Vec<Rational> =
            table.value(i).iter().cloned().chain(table.point(i)).chain([Rational::one()]).collect();
        known.insert(&row);
    }
    let relations = known.null_space(m + n + 1);
    relations.iter().filter_map(|relation| to_whole(&relation[m..m + n])).collect()
}

/// A form that is higher wherever an output is than wherever it is not, if a perceptron finds one.
fn separating(table: &Table) -> Vec<Vec<i64>> {
    let mut found = Vec::new();
    for k in 0..table.n_outputs() {
        let mut values: Vec<&Rational> = table.values.iter().map(|v| &v[k]).collect();
        values.sort();
        values.dedup();
        let [low, _] = values.as_slice() else { continue };
        if table.points.len() > MAX_TAUGHT {
            continue;
        }
        // The last weight is the threshold's.
        let mut weights = vec![0i64; table.n_inputs() + 1];
        for _ in 0..ROUNDS {
            let mut wrong = false;
            for (point, class) in table.points.iter().zip(&table.classes) {
                let sign = if table.values[*class][k] == **low { -1 } else { 1 };
                let with_one = || point.iter().copied().chain([table.denominator]);
                let sum: i128 = with_one().zip(&weights).map(|(x, w)| i128::from(x) * i128::from(*w)).sum();
                if sum * i128::from(sign) <= 0 {
                    wrong = true;
                    // Coordinates are below 2^40 and rounds are few, so nothing can overflow.
                    weights.iter_mut().zip(with_one()).for_each(|(w, x)| *w += sign * x);
                }
            }
            if !wrong {
                weights.pop();
                found.push(weights);
                break;
            }
        }
    }
    found
}

/// A form that tells all points apart: a step of each input is more than all before can make up.
fn mixed_radix(table: &Table, inputs: &[usize]) -> Option<Vec<i64>> {
    let mut weights = vec![0; table.n_inputs()];
    let mut reach: i64 = 0;
    for i in inputs.iter().rev() {
        let coordinates = || table.points.iter().map(|point| point[*i]);
        let (low, high) = (coordinates().min()?, coordinates().max()?);
        let step = coordinates().fold(0, |g, x| gcd(g, x - low)).max(1);
        weights[*i] = reach / step + 1;
        reach = weights[*i].checked_mul(high - low)?.checked_add(reach)?;
        if reach > 1 << 40 {
            return None;
        }
    }
    Some(weights)
}
