//! Why a ledger is not written in a form.

use fondaco_core::ErrorKind;
use rust_decimal::Decimal;
use smol_str::SmolStr;

/// What a form has no room for, or asks for in vain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// An account has no place in the authority's chart.
    #[error(
        "account {account} has no grouping of the authority: give it the tags saft_category and saft_code, or name one in the query"
    )]
    NoGrouping {
        /// The account.
        account: SmolStr,
    },
    /// A code is longer than the form allows, and cutting it could make two alike.
    #[error(
        "{what} {value:?} is longer than the {most} characters that the form has room for: use a shorter one"
    )]
    TooLong {
        /// What it is.
        what: &'static str,
        /// The code.
        value: SmolStr,
        /// How many characters there is room for.
        most: usize,
    },
    /// An amount has more digits after the point than the form.
    #[error(
        "entry {entry}: {amount} has more than the two digits after the point that the form has room for"
    )]
    TooFine {
        /// The entry: journal and number.
        entry: String,
        /// The amount.
        amount: Decimal,
    },
}

impl ExportError {
    /// The stable code.
    ///
    /// ```
    /// use fondaco_accounting::export::ExportError;
    /// let error = ExportError::NoGrouping { account: "1000".into() };
    /// assert_eq!(error.code(), "accounting.export_no_grouping");
    /// ```
    pub fn code(&self) -> &'static str {
        match self {
            ExportError::NoGrouping { .. } => "accounting.export_no_grouping",
            ExportError::TooLong { .. } => "accounting.export_too_long",
            ExportError::TooFine { .. } => "accounting.export_too_fine",
        }
    }

    /// What the caller can do.
    pub fn kind(&self) -> ErrorKind {
        match self {
            ExportError::NoGrouping { .. } => ErrorKind::Refused,
            ExportError::TooLong { .. } | ExportError::TooFine { .. } => ErrorKind::Invalid,
        }
    }
}
