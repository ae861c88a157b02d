//! Whether a batch fits what is stored: everything that can refuse it is found here, before anything is changed.
//!
//! The judge reads the company and writes a [`Plan`]: for each change where its rows lie and how they will stand, so that
//! applying it looks nothing up again and cannot fail.

use std::collections::HashSet;
use std::sync::Arc;

use fondaco_core::store::{
    Batch, Change, Floor, Key, KeyBytes, Refusal, Rows, Seen, StoreError, Stored, Table, Version,
};

use super::runs::Place;
use super::sums::{AT_ONCE, Adder, Addition, Sum};
use super::table::{Kept, KeptRows, Tables};
use super::unique::clashes;
use crate::rules::table_of;

/// How a batch will be applied.
#[derive(Default)]
pub(super) struct Plan {
    /// One step for each change.
    pub(super) steps: Vec<Step>,
    /// Rows that are erased, with their versions: the salts of the commits that wrote them are to be forgotten.
    pub(super) forget: Vec<(Key, Version)>,
}

/// What a change comes to.
pub(super) enum Step {
    /// Nothing.
    Nothing,
    /// Its rows come in.
    Insert,
    /// Its row replaces the one in a slot.
    Put(u32),
    /// The row in a slot goes.
    Delete(u32),
    /// A state row as it stands after its erasure.
    EraseState(u32, Arc<dyn Stored>),
    /// The fact at a place is erased there.
    EraseFact(Place),
    /// Counters as they will stand.
    Add(Vec<Sum>),
}

/// Compares what a batch has seen with what there is: `seen`, unless nothing was committed since, and what its puts and
/// deletes saw.
pub(super) fn compare(tables: &Tables, batch: &Batch, unmoved: bool, out: &mut Refusal) {
    let mut last: Option<(&'static Table, Option<&Kept>)> = None;
    let compared = if unmoved && batch.at.position > 0 { &[] } else { batch.seen.as_slice() };
    for seen in compared {
        let kept = match last {
            Some((table, kept)) if std::ptr::eq(table, seen.key.table) => kept,
            _ => tables.get(seen.key.table),
        };
        last = Some((seen.key.table, kept));
        let version = kept.map_or(0, |kept| kept.version(&seen.key.bytes));
        if version != seen.version {
            out.moved.push(Seen { key: seen.key.clone(), version });
        }
    }
    for change in &batch.changes {
        let (key, seen) = match change {
            Change::Put { row, seen } => (row.row_key(), *seen),
            Change::Delete { key, seen } => (key.clone(), *seen),
            _ => continue,
        };
        let version = tables.get(key.table).map_or(0, |kept| kept.version(&key.bytes));
        if version != seen {
            out.moved.push(Seen { key, version });
        }
    }
    let mut named = HashSet::new();
    out.moved.retain(|seen| named.insert(seen.key.clone()));
}

/// Judges the changes of a batch whose numbers are filled in.
pub(super) fn judge(
    tables: &Tables,
    batch: &Batch,
    held: Option<u64>,
    out: &mut Refusal,
) -> Result<Plan, StoreError> {
    let (plan, existing) = (Plan::default(), HashSet::new());
    let mut judge = Judge { batch, held, out, plan, error: None, misused: None, existing };
    for change in &batch.changes {
        let kept = table_of(change).and_then(|table| tables.get(table));
        let step = kept.map_or(Step::Nothing, |kept| judge.change(change, kept));
        judge.plan.steps.push(step);
    }
    let Judge { plan, error, misused, existing, .. } = judge;
    if let Some(misused) = misused {
        return Err(misused);
    }
    out.clashes = clashes(tables, batch, &plan.steps, &existing);
    match error {
        Some(error) if out.is_empty() => Err(error),
        _ => Ok(plan),
    }
}

struct Judge<'a> {
    batch: &'a Batch,
    /// The newest position that a hold shows.
    held: Option<u64>,
    out: &'a mut Refusal,
    plan: Plan,
    /// The first thing that is wrong beside refusals.
    error: Option<StoreError>,
    /// The first rule that the batch breaks.
    misused: Option<StoreError>,
    /// Keys of inserts that are there already.
    existing: HashSet<Key>,
}

impl Judge<'_> {
    fn change(&mut self, change: &Change, kept: &Kept) -> Step {
        match change {
            Change::Insert(rows) => self.insert(rows.as_ref(), kept),
            Change::Put { row, .. } => {
                kept.slot(&row.row_key().bytes).map_or(Step::Nothing, Step::Put)
            }
            Change::Delete { key, .. } => kept.slot(&key.bytes).map_or(Step::Nothing, Step::Delete),
            Change::Erase { key } => self.erase(&key.bytes, kept),
            Change::Add { rows, floors } => self.add(rows.as_ref(), floors, kept),
            _ => Step::Nothing,
        }
    }

    fn insert(&mut self, rows: &dyn Rows, kept: &Kept) -> Step {
        if !kept.is_after(rows) {
            for row in (0..rows.len()).filter_map(|at| rows.row(at)) {
                let key = row.row_key();
                let version = kept.version(&key.bytes);
                if version != 0 {
                    self.exists(key, version);
                }
            }
        }
        Step::Insert
    }

    /// An insert hit a row: a refusal when the act had seen it absent, else a mistake of the act.
    fn exists(&mut self, key: Key, version: Version) {
        self.existing.insert(key.clone());
        let named = |seen: &Seen| seen.key == key;
        if !self.batch.seen.iter().any(|seen| seen.version == 0 && named(seen)) {
            self.error.get_or_insert(StoreError::Exists { key });
        } else if !self.out.moved.iter().any(named) {
            self.out.moved.push(Seen { key, version });
        }
    }

    fn erase(&mut self, key: &KeyBytes, kept: &Kept) -> Step {
        match &kept.rows {
            KeptRows::Facts(facts) => {
                let Some(place) = facts.find(key.as_slice()) else { return Step::Nothing };
                let key = Key { table: kept.table, bytes: key.clone() };
                self.plan.forget.push((key, facts.version(place)));
                Step::EraseFact(place)
            }
            KeptRows::States(states) => {
                let Some(slot) = states.find(key.as_slice()) else { return Step::Nothing };
                let Some(kept_row) = states.slot(slot) else { return Step::Nothing };
                let row = erased(kept_row.row.as_ref());
                let key = Key { table: kept.table, bytes: key.clone() };
                self.plan.forget.push((key, kept_row.version));
                Step::EraseState(slot, row)
            }
        }
    }

    fn add(&mut self, rows: &dyn Rows, floors: &[Floor], kept: &Kept) -> Step {
        let KeptRows::States(counters) = &kept.rows else { return Step::Nothing };
        let mut adder = Adder::new(counters, rows, self.held);
        let mut sums = Vec::with_capacity(rows.len());
        for start in (0..rows.len()).step_by(AT_ONCE) {
            let additions = match adder.find(start) {
                Ok(additions) => additions,
                Err(misused) => {
                    self.misused.get_or_insert(misused);
                    return Step::Nothing;
                }
            };
            let ats = start..;
            let sum = |(at, one)| self.sum(&mut adder, one, (floors, at));
            sums.extend(ats.zip(&additions).filter_map(sum));
        }
        Step::Add(sums)
    }

    fn sum(
        &mut self,
        adder: &mut Adder<'_>,
        one: &Addition<'_>,
        (floors, at): (&[Floor], usize),
    ) -> Option<Sum> {
        let sum = match adder.sum(one) {
            Ok(sum) => sum,
            Err(column) => {
                let (key, column) = (one.delta.row_key(), column.into());
                self.error.get_or_insert(StoreError::Overflow { key, column });
                return None;
            }
        };
        let holds = |floor: &Floor| match (&sum, one.stands) {
            (Sum::New(row) | Sum::Set(_, row), _) => floor.holds(at, row.as_ref()),
            (Sum::Grow(_), Some(slot)) => floor.holds_with(at, slot.row.as_ref(), one.delta),
            (Sum::Grow(_), None) => false,
        };
        if !floors.iter().all(holds) {
            let stands = one.stands.map(|slot| slot.answer());
            self.out.short.push((one.delta.row_key(), stands));
        }
        Some(sum)
    }
}

/// A row as it will stand after its erasure.
pub(super) fn erased(row: &dyn Stored) -> Arc<dyn Stored> {
    let mut copy = row.copy();
    if let Some(row) = Arc::get_mut(&mut copy) {
        row.erase();
    }
    copy
}
