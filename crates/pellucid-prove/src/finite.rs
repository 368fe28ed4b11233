//! Claims about finitely many points: by going through them, or by what holds between them too.

use pellucid_core::{Computation, Difference, Domain, Error, MAX_STEPS, Proof, Rational, ReluGraph, counted};

use crate::difference::{Counterexample, Means, Verdict, difference_graph, prove_within_by, proved, simple_points};
use crate::largest::Largest;
use crate::machine_graph::MachineGraph;
use crate::polyhedron::interior_point;
use crate::walk::Limits;

/// A point is so much less work than a linear cell.
const POINTS_A_CELL: usize = 4;
/// After so many points the time is looked at.
const LOOK: usize = 1 << 12;

/// A point of a domain, in its interior where it has one.
///
/// ```
/// use pellucid_core::{Domain, numbered_inputs};
/// let domain = Domain::parse("{0..9}^2 where x1 + x2 >= 18", &numbered_inputs(2)).unwrap();
/// let point = pellucid_prove::point_of(&domain, 2, Default::default()).unwrap();
/// assert_eq!(point, ["9".parse().unwrap(), "9".parse().unwrap()]);
/// ```
///
/// # Errors
/// When the domain does not fit, has no interior or no point, or a limit is reached.
pub fn point_of(domain: &Domain, n_inputs: usize, limits: Limits<'_>) -> Result<Vec<Rational>, Error> {
    let Domain::Finite { values, rows } = domain else { return interior_point(domain, n_inputs) };
    if rows.is_empty() && domain.fits(n_inputs) {
        return Ok(values.iter().map(|values| values[0].clone()).collect());
    }
    let nothing = ReluGraph { n_inputs, relus: Vec::new(), outputs: Vec::new() };
    let mut found = None;
    go_through(&nothing, domain, limits, |look| {
        found = Some(point(values, look.indices));
        false
    })?;
    found.ok_or_else(|| no_point(domain))
}

/// Gives every point of a finite domain, as the indices of its values, with a graph's outputs there.
///
/// ```
/// use pellucid_core::{Domain, Function, numbered_inputs};
/// let graph = Function::parse("xor(x1, x2)").unwrap().to_relu_graph();
/// let domain = Domain::parse("{0,1}^2", &numbered_inputs(2)).unwrap();
/// let mut ones = Vec::new();
/// let visit = |indices: &[usize], outputs: Vec<pellucid_core::Rational>| {
///     ones.extend(outputs[0].is_one().then(|| indices.to_vec()));
/// };
/// pellucid_prove::each_point(&graph, &domain, Default::default(), visit).unwrap();
/// assert_eq!(ones, [[0, 1], [1, 0]]);
/// ```
///
/// # Errors
/// When the domain does not fit, has infinitely many points or none, or a limit is reached.
pub fn each_point(
    graph: &ReluGraph,
    domain: &Domain,
    limits: Limits<'_>,
    mut visit: impl FnMut(&[usize], Vec<Rational>),
) -> Result<(), Error> {
    let n_points = go_through(graph, domain, limits, |look| {
        visit(look.indices, look.values());
        true
    })?;
    if n_points == 0 { Err(no_point(domain)) } else { Ok(()) }
}

fn no_point(domain: &Domain) -> Error {
    Error::input(format!("no point satisfies the conditions of {domain}"))
}

/// [`prove_within`] on finitely many points.
///
/// # Errors
/// As there, and when there are no points.
pub(crate) fn within(
    left: &Computation,
    right: &Computation,
    domain: &Domain,
    bound: &Rational,
    limits: Limits<'_>,
    means: Means,
) -> Result<Verdict, Error> {
    let (_, graph) = difference_graph(left, right, means)?;
    let refuted = |point: Vec<Rational>| Ok(Verdict::Refuted(Counterexample::new(left, right, point)));
    let exceeds = |point: &[Rational]| graph.evaluate(point).iter().any(|d| d.abs() > *bound);
    if let Some(point) = simple_points(domain, graph.n_inputs).find(|point| exceeds(point)) {
        return refuted(point);
    }
    let too_many = match n_points(&graph, domain, limits) {
        Ok(_) => {
            let mut beyond = None;
            let n_points = go_through(&graph, domain, limits, |look| {
                beyond = look.beyond(bound).then(|| look.indices.to_vec());
                beyond.is_none()
            })?;
            let Domain::Finite { values, .. } = domain else { return Err(no_point(domain)) };
            return match beyond {
                Some(indices) => refuted(point(values, &indices)),
                None if n_points == 0 => Err(no_point(domain)),
                None => Ok(proved(left, right, domain, bound, Difference::Points, n_points)),
            };
        }
        Err(error) => error,
    };
    // More points than can be gone through; but what holds between them holds at them.
    let wider = around(domain, domain.hull(), graph.n_inputs);
    match prove_within_by(left, right, &wider, bound, limits, means) {
        Ok(Verdict::Proved { certificate, n_cells }) => {
            let Proof::Within(difference) = certificate.proof else { return Err(too_many) };
            let difference = Difference::Wider { domain: wider, difference: Box::new(difference) };
            Ok(proved(left, right, domain, bound, difference, n_cells))
        }
        Ok(Verdict::Refuted(found)) if domain.contains(&found.input) => Ok(Verdict::Refuted(found)),
        Ok(Verdict::Refuted(_)) => Err(Error::limit(format!("{too_many}; between the points the claim is false"))),
        Err(error) => Err(Error::limit(format!("{too_many}; {}: {error}", wider.phrase_in(left.input_names())))),
    }
}

/// What lies between the points, where that has an interior; otherwise the box around them.
fn around(domain: &Domain, hull: Domain, n_inputs: usize) -> Domain {
    let (Domain::Box(sides), [_, ..]) = (&hull, domain.conditions()) else { return hull };
    let cut = Domain::Polyhedron { sides: Some(sides.clone()), rows: domain.conditions().to_vec() };
    if interior_point(&cut, n_inputs).is_ok() { cut } else { hull }
}

/// [`crate::largest_difference`] on finitely many points: the largest absolute output of a graph.
///
/// # Errors
/// When there are no points, or a limit is reached.
pub(crate) fn largest(graph: &ReluGraph, domain: &Domain, limits: Limits<'_>) -> Result<Largest, Error> {
    let Domain::Finite { values, .. } = domain else { return Err(no_point(domain)) };
    let mut largest: Option<(Rational, Vec<usize>)> = None;
    go_through(graph, domain, limits, |look| {
        if largest.as_ref().is_none_or(|(most, _)| look.beyond(most)) {
            largest = Some((look.deviation(), look.indices.to_vec()));
        }
        true
    })?;
    let (most, indices) = largest.ok_or_else(|| no_point(domain))?;
    Ok(Largest::At(most, point(values, &indices)))
}

fn point(values: &[Vec<Rational>], indices: &[usize]) -> Vec<Rational> {
    values.iter().zip(indices).map(|(values, index)| values[*index].clone()).collect()
}

/// The number of points, conditions not looked at.
fn n_points(graph: &ReluGraph, domain: &Domain, limits: Limits<'_>) -> Result<usize, Error> {
    let Some(n_points) = domain.n_points(graph) else {
        let why = format!("going through the points one by one takes more than {MAX_STEPS} multiplications");
        return Err(Error::limit(why));
    };
    let most = limits.max_cells.saturating_mul(POINTS_A_CELL);
    if n_points > most {
        let (n_points, cells) = (counted(n_points, "point"), n_points.div_ceil(POINTS_A_CELL));
        return Err(Error::limit(format!("{n_points} are more than {most} (raise --max-cells to {cells})")));
    }
    Ok(n_points)
}

/// A graph at a point.
struct Look<'a> {
    /// Which value each input has.
    indices: &'a [usize],
    outputs: Outputs<'a>,
}

enum Outputs<'a> {
    Integers(&'a MachineGraph, usize),
    Rationals(Vec<Rational>),
}

impl Look<'_> {
    /// Is an output further from 0 than that?
    fn beyond(&self, bound: &Rational) -> bool {
        match &self.outputs {
            // An integer is above a number when it is above its floor.
            Outputs::Integers(graph, n) => (0..*n).any(|k| {
                let value = graph.output(k);
                value > 0 && (bound / graph.unit(k)).floor().to_i128().is_some_and(|most| value > most)
            }),
            Outputs::Rationals(outputs) => outputs.iter().any(|d| d.abs() > *bound),
        }
    }

    /// All outputs.
    fn values(&self) -> Vec<Rational> {
        match &self.outputs {
            Outputs::Integers(graph, n) => {
                (0..*n).map(|k| Rational::from(graph.signed_output(k)) * graph.unit(k)).collect()
            }
            Outputs::Rationals(outputs) => outputs.clone(),
        }
    }

    /// The largest absolute output.
    fn deviation(&self) -> Rational {
        match &self.outputs {
            Outputs::Integers(graph, n) => {
                (0..*n).map(|k| Rational::from(graph.output(k)) * graph.unit(k)).max().unwrap_or_default()
            }
            Outputs::Rationals(outputs) => outputs.iter().map(Rational::abs).max().unwrap_or_default(),
        }
    }
}

/// Looks at every point where the conditions hold, until `visit` says false. Gives their number.
fn go_through(
    graph: &ReluGraph,
    domain: &Domain,
    limits: Limits<'_>,
    mut visit: impl FnMut(&Look<'_>) -> bool,
) -> Result<usize, Error> {
    let (Domain::Finite { values, rows }, true) = (domain, domain.fits(graph.n_inputs)) else {
        return Err(Error::input(format!("the domain {domain} does not fit {} inputs", graph.n_inputs)));
    };
    let all = n_points(graph, domain, limits)?;
    let mut integers = MachineGraph::new(graph, values, rows);
    let mut indices = vec![0; values.len()];
    let (mut n_points, n_outputs) = (0, graph.outputs.len());
    for done in 0..all {
        if done % LOOK == 0 && limits.stopped() {
            return Err(Error::limit(format!("stopped after {done} of {}", counted(all, "point"))));
        }
        let outputs = match &mut integers {
            Some(integers) => integers.go_to(&indices).then_some(Outputs::Integers(integers, n_outputs)),
            None => {
                let point = point(values, &indices);
                let holds = rows.iter().all(|row| !row.at(&point).is_negative());
                holds.then(|| Outputs::Rationals(graph.evaluate(&point)))
            }
        };
        if let Some(outputs) = outputs {
            n_points += 1;
            if !visit(&Look { indices: &indices, outputs }) {
                break;
            }
        }
        for (index, values) in indices.iter_mut().zip(values).rev() {
            *index = (*index + 1) % values.len();
            if *index != 0 {
                break;
            }
        }
    }
    Ok(n_points)
}
