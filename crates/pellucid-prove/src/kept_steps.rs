//! A proof by cells that is kept while the bound is not known yet.
//!
//! Which cuts there are, why other ReLUs do not cut, and which rows show that a map is nowhere above its highest
//! value on a cell: none of it depends on the bound, but for a common factor of the last. So a walk that looks for
//! the largest difference leaves a proof behind that it is the largest.

use dashu_base::Gcd;
use pellucid_core::{CellStep, Combination, Integer, Rational};

/// The steps of a proof that each output is within its limit, the limits to be told at the end.
#[derive(Debug)]
pub(crate) struct KeptSteps {
    /// Combinations in [`CellStep::Bounded`] are those of `0 - row` and `0 + row`, up to a constant.
    steps: Vec<CellStep>,
    at_most: usize,
    is_full: bool,
}

impl KeptSteps {
    /// None yet, and not more than so many.
    pub fn at_most(at_most: usize) -> Self {
        KeptSteps { steps: Vec::new(), at_most, is_full: at_most == 0 }
    }

    /// Are more steps of use?
    pub fn is_open(&self) -> bool {
        !self.is_full
    }

    /// Keeps a step; where there are too many none is kept any more.
    pub fn push(&mut self, step: CellStep) {
        self.is_full |= self.steps.len() >= self.at_most;
        if self.is_full {
            self.steps = Vec::new();
        } else {
            self.steps.push(step);
        }
    }

    /// The proof that each scaled output is within its limit of 0, none of which is below the output's highest
    /// value; `None` when there were too many steps.
    pub fn within(mut self, limits: &[Rational]) -> Option<Vec<CellStep>> {
        for step in &mut self.steps {
            if let CellStep::Bounded(proofs) = step {
                for (proofs, limit) in proofs.iter_mut().zip(limits) {
                    let denominator = Integer::from(limit.denominator());
                    proofs.iter_mut().for_each(|proof| multiply(proof, &denominator));
                }
            }
        }
        self.is_open().then_some(self.steps)
    }
}

/// The combination of a map, turned into one of the map times a positive number.
fn multiply(proof: &mut Combination, by: &Integer) {
    let common = Integer::from((&proof.times).gcd(by));
    proof.times = &proof.times / &common;
    let by = by / common;
    proof.rows.iter_mut().for_each(|(_, factor)| *factor *= &by);
}
