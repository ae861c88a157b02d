//! Why something can't stand where it shall.

use smol_str::SmolStr;

use super::{Branch, MAX_LEVELS};
use crate::ErrorCode;

/// Why a branch can't stand where it shall.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, ErrorCode)]
#[error_code(engine = "core")]
#[non_exhaustive]
pub enum TreeError {
    /// What it shall stand under is not there.
    #[error(
        "{what} {code} can't stand under {parent}: there is no such {what}; open it first, or correct the code"
    )]
    #[kind(NotFound)]
    UnknownParent {
        /// What it is: `location`.
        what: &'static str,
        /// Its code.
        code: SmolStr,
        /// What it shall stand under.
        parent: SmolStr,
    },
    /// It would stand under itself.
    #[error(
        "{what} {code} can't stand under {parent}, which stands under {code} itself: choose another"
    )]
    #[kind(Invalid)]
    #[code("tree_circle")]
    Circle {
        /// What it is: `location`.
        what: &'static str,
        /// Its code.
        code: SmolStr,
        /// What it shall stand under.
        parent: SmolStr,
    },
    /// It, or something under it, would stand too deep.
    #[error("{what} {code} would make more than {MAX_LEVELS} levels: put it higher up")]
    #[kind(Invalid)]
    #[code("tree_too_deep")]
    TooDeep {
        /// What it is: `location`.
        what: &'static str,
        /// Its code.
        code: SmolStr,
    },
}

impl TreeError {
    pub(super) fn unknown_parent<B: Branch>(row: &B, parent: &SmolStr) -> TreeError {
        let (code, parent) = (row.code().clone(), parent.clone());
        TreeError::UnknownParent { what: B::WHAT, code, parent }
    }

    pub(super) fn circle<B: Branch>(row: &B, parent: &SmolStr) -> TreeError {
        let (code, parent) = (row.code().clone(), parent.clone());
        TreeError::Circle { what: B::WHAT, code, parent }
    }

    pub(super) fn too_deep<B: Branch>(row: &B) -> TreeError {
        TreeError::TooDeep { what: B::WHAT, code: row.code().clone() }
    }
}
