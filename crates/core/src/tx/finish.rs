//! From what an act staged to the batch that is committed.

use std::collections::BTreeMap;
use std::sync::Arc;

use smol_str::SmolStr;

use super::guard::{self, Stripe};
use super::stage::{Adds, Staged, TableStage, add_to};
use super::{Cache, GuardCount, Halt, Outcome, Tx};
use crate::store::{
    Batch, Change, Floor, Key, KeyBytes, KeyWriter, Meta, RowPart, Rows, StoreError, Stored, Table,
    ValueRow,
};

impl Tx<'_> {
    /// The batch that stores what the act decided.
    pub(crate) fn into_batch<A: Outcome>(self, answer: &A) -> Result<Batch, Halt> {
        let mut values = Vec::new();
        answer.encode(&mut values);
        let mut batch = self.base();
        let Tx { mut cache, stage, .. } = self;
        batch.answer = values;
        batch.events = stage.events;
        batch.changes.reserve(stage.tables.len() + stage.draws.len() + 1);
        let mut guards = Guards::default();
        for table in stage.tables {
            finish_table(table, &mut cache, &mut guards, &mut batch.changes)?;
        }
        guards.finish(&mut batch.changes);
        let draw = |draw: super::stage::Draws| Change::Draw {
            series: draw.series,
            count: draw.count,
            dates: draw.dates,
        };
        batch.changes.extend(stage.draws.into_iter().map(draw));
        batch.seen = cache.seen();
        Ok(batch)
    }

    /// The batch that only compares what the act rests on: before a refusal leaves the driver.
    pub(crate) fn into_check(self) -> (Batch, Cache) {
        let mut batch = self.base();
        batch.check = true;
        batch.seen = self.cache.seen();
        (batch, self.cache)
    }

    fn base(&self) -> Batch {
        let context = self.context;
        let meta = Meta::new(context.envelope.actor.clone(), context.envelope.time);
        let mut batch = Batch::new(context.company, context.envelope.id, meta);
        batch.digest = context.digest;
        batch.salt = context.salt(0);
        // What a refusal taught is older than anything this run read: then there is no hint to give.
        batch.at = self.cache.at.filter(|_| !self.used_learned).unwrap_or_default();
        batch
    }
}

fn finish_table(
    mut stage: TableStage,
    cache: &mut Cache,
    guards: &mut Guards,
    changes: &mut Vec<Change>,
) -> Result<(), Halt> {
    let table = stage.table;
    settle_inserted(&mut stage);
    if let Some(mut rows) = stage.inserts.take().filter(|rows| !rows.is_empty()) {
        rows.sort();
        guards.touch_all(rows.as_ref());
        changes.push(Change::Insert(rows));
    }
    let mut slots: Vec<_> = stage.slots.into_iter().collect();
    slots.sort_by(|a, b| a.0.cmp(&b.0));
    for (bytes, staged) in slots {
        let slot = cache.slot(table, &bytes, true);
        let (seen, before) = slot.map_or((0, None), |slot| (slot.version(), slot.row.clone()));
        if let Some(before) = &before {
            guards.touch(before.stored());
        }
        let key = Key { table, bytes };
        changes.push(match staged {
            Staged::Put(row) => {
                guards.touch(row.as_ref());
                Change::Put { row, seen }
            }
            Staged::Delete => Change::Delete { key, seen },
            Staged::Erase => Change::Erase { key },
        });
    }
    finish_adds(table, stage.adds, changes)
}

/// Rows that the act inserted and then changed or removed are inserted as they ended.
fn settle_inserted(stage: &mut TableStage) {
    if stage.slots.is_empty() || stage.inserts.is_none() {
        return;
    }
    let keys: Vec<KeyBytes> = stage.slots.keys().cloned().collect();
    let mut removed = Vec::new();
    for key in keys {
        let Some(at) = stage.inserted(&key) else { continue };
        let Some(rows) = &mut stage.inserts else { return };
        match stage.slots.remove(&key) {
            Some(Staged::Put(row)) => {
                rows.set(at, row.as_ref());
            }
            Some(Staged::Delete) => removed.push(at),
            Some(Staged::Erase) => {
                if let Some(row) = rows.row_mut(at) {
                    row.erase();
                }
            }
            None => {}
        }
    }
    removed.sort_unstable();
    if let Some(rows) = &mut stage.inserts {
        rows.remove_all(&removed);
    }
}

/// One add per counter: those of one key are added together, under all their floors.
fn finish_adds(
    table: &'static Table,
    mut adds: Vec<Adds>,
    changes: &mut Vec<Change>,
) -> Result<(), Halt> {
    adds.retain(|adds| !adds.rows.is_empty());
    for Adds { rows, .. } in adds.iter_mut().filter(|adds| !adds.one_each) {
        rows.fold().map_err(|(key, column)| overflow(key, column))?;
    }
    if adds.len() > 1 && overlap(&adds) {
        return merge_adds(table, &adds, changes);
    }
    changes.extend(adds.into_iter().map(|Adds { rows, floors, .. }| Change::Add { rows, floors }));
    Ok(())
}

fn overlap(adds: &[Adds]) -> bool {
    let mut known = std::collections::BTreeSet::new();
    let mut keys = adds.iter().flat_map(|adds| {
        (0..adds.rows.len()).filter_map(|i| adds.rows.row(i)).map(|row| row.row_key().bytes)
    });
    !keys.all(|key| known.insert(key))
}

fn merge_adds(table: &'static Table, adds: &[Adds], changes: &mut Vec<Change>) -> Result<(), Halt> {
    let mut sums: BTreeMap<KeyBytes, (Arc<dyn Stored>, Vec<Floor>)> = BTreeMap::new();
    for Adds { rows, floors, .. } in adds {
        for (at, row) in (0..rows.len()).filter_map(|at| Some((at, rows.row(at)?))) {
            let key = row.row_key();
            let floors = floors.iter().filter_map(|floor| floor.only(at));
            match sums.get_mut(&key.bytes) {
                None => {
                    sums.insert(key.bytes, (row.copy(), floors.collect()));
                }
                Some((sum, all)) => {
                    add_to(sum, row).map_err(|column| overflow(key, column))?;
                    let new: Vec<_> = floors.filter(|floor| !all.contains(floor)).collect();
                    all.extend(new);
                }
            }
        }
    }
    for (sum, floors) in sums.into_values() {
        let rows: Box<dyn Rows> = Box::new(vec![ValueRow::new(table, sum.values())]);
        changes.push(Change::Add { rows, floors });
    }
    Ok(())
}

fn overflow(key: Key, column: &'static str) -> Halt {
    Halt::Store(StoreError::Overflow { key, column: column.into() })
}

/// Which ranges the act changed: per table and guard, the counter of the range once for each changed row.
#[derive(Default)]
struct Guards {
    touched: Vec<(&'static Table, Vec<Vec<Stripe>>)>,
    columns: KeyWriter,
}

impl Guards {
    fn touch_all(&mut self, rows: &dyn Rows) {
        for (guard, stripes) in (0..).zip(self.of(rows.table())) {
            stripes.reserve(rows.len());
            let touch = &mut |_, columns: &[u8]| stripes.push(guard::stripe(columns));
            rows.each_part(RowPart::Guard(guard), 0..rows.len(), touch);
        }
    }

    fn touch(&mut self, row: &dyn Stored) {
        let mut columns = std::mem::take(&mut self.columns);
        for (guard, stripes) in self.of(row.table()).iter_mut().enumerate() {
            columns.clear();
            if row.write_guard(guard, &mut columns) {
                stripes.push(guard::stripe(columns.as_slice()));
            }
        }
        self.columns = columns;
    }

    /// Where the guards of a table are counted.
    fn of(&mut self, table: &'static Table) -> &mut [Vec<Stripe>] {
        if table.guards.is_empty() {
            return &mut [];
        }
        let at = self.touched.iter().position(|(known, _)| known.name == table.name);
        let at = at.unwrap_or_else(|| {
            self.touched.push((table, vec![Vec::new(); table.guards.len()]));
            self.touched.len() - 1
        });
        self.touched.get_mut(at).map_or(&mut [], |(_, guards)| guards)
    }

    fn finish(mut self, changes: &mut Vec<Change>) {
        self.touched.sort_by_key(|(table, _)| table.name);
        let mut rows: Vec<GuardCount> = Vec::new();
        for (table, guards) in self.touched {
            let name = SmolStr::new_static(table.name);
            for (guard, stripes) in (0..).zip(guards) {
                rows.extend(guard::counted(stripes).into_iter().map(|(stripe, changes)| {
                    let (table, part) = (name.clone(), guard::part(stripe));
                    GuardCount { table, guard, part, changes }
                }));
            }
        }
        if !rows.is_empty() {
            changes.push(Change::Add { rows: Box::new(rows), floors: Vec::new() });
        }
    }
}
