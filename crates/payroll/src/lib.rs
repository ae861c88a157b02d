//! Gross to net: the rules of countries as data, checked, exact, fast, and able to explain themselves.
//!
//! What a component of pay comes to is a formula ([`expr`]) that people read and a program checks: its types and units when it is
//! loaded, its rounding said at every step.

pub mod expr;
#[cfg(feature = "pap")]
pub mod pap;

mod error;

pub use error::RuleError;
