//! How much room a text takes.
//!
//! The viewer's font is not known, so these widths are those of DejaVu Sans and Verdana, the widest
//! of the usual sans-serif fonts, rounded up: a text is never wider than its box.

use crate::geometry::{Point, Rect};

/// The height of a line of text, in font sizes: ascent and descent.
const LINE: f64 = 1.2;
/// From the middle of the line down to the baseline, in font sizes.
pub(crate) const BASELINE: f64 = 0.36;

/// The width of a text in pixels, estimated from above.
pub(crate) fn text_width(text: &str, size: f64) -> f64 {
    text.chars().map(char_width).sum::<f64>() * size
}

/// The box of a line of text around its middle.
pub(crate) fn text_box(text: &str, size: f64, middle: Point) -> Rect {
    Rect::around(middle, text_width(text, size), LINE * size)
}

/// At most this many characters, the last an ellipsis when some had to go.
pub(crate) fn shortened(text: &str, chars: usize) -> String {
    if text.chars().count() <= chars {
        return text.to_string();
    }
    let mut kept: String = text.chars().take(chars.saturating_sub(1)).collect();
    kept.push('…');
    kept
}

fn char_width(c: char) -> f64 {
    match c {
        'i' | 'j' | 'l' | '\'' | '.' | ',' | ':' | ';' | '|' | ' ' | 'I' => 0.37,
        '-' | '(' | ')' | '[' | ']' | '/' | 't' | 'f' | 'r' | '!' => 0.46,
        '+' | '<' | '>' | '=' | 'w' | 'O' | 'Q' | 'G' | 'H' | 'N' | 'D' | 'U' => 0.86,
        'm' | 'M' | 'W' | '%' | '@' | '…' => 1.02,
        'A'..='Z' => 0.78,
        ' '..='~' => 0.66,
        '\u{a0}'..='\u{3ff}' => 0.9,
        _ => 1.1,
    }
}
