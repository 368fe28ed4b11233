//! Curves over one number: losses over steps, functions of one input.

use crate::geometry::{Point, Rect};
use crate::scene::{Anchor, Ink, Scene, Shape};
use crate::text_size::text_width;
use crate::ticks::{short, ticks};

/// The area the curves are drawn in.
const AREA: Rect = Rect { left: 0.0, top: 0.0, right: 480.0, bottom: 260.0 };
/// The font size of numbers and names.
const SIZE: f64 = 12.0;

/// Larger numbers are left out: their differences would not be finite.
const LARGEST: f64 = 1e150;

/// A chart of named curves.
///
/// ```
/// use pellucid_draw::{LineChart, SvgOptions};
/// let chart = LineChart::new("training loss")
///     .axes("step", "loss")
///     .log_y()
///     .series("seed 0", (0..50).map(|step| (f64::from(step), 0.9f64.powi(step))));
/// assert!(chart.to_svg(&SvgOptions::default()).contains("seed 0"));
/// ```
#[derive(Clone, Debug)]
pub struct LineChart {
    title: String,
    x_name: String,
    y_name: String,
    log_y: bool,
    series: Vec<(String, Vec<(f64, f64)>)>,
}

impl LineChart {
    /// An empty chart with a title.
    pub fn new(title: impl Into<String>) -> Self {
        LineChart { title: title.into(), x_name: String::new(), y_name: String::new(), log_y: false, series: vec![] }
    }

    /// A function of one input, sampled at points.
    pub fn function(title: impl Into<String>, points: impl IntoIterator<Item = (f64, f64)>) -> Self {
        let title = title.into();
        LineChart::new(title.clone()).axes("x", "y").series(title, points)
    }

    /// Names the axes.
    pub fn axes(mut self, x: impl Into<String>, y: impl Into<String>) -> Self {
        self.x_name = x.into();
        self.y_name = y.into();
        self
    }

    /// Makes the upward axis logarithmic; values that are not positive are left out.
    pub fn log_y(mut self) -> Self {
        self.log_y = true;
        self
    }

    /// Adds a curve through (x, y) points; points that are not finite, or beyond 1e150, are left out.
    pub fn series(mut self, name: impl Into<String>, points: impl IntoIterator<Item = (f64, f64)>) -> Self {
        self.series.push((name.into(), points.into_iter().collect()));
        self
    }

    /// The chart as an SVG document.
    pub fn to_svg(&self, options: &crate::SvgOptions) -> String {
        crate::scene_to_svg(&self.to_scene(), options)
    }

    /// The chart as shapes.
    pub fn to_scene(&self) -> Scene {
        let height = |y: f64| if self.log_y { y.log10() } else { y };
        let curves: Vec<Vec<(f64, f64)>> = self
            .series
            .iter()
            .map(|(_, points)| {
                let finite = |(x, y): &(f64, f64)| x.abs() < LARGEST && y.abs() < LARGEST;
                points.iter().map(|(x, y)| (*x, height(*y))).filter(finite).collect()
            })
            .collect();
        let (x_low, x_high) = range(curves.iter().flatten().map(|p| p.0));
        let (y_low, y_high) = range(curves.iter().flatten().map(|p| p.1));
        let place = |x: f64, y: f64| {
            Point::new(
                AREA.left + (x - x_low) / (x_high - x_low) * AREA.width(),
                AREA.bottom - (y - y_low) / (y_high - y_low) * AREA.height(),
            )
        };
        let mut shapes = Vec::new();
        let mut words = Vec::new();
        let mut widest: f64 = 0.0;
        for tick in ticks(y_low, y_high, self.log_y) {
            let y = place(x_low, tick).y;
            let text = if self.log_y { power_of_ten(tick) } else { short(tick) };
            widest = widest.max(text_width(&text, SIZE));
            shapes.push(Shape::line(Point::new(AREA.left, y), Point::new(AREA.right, y), Ink::Grid));
            words.push(label(Point::new(AREA.left - 8.0, y), Anchor::End, text));
        }
        for tick in ticks(x_low, x_high, false) {
            let x = place(tick, y_low).x;
            shapes.push(Shape::line(Point::new(x, AREA.top), Point::new(x, AREA.bottom), Ink::Grid));
            words.push(label(Point::new(x, AREA.bottom + 14.0), Anchor::Middle, short(tick)));
        }
        let corner = Point::new(AREA.left, AREA.bottom);
        let ends = [Point::new(AREA.left, AREA.top), corner, Point::new(AREA.right, AREA.bottom)];
        shapes.push(Shape::Path { points: ends.to_vec(), closed: false, ink: Ink::Axis });
        for (number, curve) in curves.iter().enumerate().filter(|(_, curve)| curve.len() > 1) {
            let points = curve.iter().map(|(x, y)| place(*x, *y)).collect();
            shapes.push(Shape::Path { points, closed: false, ink: Ink::Series(number) });
        }
        words.push(label(Point::new(AREA.middle().x, AREA.bottom + 34.0), Anchor::Middle, self.x_name.clone()));
        words.push(label(Point::new(AREA.left - 8.0 - widest, AREA.top - 18.0), Anchor::Start, self.y_name.clone()));
        for (number, (name, _)) in self.series.iter().enumerate().filter(|_| self.series.len() > 1) {
            let y = AREA.top + 18.0 * number as f64 + 8.0;
            let (from, to) = (Point::new(AREA.right + 14.0, y), Point::new(AREA.right + 44.0, y));
            shapes.push(Shape::line(from, to, Ink::Series(number)));
            words.push(label(Point::new(to.x + 6.0, y), Anchor::Start, name.clone()));
        }
        if !self.title.is_empty() {
            words.push(Shape::text(Point::new(AREA.middle().x, AREA.top - 42.0), 16.0, &self.title, Ink::Heading));
        }
        shapes.extend(words);
        Scene::fitted(self.title.clone(), self.description(), shapes)
    }

    fn description(&self) -> String {
        let curve = |(name, points): &(String, Vec<(f64, f64)>)| match (points.first(), points.last()) {
            (Some(first), Some(last)) => {
                let ends =
                    format!("from {} at {} to {} at {}", short(first.1), short(first.0), short(last.1), short(last.0));
                format!("{name}: {ends}")
            }
            _ => format!("{name}: no points"),
        };
        self.series.iter().map(curve).collect::<Vec<_>>().join("\n")
    }
}

fn label(at: Point, anchor: Anchor, text: String) -> Shape {
    Shape::Text { at, anchor, size: SIZE, text, ink: Ink::QuietText, halo: false }
}

/// The smallest and the largest value, never equal.
fn range(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let ends =
        values.fold(None, |ends: Option<(f64, f64)>, v| Some(ends.map_or((v, v), |(l, h)| (l.min(v), h.max(v)))));
    match ends {
        None => (0.0, 1.0),
        Some((low, high)) if high - low <= 1e-9 * low.abs().max(high.abs()) => {
            let half = low.abs().max(1.0);
            (low - half, high + half)
        }
        Some(ends) => ends,
    }
}

fn power_of_ten(exponent: f64) -> String {
    match exponent as i32 {
        0 => "1".into(),
        1 => "10".into(),
        -1 => "0.1".into(),
        n => format!("1e{n}"),
    }
}
