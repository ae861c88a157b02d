//! What an act has read so far: the first reading of a row stays, so that an act sees one value of it.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use crate::store::{
    Ask, Key, KeyBytes, KeyTable, Reply, Row, Scan, Seen, SeriesState, Snapshot, Table, Version,
};

pub(crate) type Map<K, V> = HashMap<K, V, RandomState>;

/// A row that was read, or its absence.
pub(crate) struct Slot {
    pub(crate) row: Option<Row>,
    /// Whether the act rests on it, in the run with this number.
    guarded_in: u32,
    /// The trip that brought it.
    pub(crate) trip: u32,
}

/// The rows that were read of one table, by their keys, in the order in which they came.
#[derive(Default)]
pub(crate) struct Slots {
    places: KeyTable,
    slots: Vec<(KeyBytes, Slot)>,
}

impl Slots {
    fn find(&self, key: &[u8]) -> Option<usize> {
        let is = |at: u32| self.slots.get(at as usize).is_some_and(|(of, _)| of.as_slice() == key);
        self.places.find(self.places.tag(key), is).map(|at| at as usize)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    pub(crate) fn contains(&self, key: &KeyBytes) -> bool {
        self.find(key.as_slice()).is_some()
    }

    fn get_mut(&mut self, key: &KeyBytes) -> Option<&mut Slot> {
        let at = self.find(key.as_slice())?;
        self.slots.get_mut(at).map(|(_, slot)| slot)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &(KeyBytes, Slot)> {
        self.slots.iter()
    }

    fn reserve(&mut self, more: usize) {
        self.places.reserve(more);
        self.slots.reserve(more);
    }

    /// Keeps what was read unless something was before; gives what is kept.
    fn keep(&mut self, key: KeyBytes, slot: Slot) -> &mut Slot {
        let at = self.find(key.as_slice()).unwrap_or_else(|| {
            self.places.insert(self.places.tag(key.as_slice()), self.slots.len() as u32);
            self.slots.push((key, slot));
            self.slots.len() - 1
        });
        &mut self.slots[at].1
    }
}

/// Scans that begin at one place of a table, each with the trip that brought it.
type Scans = Vec<(Scan, u32, Vec<Row>)>;

#[derive(Default)]
pub(crate) struct Cache {
    tables: Vec<(&'static Table, Slots)>,
    /// By table and first place.
    scans: Map<(&'static str, KeyBytes), Scans>,
    series: Map<smol_str::SmolStr, SeriesState>,
    /// The oldest snapshot that was read.
    pub(crate) at: Option<Snapshot>,
    /// How often the store was asked.
    pub(crate) trips: u32,
    /// The number of this run of the act.
    pub(crate) run: u32,
}

impl Cache {
    /// The rows read of `table`.
    pub(crate) fn table(&mut self, table: &'static Table) -> &mut Slots {
        let at = self
            .tables
            .iter()
            .position(|(known, _)| std::ptr::eq(*known, table) || known.name == table.name);
        let at = at.unwrap_or_else(|| {
            self.tables.push((table, Slots::default()));
            self.tables.len() - 1
        });
        &mut self.tables[at].1
    }

    pub(crate) fn slot(
        &mut self,
        table: &'static Table,
        key: &KeyBytes,
        guard: bool,
    ) -> Option<&Slot> {
        let run = self.run;
        let slot = self.table(table).get_mut(key)?;
        if guard {
            slot.guarded_in = run;
        }
        Some(slot)
    }

    /// Keeps a row unless one was read before; gives what is kept.
    pub(crate) fn keep(
        &mut self,
        table: &'static Table,
        key: KeyBytes,
        row: Option<Row>,
        guard: bool,
    ) -> &Slot {
        let (run, trip) = (self.run, self.trips);
        let slot = self.table(table).keep(key, Slot { row, guarded_in: 0, trip });
        if guard {
            slot.guarded_in = run;
        }
        slot
    }

    /// The rows of a scan that was brought by the trip `since` or a later one.
    pub(crate) fn scanned(&self, scan: &Scan, since: u32) -> Option<&Vec<Row>> {
        let known = self.scans.get(&(scan.table.name, scan.from.clone()))?;
        let mut known = known.iter().filter(|(_, trip, _)| *trip >= since);
        known.find(|(known, ..)| known == scan).map(|(.., rows)| rows)
    }

    pub(crate) fn series(&self, series: &str) -> Option<SeriesState> {
        self.series.get(series).copied()
    }

    /// Keeps many rows at once, where none was read before.
    pub(crate) fn keep_all(
        &mut self,
        table: &'static Table,
        keys: Vec<KeyBytes>,
        rows: Vec<Option<Row>>,
        guard: bool,
    ) {
        let (guarded_in, trip) = (if guard { self.run } else { 0 }, self.trips);
        let slots = self.table(table);
        slots.reserve(keys.len());
        for (key, row) in keys.into_iter().zip(rows) {
            slots.keep(key, Slot { row, guarded_in, trip });
        }
    }

    /// What `of` makes of each of these rows, all of which were read; `None` when some was not.
    pub(crate) fn each<T>(
        &mut self,
        table: &'static Table,
        keys: &[KeyBytes],
        guard: bool,
        of: impl Fn(&Slot) -> T,
    ) -> Option<Vec<T>> {
        let run = self.run;
        let slots = self.table(table);
        let one = |key: &KeyBytes| {
            let slot = slots.get_mut(key)?;
            if guard {
                slot.guarded_in = run;
            }
            Some(of(slot))
        };
        keys.iter().map(one).collect()
    }

    /// Takes what a store answered to questions that nothing waits for.
    pub(crate) fn take(&mut self, asks: Vec<Ask>, replies: Vec<Reply>) {
        for (ask, reply) in asks.into_iter().zip(replies) {
            match (ask, reply) {
                (Ask::Get(table, keys), Reply::Got(rows)) => {
                    self.keep_all(table, keys, rows, false)
                }
                (Ask::Scan(scan), Reply::Rows(rows)) => {
                    let place = (scan.table.name, scan.from.clone());
                    self.scans.entry(place).or_default().push((scan, self.trips, rows));
                }
                (Ask::Series(series), Reply::Series(state)) => {
                    self.series.insert(series, state);
                }
                _ => {}
            }
        }
    }

    /// What this run rests on.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        let mut seen = Vec::new();
        for (table, slots) in &self.tables {
            let guarded = slots.iter().filter(|(_, slot)| slot.guarded_in == self.run);
            seen.extend(guarded.map(|(bytes, slot)| Seen {
                key: Key { table, bytes: bytes.clone() },
                version: slot.version(),
            }));
        }
        seen
    }

    /// Notes where an answer came from.
    pub(crate) fn answered(&mut self, at: Snapshot) {
        self.trips += 1;
        self.at = Some(
            self.at.map_or(at, |known| if known.position <= at.position { known } else { at }),
        );
    }
}

impl Slot {
    pub(crate) fn version(&self) -> Version {
        self.row.as_ref().map_or(0, |row| row.version)
    }
}
