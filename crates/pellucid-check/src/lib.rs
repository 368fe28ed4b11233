//! The independent checker of Pellucid's certificates.
