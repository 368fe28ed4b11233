//! Affine maps chosen from by maxima of minima, or by minima of maxima: few small sets, briefly written.
//!
//! Let f follow one of the maps `L_i` on each of some cells c, with `U_c` the maps that are not below f on
//! all of c and `D_c` those that are not above. A set T of maps has `min_T L <= f` everywhere exactly when T
//! meets every `D_c`, and it equals f on c when also `T` is within `U_c`. Choosing few small sets is left to
//! a greedy search; minima and maxima may change roles.

use pellucid_core::{Affine, Expr, Rational};

use crate::affine_to_expr::{affine_terms, affine_to_expr, length, ordered};
use crate::shorten::is_plain;

/// Up to this many maps it is tried what may stand outside of the choice.
const MAX_SHIFTED_MAPS: usize = 8;

/// Which maps are chosen from, by index.
#[derive(Clone, Debug)]
pub struct MaxMin {
    /// The maximum of the minima over these.
    max_min: Vec<Vec<usize>>,
    /// The minimum of the maxima over these.
    min_max: Vec<Vec<usize>>,
}

impl MaxMin {
    /// The choice for a function with these maps not below it, and not above it, on each cell.
    pub fn new(above: &[Vec<usize>], below: &[Vec<usize>]) -> Self {
        MaxMin { max_min: few_small_sets(above, below), min_max: few_small_sets(below, above) }
    }

    /// The values where the maps have these values, a column each.
    pub fn choose(&self, columns: &[Vec<f64>]) -> Vec<f64> {
        let n = columns.first().map_or(0, Vec::len);
        let fold = |into: &mut [f64], from: &[f64], pick: fn(f64, f64) -> f64| {
            into.iter_mut().zip(from).for_each(|(into, from)| *into = pick(*into, *from));
        };
        let mut largest = vec![f64::NEG_INFINITY; n];
        for set in &self.max_min {
            let mut smallest = vec![f64::INFINITY; n];
            set.iter().for_each(|i| fold(&mut smallest, &columns[*i], f64::min));
            fold(&mut largest, &smallest, f64::max);
        }
        largest
    }

    /// The shorter of both forms, with what all maps share, or most of them, outside.
    pub fn written(&self, maps: &[Affine]) -> Expr {
        let in_use: Vec<Affine> = (0..maps.len()).filter(|i| self.uses(*i)).map(|i| maps[i].clone()).collect();
        let mut outside = shared(&in_use);
        let mut best = self.around(maps, &outside);
        if is_plain(&best) {
            return best;
        }
        if in_use.len() <= MAX_SHIFTED_MAPS {
            for place in 0..=outside.coefficients.len() {
                let at = |map: &Affine| map.coefficients.get(place).unwrap_or(&map.constant).clone();
                let mut values: Vec<Rational> = in_use.iter().map(at).collect();
                values.sort();
                values.dedup();
                for value in values {
                    let mut moved = outside.clone();
                    *moved.coefficients.get_mut(place).unwrap_or(&mut moved.constant) = value;
                    let expr = self.around(maps, &moved);
                    if length(&expr) < length(&best) {
                        (best, outside) = (expr, moved);
                    }
                }
            }
        }
        best
    }

    /// Is the map with this index ever chosen?
    fn uses(&self, map: usize) -> bool {
        self.max_min.iter().chain(&self.min_max).flatten().any(|i| *i == map)
    }

    /// The choice of the maps less `outside`, plus that.
    fn around(&self, maps: &[Affine], outside: &Affine) -> Expr {
        let inside: Vec<Affine> = maps.iter().map(|map| map.minus(outside)).collect();
        let max_min = named(written(&inside, &self.max_min, Expr::Max, Expr::Min));
        let min_max = named(written(&inside, &self.min_max, Expr::Min, Expr::Max));
        let shortest = if length(&min_max) < length(&max_min) { min_max } else { max_min };
        ordered([shortest].into_iter().chain(affine_terms(outside)).collect())
    }
}

/// Some of the maps, a bit each.
#[derive(Clone, PartialEq)]
struct MapSet(Vec<u64>);

impl MapSet {
    fn of(members: &[usize], n_maps: usize) -> Self {
        let mut words = vec![0; n_maps.div_ceil(64)];
        members.iter().for_each(|i| words[i / 64] |= 1 << (i % 64));
        MapSet(words)
    }

    fn remove(&mut self, map: usize) {
        self.0[map / 64] &= !(1 << (map % 64));
    }

    fn is_within(&self, other: &MapSet) -> bool {
        self.0.iter().zip(&other.0).all(|(own, other)| own & !other == 0)
    }

    fn len(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }
}

/// Sets that each meet all of `met`, such that each of `within` contains one of them: every one as
/// small, and their number as low, as taking and leaving one after the other gets.
fn few_small_sets(within: &[Vec<usize>], met: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let n_maps = within.iter().chain(met).flatten().max().map_or(0, |most| most + 1);
    // For each map which of the sets to be met it is in.
    let mut places: Vec<Vec<usize>> = vec![Vec::new(); n_maps];
    met.iter().enumerate().for_each(|(place, other)| other.iter().for_each(|i| places[*i].push(place)));
    let cells: Vec<MapSet> = within.iter().map(|large| MapSet::of(large, n_maps)).collect();
    let mut sets: Vec<(MapSet, Vec<usize>)> = Vec::new();
    for (large, cell) in within.iter().zip(&cells) {
        let mut set = cell.clone();
        // How often each of them is met; one that is met once holds its member.
        let mut times = vec![0usize; met.len()];
        large.iter().flat_map(|i| &places[*i]).for_each(|place| times[*place] += 1);
        // Members that few of the sets to be met need go first.
        let mut order = large.clone();
        order.sort_by_key(|i| places[*i].len());
        for i in order {
            if !times.contains(&0) && places[i].iter().all(|place| times[*place] > 1) {
                set.remove(i);
                places[i].iter().for_each(|place| times[*place] -= 1);
            }
        }
        if !sets.iter().any(|(known, _)| *known == set) {
            let members = large.iter().copied().filter(|i| set.0[i / 64] >> (i % 64) & 1 == 1).collect();
            sets.push((set, members));
        }
    }
    // The smallest first, then those that most cells still need.
    let mut chosen: Vec<&(MapSet, Vec<usize>)> = Vec::new();
    let mut open: Vec<&MapSet> = cells.iter().collect();
    while !open.is_empty() {
        let gain = |set: &MapSet| open.iter().filter(|cell| set.is_within(cell)).count();
        let Some(best) = sets.iter().max_by_key(|(set, _)| (gain(set), std::cmp::Reverse(set.len()))) else {
            break;
        };
        open.retain(|cell| !best.0.is_within(cell));
        chosen.push(best);
    }
    // A set is of no use when every cell that it serves is served by another one.
    let mut k = 0;
    while k < chosen.len() {
        let served = |cell: &MapSet| (0..chosen.len()).any(|j| j != k && chosen[j].0.is_within(cell));
        if cells.iter().all(served) {
            chosen.remove(k);
        } else {
            k += 1;
        }
    }
    chosen.into_iter().map(|(_, members)| members.clone()).collect()
}

/// The sets as an outer choice of inner choices, arguments in the order of their inputs.
fn written(maps: &[Affine], sets: &[Vec<usize>], outer: fn(Vec<Expr>) -> Expr, inner: fn(Vec<Expr>) -> Expr) -> Expr {
    let mut order: Vec<usize> = (0..maps.len()).collect();
    order.sort_by_key(|i| {
        let lead = maps[*i].coefficients.iter().position(|c| !c.is_zero());
        let negative = lead.is_some_and(|lead| maps[*i].coefficients[lead].is_negative());
        (lead.unwrap_or(usize::MAX), negative, maps[*i].clone())
    });
    let mut ranked: Vec<Vec<usize>> = sets
        .iter()
        .map(|set| {
            let mut ranks: Vec<usize> = (0..order.len()).filter(|rank| set.contains(&order[*rank])).collect();
            ranks.sort_unstable();
            ranks
        })
        .collect();
    ranked.sort();
    let choice = |call: fn(Vec<Expr>) -> Expr, mut terms: Vec<Expr>| match terms.len() {
        1 => terms.swap_remove(0),
        _ => call(terms),
    };
    let inside = |ranks: &Vec<usize>| choice(inner, ranks.iter().map(|r| affine_to_expr(&maps[order[*r]])).collect());
    choice(outer, ranked.iter().map(inside).collect())
}

/// What all maps share.
fn shared(maps: &[Affine]) -> Affine {
    let Some(first) = maps.first() else { return Affine::constant(0, Rational::zero()) };
    let mut shared = Affine::constant(first.coefficients.len(), Rational::zero());
    for (i, value) in first.coefficients.iter().enumerate() {
        if maps.iter().all(|map| map.coefficients[i] == *value) {
            shared.coefficients[i] = value.clone();
        }
    }
    if maps.iter().all(|map| map.constant == first.constant) {
        shared.constant = first.constant.clone();
    }
    shared
}

/// Shorter names for common forms.
fn named(expr: Expr) -> Expr {
    let is_zero = |e: &Expr| matches!(e, Expr::Constant(zero) if zero.is_zero());
    match &expr {
        Expr::Max(terms) => match terms.as_slice() {
            [a, zero] | [zero, a] if is_zero(zero) => Expr::Relu(Box::new(a.clone())),
            [a, b] if *a == Expr::negate(b.clone()) || *b == Expr::negate(a.clone()) => {
                let positive = if crate::affine_to_expr::is_negative(a) { b } else { a };
                Expr::Abs(Box::new(positive.clone()))
            }
            // max(min(a, b), min(a, c), min(b, c)) is the median.
            [Expr::Min(p), Expr::Min(q), Expr::Min(r)] => median([p, q, r]).unwrap_or(expr),
            _ => expr,
        },
        Expr::Min(terms) => match terms.as_slice() {
            // The median is min(max(a, b), max(a, c), max(b, c)), too.
            [Expr::Max(p), Expr::Max(q), Expr::Max(r)] => median([p, q, r]).unwrap_or(expr),
            [Expr::Max(inner), high] | [high, Expr::Max(inner)] => match inner.as_slice() {
                [a, zero] if is_zero(zero) => Expr::Min(vec![Expr::Relu(Box::new(a.clone())), high.clone()]),
                [value, low] => Expr::Clamp(Box::new([value.clone(), low.clone(), high.clone()])),
                _ => expr,
            },
            _ => expr,
        },
        _ => expr,
    }
}

/// The median when the pairs are all those of three.
fn median(pairs: [&Vec<Expr>; 3]) -> Option<Expr> {
    let mut all: Vec<Expr> = Vec::new();
    for expr in pairs.into_iter().flatten() {
        if !all.contains(expr) {
            all.push(expr.clone());
        }
    }
    let pairs_of_three = all.len() == 3 && pairs.iter().all(|pair| pair.len() == 2);
    let different = pairs[0] != pairs[1] && pairs[0] != pairs[2] && pairs[1] != pairs[2];
    (pairs_of_three && different).then_some(Expr::Ranked { rank: 1, of: all })
}
