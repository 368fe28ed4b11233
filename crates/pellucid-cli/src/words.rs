//! Numbers, lists and long texts, as people read them.

use pellucid::Rational;

/// `2-3-1`.
pub fn shape(widths: &[usize]) -> String {
    widths.iter().map(usize::to_string).collect::<Vec<_>>().join("-")
}

/// `1, -1/2`.
pub fn list(values: &[Rational]) -> String {
    values.iter().map(|value| short(value, 6)).collect::<Vec<_>>().join(", ")
}

/// `x1 = 1, x2 = -1/2`; only the values where there are many.
pub fn input(names: &[String], values: &[Rational]) -> String {
    if names.len() > 8 {
        return format!("({})", brief(&list(values), 200));
    }
    let pairs = names.iter().zip(values).map(|(name, value)| format!("{name} = {}", short(value, 6)));
    pairs.collect::<Vec<_>>().join(", ")
}

/// The number itself, or a decimal where it is long.
pub fn short(value: &Rational, digits: usize) -> String {
    let exact = value.to_string();
    if exact.len() <= 16 { exact } else { value.to_decimal(digits) }
}

/// A decimal, and the number itself where that is another.
pub fn decimal_and_exact(value: &Rational) -> String {
    let (decimal, exact) = (value.to_decimal(4), value.to_string());
    if decimal == exact { exact } else { format!("{decimal}, exactly {}", brief(&exact, 80)) }
}

/// The text, its middle left out where it is longer than `chars`.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_singular() {}

    #[test]
    fn long_texts_lose_their_middle() {
        assert_eq!(brief("min(x1, x2)", 20), "min(x1, x2)");
        assert_eq!(brief("abcdefghij", 9), "abc...hij");
    }

    #[test]
    fn lines_are_moved_in() {
        assert_eq!(wrapped("a  ", "one two three", 11), "a  one two\n   three\n");
        assert_eq!(wrapped("a  ", "unbreakable", 5), "a  unbreakable\n");
    }

    #[test]
    fn exact_numbers_are_told_once() {
        assert_eq!(decimal_and_exact(&Rational::ratio(1, 2)), "0.5, exactly 1/2");
        assert_eq!(decimal_and_exact(&Rational::from(3)), "3");
    }
}
