//! The way back: the original from a disguised network and its labels alone.

use pellucid_core::linear::solve;
use pellucid_core::{Affine, Error, Network, Rational};

use super::role::{LayerRole, PassesThrough, Role, Side};
use super::{Disguised, rows_of, to_layer};

impl Disguised {
    /// The original network, put together again from this one and what the labels say: what is dead or
    /// a decoy goes, parts are added up, carried values are unmixed, hinges are turned back.
    ///
    /// # Errors
    /// When the labels do not fit the network.
    pub fn uncovered(&self) -> Result<Network<Rational>, Error> {
        let n_hidden = self.network.hidden_layers().len();
        let n_labels: Vec<usize> = self.roles.iter().map(Vec::len).collect();
        if self.layers.len() != n_hidden || n_labels != self.network.widths() {
            return Err(Error::input("the labels are of a network with other layers"));
        }
        let mut layers = Vec::new();
        for (place, what) in self.layers.iter().enumerate() {
            if let LayerRole::Disguises { passes_through, .. } = what {
                layers.push(to_layer(self.original_rows(place, passes_through)?));
            }
        }
        let output = rows_of(self.network.output_layer());
        let rows = output.iter().map(|row| self.read_back(n_hidden, row)).collect::<Result<Vec<_>, _>>()?;
        layers.push(to_layer(rows));
        Network::new(Some(self.network.input_names().to_vec()), layers)
    }

    /// The rows of the hidden layer that this one stands for.
    fn original_rows(&self, place: usize, passes_through: &[PassesThrough]) -> Result<Vec<Affine>, Error> {
        let n = self.n_original(place)?;
        let unit = |k: usize| (0..n).map(|j| Rational::from(i64::from(j == k))).collect::<Vec<_>>();
        // What is told of each row: which combination of the original's pre-activations it is.
        let (mut combinations, mut rows) = (Vec::new(), Vec::new());
        for (role, row) in self.roles[place].iter().zip(rows_of(&self.network.hidden_layers()[place])) {
            let (combination, factor, constant) = match role {
                Role::Neuron { of, scale, turned, .. } => {
                    let sign = Rational::from(if *turned { -1i64 } else { 1 });
                    (unit(of.index), sign / scale, Rational::zero())
                }
                Role::Carrier { carries, scale, side, .. } => {
                    let mut combination = vec![Rational::zero(); n];
                    carries.iter().for_each(|(id, c)| combination[id.index] = c.clone());
                    match side {
                        Side::Above => (combination, Rational::one() / scale, Rational::zero()),
                        Side::Below => (combination, Rational::from(-1) / scale, Rational::zero()),
                        Side::AlwaysOn { constant } => (combination, Rational::one() / scale, -constant),
                    }
                }
                Role::Dead | Role::Decoy { .. } | Role::Relay { .. } => continue,
            };
            let mut row = self.read_back(place, &row)?.scaled(&factor);
            row.constant += &constant;
            combinations.push(combination);
            rows.push(row);
        }
        let mut found: Vec<Option<Affine>> = (0..n)
            .map(|k| {
                let factors = solve(&combinations, &unit(k))?;
                let mut row = rows.first()?.scaled(&Rational::zero());
                factors.iter().zip(&rows).for_each(|(factor, part)| row.add_scaled(factor, part));
                Some(row)
            })
            .collect();
        for passes in passes_through {
            if let PassesThrough::Pair { above, below, ratio } = passes {
                found[*below] = found[*above].as_ref().map(|row| row.scaled(&-ratio));
            }
        }
        let found: Option<Vec<Affine>> = found.into_iter().collect();
        let found = found.ok_or_else(not_labelled)?;
        // Where several rows tell of one neuron, they must agree.
        for (combination, row) in combinations.iter().zip(&rows) {
            let mut left = row.clone();
            combination.iter().zip(&found).for_each(|(factor, row)| left.add_scaled(&-factor, row));
            if !left.is_zero() {
                return Err(Error::input("a neuron does not read what its label says"));
            }
        }
        Ok(found)
    }

    /// How many neurons the original has there: they all are told of, so the last that is.
    fn n_original(&self, place: usize) -> Result<usize, Error> {
        let passes_through = match &self.layers[place] {
            LayerRole::Disguises { passes_through, .. } => passes_through.as_slice(),
            LayerRole::PassesOn => &[],
        };
        let of_role = |role: &Role| match role {
            Role::Neuron { of, .. } => Some(of.index),
            Role::Carrier { carries, .. } => carries.iter().map(|(id, _)| id.index).max(),
            _ => None,
        };
        let told = self.roles[place].iter().filter_map(of_role);
        let passing = passes_through.iter().flat_map(|passes| [Some(passes.of()), passes.below()]).flatten();
        let last = told.chain(passing).max();
        // A neuron says something of one at most, and so does each pair.
        let most = self.roles[place].len() + passes_through.len();
        match last {
            Some(last) if last >= most => Err(not_labelled()),
            last => Ok(last.map_or(0, |last| last + 1)),
        }
    }

    /// A row that reads the layer below `place`, as a row that reads the original's.
    fn read_back(&self, place: usize, row: &Affine) -> Result<Affine, Error> {
        let Some(below) = place.checked_sub(1) else { return Ok(row.clone()) };
        let LayerRole::Disguises { passes_through, .. } = &self.layers[below] else {
            let mut back = Affine::constant(self.width_below(below), row.constant.clone());
            let weights = &self.network.hidden_layers()[below].weights;
            for ((role, weight), known) in self.roles[below].iter().zip(&row.coefficients).zip(weights) {
                let mut told = vec![Rational::zero(); back.coefficients.len()];
                if let Role::Relay { of } = role {
                    for (id, factor) in of {
                        let known = told.get_mut(id.index);
                        *known.ok_or_else(|| Error::input("a label names a neuron that is not there"))? =
                            factor.clone();
                    }
                }
                if told != *known {
                    return Err(Error::input("a neuron does not pass on what its label says"));
                }
                back.coefficients.iter_mut().zip(&told).for_each(|(sum, factor)| *sum += &(weight * factor));
            }
            return self.read_back(below, &back);
        };
        let n = self.n_original(below)?;
        let mut back = Affine::constant(n, row.constant.clone());
        // What of each pre-activation passes, by what is said of it above and below.
        let (mut above, mut under) = (vec![Rational::zero(); n], vec![Rational::zero(); n]);
        for (role, weight) in self.roles[below].iter().zip(&row.coefficients) {
            match role {
                Role::Neuron { of, scale, turned, .. } => {
                    // relu(-z) = relu(z) - z
                    let weight = weight * scale;
                    back.coefficients[of.index] += &weight;
                    if *turned {
                        above[of.index] -= &weight;
                        under[of.index] -= &weight;
                    }
                }
                Role::Carrier { carries, scale, side, .. } => {
                    let weight = weight * scale;
                    for (id, factor) in carries {
                        let passed = &weight * factor;
                        match side {
                            Side::Above => above[id.index] += &passed,
                            Side::Below => under[id.index] -= &passed,
                            Side::AlwaysOn { .. } => {
                                above[id.index] += &passed;
                                under[id.index] += &passed;
                            }
                        }
                    }
                    if let Side::AlwaysOn { constant } = side {
                        back.constant += &(weight * constant);
                    }
                }
                Role::Dead | Role::Decoy { .. } | Role::Relay { .. } => {}
            }
        }
        for passes in passes_through {
            let of = passes.of();
            let passed = std::mem::take(&mut above[of]);
            if passed != std::mem::take(&mut under[of]) {
                return Err(Error::input("two carriers of one value do not agree"));
            }
            back.coefficients[of] += &passed;
            if let PassesThrough::Pair { below, ratio, .. } = passes {
                back.coefficients[*below] -= &(passed / ratio);
            }
        }
        let is_left = |left: &[Rational]| left.iter().any(|passed| !passed.is_zero());
        if is_left(&above) || is_left(&under) {
            return Err(Error::input("a value passes that does not pass in the original"));
        }
        Ok(back)
    }

    /// How many values the layer reads.
    fn width_below(&self, place: usize) -> usize {
        place.checked_sub(1).map_or(self.network.n_inputs(), |below| self.roles[below].len())
    }
}

fn not_labelled() -> Error {
    Error::input("a neuron of the original is not labelled")
}
