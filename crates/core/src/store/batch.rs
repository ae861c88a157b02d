//! What an engine hands to a store to be committed, all or nothing.

use std::fmt;
use std::sync::Arc;

use chrono::NaiveDate;
use smol_str::SmolStr;

use super::{Hash, Key, Rows, Salt, Seen, Snapshot, Stored, Value, Version};
use crate::{ActorId, CommandId, CompanyId, Timestamp};

/// One business act, ready to be stored: one atomic commit.
#[non_exhaustive]
pub struct Batch {
    /// Whose rows. A batch belongs to one company.
    pub company: CompanyId,
    /// The command's id: carried out at most once per company.
    pub id: CommandId,
    /// The digest of the command as it was given.
    pub digest: Hash,
    /// The salt of the digest, kept beside it until something personal in the command is erased.
    pub salt: Salt,
    /// The oldest snapshot that the decision rests on: a hint, with which a store may skip the comparison of `seen` when
    /// nothing was committed since. A store with concurrent commits ignores it.
    pub at: Snapshot,
    /// What the decision rests on: each must still have this version when the commit is done.
    pub seen: Vec<Seen>,
    /// Only compare `seen`: store nothing, not even the id.
    pub check: bool,
    /// The changes, at most one per key.
    pub changes: Vec<Change>,
    /// What happened, for audit and outbox, in order.
    pub events: Vec<Event>,
    /// What the caller gets, now and when the same command comes again; small.
    pub answer: Vec<Value>,
    /// Who, and when by the host's clock.
    pub meta: Meta,
}

impl Batch {
    /// An empty batch for a command.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// let store = fondaco_store::Memory::new();
    /// store.prepare(&[Stock::TABLE])?;
    /// let Envelope { id, actor, time } = envelope("delivery/1");
    /// let mut batch = Batch::new(CompanyId::named("acme"), id, Meta::new(actor, time));
    /// let rows = Box::new(vec![Stock { item: 7, pieces: 10 }]);
    /// batch.changes.push(Change::Add { rows, floors: vec![] });
    /// assert_eq!(store.commit(batch)?.position, 1);
    /// # Ok::<(), StoreError>(())
    /// ```
    pub fn new(company: CompanyId, id: CommandId, meta: Meta) -> Batch {
        Batch {
            company,
            id,
            digest: Hash::default(),
            salt: Salt::default(),
            at: Snapshot::default(),
            seen: Vec::new(),
            check: false,
            changes: Vec::new(),
            events: Vec::new(),
            answer: Vec::new(),
            meta,
        }
    }
}

impl fmt::Debug for Batch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Batch");
        out.field("company", &self.company)
            .field("id", &self.id)
            .field("check", &self.check)
            .field("seen", &self.seen);
        out.field("changes", &self.changes)
            .field("events", &self.events)
            .field("answer", &self.answer)
            .finish_non_exhaustive()
    }
}

/// Who did it, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Meta {
    /// Who.
    pub actor: ActorId,
    /// The host's time when the act began.
    pub time: Timestamp,
}

impl Meta {
    /// `actor` at `time`.
    pub fn new(actor: ActorId, time: Timestamp) -> Meta {
        Meta { actor, time }
    }
}

/// One change, of one row or of many rows of one table.
#[non_exhaustive]
pub enum Change {
    /// New rows, sorted by key. Each key must be absent.
    Insert(Box<dyn Rows>),
    /// A `State` row in place of the one that was `seen`.
    Put {
        /// The new row.
        row: Arc<dyn Stored>,
        /// The version it replaces, never 0.
        seen: Version,
    },
    /// Removes a `State` row.
    Delete {
        /// Which.
        key: Key,
        /// The version it removes, never 0.
        seen: Version,
    },
    /// Replaces the personal values of a `Fact` or `State` row by their commitments, frees its entries in indexes on
    /// them, raises the version of a `State` row, and forgets the salt of the digest of the command that wrote the row.
    Erase {
        /// Which.
        key: Key,
    },
    /// Adds to `Counter` rows, which begin at zero, and raises their versions. Rows sorted by key, each key once.
    Add {
        /// For each counter its key, and what is added to each of its columns.
        rows: Box<dyn Rows>,
        /// What must hold for these rows after the whole batch: all of it.
        floors: Vec<Floor>,
    },
    /// Takes `count` numbers from a series, as the last step of the commit.
    Draw {
        /// The series.
        series: SmolStr,
        /// How many.
        count: u32,
        /// The first and the last date that the numbers stand for, when they may not run backwards in date.
        dates: Option<(NaiveDate, NaiveDate)>,
    },
}

impl fmt::Debug for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Change::Insert(rows) => write!(f, "insert {} {}", rows.len(), rows.table().name),
            Change::Put { row, seen } => write!(f, "put {:?} over {seen}", row.row_key()),
            Change::Delete { key, seen } => write!(f, "delete {key:?} at {seen}"),
            Change::Erase { key } => write!(f, "erase {key:?}"),
            Change::Add { rows, floors } => {
                write!(f, "add to {} {} {floors:?}", rows.len(), rows.table().name)
            }
            Change::Draw { series, count, .. } => write!(f, "draw {count} of {series}"),
        }
    }
}

/// A limit on the counters of an addition: for each of them the sum of `terms` may not be less than `min`.
///
/// The columns of one floor have the same digits, and `min` counts the same unit.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Floor {
    /// Columns, each added (`+1`) or subtracted (`-1`).
    pub terms: Vec<(usize, i8)>,
    /// The least sum that is allowed.
    pub min: Least,
}

/// The least that is allowed: so that a batch which judged thousands of counters, each by a line of its own, is one addition.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Least {
    /// The same for all rows of the addition.
    Of(i64),
    /// One for each row, in their order; `None` for a row that this floor is not under.
    Each(Vec<Option<i64>>),
}

impl Floor {
    /// A floor of `min` under the sum of `terms`, for all rows of the addition.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// let never_below_zero = Floor::new(&[(1, 1)], 0); // column 1 of a stock: its pieces
    /// assert!(never_below_zero.holds(0, &Stock { item: 7, pieces: 0 }));
    /// assert!(!never_below_zero.holds(0, &Stock { item: 7, pieces: -1 }));
    /// ```
    pub fn new(terms: &[(usize, i8)], min: i64) -> Floor {
        Floor { terms: terms.to_vec(), min: Least::Of(min) }
    }

    /// A floor under the sum of `terms` that is another for each row of the addition, in their order; `None` for a row that it is not under.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// let lines = Floor::each(&[(1, 1)], vec![Some(0), Some(5), None]);
    /// assert!(lines.holds(0, &Stock { item: 7, pieces: 4 })); // the first row
    /// assert!(!lines.holds(1, &Stock { item: 8, pieces: 4 })); // the second
    /// assert!(lines.holds(2, &Stock { item: 9, pieces: -4 })); // the third may be anything
    /// assert!(!lines.holds(3, &Stock { item: 9, pieces: 4 })); // it was made for three
    /// ```
    pub fn each(terms: &[(usize, i8)], mins: Vec<Option<i64>>) -> Floor {
        Floor { terms: terms.to_vec(), min: Least::Each(mins) }
    }

    /// Whether `row`, which is at this place of the addition, is at or above the floor.
    pub fn holds(&self, at: usize, row: &dyn Stored) -> bool {
        self.holds_for(at, |column| row.units(column).unwrap_or(0).into())
    }

    /// The same of a counter and what is added to it, before it is.
    pub fn holds_with(&self, at: usize, row: &dyn Stored, delta: &dyn Stored) -> bool {
        let units = |row: &dyn Stored, column| i128::from(row.units(column).unwrap_or(0));
        self.holds_for(at, |column| units(row, column) + units(delta, column))
    }

    fn holds_for(&self, at: usize, units: impl Fn(usize) -> i128) -> bool {
        let term = |&(column, sign): &(usize, i8)| units(column) * i128::from(sign);
        let above = |min: i64| self.terms.iter().map(term).sum::<i128>() >= i128::from(min);
        match &self.min {
            Least::Of(min) => above(*min),
            Least::Each(mins) => mins.get(at).is_some_and(|min| min.is_none_or(above)),
        }
    }

    /// This floor as it is for the row at one place alone; `None` when it is not under that.
    pub(crate) fn only(&self, at: usize) -> Option<Floor> {
        let min = match &self.min {
            Least::Of(min) => *min,
            Least::Each(mins) => mins.get(at).copied().flatten()?,
        };
        Some(Floor { terms: self.terms.clone(), min: Least::Of(min) })
    }
}

/// What a commit reports, to the audit and to the outbox. Carries ids and figures, never personal data.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// What happened, as `engine.thing_done`.
    pub name: SmolStr,
    /// Named values.
    pub data: Vec<(SmolStr, Value)>,
}

impl Event {
    /// An event without data.
    ///
    /// ```
    /// use fondaco_core::store::{Event, Value};
    /// let counted = Event::new("stock.counted").with("item", "7-up").with("pieces", 10);
    /// assert_eq!(counted.data[0].1, Value::text("7-up"));
    /// assert_eq!(counted.data[1].1, Value::I64(10));
    /// ```
    pub fn new(name: impl Into<SmolStr>) -> Event {
        Event { name: name.into(), data: Vec::new() }
    }

    /// The event with one value more: a text, a date, an id, a number, or what else is a [`Value`].
    #[must_use]
    pub fn with(mut self, name: impl Into<SmolStr>, value: impl Into<Value>) -> Event {
        self.data.push((name.into(), value.into()));
        self
    }
}
