//! Importing from CSV: what is booked, what is refused and how it is told, again and again, however often it is killed.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

#[path = "../common/mod.rs"]
mod common;

mod anything;
mod booking;
mod charts;
mod erasing;
mod files;
mod once;
mod refusing;
mod stopping;
