//! The stock engine as its users see it: on every store, blocking and not.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests
#![allow(unreachable_pub)] // modules of one program

mod as_of;
mod backdated;
mod bills;
mod catalogue;
mod closed;
mod closing;
mod commands;
mod counts;
mod cycle_counts;
mod entering;
mod failures;
mod histories;
mod host;
mod kinds;
mod naive;
mod owners;
mod past;
mod picking;
mod plan_expiry;
mod plan_ground;
mod plan_passing;
mod plan_runs;
mod planning;
mod promises;
mod races;
mod refusals;
mod reorder;
mod rights;
mod transfers;
mod uncovered;
mod value;
mod value_changes;
mod value_histories;
mod value_late;
