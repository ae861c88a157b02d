//! Parties on every store: commands and their refusals, merging, erasing, exporting, that nothing personal is told on the way,
//! who may, and what they look like when they are kept.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

mod erasing;
mod exporting;
mod forms;
mod host;
mod keeping;
mod merging;
mod relations;
mod rights;
#[path = "../server/mod.rs"]
mod server;
mod sweeping;
mod telling;
