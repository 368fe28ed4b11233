//! What is left for further neurons when hinges are turned around, and how many that takes.
//!
//! This is worked out here once more, for the numbers that are told; that they hold is for
//! `pellucid_check::lower_bound` to say.

use pellucid_check::one_layer::Form;
use pellucid_core::linear::{Echelon, rank};
use pellucid_core::{Affine, Biases, Domain, Rational};

pub(super) type Row = Vec<Rational>;

/// More choices of kinks than this are not compared for one way to turn the hinges.
const MAX_CHOICES: usize = 5_000;

/// Which further neurons come at the price of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Price {
    /// Only those on kink hyperplanes (or that give a constant); all others come in pairs.
    OnKinks,
    /// All: they can be on in the whole domain.
    Any,
    /// Those on kink hyperplanes, and those whose row has one sign on the domain.
    OneSigned,
}

/// The hinges of a form and what is left beside them.
pub(super) struct Turns<'a> {
    pub price: Price,
    /// Rows carry the constant as a last entry.
    pub with_constant: bool,
    domain: &'a Domain,
    /// One row a hinge.
    pub rows: Vec<Row>,
    jumps: Vec<Row>,
    /// What is left with no hinge turned, a row an output.
    pub rest: Vec<Row>,
}

/// How many further neurons something takes, at least, and why.
pub(super) struct Further {
    pub n: usize,
    pub why: String,
}

impl<'a> Turns<'a> {
    pub(super) fn of(form: &Form, domain: &'a Domain, biases: Biases) -> Self {
        let price = match domain {
            Domain::Everywhere => Price::OnKinks,
            _ if biases == Biases::ALLOWED => Price::Any,
            _ => Price::OneSigned,
        };
        let with_constant = biases.hidden && !biases.output;
        let row = |map: &Affine| -> Row {
            map.coefficients.iter().cloned().chain(with_constant.then(|| map.constant.clone())).collect()
        };
        Turns {
            price,
            with_constant,
            domain,
            rows: form.jumps.keys().map(|plane| row(&plane.to_affine())).collect(),
            jumps: form.jumps.values().cloned().collect(),
            rest: form.affine.iter().map(row).collect(),
        }
    }

    /// What the rows are.
    pub(super) fn row_noun(&self) -> &'static str {
        if self.with_constant { "row" } else { "normal" }
    }

    /// What is left when the hinges in the bits of `choice` are turned around.
    pub(super) fn rest(&self, choice: usize) -> Vec<Row> {
        let mut rest = self.rest.clone();
        for k in (0..self.rows.len()).filter(|k| choice >> k & 1 == 1) {
            for (row, jump) in rest.iter_mut().zip(&self.jumps[k]) {
                row.iter_mut().zip(&self.rows[k]).for_each(|(r, u)| *r += &(jump * u));
            }
        }
        rest
    }

    /// Rows at the price of one neuron: the hinges', and a constant where one is of use.
    fn cheap(&self) -> Vec<Row> {
        let mut cheap = self.rows.clone();
        if let (true, Domain::Everywhere, Some(row)) = (self.with_constant, self.domain, self.rest.first()) {
            let mut constant = vec![Rational::zero(); row.len()];
            constant.last_mut().into_iter().for_each(|last| *last = Rational::one());
            cheap.push(constant);
        }
        cheap
    }

    /// What no way to turn the hinges changes: the ranks of the rest beyond the hinges' rows, and
    /// beyond all cheap rows.
    pub(super) fn fixed_ranks(&self) -> (usize, usize) {
        let beyond = |rows: &[Row]| {
            let span = Echelon::of(rows.iter().map(Vec::as_slice));
            rank(&self.rest.iter().map(|row| span.reduce(row)).collect::<Vec<_>>())
        };
        (beyond(&self.rows), beyond(&self.cheap()))
    }

    /// The further neurons that a rest takes.
    pub(super) fn further(&self, rest: &[Row]) -> Further {
        let r = rank(rest);
        if r == 0 {
            return Further { n: 0, why: "nothing is left".into() };
        }
        let scalar = rest.len() == 1;
        let of_rank = if scalar { "not 0".to_string() } else { format!("rank {r}") };
        match self.price {
            Price::Any => Further { n: r, why: of_rank },
            Price::OneSigned if self.no_row_has_one_sign() => self.with_kinks(rest, r, &of_rank),
            Price::OneSigned => {
                let row = rest.iter().find(|row| row.iter().any(|c| !c.is_zero()));
                match row {
                    Some(row) if r == 1 && !self.has_one_sign(row) && self.parallel(row).is_none() => {
                        Further { n: 2, why: "neither of one sign on the domain nor a multiple of a kink's row".into() }
                    }
                    _ => Further { n: r, why: of_rank },
                }
            }
            Price::OnKinks => self.with_kinks(rest, r, &of_rank),
        }
    }

    /// The best that second neurons on kinks, and pairs elsewhere, can do.
    fn with_kinks(&self, rest: &[Row], r: usize, of_rank: &str) -> Further {
        let cheap = self.cheap();
        if r == 1
            && let Some(row) = rest.iter().find(|row| row.iter().any(|c| !c.is_zero()))
        {
            return match cheap.iter().position(|u| rank(&[row.clone(), u.clone()]) == 1) {
                Some(k) if k < self.rows.len() => {
                    Further { n: 1, why: format!("a multiple of the {} of kink {}", self.row_noun(), k + 1) }
                }
                Some(_) => Further { n: 1, why: "a constant".into() },
                None if self.rows.is_empty() => Further { n: 2, why: "not 0".into() },
                None => Further { n: 2, why: format!("not a multiple of a kink's {}", self.row_noun()) },
            };
        }
        // Depth first over choices of cheap rows; only shorter ones than the best so far can be better.
        let (mut fewest, mut best, mut tried) = (2 * r, Vec::new(), 0);
        let mut pending: Vec<(usize, Vec<usize>, Echelon)> = vec![(0, Vec::new(), Echelon::default())];
        while let Some((next, chosen, span)) = pending.pop() {
            tried += 1;
            if tried > MAX_CHOICES {
                // Each neuron adds one direction.
                return Further { n: r, why: of_rank.to_string() };
            }
            let cost = chosen.len() + 2 * rank(&rest.iter().map(|row| span.reduce(row)).collect::<Vec<_>>());
            if cost < fewest {
                (fewest, best) = (cost, chosen.clone());
            }
            if chosen.len() + 1 < fewest {
                for (k, row) in cheap.iter().enumerate().skip(next) {
                    let mut more = span.clone();
                    if more.insert(row) {
                        let chosen = chosen.iter().copied().chain([k]).collect();
                        pending.push((k + 1, chosen, more));
                    }
                }
            }
        }
        let pairs = (fewest - best.len()) / 2;
        let kinks: Vec<String> = best
            .iter()
            .map(|k| if *k < self.rows.len() { format!("kink {}", k + 1) } else { "a constant neuron".into() })
            .collect();
        let pairs = match pairs {
            0 => String::new(),
            1 => "a pair".to_string(),
            n => format!("{n} pairs"),
        };
        let on_kinks = match kinks.len() {
            0 => String::new(),
            1 => format!("a second neuron for {}", kinks[0]),
            _ => format!("second neurons for {}", super::paper::and(&kinks)),
        };
        let with = [on_kinks, pairs].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" and ");
        Further { n: fewest, why: format!("{of_rank}; best done with {with}") }
    }

    /// On a box with the origin inside no row without constant has one sign.
    fn no_row_has_one_sign(&self) -> bool {
        match self.domain {
            Domain::Box(sides) => {
                !self.with_constant && sides.iter().all(|(low, high)| low.is_negative() && high.is_positive())
            }
            _ => false,
        }
    }

    fn has_one_sign(&self, row: &[Rational]) -> bool {
        let (coefficients, constant) = row.split_at(row.len() - usize::from(self.with_constant));
        let constant = constant.first().cloned().unwrap_or_default();
        let (low, high) = self.domain.range(&Affine { coefficients: coefficients.to_vec(), constant });
        low.is_some_and(|v| !v.is_negative()) || high.is_some_and(|v| !v.is_positive())
    }

    fn parallel(&self, row: &Row) -> Option<usize> {
        self.rows.iter().position(|u| rank(&[row.clone(), u.clone()]) == 1)
    }
}
