//! The SQLite store keeps the contract, and what it promises beyond it: people's SQL, other processes, other programs' files,
//! the host's connection, damage.
#![cfg(feature = "sqlite")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod contract;
mod damage;
mod erasing;
mod files;
mod host;
mod lines;
mod people;
mod runs;
mod sharing;
