//! What is made of what: names in columns, parts to the left of what is made of them.
//!
//! After Sugiyama, Tagawa and Toda 1981: columns by the longest way, places for links in the columns
//! they pass, and an order of each column by the middles of its neighbours.

use crate::geometry::{Point, Rect};
use crate::scene::{Anchor, Ink, Scene, Shape};
use crate::text_size::text_width;

/// One thing.
#[derive(Clone, Debug)]
pub struct GraphNode {
    /// Written in it.
    pub name: String,
    /// Written beside the name, smaller.
    pub note: String,
    /// Told when it is pointed at.
    pub group: String,
}

/// That one thing is a part of another.
#[derive(Clone, Copy, Debug)]
pub struct GraphLink {
    /// The part.
    pub from: usize,
    /// What is made of it.
    pub to: usize,
    /// Is it drawn strongly?
    pub strong: bool,
}

/// A graph without circles, to be drawn in columns.
///
/// ```
/// use pellucid_draw::{GraphLink, GraphNode, GraphPicture, SvgOptions};
/// let node = |name: &str| GraphNode { name: name.into(), note: String::new(), group: String::new() };
/// let links = vec![GraphLink { from: 0, to: 1, strong: true }];
/// let svg = GraphPicture::new("parts", vec![node("minimum"), node("minimum of four")], links)
///     .to_svg(&SvgOptions::default());
/// assert!(svg.contains("minimum of four"));
/// ```
#[derive(Clone, Debug)]
pub struct GraphPicture {
    title: String,
    nodes: Vec<GraphNode>,
    links: Vec<GraphLink>,
}

const NAME: f64 = 12.0;
const NOTE: f64 = 10.0;
const HEIGHT: f64 = 20.0;
/// Between two names of a column.
const GAP: f64 = 8.0;
/// The room of a link that passes a column.
const PASSING: f64 = 7.0;
/// Between two columns.
const COLUMN_GAP: f64 = 110.0;
/// So often is each order made better by its neighbours.
const SWEEPS: usize = 24;

/// Something with a place in a column: a name, or a link that passes.
#[derive(Clone)]
struct Place {
    /// The node; `None` for a link that passes.
    node: Option<usize>,
    column: usize,
    y: f64,
    left: Vec<usize>,
    right: Vec<usize>,
}

impl Place {
    fn height(&self) -> f64 {
        if self.node.is_some() { HEIGHT + GAP } else { PASSING }
    }
}

impl GraphPicture {
    /// A picture of these. Links to nowhere, and those that would close a circle, are left out.
    pub fn new(title: impl Into<String>, nodes: Vec<GraphNode>, links: Vec<GraphLink>) -> Self {
        let n = nodes.len();
        let links = links.into_iter().filter(|link| link.from < n && link.to < n && link.from != link.to).collect();
        GraphPicture { title: title.into(), nodes, links }
    }

    /// The picture as shapes with places.
    pub fn to_scene(&self) -> Scene {
        let columns = self.columns();
        let links: Vec<&GraphLink> = self.links.iter().filter(|link| columns[link.from] < columns[link.to]).collect();
        let (mut places, ways) = places(&columns, &links);
        let mut order = in_columns(&places);
        for sweep in 0..SWEEPS {
            let forwards = sweep % 2 == 0;
            let n = order.len();
            for step in 0..n {
                let column = if forwards { step } else { n - 1 - step };
                sort_column(&mut places, &mut order[column], forwards);
            }
        }
        for _ in 0..SWEEPS {
            (0..order.len()).for_each(|column| settle(&mut places, &order[column]));
        }
        self.scene(&places, &order, &ways, &links)
    }

    /// Each node's column: one more than the furthest of its parts.
    fn columns(&self) -> Vec<usize> {
        let mut columns = vec![0usize; self.nodes.len()];
        // More rounds than nodes would mean a circle.
        for _ in 0..self.nodes.len() {
            let mut changed = false;
            for link in &self.links {
                if columns[link.to] <= columns[link.from] {
                    columns[link.to] = (columns[link.from] + 1).min(self.nodes.len());
                    changed = true;
                }
            }
            if !changed {
                break;
            }
        }
        columns
    }

    fn scene(&self, places: &[Place], order: &[Vec<usize>], ways: &[Vec<usize>], links: &[&GraphLink]) -> Scene {
        let width = |node: usize| {
            let GraphNode { name, note, .. } = &self.nodes[node];
            let note = if note.is_empty() { 0.0 } else { text_width(note, NOTE) + 8.0 };
            text_width(name, NAME) + note + 16.0
        };
        let mut x = 0.0;
        let mut lefts = Vec::new();
        let mut widths = Vec::new();
        for column in order {
            let widest = column.iter().filter_map(|p| places[*p].node).map(width).fold(0.0, f64::max);
            lefts.push(x);
            widths.push(widest);
            x += widest + COLUMN_GAP;
        }
        let mut shapes = Vec::new();
        for (way, link) in ways.iter().zip(links) {
            let mut points = Vec::new();
            for (step, place) in way.iter().enumerate() {
                let Place { column, y, node, .. } = &places[*place];
                let left = lefts[*column];
                if step > 0 {
                    bend(&mut points, Point::new(left, *y));
                }
                if step + 1 < way.len() {
                    // A name is left at its own end, a column at its edge.
                    points.extend(node.map(|node| Point::new(left + width(node), *y)));
                    points.push(Point::new(left + widths[*column], *y));
                }
            }
            let ink = if link.strong { Ink::Link } else { Ink::ThinLink };
            shapes.push(Shape::Path { points, closed: false, ink });
        }
        for place in places {
            let Some(node) = place.node else { continue };
            let GraphNode { name, note, group } = &self.nodes[node];
            let left = lefts[place.column];
            let bounds =
                Rect { left, top: place.y - HEIGHT / 2.0, right: left + width(node), bottom: place.y + HEIGHT / 2.0 };
            let ink = if place.left.is_empty() { Ink::Input } else { Ink::Hidden };
            let tip = if note.is_empty() { group.clone() } else { format!("{group}: {note}") };
            shapes.push(Shape::Disc { bounds, ink, tip });
            let text = |at: Point, anchor: Anchor, size: f64, text: &str, ink: Ink| Shape::Text {
                at,
                anchor,
                size,
                text: text.into(),
                ink,
                halo: false,
            };
            shapes.push(text(Point::new(left + 8.0, place.y), Anchor::Start, NAME, name, Ink::Text));
            if !note.is_empty() {
                let at = Point::new(bounds.right - 8.0, place.y);
                shapes.push(text(at, Anchor::End, NOTE, note, Ink::QuietText));
            }
        }
        if let Some(all) = shapes.iter().map(Shape::bounds).reduce(|a, b| a.union(&b)) {
            shapes.push(Shape::text(Point::new(all.middle().x, all.top - 22.0), 16.0, &self.title, Ink::Heading));
        }
        let name = |node: usize| self.nodes[node].name.as_str();
        let words = links.iter().map(|link| format!("{} is a part of {}", name(link.from), name(link.to)));
        Scene::fitted(self.title.clone(), words.collect::<Vec<_>>().join("\n"), shapes)
    }
}

/// From the last point to another in a smooth bend, level at both ends.
fn bend(points: &mut Vec<Point>, to: Point) {
    const STEPS: usize = 12;
    let Some(from) = points.last().copied() else { return points.push(to) };
    for step in 1..=STEPS {
        let t = step as f64 / STEPS as f64;
        let rise = t * t * (3.0 - 2.0 * t);
        points.push(Point::new(from.x + (to.x - from.x) * t, from.y + (to.y - from.y) * rise));
    }
}

/// A place for every node and for every column that a link passes; for each link its way.
fn places(columns: &[usize], links: &[&GraphLink]) -> (Vec<Place>, Vec<Vec<usize>>) {
    let place = |node, column| Place { node, column, y: 0.0, left: Vec::new(), right: Vec::new() };
    let mut places: Vec<Place> = columns.iter().enumerate().map(|(node, column)| place(Some(node), *column)).collect();
    let mut ways = Vec::new();
    for link in links {
        let mut way = vec![link.from];
        for column in columns[link.from] + 1..columns[link.to] {
            places.push(place(None, column));
            way.push(places.len() - 1);
        }
        way.push(link.to);
        for pair in way.windows(2) {
            places[pair[0]].right.push(pair[1]);
            places[pair[1]].left.push(pair[0]);
        }
        ways.push(way);
    }
    (places, ways)
}

/// The places of each column, stacked.
fn in_columns(places: &[Place]) -> Vec<Vec<usize>> {
    let n = places.iter().map(|place| place.column + 1).max().unwrap_or(0);
    (0..n).map(|column| (0..places.len()).filter(|p| places[*p].column == column).collect()).collect()
}

/// Orders a column by the middles of its neighbours on one side, and stacks it around 0.
fn sort_column(places: &mut [Place], column: &mut [usize], by_left: bool) {
    let middle = |p: usize| {
        let place = &places[p];
        let near = if by_left { &place.left } else { &place.right };
        let sum: f64 = near.iter().map(|other| places[*other].y).sum();
        if near.is_empty() { place.y } else { sum / near.len() as f64 }
    };
    let mut keys: Vec<(f64, usize)> = column.iter().map(|p| (middle(*p), *p)).collect();
    keys.sort_by(|a, b| a.0.total_cmp(&b.0));
    column.iter_mut().zip(keys).for_each(|(place, (_, p))| *place = p);
    let total: f64 = column.iter().map(|p| places[*p].height()).sum();
    let mut y = -total / 2.0;
    for p in column.iter() {
        let height = places[*p].height();
        places[*p].y = y + height / 2.0;
        y += height;
    }
}

/// Moves each place towards the middle of all its neighbours, as far as the order leaves room.
fn settle(places: &mut [Place], column: &[usize]) {
    for (at, p) in column.iter().enumerate() {
        let place = &places[*p];
        let near: Vec<f64> = place.left.iter().chain(&place.right).map(|other| places[*other].y).collect();
        if near.is_empty() {
            continue;
        }
        let wanted = near.iter().sum::<f64>() / near.len() as f64;
        let room = |a: usize, b: usize| (places[a].height() + places[b].height()) / 2.0;
        let lowest = at.checked_sub(1).map(|above| places[column[above]].y + room(column[above], *p));
        let highest = column.get(at + 1).map(|below| places[*below].y - room(*below, *p));
        let mut y = wanted;
        if let Some(most) = highest {
            y = y.min(most);
        }
        if let Some(least) = lowest {
            y = y.max(least);
        }
        places[*p].y = y;
    }
}
