//! Nested operations that are one: `max(max(a, b), c)` is `max(a, b, c)`.

use pellucid_core::{Expr, Rational};

use crate::affine_to_expr::ordered;

/// The tree with the operations at its root joined, where its children are so already.
pub(crate) fn flattened(expr: Expr) -> Expr {
    match expr {
        Expr::Max(terms) => extremum(terms, true),
        Expr::Min(terms) => extremum(terms, false),
        Expr::Relu(term) => match *term {
            Expr::Relu(inner) => Expr::Relu(inner),
            // The larger of several and 0.
            Expr::Max(mut terms) => {
                terms.push(Expr::Constant(Rational::zero()));
                extremum(terms, true)
            }
            other => Expr::Relu(Box::new(other)),
        },
        Expr::Abs(term) => match *term {
            Expr::Abs(inner) => Expr::Abs(inner),
            Expr::Relu(inner) => Expr::Relu(inner),
            other => Expr::Abs(Box::new(other)),
        },
        Expr::Scale(factor, term) => Expr::scale(factor, flattened(*term)),
        other => other,
    }
}

/// The sum of some terms, equal ones taken together.
pub(crate) fn sum_of(terms: Vec<Expr>) -> Expr {
    let mut pending = terms;
    pending.reverse();
    let mut constant = Rational::zero();
    let mut found: Vec<(Expr, Rational)> = Vec::new();
    while let Some(term) = pending.pop() {
        let (factor, base) = match term {
            Expr::Sum(inner) => {
                pending.extend(inner.into_iter().rev());
                continue;
            }
            Expr::Constant(value) => {
                constant += &value;
                continue;
            }
            Expr::Scale(factor, base) => (factor, *base),
            other => (Rational::one(), other),
        };
        match found.iter_mut().find(|(known, _)| *known == base) {
            Some((_, sum)) => *sum += &factor,
            None => found.push((base, factor)),
        }
    }
    found.retain(|(_, factor)| !factor.is_zero());
    while let Some((at, extremum, used)) = (0..found.len()).find_map(|at| with_its_rest(at, &found, &constant)) {
        let factor = found[at].1.clone();
        for (part, share) in used {
            match part {
                Some(part) => found.iter_mut().filter(|(base, _)| *base == part).for_each(|(_, sum)| *sum -= &share),
                None => constant -= &share,
            }
        }
        let (turned, base) = match extremum {
            Expr::Min(_) => (-factor, extremum),
            _ => (factor, extremum),
        };
        found.remove(at);
        match found.iter_mut().find(|(known, _)| *known == base) {
            Some((_, sum)) => *sum += &turned,
            None => found.push((base, turned)),
        }
        found.retain(|(_, factor)| !factor.is_zero());
    }
    let mut terms: Vec<Expr> = found.into_iter().map(|(base, factor)| Expr::scale(factor, base)).collect();
    if !constant.is_zero() {
        terms.push(Expr::Constant(constant));
    }
    ordered(terms)
}

/// Terms, or the constant, with what is taken of each.
type Shares = Vec<(Option<Expr>, Rational)>;

/// `c relu(u - v) + c v = c max(u, v)` and `c relu(u - v) - c u = -c min(u, v)`, where a sum has the one or the
/// other: the extremum that the term at a place becomes, and what it takes up.
fn with_its_rest(at: usize, terms: &[(Expr, Rational)], constant: &Rational) -> Option<(usize, Expr, Shares)> {
    let (Expr::Relu(inner), factor) = &terms[at] else { return None };
    let Expr::Sum(parts) = &**inner else { return None };
    let (mut above, mut below): (Shares, Shares) = (Vec::new(), Vec::new());
    for part in parts {
        let (base, share) = match part {
            Expr::Constant(value) => (None, value.clone()),
            Expr::Scale(share, base) => (Some((**base).clone()), share.clone()),
            other => (Some(other.clone()), Rational::one()),
        };
        if share.is_negative() { below.push((base, -share)) } else { above.push((base, share)) }
    }
    let has = |shares: &Shares, sign: i64| -> Option<Shares> {
        let wanted = shares.iter().map(|(part, share)| (part.clone(), share * factor * Rational::from(sign)));
        let wanted: Shares = wanted.collect();
        let is_there = |(part, share): &(Option<Expr>, Rational)| match part {
            Some(part) => terms.iter().any(|(base, sum)| base == part && sum == share),
            None => constant == share,
        };
        (!wanted.is_empty() && wanted.iter().all(is_there)).then_some(wanted)
    };
    let value = |shares: &Shares| {
        let part = |(part, share): &(Option<Expr>, Rational)| match part {
            Some(part) => Expr::scale(share.clone(), part.clone()),
            None => Expr::Constant(share.clone()),
        };
        Expr::sum(shares.iter().map(part))
    };
    let arguments = || vec![value(&above), value(&below)];
    match (has(&below, 1), has(&above, -1)) {
        (Some(used), _) => Some((at, extremum(arguments(), true), used)),
        (None, Some(used)) => match extremum(arguments(), false) {
            least @ Expr::Min(_) => Some((at, least, used)),
            _ => None,
        },
        (None, None) => None,
    }
}

/// A maximum (or minimum) of maxima, each argument once.
fn extremum(terms: Vec<Expr>, largest: bool) -> Expr {
    let mut all: Vec<Expr> = Vec::with_capacity(terms.len());
    let mut terms = terms;
    // The winners of more come first: so the graph of the flat one is the tournament that the nested one was.
    terms.sort_by_key(|term| match term {
        Expr::Max(parts) if largest => usize::MAX - parts.len(),
        Expr::Min(parts) if !largest => usize::MAX - parts.len(),
        _ => usize::MAX,
    });
    for term in terms {
        let parts = match term {
            Expr::Max(parts) if largest => parts,
            Expr::Min(parts) if !largest => parts,
            Expr::Relu(inner) if largest => vec![*inner, Expr::Constant(Rational::zero())],
            other => vec![other],
        };
        for part in parts {
            if !all.contains(&part) {
                all.push(part);
            }
        }
    }
    // Of constants one counts, and it stands last.
    let (constants, mut rest): (Vec<Expr>, Vec<Expr>) = all.into_iter().partition(|e| matches!(e, Expr::Constant(_)));
    let values = constants.iter().filter_map(Expr::as_constant);
    let constant = if largest { values.max() } else { values.min() };
    // max(a, min(a, b)) = a
    let absorbed = |term: &Expr| match term {
        Expr::Min(parts) if largest => parts.iter().any(|part| rest.contains(part)),
        Expr::Max(parts) if !largest => parts.iter().any(|part| rest.contains(part)),
        _ => false,
    };
    rest = rest.iter().filter(|term| !absorbed(term)).cloned().collect();
    if let Some(constant) = constant {
        match rest.as_slice() {
            [] => return Expr::Constant(constant),
            [one] if largest && constant.is_zero() => return Expr::Relu(Box::new(one.clone())),
            _ => rest.push(Expr::Constant(constant)),
        }
    }
    if rest.len() == 1 {
        rest.swap_remove(0)
    } else if largest {
        Expr::Max(rest)
    } else {
        Expr::Min(rest)
    }
}
