//! The canonical form of what one hidden layer computes.
//!
//! On a domain with an interior, `f(x) = affine(x) + sum_k J_k relu(u_k.x - t_k)` with distinct
//! hyperplanes that meet the interior and no `J_k` of zeros is unique: the hyperplanes are where the
//! gradient of f jumps, `J_k` is the jump, and what is left has no kink. So two one-layer networks
//! compute the same function exactly when their canonical forms are equal.

use std::collections::BTreeMap;

use pellucid_core::{Affine, Domain, Hyperplane, Network, Rational, ReluGraph, Wire};

/// One kink: `jump * relu(normal . x - offset)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hinge {
    /// Where the kink lies.
    pub hyperplane: Hyperplane,
    /// One number an output, not all 0.
    pub jump: Vec<Rational>,
}

/// `affine + sum of hinges`, with the hinges in order of their hyperplanes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OneLayerForm {
    /// The number of inputs.
    pub n_inputs: usize,
    /// The kinks that meet the inside of the domain.
    pub hinges: Vec<Hinge>,
    /// For each output what is left: its map where all hinges are off.
    pub affine: Vec<Affine>,
}

impl OneLayerForm {
    /// The canonical form of a network with one hidden layer (or none), on a domain.
    pub fn of_network(network: &Network<Rational>, domain: &Domain) -> Option<Self> {
        Self::of_one_layer_graph(&network.to_relu_graph(), domain)
    }

    /// The canonical form of a graph whose ReLUs depend on the inputs alone; `None` for others, and
    /// on domains that are neither everywhere nor a box.
    pub fn of_one_layer_graph(graph: &ReluGraph, domain: &Domain) -> Option<Self> {
        if !domain.has_canonical_forms() {
            return None;
        }
        let mut maps = Vec::with_capacity(graph.relus.len());
        for form in &graph.relus {
            if form.relu_wires().next().is_some() {
                return None;
            }
            maps.push(form.to_affine(graph.n_inputs, &[]));
        }
        let mut affine = Vec::with_capacity(graph.outputs.len());
        let mut jumps: BTreeMap<Hyperplane, Vec<Rational>> = BTreeMap::new();
        for (output, form) in graph.outputs.iter().enumerate() {
            let mut rest = Affine::constant(graph.n_inputs, form.constant.clone());
            for (wire, factor) in &form.terms {
                match wire {
                    Wire::Input(i) => rest.coefficients[*i] += factor,
                    Wire::Relu(k) => {
                        let map = &maps[*k];
                        match map.hyperplane().filter(|_| domain.is_cut_by(map)) {
                            Some((plane, scale)) => {
                                // relu(s z) = s relu(z), and for s < 0 = |s| (relu(z) - z).
                                let jump = factor * &scale.abs();
                                if scale.is_negative() {
                                    rest.add_scaled(&-&jump, &plane.to_affine());
                                }
                                let entry = jumps.entry(plane);
                                entry.or_insert_with(|| vec![Rational::zero(); graph.outputs.len()])[output] += &jump;
                            }
                            // No kink inside: always on or always off.
                            None if is_on(map, domain) => rest.add_scaled(factor, map),
                            None => {}
                        }
                    }
                }
            }
            affine.push(rest);
        }
        let hinges = jumps
            .into_iter()
            .filter(|(_, jump)| jump.iter().any(|j| !j.is_zero()))
            .map(|(hyperplane, jump)| Hinge { hyperplane, jump })
            .collect();
        Some(OneLayerForm { n_inputs: graph.n_inputs, hinges, affine })
    }

    /// The number of outputs.
    pub fn n_outputs(&self) -> usize {
        self.affine.len()
    }

    /// The outputs at a point.
    pub fn evaluate(&self, point: &[Rational]) -> Vec<Rational> {
        let mut values: Vec<Rational> = self.affine.iter().map(|map| map.at(point)).collect();
        for hinge in &self.hinges {
            let z = hinge.hyperplane.to_affine().at(point);
            if z.is_positive() {
                for (value, jump) in values.iter_mut().zip(&hinge.jump) {
                    *value += &(jump * &z);
                }
            }
        }
        values
    }

    /// The part of one output: its hinges that do not vanish there, with scalar jumps.
    pub fn output(&self, output: usize) -> OneLayerForm {
        let hinges = self.hinges.iter().filter(|hinge| !hinge.jump[output].is_zero());
        OneLayerForm {
            n_inputs: self.n_inputs,
            hinges: hinges
                .map(|h| Hinge { hyperplane: h.hyperplane.clone(), jump: vec![h.jump[output].clone()] })
                .collect(),
            affine: vec![self.affine[output].clone()],
        }
    }
}

/// Is a map without a sign change inside the domain on there?
fn is_on(map: &Affine, domain: &Domain) -> bool {
    let (low, high) = domain.range(map);
    low.is_some_and(|v| !v.is_negative()) && high.is_some_and(|v| v.is_positive())
}
