//! Random functions that one hidden layer computes, and the plainest count of the neurons they
//! need: every orientation of the hinges, every choice of second neurons.

use pellucid_core::{Biases, Domain, Expr, Function, Rational, numbered_inputs};
use proptest::prelude::*;

/// `affine_i(x) + sum_k factors_ki relu(row_k . x + constant_k)` for each output i.
#[derive(Clone, Debug)]
pub struct Hinges {
    pub n_inputs: usize,
    /// For each hinge its row with the constant last, and its factor to each output.
    pub hinges: Vec<(Vec<Rational>, Vec<Rational>)>,
    /// For each output its row with the constant last.
    pub affine: Vec<Vec<Rational>>,
}

fn small() -> impl Strategy<Value = Rational> {
    prop_oneof![
        3 => Just(Rational::zero()),
        6 => (-2i64..=2).prop_map(Rational::from),
        1 => ((-3i64..=3), (2i64..=3)).prop_map(|(p, q)| Rational::ratio(p, q)),
    ]
}

/// How the affine part is chosen: freely, or so that hinges take it up.
#[derive(Clone, Debug)]
enum Rest {
    Free(Vec<Vec<Rational>>),
    TakenUp(Vec<bool>),
    OneRow(usize, Vec<Rational>),
}

/// Up to `most` hinges, some on one hyperplane, some opposite.
pub fn hinges(n_inputs: usize, n_outputs: usize, most: usize, with_bias: bool) -> impl Strategy<Value = Hinges> {
    let row = move || prop::collection::vec(small(), n_inputs + 1);
    let copy = (prop::sample::select(&[-2i64, -1, 1, 2][..]), any::<prop::sample::Index>());
    let hinge = (row(), prop::option::weighted(0.3, copy), prop::collection::vec(small(), n_outputs));
    let rest = prop_oneof![
        prop::collection::vec(row(), n_outputs).prop_map(Rest::Free),
        prop::collection::vec(any::<bool>(), most).prop_map(Rest::TakenUp),
        (0..most.max(1), prop::collection::vec(small(), n_outputs)).prop_map(|(k, v)| Rest::OneRow(k, v)),
    ];
    (prop::collection::vec(hinge, 0..=most), rest).prop_map(move |(raw, rest)| {
        let mut hinges: Vec<(Vec<Rational>, Vec<Rational>)> = Vec::new();
        for (mut row, copy, factors) in raw {
            if let (Some((factor, index)), false) = (copy, hinges.is_empty()) {
                let from = &hinges[index.index(hinges.len())].0;
                row = from.iter().map(|c| c * Rational::from(factor)).collect();
            }
            if !with_bias {
                row[n_inputs] = Rational::zero();
            }
            hinges.push((row, factors));
        }
        let zeros = vec![vec![Rational::zero(); n_inputs + 1]; n_outputs];
        let added = |mut affine: Vec<Vec<Rational>>, k: usize, v: &[Rational], sign: i64| {
            for (row, v) in affine.iter_mut().zip(v) {
                row.iter_mut().zip(&hinges[k].0).for_each(|(a, u)| *a += &(Rational::from(sign) * v * u));
            }
            affine
        };
        let mut affine = match rest {
            Rest::Free(rows) => rows,
            Rest::OneRow(k, v) if k < hinges.len() => added(zeros, k, &v, 1),
            Rest::OneRow(..) => zeros,
            // Minus the hinges: a relu(z) - a z = a relu(-z).
            Rest::TakenUp(taken) => (0..hinges.len())
                .filter(|k| taken[*k])
                .fold(zeros, |affine, k| added(affine, k, &hinges[k].1.clone(), -1)),
        };
        if !with_bias {
            affine.iter_mut().for_each(|row| row[n_inputs] = Rational::zero());
        }
        Hinges { n_inputs, hinges, affine }
    })
}

impl Hinges {
    pub fn function(&self) -> Function {
        let (n, zero) = (self.n_inputs, Rational::zero());
        let outputs = self.affine.iter().enumerate().map(|(i, row)| {
            let terms = self.hinges.iter().map(|(row, factors)| {
                let hinge = Expr::Relu(Box::new(Expr::affine(&row[..n], &row[n])));
                Expr::scale(factors[i].clone(), hinge)
            });
            Expr::sum([Expr::affine(&row[..n], &row[n])].into_iter().chain(terms).chain([Expr::Constant(zero.clone())]))
        });
        Function::new(numbered_inputs(n), outputs.collect()).unwrap()
    }

    /// The fewest hidden neurons by the formula of the theory, for all rules about biases. `None`
    /// when the biases exclude every network. With several outputs on a box where not all biases
    /// are allowed it is a lower bound, and the second number says so.
    pub fn fewest(&self, domain: &Domain, biases: Biases) -> Option<(usize, bool)> {
        let n = self.n_inputs;
        let mut affine = self.affine.clone();
        let mut kinks: Vec<(Vec<Rational>, Vec<Rational>)> = Vec::new();
        for (row, factors) in &self.hinges {
            let (low, high) = range(row, domain);
            let mut add = |factor: &Rational, row: &[Rational]| {
                for (target, a) in affine.iter_mut().zip(factors) {
                    target.iter_mut().zip(row).for_each(|(t, x)| *t += &(factor * a * x));
                }
            };
            if high.is_some_and(|high| !high.is_positive()) {
                continue;
            }
            if low.is_some_and(|low| !low.is_negative()) {
                add(&Rational::one(), row);
                continue;
            }
            let at = row.iter().position(|c| !c.is_zero()).unwrap();
            let known = kinks.iter().position(|(u, _)| rank(&[u.clone(), row.clone()]) == 1);
            let k = known.unwrap_or_else(|| {
                kinks.push((row.clone(), vec![Rational::zero(); self.affine.len()]));
                kinks.len() - 1
            });
            let scale = &row[at] / &kinks[k].0[at];
            if scale.is_negative() {
                let u = kinks[k].0.clone();
                add(&scale, &u);
            }
            kinks[k].1.iter_mut().zip(factors).for_each(|(jump, a)| *jump += &(a * scale.abs()));
        }
        kinks.retain(|(_, jump)| jump.iter().any(|j| !j.is_zero()));
        if !biases.hidden && kinks.iter().any(|(u, _)| !u[n].is_zero()) {
            return None;
        }
        if !biases.hidden && !biases.output && affine.iter().any(|row| !row[n].is_zero()) {
            return None;
        }
        let width = n + usize::from(biases.hidden && !biases.output);
        let cut = |row: &Vec<Rational>| row[..width].to_vec();
        let mut rows: Vec<Vec<Rational>> = kinks.iter().map(|(u, _)| cut(u)).collect();
        if width > n && *domain == Domain::Everywhere {
            rows.push((0..width).map(|i| Rational::from(i64::from(i == n))).collect());
        }
        let further = (0..1usize << kinks.len()).map(|s| {
            let mut rest = affine.clone();
            for (u, jump) in (0..kinks.len()).filter(|k| s >> k & 1 == 1).map(|k| &kinks[k]) {
                for (row, j) in rest.iter_mut().zip(jump) {
                    row.iter_mut().zip(u).for_each(|(x, u)| *x += &(j * u));
                }
            }
            let rest: Vec<Vec<Rational>> = rest.iter().map(cut).collect();
            if let (Domain::Box(_), true) = (domain, biases == Biases::ALLOWED) {
                return (rank(&rest), false);
            }
            if let Domain::Box(sides) = domain
                && (width > n || !sides.iter().all(|(low, high)| low.is_negative() && high.is_positive()))
            {
                return one_signed(&rest, &rows, domain, n);
            }
            let choices = (0..1usize << rows.len()).map(|d| {
                let chosen: Vec<Vec<Rational>> =
                    (0..rows.len()).filter(|k| d >> k & 1 == 1).map(|k| rows[k].clone()).collect();
                chosen.len() + 2 * (rank(&[&chosen, rest.as_slice()].concat()) - rank(&chosen))
            });
            (choices.min().unwrap(), false)
        });
        let (least, open) = further.min().unwrap();
        Some((kinks.len() + least, open))
    }
}

/// The neurons for a rest of rank one where rows of one sign are cheap; for a larger rank a lower
/// bound.
fn one_signed(rest: &[Vec<Rational>], rows: &[Vec<Rational>], domain: &Domain, n: usize) -> (usize, bool) {
    let r = rank(rest);
    let Some(row) = rest.iter().find(|row| row.iter().any(|c| !c.is_zero())) else { return (0, false) };
    if r > 1 {
        return (r, true);
    }
    let mut with_constant = row.clone();
    with_constant.resize(n + 1, Rational::zero());
    let (low, high) = range(&with_constant, domain);
    let one_sign = low.is_some_and(|v| !v.is_negative()) || high.is_some_and(|v| !v.is_positive());
    let of_a_hinge = rows.iter().any(|u| rank(&[u.clone(), row.clone()]) == 1);
    (if one_sign || of_a_hinge { 1 } else { 2 }, false)
}

/// The rank of a matrix, by elimination.
pub fn rank(rows: &[Vec<Rational>]) -> usize {
    let mut rows = rows.to_vec();
    let mut rank = 0;
    for column in 0..rows.first().map_or(0, Vec::len) {
        let Some(at) = (rank..rows.len()).find(|i| !rows[*i][column].is_zero()) else { continue };
        rows.swap(rank, at);
        for i in rank + 1..rows.len() {
            let factor = &rows[i][column] / &rows[rank][column];
            for j in 0..rows[i].len() {
                rows[i][j] = &rows[i][j] - &factor * &rows[rank][j];
            }
        }
        rank += 1;
    }
    rank
}

/// The least and largest value of a row with its constant last, by the corners.
fn range(row: &[Rational], domain: &Domain) -> (Option<Rational>, Option<Rational>) {
    let (b, w) = row.split_last().unwrap();
    match domain {
        Domain::Box(sides) => {
            let corner = |mask: usize| {
                let ends = sides.iter().enumerate().map(|(i, s)| if mask >> i & 1 == 1 { &s.1 } else { &s.0 });
                b + w.iter().zip(ends).map(|(w, x)| w * x).sum::<Rational>()
            };
            let values: Vec<Rational> = (0..1usize << sides.len()).map(corner).collect();
            (values.iter().min().cloned(), values.iter().max().cloned())
        }
        _ if w.iter().all(Rational::is_zero) => (Some(b.clone()), Some(b.clone())),
        _ => (None, None),
    }
}

/// Everywhere, or a box around 0, beside it, or with 0 on its border.
pub fn domain(n_inputs: usize) -> impl Strategy<Value = Domain> {
    let side = prop::sample::select(&[(-1i64, 1i64), (0, 2), (1, 2), (-3, -1), (-5, 5)][..]);
    let of = |sides: Vec<(i64, i64)>| {
        Domain::Box(sides.into_iter().map(|(a, b)| (Rational::from(a), Rational::from(b))).collect())
    };
    prop_oneof![
        2 => Just(Domain::Everywhere),
        1 => Just(Domain::unit_box(n_inputs)),
        2 => prop::collection::vec(side, n_inputs).prop_map(of),
    ]
}

/// Points of a domain, corners among them.
pub fn points(domain: &Domain, n_inputs: usize) -> Vec<Vec<Rational>> {
    let sides: Vec<(Rational, Rational)> = match domain {
        Domain::Box(sides) => sides.clone(),
        _ => vec![(Rational::from(-3), Rational::from(3)); n_inputs],
    };
    let mut state = 1u64;
    let mut next = move |below: u64| {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 33) % below
    };
    (0..40)
        .map(|round| {
            // Corners, a coarse lattice, then anything.
            let parts = [1u64, 6, 997][round % 3];
            sides
                .iter()
                .map(|(low, high)| low + (high - low) * Rational::ratio(next(parts + 1) as i64, parts as i64))
                .collect()
        })
        .collect()
}
