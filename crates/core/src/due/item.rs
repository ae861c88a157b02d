//! What is on the queue.

use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use smol_str::SmolStr;

use crate::report::{Cell, Column, Listed, Row, word};
use crate::store::{Json, Record};
use crate::{Halt, Id, Reading, Timestamp};

/// What names an item for people and engines: its kind and its subject.
pub type DueKey = (SmolStr, SmolStr);

/// Something that happens by the clock.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "due_item", kind = state, key(kind, subject), index(by_time(kind, try_at)))]
pub struct DueItem {
    /// Which handler carries it out, as `engine.what`: `ledger.reversal`.
    pub kind: SmolStr,
    /// What it is about; a kind has one item per subject.
    pub subject: SmolStr,
    /// Names this putting on the queue: another whenever the item is put or moved. The command that carries it out has its
    /// id from here.
    pub id: Id<DueItem>,
    /// When it is due.
    pub at: Timestamp,
    /// When it is tried next: `at`, or later after a refusal. `None` for an item that is held after one.
    pub try_at: Option<Timestamp>,
    /// What else its handler needs: JSON without anything personal.
    pub payload: Option<Json>,
    /// How often its handler refused since it was put or moved.
    pub tries: u32,
    /// The code of the last refusal.
    pub refused: Option<SmolStr>,
}

/// What of it people look at: what is due, when, when it is tried, and why it was refused.
impl Listed for DueItem {
    fn columns() -> Vec<Column> {
        let first = ["Kind", "Subject", "Due", "Next try"].map(|name| Column::text(word(name)));
        let last = [Column::count(word("Tries")), Column::text(word("Refused"))];
        first.into_iter().chain(last).collect()
    }

    fn row(&self) -> Row {
        Row::new([
            Cell::from(&self.kind),
            Cell::from(&self.subject),
            Cell::text(self.at.to_string()),
            self.try_at.map_or_else(|| word("held"), |at| Cell::text(at.to_string())),
            self.tries.into(),
            self.refused.as_ref().into(),
        ])
    }
}

impl DueItem {
    /// What names it.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// use fondaco_core::due::Due;
    /// # run(|tx| {
    /// tx.due(Due::new("shop.reminder", "shelf/1", tx.now()))?;
    /// let item = tx.due_item("shop.reminder", "shelf/1")?.unwrap();
    /// assert_eq!(item.due_key(), ("shop.reminder".into(), "shelf/1".into()));
    /// # Ok(()) });
    /// ```
    pub fn due_key(&self) -> DueKey {
        (self.kind.clone(), self.subject.clone())
    }

    /// The payload as a value; `None` when there is none.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// use fondaco_core::due::Due;
    /// # run(|tx| {
    /// tx.due(Due::new("shop.count", "shelf/1", tx.now()).with(&(7, "door"))?)?;
    /// let item = tx.due_item("shop.count", "shelf/1")?.unwrap();
    /// assert_eq!(item.payload::<(i64, String)>()?, Some((7, "door".to_string())));
    /// assert!(item.payload::<bool>().is_err());
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    /// A [`Halt`] of kind `Corrupt` when it is no such value.
    pub fn payload<T: DeserializeOwned>(&self) -> Result<Option<T>, Halt> {
        let value = self.payload.as_ref().map(Json::to).transpose();
        Ok(value.map_err(|error| error.in_column(DueItem::TABLE.name, "payload"))?)
    }
}

/// When the newest tick was that did something: what tells a tick from the past.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "due_clock", kind = state, key(clock))]
pub struct DueClock {
    /// Which clock: `main`.
    pub clock: SmolStr,
    /// Its time.
    pub ticked: Timestamp,
}

impl DueClock {
    /// The key of the one clock.
    pub(super) fn main() -> SmolStr {
        SmolStr::new_static("main")
    }

    pub(super) fn at(ticked: Timestamp) -> DueClock {
        DueClock { clock: DueClock::main(), ticked }
    }

    /// The newest tick's time.
    pub(super) fn peek(read: &mut impl Reading) -> Result<Option<Timestamp>, Halt> {
        let clock: Option<Arc<DueClock>> = read.peek(&DueClock::main())?;
        Ok(clock.map(|clock| clock.ticked))
    }
}

/// An item to be put on the queue.
///
/// ```
/// use fondaco_core::Timestamp;
/// use fondaco_core::due::Due;
/// let at: Timestamp = "2026-07-01T08:00:00Z".parse()?;
/// let due = Due::new("crm.reminder", "lead/51921", at).with(&"call back")?;
/// assert_eq!((due.kind.as_str(), due.subject.as_str(), due.at), ("crm.reminder", "lead/51921", at));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// See [`DueItem::kind`].
    pub kind: SmolStr,
    /// See [`DueItem::subject`].
    pub subject: SmolStr,
    /// See [`DueItem::at`].
    pub at: Timestamp,
    /// See [`DueItem::payload`].
    pub payload: Option<Json>,
}

impl Due {
    /// Nobody finds what has no name.
    pub(super) fn check(&self) -> Result<(), Halt> {
        match self.kind.is_empty() || self.subject.is_empty() {
            true => Err(Halt::Bug(format!(
                "what is put on the queue has a kind and a subject, not {:?} and {:?}",
                self.kind, self.subject
            ))),
            false => Ok(()),
        }
    }

    /// An item of `kind` about `subject`, due at `at`.
    pub fn new(kind: impl Into<SmolStr>, subject: impl Into<SmolStr>, at: Timestamp) -> Due {
        Due { kind: kind.into(), subject: subject.into(), at, payload: None }
    }

    /// What else its handler needs. Nothing personal: the queue has no erasure.
    ///
    /// # Errors
    /// [`Halt::Bug`] when the value is none that JSON can hold.
    pub fn with<T: Serialize + ?Sized>(mut self, payload: &T) -> Result<Due, Halt> {
        let json = Json::of(payload);
        let none = || Halt::Bug(format!("the payload of {} is nothing JSON can hold", self.kind));
        self.payload = Some(json.ok_or_else(none)?);
        Ok(self)
    }

    pub(super) fn into_item(self, id: Id<DueItem>) -> DueItem {
        let Due { kind, subject, at, payload } = self;
        DueItem { kind, subject, id, at, try_at: Some(at), payload, tries: 0, refused: None }
    }
}
