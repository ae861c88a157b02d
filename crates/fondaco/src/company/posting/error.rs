//! Why a document can't be posted.

use fondaco_core::{ErrorCode, MoneyError};
use smol_str::SmolStr;

use super::{BusinessEvent, Figure, Role};

/// What is wrong with a table of postings, or lacks in the rules of accounts.
#[derive(Debug, Clone, PartialEq, thiserror::Error, ErrorCode)]
#[error_code(engine = "company")]
#[non_exhaustive]
pub enum PostingError {
    /// A table that can't be read.
    #[error("table of postings, line {line}: {why}")]
    #[kind(Invalid)]
    BadTable {
        /// The line, from 1.
        line: u32,
        /// What is wrong with it.
        why: String,
    },
    /// No rule says which account plays a role.
    #[error(
        "{document}: the {figure} of a {event} goes to {role}, and no rule says which account that is{place}: add one with SetAccounts",
        figure = figure.code(), event = event.code(), role = role.code()
    )]
    #[kind(Refused)]
    NoAccount {
        /// The document.
        document: SmolStr,
        /// The event.
        event: BusinessEvent,
        /// The figure.
        figure: Figure,
        /// The role.
        role: Role,
        /// Where: what the rules could have named.
        place: String,
    },
    /// Figures that can't be added up.
    #[error("{document}: {error}")]
    #[kind(Invalid)]
    Amount {
        /// The document.
        document: SmolStr,
        /// What is wrong.
        error: MoneyError,
    },
    /// Parts that fall due one after the other, and are not all that does.
    #[error(
        "{document}: the parts that fall due are {parts} in all, and {total} is owed: they must be the same"
    )]
    #[kind(Invalid)]
    Instalments {
        /// The document.
        document: SmolStr,
        /// What the parts sum to.
        parts: fondaco_core::Money,
        /// What is owed.
        total: fondaco_core::Money,
    },
}
