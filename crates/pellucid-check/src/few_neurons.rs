//! That no network with at most two hidden neurons has a function's values at some points.
//!
//! At finitely many points such a network is `c + s_1 relu(f_1) + s_2 relu(f_2)` with signs `s` and
//! affine maps `f`, whatever its depth (`docs/smallest-deep-circuits.md`, T7). Which neuron fires at
//! which point is gone through by the proof's tree; in each branch rows that hold there add up to less
//! than 0.

use pellucid_core::{Domain, Function, PointStep, PointsProof, Rational};

use crate::{fits, refuse_if};

type Row = Vec<Rational>;

/// One way the neurons may fire: for each point and neuron on, off, or not decided.
type Branch = Vec<Vec<Option<bool>>>;

/// So many hidden neurons are shown to be needed.
pub(crate) fn fewest(function: &Function, domain: &Domain, proof: &PointsProof) -> Result<usize, String> {
    let n = function.n_inputs();
    fits(domain, n)?;
    refuse_if(proof.output >= function.n_outputs(), "there is no such output")?;
    let inside = |point: &Row| point.len() == n && domain.contains(point);
    refuse_if(!proof.points.iter().all(inside), "a point is not in the domain")?;
    let graph = function.to_relu_graph();
    let values: Row = proof.points.iter().map(|point| graph.evaluate(point).swap_remove(proof.output)).collect();
    let n_neurons = proof.trees.len().checked_sub(1).ok_or("there is no tree")?;
    refuse_if(n_neurons > 2, "deeper networks of more than two neurons are other functions")?;
    for (n_positive, tree) in proof.trees.iter().enumerate() {
        let scene = Scene { points: &proof.points, values: &values, n_neurons, n_positive };
        let mut pending: Vec<Branch> = vec![vec![vec![None; n_neurons]; values.len()]];
        for step in tree {
            let mut branch = pending.pop().ok_or("a tree goes on after its end")?;
            match step {
                PointStep::Split { neuron, point } => {
                    let place = branch.get_mut(*point).and_then(|at| at.get_mut(*neuron));
                    let place = place.filter(|place| place.is_none()).ok_or("a split is of nothing undecided")?;
                    *place = Some(false);
                    pending.push(branch.clone());
                    branch[*point][*neuron] = Some(true);
                    pending.push(branch);
                }
                PointStep::Never(factors) => contradict(&scene.rows(&branch), factors)?,
            }
        }
        refuse_if(!pending.is_empty(), "a tree ends too soon")?;
    }
    Ok(n_neurons + 1)
}

/// Do the rows, each at least 0, add up to less?
fn contradict(rows: &[Row], factors: &[(usize, Rational)]) -> Result<(), String> {
    let mut sum: Row = Vec::new();
    for (index, factor) in factors {
        let row = rows.get(*index).filter(|_| factor.is_positive()).ok_or("a factor is of no row, or not positive")?;
        sum.resize(row.len(), Rational::zero());
        sum.iter_mut().zip(row).for_each(|(sum, entry)| *sum += &(factor * entry));
    }
    let constant = sum.pop().ok_or("no rows are added up")?;
    let negative = constant.is_negative() && sum.iter().all(Rational::is_zero);
    refuse_if(!negative, "the rows of a branch do not contradict each other")
}

struct Scene<'a> {
    points: &'a [Row],
    values: &'a [Rational],
    n_neurons: usize,
    n_positive: usize,
}

impl Scene<'_> {
    /// The rows of a branch, over the unknowns and a constant; the order is that of [`PointStep`].
    fn rows(&self, branch: &Branch) -> Vec<Row> {
        let mut rows = Vec::new();
        for ((point, value), at) in self.points.iter().zip(self.values).zip(branch) {
            for (k, on) in at.iter().enumerate() {
                if let Some(on) = on {
                    rows.push(self.map(k, point, if *on { 1 } else { -1 }));
                }
            }
            // What is left for the undecided neurons: the value less c, or less the only map, and less
            // the neurons that are on.
            let mut rest = vec![Rational::zero(); self.n_unknowns() + 1];
            rest[self.n_unknowns()] = value.clone();
            if self.n_neurons == 0 {
                add(&mut rest, &self.map(0, point, -1));
            } else {
                rest[0] = Rational::from(-1);
            }
            let sign = |k: usize| if k < self.n_positive { 1 } else { -1 };
            for k in (0..self.n_neurons).filter(|k| at[*k] == Some(true)) {
                add(&mut rest, &self.map(k, point, -sign(k)));
            }
            let open: Vec<usize> = (0..self.n_neurons).filter(|k| at[*k].is_none()).collect();
            for side in [1, -1].into_iter().filter(|side| open.iter().all(|k| sign(*k) == *side)) {
                // relu(f) >= 0 and relu(f) >= f.
                for set in 0..1usize << open.len() {
                    let mut row: Row = rest.iter().map(|entry| entry * Rational::from(side)).collect();
                    for k in open.iter().enumerate().filter(|(i, _)| set >> i & 1 == 1).map(|(_, k)| *k) {
                        add(&mut row, &self.map(k, point, -1));
                    }
                    rows.push(row);
                }
            }
        }
        rows
    }

    fn n_unknowns(&self) -> usize {
        let width = self.points.first().map_or(0, Vec::len) + 1;
        if self.n_neurons == 0 { width } else { 1 + self.n_neurons * width }
    }

    /// The value of a neuron's map at a point, times a sign.
    fn map(&self, neuron: usize, point: &[Rational], sign: i32) -> Row {
        let mut row = vec![Rational::zero(); self.n_unknowns() + 1];
        let start = usize::from(self.n_neurons > 0) + neuron * (point.len() + 1);
        for (entry, x) in row[start..].iter_mut().zip(point.iter().chain([&Rational::one()])) {
            *entry = x * Rational::from(sign);
        }
        row
    }
}

fn add(row: &mut Row, other: &[Rational]) {
    row.iter_mut().zip(other).for_each(|(mine, theirs)| *mine += theirs);
}
