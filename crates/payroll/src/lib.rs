//! Gross to net: the rules of countries as data, checked, exact, fast, and able to explain themselves.
//!
//! A [`RuleSet`] is what a file of rules says ([`rules`]): inputs, the figures of the law over time, brackets, and rules, each a formula
//! ([`expr`]) that people read and a program checks. Types and units are checked when it is loaded, rounding is said at every step, and
//! what needs what is found from the formulas. For a day, as known at a time, it compiles to a [`Program`], which runs for one
//! employee ([`Case`], [`Slip`]) or for a million ([`Batch`], [`Runner`]): whole numbers, no allocation, and an explanation for whoever
//! asks.
//!
//! What is reckoned over a list of things is a plain function: [`overtime`] of a week's shifts, [`garnishment`] by many orders, [`proration`] of a
//! period that something changes in.

pub mod calendars;
mod compare;
mod compile;
mod defined;
mod engine;
mod error;
mod explain;
pub mod expr;
mod function;
pub mod garnishment;
mod gross_up;
mod handle;
pub mod jurisdictions;
mod kernel_error;
pub mod leave;
pub mod outputs;
pub mod overtime;
#[cfg(feature = "pap")]
pub mod pap;
mod payroll_error;
mod power;
mod program;
pub mod proration;
pub mod rules;
pub mod runs;
pub mod staff;
pub mod time;
mod to_date;
pub mod units;

pub use compare::{Cause, Change, changes_report};
pub use defined::Version;
pub use engine::ENGINE;
pub use error::{PayError, RuleError};
pub use function::Function;
pub use gross_up::{GrossUpError, GrossedUp};
pub use handle::{AsyncPayroll, Payroll};
pub use kernel_error::KernelError;
pub use payroll_error::PayrollError;
pub use program::{Batch, BatchResult, Case, Input, Line, Output, Program, Runner, Slip, Value};
pub use rules::RuleSet;
pub use to_date::{Keys, SumsToDate};

use fondaco_core::store::Fixed;

/// How many digits after the point an amount has as it is stored: enough for every currency of ISO 4217.
pub const AMOUNT_DIGITS: u8 = 4;

/// An amount as it is stored, in the currency of what it belongs to: reaches 922 trillion either way.
pub type Amt = Fixed<AMOUNT_DIGITS>;

#[cfg(test)]
mod tests;

/// The page's code is compiled and run as a test.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/payroll-rules.md")]
struct RulesPage;

/// So is this one's.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/payroll-runs.md")]
struct RunsPage;

/// The page's code is compiled and run as a test.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/payroll-staff.md")]
struct StaffPage;
