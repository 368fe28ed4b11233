//! Equality, linear cells and minimality of ReLU networks, decided in rationals.
//!
//! [`prove_within`] compares two computations; [`representable`] reads off the kinks of a function
//! that one hidden layer can compute; [`count`] gives the smallest size, and [`certify_smallest`]
//! the certificate for it; [`prove_near`] bounds how far a network is from a function that is not
//! piecewise linear. Every certificate is for `pellucid-check` to accept or reject.

mod approximation;
mod beyond;
mod cells;
mod cone;
mod count;
mod difference;
mod exact_lp;
mod feasible;
mod few_neurons;
mod finite;
mod inner_point;
mod kept_steps;
mod largest;
mod machine_graph;
mod never;
mod one_layer;
mod points;
mod polyhedron;
mod regions;
mod representable;
mod scaled;
mod segment;
mod shape;
mod shape_rules;
mod single_neuron;
mod size_bound;
mod smallest;
mod solve;
mod subset_sum;
mod suggest;
mod volume;
mod walk;

pub use approximation::{Near, Proposed, prove_near};
pub use beyond::{Apart, Kept, apart, apart_proved};
pub use cells::{CellCounts, Corners, LinearCell, Neighbour, cell_counts, cells, count_cells};
pub use count::{Count, MAX_ENUMERATED_HINGES, Plan, count, plan_quickly};
pub use difference::{
    Counterexample, Means, ProofSink, Verdict, prove_known_bound_to, prove_within, prove_within_by, prove_within_to,
};
pub use exact_lp::{Interior, Maximum, Multipliers, interior, maximize};
pub use few_neurons::{FewNeurons, few_neurons};
pub use finite::{each_point, point_of};
pub use largest::{Largest, largest_difference};
pub use never::{Never, Satisfying, prove_never};
pub use one_layer::{Hinge, OneLayerForm};
pub use representable::{Representable, representable, representable_graph};
pub use shape::Highest;
pub use size_bound::{SizeBound, size_bound};
pub use smallest::certify_smallest;
pub use walk::{Cell, Limits, Step, walk};
