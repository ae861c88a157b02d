//! Certifies a store: the conformance suite of the store port, and what it needs.

pub mod model;
pub mod records;

mod checks;
mod notes;
mod probe;
mod random;
mod report;
mod samples;
mod stage;
mod suite;

pub use model::Model;
pub use report::{Checked, Outcome, Report};
pub use suite::{Suite, certify};
