//! Why a confirmation does not confirm, or could not be made.

use fondaco_core::ErrorCode;
use fondaco_core::proof::ProofError;

use crate::ledger::LedgerError;

/// Why a confirmation does not confirm, or could not be made.
#[derive(Debug, Clone, thiserror::Error, ErrorCode)]
#[error_code(engine = "accounting")]
#[non_exhaustive]
pub enum ConfirmationError {
    /// The text is no confirmation, or its parts do not belong together.
    #[error("this is no confirmation as it was made: {why}; get it again from whoever made it")]
    #[kind(Invalid)]
    #[code("confirmation_malformed")]
    Malformed {
        /// Why.
        why: String,
    },
    /// What is said is not what is proven.
    #[error(
        "{what} is said to be {said}, and by what is proven it is {proven}: the confirmation was changed, or made wrongly"
    )]
    #[kind(Corrupt)]
    #[code("confirmation_differs")]
    Differs {
        /// What, as a path: `statement.currencies[0].movements[3].balance`.
        what: String,
        /// What the confirmation says.
        said: String,
        /// What follows from what is proven.
        proven: String,
    },
    /// A proof does not prove, or could not be made.
    #[error(transparent)]
    #[inner]
    Proof(#[from] ProofError),
    /// The statement could not be read.
    #[error(transparent)]
    #[inner]
    Ledger(#[from] LedgerError),
}

impl ConfirmationError {
    pub(super) fn malformed(error: &serde_json::Error) -> ConfirmationError {
        ConfirmationError::Malformed { why: error.to_string() }
    }
}
