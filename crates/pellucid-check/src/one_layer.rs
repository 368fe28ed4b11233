//! The canonical form of what one hidden layer computes, worked out independently of the prover.
//!
//! On a domain with an interior, a sum of hinges on different hyperplanes that meet the interior
//! determines the hyperplanes (where the gradient jumps), the jumps, and the affine rest. So equal
//! forms mean equal functions, and the other way round.

use std::collections::BTreeMap;

use pellucid_core::{Affine, Domain, Hyperplane, Rational, ReluGraph, Wire};

/// `affine + sum over hyperplanes of jump * relu(normal . x - offset)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    /// The jump of each output's gradient across each kink hyperplane inside the domain.
    pub jumps: BTreeMap<Hyperplane, Vec<Rational>>,
    /// Each output's affine rest.
    pub affine: Vec<Affine>,
}

/// The form of a graph on a domain; `None` when a ReLU depends on another.
pub fn form_of(graph: &ReluGraph, domain: &Domain) -> Option<Form> {
    let n = graph.n_inputs;
    let m = graph.outputs.len();
    let mut form = Form { jumps: BTreeMap::new(), affine: Vec::with_capacity(m) };
    // The inputs alone first; then each ReLU goes to a kink or into the affine rest.
    for output in &graph.outputs {
        let mut affine = Affine::constant(n, output.constant.clone());
        for (wire, factor) in &output.terms {
            if let Wire::Input(i) = wire {
                affine.coefficients[*i] = factor.clone();
            }
        }
        form.affine.push(affine);
    }
    for (k, argument) in graph.relus.iter().enumerate() {
        if argument.terms.iter().any(|(wire, _)| matches!(wire, Wire::Relu(_))) {
            return None;
        }
        let map = argument.to_affine(n, &[]);
        let factors: Vec<Rational> = graph
            .outputs
            .iter()
            .map(|output| {
                let found = output.terms.iter().find(|(wire, _)| *wire == Wire::Relu(k));
                found.map(|(_, factor)| factor.clone()).unwrap_or_default()
            })
            .collect();
        let (low, high) = domain.range(&map);
        if high.is_some_and(|high| !high.is_positive()) {
            continue;
        }
        if low.is_some_and(|low| !low.is_negative()) {
            form.affine.iter_mut().zip(&factors).for_each(|(affine, factor)| affine.add_scaled(factor, &map));
            continue;
        }
        // Neither always on nor always off, so not constant.
        let (plane, scale) = map.hyperplane()?;
        let entry = form.jumps.entry(plane.clone()).or_insert_with(|| vec![Rational::zero(); m]);
        for (i, factor) in factors.iter().enumerate() {
            // relu(s z) = |s| relu(z) + (s z if s < 0).
            entry[i] += &(factor * scale.abs());
            if scale.is_negative() {
                form.affine[i].add_scaled(&(factor * &scale), &plane.to_affine());
            }
        }
    }
    form.jumps.retain(|_, jump| jump.iter().any(|j| !j.is_zero()));
    Some(form)
}
