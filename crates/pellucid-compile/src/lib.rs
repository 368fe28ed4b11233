//! From a function to its smallest known ReLU network.
