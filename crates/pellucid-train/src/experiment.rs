//! What is trained, and how.

use pellucid_core::{Error, Function};

/// The most numbers that one batch, the test points or one layer may hold: 1 GiB of float32.
pub(crate) const MAX_NUMBERS: usize = 1 << 28;

/// The settings of a training as the seed's notebook does it, PyTorch's random numbers included. [`Experiment::new`] and `Default` give the seed notebook's: 500
/// steps of plain gradient descent with rate 0.1, each on 1000 fresh inputs in [-1, 1), without
/// biases.
///
/// ```
/// use pellucid_core::Function;
/// use pellucid_train::Experiment;
/// let minimum = Function::parse("min(x1, x2)").unwrap();
/// let experiment = Experiment { steps: 10_000, ..Experiment::new(minimum, vec![2, 3, 1]) };
/// assert!(experiment.validate().is_ok());
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Experiment {
    /// What the network should compute.
    pub function: Function,
    /// All widths, inputs and outputs included: `[2, 3, 1]`.
    pub shape: Vec<usize>,
    /// Do the layers have biases?
    pub bias: bool,
    /// The seed of the random stream; `torch.manual_seed` with [`Random::PyTorch`].
    pub seed: u64,
    /// The number of steps.
    pub steps: usize,
    /// Samples in a step's batch.
    pub batch: usize,
    /// The factor on the gradient.
    pub learning_rate: f64,
    /// The number of test points, drawn once before the first step.
    pub test_points: usize,
    /// The range `(low, high)` of each input, or a single one that holds for all.
    pub inputs: Vec<(f32, f32)>,
    /// Records the loss on the test points after steps 1, 1 + every, 1 + 2 every, ...
    pub record_every: Option<usize>,
}

impl Experiment {
    /// The seed notebook's settings for a function and a shape.
    pub fn new(function: Function, shape: Vec<usize>) -> Self {
        Experiment {
            function,
            shape,
            bias: false,
            seed: 0,
            steps: 500,
            batch: 1000,
            learning_rate: 0.1,
            test_points: 1000,
            inputs: vec![(-1.0, 1.0)],
            record_every: None,
        }
    }

    /// Can this be trained?
    ///
    /// ```
    /// use pellucid_core::Function;
    /// use pellucid_train::Experiment;
    /// let mut experiment = Experiment::new(Function::parse("x1 + x2").unwrap(), vec![3, 2, 2]);
    /// experiment.batch = 0;
    /// assert_eq!(experiment.validate().unwrap_err().to_string().lines().count(), 3);
    /// ```
    ///
    /// # Errors
    /// Lists everything that is wrong.
    pub fn validate(&self) -> Result<(), Error> {
        let mut wrong = shape_errors(&self.shape, &self.function);
        let (n_inputs, n_outputs) = (self.function.n_inputs(), self.function.n_outputs());
        if self.batch == 0 {
            wrong.push("the batch must hold at least 1 sample".into());
        }
        if self.test_points == 0 {
            wrong.push("there must be at least 1 test point".into());
        }
        let too_many = |count: usize, width: usize| count.checked_mul(width).is_none_or(|n| n > MAX_NUMBERS);
        let width = n_inputs.max(n_outputs);
        if too_many(self.batch, width) {
            wrong.push(format!("a batch of {} samples is too large (at most {MAX_NUMBERS} numbers)", self.batch));
        }
        if too_many(self.test_points, width) {
            wrong.push(format!("{} test points are too many (at most {MAX_NUMBERS} numbers)", self.test_points));
        }
        if !(self.learning_rate.is_finite() && self.learning_rate > 0.0) {
            wrong.push(format!("the learning rate must be a positive number, not {}", self.learning_rate));
        }
        if self.inputs.len() != 1 && self.inputs.len() != n_inputs {
            wrong.push(format!("{} input ranges for {n_inputs} inputs", self.inputs.len()));
        }
        for (low, high) in &self.inputs {
            if !(low < high && (high - low).is_finite()) {
                wrong.push(format!("the input range from {low} to {high} must be finite, the smaller end first"));
            }
        }
        if self.record_every == Some(0) {
            wrong.push("losses can be recorded every 1 or more steps, not every 0".into());
        }
        if wrong.is_empty() { Ok(()) } else { Err(Error::inputs(wrong)) }
    }

    /// The range of each input.
    pub(crate) fn ranges(&self) -> Vec<(f32, f32)> {
        match self.inputs.as_slice() {
            [one] => vec![*one; self.function.n_inputs()],
            each => each.to_vec(),
        }
    }
}

/// Everything that is wrong with the widths of a network for a function.
pub(crate) fn shape_errors(shape: &[usize], function: &Function) -> Vec<String> {
    let (n_inputs, n_outputs) = (function.n_inputs(), function.n_outputs());
    let mut wrong = Vec::new();
    match shape {
        [] | [_] => wrong.push(format!("the shape {:?} needs at least an input and an output width", shape)),
        [first, .., last] => {
            if *first != n_inputs {
                wrong
                    .push(format!("the shape {:?} begins with {first}, but `{function}` has {n_inputs} inputs", shape));
            }
            if *last != n_outputs {
                wrong.push(format!("the shape {:?} ends with {last}, but `{function}` has {n_outputs} outputs", shape));
            }
        }
    }
    if shape.contains(&0) {
        wrong.push(format!("the shape {:?} has a layer without neurons", shape));
    }
    let too_many = |widths: &[usize]| widths[0].checked_mul(widths[1]).is_none_or(|n| n > MAX_NUMBERS);
    if shape.windows(2).any(too_many) {
        wrong.push(format!("the shape {shape:?} is too large (at most {MAX_NUMBERS} weights a layer)"));
    }
    wrong
}

impl Default for Experiment {
    /// The seed notebook's first experiment: the identity with two hidden neurons.
    fn default() -> Self {
        let identity = Function::new(vec!["x1".into()], vec![pellucid_core::Expr::Input(0)]);
        Experiment::new(identity.expect("the identity is a function"), vec![1, 2, 1])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_wrong_is_listed() {
        let experiment = Experiment {
            shape: vec![2, 0, 3],
            batch: 0,
            test_points: usize::MAX,
            learning_rate: f64::NAN,
            inputs: vec![(1.0, -1.0), (0.0, f32::INFINITY)],
            record_every: Some(0),
            ..Experiment::default()
        };
        let message = experiment.validate().unwrap_err().to_string();
        assert_eq!(message.lines().count(), 10, "{message}");
        assert!(Experiment::default().validate().is_ok());
        assert!(Experiment { shape: vec![], ..Experiment::default() }.validate().is_err());
    }
}
