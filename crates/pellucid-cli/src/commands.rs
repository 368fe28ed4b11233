//! One file a command: its arguments, and what it prints.

pub mod approximate;
pub mod cells;
pub mod check;
pub mod compile;
pub mod convert;
pub mod decompile;
pub mod draw;
pub mod explore;
pub mod library;
pub mod prove;
pub mod reproduce;
pub mod search;
pub mod survey;
pub mod train;
pub mod vnnlib;
