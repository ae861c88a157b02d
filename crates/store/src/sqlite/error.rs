//! SQLite's failures in the words of the port: what may work later, what is damaged, what is not known.

use std::fmt;

use fondaco_core::store::{DecodeError, StoreError};
use rusqlite::ErrorCode;

/// A failure on the way: the store's own word, or SQLite's, which is translated once the file's name is known.
#[derive(Debug)]
pub(super) enum Failure {
    Store(StoreError),
    Sql(rusqlite::Error),
}

pub(super) type Outcome<T> = Result<T, Failure>;

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Failure {
        Failure::Store(error)
    }
}

impl From<DecodeError> for Failure {
    fn from(error: DecodeError) -> Failure {
        Failure::Store(error.into())
    }
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Failure {
        Failure::Sql(error)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Store(error) => error.fmt(f),
            Failure::Sql(error) => error.fmt(f),
        }
    }
}

impl Failure {
    /// The failure as the port names it; `file` says where.
    pub(super) fn named(self, file: &dyn fmt::Display) -> StoreError {
        match self {
            Failure::Store(StoreError::Corrupt(what)) => {
                StoreError::Corrupt(format!("{file}: {what}"))
            }
            Failure::Store(StoreError::Unknown { id, why }) => {
                StoreError::Unknown { id, why: format!("{file}: {why}") }
            }
            Failure::Store(error) => error,
            Failure::Sql(error) => translate(&error, file),
        }
    }

    /// Whether SQLite refused a row because its key exists.
    pub(super) fn is_taken_key(&self) -> bool {
        let Failure::Sql(error) = self else { return false };
        error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation)
    }

    /// Whether somebody else has a lock, or wrote since this transaction began to read.
    pub(super) fn is_busy(&self) -> bool {
        let Failure::Sql(error) = self else { return false };
        error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
    }

    /// Whether it is certain that a transaction that ended so was rolled back by SQLite or can be.
    pub(super) fn leaves_nothing(&self) -> bool {
        let Failure::Sql(error) = self else { return true };
        matches!(
            error.sqlite_error_code(),
            Some(
                ErrorCode::DatabaseBusy
                    | ErrorCode::DatabaseLocked
                    | ErrorCode::DiskFull
                    | ErrorCode::ReadOnly
                    | ErrorCode::ConstraintViolation
            )
        )
    }
}

/// Somebody wrote into the tables by hand, or the disk lied.
pub(super) fn damaged(what: impl Into<String>) -> Failure {
    Failure::Store(StoreError::Corrupt(what.into()))
}

pub(super) fn misused(what: impl Into<String>) -> Failure {
    Failure::Store(StoreError::Misused(what.into()))
}

fn translate(error: &rusqlite::Error, file: &dyn fmt::Display) -> StoreError {
    use ErrorCode as Code;
    if let rusqlite::Error::ToSqlConversionFailure(why) = error {
        return StoreError::Misused(why.to_string());
    }
    let Some(code) = error.sqlite_error_code() else {
        return StoreError::Corrupt(format!("{file}: {error}"));
    };
    let later = |what: &str| StoreError::Unavailable(format!("{file}: {what} ({error})"));
    match code {
        Code::DatabaseBusy | Code::DatabaseLocked => {
            later("another program holds the lock for too long")
        }
        Code::DiskFull => later("the disk is full"),
        Code::ReadOnly => later("the file can't be written"),
        Code::CannotOpen => later("the file can't be opened"),
        Code::PermissionDenied => later("the file may not be opened"),
        Code::SystemIoFailure => later("the disk failed"),
        Code::OutOfMemory => later("no memory is left"),
        Code::OperationInterrupted | Code::OperationAborted => later("it was interrupted"),
        Code::NotADatabase => StoreError::Corrupt(format!("{file} is no SQLite file")),
        _ => StoreError::Corrupt(format!("{file}: {error}")),
    }
}
