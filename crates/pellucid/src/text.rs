//! Running text: wrapped, and cut where it is too long.

/// The text, its middle left out where it is longer than `chars`.
///
/// ```
/// assert_eq!(pellucid::brief("min(x1, x2)", 20), "min(x1, x2)");
/// assert_eq!(pellucid::brief("abcdefghij", 9), "abc...hij");
/// ```
pub fn brief(text: &str, chars: usize) -> String {
    let n_chars = text.chars().count();
    if n_chars <= chars {
        return text.to_string();
    }
    let kept = chars.saturating_sub(3) / 2;
    let start: String = text.chars().take(kept).collect();
    let end: String = text.chars().skip(n_chars - kept).collect();
    format!("{start}...{end}")
}

/// A text in lines of at most `width`, under `label`, those after the first moved in as far as it.
///
/// ```
/// assert_eq!(pellucid::wrapped("a  ", "one two three", 11), "a  one two\n   three\n");
/// assert_eq!(pellucid::wrapped("a  ", "unbreakable", 5), "a  unbreakable\n");
/// ```
pub fn wrapped(label: &str, text: &str, width: usize) -> String {
    let indent = " ".repeat(label.chars().count());
    let (mut lines, mut line, mut empty) = (String::new(), label.to_string(), true);
    for word in text.split(' ') {
        if !empty && line.chars().count() + 1 + word.chars().count() > width {
            lines += line.trim_end();
            lines.push('\n');
            (line, empty) = (indent.clone(), true);
        }
        if !empty {
            line.push(' ');
        }
        line += word;
        empty = false;
    }
    lines + line.trim_end() + "\n"
}
