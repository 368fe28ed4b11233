//! The few affine maps that a function follows nearly everywhere.
//!
//! Noise splits a piece into many cells whose gradients scatter, while their values stay close to one
//! map. So a map is judged by how many points have a value near it, whatever their gradient: the one
//! with most is taken, fitted to its points, and the search goes on with the others.

use rustc_hash::FxHashMap;

use super::sampled::{FloatMap, Sampled};

/// So many maps are looked for at most.
pub const MAX_MAPS: usize = 40;
/// So many gradients that are seen often are tried.
const MAX_CANDIDATES: usize = 64;
/// The search ends when a further map would have a smaller share of the points.
const LEAST_SHARE: f64 = 0.0015;
/// Rounds in which points choose their map and maps are fitted to their points.
const N_ROUNDS: usize = 3;
/// How much a gradient counts for a fit beside a value: little, but enough for thin pieces.
const GRADIENT_WEIGHT: f64 = 0.01;
/// How much a gradient counts beside a value when a point chooses its map.
const TURN_WEIGHT: f64 = 0.05;

/// The maps, and the share of points that have a value near one of them.
pub struct LargePieces {
    /// The map with most points first.
    pub maps: Vec<FloatMap>,
    /// From 0 to 1.
    pub covered: f64,
}

/// The maps that a function follows up to noise of this size.
pub fn large_pieces(sampled: &Sampled, noise: f64) -> LargePieces {
    let n_points = sampled.len();
    let mut candidates: Vec<(FloatMap, Mask)> = Vec::new();
    for map in frequent_maps(sampled, noise) {
        let near = near(sampled, &map, noise);
        candidates.push((map, near));
    }
    let mut open: Mask = vec![1; n_points];
    let mut maps: Vec<Fitted> = Vec::new();
    while maps.len() < MAX_MAPS {
        let Some((best, reached)) = candidates.iter().max_by_key(|(_, near)| count_both(near, &open)) else { break };
        let mut reached = both(reached, &open);
        let mut fitted = Fitted { map: best.clone(), points: None };
        let mut count = count_both(&reached, &open);
        if (count as f64) < (LEAST_SHARE * n_points as f64).max(1.0) {
            break;
        }
        // A fit to the points nearby reaches further ones.
        for _ in 0..2 {
            let Some(further_map) = fit(sampled, &reached) else { break };
            let further = both(&near(sampled, &further_map, noise), &open);
            let further_count = count_both(&further, &open);
            if further_count < count {
                break;
            }
            let is_same = further == reached;
            fitted = Fitted { map: further_map, points: Some(reached) };
            (reached, count) = (further, further_count);
            if is_same {
                break;
            }
        }
        open.iter_mut().zip(&reached).for_each(|(open, reached)| *open &= 1 - reached);
        maps.push(fitted);
    }
    for _ in 0..N_ROUNDS {
        let is_settled;
        (maps, is_settled) = refitted(sampled, maps, noise);
        if is_settled {
            break;
        }
    }
    let maps: Vec<FloatMap> = maps.into_iter().map(|fitted| fitted.map).collect();
    let mut covered: Mask = vec![0; n_points];
    for map in &maps {
        covered.iter_mut().zip(near(sampled, map, noise)).for_each(|(covered, near)| *covered |= near);
    }
    LargePieces { maps, covered: count_both(&covered, &covered) as f64 / n_points.max(1) as f64 }
}

/// A map, and the points that it was fitted to: the same points need no other fit.
struct Fitted {
    map: FloatMap,
    points: Option<Mask>,
}

/// Some of the points: 1 for those that are meant, 0 for the others.
type Mask = Vec<u8>;

/// The points that have a value near a map.
fn near(sampled: &Sampled, map: &FloatMap, noise: f64) -> Mask {
    let values = map.at_all(&sampled.inputs).into_iter().zip(&sampled.values);
    values.map(|(here, value)| u8::from((value - here).abs() <= noise)).collect()
}

fn both(a: &[u8], b: &[u8]) -> Mask {
    a.iter().zip(b).map(|(a, b)| a & b).collect()
}

fn count_both(a: &[u8], b: &[u8]) -> usize {
    // Short sums fit into bytes, many at a time.
    let sums = a.chunks(255).zip(b.chunks(255)).map(|(a, b)| a.iter().zip(b).map(|(a, b)| a & b).sum::<u8>());
    sums.map(usize::from).sum()
}

/// Added to a float, and taken away again, this rounds it to a whole number: its last binary digit is worth 1.
const ROUNDS: f64 = 1.5 * (1u64 << 52) as f64;

/// The mean of maps around points, for the gradients that are seen most often.
fn frequent_maps(sampled: &Sampled, noise: f64) -> Vec<FloatMap> {
    let swing = sampled.swing();
    let per_grid = 1.0 / (4.0 * noise).max(0.004 * swing);
    let constants = sampled.constants();
    let columns = || sampled.gradients.iter().chain([&constants]);
    let sizes: Vec<f64> = sampled.reach.iter().chain([&1.0]).map(|reach| reach * per_grid).collect();
    let n = sizes.len();
    // The keys of all points, one after the other.
    let mut keys = vec![0u64; n * sampled.len()];
    for (i, (column, size)) in columns().zip(&sizes).enumerate() {
        let places = keys.iter_mut().skip(i).step_by(n);
        places.zip(column).for_each(|(key, number)| *key = (number * size + ROUNDS).to_bits());
    }
    let mut buckets: FxHashMap<&[u64], (usize, Vec<f64>)> = FxHashMap::default();
    for (k, key) in keys.chunks(n).enumerate() {
        let (count, sums) = buckets.entry(key).or_insert_with(|| (0, vec![0.0; n]));
        *count += 1;
        sums.iter_mut().zip(columns()).for_each(|(sum, column)| *sum += column[k]);
    }
    // The order of equally frequent ones must not hang on the hashes.
    let mut ranked: Vec<_> = buckets.into_iter().map(|(key, (count, sums))| (count, key, sums)).collect();
    ranked.sort_by(|a, b| (b.0, a.1).cmp(&(a.0, b.1)));
    ranked.truncate(MAX_CANDIDATES);
    let mean = |(count, sums): (usize, &Vec<f64>)| {
        let mut numbers: Vec<f64> = sums.iter().map(|sum| sum / count as f64).collect();
        let constant = numbers.pop().unwrap_or_default();
        FloatMap { coefficients: numbers, constant }
    };
    ranked.iter().map(|(count, _, sums)| mean((*count, sums))).collect()
}

/// Every point chooses the map that its value and gradient fit best, and every map is fitted to those that
/// are near it and near no other. Maps without points go. Says also whether all maps have stayed.
fn refitted(sampled: &Sampled, maps: Vec<Fitted>, noise: f64) -> (Vec<Fitted>, bool) {
    let here: Vec<Vec<f64>> = maps.iter().map(|fitted| fitted.map.at_all(&sampled.inputs)).collect();
    let n_points = sampled.len();
    let (mut least, mut best) = (vec![f64::INFINITY; n_points], vec![usize::MAX; n_points]);
    for (index, (Fitted { map, .. }, here)) in maps.iter().zip(&here).enumerate() {
        let mut off: Vec<f64> = sampled.values.iter().zip(here).map(|(value, here)| (value - here).abs()).collect();
        for ((gradient, c), reach) in sampled.gradients.iter().zip(&map.coefficients).zip(&sampled.reach) {
            let weight = TURN_WEIGHT * reach;
            off.iter_mut().zip(gradient).for_each(|(off, g)| *off += weight * (g - c).abs());
        }
        for ((least, best), off) in least.iter_mut().zip(&mut best).zip(off) {
            (*least, *best) = if off < *least { (off, index) } else { (*least, *best) };
        }
    }
    let mut chosen: Vec<Mask> = vec![vec![0; n_points]; maps.len()];
    let mut own = vec![f64::NAN; n_points];
    for (k, best) in best.into_iter().enumerate() {
        if let Some(here) = here.get(best) {
            own[k] = here[k];
            chosen[best][k] = u8::from((sampled.values[k] - here[k]).abs() <= 3.0 * noise);
        }
    }
    // How many maps are near the one that each point chose, itself among them.
    let mut n_near: Mask = vec![0; n_points];
    for map in &here {
        let near = map.iter().zip(&own).map(|(map, own)| u8::from((map - own).abs() <= 4.0 * noise));
        n_near.iter_mut().zip(near).for_each(|(count, near)| *count += near);
    }
    let mut fits: Vec<(usize, Fitted)> = Vec::new();
    let mut is_settled = true;
    for (known, points) in maps.into_iter().zip(chosen) {
        let count = count_both(&points, &points);
        if count == 0 {
            is_settled = false;
            continue;
        }
        let alone: Mask = points.iter().zip(&n_near).map(|(point, near)| point & u8::from(*near == 1)).collect();
        let enough = count_both(&alone, &alone) > 2 * known.map.coefficients.len();
        let points = if enough { alone } else { points };
        let is_known = known.points.as_ref() == Some(&points);
        is_settled &= is_known;
        let map = if is_known { known.map } else { fit(sampled, &points).unwrap_or(known.map) };
        fits.push((count, Fitted { map, points: Some(points) }));
    }
    fits.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    (fits.into_iter().map(|(_, fitted)| fitted).collect(), is_settled)
}

/// The map with the least squares from all values, and a little from the gradients.
pub fn least_squares(sampled: &Sampled) -> Option<FloatMap> {
    fit(sampled, &vec![1; sampled.len()])
}

/// The map with the least squares from the values, and a little from the gradients, of these points.
fn fit(sampled: &Sampled, points: &[u8]) -> Option<FloatMap> {
    let n = sampled.reach.len();
    let places: Vec<usize> = (0..points.len()).filter(|k| points[*k] == 1).collect();
    if places.is_empty() {
        return None;
    }
    let count = places.len() as f64;
    let picked = |column: &[f64]| places.iter().map(|k| column[*k]).collect::<Vec<f64>>();
    // Around their middle and by reach, so that all unknowns are of one size.
    let centred = |column: &[f64], each: f64| {
        let mut column = picked(column);
        let middle = sum_in_lanes(&column) / count;
        column.iter_mut().for_each(|value| *value = (*value - middle) * each);
        (middle, column)
    };
    let (mean, values) = centred(&sampled.values, 1.0);
    let (middle, inputs): (Vec<f64>, Vec<Vec<f64>>) =
        sampled.inputs.iter().zip(&sampled.reach).map(|(input, reach)| centred(input, 1.0 / reach)).unzip();
    let row = |i: usize| {
        let mut row: Vec<f64> = (0..n).map(|j| dot_in_lanes(&inputs[i], &inputs[j])).collect();
        row[i] += GRADIENT_WEIGHT * count;
        let slope = sum_in_lanes(&picked(&sampled.gradients[i])) * sampled.reach[i];
        row.push(dot_in_lanes(&inputs[i], &values) + GRADIENT_WEIGHT * slope);
        row
    };
    let solution = solve((0..n).map(row).collect())?;
    let coefficients: Vec<f64> = solution.iter().zip(&sampled.reach).map(|(s, reach)| s / reach).collect();
    let constant = mean - coefficients.iter().zip(&middle).map(|(c, x)| c * x).sum::<f64>();
    Some(FloatMap { coefficients, constant })
}

/// The sum of products, in eight sums side by side: one after the other they would wait for each other.
fn dot_in_lanes(values: &[f64], others: &[f64]) -> f64 {
    let mut sums = [0.0; 8];
    for (values, others) in values.chunks(8).zip(others.chunks(8)) {
        sums.iter_mut().zip(values.iter().zip(others)).for_each(|(sum, (a, b))| *sum += a * b);
    }
    sums.iter().sum()
}

/// The sum of numbers, likewise.
fn sum_in_lanes(values: &[f64]) -> f64 {
    let mut sums = [0.0; 8];
    for values in values.chunks(8) {
        sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
    }
    sums.iter().sum()
}

/// Solves a symmetric positive system, the right side in the last column.
fn solve(mut rows: Vec<Vec<f64>>) -> Option<Vec<f64>> {
    let n = rows.len();
    for i in 0..n {
        let pivot = (i..n).max_by(|a, b| rows[*a][i].abs().total_cmp(&rows[*b][i].abs()))?;
        rows.swap(i, pivot);
        if rows[i][i].abs() < 1e-300 {
            return None;
        }
        for r in (0..n).filter(|r| *r != i) {
            let factor = rows[r][i] / rows[i][i];
            let source = rows[i].clone();
            rows[r].iter_mut().zip(&source).for_each(|(value, s)| *value -= factor * s);
        }
    }
    Some((0..n).map(|i| rows[i][n] / rows[i][i]).collect())
}
