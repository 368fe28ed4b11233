//! A workbench for mathematical circuits in ReLU networks.
//!
//! Write a function and get the smallest network that computes it, with a proof; train networks and
//! learn which found that circuit; take a network apart into features, circuits and a formula.
//!
//! ```
//! use pellucid::{Biases, Domain, Function};
//! let minimum = Function::parse("min(x1, x2)")?;
//! let compiled = pellucid::compile(&minimum, &Domain::Everywhere, Biases::ALLOWED, Default::default())?;
//! assert_eq!(compiled.network.shape(), [2, 3, 1]);
//! assert!(pellucid::check(&compiled.certificate).is_accepted());
//! # Ok::<(), pellucid::Error>(())
//! ```
//!
//! This crate is the whole public interface: it brings the rooms of the house together, and adds the
//! pipelines that run through several of them.

pub mod answers;
mod cells_to_picture;
mod circuits;
mod classify;
mod decompile_page;
mod explain;
mod export;
mod float32;
mod html_document;
mod in_order;
pub mod library;
mod line_up;
mod notebook;
mod on_data;
mod page_parts;
pub mod pictures;
mod replay;
mod report;
mod reproduce;
mod reuse;
mod survey_charts;
mod survey_page;
mod survey_tables;
mod table_to_data_set;
mod text;
mod unsaid;
mod witness;

pub use circuits::circuits_of;
pub use classify::{Classified, Verdict as RunVerdict, classify};
pub use decompile_page::{Dissection, ReportFile};
pub use explain::{Explaining, explain, explain_refutation};
pub use export::{certificate_to_rocq, certificate_to_smt, claim_to_smt};
pub use float32::{InFloat32, in_float32};
pub use in_order::in_order;
pub use line_up::{function_beside, line_up};
pub use notebook::{Printed, notebook};
pub use on_data::{DataColumns, Differences, OnData, on_data};
pub use report::report_page;
pub use reproduce::{Appendix, MinimumOfFour, Reproduced, Reproduction, reproduce};
pub use reuse::{Reuse, reuse};
pub use survey_charts::{SurveyPoint, survey_charts};
pub use survey_page::survey_page;
pub use survey_tables::survey_tables;
pub use table_to_data_set::table_to_data_set;
pub use text::{brief, wrapped};
pub use unsaid::{n_cells_of, usual_tolerance, written_domain, written_target};
pub use witness::{Witness, witness};

pub use pellucid_check::{Checked, Checking, check, check_json, check_reader};
pub use pellucid_compile::{
    Approximated, ApproximatedPart, Compiled, Disguise, Disguised, Goal, Minimality, PieceBound, approximate, compile,
    compile_for, compose, disguise, expr_to_circuit, fold,
};
pub use pellucid_core::{
    Affine, Biases, CellStep, Certificate, Circuit, Claim, Composition, Computation, Constraint, Difference, Domain,
    Elementary, Error, Expr, Feature, FeatureKind, Function, Hyperplane, Interval, Jet, Layer, Network, NeuronId,
    Number, Part, Proof, Rational, Target, Trace, circuit_name, counted, expr_to_latex, expr_to_mathml, expr_to_text,
    function_to_latex, function_to_mathml, numbered_inputs,
};
pub use pellucid_decompile::{
    Ablated, Ablation, AgainstTarget, Change, Closer, Decompiled, Neuron, Noise, Question, Status, Work, ablations,
    decompile,
};
pub use pellucid_draw::{
    CellPicture, CircuitPicture, LineChart, Picture, SvgOptions, TerminalOptions, Theme, number_to_text,
};
pub use pellucid_formats::{
    Format, NetworkFile, Normalisation, Numbers, Property, ReadOptions, Reading, Table, WriteOptions, read, read_path,
    read_path_with, read_path_with_remarks, read_property, read_property_path, read_table, read_table_path, read_with,
    read_with_remarks, write, write_path,
};
pub use pellucid_prove::{
    Apart, CellCounts, Corners, Counterexample, Largest, Limits, LinearCell, Means, Near, Neighbour, Never,
    OneLayerForm, ProofSink, Proposed, Representable, Satisfying, SizeBound, Step, Verdict, cell_counts, cells,
    count_cells, largest_difference, point_of, prove_near, prove_never, prove_within, prove_within_by, prove_within_to,
    representable, walk,
};
/// Surveys of many trainings, and the search for smaller circuits.
pub use pellucid_survey as survey;
pub use pellucid_train::{
    Data, DataSet, Experiment, Init, Loss, Optimizer, Penalty, Random, Regimen, Run, Schedule, Task,
    binomial_interval_95, train, train_cancellable, train_many, train_many_with, train_with,
};

/// The README's example is a test.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
pub struct Readme;
