//! A ReLU graph on finitely many values an input, in machine integers.
//!
//! Every value is an integer times its wire's unit, a fixed fraction; the ReLU keeps the unit. Bounds
//! on all values are worked out beforehand, so nothing can overflow, and every comparison is exact.

use pellucid_core::{Affine, Form, Rational, ReluGraph, Wire};

/// Sums of products stay below this.
const MOST: i128 = 1 << 120;

/// A form on the integers of its wires: the inputs' first, then the ReLUs'.
struct MachineForm {
    terms: Vec<(usize, i128)>,
    constant: i128,
    /// The value is this many times the integer.
    unit: Rational,
    /// The largest absolute value.
    most: i128,
}

impl MachineForm {
    fn at(&self, wires: &[i128]) -> i128 {
        self.terms.iter().fold(self.constant, |sum, (wire, factor)| sum + factor * wires[*wire])
    }
}

/// The graph, with the conditions on its inputs.
pub(crate) struct MachineGraph {
    /// The values of each input.
    values: Vec<Vec<i128>>,
    conditions: Vec<MachineForm>,
    relus: Vec<MachineForm>,
    outputs: Vec<MachineForm>,
    /// The integers at the current point.
    wires: Vec<i128>,
}

impl MachineGraph {
    /// The graph in integers; `None` when they would be too long.
    pub fn new(graph: &ReluGraph, values: &[Vec<Rational>], conditions: &[Affine]) -> Option<Self> {
        // Unit and largest absolute integer of each wire.
        let mut scales: Vec<(Rational, i128)> = Vec::new();
        let mut integers = Vec::new();
        for values in values {
            let scale = Rational::primitive_scale(values);
            let of = values.iter().map(|value| (value * &scale).to_i128()).collect::<Option<Vec<i128>>>()?;
            let most = of.iter().map(|v| v.unsigned_abs()).max().unwrap_or(0);
            scales.push((Rational::one() / scale, i128::try_from(most).ok().filter(|most| *most < MOST)?));
            integers.push(of);
        }
        let n = graph.n_inputs;
        let wire = |wire: &Wire| match wire {
            Wire::Input(i) => *i,
            Wire::Relu(k) => n + k,
        };
        let terms_of = |form: &Form| form.terms.iter().map(|(w, factor)| (wire(w), factor.clone())).collect::<Vec<_>>();
        let conditions = conditions.iter().map(|row| {
            let terms = row.coefficients.iter().cloned().enumerate().filter(|(_, c)| !c.is_zero()).collect();
            machine_form(terms, &row.constant, &scales)
        });
        let conditions = conditions.collect::<Option<Vec<_>>>()?;
        let mut relus = Vec::with_capacity(graph.relus.len());
        for form in &graph.relus {
            let relu = machine_form(terms_of(form), &form.constant, &scales)?;
            scales.push((relu.unit.clone(), relu.most));
            relus.push(relu);
        }
        let outputs = graph.outputs.iter().map(|form| machine_form(terms_of(form), &form.constant, &scales));
        let outputs = outputs.collect::<Option<Vec<_>>>()?;
        Some(MachineGraph { values: integers, conditions, outputs, wires: vec![0; n + relus.len()], relus })
    }

    /// Goes to the point with these indices of values; false when a condition does not hold there.
    pub fn go_to(&mut self, indices: &[usize]) -> bool {
        for ((wire, values), index) in self.wires.iter_mut().zip(&self.values).zip(indices) {
            *wire = values[*index];
        }
        if self.conditions.iter().any(|row| row.at(&self.wires) < 0) {
            return false;
        }
        let n = self.values.len();
        for (k, relu) in self.relus.iter().enumerate() {
            self.wires[n + k] = relu.at(&self.wires).max(0);
        }
        true
    }

    /// The absolute value of an output at the current point, in its units.
    pub fn output(&self, output: usize) -> i128 {
        self.signed_output(output).abs()
    }

    /// An output at the current point, in its units.
    pub fn signed_output(&self, output: usize) -> i128 {
        self.outputs[output].at(&self.wires)
    }

    /// The unit of an output.
    pub fn unit(&self, output: usize) -> &Rational {
        &self.outputs[output].unit
    }
}

/// A form in units of the greatest common divisor of its terms and its constant.
fn machine_form(
    terms: Vec<(usize, Rational)>,
    constant: &Rational,
    scales: &[(Rational, i128)],
) -> Option<MachineForm> {
    let steps: Vec<Rational> = terms.iter().map(|(wire, factor)| factor * &scales[*wire].0).collect();
    let scale = Rational::primitive_scale(steps.iter().chain([constant]));
    let constant = (constant * &scale).to_i128()?;
    let mut form = MachineForm { terms: Vec::new(), constant, unit: Rational::one() / &scale, most: 0 };
    form.most = i128::try_from(constant.unsigned_abs()).ok()?;
    for ((wire, _), step) in terms.iter().zip(steps) {
        let factor = (step * &scale).to_i128()?;
        let size = i128::try_from(factor.unsigned_abs()).ok()?;
        form.most = form.most.checked_add(size.checked_mul(scales[*wire].1)?)?;
        form.terms.push((*wire, factor));
    }
    (form.most < MOST).then_some(form)
}
