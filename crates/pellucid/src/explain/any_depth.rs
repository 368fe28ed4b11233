//! Why every network for a function has at least so many hidden neurons, at every depth, in words.
//!
//! The theorems are those of `docs/smallest-deep-circuits.md`, by their numbers there.

use std::collections::{BTreeMap, BTreeSet};

use pellucid_check::lower_bound::lower_bound;
use pellucid_check::one_layer::Form;
use pellucid_core::linear::rank;
use pellucid_core::{
    Affine, Biases, Claim, Domain, Error, Function, Hyperplane, Kink, OneLayer, Rational, ReluGraph, SampledLine, Side,
    Single, SizeProof, Wire, counted, dot,
};

use super::jumps::{self, jump_sentence};
use super::paper::{Paper, plane_noun, vector};
use super::smallest;

pub(super) fn tell(
    paper: &mut Paper<'_>,
    function: &Function,
    domain: &Domain,
    at_least: usize,
    proof: &SizeProof,
) -> Result<(), Error> {
    paper.say("First it is shown what one hidden layer takes, then what two and more of them take.");
    match &proof.one_layer {
        OneLayer::Refuted { here, there } => jumps::tell_not_one_layer(paper, function, domain, here, there)?,
        OneLayer::Counted { network, equality, kinks } => {
            // The count of one layer is told as the proof that says so would be.
            let claim = Claim::Smallest {
                function: function.clone(),
                network: network.clone(),
                domain: domain.clone(),
                biases: Biases::ALLOWED,
                at_least,
            };
            smallest::tell(paper, &claim, equality, kinks)?;
        }
    }
    let graph = function.to_relu_graph();
    if proof.output >= graph.outputs.len() {
        return Err(Error::input("there is no such output"));
    }
    paper.section("What two and more hidden layers take");
    let witnesses = match proof {
        SizeProof { gradients, drift: None, rays: None, kinks, line: None, single: [None, None], .. }
            if gradients.is_empty() && kinks.is_empty() =>
        {
            "That every layer has a neuron is enough here, and nothing more is shown."
        }
        _ => {
            "Each of these witnesses rules out some widths; T1 to T6 are the theorems of docs/smallest-deep-circuits.md."
        }
    };
    paper.say(&format!("Let w_1 be the width of the first hidden layer and w_k that of the last. {witnesses}"));
    ranks(paper, &graph, &proof.gradients)?;
    if let Some(drift) = &proof.drift {
        drift_item(paper, &graph, domain, drift)?;
    }
    if let Some([up, down]) = &proof.rays {
        paper.item(&format!(
            "T3, rays: far out along {} output {} goes to plus infinity, along {} to minus infinity. One neuron, which \
             is never below 0, could follow in one direction at most; so every layer has at least 2.",
            vector(up),
            proof.output + 1,
            vector(down)
        ));
    }
    if !proof.kinks.is_empty() {
        let n = hyperplanes(&proof.kinks, proof.output).len();
        paper.item(&format!(
            "T4, two last neurons: output {} bends along {}. Under a drift, two last neurons can bend it only where a \
             first neuron does that the drift leaves alone, and need two more; so w_1 >= {n} + 2 = {} if w_k = 2 and \
             there are two layers.",
            proof.output + 1,
            counted(n, plane_noun(graph.n_inputs)),
            n + 2
        ));
        kink_items(paper, &graph, &proof.kinks)?;
    }
    for (single, rises) in proof.single.iter().zip([true, false]) {
        if let Some(single) = single {
            single_item(paper, &graph, proof.output, single, rises)?;
        }
    }
    if let Some(line) = &proof.line {
        line_item(paper, &graph, line)?;
    }
    paper.section("So much is needed");
    let one_layer = match &proof.one_layer {
        OneLayer::Refuted { .. } => "One hidden layer is not enough, at any width",
        OneLayer::Counted { .. } => "One hidden layer takes at least as many",
    };
    paper.say(&format!(
        "{one_layer}; and of the shapes with two and more layers that keep all of these conditions the smallest has at \
         least {}. So every network without skip connections has at least {at_least}.",
        counted(at_least, "hidden neuron")
    ));
    Ok(())
}

/// T1.
fn ranks(paper: &mut Paper<'_>, graph: &ReluGraph, points: &[Vec<Rational>]) -> Result<(), Error> {
    if points.is_empty() {
        return Ok(());
    }
    let n = graph.n_inputs;
    let (mut gradients, mut changes, mut jacobian) = (Vec::new(), Vec::new(), 1);
    for point in points {
        let maps = (point.len() == n)
            .then(|| graph.beside(point, &Affine::input(n, 0).coefficients, Side::Above))
            .flatten()
            .ok_or_else(|| Error::input("a point is on a kink"))?;
        let rows: Vec<Vec<Rational>> = maps.into_iter().map(|map| map.coefficients).collect();
        jacobian = jacobian.max(rank(&rows));
        changes.extend((0..n).map(|i| rows.iter().map(|row| row[i].clone()).collect::<Vec<_>>()));
        gradients.extend(rows);
    }
    let at: Vec<String> = points.iter().take(paper.shown(points.len())).map(|point| vector(point)).collect();
    let more = if at.len() < points.len() { ", ..." } else { "" };
    paper.item(&format!(
        "T1, ranks: the gradients at {}{more} have together rank {}, so w_1 >= {1}; changes of the outputs have rank {}, \
         so w_k >= {2}; and at one of the points the Jacobian has rank {}, so no layer has fewer neurons.",
        at.join(", "),
        rank(&gradients),
        rank(&changes),
        jacobian
    ));
    Ok(())
}

/// T2.
fn drift_item(paper: &mut Paper<'_>, graph: &ReluGraph, domain: &Domain, drift: &[Rational]) -> Result<(), Error> {
    if drift.len() != graph.n_inputs {
        return Err(Error::input("the drift changes a ReLU's argument"));
    }
    let rates: Vec<Rational> = graph
        .outputs
        .iter()
        .map(|form| {
            form.terms.iter().fold(Rational::zero(), |sum, (wire, factor)| match wire {
                Wire::Input(i) => sum + factor * &drift[*i],
                Wire::Relu(_) => sum,
            })
        })
        .collect();
    let everywhere = match domain {
        Domain::Everywhere => " On all of R^d w_1 and w_k are each one more than their ranks, too.",
        _ => "",
    };
    paper.item(&format!(
        "T2, drift: along {} no ReLU's argument changes, and the outputs change at the rate {}. So no layer needs to be \
         a single neuron: every one has at least 2.{everywhere}",
        vector(drift),
        vector(&rates)
    ));
    Ok(())
}

/// T5.
fn single_item(
    paper: &mut Paper<'_>,
    graph: &ReluGraph,
    output: usize,
    single: &Single,
    rises: bool,
) -> Result<(), Error> {
    let Single { value_at, kinks, path_from } = single;
    let (beyond, sign) = if rises { ("above", "rises") } else { ("below", "falls") };
    let far = graph.far_out();
    let graph = if path_from.is_some() { &far } else { graph };
    if value_at.len() != graph.n_inputs {
        return Err(Error::input("a value is not taken in the domain"));
    }
    let planes = hyperplanes(kinks, output);
    let shown = match (first_neurons(graph, kinks, output, path_from.is_some())?, path_from) {
        (None, _) => {
            "Two of these kinks are on one hyperplane and jump differently, so no width is enough.".to_string()
        }
        (Some(n), Some(from)) => format!(
            "They are all that a path from {} to its opposite meets, so there are no others. One layer with these kinks \
             takes {}, so w_1 >= {n}.",
            vector(from),
            counted(n, "neuron")
        ),
        (Some(n), None) => {
            let beside = if n > planes.len() { ", and one for what is left beside them" } else { "" };
            format!("Each needs a neuron{beside}; so w_1 >= {n}.")
        }
    };
    let what = if path_from.is_some() { "the limit of f(tx)/t for large t" } else { "the output" };
    paper.item(&format!(
        "T5, one last neuron: if two layers end in one neuron and output {} {sign} with it, then where {what} is {beyond} \
         its value at {}, {}, it is what one layer with the same first neurons computes. There it has {}. {shown}",
        output + 1,
        vector(value_at),
        graph.evaluate(value_at)[output],
        counted(planes.len(), "kink hyperplane")
    ));
    kink_items(paper, graph, kinks)
}

/// How many first neurons a layer with these kinks has, as the checker counts them; `None` when no layer
/// has them. On a path there are no others; else any row beside the kinks is as cheap as on a box.
fn first_neurons(graph: &ReluGraph, kinks: &[Kink], output: usize, on_path: bool) -> Result<Option<usize>, Error> {
    let mut jumps: BTreeMap<Hyperplane, Vec<Rational>> = BTreeMap::new();
    for kink in kinks {
        let jump = vec![kink.jump.get(output).cloned().unwrap_or_default()];
        if *jumps.entry(kink.hyperplane.clone()).or_insert_with(|| jump.clone()) != jump {
            return Ok(None);
        }
    }
    jumps.retain(|_, jump| !jump[0].is_zero());
    let first = kinks.first().ok_or_else(|| Error::input("a kink is not beyond"))?;
    let maps = graph.beside(&first.witness, &first.hyperplane.normal, Side::Above);
    let mut rest = maps.ok_or_else(|| Error::input("a witness lies on another kink"))?.swap_remove(output);
    for (plane, jump) in &jumps {
        if *plane == first.hyperplane || dot(&plane.normal, &first.witness) > plane.offset {
            rest.add_scaled(&-&jump[0], &plane.to_affine());
        }
    }
    let rule = if on_path { Domain::Everywhere } else { Domain::unit_box(graph.n_inputs) };
    let form = Form { jumps, affine: vec![rest] };
    lower_bound(&form, &rule, Biases::ALLOWED, usize::MAX).map(Some).map_err(Error::input)
}

/// T6.
fn line_item(paper: &mut Paper<'_>, graph: &ReluGraph, line: &SampledLine) -> Result<(), Error> {
    let SampledLine { start, direction, times } = line;
    if start.len() != graph.n_inputs || direction.len() != graph.n_inputs || !times.is_sorted_by(|a, b| a < b) {
        return Err(Error::input("a line's points are not in the domain, or not in order"));
    }
    let at = |t: &Rational| -> Vec<Rational> { start.iter().zip(direction).map(|(x, d)| x + d * t).collect() };
    let values: Vec<Vec<Rational>> = times.iter().map(|t| graph.evaluate(&at(t))).collect();
    let slope = |k: usize| -> Vec<Rational> {
        let run = &times[k + 1] - &times[k];
        values[k + 1].iter().zip(&values[k]).map(|(b, a)| (b - a) / &run).collect()
    };
    let n_breaks = (0..times.len().saturating_sub(2)).step_by(2).filter(|k| slope(*k) != slope(k + 1)).count();
    paper.item(&format!(
        "T6, lines: on the line {} + t*{} the values at {} show {}, so at least {} affine pieces. Widths w_1, ..., w_k \
         give at most (w_1 + 1)*...*(w_k + 1).",
        vector(start),
        vector(direction),
        counted(times.len(), "time"),
        counted(n_breaks, "break"),
        n_breaks + 1
    ));
    Ok(())
}

/// The hyperplanes along which the output bends.
fn hyperplanes(kinks: &[Kink], output: usize) -> BTreeSet<&Hyperplane> {
    let bends = |kink: &&Kink| kink.jump.get(output).is_some_and(|jump| !jump.is_zero());
    kinks.iter().filter(bends).map(|kink| &kink.hyperplane).collect()
}

fn kink_items(paper: &mut Paper<'_>, graph: &ReluGraph, kinks: &[Kink]) -> Result<(), Error> {
    paper.list(kinks.len(), "kink", "kinks", |paper, k| {
        let sentence = jump_sentence(paper, graph, &kinks[k])?;
        Ok(format!("{}: {sentence}", paper.equation(&kinks[k].hyperplane)))
    })
}
