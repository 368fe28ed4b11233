//! Equality, linear cells and minimality of ReLU networks, decided in rationals.
