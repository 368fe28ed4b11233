//! Linear constraints on inputs and outputs, and cases of them that no input may satisfy.
//!
//! This is what properties in VNN-LIB are made of: a disjunction of cases, each a conjunction of
//! constraints, for which an input is looked for.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Affine, CellStep, Domain, Form, GraphBuilder, Merge, Rational, ReluGraph, Wire};

/// `inputs . x + outputs . y + constant >= 0`, or `> 0`, for the inputs `x` and the outputs `y`.
///
/// ```
/// use pellucid_core::{Constraint, Rational};
/// // y1 - x1 > 0
/// let above = Constraint {
///     inputs: [(0, Rational::from(-1))].into(),
///     outputs: [(0, Rational::one())].into(),
///     constant: Rational::zero(),
///     strict: true,
/// };
/// assert!(above.holds(&[Rational::from(2)], &[Rational::from(3)]));
/// assert!(!above.holds(&[Rational::from(2)], &[Rational::from(2)]));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Constraint {
    /// The factors of the inputs, by index from 0; what is left out is 0.
    pub inputs: BTreeMap<usize, Rational>,
    /// The factors of the outputs, by index from 0; what is left out is 0.
    pub outputs: BTreeMap<usize, Rational>,
    /// What is added.
    pub constant: Rational,
    /// Must the sum be above 0, so that 0 is not enough?
    pub strict: bool,
}

impl Constraint {
    /// The sum at an input with its outputs.
    pub fn value(&self, input: &[Rational], output: &[Rational]) -> Rational {
        let mut sum = self.constant.clone();
        for (factors, values) in [(&self.inputs, input), (&self.outputs, output)] {
            factors.iter().for_each(|(i, factor)| sum += &(factor * &values[*i]));
        }
        sum
    }

    /// Is it satisfied by an input with its outputs?
    pub fn holds(&self, input: &[Rational], output: &[Rational]) -> bool {
        let value = self.value(input, output);
        value.is_positive() || (value.is_zero() && !self.strict)
    }

    /// Does it speak of this many inputs and outputs at most?
    pub fn fits(&self, n_inputs: usize, n_outputs: usize) -> bool {
        self.inputs.keys().all(|i| *i < n_inputs) && self.outputs.keys().all(|i| *i < n_outputs)
    }

    /// The sum as an affine map of the inputs where the outputs have these affine maps; `None` when
    /// it speaks of an output that is not among them.
    pub fn to_affine(&self, n_inputs: usize, outputs: &[Affine]) -> Option<Affine> {
        let mut map = Affine::constant(n_inputs, self.constant.clone());
        for (i, factor) in &self.inputs {
            *map.coefficients.get_mut(*i)? += factor;
        }
        for (i, factor) in &self.outputs {
            map.add_scaled(factor, outputs.get(*i)?);
        }
        Some(map)
    }

    /// When it bounds a single input: which, the bound, and whether from below.
    fn bound(&self) -> Option<(usize, Rational, bool)> {
        let mut factors = self.inputs.iter().filter(|(_, factor)| !factor.is_zero());
        let (input, factor) = factors.next()?;
        let alone = factors.next().is_none() && self.outputs.values().all(Rational::is_zero);
        alone.then(|| (*input, -&self.constant / factor, factor.is_positive()))
    }
}

/// Where the bounds on single inputs confine an input: some are fixed, the others lie in a domain.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Region {
    /// The value of each input that is fixed.
    pub fixed: Vec<Option<Rational>>,
    /// A domain of the inputs that are not fixed, in order.
    pub domain: Domain,
}

impl Region {
    /// Where these constraints confine the inputs. Every input that satisfies them lies in the
    /// region; it is no larger than their bounds where those bound every input on both sides and do
    /// not contradict each other, and everywhere else it leaves them to the constraints.
    pub fn of(constraints: &[Constraint], n_inputs: usize) -> Self {
        let mut sides: Vec<(Option<Rational>, Option<Rational>)> = vec![(None, None); n_inputs];
        for (input, bound, from_below) in constraints.iter().filter_map(Constraint::bound) {
            let Some((low, high)) = sides.get_mut(input) else { continue };
            match from_below {
                true if low.as_ref().is_none_or(|low| *low < bound) => *low = Some(bound),
                false if high.as_ref().is_none_or(|high| *high > bound) => *high = Some(bound),
                _ => {}
            }
        }
        let mut region = Region { fixed: vec![None; n_inputs], domain: Domain::Everywhere };
        let is_empty = |(low, high): &(Option<Rational>, Option<Rational>)| matches!((low, high), (Some(low), Some(high)) if low > high);
        if sides.iter().any(is_empty) {
            return region;
        }
        let mut free = Vec::new();
        for (fixed, side) in region.fixed.iter_mut().zip(sides) {
            match side {
                (Some(low), Some(high)) if low == high => *fixed = Some(low),
                side => free.push(side),
            }
        }
        let bounded: Option<Vec<_>> = free.into_iter().map(|(low, high)| Some((low?, high?))).collect();
        if let Some(sides) = bounded.filter(|sides| !sides.is_empty()) {
            region.domain = Domain::Box(sides);
        }
        region
    }

    /// The number of inputs that are not fixed.
    pub fn n_free(&self) -> usize {
        self.fixed.iter().filter(|value| value.is_none()).count()
    }

    /// The inputs that are not fixed, by index.
    pub fn free(&self) -> impl Iterator<Item = usize> + '_ {
        self.fixed.iter().enumerate().filter(|(_, value)| value.is_none()).map(|(i, _)| i)
    }

    /// A point of the domain with the fixed inputs put back.
    pub fn whole_point(&self, free: &[Rational]) -> Vec<Rational> {
        let mut free = free.iter();
        let value = |fixed: &Option<Rational>| fixed.clone().or_else(|| free.next().cloned()).unwrap_or_default();
        self.fixed.iter().map(value).collect()
    }

    /// The graph as one of the free inputs.
    pub fn restrict_graph(&self, graph: &ReluGraph) -> ReluGraph {
        let mut builder = GraphBuilder::with_merge(self.n_free(), Merge::Copies);
        let mut free = 0..;
        let inputs: Vec<Form> = (self.fixed.iter())
            .map(|fixed| match fixed {
                Some(value) => Form::constant(value.clone()),
                None => Form::wire(Wire::Input(free.next().unwrap_or_default())),
            })
            .collect();
        let outputs = builder.graph_of(graph, &inputs);
        builder.finish(outputs)
    }

    /// The constraint as one of the free inputs.
    pub fn restrict_constraint(&self, constraint: &Constraint) -> Constraint {
        let mut restricted = Constraint { inputs: BTreeMap::new(), ..constraint.clone() };
        for (i, value) in self.fixed.iter().enumerate() {
            if let (Some(value), Some(factor)) = (value, constraint.inputs.get(&i)) {
                restricted.constant += &(factor * value);
            }
        }
        for (at, i) in self.free().enumerate() {
            restricted.inputs.extend(constraint.inputs.get(&i).map(|factor| (at, factor.clone())));
        }
        restricted
    }
}

/// The proof that no input of a region satisfies one of some cases.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NeverInRegion {
    /// The cases, by index; their bounds give the same [`Region`].
    pub cases: Vec<usize>,
    /// A tree of cells, in preorder, over the ReLUs of the graph of the region's free inputs.
    pub steps: Vec<CellStep>,
}
