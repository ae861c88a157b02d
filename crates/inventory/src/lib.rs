//! Stock, its value and its replenishment.
//!
//! The mathematics are plain functions on plain numbers: no store, no clock, no randomness, so that they can be called on a data
//! frame as well as by an engine. [`KernelError`] says what they refuse.

pub mod measures;
pub mod policies;
pub mod probability;

mod error;
mod exact;
mod figure;

pub use error::KernelError;
