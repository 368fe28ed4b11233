//! The ReLUs of a dataflow as a stack of layers.
//!
//! A ReLU's layer is its depth. What later layers or the outputs need of values below a layer passes
//! over it exactly: a value that cannot be negative by one neuron, `relu(v) = v`, any other by two,
//! `relu(v) - relu(-v) = v`. A plain stack needs none of this and stays as it is.
//!
//! The values that pass are either single ones or the combinations in which they are needed, whichever
//! takes fewer neurons: `max(a, b)` of long sums needs one sum, not its summands.

use std::collections::{BTreeMap, HashMap};

use pellucid_core::{Form, Layer, Network, Rational, Wire, counted};

use crate::array::Array;
use crate::dataflow::{Dataflow, Scalar};
use crate::network_file::Reading;
use crate::notes::Notes;
use crate::tensors_to_network::common_numbers;
use crate::wrong::Wrong;
use crate::{NetworkFile, Numbers};

/// The most weights that the layers may have together, zeros among them: 48 bytes each.
const MAX_DENSE: usize = 1 << 23;

/// Layers of a plain stack may have as many weights as any file: they have just been read.
const DENSE_A_TERM: usize = 2;

/// The most terms that may be looked at while they pass over layers.
const MAX_STEPS: usize = 1 << 25;

/// A combination of the values of one layer, by their places, which are sorted.
type Row = Vec<(usize, Rational)>;

/// What had to pass over layers.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Passing {
    /// Values, each counted once a layer.
    pub n_values: usize,
    /// The neurons that it took.
    pub n_neurons: usize,
}

impl Passing {
    /// What people are told of it; `None` when there is nothing.
    pub fn remark(self) -> Option<String> {
        let (values, are) = (counted(self.n_values, "value"), if self.n_values == 1 { "is" } else { "are" });
        let neurons = counted(self.n_neurons, "neuron");
        (self.n_values > 0).then(|| format!("{values} {are} carried over a layer each, by {neurons} added for it"))
    }
}

/// The network of these outputs, as if it had been read from a plain stack of layers.
pub(crate) fn dataflow_to_reading(flow: Dataflow, outputs: Array<Scalar>, notes: Notes) -> Result<Reading, Wrong> {
    let stored = common_numbers(flow.dtypes.iter().copied());
    let mut remarks = flow.remarks.clone();
    let (layers, passing) = dataflow_to_layers(flow, outputs)?;
    remarks.extend(passing.remark());
    let network = Network::new(notes.inputs, layers)?;
    let same = |layer: &Layer<Rational>| layer.weights.iter().flatten().chain(&layer.biases).all(|w| stored.has(w));
    let numbers = if network.layers().iter().all(same) { stored } else { Numbers::Exact };
    Ok(Reading { file: NetworkFile { network, numbers, function: notes.function, domain: notes.domain }, remarks })
}

/// The layers that compute these outputs, and what passes over layers in them.
fn dataflow_to_layers(flow: Dataflow, outputs: Array<Scalar>) -> Result<(Vec<Layer<Rational>>, Passing), Wrong> {
    let n_layers = outputs.items.iter().filter_map(|output| output.depth).max().unwrap_or(0);
    Stack::new(flow.n_inputs, n_layers, flow.relus, outputs.items).layers()
}

/// ReLUs and outputs, sorted by layers. Both are called users: what uses values from below.
struct Stack {
    n_inputs: usize,
    n_terms: usize,
    /// By layer, the users that are its neurons; the last layer is that of the outputs.
    neurons: Vec<Vec<usize>>,
    /// By layer (0 is the inputs), what is used of its own values, by whom.
    uses: Vec<Vec<(usize, Row)>>,
    constants: Vec<Rational>,
}

impl Stack {
    fn new(n_inputs: usize, n_layers: usize, relus: Vec<(Form, usize)>, outputs: Vec<Scalar>) -> Stack {
        let mut neurons = vec![Vec::new(); n_layers + 2];
        let mut places = Vec::with_capacity(relus.len());
        for (relu, (_, depth)) in relus.iter().enumerate() {
            // Those above the outputs are of no use to them.
            let layer = neurons.get_mut(*depth).filter(|_| *depth <= n_layers);
            places.push((*depth, layer.as_ref().map_or(0, |layer| layer.len())));
            layer.into_iter().for_each(|layer| layer.push(relu));
        }
        neurons[n_layers + 1] = (relus.len()..relus.len() + outputs.len()).collect();

        let form = |(form, depth): (Form, usize)| if depth <= n_layers { form } else { Form::default() };
        let forms = relus.into_iter().map(form).chain(outputs.into_iter().map(|output| output.form));
        let mut stack =
            Stack { n_inputs, n_terms: 0, neurons, uses: vec![Vec::new(); n_layers + 1], constants: Vec::new() };
        for (user, form) in forms.enumerate() {
            stack.n_terms += form.terms.len();
            let mut parts: BTreeMap<usize, Row> = BTreeMap::new();
            for (wire, factor) in form.terms {
                let (layer, place) = match wire {
                    Wire::Input(i) => (0, i),
                    Wire::Relu(k) => places[k],
                };
                parts.entry(layer).or_default().push((place, factor));
            }
            parts.into_iter().for_each(|(layer, row)| stack.uses[layer].push((user, row)));
            stack.constants.push(form.constant);
        }
        stack
    }

    fn layers(mut self) -> Result<(Vec<Layer<Rational>>, Passing), Wrong> {
        let n_layers = self.uses.len();
        let mut rising: BTreeMap<usize, Row> = std::mem::take(&mut self.uses[0]).into_iter().collect();
        let (mut layers, mut passing) = (Vec::new(), Passing::default());
        let mut width = self.n_inputs;
        let mut dense_left = MAX_DENSE.max(DENSE_A_TERM * self.n_terms);
        let mut steps_left = MAX_STEPS;
        for depth in 1..=n_layers {
            let neurons = std::mem::take(&mut self.neurons[depth]);
            let mut rows: Vec<Row> = neurons.iter().map(|user| rising.remove(user).unwrap_or_default()).collect();
            let n_passing = rising.values().map(Vec::len).sum::<usize>();
            steps_left = steps_left.checked_sub(n_passing).ok_or_else(too_large)?;
            // A neuron that already is one of those that would carry is not made twice.
            let mut known = HashMap::new();
            if !rising.is_empty() {
                for (place, (row, user)) in rows.iter().zip(&neurons).enumerate() {
                    if self.constants[*user].is_zero() {
                        known.entry(row.clone()).or_insert(place);
                    }
                }
            }
            let n_neurons = rows.len();
            let carried = carry(rising, depth > 1, Carried { known, rows, ..Carried::default() });
            rows = carried.rows;
            passing.n_values += carried.n_values;
            passing.n_neurons += rows.len() - n_neurons;
            let size = rows.len().checked_mul(width + 1);
            dense_left = size.and_then(|size| dense_left.checked_sub(size)).ok_or_else(too_large)?;

            rising = carried.users;
            if let Some(uses) = self.uses.get_mut(depth) {
                for (user, row) in std::mem::take(uses) {
                    rising.entry(user).or_default().extend(row);
                }
            }
            rising.values_mut().for_each(settle);
            let mut biases: Vec<Rational> = neurons.iter().map(|user| self.constants[*user].clone()).collect();
            biases.resize(rows.len(), Rational::zero());
            let n_rows = rows.len();
            layers.push(Layer { weights: rows.into_iter().map(|row| dense(row, width)).collect(), biases });
            width = n_rows;
        }
        Ok((layers, passing))
    }
}

fn too_large() -> Wrong {
    Wrong::one(format!(
        "written as a stack of layers it has more than the {MAX_DENSE} weights that are read (skips and convolutions take many)"
    ))
}

/// Sorts a row, and adds up what is at one place: what passes over a layer may do so by a neuron that
/// the row uses itself.
fn settle(row: &mut Row) {
    row.sort_by_key(|(place, _)| *place);
    row.dedup_by(|(place, factor), (before, sum)| {
        let is_same = place == before;
        if is_same {
            *sum += factor;
        }
        is_same
    });
    row.retain(|(_, factor)| !factor.is_zero());
}

fn dense(row: Row, width: usize) -> Vec<Rational> {
    let mut weights = vec![Rational::zero(); width];
    for (place, factor) in row {
        weights[place] = factor;
    }
    weights
}

/// A layer, and what passes over it.
#[derive(Default)]
struct Carried {
    n_values: usize,
    /// The neurons, those first that carry nothing.
    rows: Vec<Row>,
    /// The neurons without bias.
    known: HashMap<Row, usize>,
    /// The users' rows, of these neurons.
    users: BTreeMap<usize, Row>,
}

/// A layer with neurons added that carry what the users' rows need. `nonnegative`: all values below
/// are ReLUs.
fn carry(users: BTreeMap<usize, Row>, nonnegative: bool, mut carried: Carried) -> Carried {
    for group in groups(users) {
        let mut singles: Vec<usize> = group.iter().flat_map(|(_, row)| row.iter().map(|(place, _)| *place)).collect();
        singles.sort_unstable();
        singles.dedup();
        // Combinations that are equal, or opposite, are carried once.
        let mut known: HashMap<Row, usize> = HashMap::new();
        let mut combinations: Vec<(Row, bool)> = Vec::new();
        let mut which = Vec::with_capacity(group.len());
        for (_, row) in &group {
            let mut row = row.clone();
            let is_minus = row.first().is_some_and(|(_, factor)| factor.is_negative());
            if is_minus {
                row.iter_mut().for_each(|(_, factor)| *factor = -&*factor);
            }
            let index = *known.entry(row.clone()).or_insert_with(|| {
                let cannot_be_negative = nonnegative && row.iter().all(|(_, factor)| factor.is_positive());
                combinations.push((row, cannot_be_negative));
                combinations.len() - 1
            });
            which.push((index, is_minus));
        }
        let n_for_singles = if nonnegative { singles.len() } else { 2 * singles.len() };
        let n_for_combinations: usize = combinations.iter().map(|(_, one)| if *one { 1 } else { 2 }).sum();
        carried.n_values += singles.len().min(combinations.len());
        if n_for_combinations < n_for_singles {
            let ways: Vec<Row> = combinations.into_iter().map(|(row, one)| carried.pass(row, one)).collect();
            for ((user, _), (index, is_minus)) in group.into_iter().zip(which) {
                let sign = |factor: &Rational| if is_minus { -factor } else { factor.clone() };
                let row = ways[index].iter().map(|(place, factor)| (*place, sign(factor))).collect();
                carried.users.insert(user, row);
            }
        } else {
            let ways: HashMap<usize, Row> =
                singles.into_iter().map(|p| (p, carried.pass(vec![(p, Rational::one())], nonnegative))).collect();
            for (user, row) in group {
                let scaled = |(place, factor): &(usize, Rational)| {
                    let way = ways[place].iter().map(|(place, sign)| (*place, sign * factor));
                    way.collect::<Row>()
                };
                carried.users.insert(user, row.iter().flat_map(scaled).collect());
            }
        }
    }
    carried
}

impl Carried {
    /// Neurons for one value, and the value as a row of them.
    fn pass(&mut self, row: Row, cannot_be_negative: bool) -> Row {
        if cannot_be_negative {
            return vec![(self.neuron(row), Rational::one())];
        }
        let minus = row.iter().map(|(place, factor)| (*place, -factor)).collect();
        vec![(self.neuron(row), Rational::one()), (self.neuron(minus), Rational::from(-1))]
    }

    /// The place of the neuron `relu(row)`.
    fn neuron(&mut self, row: Row) -> usize {
        *self.known.entry(row).or_insert_with_key(|row| {
            self.rows.push(row.clone());
            self.rows.len() - 1
        })
    }
}

/// The users in groups that share no value, each group in the users' order.
fn groups(users: BTreeMap<usize, Row>) -> Vec<Vec<(usize, Row)>> {
    let mut leader: HashMap<usize, usize> = HashMap::new();
    let mut parent: Vec<usize> = (0..users.len()).collect();
    fn root(parent: &mut [usize], mut at: usize) -> usize {
        while parent[at] != at {
            parent[at] = parent[parent[at]];
            at = parent[at];
        }
        at
    }
    for (index, row) in users.values().enumerate() {
        for (place, _) in row {
            let first = *leader.entry(*place).or_insert(index);
            let (a, b) = (root(&mut parent, first), root(&mut parent, index));
            parent[a.max(b)] = a.min(b);
        }
    }
    let mut groups: BTreeMap<usize, Vec<(usize, Row)>> = BTreeMap::new();
    for (index, entry) in users.into_iter().enumerate() {
        groups.entry(root(&mut parent, index)).or_default().push(entry);
    }
    groups.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The network of an output made from two inputs, and what passes over its layers.
    fn network(of: impl Fn(&mut Dataflow, Scalar, Scalar) -> Result<Scalar, String>) -> (Network, Passing) {
        let mut flow = Dataflow::new(0);
        let [a, b] = flow.input(vec![2]).unwrap().items.try_into().unwrap();
        let output = of(&mut flow, a, b).unwrap();
        let (layers, passing) = dataflow_to_layers(flow, Array { shape: vec![1], items: vec![output] }).unwrap();
        (Network::new(None, layers).unwrap(), passing)
    }

    fn at(network: &Network, x: i64, y: i64) -> String {
        network.evaluate(&[x.into(), y.into()])[0].to_string()
    }

    #[test]
    fn sums_pass_as_sums_and_values_as_values() {
        // max(x + y, 1) needs nothing to pass; max(x + y, x - y) one sum, as the seed's circuit does.
        let (plus, minus) = (Rational::one(), Rational::from(-1));
        let (maximum, passing) = network(|flow, a, b| {
            let (sum, difference) = (flow.sum(a.clone(), &plus, &b)?, flow.sum(a, &minus, &b)?);
            flow.max(sum, difference)
        });
        assert_eq!((maximum.shape(), passing), (vec![2, 3, 1], Passing { n_values: 1, n_neurons: 2 }));
        assert_eq!([at(&maximum, 1, 2), at(&maximum, 1, -2)], ["3", "3"]);

        // x + |(|x| - y)|: x passes over two layers, |x| over none.
        let (skip, passing) = network(|flow, a, b| {
            let inner = flow.abs(a.clone())?;
            let inner = flow.sum(inner, &minus, &b)?;
            let outer = flow.abs(inner)?;
            flow.sum(a, &plus, &outer)
        });
        // Over the first layer x passes by the neurons of |x|, and y by two more; then x by two.
        assert_eq!((skip.shape(), passing), (vec![2, 4, 4, 1], Passing { n_values: 3, n_neurons: 4 }));
        assert_eq!([at(&skip, -3, 5), at(&skip, 2, 7), at(&skip, 2, -7)], ["-1", "7", "11"]);
    }

    #[test]
    fn outputs_that_need_no_layer() {
        let (affine, _) = network(|flow, a, b| flow.sum(a, &Rational::from(3), &b));
        assert_eq!(affine.shape(), [2, 1]);
        assert_eq!(at(&affine, 1, 1), "4");
        let (constant, _) = network(|_, _, _| Ok(Scalar::constant(Rational::from(7))));
        assert_eq!(at(&constant, 1, 1), "7");
    }
}
