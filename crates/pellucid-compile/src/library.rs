//! The library of known circuits: functions with a name, and what the compiler makes of them.
//!
//! A function's text and a box, or the points it is for, are data (`library/entries.rs`); everything else is found by running
//! the compiler.

mod entries;
mod nearest;
mod sized;

use pellucid_core::{Domain, Error, Function};

pub use nearest::nearest;
pub use sized::{KnownCircuit, Sized, sized};

/// A row of the data.
#[derive(Clone, Copy)]
struct Row {
    name: &'static str,
    aliases: &'static [&'static str],
    family: &'static str,
    title: &'static str,
    function: &'static str,
    on: &'static str,
    about: &'static str,
    source: &'static str,
    also: &'static [(&'static str, &'static str)],
}

/// A function of the library.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its name in words joined by hyphens: `minimum-of-four`.
    pub name: String,
    /// Other names that it is found under.
    pub aliases: Vec<String>,
    /// What it belongs with.
    pub family: String,
    /// Its name in words.
    pub title: String,
    /// The function.
    pub function: Function,
    /// Everywhere, then a box whose interior meets every kink; or finitely many points alone.
    pub domains: Vec<Domain>,
    /// What it is, in a sentence.
    pub about: String,
    /// Who studied it.
    pub source: String,
    /// Other circuits known for it, as functions with a word on each.
    pub also: Vec<(Function, String)>,
}

impl Entry {
    /// Is this one of its names?
    pub fn is_called(&self, name: &str) -> bool {
        self.name == name || self.aliases.iter().any(|alias| alias == name)
    }

    /// Does a word occur in what is said of it? Upper and lower case are one.
    pub fn is_like(&self, word: &str) -> bool {
        let word = word.to_lowercase();
        let function = self.function.to_string();
        let texts = [&self.name, &self.family, &self.title, &function, &self.about, &self.source];
        texts.into_iter().chain(&self.aliases).any(|text| text.to_lowercase().contains(&word))
    }

    /// The box, if it is not for points alone.
    pub fn on_box(&self) -> Option<&Domain> {
        self.domains.iter().find(|domain| matches!(domain, Domain::Box(_)))
    }
}

/// Minima and maxima of so many; minima, which are mirror images, only of the numbers up to eight and
/// of sixteen.
const MOST_COUNTED: usize = 16;
const MOST_MINIMA: usize = 8;
/// The numbers from 2 in words.
const NUMBERS: [&str; MOST_COUNTED - 1] = [
    "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen",
    "fifteen", "sixteen",
];

/// All entries, families together.
///
/// ```
/// let library = pellucid_compile::library::library().unwrap();
/// let minimum = library.iter().find(|entry| entry.is_called("minimum")).unwrap();
/// assert_eq!(minimum.function.to_string(), "min(x1, x2)");
/// assert!(library.len() >= 60);
/// ```
///
/// # Errors
/// When a text of the data cannot be read, which would be a defect.
pub fn library() -> Result<Vec<Entry>, Error> {
    let mut entries: Vec<Entry> = entries::ROWS.iter().map(entry_of_row).collect::<Result<_, _>>()?;
    let family = entries::COUNTED.family;
    let at = entries.iter().position(|entry| entry.family == family).unwrap_or(entries.len());
    let counted: Vec<Entry> = ["minimum", "maximum"]
        .iter()
        .flat_map(|name| (2..=MOST_COUNTED).map(move |n| (*name, n)))
        .filter(|(name, n)| *name == "maximum" || *n <= MOST_MINIMA || *n == MOST_COUNTED)
        .map(|(name, n)| counted(name, n))
        .collect::<Result<_, _>>()?;
    entries.splice(at..at, counted);
    Ok(entries)
}

/// The entry of this name.
///
/// ```
/// use pellucid_compile::library::entry;
/// assert_eq!(entry("abs").unwrap().name, "absolute-value");
/// assert!(entry("minimun").unwrap_err().to_string().contains("minimum"));
/// ```
///
/// # Errors
/// When there is none; names that are near are told.
pub fn entry(name: &str) -> Result<Entry, Error> {
    let mut entries = library()?;
    if let Some(at) = entries.iter().position(|entry| entry.is_called(name)) {
        return Ok(entries.swap_remove(at));
    }
    let near = nearest(name, &entries);
    Err(Error::input(format!("the library has no `{name}` (near: {})", near.join(", "))))
}

fn entry_of_row(row: &Row) -> Result<Entry, Error> {
    let function = Function::parse(row.function)?;
    let on = Domain::parse(row.on, function.input_names())?;
    let also = row.also.iter().map(|(text, why)| {
        let other = Function::parse_with_inputs(text, function.input_names())?;
        Ok((other, (*why).to_string()))
    });
    Ok(Entry {
        name: row.name.into(),
        aliases: row.aliases.iter().map(|alias| (*alias).into()).collect(),
        family: row.family.into(),
        title: row.title.into(),
        domains: match &on {
            // Between its points such a function is only one of many that would do.
            Domain::Finite { .. } => vec![on],
            _ => vec![Domain::Everywhere, on],
        },
        about: row.about.into(),
        source: row.source.into(),
        also: also.collect::<Result<_, Error>>()?,
        function,
    })
}

/// The minimum or the maximum of `n`.
fn counted(name: &str, n: usize) -> Result<Entry, Error> {
    let inputs: Vec<String> = (1..=n).map(|i| format!("x{i}")).collect();
    let number = NUMBERS[n - 2];
    let full = format!("{name}-of-{number}");
    let known = if n == 2 { name.to_string() } else { full.clone() };
    let function = Function::parse(&format!("{}({})", &name[..3], inputs.join(", ")))?;
    let on = Domain::parse(&format!("{}^{n}", entries::COUNTED.on), function.input_names())?;
    let also = entries::COUNTED_ALSO.iter().filter(|(of, _)| *of == known).flat_map(|(_, circuits)| *circuits);
    let also = also.map(|(text, why)| Ok((Function::parse_with_inputs(text, &inputs)?, (*why).to_string())));
    let source = entries::COUNTED_SOURCES.iter().find(|(of, _)| *of == known).map(|(_, source)| *source);
    let word = if name == "minimum" { "smallest" } else { "largest" };
    Ok(Entry {
        aliases: [full, format!("{}-of-{number}", &name[..3])].into_iter().filter(|alias| *alias != known).collect(),
        family: entries::COUNTED.family.into(),
        title: format!("{}{} of {number}", name[..1].to_uppercase(), &name[1..]),
        domains: vec![Domain::Everywhere, on],
        about: match n {
            2 => format!("The {word} of two: a greaterness detector beside a reconstructor."),
            _ => format!("The {word} of {number}, by a tournament."),
        },
        source: source.unwrap_or(entries::COUNTED.source).into(),
        also: also.collect::<Result<_, Error>>()?,
        name: known,
        function,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_name_is_one_entrys_and_every_text_is_read() {
        let entries = library().unwrap();
        assert!(entries.len() >= 100, "{}", entries.len());
        let mut names = BTreeSet::new();
        for entry in &entries {
            for name in [&entry.name].into_iter().chain(&entry.aliases) {
                assert!(names.insert(name.clone()), "two entries are called {name}");
                assert!(name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'), "{name}");
            }
            for domain in &entry.domains {
                assert!(domain.fits(entry.function.n_inputs()), "{}: {domain}", entry.name);
            }
            assert!(entry.about.ends_with(['.', '?']) && !entry.source.is_empty() && !entry.title.is_empty());
            assert!(entry.also.iter().all(|(other, _)| other.n_outputs() == entry.function.n_outputs()));
        }
    }

    #[test]
    fn words_are_found_wherever_they_stand() {
        let found = |word: &str| library().unwrap().iter().filter(|entry| entry.is_like(word)).count();
        assert!(found("telgarsky") == 3 && found("MEDIAN") >= 2 && found("no such word") == 0);
    }
}
