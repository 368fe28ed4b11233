//! The few hinges that carry a network in the mean.
//!
//! Training leaves kinks where there is little to be lost: one that only cuts off a corner, or two
//! nearly on one hyperplane that all but cancel. Hinges are left out, the one that is missed least
//! first and the others fitted anew by least squares, while what is left stays close to the network
//! in the mean. Floats do that; nothing is claimed but what is proved of the formula afterwards.

use std::collections::{BTreeMap, BTreeSet};

use pellucid_core::{Affine, Domain, Hyperplane, Rational};
use pellucid_prove::OneLayerForm;

use crate::neurons::{Neuron, Status};
use crate::rounded_form::rounded_numbers;
use crate::samples::Values;
use crate::scale::Scale;

/// With more terms, hinges and inputs together, least squares take long and single hinges say little.
const MAX_TERMS: usize = 96;
/// Terms whose mean square is below this, of values up to 1, are met by no or hardly any point.
const UNMET: f64 = 1e-12;

/// The form with the fewest of the neurons' hinges that is off by no more than `budget` in the
/// mean, its numbers rounded to within `slack` of how far outputs swing; `None` where there is none.
pub fn mean_fit(
    neurons: &[Neuron],
    values: &Values,
    domain: &Domain,
    slack: &Rational,
    swings: &[Rational],
    budget: f64,
) -> Option<OneLayerForm> {
    let n_inputs = values.points.first()?.len();
    let is_live = |neuron: &&Neuron| matches!(neuron.status, Status::Live | Status::Merged(_));
    let planes = neurons.iter().filter(is_live).filter_map(|neuron| Some(neuron.side()?.0));
    let planes: BTreeSet<Hyperplane> = planes.filter(|plane| domain.is_cut_by(&plane.to_affine())).collect();
    let planes: Vec<Hyperplane> = planes.into_iter().collect();
    if planes.len() + n_inputs + 1 > MAX_TERMS {
        return None;
    }
    let scale = Scale::of(domain, n_inputs);
    let sizes: Vec<f64> = planes.iter().map(|plane| scale.largest(&plane.to_affine()).to_f64()).collect();
    let mut fit = Fit::of(&planes, &sizes, values)?;
    if fit.rest.sqrt() > budget {
        return None;
    }
    fit.leave_out(planes.len(), budget);
    let kept = |j: &usize| fit.kept.contains(j);
    let exact = |value: f64| Rational::from_f64(value);
    let mut jumps = BTreeMap::new();
    for j in (0..planes.len()).filter(kept) {
        let jump: Option<Vec<Rational>> = fit.factors[j].iter().map(|factor| exact(factor / sizes[j])).collect();
        jumps.insert(planes[j].clone(), jump?);
    }
    let mut affine = Vec::new();
    for output in 0..swings.len() {
        let factor = |j: usize| exact(fit.factors[planes.len() + j][output]);
        let coefficients: Option<Vec<Rational>> = (0..n_inputs).map(factor).collect();
        affine.push(Affine { coefficients: coefficients?, constant: factor(n_inputs)? });
    }
    let form = rounded_numbers(affine, jumps, domain, slack, swings);
    (values.mean_deviation(&form) <= budget).then_some(form)
}

/// Least squares: hinges divided by their sizes first, then the inputs, then 1.
struct Fit {
    /// The terms that are not left out.
    kept: BTreeSet<usize>,
    /// The inverse of the terms' mean products, of those kept.
    inverse: Vec<Vec<f64>>,
    /// For each term a factor an output.
    factors: Vec<Vec<f64>>,
    /// The mean square that is left, over all outputs.
    rest: f64,
}

impl Fit {
    /// The best factors for all terms that some points tell apart; `None` where numbers are too large.
    fn of(planes: &[Hyperplane], sizes: &[f64], values: &Values) -> Option<Self> {
        let rows: Vec<(Vec<f64>, f64)> = planes
            .iter()
            .map(|plane| (plane.normal.iter().map(Rational::to_f64).collect(), plane.offset.to_f64()))
            .collect();
        let terms_at = |point: &Vec<f64>| -> Vec<f64> {
            let hinges = rows.iter().zip(sizes).map(|((normal, offset), size)| {
                let above = normal.iter().zip(point).map(|(c, x)| c * x).sum::<f64>() - offset;
                above.max(0.0) / size
            });
            hinges.chain(point.iter().copied()).chain([1.0]).collect()
        };
        let n_terms = planes.len() + values.points[0].len() + 1;
        let n_outputs = values.outputs[0].len();
        let share = 1.0 / values.points.len() as f64;
        let mut products = vec![vec![0.0; n_terms]; n_terms];
        let mut with_outputs = vec![vec![0.0; n_outputs]; n_terms];
        let terms: Vec<Vec<f64>> = values.points.iter().map(terms_at).collect();
        for (terms, outputs) in terms.iter().zip(&values.outputs) {
            for (i, a) in terms.iter().enumerate().filter(|(_, a)| **a != 0.0) {
                products[i].iter_mut().zip(&terms[..=i]).for_each(|(sum, b)| *sum += a * b * share);
                with_outputs[i].iter_mut().zip(outputs).for_each(|(sum, y)| *sum += a * y * share);
            }
        }
        for i in 0..n_terms {
            let (above, below) = products.split_at_mut(i);
            for (row, product) in above.iter_mut().zip(&below[0]) {
                row[i] = *product;
            }
        }
        let mut fit = Fit {
            kept: BTreeSet::new(),
            inverse: vec![vec![0.0; n_terms]; n_terms],
            factors: vec![vec![0.0; n_outputs]; n_terms],
            rest: 0.0,
        };
        // The affine terms first: a hinge that is affine at the points adds nothing to them.
        for term in (0..n_terms).rev() {
            fit.take_in(term, &products);
        }
        for (term, factors) in fit.factors.iter_mut().enumerate().filter(|(term, _)| fit.kept.contains(term)) {
            for (output, factor) in factors.iter_mut().enumerate() {
                *factor = fit.kept.iter().map(|other| fit.inverse[term][*other] * with_outputs[*other][output]).sum();
            }
        }
        let left = terms.iter().zip(&values.outputs).map(|(terms, outputs)| {
            let off = |(output, y): (usize, &f64)| {
                terms.iter().zip(&fit.factors).map(|(term, factors)| term * factors[output]).sum::<f64>() - y
            };
            outputs.iter().enumerate().map(off).map(|off| off * off).sum::<f64>()
        });
        fit.rest = left.sum::<f64>() * share / n_outputs as f64;
        fit.rest.is_finite().then_some(fit)
    }

    /// Borders the inverse with one more term, unless the terms before give it already.
    fn take_in(&mut self, term: usize, products: &[Vec<f64>]) {
        let kept: Vec<usize> = self.kept.iter().copied().collect();
        let by_others = |row: &usize| kept.iter().map(|k| self.inverse[*row][*k] * products[*k][term]).sum::<f64>();
        let shares: Vec<f64> = kept.iter().map(by_others).collect();
        let explained: f64 = kept.iter().zip(&shares).map(|(k, share)| products[*k][term] * share).sum();
        let own = products[term][term] - explained;
        // NaN stands for too large numbers.
        if own.is_nan() || own <= UNMET || own <= UNMET * products[term][term] {
            return;
        }
        for (a, x) in kept.iter().zip(&shares) {
            for (b, y) in kept.iter().zip(&shares) {
                self.inverse[*a][*b] += x * y / own;
            }
            self.inverse[*a][term] = -x / own;
            self.inverse[term][*a] = -x / own;
        }
        self.inverse[term][term] = 1.0 / own;
        self.kept.insert(term);
    }

    /// Leaves out hinges, which are the first terms, while the mean deviation stays within the budget.
    fn leave_out(&mut self, n_hinges: usize, budget: f64) {
        let n_outputs = self.factors.first().map_or(1, Vec::len) as f64;
        loop {
            let price = |j: usize| {
                let squares: f64 = self.factors[j].iter().map(|factor| factor * factor).sum();
                squares / self.inverse[j][j] / n_outputs
            };
            let hinges = self.kept.iter().copied().filter(|j| *j < n_hinges);
            let Some((least, price)) = hinges.map(|j| (j, price(j))).min_by(|a, b| a.1.total_cmp(&b.1)) else { return };
            let off = (self.rest + price).sqrt();
            if off.is_nan() || off > budget {
                return;
            }
            self.rest += price;
            let column: Vec<f64> = self.inverse.iter().map(|row| row[least]).collect();
            let pivot = column[least];
            let removed = self.factors[least].clone();
            for (row, x) in column.iter().enumerate() {
                self.factors[row].iter_mut().zip(&removed).for_each(|(factor, gone)| *factor -= x / pivot * gone);
                self.inverse[row].iter_mut().zip(&column).for_each(|(entry, y)| *entry -= x * y / pivot);
            }
            self.kept.remove(&least);
        }
    }
}
