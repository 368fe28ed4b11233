//! Surveys: many trainings, each judged with proof and kept, and what they say together.
//!
//! A [`Plan`] names functions, widths, regimens and seeds; [`survey`] trains what its [`Store`] does not have yet,
//! and has every network judged by a [`Judge`].
//!
//! ```
//! use std::sync::atomic::AtomicBool;
//! use pellucid_survey::{Plan, Shard, Store, survey};
//! let plan = Plan::parse("
//!     seeds = '0..4'
//!     [[function]]
//!     name = 'identity'
//!     formula = 'x1'
//!     widths = [2]
//!     [[regimen]]
//!     name = 'seed'
//! ").unwrap();
//! let mut store = Store::open(std::path::Path::new(":memory:")).unwrap();
//! let done = survey(&plan, Shard::WHOLE, &mut store, |_| {}, &AtomicBool::new(false)).unwrap();
//! assert_eq!((done.n_new, store.n_rows().unwrap()), (4, 4));
//! ```

#[cfg(feature = "store")]
mod export;
mod features;
mod library_features;
mod plan;
mod read_csv;
mod regimen;
mod row;
#[cfg(feature = "store")]
mod run;
mod search;
#[cfg(feature = "store")]
mod store;
mod summary;
mod verdict;

#[cfg(feature = "store")]
pub use export::export_csv;
#[cfg(feature = "parquet")]
pub use export::export_parquet;
pub use features::{Detector, Features, features};
pub use plan::{Cell, Plan, Target};
pub use read_csv::read_csv;
pub use regimen::{PlannedRegimen, Tried};
pub use row::{About, Row};
#[cfg(feature = "store")]
pub use run::{OpenRuns, Progress, Shard, Surveyed, open_runs, survey, survey_open};
pub use search::{FoundCircuit, SearchState, Searched, Sought, known_size, search};
#[cfg(feature = "store")]
pub use store::Store;
#[cfg(feature = "store")]
pub use summary::summary;
pub use summary::{CellSummary, Share, Summary, best_regimens, summary_of_rows};
pub use verdict::{Judge, Judged, Verdict};

/// 16 hexadecimal digits for a text: FNV-1a with 64 bits, which is the same on every machine.
pub(crate) fn fingerprint(text: &str) -> String {
    let hash = text
        .bytes()
        .fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3));
    format!("{hash:016x}")
}
