//! Points and values that small networks are fitted to.

use pellucid_core::{Domain, Error, Function, Rational, SplitMix64};
use pellucid_prove::{Limits, each_point};

/// Points with the function's values there.
#[derive(Clone, Debug)]
pub struct Samples {
    /// One row a point, as floats.
    pub inputs: Vec<Vec<f64>>,
    /// The outputs there.
    pub wanted: Vec<Vec<f64>>,
    /// Points for exact equations.
    pub exact: Vec<Vec<Rational>>,
    /// Do networks have biases?
    pub bias: bool,
}

/// Points on boxes.
const POINTS: usize = 300;
/// Points of a finite domain at most; beyond, every so many-th.
const MOST_POINTS: usize = 1024;
/// Exact points lie on a grid of so many steps a side.
const GRID: u64 = 12;
/// A box for functions on all of R^n.
const SIDE: i64 = 3;

impl Samples {
    /// Points of a domain, the same for every search. On all of R^n a function with `f(t x) = t f(x)` is fitted
    /// without biases, so that what is found holds far out as well.
    ///
    /// # Errors
    /// When the domain has no point or a limit is reached.
    pub fn of(function: &Function, domain: &Domain, limits: Limits<'_>) -> Result<Self, Error> {
        let n_inputs = function.n_inputs();
        let exact = match domain {
            Domain::Finite { values, .. } => {
                let mut all = Vec::new();
                each_point(&function.to_relu_graph(), domain, limits, |indices, _| {
                    let point = indices.iter().zip(values).map(|(at, values)| values[*at].clone());
                    all.push(point.collect::<Vec<Rational>>());
                })?;
                let step = all.len().div_ceil(MOST_POINTS).max(1);
                all.into_iter().step_by(step).collect()
            }
            _ => grid_points(domain, n_inputs),
        };
        let inputs: Vec<Vec<f64>> = match domain {
            Domain::Finite { .. } => exact.iter().map(|point| point.iter().map(Rational::to_f64).collect()).collect(),
            _ => float_points(domain, n_inputs),
        };
        let wanted: Vec<Vec<f64>> = inputs.iter().map(|x| function.evaluate(x)).collect();
        let bias = !matches!(domain, Domain::Everywhere) || !is_homogeneous(function, &inputs);
        Ok(Samples { inputs, wanted, exact, bias })
    }

    /// The number of inputs.
    pub fn n_inputs(&self) -> usize {
        self.inputs.first().map_or(0, Vec::len)
    }

    /// The number of outputs.
    pub fn n_outputs(&self) -> usize {
        self.wanted.first().map_or(0, Vec::len)
    }
}

fn is_homogeneous(function: &Function, inputs: &[Vec<f64>]) -> bool {
    inputs.iter().all(|x| {
        let twice: Vec<f64> = x.iter().map(|x| 2.0 * x).collect();
        let pairs = function.evaluate(x).into_iter().zip(function.evaluate(&twice));
        pairs.into_iter().all(|(once, twice)| (2.0 * once - twice).abs() < 1e-9)
    })
}

fn sides(domain: &Domain, n_inputs: usize) -> Vec<(Rational, Rational)> {
    match domain.hull() {
        Domain::Box(sides) => sides,
        _ => vec![(Rational::from(-SIDE), Rational::from(SIDE)); n_inputs],
    }
}

fn float_points(domain: &Domain, n_inputs: usize) -> Vec<Vec<f64>> {
    let sides = sides(domain, n_inputs);
    let mut random = SplitMix64(3);
    let mut coordinate = |(low, high): &(Rational, Rational)| {
        let share = random.below(1 << 20) as f64 / f64::from(1 << 20);
        low.to_f64() + (high.to_f64() - low.to_f64()) * share
    };
    (0..POINTS).map(|_| sides.iter().map(&mut coordinate).collect()).collect()
}

fn grid_points(domain: &Domain, n_inputs: usize) -> Vec<Vec<Rational>> {
    let sides = sides(domain, n_inputs);
    let mut random = SplitMix64(4);
    let mut coordinate = |(low, high): &(Rational, Rational)| {
        let share = Rational::from(random.below(GRID + 1) as i64) / Rational::from(GRID as i64);
        low + &((high - low) * share)
    };
    (0..POINTS / 2).map(|_| sides.iter().map(&mut coordinate).collect()).collect()
}
