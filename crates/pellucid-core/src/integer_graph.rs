//! ReLU graphs in integers, so that walks over cells never meet a fraction.
//!
//! `relu(s z) = s relu(z)` for `s > 0`, so every ReLU may be scaled until its argument has integer
//! coefficients without a common factor. What it feeds is divided by the same factor and scaled in
//! turn. Signs, cells and proofs stay the same; the numbers are the smallest there are.

use std::sync::Arc;

use crate::{Affine, Integer, IntegerRow, Rational, ReluGraph, Wire};

/// An affine form of inputs and earlier scaled ReLUs, with integer factors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IntegerForm {
    /// The part that depends on the inputs, and the constant.
    pub row: IntegerRow,
    /// Scaled ReLUs and their factors, none 0.
    pub relus: Vec<(usize, Integer)>,
}

/// A [`ReluGraph`] whose ReLUs and outputs are scaled by positive numbers to integers.
///
/// ```
/// use pellucid_core::{Function, IntegerGraph};
/// let graph = Function::parse("relu(x1/2 - 1/3) / 5").unwrap().to_relu_graph();
/// let scaled = IntegerGraph::of(&graph);
/// assert_eq!(scaled.relus[0].row.entries, [3.into(), (-2).into()]);
/// assert_eq!(scaled.scales[0].to_string(), "30"); // 30 f = relu(3 x1 - 2)
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IntegerGraph {
    /// The number of inputs.
    pub n_inputs: usize,
    /// The argument of each scaled ReLU.
    pub relus: Vec<IntegerForm>,
    /// Each output times its scale.
    pub outputs: Vec<IntegerForm>,
    /// The positive scale of each output.
    pub scales: Vec<Rational>,
}

/// The map of a scaled ReLU on a cell; `None` where it is off.
pub type ReluOnCell = Option<Arc<IntegerRow>>;

impl IntegerGraph {
    /// Scales a graph.
    pub fn of(graph: &ReluGraph) -> Self {
        let n = graph.n_inputs;
        let mut factors: Vec<Rational> = Vec::with_capacity(graph.relus.len());
        let scaled = |form: &crate::Form, factors: &[Rational]| {
            let terms: Vec<(Wire, Rational)> = form
                .terms
                .iter()
                .map(|(wire, factor)| match wire {
                    Wire::Input(_) => (*wire, factor.clone()),
                    Wire::Relu(k) => (*wire, factor / &factors[*k]),
                })
                .collect();
            let scale = Rational::primitive_scale(terms.iter().map(|(_, f)| f).chain([&form.constant]));
            let mut row = IntegerRow::zero(n);
            row.entries[n] = (&form.constant * &scale).to_integer();
            let mut relus = Vec::new();
            for (wire, factor) in terms {
                let factor = (factor * &scale).to_integer();
                match wire {
                    Wire::Input(i) => row.entries[i] = factor,
                    Wire::Relu(k) => relus.push((k, factor)),
                }
            }
            (IntegerForm { row, relus }, scale)
        };
        let mut relus = Vec::with_capacity(graph.relus.len());
        for form in &graph.relus {
            let (form, scale) = scaled(form, &factors);
            relus.push(form);
            factors.push(scale);
        }
        let (outputs, scales) = graph.outputs.iter().map(|form| scaled(form, &factors)).unzip();
        IntegerGraph { n_inputs: n, relus, outputs, scales }
    }

    /// The affine map of each output, unscaled, given that of each scaled ReLU.
    pub fn output_maps(&self, relus: &[ReluOnCell]) -> Vec<Affine> {
        let unscaled = |(form, scale): (&IntegerForm, &Rational)| {
            form.on_cell(relus).to_affine().scaled(&(Rational::one() / scale))
        };
        self.outputs.iter().zip(&self.scales).map(unscaled).collect()
    }
}

impl IntegerForm {
    /// The map of the inputs, given that of each scaled ReLU so far.
    pub fn on_cell(&self, relus: &[ReluOnCell]) -> IntegerRow {
        let mut row = self.row.clone();
        for (k, factor) in &self.relus {
            if let Some(map) = &relus[*k] {
                row.add_scaled(factor, map);
            }
        }
        row
    }
}
