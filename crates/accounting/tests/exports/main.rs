//! The whole ledger going out: what comes back is the same, and an audit file is as its authority's schema says.
#![allow(unreachable_pub)] // modules of one program
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

#[path = "../common/mod.rs"]
mod common;

mod again;
mod audit_file;
mod gobd;
mod schema;
