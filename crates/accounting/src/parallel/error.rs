//! Why an entry can't belong to one ledger alone, and a ledger not be read.

use fondaco_core::ErrorCode;
use smol_str::SmolStr;

/// A refusal about parallel ledgers: nothing was stored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, ErrorCode)]
#[error_code(engine = "accounting")]
#[non_exhaustive]
pub enum ParallelError {
    /// No such ledger.
    #[error(
        "there is no parallel ledger {code}: define it first, or leave it out for the leading ledger"
    )]
    #[kind(NotFound)]
    UnknownLedger {
        /// The code.
        code: SmolStr,
    },
    /// A dimension with the name that marks what belongs to one ledger alone.
    #[error(
        "a dimension can't be called {name}: it says to which ledger a posting belongs; post in a journal of that ledger instead"
    )]
    #[kind(Invalid)]
    #[code("reserved_dimension")]
    Reserved {
        /// The name.
        name: SmolStr,
    },
    /// An entry of one ledger alone on an account whose postings are items.
    #[error(
        "account {code} is kept by open items, which ledger {ledger} can't have alone: post the adjustment to an account beside it, such as an allowance"
    )]
    #[kind(Refused)]
    #[code("items_of_one_ledger")]
    KeptByItems {
        /// The account.
        code: SmolStr,
        /// The ledger.
        ledger: SmolStr,
    },
    /// An entry of one ledger alone on an account that is limited.
    #[error(
        "account {code} is limited, which ledger {ledger} can't be asked alone: post the adjustment to an account beside it"
    )]
    #[kind(Refused)]
    #[code("limit_of_one_ledger")]
    Limited {
        /// The account.
        code: SmolStr,
        /// The ledger.
        ledger: SmolStr,
    },
    /// Something that concerns all ledgers, in a journal of one.
    #[error(
        "journal {journal} belongs to ledger {ledger} alone, and {what} concern all ledgers: name a journal that belongs to all"
    )]
    #[kind(Refused)]
    OfAllLedgers {
        /// What was to be in the journal.
        what: &'static str,
        /// The journal.
        journal: SmolStr,
        /// Its ledger.
        ledger: SmolStr,
    },
    /// A year can't be closed in a ledger with a result of its own.
    #[error(
        "ledger {ledger} has a result of its own in {year} and no closing journal: open one in the ledger, and name it by SetClosing"
    )]
    #[kind(Refused)]
    #[code("no_closing_of_ledger")]
    NoClosing {
        /// The ledger.
        ledger: SmolStr,
        /// The fiscal year.
        year: i32,
    },
}
