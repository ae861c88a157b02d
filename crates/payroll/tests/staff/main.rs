//! Employees, what is said of them, and what their slips are computed from: on every store, blocking and not.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests
#![allow(unreachable_pub)] // modules of one program

mod again;
mod anew;
mod catalogue;
mod erasing;
mod firm;
mod gathering;
mod history;
mod leave;
mod looked_at;
mod made_good;
mod official;
mod once;
mod per_cent;
mod refusals;
mod running;
mod segregation;
mod straight;
mod weeks;
