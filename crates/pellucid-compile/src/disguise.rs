//! Networks that compute the same function and hide their circuit: ground truth for tools that take
//! networks apart.
//!
//! Every step is exact. A hidden layer of the original is a sum of ReLUs, and of values that only
//! pass through it; the disguised layer computes the same sum otherwise:
//!
//! - hinges are turned around: `relu(z) = z + relu(-z)`, the `z` now passing through;
//! - the values that pass through are mixed by a matrix that has an inverse of whole numbers, together
//!   with values that nothing needs, whose parts cancel;
//! - a value that passes through is carried by a pair of neurons, or where it is bounded from below by
//!   one that is always on;
//! - neurons are split into several, and doubled;
//! - dead neurons and decoys, which cancel, are put between;
//! - the neurons are rescaled by powers of two, and shuffled;
//! - layers that only pass on are put between layers.
//!
//! Scales are powers of two and all else whole numbers or halves and quarters, so that weights that
//! a float32 holds stay so. [`Disguised::uncovered`] goes all the way back by the labels alone.

mod layer;
mod matrix;
mod random;
mod role;
mod uncover;

use pellucid_core::{Affine, Domain, Error, Layer, Network, Rational};

use layer::{Forms, Hidden, disguised_layer, relay_layer};
use random::Random;

pub use role::{LayerRole, Part, PassesThrough, Role, Side};

/// How much to hide.
#[derive(Clone, Debug, PartialEq)]
pub struct Disguise {
    /// The same seed gives the same network.
    pub seed: u64,
    /// How many times as wide hidden layers may become, at least 1.
    pub width: Rational,
    /// How many layers that only pass on are put between.
    pub more_layers: usize,
}

impl Disguise {
    /// Twice as wide, no more layers.
    pub fn new(seed: u64) -> Self {
        Disguise { seed, width: Rational::from(2), more_layers: 0 }
    }

    /// Is it one that can be had? Asked before long work.
    ///
    /// # Errors
    /// When it is too wide or too deep.
    pub fn check(&self) -> Result<(), Error> {
        let mut wrong = Vec::new();
        if self.width < Rational::one() || self.width > Rational::from(MOST_TIMES) {
            wrong.push(format!("a disguise is 1 to {MOST_TIMES} times as wide, not {} times", self.width));
        }
        if self.more_layers > MOST_LAYERS {
            wrong.push(format!("a disguise has at most {MOST_LAYERS} more layers, not {}", self.more_layers));
        }
        if wrong.is_empty() { Ok(()) } else { Err(Error::inputs(wrong)) }
    }
}

/// Wider disguises are refused: nothing more is hidden by them.
const MOST_TIMES: i64 = 100;
/// More layers are refused.
const MOST_LAYERS: usize = 100;

/// A disguised network with what its neurons are.
#[derive(Clone, Debug, PartialEq)]
pub struct Disguised {
    /// The network.
    pub network: Network<Rational>,
    /// What each of its hidden layers is.
    pub layers: Vec<LayerRole>,
    /// What each hidden neuron is, layer by layer.
    pub roles: Vec<Vec<Role>>,
}

/// Disguises a network: the result computes the same function on the domain.
///
/// ```
/// use pellucid_compile::{Disguise, compile, disguise};
/// use pellucid_core::{Biases, Domain, Function};
/// let minimum = Function::parse("min(x1, x2)").unwrap();
/// let plain = compile(&minimum, &Domain::Everywhere, Biases::ALLOWED, Default::default()).unwrap().network;
/// let hidden = disguise(&plain, &Domain::Everywhere, &Disguise::new(7)).unwrap();
/// assert!(hidden.network.hidden_neurons() > plain.hidden_neurons());
/// assert_eq!(hidden.uncovered().unwrap(), plain);
/// ```
///
/// # Errors
/// When the domain does not fit, or the disguise is too wide or too deep.
pub fn disguise(network: &Network<Rational>, domain: &Domain, how: &Disguise) -> Result<Disguised, Error> {
    // What is the same on the box around a domain is the same on the domain.
    let domain = &domain.hull();
    domain.must_be_a_box(network.n_inputs(), "disguising")?;
    how.check()?;
    let mut random = Random::new(how.seed);
    let n_hidden = network.hidden_layers().len();
    let mut relays = vec![0usize; n_hidden];
    if n_hidden > 0 {
        (0..how.more_layers).for_each(|_| relays[random.below(n_hidden)] += 1);
    }
    let mut disguised = Vec::new();
    let (mut layers, mut roles) = (Vec::new(), Vec::new());
    // What the next layer's rows are, read from the values as they now are.
    let mut forms = Forms {
        rows: rows_of(&network.layers()[0]),
        values: (0..network.n_inputs()).map(|i| domain.range(&Affine::input(network.n_inputs(), i))).collect(),
    };
    for (index, next) in network.layers()[1..].iter().enumerate() {
        let hidden = Hidden { index, place: disguised.len(), next, behind_relus: index > 0 };
        let (made, after) = disguised_layer(&hidden, &forms, &how.width, &mut random);
        disguised.push(made.layer);
        layers.push(LayerRole::Disguises { layer: index, passes_through: made.passes_through });
        roles.push(made.roles);
        forms = after;
        for _ in 0..relays[index] {
            let below = disguised.len() - 1;
            let (made, after) = relay_layer(&forms, below, &mut random);
            disguised.push(made.layer);
            layers.push(LayerRole::PassesOn);
            roles.push(made.roles);
            forms = after;
        }
    }
    disguised.push(to_layer(forms.rows));
    let network = Network::new(Some(network.input_names().to_vec()), disguised)?;
    Ok(Disguised { network, layers, roles })
}

/// The rows of a layer.
fn rows_of(layer: &Layer<Rational>) -> Vec<Affine> {
    let rows = layer.weights.iter().zip(&layer.biases);
    rows.map(|(row, bias)| Affine { coefficients: row.clone(), constant: bias.clone() }).collect()
}

fn to_layer(rows: impl IntoIterator<Item = Affine>) -> Layer<Rational> {
    let (weights, biases) = rows.into_iter().map(|row| (row.coefficients, row.constant)).unzip();
    Layer { weights, biases }
}
