//! Errors followed from part to part.

use pellucid_core::{Composition, Expr, Interval, Part, Rational, ReluGraph};

use super::BITS;
use super::piece::{Line, error_on};
use crate::refuse_if;

/// What is known of an input or a part, over all inputs of the domain.
#[derive(Clone)]
pub(super) struct Known {
    /// Where its numbers lie in the composition of networks.
    network: Interval,
    /// Where its true numbers lie.
    truth: Interval,
    /// Where a true number less the network's lies.
    error: Interval,
}

/// What is known of a part, of use where the networks are compared.
pub(super) struct KnownPart {
    /// As ReLUs.
    pub graph: ReluGraph,
    /// Where the network's argument lies.
    pub argument: Interval,
    /// The ends of the pieces that the argument can lie in, in order.
    pub ends: Vec<Rational>,
}

pub(super) struct Errors {
    pub parts: Vec<KnownPart>,
    /// For each output, where the true one less the network's lies.
    pub outputs: Vec<Interval>,
}

/// The errors of all parts in order, and of the outputs.
pub(super) fn follow(composition: &Composition, sides: &[Interval]) -> Result<Errors, String> {
    let exact = |side: &Interval| Known { network: side.clone(), truth: side.clone(), error: Interval::zero() };
    let mut known: Vec<Known> = sides.iter().map(exact).collect();
    let mut parts = Vec::new();
    for (k, part) in composition.parts.iter().enumerate() {
        let argument = of_tree(&part.of, &known);
        let (here, found) = one_part(part, &argument).map_err(|reason| format!("part {}: {reason}", k + 1))?;
        known.push(here);
        parts.push(found);
    }
    let outputs = composition.outputs.iter().map(|output| of_tree(output, &known).error).collect();
    Ok(Errors { parts, outputs })
}

fn one_part(part: &Part, argument: &Known) -> Result<(Known, KnownPart), String> {
    let (low, high) = &part.range;
    let range = Interval::new(low.clone(), high.clone());
    let Known { network: coming, truth, error } = argument;
    refuse_if(!range.includes(coming), "its argument is not seen to stay in its range")?;
    // The pieces, cut to where the argument can lie. Its ends are there, for they lie in the range.
    let (Some(first), Some(last)) = (coming.low(), coming.high()) else { return Err("no range".into()) };
    let inner = part.pieces.iter().filter(|end| first < *end && *end < last);
    let ends: Vec<Rational> = std::iter::once(first).chain(inner).chain([last]).cloned().collect();
    let graph = part.network.to_relu_graph();
    let mut all: Option<Known> = None;
    for pair in ends.windows(2) {
        let (low, high) = (&pair[0], &pair[1]);
        let affine = low == high || graph.is_affine_between(std::slice::from_ref(low), std::slice::from_ref(high));
        refuse_if(!affine, "its network bends inside a piece")?;
        let (at_low, at_high) = (value(&graph, low), value(&graph, high));
        let slope = if low == high { Rational::zero() } else { (&at_high - &at_low) / (high - low) };
        let line = Line { constant: &at_low - &slope * low, slope };
        let own = error_on(&part.computes, &line, low, high).ok_or("its function is not seen to be defined")?;
        let here = Interval::new(low.clone(), high.clone());
        // No input of the domain leads here when its true argument could lie nowhere.
        let Some(true_here) = here.plus(error).meet(truth) else { continue };
        let not_defined = "its function is not seen to be defined near its range";
        let true_values = part.computes.on(&true_here, BITS).ok_or(not_defined)?.value;
        let carried = if error.is_zero() {
            Interval::zero()
        } else {
            // The mean value theorem, and where slopes are unbounded the values alone.
            let wide = part.computes.on(&here.hull(&true_here), BITS).ok_or(not_defined)?;
            let values = part.computes.on(&here, BITS).ok_or(not_defined)?.value;
            let apart = true_values.minus(&values);
            wide.slope.times(error).meet(&apart).ok_or("its errors contradict each other")?
        };
        let piece = Known {
            network: Interval::new(at_low, at_high),
            truth: true_values.rounded(BITS),
            error: own.plus(&carried).rounded(BITS),
        };
        all = Some(match all {
            None => piece,
            Some(so_far) => Known {
                network: so_far.network.hull(&piece.network),
                truth: so_far.truth.hull(&piece.truth),
                error: so_far.error.hull(&piece.error),
            },
        });
    }
    let all = all.ok_or("it has no piece")?;
    Ok((all, KnownPart { graph, argument: coming.clone(), ends }))
}

fn value(graph: &ReluGraph, at: &Rational) -> Rational {
    graph.evaluate(std::slice::from_ref(at)).swap_remove(0)
}

/// What is known of a tree of inputs and parts.
fn of_tree(tree: &Expr, known: &[Known]) -> Known {
    let ranges = |of: fn(&Known) -> &Interval| known.iter().map(|known| of(known).clone()).collect::<Vec<_>>();
    let network = tree.range(&ranges(|known| &known.network));
    let error = error_of(tree, known).rounded(BITS);
    let truth = tree.range(&ranges(|known| &known.truth));
    // Both hold it, so their common part does.
    let truth = truth.meet(&network.plus(&error)).unwrap_or(truth);
    Known { network, truth, error }
}

/// Where the true value of a tree less the network's lies: each kind of node with the inequality it obeys.
fn error_of(tree: &Expr, known: &[Known]) -> Interval {
    // Each input once, so that errors of one part that cancel do so here.
    if let Some(map) = tree.as_affine(known.len()) {
        let terms = map.coefficients.iter().zip(known).filter(|(c, _)| !c.is_zero());
        return terms.fold(Interval::zero(), |sum, (c, known)| sum.plus(&known.error.scaled(c)));
    }
    let hull = |trees: &[Expr]| {
        let errors = trees.iter().map(|tree| error_of(tree, known));
        errors.reduce(|all, error| all.hull(&error)).unwrap_or(Interval::EVERYTHING)
    };
    match tree {
        Expr::Constant(_) => Interval::zero(),
        Expr::Input(i) => known[*i].error.clone(),
        Expr::Sum(terms) => terms.iter().fold(Interval::zero(), |sum, term| sum.plus(&error_of(term, known))),
        Expr::Scale(factor, term) => error_of(term, known).scaled(factor),
        // relu(A) - relu(a) lies between 0 and A - a.
        Expr::Relu(term) => error_of(term, known).hull(&Interval::zero()),
        // |a| = max(a, -a)
        Expr::Abs(term) => {
            let error = error_of(term, known);
            error.hull(&error.negated())
        }
        // Each grows with all its terms, and by t when all of them grow by t: it changes by no less than
        // the term that changes least, and by no more than the one that changes most.
        Expr::Min(terms) | Expr::Max(terms) | Expr::Ranked { of: terms, .. } => hull(terms),
        Expr::Clamp(parts) => hull(&parts[..]),
        // A difference of values is one of arguments times a mean of slopes.
        Expr::Pwl(term, points) => {
            let error = error_of(term, known);
            let scaled = points.windows(2).map(|p| error.scaled(&((&p[1].1 - &p[0].1) / (&p[1].0 - &p[0].0))));
            scaled.reduce(|all, piece| all.hull(&piece)).unwrap_or(Interval::EVERYTHING)
        }
        // The arguments first: put into the gate's function they would be written out several times.
        Expr::Gate(gate, terms) => {
            let arguments: Vec<Known> = terms.iter().map(|term| of_tree(term, known)).collect();
            error_of(&gate.body(terms.len()), &arguments)
        }
    }
}
