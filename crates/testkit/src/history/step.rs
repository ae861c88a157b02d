//! One step of a history: a batch or a read, as data that can be replayed.

use chrono::NaiveDate;
use fondaco_core::CompanyId;
use fondaco_core::store::{
    Ask, Batch, Event, Floor, Hash, Key, Record, Salt, Scan, Value, Version,
};

use crate::Model;
use crate::probe::{away, batch, home, key, whole};
use crate::records::{Item, Sample, Stock, Visitor};
use crate::stage::Stage;

/// How many snapshots a history holds at once.
pub(super) const SLOTS: usize = 2;

/// A step.
#[derive(Clone)]
pub(super) enum Step {
    Commit(Box<Spec>),
    Read(CompanyId, When, Vec<Ask>),
}

/// Which snapshot is read, by the slot it is held in.
#[derive(Clone, Copy)]
pub(super) enum When {
    Now,
    Hold(usize),
    Held(usize),
    Last(usize),
}

/// The version that a batch has seen, by what the row has when the batch is made: so a step still fits when steps before
/// it are left out.
#[derive(Debug, Clone, Copy)]
pub(super) enum Sight {
    Now,
    /// One too low.
    Stale,
    Exactly(Version),
}

impl Sight {
    fn version(self, now: Version) -> Version {
        match self {
            Sight::Now => now,
            Sight::Stale => now.saturating_sub(1),
            Sight::Exactly(version) => version,
        }
    }
}

/// A batch as data; each call of `batch` makes it anew.
#[derive(Clone)]
pub(super) struct Spec {
    pub(super) company: CompanyId,
    pub(super) id: u64,
    pub(super) digest: Hash,
    pub(super) salt: Salt,
    pub(super) check: bool,
    pub(super) seen: Vec<(Key, Sight)>,
    pub(super) changes: Vec<Op>,
    pub(super) answer: Vec<Value>,
}

/// A change as data.
#[derive(Clone)]
pub(super) enum Op {
    Items(Vec<Item>),
    Samples(Vec<Sample>),
    Visitors(Vec<Visitor>),
    Put(Item, Sight),
    Delete(Key, Sight),
    Erase(Key),
    Add(Vec<Stock>, Vec<Floor>),
    Draw(&'static str, u32, Option<(NaiveDate, NaiveDate)>),
}

impl Spec {
    /// The batch, over what the rows are in `model`.
    pub(super) fn batch(&self, model: &Model) -> Batch {
        let now = &|key: &Key| model.version(self.company, key);
        let mut out = batch(self.company, self.id);
        if self.is_fresh(now) {
            // Decided on the newest snapshot: a store may skip the comparison.
            out.at.position = model.position(self.company);
        }
        (out.digest, out.salt, out.check) = (self.digest, self.salt, self.check);
        for (key, sight) in &self.seen {
            out = out.sees(key.clone(), sight.version(now(key)));
        }
        for change in &self.changes {
            out = change.stage(out, now);
        }
        let told = |event: Event, value: &Value| event.with("value", value.clone());
        let event = self.answer.iter().fold(Event::new("kit.step"), told);
        self.answer.iter().cloned().fold(out.tells(event), Stage::answers)
    }
}

impl Spec {
    /// Whether all that the batch has seen is as it is.
    fn is_fresh(&self, now: &dyn Fn(&Key) -> Version) -> bool {
        let fresh = |sight: &Sight, key: &Key| sight.version(now(key)) == now(key);
        let changed = self.changes.iter().all(|change| match change {
            Op::Put(item, sight) => fresh(sight, &key::<Item>(item.key())),
            Op::Delete(key, sight) => fresh(sight, key),
            _ => true,
        });
        changed && self.seen.iter().all(|(key, sight)| fresh(sight, key))
    }
}

impl Op {
    fn stage(&self, out: Batch, now: &dyn Fn(&Key) -> Version) -> Batch {
        // A put or delete over version 0 would be misuse.
        let version = |key: &Key, sight: Sight| sight.version(now(key)).max(1);
        match self.clone() {
            Op::Items(rows) => out.insert(rows),
            Op::Samples(rows) => out.insert(rows),
            Op::Visitors(rows) => out.insert(rows),
            Op::Put(item, sight) => {
                let seen = version(&key::<Item>(item.key()), sight);
                out.put(item, seen)
            }
            Op::Delete(key, sight) => {
                let seen = version(&key, sight);
                out.delete(key, seen)
            }
            Op::Erase(key) => out.erase(key),
            Op::Add(rows, floors) => out.add_over(rows, &floors),
            Op::Draw(series, count, None) => out.draw(series, count),
            Op::Draw(series, count, Some((first, last))) => {
                out.draw_dated(series, count, first, last)
            }
        }
    }
}

pub(super) fn companies() -> [CompanyId; 2] {
    [home(), away()]
}

/// Both series, and every table by every order, both ways, now and in each slot.
pub(super) fn everything(company: CompanyId) -> Vec<(When, Ask)> {
    let mut asks = vec![Ask::Series("s".into()), Ask::Series("t".into())];
    for table in [Item::TABLE, Sample::TABLE, Visitor::TABLE, Stock::TABLE] {
        let indexes = (0..table.indexes.len()).map(Some);
        for index in [None].into_iter().chain(indexes) {
            let scan = whole(table, index);
            asks.push(Ask::Scan(Scan { backwards: true, ..scan.clone() }));
            asks.push(Ask::Scan(scan));
        }
    }
    let held = (0..SLOTS).filter(|_| company == home()).map(When::Held);
    let whens = [When::Now].into_iter().chain(held);
    whens.flat_map(|when| asks.iter().map(move |ask| (when, ask.clone()))).collect()
}
