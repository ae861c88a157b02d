//! Why an import as a whole is refused.

use fondaco_core::import::FileError;
use fondaco_core::{ErrorCode, Halt};

use crate::CrmError;

/// An import that can't begin or go on. What is wrong with lines is noted, and does not end it.
#[derive(Debug, thiserror::Error, ErrorCode)]
#[error_code(engine = "crm")]
#[non_exhaustive]
pub enum ImportError {
    /// The file, or the mapping.
    #[error(transparent)]
    #[inner]
    File(#[from] FileError),
    /// What the CRM refuses as a whole.
    #[error(transparent)]
    #[inner]
    Crm(Box<CrmError>),
    /// Nothing of the CRM's: the store, a right, an interruption.
    #[error(transparent)]
    #[halt]
    Halt(#[from] Halt),
}

impl From<CrmError> for ImportError {
    fn from(error: CrmError) -> ImportError {
        match error {
            CrmError::Halt(halt) => ImportError::Halt(halt),
            error => ImportError::Crm(Box::new(error)),
        }
    }
}
