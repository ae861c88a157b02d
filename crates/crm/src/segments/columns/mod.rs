//! Contacts and their events in columns: what is asked of a million is asked column by column.
//!
//! Events lie by kind, sorted by contact and time, so that a question about purchases reads purchases alone. A kind's times, who has any, and
//! where each one's begin take 8 bytes an event and 8 a contact that has any; attributes take 1 to 8 bytes a value.

mod bits;
mod build;
mod column;
mod dictionary;
mod ints;

use std::sync::Arc;

use super::Schema;
use super::evaluate::{Records, Slice};

pub use bits::Bits;
pub(crate) use bits::Truths;
pub use build::ColumnsBuilder;
pub(crate) use build::need_kind;
pub(crate) use column::{Column, Table};
pub(crate) use dictionary::sorted;
pub(crate) use ints::Ints;

/// The contacts, one a row.
#[derive(Clone, Debug)]
pub(crate) struct People {
    pub(crate) table: Table,
    /// Places of zones.
    pub(crate) zones: Ints,
    /// Numbers of organisations.
    pub(crate) organisations: Ints,
}

impl People {
    pub(crate) fn new(schema: &Schema) -> People {
        People {
            table: Table::new(&schema.attributes),
            zones: Ints::default(),
            organisations: Ints::default(),
        }
    }

    #[inline]
    pub(crate) fn zone(&self, contact: u32) -> u16 {
        let zone = self.zones.get(contact as usize);
        zone.and_then(|zone| u16::try_from(zone).ok()).unwrap_or(0)
    }

    pub(crate) fn bytes(&self) -> usize {
        self.table.bytes() + self.zones.bytes() + self.organisations.bytes()
    }

    pub(crate) fn organisation(&self, contact: u32) -> Option<u32> {
        self.organisations.get(contact as usize).and_then(|number| u32::try_from(number).ok())
    }
}

/// The events of a kind.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    /// Who has any, in order.
    pub(crate) who: Vec<u32>,
    /// Where each one's begin, and where the last one's end.
    pub(crate) starts: Vec<u32>,
    /// When each was, in order for each contact.
    pub(crate) times: Vec<i64>,
    pub(crate) table: Table,
}

impl Kept {
    /// The events of the contact at a place of `who`.
    #[inline]
    pub(crate) fn group(&self, place: usize) -> Slice<'_> {
        let start = self.starts.get(place).map_or(0, |start| *start as usize);
        let end = self.starts.get(place + 1).map_or(start, |end| *end as usize);
        Slice { times: self.times.get(start..end).unwrap_or_default(), first: start }
    }
}

/// Contacts and their events, as they are at one time. [`ColumnsBuilder`] makes them.
#[derive(Clone, Debug)]
pub struct Columns {
    pub(crate) schema: Arc<Schema>,
    pub(crate) people: People,
    pub(crate) kinds: Vec<Kept>,
}

impl Columns {
    /// How many contacts there are.
    #[must_use]
    pub fn contacts(&self) -> usize {
        self.people.table.rows
    }

    /// How many events there are.
    #[must_use]
    pub fn events(&self) -> usize {
        self.kinds.iter().map(|kind| kind.times.len()).sum()
    }

    /// The bytes that contacts and events take, dictionaries included.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let kept = |kind: &Kept| {
            4 * (kind.who.len() + kind.starts.len()) + 8 * kind.times.len() + kind.table.bytes()
        };
        self.people.bytes() + self.kinds.iter().map(kept).sum::<usize>()
    }

    /// What is known of contacts.
    #[must_use]
    pub fn schema(&self) -> &Schema {
        &self.schema
    }
}

impl Records for Columns {
    type Track<'t> = Slice<'t>;

    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn people(&self) -> &People {
        &self.people
    }

    fn table(&self, kind: usize) -> Option<&Table> {
        self.kinds.get(kind).map(|kept| &kept.table)
    }

    fn track(&self, contact: u32, kind: usize) -> Slice<'_> {
        let found = self.kinds.get(kind).and_then(|kept| {
            let place = kept.who.binary_search(&contact).ok()?;
            Some(kept.group(place))
        });
        found.unwrap_or(Slice { times: &[], first: 0 })
    }
}
