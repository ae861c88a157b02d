//! Business engines in pure Rust, and the one crate to add for them.
//!
//! Each engine lives in a crate of its own; this one puts them together under one roof and one set
//! of features. Its modules are those crates:
//!
//! | I want | module |
//! |---|---|
//! | money, currencies, dates, rounding; to store things; to write a store | [`core`] |
//!
//! [`prelude`] brings what nearly every program names.

pub use fondaco_core as core;

pub mod prelude;
