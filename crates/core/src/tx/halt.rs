//! Why an act stops without a decision of its own.

use crate::ErrorKind;
use crate::policy::Denial;
use crate::store::{DecodeError, StoreError};

/// What an engine passes on, never answers: the driver knows what to do.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Halt {
    /// Something is not loaded yet. The driver loads it and runs the act again.
    #[error("something is not loaded yet: the driver loads it and runs the act again")]
    Missing,
    /// The command was carried out before. The driver returns the answer it got then.
    #[error("the command was carried out before")]
    Replayed,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Who acts may not. Unlike the others a refusal: it is checked before it is believed, and [`Tx::attempt`](crate::Tx::attempt)
    /// takes back what it concerns and goes on.
    #[error(transparent)]
    Denied(#[from] Box<Denial>),
    /// A decision can't rest on this scan: no guard of the table covers it.
    #[error("table {table}: no guard covers the scanned range; declare one, or use peek_scan")]
    Unguarded {
        /// The table.
        table: &'static str,
    },
    /// A value that no store can keep.
    #[error("{table}.{column}: {why}")]
    Unstorable {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// Why.
        why: &'static str,
    },
    /// A command from before there were computers to record it: ids count time from 1970.
    #[error("a command is recorded in 1970 or later, not at {time}: set the clock right")]
    TooEarly {
        /// The envelope's time.
        time: crate::Timestamp,
    },
    /// The program is wrong.
    #[error("a mistake in the program: {0}")]
    Bug(String),
}

impl Halt {
    /// A stable code.
    ///
    /// ```
    /// use fondaco_core::store::StoreError;
    /// use fondaco_core::{ErrorKind, Halt};
    ///
    /// let gone = Halt::from(StoreError::SnapshotGone);
    /// assert_eq!((gone.code(), gone.kind()), ("store.snapshot_gone", ErrorKind::Unavailable));
    /// let unguarded = Halt::Unguarded { table: "shelf" };
    /// assert_eq!((unguarded.code(), unguarded.kind()), ("core.unguarded", ErrorKind::Bug));
    /// ```
    pub fn code(&self) -> &'static str {
        match self {
            Halt::Missing => "core.missing",
            Halt::Replayed => "core.replayed",
            Halt::Store(error) => error.code(),
            Halt::Denied(denial) => denial.code(),
            Halt::Unguarded { .. } => "core.unguarded",
            Halt::Unstorable { .. } => "core.unstorable",
            Halt::TooEarly { .. } => "core.too_early",
            Halt::Bug(_) => "core.bug",
        }
    }

    /// What the caller can do about it.
    ///
    /// ```
    /// use fondaco_core::{ErrorKind, Halt};
    /// let (table, column, why) = ("shelf", "label", "texts may not hold the NUL character");
    /// let halt = Halt::Unstorable { table, column, why };
    /// assert_eq!(halt.kind(), ErrorKind::Invalid); // mend the input and call again
    /// ```
    pub fn kind(&self) -> ErrorKind {
        match self {
            Halt::Store(error) => error.kind(),
            Halt::Unstorable { .. } | Halt::TooEarly { .. } => ErrorKind::Invalid,
            Halt::Denied(_) => ErrorKind::Refused,
            _ => ErrorKind::Bug,
        }
    }
}

impl Halt {
    /// Whether it is a refusal of this act, or of one item of it, and no failure.
    ///
    /// ```
    /// use fondaco_core::Halt;
    /// assert!(!Halt::Bug("a branch that can't be reached".into()).is_refusal());
    /// ```
    pub fn is_refusal(&self) -> bool {
        matches!(self, Halt::Denied(_))
    }

    /// Whether it comes of what the act does, and would come again: a mistake of the program, damage, what can't be stored. Else it is the
    /// store's or the clock's state, which passes.
    pub(crate) fn is_of_act(&self) -> bool {
        match self {
            Halt::Bug(_) | Halt::Unguarded { .. } | Halt::Unstorable { .. } => true,
            Halt::Store(error) => {
                !matches!(error.kind(), ErrorKind::Unavailable | ErrorKind::Conflict)
            }
            Halt::Missing | Halt::Replayed | Halt::Denied(_) | Halt::TooEarly { .. } => false,
        }
    }

    /// A denial, with what it was about.
    pub(crate) fn about(mut self, about: Option<&smol_str::SmolStr>) -> Halt {
        if let Halt::Denied(denial) = &mut self {
            denial.about = about.cloned();
        }
        self
    }
}

impl From<DecodeError> for Halt {
    fn from(error: DecodeError) -> Halt {
        Halt::Store(error.into())
    }
}

/// An engine's error: its own refusals, and [`Halt`] passed on untouched.
///
/// ```
/// use fondaco_core::{ActError, ErrorKind, Halt};
///
/// #[derive(Debug, thiserror::Error)]
/// enum ShelfError {
///     #[error("shelf {0} is full: choose another")]
///     Full(i64),
///     #[error(transparent)]
///     Halt(#[from] Halt),
/// }
///
/// impl ActError for ShelfError {
///     fn halt(&self) -> Option<&Halt> {
///         if let ShelfError::Halt(halt) = self { Some(halt) } else { None }
///     }
///     fn code(&self) -> &'static str {
///         match self { ShelfError::Full(_) => "shelf.full", ShelfError::Halt(halt) => halt.code() }
///     }
///     fn kind(&self) -> ErrorKind {
///         match self { ShelfError::Full(_) => ErrorKind::Refused, ShelfError::Halt(halt) => halt.kind() }
///     }
/// }
/// ```
pub trait ActError: From<Halt> + std::error::Error {
    /// The halt, when it is one.
    fn halt(&self) -> Option<&Halt>;
    /// A stable code, as `engine.what_is_wrong`.
    fn code(&self) -> &'static str;
    /// What the caller can do about it.
    fn kind(&self) -> ErrorKind;
}

impl ActError for Halt {
    fn halt(&self) -> Option<&Halt> {
        Some(self)
    }
    fn code(&self) -> &'static str {
        Halt::code(self)
    }
    fn kind(&self) -> ErrorKind {
        Halt::kind(self)
    }
}
