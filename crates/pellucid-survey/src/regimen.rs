//! How a survey's networks are trained: settings with a name, and a hash that tells them apart.

use pellucid_core::Error;
use pellucid_train::{Experiment, Random, train_cancellable};
use serde::Serialize;
use std::sync::atomic::AtomicBool;

use crate::plan::Target;

/// Settings of trainings, with restarts: a try that ends with a loss that is too large is thrown away and begun
/// again from another seed.
///
/// ```
/// use pellucid_survey::Regimen;
/// let regimen = Regimen { restarts: 10, ..Regimen::named("patient") };
/// assert_eq!(regimen.hash(500), Regimen { name: "other".into(), ..regimen.clone() }.hash(500));
/// assert_ne!(regimen.hash(500), regimen.hash(501));
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Regimen {
    /// Its name in the plan; two regimens may have one name in different plans, never one hash.
    #[serde(skip)]
    pub name: String,
    /// Steps of a try; `None` for as many as the function asks for.
    #[serde(skip)]
    pub steps: Option<usize>,
    /// Samples in a step's batch.
    pub batch: usize,
    /// The factor on the gradient.
    pub learning_rate: f64,
    /// Do the layers have biases?
    pub bias: bool,
    /// Are the draws PyTorch's? Otherwise they are those of a stream that is cheaper.
    pub pytorch: bool,
    /// Further tries at most.
    pub restarts: usize,
    /// A try that ends with a larger mean squared error is begun again.
    pub good_loss: f64,
    /// A try is given up after this share of its steps when its loss is above `hopeless_loss` there; 0 to look at
    /// its end alone.
    pub look_after: f64,
    /// The loss at which a try is given up early.
    pub hopeless_loss: f64,
}

/// What the tries of one seed gave.
#[derive(Clone, Debug, PartialEq)]
pub struct Tried {
    /// The last try.
    pub run: pellucid_train::Run,
    /// How many tries there were, this one included.
    pub tries: usize,
    /// The steps of all tries.
    pub steps: usize,
    /// The first step of the last try at which the loss was good, as far as it was looked.
    pub good_after: Option<usize>,
}

/// Looks at the loss in one try.
const LOOKS: usize = 50;

impl Regimen {
    /// The seed notebook's settings under a name.
    pub fn named(name: impl Into<String>) -> Self {
        let experiment = Experiment::default();
        Regimen {
            name: name.into(),
            steps: None,
            batch: experiment.batch,
            learning_rate: experiment.learning_rate,
            bias: experiment.bias,
            pytorch: true,
            restarts: 0,
            good_loss: 1e-9,
            look_after: 0.0,
            hopeless_loss: f64::INFINITY,
        }
    }

    /// The settings as one line, for a number of steps.
    pub fn settings(&self, steps: usize) -> String {
        let rest = serde_json::to_value(self).unwrap_or_default();
        serde_json::json!({"steps": steps, "settings": rest}).to_string()
    }

    /// 16 hexadecimal digits that settings with the same effect share.
    pub fn hash(&self, steps: usize) -> String {
        crate::fingerprint(&self.settings(steps))
    }

    /// The seed of a try: the first is the seed itself, as in the notebook.
    fn seed_of_try(seed: u64, index: usize) -> u64 {
        match index {
            0 => seed,
            _ => pellucid_core::SplitMix64(seed ^ (index as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15)).next_u64(),
        }
    }

    /// The trainer's settings for a function and a shape.
    pub fn experiment(&self, target: &Target, widths: &[usize], seed: u64) -> Experiment {
        let function = &target.function;
        let shape = [&[function.n_inputs()], widths, &[function.n_outputs()]].concat();
        let steps = self.steps.unwrap_or(target.steps);
        Experiment {
            seed,
            steps,
            batch: self.batch,
            learning_rate: self.learning_rate,
            bias: self.bias,
            inputs: target.ranges(),
            random: if self.pytorch { Random::PyTorch } else { Random::Fast },
            record_every: Some((steps / LOOKS).max(1)),
            ..Experiment::new(function.clone(), shape)
        }
    }

    /// Trains until a try is good, or none is left. `None` when cancelled.
    ///
    /// # Errors
    /// Lists everything that is wrong with the settings.
    pub fn train(
        &self,
        target: &Target,
        widths: &[usize],
        seed: u64,
        cancel: &AtomicBool,
    ) -> Result<Option<Tried>, Error> {
        let mut steps = 0;
        for index in 0..=self.restarts {
            let experiment = self.experiment(target, widths, Self::seed_of_try(seed, index));
            let is_last = index == self.restarts;
            let look = (experiment.steps as f64 * self.look_after) as usize;
            if look > 0 && !is_last {
                // The first steps are the same again when the try goes on, so only they are lost.
                let begun =
                    train_cancellable(&Experiment { steps: look, record_every: None, ..experiment.clone() }, cancel)?;
                steps += begun.steps_done;
                if begun.cancelled {
                    return Ok(None);
                }
                if is_above(begun.final_loss, self.hopeless_loss) {
                    continue;
                }
            }
            let run = train_cancellable(&experiment, cancel)?;
            steps += run.steps_done;
            if run.cancelled {
                return Ok(None);
            }
            if is_last || !is_above(run.final_loss, self.good_loss) {
                let bad = run.losses.iter().rposition(|(_, loss)| is_above(*loss, self.good_loss));
                let after = bad.map_or(0, |at| at + 1);
                let good_after = run.losses.get(after).map(|(step, _)| *step);
                return Ok(Some(Tried { run, tries: index + 1, steps, good_after }));
            }
        }
        Ok(None)
    }

    /// Adds what is wrong with the settings.
    pub(crate) fn check(&self, wrong: &mut Vec<String>) {
        let mut bad = |what: String| wrong.push(format!("regimen `{}`: {what}", self.name));
        if self.restarts > MOST_RESTARTS {
            bad(format!("at most {MOST_RESTARTS} restarts, not {}", self.restarts));
        }
        if self.good_loss.is_nan() || self.good_loss < 0.0 {
            bad(format!("`good_loss` must be a number from 0, not {}", self.good_loss));
        }
        if !(0.0..1.0).contains(&self.look_after) {
            bad(format!("`look_after` is a share of the steps, from 0 to below 1, not {}", self.look_after));
        }
        if self.hopeless_loss.is_nan() || self.hopeless_loss <= 0.0 {
            bad(format!("`hopeless_loss` must be a number above 0, not {}", self.hopeless_loss));
        }
    }
}

/// More restarts than this are a mistake.
const MOST_RESTARTS: usize = 100_000;

/// Is a loss above a bound? One that is no number is.
fn is_above(loss: f32, bound: f64) -> bool {
    loss.is_nan() || f64::from(loss) > bound
}
