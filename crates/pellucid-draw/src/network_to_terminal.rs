//! A small network drawn with characters: boxes in layers, each over the weights that go into it.

use std::collections::HashMap;

use pellucid_core::{NeuronId, Rational};

use crate::network_to_list::network_to_list;
use crate::number_to_text;
use crate::picture::Picture;
use crate::terminal::TerminalOptions;

/// Room between two boxes.
const GAP: usize = 1;
/// A drawing longer than this is no longer taken in at a glance; a list says the same in less.
const LINES: usize = 40;

/// The characters boxes are made of.
struct Pen {
    corners: [char; 4],
    across: char,
    down: char,
    zero: char,
    arrow: &'static str,
}

const UNICODE: Pen =
    Pen { corners: ['╭', '╮', '╰', '╯'], across: '─', down: '│', zero: '·', arrow: "→" };
const ASCII: Pen = Pen { corners: ['+'; 4], across: '-', down: '|', zero: '.', arrow: "->" };

/// The drawing when it fits the terminal, otherwise the list.
pub(crate) fn network_to_terminal(picture: &Picture<'_>, options: &TerminalOptions) -> String {
    let pen = if options.ascii { ASCII } else { UNICODE };
    let fits =
        |text: &String| text.lines().count() <= LINES && text.lines().all(|line| line.chars().count() <= options.width);
    // Long names of outputs take a line of their own only when that makes the drawing fit.
    let forms = [OutputNames::Beside, OutputNames::Over].map(|outputs| drawing(picture, &pen, outputs));
    let text = forms.into_iter().flatten().find(fits).unwrap_or_else(|| network_to_list(picture, options));
    match &picture.title {
        Some(title) => format!("{title}\n\n{text}"),
        None => text,
    }
}

/// Where the outputs' names stand: beside their weights or on the line over them.
#[derive(Clone, Copy, PartialEq)]
enum OutputNames {
    Beside,
    Over,
}

/// A box's lines of text and, once known, its place.
struct Cell {
    lines: Vec<String>,
    width: usize,
    /// Entries are filled up to this width on the left, so that digits stand under digits.
    entry_width: usize,
}

/// `None` for a network without hidden layers, which has no boxes.
fn drawing(picture: &Picture<'_>, pen: &Pen, output_names: OutputNames) -> Option<String> {
    let network = picture.network;
    let last = network.hidden_layers().len().checked_sub(1)?;
    let names = (0..=last).map(|layer| row_names(picture, layer)).collect::<Vec<_>>();
    let sources = |layer: usize| match layer.checked_sub(1) {
        None => (0..network.n_inputs()).collect::<Vec<usize>>(),
        Some(below) => picture.shown(below),
    };
    let outputs: Vec<String> = (0..network.n_outputs()).map(|index| output_head(picture, index)).collect();
    let beside = outputs.iter().filter(|_| output_names == OutputNames::Beside);
    let heads = names.iter().flatten().chain(beside).map(|name| name.chars().count()).max().unwrap_or(0) + 2;

    let mut canvas = Canvas { heads, lines: Vec::new() };
    let top = cells(picture, last, pen);
    for (index, name) in outputs.iter().enumerate() {
        let bias = &network.output_layer().biases[index];
        let bias = if bias.is_zero() { String::new() } else { format!("  {}", signed(bias)) };
        let row = &network.output_layer().weights[index];
        let weights: Vec<Rational> = sources(last + 1).into_iter().map(|source| row[source].clone()).collect();
        let weights = entries(&weights, pen);
        match output_names {
            OutputNames::Beside => canvas.row(name, &top, &weights, &bias),
            OutputNames::Over => {
                canvas.lines.push(name.clone());
                canvas.row("=", &top, &weights, &bias);
            }
        }
    }
    for (layer, this) in network.hidden_layers().iter().enumerate().rev() {
        let cells = cells(picture, layer, pen);
        canvas.boxes(&cells, pen);
        let shown = picture.shown(layer);
        for (source, name) in sources(layer).into_iter().zip(&names[layer]) {
            let column: Vec<Rational> = shown.iter().map(|index| this.weights[*index][source].clone()).collect();
            canvas.row(name, &cells, &entries(&column, pen), "");
        }
        let biases: Vec<Rational> = shown.iter().map(|index| this.biases[*index].clone()).collect();
        if biases.iter().any(|bias| !bias.is_zero()) {
            canvas.row("bias", &cells, &entries(&biases, pen), "");
        }
        canvas.lines.extend(picture.left_out_text(layer).map(|text| format!("(and {text} in layer {})", layer + 1)));
    }
    Some(canvas.lines.join("\n") + "\n")
}

/// What stands left of a row of weights: where they come from.
fn row_names(picture: &Picture<'_>, layer: usize) -> Vec<String> {
    let ids = picture.source_names(layer);
    match layer.checked_sub(1) {
        None => match picture.example() {
            Some((input, _)) => {
                ids.iter().zip(input).map(|(id, value)| format!("{id} = {}", number_to_text(value))).collect()
            }
            None => ids,
        },
        Some(below) => box_names(picture, below),
    }
}

/// What is written for each neuron of a layer that is shown: its name when no other one of them has the same,
/// otherwise with its place.
fn box_names(picture: &Picture<'_>, layer: usize) -> Vec<String> {
    let shown = picture.shown(layer).into_iter().map(|index| NeuronId { layer, index });
    let named: Vec<_> = shown.map(|neuron| (neuron, picture.neuron_name(neuron))).collect();
    let mut times: HashMap<&str, usize> = HashMap::new();
    named.iter().filter_map(|(_, name)| *name).for_each(|name| *times.entry(name).or_default() += 1);
    let text = |(neuron, name): &(NeuronId, Option<&str>)| match name {
        None => neuron.to_string(),
        Some(name) if times[name] > 1 => format!("{neuron} {name}"),
        Some(name) => name.to_string(),
    };
    named.iter().map(text).collect()
}

fn output_head(picture: &Picture<'_>, index: usize) -> String {
    let name = picture.output_name(index);
    match picture.example().and_then(|(_, trace)| trace.pre_activations.last()) {
        Some(outputs) => format!("{name} = {}", number_to_text(&outputs[index])),
        None => name,
    }
}

fn cells(picture: &Picture<'_>, layer: usize, pen: &Pen) -> Vec<Cell> {
    let network = picture.network;
    let shown = picture.shown(layer);
    let above = &network.layers()[layer + 1];
    let hidden_above = layer + 1 < network.hidden_layers().len();
    let cell = |(index, name): (usize, String)| {
        let neuron = NeuronId { layer, index };
        let mut lines = vec![name];
        if let Some(word) = picture.neuron_status(neuron).word() {
            lines.push(format!("({word})"));
        }
        if let Some((_, trace)) = picture.example() {
            let before = number_to_text(&trace.pre_activations[layer][index]);
            lines.push(format!("{before} {} {}", pen.arrow, number_to_text(&trace.activations[layer][index])));
        }
        let mut width = lines.iter().map(|line| line.chars().count() + 4).max().unwrap_or(0);
        let mut entry_width = 0;
        let incoming = network.layers()[layer].weights[index].iter().chain([&network.layers()[layer].biases[index]]);
        let outgoing = above.weights.iter().map(|row| &row[index]).filter(|_| !hidden_above);
        for weight in incoming.chain(outgoing) {
            entry_width = entry_width.max(number_to_text(weight).chars().count());
        }
        // A box is as wide as the weights over and under it, so that columns never touch.
        width = width.max(entry_width + 1);
        Cell { lines, width, entry_width }
    };
    let mut cells: Vec<Cell> = shown.into_iter().zip(box_names(picture, layer)).map(cell).collect();
    let height = cells.iter().map(|cell| cell.lines.len()).max().unwrap_or(0);
    cells.iter_mut().for_each(|cell| cell.lines.resize(height, String::new()));
    cells
}

fn entries(weights: &[Rational], pen: &Pen) -> Vec<String> {
    weights.iter().map(|w| if w.is_zero() { pen.zero.to_string() } else { number_to_text(w) }).collect()
}

fn signed(value: &Rational) -> String {
    let sign = if value.is_negative() { '-' } else { '+' };
    format!("{sign} {}", number_to_text(&value.abs()))
}

struct Canvas {
    heads: usize,
    lines: Vec<String>,
}

impl Canvas {
    /// A name and one entry under or over each box.
    fn row(&mut self, name: &str, cells: &[Cell], entries: &[String], last: &str) {
        let mut line = format!("{name:>width$}  ", width = self.heads - 2);
        for (cell, entry) in cells.iter().zip(entries) {
            line.push_str(&centred(&format!("{entry:>width$}", width = cell.entry_width), cell.width));
            line.push_str(&" ".repeat(GAP));
        }
        line.truncate(line.trim_end().len());
        line.push_str(last);
        self.lines.push(line);
    }

    fn boxes(&mut self, cells: &[Cell], pen: &Pen) {
        let height = cells.first().map_or(0, |cell| cell.lines.len());
        self.wires(cells, pen);
        let [top_left, top_right, bottom_left, bottom_right] = pen.corners;
        let edge = |left: char, right: char| {
            let across = |cell: &Cell| pen.across.to_string().repeat(cell.width - 2);
            move |cell: &Cell| format!("{left}{}{right}", across(cell))
        };
        self.across(cells, edge(top_left, top_right));
        for row in 0..height {
            self.across(cells, |cell| format!("{}{}{}", pen.down, centred(&cell.lines[row], cell.width - 2), pen.down));
        }
        self.across(cells, edge(bottom_left, bottom_right));
        self.wires(cells, pen);
    }

    fn wires(&mut self, cells: &[Cell], pen: &Pen) {
        self.across(cells, |cell| centred(&pen.down.to_string(), cell.width));
    }

    fn across(&mut self, cells: &[Cell], part: impl Fn(&Cell) -> String) {
        let parts: Vec<String> = cells.iter().map(part).collect();
        let line = format!("{}{}", " ".repeat(self.heads), parts.join(&" ".repeat(GAP)));
        self.lines.push(line.trim_end().to_string());
    }
}

/// In the middle, a little left where it does not come out even.
fn centred(text: &str, width: usize) -> String {
    let room = width.saturating_sub(text.chars().count());
    format!("{}{text}{}", " ".repeat(room / 2), " ".repeat(room - room / 2))
}
