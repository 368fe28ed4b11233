//! From a ReLU network to its features, circuits and formula.
