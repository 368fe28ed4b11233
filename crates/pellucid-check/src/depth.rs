//! How many hidden neurons a network of whatever depth has at least.
//!
//! Each witness is a condition that the widths of every network for the function keep; the bound is
//! the size of the smallest shape that keeps them all. The theorems, T1 to T6 below, are proved in
//! `docs/smallest-deep-circuits.md`.

use std::collections::BTreeMap;

use pellucid_core::linear::rank;
use pellucid_core::{
    Affine, Biases, Domain, Form, Function, Hyperplane, Kink, OneLayer, Rational, ReluGraph, SampledLine, Side, Single,
    SizeProof, dot,
};

use crate::{fits, lower_bound::lower_bound, not_one_layer, one_layer, refuse_if, smallest, witness};

type Row = Vec<Rational>;

/// One output of a graph on a domain.
struct Output<'a>(&'a ReluGraph, &'a Domain, usize);

/// The number of neurons of the smallest shape of two or more hidden layers that is left, once one
/// layer is shown to take `at_least`.
pub(crate) fn fewest(f: &Function, domain: &Domain, at_least: usize, proof: &SizeProof) -> Result<usize, String> {
    fits(domain, f.n_inputs())?;
    match &proof.one_layer {
        OneLayer::Refuted { here, there } => not_one_layer(f, domain, here, there)?,
        OneLayer::Counted { kinks, .. } if kinks.is_empty() => return Err("there is no kink".into()),
        OneLayer::Counted { network, equality, kinks } => {
            smallest(f, network, domain, Biases::ALLOWED, at_least, equality, kinks)?;
        }
    }
    let (graph, n, everywhere) = (f.to_relu_graph(), f.n_inputs(), *domain == Domain::Everywhere);
    graph.outputs.get(proof.output).ok_or("there is no such output")?;
    let output = Output(&graph, domain, proof.output);
    // T1: ranks of gradients, of changes of the outputs, and of both at one point.
    let (mut gradients, mut changes, mut jacobian): (Vec<Row>, Vec<Row>, usize) = (Vec::new(), Vec::new(), 1);
    for point in &proof.gradients {
        refuse_if(point.len() != n || !domain.contains_inside(point), "a point is not inside the domain")?;
        let maps = graph.beside(point, &Affine::input(n, 0).coefficients, Side::Above).ok_or("a point is on a kink")?;
        let rows: Vec<Row> = maps.into_iter().map(|map| map.coefficients).collect();
        jacobian = jacobian.max(rank(&rows));
        changes.extend((0..n).map(|i| rows.iter().map(|row| row[i].clone()).collect()));
        gradients.extend(rows);
    }
    // T2: a drift. T3: rays to both infinities.
    let rates = proof.drift.as_ref().map_or(Ok(Vec::new()), |drift| rates(&graph, drift))?;
    let drifts = rates.iter().any(|rate| !rate.is_zero());
    let turns = usize::from(everywhere && drifts);
    if let Some(rays) = &proof.rays {
        let far = graph.far_out();
        let goes = |ray: &Row, sign| ray.len() == n && far.evaluate(ray)[proof.output].signum() == sign;
        let lead = everywhere && goes(&rays[0], 1) && goes(&rays[1], -1);
        refuse_if(!lead, "the rays do not lead to plus and to minus infinity")?;
    }
    let middle = if drifts || proof.rays.is_some() { jacobian.max(2) } else { jacobian };
    let first = middle.max(rank(&gradients) + turns);
    let last = middle.max(rank(&changes) + turns);
    // T4: kink hyperplanes under a drift. T5: one last neuron. T6: pieces on a line.
    let kinks = jumps(&output, &proof.kinks)?.ok_or("a hyperplane is listed with two jumps")?;
    let bent = everywhere && rates.get(proof.output).is_some_and(|rate| !rate.is_zero());
    let below_two = if bent { first.max(kinks.len() + 2) } else { first };
    let mut below_one = usize::MAX;
    for (single, sign) in proof.single.iter().zip([1, -1]) {
        below_one = below_one.min(single.as_ref().map_or(Ok(0), |single| below_single(&output, sign, single))?);
    }
    let pieces = proof.line.as_ref().map_or(Ok(1), |line| pieces(&graph, domain, line))?;
    let mut fewest = grown(vec![first, last.max(3)], 2, pieces);
    if last <= 2 {
        fewest = fewest.min(grown(vec![below_two, 2], 1, pieces));
    }
    if last <= 1 && below_one < usize::MAX {
        fewest = fewest.min(grown(vec![first.max(below_one), 1], 1, pieces));
    }
    let mut deep = vec![first, middle, last];
    while deep.iter().sum::<usize>() < fewest {
        fewest = fewest.min(grown(deep.clone(), deep.len(), pieces));
        deep.insert(1, middle);
    }
    Ok(fewest)
}

/// The size of a shape once its first layers have grown until it makes that many pieces on a line.
fn grown(mut widths: Vec<usize>, growing: usize, pieces: usize) -> usize {
    while widths.iter().fold(1usize, |product, width| product.saturating_mul(width + 1)) < pieces {
        // The narrowest multiplies most.
        widths[..growing].iter_mut().min().into_iter().for_each(|narrowest| *narrowest += 1);
    }
    widths.iter().sum()
}

/// How fast the outputs change along a direction that changes no ReLU's argument.
fn rates(graph: &ReluGraph, drift: &[Rational]) -> Result<Row, String> {
    let still = vec![Rational::zero(); graph.relus.len()];
    let rate = |form: &Form| form.evaluate(drift, &still) - &form.constant;
    let moves = drift.len() != graph.n_inputs || graph.relus.iter().any(|form| !rate(form).is_zero());
    refuse_if(moves, "the drift changes a ReLU's argument")?;
    Ok(graph.outputs.iter().map(rate).collect())
}

/// At least how many affine pieces the function has on a line.
fn pieces(graph: &ReluGraph, domain: &Domain, line: &SampledLine) -> Result<usize, String> {
    let SampledLine { start, direction, times } = line;
    let at = |t| -> Row { start.iter().zip(direction).map(|(x, d)| x + d * t).collect() };
    let points: Vec<Row> = times.iter().map(at).collect();
    let inside = |point: &Row| point.len() == graph.n_inputs && domain.contains(point);
    let fit = points.iter().all(inside) && times.is_sorted_by(|a, b| a < b);
    refuse_if(!fit, "a line's points are not in the domain, or not in order")?;
    let values: Vec<Row> = points.iter().map(|point| graph.evaluate(point)).collect();
    let slope = |k: usize| -> Row {
        let run = &times[k + 1] - &times[k];
        values[k + 1].iter().zip(&values[k]).map(|(b, a)| (b - a) / &run).collect()
    };
    Ok(1 + (0..times.len().saturating_sub(2)).step_by(2).filter(|i| slope(*i) != slope(i + 1)).count())
}

/// The jumps of an output that are not 0; `None` when a hyperplane has two.
fn jumps(&Output(graph, domain, output): &Output, kinks: &[Kink]) -> Result<Option<BTreeMap<Hyperplane, Row>>, String> {
    let mut found: BTreeMap<Hyperplane, Row> = BTreeMap::new();
    let mut one_each = true;
    for kink in kinks {
        witness(graph, domain, kink)?;
        let jump = vec![kink.jump[output].clone()];
        one_each &= *found.entry(kink.hyperplane.clone()).or_insert_with(|| jump.clone()) == jump;
    }
    found.retain(|_, jump| !jump[0].is_zero());
    Ok(one_each.then_some(found))
}

/// The fewest neurons below a single one with which the output rises (sign 1) or falls (-1);
/// `usize::MAX` when there are never enough.
fn below_single(&Output(graph, domain, output): &Output, sign: i32, single: &Single) -> Result<usize, String> {
    let Single { value_at, kinks, path_from } = single;
    let n = graph.n_inputs;
    let graph = if path_from.is_some() { &graph.far_out() } else { graph };
    if value_at.len() != n || !domain.contains(value_at) || (path_from.is_some() && *domain != Domain::Everywhere) {
        return Err("a value is not taken in the domain, or a path is not everywhere".into());
    }
    let jumps = jumps(&Output(graph, domain, output), kinks)?;
    let value = graph.evaluate(value_at).swap_remove(output);
    let beyond = |point: &Row| (&graph.evaluate(point)[output] - &value).signum() == sign;
    let first =
        kinks.first().filter(|_| kinks.iter().all(|kink| beyond(&kink.witness))).ok_or("a kink is not beyond")?;
    let Some(jumps) = jumps else { return Ok(usize::MAX) };
    let maps = graph.beside(&first.witness, &first.hyperplane.normal, Side::Above);
    let mut rest = maps.ok_or("a witness lies on another kink")?.swap_remove(output);
    for (plane, jump) in &jumps {
        if *plane == first.hyperplane || dot(&plane.normal, &first.witness) > plane.offset {
            rest.add_scaled(&-&jump[0], &plane.to_affine());
        }
    }
    // Out of sight there may be further kinks, so any further row is as cheap as on a box.
    let mut rule = Domain::unit_box(n);
    if let Some(from) = path_from {
        let opposite: Row = from.iter().map(|x| -x).collect();
        let stops: Vec<&Row> = [from].into_iter().chain(kinks.iter().map(|k| &k.witness)).chain([&opposite]).collect();
        let smooth = |ends: &[&Row]| graph.is_affine_between(ends[0], ends[1]);
        if from.len() != n || !smooth(&[from, from]) || !stops.windows(2).all(smooth) {
            return Err("a path crosses a kink that is not listed".into());
        }
        refuse_if(!beyond(from) || !beyond(&opposite), "a path does not stay beyond the value")?;
        rule = Domain::Everywhere;
    }
    lower_bound(&one_layer::Form { jumps, affine: vec![rest] }, &rule, Biases::ALLOWED, usize::MAX)
}
