//! A picture as plain shapes with places: what every output format starts from.

use crate::geometry::{Point, Rect};
use crate::text_size::{text_box, text_width};

/// A picture: shapes in painting order.
#[derive(Clone, Debug, PartialEq)]
pub struct Scene {
    /// In pixels; the left edge is 0.
    pub width: f64,
    /// In pixels; the upper edge is 0.
    pub height: f64,
    /// The name of the picture, for screen readers and tooltips.
    pub title: String,
    /// What the picture shows, in words.
    pub description: String,
    /// Painted in this order.
    pub shapes: Vec<Shape>,
}

/// One thing that is painted.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// A line through points, closed to an area when asked.
    Path {
        /// Two or more.
        points: Vec<Point>,
        /// Does the last point join the first?
        closed: bool,
        /// Its meaning, which decides its colour.
        ink: Ink,
    },
    /// A polygon that can be pointed at.
    Area {
        /// Its corners, in order.
        points: Vec<Point>,
        /// Its meaning, which decides its colour.
        ink: Ink,
        /// Shown when pointed at.
        tip: String,
    },
    /// A disc, or a pill when its text is long.
    Disc {
        /// Its box; the ends are round.
        bounds: Rect,
        /// Its meaning, which decides its colour.
        ink: Ink,
        /// Shown when pointed at.
        tip: String,
    },
    /// A rectangle behind other things.
    Panel {
        /// Its box.
        bounds: Rect,
        /// Of the corners.
        radius: f64,
        /// Its meaning, which decides its colour.
        ink: Ink,
    },
    /// One line of text.
    Text {
        /// On the vertical middle of the line, at its start, middle or end.
        at: Point,
        /// Which part of the text `at` is.
        anchor: Anchor,
        /// The font size in pixels.
        size: f64,
        /// The words.
        text: String,
        /// Its meaning, which decides its colour.
        ink: Ink,
        /// Does it need a rim of paper, because lines pass behind it?
        halo: bool,
    },
}

/// Which part of a text stands at its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// Its start.
    Start,
    /// Its middle.
    Middle,
    /// Its end.
    End,
}

/// What a shape means; how that looks is decided by the output format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    /// An input's disc.
    Input,
    /// A hidden neuron's disc.
    Hidden,
    /// The disc of a neuron that does nothing of its own: dead or merged.
    Faded,
    /// An output's disc.
    Output,
    /// The disc of the constant 1 that biases come from.
    Bias,
    /// A connection.
    Link,
    /// A connection into a greaterness detector.
    GreaterLink,
    /// A connection with a negative weight.
    ReversedLink,
    /// A connection with weight 0.
    ZeroLink,
    /// A connection or weight of a neuron that does nothing of its own.
    FadedLink,
    /// A connection whose weight stands in a table.
    ThinLink,
    /// The same with a negative weight.
    ThinReversedLink,
    /// A thin line inside a disc: the ReLU curve or the cut of an example.
    Mark,
    /// The box of a circuit.
    Circuit,
    /// The trapezium of a circuit.
    Trapezium,
    /// A table of weights.
    Table,
    /// Every other row of a table.
    Stripe,
    /// Words.
    Text,
    /// Words of less weight: captions, names of circuits.
    QuietText,
    /// The weight of a connection.
    Weight,
    /// The weight of a connection into a greaterness detector.
    GreaterWeight,
    /// A negative weight.
    ReversedWeight,
    /// The heading.
    Heading,
    /// A chart's axis.
    Axis,
    /// A chart's grid.
    Grid,
    /// A chart's line, by its number.
    Series(usize),
    /// A linear cell, by the number of its colour.
    Cell(usize),
    /// A border between linear cells where the affine map changes.
    Kink,
    /// The same among many.
    FineKink,
}

impl Shape {
    /// A line from one point to another.
    pub fn line(from: Point, to: Point, ink: Ink) -> Self {
        Shape::Path { points: vec![from, to], closed: false, ink }
    }

    /// A text around its middle.
    pub fn text(middle: Point, size: f64, text: impl Into<String>, ink: Ink) -> Self {
        Shape::Text { at: middle, anchor: Anchor::Middle, size, text: text.into(), ink, halo: false }
    }

    /// A text around its middle, with a rim of paper that keeps lines away from it.
    pub fn text_on_lines(middle: Point, size: f64, text: impl Into<String>, ink: Ink) -> Self {
        Shape::Text { at: middle, anchor: Anchor::Middle, size, text: text.into(), ink, halo: true }
    }

    /// The room it takes; for a text an estimate from above.
    pub fn bounds(&self) -> Rect {
        match self {
            Shape::Path { points, .. } | Shape::Area { points, .. } => {
                let dots = points.iter().map(|p| Rect { left: p.x, top: p.y, right: p.x, bottom: p.y });
                dots.reduce(|a, b| a.union(&b)).unwrap_or(Rect { left: 0.0, top: 0.0, right: 0.0, bottom: 0.0 })
            }
            Shape::Disc { bounds, .. } | Shape::Panel { bounds, .. } => *bounds,
            Shape::Text { at, anchor, size, text, .. } => {
                let half = text_width(text, *size) / 2.0;
                let shift = match anchor {
                    Anchor::Start => half,
                    Anchor::Middle => 0.0,
                    Anchor::End => -half,
                };
                text_box(text, *size, Point::new(at.x + shift, at.y))
            }
        }
    }

    fn shifted(mut self, dx: f64, dy: f64) -> Self {
        let moved = |p: &mut Point| *p = Point::new(p.x + dx, p.y + dy);
        match &mut self {
            Shape::Path { points, .. } | Shape::Area { points, .. } => points.iter_mut().for_each(moved),
            Shape::Disc { bounds, .. } | Shape::Panel { bounds, .. } => {
                let Rect { left, top, right, bottom } = *bounds;
                *bounds = Rect { left: left + dx, top: top + dy, right: right + dx, bottom: bottom + dy };
            }
            Shape::Text { at, .. } => moved(at),
        }
        self
    }
}

/// The free space around a picture.
const MARGIN: f64 = 16.0;

impl Scene {
    /// A scene just large enough for its shapes, which are moved so that it starts at 0, 0.
    pub fn fitted(title: String, description: String, shapes: Vec<Shape>) -> Self {
        let bounds = shapes.iter().map(Shape::bounds).reduce(|a, b| a.union(&b));
        let bounds = bounds.unwrap_or(Rect { left: 0.0, top: 0.0, right: 0.0, bottom: 0.0 }).grown(MARGIN);
        let (width, height) = (bounds.width().ceil(), bounds.height().ceil());
        let shapes = shapes.into_iter().map(|shape| shape.shifted(-bounds.left, -bounds.top)).collect();
        Scene { width, height, title, description, shapes }
    }
}
