//! Tables: what was declared for the whole store, and what one company keeps in each.

use std::collections::{HashMap, HashSet};

use fondaco_core::store::{
    Key, KeyBytes, KeyWriter, Kind, Prepared, Row, Rows, Scan, StoreError, Stored, Sums, Table,
    ValueRow, Version,
};
use smol_str::SmolStr;

use super::facts::{Facts, merge};
use super::holds::Past;
use super::order::{Range, RowIter, directed};
use super::states::States;

/// The tables that were prepared.
#[derive(Default, Clone)]
pub(super) struct Declared {
    tables: HashMap<&'static str, &'static Table>,
}

impl Declared {
    /// These and `tables`; all or none.
    pub(super) fn with(
        &self,
        tables: &[&'static Table],
    ) -> Result<(Declared, Prepared), StoreError> {
        let (mut next, mut prepared) = (self.clone(), Prepared::default());
        for table in tables {
            table.check().map_err(StoreError::Misused)?;
            match next.tables.get(table.name) {
                None => prepared.created(table),
                Some(known) if known.layout > table.layout => return Err(newer(known, table)),
                Some(known) if !follows(table, known) => {
                    let why =
                        "is declared in two ways: under a newer layout columns are only added";
                    return Err(StoreError::Misused(format!("table {} {why}", table.name)));
                }
                Some(known) if known.layout < table.layout => {
                    prepared.upgraded(table, known.layout);
                }
                Some(_) => continue,
            }
            next.tables.insert(table.name, table);
        }
        Ok((next, prepared))
    }

    pub(super) fn get(&self, name: &str) -> Option<&'static Table> {
        self.tables.get(name).copied()
    }

    /// That `table` was prepared, as it is.
    pub(super) fn check(&self, table: &'static Table) -> Result<(), StoreError> {
        match self.get(table.name) {
            Some(known) if std::ptr::eq(known, table) || known.layout == table.layout => Ok(()),
            Some(known) if known.layout > table.layout => Err(newer(known, table)),
            _ => Err(StoreError::Unprepared { table: table.name.into() }),
        }
    }
}

/// Whether a declaration can take the place of another, as itself or as a newer layout.
fn follows(table: &Table, known: &Table) -> bool {
    let same_rows = table.kind == known.kind && table.key == known.key;
    match table.layout == known.layout {
        true => table == known,
        false => same_rows && table.columns.starts_with(known.columns),
    }
}

fn newer(known: &Table, table: &Table) -> StoreError {
    let (found, known) = (known.layout, table.layout);
    StoreError::NewerLayout { table: table.name.into(), found, known }
}

/// The rows of one table of one company.
pub(super) struct Kept {
    pub(super) table: &'static Table,
    pub(super) rows: KeptRows,
    pub(super) past: Past,
}

/// How the rows lie, by how they may change.
pub(super) enum KeptRows {
    Facts(Facts),
    States(States),
}

impl Kept {
    pub(super) fn new(table: &'static Table) -> Kept {
        let rows = match table.kind {
            Kind::Fact => KeptRows::Facts(Facts::new(table)),
            _ => KeptRows::States(States::new(table)),
        };
        Kept { table, rows, past: Past::default() }
    }

    /// The same rows under a newer declaration.
    pub(super) fn upgraded(&self, table: &'static Table) -> Kept {
        let mut kept = Kept::new(table);
        let convert = |row: &dyn Stored| ValueRow::new(table, row.values());
        match (&self.rows, &mut kept.rows) {
            (KeptRows::Facts(old), KeptRows::Facts(new)) => {
                for (version, row) in old.all() {
                    new.insert(Box::new(vec![convert(row)]), version);
                }
            }
            (KeptRows::States(old), KeptRows::States(new)) => {
                for (version, row) in old.all() {
                    new.insert(std::sync::Arc::new(convert(row)), version);
                }
            }
            _ => {}
        }
        kept
    }

    /// That the rows keep the unique indexes of a newer declaration.
    pub(super) fn is_unique_under(&self, table: &'static Table) -> Result<(), StoreError> {
        for (at, index) in table.indexes.iter().enumerate().filter(|(_, index)| index.unique) {
            let mut taken = HashSet::new();
            let mut claim = |row: &dyn Stored| {
                let mut part = KeyWriter::new();
                let has = ValueRow::new(table, row.values()).write_index(at, &mut part);
                match has && !taken.insert(part.to_key()) {
                    true => Err(crate::rules::not_unique(table, index)),
                    false => Ok(()),
                }
            };
            match &self.rows {
                KeptRows::Facts(facts) => facts.all().try_for_each(|(_, row)| claim(row))?,
                KeptRows::States(states) => states.all().try_for_each(|(_, row)| claim(row))?,
            }
        }
        Ok(())
    }

    /// The version of the row under `key` now; 0 when there is none.
    pub(super) fn version(&self, key: &KeyBytes) -> Version {
        match &self.rows {
            KeptRows::Facts(facts) => facts.find(key.as_slice()).map(|place| facts.version(place)),
            KeptRows::States(states) => states.get(key).map(|slot| slot.version),
        }
        .unwrap_or(0)
    }

    /// The row under `key` now.
    pub(super) fn get(&self, key: &KeyBytes) -> Option<Row> {
        match &self.rows {
            KeptRows::Facts(facts) => facts.answer(facts.find(key.as_slice())?),
            KeptRows::States(states) => states.get(key).map(|slot| slot.answer()),
        }
    }

    /// The row under `key` as it stood at `position`.
    pub(super) fn get_at(&self, key: &KeyBytes, position: u64) -> Option<Row> {
        let former = self.past.get(key.as_slice(), position).cloned();
        former.or_else(|| self.get(key).filter(|row| row.version <= position))
    }

    /// The slot of the row under `key`, where rows lie in slots.
    pub(super) fn slot(&self, key: &KeyBytes) -> Option<u32> {
        match &self.rows {
            KeptRows::Facts(_) => None,
            KeptRows::States(states) => states.find(key.as_slice()),
        }
    }

    /// Whether sorted rows all lie after what is there, which needs no look-up.
    pub(super) fn is_after(&self, rows: &dyn Rows) -> bool {
        match &self.rows {
            KeptRows::Facts(facts) => {
                rows.row(0).is_none_or(|row| facts.is_after(row.row_key().bytes.as_slice()))
            }
            KeptRows::States(_) => false,
        }
    }

    /// The row that holds the columns `part` of a unique index.
    pub(super) fn holder(&self, index: usize, part: &KeyBytes) -> Option<Key> {
        match &self.rows {
            KeptRows::Facts(facts) => {
                facts.row(facts.holder(index, part)?).map(|row| row.row_key())
            }
            KeptRows::States(states) => states.holder(index, part),
        }
    }

    /// Whether it has rows now, or had some at a held position.
    fn is_used(&self, held: Option<u64>) -> bool {
        let stood = |version: Version| held.is_none_or(|position| version <= position);
        let now = match &self.rows {
            KeptRows::Facts(facts) => facts.all().any(|(version, _)| stood(version)),
            KeptRows::States(states) => states.all().any(|(version, _)| stood(version)),
        };
        now || held
            .is_some_and(|position| self.past.scan(None, Range::ALL, position).next().is_some())
    }

    pub(super) fn is_tidy(&self, scan: &Scan) -> bool {
        match &self.rows {
            KeptRows::Facts(facts) => {
                Range::of(scan).is_none_or(|range| facts.is_tidy(scan.index, range))
            }
            KeptRows::States(states) => scan.index.is_some() || states.is_tidy(),
        }
    }

    pub(super) fn tidy(&mut self, scan: &Scan) {
        match (&mut self.rows, Range::of(scan)) {
            (KeptRows::Facts(facts), Some(range)) => facts.tidy(scan.index, range),
            (KeptRows::States(states), _) => states.tidy(),
            _ => {}
        }
    }

    /// The rows of a scan now, or as they stood at a held position.
    pub(super) fn scan(&self, scan: &Scan, held: Option<u64>) -> Vec<Row> {
        let Some(range) = Range::of(scan) else { return Vec::new() };
        let (index, backwards) = (scan.index, scan.backwards);
        let now: RowIter<'_> = match &self.rows {
            KeptRows::Facts(facts) => facts.scan(index, range, backwards),
            KeptRows::States(states) => states.scan(index, range, backwards),
        };
        let Some(position) = held else { return now.take(scan.limit).collect() };
        let stood = now.filter(move |row| row.version <= position);
        if self.past.is_empty() {
            return stood.take(scan.limit).collect();
        }
        let former = directed(self.past.scan(index, range, position), backwards);
        let rows = merge(stood, former, move |row: &Row| row.order(index), backwards);
        rows.take(scan.limit).collect()
    }

    /// What counters come to, now or at a held position: added up in the order in which they lie, which is that of memory.
    pub(super) fn sums(&self, sums: &Sums, held: Option<u64>) -> Result<Vec<Row>, StoreError> {
        let mut adder = sums.adder()?;
        let until = held.unwrap_or(Version::MAX);
        if let KeptRows::States(states) = &self.rows {
            for (key, version, row) in states.keyed().filter(|(_, version, _)| *version <= until) {
                adder.add_keyed(key, version, row)?;
            }
        }
        let former = held.map(|position| self.past.scan(None, Range::ALL, position));
        for row in former.into_iter().flatten() {
            adder.add(row.version, row.stored())?;
        }
        Ok(adder.into_rows())
    }
}

/// All tables of one company.
#[derive(Default)]
pub(super) struct Tables {
    list: Vec<Kept>,
    by_name: HashMap<&'static str, usize>,
}

impl Tables {
    pub(super) fn get(&self, table: &'static Table) -> Option<&Kept> {
        self.list.get(*self.by_name.get(table.name)?)
    }

    pub(super) fn get_mut(&mut self, table: &'static Table) -> Option<&mut Kept> {
        self.list.get_mut(*self.by_name.get(table.name)?)
    }

    /// Makes room for a table that was declared.
    pub(super) fn ensure(&mut self, table: &'static Table) {
        self.by_name.entry(table.name).or_insert_with(|| {
            self.list.push(Kept::new(table));
            self.list.len() - 1
        });
    }

    /// The names of those that have rows, now or at a held position, in order.
    pub(super) fn used(&self, held: Option<u64>) -> Vec<SmolStr> {
        let used = self.list.iter().filter(|kept| kept.is_used(held));
        let mut names: Vec<SmolStr> = used.map(|kept| kept.table.name.into()).collect();
        names.sort_unstable();
        names
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Kept> {
        self.list.iter()
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Kept> {
        self.list.iter_mut()
    }
}
