//! How many hidden neurons a canonical form needs at least.
//!
//! Every kink hyperplane needs a neuron of its own. With the hinges in S turned around, the rest
//! `R(S) = A + sum_{k in S} J_k u_k^T` falls to further neurons, and each adds a matrix of rank one:
//! the row of a hinge (a second neuron on it), or the row of a neuron that is on in the whole
//! domain, for one neuron; any other row for two, since a single neuron there would add a kink.
//! So at least `n + min over S of the fewest further neurons` are needed. Without an output bias
//! rows carry their constant as one more column.

use std::collections::HashSet;

use pellucid_core::linear::{Echelon, rank};
use pellucid_core::{Affine, Biases, Domain, Hyperplane, Rational};

use crate::one_layer::Form;

/// All orientations of this many hinges are tried; with more, one output is searched by sums.
const MAX_TRIED_HINGES: usize = 12;
/// Free variables tried at most in a search by sums, as a power of two.
const MAX_FREE: usize = 14;
/// Orientations times choices of cheap rows looked at at most.
const MAX_CASES: usize = 1 << 20;
/// Different partial sums kept at most.
const MAX_SUMS: usize = 1 << 18;

type Row = Vec<Rational>;

/// The number of hidden neurons that every one-layer network for the form has at least, as far as
/// this checker can show; orientations are tried only if `wanted` cannot be shown without.
///
/// # Errors
/// When no network without these biases computes the form at all, or when there are too many cases
/// to look at.
pub fn lower_bound(form: &Form, domain: &Domain, biases: Biases, wanted: usize) -> Result<usize, String> {
    let bounded = *domain != Domain::Everywhere;
    if !biases.hidden {
        let off_origin = |plane: &Hyperplane| !plane.offset.is_zero();
        if form.jumps.keys().any(off_origin) {
            return Err("a kink does not go through the origin, and hidden biases are excluded".into());
        }
        if !biases.output && form.affine.iter().any(|map| !map.constant.is_zero()) {
            return Err("there is a constant, and biases are excluded".into());
        }
    }
    let with_constant = biases.hidden && !biases.output;
    let row = |map: &Affine| -> Row {
        let constant = with_constant.then(|| map.constant.clone());
        map.coefficients.iter().cloned().chain(constant).collect()
    };
    let hinges: Vec<(Row, &[Rational])> =
        form.jumps.iter().map(|(plane, jump)| (row(&plane.to_affine()), jump.as_slice())).collect();
    let rest: Vec<Row> = form.affine.iter().map(row).collect();
    let width = rest.first().map_or(0, Vec::len);
    let mut cheap: Vec<Row> = hinges.iter().map(|(u, _)| u.clone()).collect();
    if with_constant && !bounded {
        let mut constant = vec![Rational::zero(); width];
        constant[width - 1] = Rational::one();
        cheap.push(constant);
    }
    let rule = if bounded && biases == Biases::ALLOWED {
        Rule::AnyRow
    } else if bounded {
        Rule::OneSigned { domain, with_constant }
    } else {
        Rule::Listed
    };
    let n = hinges.len();
    // What no orientation changes: the rest modulo all hinges' rows.
    let modulo = Echelon::of(cheap.iter().map(Vec::as_slice));
    let left: Vec<Row> = rest.iter().map(|row| modulo.reduce(row)).collect();
    let fixed = n + if matches!(rule, Rule::Listed) { 2 } else { 1 } * rank(&left);
    if wanted <= fixed {
        return Ok(fixed);
    }
    if n <= MAX_TRIED_HINGES {
        let cases = (1usize << n).saturating_mul(n_choices(cheap.len(), 2 * rest.len().min(width)));
        if cases > MAX_CASES {
            return Err(format!("{cases} cases are more than this checker looks at"));
        }
        let tried = (0..1usize << n).map(|choice| {
            let mut rest = rest.clone();
            for (u, jump) in hinges.iter().enumerate().filter(|(k, _)| choice >> k & 1 == 1).map(|(_, hinge)| hinge) {
                for (row, j) in rest.iter_mut().zip(*jump) {
                    row.iter_mut().zip(u).for_each(|(r, u)| *r += &(j * u));
                }
            }
            further(&rest, &cheap, &rule)
        });
        return Ok(n + tried.min().unwrap_or(0));
    }
    if let ([rest], false) = (rest.as_slice(), matches!(rule, Rule::OneSigned { .. })) {
        let turns: Vec<Row> = hinges.iter().map(|(u, jump)| u.iter().map(|u| u * &jump[0]).collect()).collect();
        let target: Row = rest.iter().map(|r| -r).collect();
        if !no_choice_has_sum(&turns, &target) {
            return Ok(n);
        }
        let multiple_excluded = || {
            cheap.iter().all(|row| {
                let modulo = Echelon::of([row.as_slice()]);
                let reduced: Vec<Row> = turns.iter().map(|v| modulo.reduce(v)).collect();
                no_choice_has_sum(&reduced, &modulo.reduce(&target))
            })
        };
        return Ok(n + if matches!(rule, Rule::Listed) && multiple_excluded() { 2 } else { 1 });
    }
    Ok(fixed)
}

/// Which rows cost one neuron; all others cost two.
enum Rule<'a> {
    Listed,
    AnyRow,
    OneSigned { domain: &'a Domain, with_constant: bool },
}

/// The fewest neurons that add up to a rest, or fewer where that is not known.
fn further(rest: &[Row], cheap: &[Row], rule: &Rule<'_>) -> usize {
    let r = rank(rest);
    match rule {
        Rule::AnyRow => r,
        Rule::Listed => fewest_with_listed(rest, cheap, r),
        Rule::OneSigned { domain, with_constant } => {
            let range = |row: &Row| {
                let split = row.len() - usize::from(*with_constant);
                let constant = row[split..].first().cloned().unwrap_or_default();
                domain.range(&Affine { coefficients: row[..split].to_vec(), constant })
            };
            let one_signed = |row: &Row| {
                let (low, high) = range(row);
                low.is_some_and(|v| !v.is_negative()) || high.is_some_and(|v| !v.is_positive())
            };
            // Rows without constant whose box has the origin inside: none has one sign.
            let origin_inside = match domain {
                Domain::Box(sides) => sides.iter().all(|(low, high)| low.is_negative() && high.is_positive()),
                Domain::Everywhere => true,
            };
            if !with_constant && origin_inside {
                return fewest_with_listed(rest, cheap, r);
            }
            let direction = rest.iter().find(|row| row.iter().any(|c| !c.is_zero()));
            match (r, direction) {
                (1, Some(row)) => {
                    let listed = cheap.iter().any(|u| rank(&[row.clone(), u.clone()]) == 1);
                    if listed || one_signed(row) { 1 } else { 2 }
                }
                _ => r,
            }
        }
    }
}

/// The number of ways to choose fewer than `below` of `n`.
fn n_choices(n: usize, below: usize) -> usize {
    let mut ways = 1usize;
    let mut sum = 1usize;
    for size in 1..below.min(n + 1) {
        ways = ways.saturating_mul(n + 1 - size) / size;
        sum = sum.saturating_add(ways);
    }
    sum
}

/// `min over chosen cheap rows of (their number + 2 * rank of the rest modulo them)`.
fn fewest_with_listed(rest: &[Row], cheap: &[Row], r: usize) -> usize {
    let mut fewest = 2 * r;
    // Depth first over choices; a choice as large as the best so far cannot improve it.
    let mut pending: Vec<(usize, usize, Echelon)> = vec![(0, 0, Echelon::default())];
    while let Some((next, chosen, span)) = pending.pop() {
        let left: Vec<Row> = rest.iter().map(|row| span.reduce(row)).collect();
        fewest = fewest.min(chosen + 2 * rank(&left));
        if chosen + 1 < fewest {
            for (k, row) in cheap.iter().enumerate().skip(next) {
                let mut more = span.clone();
                if more.insert(row) {
                    pending.push((k + 1, chosen + 1, more));
                }
            }
        }
    }
    fewest
}

/// Is it certain that no choice of the vectors adds up to the target? Says no when there are too
/// many cases to look at.
fn no_choice_has_sum(vectors: &[Row], target: &Row) -> bool {
    let n = vectors.len();
    let equations: Vec<Row> =
        (0..target.len()).map(|i| vectors.iter().map(|v| v[i].clone()).chain([target[i].clone()]).collect()).collect();
    let solved = Echelon::of(equations.iter().map(Vec::as_slice));
    if solved.pivots.contains(&n) {
        return true;
    }
    let free: Vec<usize> = (0..n).filter(|k| !solved.pivots.contains(k)).collect();
    if free.len() <= MAX_FREE {
        let is_bit = |value: &Rational| value.is_zero() || value.is_one();
        return !(0..1usize << free.len()).any(|choice| {
            solved.rows.iter().all(|row| {
                let taken = free.iter().enumerate().filter(|(bit, _)| choice >> bit & 1 == 1);
                is_bit(&(&row[n] - taken.map(|(_, k)| &row[*k]).sum::<Rational>()))
            })
        });
    }
    let (first, second) = vectors.split_at(n / 2);
    let (Some(left), Some(right)) = (all_sums(first, target.len()), all_sums(second, target.len())) else {
        return false;
    };
    !left.iter().any(|sum| right.contains(&target.iter().zip(sum).map(|(t, s)| t - s).collect::<Row>()))
}

fn all_sums(vectors: &[Row], width: usize) -> Option<HashSet<Row>> {
    let mut sums = HashSet::from([vec![Rational::zero(); width]]);
    for vector in vectors {
        let more: Vec<Row> = sums.iter().map(|sum| sum.iter().zip(vector).map(|(s, v)| s + v).collect()).collect();
        sums.extend(more);
        if sums.len() > MAX_SUMS {
            return None;
        }
    }
    Some(sums)
}
