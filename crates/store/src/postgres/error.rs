//! PostgreSQL's failures in the words of the port: what may work later, what is somebody's race, what is not known.

use std::time::Duration;

use fondaco_core::store::{DecodeError, Refusal, StoreError};
use postgres::error::{DbError, Severity, SqlState};

/// A failure on the way: the store's own word, or PostgreSQL's, which is translated at the edge.
#[derive(Debug)]
pub(super) enum Failure {
    Store(StoreError),
    Sql(postgres::Error),
    /// For so long the server did not answer, on a connection that stays open.
    Silent(Duration),
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

impl From<postgres::Error> for Failure {
    fn from(error: postgres::Error) -> Failure {
        Failure::Sql(error)
    }
}

impl Failure {
    /// The failure as the port names it.
    pub(super) fn named(self) -> StoreError {
        match self {
            Failure::Store(error) => error,
            Failure::Sql(error) => translate(&error),
            Failure::Silent(time) => unavailable(format!(
                "PostgreSQL did not answer within {time:?}: look after the server and what lies before it, or give it longer \
                 (PostgresOptions::patience)"
            )),
        }
    }

    fn code(&self) -> Option<&SqlState> {
        let Failure::Sql(error) = self else { return None };
        error.code()
    }

    /// Whether a row's key exists already.
    pub(super) fn is_taken_key(&self) -> bool {
        self.code() == Some(&SqlState::UNIQUE_VIOLATION)
    }

    /// Whether the same transaction, begun anew, may well succeed: it lost to another, or its plan was made for tables that
    /// have changed since.
    pub(super) fn is_race(&self) -> bool {
        let races = [
            &SqlState::T_R_SERIALIZATION_FAILURE,
            &SqlState::T_R_DEADLOCK_DETECTED,
            &SqlState::FEATURE_NOT_SUPPORTED,
        ];
        self.code().is_some_and(|code| races.contains(&code))
    }

    /// Whether the server is no longer there, or says that it goes: the connection is of no more use.
    pub(super) fn is_lost(&self) -> bool {
        match self {
            Failure::Store(_) => false,
            Failure::Silent(_) => true,
            // Without a word of the server's, it was not the server that spoke: the wire, or our own client.
            Failure::Sql(error) => error.as_db_error().map_or(!is_of_a_value(error), ends_all),
        }
    }

    /// Whether the server itself refused a statement, so that another might succeed.
    pub(super) fn is_of_a_statement(&self) -> bool {
        self.code().is_some() && !self.is_lost()
    }
}

/// Whether an error is the connection's last, or says itself that nobody knows what became of the statement.
fn ends_all(error: &DbError) -> bool {
    let code = error.code().code();
    let last = matches!(error.parsed_severity(), Some(Severity::Fatal | Severity::Panic));
    last || code.starts_with("08") || code.starts_with("57P") || code == "40003"
}

/// Whether the client could not make a value of what came, or of what was to be sent: nothing is wrong with the connection. It
/// tells its kinds of errors by their words alone.
fn is_of_a_value(error: &postgres::Error) -> bool {
    let said = error.to_string();
    let values = ["error deserializing column", "invalid column", "error serializing parameter"];
    values.iter().any(|words| said.starts_with(words))
}

/// Somebody changed the tables by hand, or the disk lied.
pub(super) fn damaged(what: impl Into<String>) -> Failure {
    Failure::Store(StoreError::Corrupt(what.into()))
}

pub(super) fn misused(what: impl Into<String>) -> Failure {
    Failure::Store(StoreError::Misused(what.into()))
}

pub(super) fn unavailable(what: impl Into<String>) -> StoreError {
    StoreError::Unavailable(what.into())
}

/// The message of PostgreSQL without its detail, which may show what rows hold.
fn translate(error: &postgres::Error) -> StoreError {
    let Some(said) = error.as_db_error() else {
        let cause = std::error::Error::source(error).map(|cause| format!(": {cause}"));
        let why = format!("PostgreSQL: {error}{}", cause.unwrap_or_default());
        return if is_of_a_value(error) { StoreError::Corrupt(why) } else { unavailable(why) };
    };
    let (code, message) = (said.code().code(), said.message());
    let later = |what: &str| unavailable(format!("{what} (PostgreSQL {code}: {message})"));
    match code {
        "40001" | "40P01" => StoreError::Refused(Box::<Refusal>::default()),
        "55P03" | "57014" => later("another transaction holds a lock for too long"),
        "54000" => StoreError::Misused(format!(
            "a value of a key or an index is too long for PostgreSQL, which takes some 2,700 bytes ({message})"
        )),
        "42501" => later("this role may not do so: the role that made the tables may"),
        "25006" => later("this server only reads: connect to the one that writes"),
        _ => match code.get(..2) {
            Some("08" | "57") => later("the server is going or gone"),
            Some("53") => later("the server has no room left"),
            Some("28" | "3D") => later("the server does not let us in"),
            Some("22" | "23") => StoreError::Misused(format!(
                "a value does not fit its column (PostgreSQL {code}: {message})"
            )),
            Some("42" | "3F" | "XX") => {
                StoreError::Corrupt(format!("PostgreSQL {code}: {message}"))
            }
            _ => later("PostgreSQL refused"),
        },
    }
}
