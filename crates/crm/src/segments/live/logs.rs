//! Contacts and their events, as they come and change.

use crate::segments::Schema;
use crate::segments::columns::{People, Table};
use crate::segments::evaluate::{Records, Track};

/// An event: when, under which id, and the row of its attributes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Act {
    pub(super) at: i64,
    pub(super) id: u64,
    pub(super) row: u32,
}

/// One contact's events of one kind, in the order of time and then of ids.
#[derive(Clone, Copy)]
pub(crate) struct Log<'l>(pub(super) &'l [Act]);

impl Track for Log<'_> {
    #[inline]
    fn len(&self) -> usize {
        self.0.len()
    }

    #[inline]
    fn at(&self, place: usize) -> i64 {
        self.0.get(place).map_or(i64::MAX, |act| act.at)
    }

    #[inline]
    fn row(&self, place: usize) -> usize {
        self.0.get(place).map_or(usize::MAX, |act| act.row as usize)
    }
}

/// What happened, by contact and kind.
#[derive(Clone, Debug)]
pub(crate) struct Logs {
    pub(super) schema: std::sync::Arc<Schema>,
    pub(super) people: People,
    pub(super) tables: Vec<Table>,
    /// Rows of erased events, to be used again.
    pub(super) free: Vec<Vec<u32>>,
    /// For each contact, its kinds with their events.
    pub(super) logs: Vec<Vec<(u32, Vec<Act>)>>,
}

impl Logs {
    pub(super) fn new(schema: std::sync::Arc<Schema>) -> Logs {
        let tables: Vec<Table> =
            schema.events.iter().map(|kind| Table::new(&kind.fields)).collect();
        let free = vec![Vec::new(); tables.len()];
        Logs { people: People::new(&schema), schema, tables, free, logs: Vec::new() }
    }

    pub(super) fn log(&self, contact: u32, kind: usize) -> &[Act] {
        let found = self.logs.get(contact as usize).and_then(|kinds| {
            kinds.iter().find(|(one, _)| *one as usize == kind).map(|(_, acts)| acts.as_slice())
        });
        found.unwrap_or_default()
    }

    pub(super) fn log_mut(&mut self, contact: u32, kind: usize) -> Option<&mut Vec<Act>> {
        let kinds = self.logs.get_mut(contact as usize)?;
        let place = kinds.iter().position(|(one, _)| *one as usize == kind);
        let place = place.unwrap_or_else(|| {
            kinds.push((u32::try_from(kind).unwrap_or(u32::MAX), Vec::new()));
            kinds.len() - 1
        });
        kinds.get_mut(place).map(|(_, acts)| acts)
    }

    pub(super) fn bytes(&self) -> usize {
        let acts = |acts: &Vec<Act>| 32 + acts.capacity() * size_of::<Act>();
        let log =
            |log: &Vec<(u32, Vec<Act>)>| 24 + log.iter().map(|(_, log)| acts(log)).sum::<usize>();
        self.people.table.bytes()
            + self.tables.iter().map(Table::bytes).sum::<usize>()
            + self.logs.iter().map(log).sum::<usize>()
    }
}

impl Records for Logs {
    type Track<'t> = Log<'t>;

    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn people(&self) -> &People {
        &self.people
    }

    fn table(&self, kind: usize) -> Option<&Table> {
        self.tables.get(kind)
    }

    #[inline]
    fn track(&self, contact: u32, kind: usize) -> Log<'_> {
        Log(self.log(contact, kind))
    }
}
