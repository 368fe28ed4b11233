//! Can a few hidden neurons in one layer have given values at given points? Decided exactly: by a network,
//! or by a proof that none has.
//!
//! With the signs of the neurons fixed, and which of them fires at which point, everything that is
//! asked of them is linear. So points are gone through like the cases of a branch and bound: where the
//! linear program of a branch has a solution, it is tried as a network; where that is wrong, a point says
//! which neuron to decide next. Points are brought in only when a network is wrong there.

use pellucid_core::{Affine, Layer, Network, PointStep, PointsProof, Rational};

use crate::exact_lp::{Maximum, Multipliers, maximize};
use crate::walk::Limits;

/// More points than this are not asked for: every branch has a program with rows for each.
const MAX_POINTS: usize = 48;
/// More neurons fire in too many ways.
const MAX_NEURONS: usize = 6;

/// What is known about networks with so many neurons.
#[derive(Clone, Debug)]
pub enum FewNeurons {
    /// There is none: here is the proof.
    Excluded(PointsProof),
    /// This one is right at all points.
    Found(Network<Rational>),
    /// A limit was reached.
    GaveUp,
}

/// Is there a network with one layer of `n_neurons` hidden neurons and one output that has these values at
/// these points? With at most two neurons that goes for networks of whatever depth; a certificate can
/// say no more. Linear programs are solved until their sizes, rows times the square of the unknowns, are
/// `max_work` together.
///
/// ```
/// use pellucid_core::Rational;
/// use pellucid_prove::{FewNeurons, few_neurons};
/// let points: Vec<Vec<Rational>> = (0..4).map(|i| vec![Rational::from(i / 2), Rational::from(i % 2)]).collect();
/// let xor = [0, 1, 1, 0].map(Rational::from);
/// assert!(matches!(few_neurons(&points, &xor, 1, 100_000, Default::default()), FewNeurons::Excluded(_)));
/// assert!(matches!(few_neurons(&points, &xor, 2, 100_000, Default::default()), FewNeurons::Found(_)));
/// ```
pub fn few_neurons(
    points: &[Vec<Rational>],
    values: &[Rational],
    n_neurons: usize,
    max_work: usize,
    limits: Limits<'_>,
) -> FewNeurons {
    if points.is_empty() || n_neurons > MAX_NEURONS {
        return FewNeurons::GaveUp;
    }
    let mut search = Search {
        points,
        values,
        chosen: Vec::new(),
        n_neurons,
        n_positive: 0,
        steps: Vec::new(),
        work_left: max_work,
        limits,
    };
    let mut trees = Vec::new();
    for n_positive in 0..=n_neurons {
        search.n_positive = n_positive;
        let mut branch = vec![vec![None; n_neurons]; search.chosen.len()];
        match search.node(&mut branch) {
            End::Excluded => trees.push(std::mem::take(&mut search.steps)),
            End::Found(network) => return FewNeurons::Found(network),
            End::GaveUp => return FewNeurons::GaveUp,
        }
    }
    let points = search.chosen.iter().map(|i| points[*i].clone()).collect();
    FewNeurons::Excluded(PointsProof { output: 0, points, trees })
}

enum End {
    Excluded,
    Found(Network<Rational>),
    GaveUp,
}

struct Search<'a> {
    points: &'a [Vec<Rational>],
    values: &'a [Rational],
    /// The points in the proof, in the order in which they came.
    chosen: Vec<usize>,
    n_neurons: usize,
    n_positive: usize,
    steps: Vec<PointStep>,
    work_left: usize,
    limits: Limits<'a>,
}

impl Search<'_> {
    /// Goes through a branch: for each chosen point and neuron whether it fires, if that is decided.
    fn node(&mut self, branch: &mut Vec<Vec<Option<bool>>>) -> End {
        loop {
            let rows = self.rows(branch);
            let work = rows.len() * (self.n_unknowns() + 1).pow(2);
            if self.work_left < work || self.limits.stopped() {
                return End::GaveUp;
            }
            self.work_left -= work;
            let solution = match self.solve(&rows) {
                Ok(solution) => solution,
                Err(multipliers) => {
                    self.steps.push(PointStep::Never(multipliers));
                    return End::Excluded;
                }
            };
            let off_by = |i: usize| (self.value(&solution, &self.points[i]) - &self.values[i]).abs();
            let worst = |indices: &mut dyn Iterator<Item = (usize, usize)>| {
                let wrong = indices.map(|(place, i)| (off_by(i), place)).filter(|(by, _)| !by.is_zero());
                wrong.max_by(|a, b| a.0.cmp(&b.0)).map(|(_, place)| place)
            };
            if let Some(point) = worst(&mut self.chosen.iter().copied().enumerate()) {
                let Some(neuron) = (0..self.n_neurons).find(|k| branch[point][*k].is_none()) else {
                    return End::GaveUp;
                };
                self.steps.push(PointStep::Split { neuron, point });
                for on in [true, false] {
                    branch[point][neuron] = Some(on);
                    match self.node(branch) {
                        End::Excluded => {}
                        other => return other,
                    }
                }
                branch[point][neuron] = None;
                return End::Excluded;
            }
            let Some(wrong) = worst(&mut (0..self.points.len()).map(|i| (i, i))) else {
                return self.network(&solution).map_or(End::GaveUp, End::Found);
            };
            if self.chosen.len() == MAX_POINTS {
                return End::GaveUp;
            }
            self.chosen.push(wrong);
            branch.push(vec![None; self.n_neurons]);
        }
    }

    /// Unknowns that keep the rows at 0 or more, or rows that add up to less than 0.
    fn solve(&self, rows: &[Affine]) -> Result<Vec<Rational>, Multipliers> {
        let n = self.n_unknowns();
        // All rows at least t, which is at most 0.
        let lift = |map: &Affine, slack: i64| {
            let coefficients = map.coefficients.iter().cloned().chain([Rational::from(slack)]).collect();
            Affine { coefficients, constant: map.constant.clone() }
        };
        let zero = Affine::constant(n, Rational::zero());
        let lifted: Vec<Affine> = rows.iter().chain([&zero]).map(|row| lift(row, -1)).collect();
        match maximize(&lift(&zero, 1), &lifted) {
            Maximum::At { value, mut point, .. } if value.is_zero() => {
                point.truncate(n);
                Ok(point)
            }
            Maximum::At { mut multipliers, .. } => {
                multipliers.retain(|(i, _)| *i < rows.len());
                Err(multipliers)
            }
            Maximum::Unbounded { .. } | Maximum::Infeasible => unreachable!("t is at most 0 and may be very low"),
        }
    }

    /// The rows of a branch, each at least 0, in the order that [`PointStep::Never`] tells.
    fn rows(&self, branch: &[Vec<Option<bool>>]) -> Vec<Affine> {
        let mut rows = Vec::new();
        let signs = [1, -1].map(Rational::from);
        for (index, decided) in self.chosen.iter().zip(branch) {
            let point = &self.points[*index];
            let maps: Vec<Affine> = (0..self.n_neurons).map(|k| self.map(k, point)).collect();
            for (map, on) in maps.iter().zip(decided) {
                match on {
                    Some(true) => rows.push(map.clone()),
                    Some(false) => rows.push(map.scaled(&signs[1])),
                    None => {}
                }
            }
            let base = if self.n_neurons == 0 { self.map(0, point) } else { Affine::input(self.n_unknowns(), 0) };
            let mut rest = Affine::constant(self.n_unknowns(), self.values[*index].clone()).minus(&base);
            for (k, map) in maps.iter().enumerate().filter(|(k, _)| decided[*k] == Some(true)) {
                rest.add_scaled(&-self.sign(k), map);
            }
            let open: Vec<usize> = (0..self.n_neurons).filter(|k| decided[*k].is_none()).collect();
            for side in signs.iter().filter(|side| open.iter().all(|k| self.sign(*k) == **side)) {
                for set in 0..1usize << open.len() {
                    let mut row = rest.scaled(side);
                    for (_, k) in open.iter().enumerate().filter(|(i, _)| set >> i & 1 == 1) {
                        row.add_scaled(&signs[1], &maps[*k]);
                    }
                    rows.push(row);
                }
            }
        }
        rows
    }

    fn sign(&self, neuron: usize) -> Rational {
        Rational::from(if neuron < self.n_positive { 1 } else { -1 })
    }

    fn n_unknowns(&self) -> usize {
        let width = self.points[0].len() + 1;
        if self.n_neurons == 0 { width } else { 1 + self.n_neurons * width }
    }

    /// Where a neuron's unknowns begin.
    fn start(&self, neuron: usize) -> usize {
        usize::from(self.n_neurons > 0) + neuron * (self.points[0].len() + 1)
    }

    /// The value of a neuron's map at a point, as a map of the unknowns.
    fn map(&self, neuron: usize, point: &[Rational]) -> Affine {
        let mut map = Affine::constant(self.n_unknowns(), Rational::zero());
        let start = self.start(neuron);
        for (entry, x) in map.coefficients[start..].iter_mut().zip(point.iter().chain([&Rational::one()])) {
            *entry = x.clone();
        }
        map
    }

    /// A neuron's map.
    fn neuron(&self, solution: &[Rational], neuron: usize) -> Affine {
        let (start, n) = (self.start(neuron), self.points[0].len());
        Affine { coefficients: solution[start..start + n].to_vec(), constant: solution[start + n].clone() }
    }

    /// The network's output at a point.
    fn value(&self, solution: &[Rational], point: &[Rational]) -> Rational {
        if self.n_neurons == 0 {
            return self.neuron(solution, 0).at(point);
        }
        let fired = (0..self.n_neurons).map(|k| (k, self.neuron(solution, k).at(point)));
        fired.filter(|(_, z)| z.is_positive()).fold(solution[0].clone(), |sum, (k, z)| sum + self.sign(k) * z)
    }

    /// The network: rows are whole numbers without a common factor.
    fn network(&self, solution: &[Rational]) -> Option<Network<Rational>> {
        if self.n_neurons == 0 {
            let map = self.neuron(solution, 0);
            return Network::new(None, vec![Layer { weights: vec![map.coefficients], biases: vec![map.constant] }])
                .ok();
        }
        let mut hidden = Layer { weights: Vec::new(), biases: Vec::new() };
        let mut out = Vec::new();
        for k in 0..self.n_neurons {
            let map = self.neuron(solution, k);
            let scale = Rational::primitive_scale(map.coefficients.iter().chain([&map.constant]));
            out.push(self.sign(k) / &scale);
            let map = map.scaled(&scale);
            hidden.weights.push(map.coefficients);
            hidden.biases.push(map.constant);
        }
        let output = Layer { weights: vec![out], biases: vec![solution[0].clone()] };
        Network::new(None, vec![hidden, output]).ok()
    }
}
