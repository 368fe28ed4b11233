//! The smallest expressions of gates, by growing all of them up to some size.
//!
//! A function is the set of points where it is 1, as bits of one machine word. Expressions of size 1 are
//! the inputs; larger ones are made of smaller ones in the order of their size, and of those that are
//! the same at all points the first is kept. So the first expression that is the function is a smallest
//! one of this language, unless the budget ends before.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use pellucid_core::{Expr, Gate, Rational};

use super::gate;
use super::truth::Truth;
use crate::finite::effort::Effort;

/// More points do not fit a machine word.
const MAX_POINTS: usize = 128;
/// Combinations that one function may take.
const MAX_COMBINATIONS: usize = 3_000_000;
/// Different functions that are kept.
const MAX_KEPT: usize = 250_000;

/// Larger expressions are out of reach of any budget.
const MAX_SIZE: usize = 32;
/// Counts are of these inputs alone: of more there are too many sets.
const MAX_COUNTED: usize = 6;

/// The gates of which one of any number of arguments is a chain of two.
const CHAINS: [Gate; 3] = [Gate::And, Gate::Or, Gate::Xor];

/// How an expression was made.
#[derive(Clone, Copy)]
enum Made {
    Input(usize),
    Seed(usize),
    Not(u128),
    /// A chain, negated or not.
    Chain(usize, bool, u128),
    Mux(usize, u128, u128),
}

/// A word is hashed by one multiplication: the words are all different already.
#[derive(Default)]
struct WordHasher(u64);

impl Hasher for WordHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u64(u64::from(*byte)));
    }

    fn write_u64(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 ^= self.0 >> 29;
    }

    fn write_u128(&mut self, word: u128) {
        self.write_u64(word as u64);
        self.write_u64((word >> 64) as u64);
    }
}

type Words<T> = HashMap<u128, T, BuildHasherDefault<WordHasher>>;

/// A smallest expression with fewer than `below` nodes, if one is found within the budget.
pub(super) fn small(truth: &Truth, names: &[Expr], below: usize, effort: &mut Effort<'_>) -> Option<Expr> {
    let asked: Vec<(usize, bool)> = truth.asked().collect();
    if asked.len() > MAX_POINTS {
        return None;
    }
    let places: Vec<usize> = asked.iter().map(|(index, _)| *index).collect();
    let target = asked.iter().enumerate().map(|(k, (_, value))| u128::from(*value) << k).sum();
    let budget = effort.take(MAX_COMBINATIONS);
    let mut growing = Growing {
        inputs: (0..names.len()).map(|i| word(&places, |index| index >> i & 1 == 1)).collect(),
        all: word(&places, |_| true),
        places,
        target,
        names,
        seeds: Vec::new(),
        known: Words::default(),
        chains: [(); CHAINS.len()].map(|()| Words::default()),
        terms: vec![Vec::new()],
        chained: [(); CHAINS.len()].map(|()| vec![Vec::new()]),
        left: budget,
    };
    let found = growing.grow(below);
    effort.give_back(growing.left);
    found
}

/// The points (by the place of their value) where something holds, as bits.
fn word(places: &[usize], is: impl Fn(usize) -> bool) -> u128 {
    places.iter().enumerate().map(|(k, index)| u128::from(is(*index)) << k).sum()
}

struct Growing<'a> {
    places: Vec<usize>,
    inputs: Vec<u128>,
    all: u128,
    target: u128,
    names: &'a [Expr],
    seeds: Vec<Expr>,
    known: Words<Made>,
    /// For each chain gate how its words were made.
    chains: [Words<(u128, u128, bool)>; CHAINS.len()],
    /// By size.
    terms: Vec<Vec<u128>>,
    chained: [Vec<Vec<u128>>; CHAINS.len()],
    left: usize,
}

impl Growing<'_> {
    fn grow(&mut self, below: usize) -> Option<Expr> {
        let mut seeds = self.counts();
        for size in 1..below.min(MAX_SIZE) {
            self.terms.push(Vec::new());
            self.chained.iter_mut().for_each(|by_size| by_size.push(Vec::new()));
            if size == 1 {
                (0..self.inputs.len()).for_each(|i| self.keep(size, self.inputs[i], Made::Input(i)));
            }
            for (_, expr, bits) in seeds.extract_if(.., |(own, ..)| *own == size).collect::<Vec<_>>() {
                self.seeds.push(expr);
                self.keep(size, bits, Made::Seed(self.seeds.len() - 1));
            }
            self.gates(size);
            self.chain(size);
            if self.known.contains_key(&self.target) {
                return Some(self.written(self.target));
            }
            if self.left == 0 || self.known.len() > MAX_KEPT {
                return None;
            }
        }
        None
    }

    fn keep(&mut self, size: usize, bits: u128, made: Made) {
        if let std::collections::hash_map::Entry::Vacant(entry) = self.known.entry(bits) {
            entry.insert(made);
            self.terms[size].push(bits);
        }
    }

    /// Expressions with a gate of their own on top.
    fn gates(&mut self, size: usize) {
        let Some(inner) = size.checked_sub(1).filter(|inner| *inner > 0) else { return };
        for bits in self.terms[inner].clone() {
            self.keep(size, self.all & !bits, Made::Not(bits));
        }
        let chained = [0, 1, 2].map(|kind| self.chained[kind][inner].clone());
        for (kind, words) in chained.into_iter().enumerate() {
            for bits in words {
                self.keep(size, bits, Made::Chain(kind, false, bits));
                self.keep(size, self.all & !bits, Made::Chain(kind, true, bits));
            }
        }
        // An input that chooses between two expressions.
        let Some(inner) = size.checked_sub(2) else { return };
        for left in 1..inner {
            let (ons, offs) = (self.terms[left].clone(), self.terms[inner - left].clone());
            if !self.spend(ons.len() * offs.len() * self.inputs.len()) {
                return;
            }
            for on in &ons {
                for off in &offs {
                    for i in 0..self.inputs.len() {
                        let chooses = self.inputs[i];
                        self.keep(size, (chooses & on) | (!chooses & off), Made::Mux(i, *on, *off));
                    }
                }
            }
        }
    }

    /// Two or more terms under one gate that is still to come: their sizes add up to `size`.
    fn chain(&mut self, size: usize) {
        for (kind, gate) in CHAINS.iter().enumerate() {
            for left in 1..size {
                let right = self.terms[size - left].clone();
                for is_chain in [false, true] {
                    if !is_chain && left > size - left {
                        continue;
                    }
                    let lefts = if is_chain { self.chained[kind][left].clone() } else { self.terms[left].clone() };
                    if !self.spend(lefts.len() * right.len()) {
                        return;
                    }
                    for a in &lefts {
                        if self.chains[kind].len() > MAX_KEPT {
                            self.left = 0;
                            return;
                        }
                        for b in &right {
                            let bits = match gate {
                                Gate::And => a & b,
                                Gate::Or => a | b,
                                _ => a ^ b,
                            };
                            if let std::collections::hash_map::Entry::Vacant(entry) = self.chains[kind].entry(bits) {
                                entry.insert((*a, *b, is_chain));
                                self.chained[kind][size].push(bits);
                            }
                        }
                    }
                }
            }
        }
    }

    /// Takes combinations off the budget; false when it does not cover them.
    fn spend(&mut self, n: usize) -> bool {
        let enough = n <= self.left && self.known.len() <= MAX_KEPT;
        self.left = if enough { self.left - n } else { 0 };
        enough
    }

    /// Majorities, and counts at least or exactly so many, of some inputs, each with its size.
    fn counts(&self) -> Vec<(usize, Expr, u128)> {
        let word = |is: &dyn Fn(usize) -> bool| word(&self.places, is);
        let n = self.inputs.len();
        let mut seeds = Vec::new();
        for set in (1usize..1 << n.min(MAX_COUNTED)).filter(|set| set.count_ones() > 2) {
            let names: Vec<Expr> = (0..n).filter(|i| set >> i & 1 == 1).map(|i| self.names[i].clone()).collect();
            let count = |index: usize| (index & set).count_ones() as usize;
            let half = names.len() / 2;
            let size = 1 + names.len();
            seeds.push((size, Expr::Gate(Gate::Majority, names.clone()), word(&|index| count(index) > half)));
            for k in 1..names.len() {
                let sides = || vec![Expr::sum(names.clone()), Expr::Constant(Rational::from(k))];
                seeds.push((size + 2, Expr::Gate(Gate::Equal, sides()), word(&|index| count(index) == k)));
                seeds.push((size + 2, Expr::Gate(Gate::GreaterEqual, sides()), word(&|index| count(index) >= k)));
            }
        }
        seeds
    }

    fn written(&self, bits: u128) -> Expr {
        match self.known.get(&bits) {
            Some(Made::Input(i)) => self.names[*i].clone(),
            Some(Made::Seed(k)) => self.seeds[*k].clone(),
            Some(Made::Not(inner)) => gate(Gate::Not, vec![self.written(*inner)]),
            Some(Made::Chain(kind, negated, chain)) => {
                let mut terms = Vec::new();
                self.links(*kind, *chain, &mut terms);
                let whole = gate(CHAINS[*kind].clone(), terms);
                if *negated { gate(Gate::Not, vec![whole]) } else { whole }
            }
            Some(Made::Mux(i, on, off)) => {
                Expr::Gate(Gate::Mux, vec![self.names[*i].clone(), self.written(*on), self.written(*off)])
            }
            // Everything that is looked up was kept.
            None => Expr::Constant(Rational::zero()),
        }
    }

    /// The terms of a chain, the first first.
    fn links(&self, kind: usize, chain: u128, terms: &mut Vec<Expr>) {
        let Some((a, b, is_chain)) = self.chains[kind].get(&chain) else { return };
        match is_chain {
            true => self.links(kind, *a, terms),
            false => terms.push(self.written(*a)),
        }
        terms.push(self.written(*b));
    }
}
