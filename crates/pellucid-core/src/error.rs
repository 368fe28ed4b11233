//! The one error type. It is opaque so that new causes can be added without breaking callers;
//! what callers need to tell apart they ask through `is_*`.

use std::fmt;
use std::ops::Range;

/// One thing that is wrong with a text: where, what, and what would be right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Bytes of the source text the message is about.
    pub span: Range<usize>,
    /// What is wrong, in plain words.
    pub message: String,
    /// What would be right, when that can be said.
    pub help: Option<String>,
}

/// Why a library call did not give a result.
///
/// Its `Display` form is the whole message a person should see, with the place underlined when
/// the error is about a text.
///
/// ```
/// let error = pellucid_core::Function::parse("step(x1)").unwrap_err();
/// assert!(error.is_input());
/// assert!(error.to_string().contains("^^^^"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error(Box<Kind>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Text { what: String, source: String, diagnostics: Vec<Diagnostic> },
    Input(Vec<String>),
    Limit(String),
}

impl Error {
    /// A text (a function, a domain) that cannot be read, with everything wrong in it.
    pub fn text(what: &str, source: &str, mut diagnostics: Vec<Diagnostic>) -> Self {
        diagnostics.sort_by_key(|d| d.span.start);
        // Of several findings about one place the first is the cause.
        diagnostics.dedup_by(|later, first| later.span == first.span);
        Error(Box::new(Kind::Text { what: what.into(), source: source.into(), diagnostics }))
    }

    /// Input that cannot be used.
    pub fn input(message: impl Into<String>) -> Self {
        Error(Box::new(Kind::Input(vec![message.into()])))
    }

    /// Input with several things wrong, all of them listed.
    pub fn inputs(messages: Vec<String>) -> Self {
        Error(Box::new(Kind::Input(messages)))
    }

    /// A limit that the caller can raise was reached.
    pub fn limit(message: impl Into<String>) -> Self {
        Error(Box::new(Kind::Limit(message.into())))
    }

    /// Is it the input that was wrong?
    pub fn is_input(&self) -> bool {
        matches!(*self.0, Kind::Text { .. } | Kind::Input(_))
    }

    /// Was a limit reached that the caller can raise?
    pub fn is_limit(&self) -> bool {
        matches!(*self.0, Kind::Limit(_))
    }

    /// The separate findings when the error is about a text, in order of their place.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        match &*self.0 {
            Kind::Text { diagnostics, .. } => diagnostics,
            _ => &[],
        }
    }
}

/// The most findings that a message shows; [`Error::diagnostics`] has all.
const SHOWN_FINDINGS: usize = 20;

/// A number with its noun: `1 output`, `2 outputs`.
pub fn counted(n: usize, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") }
}

/// The longest stretch of a source line that is quoted in a message.
const QUOTED_CHARS: usize = 76;

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.0 {
            Kind::Text { what, source, diagnostics } => {
                write!(f, "cannot read the {what}")?;
                for diagnostic in diagnostics.iter().take(SHOWN_FINDINGS) {
                    write!(f, "\n{}", Quoted { source, diagnostic })?;
                }
                match diagnostics.len().saturating_sub(SHOWN_FINDINGS) {
                    0 => Ok(()),
                    more => write!(f, "\n  and {more} more"),
                }
            }
            Kind::Input(messages) => f.write_str(&messages.join("\n")),
            Kind::Limit(message) => f.write_str(message),
        }
    }
}

impl std::error::Error for Error {}

struct Quoted<'a> {
    source: &'a str,
    diagnostic: &'a Diagnostic,
}

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Diagnostic { span, message, help } = self.diagnostic;
        let chars: Vec<char> = self.source.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let column = |byte: usize| self.source.char_indices().take_while(|(at, _)| *at < byte).count();
        let (start, end) = (column(span.start), column(span.end));
        let first = start.saturating_sub(QUOTED_CHARS / 2);
        let last = (first + QUOTED_CHARS).min(chars.len());
        let shown: String = chars[first.min(last)..last].iter().collect();
        let (before, after) = (if first > 0 { "…" } else { "" }, if last < chars.len() { "…" } else { "" });
        writeln!(f, "  {before}{shown}{after}")?;
        let indent = start - first + before.chars().count();
        let width = end.clamp(start + 1, last.max(start + 1)) - start;
        write!(f, "  {}{} {message}", " ".repeat(indent), "^".repeat(width))?;
        if let Some(help) = help {
            let indent = " ".repeat(indent);
            write!(f, "\n  {indent}help: {}", help.replace('\n', &format!("\n  {indent}      ")))?;
        }
        Ok(())
    }
}
