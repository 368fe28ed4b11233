//! Writing to the terminal, and stopping when asked to.

use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Context;

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// The widest that text is set, however wide the terminal: longer lines are hard to follow.
const WIDEST_TEXT: usize = 100;
/// Where nothing says how wide lines may be.
const USUAL_WIDTH: usize = 80;

/// The flag that Ctrl-C sets; long work looks at it and ends with what it has.
pub fn interrupted() -> &'static AtomicBool {
    &INTERRUPTED
}

/// Was Ctrl-C pressed?
pub fn is_interrupted() -> bool {
    INTERRUPTED.load(Ordering::Relaxed)
}

/// The first Ctrl-C asks work to end, the second ends the program.
pub fn watch_for_interrupts() {
    // Without a handler Ctrl-C ends the program at once, which is what is left to do.
    let _ = ctrlc::set_handler(|| {
        if INTERRUPTED.swap(true, Ordering::SeqCst) {
            std::process::exit(130);
        }
    });
}

/// Writes to stdout. Unlike `print!` a closed pipe is an error, not a panic.
pub fn out(text: &str) -> anyhow::Result<()> {
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(harmless(text).as_bytes()).and_then(|()| stdout.flush()).context("cannot write to stdout")
}

/// Writes a line to stdout.
pub fn out_line(text: &str) -> anyhow::Result<()> {
    out(&format!("{text}\n"))
}

/// Writes a JSON value and nothing else.
pub fn out_json(value: &serde_json::Value) -> anyhow::Result<()> {
    out_line(&serde_json::to_string_pretty(value)?)
}

/// Writes a line to stderr. Unlike `eprintln!` a closed pipe is no panic: nobody listens.
pub fn remark(text: &str) {
    let _ = writeln!(std::io::stderr(), "{}", harmless(text));
}

/// The text without characters that steer a terminal; names in files and arguments may hold some.
fn harmless(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' && c != '\t' { '\u{fffd}' } else { c }).collect()
}

/// Did the reader of stdout go away?
pub fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<std::io::Error>().is_some_and(|e| e.kind() == std::io::ErrorKind::BrokenPipe)
}

/// Is stdout a terminal?
pub fn is_terminal() -> bool {
    console::Term::stdout().is_term()
}

/// How wide lines may be.
fn width() -> usize {
    let told = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok()).filter(|width| *width > 0);
    let seen = || console::Term::stdout().size_checked().map(|(_, columns)| usize::from(columns));
    told.or_else(seen).unwrap_or(USUAL_WIDTH)
}

/// How wide running text is set.
pub fn text_width() -> usize {
    width().min(WIDEST_TEXT)
}

/// How pictures are written to this terminal when they are moved in by so many columns.
pub fn terminal_options(indent: usize) -> pellucid::TerminalOptions {
    let plain = std::env::var("TERM").is_ok_and(|term| term == "dumb");
    pellucid::TerminalOptions { width: width().saturating_sub(indent), ascii: plain }
}

/// The text with every line moved in by two.
pub fn indented(text: &str) -> String {
    text.lines().map(|line| if line.is_empty() { "\n".into() } else { format!("  {line}\n") }).collect()
}
