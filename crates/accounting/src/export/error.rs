//! Why a ledger is not written in a form.

use fondaco_core::ErrorCode;
use rust_decimal::Decimal;
use smol_str::SmolStr;

/// What a form has no room for, or asks for in vain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, ErrorCode)]
#[error_code(engine = "accounting")]
#[non_exhaustive]
pub enum ExportError {
    /// An account has no place in the authority's chart.
    #[error(
        "account {account} has no grouping of the authority: give it the tags saft_category and saft_code, or name one in the query"
    )]
    #[kind(Refused)]
    #[code("export_no_grouping")]
    NoGrouping {
        /// The account.
        account: SmolStr,
    },
    /// A year before the file's is not closed, and nobody said where its result goes.
    #[error(
        "a fiscal year before {year} is not closed, and nobody said where its result goes: close it, or name retained earnings with SetClosing"
    )]
    #[kind(Refused)]
    #[code("export_no_retained")]
    NoRetained {
        /// The fiscal year of the file's first day.
        year: i32,
    },
    /// A code is longer than the form allows, and cutting it could make two alike.
    #[error(
        "{what} {value:?} is longer than the {most} characters that the form has room for: use a shorter one"
    )]
    #[kind(Invalid)]
    #[code("export_too_long")]
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
    #[kind(Invalid)]
    #[code("export_too_fine")]
    TooFine {
        /// The entry: journal and number.
        entry: String,
        /// The amount.
        amount: Decimal,
    },
}
