//! Why an entry can't belong to one ledger alone, and a ledger not be read.

use fondaco_core::ErrorKind;
use smol_str::SmolStr;

/// A refusal about parallel ledgers: nothing was stored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParallelError {
    /// No such ledger.
    #[error(
        "there is no parallel ledger {code}: define it first, or leave it out for the leading ledger"
    )]
    UnknownLedger {
        /// The code.
        code: SmolStr,
    },
    /// A dimension with the name that marks what belongs to one ledger alone.
    #[error(
        "a dimension can't be called {name}: it says to which ledger a posting belongs; post in a journal of that ledger instead"
    )]
    Reserved {
        /// The name.
        name: SmolStr,
    },
    /// An entry of one ledger alone on an account whose postings are items.
    #[error(
        "account {code} is kept by open items, which ledger {ledger} can't have alone: post the adjustment to an account beside it, such as an allowance"
    )]
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
    NoClosing {
        /// The ledger.
        ledger: SmolStr,
        /// The fiscal year.
        year: i32,
    },
}

impl ParallelError {
    /// What names this error for ever.
    ///
    /// ```
    /// use fondaco_accounting::parallel::ParallelError;
    /// let unknown = ParallelError::UnknownLedger { code: "ifrs".into() };
    /// assert_eq!(unknown.code(), "accounting.unknown_ledger");
    /// ```
    pub fn code(&self) -> &'static str {
        match self {
            ParallelError::UnknownLedger { .. } => "accounting.unknown_ledger",
            ParallelError::Reserved { .. } => "accounting.reserved_dimension",
            ParallelError::KeptByItems { .. } => "accounting.items_of_one_ledger",
            ParallelError::Limited { .. } => "accounting.limit_of_one_ledger",
            ParallelError::OfAllLedgers { .. } => "accounting.of_all_ledgers",
            ParallelError::NoClosing { .. } => "accounting.no_closing_of_ledger",
        }
    }

    /// What the caller may do about it.
    ///
    /// ```
    /// use fondaco_accounting::parallel::ParallelError;
    /// use fondaco_core::ErrorKind;
    /// let reserved = ParallelError::Reserved { name: "@ledger".into() };
    /// assert_eq!(reserved.kind(), ErrorKind::Invalid);
    /// ```
    pub fn kind(&self) -> ErrorKind {
        match self {
            ParallelError::UnknownLedger { .. } => ErrorKind::NotFound,
            ParallelError::Reserved { .. } => ErrorKind::Invalid,
            _ => ErrorKind::Refused,
        }
    }
}
