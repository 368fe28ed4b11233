//! Claims and proofs in the languages of other provers.

mod certificate_to_rocq;
mod certificate_to_smt;
mod claim_to_smt;
pub(crate) mod claim_to_steps;
pub(crate) mod parts;

pub use certificate_to_rocq::certificate_to_rocq;
pub use certificate_to_smt::certificate_to_smt;
pub use claim_to_smt::claim_to_smt;
