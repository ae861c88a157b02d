//! Why an import as a whole does not go on. What is wrong with single lines is in the report instead.

use fondaco_core::import::FileError;
use fondaco_core::job::JobError;
use fondaco_core::{ActError, ErrorKind, Halt};
use smol_str::SmolStr;

use crate::ledger::LedgerError;

/// What ends an import. Each message names what is wrong and the way out.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// What is wrong with the file as a whole, or with how the mapping says it is written.
    #[error(transparent)]
    File(#[from] FileError),
    /// More accounts than a chart has.
    #[error("the file has more than {most} accounts: split it")]
    TooManyAccounts {
        /// The most.
        most: usize,
    },
    /// A chart whose lines are no names and codes.
    #[error(
        "with line {line} the file's accounts take more than {most} bytes: check that it is a chart of accounts, or split it"
    )]
    ChartTooLarge {
        /// The line.
        line: u64,
        /// The most, in bytes.
        most: usize,
    },
    /// Lines were refused when the file was checked.
    #[error(
        "nothing was booked: {lines} lines are refused; mend the file and import it under a new name, or mend the books and run it again"
    )]
    Refused {
        /// How many lines.
        lines: i64,
    },
    /// The file was checked, and now a line of it is refused all the same.
    #[error(
        "line {line} passed the check and is refused now, {code}: the books have changed since, and what was booked of the file stands; mend the books, not the file, and run the import again, it goes on there"
    )]
    Changed {
        /// The first line.
        line: u64,
        /// The code of its refusal.
        code: SmolStr,
    },
    /// The ledger's refusal of all of it, or a [`Halt`].
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

impl From<Halt> for ImportError {
    fn from(halt: Halt) -> ImportError {
        ImportError::Ledger(halt.into())
    }
}

impl From<std::io::Error> for ImportError {
    fn from(error: std::io::Error) -> ImportError {
        FileError::from(error).into()
    }
}

/// For hosts that keep one error.
impl From<ImportError> for JobError<ImportError> {
    fn from(error: ImportError) -> JobError<ImportError> {
        JobError::Act(error)
    }
}

impl ActError for ImportError {
    fn halt(&self) -> Option<&Halt> {
        if let ImportError::Ledger(error) = self { error.halt() } else { None }
    }

    fn code(&self) -> &'static str {
        match self {
            ImportError::File(error) => error.code(),
            ImportError::TooManyAccounts { .. } => "accounting.import_too_many_accounts",
            ImportError::ChartTooLarge { .. } => "accounting.import_chart_too_large",
            ImportError::Refused { .. } => "accounting.import_refused",
            ImportError::Changed { .. } => "accounting.import_changed",
            ImportError::Ledger(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            ImportError::File(error) => error.kind(),
            ImportError::Refused { .. } | ImportError::Changed { .. } => ErrorKind::Refused,
            ImportError::Ledger(error) => error.kind(),
            _ => ErrorKind::Invalid,
        }
    }
}
