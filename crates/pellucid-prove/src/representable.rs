//! Can one hidden layer compute a function? Its kinks, or the reason why not.
//!
//! A float never decides: candidates come from a walk over the function's cells, jumps are read off
//! beside one point of each hyperplane, and the form found is then proved equal to the function. If
//! it is not, some hyperplane has two points with different jumps, and they are the refutation.

use std::collections::BTreeSet;

use pellucid_core::linear::Echelon;
use pellucid_core::{
    Affine, Certificate, Claim, Domain, Error, Form, Function, GraphBuilder, Hyperplane, Kink, Proof, Rational,
    ReluGraph, Side, Wire, dot,
};

use crate::one_layer::{Hinge, OneLayerForm};
use crate::points::points_of;
use crate::walk::{Limits, Step, walk};

/// What one hidden layer can do for a function.
#[derive(Clone, Debug)]
pub enum Representable {
    /// It computes this form. Whether the form equals the function everywhere on the domain is for
    /// [`crate::prove_within`] to say: the form was read off single points of each hyperplane.
    Form(OneLayerForm),
    /// It cannot, and the certificate shows why.
    No(Box<Certificate>),
}

/// Points of one hyperplane whose jumps are compared before regions are enumerated. With one input a
/// hyperplane is a point.
fn n_samples(n_inputs: usize) -> usize {
    if n_inputs == 1 { 1 } else { 24 }
}

/// Reads off the canonical form of a function on a domain, or shows that it has none.
///
/// # Errors
/// When a limit is reached.
pub fn representable(function: &Function, domain: &Domain, limits: Limits<'_>) -> Result<Representable, Error> {
    Ok(match read_form(&function.to_relu_graph(), domain, limits)? {
        Read::Form(form) => Representable::Form(form),
        Read::Jumps(here, there) => Representable::No(refutation(function, domain, here, there)),
    })
}

/// The canonical form of a graph of any depth on a domain; `None` when one hidden layer cannot
/// compute it.
///
/// # Errors
/// When a limit is reached.
pub fn representable_graph(
    graph: &ReluGraph,
    domain: &Domain,
    limits: Limits<'_>,
) -> Result<Option<OneLayerForm>, Error> {
    Ok(match read_form(graph, domain, limits)? {
        Read::Form(form) => Some(form),
        Read::Jumps(..) => None,
    })
}

/// The form, or two points of one hyperplane with different jumps.
enum Read {
    Form(OneLayerForm),
    Jumps(Kink, Kink),
}

fn read_form(graph: &ReluGraph, domain: &Domain, limits: Limits<'_>) -> Result<Read, Error> {
    domain.must_be_a_box(graph.n_inputs, "finding the kinks")?;
    if let Some(form) = OneLayerForm::of_one_layer_graph(graph, domain) {
        return Ok(Read::Form(form));
    }
    if let Some((here, there)) = quick_refutation(graph, domain) {
        return Ok(Read::Jumps(here, there));
    }
    let planes = candidate_planes(graph, domain, limits)?;
    let mut hinges = Vec::new();
    for (index, plane) in planes.iter().enumerate() {
        let others: Vec<Hyperplane> = without(&planes, index);
        let mut first: Option<Kink> = None;
        for kink in kinks_of(graph, plane, &others, domain).take(n_samples(graph.n_inputs)) {
            match &first {
                None => first = Some(kink),
                Some(known) if known.jump != kink.jump => {
                    return Ok(Read::Jumps(known.clone(), kink));
                }
                Some(_) => {}
            }
        }
        let first = first.ok_or_else(|| Error::limit(format!("found no generic point of {plane:?}")))?;
        if first.jump.iter().any(|j| !j.is_zero()) {
            hinges.push(Hinge { hyperplane: plane.clone(), jump: first.jump });
        }
    }
    let form = with_affine_rest(graph, &planes, hinges, domain)?;
    if equals_form(graph, &form, domain, limits)? {
        return Ok(Read::Form(form));
    }
    // Some region of some hyperplane was missed by the samples: enumerate them all.
    for (index, plane) in planes.iter().enumerate() {
        let others = without(&planes, index);
        if let Some((here, there)) = differing_regions(graph, plane, &others, domain, limits)? {
            return Ok(Read::Jumps(here, there));
        }
    }
    Err(Error::limit("the kinks are the same along every hyperplane, yet the form differs"))
}

fn without(planes: &[Hyperplane], index: usize) -> Vec<Hyperplane> {
    planes.iter().enumerate().filter(|(i, _)| *i != index).map(|(_, p)| p.clone()).collect()
}

fn refutation(function: &Function, domain: &Domain, here: Kink, there: Kink) -> Box<Certificate> {
    let claim = Claim::NotOneLayer { function: function.clone(), domain: domain.clone() };
    Box::new(Certificate::new(claim, Proof::NotOneLayer { here, there }))
}

/// Looks for a refutation without enumerating cells: hyperplanes met at a few points of the domain,
/// each tried at many of its points. Most functions of more than one layer fail here.
fn quick_refutation(graph: &ReluGraph, domain: &Domain) -> Option<(Kink, Kink)> {
    const STARTS: usize = 4;
    // Most are refuted at a few points of some hyperplane, which is not always the first.
    const POINTS: [usize; 2] = [6, 200];
    if graph.n_inputs == 1 {
        // A hyperplane is a point: there is one jump.
        return None;
    }
    let start = plane_unlike(&[], domain, graph.n_inputs);
    let mut planes = BTreeSet::new();
    for point in points_of(&start, &[], domain).take(STARTS) {
        let mut relus: Vec<Affine> = Vec::with_capacity(graph.relus.len());
        for form in &graph.relus {
            let map = form.to_affine(graph.n_inputs, &relus);
            if let Some((plane, _)) = map.hyperplane().filter(|_| domain.is_cut_by(&map)) {
                planes.insert(plane);
            }
            let on = map.at(&point).is_positive();
            relus.push(if on { map } else { Affine::constant(graph.n_inputs, Rational::zero()) });
        }
    }
    let tried = POINTS.iter().flat_map(|n_points| planes.iter().map(move |plane| (n_points, plane)));
    tried.into_iter().find_map(|(n_points, plane)| {
        let mut kinks = points_of(plane, &[], domain).take(*n_points).filter_map(|point| kink_at(graph, plane, point));
        let first = kinks.next()?;
        kinks.find(|kink| kink.jump != first.jump).map(|kink| (first, kink))
    })
}

/// Every hyperplane along which some cell of the graph is cut.
fn candidate_planes(graph: &ReluGraph, domain: &Domain, limits: Limits<'_>) -> Result<Vec<Hyperplane>, Error> {
    let mut planes = BTreeSet::new();
    walk(graph, domain, limits, |step| {
        if let Step::Cut { row } = step
            && let Some((plane, _)) = row.to_affine().hyperplane()
        {
            planes.insert(plane);
        }
        true
    })?;
    Ok(planes.into_iter().collect())
}

/// Kinks at points of a plane that lie on none of the others.
fn kinks_of<'a>(
    graph: &'a ReluGraph,
    plane: &'a Hyperplane,
    others: &'a [Hyperplane],
    domain: &'a Domain,
) -> impl Iterator<Item = Kink> + 'a {
    points_of(plane, others, domain).filter_map(|point| kink_at(graph, plane, point))
}

/// The jump of every output's gradient at a point of a plane; `None` when the point is not generic.
pub fn kink_at(graph: &ReluGraph, plane: &Hyperplane, point: Vec<Rational>) -> Option<Kink> {
    let above = graph.beside(&point, &plane.normal, Side::Above)?;
    let below = graph.beside(&point, &plane.normal, Side::Below)?;
    let square = dot(&plane.normal, &plane.normal);
    let jump = above.iter().zip(&below).map(|(a, b)| dot(&a.minus(b).coefficients, &plane.normal) / &square).collect();
    Some(Kink { hyperplane: plane.clone(), jump, witness: point })
}

/// The form with these hinges that agrees with the graph near one point on no candidate plane.
fn with_affine_rest(
    graph: &ReluGraph,
    planes: &[Hyperplane],
    hinges: Vec<Hinge>,
    domain: &Domain,
) -> Result<OneLayerForm, Error> {
    let through = plane_unlike(planes, domain, graph.n_inputs);
    let point = points_of(&through, planes, domain).next();
    let maps = point.as_ref().and_then(|point| graph.beside(point, &through.normal, Side::Above));
    let (Some(point), Some(mut affine)) = (point, maps) else {
        return Err(Error::limit("found no generic point of the domain"));
    };
    for hinge in &hinges {
        let map = hinge.hyperplane.to_affine();
        if map.at(&point).is_positive() {
            for (rest, jump) in affine.iter_mut().zip(&hinge.jump) {
                rest.add_scaled(&-jump, &map);
            }
        }
    }
    Ok(OneLayerForm { n_inputs: graph.n_inputs, hinges, affine })
}

/// A hyperplane through the inside of the domain that is none of some others.
fn plane_unlike(planes: &[Hyperplane], domain: &Domain, n_inputs: usize) -> Hyperplane {
    let plane = |k: usize| {
        let normal: Vec<Rational> = (0..n_inputs).map(|i| Rational::from(1 + k * i)).collect();
        let share = Rational::one() / Rational::from(k + 2);
        let point: Vec<Rational> = match domain {
            Domain::Box(sides) => sides.iter().map(|(low, high)| low + (high - low) * &share).collect(),
            _ => vec![Rational::from(k); n_inputs],
        };
        Hyperplane { offset: dot(&normal, &point), normal }
    };
    // Finitely many are taken, and these are all different.
    (0..=planes.len()).map(plane).find(|plane| !planes.contains(plane)).unwrap_or_else(|| plane(planes.len() + 1))
}

/// Is the graph the form, on every cell?
fn equals_form(graph: &ReluGraph, form: &OneLayerForm, domain: &Domain, limits: Limits<'_>) -> Result<bool, Error> {
    let mut builder = GraphBuilder::new(graph.n_inputs);
    let (left, right) = (builder.graph(graph), builder.graph(&form_graph(form)));
    let outputs = left.iter().zip(&right).map(|(a, b)| a.minus(b)).collect();
    let difference = builder.finish(outputs);
    let mut equal = true;
    walk(&difference, domain, limits, |step| {
        if let Step::Cell(cell) = step {
            equal = cell.outputs().iter().all(Affine::is_zero);
        }
        equal
    })?;
    Ok(equal)
}

fn form_graph(form: &OneLayerForm) -> ReluGraph {
    let mut builder = GraphBuilder::new(form.n_inputs);
    let to_form = |map: &Affine| {
        let mut result = Form::constant(map.constant.clone());
        for (i, c) in map.coefficients.iter().enumerate() {
            result.add_scaled(c, &Form::wire(Wire::Input(i)));
        }
        result
    };
    let mut outputs: Vec<Form> = form.affine.iter().map(to_form).collect();
    for hinge in &form.hinges {
        let relu = builder.relu(to_form(&hinge.hyperplane.to_affine()));
        for (output, jump) in outputs.iter_mut().zip(&hinge.jump) {
            output.add_scaled(jump, &relu);
        }
    }
    builder.finish(outputs)
}

/// Two points of a plane with different jumps, looked for in every region that the other planes
/// cut it into.
fn differing_regions(
    graph: &ReluGraph,
    plane: &Hyperplane,
    others: &[Hyperplane],
    domain: &Domain,
    limits: Limits<'_>,
) -> Result<Option<(Kink, Kink)>, Error> {
    // Coordinates on the plane: origin + sum y_j directions_j. The domain's rows become ReLUs too,
    // so regions outside the domain are met and passed over.
    let directions = Echelon::of([plane.normal.as_slice()]).null_space(graph.n_inputs);
    let square = dot(&plane.normal, &plane.normal);
    let origin: Vec<Rational> = plane.normal.iter().map(|c| c * &plane.offset / &square).collect();
    let mut builder = GraphBuilder::new(directions.len());
    let rows = domain.rows(graph.n_inputs);
    let mut sum = Form::default();
    for map in others.iter().map(Hyperplane::to_affine).chain(rows) {
        let mut form = Form::constant(map.at(&origin));
        for (j, direction) in directions.iter().enumerate() {
            form.add_scaled(&dot(&map.coefficients, direction), &Form::wire(Wire::Input(j)));
        }
        let relu = builder.relu(form);
        sum.add_scaled(&Rational::one(), &relu);
    }
    // All ReLUs must stay reachable; their sum could cancel none, as each is stored once.
    let arrangement = builder.finish(vec![sum]);
    let mut first: Option<Kink> = None;
    let mut differing = None;
    walk(&arrangement, &Domain::Everywhere, limits, |step| {
        let Step::Cell(cell) = step else { return true };
        let mut point = origin.clone();
        for (y, direction) in cell.point().iter().zip(&directions) {
            for (x, d) in point.iter_mut().zip(direction) {
                *x += &(y * d);
            }
        }
        if !domain.contains_inside(&point) {
            return true;
        }
        if let Some(kink) = kink_at(graph, plane, point) {
            match &first {
                Some(known) if known.jump != kink.jump => differing = Some((known.clone(), kink)),
                Some(_) => {}
                None => first = Some(kink),
            }
        }
        differing.is_none()
    })?;
    Ok(differing)
}
