//! How networks are trained, as a value.

mod from_toml;
mod to_toml;

use pellucid_core::Error;

/// A regimen: everything about a training but the function, the widths and the seed.
///
/// ```
/// use pellucid_train::{Optimizer, Regimen};
/// let regimen = Regimen::parse("steps = 300\nrate = 0.01\noptimizer = \"adam\"").unwrap();
/// assert_eq!(regimen.steps, 300);
/// assert!(matches!(regimen.optimizer, Optimizer::Adam { .. }));
/// // What is written is read back as the same, and has the same hash.
/// assert_eq!(Regimen::parse(&regimen.to_toml()).unwrap(), regimen);
/// assert_ne!(regimen.hash(), Regimen::default().hash());
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Regimen {
    /// Steps of one attempt.
    pub steps: u64,
    /// Samples of a step's batch; of the whole fixed set with the full-batch optimisers.
    pub batch: usize,
    /// Points, uniform on the domain, on which the loss is measured before and after.
    pub test_points: usize,
    /// The learning rate.
    pub rate: f64,
    /// How weights are changed.
    pub optimizer: Optimizer,
    /// How the learning rate changes with the steps.
    pub schedule: Schedule,
    /// The initial weights.
    pub init: Init,
    /// A factor on the initial weights and biases.
    pub init_scale: f64,
    /// What outputs are measured by.
    pub loss: Loss,
    /// What is added to the loss.
    pub penalty: Penalty,
    /// Where the samples come from.
    pub data: Data,
    /// Hidden layers begin so many times as wide; then neurons are merged or left out one by one, the one that hurts
    /// least first, each time with some second-order steps, until the widths are those asked for.
    pub widen: u64,
    /// Second-order steps after the others, on a fixed set of `batch` points.
    pub finish: u64,
    /// How often a training may begin again.
    pub restarts: u64,
    /// A training begins again if its loss on the test points is above this.
    pub restart_above: f64,
    /// Whose random numbers.
    pub random: Random,
}

/// Where the initial weights and the samples come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Random {
    /// A stream of our own, which uses all 64 bits of the seed.
    #[default]
    Fast,
    /// PyTorch's stream on a CPU, bit for bit, and the notebook's way of training.
    PyTorch,
}

/// How weights are changed. Where PyTorch has an optimiser of the name, it is that one.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Optimizer {
    /// Plain gradient descent.
    Sgd,
    /// Gradient descent with momentum.
    Momentum {
        /// What is kept of the last step, from 0 to 1.
        momentum: f64,
    },
    /// Adam.
    Adam {
        /// What is kept of the means of the gradient and of its square.
        betas: (f64, f64),
        /// Added to the root of the mean square.
        epsilon: f64,
    },
    /// Adam with weight decay apart from the gradient.
    AdamW {
        /// As for Adam.
        betas: (f64, f64),
        /// As for Adam.
        epsilon: f64,
        /// Times the rate, the share of each weight that a step takes away.
        decay: f64,
    },
    /// L-BFGS without line search, on a fixed set of samples.
    Lbfgs {
        /// How many earlier steps are remembered.
        history: usize,
    },
    /// Levenberg-Marquardt on a fixed set of samples.
    LevenbergMarquardt {
        /// The first damping.
        damping: f64,
    },
}

impl Optimizer {
    /// Does it go over one fixed set of samples in each step?
    pub fn is_full_batch(&self) -> bool {
        matches!(self, Optimizer::Lbfgs { .. } | Optimizer::LevenbergMarquardt { .. })
    }
}

/// How the learning rate changes.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Schedule {
    /// Not at all.
    Constant,
    /// In a straight line to 0.
    Linear,
    /// Along half a cosine to 0.
    Cosine,
    /// By this factor each time a third of the steps is done.
    Thirds {
        /// The factor.
        factor: f64,
    },
}

impl Schedule {
    /// The factor on the rate in a step, counted from 0.
    pub fn factor(&self, step: u64, n_steps: u64) -> f64 {
        let done = step as f64 / n_steps.max(1) as f64;
        match self {
            Schedule::Constant => 1.0,
            Schedule::Linear => 1.0 - done,
            Schedule::Cosine => (1.0 + (std::f64::consts::PI * done).cos()) / 2.0,
            Schedule::Thirds { factor } => factor.powi((3.0 * done) as i32),
        }
    }
}

/// The initial weights. Biases are 0 but with [`Init::PyTorch`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Init {
    /// `torch.nn.Linear`'s: weights and biases uniform up to `1 / sqrt(inputs)`.
    PyTorch,
    /// He et al. 2015: normal with variance `2 / inputs`.
    He,
    /// Glorot and Bengio 2010: uniform up to `sqrt(6 / (inputs + outputs))`.
    Glorot,
    /// Rows (or columns) orthogonal, of length `sqrt(2)` in hidden layers.
    Orthogonal,
    /// As PyTorch's, but each second hidden neuron is its neighbour turned around: `+w` and `-w`.
    Paired,
    /// A tenth of PyTorch's: from small weights neurons turn towards what matters before they grow.
    Small,
}

/// What outputs are measured by; the mean over samples and outputs.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Loss {
    /// `(y - t)^2`.
    Squared,
    /// `(y - t)^2 / 2` up to this distance, linear beyond.
    Huber {
        /// The distance.
        delta: f64,
    },
    /// Outputs are logits: of several the softmax's cross-entropy, of one the sigmoid's. Targets are shares from 0 to 1,
    /// which sum to 1 over several outputs; the mean is over samples alone.
    CrossEntropy,
}

/// What is added to the loss.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Penalty {
    /// Times the sum of absolute values.
    pub l1: f64,
    /// Times the sum of squares.
    pub l2: f64,
    /// Times the sum over all paths of the product of the absolute weights.
    pub path: f64,
    /// Do `l1` and `l2` count biases too?
    pub biases: bool,
}

impl Penalty {
    /// Is nothing added?
    pub fn is_nothing(&self) -> bool {
        self.l1 == 0.0 && self.l2 == 0.0 && self.path == 0.0
    }
}

/// Where the samples come from.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Data {
    /// Uniform on the domain.
    Uniform,
    /// Normal: the middle of the domain is the mean, and the domain reaches two standard deviations to each side.
    Gaussian,
    /// So many values a side, in even steps.
    Grid {
        /// Values of each input.
        values: u32,
    },
    /// Uniform, but this share is moved close to a kink of the function.
    Kinks {
        /// The share, from 0 to 1.
        share: f64,
    },
    /// All points of a uniform domain at once: the exact mean gradient instead of a batch's, in networks of one input
    /// and one hidden layer.
    Expected,
}

impl Default for Regimen {
    /// The seed notebook's: 500 steps of plain gradient descent with rate 0.1 on 1000 fresh samples each.
    fn default() -> Self {
        Regimen {
            steps: 500,
            batch: 1000,
            test_points: 1000,
            rate: 0.1,
            optimizer: Optimizer::Sgd,
            schedule: Schedule::Constant,
            init: Init::PyTorch,
            init_scale: 1.0,
            loss: Loss::Squared,
            penalty: Penalty::default(),
            data: Data::Uniform,
            widen: 1,
            finish: 0,
            restarts: 0,
            restart_above: 1e-6,
            random: Random::Fast,
        }
    }
}

impl Regimen {
    /// Reads a regimen. What is left out is the default's; unknown keys are refused.
    ///
    /// # Errors
    /// Lists everything that is wrong, with what would be right.
    pub fn parse(toml: &str) -> Result<Self, Error> {
        from_toml::regimen(toml)
    }

    /// Is this what the seed's notebook does, with PyTorch's random numbers? Steps, batch, rate and test points are free.
    pub fn is_the_notebooks(&self) -> bool {
        let Regimen { steps, batch, rate, test_points, restart_above, .. } = *self;
        let random = Random::PyTorch;
        *self == Regimen { steps, batch, rate, test_points, restart_above, random, ..Regimen::default() }
    }

    /// Settings that do not go together.
    pub(crate) fn errors(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        let full_batch = self.optimizer.is_full_batch() || self.finish > 0;
        if full_batch && (self.loss != Loss::Squared || !self.penalty.is_nothing()) {
            wrong.push("l-bfgs, levenberg-marquardt and finish know the squared loss alone, without a penalty".into());
        }
        if self.widen > 1 && self.loss != Loss::Squared {
            wrong.push("widen knows the squared loss alone".into());
        }
        if self.widen == 0 {
            wrong.push("widen must be at least 1, which leaves the widths as they are".into());
        }
        if self.data == Data::Expected && (self.loss != Loss::Squared || full_batch) {
            wrong.push("data = \"expected\" is the exact gradient of the squared loss: it goes with sgd, momentum, adam and adamw, without finish".into());
        }
        if self.random == Random::PyTorch && !self.is_the_notebooks() {
            wrong.push(
                "random = \"pytorch\" is the notebook's training: only steps, batch, rate and test_points can be set with \
                 it (take random = \"fast\" for the others)"
                    .into(),
            );
        }
        if self.batch == 0 {
            wrong.push("the batch must hold at least 1 sample".into());
        }
        if self.test_points == 0 {
            wrong.push("there must be at least 1 test point".into());
        }
        if !(self.rate.is_finite() && self.rate > 0.0) {
            wrong.push(format!("the learning rate must be a positive number, not {}", self.rate));
        }
        wrong
    }

    /// The regimen with all its settings, always in the same words.
    pub fn to_toml(&self) -> String {
        to_toml::regimen(self)
    }

    /// 16 hexadecimal digits that tell this regimen from others: the beginning of the SHA-256 of [`Regimen::to_toml`].
    pub fn hash(&self) -> String {
        use sha2::{Digest, Sha256};
        Sha256::digest(self.to_toml()).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }
}
