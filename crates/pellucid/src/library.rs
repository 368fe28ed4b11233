//! The library of known circuits: its table, the graph of what is made of what, its pages, and a suite
//! of networks in disguise for testing other tools.

mod labels;
mod page;
mod parts;
mod reuse;
mod suite;
mod table;

pub use labels::labels;
pub use page::entry_page;
pub use reuse::{ReuseGraph, Use, reuse_graph, size_text};
pub use suite::{SUITE_README, SuiteEntry, SuiteFile, float_numbers, place, suite_entry, suite_index};
pub use table::{Row, Status, known, library_answer, row_answer};

pub use pellucid_compile::{LayerRole, Part, PassesThrough, Role, Side};

pub use pellucid_compile::library::{Entry, KnownCircuit, Sized, entry, library, nearest, sized};
