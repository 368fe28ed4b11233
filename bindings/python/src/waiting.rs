//! Long work on a thread of its own, while Python looks for Ctrl-C and shows progress.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use pellucid::{Error, Limits};
use pyo3::prelude::*;

use crate::errors::{Raise, limit_reached};

/// How often Python's signals are looked at: Ctrl-C is to work within 0.2 s.
const LOOK: Duration = Duration::from_millis(50);
/// Work that does not look at the limits is left behind so long after the end of its time.
const GRACE: Duration = Duration::from_millis(500);
/// Deep recursions are walked on a stack as large as that of a program's first thread.
const STACK: usize = 16 << 20;

/// Limits as a caller gives them.
#[derive(Clone, Copy)]
pub struct Bounds {
    /// Seconds at most.
    pub timeout: Option<f64>,
    /// Cells at most; `None` for the default.
    pub max_cells: Option<usize>,
}

impl Bounds {
    fn duration(self) -> PyResult<Option<Duration>> {
        let wrong = |seconds: f64| {
            Error::input(format!("timeout: {seconds} is no number of seconds above 0, such as 10 or 0.5"))
        };
        match self.timeout {
            None => Ok(None),
            Some(seconds) if seconds > 0.0 => {
                Duration::try_from_secs_f64(seconds).map(Some).map_err(|_| wrong(seconds)).raise()
            }
            Some(seconds) => Err(wrong(seconds)).raise(),
        }
    }
}

/// What the work hands out while it goes on.
#[derive(Clone, Default)]
pub struct Signs {
    /// Becomes true when the work should end.
    pub stop: Arc<AtomicBool>,
    /// How much of it is done.
    pub done: Arc<AtomicUsize>,
}

/// Does work without the GIL. Ctrl-C raises `KeyboardInterrupt` at once; work that does not look at its limits ends by
/// itself later, and its result is dropped.
pub fn wait<T: Send + 'static>(
    py: Python<'_>,
    bounds: Bounds,
    progress: Option<Py<PyAny>>,
    work: impl FnOnce(Limits<'_>, &Signs) -> Result<T, Error> + Send + 'static,
) -> PyResult<T> {
    let timeout = bounds.duration()?;
    let signs = Signs::default();
    let begun = Instant::now();
    let is_late = move || timeout.is_some_and(|timeout| begun.elapsed() > timeout);
    let (sender, receiver) = channel();
    let receiver = Mutex::new(receiver);
    let theirs = signs.clone();
    let working = move || {
        let stop = || theirs.stop.load(Ordering::Relaxed) || is_late();
        let max_cells = bounds.max_cells.unwrap_or(Limits::default().max_cells);
        // Nobody is left to be told when the caller was interrupted.
        let _ = sender.send(work(Limits { max_cells, stop: Some(&stop) }, &theirs));
    };
    std::thread::Builder::new().name("pellucid".into()).stack_size(STACK).spawn(working)?;
    let out_of_time = || format!("out of time after {} s (raise timeout)", bounds.timeout.unwrap_or_default());
    let mut told = 0;
    loop {
        let received = py.detach(|| match receiver.lock() {
            Ok(receiver) => receiver.recv_timeout(LOOK),
            Err(_) => Err(RecvTimeoutError::Disconnected),
        });
        let done = signs.done.load(Ordering::Relaxed);
        if let Some(progress) = progress.as_ref().filter(|_| done > told) {
            told = done;
            progress.call1(py, (done,)).inspect_err(|_| signs.stop.store(true, Ordering::Relaxed))?;
        }
        match received {
            Ok(Err(error)) if error.is_limit() && is_late() => {
                return Err(limit_reached(format!("{}: {error}", out_of_time())));
            }
            Ok(outcome) => return outcome.raise(),
            Err(RecvTimeoutError::Disconnected) => {
                return Err(Error::input("defect: the work ended without an answer")).raise();
            }
            Err(RecvTimeoutError::Timeout) => {
                py.check_signals().inspect_err(|_| signs.stop.store(true, Ordering::Relaxed))?;
                if timeout.is_some_and(|timeout| begun.elapsed() > timeout + GRACE) {
                    signs.stop.store(true, Ordering::Relaxed);
                    return Err(limit_reached(out_of_time()));
                }
            }
        }
    }
}
