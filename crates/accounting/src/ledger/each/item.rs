//! Items of a batch, as they are given.

use std::borrow::Cow;

use fondaco_core::digest::DigestError;
use fondaco_core::store::Hash;
use fondaco_core::{Act, Timestamp, Tx, digest};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{RecordedEach, record_each};
use crate::ledger::pending::{NewPending, PostPending, VoidPending};
use crate::ledger::{LedgerError, NewEntry};

/// One item of a [`RecordEach`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Item {
    /// Posts an entry.
    Entry(NewEntry),
    /// Holds an entry.
    Pending(NewPending),
    /// Posts a pending entry.
    Post(PostPending),
    /// Voids a pending entry.
    Void(VoidPending),
}

/// Records entries, pending entries, and what becomes of those, in order: each item is answered by itself.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books();
/// let sale = NewEntry::new("GEN", day("2026-06-01")).debit("1200", eur("10")).credit("4000", eur("10"));
/// let items = vec![
///     Item::Pending(NewPending::new(sale.key("order/1"))),
///     Item::Post(PostPending::new(PendingRef::Key("order/1".into())).key("delivery/1")),
///     Item::Void(VoidPending::new(PendingRef::Key("order/1".into())).key("cancel/1")),
/// ];
/// let answer = books.send("a day's work", &RecordEach::new(items))?.answer.items;
/// assert!(answer[0].is_ok() && answer[1].is_ok());
/// assert_eq!(answer[2].as_ref().unwrap_err().code, "accounting.pending_already_posted");
/// # Ok::<(), LedgerError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RecordEach {
    /// The items, in order.
    pub items: Vec<Item>,
}

impl RecordEach {
    /// Records those of `items` that may be recorded.
    pub fn new(items: Vec<Item>) -> RecordEach {
        RecordEach { items }
    }
}

impl Act for RecordEach {
    type Answer = RecordedEach;
    type Error = LedgerError;

    fn digest(&self) -> Result<Hash, DigestError> {
        digest::of(&("ledger.record_each", &self.items))
    }

    fn act(&self, tx: &mut Tx<'_>) -> Result<RecordedEach, LedgerError> {
        record_each(tx, &self.items)
    }
}

/// An item, wherever it stands.
#[derive(Clone, Copy)]
pub(crate) enum Piece<'p> {
    Entry(&'p NewEntry),
    Pending(&'p NewPending),
    Post(&'p PostPending),
    Void(&'p VoidPending),
}

impl<'p> Piece<'p> {
    pub(crate) fn of(item: &'p Item) -> Piece<'p> {
        match item {
            Item::Entry(new) => Piece::Entry(new),
            Item::Pending(new) => Piece::Pending(new),
            Item::Post(new) => Piece::Post(new),
            Item::Void(new) => Piece::Void(new),
        }
    }

    /// What it is given as: key, linked, instant.
    pub(crate) fn given(self) -> Given<'p> {
        match self {
            Piece::Entry(new) | Piece::Pending(NewPending { entry: new, .. }) => {
                let options = new.options.as_deref();
                Given {
                    key: options.and_then(|options| options.key.as_ref()),
                    linked: options.is_some_and(|options| options.linked),
                    imported_at: options.and_then(|options| options.imported_at),
                }
            }
            Piece::Post(PostPending { options, .. }) | Piece::Void(VoidPending { options, .. }) => {
                let (key, linked) = (options.key.as_ref(), options.linked);
                Given { key, linked, imported_at: options.imported_at }
            }
        }
    }

    /// The entry that it gives, if it gives one.
    pub(crate) fn entry(self) -> Option<Cow<'p, NewEntry>> {
        match self {
            Piece::Entry(new) | Piece::Pending(NewPending { entry: new, .. }) => {
                Some(Cow::Borrowed(new))
            }
            Piece::Post(_) | Piece::Void(_) => None,
        }
    }
}

/// What every item may be given as.
#[derive(Clone, Copy)]
pub(crate) struct Given<'p> {
    pub(crate) key: Option<&'p SmolStr>,
    pub(crate) linked: bool,
    pub(crate) imported_at: Option<Timestamp>,
}
