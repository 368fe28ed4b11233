//! A formula offered for a network: maps with simple numbers, and which of them is chosen where.

use pellucid_core::{Affine, Domain, Error, Expr, Rational};
use pellucid_prove::{Limits, representable_graph};
use rustc_hash::FxHashMap;

use super::columns::Column;
use super::sampled::{FloatMap, Sampled};
use crate::affine_to_expr::{affine_terms, affine_to_expr, length, ordered};
use crate::by_pieces::PLAIN_LENGTH;
use crate::form_to_expr::form_to_expr;
use crate::max_min::MaxMin;
use crate::shorten::{is_plain, shorten};
use crate::simplest::simplest_near;

/// Formulas of more cells than this are not looked at for a form with one hidden layer.
const MAX_CELLS: usize = 2_000;
/// Patterns of maps above and below that fewer than this share of the points have are left out.
const LEAST_SHARE: f64 = 0.001;

/// What a group of inputs adds to an output.
#[derive(Clone)]
pub struct Part {
    /// The inputs of the group, by index.
    pub inputs: Vec<usize>,
    /// Maps of the group's inputs, all different.
    pub maps: Vec<Affine>,
}

impl Part {
    /// The maps with their numbers made simple: none moves a value by more than `slack`.
    pub fn rounded(inputs: &[usize], maps: &[FloatMap], reach: &[f64], slack: f64) -> Option<Self> {
        let simple =
            |value: f64, slack: f64| Some(simplest_near(&Rational::from_f64(value)?, &Rational::from_f64(slack)?));
        let mut rounded: Vec<Affine> = Vec::new();
        for map in maps {
            let pairs = map.coefficients.iter().zip(reach);
            let coefficients = pairs.map(|(c, reach)| simple(*c, slack / reach)).collect::<Option<_>>()?;
            let map = Affine { coefficients, constant: simple(map.constant, slack)? };
            if !rounded.contains(&map) {
                rounded.push(map);
            }
        }
        Some(Part { inputs: inputs.to_vec(), maps: rounded })
    }

    /// Which map the function follows where, read off the points that are clear about it, and the values of the
    /// maps so chosen at all points, in floats.
    pub fn choice(&self, sampled: &Sampled, noise: f64) -> (MaxMin, Column) {
        let columns = self.columns(&sampled.inputs);
        let mut patterns: FxHashMap<(u64, u64), usize> = FxHashMap::default();
        let mut row = vec![0.0; columns.len()];
        for (k, value) in sampled.values.iter().enumerate() {
            let (mut here, mut least) = (0, f64::INFINITY);
            for (i, column) in columns.iter().enumerate() {
                row[i] = column[k];
                let off = (row[i] - value).abs();
                if off < least {
                    (here, least) = (i, off);
                }
            }
            // The bits of the maps that are not below the function here, and of those that are not above it.
            let (mut above, mut below, mut is_clear) = (0u64, 0u64, true);
            for (i, map) in row.iter().enumerate() {
                let gap = map - row[here];
                is_clear &= i == here || gap.abs() > 2.0 * noise;
                above |= u64::from(gap >= 0.0) << i;
                below |= u64::from(gap <= 0.0) << i;
            }
            if is_clear {
                *patterns.entry((above, below)).or_default() += 1;
            }
        }
        let least = LEAST_SHARE * sampled.len() as f64;
        let common = |count: usize| count as f64 >= least;
        let members = |bits: u64| (0..columns.len()).filter(|i| bits >> i & 1 == 1).collect::<Vec<usize>>();
        let kept = patterns.iter().filter(|(_, count)| common(**count));
        let mut kept: Vec<_> = kept.map(|((above, below), _)| (members(*above), members(*below))).collect();
        kept.sort();
        let (above, below): (Vec<_>, Vec<_>) = kept.into_iter().unzip();
        let choice = MaxMin::new(&above, &below);
        let values = choice.choose(&columns);
        (choice, values)
    }

    /// The values of every map at all points.
    fn columns(&self, inputs: &[Column]) -> Vec<Column> {
        self.maps.iter().map(|map| FloatMap::of(map).at_all(inputs)).collect()
    }

    /// The maps as maps of all inputs.
    fn widened(&self, n_inputs: usize) -> Vec<Affine> {
        let widen = |map: &Affine| {
            let mut wide = Affine::constant(n_inputs, map.constant.clone());
            self.inputs.iter().zip(&map.coefficients).for_each(|(i, c)| wide.coefficients[*i] = c.clone());
            wide
        };
        self.maps.iter().map(widen).collect()
    }
}

/// The sum of parts and a constant, as short as it is found. The constant goes to where it makes the text
/// shortest.
///
/// # Errors
/// When work is to stop.
pub fn sum_of_parts(
    parts: &[(Part, MaxMin)],
    constant: &Rational,
    n_inputs: usize,
    domain: &Domain,
    limits: Limits<'_>,
) -> Result<Expr, Error> {
    let mut outside = Affine::constant(n_inputs, constant.clone());
    let mut bent: Vec<(Vec<Affine>, &MaxMin)> = Vec::new();
    for (part, choice) in parts {
        let maps = part.widened(n_inputs);
        match maps.as_slice() {
            [map] => outside.add_scaled(&Rational::one(), map),
            _ => bent.push((maps, choice)),
        }
    }
    let mut written: Vec<Expr> = Vec::with_capacity(bent.len());
    for (maps, choice) in &bent {
        written.push(shortest(maps, choice, domain, limits)?);
    }
    let whole =
        |written: &[Expr], outside: &Affine| ordered(written.iter().cloned().chain(affine_terms(outside)).collect());
    let mut best = whole(&written, &outside);
    if !outside.constant.is_zero() && bent.len() < 8 {
        let mut rest = outside.clone();
        rest.constant = Rational::zero();
        for (k, (maps, choice)) in bent.iter().enumerate() {
            let mut maps = maps.clone();
            maps.iter_mut().for_each(|map| map.constant += &outside.constant);
            let mut with = written.clone();
            with[k] = shortest(&maps, choice, domain, limits)?;
            let expr = whole(&with, &rest);
            if length(&expr) < length(&best) {
                best = expr;
            }
        }
    }
    Ok(shorten(&best))
}

/// The maps chosen from, or the same as a sum of hinges where it is one.
fn shortest(maps: &[Affine], choice: &MaxMin, domain: &Domain, limits: Limits<'_>) -> Result<Expr, Error> {
    if let [map] = maps {
        return Ok(affine_to_expr(map));
    }
    let chosen = choice.written(maps);
    if length(&chosen) <= PLAIN_LENGTH && is_plain(&chosen) {
        return Ok(chosen);
    }
    let n_inputs = maps.first().map_or(0, |map| map.coefficients.len());
    let function = pellucid_core::Function::new(pellucid_core::numbered_inputs(n_inputs), vec![chosen.clone()])?;
    let own = Limits { max_cells: MAX_CELLS.min(limits.max_cells), ..limits };
    let form = match representable_graph(&function.to_relu_graph(), domain, own) {
        Ok(form) => form,
        Err(error) if limits.stopped() => return Err(error),
        Err(_) => None,
    };
    let hinges = form.map(|form| form_to_expr(&form, 0));
    Ok(hinges.filter(|hinges| length(hinges) <= length(&chosen)).unwrap_or(chosen))
}
