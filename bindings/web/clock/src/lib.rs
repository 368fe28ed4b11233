//! The clock of the page in the browser.
//!
//! The library of rewriting asks the crate `quanta` for the time, which in a browser would bring in generated
//! JavaScript. This crate stands in for it with the one import that the page gives: `now`, in milliseconds.

use std::ops::Sub;
use std::time::Duration;

#[cfg(target_arch = "wasm32")]
mod given {
    #[link(wasm_import_module = "page")]
    unsafe extern "C" {
        /// Milliseconds since some moment; it never goes back.
        pub safe fn now() -> f64;
    }
}

#[cfg(not(target_arch = "wasm32"))]
mod given {
    use std::sync::LazyLock;
    use std::time::Instant;

    static START: LazyLock<Instant> = LazyLock::new(Instant::now);

    /// Milliseconds since the first call.
    pub fn now() -> f64 {
        1e3 * START.elapsed().as_secs_f64()
    }
}

/// A moment, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Instant(f64);

impl Instant {
    /// This moment.
    pub fn now() -> Self {
        Instant(given::now())
    }

    /// The time since then.
    pub fn elapsed(&self) -> Duration {
        Instant::now() - *self
    }
}

impl Sub for Instant {
    type Output = Duration;

    /// The time between two moments; none where the second comes first.
    fn sub(self, earlier: Instant) -> Duration {
        Duration::from_secs_f64((self.0 - earlier.0).max(0.0) / 1e3)
    }
}
