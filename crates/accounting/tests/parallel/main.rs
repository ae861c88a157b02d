//! Parallel ledgers: what belongs to one alone is nowhere else, and every ledger balances, closes and reopens.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

#[path = "../common/mod.rs"]
mod common;

mod closing;
mod failures;
mod firm;
mod histories;
mod refusing;
mod reports;
mod runs;
