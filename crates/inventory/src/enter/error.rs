//! Why something can't be entered.

use fondaco_core::ErrorCode;
use smol_str::SmolStr;

/// What is wrong with what is entered, besides what its items and moves are refused for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, ErrorCode)]
#[error_code(engine = "inventory")]
#[non_exhaustive]
pub enum EnterError {
    /// More lines than one command takes.
    #[error("{count} lines are more than the {most} that one command takes: enter them in parts")]
    #[kind(Invalid)]
    #[code("too_many_entered")]
    TooManyLines {
        /// How many.
        count: usize,
        /// The most.
        most: usize,
    },
    /// No item has this code.
    #[error("there is no item of the code {code}: enter it first, or correct the code")]
    #[kind(NotFound)]
    UnknownItemCode {
        /// The code.
        code: SmolStr,
    },
    /// An item of this code is there, and it is another.
    #[error(
        "there is an item {code} already, with another {field}: leave it out, or change that item"
    )]
    #[kind(Conflict)]
    OtherItem {
        /// The code.
        code: SmolStr,
        /// What differs.
        field: &'static str,
    },
    /// A code that stands for something further up.
    #[error("item {code} is entered twice: leave one out")]
    #[kind(Invalid)]
    EnteredTwice {
        /// The code.
        code: SmolStr,
    },
    /// Opening stock of a place where some of it was moved already.
    #[error("item {item} was moved in {location} already: count what is there instead")]
    #[kind(Refused)]
    AlreadyMoved {
        /// The item's code.
        item: SmolStr,
        /// The location's code.
        location: SmolStr,
    },
}
