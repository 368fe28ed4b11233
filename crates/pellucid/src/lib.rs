//! A workbench for mathematical circuits in ReLU networks.
