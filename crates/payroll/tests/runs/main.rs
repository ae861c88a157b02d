//! Payroll runs on every store: their states, what slips move and move back, retro pay against a straight history, and runs that are killed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // helpers of tests are tests
#![allow(unreachable_pub)] // modules of one program

mod beside;
mod catalogue;
mod closing;
mod forms;
mod history;
mod house;
mod killed;
mod official;
mod once;
mod owed;
mod paying;
mod processes;
mod retro;
mod states;
mod warned;
