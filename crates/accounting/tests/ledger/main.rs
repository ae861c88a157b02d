//! The ledger on every store: what is refused and where its figures end, what is found again, what a verification finds, what
//! a failing store leaves, and that of an erased person nothing is left.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

#[path = "../common/mod.rs"]
mod common;

mod bad_input;
mod boundaries;
mod charts;
mod converted;
mod erasing;
mod failures;
mod lookups;
mod notes;
mod refusals;
mod verifying;
