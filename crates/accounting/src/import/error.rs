//! Why an import as a whole does not go on. What is wrong with single lines is in the report instead.

use fondaco_core::job::JobError;
use fondaco_core::{ActError, ErrorKind, Halt};
use smol_str::SmolStr;

use super::steady::Changed;
use crate::ledger::LedgerError;

/// What ends an import. Each message names what is wrong and the way out.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// The file can't be read.
    #[error("the file can't be read: {why}")]
    Unreadable {
        /// What the system says.
        why: String,
    },
    /// The report can't be written.
    #[error("the report can't be written: {why}")]
    Unwritable {
        /// What the system says.
        why: String,
    },
    /// The file is no text in the encoding that the mapping names.
    #[error("the file is {found}: save it as CSV in UTF-8, or name its encoding in the mapping")]
    Encoding {
        /// What it seems to be.
        found: &'static str,
    },
    /// There is nothing in the file.
    #[error("the file has no lines{}: check that it is the right one", .skipped.as_str())]
    Empty {
        /// How many lines were left out, as text.
        skipped: SmolStr,
    },
    /// A column that the mapping names is not there.
    #[error("the file has no column {column}, which the mapping names for {field}: it has {known}")]
    NoColumn {
        /// The column.
        column: SmolStr,
        /// What for.
        field: &'static str,
        /// The columns of the file.
        known: SmolStr,
    },
    /// Two columns have the same name.
    #[error("the file has several columns {column}: name it by its position")]
    AmbiguousColumn {
        /// The column.
        column: SmolStr,
    },
    /// The mapping contradicts itself.
    #[error("the mapping's {field}: {why}")]
    Mapping {
        /// Which field.
        field: &'static str,
        /// Why, and the way out.
        why: String,
    },
    /// A record without an end.
    #[error(
        "line {line} begins a record of more than {} bytes: is a quote not closed?",
        super::lines::MAX_RECORD
    )]
    TooLong {
        /// Where it begins.
        line: u64,
    },
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
    /// All or nothing: it was nothing.
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
    /// The file is not any more what it was when it was opened.
    #[error(
        "the file has changed since it was opened (around byte {byte}): let whoever writes it finish, and import it anew; what was booked of it stands"
    )]
    FileChanged {
        /// Where the part begins that is another.
        byte: u64,
    },
    /// A byte that no text has.
    #[error(
        "line {line} has a NUL in it, at its byte {column}: the file is no text, or UTF-16; take it out, or save the file as CSV in UTF-8"
    )]
    NoText {
        /// The line, from 1.
        line: u64,
        /// The byte of the line, from 1.
        column: u64,
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
        if let Some(changed) = error.get_ref().and_then(|inner| inner.downcast_ref::<Changed>()) {
            return ImportError::FileChanged { byte: changed.byte };
        }
        ImportError::Unreadable { why: error.to_string() }
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
            ImportError::Unreadable { .. } => "accounting.import_unreadable",
            ImportError::Unwritable { .. } => "accounting.import_unwritable",
            ImportError::Encoding { .. } => "accounting.import_encoding",
            ImportError::Empty { .. } => "accounting.import_empty",
            ImportError::NoColumn { .. } => "accounting.import_no_column",
            ImportError::AmbiguousColumn { .. } => "accounting.import_ambiguous_column",
            ImportError::Mapping { .. } => "accounting.import_mapping",
            ImportError::TooLong { .. } => "accounting.import_too_long",
            ImportError::TooManyAccounts { .. } => "accounting.import_too_many_accounts",
            ImportError::ChartTooLarge { .. } => "accounting.import_chart_too_large",
            ImportError::Refused { .. } => "accounting.import_refused",
            ImportError::Changed { .. } => "accounting.import_changed",
            ImportError::FileChanged { .. } => "accounting.import_file_changed",
            ImportError::NoText { .. } => "accounting.import_no_text",
            ImportError::Ledger(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            ImportError::Unreadable { .. } | ImportError::Unwritable { .. } => {
                ErrorKind::Unavailable
            }
            ImportError::Refused { .. } | ImportError::Changed { .. } => ErrorKind::Refused,
            ImportError::FileChanged { .. } => ErrorKind::Conflict,
            ImportError::Ledger(error) => error.kind(),
            _ => ErrorKind::Invalid,
        }
    }
}
