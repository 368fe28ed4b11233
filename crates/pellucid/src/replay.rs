//! A proof by cells, replayed: the one place that follows the tree of a certificate.
//!
//! Nothing is checked here but the shape of the tree; whether its steps hold is for the checker to
//! say.

use std::borrow::Borrow;

use pellucid_core::{Affine, CellStep, Domain, Error, ReluGraph};

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
    /// What is at least 0 on it, as multipliers count: the domain's rows, then one a cut.
    pub rows: &'a [Affine],
    /// The affine map of every ReLU that is decided.
    pub relus: &'a [Affine],
    /// The argument of the first ReLU that is not.
    pub argument: Option<&'a Affine>,
}

/// A cut whose off side is still to come.
struct Open {
    n_relus: usize,
    n_cuts: usize,
    argument: Affine,
}

/// Visits every part of the domain that a proof by cells comes to, in its order.
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
    let off = || Affine::constant(n, Default::default());
    let mut rows = domain.rows(n);
    let n_domain = rows.len();
    let mut relus: Vec<Affine> = Vec::new();
    let mut cuts: Vec<Cut> = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    let mut steps = steps.into_iter();
    loop {
        let mut argument = None;
        while let Some(form) = graph.relus.get(relus.len()) {
            let map = form.to_affine(n, &relus);
            if !map.is_constant() {
                argument = Some(map);
                break;
            }
            relus.push(if map.constant.is_positive() { map } else { off() });
        }
        let step = steps.next().ok_or_else(|| Error::input("the proof ends before all cells are covered"))?;
        let step: &CellStep = step.borrow();
        visit(&Part { step, cuts: &cuts, rows: &rows, relus: &relus, argument: argument.as_ref() })?;
        match (step, argument) {
            (CellStep::Split, Some(argument)) => {
                open.push(Open { n_relus: relus.len(), n_cuts: cuts.len(), argument: argument.clone() });
                cuts.push(Cut { relu: relus.len(), on: true });
                rows.push(argument.clone());
                relus.push(argument);
                continue;
            }
            (CellStep::Split, None) => return Err(Error::input("a cell is cut although all ReLUs are decided")),
            _ => {}
        }
        let Some(Open { n_relus, n_cuts, argument }) = open.pop() else { break };
        relus.truncate(n_relus);
        cuts.truncate(n_cuts);
        rows.truncate(n_domain + n_cuts);
        cuts.push(Cut { relu: n_relus, on: false });
        rows.push(argument.scaled(&(-1).into()));
        relus.push(off());
    }
    match steps.next() {
        Some(_) => Err(Error::input("the proof goes on after all cells are covered")),
        None => Ok(()),
    }
}
