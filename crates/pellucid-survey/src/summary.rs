//! What a survey's rows say together: rates, causes, circuit classes, universality, agreement, reuse.

use std::collections::{BTreeMap, BTreeSet};

use pellucid_core::{Error, Function, SplitMix64};
use pellucid_train::binomial_interval_95;

use crate::library_features::library_features;
use crate::row::{About, Row};
#[cfg(feature = "store")]
use crate::store::Store;
use crate::verdict::Verdict;

/// A number of cases with Wilson's 95 % interval for their share.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share {
    /// Cases.
    pub count: u64,
    /// Of so many.
    pub of: u64,
    /// The interval's ends, from 0 to 1.
    pub interval: (f64, f64),
}

impl Share {
    /// So many of so many.
    pub fn new(count: u64, of: u64) -> Self {
        Share { count, of, interval: binomial_interval_95(count, of) }
    }

    /// The share that was seen; NaN of nothing.
    pub fn rate(&self) -> f64 {
        self.count as f64 / self.of as f64
    }
}

/// The runs of one function, shape and regimen.
#[derive(Clone, Debug)]
pub struct CellSummary {
    /// What they are about.
    pub about: About,
    /// How many there are, by verdict in the order of [`Verdict::ALL`].
    pub by_verdict: [u64; 4],
    /// Found.
    pub found: Share,
    /// Found by the first try, without a restart.
    pub found_at_once: Share,
    /// Why runs failed, with how often.
    pub causes: BTreeMap<String, u64>,
    /// Steps a run, restarts included.
    pub mean_steps: f64,
    /// Steps spent for each run that was found; infinite where none was.
    pub steps_per_found: f64,
    /// Of the runs found, the median step from which on the loss was good, as far as it was looked.
    pub median_good_after: Option<usize>,
    /// Different circuits among the networks that compute the function.
    pub n_classes: usize,
    /// The most frequent circuits, with how often each was found.
    pub classes: Vec<(String, u64)>,
    /// Strong universality: the chance that two of the networks that compute the function have one circuit.
    pub strong: Option<f64>,
    /// Weak universality: the networks that compute the function with features of the library alone.
    pub weak: Share,
    /// How alike two such networks' features are: the mean of what they share over what they have together.
    pub agreement: Option<f64>,
    /// What that would be for random features.
    pub chance: Option<f64>,
}

impl CellSummary {
    /// The agreement with what chance gives taken off: 0 for chance, 1 for the same features.
    pub fn corrected_agreement(&self) -> Option<f64> {
        let (seen, chance) = (self.agreement?, self.chance?);
        (chance < 1.0).then(|| (seen - chance) / (1.0 - chance))
    }
}

/// All of a survey.
#[derive(Clone, Debug)]
pub struct Summary {
    /// One entry for each function, shape and regimen, in this order.
    pub cells: Vec<CellSummary>,
    /// Each feature of networks that compute their function, with the functions it is in and in how many networks.
    pub reuse: Vec<(String, BTreeMap<String, u64>)>,
}

#[derive(Default)]
struct Counted {
    by_verdict: [u64; 4],
    found_at_once: u64,
    causes: BTreeMap<String, u64>,
    steps: u64,
    good_after: Vec<usize>,
    /// The classes of networks that compute the function.
    classes: BTreeMap<String, (u64, BTreeSet<String>)>,
}

/// The most frequent classes that are told.
const TOLD_CLASSES: usize = 10;
/// Pairs of classes are all compared up to so many classes; beyond, so many pairs of networks are drawn.
const MOST_PAIRED: usize = 1500;
const DRAWN_PAIRS: usize = 100_000;

/// Sums a survey up.
///
/// # Errors
/// When the database cannot be read.
#[cfg(feature = "store")]
pub fn summary(store: &Store) -> Result<Summary, Error> {
    let mut cells = Cells::default();
    store.each_row(|about, row| {
        cells.add(about, row);
        Ok(())
    })?;
    cells.summed_up()
}

/// Sums rows up; those of one function, shape and regimen stand together.
///
/// # Errors
/// When the library's features cannot be worked out.
pub fn summary_of_rows<'a>(rows: impl IntoIterator<Item = (&'a About, Row)>) -> Result<Summary, Error> {
    let mut cells = Cells::default();
    rows.into_iter().for_each(|(about, row)| cells.add(about, row));
    cells.summed_up()
}

/// What was counted of each function, shape and regimen, in the order in which they came.
#[derive(Default)]
struct Cells(Vec<(About, Counted)>);

impl Cells {
    fn add(&mut self, about: &About, row: Row) {
        if self.0.last().is_none_or(|(last, _)| last != about) {
            self.0.push((about.clone(), Counted::default()));
        }
        if let Some((_, counted)) = self.0.last_mut() {
            counted.add(row);
        }
    }

    fn summed_up(self) -> Result<Summary, Error> {
        summed_up(self.0)
    }
}

fn summed_up(counted: Vec<(About, Counted)>) -> Result<Summary, Error> {
    // Features by the inputs that they are of: random sets are drawn from these.
    let mut pools: BTreeMap<Vec<String>, BTreeSet<String>> = BTreeMap::new();
    let mut reuse: BTreeMap<String, BTreeMap<String, u64>> = BTreeMap::new();
    for (about, counted) in &counted {
        let pool = pools.entry(inputs_of(about)).or_default();
        for (count, features) in counted.classes.values() {
            for feature in features {
                pool.insert(feature.clone());
                *reuse.entry(feature.clone()).or_default().entry(about.function.clone()).or_default() += count;
            }
        }
    }
    let mut known: BTreeMap<Vec<String>, BTreeSet<String>> = BTreeMap::new();
    let mut cells = Vec::with_capacity(counted.len());
    for (about, counted) in counted {
        let inputs = inputs_of(&about);
        if !known.contains_key(&inputs) {
            known.insert(inputs.clone(), library_features(&inputs)?);
        }
        cells.push(counted.summed_up(about, &known[&inputs], &pools[&inputs]));
    }
    let mut reuse: Vec<_> = reuse.into_iter().collect();
    reuse.sort_by_key(|(_, functions)| std::cmp::Reverse((functions.len(), functions.values().sum::<u64>())));
    Ok(Summary { cells, reuse })
}

fn inputs_of(about: &About) -> Vec<String> {
    Function::parse(&about.formula).map(|function| function.input_names().to_vec()).unwrap_or_default()
}

impl Counted {
    fn add(&mut self, row: Row) {
        let judged = row.judged;
        let at = Verdict::ALL.iter().position(|verdict| *verdict == judged.verdict).unwrap_or_default();
        self.by_verdict[at] += 1;
        self.steps += row.steps as u64;
        if judged.verdict == Verdict::Found {
            self.found_at_once += u64::from(row.tries == 1);
            self.good_after.extend(row.good_after);
        }
        if judged.verdict.is_success() {
            let features = judged.features.into_iter().collect();
            self.classes.entry(judged.class).or_insert((0, features)).0 += 1;
        } else {
            *self.causes.entry(format!("{}: {}", judged.verdict.name(), judged.cause)).or_default() += 1;
        }
    }

    fn summed_up(mut self, about: About, library: &BTreeSet<String>, pool: &BTreeSet<String>) -> CellSummary {
        let n: u64 = self.by_verdict.iter().sum();
        let n_found = self.by_verdict[0];
        let n_success: u64 = self.classes.values().map(|(count, _)| count).sum();
        let n_known: u64 =
            self.classes.values().filter(|(_, features)| features.is_subset(library)).map(|(count, _)| count).sum();
        let pairs = n_success as f64 * n_success.saturating_sub(1) as f64;
        let same: f64 = self.classes.values().map(|(count, _)| *count as f64 * (*count as f64 - 1.0)).sum();
        let sets: Vec<(u64, &BTreeSet<String>)> = self.classes.values().map(|(count, set)| (*count, set)).collect();
        let (agreement, chance) = (agreement(&sets), chance(&sets, pool));
        let mut classes: Vec<(String, u64)> = self.classes.iter().map(|(c, (count, _))| (c.clone(), *count)).collect();
        classes.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        classes.truncate(TOLD_CLASSES);
        self.good_after.sort_unstable();
        CellSummary {
            about,
            by_verdict: self.by_verdict,
            found: Share::new(n_found, n),
            found_at_once: Share::new(self.found_at_once, n),
            mean_steps: self.steps as f64 / n as f64,
            steps_per_found: self.steps as f64 / n_found as f64,
            median_good_after: self.good_after.get(self.good_after.len() / 2).copied(),
            n_classes: self.classes.len(),
            strong: (n_success > 1).then(|| same / pairs),
            weak: Share::new(n_known, n_success),
            agreement,
            chance,
            classes,
            causes: self.causes,
        }
    }
}

fn jaccard(left: &BTreeSet<String>, right: &BTreeSet<String>) -> f64 {
    let shared = left.intersection(right).count();
    let all = left.len() + right.len() - shared;
    if all == 0 { 1.0 } else { shared as f64 / all as f64 }
}

/// The mean over pairs of networks of what their features share over what they have together.
fn agreement(sets: &[(u64, &BTreeSet<String>)]) -> Option<f64> {
    let n: u64 = sets.iter().map(|(count, _)| count).sum();
    if n < 2 {
        return None;
    }
    if sets.len() > MOST_PAIRED {
        let mut random = SplitMix64(1);
        let pick = Picker::new(sets);
        let mut sum = 0.0;
        for _ in 0..DRAWN_PAIRS {
            let (one, other) = pick.two(&mut random);
            sum += jaccard(one, other);
        }
        return Some(sum / DRAWN_PAIRS as f64);
    }
    let mut sum = 0.0;
    for (i, (count, set)) in sets.iter().enumerate() {
        sum += *count as f64 * (*count as f64 - 1.0) / 2.0;
        sum += sets[..i].iter().map(|(of, other)| (count * of) as f64 * jaccard(set, other)).sum::<f64>();
    }
    Some(sum / (n as f64 * (n as f64 - 1.0) / 2.0))
}

/// What the agreement would be for sets of the same sizes drawn from all features of the survey that are of the
/// same inputs, each as likely as every other.
fn chance(sets: &[(u64, &BTreeSet<String>)], pool: &BTreeSet<String>) -> Option<f64> {
    const DRAWS: usize = 2000;
    let n: u64 = sets.iter().map(|(count, _)| count).sum();
    if n < 2 {
        return None;
    }
    let mut random = SplitMix64(2);
    let pick = Picker::new(sets);
    let sum: f64 = (0..DRAWS)
        .map(|_| {
            let (one, other) = pick.two(&mut random);
            expected_jaccard(one.len(), other.len(), pool.len())
        })
        .sum();
    Some(sum / DRAWS as f64)
}

/// The expected share of two independent random sets of so many out of `pool`.
fn expected_jaccard(a: usize, b: usize, pool: usize) -> f64 {
    // The number shared is hypergeometric; its probabilities by their ratios.
    let least = (a + b).saturating_sub(pool);
    let most = a.min(b);
    let mut weights = vec![1.0];
    for k in least..most {
        let up = (a - k) as f64 * (b - k) as f64;
        let down = (k + 1) as f64 * (pool + k + 1 - a - b) as f64;
        weights.push(weights[weights.len() - 1] * up / down);
    }
    let total: f64 = weights.iter().sum();
    let value = |shared: usize| if a + b == shared { 1.0 } else { shared as f64 / (a + b - shared) as f64 };
    weights.iter().enumerate().map(|(i, weight)| weight / total * value(least + i)).sum()
}

/// Draws networks by the counts of their classes.
struct Picker<'a> {
    sets: &'a [(u64, &'a BTreeSet<String>)],
    ends: Vec<u64>,
}

impl<'a> Picker<'a> {
    fn new(sets: &'a [(u64, &'a BTreeSet<String>)]) -> Self {
        let mut sum = 0;
        let ends = sets.iter().map(|(count, _)| {
            sum += count;
            sum
        });
        Picker { ends: ends.collect(), sets }
    }

    /// Two different networks.
    fn two(&self, random: &mut SplitMix64) -> (&'a BTreeSet<String>, &'a BTreeSet<String>) {
        let n = self.ends.last().copied().unwrap_or_default();
        let one = random.below(n);
        let other = (one + 1 + random.below(n - 1)) % n;
        let set = |at: u64| self.sets[self.ends.partition_point(|end| *end <= at)].1;
        (set(one), set(other))
    }
}

/// The regimen with the best lower end of its interval for each function, domain and shape, and whether that is
/// above the upper ends of all others.
pub fn best_regimens(summary: &Summary) -> Vec<(&CellSummary, bool)> {
    let mut groups: BTreeMap<(&str, &str, &str, &str), Vec<&CellSummary>> = BTreeMap::new();
    for cell in &summary.cells {
        let about = &cell.about;
        groups.entry((&about.function, &about.formula, &about.domain, &about.widths)).or_default().push(cell);
    }
    let best = |cells: Vec<&'_ CellSummary>| -> Option<usize> {
        (0..cells.len()).max_by(|a, b| cells[*a].found.interval.0.total_cmp(&cells[*b].found.interval.0))
    };
    let mut told = Vec::new();
    for cells in groups.into_values().filter(|cells| cells.len() > 1) {
        let Some(at) = best(cells.clone()) else { continue };
        let low = cells[at].found.interval.0;
        let is_sure = cells.iter().enumerate().all(|(i, cell)| i == at || cell.found.interval.1 < low);
        told.push((cells[at], is_sure));
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(texts: &[&str]) -> BTreeSet<String> {
        texts.iter().map(|text| text.to_string()).collect()
    }

    #[test]
    fn agreement_is_the_mean_over_pairs() {
        let (one, other) = (set(&["a", "b"]), set(&["b", "c"]));
        // Two networks of one class and one of another: 1, 1/3, 1/3.
        let seen = agreement(&[(2, &one), (1, &other)]).unwrap();
        assert!((seen - (1.0 + 2.0 / 3.0) / 3.0).abs() < 1e-12);
        assert_eq!(agreement(&[(1, &one)]), None);
    }

    #[test]
    fn chance_is_that_of_counting_all_sets() {
        // All pairs of sets of 2 out of 4, counted one by one.
        let sets: Vec<BTreeSet<String>> =
            (0..4).flat_map(|i| (i + 1..4).map(move |j| [i, j].iter().map(ToString::to_string).collect())).collect();
        let pairs = sets.iter().flat_map(|one| sets.iter().map(move |other| jaccard(one, other)));
        let mean = pairs.sum::<f64>() / (sets.len() * sets.len()) as f64;
        assert!((expected_jaccard(2, 2, 4) - mean).abs() < 1e-12);
        assert_eq!(expected_jaccard(2, 2, 2), 1.0);
    }
}
