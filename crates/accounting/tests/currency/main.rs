//! Currencies in the ledger: what is realised, revalued and translated.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

#[path = "../common/mod.rs"]
mod common;

mod crossing;
mod dimensions;
mod failures;
mod firm;
mod histories;
mod naming;
mod prudence;
mod realising;
mod repeating;
mod revaluing;
mod settling;
mod translating;
mod undoing;
