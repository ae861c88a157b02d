//! How an example's program ends: who typed something wrong reads a sentence, not a type.
#![allow(unreachable_pub, reason = "each example uses its own part")]

use std::fmt::Display;
use std::process::ExitCode;

/// The code of a run, whose error is told on standard error.
pub fn code<E: Display>(run: Result<(), E>) -> ExitCode {
    match run {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
