//! A path that needs no neuron for its slope: hinges turned around take it up.
//!
//! A path with n - 1 corners takes n - 1 hinges, and one neuron that carries the input for the slope of the
//! first piece. Turning a hinge around adds its jump to that slope. Where the slope and some jumps add up to
//! nearly 0, the path is tilted a little, so that they do exactly, and the carrying neuron goes.

use pellucid_core::Rational;

use super::path::Path;

/// Up to this many corners all choices are looked at.
const MOST_ENUMERATED: usize = 16;
/// Up to this many corners pairs are exchanged.
const MOST_EXCHANGED: usize = 1_000;

/// The path tilted by no more than `slack` at its ends, and the hinges to turn; `None` when none is found.
pub fn turned(path: &Path, slack: f64) -> Option<(Path, Vec<bool>)> {
    let width = &path.high - &path.low;
    let most = 2.0 * slack / width.to_f64();
    let jumps: Vec<f64> = path.jumps.iter().map(|(_, jump)| jump.to_f64()).collect();
    let choice = subset(&jumps, -path.slope.to_f64(), most)?;
    let sum: Rational =
        path.jumps.iter().zip(&choice).filter(|(_, turned)| **turned).map(|((_, jump), _)| jump.clone()).sum();
    let slope = -sum;
    let tilt = &slope - &path.slope;
    if tilt.to_f64().abs() > most {
        return None;
    }
    let start = &path.start - &tilt * &width / Rational::from(2);
    Some((Path { start, slope, ..path.clone() }, choice))
}

/// A choice of values whose sum is off by no more than `most`, if one is quickly found.
fn subset(values: &[f64], target: f64, most: f64) -> Option<Vec<bool>> {
    let n = values.len();
    if n <= MOST_ENUMERATED {
        let sum = |choice: usize| (0..n).filter(|k| choice >> k & 1 == 1).map(|k| values[k]).sum::<f64>();
        let off = |choice: &usize| (sum(*choice) - target).abs();
        let best = (0..1usize << n).min_by(|a, b| off(a).total_cmp(&off(b)))?;
        return (off(&best) <= most).then(|| (0..n).map(|k| best >> k & 1 == 1).collect());
    }
    // Largest first, as long as they do not overshoot; then single ones and pairs make up for the rest.
    let mut order: Vec<usize> = (0..n).filter(|k| values[*k] * target > 0.0).collect();
    order.sort_by(|a, b| values[*b].abs().total_cmp(&values[*a].abs()));
    let mut choice = vec![false; n];
    let mut rest = target;
    for k in order {
        if values[k].abs() <= rest.abs() + most {
            choice[k] = true;
            rest -= values[k];
        }
    }
    if rest.abs() > most && n <= MOST_EXCHANGED {
        let change = |choice: &[bool], k: usize| if choice[k] { -values[k] } else { values[k] };
        let pairs = (0..n).flat_map(|i| (i..n).map(move |j| (i, j)));
        let sum = |(i, j): (usize, usize)| change(&choice, i) + if i == j { 0.0 } else { change(&choice, j) };
        let (i, j) = pairs.min_by(|a, b| (rest - sum(*a)).abs().total_cmp(&(rest - sum(*b)).abs()))?;
        rest -= sum((i, j));
        choice[i] ^= true;
        choice[j] ^= i != j;
    }
    (rest.abs() <= most).then_some(choice)
}

#[cfg(test)]
mod tests {
    use pellucid_core::{Form, GraphBuilder, Merge, Wire};

    use super::*;

    #[test]
    fn a_turned_path_is_the_path_tilted_a_little() {
        let r = Rational::ratio;
        let jumps = vec![(r(1, 4), r(3, 4)), (r(1, 2), r(1, 2)), (r(3, 4), r(1, 3))];
        let path = Path { low: r(0, 1), high: r(1, 1), start: r(2, 1), slope: r(-21, 25), jumps };
        // -21/25 + 1/2 + 1/3 = -1/150
        assert_eq!(turned(&path, 1e-3), None);
        let (tilted, choice) = turned(&path, 1e-2).unwrap();
        assert_eq!(choice, [false, true, true]);
        let mut builder = GraphBuilder::with_merge(1, Merge::Nothing);
        let output = tilted.build(&mut builder, &Form::wire(Wire::Input(0)), &choice);
        assert!(!output.terms.iter().any(|(wire, _)| matches!(wire, Wire::Input(_))));
        let graph = builder.finish(vec![output]);
        for i in 0..=20 {
            let x = r(i, 20);
            assert_eq!(graph.evaluate(std::slice::from_ref(&x))[0], tilted.at(&x));
            assert!((tilted.at(&x) - path.at(&x)).abs() <= r(1, 100));
        }
    }
}
