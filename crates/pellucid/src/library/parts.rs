//! The circuits inside a function's tree: what may be found in the library.

use std::collections::HashSet;

use pellucid_core::{Expr, Rational, selection_network};

/// A circuit inside a function: a function of values that the larger one has.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Part {
    /// As a function of its own inputs, each of which occurs.
    pub(super) computes: Expr,
    /// What its inputs are, as functions of the whole's.
    pub(super) of: Vec<Expr>,
}

/// Sums of more terms are not looked at in all their parts.
const MOST_TERMS: usize = 6;
/// Trees that grow beyond so many nodes, when sorts are written as comparators, are left as they are.
const MOST_NODES: usize = 20_000;

/// All circuits inside an expression: its sub-expressions, and its operations with their arguments
/// taken as inputs.
fn parts(expr: &Expr) -> Vec<Part> {
    let mut found = Vec::new();
    collect(&in_pairs(expr), true, &mut found);
    found
}

fn collect(expr: &Expr, is_root: bool, found: &mut Vec<Part>) {
    if is_affine(expr) {
        return;
    }
    if !is_root {
        found.extend(closed(expr));
    }
    match expr {
        Expr::Sum(terms) => {
            found.extend(outer(expr));
            let bent: Vec<&Expr> = terms.iter().filter(|term| !is_affine(term)).collect();
            if bent.len() <= MOST_TERMS {
                // Each choice of two or more terms, but not the whole sum again.
                let all = (1usize << bent.len()) - 1;
                let whole = is_root && bent.len() == terms.len();
                for chosen in (1..=all).filter(|c| c.count_ones() > 1 && !(whole && *c == all)) {
                    let some = bent.iter().enumerate().filter(|(i, _)| chosen >> i & 1 == 1);
                    found.extend(closed(&Expr::sum(some.map(|(_, term)| (*term).clone()))));
                }
            }
        }
        Expr::Scale(..) => {}
        _ => found.extend(outer(expr)),
    }
    expr.children().iter().for_each(|child| collect(child, false, found));
}

/// The expression as a function of the inputs that occur in it.
pub(super) fn closed(expr: &Expr) -> Option<Part> {
    let mut used = Vec::new();
    inputs_in(expr, &mut used);
    used.sort_unstable();
    if used.is_empty() {
        return None;
    }
    let mut names = vec![Expr::Constant(Rational::zero()); used[used.len() - 1] + 1];
    used.iter().enumerate().for_each(|(new, old)| names[*old] = Expr::Input(new));
    Some(Part { computes: expr.substitute(&names), of: used.into_iter().map(Expr::Input).collect() })
}

/// The outermost operation, its arguments taken as inputs, constants kept.
fn outer(expr: &Expr) -> Option<Part> {
    let mut of: Vec<Expr> = Vec::new();
    let mut input = |argument: &Expr| {
        if argument.as_constant().is_some() {
            return argument.clone();
        }
        let at = of.iter().position(|known| known == argument).unwrap_or_else(|| {
            of.push(argument.clone());
            of.len() - 1
        });
        Expr::Input(at)
    };
    let mut all = |terms: &[Expr]| terms.iter().map(&mut input).collect::<Vec<_>>();
    let computes = match expr {
        Expr::Sum(terms) => Expr::sum(
            all(&terms.iter().map(|term| bare(term).1.clone()).collect::<Vec<_>>())
                .into_iter()
                .zip(terms)
                .map(|(input, term)| Expr::scale(bare(term).0, input)),
        ),
        Expr::Relu(term) => Expr::Relu(Box::new(input(term))),
        Expr::Abs(term) => Expr::Abs(Box::new(input(term))),
        Expr::Min(terms) => Expr::Min(all(terms)),
        Expr::Max(terms) => Expr::Max(all(terms)),
        Expr::Clamp(parts) => Expr::Clamp(Box::new(parts.each_ref().map(&mut input))),
        Expr::Ranked { rank, of } => Expr::Ranked { rank: *rank, of: all(of) },
        Expr::Pwl(term, points) => Expr::Pwl(Box::new(input(term)), points.clone()),
        Expr::Gate(gate, terms) => Expr::Gate(gate.clone(), all(terms)),
        Expr::Constant(_) | Expr::Input(_) | Expr::Scale(..) => return None,
    };
    Some(Part { computes, of })
}

/// A term without its factor.
fn bare(term: &Expr) -> (Rational, &Expr) {
    match term {
        Expr::Scale(factor, inner) => (factor.clone(), inner),
        other => (Rational::one(), other),
    }
}

fn inputs_in(expr: &Expr, used: &mut Vec<usize>) {
    if let Expr::Input(index) = expr
        && !used.contains(index)
    {
        used.push(*index);
    }
    expr.children().iter().for_each(|child| inputs_in(child, used));
}

pub(super) fn is_affine(expr: &Expr) -> bool {
    match expr {
        Expr::Constant(_) | Expr::Input(_) => true,
        Expr::Sum(_) | Expr::Scale(..) => expr.children().iter().all(is_affine),
        _ => expr.as_constant().is_some(),
    }
}

/// Minima and maxima of many as tournaments of pairs, sorts as comparators.
fn in_pairs(expr: &Expr) -> Expr {
    let whole = match expr {
        Expr::Ranked { rank, of } => ranked(*rank, &of.iter().map(in_pairs).collect::<Vec<_>>()),
        Expr::Sum(terms) => Expr::sum(terms.iter().map(in_pairs)),
        Expr::Scale(factor, term) => Expr::scale(factor.clone(), in_pairs(term)),
        Expr::Relu(term) => Expr::Relu(Box::new(in_pairs(term))),
        Expr::Abs(term) => Expr::Abs(Box::new(in_pairs(term))),
        Expr::Pwl(term, points) => Expr::Pwl(Box::new(in_pairs(term)), points.clone()),
        Expr::Clamp(parts) => {
            let [value, low, high] = parts.each_ref().map(in_pairs);
            match (low.as_constant(), high.as_constant()) {
                (Some(_), Some(_)) => Expr::Clamp(Box::new([value, low, high])),
                _ => Expr::Min(vec![pair(Expr::Max, value, low), high]),
            }
        }
        Expr::Min(terms) => tournament(Expr::Min, terms),
        Expr::Max(terms) => tournament(Expr::Max, terms),
        Expr::Gate(gate, terms) => Expr::Gate(gate.clone(), terms.iter().map(in_pairs).collect()),
        Expr::Constant(_) | Expr::Input(_) => expr.clone(),
    };
    if whole.size() <= MOST_NODES { whole } else { expr.clone() }
}

fn tournament(build: fn(Vec<Expr>) -> Expr, terms: &[Expr]) -> Expr {
    // The same rounds as the compiler's: neighbours play, a last one without partner waits.
    let mut round: Vec<Expr> = terms.iter().map(in_pairs).collect();
    while round.len() > 1 {
        let pairs = round.chunks(2).map(|two| match two {
            [a, b] => pair(build, a.clone(), b.clone()),
            rest => rest[0].clone(),
        });
        round = pairs.collect();
    }
    round.pop().unwrap_or(Expr::Constant(Rational::zero()))
}

/// Two against each other; the larger of something and 0 is its ReLU.
fn pair(build: fn(Vec<Expr>) -> Expr, a: Expr, b: Expr) -> Expr {
    let is_zero = |e: &Expr| matches!(e, Expr::Constant(value) if value.is_zero());
    match build(vec![a, b]) {
        Expr::Max(mut terms) if terms.iter().any(is_zero) => {
            terms.retain(|term| !is_zero(term));
            terms.pop().map_or(Expr::Constant(Rational::zero()), |term| Expr::Relu(Box::new(term)))
        }
        other => other,
    }
}

fn ranked(rank: usize, of: &[Expr]) -> Expr {
    let mut values = of.to_vec();
    for (low, high) in selection_network(of.len(), rank) {
        let (a, b) = (values[low].clone(), values[high].clone());
        values[low] = Expr::Min(vec![a.clone(), b.clone()]);
        values[high] = Expr::Max(vec![a, b]);
        if values.iter().map(Expr::size).sum::<usize>() > MOST_NODES {
            return Expr::Ranked { rank, of: of.to_vec() };
        }
    }
    values.swap_remove(rank)
}

/// All circuits inside a function, each once; where it has several outputs, each of them is one.
pub(super) fn parts_of_outputs(outputs: &[Expr]) -> Vec<Part> {
    let mut found: Vec<Part> = Vec::new();
    for output in outputs {
        found.extend(parts(output));
        if outputs.len() > 1 && !is_affine(output) {
            found.extend(closed(&in_pairs(output)));
        }
    }
    let mut known = HashSet::new();
    found.retain(|part| known.insert(part.clone()));
    found
}

#[cfg(test)]
mod tests {
    use pellucid_core::{Function, expr_to_text};

    use super::*;

    fn found(text: &str) -> Vec<String> {
        let function = Function::parse(text).unwrap();
        parts_of_outputs(function.outputs()).iter().map(|part| expr_to_text(&part.computes, &[])).collect()
    }

    #[test]
    fn a_tournament_is_made_of_its_pairs() {
        let found = found("max(x1, x2, x3)");
        assert!(!found.is_empty());
        assert!(found.iter().all(|text| text == "max(x1, x2)"), "{found:?}");
    }

    #[test]
    fn a_bump_is_made_of_a_norm() {
        let found = found("relu(1 - abs(x1) - abs(x2))");
        for part in ["relu(x1)", "-abs(x1) - abs(x2)", "abs(x1)"] {
            assert!(found.contains(&part.to_string()), "{part}: {found:?}");
        }
    }

    #[test]
    fn sorts_are_made_of_comparators() {
        assert!(found("median(x1, x2, x3)").contains(&"max(x1, x2)".to_string()));
    }
}
