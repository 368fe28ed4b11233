//! How a survey's networks are trained: a regimen of the trainer with a name, and a hash that tells it from others.

use std::sync::atomic::AtomicBool;

use pellucid_core::Error;
use pellucid_train::{Regimen, Run, Task, train_with};

use crate::plan::Target;

/// A regimen as a plan names it.
///
/// ```
/// use pellucid_survey::PlannedRegimen;
/// let regimen = PlannedRegimen::named("patient");
/// assert_eq!(regimen.hash(500), PlannedRegimen { name: "other".into(), ..regimen.clone() }.hash(500));
/// assert_ne!(regimen.hash(500), regimen.hash(501));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedRegimen {
    /// Its name in the plan; two regimens may have one name in different plans, never one hash.
    pub name: String,
    /// Steps of an attempt; `None` for as many as the function asks for.
    pub steps: Option<u64>,
    /// Do the layers have biases?
    pub bias: bool,
    /// Everything else.
    pub regimen: Regimen,
}

/// What the attempts of one seed gave.
#[derive(Clone, Debug, PartialEq)]
pub struct Tried {
    /// The best attempt; its steps are those of all.
    pub run: Run,
    /// The first step of that attempt from which on the loss was good, as far as it was looked.
    pub good_after: Option<usize>,
}

/// Looks at the loss in one attempt.
const LOOKS: u64 = 20;

impl PlannedRegimen {
    /// The seed notebook's settings under a name, with a random stream of our own.
    pub fn named(name: impl Into<String>) -> Self {
        PlannedRegimen { name: name.into(), steps: None, bias: false, regimen: Regimen::default() }
    }

    /// The regimen with this many steps where it does not say how many.
    fn with_steps(&self, steps: u64) -> Regimen {
        Regimen { steps: self.steps.unwrap_or(steps), ..self.regimen.clone() }
    }

    /// The settings as one line, for a number of steps.
    pub fn settings(&self, steps: u64) -> String {
        let regimen = self.with_steps(steps).to_toml();
        format!("bias = {}; {}", self.bias, regimen.lines().collect::<Vec<_>>().join("; "))
    }

    /// 16 hexadecimal digits that settings with the same effect share.
    pub fn hash(&self, steps: u64) -> String {
        crate::fingerprint(&self.settings(steps))
    }

    /// What is trained for a function and a shape.
    pub fn task(&self, target: &Target, widths: &[usize]) -> Task {
        let function = &target.function;
        let shape = [&[function.n_inputs()], widths, &[function.n_outputs()]].concat();
        Task { bias: self.bias, ranges: target.ranges(), ..Task::new(function.clone(), shape) }
    }

    /// Can this be trained?
    ///
    /// # Errors
    /// Lists everything that is wrong.
    pub fn validate(&self, target: &Target, widths: &[usize]) -> Result<(), Error> {
        self.task(target, widths).validate(&self.with_steps(target.steps))
    }

    /// Trains from a seed. `None` when cancelled.
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
        let regimen = self.with_steps(target.steps);
        let every = (regimen.steps / LOOKS).max(1) as usize;
        let run = train_with(&self.task(target, widths), &regimen, seed, Some(every), cancel)?;
        if run.cancelled {
            return Ok(None);
        }
        let good = |loss: f32| f64::from(loss) <= regimen.restart_above;
        let bad = run.losses.iter().rposition(|(_, loss)| !good(*loss));
        let after = bad.map_or(0, |at| at + 1);
        let good_after = run.losses.get(after).map(|(step, _)| *step);
        Ok(Some(Tried { run, good_after }))
    }
}
