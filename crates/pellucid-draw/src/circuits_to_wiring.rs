//! Which circuits of a tree are drawn, and what feeds what.

use pellucid_core::{Circuit, Expr};

use crate::picture_to_rows::inputs_of;

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Source {
    Input(usize),
    /// By its index in [`Wiring::circuits`].
    Circuit(usize),
}

/// A circuit with what feeds it.
pub(crate) struct Wired<'a> {
    pub(crate) circuit: &'a Circuit,
    pub(crate) sources: Vec<Source>,
}

/// Circuits, each after all that feed it.
pub(crate) struct Wiring<'a> {
    pub(crate) circuits: Vec<Wired<'a>>,
    /// The circuits that the outermost ones are computed by.
    pub(crate) outputs: Vec<usize>,
}

/// A circuit feeds another when what it computes is a part of what the other computes; a part that
/// occurs in no other drawn part feeds the circuit it is a part of.
///
/// A circuit one of whose parts computes the same is not drawn itself: that part is its last stage.
pub(crate) fn circuits_to_wiring(circuits: &[Circuit], depth: usize) -> Wiring<'_> {
    let mut drawn: Vec<Drawn<'_>> = Vec::new();
    for circuit in circuits {
        gather(circuit, None, depth, &mut drawn);
    }
    let mut sources: Vec<Vec<Source>> = drawn.iter().map(|d| sources_in(&d.circuit.computes, &drawn)).collect();
    for index in 0..drawn.len() {
        let feeds = |list: &Vec<Source>| list.contains(&Source::Circuit(index));
        let Some(whole) = drawn[index].whole.and_then(|whole| position(&drawn, whole)) else { continue };
        if whole != index && !sources.iter().any(feeds) && !reaches(&sources, whole, index) {
            // What the part looks at, the whole no longer looks at by itself.
            let covered = inputs_of(&drawn[index].circuit.computes);
            sources[whole].retain(|source| !matches!(source, Source::Input(i) if covered.contains(i)));
            sources[whole].push(Source::Circuit(index));
        }
    }
    let order = order(&sources);
    let rank = |index: usize| order.iter().position(|o| *o == index).unwrap_or(0);
    let outputs = circuits.iter().filter_map(|c| position(&drawn, &c.computes)).map(rank).collect();
    let renamed = |source: &Source| match source {
        Source::Circuit(index) => Source::Circuit(rank(*index)),
        input => *input,
    };
    let wired = order.iter().map(|index| {
        let mut sources: Vec<Source> = sources[*index].iter().map(renamed).collect();
        sources.sort();
        sources.dedup();
        Wired { circuit: drawn[*index].circuit, sources }
    });
    Wiring { circuits: wired.collect(), outputs }
}

struct Drawn<'a> {
    circuit: &'a Circuit,
    whole: Option<&'a Expr>,
}

fn position(drawn: &[Drawn<'_>], computes: &Expr) -> Option<usize> {
    drawn.iter().position(|d| d.circuit.computes == *computes)
}

/// Parts before the whole; what is computed twice is drawn once.
fn gather<'a>(circuit: &'a Circuit, whole: Option<&'a Expr>, depth: usize, drawn: &mut Vec<Drawn<'a>>) {
    if depth > 0 {
        for part in &circuit.parts {
            gather(part, Some(&circuit.computes), depth - 1, drawn);
        }
    }
    if position(drawn, &circuit.computes).is_none() {
        drawn.push(Drawn { circuit, whole });
    }
}

/// The largest drawn parts of an expression, and the inputs outside of them.
fn sources_in(expr: &Expr, drawn: &[Drawn<'_>]) -> Vec<Source> {
    let mut found = Vec::new();
    let mut pending = vec![expr];
    while let Some(inner) = pending.pop() {
        if let Expr::Input(index) = inner {
            // Even where an identity circuit gives it again, nobody needs to take it from there.
            found.push(Source::Input(*index));
        } else if let Some(index) = position(drawn, inner).filter(|_| inner != expr) {
            found.push(Source::Circuit(index));
        } else {
            pending.extend(inner.children().iter().rev());
        }
    }
    found
}

/// Does a value flow from one circuit to another?
fn reaches(sources: &[Vec<Source>], from: usize, to: usize) -> bool {
    let mut pending = vec![to];
    let mut seen = vec![false; sources.len()];
    while let Some(at) = pending.pop() {
        if at == from {
            return true;
        }
        if !std::mem::replace(&mut seen[at], true) {
            pending.extend(sources[at].iter().filter_map(|s| match s {
                Source::Circuit(index) => Some(*index),
                Source::Input(_) => None,
            }));
        }
    }
    false
}

/// Circuits after all that feed them, otherwise in the order given.
fn order(sources: &[Vec<Source>]) -> Vec<usize> {
    let mut order: Vec<usize> = Vec::new();
    while order.len() < sources.len() {
        let ready = |index: &usize| {
            let fed = |s: &Source| matches!(s, Source::Circuit(i) if !order.contains(i));
            !order.contains(index) && !sources[*index].iter().any(fed)
        };
        let Some(next) = (0..sources.len()).find(ready) else { break };
        order.push(next);
    }
    order
}
