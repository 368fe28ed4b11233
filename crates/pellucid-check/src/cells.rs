//! A proof by cells: the cuts cover the domain, and on each cell the difference is small enough.
//!
//! Steps come in preorder and are read once, front to back, so a proof of any length needs no more
//! memory than its deepest branch.

use std::sync::Arc;

use pellucid_core::{
    CellStep, Certificate, Claim, Combination, Constraint, Difference, Domain, Integer, IntegerGraph, IntegerRow,
    Merge, Proof, Rational, ReluOnCell, sign_of,
};

use crate::{Sides, refuse_if};

/// A cut whose off side is still to come.
struct Open {
    n_relus: usize,
    n_rows: usize,
    row: IntegerRow,
}

/// What is to be shown on every cell.
pub(crate) enum Question {
    /// Each output of the scaled graph is within its limit of 0.
    Within { limits: Vec<Rational> },
    /// No point satisfies one of the cases.
    Never { cases: Vec<Vec<Constraint>> },
}

/// A proof by cells that is checked step by step, while it is made or read: what bounds the current
/// cell, and which ReLUs are decided on it.
pub struct Checking {
    graph: IntegerGraph,
    question: Question,
    rows: Vec<IntegerRow>,
    relus: Vec<ReluOnCell>,
    open: Vec<Open>,
    complete: bool,
}

impl Checking {
    /// Begins with the claim of a certificate whose steps are still to come.
    ///
    /// # Errors
    /// Why such a proof cannot show such a claim.
    pub fn begin(certificate: &Certificate) -> Result<Self, String> {
        match (&certificate.claim, &certificate.proof) {
            (Claim::Within { left, right, domain, bound }, Proof::Within(Difference::Cells { merge, .. })) => {
                let sides = Sides { left, right, domain, bound };
                sides.well_put()?;
                Checking::of(sides, *merge)
            }
            _ => Err("steps follow on proofs by cells alone".into()),
        }
    }

    /// That two sides are within their bound.
    pub(crate) fn of(sides: Sides<'_>, merge: Merge) -> Result<Self, String> {
        if let Domain::Finite { .. } = sides.domain {
            return Err("cells do not cover single points".into());
        }
        let graph = IntegerGraph::of(&sides.difference(merge)?);
        let limits = graph.scales.iter().map(|scale| scale * sides.bound).collect();
        Ok(Checking::new(graph, sides.domain, Question::Within { limits }))
    }

    /// The start of a proof: the whole domain.
    pub(crate) fn new(graph: IntegerGraph, domain: &Domain, question: Question) -> Self {
        let rows = domain.rows(graph.n_inputs).iter().map(IntegerRow::of).collect();
        Checking { graph, question, rows, relus: Vec::new(), open: Vec::new(), complete: false }
    }

    /// Checks all steps of a proof.
    pub(crate) fn all(mut self, steps: &[CellStep]) -> Result<(), String> {
        steps.iter().try_for_each(|step| self.take(step))?;
        self.end()
    }

    /// The argument of the next ReLU that is not constant on the cell; those before decide themselves.
    fn next_argument(&mut self) -> Option<IntegerRow> {
        while let Some(form) = self.graph.relus.get(self.relus.len()) {
            let row = form.on_cell(&self.relus);
            if !row.is_constant() {
                return Some(row);
            }
            self.relus.push((sign_of(row.constant()) > 0).then(|| Arc::new(row)));
        }
        None
    }

    /// Checks the next step.
    ///
    /// # Errors
    /// Why it does not hold.
    pub fn take(&mut self, step: &CellStep) -> Result<(), String> {
        refuse_if(self.complete, "the proof goes on after all cells are covered")?;
        match (step, self.next_argument()) {
            (CellStep::Split, Some(row)) => {
                self.open.push(Open { n_relus: self.relus.len(), n_rows: self.rows.len(), row: row.negated() });
                self.relus.push(Some(Arc::new(row.clone())));
                self.rows.push(row);
                return Ok(());
            }
            (CellStep::On(proof), Some(row)) => {
                self.not_negative(&row, proof)?;
                self.relus.push(Some(Arc::new(row)));
                return Ok(());
            }
            (CellStep::Off(proof), Some(row)) => {
                self.not_negative(&row.negated(), proof)?;
                self.relus.push(None);
                return Ok(());
            }
            (CellStep::Equal, None) => self.equal()?,
            (CellStep::Bounded(proofs), None) => self.bounded(proofs)?,
            (CellStep::Never(proofs), next) => self.never(proofs, next.is_none())?,
            (_, None) => return Err("a ReLU is decided although all of them are".into()),
            (_, Some(_)) => return Err("a cell is closed too early".into()),
        }
        match self.open.pop() {
            None => self.complete = true,
            Some(Open { n_relus, n_rows, row }) => {
                self.relus.truncate(n_relus);
                self.rows.truncate(n_rows);
                self.rows.push(row);
                self.relus.push(None);
            }
        }
        Ok(())
    }

    /// The end of the proof: are all cells covered?
    ///
    /// # Errors
    /// When some are not.
    pub fn end(&self) -> Result<(), String> {
        if self.complete { Ok(()) } else { Err("the proof ends before all cells are covered".into()) }
    }

    /// A positive multiple of the row is a sum of rows that are not negative on the cell and a constant
    /// that is not negative.
    fn not_negative(&self, row: &IntegerRow, proof: &Combination) -> Result<(), String> {
        let mut rest = IntegerRow::zero(self.graph.n_inputs);
        refuse_if(sign_of(&proof.times) <= 0, "a factor is not positive")?;
        rest.add_scaled(&proof.times, row);
        for (i, factor) in &proof.rows {
            refuse_if(sign_of(factor) <= 0, "a factor is not positive")?;
            rest.add_scaled(&-factor, self.rows.get(*i).ok_or("a factor is for a row that is not there")?);
        }
        refuse_if(!(rest.is_constant() && sign_of(rest.constant()) >= 0), "a sign is not shown on a cell")
    }

    /// The limits and the maps of the outputs.
    fn outputs(&self) -> Result<Vec<(&Rational, IntegerRow)>, String> {
        let Question::Within { limits } = &self.question else { return Err("outputs are not bounded".into()) };
        Ok(limits.iter().zip(self.graph.outputs.iter().map(|form| form.on_cell(&self.relus))).collect())
    }

    fn equal(&self) -> Result<(), String> {
        let small = |(limit, row): &(&Rational, IntegerRow)| {
            row.is_constant() && Rational::from(row.constant().clone()).abs() <= **limit
        };
        if self.outputs()?.iter().all(small) { Ok(()) } else { Err("the two sides differ on a cell".into()) }
    }

    fn bounded(&self, proofs: &[[Combination; 2]]) -> Result<(), String> {
        let outputs = self.outputs()?;
        refuse_if(proofs.len() != outputs.len(), "a cell does not bound every output")?;
        for ((limit, row), [above, below]) in outputs.iter().zip(proofs) {
            self.not_negative(&row.slack(limit, -1), above)?;
            self.not_negative(&row.slack(limit, 1), below)?;
        }
        Ok(())
    }

    /// Every case is refuted: rows and constraints, all at least 0, would add up to a constant that is
    /// below 0, or to 0 with a strict constraint, which is above 0, among them.
    fn never(&self, proofs: &[Vec<(usize, Integer)>], decided: bool) -> Result<(), String> {
        let Question::Never { cases } = &self.question else { return Err("no cases are asked about".into()) };
        refuse_if(proofs.len() != cases.len(), "a cell is not shown for every case")?;
        // Before all ReLUs are decided the outputs have no maps.
        let outputs = if decided { self.graph.output_maps(&self.relus) } else { Vec::new() };
        for (case, factors) in cases.iter().zip(proofs) {
            let mut sum = IntegerRow::zero(self.graph.n_inputs);
            let mut strict = false;
            for (i, factor) in factors {
                refuse_if(sign_of(factor) <= 0, "a factor is not positive")?;
                if let Some(row) = self.rows.get(*i) {
                    sum.add_scaled(factor, row);
                    continue;
                }
                let constraint = case.get(i - self.rows.len()).ok_or("a factor is for a row that is not there")?;
                let map = constraint.to_affine(self.graph.n_inputs, &outputs);
                let map = map.ok_or("a constraint is about outputs that are not decided yet")?;
                sum.add_scaled(factor, &IntegerRow::of(&map));
                strict |= constraint.strict;
            }
            let below = sign_of(sum.constant()) < 0 || (strict && sum.constant().is_zero());
            refuse_if(!sum.is_constant() || !below, "a case is not refuted on a cell")?;
        }
        Ok(())
    }
}
