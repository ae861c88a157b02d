//! Whether batches fit, one after another, each over what those before it leave: all in memory, over what was read under the
//! company's lock. Nothing is written before all are judged, so what is refused has nothing to take back.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use fondaco_core::CommandId;
use fondaco_core::chain;
use fondaco_core::store::{
    Batch, Change, Clash, Commit, Floor, Key, KeyBytes, Kind, Numbers, Refusal, Row, Rows, Seen,
    SeriesState, StoreError, Stored, Table, Version, same_command,
};
use smol_str::SmolStr;

use super::ground::{Entry, Ground, for_entries, unique_rows};
use super::log::{self, Head, Written};
use crate::sql::states_written;

/// What is made of one batch.
pub(super) enum Verdict {
    /// It is stored, as this commit, or was before.
    Done(Commit),
    Refused(StoreError),
    /// It changes a row that a batch before it changed, or its numbers are others than it seemed: it is judged once those are
    /// stored.
    Later(Batch),
}

/// A batch that fits, as it is to be written.
pub(super) struct Accepted {
    pub(super) position: u64,
    pub(super) batch: Batch,
    /// Rows as they stand after their erasure, with their versions.
    pub(super) erased: Vec<(Version, Arc<dyn Stored>)>,
}

/// Judges batches of one company.
pub(super) struct Judge {
    ground: Ground,
    chain: bool,
    /// How many batches are still to come.
    left: usize,
    /// The head after the batches that fit.
    pub(super) head: Head,
    pub(super) accepted: Vec<Accepted>,
    pub(super) commits: Vec<Commit>,
    pub(super) written: Vec<Written>,
    /// Commits whose salts are to be forgotten, and `State` rows whose writers' are.
    pub(super) forgotten: (Vec<u64>, Vec<Key>),
    /// Rows changed by the batches before, counters too, and their versions now.
    changed: HashMap<Key, Version>,
    drawn: HashSet<SmolStr>,
}

/// A counter with what a batch adds.
type Sum = (Key, Arc<dyn Stored>);

#[derive(Default)]
struct Draws {
    numbers: Numbers,
    series: HashMap<SmolStr, SeriesState>,
}

impl Judge {
    /// Judges `count` batches.
    pub(super) fn new(ground: Ground, chain: bool, count: usize) -> Judge {
        Judge {
            head: ground.before,
            ground,
            chain,
            left: count,
            accepted: Vec::new(),
            commits: Vec::new(),
            written: Vec::new(),
            forgotten: Default::default(),
            changed: HashMap::new(),
            drawn: HashSet::new(),
        }
    }

    /// Judges one batch; `fault` is what is wrong with it whatever is stored.
    pub(super) fn judge(&mut self, batch: Batch, fault: Option<StoreError>) -> Verdict {
        self.left = self.left.saturating_sub(1);
        if let Some(verdict) = self.replayed(&batch) {
            return verdict;
        }
        if let Some(fault) = fault {
            return Verdict::Refused(fault);
        }
        let mut refusal = refusal(self.moved(&batch));
        if refusal.is_empty() && self.is_touched(&batch) {
            return Verdict::Later(batch);
        }
        match self.fits(batch, &mut refusal) {
            Ok(verdict) => verdict,
            Err(error) => Verdict::Refused(error),
        }
    }

    /// Why a batch met a key that is taken, over a ground where inserted keys were looked up.
    pub(super) fn why(&self, batch: &Batch) -> Option<StoreError> {
        let mut refusal = refusal(self.moved(batch));
        let fault = self.taken(batch, &mut refusal);
        refusal.into_result().err().or(fault)
    }

    fn replayed(&self, batch: &Batch) -> Option<Verdict> {
        let done = self.ground.commits.get(&batch.id)?;
        Some(match same_command(batch, &done.digest, done.salt.as_ref()) {
            true => Verdict::Done(replayed(done.clone())),
            false => Verdict::Refused(StoreError::CommandReused { id: batch.id }),
        })
    }

    /// The version of a row that was read for this batch.
    fn version(&self, key: &Key) -> Version {
        let read = || self.ground.versions.get(key).copied().unwrap_or(0);
        self.changed.get(key).copied().unwrap_or_else(read)
    }

    /// What was seen and is no longer so.
    fn moved(&self, batch: &Batch) -> Vec<Seen> {
        let position = self.ground.before.position;
        let unmoved = position > 0 && batch.at.position == position;
        let (mut moved, mut named) = (Vec::new(), HashSet::new());
        let mut compare = |key: &Key, seen: Version, now: Version| {
            if seen != now && named.insert(key.clone()) {
                moved.push(Seen { key: key.clone(), version: now });
            }
        };
        for Seen { key, version } in &batch.seen {
            match unmoved {
                // Of what was seen then, only the batches before can have changed anything.
                true => compare(key, *version, self.changed.get(key).copied().unwrap_or(*version)),
                false => compare(key, *version, self.version(key)),
            }
        }
        for change in &batch.changes {
            match change {
                Change::Put { row, seen } => {
                    let key = row.row_key();
                    compare(&key, *seen, self.version(&key));
                }
                Change::Delete { key, seen } => compare(key, *seen, self.version(key)),
                _ => {}
            }
        }
        moved
    }

    /// Whether the batch changes a row that one before it changed; adding to a counter is no change in this sense.
    fn is_touched(&self, batch: &Batch) -> bool {
        if self.changed.is_empty() {
            return false;
        }
        let touched = |key: &Key| self.changed.contains_key(key);
        batch.changes.iter().any(|change| match change {
            Change::Insert(rows) => {
                let mut rows = (0..rows.len()).filter_map(|at| rows.row(at));
                rows.any(|row| touched(&row.row_key()))
            }
            Change::Put { row, .. } => touched(&row.row_key()),
            Change::Delete { key, .. } | Change::Erase { key } => touched(key),
            _ => false,
        })
    }

    fn fits(&mut self, mut batch: Batch, refusal: &mut Refusal) -> Result<Verdict, StoreError> {
        let (mut sums, mut fault) = (Vec::new(), None);
        for change in &batch.changes {
            if let Change::Add { rows, floors } = change {
                self.add(rows.as_ref(), floors, refusal, &mut sums, &mut fault);
            }
        }
        let draws = self.draw(&batch, refusal)?;
        if self.is_numbered_otherwise(&batch, &draws.numbers) {
            return Ok(Verdict::Later(batch));
        }
        chain::fill(&mut batch, &draws.numbers);
        self.clashes(&batch, refusal);
        if self.ground.careful {
            fault = fault.or(self.taken(&batch, refusal));
        }
        std::mem::take(refusal).into_result()?;
        match fault {
            Some(fault) => Err(fault),
            None => Ok(Verdict::Done(self.accept(batch, sums, draws))),
        }
    }

    /// Whether the entries of the batch's rows were looked up with other numbers, for one before it was not stored.
    fn is_numbered_otherwise(&self, batch: &Batch, numbers: &Numbers) -> bool {
        let looked = self.ground.numbers.get(&batch.id);
        looked.is_some_and(|looked| looked.first != numbers.first)
            && unique_rows(batch).next().is_some()
    }

    /// Adds to counters and compares them with their floors.
    fn add(
        &self,
        rows: &dyn Rows,
        floors: &[Floor],
        refusal: &mut Refusal,
        sums: &mut Vec<Sum>,
        fault: &mut Option<StoreError>,
    ) {
        for (at, delta) in (0..rows.len()).filter_map(|at| Some((at, rows.row(at)?))) {
            let key = delta.row_key();
            let now = self.ground.counters.get(&key).and_then(|counter| counter.row.as_ref());
            let mut sum = delta.copy();
            if let (Some(now), Some(own)) = (now, Arc::get_mut(&mut sum))
                && let Err(column) = own.add(now.stored())
            {
                let column = column.into();
                fault.get_or_insert(StoreError::Overflow { key, column });
                continue;
            }
            if !floors.iter().all(|floor| floor.holds(at, sum.as_ref())) {
                refusal.short.push((key.clone(), now.cloned()));
            }
            sums.push((key, sum));
        }
    }

    /// The numbers that the batch draws.
    fn draw(&self, batch: &Batch, refusal: &mut Refusal) -> Result<Draws, StoreError> {
        let mut draws = Draws::default();
        for change in &batch.changes {
            let Change::Draw { series, count, dates } = change else { continue };
            let known = || self.ground.series.get(series).copied().unwrap_or_default();
            let state = draws.series.entry(series.clone()).or_insert_with(known);
            if let (Some((first, _)), Some(latest)) = (dates, state.date)
                && *first < latest
            {
                refusal.late.push((series.clone(), latest));
            }
            let full = || StoreError::Misused(format!("series {series} has no number left"));
            let last = state.last.checked_add(i64::from(*count)).ok_or_else(full)?;
            draws.numbers.first.push(state.last.saturating_add(1));
            state.last = last;
            if *count > 0 {
                state.date = state.date.max(dates.map(|(_, last)| last));
            }
        }
        Ok(draws)
    }

    /// Compares the batch's rows, numbers filled in, with the unique indexes.
    fn clashes(&self, batch: &Batch, refusal: &mut Refusal) {
        let freed = freed(batch);
        let mut claims: HashMap<Entry, Key> = HashMap::new();
        let mut claim = |row: &dyn Stored| {
            let table = row.table();
            for_entries(row, |index, part| {
                let wanted = row.row_key();
                let entry = (table.name, index, part);
                let in_batch = claims.entry(entry.clone()).or_insert_with(|| wanted.clone());
                let holder = match *in_batch == wanted {
                    true => self.ground.holders.get(&entry).filter(|holder| {
                        let goes = freed.get(*holder);
                        !goes.is_some_and(|erased| !erased || is_personal(table, index))
                    }),
                    false => Some(&*in_batch),
                };
                if let Some(holder) = holder.filter(|holder| **holder != wanted) {
                    let (part, holder) = (entry.2, holder.clone());
                    refusal.clashes.push(Clash { index, part, holder, wanted });
                }
            });
        };
        for row in unique_rows(batch) {
            claim(row);
        }
    }

    /// Inserts of keys that are there: moved for those who saw them absent, else the first of them is a fault.
    fn taken(&self, batch: &Batch, refusal: &mut Refusal) -> Option<StoreError> {
        let seen: HashMap<&Key, Version> =
            batch.seen.iter().map(|seen| (&seen.key, seen.version)).collect();
        let mut fault = None;
        for change in &batch.changes {
            let Change::Insert(rows) = change else { continue };
            for row in (0..rows.len()).filter_map(|at| rows.row(at)) {
                let key = row.row_key();
                let version = self.version(&key);
                if version == 0 {
                    continue;
                }
                if seen.get(&key) != Some(&0) {
                    fault.get_or_insert(StoreError::Exists { key });
                } else if refusal.moved.iter().all(|moved| moved.key != key) {
                    refusal.moved.push(Seen { key, version });
                }
            }
        }
        fault
    }

    /// Gives the batch its position and seal, and lays what it changes over the ground.
    fn accept(&mut self, mut batch: Batch, sums: Vec<Sum>, draws: Draws) -> Commit {
        let position = self.head.position + 1;
        let erased = self.erase(&batch, position);
        let states: Vec<&dyn Stored> = erased
            .iter()
            .map(|(_, row)| row.as_ref())
            .filter(|row| row.table().kind == Kind::State)
            .collect();
        let seal = self.chain.then(|| chain::seal(&batch, &states, position, &self.head.link));
        match &seal {
            Some(seal) => {
                self.head.link = seal.link;
                let states = seal.states.iter().enumerate();
                self.written.extend(states.map(|(at, state)| {
                    let hash = Some(state.hash);
                    (position, at, state.table.clone(), state.key.clone(), hash, state.deleted)
                }));
            }
            None => {
                let keys = states_written(&batch, &states).into_iter().enumerate();
                self.written.extend(keys.map(|(at, key)| {
                    (position, at, key.table.name.into(), key.bytes, None, false)
                }));
            }
        }
        self.lay(&batch, &erased, sums, draws, position);
        let mut commit = log::unsealed(&mut batch, position);
        commit.seal = seal;
        self.head.position = position;
        if self.left > 0 {
            self.ground.commits.insert(commit.id, commit.clone());
        }
        self.commits.push(commit.clone());
        self.accepted.push(Accepted { position, batch, erased });
        commit
    }

    /// The rows that the batch erases, as they stand then.
    fn erase(&mut self, batch: &Batch, position: u64) -> Vec<(Version, Arc<dyn Stored>)> {
        let mut out = Vec::new();
        for change in &batch.changes {
            let Change::Erase { key } = change else { continue };
            let Some(row) = self.ground.rows.get(key) else { continue };
            let mut erased = row.stored().copy();
            if let Some(own) = Arc::get_mut(&mut erased) {
                own.erase();
            }
            self.forgotten.0.push(row.version);
            match key.table.kind {
                Kind::State => {
                    self.forgotten.1.push(key.clone());
                    out.push((position, erased));
                }
                _ => out.push((row.version, erased)),
            }
        }
        out
    }

    fn lay(
        &mut self,
        batch: &Batch,
        erased: &[(Version, Arc<dyn Stored>)],
        sums: Vec<Sum>,
        draws: Draws,
        position: u64,
    ) {
        for (key, sum) in sums {
            if let Some(counter) = self.ground.counters.get_mut(&key) {
                counter.row = Some(Row::one(position, sum));
                counter.changed = true;
            }
            self.changed.insert(key, position);
        }
        self.drawn.extend(draws.series.keys().cloned());
        self.ground.series.extend(draws.series);
        if self.left == 0 {
            return;
        }
        let freed = freed(batch);
        self.ground.holders.retain(|entry, holder| {
            let goes = freed.get(holder);
            !goes.is_some_and(|erased| !erased || is_personal(holder.table, entry.1))
        });
        for row in unique_rows(batch) {
            for_entries(row, |index, part| {
                self.ground.holders.insert((row.table().name, index, part), row.row_key());
            });
        }
        for change in &batch.changes {
            match change {
                Change::Insert(rows) => {
                    let rows = (0..rows.len()).filter_map(|at| rows.row(at));
                    self.changed.extend(rows.map(|row| (row.row_key(), position)));
                }
                Change::Put { row, .. } => drop(self.changed.insert(row.row_key(), position)),
                Change::Delete { key, .. } => drop(self.changed.insert(key.clone(), 0)),
                _ => {}
            }
        }
        self.changed.extend(erased.iter().map(|(version, row)| (row.row_key(), *version)));
    }

    /// The counters that changed, as they stand now.
    pub(super) fn counters(&self) -> impl Iterator<Item = (&Key, &Row)> {
        let changed = self.ground.counters.iter().filter(|(_, counter)| counter.changed);
        changed.filter_map(|(key, counter)| Some((key, counter.row.as_ref()?)))
    }

    /// How far the series have come from which was drawn, in order of name.
    pub(super) fn series(&self) -> Vec<(&SmolStr, &SeriesState)> {
        // Of which no number was drawn was not drawn from.
        let drawn = self.ground.series.iter();
        let drawn = drawn.filter(|(name, state)| self.drawn.contains(*name) && state.last > 0);
        let mut series: Vec<_> = drawn.collect();
        series.sort_unstable_by_key(|(name, _)| *name);
        series
    }

    /// The commands that were stored.
    pub(super) fn stored(&self) -> Vec<CommandId> {
        self.commits.iter().map(|commit| commit.id).collect()
    }
}

/// A commit as the answer to its command come again.
pub(super) fn replayed(mut done: Commit) -> Commit {
    done.replayed = true;
    done
}

/// A refusal for what moved, so far.
pub(super) fn refusal(moved: Vec<Seen>) -> Refusal {
    let mut refusal = Refusal::default();
    refusal.moved = moved;
    refusal
}

/// Whether an index has a personal column, so that an erased row has no place in it.
fn is_personal(table: &Table, index: usize) -> bool {
    let columns = table.indexes.get(index).map_or(&[][..], |index| index.columns);
    columns.iter().any(|&at| table.columns.get(at).is_some_and(|column| column.personal))
}

/// The rows whose old entries in unique indexes go with this batch; `true` for those that are erased, which lose only
/// entries of personal columns.
fn freed(batch: &Batch) -> HashMap<Key, bool> {
    let key = |change: &Change| match change {
        Change::Put { row, .. } => Some((row.row_key(), false)),
        Change::Delete { key, .. } => Some((key.clone(), false)),
        Change::Erase { key } => Some((key.clone(), true)),
        _ => None,
    };
    batch.changes.iter().filter_map(key).collect()
}

/// The key bytes of a deletion, for who writes it.
pub(super) fn deleted(batch: &Batch) -> impl Iterator<Item = (&'static Table, &KeyBytes)> {
    batch.changes.iter().filter_map(|change| match change {
        Change::Delete { key, .. } => Some((key.table, &key.bytes)),
        _ => None,
    })
}
