//! What a picture consists of, sized but without places: rows of discs, bands of links.

use pellucid_core::{Expr, NeuronId, Rational};

use crate::number_to_text;
use crate::picture::Picture;
use crate::scene::Ink;
use crate::text_size::{shortened, text_width};

/// A disc's radius.
pub(crate) const RADIUS: f64 = 24.0;
/// The font size of names and values in discs.
pub(crate) const NAME_SIZE: f64 = 13.0;
/// The font size of captions beside discs.
pub(crate) const CAPTION_SIZE: f64 = 12.0;
/// The font size of weights.
pub(crate) const WEIGHT_SIZE: f64 = 12.0;
/// Longer names are cut; the whole name is in the tip.
const NAME_CHARS: usize = 36;
/// Between a disc and its caption.
pub(crate) const CAPTION_GAP: f64 = 5.0;

/// What stands in a disc.
#[derive(Clone, Debug)]
pub(crate) enum Inside {
    Text(String),
    /// The ReLU curve of a neuron without a name.
    Curve,
    /// Cut in two: below before the ReLU, above after it.
    Cut {
        above: String,
        below: String,
    },
}

/// Where a disc's caption stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum CaptionSide {
    Above,
    Right,
    Below,
}

#[derive(Clone, Debug)]
pub(crate) struct Node {
    /// Which hidden neuron it is.
    pub(crate) neuron: Option<NeuronId>,
    pub(crate) ink: Ink,
    pub(crate) inside: Inside,
    pub(crate) caption: Option<(String, CaptionSide)>,
    pub(crate) tip: String,
    pub(crate) width: f64,
    /// The name at the head of a table's row.
    pub(crate) head: String,
    /// Does it stand for neurons that are left out? Then it has no weights.
    pub(crate) stands_for_others: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Link {
    pub(crate) from: usize,
    pub(crate) to: usize,
    pub(crate) weight: String,
    pub(crate) ink: Ink,
}

/// Rows of discs from the inputs upwards; band `i` links row `i` to row `i + 1`.
#[derive(Clone, Debug)]
pub(crate) struct Rows {
    pub(crate) rows: Vec<Vec<Node>>,
    pub(crate) bands: Vec<Vec<Link>>,
}

impl Node {
    fn new(ink: Ink, inside: Inside, caption: Option<(String, CaptionSide)>, tip: String, head: String) -> Self {
        let needs = |text: &str, padding: f64| text_width(text, NAME_SIZE) + padding;
        let width = match &inside {
            Inside::Text(text) => needs(text, 14.0),
            Inside::Curve => 0.0,
            // Near its ends the pill is too low for a whole line of text.
            Inside::Cut { above, below } => needs(above, 20.0).max(needs(below, 20.0)),
        };
        Node {
            neuron: None,
            ink,
            inside,
            caption,
            tip,
            width: width.max(2.0 * RADIUS),
            head: shortened(&head, 24),
            stands_for_others: false,
        }
    }

    /// How far the disc and its caption reach to the left and to the right.
    pub(crate) fn reach(&self) -> (f64, f64) {
        let half = self.width / 2.0;
        match &self.caption {
            None => (half, half),
            Some((text, CaptionSide::Right)) => (half, half + CAPTION_GAP + text_width(text, CAPTION_SIZE)),
            Some((text, _)) => {
                let half = half.max(text_width(text, CAPTION_SIZE) / 2.0);
                (half, half)
            }
        }
    }
}

/// Gathers the discs and links of a network, a constant 1 in each row that biases start from.
pub(crate) fn picture_to_rows(picture: &Picture<'_>) -> Rows {
    let network = picture.network;
    let mut rows = vec![inputs(picture)];
    rows.extend((0..network.hidden_layers().len()).map(|layer| hidden(picture, layer)));
    rows.push(outputs(picture));
    let n_hidden = network.hidden_layers().len();
    // Which discs there are of each row, by the index of their neuron.
    let drawn = |row: usize| match row {
        0 => (0..network.n_inputs()).collect(),
        row if row <= n_hidden => picture.shown(row - 1),
        _ => (0..network.n_outputs()).collect::<Vec<usize>>(),
    };
    let mut bands = Vec::new();
    for (layer, this) in network.layers().iter().enumerate() {
        let (sources, targets) = (drawn(layer), drawn(layer + 1));
        let mut links = Vec::new();
        for (to, target) in targets.iter().enumerate() {
            for (from, source) in sources.iter().enumerate() {
                let weight = &this.weights[*target][*source];
                if !weight.is_zero() || picture.zero_weights {
                    let ink = link_ink(picture, layer, Some(*source), *target, weight);
                    links.push(Link { from, to, weight: number_to_text(weight), ink });
                }
            }
        }
        let biases = || targets.iter().map(|target| &this.biases[*target]).enumerate().filter(|(_, b)| !b.is_zero());
        if biases().next().is_some() {
            let from = rows[layer].len();
            let tip = format!("the constant 1, through which the biases of layer {} come in", layer + 1);
            rows[layer].push(Node::new(Ink::Bias, Inside::Text("1".into()), None, tip, "bias".into()));
            for (to, bias) in biases() {
                let ink = link_ink(picture, layer, None, targets[to], bias);
                links.push(Link { from, to, weight: number_to_text(bias), ink });
            }
        }
        bands.push(links);
    }
    for layer in 0..n_hidden {
        if let Some(text) = picture.left_out_text(layer) {
            let tip = format!("{text} of the neurons of hidden layer {}", layer + 1);
            let node = Node::new(Ink::Faded, Inside::Text(text), None, tip, String::new());
            rows[layer + 1].push(Node { stands_for_others: true, ..node });
        }
    }
    Rows { rows, bands }
}

/// The ink of a link into a neuron (or output) of a layer, from a neuron below or the constant 1.
fn link_ink(picture: &Picture<'_>, layer: usize, from: Option<usize>, to: usize, weight: &Rational) -> Ink {
    let is_hidden = layer < picture.network.hidden_layers().len();
    let faded = |neuron: NeuronId| picture.neuron_status(neuron).is_faded();
    let into = NeuronId { layer, index: to };
    let source = layer.checked_sub(1).zip(from).map(|(layer, index)| NeuronId { layer, index });
    if weight.is_zero() {
        Ink::ZeroLink
    } else if source.is_some_and(faded) || (is_hidden && faded(into)) {
        Ink::FadedLink
    } else if is_hidden && picture.is_greaterness(into) {
        Ink::GreaterLink
    } else if weight.is_negative() {
        Ink::ReversedLink
    } else {
        Ink::Link
    }
}

fn inputs(picture: &Picture<'_>) -> Vec<Node> {
    let node = |(index, name): (usize, &String)| {
        let short = shortened(name, NAME_CHARS);
        let (inside, caption) = match picture.example() {
            Some((input, _)) => (number_to_text(&input[index]), Some((short, CaptionSide::Below))),
            None => (short, None),
        };
        Node::new(Ink::Input, Inside::Text(inside), caption, format!("input {name}"), name.clone())
    };
    picture.network.input_names().iter().enumerate().map(node).collect()
}

fn hidden(picture: &Picture<'_>, layer: usize) -> Vec<Node> {
    let node = |index: usize| {
        let neuron = NeuronId { layer, index };
        let status = picture.neuron_status(neuron);
        let name = picture.neuron_name(neuron).map(|name| shortened(name, NAME_CHARS));
        let (inside, caption) = match (picture.example(), name.clone()) {
            (Some((_, trace)), name) => {
                let above = number_to_text(&trace.activations[layer][index]);
                let below = number_to_text(&trace.pre_activations[layer][index]);
                (Inside::Cut { above, below }, name.map(|name| (name, CaptionSide::Right)))
            }
            (None, Some(name)) => (Inside::Text(name), None),
            (None, None) => (Inside::Curve, None),
        };
        let mut tip = format!("{neuron} = relu({})", picture.sum_text(layer, index));
        if let Some(name) = picture.neuron_name(neuron) {
            tip = format!("{neuron}, {name}: relu({})", picture.sum_text(layer, index));
        }
        if let Some(word) = status.word() {
            tip.push_str(&format!(", {word}"));
        }
        let ink = if status.is_faded() { Ink::Faded } else { Ink::Hidden };
        let head = name.unwrap_or_else(|| neuron.to_string());
        Node { neuron: Some(neuron), ..Node::new(ink, inside, caption, tip, head) }
    };
    picture.shown(layer).into_iter().map(node).collect()
}

fn outputs(picture: &Picture<'_>) -> Vec<Node> {
    let layer = picture.network.layers().len() - 1;
    let node = |index: usize| {
        let name = picture.output_name(index);
        let short = shortened(&name, NAME_CHARS);
        let (inside, caption) = match picture.example() {
            Some((_, trace)) => {
                (number_to_text(&trace.pre_activations[layer][index]), Some((short, CaptionSide::Above)))
            }
            None => (short, None),
        };
        let tip = format!("output {name} = {}", picture.sum_text(layer, index));
        Node::new(Ink::Output, Inside::Text(inside), caption, tip, name)
    };
    (0..picture.network.n_outputs()).map(node).collect()
}

/// The inputs that occur in an expression, in order.
pub(crate) fn inputs_of(expr: &Expr) -> Vec<usize> {
    let mut found = match expr {
        Expr::Input(index) => vec![*index],
        _ => expr.children().iter().flat_map(inputs_of).collect(),
    };
    found.sort_unstable();
    found.dedup();
    found
}
