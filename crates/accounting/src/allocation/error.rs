//! Why nothing is shared out.

use fondaco_core::ErrorKind;
use rust_decimal::Decimal;
use smol_str::SmolStr;

/// A refusal about allocations: nothing was stored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CostAllocationError {
    /// No such rule.
    #[error("there is no allocation {code}: set it first, or correct the code")]
    UnknownRule {
        /// The code.
        code: SmolStr,
    },
    /// A rule that can't be.
    #[error("allocation {code}: {why}")]
    BadRule {
        /// The code.
        code: SmolStr,
        /// Why, and the way out.
        why: String,
    },
    /// There is nobody to share among.
    #[error(
        "allocation {code} has no base in {period}: {basis} is zero for everybody; record it, or share otherwise"
    )]
    NoBase {
        /// The rule.
        code: SmolStr,
        /// The period.
        period: SmolStr,
        /// What it is shared by.
        basis: SmolStr,
    },
    /// Somebody's base is below zero.
    #[error(
        "allocation {code} can't share by {basis} in {period}: it is {amount} for {value}, below zero; correct it, or share otherwise"
    )]
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
    NotRun {
        /// The rule.
        code: SmolStr,
        /// The period.
        period: SmolStr,
    },
}

impl CostAllocationError {
    /// The stable code.
    ///
    /// ```
    /// use fondaco_accounting::allocation::CostAllocationError;
    /// let unknown = CostAllocationError::UnknownRule { code: "rent".into() };
    /// assert_eq!(unknown.code(), "accounting.unknown_allocation");
    /// ```
    pub fn code(&self) -> &'static str {
        match self {
            CostAllocationError::UnknownRule { .. } => "accounting.unknown_allocation",
            CostAllocationError::BadRule { .. } => "accounting.bad_allocation",
            CostAllocationError::NoBase { .. } => "accounting.allocation_without_base",
            CostAllocationError::NegativeBase { .. } => "accounting.negative_allocation_base",
            CostAllocationError::NotRun { .. } => "accounting.allocation_not_run",
        }
    }

    /// What the caller can do.
    ///
    /// ```
    /// use fondaco_accounting::allocation::CostAllocationError;
    /// use fondaco_core::ErrorKind;
    /// let unknown = CostAllocationError::UnknownRule { code: "rent".into() };
    /// assert_eq!(unknown.kind(), ErrorKind::NotFound);
    /// ```
    pub fn kind(&self) -> ErrorKind {
        match self {
            CostAllocationError::UnknownRule { .. } | CostAllocationError::NotRun { .. } => {
                ErrorKind::NotFound
            }
            CostAllocationError::NoBase { .. } | CostAllocationError::NegativeBase { .. } => {
                ErrorKind::Refused
            }
            CostAllocationError::BadRule { .. } => ErrorKind::Invalid,
        }
    }
}
