//! Certifies a store: the conformance suite of the store port, and what it needs.

pub mod model;
pub mod records;

mod checks;
mod failing;
mod history;
mod notes;
mod probe;
mod random;
mod report;
mod samples;
mod stage;
mod suite;
mod unloaded;

pub use failing::{Failing, SweepError, Swept, sweep};
pub use model::Model;
pub use report::{Checked, Outcome, Report};
pub use suite::{Suite, certify};
pub use unloaded::{Blocking, Unloaded, block_on};
