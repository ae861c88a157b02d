//! One company's data, and the steps of a commit in the order of the contract.

use std::collections::{BTreeMap, BTreeSet};

use fondaco_core::chain;
use fondaco_core::store::{
    Batch, Change, Clash, Commit, Hash, Key, KeyBytes, KeyWriter, Kind, Numbers, Refusal, Row,
    Seen, SeriesState, StoreError, Stored, Table, ValueRow, Version, same_command,
};
use smol_str::SmolStr;

use super::{Kept, Tables, rules};

/// Everything of one company. A commit changes a copy, which then takes its place.
#[derive(Default, Clone)]
pub(crate) struct Company {
    pub(super) rows: BTreeMap<&'static str, BTreeMap<KeyBytes, Kept>>,
    pub(super) series: BTreeMap<SmolStr, SeriesState>,
    pub(super) commits: Vec<Commit>,
}

/// What goes wrong or is noted while a batch is applied.
#[derive(Default)]
pub(super) struct Outcome {
    pub(super) refusal: Refusal,
    pub(super) faults: Vec<StoreError>,
    /// `State` rows as they stand after their erasure.
    pub(super) erased: Vec<ValueRow>,
}

impl Company {
    pub(crate) fn position(&self) -> u64 {
        self.commits.len() as u64
    }

    pub(super) fn version(&self, key: &Key) -> Version {
        let row = self.rows.get(key.table.name).and_then(|rows| rows.get(&key.bytes));
        row.map_or(0, |(version, _)| *version)
    }

    fn link(&self) -> Hash {
        let seal = self.commits.last().and_then(|commit| commit.seal.as_ref());
        seal.map_or(chain::GENESIS, |seal| seal.link)
    }

    // [commit]
    /// Carries out a batch. On error `self` is of no more use.
    pub(super) fn commit(
        &mut self,
        tables: &Tables,
        mut batch: Batch,
    ) -> Result<Commit, Vec<StoreError>> {
        if let Some(done) = self.commits.iter().find(|commit| commit.id == batch.id) {
            return replay(done, &batch);
        }
        rules::check(tables, &batch).map_err(|fault| vec![fault])?;
        let mut out = Outcome::default();
        out.refusal.moved = self.moved(&batch);
        if batch.check {
            out.refusal.into_result().map_err(|refused| vec![refused])?;
            return Ok(Commit::new(self.position(), batch.id, batch.digest, batch.meta));
        }
        let numbers = self.draw(&batch, &mut out);
        chain::fill(&mut batch, &numbers);
        for change in &batch.changes {
            self.apply(tables, change, &batch.seen, &mut out);
        }
        out.refusal.clashes = self.clashes(tables, &rules::keys(&batch));
        if let Err(refused) = out.refusal.into_result() {
            out.faults.insert(0, refused);
        }
        if out.faults.is_empty() { Ok(self.seal(batch, &out.erased)) } else { Err(out.faults) }
    }
    // [end]

    /// Rows that are not as they were seen, each named once.
    fn moved(&self, batch: &Batch) -> Vec<Seen> {
        let changed = batch.changes.iter().filter_map(|change| match change {
            Change::Put { row, seen } => Some((row.row_key(), *seen)),
            Change::Delete { key, seen } => Some((key.clone(), *seen)),
            _ => None,
        });
        let seen = batch.seen.iter().map(|seen| (seen.key.clone(), seen.version)).chain(changed);
        let moved = seen.filter(|(key, version)| self.version(key) != *version);
        let moved: BTreeMap<Key, Version> = moved
            .map(|(key, _)| {
                let now = self.version(&key);
                (key, now)
            })
            .collect();
        moved.into_iter().map(|(key, version)| Seen { key, version }).collect()
    }

    fn draw(&mut self, batch: &Batch, out: &mut Outcome) -> Numbers {
        let mut numbers = Numbers::default();
        for change in &batch.changes {
            let Change::Draw { series, count, dates } = change else { continue };
            let mut state = self.series.get(series).copied().unwrap_or_default();
            numbers.first.push(state.last + 1);
            state.last += i64::from(*count);
            if let Some((first, last)) = *dates {
                if let Some(date) = state.date.filter(|date| first < *date) {
                    out.refusal.late.push((series.clone(), date));
                }
                state.date = state.date.max(Some(last));
            }
            // No number drawn leaves the series as it is.
            if *count > 0 {
                self.series.insert(series.clone(), state);
            }
        }
        numbers
    }

    /// Entries of unique indexes that several rows have, after the whole batch.
    fn clashes(&self, tables: &Tables, changed: &BTreeSet<Key>) -> Vec<Clash> {
        let mut clashes = Vec::new();
        let names: BTreeSet<_> = changed.iter().map(|key| key.table.name).collect();
        for table in names.iter().filter_map(|name| tables.get(name).copied()) {
            for (index, _) in table.indexes.iter().enumerate().filter(|(_, index)| index.unique) {
                for (part, mut keys) in self.entries(table, index) {
                    // The row that was there before the batch comes first: it is the holder.
                    keys.sort_by_key(|key| changed.contains(key));
                    let Some((holder, wanting)) = keys.split_first() else { continue };
                    clashes.extend(wanting.iter().map(|wanted| {
                        let (part, holder) = (part.clone(), holder.clone());
                        Clash { index, part, holder, wanted: wanted.clone() }
                    }));
                }
            }
        }
        clashes
    }

    /// A table with two rows that have the same columns in a unique index.
    pub(super) fn has_clashes(&self, tables: &Tables) -> Option<&'static str> {
        let twice = |table: &&'static Table| {
            let mut unique = table.indexes.iter().enumerate().filter(|(_, index)| index.unique);
            unique.any(|(index, _)| self.entries(table, index).values().any(|keys| keys.len() > 1))
        };
        tables.values().copied().find(twice).map(|table| table.name)
    }

    fn entries(&self, table: &'static Table, index: usize) -> BTreeMap<KeyBytes, Vec<Key>> {
        let mut entries: BTreeMap<KeyBytes, Vec<Key>> = BTreeMap::new();
        for (version, values) in self.rows.get(table.name).into_iter().flat_map(BTreeMap::values) {
            let row = Row::values(*version, table, values.clone());
            let mut part = KeyWriter::new();
            if row.stored().write_index(index, &mut part) {
                entries.entry(part.to_key()).or_default().push(row.key());
            }
        }
        entries
    }

    fn seal(&mut self, batch: Batch, erased: &[ValueRow]) -> Commit {
        let position = self.position() + 1;
        let erased: Vec<&dyn Stored> = erased.iter().map(|row| row as &dyn Stored).collect();
        let seal = chain::seal(&batch, &erased, position, &self.link());
        let digest = fondaco_core::digest::salted(&batch.digest, &batch.salt);
        let mut commit = Commit::new(position, batch.id, digest, batch.meta);
        commit.salt = Some(batch.salt);
        (commit.events, commit.answer) = (batch.events, batch.answer);
        commit.seal = Some(seal);
        self.commits.push(commit.clone());
        commit
    }

    /// Forgets the salts of the commits that wrote the row: the one of its version, and those whose seals name it.
    pub(super) fn forget_salts(&mut self, key: &Key, version: Version) {
        for commit in &mut self.commits {
            let mut states = commit.seal.iter().flat_map(|seal| &seal.states);
            let named = states.any(|at| at.key == key.bytes && at.table == key.table.name);
            if named || commit.position == version {
                commit.salt = None;
            }
        }
    }
}

fn replay(done: &Commit, batch: &Batch) -> Result<Commit, Vec<StoreError>> {
    if !same_command(batch, &done.digest, done.salt.as_ref()) {
        return Err(vec![StoreError::CommandReused { id: batch.id }]);
    }
    let mut again = done.clone();
    again.replayed = true;
    Ok(again)
}

/// Whether rows of a kind are changed by anything but adding.
pub(super) fn is_counter(table: &Table) -> bool {
    table.kind == Kind::Counter
}
