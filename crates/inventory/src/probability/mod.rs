//! Distributions of demand, as the formulas need them: how likely, how much is missed, how much is left over.
//!
//! Built on the `statrs` crate's special functions; the loss functions are here.

pub mod normal;
