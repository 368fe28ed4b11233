//! A proof by cells, replayed: the one place that follows the tree of a certificate.
//!
//! Nothing is checked here but the shape of the tree; whether its steps hold is for the checker to
//! say.

use std::borrow::Borrow;
use std::sync::Arc;

use pellucid_core::{Affine, CellStep, Domain, Error, IntegerGraph, IntegerRow, ReluGraph, ReluOnCell};

/// A cut that leads to a part of the domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cut {
    /// The ReLU whose argument was cut by.
    pub relu: usize,
    /// Is it the side where the argument is at least 0?
    pub on: bool,
}

/// A part of the domain that the proof comes to.
pub(crate) struct Part<'a> {
    /// What the proof does with it.
    pub step: &'a CellStep,
    /// The cuts that lead here.
    pub cuts: &'a [Cut],
    /// What is at least 0 on it, in integers, as factors count: the domain's rows, then one a cut.
    pub rows: &'a [IntegerRow],
    /// The affine map of every ReLU that is decided.
    pub relus: &'a [Affine],
    /// Which of them are decided because a step shows that their argument has one sign here.
    pub shown: &'a [bool],
    /// The argument of the first ReLU that is not.
    pub argument: Option<&'a Affine>,
    /// The same, scaled to integers as factors count.
    pub scaled: Option<&'a IntegerRow>,
    /// The ReLUs' maps, scaled.
    scaled_relus: &'a [ReluOnCell],
    /// The graph in integers.
    pub graph: &'a IntegerGraph,
}

impl Part<'_> {
    /// The maps of the outputs, once all ReLUs are decided.
    pub fn outputs(&self) -> Vec<Affine> {
        self.graph.output_maps(self.scaled_relus)
    }

    /// The rows that the cuts added.
    pub fn cut_rows(&self) -> &[IntegerRow] {
        &self.rows[self.rows.len() - self.cuts.len()..]
    }

    /// Is the row with this index one of the domain's?
    pub fn is_of_domain(&self, row: usize) -> bool {
        row < self.rows.len() - self.cuts.len()
    }
}

/// A cut whose off side is still to come.
struct Open {
    n_relus: usize,
    n_cuts: usize,
    row: IntegerRow,
}

/// The ReLUs that are decided on the way.
#[derive(Default)]
struct Decided {
    maps: Vec<Affine>,
    scaled: Vec<ReluOnCell>,
    shown: Vec<bool>,
}

impl Decided {
    fn push(&mut self, map: Affine, scaled: IntegerRow, on: bool, shown: bool) {
        self.maps.push(if on { map } else { Affine::constant(scaled.n_inputs(), Default::default()) });
        self.scaled.push(on.then(|| Arc::new(scaled)));
        self.shown.push(shown);
    }

    fn truncate(&mut self, n: usize) {
        self.maps.truncate(n);
        self.scaled.truncate(n);
        self.shown.truncate(n);
    }
}

/// Visits every part of the domain that a proof by cells comes to, in its order; a part where the next
/// ReLU is shown to stay on, or off, is visited for that and again for what comes next.
///
/// # Errors
/// When the steps are no tree over the graph's ReLUs, and those of `visit`.
pub(crate) fn replay<S: Borrow<CellStep>>(
    graph: &ReluGraph,
    domain: &Domain,
    steps: impl IntoIterator<Item = S>,
    mut visit: impl FnMut(&Part<'_>) -> Result<(), Error>,
) -> Result<(), Error> {
    let n = graph.n_inputs;
    let integers = IntegerGraph::of(graph);
    let mut rows: Vec<IntegerRow> = domain.rows(n).iter().map(IntegerRow::of).collect();
    let n_domain = rows.len();
    let mut relus = Decided::default();
    let mut cuts: Vec<Cut> = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    let mut steps = steps.into_iter();
    loop {
        let mut next = None;
        while let (Some(form), Some(scaled)) = (graph.relus.get(relus.maps.len()), integers.relus.get(relus.maps.len()))
        {
            let (map, scaled) = (form.to_affine(n, &relus.maps), scaled.on_cell(&relus.scaled));
            if !map.is_constant() {
                next = Some((map, scaled));
                break;
            }
            let on = map.constant.is_positive();
            relus.push(map, scaled, on, false);
        }
        let step = steps.next().ok_or_else(|| Error::input("the proof ends before all cells are covered"))?;
        let step: &CellStep = step.borrow();
        visit(&Part {
            step,
            cuts: &cuts,
            rows: &rows,
            relus: &relus.maps,
            shown: &relus.shown,
            argument: next.as_ref().map(|(map, _)| map),
            scaled: next.as_ref().map(|(_, scaled)| scaled),
            scaled_relus: &relus.scaled,
            graph: &integers,
        })?;
        match (step, next) {
            (CellStep::Split, Some((map, scaled))) => {
                open.push(Open { n_relus: relus.maps.len(), n_cuts: cuts.len(), row: scaled.negated() });
                cuts.push(Cut { relu: relus.maps.len(), on: true });
                rows.push(scaled.clone());
                relus.push(map, scaled, true, false);
                continue;
            }
            (CellStep::On(_) | CellStep::Off(_), Some((map, scaled))) => {
                relus.push(map, scaled, matches!(step, CellStep::On(_)), true);
                continue;
            }
            (CellStep::Split | CellStep::On(_) | CellStep::Off(_), None) => {
                return Err(Error::input("a ReLU is decided although all of them are"));
            }
            // What is said of inputs alone may close a part before that.
            (CellStep::Equal | CellStep::Bounded(_), Some(_)) => {
                return Err(Error::input("a cell is closed too early"));
            }
            _ => {}
        }
        let Some(Open { n_relus, n_cuts, row }) = open.pop() else { break };
        relus.truncate(n_relus);
        cuts.truncate(n_cuts);
        rows.truncate(n_domain + n_cuts);
        cuts.push(Cut { relu: n_relus, on: false });
        relus.push(row.to_affine(), row.clone(), false, false);
        rows.push(row);
    }
    match steps.next() {
        Some(_) => Err(Error::input("the proof goes on after all cells are covered")),
        None => Ok(()),
    }
}
