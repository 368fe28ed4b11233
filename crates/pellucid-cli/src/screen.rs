//! Writing to the terminal, and stopping when asked to.

use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// The flag that Ctrl-C sets; long work looks at it and ends with what it has.
pub fn interrupted() -> &'static AtomicBool {
    &INTERRUPTED
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
    stdout.write_all(text.as_bytes())?;
    stdout.flush()?;
    Ok(())
}

/// Writes a line to stdout.
pub fn out_line(text: &str) -> anyhow::Result<()> {
    out(&format!("{text}\n"))
}

/// Writes a JSON value and nothing else.
pub fn out_json(value: &serde_json::Value) -> anyhow::Result<()> {
    out_line(&serde_json::to_string_pretty(value)?)
}

/// Did the reader of stdout go away?
pub fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<std::io::Error>().is_some_and(|e| e.kind() == std::io::ErrorKind::BrokenPipe)
}

/// How pictures are written to this terminal.
pub fn terminal_options() -> pellucid::TerminalOptions {
    let width = std::env::var("COLUMNS").ok().and_then(|c| c.parse().ok()).unwrap_or(80);
    let plain = std::env::var("TERM").is_ok_and(|term| term == "dumb");
    pellucid::TerminalOptions { width, ascii: plain }
}

/// The text with every line moved in by two.
pub fn indented(text: &str) -> String {
    text.lines().map(|line| if line.is_empty() { "\n".into() } else { format!("  {line}\n") }).collect()
}
