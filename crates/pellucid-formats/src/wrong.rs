//! What is wrong with a file, before it is known what the file is called.

use pellucid_core::Error;

use crate::Format;

/// The largest number of findings that a message lists; the rest are counted.
const MAX_LISTED: usize = 100;

/// Everything found wrong, one line each.
#[derive(Debug)]
pub(crate) struct Wrong(pub Vec<String>);

impl Wrong {
    /// One finding.
    pub fn one(message: impl Into<String>) -> Wrong {
        Wrong(vec![message.into()])
    }

    /// `Ok` when nothing was found.
    pub fn unless_empty(findings: Vec<String>) -> Result<(), Wrong> {
        if findings.is_empty() { Ok(()) } else { Err(Wrong(findings)) }
    }

    pub fn while_reading(self, name: &str) -> Error {
        self.into_error(&format!("cannot read {name}"))
    }

    pub fn while_writing(self, format: Format) -> Error {
        self.into_error(&format!("cannot write {format}"))
    }

    fn into_error(self, what: &str) -> Error {
        let Wrong(mut findings) = self;
        if findings.len() == 1 {
            return Error::input(format!("{what}: {}", findings[0]));
        }
        let more = findings.len().saturating_sub(MAX_LISTED);
        findings.truncate(MAX_LISTED);
        let mut lines = vec![format!("{what}:")];
        lines.extend(findings.into_iter().map(|finding| format!("  {finding}")));
        if more > 0 {
            lines.push(format!("  and {more} more"));
        }
        Error::inputs(lines)
    }
}

impl From<Error> for Wrong {
    fn from(error: Error) -> Wrong {
        Wrong(error.to_string().lines().map(str::to_string).collect())
    }
}

/// Names and other texts of a file as they are quoted in messages: short, and without control
/// characters that would reach a terminal.
pub(crate) fn quoted(text: &str) -> String {
    const MAX_CHARS: usize = 60;
    let mut shown: String = text.chars().take(MAX_CHARS).map(|c| if c.is_control() { '?' } else { c }).collect();
    if text.chars().nth(MAX_CHARS).is_some() {
        shown.push('…');
    }
    format!("`{shown}`")
}
