//! Customers: who they are, how likely they buy, what they are worth.
//!
//! So far the mathematics: plain functions on plain data, without a store, a clock or randomness, so that they can be called on a data
//! frame as well as by an engine. Floats are used for statistics alone. [`KernelError`] says what they refuse.
//!
//! | I want | module |
//! |---|---|
//! | to know whether two names are one | [`strings`] |
//! | to find records of one person among many | [`linkage`] |
//! | to count what somebody did, old acts for less | [`decay`] |
//! | to know how likely somebody buys, and why | [`scoring`] |
//! | to know what deals bring, and when | [`pipeline`] |
//! | to keep promises on time | [`sla`] |
//! | to tell customers apart by when, how often and for how much they bought | [`rfm`] |
//! | to find customers that are alike | [`clusters`] |
//! | to know which channel brought a conversion | [`attribution`] |
//! | to know what customers will buy, and what they are worth | [`clv`] |
//! | to know whether a difference is more than chance, who is in which group of a test | [`stats`] |

pub mod attribution;
pub mod clusters;
pub mod clv;
pub mod decay;
pub mod linkage;
pub mod pipeline;
pub mod rfm;
pub mod scoring;
pub mod sla;
pub mod stats;
pub mod strings;

mod error;
mod numeric;

pub use error::KernelError;
