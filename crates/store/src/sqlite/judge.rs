//! Whether a batch still fits what is stored: all that does not, in one [`Refusal`], before anything is written.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use fondaco_core::CompanyId;
use fondaco_core::store::{
    Batch, Change, Clash, Floor, Key, KeyBytes, KeyWriter, Numbers, Refusal, Rows, Seen,
    SeriesState, StoreError, Stored, Table, Version,
};
use rusqlite::Connection;
use smol_str::SmolStr;

use super::cache::{Cache, Slot};
use super::error::{Outcome, misused};
use super::form::{Form, Forms};
use super::log::{self, Head};
use super::read;
use crate::part;

/// A batch being judged.
pub(super) struct Judge<'j> {
    pub(super) conn: &'j Connection,
    pub(super) forms: &'j Forms,
    pub(super) company: CompanyId,
    pub(super) head: Head,
    pub(super) cache: Option<&'j Cache>,
    pub(super) refusal: Refusal,
}

/// A counter as it will be.
pub(super) struct Sum {
    pub(super) key: Key,
    pub(super) row: Arc<dyn Stored>,
    /// Where it is in its table; a new one is nowhere yet.
    pub(super) place: Option<i64>,
    /// Where it is in the cache.
    pub(super) slot: Option<Slot>,
}

/// What the draws of a batch give.
#[derive(Debug, Default)]
pub(super) struct Draws {
    pub(super) numbers: Numbers,
    pub(super) series: BTreeMap<SmolStr, SeriesState>,
}

impl Judge<'_> {
    /// Compares what was seen.
    pub(super) fn seen(&mut self, batch: &Batch) -> Outcome<()> {
        // Nothing was committed since: all is as it was seen.
        let same = self.head.position > 0 && batch.at.position == self.head.position;
        if !same {
            self.versions(batch.seen.iter().map(|seen| (&seen.key, seen.version)))?;
        }
        let mut replaced = Vec::new();
        for change in &batch.changes {
            match change {
                Change::Put { row, seen } => replaced.push((row.row_key(), *seen)),
                Change::Delete { key, seen } => replaced.push((key.clone(), *seen)),
                _ => {}
            }
        }
        let known: HashSet<&Key> = self.refusal.moved.iter().map(|seen| &seen.key).collect();
        replaced.retain(|(key, _)| !known.contains(key));
        self.versions(replaced.iter().map(|(key, version)| (key, *version)))
    }

    fn versions<'k>(&mut self, seen: impl Iterator<Item = (&'k Key, Version)>) -> Outcome<()> {
        let mut open: Option<(&'static str, read::Versions<'_>)> = None;
        for (key, expected) in seen {
            // Without disturbing what is there: a check looks from a snapshot that may be older.
            let kept = self.cache.and_then(|cache| {
                let version = |slot: &Slot| slot.kept().row.version;
                cache
                    .read(self.company, self.head.position, |shelf| shelf.get(key).map(version))
                    .flatten()
            });
            if kept == Some(expected) {
                continue;
            }
            if open.as_ref().is_none_or(|(name, _)| *name != key.table.name) {
                let form = self.forms.get(key.table)?;
                let versions = read::Versions::new(self.conn, form, self.head.company)?;
                open = Some((key.table.name, versions));
            }
            let Some((_, versions)) = &mut open else { continue };
            let version = versions.of(key.bytes.as_slice())?;
            if version != expected {
                self.refusal.moved.push(Seen { key: key.clone(), version });
            }
        }
        Ok(())
    }

    /// Adds up the counters of one change and compares them with their floors.
    pub(super) fn sums(&mut self, rows: &dyn Rows, floors: &[Floor]) -> Outcome<Vec<Sum>> {
        let form = self.forms.get(rows.table())?;
        let keys: Vec<Key> =
            (0..rows.len()).filter_map(|at| rows.row(at)).map(Stored::row_key).collect();
        let slots = self.cache.map(|cache| {
            cache.write(self.company, self.head.position, |shelf| {
                keys.iter().map(|key| shelf.get(key).cloned()).collect()
            })
        });
        let slots: Vec<Option<Slot>> = slots.unwrap_or_else(|| vec![None; keys.len()]);
        let mut getter = read::Getter::new(self.conn, form, self.head.company)?;
        let mut out = Vec::with_capacity(keys.len());
        for (at, (key, slot)) in keys.into_iter().zip(slots).enumerate() {
            let Some(delta) = rows.row(at) else { continue };
            let now = match &slot {
                Some(slot) => Some(slot.kept()),
                None => getter.get(key.bytes.as_slice())?,
            };
            let row = match &now {
                Some(now) => plus(delta, now.row.stored())?,
                None => delta.copy(),
            };
            if !floors.iter().all(|floor| floor.holds(at, row.as_ref())) {
                let now = now.as_ref().map(|now| now.row.clone());
                self.refusal.short.push((key.clone(), now));
            }
            out.push(Sum { key, row, place: now.map(|now| now.place), slot });
        }
        Ok(out)
    }

    /// The numbers that the batch draws.
    pub(super) fn draws(&mut self, batch: &Batch) -> Outcome<Draws> {
        let mut out = Draws::default();
        for change in &batch.changes {
            let Change::Draw { series, count, dates } = change else { continue };
            let mut state = match out.series.get(series) {
                Some(state) => *state,
                None => log::series(self.conn, self.head.company, series)?,
            };
            if let (Some((first, _)), Some(latest)) = (dates, state.date)
                && *first < latest
            {
                self.refusal.late.push((series.clone(), latest));
            }
            let full = || misused(format!("series {series} has no number left"));
            out.numbers.first.push(state.last.checked_add(1).ok_or_else(full)?);
            state.last = state.last.checked_add(i64::from(*count)).ok_or_else(full)?;
            state.date = state.date.max(dates.map(|(_, last)| last));
            // No number drawn leaves the series as it is.
            if *count > 0 {
                out.series.insert(series.clone(), state);
            }
        }
        Ok(out)
    }

    /// Compares the batch's rows, numbers filled in, with the unique indexes.
    pub(super) fn unique(&mut self, batch: &Batch) -> Outcome<()> {
        let mut freed = None;
        let mut claims = Claims::default();
        for change in &batch.changes {
            match change {
                Change::Insert(rows) if has_unique(rows.table()) => {
                    for row in (0..rows.len()).filter_map(|at| rows.row(at)) {
                        let freed = freed.get_or_insert_with(|| self::freed(batch));
                        self.claim(row, &mut claims, freed)?;
                    }
                }
                Change::Put { row, .. } if has_unique(row.table()) => {
                    let freed = freed.get_or_insert_with(|| self::freed(batch));
                    self.claim(row.as_ref(), &mut claims, freed)?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn claim(
        &mut self,
        row: &dyn Stored,
        claims: &mut Claims,
        freed: &HashMap<Key, bool>,
    ) -> Outcome<()> {
        let table = row.table();
        let form = self.forms.get(table)?.clone();
        let mut part = KeyWriter::new();
        for (index, _) in table.indexes.iter().enumerate().filter(|(_, index)| index.unique) {
            part.clear();
            if !row.write_index(index, &mut part) {
                continue;
            }
            let (part, wanted) = (part.to_key(), row.row_key());
            let place = (table.name, index, part.clone());
            let in_batch = claims.entry(place).or_insert_with(|| wanted.clone()).clone();
            let holder = match in_batch == wanted {
                true => self.holder(&form, index, &part, freed)?,
                false => Some(in_batch),
            };
            if let Some(holder) = holder.filter(|holder| *holder != wanted) {
                self.refusal.clashes.push(Clash { index, part, holder, wanted });
            }
        }
        Ok(())
    }

    /// The row that holds a unique entry and does not lose it in this batch.
    fn holder(
        &self,
        form: &Form,
        index: usize,
        part: &KeyBytes,
        freed: &HashMap<Key, bool>,
    ) -> Outcome<Option<Key>> {
        let Some(sql) = form.indexes.get(index).map(|index| &index.holders) else {
            return Ok(None);
        };
        let mut statement = self.conn.prepare_cached(sql)?;
        statement.raw_bind_parameter(1, self.head.company)?;
        let parts = part::parts(form.index_types(index), part.as_slice())?;
        read::bind_parts(&mut statement, &parts, 2)?;
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next()? {
            let holder = Key { table: form.table, bytes: read::key_of(form, row)? };
            let goes = freed.get(&holder).is_some_and(|erased| !erased || personal(form, index));
            if !goes {
                return Ok(Some(holder));
            }
        }
        Ok(None)
    }

    /// Why an insert met a row: the rows that were there before the commit at `position`.
    pub(super) fn taken(&mut self, batch: &Batch, position: Version) -> Outcome<()> {
        let seen: HashMap<&Key, Version> =
            batch.seen.iter().map(|seen| (&seen.key, seen.version)).collect();
        for change in &batch.changes {
            let Change::Insert(rows) = change else { continue };
            if rows.is_empty() {
                continue;
            }
            let form = self.forms.get(rows.table())?;
            let mut versions = read::Versions::new(self.conn, form, self.head.company)?;
            for row in (0..rows.len()).filter_map(|at| rows.row(at)) {
                let key = row.row_key();
                let version = versions.of(key.bytes.as_slice())?;
                if version == 0 || version == position {
                    continue;
                }
                if seen.get(&key) != Some(&0) {
                    return Err(StoreError::Exists { key }.into());
                }
                self.refusal.moved.push(Seen { key, version });
            }
        }
        Ok(())
    }
}

type Claims = HashMap<(&'static str, usize, KeyBytes), Key>;

/// Whether an index has a personal column, so that an erased row has no place in it.
fn personal(form: &Form, index: usize) -> bool {
    let columns = form.table.indexes.get(index).map_or(&[][..], |index| index.columns);
    columns.iter().any(|&at| form.table.columns.get(at).is_some_and(|column| column.personal))
}

fn has_unique(table: &Table) -> bool {
    table.indexes.iter().any(|index| index.unique)
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

/// A counter with a delta added, in the record's own types, which may be narrower than the columns.
fn plus(delta: &dyn Stored, now: &dyn Stored) -> Outcome<Arc<dyn Stored>> {
    let mut sum = delta.copy();
    let own = Arc::get_mut(&mut sum).ok_or_else(|| misused("a copy of a row is shared"))?;
    own.add(now).map_err(|column| overflow(delta, column))?;
    Ok(sum)
}

fn overflow(row: &dyn Stored, column: &str) -> StoreError {
    StoreError::Overflow { key: row.row_key(), column: column.into() }
}
