//! Places for everything: rows of discs from the bottom up, links, their weights, circuits.
//!
//! Weights stand on their links where there is room for all of them. Where many links cross that
//! would be neither legible nor free of overlaps, so there the weights stand in a table under the
//! discs they go into: a column a neuron, a row a source.

use crate::circuit_boxes::{BOX_PADDING, CircuitBox, CircuitBoxes, circuit_boxes};
use crate::edge_labels::{LabelledLine, place_labels};
use crate::geometry::{Point, Rect};
use crate::picture::Picture;
use crate::picture_to_rows::{
    CAPTION_GAP, CAPTION_SIZE, CaptionSide, Link, Node, RADIUS, Rows, WEIGHT_SIZE, picture_to_rows,
};
use crate::scene::Ink;
use crate::text_size::{text_box, text_width};

/// Between two discs of a row, tried in this order; the first that has room for all weights is taken.
const DISC_GAPS: [f64; 4] = [28.0, 52.0, 84.0, 128.0];
/// Between two rows, tried in this order.
const ROW_GAPS: [f64; 4] = [80.0, 112.0, 150.0, 200.0];
/// A band with more links than this always has a table.
const LINKS_WITH_WEIGHTS: usize = 64;
/// Labels with another link behind them, at most one in this many.
const CROSSED_LABELS: usize = 6;
/// The gap that a link asks for, as a part of how far it goes to the side,
const STEEPNESS: f64 = 0.3;
/// up to this.
const STEEP_GAP: f64 = 150.0;
/// A narrow row is drawn apart to this part of the widest row's width,
const ROW_WIDTH: f64 = 0.72;
/// but not more than by this factor.
const ROW_STRETCH: f64 = 1.8;
/// A table's rows.
pub(crate) const TABLE_ROW: f64 = 16.0;
/// Between a disc and the table under it.
const TABLE_GAP: f64 = 10.0;
/// Between a table's columns.
const TABLE_COLUMN_GAP: f64 = 12.0;

/// A disc with its place.
pub(crate) struct Disc {
    pub(crate) node: Node,
    pub(crate) bounds: Rect,
    pub(crate) caption: Option<Rect>,
}

/// A link with its place, and the place of its weight unless that stands in a table.
pub(crate) struct PlacedLink {
    pub(crate) link: Link,
    pub(crate) from: Point,
    pub(crate) to: Point,
    pub(crate) label: Option<Rect>,
}

/// The weights of a band as a table.
pub(crate) struct Table {
    pub(crate) bounds: Rect,
    /// The sources, from the left, are the rows from the top.
    pub(crate) heads: Vec<(String, Rect)>,
    pub(crate) cells: Vec<(String, Ink, Rect)>,
}

/// Everything with its place.
pub(crate) struct Layout {
    pub(crate) discs: Vec<Vec<Disc>>,
    pub(crate) bands: Vec<Vec<PlacedLink>>,
    pub(crate) tables: Vec<Option<Table>>,
    pub(crate) boxes: Vec<CircuitBox>,
    /// Circuits whose names found no place at their boxes, as lines under the picture.
    pub(crate) legend: Vec<String>,
}

/// Where a band's weights stand, and how high the band is.
#[derive(Clone, Copy)]
struct BandPlan {
    table: bool,
    gap: usize,
}

/// The narrowest and lowest layout in which nothing overlaps.
pub(crate) fn picture_to_layout(picture: &Picture<'_>) -> Layout {
    let rows = picture_to_rows(picture);
    let mut plans: Vec<BandPlan> =
        rows.bands.iter().map(|links| BandPlan { table: links.len() > LINKS_WITH_WEIGHTS, gap: 0 }).collect();
    let mut spread = 0;
    // Every pass raises a gap, then the spread, then turns a band into a table, so it comes to an end.
    loop {
        let (layout, failing) = attempt(picture, &rows, &plans, DISC_GAPS[spread]);
        if failing.is_empty() {
            return layout;
        }
        let mut raised = false;
        for band in &failing {
            if plans[*band].gap + 1 < ROW_GAPS.len() {
                plans[*band].gap += 1;
                raised = true;
            }
        }
        if raised {
            continue;
        }
        if spread + 1 < DISC_GAPS.len() {
            spread += 1;
        } else {
            spread = 0;
            failing.iter().for_each(|band| plans[*band].table = true);
        }
        plans.iter_mut().for_each(|plan| plan.gap = 0);
    }
}

/// A layout with these gaps, and the bands whose weights found no legible place.
fn attempt(picture: &Picture<'_>, rows: &Rows, plans: &[BandPlan], disc_gap: f64) -> (Layout, Vec<usize>) {
    let discs = place_discs(rows, plans, disc_gap, !picture.circuits.is_empty());
    let tables: Vec<Option<Table>> = plans
        .iter()
        .enumerate()
        .map(|(band, plan)| plan.table.then(|| table(&rows.bands[band], &discs[band], &discs[band + 1], picture)))
        .collect();

    let mut obstacles: Vec<Rect> = discs.iter().flatten().map(|disc| disc.bounds).collect();
    obstacles.extend(discs.iter().flatten().filter_map(|disc| disc.caption));
    obstacles.extend(tables.iter().flatten().map(|table| table.bounds));
    let CircuitBoxes { boxes, legend } = circuit_boxes(picture, &discs, &obstacles);
    obstacles.extend(boxes.iter().filter_map(|b| b.name_place));

    let mut failing = Vec::new();
    let mut bands = Vec::new();
    for (band, links) in rows.bands.iter().enumerate() {
        let ends = link_ends(links, &discs[band], &discs[band + 1], tables[band].as_ref());
        let lines: Vec<LabelledLine<'_>> = links
            .iter()
            .zip(&ends)
            .map(|(link, (from, to))| LabelledLine { from: *from, to: *to, text: &link.weight, size: WEIGHT_SIZE })
            .collect();
        let mut places = vec![None; links.len()];
        if !plans[band].table {
            match place_labels(&lines, &obstacles) {
                Some(found) => {
                    if found.crossings * CROSSED_LABELS > links.len() {
                        failing.push(band);
                    }
                    places = found.places.into_iter().map(Some).collect();
                }
                None => failing.push(band),
            }
        }
        let placed = links.iter().zip(ends).zip(places);
        bands.push(
            placed.map(|((link, (from, to)), label)| PlacedLink { link: link.clone(), from, to, label }).collect(),
        );
    }
    (Layout { discs, bands, tables, boxes, legend }, failing)
}

/// Rows centred over each other, the inputs' row at y = 0, the others above it.
fn place_discs(rows: &Rows, plans: &[BandPlan], disc_gap: f64, boxed: bool) -> Vec<Vec<Disc>> {
    let padding = if boxed { BOX_PADDING } else { 0.0 };
    let gap = disc_gap.max(TABLE_COLUMN_GAP) + padding;
    let mut xs: Vec<Vec<f64>> = Vec::new();
    for (row, nodes) in rows.rows.iter().enumerate() {
        let column = match row.checked_sub(1) {
            Some(band) if plans[band].table => column_width(&rows.bands[band]),
            _ => 0.0,
        };
        let mut places: Vec<f64> = Vec::new();
        let mut before = 0.0;
        for node in nodes {
            let (left, right) = node.reach();
            let x = places.last().map_or(0.0, |last| last + before + gap + left.max(column / 2.0));
            places.push(x);
            before = right.max(column / 2.0);
        }
        xs.push(places);
    }
    let widest = xs.iter().filter_map(|places| places.last()).fold(0.0, |a: f64, b| a.max(*b));
    for places in &mut xs {
        let width = places.last().copied().unwrap_or(0.0);
        let stretch = if width > 0.0 { (ROW_WIDTH * widest / width).clamp(1.0, ROW_STRETCH) } else { 1.0 };
        places.iter_mut().for_each(|x| *x = (*x - width / 2.0) * stretch);
    }
    let mut y = 0.0;
    let mut placed: Vec<Vec<Disc>> = Vec::new();
    for (row, nodes) in rows.rows.iter().enumerate() {
        if let Some(band) = row.checked_sub(1) {
            // Links must be steep enough to be followed by eye.
            let runs = rows.bands[band].iter().map(|link| (xs[band][link.from] - xs[row][link.to]).abs());
            let steep = (STEEPNESS * runs.fold(0.0, f64::max)).min(STEEP_GAP);
            let table = if plans[band].table { TABLE_GAP + TABLE_ROW * placed[band].len() as f64 } else { 0.0 };
            y -= steep.max(ROW_GAPS[plans[band].gap]) + table + 2.0 * RADIUS + 2.0 * padding;
        }
        let disc = |(node, x): (&Node, &f64)| disc(node, Point::new(*x, y));
        placed.push(nodes.iter().zip(&xs[row]).map(disc).collect());
    }
    placed
}

fn disc(node: &Node, middle: Point) -> Disc {
    let caption = node.caption.as_ref().map(|(text, side)| {
        let beside = RADIUS + CAPTION_GAP + 0.6 * CAPTION_SIZE;
        let at = match side {
            CaptionSide::Above => Point::new(middle.x, middle.y - beside),
            CaptionSide::Below => Point::new(middle.x, middle.y + beside),
            CaptionSide::Right => {
                let half = text_width(text, CAPTION_SIZE) / 2.0;
                Point::new(middle.x + node.width / 2.0 + CAPTION_GAP + half, middle.y)
            }
        };
        text_box(text, CAPTION_SIZE, at)
    });
    Disc { node: node.clone(), bounds: Rect::around(middle, node.width, 2.0 * RADIUS), caption }
}

/// From middle to middle where no other disc is in the way, otherwise from top to bottom.
fn link_ends(links: &[Link], below: &[Disc], above: &[Disc], table: Option<&Table>) -> Vec<(Point, Point)> {
    let middles = |link: &Link| (below[link.from].bounds.middle(), above[link.to].bounds.middle());
    let free = |link: &Link| {
        let (from, to) = middles(link);
        let others = below.iter().enumerate().filter(|(i, _)| *i != link.from);
        let others = others.chain(above.iter().enumerate().filter(|(i, _)| *i != link.to));
        others.map(|(_, disc)| disc).all(|disc| {
            !disc.bounds.grown(3.0).meets_line(from, to)
                && disc.caption.is_none_or(|caption| !caption.meets_line(from, to))
        })
    };
    let straight = table.is_none() && links.iter().all(free);
    let ends = |link: &Link| {
        let (mut from, mut to) = middles(link);
        if !straight {
            from.y -= RADIUS;
            to.y = table.map_or(to.y + RADIUS, |table| table.bounds.bottom);
        }
        (from, to)
    };
    links.iter().map(ends).collect()
}

fn column_width(links: &[Link]) -> f64 {
    links.iter().map(|link| text_width(&link.weight, WEIGHT_SIZE)).fold(0.0, f64::max)
}

fn table(links: &[Link], below: &[Disc], above: &[Disc], picture: &Picture<'_>) -> Table {
    let boxed = if picture.circuits.is_empty() { 0.0 } else { BOX_PADDING };
    let top = above[0].bounds.bottom + TABLE_GAP + boxed;
    let column = column_width(links);
    // The constant 1 of the row above takes no weights and has no column.
    let has_column = |disc: &&Disc| disc.node.ink != Ink::Bias && !disc.node.stands_for_others;
    let columns = || above.iter().filter(has_column).map(|disc| disc.bounds.middle().x);
    let left = columns().fold(f64::INFINITY, f64::min) - column / 2.0;
    let right = columns().fold(f64::NEG_INFINITY, f64::max) + column / 2.0;
    let widest = below.iter().map(|disc| text_width(&disc.node.head, WEIGHT_SIZE)).fold(0.0, f64::max);
    let row_middle = |row: usize| top + (row as f64 + 0.5) * TABLE_ROW;
    // What stands for neurons that are left out has no weights, and comes last.
    let sources = || below.iter().filter(|disc| !disc.node.stands_for_others);
    let heads = sources().enumerate().map(|(row, disc)| {
        let width = text_width(&disc.node.head, WEIGHT_SIZE);
        let middle = Point::new(left - TABLE_COLUMN_GAP - width / 2.0, row_middle(row));
        (disc.node.head.clone(), text_box(&disc.node.head, WEIGHT_SIZE, middle))
    });
    let cells = links.iter().map(|link| {
        let middle = Point::new(above[link.to].bounds.middle().x, row_middle(link.from));
        (link.weight.clone(), link.ink, text_box(&link.weight, WEIGHT_SIZE, middle))
    });
    let bounds = Rect {
        left: left - widest - 2.0 * TABLE_COLUMN_GAP,
        top,
        right: right + TABLE_COLUMN_GAP,
        bottom: top + TABLE_ROW * sources().count() as f64,
    };
    Table { bounds, heads: heads.collect(), cells: cells.collect() }
}
