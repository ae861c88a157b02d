//! Financial statements from layouts: what they show, what they refuse, and what must hold between their figures.
#![allow(unreachable_pub)] // modules of one program
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

#[path = "../common/mod.rs"]
mod common;

mod beside;
mod cash;
mod closing;
mod equity;
mod firm;
mod known;
mod model;
mod properties;
mod refusing;
mod schemes;
mod shapes;
mod sides;
