//! How far two computations are apart on a domain: proved, or refuted by an input.

use std::collections::HashSet;

use pellucid_core::{
    CellStep, Certificate, Claim, Computation, Difference, Domain, Error, Form, IntegerGraph, IntegerRow, Merge, Proof,
    Rational, ReluGraph,
};

use crate::one_layer::OneLayerForm;
use crate::walk::{Cell, Limits, Step, walk_integers};
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
    prove_within_by(left, right, domain, bound, limits, Means::default())
}

/// What a proof may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Means {
    /// May ReLUs of both sides be merged, and canonical forms be compared? Otherwise all neurons stand
    /// side by side, and the linear cells decide.
    pub canonical: bool,
}

impl Default for Means {
    fn default() -> Self {
        Means { canonical: true }
    }
}

/// Where a proof by cells goes while it is made.
pub trait ProofSink {
    /// The claim, with the kind of its proof, whose steps will follow.
    fn begin(&mut self, certificate: &Certificate);
    /// The next step. False ends the proof.
    fn step(&mut self, step: CellStep) -> bool;
}

/// Keeps the steps in memory.
impl ProofSink for Vec<CellStep> {
    fn begin(&mut self, _: &Certificate) {}

    fn step(&mut self, step: CellStep) -> bool {
        self.push(step);
        true
    }
}

/// As [`prove_within`], by given means.
///
/// # Errors
/// As [`prove_within`].
pub fn prove_within_by(
    left: &Computation,
    right: &Computation,
    domain: &Domain,
    bound: &Rational,
    limits: Limits<'_>,
    means: Means,
) -> Result<Verdict, Error> {
    let mut kept = Vec::new();
    let mut verdict = prove_within_to(left, right, domain, bound, limits, means, &mut kept)?;
    if let Verdict::Proved { certificate, .. } = &mut verdict
        && let Proof::Within(Difference::Cells { steps, .. }) = &mut certificate.proof
    {
        *steps = kept;
    }
    Ok(verdict)
}

/// As [`prove_within_by`], but the steps of a proof by cells go to the sink and are not in the
/// certificate, so that a long proof takes no memory.
///
/// # Errors
/// As [`prove_within`].
pub fn prove_within_to(
    left: &Computation,
    right: &Computation,
    domain: &Domain,
    bound: &Rational,
    limits: Limits<'_>,
    means: Means,
    sink: &mut dyn ProofSink,
) -> Result<Verdict, Error> {
    prove_or_refute(left, right, domain, bound, limits, (means, true), sink)
}

/// As [`prove_within_to`] for a bound that is known to hold, such as the exact largest difference: no time goes
/// into looking for a point where it does not. A bound that is wrong is refuted on the cells all the same.
///
/// ```
/// use pellucid_core::{CellStep, Computation, Domain, Function, Rational};
/// use pellucid_prove::{Limits, Verdict, prove_known_bound_to};
/// let f = |text| Computation::Function(Function::parse(text).unwrap());
/// let (left, right, box_) = (f("abs(x1)"), f("0*x1"), Domain::unit_box(1));
/// let mut steps: Vec<CellStep> = Vec::new();
/// let mut within = |bound: &Rational| {
///     prove_known_bound_to(&left, &right, &box_, bound, Limits::default(), &mut steps).unwrap()
/// };
/// assert!(matches!(within(&Rational::one()), Verdict::Proved { n_cells: 2, .. }));
/// assert!(matches!(within(&Rational::ratio(1, 2)), Verdict::Refuted(_)));
/// ```
///
/// # Errors
/// As [`prove_within`].
pub fn prove_known_bound_to(
    left: &Computation,
    right: &Computation,
    domain: &Domain,
    bound: &Rational,
    limits: Limits<'_>,
    sink: &mut dyn ProofSink,
) -> Result<Verdict, Error> {
    prove_or_refute(left, right, domain, bound, limits, (Means::default(), false), sink)
}

/// Proves or refutes a bound; `in_doubt` asks for simple points to be tried first.
fn prove_or_refute(
    left: &Computation,
    right: &Computation,
    domain: &Domain,
    bound: &Rational,
    limits: Limits<'_>,
    (means, in_doubt): (Means, bool),
    sink: &mut dyn ProofSink,
) -> Result<Verdict, Error> {
    left.check_input_order(right)?;
    let n_inputs = left.n_inputs();
    let (merge, graph) = difference_graph(left, right, means)?;
    if !domain.fits(n_inputs) {
        return Err(Error::input(format!("the domain {domain} does not fit {n_inputs} inputs")));
    }
    if let Domain::Finite { .. } = domain {
        return finite::within(left, right, domain, bound, limits, means);
    }
    polyhedron::interior_point(domain, n_inputs)?;
    let refuted = |point: Vec<Rational>| Verdict::Refuted(Counterexample::new(left, right, point));
    let exceeds = |point: &[Rational]| graph.evaluate(point).iter().any(|d| d.abs() > *bound);
    let tried =
        simple_points(domain, n_inputs).take(if in_doubt { usize::MAX } else { 0 }).find(|point| exceeds(point));
    if let Some(point) = tried {
        return Ok(refuted(point));
    }
    let hull = domain.hull();
    // Equal forms are apart by nothing, so a known bound above 0 says that they differ.
    let may_be_equal = in_doubt || bound.is_zero();
    let shallow = [left, right].into_iter().all(has_one_layer);
    if means.canonical
        && may_be_equal
        && shallow
        && same_canonical_form(&left.to_relu_graph(), &right.to_relu_graph(), &hull)
    {
        let forms = Difference::CanonicalForms;
        let difference =
            if hull == *domain { forms } else { Difference::Wider { domain: hull, difference: Box::new(forms) } };
        return Ok(proved(left, right, domain, bound, difference, 0));
    }
    if means.canonical && bound.is_zero() && graph.relus.len() >= MANY_RELUS && cancels(left, right, domain)? {
        return Ok(proved(left, right, domain, bound, Difference::Intervals, 0));
    }
    let header = proved(left, right, domain, bound, Difference::Cells { merge, steps: Vec::new() }, 0);
    let Verdict::Proved { certificate, .. } = header else { unreachable!("it is made above") };
    sink.begin(&certificate);
    Ok(match cells_within(&graph, domain, bound, limits, sink)? {
        Walked::Within { n_cells } => Verdict::Proved { certificate, n_cells },
        Walked::Beyond(point) => refuted(point),
    })
}

/// With fewer ReLUs a proof by cells is short, and others can read it.
const MANY_RELUS: usize = 16;

/// Beyond so many terms graphs are not turned around, for they become dense.
const MANY_TERMS: usize = 20_000;

/// Are both sides one graph once the ReLUs that bounds show to change nothing are gone?
fn cancels(left: &Computation, right: &Computation, domain: &Domain) -> Result<bool, Error> {
    let difference = left.difference(right, Merge::Nothing)?;
    let inputs = domain.intervals(difference.n_inputs);
    let is_zero = |merge: Merge| {
        let outputs = difference.plain(inputs.clone(), merge).outputs;
        outputs.iter().all(|output| output.terms.is_empty() && output.constant.is_zero())
    };
    Ok(is_zero(Merge::Copies) || (difference.n_terms() <= MANY_TERMS && is_zero(Merge::Hyperplanes)))
}

/// The claim with its proof.
pub(crate) fn proved(
    left: &Computation,
    right: &Computation,
    domain: &Domain,
    bound: &Rational,
    difference: Difference,
    n_cells: usize,
) -> Verdict {
    Verdict::Proved { certificate: Box::new(certified(left, right, domain, bound, difference)), n_cells }
}

/// The certificate.
pub(crate) fn certified(
    left: &Computation,
    right: &Computation,
    domain: &Domain,
    bound: &Rational,
    difference: Difference,
) -> Certificate {
    let claim =
        Claim::Within { left: left.clone(), right: right.clone(), domain: domain.clone(), bound: bound.clone() };
    Certificate::new(claim, Proof::Within(difference))
}

/// The graph of differences whose cells are fewest and cheapest.
pub(crate) fn difference_graph(
    left: &Computation,
    right: &Computation,
    means: Means,
) -> Result<(Merge, ReluGraph), Error> {
    if !means.canonical {
        return Ok((Merge::Nothing, left.difference(right, Merge::Nothing)?));
    }
    let copies = left.difference(right, Merge::Copies)?;
    // With ReLUs turned around every layer depends on all layers below, which pays only where some
    // neurons are opposites of others.
    if copies.relus.is_empty() || !has_opposites(&copies) {
        return Ok((Merge::Copies, copies));
    }
    let turned = left.difference(right, Merge::Hyperplanes)?;
    Ok(if turned.relus.len() < copies.relus.len() { (Merge::Hyperplanes, turned) } else { (Merge::Copies, copies) })
}

/// Are there two ReLUs on one hyperplane?
fn has_opposites(graph: &ReluGraph) -> bool {
    let known: HashSet<&Form> = graph.relus.iter().collect();
    graph.relus.iter().any(|form| known.contains(&form.scaled(&Rational::from(-1))))
}

/// Do its ReLUs depend on the inputs alone? Asked before anything is merged: deep networks with their
/// ReLUs turned around are large.
fn has_one_layer(side: &Computation) -> bool {
    match side {
        Computation::Network(network) => network.hidden_layers().len() <= 1,
        Computation::Function(function) => function.to_relu_graph().layers().into_iter().all(|layer| layer == 1),
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
    Within { n_cells: usize },
    /// At this point the bound is exceeded.
    Beyond(Vec<Rational>),
}

/// Proves cell by cell that every output of `graph` is within `bound` of 0.
pub(crate) fn cells_within(
    graph: &ReluGraph,
    domain: &Domain,
    bound: &Rational,
    limits: Limits<'_>,
    sink: &mut dyn ProofSink,
) -> Result<Walked, Error> {
    let (mut beyond, mut refused) = (None, false);
    let integers = IntegerGraph::of(graph);
    let n_cells = walk_integers(
        &integers,
        domain,
        limits,
        || true,
        |step| {
            let step = match step {
                Step::Cut { .. } => Some(CellStep::Split),
                Step::Stays { on, proof } => proof.map(|proof| CellStep::stays(on, proof)),
                Step::Cell(cell) => match cell_within(cell, &integers.scales, bound) {
                    Ok(step) => Some(step),
                    Err(point) => {
                        beyond = Some(point);
                        None
                    }
                },
            };
            refused = step.is_some_and(|step| !sink.step(step));
            beyond.is_none() && !refused
        },
    )?;
    if refused {
        return Err(Error::limit("the proof was not taken"));
    }
    Ok(match beyond {
        Some(point) => Walked::Beyond(point),
        None => Walked::Within { n_cells },
    })
}

/// The step that proves one cell, or a point of it beyond the bound.
fn cell_within(cell: &Cell<'_>, scales: &[Rational], bound: &Rational) -> Result<CellStep, Vec<Rational>> {
    let rows = cell.output_rows();
    let limits: Vec<Rational> = scales.iter().map(|scale| scale * bound).collect();
    let equal = |(row, limit): (&IntegerRow, &Rational)| {
        row.is_constant() && Rational::from(row.constant().clone()).abs() <= *limit
    };
    if rows.iter().zip(&limits).all(equal) {
        return Ok(CellStep::Equal);
    }
    let mut bounds = Vec::new();
    for (row, limit) in rows.iter().zip(&limits) {
        let [above, below] = [-1, 1].map(|sign| cell.nonnegative(row.slack(limit, sign)));
        bounds.push([above?, below?]);
    }
    Ok(CellStep::Bounded(bounds))
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
