//! Mixes of values that can be taken back in whole numbers.

use pellucid_core::Rational;

use super::random::Random;

/// A matrix of whole numbers and its inverse, of whole numbers too.
pub(super) struct Mix {
    /// One row a new value.
    pub(super) rows: Vec<Vec<Rational>>,
    /// One row an old value.
    pub(super) inverse: Vec<Vec<Rational>>,
}

impl Mix {
    pub(super) fn identity(n: usize) -> Self {
        let rows: Vec<Vec<Rational>> =
            (0..n).map(|i| (0..n).map(|j| Rational::from(i64::from(i == j))).collect()).collect();
        Mix { inverse: rows.clone(), rows }
    }

    /// Adds `factor` times one new value to another.
    fn add(&mut self, to: usize, from: usize, factor: &Rational) {
        let source = self.rows[from].clone();
        self.rows[to].iter_mut().zip(&source).for_each(|(a, b)| *a += &(factor * b));
        for row in &mut self.inverse {
            let taken = factor * &row[to];
            row[from] -= &taken;
        }
    }

    /// A random mix: each value is added to, or taken from, another.
    pub(super) fn random(n: usize, random: &mut Random) -> Self {
        let mut mix = Mix::identity(n);
        for _ in 0..2 * n {
            let (to, from) = (random.below(n), random.below(n));
            if to != from {
                let factor = Rational::from(if random.coin() { 1i64 } else { -1 });
                mix.add(to, from, &factor);
            }
        }
        mix
    }

    /// A random mix of sums: values that are not negative stay so.
    pub(super) fn of_sums(n: usize, random: &mut Random) -> Self {
        let mut mix = Mix::identity(n);
        let mut order: Vec<usize> = (0..n).collect();
        random.shuffle(&mut order);
        // Each takes from those before it alone, so that numbers stay small.
        for i in 1..n {
            let from = order[random.below(i)];
            if random.coin() {
                mix.add(order[i], from, &Rational::one());
            }
        }
        mix
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mix_and_its_inverse() {
        let mut random = Random::new(3);
        for n in 1..6 {
            let sums = Mix::of_sums(n, &mut random);
            assert!(sums.rows.iter().flatten().all(|factor| !factor.is_negative()));
            for mix in [Mix::random(n, &mut random), sums] {
                for i in 0..n {
                    for j in 0..n {
                        let product: Rational = (0..n).map(|k| &mix.inverse[i][k] * &mix.rows[k][j]).sum();
                        assert_eq!(product, Rational::from(i64::from(i == j)));
                    }
                }
            }
        }
    }
}
