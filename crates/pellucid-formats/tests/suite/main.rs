//! The formats from outside: the fixtures agree, what is written is read back, damage is an error,
//! and messages say what is wrong.

mod damage;
mod fixtures;
mod messages;
mod nnet;
mod onnx_graphs;
mod onnx_random;
mod properties;
mod pytorch;
mod round_trips;
