//! Values along a line, and the pieces of a continuous piecewise-linear function through them.

use pellucid_core::{Error, Layer, Network, Rational};

/// Values at increasing places of a line.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Line {
    pub at: Vec<Rational>,
    /// At each place one number an output.
    pub values: Vec<Vec<Rational>>,
}

impl Line {
    pub fn len(&self) -> usize {
        self.at.len()
    }

    pub fn n_outputs(&self) -> usize {
        self.values[0].len()
    }

    /// How fast each output rises from a place to the next.
    pub fn slopes(&self, place: usize) -> Vec<Rational> {
        let run = &self.at[place + 1] - &self.at[place];
        self.values[place + 1].iter().zip(&self.values[place]).map(|(b, a)| (b - a) / &run).collect()
    }
}

/// A continuous piecewise-linear function of a line, by its slopes on the left and its kinks.
#[derive(Clone, Debug)]
pub(crate) struct Bent {
    /// Left of all kinks, one number an output.
    pub first: Vec<Rational>,
    /// Places, increasing, with how much each output's slope jumps.
    pub kinks: Vec<(Rational, Vec<Rational>)>,
    /// Which kinks' hinges look left, so that nothing is left over beside them; `None` when one more
    /// neuron must carry what is.
    pub turned: Option<Vec<bool>>,
}

/// All ways to turn so many hinges are tried.
const MAX_TRIED: usize = 12;

impl Bent {
    /// With the hinges turned so that nothing is left over, if that is found.
    pub fn new(first: Vec<Rational>, mut kinks: Vec<(Rational, Vec<Rational>)>) -> Self {
        kinks.retain(|(_, jump)| jump.iter().any(|j| !j.is_zero()));
        let n = kinks.len();
        let flat = |slope: &[Rational]| slope.iter().all(Rational::is_zero);
        // Turned around, a hinge brings in its jump: relu(z) = z + relu(-z). At a piece of slope 0 all
        // hinges look away from it.
        let (mut slope, mut level) = (first.clone(), 0);
        while level < n && !flat(&slope) {
            slope.iter_mut().zip(&kinks[level].1).for_each(|(s, jump)| *s += jump);
            level += 1;
        }
        let mut turned = flat(&slope).then(|| (0..n).map(|j| j < level).collect());
        if turned.is_none() && n <= MAX_TRIED {
            let sum = |k: usize, set: usize| {
                (0..n).filter(|j| set >> j & 1 == 1).fold(first[k].clone(), |sum, j| sum + &kinks[j].1[k])
            };
            let found = (0..1usize << n).find(|set| (0..first.len()).all(|k| sum(k, *set).is_zero()));
            turned = found.map(|set| (0..n).map(|j| set >> j & 1 == 1).collect());
        }
        Bent { first, kinks, turned }
    }

    /// The number of hidden neurons it takes.
    pub fn size(&self) -> usize {
        self.kinks.len() + usize::from(self.turned.is_none())
    }

    /// The network of one input for it.
    ///
    /// # Errors
    /// When a shape does not fit, which would be a defect.
    pub fn to_network(&self, line: &Line) -> Result<Network<Rational>, Error> {
        let mut neurons: Vec<(Rational, Rational, Vec<Rational>)> = Vec::new();
        if self.turned.is_none() {
            neurons.push((Rational::one(), -&line.at[0], self.first.clone()));
        }
        for (k, (at, jump)) in self.kinks.iter().enumerate() {
            // Whole numbers inside, the fraction outside.
            let size = Rational::primitive_scale([at, &Rational::one()]);
            let left = self.turned.as_ref().is_some_and(|turned| turned[k]);
            let inside = if left { -&size } else { size.clone() };
            let bias = -(at * &inside);
            neurons.push((inside, bias, jump.iter().map(|j| j / &size).collect()));
        }
        let mut biases = line.values[0].clone();
        for (weight, bias, out) in &neurons {
            let value = weight * &line.at[0] + bias;
            if value.is_positive() {
                biases.iter_mut().zip(out).for_each(|(b, out)| *b -= &(out * &value));
            }
        }
        if neurons.is_empty() {
            return constant(1, line.values[0].clone());
        }
        let weights = (0..line.n_outputs()).map(|k| neurons.iter().map(|(.., out)| out[k].clone()).collect()).collect();
        let output = Layer { weights, biases };
        let (weights, biases) = neurons.into_iter().map(|(weight, bias, _)| (vec![weight], bias)).unzip();
        Network::new(None, vec![Layer { weights, biases }, output])
    }
}

/// The network without hidden neurons that always gives these values.
///
/// # Errors
/// When there are none, which would be a defect.
pub(crate) fn constant(n_inputs: usize, values: Vec<Rational>) -> Result<Network<Rational>, Error> {
    let weights = vec![vec![Rational::zero(); n_inputs]; values.len()];
    Network::new(None, vec![Layer { weights, biases: values }])
}
