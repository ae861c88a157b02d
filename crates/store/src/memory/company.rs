//! One company: its tables, commits, series and holds, and the two things done with them, reading and committing.

use fondaco_core::store::{
    Answer, Ask, Batch, Change, Commit, FeedFrom, Refusal, Reply, Row, Scan, Snapshot, StoreError,
    Stored,
};
use fondaco_core::{chain, digest};

use super::holds::{Holds, clock};
use super::judge::{self, Plan, Step};
use super::log::Log;
use super::series::{AllSeries, Drawing};
use super::sums::Sum;
use super::table::{Declared, Kept, KeptRows, Tables};
use crate::rules::{self, table_of};

/// Everything of one company. Nothing in here knows another.
#[derive(Default)]
pub(super) struct Company {
    pub(super) log: Log,
    pub(super) tables: Tables,
    pub(super) series: AllSeries,
    holds: Holds,
}

impl Company {
    /// Holds the newest snapshot under a name.
    pub(super) fn hold(&mut self, name: u64) -> Snapshot {
        let position = self.log.position();
        self.holds.add(name, position, clock());
        Snapshot { position, hold: name }
    }

    /// Releases a hold, and what only it showed.
    pub(super) fn release(&mut self, held: Snapshot) {
        let before = self.holds.oldest();
        self.holds.remove(held);
        if self.holds.oldest() != before {
            self.prune();
        }
    }

    fn prune(&mut self) {
        let oldest = self.holds.oldest();
        self.series.prune(oldest);
        self.tables.iter_mut().for_each(|kept| kept.past.prune(oldest));
    }

    /// That its rows keep the unique indexes of newer declarations.
    pub(super) fn is_unique_under(&self, declared: &Declared) -> Result<(), StoreError> {
        self.tables.iter().try_for_each(|kept| match declared.get(kept.table.name) {
            Some(table) if table.layout > kept.table.layout => kept.is_unique_under(table),
            _ => Ok(()),
        })
    }

    /// Converts the tables that have a newer declaration now; held snapshots end.
    pub(super) fn upgrade(&mut self, declared: &Declared) {
        self.holds.clear();
        self.prune();
        for kept in self.tables.iter_mut() {
            if let Some(table) = declared.get(kept.table.name)
                && table.layout > kept.table.layout
            {
                *kept = kept.upgraded(table);
            }
        }
    }

    /// The position of the newest commit.
    pub(super) fn position(&self) -> u64 {
        self.log.position()
    }

    /// Whether its tables are as they are declared.
    pub(super) fn fits(&self, declared: &Declared) -> bool {
        self.tables.iter().all(|kept| declared.check(kept.table).is_ok())
    }

    pub(super) fn feed(&self, from: &FeedFrom) -> Vec<Commit> {
        self.log.feed(from)
    }

    /// Whether all scans find their orders up to date.
    pub(super) fn is_tidy(&self, asks: &[Ask]) -> bool {
        scans(asks).all(|scan| self.tables.get(scan.table).is_none_or(|kept| kept.is_tidy(scan)))
    }

    /// Brings up to date the orders that the scans need.
    pub(super) fn tidy(&mut self, asks: &[Ask]) {
        for scan in scans(asks) {
            if let Some(kept) = self.tables.get_mut(scan.table) {
                kept.tidy(scan);
            }
        }
    }

    /// Answers all asks from the newest snapshot, or from a held one.
    pub(super) fn answer(
        &self,
        declared: &Declared,
        asks: &[Ask],
        held: Option<Snapshot>,
    ) -> Result<Answer, StoreError> {
        let newest = self.log.position();
        let held_position = held.map(|held| self.holds.position(held, clock())).transpose()?;
        // A hold on the newest snapshot sees what all see.
        let past = held_position.filter(|&position| position < newest);
        let replies = asks.iter().map(|ask| self.reply(declared, ask, past));
        let replies = replies.collect::<Result<_, _>>()?;
        let at = held.unwrap_or(Snapshot { position: newest, hold: 0 });
        Ok(Answer::new(at, replies))
    }

    fn reply(
        &self,
        declared: &Declared,
        ask: &Ask,
        past: Option<u64>,
    ) -> Result<Reply, StoreError> {
        let until = past.unwrap_or(u64::MAX);
        Ok(match ask {
            Ask::Command(id) => Reply::Command(self.log.receipt(*id, until).map(Box::new)),
            Ask::Series(series) => Reply::Series(self.series.at(series, until)),
            Ask::AllSeries => Reply::AllSeries(self.series.all(until)),
            Ask::AllTables => Reply::AllTables(self.tables.used(past)),
            Ask::Get(table, keys) => {
                declared.check(table)?;
                let Some(kept) = self.tables.get(table) else {
                    return Ok(Reply::Got(vec![None; keys.len()]));
                };
                Reply::Got(match past {
                    None => keys.iter().map(|key| kept.get(key)).collect(),
                    Some(position) => keys.iter().map(|key| kept.get_at(key, position)).collect(),
                })
            }
            Ask::Scan(scan) => {
                declared.check(scan.table)?;
                if scan.index.is_some_and(|index| index >= scan.table.indexes.len()) {
                    let table = scan.table.name;
                    return Err(StoreError::Misused(format!("table {table} has no such index")));
                }
                let kept = self.tables.get(scan.table);
                Reply::Rows(kept.map_or_else(Vec::new, |kept| kept.scan(scan, past)))
            }
            Ask::Sums(sums) => {
                declared.check(sums.table)?;
                let kept = self.tables.get(sums.table);
                Reply::Rows(kept.map_or(Ok(Vec::new()), |kept| kept.sums(sums, past))?)
            }
            _ => return Err(StoreError::Unsupported { ask: "a question it does not know" }),
        })
    }

    /// Stores a batch, all or nothing, at most once.
    pub(super) fn commit(
        &mut self,
        declared: &Declared,
        mut batch: Batch,
        chain: bool,
    ) -> Result<Commit, StoreError> {
        if let Some(commit) = self.log.replay(&batch)? {
            return Ok(commit);
        }
        rules::check(&batch, |table| declared.check(table))?;
        let mut refusal = Refusal::default();
        let unmoved = batch.at.position == self.log.position() && !batch.check;
        judge::compare(&self.tables, &batch, unmoved, &mut refusal);
        if batch.check {
            refusal.into_result()?;
            let digest = digest::salted(&batch.digest, &batch.salt);
            return Ok(Commit::new(self.log.position(), batch.id, digest, batch.meta));
        }
        let drawing = self.series.draw(&batch, &mut refusal)?;
        chain::fill(&mut batch, &drawing.numbers);
        batch.changes.iter().filter_map(table_of).for_each(|table| self.tables.ensure(table));
        let held = self.holds.newest();
        let plan = judge::judge(&self.tables, &batch, held, &mut refusal)?;
        refusal.into_result()?;
        Ok(self.store(batch, plan, drawing, chain))
    }

    /// Stores a batch that fits. Nothing in here can fail.
    fn store(&mut self, batch: Batch, plan: Plan, drawing: Drawing, chain: bool) -> Commit {
        let position = self.log.position() + 1;
        if !self.holds.is_empty() && self.holds.forget(clock()) {
            self.prune();
        }
        let seal = chain.then(|| {
            let erased: Vec<&dyn Stored> = plan.steps.iter().filter_map(erased_state).collect();
            chain::seal(&batch, &erased, position, &self.log.link())
        });
        let digest = digest::salted(&batch.digest, &batch.salt);
        let mut commit = Commit::new(position, batch.id, digest, batch.meta);
        (commit.salt, commit.seal) = (Some(batch.salt), seal);
        (commit.events, commit.answer) = (batch.events, batch.answer);
        let held = self.holds.newest();
        for (change, step) in batch.changes.into_iter().zip(plan.steps) {
            if let Some(table) = table_of(&change)
                && let Some(kept) = self.tables.get_mut(table)
            {
                apply(kept, change, step, position, held);
            }
        }
        self.series.apply(drawing, position, held);
        plan.forget.iter().for_each(|(key, version)| self.log.forget_salts(key, *version));
        self.log.push(commit.clone());
        commit
    }
}

fn scans(asks: &[Ask]) -> impl Iterator<Item = &Scan> {
    asks.iter().filter_map(|ask| match ask {
        Ask::Scan(scan) => Some(scan),
        _ => None,
    })
}

fn erased_state(step: &Step) -> Option<&dyn Stored> {
    match step {
        Step::EraseState(_, row) => Some(row.as_ref()),
        _ => None,
    }
}

/// Applies one change as planned; rows that the hold at `held` still shows are kept beside.
fn apply(kept: &mut Kept, change: Change, step: Step, position: u64, held: Option<u64>) {
    let past = &mut kept.past;
    let mut keep = |row: Option<Row>| {
        if let Some(row) = row.filter(|row| held.is_some_and(|held| row.version <= held)) {
            past.keep(row, position);
        }
    };
    match (&mut kept.rows, change, step) {
        (KeptRows::Facts(facts), Change::Insert(rows), Step::Insert) => {
            facts.insert(rows, position)
        }
        (KeptRows::Facts(facts), _, Step::EraseFact(place)) => {
            if held.is_some() {
                let old = facts.row(place).map(Stored::copy);
                keep(old.map(|old| Row::one(facts.version(place), old)));
            }
            facts.erase(place);
        }
        (KeptRows::States(states), Change::Insert(rows), Step::Insert) => {
            for row in (0..rows.len()).filter_map(|at| rows.row(at)) {
                states.insert(row.copy(), position);
            }
        }
        (KeptRows::States(states), Change::Put { row, .. }, Step::Put(slot)) => {
            keep(states.replace(slot, row, position));
        }
        (KeptRows::States(states), _, Step::EraseState(slot, row)) => {
            keep(states.replace(slot, row, position));
        }
        (KeptRows::States(states), _, Step::Delete(slot)) => keep(states.remove(slot)),
        (KeptRows::States(states), Change::Add { rows, .. }, Step::Add(sums)) => {
            for (at, sum) in sums.into_iter().enumerate() {
                match (sum, rows.row(at)) {
                    (Sum::Grow(slot), Some(delta)) => states.grow(slot, delta, position),
                    (Sum::Set(slot, row), _) => keep(states.replace(slot, row, position)),
                    (Sum::New(row), _) => states.insert(row, position),
                    (Sum::Grow(_), None) => {}
                }
            }
        }
        _ => {}
    }
}
