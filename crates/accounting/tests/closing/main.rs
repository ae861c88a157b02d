//! Closing the books: locks, the year's end and its reopening, opening balances, deferrals, what stands in the way, and
//! corrections.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

#[path = "../common/mod.rs"]
mod common;

mod assertions;
mod checklists;
mod commands;
mod corrections;
mod deferrals;
mod histories;
mod locks;
mod opening;
mod rights;
mod sweeping;
mod templates;
mod together;
mod years;
