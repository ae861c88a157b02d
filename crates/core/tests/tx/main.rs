//! Units of work on every store: reading and what a decision rests on, staging and what is taken back, refusals and who runs
//! again, and what a verification finds.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

#[path = "../common/mod.rs"]
mod common;

mod attempts;
mod commands;
mod compiled;
mod engines;
mod erasing;
mod floors;
mod interleavings;
mod key_order;
mod losers;
mod peeks;
mod reading;
mod running;
mod shorthand;
mod undo;
mod verifying;
mod views;
