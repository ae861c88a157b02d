//! What leaves a payroll run: files that a bank carries out, and what the bank answers.
//!
//! Everything here is a plain function from figures to a text or a value: nothing is stored, and no clock is read.

pub mod payments;
