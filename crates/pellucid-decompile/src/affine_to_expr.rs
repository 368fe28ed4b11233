//! Affine maps and calls of them, written as short as they go.

use pellucid_core::{Affine, Expr, Rational, expr_text_length};

/// The map as a sum that starts with a positive term where it has one: `x2 - x1`.
pub fn affine_to_expr(map: &Affine) -> Expr {
    ordered(affine_terms(map))
}

/// The map's terms, the constant last.
pub fn affine_terms(map: &Affine) -> Vec<Expr> {
    let inputs = map.coefficients.iter().enumerate().filter(|(_, c)| !c.is_zero());
    let mut terms: Vec<Expr> = inputs.map(|(i, c)| Expr::scale(c.clone(), Expr::Input(i))).collect();
    if !map.constant.is_zero() {
        terms.push(Expr::Constant(map.constant.clone()));
    }
    terms
}

/// The sum of some terms, a positive one first: `x1 - relu(x1 - x2)` reads better than
/// `-relu(x1 - x2) + x1`. Constants stay last, where sums keep them.
pub fn ordered(mut terms: Vec<Expr>) -> Expr {
    if terms.first().is_some_and(is_negative)
        && let Some(at) = terms.iter().position(|term| !is_negative(term) && !matches!(term, Expr::Constant(_)))
    {
        let first = terms.remove(at);
        terms.insert(0, first);
    }
    Expr::sum(terms)
}

/// Does the term's text start with a minus?
pub fn is_negative(term: &Expr) -> bool {
    match term {
        Expr::Constant(value) | Expr::Scale(value, _) => value.is_negative(),
        _ => false,
    }
}

/// The number of characters; inputs are called `x1..`, as other names would only rank ties in
/// another way.
pub fn length(expr: &Expr) -> usize {
    expr_text_length(expr, &[])
}

/// `factor * call(arguments)` for a call that positive factors may be taken into: with the factor
/// outside, inside, or as much inside as makes the arguments primitive integers.
pub fn scaled_call(factor: &Rational, arguments: &[Affine], call: impl Fn(Vec<Expr>) -> Expr) -> Expr {
    let written = |inside: &Rational| {
        let exprs = arguments.iter().map(|map| affine_to_expr(&map.scaled(inside))).collect();
        Expr::scale(factor / inside, call(exprs))
    };
    let numbers = arguments.iter().flat_map(|map| map.coefficients.iter().chain([&map.constant]));
    let mut candidates = vec![Rational::one(), factor.abs(), Rational::primitive_scale(numbers)];
    candidates.dedup();
    let exprs = candidates.iter().filter(|inside| !inside.is_zero()).map(written);
    exprs.min_by_key(length).unwrap_or_else(|| Expr::Constant(Rational::zero()))
}

/// Arguments of a max or min in the order of their inputs, constants last.
pub fn sorted_arguments(maps: &[Affine]) -> Vec<Affine> {
    let key = |map: &Affine| {
        let first = map.coefficients.iter().position(|c| !c.is_zero());
        (first.unwrap_or(usize::MAX), map.coefficients.iter().find(|c| !c.is_zero()).map(Rational::is_negative))
    };
    let mut maps = maps.to_vec();
    maps.sort_by_key(key);
    maps
}
