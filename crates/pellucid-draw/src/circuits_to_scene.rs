//! Circuits of circuits: a trapezium each, the wide side towards its inputs.

use pellucid_core::Circuit;

use crate::circuits_to_wiring::{Source, Wiring, circuits_to_wiring};
use crate::geometry::{Point, Rect};
use crate::picture::function_text;
use crate::picture_to_rows::{CAPTION_SIZE, NAME_SIZE, RADIUS, inputs_of};
use crate::scene::{Ink, Scene, Shape};
use crate::text_size::{shortened, text_width};

/// A trapezium's height.
const HEIGHT: f64 = 56.0;
/// How much shorter the upper side is, at each end.
const SLANT: f64 = 20.0;
/// Between two things of a row.
const GAP: f64 = 36.0;
/// Between two rows.
const ROW_GAP: f64 = 56.0;
/// Longer texts are cut.
const CHARS: usize = 32;

/// A tree of circuits to be drawn as trapezia with names, inputs at the bottom.
///
/// ```
/// use pellucid_core::{Circuit, Function};
/// use pellucid_draw::{CircuitPicture, SvgOptions};
/// let minimum = |of: &str, parts: Vec<Circuit>| Circuit {
///     name: "minimum".into(),
///     computes: Function::parse_with_inputs(of, &pellucid_core::numbered_inputs(4)).unwrap().outputs()[0].clone(),
///     neurons: vec![],
///     parts,
/// };
/// let parts = vec![minimum("min(x1, x2)", vec![]), minimum("min(x3, x4)", vec![])];
/// let of_four = [minimum("min(min(x1, x2), min(x3, x4))", parts)];
/// let svg = CircuitPicture::new(&of_four, &pellucid_core::numbered_inputs(4)).to_svg(&SvgOptions::default());
/// assert_eq!(svg.matches("class=\"pl-trapezium\"").count(), 3);
/// ```
#[derive(Clone, Debug)]
pub struct CircuitPicture<'a> {
    circuits: &'a [Circuit],
    inputs: &'a [String],
    title: Option<String>,
    depth: usize,
}

impl<'a> CircuitPicture<'a> {
    /// A picture of these circuits, one an output; `inputs` are the inputs' names.
    pub fn new(circuits: &'a [Circuit], inputs: &'a [String]) -> Self {
        CircuitPicture { circuits, inputs, title: None, depth: usize::MAX }
    }

    /// Puts a heading over the picture.
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = Some(title.into());
        self
    }

    /// Draws parts of parts only to this depth: 0 draws each circuit whole.
    pub fn depth(mut self, depth: usize) -> Self {
        self.depth = depth;
        self
    }

    /// The picture as shapes with places.
    pub fn to_scene(&self) -> Scene {
        let wiring = circuits_to_wiring(self.circuits, self.depth);
        let mut items = self.items(&wiring);
        let rows = place(&mut items);
        let mut shapes = wires(&items, &rows);
        items.iter().for_each(|item| item.push(&mut shapes));
        if let (Some(title), Some(all)) = (&self.title, shapes.iter().map(Shape::bounds).reduce(|a, b| a.union(&b))) {
            shapes.push(Shape::text(Point::new(all.middle().x, all.top - 20.0), 16.0, title, Ink::Heading));
        }
        let title = self.title.clone().unwrap_or_else(|| {
            let names: Vec<&str> = self.circuits.iter().map(|c| c.name.as_str()).collect();
            format!("circuits: {}", names.join(", "))
        });
        Scene::fitted(title, describe(&items), shapes)
    }

    /// Inputs first, then circuits, then outputs; sources by index in this list.
    fn items(&self, wiring: &Wiring<'_>) -> Vec<Item> {
        let mut used: Vec<usize> = self.circuits.iter().flat_map(|c| inputs_of(&c.computes)).collect();
        used.sort_unstable();
        used.dedup();
        let name = |index: &usize| self.inputs.get(*index).cloned().unwrap_or_else(|| format!("x{}", index + 1));
        let mut items: Vec<Item> =
            used.iter().map(|index| Item::new(Ink::Input, name(index), String::new(), vec![], 0)).collect();
        for wired in &wiring.circuits {
            let sources: Vec<usize> = wired
                .sources
                .iter()
                .filter_map(|source| match source {
                    Source::Input(index) => used.iter().position(|u| u == index),
                    Source::Circuit(index) => Some(used.len() + index),
                })
                .collect();
            let row = 1 + sources.iter().map(|s| items[*s].row).max().unwrap_or(0);
            let computes = function_text(&wired.circuit.computes, self.inputs, CHARS);
            items.push(Item::new(Ink::Trapezium, wired.circuit.name.clone(), computes, sources, row));
        }
        let top = 1 + items.iter().map(|item| item.row).max().unwrap_or(0);
        for (circuit, source) in self.circuits.iter().zip(&wiring.outputs) {
            let computes = function_text(&circuit.computes, self.inputs, CHARS + 8);
            items.push(Item::new(Ink::Output, computes, String::new(), vec![used.len() + source], top));
        }
        items
    }
}

struct Item {
    ink: Ink,
    name: String,
    computes: String,
    sources: Vec<usize>,
    row: usize,
    width: f64,
    middle: Point,
}

impl Item {
    fn new(ink: Ink, name: String, computes: String, sources: Vec<usize>, row: usize) -> Self {
        let name = shortened(&name, CHARS + 8);
        let words = text_width(&name, NAME_SIZE).max(text_width(&computes, CAPTION_SIZE));
        let width = match ink {
            Ink::Trapezium => words + 2.0 * SLANT + 8.0,
            _ => (words + 14.0).max(2.0 * RADIUS),
        };
        Item { ink, name, computes, sources, row, width, middle: Point::new(0.0, 0.0) }
    }

    fn height(&self) -> f64 {
        if self.ink == Ink::Trapezium { HEIGHT } else { 2.0 * RADIUS }
    }

    fn push(&self, shapes: &mut Vec<Shape>) {
        let Point { x, y } = self.middle;
        if self.ink != Ink::Trapezium {
            let bounds = Rect::around(self.middle, self.width, self.height());
            shapes.push(Shape::Disc { bounds, ink: self.ink, tip: self.name.clone() });
            shapes.push(Shape::text(self.middle, NAME_SIZE, &self.name, Ink::Text));
            return;
        }
        let (half, low, high) = (self.width / 2.0, y + HEIGHT / 2.0, y - HEIGHT / 2.0);
        let points = vec![
            Point::new(x - half, low),
            Point::new(x + half, low),
            Point::new(x + half - SLANT, high),
            Point::new(x - half + SLANT, high),
        ];
        shapes.push(Shape::Path { points, closed: true, ink: Ink::Trapezium });
        shapes.push(Shape::text(Point::new(x, y - 9.0), NAME_SIZE, &self.name, Ink::Text));
        shapes.push(Shape::text(Point::new(x, y + 10.0), CAPTION_SIZE, &self.computes, Ink::Text));
    }
}

/// Each item over the middle of its sources where its row has room; returns the rows' middles.
fn place(items: &mut [Item]) -> Vec<f64> {
    let n_rows = 1 + items.iter().map(|item| item.row).max().unwrap_or(0);
    let step = HEIGHT + ROW_GAP;
    for row in 0..n_rows {
        let mut order: Vec<usize> = (0..items.len()).filter(|i| items[*i].row == row).collect();
        for index in &order {
            let xs: Vec<f64> = items[*index].sources.iter().map(|s| items[*s].middle.x).collect();
            let x = if xs.is_empty() { 0.0 } else { xs.iter().sum::<f64>() / xs.len() as f64 };
            items[*index].middle = Point::new(x, -(row as f64) * step);
        }
        order.sort_by(|a, b| items[*a].middle.x.total_cmp(&items[*b].middle.x).then(a.cmp(b)));
        let wanted: f64 = order.iter().map(|i| items[*i].middle.x).sum();
        for pair in order.windows(2) {
            let free = items[pair[0]].middle.x + items[pair[0]].width / 2.0 + GAP + items[pair[1]].width / 2.0;
            items[pair[1]].middle.x = items[pair[1]].middle.x.max(free);
        }
        // The row as a whole stays where it wanted to be.
        let got: f64 = order.iter().map(|i| items[*i].middle.x).sum();
        for index in &order {
            items[*index].middle.x -= (got - wanted) / order.len() as f64;
        }
    }
    (0..n_rows).map(|row| -(row as f64) * step).collect()
}

/// From the top of each source to its own place along the wide side of what it feeds.
fn wires(items: &[Item], rows: &[f64]) -> Vec<Shape> {
    let mut shapes = Vec::new();
    for item in items {
        let mut sources = item.sources.clone();
        sources.sort_by(|a, b| items[*a].middle.x.total_cmp(&items[*b].middle.x));
        let n = sources.len() as f64;
        let room = (item.width - 2.0 * SLANT).min(60.0 * n);
        for (place, source) in sources.iter().enumerate() {
            let from = &items[*source];
            let start = Point::new(from.middle.x, from.middle.y - from.height() / 2.0);
            let x = item.middle.x + room * ((place as f64 + 0.5) / n - 0.5);
            let end = Point::new(x, item.middle.y + item.height() / 2.0);
            let points = around(start, end, from.row, item.row, items, rows);
            shapes.push(Shape::Path { points, closed: false, ink: Ink::Link });
        }
    }
    shapes
}

/// A line that passes rows in between through the nearest gap of each.
fn around(start: Point, end: Point, from: usize, to: usize, items: &[Item], rows: &[f64]) -> Vec<Point> {
    let mut points = vec![start];
    for (row, middle) in rows.iter().enumerate().take(to).skip(from + 1) {
        let x = points[points.len() - 1].x;
        let blocks: Vec<(f64, f64)> = items
            .iter()
            .filter(|item| item.row == row)
            .map(|item| (item.middle.x - item.width / 2.0 - 8.0, item.middle.x + item.width / 2.0 + 8.0))
            .collect();
        let is_free = |x: &f64| blocks.iter().all(|(left, right)| x <= left || x >= right);
        let free = blocks.iter().flat_map(|(left, right)| [*left, *right]).chain([x, end.x]).filter(is_free);
        let detour = |at: f64| (at - x).abs() + (at - end.x).abs();
        let best = free.min_by(|a, b| detour(*a).total_cmp(&detour(*b))).unwrap_or(x);
        points.push(Point::new(best, middle + HEIGHT / 2.0));
        points.push(Point::new(best, middle - HEIGHT / 2.0));
    }
    points.push(end);
    points
}

fn describe(items: &[Item]) -> String {
    let fed = items.iter().filter(|item| item.ink == Ink::Trapezium).map(|item| {
        let sources: Vec<&str> = item
            .sources
            .iter()
            .map(|s| if items[*s].computes.is_empty() { items[*s].name.as_str() } else { items[*s].computes.as_str() })
            .collect();
        format!("{} computes {} from {}", item.name, item.computes, sources.join(", "))
    });
    fed.collect::<Vec<_>>().join("\n")
}
