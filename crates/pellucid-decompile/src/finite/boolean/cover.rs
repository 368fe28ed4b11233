//! Two-level forms: a function as the `or` of conjunctions, as few and as short as are found.
//!
//! All prime implicants are found by joining neighbours (Quine 1952, McCluskey 1956). Those that alone
//! cover a value are needed; of the rest a cover is chosen by branching while that is quick, otherwise
//! the implicant that covers most is taken each time.

use std::collections::HashSet;

use pellucid_core::{Expr, Gate};

use super::gate;
use super::truth::{Truth, Value};

/// Functions of more inputs may have too many prime implicants.
const MAX_INPUTS: usize = 10;
/// Implicants that are looked at.
const MAX_IMPLICANTS: usize = 40_000;
/// Steps of branching.
const MAX_STEPS: usize = 20_000;

/// A conjunction: the inputs that are looked at, and which of them must be 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Cube {
    looked_at: u32,
    ones: u32,
}

impl Cube {
    fn holds(&self, index: u32) -> bool {
        index & self.looked_at == self.ones
    }

    /// The conjunction and its place in a formula.
    fn cost(&self) -> usize {
        1 + self.looked_at.count_ones() as usize
    }
}

/// The function as an `or` of conjunctions, and as the negation of one.
pub(super) fn covers(truth: &Truth, names: &[Expr]) -> Vec<Expr> {
    if names.len() > MAX_INPUTS {
        return Vec::new();
    }
    let positive = cover(truth).map(|cubes| written(&cubes, names));
    let negative = cover(&truth.negated()).map(|cubes| gate(Gate::Not, vec![written(&cubes, names)]));
    positive.into_iter().chain(negative).collect()
}

fn written(cubes: &[Cube], names: &[Expr]) -> Expr {
    let literal = |i: usize, cube: &Cube| match cube.ones >> i & 1 {
        1 => names[i].clone(),
        _ => gate(Gate::Not, vec![names[i].clone()]),
    };
    let conjunction = |cube: &Cube| {
        let mut literals: Vec<Expr> =
            (0..names.len()).filter(|i| cube.looked_at >> i & 1 == 1).map(|i| literal(i, cube)).collect();
        if literals.len() == 1 { literals.swap_remove(0) } else { gate(Gate::And, literals) }
    };
    let mut terms: Vec<Expr> = cubes.iter().map(conjunction).collect();
    if terms.len() == 1 { terms.swap_remove(0) } else { gate(Gate::Or, terms) }
}

/// Conjunctions that hold wherever the function is 1 and nowhere where it is 0.
fn cover(truth: &Truth) -> Option<Vec<Cube>> {
    let primes = primes(truth)?;
    let mut open: Vec<u32> = truth.asked().filter(|(_, value)| *value).map(|(index, _)| index as u32).collect();
    let mut chosen: Vec<Cube> = Vec::new();
    for index in open.clone() {
        let mut covering = primes.iter().filter(|cube| cube.holds(index));
        if let (Some(only), None) = (covering.next(), covering.next())
            && !chosen.contains(only)
        {
            chosen.push(*only);
        }
    }
    open.retain(|index| !chosen.iter().any(|cube| cube.holds(*index)));
    let mut search = Search { primes: &primes, best: greedy(&primes, &open), steps: 0 };
    search.branch(&open, &mut Vec::new());
    chosen.extend(search.best);
    chosen.sort_by_key(|cube| (cube.looked_at.count_ones(), cube.looked_at.trailing_zeros(), *cube));
    Some(chosen)
}

fn primes(truth: &Truth) -> Option<Vec<Cube>> {
    let n = truth.inputs.len();
    let all = (1u32 << n) - 1;
    let allowed = truth.values.iter().enumerate().filter(|(_, value)| **value != Value::Zero);
    let mut level: HashSet<Cube> = allowed.map(|(index, _)| Cube { looked_at: all, ones: index as u32 }).collect();
    let mut primes = Vec::new();
    let mut n_seen = 0;
    while !level.is_empty() {
        n_seen += level.len();
        if n_seen > MAX_IMPLICANTS {
            return None;
        }
        let mut next = HashSet::new();
        for cube in &level {
            let mut is_prime = true;
            for i in (0..n).filter(|i| cube.looked_at >> i & 1 == 1) {
                if level.contains(&Cube { ones: cube.ones ^ 1 << i, ..*cube }) {
                    is_prime = false;
                    next.insert(Cube { looked_at: cube.looked_at & !(1 << i), ones: cube.ones & !(1 << i) });
                }
            }
            if is_prime {
                primes.push(*cube);
            }
        }
        level = next;
    }
    // Sets have no order of their own.
    primes.sort_unstable();
    Some(primes)
}

fn greedy(primes: &[Cube], open: &[u32]) -> Vec<Cube> {
    let mut open = open.to_vec();
    let mut chosen = Vec::new();
    while !open.is_empty() {
        let covers = |cube: &&Cube| open.iter().filter(|index| cube.holds(**index)).count() * 100 / cube.cost();
        let Some(best) = primes.iter().max_by_key(covers).copied() else { break };
        open.retain(|index| !best.holds(*index));
        chosen.push(best);
    }
    chosen
}

struct Search<'a> {
    primes: &'a [Cube],
    best: Vec<Cube>,
    steps: usize,
}

impl Search<'_> {
    fn branch(&mut self, open: &[u32], chosen: &mut Vec<Cube>) {
        let cost = |cubes: &[Cube]| cubes.iter().map(Cube::cost).sum::<usize>();
        self.steps += 1;
        let Some(covering) = open
            .iter()
            .map(|index| self.primes.iter().filter(|cube| cube.holds(*index)).copied().collect::<Vec<Cube>>())
            .min_by_key(Vec::len)
        else {
            if cost(chosen) < cost(&self.best) {
                self.best = chosen.clone();
            }
            return;
        };
        for cube in covering {
            if self.steps > MAX_STEPS || cost(chosen) + cube.cost() >= cost(&self.best) {
                continue;
            }
            chosen.push(cube);
            let rest: Vec<u32> = open.iter().filter(|index| !cube.holds(**index)).copied().collect();
            self.branch(&rest, chosen);
            chosen.pop();
        }
    }
}
