//! What can go wrong at the store port.

use chrono::NaiveDate;
use smol_str::SmolStr;

use super::{Key, KeyBytes, Row, Seen};
use crate::{CommandId, CompanyId, ErrorCode};

/// Why a store refused or failed.
#[derive(Debug, Clone, thiserror::Error, ErrorCode)]
#[error_code(engine = "store")]
#[non_exhaustive]
pub enum StoreError {
    /// The batch was decided on something that no longer holds, or that the store alone could see. Nothing was stored;
    /// the driver runs the act again with what it learnt.
    #[error("the batch no longer fits what is stored: {0}")]
    #[kind(Conflict)]
    Refused(Box<Refusal>),
    /// An insert hit a row whose absence the act had not seen.
    #[error("{key:?} exists already: read it before inserting, or insert under another key")]
    #[kind(Bug)]
    Exists {
        /// The row.
        key: Key,
    },
    /// The command id was used for a command with other content.
    #[error("command {id} was carried out with other content: give a new command a new id")]
    #[kind(Conflict)]
    CommandReused {
        /// The command.
        id: CommandId,
    },
    /// The held snapshot is gone: released, expired, or lost with the store's restart.
    #[error("the held snapshot is gone: start the view again")]
    #[kind(Unavailable)]
    SnapshotGone,
    /// The store does not know this question.
    #[error("the store can't answer {ask}")]
    #[kind(Bug)]
    Unsupported {
        /// The question.
        ask: &'static str,
    },
    /// A table was not given to `prepare`.
    #[error("table {table} was not prepared: pass it to Store::prepare first")]
    #[kind(Bug)]
    Unprepared {
        /// The table.
        table: SmolStr,
    },
    /// What is stored was written by a newer version of the library.
    #[error(
        "table {table} has layout {found}, this program knows {known}: use a newer version of the program"
    )]
    #[kind(Refused)]
    NewerLayout {
        /// The table.
        table: SmolStr,
        /// The layout found.
        found: u32,
        /// The layout known.
        known: u32,
    },
    /// A sum went beyond what its column can hold.
    #[error("{key:?}: the sum in column {column} is beyond what it can hold")]
    #[kind(Invalid)]
    Overflow {
        /// The counter.
        key: Key,
        /// The column.
        column: SmolStr,
    },
    /// The batch or declaration breaks a rule of the contract.
    #[error("the store was used wrongly: {0}")]
    #[kind(Bug)]
    Misused(String),
    /// Nothing is known to be stored; the same may work later.
    #[error("the store is not available: {0}")]
    #[kind(Unavailable)]
    Unavailable(String),
    /// The host's transaction, in which the store works, can't write any more: what it read, another program changed since, or
    /// waits to change. No trying again within it helps.
    #[error(
        "the host's transaction read what another one changes: roll it back and begin again ({0})"
    )]
    #[kind(Conflict)]
    Stale(String),
    /// Whether the batch was stored is not known: ask for the command id.
    #[error("whether command {id} was stored is not known: {why}; ask again with the same id")]
    #[kind(Unavailable)]
    Unknown {
        /// The command.
        id: CommandId,
        /// What happened.
        why: String,
    },
    /// The company that was to be loaded has commits here.
    #[error(
        "company {company} has commits in this store already: copy it into a store that does not have it"
    )]
    #[kind(Conflict)]
    Occupied {
        /// The company.
        company: CompanyId,
    },
    /// Whoever watched a long work stopped it.
    #[error("stopped by whoever watches: nothing of it is left, start it again when you like")]
    #[kind(Refused)]
    Stopped,
    /// What is stored is damaged, or not ours.
    #[error("the stored data is damaged: {0}")]
    #[kind(Corrupt)]
    Corrupt(String),
}

impl From<DecodeError> for StoreError {
    fn from(error: DecodeError) -> StoreError {
        StoreError::Corrupt(error.to_string())
    }
}

/// All that kept a batch from being stored, so that one more run of the act can meet it all.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Refusal {
    /// Rows that have another version than was seen, with the version they have now.
    pub moved: Vec<Seen>,
    /// Unique index entries that another row holds.
    pub clashes: Vec<Clash>,
    /// Counters below one of their floors, as they stand without the batch; `None` for a counter that does not exist.
    pub short: Vec<(Key, Option<Row>)>,
    /// Series that would run backwards in date.
    pub late: Vec<(SmolStr, NaiveDate)>,
}

impl Refusal {
    /// Whether nothing was refused.
    pub fn is_empty(&self) -> bool {
        self.moved.is_empty()
            && self.clashes.is_empty()
            && self.short.is_empty()
            && self.late.is_empty()
    }

    /// `Ok` when nothing was refused.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// let mut refusal = Refusal::default();
    /// assert!(refusal.is_empty() && refusal.clone().into_result().is_ok());
    /// refusal.moved.push(Seen { key: shelf(1, "door").row_key(), version: 4 });
    /// let error = refusal.into_result().unwrap_err();
    /// assert_eq!(error.to_string(), "the batch no longer fits what is stored: 1 rows moved");
    /// ```
    ///
    /// # Errors
    /// [`StoreError::Refused`] with all that was.
    pub fn into_result(self) -> Result<(), StoreError> {
        if self.is_empty() { Ok(()) } else { Err(StoreError::Refused(Box::new(self))) }
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let counts = [
            (self.moved.len(), "rows moved"),
            (self.clashes.len(), "unique entries are taken"),
            (self.short.len(), "counters are below a floor"),
            (self.late.len(), "series would run backwards in date"),
        ];
        let parts: Vec<String> =
            counts.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")).collect();
        f.write_str(&parts.join(", "))
    }
}

/// A unique index entry that another row holds. `Debug` does not show the entry: it may be personal.
#[derive(Clone, PartialEq, Eq)]
pub struct Clash {
    /// The index, by its position in [`Table::indexes`](super::Table::indexes).
    pub index: usize,
    /// The index columns that are taken.
    pub part: KeyBytes,
    /// The row that holds them.
    pub holder: Key,
    /// The row that wanted them.
    pub wanted: Key,
}

impl std::fmt::Debug for Clash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Clash { index, holder, wanted, .. } = self;
        let mut shown = f.debug_struct("Clash");
        shown.field("index", index).field("holder", holder).field("wanted", wanted);
        shown.finish_non_exhaustive()
    }
}

/// Stored columns that are not what the record expects.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct DecodeError {
    what: String,
}

impl DecodeError {
    /// A key whose bytes are not what its types say.
    ///
    /// ```
    /// use fondaco_core::store::DecodeError;
    /// let error = DecodeError::bad_key("cut short");
    /// assert_eq!(error.to_string(), "a stored key is damaged: cut short");
    /// ```
    pub fn bad_key(what: &str) -> DecodeError {
        DecodeError { what: format!("a stored key is damaged: {what}") }
    }

    /// Found one type where another was expected.
    ///
    /// ```
    /// use fondaco_core::store::DecodeError;
    /// let error = DecodeError::unexpected("text", "i64").in_column("shelf", "number");
    /// assert_eq!(error.to_string(), "shelf.number: found text where i64 was expected");
    /// ```
    pub fn unexpected(found: &str, wanted: &str) -> DecodeError {
        DecodeError { what: format!("found {found} where {wanted} was expected") }
    }

    /// A value of the right type that the field can't hold.
    ///
    /// ```
    /// use fondaco_core::store::{DecodeError, StoreError};
    /// let error = StoreError::from(DecodeError::out_of_range("currency"));
    /// assert_eq!(error.to_string(), "the stored data is damaged: a stored value is no currency");
    /// ```
    pub fn out_of_range(wanted: &str) -> DecodeError {
        DecodeError { what: format!("a stored value is no {wanted}") }
    }

    /// The same, in a named column.
    #[must_use]
    pub fn in_column(self, table: &str, column: &str) -> DecodeError {
        DecodeError { what: format!("{table}.{column}: {}", self.what) }
    }
}
