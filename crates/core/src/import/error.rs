//! Why a file as a whole can't be read. What is wrong with single lines is a [`Refusal`](super::Refusal) instead.

use smol_str::SmolStr;

use super::steady::Changed;
use crate::ErrorCode;

/// What is wrong with a file, or with how it is said to be written. Each message names what is wrong and the way out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, ErrorCode)]
#[error_code(engine = "core")]
#[non_exhaustive]
pub enum FileError {
    /// The file can't be read.
    #[error("the file can't be read: {why}")]
    #[kind(Unavailable)]
    #[code("import_unreadable")]
    Unreadable {
        /// What the system says.
        why: String,
    },
    /// The report can't be written.
    #[error("the report can't be written: {why}")]
    #[kind(Unavailable)]
    #[code("import_unwritable")]
    Unwritable {
        /// What the system says.
        why: String,
    },
    /// The file is no text in the encoding that the mapping names.
    #[error("the file is {found}: save it as CSV in UTF-8, or name its encoding in the mapping")]
    #[kind(Invalid)]
    #[code("import_encoding")]
    Encoding {
        /// What it seems to be.
        found: &'static str,
    },
    /// There is nothing in the file.
    #[error("the file has no lines{}: check that it is the right one", .skipped.as_str())]
    #[kind(Invalid)]
    #[code("import_empty")]
    Empty {
        /// How many lines were left out, as text.
        skipped: SmolStr,
    },
    /// A column that the mapping names is not there.
    #[error("the file has no column {column}, which the mapping names for {field}: it has {known}")]
    #[kind(Invalid)]
    #[code("import_no_column")]
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
    #[kind(Invalid)]
    #[code("import_ambiguous_column")]
    AmbiguousColumn {
        /// The column.
        column: SmolStr,
    },
    /// The mapping contradicts itself.
    #[error("the mapping's {field}: {why}")]
    #[kind(Invalid)]
    #[code("import_mapping")]
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
    #[kind(Invalid)]
    #[code("import_too_long")]
    TooLong {
        /// Where it begins.
        line: u64,
    },
    /// More lines than are read at once.
    #[error("the file has more than {most} lines: split it")]
    #[kind(Invalid)]
    #[code("import_too_many_lines")]
    TooManyLines {
        /// The most.
        most: usize,
    },
    /// The file is not any more what it was when it was opened.
    #[error(
        "the file has changed since it was opened (around byte {byte}): let whoever writes it finish, and import it anew; what was taken of it stands"
    )]
    #[kind(Conflict)]
    #[code("import_file_changed")]
    FileChanged {
        /// Where the part begins that is another.
        byte: u64,
    },
    /// A byte that no text has.
    #[error(
        "line {line} has a NUL in it, at its byte {column}: the file is no text, or UTF-16; take it out, or save the file as CSV in UTF-8"
    )]
    #[kind(Invalid)]
    #[code("import_no_text")]
    NoText {
        /// The line, from 1.
        line: u64,
        /// The byte of the line, from 1.
        column: u64,
    },
}

impl From<std::io::Error> for FileError {
    fn from(error: std::io::Error) -> FileError {
        if let Some(changed) = error.get_ref().and_then(|inner| inner.downcast_ref::<Changed>()) {
            return FileError::FileChanged { byte: changed.byte };
        }
        FileError::Unreadable { why: error.to_string() }
    }
}
