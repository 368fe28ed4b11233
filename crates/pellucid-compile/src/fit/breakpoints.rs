//! Where a network of one input bends.

use pellucid_core::{Layer, Network, Rational};

/// The points strictly inside an interval between which every neuron of a network of one input is on or
/// off, in order; `None` when there are more than `most`.
pub fn breakpoints(network: &Network<Rational>, low: &Rational, high: &Rational, most: usize) -> Option<Vec<Rational>> {
    let mut points = vec![low.clone(), high.clone()];
    let mut values: Vec<Vec<Rational>> = points.iter().map(|x| vec![x.clone()]).collect();
    for (index, layer) in network.hidden_layers().iter().enumerate() {
        let is_last = index + 1 == network.hidden_layers().len();
        let bends = if index == 0 { first_bends(layer, low, high) } else { later_bends(layer, &points, &values) };
        if points.len() + bends.len() > most + 2 {
            return None;
        }
        points.extend(bends);
        points.sort();
        points.dedup();
        if !is_last {
            // Values come from the input again: between points they could also be interpolated, but then
            // their numbers would grow.
            values = points.iter().map(|x| activations(network, index + 1, x)).collect();
        }
    }
    points.retain(|x| low < x && x < high);
    Some(points)
}

/// Where the neurons of the first layer bend.
fn first_bends(layer: &Layer<Rational>, low: &Rational, high: &Rational) -> Vec<Rational> {
    let zero = |(row, bias): (&Vec<Rational>, &Rational)| (!row[0].is_zero()).then(|| -bias / &row[0]);
    let bends = layer.weights.iter().zip(&layer.biases).filter_map(zero);
    bends.filter(|x| low < x && x < high).collect()
}

/// Where the arguments of a layer change their sign between points of affine values.
fn later_bends(layer: &Layer<Rational>, points: &[Rational], values: &[Vec<Rational>]) -> Vec<Rational> {
    let mut bends = Vec::new();
    for (row, bias) in layer.weights.iter().zip(&layer.biases) {
        let at: Vec<Rational> = values.iter().map(|values| argument(row, bias, values)).collect();
        for k in 0..points.len() - 1 {
            let (a, b) = (&at[k], &at[k + 1]);
            if a.signum() * b.signum() < 0 {
                bends.push(&points[k] + (&points[k + 1] - &points[k]) * a / (a - b));
            }
        }
    }
    bends
}

fn argument(row: &[Rational], bias: &Rational, values: &[Rational]) -> Rational {
    let terms = row.iter().zip(values).filter(|(weight, value)| !weight.is_zero() && !value.is_zero());
    terms.fold(bias.clone(), |sum, (weight, value)| sum + weight * value)
}

/// The activations of one layer at a point.
fn activations(network: &Network<Rational>, n_layers: usize, x: &Rational) -> Vec<Rational> {
    let mut values = vec![x.clone()];
    for layer in &network.layers()[..n_layers] {
        values = layer
            .weights
            .iter()
            .zip(&layer.biases)
            .map(|(row, bias)| {
                let value = argument(row, bias, &values);
                if value.is_positive() { value } else { Rational::zero() }
            })
            .collect();
    }
    values
}

#[cfg(test)]
mod tests {
    use pellucid_core::{Form, GraphBuilder, Merge, Wire};

    use super::*;
    use crate::fit::folds::square;
    use crate::graph_to_layers::graph_to_layers;

    #[test]
    fn a_folded_square_bends_at_equal_distances() {
        let (low, high) = (Rational::from(-1), Rational::from(2));
        let mut builder = GraphBuilder::with_merge(1, Merge::Copies);
        let output = square(&mut builder, &Form::wire(Wire::Input(0)), &low, &high, &[3, 4, 2]);
        let sides = [(low.clone(), high.clone())];
        let network = graph_to_layers(&builder.finish(vec![output]), &sides, vec!["x".into()]).unwrap();
        let found = breakpoints(&network, &low, &high, 100).unwrap();
        let expected: Vec<Rational> = (1..24).map(|k| Rational::from(-1) + Rational::ratio(3 * k, 24)).collect();
        assert_eq!(found, expected);
        assert_eq!(breakpoints(&network, &low, &high, 22), None);
    }
}
