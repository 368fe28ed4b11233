//! The figures that the seed's notebook printed: what a reproduction is compared with.

use pellucid_core::{Error, Function};
use pellucid_train::Experiment;
use serde_json::Value;

/// Figures printed by the notebook of Sean Osier's "Mathematical Circuits in Neural Nets".
const PRINTED: &str = include_str!("../data/notebook.json");

/// One of the notebook's six trainings.
#[derive(Clone, Debug)]
pub struct Printed {
    /// The notebook's name of the task: `absolute value`.
    pub name: String,
    /// The function learned.
    pub function: Function,
    /// All widths, inputs and outputs included.
    pub shape: Vec<usize>,
    /// The seed given to `torch.manual_seed`.
    pub seed: u64,
    /// Steps of gradient descent.
    pub steps: usize,
    /// Losses are printed after steps 1, 1 + every, ...
    pub every: usize,
    /// The loss on the test points before training.
    pub start_loss: f64,
    /// The losses printed on the way.
    pub losses: Vec<f64>,
    /// The weights after training, one matrix a layer, shape (in, out) as printed.
    pub final_weights: Vec<Vec<Vec<f64>>>,
}

impl Printed {
    /// The settings of this training.
    pub fn experiment(&self) -> Experiment {
        Experiment {
            seed: self.seed,
            steps: self.steps,
            record_every: Some(self.every),
            ..Experiment::new(self.function.clone(), self.shape.clone())
        }
    }
}

/// The notebook's six trainings in its order.
///
/// # Errors
/// When the embedded file is damaged.
pub fn notebook() -> Result<Vec<Printed>, Error> {
    let damaged = |what: &str| Error::input(format!("the notebook's figures are damaged: {what}"));
    let all: Value = serde_json::from_str(PRINTED).map_err(|e| damaged(&e.to_string()))?;
    let experiments = all["experiments"].as_array().ok_or_else(|| damaged("no experiments"))?;
    experiments.iter().map(|e| printed(e).ok_or_else(|| damaged(&e["name"].to_string()))).collect()
}

fn printed(value: &Value) -> Option<Printed> {
    let floats = |value: &Value| value.as_array()?.iter().map(Value::as_f64).collect::<Option<Vec<f64>>>();
    let size = |value: &Value| usize::try_from(value.as_u64()?).ok();
    let matrix = |value: &Value| value.as_array()?.iter().map(floats).collect::<Option<Vec<_>>>();
    let shape = value["layer_sizes"].as_array()?.iter().map(size).collect::<Option<Vec<_>>>()?;
    let function = Function::parse(value["function"].as_str()?).ok()?.with_n_inputs(*shape.first()?).ok()?;
    Some(Printed {
        name: value["name"].as_str()?.into(),
        function,
        shape,
        seed: value["torch_manual_seed"].as_u64()?,
        steps: size(&value["batches"])?,
        every: size(&value["printed_every"])?,
        start_loss: value["printed_start_loss"].as_f64()?,
        losses: floats(&value["printed_losses"])?,
        final_weights: value["printed_final_weights_transposed"]
            .as_array()?
            .iter()
            .map(matrix)
            .collect::<Option<_>>()?,
    })
}
