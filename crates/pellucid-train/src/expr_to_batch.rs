//! A function compiled to steps over whole columns, for the targets of a batch.
//!
//! Walking the tree for each sample would cost more than the training itself. The steps do what
//! `Function::evaluate::<f32>` does, in the same order, hence give the same bits.

use pellucid_core::{Expr, Function, Rational};

use fearless_simd::prelude::*;
use fearless_simd::{Level, Simd, dispatch, f32x16};

use crate::column::{Column, LANES, TILE, zeros};

/// A function as a program for a stack of columns.
#[derive(Clone, Debug)]
pub(crate) struct BatchFunction {
    /// One program an output; each leaves one column on the stack.
    outputs: Vec<Vec<Step>>,
    /// Deep enough for every program.
    stack: Vec<Column<f32>>,
}

#[derive(Clone, Debug)]
enum Step {
    /// Pushes a constant.
    Constant(f32),
    /// Pushes an input.
    Input(usize),
    /// Pushes what stands at this height: an argument of a gate.
    Argument(usize),
    /// Moves the top down to this height: the gate's value takes the place of its arguments.
    Return(usize),
    /// Pops a term and adds it to the one below.
    Add,
    /// Pops a term and keeps the smaller of it and the one below.
    Min,
    /// Pops a term and keeps the larger of it and the one below.
    Max,
    /// Multiplies the top.
    Scale(f32),
    /// `max(top, 0)`.
    Relu,
    /// The top's absolute value.
    Abs,
    /// Pops low and high and clamps the value below.
    Clamp,
    /// Pops this many and pushes the one with this rank, from 0 for the smallest.
    Ranked { rank: usize, n: usize },
    /// The first piece `(slope, offset)`, then the pieces that hold above a point.
    Pwl((f32, f32), Vec<(f32, (f32, f32))>),
}

impl BatchFunction {
    /// Compiles a function.
    pub(crate) fn new(function: &Function) -> Self {
        let mut compiler = Compiler::default();
        let outputs = function
            .outputs()
            .iter()
            .map(|output| {
                compiler.push(output);
                compiler.height = 0;
                std::mem::take(&mut compiler.steps)
            })
            .collect();
        BatchFunction { outputs, stack: vec![zeros(); compiler.max_height] }
    }

    /// The number of outputs.
    pub(crate) fn n_outputs(&self) -> usize {
        self.outputs.len()
    }

    /// The outputs' columns from the inputs' columns.
    pub(crate) fn evaluate(&mut self, inputs: &[Column<f32>], outputs: &mut [Column<f32>]) {
        dispatch!(Level::new(), simd => self.evaluate_with(simd, inputs, outputs));
    }

    /// As [`evaluate`](Self::evaluate) with these vector instructions.
    #[inline(always)]
    pub(crate) fn evaluate_with<S: Simd>(&mut self, simd: S, inputs: &[Column<f32>], outputs: &mut [Column<f32>]) {
        for (steps, output) in self.outputs.iter().zip(outputs) {
            let mut height = 0;
            for step in steps {
                height = step.run(simd, inputs, &mut self.stack, height);
            }
            copy(simd, &self.stack[0], output);
        }
    }
}

#[derive(Default)]
struct Compiler {
    steps: Vec<Step>,
    height: usize,
    max_height: usize,
    /// Where the arguments stand of the gate whose body is pushed; inputs are those then.
    arguments: Option<usize>,
}

impl Compiler {
    /// Appends the steps that push the value of a tree.
    fn push(&mut self, expr: &Expr) {
        match expr {
            Expr::Constant(value) => self.leaf(Step::Constant(value.to_f32())),
            Expr::Input(index) => {
                self.leaf(self.arguments.map_or(Step::Input(*index), |at| Step::Argument(at + index)))
            }
            Expr::Sum(terms) => self.fold(terms, Step::Add),
            Expr::Min(terms) => self.fold(terms, Step::Min),
            Expr::Max(terms) => self.fold(terms, Step::Max),
            Expr::Scale(factor, term) => self.then(term, Step::Scale(factor.to_f32())),
            Expr::Relu(term) => self.then(term, Step::Relu),
            Expr::Abs(term) => self.then(term, Step::Abs),
            Expr::Clamp(parts) => {
                parts.iter().for_each(|part| self.push(part));
                self.steps.push(Step::Clamp);
                self.height -= 2;
            }
            Expr::Ranked { rank, of } => {
                of.iter().for_each(|term| self.push(term));
                self.steps.push(Step::Ranked { rank: *rank, n: of.len() });
                self.height -= of.len() - 1;
            }
            Expr::Pwl(term, points) => self.then(term, pwl(points)),
            Expr::Gate(gate, terms) => {
                let base = self.height;
                terms.iter().for_each(|term| self.push(term));
                let outer = self.arguments.replace(base);
                self.push(&gate.body(terms.len()));
                self.arguments = outer;
                self.steps.push(Step::Return(base));
                self.height = base + 1;
            }
        }
    }

    fn leaf(&mut self, step: Step) {
        self.steps.push(step);
        self.height += 1;
        self.max_height = self.max_height.max(self.height);
    }

    fn then(&mut self, term: &Expr, step: Step) {
        self.push(term);
        self.steps.push(step);
    }

    /// The terms from left to right; 0 when there are none.
    fn fold(&mut self, terms: &[Expr], step: Step) {
        match terms {
            [] => self.leaf(Step::Constant(0.0)),
            [first, rest @ ..] => {
                self.push(first);
                for term in rest {
                    self.then(term, step.clone());
                    self.height -= 1;
                }
            }
        }
    }
}

/// The pieces between the points, slopes and offsets exact before they are rounded.
fn pwl(points: &[(Rational, Rational)]) -> Step {
    let piece = |pair: &[(Rational, Rational)]| {
        let ((x0, y0), (x1, y1)) = (&pair[0], &pair[1]);
        let slope = (y1 - y0) / (x1 - x0);
        let offset = y0 - &slope * x0;
        (slope.to_f32(), offset.to_f32())
    };
    let pieces = points.windows(2).skip(1).map(|pair| (pair[0].0.to_f32(), piece(pair)));
    Step::Pwl(piece(&points[..2]), pieces.collect())
}

impl Step {
    /// Runs on a stack of this height and returns the new height.
    #[inline(always)]
    fn run<S: Simd>(&self, simd: S, inputs: &[Column<f32>], stack: &mut [Column<f32>], height: usize) -> usize {
        let zero = f32x16::splat(simd, 0.0);
        match self {
            Step::Constant(value) => {
                stack[height] = [[*value; LANES]; TILE / LANES];
                height + 1
            }
            Step::Input(index) => {
                copy(simd, &inputs[*index], &mut stack[height]);
                height + 1
            }
            Step::Argument(at) => {
                stack[height] = stack[*at];
                height + 1
            }
            Step::Return(base) => {
                stack[*base] = stack[height - 1];
                base + 1
            }
            Step::Add => with_next(simd, stack, height, |sum, term| sum + term),
            Step::Min => with_next(simd, stack, height, |best, v| v.simd_lt(best).select(v, best)),
            Step::Max => with_next(simd, stack, height, |best, v| v.simd_gt(best).select(v, best)),
            Step::Scale(factor) => {
                let factor = f32x16::splat(simd, *factor);
                change(simd, stack, height, |v| factor * v)
            }
            Step::Relu => change(simd, stack, height, |v| v.simd_gt(zero).select(v, zero)),
            Step::Abs => change(simd, stack, height, |v| v.simd_lt(zero).select(-v, v)),
            Step::Clamp => {
                stack.swap(height - 2, height - 1);
                // Now value, high, low: low is applied first.
                let (values, bounds) = stack[..height].split_at_mut(height - 2);
                let value = &mut values[height - 3];
                combine(simd, value, &bounds[1], |v, low| v.simd_lt(low).select(low, v));
                combine(simd, value, &bounds[0], |v, high| v.simd_gt(high).select(high, v));
                height - 2
            }
            Step::Ranked { rank, n } => {
                let base = height - n;
                sort(simd, &mut stack[base..height]);
                stack[base] = stack[base + rank];
                base + 1
            }
            Step::Pwl((slope, offset), pieces) => {
                let number = |value: f32| f32x16::splat(simd, value);
                change(simd, stack, height, |x| {
                    let mut y = number(*slope) * x + number(*offset);
                    for (at, (slope, offset)) in pieces {
                        y = x.simd_gt(number(*at)).select(number(*slope) * x + number(*offset), y);
                    }
                    y
                })
            }
        }
    }
}

#[inline(always)]
fn copy<S: Simd>(simd: S, from: &Column<f32>, to: &mut Column<f32>) {
    for (from, to) in from.iter().zip(to) {
        f32x16::from_slice(simd, from).store_slice(to);
    }
}

#[inline(always)]
fn change<S: Simd>(simd: S, stack: &mut [Column<f32>], height: usize, f: impl Fn(f32x16<S>) -> f32x16<S>) -> usize {
    for lanes in &mut stack[height - 1] {
        f(f32x16::from_slice(simd, lanes)).store_slice(lanes);
    }
    height
}

#[inline(always)]
fn with_next<S: Simd>(
    simd: S,
    stack: &mut [Column<f32>],
    height: usize,
    f: impl Fn(f32x16<S>, f32x16<S>) -> f32x16<S>,
) -> usize {
    let (below, top) = stack[..height].split_at_mut(height - 1);
    combine(simd, &mut below[height - 2], &top[0], f);
    height - 1
}

#[inline(always)]
fn combine<S: Simd>(
    simd: S,
    left: &mut Column<f32>,
    right: &Column<f32>,
    f: impl Fn(f32x16<S>, f32x16<S>) -> f32x16<S>,
) {
    for (left, right) in left.iter_mut().zip(right) {
        f(f32x16::from_slice(simd, left), f32x16::from_slice(simd, right)).store_slice(left);
    }
}

/// Sorts each sample's values. Exchanging neighbours only, and only when they are out of order,
/// keeps equal values (0 and -0) in place, as the sort of `evaluate` does.
#[inline(always)]
fn sort<S: Simd>(simd: S, columns: &mut [Column<f32>]) {
    for end in (1..columns.len()).rev() {
        for i in 0..end {
            let (left, right) = columns.split_at_mut(i + 1);
            for (left, right) in left[i].iter_mut().zip(&mut right[0]) {
                let (a, b) = (f32x16::from_slice(simd, left), f32x16::from_slice(simd, right));
                let swap = b.simd_lt(a);
                swap.select(b, a).store_slice(left);
                swap.select(a, b).store_slice(right);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use pellucid_core::{Gate, numbered_inputs};
    use proptest::prelude::*;

    use super::*;
    use crate::RandomStream;

    const N_INPUTS: usize = 3;

    fn rational() -> impl Strategy<Value = Rational> {
        (-20_i64..=20, 1_i64..=9).prop_map(|(n, d)| Rational::ratio(n, d))
    }

    fn expr() -> impl Strategy<Value = Expr> {
        let leaf = prop_oneof![rational().prop_map(Expr::Constant), (0..N_INPUTS).prop_map(Expr::Input)];
        leaf.prop_recursive(5, 40, 4, |inner| {
            let some = prop::collection::vec(inner.clone(), 1..5);
            let points = prop::collection::btree_map(rational(), rational(), 2..5);
            prop_oneof![
                prop::collection::vec(inner.clone(), 2..5).prop_map(Expr::Sum),
                (rational(), inner.clone()).prop_map(|(c, e)| Expr::Scale(c, Box::new(e))),
                inner.clone().prop_map(|e| Expr::Relu(Box::new(e))),
                inner.clone().prop_map(|e| Expr::Abs(Box::new(e))),
                some.clone().prop_map(Expr::Min),
                some.clone().prop_map(Expr::Max),
                [inner.clone(), inner.clone(), inner.clone()].prop_map(|parts| Expr::Clamp(Box::new(parts))),
                (some, any::<prop::sample::Index>())
                    .prop_map(|(of, rank)| Expr::Ranked { rank: rank.index(of.len()), of }),
                prop::collection::vec(inner.clone(), 1..4).prop_map(|terms| Expr::Gate(Gate::Xor, terms)),
                [inner.clone(), inner.clone(), inner.clone()].prop_map(|parts| Expr::Gate(Gate::Mux, parts.to_vec())),
                (inner, points).prop_map(|(e, points)| Expr::Pwl(Box::new(e), points.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn every_function_gives_the_bits_of_evaluate(
            outputs in prop::collection::vec(expr(), 1..3),
            seed in any::<u64>(),
            grid in any::<bool>(),
        ) {
            let function = Function::new(numbered_inputs(N_INPUTS), outputs).unwrap();
            let mut random = RandomStream::new(seed);
            let mut inputs = [zeros(); N_INPUTS];
            for column in &mut inputs {
                random.fill_rand(column.as_flattened_mut());
                for value in column.as_flattened_mut() {
                    // On a coarse grid ties, zeros and negative zeros are common.
                    *value = if grid { (*value * 5.0).floor() * -0.5 + 1.0 } else { *value * 8.0 - 4.0 };
                    *value *= if grid { -1.0 } else { 1.0 };
                }
            }
            let mut outputs = vec![zeros(); function.n_outputs()];
            BatchFunction::new(&function).evaluate(&inputs, &mut outputs);
            for sample in 0..TILE {
                let point = inputs.map(|column| column.as_flattened()[sample]);
                for (column, expected) in outputs.iter().zip(function.evaluate::<f32>(&point)) {
                    let found = column.as_flattened()[sample];
                    prop_assert_eq!(found.to_bits(), expected.to_bits(), "{} and {} at {:?}", found, expected, point);
                }
            }
        }
    }
}
