//! A claim about two computations as named steps that other provers' languages can say.
//!
//! Each step is what the network or the function does, in its own numbers: a neuron, a minimum, an
//! absolute value. Beside it stands what it is in terms of the ReLUs that both sides share (see
//! `GraphBuilder`), so that whoever reads the export can prove the two equal, step by step.

use std::collections::HashMap;

use pellucid_core::{
    Affine, Computation, Domain, Error, Expr, Form, GraphBuilder, Merge, Network, Rational, ReluGraph, Wire,
    selection_network, sorting_network,
};

/// What a step does with sums of inputs and earlier steps; in these a `Wire::Relu` is a step.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Operation {
    /// `max(z, 0)`.
    Relu(Form),
    /// The absolute value.
    Abs(Form),
    /// The smaller of two.
    Min(Form, Form),
    /// The larger of two.
    Max(Form, Form),
    /// `min(max(value, low), high)`.
    Clamp([Form; 3]),
    /// Straight pieces through points, the first and the last going on outside.
    Pwl(Form, Vec<(Rational, Rational)>),
}

impl Operation {
    /// What it is applied to.
    pub(crate) fn arguments(&self) -> Vec<&Form> {
        match self {
            Operation::Relu(z) | Operation::Abs(z) | Operation::Pwl(z, _) => vec![z],
            Operation::Min(a, b) | Operation::Max(a, b) => vec![a, b],
            Operation::Clamp(parts) => parts.iter().collect(),
        }
    }
}

/// A named step.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    /// `left_h1_2` for a neuron, `right_s3` for the third operation of a function.
    pub name: String,
    /// What it does.
    pub operation: Operation,
    /// What it is, in inputs and shared ReLUs.
    pub form: Form,
    /// The shared ReLUs that have to be looked into to see that.
    pub made_of: Vec<usize>,
}

/// One side of a claim.
#[derive(Clone, Debug)]
pub(crate) struct Side {
    /// The steps, in order.
    pub steps: Vec<Step>,
    /// The outputs, in inputs and steps.
    pub outputs: Vec<Form>,
    /// The outputs, in inputs and shared ReLUs.
    pub forms: Vec<Form>,
}

/// Both sides of a claim over the ReLUs that they share.
#[derive(Clone, Debug)]
pub(crate) struct Steps {
    /// The inputs' names.
    pub inputs: Vec<String>,
    /// The argument of every shared ReLU.
    pub shared: Vec<Form>,
    /// The left side.
    pub left: Side,
    /// The right side.
    pub right: Side,
    /// The graph of differences, whose ReLUs a proof by cells is about; each is the shared one in its
    /// place.
    pub difference: ReluGraph,
    /// For each ReLU of the graph of differences its place among the shared ones, where equal ones have
    /// one place; `None` for one that is constant, given what the shared ones say.
    pub place: Vec<Option<usize>>,
}

impl Steps {
    /// Both sides of a claim as steps, for a proof about ReLUs that are merged as told. The shared ones
    /// are at least copies merged, whatever the proof does.
    ///
    /// # Errors
    /// When the sides do not fit each other or the domain.
    pub(crate) fn of(left: &Computation, right: &Computation, domain: &Domain, merge: Merge) -> Result<Steps, Error> {
        left.check_input_order(right)?;
        let mut difference = left.difference(right, merge)?;
        let n = difference.n_inputs;
        if !domain.fits(n) {
            return Err(Error::input(format!("the domain {domain} does not fit {n} inputs")));
        }
        let merge = if merge == Merge::Nothing { Merge::Copies } else { merge };
        let mut writer = Writer {
            builder: GraphBuilder::with_merge(n, merge),
            merge,
            side: "",
            steps: Vec::new(),
            forms: Vec::new(),
            known: HashMap::new(),
            inputs: (0..n).map(|i| Form::wire(Wire::Input(i))).collect(),
        };
        let mut left_side = writer.side("left", left);
        let mut right_side = writer.side("right", right);
        let mut builder = writer.builder;
        let mut relus: Vec<Form> = Vec::new();
        for argument in &difference.relus {
            let argument = argument.with_relus(&relus);
            relus.push(builder.relu(argument));
        }
        // The builder drops what no output needs and numbers anew, so everything is an output.
        let sides = [&left_side, &right_side];
        let steps = || sides.into_iter().flat_map(|side| &side.steps);
        let made_of = steps().flat_map(|step| step.made_of.iter().map(|k| Form::wire(Wire::Relu(*k))));
        let forms = steps().map(|step| step.form.clone()).chain(sides.into_iter().flat_map(|side| side.forms.clone()));
        let graph = builder.finish(relus.into_iter().chain(made_of).chain(forms).collect());
        let mut renumbered = graph.outputs.into_iter();
        let mut next = || renumbered.next().unwrap_or_default();
        // Each ReLU of the difference is a multiple of a shared one.
        let in_shared: Vec<Form> = difference.relus.iter().map(|_| next()).collect();
        let place = in_shared.iter().map(|form| form.relu_wires().next()).collect();
        let size = |form: &Form| form.terms.first().map_or_else(Rational::one, |(_, factor)| factor.clone());
        in_units(&mut difference, &in_shared.iter().map(size).collect::<Vec<_>>());
        for step in left_side.steps.iter_mut().chain(&mut right_side.steps) {
            step.made_of = step.made_of.iter().filter_map(|_| next().relu_wires().next()).collect();
        }
        for step in left_side.steps.iter_mut().chain(&mut right_side.steps) {
            step.form = next();
        }
        for form in left_side.forms.iter_mut().chain(&mut right_side.forms) {
            *form = next();
        }
        let inputs = left.input_names().to_vec();
        Ok(Steps { inputs, shared: graph.relus, left: left_side, right: right_side, difference, place })
    }

    /// The difference of each output, in inputs and shared ReLUs.
    pub(crate) fn differences(&self) -> Vec<Form> {
        self.left.forms.iter().zip(&self.right.forms).map(|(left, right)| left.minus(right)).collect()
    }

    /// A form over shared ReLUs where some are affine maps: what is left of it, as a form.
    pub(crate) fn on_cell(&self, form: &Form, relus: &[Affine]) -> Form {
        let mut result = Form::constant(form.constant.clone());
        for (wire, factor) in &form.terms {
            let decided = match wire {
                Wire::Relu(k) => self.place.iter().position(|place| *place == Some(*k)).and_then(|at| relus.get(at)),
                Wire::Input(_) => None,
            };
            result.add_scaled(factor, &decided.map_or_else(|| Form::wire(*wire), affine_to_form));
        }
        result
    }
}

/// Divides every ReLU of a graph by its size, above 0; the outputs stay what they are.
fn in_units(graph: &mut ReluGraph, sizes: &[Rational]) {
    for (form, size) in graph.relus.iter_mut().zip(sizes) {
        *form = form.scaled(&(Rational::one() / size));
    }
    for (wire, factor) in graph.relus.iter_mut().chain(&mut graph.outputs).flat_map(|form| &mut form.terms) {
        if let Wire::Relu(k) = wire {
            *factor *= &sizes[*k];
        }
    }
}

/// An affine map of the inputs as a form.
pub(crate) fn affine_to_form(map: &Affine) -> Form {
    let mut form = Form::constant(map.constant.clone());
    for (i, factor) in map.coefficients.iter().enumerate() {
        form.add_scaled(factor, &Form::wire(Wire::Input(i)));
    }
    form
}

/// Writes steps down while it builds the shared ReLUs.
struct Writer {
    builder: GraphBuilder,
    merge: Merge,
    side: &'static str,
    steps: Vec<Step>,
    /// The form of every step so far.
    forms: Vec<Form>,
    known: HashMap<Operation, usize>,
    /// The inputs, or in a gate its arguments.
    inputs: Vec<Form>,
}

impl Writer {
    fn side(&mut self, side: &'static str, computation: &Computation) -> Side {
        self.side = side;
        self.known.clear();
        self.forms.clear();
        let outputs = match computation {
            Computation::Function(function) => {
                let output = |writer: &mut Self, output: &Expr| match output {
                    // One sort serves all outputs that are its ranks.
                    Expr::Ranked { rank, of } if function.sorts(of) => {
                        let values = of.iter().map(|term| writer.expr(term)).collect();
                        writer.exchanged(values, sorting_network(of.len())).swap_remove(*rank)
                    }
                    other => writer.expr(other),
                };
                function.outputs().iter().map(|tree| output(self, tree)).collect()
            }
            Computation::Network(network) => self.network(network),
        };
        let forms = outputs.iter().map(|output| output.with_relus(&self.forms)).collect();
        Side { steps: std::mem::take(&mut self.steps), outputs, forms }
    }

    fn network(&mut self, network: &Network<Rational>) -> Vec<Form> {
        let mut values: Vec<Form> = (0..network.n_inputs()).map(|i| Form::wire(Wire::Input(i))).collect();
        for (l, layer) in network.layers().iter().enumerate() {
            let mut next = Vec::with_capacity(layer.weights.len());
            for (i, (row, bias)) in layer.weights.iter().zip(&layer.biases).enumerate() {
                let mut sum = Form::constant(bias.clone());
                row.iter().zip(&values).for_each(|(weight, value)| sum.add_scaled(weight, value));
                if l + 1 < network.layers().len() {
                    let name = format!("{}_h{}_{}", self.side, l + 1, i + 1);
                    next.push(self.step(name, Operation::Relu(sum)));
                } else {
                    next.push(sum);
                }
            }
            values = next;
        }
        values
    }

    /// A step of a function; one that was taken before is not taken again.
    fn take(&mut self, operation: Operation) -> Form {
        if let Some(k) = self.known.get(&operation) {
            return Form::wire(Wire::Relu(*k));
        }
        self.known.insert(operation.clone(), self.steps.len());
        let name = format!("{}_s{}", self.side, self.steps.len() + 1);
        self.step(name, operation)
    }

    fn step(&mut self, name: String, operation: Operation) -> Form {
        let forms = std::mem::take(&mut self.forms);
        let in_shared = |form: &Form| form.with_relus(&forms);
        let one = Rational::one();
        let mut made_of = Vec::new();
        let form = match &operation {
            Operation::Relu(z) => self.relu(in_shared(z), &mut made_of),
            Operation::Abs(z) => {
                let z = in_shared(z);
                self.relu(z.clone(), &mut made_of).scaled(&2.into()).minus(&z)
            }
            Operation::Min(a, b) => {
                let (a, b) = (in_shared(a), in_shared(b));
                a.minus(&self.relu(a.minus(&b), &mut made_of))
            }
            Operation::Max(a, b) => {
                let (a, b) = (in_shared(a), in_shared(b));
                let mut larger = self.relu(a.minus(&b), &mut made_of);
                larger.add_scaled(&one, &b);
                larger
            }
            Operation::Clamp(parts) => {
                let [value, low, high] = parts.each_ref().map(in_shared);
                let mut sum = self.relu(value.minus(&low), &mut made_of);
                sum.add_scaled(&one, &low);
                sum.minus(&self.relu(value.minus(&high), &mut made_of))
            }
            Operation::Pwl(x, points) => {
                let x = in_shared(x);
                let slopes = slopes(points);
                let mut sum = x.minus(&Form::constant(points[0].0.clone())).scaled(&slopes[0]);
                sum.constant += &points[0].1;
                for (pair, (at, _)) in slopes.windows(2).zip(&points[1..]) {
                    let hinge = self.relu(x.minus(&Form::constant(at.clone())), &mut made_of);
                    sum.add_scaled(&(&pair[1] - &pair[0]), &hinge);
                }
                sum
            }
        };
        self.forms = forms;
        self.forms.push(form.clone());
        self.steps.push(Step { name, operation, form, made_of });
        Form::wire(Wire::Relu(self.steps.len() - 1))
    }

    /// `relu(z)` in shared ReLUs; the one that it is made of is added to the list.
    fn relu(&mut self, z: Form, made_of: &mut Vec<usize>) -> Form {
        if let Some((_, lead)) = z.terms.first() {
            // Where hyperplanes are merged, z with leading factor 1 is what a shared ReLU is of.
            let turned = self.merge == Merge::Hyperplanes && lead.is_negative();
            let argument = if turned { z.scaled(&(-1).into()) } else { z.clone() };
            made_of.extend(self.builder.relu(argument).relu_wires());
        }
        self.builder.relu(z)
    }

    fn expr(&mut self, tree: &Expr) -> Form {
        match tree {
            Expr::Constant(value) => Form::constant(value.clone()),
            Expr::Input(index) => self.inputs[*index].clone(),
            Expr::Sum(terms) => {
                let mut sum = Form::default();
                for term in terms {
                    sum.add_scaled(&Rational::one(), &self.expr(term));
                }
                sum
            }
            Expr::Scale(factor, term) => self.expr(term).scaled(factor),
            Expr::Relu(term) => {
                let z = self.expr(term);
                self.take(Operation::Relu(z))
            }
            Expr::Abs(term) => {
                let z = self.expr(term);
                self.take(Operation::Abs(z))
            }
            Expr::Min(terms) => self.tournament(terms, Operation::Min),
            Expr::Max(terms) => self.tournament(terms, Operation::Max),
            Expr::Clamp(parts) => {
                let [value, low, high] = parts.each_ref().map(|part| self.expr(part));
                if low.terms.is_empty() && high.terms.is_empty() && low.constant <= high.constant {
                    return self.take(Operation::Clamp([value, low, high]));
                }
                let raised = self.take(Operation::Max(value, low));
                self.take(Operation::Min(raised, high))
            }
            Expr::Ranked { rank, of } => {
                let values = of.iter().map(|term| self.expr(term)).collect();
                self.exchanged(values, selection_network(of.len(), *rank)).swap_remove(*rank)
            }
            Expr::Pwl(term, points) => {
                let x = self.expr(term);
                self.take(Operation::Pwl(x, points.clone()))
            }
            Expr::Gate(gate, terms) => {
                let arguments = terms.iter().map(|term| self.expr(term)).collect();
                let outer = std::mem::replace(&mut self.inputs, arguments);
                let value = self.expr(&gate.body(terms.len()));
                self.inputs = outer;
                value
            }
        }
    }

    /// Winners of pairs play on, as in the function's own ReLU graph, so that the ReLUs are the same.
    fn tournament(&mut self, terms: &[Expr], play: fn(Form, Form) -> Operation) -> Form {
        let mut round: Vec<Form> = terms.iter().map(|term| self.expr(term)).collect();
        while round.len() > 1 {
            let mut winners = Vec::with_capacity(round.len().div_ceil(2));
            for pair in round.chunks(2) {
                winners.push(match pair {
                    [a, b] => self.take(play(a.clone(), b.clone())),
                    _ => pair[0].clone(),
                });
            }
            round = winners;
        }
        round.swap_remove(0)
    }

    /// Exchanges pairs, lower first.
    fn exchanged(&mut self, mut values: Vec<Form>, pairs: Vec<(usize, usize)>) -> Vec<Form> {
        for (low, high) in pairs {
            let (a, b) = (values[low].clone(), values[high].clone());
            values[low] = self.take(Operation::Min(a.clone(), b.clone()));
            values[high] = self.take(Operation::Max(a, b));
        }
        values
    }
}

/// The slopes of the pieces between points.
pub(crate) fn slopes(points: &[(Rational, Rational)]) -> Vec<Rational> {
    points.windows(2).map(|p| (&p[1].1 - &p[0].1) / (&p[1].0 - &p[0].0)).collect()
}
