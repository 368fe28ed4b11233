//! Which features and circuits come back across functions: the seed's case for universality.

use std::collections::BTreeSet;

use pellucid_core::{Circuit, FeatureKind, Rational};
use pellucid_decompile::{Decompiled, Neuron, Status};

use crate::reproduce::Reproduction;

/// The table of features and circuits against functions.
#[derive(Clone, Debug)]
pub struct Reuse {
    /// The functions' names, one a column.
    pub columns: Vec<String>,
    /// One a feature or circuit.
    pub rows: Vec<ReuseRow>,
}

/// One feature or circuit.
#[derive(Clone, Debug)]
pub struct ReuseRow {
    /// Its name.
    pub name: String,
    /// Is it a circuit, rather than a feature?
    pub is_circuit: bool,
    /// For each function whether it is in the derived network and in the trained one; `None` where
    /// nothing was trained.
    pub cells: Vec<(bool, Option<bool>)>,
}

/// Features in the order of the seed's slides.
const FEATURES: [&str; 5] = [
    "positiveness detector +(x)",
    "negativeness detector -(x)",
    "positive reconstructor",
    "negative reconstructor",
    "greaterness detector x1 > x2",
];
/// Circuits in the order of the seed's slides.
const CIRCUITS: [&str; 6] = ["identity", "negative identity", "absolute value", "addition", "subtraction", "minimum"];

/// Names of features and circuits.
type Names = BTreeSet<&'static str>;

/// What each function's networks are made of.
pub fn reuse(reproduction: &Reproduction) -> Reuse {
    let mut columns: Vec<(String, Names, Option<Names>)> = reproduction
        .functions
        .iter()
        .map(|function| {
            let derived = function.circuits.as_ref().map(names_in).unwrap_or_default();
            let trained = function.found.decompiled.as_ref().map(names_in).unwrap_or_default();
            (function.printed.name.clone(), derived, Some(trained))
        })
        .collect();
    // The minimum of four is made of minimum circuits, and of whatever those are made of.
    let minimum = columns.iter().find(|(name, ..)| name == "minimum").map(|(_, derived, _)| derived.clone());
    let mut of_four = minimum.unwrap_or_default();
    add_circuit(&reproduction.minimum_of_four.circuit, &mut of_four);
    columns.push(("minimum of four".into(), of_four, None));
    let row = |name: &&str, is_circuit: bool| ReuseRow {
        name: (*name).into(),
        is_circuit,
        cells: columns
            .iter()
            .map(|(_, derived, trained)| (derived.contains(name), trained.as_ref().map(|t| t.contains(name))))
            .collect(),
    };
    let features = FEATURES.iter().map(|name| row(name, false));
    let rows = features.chain(CIRCUITS.iter().map(|name| row(name, true))).collect();
    Reuse { columns: columns.iter().map(|(name, ..)| name.clone()).collect(), rows }
}

fn names_in(found: &Decompiled) -> Names {
    let mut names = BTreeSet::new();
    for neuron in found.neurons.iter().filter(|n| matches!(n.status, Status::Live | Status::Merged(_))) {
        names.extend(features_of(neuron));
    }
    for circuit in &found.circuits {
        add_circuit(circuit, &mut names);
    }
    names
}

fn add_circuit(circuit: &Circuit, names: &mut Names) {
    for part in circuit.all() {
        names.extend(CIRCUITS.iter().filter(|name| **name == part.name));
    }
}

/// The seed's names for a neuron: what it detects, and whether its weight out passes that on.
fn features_of(neuron: &Neuron) -> Vec<&'static str> {
    let form = &neuron.feature.form;
    let sign = match neuron.feature.kind {
        FeatureKind::Positiveness => 1,
        FeatureKind::Negativeness => -1,
        FeatureKind::Greaterness => return vec![FEATURES[4]],
        FeatureKind::Combination if form.coefficients.iter().all(|c| !c.is_negative()) => 1,
        FeatureKind::Combination if form.coefficients.iter().all(|c| !c.is_positive()) => -1,
        _ => return Vec::new(),
    };
    // Weight out times weight in: 1 passes a positive value on, -1 a negative one.
    let passes = |wanted: i64| {
        let tolerance = Rational::ratio(1, 1000);
        neuron.out.iter().any(|w| (w * &neuron.feature.scale - Rational::from(wanted)).abs() < tolerance)
    };
    let (detector, reconstructor) = if sign > 0 { (FEATURES[0], FEATURES[2]) } else { (FEATURES[1], FEATURES[3]) };
    let mut names = vec![detector];
    names.extend(passes(sign).then_some(reconstructor));
    names
}
