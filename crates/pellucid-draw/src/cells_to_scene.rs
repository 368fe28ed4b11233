//! The linear cells of something with two inputs: polygons, one colour an affine map.

use crate::cell_colours::colours;
use crate::cell_labels::labels;
use crate::geometry::{Point, Rect};
use crate::scene::{Anchor, Ink, Scene, Shape};
use crate::text_size::{shortened, text_width};
use crate::ticks::{short, ticks};

/// The longer side of the area that is drawn in, in pixels.
const SIDE: f64 = 480.0;
/// A window more oblong than this is drawn with different scales along its axes.
const MOST_OBLONG: f64 = 3.0;
/// The font size of numbers and names.
const SIZE: f64 = 12.0;
/// In a picture of more cells no map is written down.
const MOST_CELLS_WITH_LABELS: usize = 1_000;
/// More edges than this would be a tangle if they were thick.
const MOST_THICK_EDGES: usize = 200;

/// A picture of linear cells in the plane. Cells with one map have one colour; neighbours with
/// different maps have different colours and a thick line between them.
///
/// ```
/// use pellucid_draw::{CellPicture, PlaneCell, PlaneEdge, PlaneRegion, SvgOptions};
/// let cell = |corners: [(f64, f64); 3], region| PlaneCell { corners: corners.into(), region, tip: "+".into() };
/// let region = |map, label: &str| PlaneRegion { map, label: label.into() };
/// let picture = CellPicture {
///     title: "max(x1, x2)".into(),
///     caption: "2 linear cells".into(),
///     inputs: ["x1".into(), "x2".into()],
///     window: [(0.0, 1.0), (0.0, 1.0)],
///     cells: vec![cell([(0.0, 0.0), (1.0, 0.0), (1.0, 1.0)], 0), cell([(0.0, 0.0), (1.0, 1.0), (0.0, 1.0)], 1)],
///     regions: vec![region(0, "x1"), region(1, "x2")],
///     edges: vec![PlaneEdge { from: (0.0, 0.0), to: (1.0, 1.0), sides: (0, Some(1)) }],
/// };
/// assert!(picture.to_svg(&SvgOptions::default()).contains(">x2</text>"));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct CellPicture {
    /// What the cells are of.
    pub title: String,
    /// A line under the title.
    pub caption: String,
    /// The names along the two axes.
    pub inputs: [String; 2],
    /// The lowest and the highest value of each input that is shown, low < high.
    pub window: [(f64, f64); 2],
    /// The cells, inside the window.
    pub cells: Vec<PlaneCell>,
    /// The connected regions with one map.
    pub regions: Vec<PlaneRegion>,
    /// Where a region ends, but not where the window cuts it off.
    pub edges: Vec<PlaneEdge>,
}

/// A convex cell.
#[derive(Clone, Debug, PartialEq)]
pub struct PlaneCell {
    /// Its corners, in order.
    pub corners: Vec<(f64, f64)>,
    /// The index of its region.
    pub region: usize,
    /// Shown when pointed at.
    pub tip: String,
}

/// Cells that hang together and have one map.
#[derive(Clone, Debug, PartialEq)]
pub struct PlaneRegion {
    /// The number of its map, from 0; more than one region can have it.
    pub map: usize,
    /// Its map in words, written into it where there is room.
    pub label: String,
}

/// A piece of a region's border.
#[derive(Clone, Debug, PartialEq)]
pub struct PlaneEdge {
    /// One end.
    pub from: (f64, f64),
    /// The other end.
    pub to: (f64, f64),
    /// The indices of the regions on its sides; `None` outside of the domain.
    pub sides: (usize, Option<usize>),
}

/// A cell in pixels.
pub(crate) struct Polygon {
    pub points: Vec<Point>,
    pub region: usize,
}

/// An edge in pixels.
pub(crate) struct Segment {
    pub from: Point,
    pub to: Point,
    pub sides: (usize, Option<usize>),
}

impl CellPicture {
    /// The picture as an SVG document.
    pub fn to_svg(&self, options: &crate::SvgOptions) -> String {
        crate::scene_to_svg(&self.to_scene(), options)
    }

    /// The picture as shapes.
    pub fn to_scene(&self) -> Scene {
        let [(x_low, x_high), (y_low, y_high)] = self.window;
        let (x_size, y_size) = (x_high - x_low, y_high - y_low);
        let aspect = (y_size / x_size).clamp(1.0 / MOST_OBLONG, MOST_OBLONG);
        let area = Rect { left: 0.0, top: 0.0, right: SIDE / aspect.max(1.0), bottom: SIDE * aspect.min(1.0) };
        let place = |&(x, y): &(f64, f64)| {
            let (right, up) = ((x - x_low) / x_size, (y - y_low) / y_size);
            Point::new(area.width() * right, area.height() * (1.0 - up))
        };
        let polygon =
            |cell: &PlaneCell| Polygon { points: cell.corners.iter().map(place).collect(), region: cell.region };
        let polygons: Vec<Polygon> = self.cells.iter().map(polygon).collect();
        let segment = |edge: &PlaneEdge| Segment { from: place(&edge.from), to: place(&edge.to), sides: edge.sides };
        let segments: Vec<Segment> = self.edges.iter().map(segment).collect();
        let colours = colours(&self.regions, &self.edges);

        let mut shapes = Vec::new();
        for (cell, polygon) in self.cells.iter().zip(&polygons) {
            let ink = Ink::Cell(colours[self.regions[cell.region].map]);
            shapes.push(Shape::Area { points: polygon.points.clone(), ink, tip: cell.tip.clone() });
        }
        for segment in &segments {
            let ink = match segment.sides.1 {
                None => Ink::Axis,
                Some(_) if segments.len() > MOST_THICK_EDGES => Ink::FineKink,
                Some(_) => Ink::Kink,
            };
            shapes.push(Shape::line(segment.from, segment.to, ink));
        }
        shapes.extend(self.axes(area, place));
        if self.cells.len() <= MOST_CELLS_WITH_LABELS {
            shapes.extend(labels(area, &polygons, &segments, &self.regions));
        }
        Scene::fitted(self.title.clone(), self.description(), shapes)
    }

    fn axes(&self, area: Rect, place: impl Fn(&(f64, f64)) -> Point) -> Vec<Shape> {
        let [(x_low, x_high), (y_low, y_high)] = self.window;
        let word = |x: f64, y: f64, anchor, text: &str| {
            let (at, text) = (Point::new(x, y), text.to_string());
            Shape::Text { at, anchor, size: SIZE, text, ink: Ink::QuietText, halo: false }
        };
        let ends = [Point::new(area.left, area.top), Point::new(area.left, area.bottom)];
        let ends = [ends[0], ends[1], Point::new(area.right, area.bottom)];
        let mut shapes = vec![Shape::Path { points: ends.into(), closed: false, ink: Ink::Axis }];
        let mut widest = 0.0f64;
        for tick in ticks(y_low, y_high, false) {
            let (y, text) = (place(&(x_low, tick)).y, short(tick));
            widest = widest.max(text_width(&text, SIZE));
            shapes.push(Shape::line(Point::new(area.left - 4.0, y), Point::new(area.left, y), Ink::Axis));
            shapes.push(word(area.left - 8.0, y, Anchor::End, &text));
        }
        for tick in ticks(x_low, x_high, false) {
            let x = place(&(tick, y_low)).x;
            shapes.push(Shape::line(Point::new(x, area.bottom), Point::new(x, area.bottom + 4.0), Ink::Axis));
            shapes.push(word(x, area.bottom + 14.0, Anchor::Middle, &short(tick)));
        }
        let [x_name, y_name] = self.inputs.each_ref().map(|name| shortened(name, 40));
        shapes.push(word(area.middle().x, area.bottom + 34.0, Anchor::Middle, &x_name));
        shapes.push(word(area.left - 8.0 - widest, area.top - 16.0, Anchor::Start, &y_name));
        // As many characters of the usual width as there is room for.
        let title = shortened(&self.title, (area.width().max(240.0) / 10.0) as usize);
        shapes.push(Shape::text(Point::new(area.middle().x, area.top - 56.0), 16.0, title, Ink::Heading));
        shapes.push(word(area.middle().x, area.top - 36.0, Anchor::Middle, &self.caption));
        shapes
    }

    fn description(&self) -> String {
        let side =
            |i: usize| format!("{} from {} to {}", self.inputs[i], short(self.window[i].0), short(self.window[i].1));
        format!("{}\n{}, {}", self.caption, side(0), side(1))
    }
}
