//! Customers: who they are, how likely they buy, what they are worth.
//!
//! So far the mathematics: plain functions on plain data, without a store, a clock or randomness, so that they can be called on a data
//! frame as well as by an engine. Floats are used for statistics alone. [`KernelError`] says what they refuse.
//!
//! | I want | module |
//! |---|---|
//! | to know whether two names are one | [`strings`] |
//! | to count what somebody did, old acts for less | [`decay`] |

pub mod decay;
pub mod strings;

mod error;

pub use error::KernelError;
