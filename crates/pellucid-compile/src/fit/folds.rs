//! The square by folding: deep paths of many pieces from few neurons.
//!
//! On [0, 1] let `Z` be the zigzag that runs p times between 0 and 1, and `I` the chords of `x^2` between
//! multiples of 1/p. On each stretch of width 1/p the chord is above by `t (1 - t) / p^2`, where t is the place on it,
//! and `Z` is t or 1 - t. So `x^2 = I(x) - Z / p^2 + Z^2 / p^2`, and `Z^2` is folded again. For p = 2 this is
//! Yarotsky's construction (2017). `I` and `Z` have the same p - 1 hinges, so a fold costs p + 1 neurons:
//! p - 1 hinges, one that carries `Z` and one for the sum so far. The first fold has no sum, and the last
//! carries one combination of both: p neurons each. With folds by p_1, .., p_L there are `p_1 .. p_L` equal
//! pieces and `p_1 + .. + p_L + L - 2` neurons; folds by 3, 4 and 5 are the cheapest.

use pellucid_core::{Form, GraphBuilder, Rational};

/// Builds a path of `p_1 .. p_L` equal pieces near the square of an input that lies in an interval. Its error
/// is at most `width^2 / (8 (p_1 .. p_L)^2)` on both sides.
pub fn square(builder: &mut GraphBuilder, input: &Form, low: &Rational, high: &Rational, folds: &[usize]) -> Form {
    let width = high - low;
    let (Some(per_width), area) = (width.recip(), &width * &width) else { return Form::default() };
    // x = low + width t, so x^2 = low (2 x - low) + width^2 t^2.
    let mut value = input.scaled(&(Rational::from(2) * low));
    value.constant -= &(low * low);
    let place = input.minus(&Form::constant(low.clone())).scaled(&per_width);
    value.add_scaled(&area, &unit_square(builder, &place, folds));
    value.constant -= &(error(low, high, folds));
    value
}

/// The largest error of [`square`].
pub fn error(low: &Rational, high: &Rational, folds: &[usize]) -> Rational {
    let width = high - low;
    let n_pieces: Rational = folds.iter().fold(Rational::one(), |product, p| product * Rational::from(*p));
    &width * &width / (Rational::from(8) * &n_pieces * &n_pieces)
}

/// The chords of the square on [0, 1].
fn unit_square(builder: &mut GraphBuilder, input: &Form, folds: &[usize]) -> Form {
    let mut total = Form::default();
    let mut place = input.clone();
    let mut factor = Rational::one();
    for (index, p) in folds.iter().enumerate() {
        let is_last = index + 1 == folds.len();
        // In the middle the carrying neuron is exact; at both ends the layer may carry less.
        let straight = if index > 0 && !is_last { builder.relu(place.clone()) } else { place.clone() };
        let p = Rational::from(*p);
        let step = &Rational::one() / &p;
        // Slopes and jumps of I and of Z.
        let mut chords = straight.scaled(&step);
        let mut zigzag = straight.scaled(&p);
        let mut down = true;
        let mut at = step.clone();
        while at < Rational::one() {
            let hinge = builder.relu(place.minus(&Form::constant(at.clone())));
            chords.add_scaled(&(Rational::from(2) * &step), &hinge);
            zigzag.add_scaled(&(Rational::from(if down { -2 } else { 2 }) * &p), &hinge);
            down = !down;
            at += &step;
        }
        total.add_scaled(&factor, &chords);
        if !is_last {
            factor = &factor / &(&p * &p);
            total.add_scaled(&-&factor, &zigzag);
            place = zigzag;
        }
    }
    total
}

/// The neurons of one square with these folds, and of two side by side that share the sum.
pub fn cost(folds: &[usize], side_by_side: usize) -> usize {
    let hinges: usize = folds.iter().map(|p| side_by_side * (p - 1)).sum();
    let middle = folds.len().saturating_sub(2);
    let first = if folds.len() > 1 { side_by_side } else { 0 };
    hinges + first + middle * (side_by_side + 1) + 1
}

/// The cheapest folds that give at least so many pieces, of those the fewest; in no more layers than told.
pub fn cheapest(n_pieces: usize, side_by_side: usize, most_layers: usize) -> Vec<usize> {
    let mut best = vec![n_pieces.max(1)];
    let mut folds = Vec::new();
    extend(&mut folds, 1, n_pieces, side_by_side, most_layers, &mut best);
    best
}

/// Folds beyond this one in a layer never pay where another layer is allowed.
const MOST_FOLDS: usize = 8;

fn extend(
    folds: &mut Vec<usize>,
    product: usize,
    n_pieces: usize,
    side_by_side: usize,
    most_layers: usize,
    best: &mut Vec<usize>,
) {
    if folds.len() == most_layers || cost(folds, side_by_side) > cost(best, side_by_side) {
        return;
    }
    let needed = n_pieces.div_ceil(product).max(1);
    // Folds in the middle cost the same in any order: largest last.
    let smallest = folds.last().copied().unwrap_or(2);
    if needed >= smallest {
        let mut ended = folds.clone();
        ended.push(needed);
        if (cost(&ended, side_by_side), ended.len()) < (cost(best, side_by_side), best.len()) {
            *best = ended;
        }
    }
    for p in smallest..=MOST_FOLDS {
        if product.saturating_mul(p) >= n_pieces {
            break;
        }
        folds.push(p);
        extend(folds, product * p, n_pieces, side_by_side, most_layers, best);
        folds.pop();
    }
}

#[cfg(test)]
mod tests {
    use pellucid_core::{Merge, Network, Wire};

    use super::*;
    use crate::graph_to_layers::graph_to_layers;

    fn network(low: i64, high: i64, folds: &[usize]) -> Network<Rational> {
        let (low, high) = (Rational::from(low), Rational::from(high));
        let mut builder = GraphBuilder::with_merge(1, Merge::Nothing);
        let output = square(&mut builder, &Form::wire(Wire::Input(0)), &low, &high, folds);
        graph_to_layers(&builder.finish(vec![output]), &[(low, high)], vec!["x".into()]).unwrap()
    }

    #[test]
    fn folds_give_the_error_they_say_with_the_neurons_they_say() {
        for (low, high, folds) in [
            (0, 1, vec![4]),
            (0, 1, vec![2, 2]),
            (-1, 2, vec![3, 4, 2]),
            (0, 1, vec![3, 3, 3, 4]),
            (-3, -1, vec![5, 2]),
        ] {
            let found = network(low, high, &folds);
            assert_eq!(found.hidden_neurons(), cost(&folds, 1), "{folds:?}: {:?}", found.widths());
            let (low, high) = (Rational::from(low), Rational::from(high));
            let bound = error(&low, &high, &folds);
            let mut reached = [false; 2];
            // Ends and middles of all pieces are among these points.
            let n: usize = 2 * folds.iter().product::<usize>();
            for i in 0..=n {
                let x = &low + (&high - &low) * Rational::from(i) / Rational::from(n);
                let off = &x * &x - found.evaluate(&[x]).swap_remove(0);
                assert!(off.abs() <= bound, "{folds:?}");
                reached[usize::from(off.is_positive())] |= off.abs() == bound;
            }
            assert_eq!(reached, [true; 2], "{folds:?}");
        }
    }

    #[test]
    fn the_cheapest_folds_of_all() {
        // Every list of folds up to six layers, by hand.
        fn all(n: usize, side: usize, folds: &mut Vec<usize>, least: &mut usize) {
            if folds.iter().product::<usize>() >= n && !folds.is_empty() {
                *least = (*least).min(cost(folds, side));
                return;
            }
            if folds.len() < 6 {
                for p in 2..=9 {
                    folds.push(p);
                    all(n, side, folds, least);
                    folds.pop();
                }
            }
        }
        for side in 1..=2 {
            for n in [1, 2, 3, 4, 7, 10, 36, 100, 354] {
                let mut least = cost(&[n], side);
                all(n, side, &mut Vec::new(), &mut least);
                let found = cheapest(n, side, usize::MAX);
                assert!(found.iter().product::<usize>() >= n);
                assert_eq!(cost(&found, side), least, "{n}: {found:?}");
            }
        }
        assert_eq!(cost(&cheapest(4, 1, usize::MAX), 1), 4);
        assert_eq!(cost(&cheapest(36, 1, usize::MAX), 1), 11);
        assert_eq!(cost(&cheapest(354, 1, usize::MAX), 1), 20);
        assert_eq!(cheapest(36, 1, 1), [36]);
    }
}
