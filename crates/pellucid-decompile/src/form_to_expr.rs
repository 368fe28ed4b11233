//! A canonical form written as the shortest formula in named functions.
//!
//! Each hinge `J relu(z)` may stand as it is, turned around (`J z + J relu(-z)`), or as half an
//! absolute value (`J/2 z + J/2 |z|`); two parallel ones may be a clamp; and one may take up the
//! affine rest as the second argument of a max or min. All combinations are tried for few hinges,
//! and the shortest text wins.

use pellucid_core::{Affine, Expr, Rational, expr_to_text};
use pellucid_prove::OneLayerForm;

/// Up to this many terms all combinations of ways to write them are tried.
const MAX_TRIED: usize = 5;

/// The formula of one output of a form.
///
/// ```
/// use pellucid_core::{Domain, Function, expr_to_text, numbered_inputs};
/// use pellucid_decompile::form_to_expr;
/// use pellucid_prove::OneLayerForm;
/// let f = Function::parse("x1 - relu(x1 - x2)").unwrap();
/// let form = OneLayerForm::of_one_layer_graph(&f.to_relu_graph(), &Domain::Everywhere).unwrap();
/// assert_eq!(expr_to_text(&form_to_expr(&form, 0), &numbered_inputs(2)), "min(x1, x2)");
/// ```
pub fn form_to_expr(form: &OneLayerForm, output: usize) -> Expr {
    let form = form.output(output);
    let terms: Vec<Term> = form
        .hinges
        .iter()
        .map(|hinge| Term { jump: hinge.jump[0].clone(), map: hinge.hyperplane.to_affine() })
        .collect();
    let affine = form.affine[0].clone();
    let mut best = Shortest::default();
    for (clamps, left, affine) in with_clamps(&terms, &affine) {
        write_all(&clamps, &left, &affine, &mut best);
    }
    best.expr.unwrap_or_else(|| affine.to_expr())
}

/// `jump * relu(map)`.
#[derive(Clone)]
struct Term {
    jump: Rational,
    map: Affine,
}

#[derive(Clone, Copy, PartialEq)]
enum Way {
    Plain,
    Turned,
    Abs,
}

#[derive(Default)]
struct Shortest {
    length: usize,
    expr: Option<Expr>,
}

impl Shortest {
    fn offer(&mut self, expr: Expr) {
        // Inputs are called x1.. here; other names would only rank ties in another way.
        let length = expr_to_text(&expr, &[]).len();
        if self.expr.is_none() || length < self.length {
            *self = Shortest { length, expr: Some(expr) };
        }
    }
}

/// The terms as they are, and with parallel pairs of opposite jumps made clamps.
fn with_clamps(terms: &[Term], affine: &Affine) -> Vec<(Vec<Expr>, Vec<Term>, Affine)> {
    let mut clamps = Vec::new();
    let mut left = terms.to_vec();
    let mut rest = affine.clone();
    let mut i = 0;
    while i < left.len() {
        let partner = (i + 1..left.len()).find(|j| {
            left[*j].map.coefficients == left[i].map.coefficients && (&left[*j].jump + &left[i].jump).is_zero()
        });
        let Some(j) = partner else {
            i += 1;
            continue;
        };
        // J relu(v - a) - J relu(v - b) = J clamp(v, a, b) - J a, for a < b.
        let second = left.remove(j);
        let first = left.remove(i);
        let (low, high) = if first.map.constant > second.map.constant { (first, second) } else { (second, first) };
        let value = Affine { constant: Rational::zero(), ..low.map.clone() };
        let (a, b) = (-&low.map.constant, -&high.map.constant);
        rest.constant -= &(&low.jump * &a);
        let parts = [value.to_expr(), Expr::Constant(a), Expr::Constant(b)];
        clamps.push(Expr::scale(low.jump, Expr::Clamp(Box::new(parts))));
    }
    let plain = (Vec::new(), terms.to_vec(), affine.clone());
    if clamps.is_empty() { vec![plain] } else { vec![plain, (clamps, left, rest)] }
}

/// Offers every way to write the terms that is tried.
fn write_all(clamps: &[Expr], terms: &[Term], affine: &Affine, best: &mut Shortest) {
    let n = terms.len();
    if n > MAX_TRIED {
        let ways = plain_ways(terms, affine);
        return offer_absorbed(clamps, terms, &ways, affine, best);
    }
    for choice in 0..3usize.pow(n as u32) {
        let ways: Vec<Way> =
            (0..n).map(|k| [Way::Plain, Way::Turned, Way::Abs][choice / 3usize.pow(k as u32) % 3]).collect();
        offer_absorbed(clamps, terms, &ways, affine, best);
    }
}

/// For many terms: turn each so that the affine rest stays short, one after the other.
fn plain_ways(terms: &[Term], affine: &Affine) -> Vec<Way> {
    let mut ways = vec![Way::Plain; terms.len()];
    let length = |ways: &[Way]| {
        let rest = rest_of(terms, ways, affine);
        expr_to_text(&rest.to_expr(), &[]).len()
    };
    for _ in 0..2 {
        for k in 0..terms.len() {
            let tried = [Way::Plain, Way::Turned, Way::Abs].map(|way| {
                ways[k] = way;
                (length(&ways), way)
            });
            ways[k] = tried.iter().min_by_key(|(length, _)| *length).map_or(Way::Plain, |(_, way)| *way);
        }
    }
    ways
}

/// The affine part once the terms are written in these ways.
fn rest_of(terms: &[Term], ways: &[Way], affine: &Affine) -> Affine {
    let mut rest = affine.clone();
    for (term, way) in terms.iter().zip(ways) {
        match way {
            Way::Plain => {}
            Way::Turned => rest.add_scaled(&term.jump, &term.map),
            Way::Abs => rest.add_scaled(&(&term.jump / Rational::from(2)), &term.map),
        }
    }
    rest
}

/// Offers the sum, and the sums in which one term takes up the affine rest.
fn offer_absorbed(clamps: &[Expr], terms: &[Term], ways: &[Way], affine: &Affine, best: &mut Shortest) {
    let rest = rest_of(terms, ways, affine);
    let written = |k: usize| match ways[k] {
        Way::Plain => hinge(&terms[k].jump, &terms[k].map),
        Way::Turned => hinge(&terms[k].jump, &terms[k].map.scaled(&Rational::from(-1))),
        Way::Abs => absolute(&terms[k].jump, &terms[k].map),
    };
    let all = |skip: Option<usize>, affine: Expr| {
        let hinges = (0..terms.len()).filter(|k| Some(*k) != skip).map(written);
        // A formula starts with its kinks, unless the affine part comes first in the alphabet of
        // signs: `x1 - relu(..)` reads better than `-relu(..) + x1`.
        let mut parts: Vec<Expr> = clamps.iter().cloned().chain(hinges).collect();
        let leading_minus = parts.first().is_some_and(|e| expr_to_text(e, &[]).starts_with('-'));
        let at = if leading_minus { 0 } else { parts.len() };
        parts.insert(at, affine);
        paired(parts)
    };
    for expr in all(None, rest.to_expr()) {
        best.offer(expr);
    }
    for k in (0..terms.len()).filter(|k| ways[*k] == Way::Plain) {
        for (choice, outside) in extremum(&terms[k].jump, &terms[k].map, &rest) {
            let sum = Expr::sum([choice, outside]);
            for expr in all(Some(k), sum) {
                best.offer(expr);
            }
        }
    }
}

/// A sum as it is, and with `a|p| + a|q|` written as `2a max(|(p+q)/2|, |(p-q)/2|)`.
fn paired(parts: Vec<Expr>) -> Vec<Expr> {
    let whole = Expr::sum(parts.clone());
    let as_abs = |expr: &Expr| match expr {
        Expr::Abs(inner) => Some((Rational::one(), (**inner).clone())),
        Expr::Scale(factor, inner) => match &**inner {
            Expr::Abs(inner) => Some((factor.clone(), (**inner).clone())),
            _ => None,
        },
        _ => None,
    };
    let abses: Vec<(usize, Rational, Expr)> =
        parts.iter().enumerate().filter_map(|(i, e)| as_abs(e).map(|(f, e)| (i, f, e))).collect();
    if let [(i, a, p), (j, b, q)] = abses.as_slice()
        && a == b
    {
        let half = |e: Expr| Expr::Abs(Box::new(collected(Expr::scale(Rational::ratio(1, 2), e))));
        let largest =
            Expr::Max(vec![half(Expr::sum([p.clone(), q.clone()])), half(Expr::subtract(p.clone(), q.clone()))]);
        let others = parts.iter().enumerate().filter(|(k, _)| k != i && k != j).map(|(_, e)| e.clone());
        let joined = Expr::sum(std::iter::once(Expr::scale(a * &Rational::from(2), largest)).chain(others));
        return vec![joined, whole];
    }
    vec![whole]
}

/// An affine expression with each input once.
fn collected(expr: Expr) -> Expr {
    let n = expr.n_inputs();
    let at = |i: Option<usize>| {
        let point: Vec<Rational> = (0..n).map(|j| Rational::from(i64::from(Some(j) == i))).collect();
        expr.evaluate(&point)
    };
    let constant = at(None);
    let coefficients: Vec<Rational> = (0..n).map(|i| at(Some(i)) - &constant).collect();
    Expr::affine(&coefficients, &constant)
}

/// `jump * relu(map)`, with the common factor of the map taken out.
fn hinge(jump: &Rational, map: &Affine) -> Expr {
    Expr::scale(jump.clone(), Expr::Relu(Box::new(map.to_expr())))
}

/// `jump / 2 * |map|`, the map written with a positive first factor.
fn absolute(jump: &Rational, map: &Affine) -> Expr {
    Expr::scale(jump / &Rational::from(2), Expr::Abs(Box::new(map.to_expr())))
}

/// `jump * relu(map) + rest` as a max or min and what stands beside it.
fn extremum(jump: &Rational, map: &Affine, rest: &Affine) -> Vec<(Expr, Expr)> {
    let mut on = rest.clone();
    on.add_scaled(jump, map);
    let mut found = Vec::new();
    // What both arguments share may stand outside; the constant stays with either or goes out.
    for outer_constant in [Rational::zero(), rest.constant.clone(), on.constant.clone()] {
        let shared: Vec<Rational> = rest
            .coefficients
            .iter()
            .zip(&on.coefficients)
            .map(|(a, b)| if a == b { a.clone() } else { Rational::zero() })
            .collect();
        let outside = Affine { coefficients: shared, constant: outer_constant };
        let (first, second) = (rest.minus(&outside), on.minus(&outside));
        // A common factor of both goes in front: 2*max(x1, x2).
        let factor = Rational::primitive_scale(
            first.coefficients.iter().chain(&second.coefficients).chain([&first.constant, &second.constant]),
        );
        let (inside, outer) = ([first.scaled(&factor), second.scaled(&factor)], Rational::one() / factor);
        let arguments = sorted_arguments(inside);
        let choice = if jump.is_positive() { Expr::Max(arguments) } else { Expr::Min(arguments) };
        found.push((Expr::scale(outer, choice), outside.to_expr()));
    }
    found
}

/// Arguments in the order of their inputs, constants last.
fn sorted_arguments(mut maps: [Affine; 2]) -> Vec<Expr> {
    let key = |map: &Affine| {
        let first = map.coefficients.iter().position(|c| !c.is_zero());
        (first.unwrap_or(usize::MAX), map.coefficients.iter().find(|c| !c.is_zero()).map(|c| c.is_negative()))
    };
    maps.sort_by_key(key);
    maps.iter().map(Affine::to_expr).collect()
}
