//! Small expressions of whole numbers, by growing all of them up to some size.
//!
//! As with gates of bits, expressions are made of smaller ones in the order of their size, and of those with
//! the same values at all points the first is kept.

use std::collections::HashMap;

use pellucid_core::{Expr, Gate, Rational};

use super::effort::Effort;
use super::problem::Problem;

/// Points at which expressions are told apart; what is found is looked at on all of them.
const MAX_POINTS: usize = 128;
/// Combinations of two expressions that may be looked at.
const MAX_COMBINATIONS: usize = 150_000;
/// Numbers that are kept, all expressions together.
const MAX_NUMBERS: usize = 4_000_000;
/// Larger values are not followed.
const MOST: i64 = 1 << 20;
/// Moduli that are tried.
const MODULI: std::ops::RangeInclusive<i64> = 2..=12;
/// Larger expressions are out of reach.
const MAX_SIZE: usize = 12;

/// How an expression was made of the ones with these numbers.
#[derive(Clone, Copy)]
enum Made {
    Input(usize),
    Constant(i64),
    Abs(usize),
    Relu(usize),
    Times(i64, usize),
    Mod(i64, usize),
    Two(Two, usize, usize),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Two {
    Sum,
    Difference,
    Min,
    Max,
    Equal,
    Less,
    LessEqual,
}

/// Operations of two, with the nodes that they add, and whether the order of their arguments matters.
const TWO: [(Two, usize, bool); 7] = [
    (Two::Sum, 1, false),
    (Two::Difference, 2, true),
    (Two::Min, 1, false),
    (Two::Max, 1, false),
    (Two::Equal, 1, false),
    (Two::Less, 1, true),
    (Two::LessEqual, 1, true),
];

impl Two {
    fn of(self, a: i64, b: i64) -> i64 {
        match self {
            Two::Sum => a + b,
            Two::Difference => a - b,
            Two::Min => a.min(b),
            Two::Max => a.max(b),
            Two::Equal => i64::from(a == b),
            Two::Less => i64::from(a < b),
            Two::LessEqual => i64::from(a <= b),
        }
    }
}

/// A smallest expression of a kind that is grown, if one is found within the budget.
pub(crate) fn grown(problem: &Problem, effort: &mut Effort<'_>) -> Option<Expr> {
    // Values that are fractions are whole numbers over a common denominator.
    let one = Rational::one();
    let scale = Rational::primitive_scale(problem.values.iter().chain([&one]));
    let step = problem.points.len().div_ceil(MAX_POINTS);
    let few: Vec<usize> = (0..problem.points.len()).filter(|k| k % step == (k / step) % step).collect();
    let whole = |k: &usize| {
        let value = (&problem.values[*k] * &scale).to_i128()?;
        i64::try_from(value).ok().filter(|value| value.abs() < MOST)
    };
    let target: Vec<i64> = few.iter().map(whole).collect::<Option<_>>()?;
    let budget = effort.take(MAX_COMBINATIONS);
    let mut growing =
        Growing { known: HashMap::new(), values: Vec::new(), made: Vec::new(), sizes: vec![Vec::new()], left: budget };
    let column = |i: usize| few.iter().map(|k| problem.points[*k][i]).collect::<Vec<i64>>();
    let inputs: Vec<Vec<i64>> = (0..problem.n()).map(column).collect();
    let found = growing.grow(&inputs, &target);
    effort.give_back(growing.left);
    let expr = growing.written(found?, problem);
    Some(Expr::scale(Rational::one() / scale, expr))
}

struct Growing {
    known: HashMap<Vec<i64>, usize>,
    values: Vec<Vec<i64>>,
    made: Vec<Made>,
    /// The numbers of the expressions of each size.
    sizes: Vec<Vec<usize>>,
    left: usize,
}

impl Growing {
    fn grow(&mut self, inputs: &[Vec<i64>], target: &[i64]) -> Option<usize> {
        let n_points = target.len();
        for size in 1..=MAX_SIZE {
            self.sizes.push(Vec::new());
            if size == 1 {
                for (i, values) in inputs.iter().enumerate() {
                    self.keep(size, values.clone(), Made::Input(i));
                }
                let mut constants = vec![1, 2, 3];
                constants.extend(target.iter().min().into_iter().chain(target.iter().max()));
                constants.extend(inputs.iter().filter_map(|values| values.iter().max()));
                for constant in constants {
                    self.keep(size, vec![constant; n_points], Made::Constant(constant));
                }
            }
            self.of_one(size);
            self.of_two(size);
            if let Some(found) = self.known.get(target) {
                return Some(*found);
            }
            if self.left == 0 {
                return None;
            }
        }
        None
    }

    fn keep(&mut self, size: usize, values: Vec<i64>, made: Made) {
        if values.iter().any(|value| value.abs() >= MOST) || self.known.contains_key(&values) {
            return;
        }
        if self.values.len() * values.len() > MAX_NUMBERS {
            self.left = 0;
            return;
        }
        let number = self.values.len();
        self.known.insert(values.clone(), number);
        self.values.push(values);
        self.made.push(made);
        self.sizes[size].push(number);
    }

    fn of_one(&mut self, size: usize) {
        for of in size.checked_sub(1).map_or(Vec::new(), |inner| self.sizes[inner].clone()) {
            let map = |f: &dyn Fn(i64) -> i64| self.values[of].iter().map(|value| f(*value)).collect::<Vec<i64>>();
            let mut made =
                vec![(map(&|value| value.abs()), Made::Abs(of)), (map(&|value| value.max(0)), Made::Relu(of))];
            made.extend([2, 3].map(|factor| (map(&|value| factor * value), Made::Times(factor, of))));
            made.into_iter().for_each(|(values, made)| self.keep(size, values, made));
        }
        for of in size.checked_sub(2).map_or(Vec::new(), |inner| self.sizes[inner].clone()) {
            let high = self.values[of].iter().max().copied().unwrap_or(0);
            if self.values[of].iter().any(|value| *value < 0) || high > 1_000 {
                continue;
            }
            for modulus in MODULI.filter(|modulus| *modulus <= high) {
                let values = self.values[of].iter().map(|value| value % modulus).collect();
                self.keep(size, values, Made::Mod(modulus, of));
            }
        }
    }

    fn of_two(&mut self, size: usize) {
        for (two, nodes, ordered) in TWO {
            let Some(inner) = size.checked_sub(nodes) else { continue };
            for left in 1..inner {
                let right = inner - left;
                if !ordered && left > right {
                    continue;
                }
                let (lefts, rights) = (self.sizes[left].clone(), self.sizes[right].clone());
                for a in &lefts {
                    if self.left < rights.len() {
                        self.left = 0;
                        return;
                    }
                    self.left -= rights.len();
                    for b in &rights {
                        let pairs = self.values[*a].iter().zip(&self.values[*b]);
                        let values = pairs.map(|(a, b)| two.of(*a, *b)).collect();
                        self.keep(size, values, Made::Two(two, *a, *b));
                    }
                }
            }
        }
    }

    fn written(&self, number: usize, problem: &Problem) -> Expr {
        let of = |number: &usize| self.written(*number, problem);
        match &self.made[number] {
            Made::Input(i) => problem.coordinates[*i].clone(),
            Made::Constant(value) => Expr::Constant(Rational::from(*value)),
            Made::Abs(a) => Expr::Abs(Box::new(of(a))),
            Made::Relu(a) => Expr::Relu(Box::new(of(a))),
            Made::Times(factor, a) => Expr::scale(Rational::from(*factor), of(a)),
            Made::Mod(modulus, a) => {
                let top = self.values[*a].iter().max().copied().unwrap_or(0);
                // Points that are not looked at here may have larger values: the caller looks at all.
                let (modulus, top) = (*modulus as u32, (2 * top).max(1) as u32);
                Expr::Gate(Gate::Mod { modulus, top }, vec![of(a)])
            }
            Made::Two(two, a, b) => {
                let (a, b) = (of(a), of(b));
                let flat = |terms: [Expr; 2], min: bool| {
                    let inner = |term: Expr| match term {
                        Expr::Min(inner) if min => inner,
                        Expr::Max(inner) if !min => inner,
                        other => vec![other],
                    };
                    terms.into_iter().flat_map(inner).collect::<Vec<Expr>>()
                };
                match two {
                    Two::Sum => Expr::sum([a, b]),
                    Two::Difference => Expr::subtract(a, b),
                    Two::Min => Expr::Min(flat([a, b], true)),
                    Two::Max => Expr::Max(flat([a, b], false)),
                    Two::Equal => Expr::Gate(Gate::Equal, vec![a, b]),
                    Two::Less => Expr::Gate(Gate::Less, vec![a, b]),
                    Two::LessEqual => Expr::Gate(Gate::LessEqual, vec![a, b]),
                }
            }
        }
    }
}
