//! Why nothing is shared out.

use fondaco_core::ErrorCode;
use rust_decimal::Decimal;
use smol_str::SmolStr;

/// A refusal about allocations: nothing was stored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, ErrorCode)]
#[error_code(engine = "accounting")]
#[non_exhaustive]
pub enum CostAllocationError {
    /// No such rule.
    #[error("there is no allocation {code}: set it first, or correct the code")]
    #[kind(NotFound)]
    #[code("unknown_allocation")]
    UnknownRule {
        /// The code.
        code: SmolStr,
    },
    /// A rule that can't be.
    #[error("allocation {code}: {why}")]
    #[kind(Invalid)]
    #[code("bad_allocation")]
    BadRule {
        /// The code.
        code: SmolStr,
        /// Why, and the way out.
        why: String,
    },
    /// There is nobody to share among.
    #[error(
        "allocation {code} has no base in {period} for {waits}: {basis} is zero for everybody; record it, or share otherwise"
    )]
    #[kind(Refused)]
    #[code("allocation_without_base")]
    NoBase {
        /// The rule.
        code: SmolStr,
        /// The period.
        period: SmolStr,
        /// What waits to be shared out, and on which accounts.
        waits: String,
        /// What it is shared by.
        basis: SmolStr,
    },
    /// Somebody's base is below zero.
    #[error(
        "allocation {code} can't share by {basis} in {period}: it is {amount} for {value}, below zero; correct it, or share otherwise"
    )]
    #[kind(Refused)]
    #[code("negative_allocation_base")]
    NegativeBase {
        /// The rule.
        code: SmolStr,
        /// The period.
        period: SmolStr,
        /// What it is shared by.
        basis: SmolStr,
        /// Whose.
        value: SmolStr,
        /// How much.
        amount: Decimal,
    },
    /// Nothing that stands.
    #[error("allocation {code} is not run in {period}, or was undone: there is nothing to undo")]
    #[kind(NotFound)]
    #[code("allocation_not_run")]
    NotRun {
        /// The rule.
        code: SmolStr,
        /// The period.
        period: SmolStr,
    },
}
