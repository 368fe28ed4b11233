//! A scene as SVG that stands alone in a file and next to others in a page.
//!
//! Every class starts with `pl-` and there are no ids, so pictures in one page do not clash. Colours
//! are plain rules, not CSS variables, because many SVG renderers outside of browsers know none.

use std::fmt::Write;

use crate::geometry::Point;
use crate::scene::{Anchor, Scene, Shape};
use crate::svg_style::{ink_class, style};
use crate::text_size::BASELINE;

/// Which colours a picture has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Theme {
    /// As the reader's system asks for, light where it does not say.
    #[default]
    Auto,
    /// Always dark on light.
    Light,
    /// Always light on dark.
    Dark,
}

/// How an SVG is written.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct SvgOptions {
    /// Which colours.
    pub theme: Theme,
    /// Paints a background; without it the page shows through.
    pub opaque: bool,
}

/// The scene as an SVG document.
///
/// ```
/// use pellucid_draw::{LineChart, SvgOptions, scene_to_svg};
/// let svg = scene_to_svg(&LineChart::new("loss").to_scene(), &SvgOptions::default());
/// assert!(svg.starts_with("<svg") && svg.contains("<title>loss</title>"));
/// ```
pub fn scene_to_svg(scene: &Scene, options: &SvgOptions) -> String {
    let theme = match options.theme {
        Theme::Auto => "auto",
        Theme::Light => "light",
        Theme::Dark => "dark",
    };
    let (width, height) = (number(scene.width), number(scene.height));
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"pl-picture pl-{theme}\" role=\"img\" \
         viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\">\n\
         <title>{}</title>\n<desc>{}</desc>\n<style>{}</style>\n",
        escaped(&scene.title),
        escaped(&scene.description),
        style(options.theme)
    );
    if options.opaque {
        svg.push_str("<rect class=\"pl-paper\" width=\"100%\" height=\"100%\"/>\n");
    }
    for shape in &scene.shapes {
        push_shape(&mut svg, shape);
    }
    svg.push_str("</svg>\n");
    svg
}

fn push_shape(svg: &mut String, shape: &Shape) {
    // Writing to a String cannot fail.
    let _ = match shape {
        Shape::Path { points, closed, ink } => {
            let (end, fill) = if *closed { ("Z", "") } else { ("", " fill=\"none\"") };
            writeln!(svg, "<path class=\"{}\"{fill} d=\"{}{end}\"/>", ink_class(*ink), path(points))
        }
        Shape::Area { points, ink, tip } => writeln!(
            svg,
            "<path class=\"{}\" d=\"{}Z\"><title>{}</title></path>",
            ink_class(*ink),
            path(points),
            escaped(tip)
        ),
        Shape::Disc { bounds, ink, tip } => writeln!(
            svg,
            "<rect class=\"{}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"{}\"><title>{}</title></rect>",
            ink_class(*ink),
            number(bounds.left),
            number(bounds.top),
            number(bounds.width()),
            number(bounds.height()),
            number(bounds.height() / 2.0),
            escaped(tip)
        ),
        Shape::Panel { bounds, radius, ink } => writeln!(
            svg,
            "<rect class=\"{}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"{}\"/>",
            ink_class(*ink),
            number(bounds.left),
            number(bounds.top),
            number(bounds.width()),
            number(bounds.height()),
            number(*radius)
        ),
        Shape::Text { at, anchor, size, text, ink, halo } => {
            if *halo {
                // Paper behind the words: a rim around the letters would let lines show in their gaps.
                let paper = shape.bounds();
                let _ = writeln!(
                    svg,
                    "<rect class=\"pl-halo\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"3\"/>",
                    number(paper.left - 2.0),
                    number(paper.top),
                    number(paper.width() + 4.0),
                    number(paper.height())
                );
            }
            let anchor = match anchor {
                Anchor::Start => "start",
                Anchor::Middle => "middle",
                Anchor::End => "end",
            };
            writeln!(
                svg,
                "<text class=\"{}\" x=\"{}\" y=\"{}\" font-size=\"{}\" text-anchor=\"{anchor}\">{}</text>",
                ink_class(*ink),
                number(at.x),
                number(at.y + BASELINE * size),
                number(*size),
                escaped(text)
            )
        }
    };
}

fn path(points: &[Point]) -> String {
    let mut path = String::new();
    for (index, point) in points.iter().enumerate() {
        let command = if index == 0 { 'M' } else { 'L' };
        let _ = write!(path, "{command}{} {}", number(point.x), number(point.y));
    }
    path
}

/// One decimal, without a zero after the point: short, and the same on every machine.
fn number(value: f64) -> String {
    let text = format!("{value:.1}");
    match text.strip_suffix(".0").unwrap_or(&text) {
        "-0" => "0".into(),
        short => short.into(),
    }
}

/// Text that can stand in an element; characters that XML forbids become spaces.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' => out.push('\n'),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
