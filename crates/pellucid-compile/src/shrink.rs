//! Neurons of a finished network that it can do without.
//!
//! A neuron whose activation is a combination of its neighbours' at many points of the domain is
//! expressed by them; one without which the outputs are the same at those points is left out. Points
//! only suggest: whether the smaller network still computes the function is for a proof to say.

use pellucid_core::linear::Echelon;
use pellucid_core::{Domain, Layer, Network, Rational, SplitMix64};
use pellucid_prove::{Limits, Step, walk};

/// Points looked at: so many, and more for wide networks.
const POINTS: usize = 60;
/// Cells of which a point is looked at.
const MAX_CELLS: usize = 60;
/// Networks with more hidden neurons are left as they are.
const MAX_NEURONS: usize = 160;
/// Relations are looked for among at most so many neurons of a layer.
const MAX_WIDTH: usize = 48;

/// A network of no more neurons, with the same outputs at many points of the domain; `None` when
/// nothing was left out.
pub fn shrink(network: &Network<Rational>, domain: &Domain, limits: Limits<'_>) -> Option<Network<Rational>> {
    let size = network.hidden_neurons();
    if size == 0 || size > MAX_NEURONS {
        return None;
    }
    let widest = network.widths().into_iter().max().unwrap_or(0);
    let mut points = sample(domain, network.n_inputs(), POINTS + 4 * widest);
    points.extend(in_cells(network, domain, limits));
    let wanted: Vec<Vec<Rational>> = points.iter().map(|point| network.evaluate(point)).collect();
    let mut layers = network.layers().to_vec();
    // From the last hidden layer to the first: a layer that needs less asks less of the one below.
    for l in (0..layers.len() - 1).rev() {
        let mut j = layers[l].weights.len();
        while j > 0 && !limits.stopped() {
            j -= 1;
            if layers[l].weights.len() > 1
                && let Some(smaller) = without(&layers, l, j)
                && agrees(&smaller, &points, &wanted)
            {
                layers = smaller;
            }
        }
        while layers[l].weights.len() > 1
            && !limits.stopped()
            && let Some((j, factors)) = dependent(&activations(&layers, l, &points))
        {
            let smaller = expressed(&layers, l, j, &factors);
            if !agrees(&smaller, &points, &wanted) {
                break;
            }
            layers = smaller;
        }
    }
    let smaller = Network::new(Some(network.input_names().to_vec()), layers).ok()?;
    // What a layer no longer asks for may be all that a neuron above or below was there for.
    (smaller.hidden_neurons() < size).then(|| shrink(&smaller, domain, limits).unwrap_or(smaller))
}

/// A column that is a combination of the others and of 1 in all rows, with its factors: those of the
/// other columns in order, then the constant.
fn dependent(rows: &[Vec<Rational>]) -> Option<(usize, Vec<Rational>)> {
    let width = rows.first()?.len();
    if width > MAX_WIDTH {
        return None;
    }
    let with_one: Vec<Vec<Rational>> =
        rows.iter().map(|row| [Rational::one()].into_iter().chain(row.iter().cloned()).collect()).collect();
    let null = Echelon::of(with_one.iter().map(Vec::as_slice)).null_space(width + 1);
    let relation = null.first()?;
    // The column of the factor 1 is the last that occurs in the relation.
    let j = relation.iter().rposition(|c| !c.is_zero())?.checked_sub(1)?;
    let (constant, factors) = relation.split_first()?;
    let others = factors.iter().enumerate().filter(|(i, _)| *i != j).map(|(_, c)| -c);
    Some((j, others.chain([-constant]).collect()))
}

/// The layers without neuron `j` of hidden layer `l`.
fn without(layers: &[Layer<Rational>], l: usize, j: usize) -> Option<Vec<Layer<Rational>>> {
    let mut layers = layers.to_vec();
    layers[l].weights.remove(j);
    layers[l].biases.remove(j);
    layers.get_mut(l + 1)?.weights.iter_mut().for_each(|row| {
        row.remove(j);
    });
    Some(layers)
}

/// The layers without neuron `j` of hidden layer `l`, whose activation is this combination of the
/// others' and of 1.
fn expressed(layers: &[Layer<Rational>], l: usize, j: usize, factors: &[Rational]) -> Vec<Layer<Rational>> {
    let mut layers = layers.to_vec();
    layers[l].weights.remove(j);
    layers[l].biases.remove(j);
    let Some((constant, factors)) = factors.split_last() else { return layers };
    let next = &mut layers[l + 1];
    for (row, bias) in next.weights.iter_mut().zip(&mut next.biases) {
        let weight = row.remove(j);
        for (w, factor) in row.iter_mut().zip(factors) {
            *w += &(&weight * factor);
        }
        *bias += &(&weight * constant);
    }
    layers
}

/// The activations of hidden layer `l`, a row a point.
fn activations(layers: &[Layer<Rational>], l: usize, points: &[Vec<Rational>]) -> Vec<Vec<Rational>> {
    points.iter().map(|point| layers[..=l].iter().fold(point.clone(), |values, layer| fire(layer, &values))).collect()
}

fn fire(layer: &Layer<Rational>, values: &[Rational]) -> Vec<Rational> {
    pre_activations(layer, values)
        .into_iter()
        .map(|value| if value.is_positive() { value } else { Rational::zero() })
        .collect()
}

fn pre_activations(layer: &Layer<Rational>, values: &[Rational]) -> Vec<Rational> {
    layer.weights.iter().zip(&layer.biases).map(|(row, bias)| pellucid_core::dot(row, values) + bias).collect()
}

/// Are the outputs these at all points?
fn agrees(layers: &[Layer<Rational>], points: &[Vec<Rational>], wanted: &[Vec<Rational>]) -> bool {
    let Some((output, hidden)) = layers.split_last() else { return false };
    points.iter().zip(wanted).all(|(point, wanted)| {
        let values = hidden.iter().fold(point.clone(), |values, layer| fire(layer, &values));
        pre_activations(output, &values) == *wanted
    })
}

/// A point of each of the first cells, and points between those of cells that follow each other.
fn in_cells(network: &Network<Rational>, domain: &Domain, limits: Limits<'_>) -> Vec<Vec<Rational>> {
    let mut points: Vec<Vec<Rational>> = Vec::new();
    let few = Limits { max_cells: limits.max_cells.min(MAX_CELLS), ..limits };
    // A limit leaves the points found so far.
    let _ = walk(&network.to_relu_graph(), domain, few, |step| {
        if let Step::Cell(cell) = step {
            points.push(cell.point());
        }
        true
    });
    let halfway = |pair: &[Vec<Rational>]| -> Vec<Rational> {
        pair[0].iter().zip(&pair[1]).map(|(a, b)| (a + b) / Rational::from(2)).collect()
    };
    let between: Vec<Vec<Rational>> = points.windows(2).map(halfway).collect();
    points.into_iter().chain(between).collect()
}

/// Points of everywhere or a box: corners and a lattice, where kinks tend to lie, and points of no
/// pattern, at several scales where there are no sides.
fn sample(domain: &Domain, n_inputs: usize, n_points: usize) -> Vec<Vec<Rational>> {
    let mut stream = SplitMix64(0x9e37_79b9_7f4a_7c15);
    (0..n_points)
        .map(|round| {
            let parts = [997u64, 2, 8, 10_007][round % 4];
            let mut share = || Rational::ratio(stream.below(parts + 1) as i64, parts as i64);
            match domain {
                Domain::Box(sides) => sides.iter().map(|(low, high)| low + (high - low) * share()).collect(),
                _ => {
                    let reach = Rational::from([2i64, 4, 20, 200][(round / 4) % 4]);
                    (0..n_inputs).map(|_| (share() * Rational::from(2) - Rational::one()) * &reach).collect()
                }
            }
        })
        .collect()
}
