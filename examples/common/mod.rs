//! What the examples share: a company's business documents, read from files or generated, and the
//! command line.
//!
//! No example books what it did not read completely: [`adventureworks::read`] and
//! [`demo::generate`] both give a whole [`company::Company`] of plain documents, with the control
//! totals that must come out. What an engine makes of the documents is the example's own affair.
//!
//! Use it from an example with `#[path = "common/mod.rs"] mod common;` or `mod common;`, from a
//! test with `#[path = "../examples/common/mod.rs"] mod common;`.
#![allow(dead_code, unreachable_pub, reason = "each example uses its own part of these modules")]

pub mod adventureworks;
pub mod args;
pub mod company;
pub mod demo;
pub mod exit;
pub mod output;
pub mod progress;
pub mod references;
pub mod rounding;
#[cfg(feature = "sqlite")]
pub mod store;
pub mod table;
pub mod totals;

use args::Args;
use company::Company;
use table::DataError;

/// The company that the command line asks for: read from `--data DIR`, else the demo company.
///
/// # Errors
/// What is wrong with the files, see [`adventureworks::read`].
pub fn company(args: &Args) -> Result<Company, DataError> {
    match &args.data {
        Some(directory) => adventureworks::read(directory),
        None => Ok(demo::generate(&match args.orders {
            Some(orders) => demo::Settings::sized(orders),
            None => demo::Settings::default(),
        })),
    }
}
