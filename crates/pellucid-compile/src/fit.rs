//! Functions of one input fitted by paths, shallow and deep.

pub mod arches;
pub mod breakpoints;
pub mod curve_to_path;
pub mod design;
pub mod fewest_links;
pub mod folds;
pub mod path;
pub mod quartic;
pub mod reflections;
pub mod turned;
