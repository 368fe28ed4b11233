//! The few affine maps that a function follows nearly everywhere.
//!
//! Noise splits a piece into many cells whose gradients scatter, while their values stay close to one
//! map. So a map is judged by how many points have a value near it, whatever their gradient: the one
//! with most is taken, fitted to its points, and the search goes on with the others.

use std::collections::HashMap;

use super::sampled::Sampled;

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

/// An affine map in floats.
#[derive(Clone, Debug)]
pub struct FloatMap {
    /// One an input.
    pub coefficients: Vec<f64>,
    /// The value at 0.
    pub constant: f64,
}

impl FloatMap {
    /// The value at a point.
    pub fn at(&self, point: &[f64]) -> f64 {
        self.coefficients.iter().zip(point).fold(self.constant, |sum, (c, x)| sum + c * x)
    }
}

/// The maps, and the share of points that have a value near one of them.
pub struct LargePieces {
    /// The map with most points first.
    pub maps: Vec<FloatMap>,
    /// From 0 to 1.
    pub covered: f64,
}

/// The maps that a function follows up to noise of this size.
pub fn large_pieces(sampled: &Sampled, noise: f64) -> LargePieces {
    let n_points = sampled.points.len();
    let is_near = |map: &FloatMap, k: usize| (sampled.values[k] - map.at(&sampled.points[k])).abs() <= noise;
    let mut candidates: Vec<(FloatMap, Vec<usize>)> = Vec::new();
    for map in frequent_maps(sampled, noise) {
        let near: Vec<usize> = (0..n_points).filter(|k| is_near(&map, *k)).collect();
        candidates.push((map, near));
    }
    let mut open = vec![true; n_points];
    let mut maps: Vec<FloatMap> = Vec::new();
    while maps.len() < MAX_MAPS {
        let gain = |near: &[usize]| near.iter().filter(|k| open[**k]).count();
        let Some((best, _)) = candidates.iter().max_by_key(|(_, near)| gain(near)) else { break };
        let mut map = best.clone();
        let mut near: Vec<usize> = (0..n_points).filter(|k| open[*k] && is_near(&map, *k)).collect();
        if (near.len() as f64) < (LEAST_SHARE * n_points as f64).max(1.0) {
            break;
        }
        // A fit to the points nearby reaches further ones.
        for _ in 0..2 {
            let Some(fitted) = fit(sampled, &near) else { break };
            let reached: Vec<usize> = (0..n_points).filter(|k| open[*k] && is_near(&fitted, *k)).collect();
            if reached.len() < near.len() {
                break;
            }
            (map, near) = (fitted, reached);
        }
        near.iter().for_each(|k| open[*k] = false);
        maps.push(map);
    }
    for _ in 0..N_ROUNDS {
        maps = refitted(sampled, &maps, noise);
    }
    let covered = (0..n_points).filter(|k| maps.iter().any(|map| is_near(map, *k))).count();
    LargePieces { maps, covered: covered as f64 / n_points.max(1) as f64 }
}

/// The mean of maps around points, for the gradients that are seen most often.
fn frequent_maps(sampled: &Sampled, noise: f64) -> Vec<FloatMap> {
    let swing = sampled.swing();
    let grid = (4.0 * noise).max(0.004 * swing);
    let mut buckets: HashMap<Vec<i64>, (usize, Vec<f64>)> = HashMap::new();
    for ((point, value), gradient) in sampled.points.iter().zip(&sampled.values).zip(&sampled.gradients) {
        let constant = value - gradient.iter().zip(point).map(|(g, x)| g * x).sum::<f64>();
        let sizes = gradient.iter().zip(&sampled.reach).map(|(g, reach)| g * reach).chain([constant]);
        let key: Vec<i64> = sizes.map(|size| (size / grid).round() as i64).collect();
        let numbers = gradient.iter().copied().chain([constant]);
        let (count, sums) = buckets.entry(key).or_insert_with(|| (0, vec![0.0; gradient.len() + 1]));
        *count += 1;
        sums.iter_mut().zip(numbers).for_each(|(sum, number)| *sum += number);
    }
    // The order of equally frequent ones must not hang on the hashes.
    let mut ranked: Vec<_> = buckets.into_iter().map(|(key, (count, sums))| (count, key, sums)).collect();
    ranked.sort_by(|a, b| (b.0, &a.1).cmp(&(a.0, &b.1)));
    ranked.truncate(MAX_CANDIDATES);
    let mean = |(count, sums): (usize, &Vec<f64>)| {
        let mut numbers: Vec<f64> = sums.iter().map(|sum| sum / count as f64).collect();
        let constant = numbers.pop().unwrap_or_default();
        FloatMap { coefficients: numbers, constant }
    };
    ranked.iter().map(|(count, _, sums)| mean((*count, sums))).collect()
}

/// Every point chooses the map that its value and gradient fit best, and every map is fitted to those that
/// are near it and near no other. Maps without points go.
fn refitted(sampled: &Sampled, maps: &[FloatMap], noise: f64) -> Vec<FloatMap> {
    let mut chosen: Vec<Vec<usize>> = vec![Vec::new(); maps.len()];
    for (k, (point, value)) in sampled.points.iter().zip(&sampled.values).enumerate() {
        let gradient = &sampled.gradients[k];
        let off = |map: &FloatMap| {
            let turned = gradient.iter().zip(&map.coefficients).zip(&sampled.reach);
            (value - map.at(point)).abs() + 0.05 * turned.map(|((g, c), reach)| (g - c).abs() * reach).sum::<f64>()
        };
        let best = (0..maps.len()).min_by(|a, b| off(&maps[*a]).total_cmp(&off(&maps[*b])));
        let Some(best) = best.filter(|best| (value - maps[*best].at(point)).abs() <= 3.0 * noise) else { continue };
        chosen[best].push(k);
    }
    let mut fits: Vec<(usize, FloatMap)> = Vec::new();
    for (map, points) in maps.iter().zip(&chosen).filter(|(_, points)| !points.is_empty()) {
        let alone = |k: &&usize| {
            let point = &sampled.points[**k];
            let here = map.at(point);
            maps.iter().filter(|other| (other.at(point) - here).abs() <= 4.0 * noise).count() <= 1
        };
        let clear: Vec<usize> = points.iter().filter(alone).copied().collect();
        let enough = clear.len() > 2 * map.coefficients.len();
        let fitted = fit(sampled, if enough { &clear } else { points }).unwrap_or_else(|| map.clone());
        fits.push((points.len(), fitted));
    }
    fits.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    fits.into_iter().map(|(_, map)| map).collect()
}

/// The map with the least squares from the values, and a little from the gradients, of these points.
fn fit(sampled: &Sampled, points: &[usize]) -> Option<FloatMap> {
    let n = sampled.reach.len();
    let count = points.len() as f64;
    if points.is_empty() {
        return None;
    }
    // Around their middle and by reach, so that all unknowns are of one size.
    let middle: Vec<f64> = (0..n).map(|i| points.iter().map(|k| sampled.points[*k][i]).sum::<f64>() / count).collect();
    let mean = points.iter().map(|k| sampled.values[*k]).sum::<f64>() / count;
    let mut square = vec![vec![0.0; n + 1]; n];
    for k in points {
        let at = |i: usize| (sampled.points[*k][i] - middle[i]) / sampled.reach[i];
        for (i, row) in square.iter_mut().enumerate() {
            (0..n).for_each(|j| row[j] += at(i) * at(j));
            row[n] += at(i) * (sampled.values[*k] - mean);
            row[i] += GRADIENT_WEIGHT;
            row[n] += GRADIENT_WEIGHT * sampled.gradients[*k][i] * sampled.reach[i];
        }
    }
    let solution = solve(square)?;
    let coefficients: Vec<f64> = solution.iter().zip(&sampled.reach).map(|(s, reach)| s / reach).collect();
    let constant = mean - coefficients.iter().zip(&middle).map(|(c, x)| c * x).sum::<f64>();
    Some(FloatMap { coefficients, constant })
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
