//! The names that a mistyped one may have meant.

use super::Entry;

/// So many names are told.
const TOLD: usize = 3;

/// The names nearest to a word: by the letters that have to be changed, names that hold the whole word
/// first.
pub fn nearest(word: &str, entries: &[Entry]) -> Vec<String> {
    let word = word.to_lowercase();
    let mut names: Vec<(bool, usize, &String)> = entries
        .iter()
        .flat_map(|entry| [&entry.name].into_iter().chain(&entry.aliases))
        .map(|name| (word.is_empty() || !name.contains(&word), distance(&word, name), name))
        .collect();
    names.sort();
    names.into_iter().take(TOLD).map(|(_, _, name)| name.clone()).collect()
}

/// How many letters have to be put in, left out or changed.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.chars().enumerate() {
        let mut before = row[0];
        row[0] = i + 1;
        for (j, b) in right.iter().enumerate() {
            let changed = before + usize::from(a != *b);
            before = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(before + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::library::library;

    #[test]
    fn letters_changed() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
    }

    #[test]
    fn mistyped_names() {
        let entries = library().unwrap();
        let near = |word: &str| nearest(word, &entries);
        assert!(near("minimum-of-for").contains(&"minimum-of-four".to_string()));
        assert_eq!(near("idenity")[0], "identity");
        assert_eq!(near("median")[..2], ["median-of-five", "median-of-three"]);
    }
}
