//! Functions and networks in one shape: ReLUs of affine forms of inputs and earlier ReLUs.
//!
//! Provers and checkers walk this shape alone, so they never need to know whether a min, a sort
//! or a network layer stands behind it.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::{Affine, Rational};

/// A value that affine forms are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Wire {
    /// The input with this index.
    Input(usize),
    /// The ReLU with this index.
    Relu(usize),
}

/// A constant plus a combination of wires; the wires are sorted and no factor is 0.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub struct Form {
    /// Wires and their factors.
    pub terms: Vec<(Wire, Rational)>,
    /// What is added.
    pub constant: Rational,
}

/// ReLUs of affine forms, each of inputs and earlier ReLUs; outputs are affine forms of all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReluGraph {
    /// The number of inputs.
    pub n_inputs: usize,
    /// The argument of each ReLU.
    pub relus: Vec<Form>,
    /// The outputs.
    pub outputs: Vec<Form>,
}

/// Which side of a hyperplane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Where `normal . x` is above the offset.
    Above,
    /// Where `normal . x` is below the offset.
    Below,
}

impl Form {
    /// A constant.
    pub fn constant(value: Rational) -> Self {
        Form { terms: Vec::new(), constant: value }
    }

    /// One wire.
    pub fn wire(wire: Wire) -> Self {
        Form { terms: vec![(wire, Rational::one())], constant: Rational::zero() }
    }

    /// Adds `factor * other`.
    pub fn add_scaled(&mut self, factor: &Rational, other: &Form) {
        if factor.is_zero() {
            return;
        }
        self.constant += &(factor * &other.constant);
        for (wire, theirs) in &other.terms {
            let product = factor * theirs;
            match self.terms.binary_search_by_key(wire, |(w, _)| *w) {
                Ok(at) => {
                    self.terms[at].1 += &product;
                    if self.terms[at].1.is_zero() {
                        self.terms.remove(at);
                    }
                }
                Err(at) => self.terms.insert(at, (*wire, product)),
            }
        }
    }

    /// `self + factor * other`.
    pub fn plus(&self, factor: &Rational, other: &Form) -> Self {
        let mut sum = self.clone();
        sum.add_scaled(factor, other);
        sum
    }

    /// `factor * self`.
    pub fn scaled(&self, factor: &Rational) -> Self {
        let mut form = Form::default();
        form.add_scaled(factor, self);
        form
    }

    /// `self - other`.
    pub fn minus(&self, other: &Form) -> Self {
        self.plus(&Rational::from(-1), other)
    }

    /// The form with forms put in for its ReLUs.
    pub fn with_relus(&self, relus: &[Form]) -> Form {
        self.with_wires(&[], relus)
    }

    /// The form with forms put in for its first inputs and for its ReLUs; further inputs stay.
    pub fn with_wires(&self, inputs: &[Form], relus: &[Form]) -> Form {
        let mut result = Form::constant(self.constant.clone());
        for (wire, factor) in &self.terms {
            match wire {
                Wire::Input(i) if *i >= inputs.len() => result.add_scaled(factor, &Form::wire(*wire)),
                Wire::Input(i) => result.add_scaled(factor, &inputs[*i]),
                Wire::Relu(k) => result.add_scaled(factor, &relus[*k]),
            }
        }
        result
    }

    /// The affine map of the inputs, given that of each ReLU so far.
    pub fn to_affine(&self, n_inputs: usize, relus: &[Affine]) -> Affine {
        let mut map = Affine::constant(n_inputs, self.constant.clone());
        for (wire, factor) in &self.terms {
            match wire {
                Wire::Input(i) => map.coefficients[*i] += factor,
                Wire::Relu(k) => map.add_scaled(factor, &relus[*k]),
            }
        }
        map
    }

    /// The value, given the inputs and the ReLUs so far.
    pub fn evaluate(&self, inputs: &[Rational], relus: &[Rational]) -> Rational {
        self.terms.iter().fold(self.constant.clone(), |sum, (wire, factor)| match wire {
            Wire::Input(i) => sum + factor * &inputs[*i],
            Wire::Relu(k) => sum + factor * &relus[*k],
        })
    }

    /// The ReLUs it is made of.
    pub fn relu_wires(&self) -> impl Iterator<Item = usize> + '_ {
        self.terms.iter().filter_map(|(wire, _)| match wire {
            Wire::Relu(k) => Some(*k),
            Wire::Input(_) => None,
        })
    }
}

impl ReluGraph {
    /// The outputs at a point.
    pub fn evaluate(&self, inputs: &[Rational]) -> Vec<Rational> {
        let mut relus: Vec<Rational> = Vec::with_capacity(self.relus.len());
        for form in &self.relus {
            let value = form.evaluate(inputs, &relus);
            relus.push(if value.is_positive() { value } else { Rational::zero() });
        }
        self.outputs.iter().map(|form| form.evaluate(inputs, &relus)).collect()
    }

    /// The number of multiplications that an evaluation takes.
    pub fn n_terms(&self) -> usize {
        self.relus.iter().chain(&self.outputs).map(|form| form.terms.len()).sum()
    }

    /// For each ReLU its layer: 1 when it depends on inputs alone.
    pub fn layers(&self) -> Vec<usize> {
        let mut layers: Vec<usize> = Vec::with_capacity(self.relus.len());
        for form in &self.relus {
            let below = form.relu_wires().map(|k| layers[k]).max().unwrap_or(0);
            layers.push(below + 1);
        }
        layers
    }

    /// The affine map of each output just beside a point of a hyperplane.
    ///
    /// `None` when a ReLU's argument vanishes at the point but not along the hyperplane: then the
    /// outputs may have several affine maps on that side, however close.
    pub fn beside(&self, point: &[Rational], normal: &[Rational], side: Side) -> Option<Vec<Affine>> {
        let mut relus: Vec<Affine> = Vec::with_capacity(self.relus.len());
        for form in &self.relus {
            let map = form.to_affine(self.n_inputs, &relus);
            let value = map.at(point);
            let on = match value.signum() {
                0 if map.is_constant() => false,
                0 => (multiple_of(&map.coefficients, normal)? > 0) == (side == Side::Above),
                sign => sign > 0,
            };
            relus.push(if on { map } else { Affine::constant(self.n_inputs, Rational::zero()) });
        }
        Some(self.outputs.iter().map(|form| form.to_affine(self.n_inputs, &relus)).collect())
    }

    /// Are the outputs affine around every point strictly between two, or around a point given twice?
    ///
    /// It says no where a ReLU's argument vanishes, even if no output bends there.
    pub fn is_affine_between(&self, a: &[Rational], b: &[Rational]) -> bool {
        let mut relus: Vec<Affine> = Vec::with_capacity(self.relus.len());
        for form in &self.relus {
            let map = form.to_affine(self.n_inputs, &relus);
            let signs = (map.at(a).signum(), map.at(b).signum());
            if signs.0 * signs.1 < 0 || (signs == (0, 0) && !map.is_zero()) {
                return false;
            }
            relus.push(if signs.0 + signs.1 > 0 { map } else { Affine::constant(self.n_inputs, Rational::zero()) });
        }
        true
    }

    /// What `f(tx) / t` tends to for large t: the graph without its constants.
    pub fn far_out(&self) -> ReluGraph {
        let mut far = self.clone();
        far.relus.iter_mut().chain(&mut far.outputs).for_each(|form| form.constant = Rational::zero());
        far
    }
}

/// The sign of `s` when `vector = s * normal`; `None` when there is no such `s`.
fn multiple_of(vector: &[Rational], normal: &[Rational]) -> Option<i32> {
    let lead = normal.iter().position(|c| !c.is_zero())?;
    let factor = &vector[lead] / &normal[lead];
    let equal = vector.iter().zip(normal).all(|(v, n)| *v == &factor * n);
    (equal && !factor.is_zero()).then(|| factor.signum())
}

/// Which ReLUs of a graph are one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum Merge {
    /// Those whose arguments are multiples of each other, whatever the sign of the factor, by
    /// `relu(-z) = relu(z) - z`: one a hyperplane. Deep graphs become dense by it.
    #[default]
    Hyperplanes,
    /// Those whose arguments are positive multiples of each other: copies of a neuron.
    Copies,
    /// None.
    Nothing,
}

/// Builds a [`ReluGraph`]; ReLUs with the same kink are built once, unless told otherwise.
#[derive(Debug)]
pub struct GraphBuilder {
    n_inputs: usize,
    merge: Merge,
    relus: Vec<Form>,
    known: HashMap<Form, usize>,
}

impl GraphBuilder {
    /// An empty graph.
    pub fn new(n_inputs: usize) -> Self {
        GraphBuilder::with_merge(n_inputs, Merge::default())
    }

    /// An empty graph whose ReLUs will be merged in this way.
    pub fn with_merge(n_inputs: usize, merge: Merge) -> Self {
        GraphBuilder { n_inputs, merge, relus: Vec::new(), known: HashMap::new() }
    }

    /// The number of ReLUs built so far.
    pub fn n_relus(&self) -> usize {
        self.relus.len()
    }

    /// `relu(form)`. Where ReLUs are merged, their arguments are stored in a normal form, by
    /// `relu(s z) = s relu(z)` for `s > 0` and, where hyperplanes are merged, `relu(-z) = relu(z) - z`.
    pub fn relu(&mut self, form: Form) -> Form {
        let Some((_, lead)) = form.terms.first() else {
            let on = form.constant.is_positive();
            return if on { form } else { Form::default() };
        };
        let next = self.relus.len();
        if self.merge == Merge::Nothing {
            self.relus.push(form);
            return Form::wire(Wire::Relu(next));
        }
        // Copies are brought to whole numbers without a common factor, which stay short from layer to
        // layer; a hyperplane to the leading factor 1.
        let negative = lead.is_negative() && self.merge == Merge::Hyperplanes;
        let scale = match self.merge {
            Merge::Hyperplanes => lead.abs().recip().unwrap_or_else(Rational::one),
            _ => Rational::primitive_scale(form.terms.iter().map(|(_, factor)| factor).chain([&form.constant])),
        };
        let size = Rational::one() / &scale;
        let normalised = form.scaled(&if negative { -&scale } else { scale });
        let index = *self.known.entry(normalised.clone()).or_insert(next);
        if index == next {
            self.relus.push(normalised);
        }
        let mut result = Form::wire(Wire::Relu(index)).scaled(&size);
        if negative {
            result.add_scaled(&Rational::one(), &form);
        }
        result
    }

    /// The argument of a ReLU built so far.
    pub fn argument(&self, relu: usize) -> Option<&Form> {
        self.relus.get(relu)
    }

    /// `max(a, b)`.
    pub fn max(&mut self, a: &Form, b: &Form) -> Form {
        let mut result = self.relu(a.minus(b));
        result.add_scaled(&Rational::one(), b);
        result
    }

    /// `min(a, b)`.
    pub fn min(&mut self, a: &Form, b: &Form) -> Form {
        let above = self.relu(a.minus(b));
        a.minus(&above)
    }

    /// The outputs of another graph, built here.
    pub fn graph(&mut self, graph: &ReluGraph) -> Vec<Form> {
        let inputs: Vec<Form> = (0..graph.n_inputs).map(|i| Form::wire(Wire::Input(i))).collect();
        self.graph_of(graph, &inputs)
    }

    /// The outputs of another graph whose inputs are these forms.
    pub fn graph_of(&mut self, graph: &ReluGraph, inputs: &[Form]) -> Vec<Form> {
        let mut relus: Vec<Form> = Vec::with_capacity(graph.relus.len());
        for form in &graph.relus {
            let relu = self.relu(form.with_wires(inputs, &relus));
            relus.push(relu);
        }
        graph.outputs.iter().map(|form| form.with_wires(inputs, &relus)).collect()
    }

    /// The graph with these outputs; ReLUs that no output needs are left out.
    pub fn finish(self, outputs: Vec<Form>) -> ReluGraph {
        let mut needed = vec![false; self.relus.len()];
        for k in outputs.iter().flat_map(Form::relu_wires) {
            needed[k] = true;
        }
        for k in (0..self.relus.len()).rev().filter(|k| needed[*k]).collect::<Vec<_>>() {
            mark(&self.relus, k, &mut needed);
        }
        let mut index = vec![0; self.relus.len()];
        let mut kept = Vec::new();
        for (k, form) in self.relus.into_iter().enumerate() {
            if needed[k] {
                index[k] = kept.len();
                kept.push(form);
            }
        }
        let renumber = |mut form: Form| {
            for (wire, _) in &mut form.terms {
                if let Wire::Relu(k) = wire {
                    *k = index[*k];
                }
            }
            form
        };
        ReluGraph {
            n_inputs: self.n_inputs,
            relus: kept.into_iter().map(renumber).collect(),
            outputs: outputs.into_iter().map(renumber).collect(),
        }
    }
}

/// Marks what a ReLU depends on.
fn mark(relus: &[Form], start: usize, needed: &mut [bool]) {
    let mut pending = vec![start];
    while let Some(k) = pending.pop() {
        for below in relus[k].relu_wires() {
            if !needed[below] {
                needed[below] = true;
                pending.push(below);
            }
        }
    }
}
