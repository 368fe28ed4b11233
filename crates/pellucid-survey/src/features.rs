//! A trained network's neurons as features, whatever order and positive scale they come in.

use std::collections::BTreeMap;

use pellucid_core::{Affine, Domain, Feature, Network, Rational, expr_to_text};
use pellucid_decompile::rounded_row;

/// A neuron that takes part, or does not.
#[derive(Clone, Debug)]
pub struct Detector {
    /// What it detects, of the inputs or of the named features of the layer below.
    pub feature: Feature,
    /// Its name; for one that is always on, what it carries.
    pub label: String,
    /// The weights out, times its scale: one for each output of the network; empty in all layers but the last.
    pub gains: Vec<Rational>,
    /// Is it off on the whole domain?
    pub is_dead: bool,
    /// Is it on on the whole domain?
    pub is_always_on: bool,
    /// Does anything read it, by more than the tolerance?
    pub is_read: bool,
}

impl Detector {
    /// Does it take part?
    pub fn is_live(&self) -> bool {
        !self.is_dead && self.is_read
    }
}

/// The hidden layers of a network, rows rounded within a slack.
#[derive(Clone, Debug)]
pub struct Features {
    /// The neurons, layer by layer.
    pub layers: Vec<Vec<Detector>>,
    /// The same network in simple numbers: one neuron a feature, the output weights rounded too.
    pub rounded: Option<Network<Rational>>,
}

/// What comes out of a layer: names in order, how high each gets, and which neurons with what factor it stands for.
struct Values {
    names: Vec<String>,
    highest: Vec<(Rational, Rational)>,
    /// For each value of the network's own layer the value here and the factor between them.
    of: Vec<Option<(usize, Rational)>>,
}

/// The features of a network on a box; `slack` says how far rows may be rounded, `tolerance` what is too little to
/// be read.
pub fn features(network: &Network<Rational>, domain: &Domain, slack: &Rational, tolerance: &Rational) -> Features {
    let n_inputs = network.n_inputs();
    let mut values = Values {
        names: network.input_names().to_vec(),
        highest: sides(domain, n_inputs),
        of: (0..n_inputs).map(|i| Some((i, Rational::one()))).collect(),
    };
    let (mut layers, mut simple) = (Vec::new(), Vec::new());
    let hidden = network.hidden_layers();
    for (index, layer) in hidden.iter().enumerate() {
        let next = &network.layers()[index + 1];
        let is_last = index + 1 == hidden.len();
        let inside = Domain::Box(values.highest.clone());
        let mut detectors = Vec::with_capacity(layer.weights.len());
        let mut above: BTreeMap<String, (Affine, Rational)> = BTreeMap::new();
        let mut scales = Vec::new();
        for (k, (weights, bias)) in layer.weights.iter().zip(&layer.biases).enumerate() {
            let row = gathered(weights, bias, &values);
            let (low, high) = inside.range(&row);
            let is_dead = high.as_ref().is_none_or(|high| !high.is_positive());
            let is_always_on = !is_dead && low.is_some_and(|low| !low.is_negative());
            let rounded = if is_always_on { row.clone() } else { rounded_row(&row, slack, &inside) };
            let feature = Feature::of_row(&rounded);
            let label = match is_always_on {
                // A carrier's own numbers say nothing: what it adds to others counts.
                true => format!(
                    "on: {}",
                    expr_to_text(&rounded_row(&feature.form, slack, &inside).to_expr(), &values.names)
                ),
                false => feature.label(&values.names),
            };
            let outs: Vec<Rational> = next.weights.iter().map(|row| row[k].clone()).collect();
            let reach = high.unwrap_or_default();
            let is_read = outs.iter().any(|out| &(out.abs() * &reach) > tolerance);
            let gains = if is_last { outs.iter().map(|out| out * &feature.scale).collect() } else { Vec::new() };
            scales.push((!is_dead && is_read).then(|| (label.clone(), feature.scale.clone())));
            if !is_dead && is_read {
                // Rounding may turn a neuron off that hardly fires.
                let top = inside.range(&feature.form).1.filter(Rational::is_positive).unwrap_or_else(Rational::one);
                above.entry(label.clone()).or_insert_with(|| (feature.form.clone(), top));
            }
            detectors.push(Detector { feature, label, gains, is_dead, is_always_on, is_read });
        }
        layers.push(detectors);
        let place: BTreeMap<&String, usize> = above.keys().enumerate().map(|(i, label)| (label, i)).collect();
        let of = scales.iter().map(|s| s.as_ref().map(|(label, scale)| (place[label], scale.clone()))).collect();
        simple.push(above.values().map(|(form, _)| form.clone()).collect::<Vec<_>>());
        values = Values {
            names: above.keys().map(|label| format!("[{label}]")).collect(),
            highest: above.values().map(|(_, top)| (Rational::zero(), top.clone())).collect(),
            of,
        };
    }
    let output = network.output_layer();
    let outputs = output.weights.iter().zip(&output.biases).map(|(weights, bias)| {
        let row = gathered(weights, bias, &values);
        let near = |value: &Rational| nearby(value, slack);
        Affine { coefficients: row.coefficients.iter().map(near).collect(), constant: near(&row.constant) }
    });
    simple.push(outputs.collect());
    Features { layers, rounded: stacked(network.input_names(), simple) }
}

/// A row in the values that it is of, equal ones gathered.
fn gathered(weights: &[Rational], bias: &Rational, values: &Values) -> Affine {
    let mut row = Affine::constant(values.names.len(), bias.clone());
    for (weight, of) in weights.iter().zip(&values.of) {
        if let Some((at, factor)) = of {
            row.coefficients[*at] += &(weight * factor);
        }
    }
    row
}

/// The simplest number within a share of the value, or of 1 for small ones.
fn nearby(value: &Rational, slack: &Rational) -> Rational {
    let far = slack * &value.abs().max(Rational::one());
    Rational::simplest_between(&(value - &far), &(value + &far))
}

fn stacked(inputs: &[String], layers: Vec<Vec<Affine>>) -> Option<Network<Rational>> {
    let layers = layers.into_iter().map(|rows| pellucid_core::Layer {
        biases: rows.iter().map(|row| row.constant.clone()).collect(),
        weights: rows.into_iter().map(|row| row.coefficients).collect(),
    });
    Network::new(Some(inputs.to_vec()), layers.collect()).ok()
}

fn sides(domain: &Domain, n_inputs: usize) -> Vec<(Rational, Rational)> {
    match domain.hull() {
        Domain::Box(sides) => sides,
        _ => vec![(Rational::from(-1), Rational::one()); n_inputs],
    }
}

impl Features {
    /// The circuit class: the live neurons' features with the signs of their weights out, in the order of their
    /// names, layer by layer. Networks that differ by the order of neurons and by positive scales alone have one.
    pub fn class(&self) -> String {
        let layer = |detectors: &Vec<Detector>| {
            let sign = |gain: &Rational| match gain.signum() {
                1 => '+',
                -1 => '-',
                _ => '0',
            };
            let mut texts: Vec<String> = detectors
                .iter()
                .filter(|detector| detector.is_live())
                .map(|detector| match detector.gains.is_empty() {
                    true => detector.label.clone(),
                    false => format!("{} {}", detector.gains.iter().map(sign).collect::<String>(), detector.label),
                })
                .collect();
            texts.sort();
            texts.join(", ")
        };
        self.layers.iter().map(layer).collect::<Vec<_>>().join(" | ")
    }

    /// The names of the live neurons' features, each once.
    pub fn names(&self) -> Vec<String> {
        let live = self.layers.iter().flatten().filter(|detector| detector.is_live());
        live.map(|detector| detector.label.clone()).collect::<std::collections::BTreeSet<_>>().into_iter().collect()
    }
}
