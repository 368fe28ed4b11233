//! One run of a survey, and what it is about.

use crate::plan::{Cell, Plan};
use crate::verdict::Judged;

/// What a row is about, but for the seed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct About {
    /// The function's name.
    pub function: String,
    /// Its formula.
    pub formula: String,
    /// The box.
    pub domain: String,
    /// The hidden layers' widths, joined by `-`.
    pub widths: String,
    /// The settings' hash.
    pub hash: String,
    /// The tolerance.
    pub tolerance: String,
    /// The regimen's name.
    pub regimen: String,
    /// The settings as JSON.
    pub settings: String,
}

impl About {
    /// What rows of a cell of a plan are about.
    pub fn of(plan: &Plan, cell: &Cell<'_>) -> Self {
        About {
            function: cell.target.name.clone(),
            formula: cell.target.function.to_string(),
            domain: cell.target.domain.to_string(),
            widths: cell.widths.iter().map(ToString::to_string).collect::<Vec<_>>().join("-"),
            hash: cell.regimen.hash(cell.steps()),
            tolerance: plan.tolerance.to_string(),
            regimen: cell.regimen.name.clone(),
            settings: cell.regimen.settings(cell.steps()),
        }
    }
}

/// One run.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The seed.
    pub seed: u64,
    /// The mean squared error before the last try.
    pub start_loss: f64,
    /// The mean squared error after it; NaN where it diverged.
    pub final_loss: f64,
    /// How many tries there were.
    pub tries: usize,
    /// The steps of all tries.
    pub steps: usize,
    /// The first step of the last try from which on the loss was good.
    pub good_after: Option<usize>,
    /// What became of it.
    pub judged: Judged,
    /// All weights and biases: layer by layer, weights row by row, then biases.
    pub weights: Vec<f32>,
}
