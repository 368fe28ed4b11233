//! The fewest kinks of a continuous piecewise-linear function through given values of a line.
//!
//! The places are cut into runs, one a piece. A run of two places or more has its slope given; that of
//! a single place is free. Neighbouring pieces must cross between their runs: with `d` the slope from
//! the last place of the one to the first of the other, they do when one of them is at most and the
//! other at least as steep as `d`. So what matters of all that lies before a run is whether its slope
//! may be any up to `d`, or any from `d` on, and a shortest path over these states finds the fewest
//! kinks: exactly, without trying partitions.
//!
//! Hinges can take up all of the function if some piece has slope 0 (they look away from it), and the
//! path is also sought among those with such a piece.

use pellucid_core::Rational;

use super::line::{Bent, Line};

/// The slopes that a run may have, as far as what lies before it goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Side {
    /// At most the slope that leads to it.
    Low,
    /// At least that.
    High,
    /// The first run: any.
    Any,
}

/// A run starts at a place, with these slopes possible, and a piece of slope 0 seen or not.
type State = (usize, Side, bool);

/// A run of places with its slope.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    pub first: usize,
    pub last: usize,
    pub slope: Rational,
}

/// The fewest kinks, one output: of all functions, and of those with a piece of slope 0.
pub(crate) fn fewest_kinks(line: &Line) -> [Option<Bent>; 2] {
    Search::new(line).run().map(|runs| runs.map(|runs| bent_of(line, &runs)))
}

/// The function of these runs.
pub(crate) fn bent_of(line: &Line, runs: &[Run]) -> Bent {
    let kinks = runs.windows(2).map(|pair| {
        let [left, right] = pair else { return (Rational::zero(), vec![Rational::zero()]) };
        let (p, q) = (&line.at[left.last], &line.at[right.first]);
        let jump = &right.slope - &left.slope;
        // Where both lines meet.
        let rise = &line.values[right.first][0] - &line.values[left.last][0] + &left.slope * p - &right.slope * q;
        let at = jump.recip().map_or_else(|| p.clone(), |one_over| -(rise * one_over));
        (at, vec![jump])
    });
    let first = runs.first().map(|run| run.slope.clone()).unwrap_or_default();
    Bent::new(vec![first], kinks.collect())
}

struct Search<'a> {
    line: &'a Line,
    /// From each place to the next.
    steps: Vec<Rational>,
    /// For each state the number of runs before it, and how it is reached.
    known: Vec<[[Option<Reached>; 2]; 3]>,
}

#[derive(Clone, Debug)]
struct Reached {
    n_runs: usize,
    /// The state of the run before, and its slope.
    from: Option<(State, Rational)>,
}

impl<'a> Search<'a> {
    fn new(line: &'a Line) -> Self {
        let steps = (0..line.len() - 1).map(|i| line.slopes(i).swap_remove(0)).collect();
        let mut known: Vec<[[Option<Reached>; 2]; 3]> = vec![Default::default(); line.len()];
        known[0][Side::Any as usize][0] = Some(Reached { n_runs: 0, from: None });
        Search { line, steps, known }
    }

    /// The fewest runs, and the fewest with one of slope 0.
    fn run(mut self) -> [Option<Vec<Run>>; 2] {
        let n = self.line.len();
        let mut ends: [Option<(usize, State, Rational)>; 2] = [None, None];
        let mut end = |runs: usize, state: State, slope: Rational| {
            let flat = state.2 || slope.is_zero();
            for flat in [false, flat] {
                let best = &mut ends[usize::from(flat)];
                if best.as_ref().is_none_or(|(fewest, ..)| runs < *fewest) {
                    *best = Some((runs, state, slope.clone()));
                }
            }
        };
        for first in 0..n {
            for side in [Side::Low, Side::High, Side::Any] {
                for flat in [false, true] {
                    let Some(reached) = &self.known[first][side as usize][usize::from(flat)] else { continue };
                    let (n_runs, state) = (reached.n_runs, (first, side, flat));
                    let given = first.checked_sub(1).map(|i| self.steps[i].clone());
                    let may = |slope: &Rational| match (side, &given) {
                        (Side::Low, Some(d)) => slope <= d,
                        (Side::High, Some(d)) => slope >= d,
                        _ => true,
                    };
                    let zero = Rational::zero();
                    // A run of this place alone: straight on to the next, or flat, or as it was led to.
                    let otherwise = given.clone().unwrap_or_default();
                    let next = self.steps.get(first).cloned();
                    let own = [next.clone(), Some(zero), Some(otherwise)];
                    for slope in own.into_iter().flatten().filter(|slope| may(slope)) {
                        match &next {
                            Some(_) => self.go_on(state, n_runs, first, slope),
                            None => end(n_runs + 1, state, slope),
                        }
                    }
                    // Longer runs, whose slope is given.
                    let Some(slope) = next.filter(|slope| may(slope)) else { continue };
                    let mut last = first + 1;
                    loop {
                        if last + 1 == n {
                            end(n_runs + 1, state, slope);
                            break;
                        }
                        self.go_on(state, n_runs, last, slope.clone());
                        if self.steps[last] != slope {
                            break;
                        }
                        last += 1;
                    }
                }
            }
        }
        ends.map(|end| end.map(|(_, state, slope)| self.runs_to(state, slope)))
    }

    /// A run ends at a place with this slope; the next one starts behind it.
    fn go_on(&mut self, state: State, n_runs: usize, last: usize, slope: Rational) {
        let step = &self.steps[last];
        let sides = [(Side::High, slope <= *step), (Side::Low, slope >= *step)];
        let flat = state.2 || slope.is_zero();
        for (side, _) in sides.into_iter().filter(|(_, can)| *can) {
            let entry = &mut self.known[last + 1][side as usize][usize::from(flat)];
            if entry.as_ref().is_none_or(|known| n_runs + 1 < known.n_runs) {
                *entry = Some(Reached { n_runs: n_runs + 1, from: Some((state, slope.clone())) });
            }
        }
    }

    /// The runs on the way to a last one.
    fn runs_to(&self, state: State, slope: Rational) -> Vec<Run> {
        let (mut runs, mut state, mut slope, mut last) = (Vec::new(), state, slope, self.line.len() - 1);
        loop {
            runs.push(Run { first: state.0, last, slope });
            let reached = self.known[state.0][state.1 as usize][usize::from(state.2)].as_ref();
            let Some((before, its_slope)) = reached.and_then(|reached| reached.from.clone()) else { break };
            last = state.0 - 1;
            (state, slope) = (before, its_slope);
        }
        runs.reverse();
        runs
    }
}
