//! The smallest number of hidden neurons of a one-layer network, and how it is reached.
//!
//! Each of the n kink hyperplanes needs a neuron. Turning hinge k around adds `J_k u_k^T` to the
//! affine part, so with the hinges in S turned it is `R(S) = A + sum_{k in S} J_k u_k^T`. What is left
//! must be computed by further neurons, each of which adds a matrix of rank one:
//! * a second, opposite neuron on hyperplane k: `v u_k^T`, for one neuron;
//! * one that is on in the whole domain: `v w^T`, for one neuron, if such a row w may be had;
//! * an opposite pair on any other hyperplane: `v w^T`, for two.
//!
//! Neurons on one hyperplane, whatever their number, add no more than these, so the minimum over S
//! and over the further neurons is the smallest size. Without an output bias the constant is one
//! more column of the matrices; without hidden biases the rows have no constant.

use pellucid_core::linear::{Echelon, rank};
use pellucid_core::{Affine, Biases, Domain, Error, Rational};

use crate::one_layer::OneLayerForm;
use crate::subset_sum::{MAX_WORK, Search, subset_with_sum};

/// Orientations are enumerated up to this many hinges where no faster search applies.
pub const MAX_ENUMERATED_HINGES: usize = 12;
/// Orientations times choices of cheap rows looked at at most.
const MAX_CASES: usize = 1 << 15;
/// Orientations times choices looked at where a plan is wanted quickly.
const MAX_QUICK_CASES: usize = 1 << 9;
/// Up to this many hinges all best orientations are compared, to take the plainest.
const MAX_COMPARED_HINGES: usize = 8;

/// The result of [`count`].
#[derive(Clone, Debug)]
pub struct Count {
    /// No one-layer network is smaller.
    pub at_least: usize,
    /// How to build the smallest one found.
    pub plan: Plan,
}

/// How a one-layer network is put together.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// For each hinge whether it is turned around.
    pub turned: Vec<bool>,
    /// What is left for the further neurons: one row an output, with a last column for the constant
    /// when there is no output bias.
    pub rest: Vec<Vec<Rational>>,
    /// Hinges with a second, opposite neuron.
    pub doubled: Vec<usize>,
    /// Rows of neurons that are on in the whole domain.
    pub always_on: Vec<Vec<Rational>>,
    /// Rows of opposite pairs.
    pub pairs: Vec<Vec<Rational>>,
}

impl Plan {
    /// The number of hidden neurons.
    pub fn hidden_neurons(&self) -> usize {
        self.turned.len() + self.doubled.len() + self.always_on.len() + 2 * self.pairs.len()
    }

    /// How long it is to write: the plainest of several smallest plans is built.
    fn length(&self) -> usize {
        let bits: usize = self.rest.iter().flatten().filter(|v| !v.is_zero()).map(Rational::bits).sum();
        16 * bits + self.turned.iter().filter(|turned| **turned).count()
    }
}

/// Which rows cost one neuron.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Cheap {
    /// Only those of the hinges.
    Hinges,
    /// Those of the hinges, and a constant.
    HingesAndConstant,
    /// All: a bias keeps any row positive on a box, and the output bias takes it off again.
    All,
    /// Those of the hinges, and rows with one sign on the box.
    OneSigned,
}

struct Problem<'a> {
    domain: &'a Domain,
    /// Choices of cheap rows looked at at most for one orientation.
    max_choices: usize,
    cheap: Cheap,
    /// One row a hinge, with the constant as a last column when there is no output bias.
    rows: Vec<Vec<Rational>>,
    jumps: Vec<Vec<Rational>>,
    affine: Vec<Vec<Rational>>,
    has_constant_column: bool,
}

/// The smallest one-layer network for a canonical form on a domain.
///
/// # Errors
/// When no network without these biases computes it; the message says which kink or constant is in
/// the way.
pub fn count(form: &OneLayerForm, domain: &Domain, biases: Biases) -> Result<Count, Error> {
    domain.must_be_a_box(form.n_inputs, "counting neurons")?;
    let problem = Problem::new(form, domain, biases)?;
    let n = form.hinges.len();
    let scalar = form.n_outputs() == 1 && problem.cheap != Cheap::OneSigned;
    let small = n <= MAX_COMPARED_HINGES || (!scalar && n <= MAX_ENUMERATED_HINGES);
    if small && problem.n_cases() <= MAX_CASES && problem.work() <= MAX_WORK {
        return Ok(problem.enumerate());
    }
    Ok(if scalar { problem.search() } else { problem.give_up() })
}

/// A plan that is quickly had: the best where there are few cases, else one that turning any single
/// hinge does not better. For comparing many forms, not for claims.
///
/// # Errors
/// As [`count`].
pub fn plan_quickly(form: &OneLayerForm, domain: &Domain, biases: Biases) -> Result<Plan, Error> {
    domain.must_be_a_box(form.n_inputs, "counting neurons")?;
    let problem = Problem { max_choices: MAX_QUICK_CASES, ..Problem::new(form, domain, biases)? };
    Ok(if problem.n_cases() <= MAX_QUICK_CASES { problem.enumerate().plan } else { problem.descend() })
}

impl<'a> Problem<'a> {
    fn new(form: &OneLayerForm, domain: &'a Domain, biases: Biases) -> Result<Self, Error> {
        let bounded = *domain != Domain::Everywhere;
        let cheap = match (bounded, biases.hidden, biases.output) {
            (true, true, true) => Cheap::All,
            (true, _, _) => Cheap::OneSigned,
            (false, true, false) => Cheap::HingesAndConstant,
            (false, _, _) => Cheap::Hinges,
        };
        let mut wrong = Vec::new();
        if !biases.hidden {
            for hinge in form.hinges.iter().filter(|hinge| !hinge.hyperplane.offset.is_zero()) {
                let equation = hinge.hyperplane.equation(&pellucid_core::numbered_inputs(form.n_inputs));
                wrong.push(format!("the kink at {equation} needs a hidden bias"));
            }
            for map in form.affine.iter().filter(|map| !biases.output && !map.constant.is_zero()) {
                wrong.push(format!("the constant {} needs an output bias", map.constant));
            }
        }
        if !wrong.is_empty() {
            return Err(Error::inputs(wrong));
        }
        let has_constant_column = biases.hidden && !biases.output;
        let vector = |map: &Affine| {
            let mut row = map.coefficients.clone();
            row.extend(has_constant_column.then(|| map.constant.clone()));
            row
        };
        Ok(Problem {
            domain,
            max_choices: MAX_CASES,
            cheap,
            rows: form.hinges.iter().map(|hinge| vector(&hinge.hyperplane.to_affine())).collect(),
            jumps: form.hinges.iter().map(|hinge| hinge.jump.clone()).collect(),
            affine: form.affine.iter().map(vector).collect(),
            has_constant_column,
        })
    }

    fn rest(&self, turned: &[bool]) -> Vec<Vec<Rational>> {
        let mut rest = self.affine.clone();
        for k in (0..turned.len()).filter(|k| turned[*k]) {
            for (row, jump) in rest.iter_mut().zip(&self.jumps[k]) {
                row.iter_mut().zip(&self.rows[k]).for_each(|(r, u)| *r += &(jump * u));
            }
        }
        rest
    }

    /// Every orientation.
    fn enumerate(&self) -> Count {
        let n = self.rows.len();
        let mut best: Option<Plan> = None;
        let mut at_least = usize::MAX;
        for choice in 0..1usize << n {
            let turned: Vec<bool> = (0..n).map(|k| choice >> k & 1 == 1).collect();
            let (plan, lower) = self.cover(turned);
            at_least = at_least.min(lower);
            let size = |plan: &Plan| (plan.hidden_neurons(), plan.length());
            if best.as_ref().is_none_or(|known| size(&plan) < size(known)) {
                best = Some(plan);
            }
        }
        let plan = best.unwrap_or_else(|| self.cover(vec![false; n]).0);
        Count { at_least, plan }
    }

    /// One output and any number of hinges: is anything left, and is it a multiple of a hinge's row?
    fn search(&self) -> Count {
        let n = self.rows.len();
        let vectors: Vec<Vec<Rational>> =
            (0..n).map(|k| self.rows[k].iter().map(|u| u * &self.jumps[k][0]).collect()).collect();
        let target: Vec<Rational> = self.affine[0].iter().map(|a| -a).collect();
        let mut certain = true;
        let mut work = MAX_WORK;
        match subset_with_sum(&vectors, &target, &mut work) {
            Search::Found(turned) => return Count { at_least: n, plan: self.cover(turned).0 },
            Search::None => {}
            Search::GaveUp => certain = false,
        }
        let mut plain = self.cover(vec![false; n]).0;
        if self.cheap == Cheap::All {
            return Count { at_least: n + usize::from(certain), plan: plain };
        }
        let mut cheap_rows: Vec<&[Rational]> = self.rows.iter().map(Vec::as_slice).collect();
        let constant = self.constant_row();
        cheap_rows.extend(constant.as_deref());
        let mut none_is_a_multiple = true;
        for row in cheap_rows {
            let modulo = Echelon::of([row]);
            let reduced: Vec<Vec<Rational>> = vectors.iter().map(|v| modulo.reduce(v)).collect();
            match subset_with_sum(&reduced, &modulo.reduce(&target), &mut work) {
                Search::Found(turned) => {
                    plain = self.cover(turned).0;
                    none_is_a_multiple = false;
                    break;
                }
                Search::None => {}
                Search::GaveUp => none_is_a_multiple = false,
            }
        }
        Count { at_least: n + usize::from(certain) + usize::from(certain && none_is_a_multiple), plan: plain }
    }

    /// Hinges turned one by one as long as it helps.
    fn descend(&self) -> Plan {
        let mut best = self.cover(vec![false; self.rows.len()]).0;
        for k in 0..self.rows.len() {
            // Nothing is left to save once every hinge is one neuron.
            if best.hidden_neurons() == self.rows.len() {
                break;
            }
            let mut turned = best.turned.clone();
            turned[k] = !turned[k];
            let plan = self.cover(turned).0;
            if plan.hidden_neurons() < best.hidden_neurons() {
                best = plan;
            }
        }
        best
    }

    /// Orientations times choices of cheap rows.
    fn n_cases(&self) -> usize {
        let r = self.affine.len().min(self.affine[0].len());
        let choices = if self.cheap == Cheap::All { 1 } else { n_choices(self.rows.len() + 1, 2 * r) };
        choices.saturating_mul(1 << self.rows.len())
    }

    /// Numbers touched when all cases are looked at; the checker has to do it again.
    fn work(&self) -> usize {
        let (height, width) = (self.affine.len(), self.affine[0].len());
        self.n_cases().saturating_mul(height * width * height.min(width))
    }

    /// Too many hinges: no orientation is turned, and the bound is what no orientation can change.
    fn give_up(&self) -> Count {
        let n = self.rows.len();
        let plan = self.cover(vec![false; n]).0;
        let constant = self.constant_row();
        let rank_modulo = |constant: Option<&[Rational]>| {
            let modulo = Echelon::of(self.rows.iter().map(Vec::as_slice).chain(constant));
            rank(&self.affine.iter().map(|row| modulo.reduce(row)).collect::<Vec<_>>())
        };
        let further = match self.cheap {
            Cheap::Hinges | Cheap::HingesAndConstant => rank_modulo(None).max(2 * rank_modulo(constant.as_deref())),
            Cheap::All | Cheap::OneSigned => rank_modulo(None),
        };
        Count { at_least: n + further, plan }
    }

    /// The row of a neuron that gives a constant, where one is of use.
    fn constant_row(&self) -> Option<Vec<Rational>> {
        (self.cheap == Cheap::HingesAndConstant).then(|| {
            let mut row = vec![Rational::zero(); self.affine[0].len()];
            row.last_mut().into_iter().for_each(|last| *last = Rational::one());
            row
        })
    }

    /// The fewest further neurons for one orientation, and a lower bound on the size with it.
    fn cover(&self, turned: Vec<bool>) -> (Plan, usize) {
        let rest = self.rest(&turned);
        let basis = row_basis(&rest);
        let mut plan = Plan { turned, rest, doubled: Vec::new(), always_on: Vec::new(), pairs: Vec::new() };
        let n = plan.turned.len();
        match self.cheap {
            Cheap::All => {
                plan.always_on = basis;
                let size = plan.hidden_neurons();
                (plan, size)
            }
            Cheap::Hinges | Cheap::HingesAndConstant => {
                self.cover_by_cheap_rows(&mut plan, &basis);
                let size = plan.hidden_neurons();
                (plan, size)
            }
            Cheap::OneSigned => {
                let exact = self.cover_by_one_signed_rows(&mut plan, &basis);
                let lower = if exact { plan.hidden_neurons() } else { n + basis.len() };
                (plan, lower)
            }
        }
    }

    /// Chooses cheap rows so that `their number + 2 * (rank that remains)` is smallest.
    fn cover_by_cheap_rows(&self, plan: &mut Plan, basis: &[Vec<Rational>]) {
        let constant = self.constant_row();
        let mut cheap: Vec<&[Rational]> = self.rows.iter().map(Vec::as_slice).collect();
        cheap.extend(constant.as_deref());
        let r = basis.len();
        let mut best: Vec<usize> = Vec::new();
        let mut best_cost = 2 * r;
        let affordable = n_choices(cheap.len(), 2 * r) <= self.max_choices;
        if !affordable {
            // Each cheap row that lies in the span saves one.
            let span = Echelon::of(basis.iter().map(Vec::as_slice));
            let mut chosen = Echelon::default();
            for (k, row) in cheap.iter().enumerate() {
                if chosen.rank() == r {
                    break;
                }
                if span.reduce(row).iter().all(Rational::is_zero) && chosen.insert(row) {
                    best.push(k);
                }
            }
        }
        // More than 2r - 1 cheap rows cost more than pairs do.
        for size in 1..if affordable { (2 * r).min(cheap.len() + 1) } else { 1 } {
            for chosen in combinations(cheap.len(), size) {
                let modulo = Echelon::of(chosen.iter().map(|k| cheap[*k]));
                let left: Vec<Vec<Rational>> = basis.iter().map(|row| modulo.reduce(row)).collect();
                let cost = size + 2 * rank(&left);
                if cost < best_cost {
                    (best, best_cost) = (chosen, cost);
                }
            }
        }
        let mut span = Echelon::of(best.iter().map(|k| cheap[*k]));
        plan.pairs = basis.iter().filter(|row| span.insert(row)).cloned().collect();
        for k in best {
            if k < self.rows.len() {
                plan.doubled.push(k);
            } else {
                plan.always_on.extend(constant.clone());
            }
        }
    }

    /// Rows with one sign on the box cost one neuron. Says whether the cover is certainly smallest.
    fn cover_by_one_signed_rows(&self, plan: &mut Plan, basis: &[Vec<Rational>]) -> bool {
        let map = |row: &[Rational]| {
            let (coefficients, constant) = match self.has_constant_column {
                true => (row[..row.len() - 1].to_vec(), row[row.len() - 1].clone()),
                false => (row.to_vec(), Rational::zero()),
            };
            self.domain.range(&Affine { coefficients, constant })
        };
        let one_signed = |row: &[Rational]| {
            let (low, high) = map(row);
            low.is_some_and(|v| !v.is_negative()) || high.is_some_and(|v| !v.is_positive())
        };
        let width = self.affine[0].len();
        let unit = |i: usize| (0..width).map(|j| Rational::from(i64::from(i == j))).collect::<Vec<_>>();
        let positive = (0..width).rev().map(unit).find(|row| {
            let (low, high) = map(row);
            low.is_some_and(|v| v.is_positive()) || high.is_some_and(|v| v.is_negative())
        });
        let none_one_signed = positive.is_none() && (0..width).map(unit).all(|row| !one_signed(&row));
        if none_one_signed {
            // The origin is inside the box: only the hinges' rows are cheap.
            self.cover_by_cheap_rows(plan, basis);
            return true;
        }
        let r = basis.len();
        let parallel =
            |row: &[Rational]| (0..self.rows.len()).find(|k| rank(&[row.to_vec(), self.rows[*k].clone()]) < 2);
        for row in basis {
            if one_signed(row) {
                plan.always_on.push(row.clone());
            } else if let Some(k) = parallel(row) {
                plan.doubled.push(k);
            } else {
                plan.pairs.push(row.clone());
            }
        }
        if let Some(positive) = positive
            && plan.pairs.len() > 1
        {
            // One strictly positive row added often enough gives all the others one sign.
            plan.always_on = basis.iter().map(|row| self.lifted(row, &positive)).collect();
            plan.always_on.push(positive);
            (plan.doubled, plan.pairs) = (Vec::new(), Vec::new());
        }
        let further = plan.hidden_neurons() - plan.turned.len();
        // One row that is neither one-signed nor a hinge's costs two whatever is done.
        further == r || r == 1
    }

    /// `row + m * positive`, with m so large that it has one sign on the box.
    fn lifted(&self, row: &[Rational], positive: &[Rational]) -> Vec<Rational> {
        let map = |row: &[Rational]| match self.has_constant_column {
            true => Affine { coefficients: row[..row.len() - 1].to_vec(), constant: row[row.len() - 1].clone() },
            false => Affine { coefficients: row.to_vec(), constant: Rational::zero() },
        };
        let (low, _) = self.domain.range(&map(row));
        let (floor, ceiling) = self.domain.range(&map(positive));
        let (low, floor, ceiling) = (low.unwrap_or_default(), floor.unwrap_or_default(), ceiling.unwrap_or_default());
        let factor = if !low.is_negative() {
            Rational::zero()
        } else if floor.is_positive() {
            -&low / floor
        } else {
            -&low / ceiling
        };
        row.iter().zip(positive).map(|(a, p)| a + p * &factor).collect()
    }
}

/// Primitive integer rows that span all rows of the matrix: some of its own, or those of its
/// echelon form where they have fewer entries (`x1` and `x3` rather than `x1` and `x1 - x3`).
fn row_basis(rows: &[Vec<Rational>]) -> Vec<Vec<Rational>> {
    let mut span = Echelon::default();
    let own: Vec<Vec<Rational>> = rows.iter().filter(|row| span.insert(row)).cloned().collect();
    let entries = |rows: &[Vec<Rational>]| rows.iter().flatten().filter(|c| !c.is_zero()).count();
    let basis = if entries(&span.rows) < entries(&own) { span.rows } else { own };
    basis
        .iter()
        .map(|row| {
            let scale = Rational::primitive_scale(row);
            let negative = row.iter().find(|c| !c.is_zero()).is_some_and(Rational::is_negative);
            let scale = if negative { -scale } else { scale };
            row.iter().map(|c| c * &scale).collect()
        })
        .collect()
}

/// The number of ways to choose fewer than `below` of `n`.
fn n_choices(n: usize, below: usize) -> usize {
    let mut ways = 1usize;
    let mut sum = 1usize;
    for size in 1..below.min(n + 1) {
        ways = ways.saturating_mul(n + 1 - size) / size;
        sum = sum.saturating_add(ways);
    }
    sum
}

/// All choices of `size` of `n` indices.
fn combinations(n: usize, size: usize) -> impl Iterator<Item = Vec<usize>> {
    let mut next: Option<Vec<usize>> = (size <= n).then(|| (0..size).collect());
    std::iter::from_fn(move || {
        let current = next.take()?;
        let mut following = current.clone();
        if let Some(i) = (0..size).rev().find(|i| following[*i] < n - size + i) {
            following[i] += 1;
            for j in i + 1..size {
                following[j] = following[j - 1] + 1;
            }
            next = Some(following);
        }
        Some(current)
    })
}
