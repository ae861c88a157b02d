//! Why a level can't be shown.

use fondaco_core::{ErrorCode, ItemId};

/// What is wrong with a question about what there is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, ErrorCode)]
#[error_code(engine = "inventory")]
#[non_exhaustive]
pub enum LevelError {
    /// A balance beyond what a quantity can be.
    #[error(
        "what there was of item {item} comes to more than 9,223,372,036,854: choose a larger stock unit"
    )]
    #[kind(Refused)]
    LevelTooLarge {
        /// The item.
        item: ItemId,
    },
}
