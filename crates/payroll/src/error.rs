//! What is wrong with rules: found when they are loaded, before anybody is paid by them.

use fondaco_core::ErrorCode;

/// Rules that can't be used, with the place and the way out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, ErrorCode)]
#[error_code(engine = "payroll")]
#[non_exhaustive]
pub enum RuleError {
    /// A formula that can't be read.
    #[error("column {column} of the formula: {why}")]
    #[kind(Invalid)]
    BadFormula {
        /// The character at which reading stopped, counted from 1.
        column: usize,
        /// What was found, and what belongs there.
        why: String,
    },
}
