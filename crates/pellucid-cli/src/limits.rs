//! How far work may go, and what a person sees while it goes on.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use anyhow::Context;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use pellucid::Limits;

use crate::screen;

/// Work that takes longer than this is shown.
const SHOWN_AFTER: Duration = Duration::from_secs(1);
/// How long work may take to notice that it should stop, before the program is ended instead.
pub const GRACE: Duration = Duration::from_secs(1);
/// How often the watcher looks.
const LOOK: Duration = Duration::from_millis(50);
/// Longer time limits are none: they are beyond what a clock can count.
const LONGEST: f64 = 1e9;

/// How far proofs may go.
#[derive(Args, Clone)]
pub struct LimitArguments {
    #[command(flatten)]
    cells: MaxCells,
    /// Give up after this many seconds
    #[arg(long, value_name = "SECONDS", value_parser = seconds, allow_hyphen_values = true)]
    timeout: Option<Duration>,
    /// Give up when so many MiB of memory are in use
    #[arg(long, value_name = "MIB", value_parser = cells, allow_hyphen_values = true)]
    memory: Option<usize>,
}

/// The limit on cells alone, for commands that have several clocks.
#[derive(Args, Clone)]
pub struct MaxCells {
    /// Give up after this many linear cells
    #[arg(long, value_name = "N", value_parser = cells, default_value = "1000000", allow_hyphen_values = true)]
    max_cells: usize,
}

impl MaxCells {
    /// Starts a clock of so long.
    pub fn start(&self, timeout: Duration) -> Clock {
        Clock::new(Some(timeout), self.max_cells, None)
    }
}

fn cells(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|n| *n > 0).ok_or_else(|| "write a whole number from 1".to_string())
}

/// Reads a number of seconds.
pub fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse::<f64>().ok().filter(|seconds| *seconds > 0.0);
    match seconds {
        Some(seconds) => Ok(Duration::from_secs_f64(seconds.min(LONGEST))),
        None => Err("write a number of seconds above 0, such as 10 or 0.5".into()),
    }
}

impl LimitArguments {
    /// Is the memory limited?
    pub fn limits_memory(&self) -> bool {
        self.memory.is_some()
    }

    /// Starts the clock.
    pub fn start(&self) -> Clock {
        Clock::new(self.timeout, self.cells.max_cells, self.memory)
    }
}

/// The limits with the time that has passed.
pub struct Clock {
    start: Instant,
    timeout: Option<Duration>,
    max_cells: usize,
    /// MiB at most.
    memory: Option<usize>,
    /// Said by the watcher, who looks now and then.
    is_out_of_memory: AtomicBool,
}

impl Clock {
    /// A clock that starts now.
    fn new(timeout: Option<Duration>, max_cells: usize, memory: Option<usize>) -> Self {
        Clock { start: Instant::now(), timeout, max_cells, memory, is_out_of_memory: AtomicBool::new(false) }
    }

    /// Should work stop, because of the time or of Ctrl-C?
    pub fn is_over(&self) -> bool {
        screen::is_interrupted() || self.is_out_of_time() || self.is_out_of_memory.load(Ordering::Relaxed)
    }

    /// Is the time over?
    pub fn is_out_of_time(&self) -> bool {
        self.timeout.is_some_and(|timeout| self.start.elapsed() > timeout)
    }

    /// A clock that starts now and ends after so long, or earlier with this one.
    pub fn at_most(&self, spare: Duration) -> Clock {
        let left = self.timeout.map(|timeout| timeout.saturating_sub(self.start.elapsed()));
        let timeout = left.map_or(spare, |left| left.min(spare));
        Clock::new(Some(timeout), self.max_cells, self.memory)
    }

    /// Hands the limits to work.
    pub fn limit<T>(&self, work: impl FnOnce(Limits<'_>) -> T) -> T {
        let stop = || self.is_over();
        work(Limits { max_cells: self.max_cells, stop: Some(&stop) })
    }

    /// Runs work under the limits, with a sign on the terminal if it takes long; `doing` says what
    /// it is. Parts of the work that do not look at the limits cannot hold the program up: soon
    /// after the end of the time it ends here, with status 3.
    ///
    /// # Errors
    /// Those of the work; a limit that was reached is named.
    pub fn run<T>(
        &self,
        doing: &'static str,
        work: impl FnOnce(Limits<'_>) -> Result<T, pellucid::Error>,
    ) -> anyhow::Result<T> {
        self.run_or(doing, work, &|why| {
            screen::remark(&format!("pellucid: {why}"));
            Some(3)
        })
    }

    /// As [`Clock::run`]; when the program has to be ended, `give_up` says why and gives the exit
    /// status, or `None` to wait on.
    ///
    /// # Errors
    /// Those of the work; a limit that was reached is named.
    pub fn run_or<T>(
        &self,
        doing: &'static str,
        work: impl FnOnce(Limits<'_>) -> Result<T, pellucid::Error>,
        give_up: &(dyn Fn(&str) -> Option<i32> + Sync),
    ) -> anyhow::Result<T> {
        std::thread::scope(|scope| {
            let (done, is_done) = channel::<()>();
            scope.spawn(move || self.watch(doing, give_up, &is_done));
            let outcome = self.limit_named(work);
            drop(done);
            outcome
        })
    }

    /// Hands the limits to work that nobody watches: it ends when it looks at them.
    ///
    /// # Errors
    /// Those of the work; a limit that was reached is named.
    pub fn limit_named<T>(&self, work: impl FnOnce(Limits<'_>) -> Result<T, pellucid::Error>) -> anyhow::Result<T> {
        match self.limit(work) {
            Err(error) if error.is_limit() && self.is_over() => Err(error).with_context(|| self.why()),
            other => Ok(other?),
        }
    }

    /// Why work has to stop.
    pub fn why(&self) -> String {
        match self.timeout {
            _ if screen::is_interrupted() => "interrupted".into(),
            _ if self.is_out_of_memory.load(Ordering::Relaxed) => {
                format!("out of memory at {} MiB (raise --memory)", self.memory.unwrap_or_default())
            }
            Some(timeout) => format!("out of time after {} s (raise --timeout)", timeout.as_secs_f64()),
            None => "stopped".into(),
        }
    }

    fn watch(&self, doing: &'static str, give_up: &(dyn Fn(&str) -> Option<i32> + Sync), is_done: &Receiver<()>) {
        let begun = Instant::now();
        let mut spinner: Option<ProgressBar> = None;
        let mut over_since: Option<Instant> = None;
        while let Err(RecvTimeoutError::Timeout) = is_done.recv_timeout(LOOK) {
            if self.memory.is_some_and(|most| memory_in_use().is_some_and(|used| used > most)) {
                self.is_out_of_memory.store(true, Ordering::Relaxed);
            }
            if spinner.is_none() && begun.elapsed() >= SHOWN_AFTER {
                spinner = Some(spinning(doing, begun.elapsed()));
            }
            if let Some(spinner) = &spinner {
                spinner.tick();
            }
            if self.is_over() && over_since.get_or_insert_with(Instant::now).elapsed() >= GRACE {
                if let Some(spinner) = spinner.take() {
                    spinner.finish_and_clear();
                }
                if let Some(status) = give_up(&self.why()) {
                    std::process::exit(status);
                }
            }
        }
        if let Some(spinner) = spinner {
            spinner.finish_and_clear();
        }
    }
}

/// MiB of memory in use; `None` where the system does not tell.
fn memory_in_use() -> Option<usize> {
    memory_stats::memory_stats().map(|stats| stats.physical_mem >> 20)
}

/// A sign of life on stderr; it hides itself where stderr is no terminal.
fn spinning(doing: &'static str, elapsed: Duration) -> ProgressBar {
    let style = ProgressStyle::with_template("{spinner} {msg}, {elapsed} (Ctrl-C stops)");
    ProgressBar::new_spinner()
        .with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()))
        .with_message(doing)
        .with_elapsed(elapsed)
}
