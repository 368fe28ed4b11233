//! What is asked of a network beside that it computes the function.

use pellucid_core::{Error, Function, Network, Rational, counted};

/// Which of the networks known is wanted.
///
/// ```
/// use pellucid_compile::{Goal, compile_for};
/// use pellucid_core::{Biases, Domain, Function};
/// let zigzag = Function::parse("abs(abs(abs(x1) - 4) - 2)").unwrap();
/// let domain = Domain::parse("[-8,8]", zigzag.input_names()).unwrap();
/// let widths = |goal: &Goal| {
///     compile_for(&zigzag, &domain, Biases::ALLOWED, goal, Default::default()).unwrap().network.widths()
/// };
/// assert_eq!(widths(&Goal::SHALLOWEST), [8]);
/// assert_eq!(widths(&Goal::SMALLEST).iter().sum::<usize>(), 6);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Goal {
    /// Fewest layers first, and of those the fewest neurons; otherwise the other way round.
    pub shallow: bool,
    /// This many hidden layers at most.
    pub max_layers: Option<usize>,
}

impl Goal {
    /// Fewest hidden neurons, whatever the depth.
    pub const SMALLEST: Goal = Goal { shallow: false, max_layers: None };
    /// Fewest hidden layers.
    pub const SHALLOWEST: Goal = Goal { shallow: true, max_layers: None };

    /// Orders networks, the best first: those with too many layers come last, the shallowest of them first.
    pub(crate) fn cost(&self, network: &Network<Rational>) -> (bool, usize, usize) {
        let (neurons, layers) = (network.hidden_neurons(), network.hidden_layers().len());
        let too_deep = !self.allows(network);
        let (first, second) = if self.shallow || too_deep { (layers, neurons) } else { (neurons, layers) };
        (too_deep, first, second)
    }

    /// Does the number of layers matter?
    pub(crate) fn few_layers(&self) -> bool {
        self.shallow || self.max_layers.is_some()
    }

    /// Has the network few enough layers?
    pub fn allows(&self, network: &Network<Rational>) -> bool {
        self.max_layers.is_none_or(|most| network.hidden_layers().len() <= most)
    }

    /// Refuses the shallowest network known where it has too many layers; `not_one` says why one layer
    /// is not enough.
    ///
    /// # Errors
    /// That, with how many layers can be had.
    pub(crate) fn must_allow(
        &self,
        network: &Network<Rational>,
        function: &Function,
        not_one: &str,
    ) -> Result<(), Error> {
        let Some(most) = self.max_layers.filter(|_| !self.allows(network)) else { return Ok(()) };
        let why = if most == 1 { format!(": {not_one}") } else { String::new() };
        Err(Error::input(format!(
            "no network with at most {} is known for `{function}`{why} (the shallowest known has {}: --layers {1})",
            counted(most, "hidden layer"),
            network.hidden_layers().len(),
        )))
    }
}

impl Default for Goal {
    fn default() -> Self {
        Goal::SMALLEST
    }
}
