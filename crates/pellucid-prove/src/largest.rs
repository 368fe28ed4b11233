//! The exact largest difference of two computations on a domain.

use std::cell::Cell as Shared;

use pellucid_core::{CellStep, Computation, Domain, Error, IntegerGraph, IntegerRow, Rational, ReluGraph};

use crate::difference::{Means, difference_graph};
use crate::finite;
use crate::kept_steps::KeptSteps;
use crate::scaled::Scaled;
use crate::shape::{Highest, Peak};
use crate::walk::{Cell, Limits, Step, walk_integers};

/// The largest difference on a domain.
#[derive(Clone, Debug, PartialEq)]
pub enum Largest {
    /// Its exact value, reached at this input.
    At(Rational, Vec<Rational>),
    /// It grows without bound from a point along a ray.
    Infinite {
        /// Where the ray starts.
        from: Vec<Rational>,
        /// Its direction.
        ray: Vec<Rational>,
    },
}

/// The exact largest absolute difference of outputs on a domain, and where it occurs.
///
/// # Errors
/// When the two have other numbers of inputs or outputs, or their inputs in another order, or a
/// limit is reached.
pub fn largest_difference(
    left: &Computation,
    right: &Computation,
    domain: &Domain,
    limits: Limits<'_>,
) -> Result<Largest, Error> {
    left.check_input_order(right)?;
    let (_, graph) = difference_graph(left, right, Means::default())?;
    largest_of(&graph, domain, limits)
}

/// The largest absolute value of a graph's outputs on a domain.
pub(crate) fn largest_of(graph: &ReluGraph, domain: &Domain, limits: Limits<'_>) -> Result<Largest, Error> {
    if !domain.fits(graph.n_inputs) {
        return Err(Error::input(format!("the domain {domain} does not fit {} inputs", graph.n_inputs)));
    }
    if let Domain::Finite { .. } = domain {
        return finite::largest(graph, domain, limits);
    }
    Search::new(&IntegerGraph::of(graph), &[]).on_cells(domain, limits, &mut KeptSteps::at_most(0), |_, _| {})
}

/// An output whose map, or minus it, is beyond a limit somewhere on a cell.
#[derive(Debug)]
pub(crate) struct RowBeyond {
    /// The output.
    pub output: usize,
    /// Its map, or minus it, times its scale.
    pub row: IntegerRow,
}

/// A number that values of a map are compared with, with floats from below and from above.
struct Limit {
    exact: Rational,
    low: f64,
    high: f64,
}

impl From<Rational> for Limit {
    fn from(exact: Rational) -> Self {
        let value = exact.to_f64();
        let error = value.abs() * 4.0 * f64::EPSILON + f64::MIN_POSITIVE;
        Limit { exact, low: value - error, high: value + error }
    }
}

impl Limit {
    /// Is a map above it at its peak?
    fn is_exceeded(&self, row: &Scaled, peak: &Peak<'_>) -> bool {
        let at = match peak {
            Peak::Vertex(at) => at,
            Peak::At(value, _) => return *value > self.exact,
            Peak::Unbounded(..) => return true,
        };
        let (low, high) = row.bounds_at(at);
        if low > self.high {
            true
        } else if high < self.low {
            false
        } else {
            row.value_at(&at.exact) > self.exact
        }
    }
}

/// A search for the largest absolute value of a graph's outputs.
pub(crate) struct Search<'a> {
    graph: &'a IntegerGraph,
    largest: Option<Largest>,
    /// The largest value so far times each output's scale.
    most: Vec<Limit>,
    /// Values of scaled outputs that are told of where they are exceeded.
    within: Vec<Limit>,
}

impl<'a> Search<'a> {
    /// At its beginning. Where a scaled output is beyond its limit that will be told; limits may be left out.
    pub fn new(graph: &'a IntegerGraph, within: &[Rational]) -> Self {
        let within = within.iter().cloned().map(Limit::from).collect();
        Search { graph, largest: None, most: Vec::new(), within }
    }

    /// The largest absolute value on a domain. `each` is told the cells where outputs are beyond their limits, and
    /// these; the steps of a proof that nothing is larger are put into `kept` while it is open.
    ///
    /// # Errors
    /// When the domain has no interior, there is no output, or a limit of the walk is reached.
    pub fn on_cells(
        &mut self,
        domain: &Domain,
        limits: Limits<'_>,
        kept: &mut KeptSteps,
        mut each: impl FnMut(&Cell<'_>, &[RowBeyond]),
    ) -> Result<Largest, Error> {
        let (graph, proving) = (self.graph, Shared::new(kept.is_open()));
        let visit = |step: Step<'_>| {
            let step = match step {
                Step::Cut { .. } => Some(CellStep::Split),
                Step::Stays { on, proof } => proof.map(|proof| CellStep::stays(on, proof)),
                Step::Cell(cell) => match self.on_cell(cell, proving.get()) {
                    Some((beyond, step)) => {
                        if !beyond.is_empty() {
                            each(cell, &beyond);
                        }
                        step
                    }
                    None => return false,
                },
            };
            if let Some(step) = step.filter(|_| proving.get()) {
                kept.push(step);
                proving.set(kept.is_open());
            }
            true
        };
        walk_integers(graph, domain, limits, || proving.get(), visit)?;
        let nowhere = || Error::input("there is no output to compare");
        self.largest.take().ok_or_else(nowhere)
    }

    /// Looks at a cell: where outputs are beyond their limits, and the step that shows their highest values if that is
    /// asked for; `None` where there are none.
    fn on_cell(&mut self, cell: &Cell<'_>, proved: bool) -> Option<(Vec<RowBeyond>, Option<CellStep>)> {
        let rows = cell.output_rows();
        // Constants are small enough on every cell once the largest of them is the bound.
        let is_constant = rows.iter().all(IntegerRow::is_constant);
        let mut beyond = Vec::new();
        let mut bounds = Vec::with_capacity(if proved { rows.len() } else { 0 });
        for (output, row) in rows.into_iter().enumerate() {
            let row = Scaled::from(row);
            let mut shown = [None, None];
            // From below, which proofs show second, and from above.
            for (row, shown) in [row.negated(), row].into_iter().zip(shown.iter_mut().rev()) {
                let (peak, proof) = cell.peak(&row, proved && !is_constant);
                let is_beyond = self.within.get(output).is_some_and(|limit| limit.is_exceeded(&row, &peak));
                self.raise(output, &row, peak)?;
                *shown = proof;
                if is_beyond {
                    beyond.push(RowBeyond { output, row: IntegerRow { entries: row.exact } });
                }
            }
            if let [Some(above), Some(below)] = shown {
                bounds.push([above, below]);
            }
        }
        let step = if is_constant { CellStep::Equal } else { CellStep::Bounded(bounds) };
        Some((beyond, proved.then_some(step)))
    }

    /// Takes the value at a peak for the largest if it is larger; `None` where there is no largest.
    fn raise(&mut self, output: usize, row: &Scaled, peak: Peak<'_>) -> Option<()> {
        if self.most.get(output).is_some_and(|most| !most.is_exceeded(row, &peak)) {
            return Some(());
        }
        let scales = &self.graph.scales;
        match peak.highest(row, &scales[output]) {
            Highest::At(value, point) => {
                self.most = scales.iter().map(|scale| Limit::from(scale * &value)).collect();
                self.largest = Some(Largest::At(value, point));
                Some(())
            }
            Highest::Unbounded(from, ray) => {
                self.largest = Some(Largest::Infinite { from, ray });
                None
            }
        }
    }
}
