//! Why a confirmation does not confirm, or could not be made.

use fondaco_core::ErrorKind;
use fondaco_core::proof::ProofError;

use crate::ledger::LedgerError;
use fondaco_core::ActError;

/// Why a confirmation does not confirm, or could not be made.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum ConfirmationError {
    /// The text is no confirmation, or its parts do not belong together.
    #[error("this is no confirmation as it was made: {why}; get it again from whoever made it")]
    Malformed {
        /// Why.
        why: String,
    },
    /// What is said is not what is proven.
    #[error(
        "{what} is said to be {said}, and by what is proven it is {proven}: the confirmation was changed, or made wrongly"
    )]
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
    Proof(#[from] ProofError),
    /// The statement could not be read.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

impl ConfirmationError {
    pub(super) fn malformed(error: &serde_json::Error) -> ConfirmationError {
        ConfirmationError::Malformed { why: error.to_string() }
    }

    /// The stable code.
    ///
    /// ```
    /// use fondaco_accounting::confirmation::Confirmation;
    /// let error = "{}".parse::<Confirmation>().unwrap_err();
    /// assert_eq!(error.code(), "accounting.confirmation_malformed");
    /// ```
    pub fn code(&self) -> &'static str {
        match self {
            ConfirmationError::Malformed { .. } => "accounting.confirmation_malformed",
            ConfirmationError::Differs { .. } => "accounting.confirmation_differs",
            ConfirmationError::Proof(error) => error.code(),
            ConfirmationError::Ledger(error) => error.code(),
        }
    }

    /// What the caller can do about it.
    pub fn kind(&self) -> ErrorKind {
        match self {
            ConfirmationError::Malformed { .. } => ErrorKind::Invalid,
            ConfirmationError::Differs { .. } => ErrorKind::Corrupt,
            ConfirmationError::Proof(error) => error.kind(),
            ConfirmationError::Ledger(error) => error.kind(),
        }
    }
}
