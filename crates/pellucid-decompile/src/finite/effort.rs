//! How much searching is still allowed.

use pellucid_prove::Limits;

/// Combinations of two expressions that searches of small expressions may look at, all outputs of a
/// network together: some seconds.
const COMBINATIONS: usize = 24_000_000;

/// A budget that all searches for a network draw from.
pub(crate) struct Effort<'a> {
    limits: Limits<'a>,
    left: usize,
}

impl<'a> Effort<'a> {
    /// A full budget.
    pub fn new(limits: Limits<'a>) -> Self {
        Effort { limits, left: COMBINATIONS }
    }

    /// Takes a part of what is left, at most `most`.
    pub fn take(&mut self, most: usize) -> usize {
        if self.limits.stopped() {
            self.left = 0;
        }
        let taken = most.min(self.left / 2);
        self.left -= taken;
        taken
    }

    /// Gives back what was not used.
    pub fn give_back(&mut self, unused: usize) {
        self.left += unused;
    }

    /// Was the work told to stop?
    pub fn is_stopped(&self) -> bool {
        self.limits.stopped()
    }
}
