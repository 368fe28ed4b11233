//! What the neurons of one layer do for the layer above, by the hyperplanes they share.

use pellucid_core::{NeuronId, Rational};

use crate::neurons::Status;

/// What a neuron does for the layer above.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// It detects: its kink is there above.
    Detects,
    /// It passes a value on, always on or in a pair `relu(z) - relu(-z) = z`: there is no kink above.
    Carries,
    /// Detectors on both sides of a hyperplane bring a kink and pass a value on, as `relu(-z) = relu(z) - z`.
    Both,
    /// Nothing.
    Nothing,
}

impl std::fmt::Display for Work {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Work::Detects => "detects",
            Work::Carries => "carries",
            Work::Both => "detects and carries",
            Work::Nothing => "nothing",
        })
    }
}

/// Where a neuron of a layer has its kink. `K` tells hyperplanes, or affine values, apart.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Place<K> {
    /// Never on.
    Off,
    /// Always on: a positive factor times this.
    On(K),
    /// Its kink is where this is 0, and it is on above or below.
    Kink {
        /// Where.
        on: K,
        /// Is it on where it is positive?
        above: bool,
    },
}

/// A neuron of a layer.
#[derive(Clone, Debug)]
pub(crate) struct Member<K> {
    /// Where it has its kink.
    pub place: Place<K>,
    /// Its factor there.
    pub size: Rational,
    /// Its weights to what matters above.
    pub out: Vec<Rational>,
}

/// The status of each neuron of a layer, and what it does. Weights out that add up to no more than `slack` times
/// their size cancel.
pub(crate) fn works<K: PartialEq>(layer: usize, members: &[Member<K>], slack: &Rational) -> Vec<(Status, Work)> {
    let id = |index: usize| NeuronId { layer, index };
    let is_read = |index: &usize| members[*index].out.iter().any(|weight| !weight.is_zero());
    (0..members.len())
        .map(|index| {
            let member = &members[index];
            if member.place == Place::Off {
                return (Status::Dead, Work::Nothing);
            }
            if !is_read(&index) {
                return (Status::Unread, Work::Nothing);
            }
            // Those that compute the same, this one among them.
            let same: Vec<usize> =
                (0..members.len()).filter(|k| members[*k].place == member.place).filter(is_read).collect();
            if same.len() > 1 && cancels(same.iter().map(|k| &members[*k]), slack) {
                return (Status::Decoy(id(same[0])), Work::Nothing);
            }
            let Place::Kink { on, above } = &member.place else { return (Status::AlwaysOn, Work::Carries) };
            let opposite = |k: &usize| matches!(&members[*k].place, Place::Kink { on: other, above: side } if other == on && side != above);
            let others: Vec<usize> = (0..members.len()).filter(opposite).filter(is_read).collect();
            let alone = others.is_empty() || cancels(others.iter().map(|k| &members[*k]), slack);
            let work = match alone {
                true => Work::Detects,
                // above relu(z) + below relu(-z) = (above + below) relu(z) - below z
                false if cancels(same.iter().chain(&others).map(|k| &members[*k]), slack) => Work::Carries,
                false => Work::Both,
            };
            let status = if same[0] == index { Status::Live } else { Status::Merged(id(same[0])) };
            (status, work)
        })
        .collect()
}

/// Do the weights out of some neurons, each times its factor, add up to nothing?
fn cancels<'a, K: 'a>(members: impl Iterator<Item = &'a Member<K>>, slack: &Rational) -> bool {
    let mut sums: Vec<(Rational, Rational)> = Vec::new();
    for member in members {
        sums.resize(member.out.len(), Default::default());
        for ((sum, size), weight) in sums.iter_mut().zip(&member.out) {
            let weight = weight * &member.size;
            *size += &weight.abs();
            *sum += &weight;
        }
    }
    sums.iter().all(|(sum, size)| sum.abs() <= size * slack)
}
