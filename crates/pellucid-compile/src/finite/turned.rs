//! Functions with the fewest kinks whose hinges, some turned around, leave nothing over.
//!
//! Turned around, a hinge brings in its jump, so a set of hinges leaves nothing over if the slope on
//! the left and the jumps of the set add up to 0. With the runs of places fixed, and for each kink
//! which way it bends, everything that is asked of the free slopes is linear: crossings and that sum.
//! So each way to cut, bend and turn is an exact linear program. There are many of them; they are
//! tried up to a limit, and what is not found is not known to be impossible.

use pellucid_core::{Affine, Rational};
use pellucid_prove::{Maximum, maximize};

use super::kinks::{Run, bent_of};
use super::line::{Bent, Line};

/// More kinks are not tried: ways to turn double with each.
const MAX_KINKS: usize = 7;

/// A function with so many kinks that needs no further neuron, if one is found with this many linear
/// programs, which are counted down.
pub(crate) fn turned(line: &Line, n_kinks: usize, programs_left: &mut usize) -> Option<Bent> {
    if n_kinks == 0 || n_kinks > MAX_KINKS || line.n_outputs() != 1 {
        return None;
    }
    let steps: Vec<Rational> = (0..line.len() - 1).map(|i| line.slopes(i).swap_remove(0)).collect();
    let mut search = Search { line, steps, n_runs: n_kinks + 1, programs_left };
    search.from(&mut Vec::new(), &mut Vec::new(), 0)
}

struct Search<'a> {
    line: &'a Line,
    steps: Vec<Rational>,
    n_runs: usize,
    programs_left: &'a mut usize,
}

impl Search<'_> {
    /// Goes on after some runs (first and last place of each) and bends (is the kink after each run
    /// convex?) with a run that starts here.
    fn from(&mut self, runs: &mut Vec<(usize, usize)>, convex: &mut Vec<bool>, first: usize) -> Option<Bent> {
        let left = self.n_runs - runs.len();
        let n = self.line.len();
        // Every run has a place.
        if left == 0 || n - first < left {
            return None;
        }
        let mut last = first;
        loop {
            runs.push((first, last));
            if last + 1 == n && left == 1 {
                if let Some(bent) = self.program(runs, convex) {
                    return Some(bent);
                }
            } else if last + 1 < n && left > 1 {
                for bends_up in [true, false] {
                    convex.push(bends_up);
                    if self.could_cross(runs, convex)
                        && let Some(bent) = self.from(runs, convex, last + 1)
                    {
                        return Some(bent);
                    }
                    convex.pop();
                }
            }
            runs.pop();
            if last + 1 == n || (last > first && self.steps[last] != self.steps[first]) || *self.programs_left == 0 {
                return None;
            }
            last += 1;
        }
    }

    /// The slope of a run of two places or more.
    fn given(&self, run: (usize, usize)) -> Option<&Rational> {
        (run.0 < run.1).then(|| &self.steps[run.0])
    }

    /// Can the last run be crossed on the way to the next, as far as its own slope and the kink before
    /// it say?
    fn could_cross(&self, runs: &[(usize, usize)], convex: &[bool]) -> bool {
        let (Some(run), Some(up)) = (runs.last(), convex.last()) else { return true };
        let step = &self.steps[run.1];
        let Some(slope) = self.given(*run) else { return true };
        let before = convex.len().checked_sub(2).map(|k| convex[k]);
        let (behind_fits, step_before) = (if *up { slope <= step } else { slope >= step }, run.0.checked_sub(1));
        let fits = |(up, at): (bool, usize)| if up { *slope >= self.steps[at] } else { *slope <= self.steps[at] };
        behind_fits && before.zip(step_before).is_none_or(fits)
    }

    /// The free slopes for these runs and bends, for some way to turn the hinges.
    fn program(&mut self, runs: &[(usize, usize)], convex: &[bool]) -> Option<Bent> {
        let free: Vec<usize> = (0..runs.len()).filter(|k| runs[*k].0 == runs[*k].1).collect();
        let n = free.len();
        // The slope of a run, as an affine map of the free ones.
        let slopes: Vec<Affine> = (0..runs.len())
            .map(|k| match self.given(runs[k]) {
                Some(slope) => Affine::constant(n, slope.clone()),
                None => Affine::input(n, free.iter().position(|f| *f == k).unwrap_or(0)),
            })
            .collect();
        let mut rows = Vec::new();
        for (k, up) in convex.iter().enumerate() {
            let step = Affine::constant(n, self.steps[runs[k].1].clone());
            let (lower, upper) = if *up { (k, k + 1) } else { (k + 1, k) };
            rows.extend([step.minus(&slopes[lower]), slopes[upper].minus(&step)]);
        }
        let broken = |row: &Affine| row.is_constant() && row.constant.is_negative();
        if rows.iter().any(broken) {
            return None;
        }
        rows.retain(|row| !row.is_constant());
        for set in 1..(1usize << convex.len()) {
            let mut sum = slopes[0].clone();
            for k in (0..convex.len()).filter(|k| set >> k & 1 == 1) {
                sum.add_scaled(&Rational::one(), &slopes[k + 1].minus(&slopes[k]));
            }
            if sum.is_constant() && !sum.constant.is_zero() {
                continue;
            }
            if *self.programs_left == 0 {
                return None;
            }
            *self.programs_left -= 1;
            let mut all = rows.clone();
            if !sum.is_constant() {
                all.extend([sum.scaled(&Rational::from(-1)), sum]);
            }
            let point = match n {
                0 => Vec::new(),
                _ => match maximize(&Affine::constant(n, Rational::zero()), &all) {
                    Maximum::At { point, .. } => point,
                    Maximum::Unbounded { .. } | Maximum::Infeasible => continue,
                },
            };
            let found: Vec<Run> = runs
                .iter()
                .zip(&slopes)
                .map(|((first, last), slope)| Run { first: *first, last: *last, slope: slope.at(&point) })
                .collect();
            let bent = bent_of(self.line, &found);
            if bent.size() < self.n_runs {
                return Some(bent);
            }
        }
        None
    }
}
