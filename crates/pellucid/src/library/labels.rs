//! The labels of a disguised network as JSON: what every hidden neuron is.

use pellucid_compile::{Disguise, Disguised, LayerRole, Part, PassesThrough, Role, Side};
use pellucid_core::{Affine, Domain, Feature, Function, Network, NeuronId, Rational, expr_to_text};
use serde_json::{Map, Value, json};

use crate::answers;
use crate::pictures::taken_apart;

/// The labels: the function, the original network with its features and circuits, and for every hidden
/// neuron of the disguised one what it is. All numbers are exact strings.
///
/// `how` is `None` for a network that is not disguised.
///
/// ```
/// use pellucid::{Biases, Disguise, Domain, Function, compile, disguise, library::labels};
/// let minimum = Function::parse("min(x1, x2)")?;
/// let compiled = compile(&minimum, &Domain::Everywhere, Biases::ALLOWED, Default::default())?;
/// let how = Disguise::new(1);
/// let hidden = disguise(&compiled.network, &Domain::Everywhere, &how)?;
/// let labels = labels(&minimum, &Domain::Everywhere, &compiled.network, &hidden, Some(&how));
/// assert_eq!(labels["neurons"].as_array().unwrap().len(), hidden.network.hidden_neurons());
/// # Ok::<(), pellucid::Error>(())
/// ```
pub fn labels(
    function: &Function,
    domain: &Domain,
    original: &Network<Rational>,
    disguised: &Disguised,
    how: Option<&Disguise>,
) -> Value {
    let neurons = disguised.roles.iter().enumerate().flat_map(|(layer, roles)| {
        roles.iter().enumerate().map(move |(index, role)| neuron(NeuronId { layer, index }, role))
    });
    json!({
        "pellucid_labels": 1,
        "function": function.to_string(),
        "inputs": function.input_names(),
        "domain": domain.to_string(),
        "disguise": how.map(|how| json!({
            "seed": how.seed,
            "width": how.width.to_string(),
            "more_layers": how.more_layers,
        })),
        "widths": disguised.network.widths(),
        "layers": answers::layers(&disguised.network),
        "layer_roles": disguised.layers.iter().map(layer_role).collect::<Vec<_>>(),
        "neurons": neurons.collect::<Vec<_>>(),
        "original": {
            "widths": original.widths(),
            "layers": answers::layers(original),
            "features": features(original),
            "circuits": circuits(function, original, domain),
        },
    })
}

/// Labels that say of every neuron that it is itself.
pub(super) fn undisguised(network: &Network<Rational>) -> Disguised {
    let layers = network.hidden_layers();
    let role = |layer: usize, index: usize| Role::Neuron {
        of: NeuronId { layer, index },
        scale: Rational::one(),
        turned: false,
        part: Part::Whole,
    };
    Disguised {
        network: network.clone(),
        layers: (0..layers.len()).map(|layer| LayerRole::Disguises { layer, passes_through: Vec::new() }).collect(),
        roles: layers
            .iter()
            .enumerate()
            .map(|(l, layer)| (0..layer.weights.len()).map(|index| role(l, index)).collect())
            .collect(),
    }
}

fn layer_role(role: &LayerRole) -> Value {
    let LayerRole::Disguises { layer, passes_through } = role else { return json!({"role": "passes on"}) };
    let id = |index: usize| NeuronId { layer: *layer, index }.to_string();
    let passes = passes_through.iter().map(|passes| match passes {
        PassesThrough::Pair { above, below, ratio } => {
            json!({"above": id(*above), "below": id(*below), "ratio": ratio.to_string()})
        }
        PassesThrough::AlwaysOn(neuron) => json!({"always_on": id(*neuron)}),
    });
    json!({"role": "disguises", "layer": layer + 1, "passes_through": passes.collect::<Vec<_>>()})
}

fn neuron(id: NeuronId, role: &Role) -> Value {
    let mut label = Map::new();
    label.insert("name".into(), json!(id.to_string()));
    let mut put = |key: &str, value: Value| {
        label.insert(key.into(), value);
    };
    match role {
        Role::Neuron { of, scale, turned, part } => {
            put("role", json!(part_name(part)));
            put("of", json!(of.to_string()));
            put("scale", json!(scale.to_string()));
            put("turned", json!(turned));
            put_part(part, &mut put);
        }
        Role::Carrier { carries, scale, side, part } => {
            put("role", json!("carrier"));
            put("carries", combination(carries));
            put("scale", json!(scale.to_string()));
            match side {
                Side::Above => put("side", json!("above")),
                Side::Below => put("side", json!("below")),
                Side::AlwaysOn { constant } => {
                    put("side", json!("always on"));
                    put("constant", json!(constant.to_string()));
                }
            }
            put_part(part, &mut put);
        }
        Role::Dead => put("role", json!("dead")),
        Role::Decoy { with } => {
            put("role", json!("decoy"));
            put("with", json!(with.to_string()));
        }
        Role::Relay { of } => {
            put("role", json!("relay"));
            put("of", combination(of));
        }
    }
    Value::Object(label)
}

fn part_name(part: &Part) -> &'static str {
    match part {
        Part::Whole => "neuron",
        Part::Split { .. } => "split",
        Part::Duplicate { .. } => "duplicate",
    }
}

fn put_part(part: &Part, put: &mut impl FnMut(&str, Value)) {
    match part {
        Part::Whole => {}
        Part::Split { share } => put("share", json!(share.to_string())),
        Part::Duplicate { of } => put("duplicate_of", json!(of.to_string())),
    }
}

fn combination(of: &[(NeuronId, Rational)]) -> Value {
    of.iter().map(|(id, factor)| (id.to_string(), json!(factor.to_string()))).collect::<Map<_, _>>().into()
}

/// What the first layer's neurons detect; those of deeper layers have their sums.
fn features(network: &Network<Rational>) -> Vec<Value> {
    let inputs = network.input_names();
    let mut features = Vec::new();
    for (l, layer) in network.hidden_layers().iter().enumerate() {
        let below = |index: usize| NeuronId { layer: l.saturating_sub(1), index }.to_string();
        for (index, (row, bias)) in layer.weights.iter().zip(&layer.biases).enumerate() {
            let row = Affine { coefficients: row.clone(), constant: bias.clone() };
            let name = NeuronId { layer: l, index }.to_string();
            features.push(if l == 0 {
                let feature = Feature::of_row(&row);
                let label = feature.label(inputs);
                json!({"name": name, "feature": feature.kind.to_string(), "label": label, "scale": feature.scale.to_string()})
            } else {
                let names: Vec<String> = (0..row.coefficients.len()).map(below).collect();
                json!({"name": name, "sum": expr_to_text(&row.to_expr(), &names)})
            });
        }
    }
    features
}

fn circuits(function: &Function, network: &Network<Rational>, domain: &Domain) -> Vec<Value> {
    let found = taken_apart(network, domain).map(|found| found.circuits);
    let circuits = found.unwrap_or_else(|| function.outputs().iter().map(pellucid_compile::expr_to_circuit).collect());
    answers::circuits(&circuits, function.input_names())
}
