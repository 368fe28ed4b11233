//! The fast road: one pass a step that draws a batch, goes forward and back, and adds up the gradient.
//!
//! A batch is cut into blocks of [`TILE`](crate::column::TILE) samples, a block into vectors of 16 samples. 16 is the number
//! of *logical* lanes: one AVX-512 register, two of AVX2, four of NEON or SSE. What is added to what does not depend on the
//! processor's width, so all processors with a fused multiply-add give the same bits; those without (x86 before AVX2)
//! round a product and a sum separately.
//!
//! - `stream.rs` draws: a number is a function of (seed, step, place), so no state is carried along.
//! - `one_layer.rs` has the kernels for one hidden layer and one output, with all weights and sums in registers.
//! - `stack.rs` has the kernel for every other shape and loss.
//! - `logits.rs` has the derivative of the cross-entropy.
//! - `steps.rs` is the loop over steps; `update.rs` what an optimiser does with a gradient.

mod block;
mod logits;
mod one_layer;
mod parameters;
mod stack;
mod steps;
mod stream;
mod update;

pub(crate) use block::{Block, Source};
pub(crate) use logits::cross_entropy;
#[cfg(test)]
pub(crate) use parameters::Kind;
pub(crate) use parameters::Parameters;
pub(crate) use stack::Error;
pub(crate) use steps::{Steps, descend, draw};
pub(crate) use stream::{Key, Purpose, Stream};
pub(crate) use update::Update;
