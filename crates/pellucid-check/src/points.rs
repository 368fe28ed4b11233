//! A proof by points: a finite domain is gone through, and at each point the difference is worked out
//! anew, in machine integers where they are long enough.

use pellucid_core::{Domain, Form, MAX_STEPS, Rational, ReluGraph, Wire};

/// Checks that every output of the graph is within `bound` of 0 at every point of the domain.
pub(crate) fn all(graph: &ReluGraph, domain: &Domain, bound: &Rational) -> Result<(), String> {
    let Domain::Finite { values, rows } = domain else {
        return Err(format!("{domain} has infinitely many points"));
    };
    if domain.n_points(graph).is_none() {
        return Err(format!("checking the points one by one takes more than {MAX_STEPS} multiplications"));
    }
    let integers = Integers::new(graph, values, bound);
    let mut indices = vec![0; values.len()];
    let mut any = false;
    loop {
        let point = || -> Vec<Rational> { values.iter().zip(&indices).map(|(v, i)| v[*i].clone()).collect() };
        if rows.is_empty() || domain.contains(&point()) {
            any = true;
            let exact = || graph.evaluate(&point()).iter().all(|difference| difference.abs() <= *bound);
            if !integers.as_ref().and_then(|integers| integers.within(&indices)).unwrap_or_else(exact) {
                return Err(format!("the two sides differ at {:?}", point()));
            }
        }
        // The next point: the last input that has a further value takes it, those behind start anew.
        let Some(i) = (0..values.len()).rev().find(|i| indices[*i] + 1 < values[*i].len()) else { break };
        indices[i] += 1;
        indices[i + 1..].fill(0);
    }
    if any { Ok(()) } else { Err("the domain has no point".into()) }
}

/// The graph with each input, ReLU and output in a unit of its own, so that all numbers are integers.
struct Integers {
    values: Vec<Vec<i128>>,
    /// Of each ReLU, then of each output: its factors and its constant.
    forms: Vec<(Vec<(usize, i128)>, i128)>,
    n_relus: usize,
    /// The bound in each output's unit.
    bounds: Vec<i128>,
}

impl Integers {
    fn new(graph: &ReluGraph, values: &[Vec<Rational>], bound: &Rational) -> Option<Self> {
        // How many units each wire has in 1.
        let mut scales: Vec<Rational> = values.iter().map(Rational::primitive_scale).collect();
        let scaled = |values: &Vec<Rational>, scale: &Rational| values.iter().map(|v| (v * scale).to_i128()).collect();
        let values = values.iter().zip(&scales).map(|(v, scale)| scaled(v, scale)).collect::<Option<_>>()?;
        let (mut forms, mut bounds) = (Vec::new(), Vec::new());
        let mut add = |form: &Form, also: &Rational| {
            let wire = |wire: &Wire| match wire {
                Wire::Input(i) => *i,
                Wire::Relu(k) => graph.n_inputs + k,
            };
            let terms: Vec<_> = form.terms.iter().map(|(w, c)| (wire(w), c / &scales[wire(w)])).collect();
            let scale = Rational::primitive_scale(terms.iter().map(|(_, c)| c).chain([&form.constant, also]));
            let factors = terms.iter().map(|(w, c)| Some((*w, (c * &scale).to_i128()?))).collect::<Option<_>>()?;
            forms.push((factors, (&form.constant * &scale).to_i128()?));
            scales.push(scale);
            scales.last().cloned()
        };
        for form in &graph.relus {
            add(form, &Rational::zero())?;
        }
        for form in &graph.outputs {
            bounds.push((add(form, bound)? * bound).to_i128()?);
        }
        Some(Integers { values, forms, n_relus: graph.relus.len(), bounds })
    }

    /// Is every output within the bound at a point? `None` when a number does not fit.
    fn within(&self, indices: &[usize]) -> Option<bool> {
        let mut wires: Vec<i128> = self.values.iter().zip(indices).map(|(v, i)| v[*i]).collect();
        for (k, (factors, constant)) in self.forms.iter().enumerate() {
            let add = |sum: i128, (wire, factor): &(usize, i128)| sum.checked_add(factor.checked_mul(wires[*wire])?);
            let value = factors.iter().try_fold(*constant, add)?;
            wires.push(if k < self.n_relus { value.max(0) } else { value });
        }
        let outputs = &wires[self.values.len() + self.n_relus..];
        Some(outputs.iter().zip(&self.bounds).all(|(value, bound)| value.unsigned_abs() <= bound.unsigned_abs()))
    }
}
