//! The features of the library's circuits, said of given inputs.

use std::collections::BTreeSet;

use pellucid_compile::library::library;
use pellucid_core::{Affine, Domain, Error, Feature, Rational};
use pellucid_prove::{Limits, Representable, representable};

/// Entries with more inputs have features that no survey of few inputs meets.
const MOST_INPUTS: usize = 4;
/// Cells looked at for an entry's kinks.
const FEW_CELLS: usize = 2_000;

/// The names of all features that circuits of the library have, put on these inputs in every order: both sides of
/// each kink, and both halves of what is left, of those entries that one hidden layer can compute.
///
/// # Errors
/// When the library cannot be read, which would be a defect.
pub fn library_features(inputs: &[String]) -> Result<BTreeSet<String>, Error> {
    let mut labels = BTreeSet::new();
    let most = inputs.len().min(MOST_INPUTS);
    for entry in library()?.into_iter().filter(|entry| entry.function.n_inputs() <= most) {
        let domain = entry.on_box().cloned().unwrap_or_else(|| Domain::unit_box(entry.function.n_inputs()));
        let limits = Limits { max_cells: FEW_CELLS, ..Limits::default() };
        let Ok(Representable::Form(form)) = representable(&entry.function, &domain, limits) else { continue };
        let kinks = form.hinges.iter().map(|hinge| hinge.hyperplane.to_affine());
        let rest = form.affine.iter().map(|map| Affine { constant: Rational::zero(), ..map.clone() });
        for row in kinks.chain(rest).filter(|row| !row.is_constant()) {
            for places in orders(row.coefficients.len(), inputs.len()) {
                let mut put = Affine::constant(inputs.len(), row.constant.clone());
                for (from, to) in places.into_iter().enumerate() {
                    put.coefficients[to] = row.coefficients[from].clone();
                }
                labels.extend([1, -1].map(|s| Feature::of_row(&put.scaled(&Rational::from(s))).label(inputs)));
            }
        }
    }
    Ok(labels)
}

/// All ways to choose `k` of `n` places in order.
fn orders(k: usize, n: usize) -> Vec<Vec<usize>> {
    let mut all = vec![Vec::new()];
    for _ in 0..k {
        all = all
            .into_iter()
            .flat_map(|chosen: Vec<usize>| {
                (0..n).filter(|i| !chosen.contains(i)).map(|i| [chosen.as_slice(), &[i]].concat()).collect::<Vec<_>>()
            })
            .collect();
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_are_said_of_the_inputs() {
        let labels = library_features(&["a".to_string(), "b".to_string()]).unwrap();
        for label in ["a > b", "b > a", "+(a)", "-(b)", "+(a + b)"] {
            assert!(labels.contains(label), "{label} is not in {labels:?}");
        }
        assert!(!labels.contains("+(7*a + 5*b)"));
        assert_eq!(orders(2, 3).len(), 6);
    }
}
