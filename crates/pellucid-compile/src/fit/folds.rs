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
    square_of(builder, input, low, high, folds, false)
}

/// As [`square`]; whether the input comes out of hinges says `behind`.
pub fn square_of(
    builder: &mut GraphBuilder,
    input: &Form,
    low: &Rational,
    high: &Rational,
    folds: &[usize],
    behind: bool,
) -> Form {
    let width = high - low;
    let (Some(per_width), area) = (width.recip(), &width * &width) else { return Form::default() };
    // x = low + width t, so x^2 = low (2 x - low) + width^2 t^2.
    let mut value = input.scaled(&(Rational::from(2) * low));
    value.constant -= &(low * low);
    let place = input.minus(&Form::constant(low.clone())).scaled(&per_width);
    value.add_scaled(&area, &unit_square(builder, &place, folds, behind));
    value.constant -= &(error(low, high, folds));
    value
}

/// The largest error of [`square`].
pub fn error(low: &Rational, high: &Rational, folds: &[usize]) -> Rational {
    let width = high - low;
    let n_pieces: Rational = folds.iter().fold(Rational::one(), |product, p| product * Rational::from(*p));
    &width * &width / (Rational::from(8) * &n_pieces * &n_pieces)
}

/// The chords of the square on [0, 1], above it by 0 to `1 / (4 (p_1 .. p_L)^2)`; whether the input comes out of
/// hinges, and not below 0, says `behind`.
pub fn unit_square(builder: &mut GraphBuilder, input: &Form, folds: &[usize], behind: bool) -> Form {
    let mut total = Form::default();
    let mut place = input.clone();
    let mut factor = Rational::one();
    for (index, p) in folds.iter().enumerate() {
        let is_last = index + 1 == folds.len();
        // In the middle the carrying neuron is exact; at both ends the layer may carry less.
        let straight = if (behind || index > 0) && !is_last { builder.relu(place.clone()) } else { place.clone() };
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

/// What is beside and before the folds.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// How many squares are folded side by side and share the sum.
    pub side_by_side: usize,
    /// Is there a sum already that has to be carried past the first fold?
    pub behind: bool,
    /// The most layers.
    pub most_layers: usize,
}

impl Setting {
    /// One square by itself.
    pub const ALONE: Setting = Setting { side_by_side: 1, behind: false, most_layers: usize::MAX };
}

/// The neurons of squares with these folds.
pub fn cost(folds: &[usize], setting: Setting) -> usize {
    let n = setting.side_by_side;
    let hinges: usize = folds.iter().map(|p| n * (p - 1)).sum();
    let carrying = (1..folds.len()).map(|layer| n + usize::from(layer > 1 || setting.behind)).sum::<usize>();
    hinges + carrying + 1
}

/// The cheapest folds that give at least so many pieces, of those the fewest layers.
pub fn cheapest(n_pieces: usize, setting: Setting) -> Vec<usize> {
    let mut best = vec![n_pieces.max(1)];
    extend(&mut Vec::new(), 1, n_pieces, setting, &mut best);
    best
}

/// A layer folds by no more than this where another layer is allowed: it would not pay.
const MOST_FOLDS: usize = 8;

fn extend(folds: &mut Vec<usize>, product: usize, n_pieces: usize, setting: Setting, best: &mut Vec<usize>) {
    if folds.len() == setting.most_layers || cost(folds, setting) > cost(best, setting) {
        return;
    }
    let needed = n_pieces.div_ceil(product).max(1);
    // The order does not change the cost: largest last.
    let smallest = folds.last().copied().unwrap_or(2);
    if needed >= smallest {
        folds.push(needed);
        if (cost(folds, setting), folds.len()) < (cost(best, setting), best.len()) {
            best.clone_from(folds);
        }
        folds.pop();
    }
    for p in smallest..=MOST_FOLDS {
        if product.saturating_mul(p) >= n_pieces {
            break;
        }
        folds.push(p);
        extend(folds, product * p, n_pieces, setting, best);
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
            assert_eq!(found.hidden_neurons(), cost(&folds, Setting::ALONE), "{folds:?}: {:?}", found.widths());
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
        fn all(n: usize, setting: Setting, folds: &mut Vec<usize>, least: &mut usize) {
            if folds.iter().product::<usize>() >= n && !folds.is_empty() {
                *least = (*least).min(cost(folds, setting));
                return;
            }
            if folds.len() < 6 {
                for p in 2..=9 {
                    folds.push(p);
                    all(n, setting, folds, least);
                    folds.pop();
                }
            }
        }
        for (side_by_side, behind) in [(1, false), (2, false), (1, true), (2, true)] {
            let setting = Setting { side_by_side, behind, most_layers: usize::MAX };
            for n in [1, 2, 3, 4, 7, 10, 36, 100, 354] {
                let mut least = cost(&[n], setting);
                all(n, setting, &mut Vec::new(), &mut least);
                let found = cheapest(n, setting);
                assert!(found.iter().product::<usize>() >= n);
                assert_eq!(cost(&found, setting), least, "{n}: {found:?}");
            }
        }
        assert_eq!(cost(&cheapest(4, Setting::ALONE), Setting::ALONE), 4);
        assert_eq!(cost(&cheapest(36, Setting::ALONE), Setting::ALONE), 11);
        assert_eq!(cost(&cheapest(354, Setting::ALONE), Setting::ALONE), 20);
        assert_eq!(cheapest(36, Setting { most_layers: 1, ..Setting::ALONE }), [36]);
    }
}
