//! How far two computations are apart on a domain: proved, or refuted by an input.

use pellucid_core::{
    Affine, CellStep, Certificate, Claim, Computation, Difference, Domain, Error, Proof, Rational, ReluGraph,
};

use crate::exact_lp::{Maximum, maximize};
use crate::one_layer::OneLayerForm;
use crate::walk::{Cell, Limits, Step, walk};
use crate::{finite, polyhedron};

/// What became of a claim that two computations differ by at most a bound.
#[derive(Clone, Debug)]
pub enum Verdict {
    /// It holds; the certificate proves it.
    Proved {
        /// The claim and its proof.
        certificate: Box<Certificate>,
        /// The number of linear cells looked at; 0 when the canonical forms match.
        n_cells: usize,
    },
    /// It does not: here is an input where they differ by more.
    Refuted(Counterexample),
}

/// An input with both exact outputs there.
#[derive(Clone, Debug, PartialEq)]
pub struct Counterexample {
    /// The input.
    pub input: Vec<Rational>,
    /// The left side's outputs.
    pub left: Vec<Rational>,
    /// The right side's outputs.
    pub right: Vec<Rational>,
}

impl Counterexample {
    pub(crate) fn new(left: &Computation, right: &Computation, input: Vec<Rational>) -> Self {
        Counterexample { left: left.evaluate(&input), right: right.evaluate(&input), input }
    }

    /// The largest difference of an output.
    pub fn deviation(&self) -> Rational {
        let differences = self.left.iter().zip(&self.right).map(|(a, b)| (a - b).abs());
        differences.max().unwrap_or_default()
    }
}

/// Is every difference of outputs at most `bound` on the domain? Equality is the bound 0.
///
/// ```
/// use pellucid_core::{Computation, Domain, Function, Rational};
/// use pellucid_prove::{Limits, Verdict, prove_within};
/// let f = |text| Computation::Function(Function::parse(text).unwrap());
/// let verdict = prove_within(
///     &f("max(x1, x2)"), &f("x2 + relu(x1 - x2)"), &Domain::Everywhere, &Rational::zero(), Limits::default(),
/// ).unwrap();
/// assert!(matches!(verdict, Verdict::Proved { .. }));
/// ```
///
/// # Errors
/// When the two have other numbers of inputs or outputs, or their inputs in another order, or a
/// limit is reached.
pub fn prove_within(
    left: &Computation,
    right: &Computation,
    domain: &Domain,
    bound: &Rational,
    limits: Limits<'_>,
) -> Result<Verdict, Error> {
    left.check_input_order(right)?;
    let (left_graph, right_graph) = (left.to_relu_graph(), right.to_relu_graph());
    let graph = left_graph.difference(&right_graph)?;
    if !domain.fits(graph.n_inputs) {
        return Err(Error::input(format!("the domain {domain} does not fit {} inputs", graph.n_inputs)));
    }
    match domain {
        Domain::Polyhedron { .. } => return polyhedron::within(left, right, domain, bound, limits),
        Domain::Finite { .. } => return finite::within(left, right, domain, bound, limits),
        Domain::Everywhere | Domain::Box(_) => {}
    }
    let exceeds = |point: &[Rational]| graph.evaluate(point).iter().any(|d| d.abs() > *bound);
    let refuted = |point: Vec<Rational>| Verdict::Refuted(Counterexample::new(left, right, point));
    if let Some(point) = simple_points(domain, graph.n_inputs).find(|point| exceeds(point)) {
        return Ok(refuted(point));
    }
    let proved = |difference: Difference, n_cells: usize| {
        let claim =
            Claim::Within { left: left.clone(), right: right.clone(), domain: domain.clone(), bound: bound.clone() };
        let certificate = Box::new(Certificate::new(claim, Proof::Within(difference)));
        Verdict::Proved { certificate, n_cells }
    };
    if same_canonical_form(&left_graph, &right_graph, domain) {
        return Ok(proved(Difference::CanonicalForms, 0));
    }
    match cells_within(&graph, domain, bound, limits)? {
        Walked::Within { steps, n_cells } => Ok(proved(Difference::Cells(steps), n_cells)),
        Walked::Beyond(point) => Ok(refuted(point)),
    }
}

/// Do both have one hidden layer and the same canonical form on the domain?
pub(crate) fn same_canonical_form(left: &ReluGraph, right: &ReluGraph, domain: &Domain) -> bool {
    let left = OneLayerForm::of_one_layer_graph(left, domain);
    left.is_some() && left == OneLayerForm::of_one_layer_graph(right, domain)
}

/// The end of a walk over the cells of a difference.
pub(crate) enum Walked {
    /// All cells are within the bound.
    Within { steps: Vec<CellStep>, n_cells: usize },
    /// At this point the bound is exceeded.
    Beyond(Vec<Rational>),
}

/// Proves cell by cell that every output of `graph` is within `bound` of 0.
pub(crate) fn cells_within(
    graph: &ReluGraph,
    domain: &Domain,
    bound: &Rational,
    limits: Limits<'_>,
) -> Result<Walked, Error> {
    let mut steps = Vec::new();
    let mut beyond = None;
    let n_cells = walk(graph, domain, limits, |step| {
        match step {
            Step::Split { .. } => steps.push(CellStep::Split),
            Step::Empty(multipliers) => steps.push(CellStep::Empty(multipliers)),
            Step::Cell(cell) => match cell_within(&cell, bound) {
                Ok(step) => steps.push(step),
                Err(point) => beyond = Some(point),
            },
        }
        beyond.is_none()
    })?;
    Ok(match beyond {
        Some(point) => Walked::Beyond(point),
        None => Walked::Within { steps, n_cells },
    })
}

/// The step that proves one cell, or a point of it beyond the bound.
fn cell_within(cell: &Cell<'_>, bound: &Rational) -> Result<CellStep, Vec<Rational>> {
    if cell.outputs.iter().all(|map| map.is_constant() && map.constant.abs() <= *bound) {
        return Ok(CellStep::Equal);
    }
    let mut bounds = Vec::new();
    for map in &cell.outputs {
        if map.at(cell.point).abs() > *bound {
            return Err(cell.point.to_vec());
        }
        let above = side_within(map, cell, bound)?;
        let below = side_within(&map.scaled(&Rational::from(-1)), cell, bound)?;
        bounds.push([above, below]);
    }
    Ok(CellStep::Bounded(bounds))
}

fn side_within(map: &Affine, cell: &Cell<'_>, bound: &Rational) -> Result<Vec<(usize, Rational)>, Vec<Rational>> {
    match maximize(map, cell.rows) {
        Maximum::At { value, multipliers, .. } if value <= *bound => Ok(multipliers),
        Maximum::At { point, .. } => Err(point),
        Maximum::Unbounded { ray } => {
            let slope = pellucid_core::dot(&map.coefficients, &ray);
            let far = (bound - map.at(cell.point)).abs() / slope + Rational::one();
            Err(cell.point.iter().zip(&ray).map(|(x, r)| x + r * &far).collect())
        }
        Maximum::Infeasible => unreachable!("the cell has an interior"),
    }
}

/// The largest difference on a domain.
#[derive(Clone, Debug, PartialEq)]
pub enum Largest {
    /// Its exact value, reached at this input.
    At(Rational, Vec<Rational>),
    /// It grows without bound from a point along a ray.
    Infinite {
        /// Where the ray starts.
        from: Vec<Rational>,
        /// Its direction.
        ray: Vec<Rational>,
    },
}

/// The exact largest absolute difference of outputs on a domain, and where it occurs.
///
/// # Errors
/// When the two have other numbers of inputs or outputs, or their inputs in another order, or a
/// limit is reached.
pub fn largest_difference(
    left: &Computation,
    right: &Computation,
    domain: &Domain,
    limits: Limits<'_>,
) -> Result<Largest, Error> {
    left.check_input_order(right)?;
    let graph = left.to_relu_graph().difference(&right.to_relu_graph())?;
    if !domain.fits(graph.n_inputs) {
        return Err(Error::input(format!("the domain {domain} does not fit {} inputs", graph.n_inputs)));
    }
    if let Domain::Finite { .. } = domain {
        return finite::largest(&graph, domain, limits);
    }
    let mut largest = Largest::At(Rational::zero(), polyhedron::interior_point(domain, graph.n_inputs)?);
    walk(&graph, domain, limits, |step| {
        let Step::Cell(cell) = step else { return true };
        for map in cell.outputs.iter().flat_map(|map| [map.clone(), map.scaled(&Rational::from(-1))]) {
            let Largest::At(most, _) = &largest else { return false };
            match maximize(&map, cell.rows) {
                Maximum::At { value, point, .. } if value > *most => largest = Largest::At(value, point),
                Maximum::Unbounded { ray } => largest = Largest::Infinite { from: cell.point.to_vec(), ray },
                _ => {}
            }
        }
        true
    })?;
    Ok(largest)
}

/// Points with small coordinates, tried first: they refute most false claims, and are the easiest
/// to follow.
pub(crate) fn simple_points(domain: &Domain, n_inputs: usize) -> impl Iterator<Item = Vec<Rational>> + '_ {
    const VALUES: [(i64, i64); 7] = [(0, 1), (1, 1), (-1, 1), (2, 1), (-2, 1), (1, 2), (-1, 2)];
    const AT_MOST: usize = 400;
    let mut digits = vec![0usize; n_inputs];
    std::iter::from_fn(move || {
        let point: Vec<Rational> = digits.iter().map(|d| Rational::ratio(VALUES[*d].0, VALUES[*d].1)).collect();
        for digit in digits.iter_mut() {
            *digit = (*digit + 1) % VALUES.len();
            if *digit != 0 {
                break;
            }
        }
        Some(point)
    })
    .take(AT_MOST.min(VALUES.len().saturating_pow(u32::try_from(n_inputs).unwrap_or(u32::MAX))))
    .filter(|point| domain.contains(point))
}
