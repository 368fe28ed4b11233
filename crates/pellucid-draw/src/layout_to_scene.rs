//! A layout as shapes, in painting order: boxes, links, discs, words.

use crate::geometry::{Point, Rect};
use crate::picture::Picture;
use crate::picture_to_rows::{CAPTION_SIZE, Inside, NAME_SIZE, RADIUS, WEIGHT_SIZE};
use crate::rows_to_layout::{Disc, Layout, TABLE_ROW, Table};
use crate::scene::{Anchor, Ink, Scene, Shape};

/// The font size of the heading.
const HEADING_SIZE: f64 = 16.0;

/// The shapes of a picture whose places are known; `description` is what it shows, in words.
pub(crate) fn layout_to_scene(picture: &Picture<'_>, layout: &Layout, description: String) -> Scene {
    let mut shapes = Vec::new();
    for circuit in &layout.boxes {
        shapes.push(Shape::Panel { bounds: circuit.bounds, radius: 14.0, ink: Ink::Circuit });
    }
    for link in layout.bands.iter().flatten() {
        let ink = if link.label.is_some() { link.link.ink } else { thin(link.link.ink) };
        shapes.push(Shape::line(link.from, link.to, ink));
    }
    layout.tables.iter().flatten().for_each(|table| push_table(&mut shapes, table));
    layout.discs.iter().flatten().for_each(|disc| push_disc(&mut shapes, disc));
    for link in layout.bands.iter().flatten() {
        if let Some(place) = link.label {
            shapes.push(Shape::text_on_lines(
                place.middle(),
                WEIGHT_SIZE,
                &link.link.weight,
                weight_ink(link.link.ink),
            ));
        }
    }
    for circuit in &layout.boxes {
        if let Some(place) = circuit.name_place {
            shapes.push(Shape::text_on_lines(place.middle(), CAPTION_SIZE, &circuit.name, Ink::QuietText));
        }
    }
    push_around(&mut shapes, picture, layout);
    Scene::fitted(picture.heading(), description, shapes)
}

/// The heading above everything, the legend below.
fn push_around(shapes: &mut Vec<Shape>, picture: &Picture<'_>, layout: &Layout) {
    let all = shapes.iter().map(Shape::bounds).reduce(|a, b| a.union(&b));
    let Some(all) = all else { return };
    if let Some(title) = &picture.title {
        let middle = Point::new(all.middle().x, all.top - 12.0 - HEADING_SIZE / 2.0);
        shapes.push(Shape::text(middle, HEADING_SIZE, title, Ink::Heading));
    }
    for (line, text) in layout.legend.iter().enumerate() {
        let at = Point::new(all.left, all.bottom + 16.0 + 1.4 * CAPTION_SIZE * line as f64);
        let text = text.clone();
        shapes.push(Shape::Text {
            at,
            anchor: Anchor::Start,
            size: CAPTION_SIZE,
            text,
            ink: Ink::QuietText,
            halo: false,
        });
    }
}

fn push_table(shapes: &mut Vec<Shape>, table: &Table) {
    shapes.push(Shape::Panel { bounds: table.bounds, radius: 4.0, ink: Ink::Table });
    for row in (1..table.heads.len()).step_by(2) {
        let top = table.bounds.top + TABLE_ROW * row as f64;
        let bounds = Rect { top, bottom: top + TABLE_ROW, ..table.bounds };
        shapes.push(Shape::Panel { bounds, radius: 0.0, ink: Ink::Stripe });
    }
    for (name, place) in &table.heads {
        shapes.push(Shape::text(place.middle(), WEIGHT_SIZE, name, Ink::QuietText));
    }
    for (weight, ink, place) in &table.cells {
        shapes.push(Shape::text(place.middle(), WEIGHT_SIZE, weight, weight_ink(*ink)));
    }
}

fn push_disc(shapes: &mut Vec<Shape>, disc: &Disc) {
    let middle = disc.bounds.middle();
    let node = &disc.node;
    shapes.push(Shape::Disc { bounds: disc.bounds, ink: node.ink, tip: node.tip.clone() });
    let ink = if node.ink == Ink::Faded { Ink::QuietText } else { Ink::Text };
    match &node.inside {
        Inside::Text(text) => shapes.push(Shape::text(middle, NAME_SIZE, text, ink)),
        Inside::Curve => {
            let point = |x: f64, y: f64| Point::new(middle.x + x * RADIUS, middle.y + y * RADIUS);
            let points = vec![point(-0.5, 0.25), point(0.0, 0.25), point(0.5, -0.35)];
            shapes.push(Shape::Path { points, closed: false, ink: Ink::Mark });
        }
        Inside::Cut { above, below } => {
            let left = Point::new(disc.bounds.left, middle.y);
            shapes.push(Shape::line(left, Point::new(disc.bounds.right, middle.y), Ink::Mark));
            let half = 0.40 * RADIUS;
            shapes.push(Shape::text(Point::new(middle.x, middle.y - half), NAME_SIZE, above, ink));
            shapes.push(Shape::text(Point::new(middle.x, middle.y + half), NAME_SIZE, below, ink));
        }
    }
    if let (Some(place), Some((text, _))) = (disc.caption, &node.caption) {
        shapes.push(Shape::text_on_lines(place.middle(), CAPTION_SIZE, text, Ink::QuietText));
    }
}

/// Many links together would be darker than everything else.
fn thin(link: Ink) -> Ink {
    match link {
        Ink::ReversedLink => Ink::ThinReversedLink,
        Ink::Link => Ink::ThinLink,
        other => other,
    }
}

fn weight_ink(link: Ink) -> Ink {
    match link {
        Ink::GreaterLink => Ink::GreaterWeight,
        Ink::ReversedLink => Ink::ReversedWeight,
        Ink::ZeroLink | Ink::FadedLink => Ink::QuietText,
        _ => Ink::Weight,
    }
}
