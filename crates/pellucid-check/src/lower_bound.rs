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
use crate::refuse_if;

/// All orientations of this many hinges are tried; with more, one output is searched by sums.
const MAX_TRIED_HINGES: usize = 12;
/// Free variables tried at most in a search by sums, as a power of two.
const MAX_FREE: usize = 14;
/// Numbers touched at most: seconds, whatever a certificate asks for.
const MAX_WORK: usize = 1 << 25;
/// How much more than adding a number it is to keep it.
const HASHING: usize = 8;
/// Numbers in all partial sums kept at most.
const MAX_KEPT: usize = 1 << 21;

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
        let off = form.jumps.keys().any(off_origin);
        refuse_if(off, "a kink does not go through the origin, and hidden biases are excluded")?;
        let constant = !biases.output && form.affine.iter().any(|map| !map.constant.is_zero());
        refuse_if(constant, "there is a constant, and biases are excluded")?;
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
    // What no orientation changes: the rest modulo all hinges' rows. Modulo all cheap rows, each
    // further rank takes two neurons where only those are cheap.
    let rank_modulo = |rows: &[Row]| {
        let span = Echelon::of(rows.iter().map(Vec::as_slice));
        rank(&rest.iter().map(|row| span.reduce(row)).collect::<Vec<Row>>())
    };
    let fixed = match rule {
        Rule::Listed => n + rank_modulo(&cheap[..n]).max(2 * rank_modulo(&cheap)),
        _ => n + rank_modulo(&cheap),
    };
    if wanted <= fixed {
        return Ok(fixed);
    }
    if n <= MAX_TRIED_HINGES {
        let r = rest.len().min(width);
        let choices = if rule.chooses() { n_choices(cheap.len(), 2 * r) } else { 1 };
        let work = (1usize << n).saturating_mul(choices).saturating_mul(rest.len() * width * r);
        refuse_if(work > MAX_WORK, "there are more cases than this checker looks at")?;
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
        let mut work = MAX_WORK;
        if !no_choice_has_sum(&turns, &target, &mut work) {
            return Ok(fixed);
        }
        let mut multiple_excluded = || {
            cheap.iter().all(|row| {
                let modulo = Echelon::of([row.as_slice()]);
                let reduced: Vec<Row> = turns.iter().map(|v| modulo.reduce(v)).collect();
                no_choice_has_sum(&reduced, &modulo.reduce(&target), &mut work)
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

impl Rule<'_> {
    /// Must cheap rows be chosen from a list?
    fn chooses(&self) -> bool {
        match self {
            Rule::Listed => true,
            Rule::AnyRow => false,
            // Rows without constant on a box with the origin inside: none has one sign.
            Rule::OneSigned { domain: Domain::Box(sides), with_constant: false } => {
                sides.iter().all(|(low, high)| low.is_negative() && high.is_positive())
            }
            Rule::OneSigned { .. } => false,
        }
    }

    /// Has the map of this row one sign on the whole domain?
    fn has_one_sign(&self, row: &Row) -> bool {
        let Rule::OneSigned { domain, with_constant } = self else { return false };
        let (coefficients, constant) = row.split_at(row.len() - usize::from(*with_constant));
        let constant = constant.first().cloned().unwrap_or_default();
        let (low, high) = domain.range(&Affine { coefficients: coefficients.to_vec(), constant });
        low.is_some_and(|v| !v.is_negative()) || high.is_some_and(|v| !v.is_positive())
    }
}

/// The fewest neurons that add up to a rest, or fewer where that is not known.
fn further(rest: &[Row], cheap: &[Row], rule: &Rule<'_>) -> usize {
    let r = rank(rest);
    if rule.chooses() {
        return fewest_with_listed(rest, cheap, r);
    }
    match (rule, rest.iter().find(|row| row.iter().any(|c| !c.is_zero()))) {
        // A single row that is neither cheap nor of one sign takes two neurons.
        (Rule::OneSigned { .. }, Some(row)) if r == 1 => {
            let listed = cheap.iter().any(|u| rank(&[row.clone(), u.clone()]) == 1);
            if listed || rule.has_one_sign(row) { 1 } else { 2 }
        }
        _ => r,
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
/// many cases to look at. Takes what it costs from `work`.
fn no_choice_has_sum(vectors: &[Row], target: &Row, work: &mut usize) -> bool {
    let n = vectors.len();
    if !take(work, HASHING.saturating_mul(n * target.len() * n.min(target.len()))) {
        return false;
    }
    let equations: Vec<Row> =
        (0..target.len()).map(|i| vectors.iter().map(|v| v[i].clone()).chain([target[i].clone()]).collect()).collect();
    let solved = Echelon::of(equations.iter().map(Vec::as_slice));
    if solved.pivots.contains(&n) {
        return true;
    }
    let free: Vec<usize> = (0..n).filter(|k| !solved.pivots.contains(k)).collect();
    if free.len() <= MAX_FREE {
        let cost = (1usize << free.len()).saturating_mul(solved.rows.len() * (free.len() + 1));
        if !take(work, cost) {
            return false;
        }
        let is_bit = |value: &Rational| value.is_zero() || value.is_one();
        return !(0..1usize << free.len()).any(|choice| {
            solved.rows.iter().all(|row| {
                let taken = free.iter().enumerate().filter(|(bit, _)| choice >> bit & 1 == 1);
                is_bit(&(&row[n] - taken.map(|(_, k)| &row[*k]).sum::<Rational>()))
            })
        });
    }
    let (first, second) = vectors.split_at(n / 2);
    let Some(left) = all_sums(first, target.len(), work) else { return false };
    let Some(right) = all_sums(second, target.len(), work) else { return false };
    !left.iter().any(|sum| right.contains(&target.iter().zip(sum).map(|(t, s)| t - s).collect::<Row>()))
}

fn all_sums(vectors: &[Row], width: usize, work: &mut usize) -> Option<HashSet<Row>> {
    let mut sums = HashSet::from([vec![Rational::zero(); width]]);
    for vector in vectors {
        let numbers = sums.len().saturating_mul(width);
        if numbers > MAX_KEPT || !take(work, numbers.saturating_mul(HASHING)) {
            return None;
        }
        let more: Vec<Row> = sums.iter().map(|sum| sum.iter().zip(vector).map(|(s, v)| s + v).collect()).collect();
        sums.extend(more);
    }
    Some(sums)
}

/// Takes a cost from what is left; says whether there was enough.
fn take(work: &mut usize, cost: usize) -> bool {
    let enough = *work >= cost;
    *work = work.saturating_sub(cost);
    enough
}
