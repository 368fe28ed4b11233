//! A network as text, one line a neuron: for large networks, and for those who cannot see pictures.

use pellucid_core::NeuronId;

use crate::number_to_text;
use crate::picture::Picture;
use crate::terminal::TerminalOptions;

/// Room between columns.
const GAP: &str = "  ";

struct Line {
    /// `h1.1`; nothing for an output, whose name takes both columns.
    id: String,
    name: String,
    sum: String,
    remark: String,
}

/// The lines, hidden neurons first, sums broken at the terminal's width.
pub(crate) fn network_to_list(picture: &Picture<'_>, options: &TerminalOptions) -> String {
    let lines = lines(picture, options);
    let length = |text: &str| text.chars().count();
    let ids = lines.iter().map(|line| length(&line.id)).max().unwrap_or(0);
    let head = |line: &Line| match (line.id.is_empty(), line.name.is_empty()) {
        (true, _) => line.name.clone(),
        (_, true) => line.id.clone(),
        _ => format!("{:ids$}{GAP}{}", line.id, line.name),
    };
    // One long name must not push every sum to the right edge.
    let heads = lines.iter().map(|line| length(&head(line))).max().unwrap_or(0).min(options.width / 2);
    let mut text = String::new();
    for line in &lines {
        let head = format!("{:heads$} = ", head(line));
        push_wrapped(&mut text, &head, &format!("{}{}", line.sum, line.remark), options.width);
    }
    for layer in 0..picture.network.hidden_layers().len() {
        if let Some(left_out) = picture.left_out_text(layer) {
            text.push_str(&format!("(and {left_out} in layer {})\n", layer + 1));
        }
    }
    text
}

fn lines(picture: &Picture<'_>, options: &TerminalOptions) -> Vec<Line> {
    let network = picture.network;
    let arrow = if options.ascii { "->" } else { "→" };
    let mut lines = Vec::new();
    for layer in 0..network.hidden_layers().len() {
        for index in picture.shown(layer) {
            let neuron = NeuronId { layer, index };
            let status = picture.neuron_status(neuron).word().map(|word| format!("  ({word})")).unwrap_or_default();
            let value = picture.example().map(|(_, trace)| {
                let before = number_to_text(&trace.pre_activations[layer][index]);
                format!("  [{before} {arrow} {}]", number_to_text(&trace.activations[layer][index]))
            });
            lines.push(Line {
                id: neuron.to_string(),
                name: picture.neuron_name(neuron).unwrap_or_default().to_string(),
                sum: format!("relu({})", picture.sum_text(layer, index)),
                remark: format!("{}{status}", value.unwrap_or_default()),
            });
        }
    }
    let layer = network.layers().len() - 1;
    for index in 0..network.n_outputs() {
        let value =
            picture.example().map(|(_, trace)| format!("  [{}]", number_to_text(&trace.pre_activations[layer][index])));
        lines.push(Line {
            id: String::new(),
            name: picture.output_name(index),
            sum: picture.sum_text(layer, index),
            remark: value.unwrap_or_default(),
        });
    }
    lines
}

/// Breaks before `+` and `-`, and indents what follows under the start of the sum.
fn push_wrapped(text: &mut String, head: &str, body: &str, width: usize) {
    let indent = head.chars().count().min(width / 2);
    let mut line = head.to_string();
    let mut used = head.chars().count();
    let mut fresh = true;
    for word in terms(body) {
        let length = word.chars().count();
        if !fresh && used + length > width {
            text.push_str(line.trim_end());
            text.push('\n');
            line = " ".repeat(indent);
            used = indent;
            line.push_str(word.trim_start());
            used += word.trim_start().chars().count();
        } else {
            line.push_str(word);
            used += length;
        }
        fresh = false;
    }
    text.push_str(line.trim_end());
    text.push('\n');
}

/// The text cut before each ` + `, ` - ` and double space.
fn terms(body: &str) -> Vec<&str> {
    let mut cuts: Vec<usize> =
        [" + ", " - ", "  "].iter().flat_map(|s| body.match_indices(s)).map(|(at, _)| at).collect();
    cuts.extend([0, body.len()]);
    cuts.sort_unstable();
    cuts.dedup();
    cuts.windows(2).map(|pair| &body[pair[0]..pair[1]]).collect()
}
