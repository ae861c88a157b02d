//! Whether a batch still fits what is stored: all that does not, in one [`Refusal`], before anything is written.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use fondaco_core::store::{
    Batch, Change, Clash, Floor, Key, KeyBytes, KeyWriter, Numbers, Refusal, Rows, Seen,
    SeriesState, StoreError, Stored, Table, Version,
};
use rusqlite::Connection;
use smol_str::SmolStr;

use super::error::{Failure, Outcome, misused};
use super::form::{Form, Forms};
use super::log::{self, Head};
use super::{part, read};

/// A batch being judged.
pub(super) struct Judge<'j> {
    pub(super) conn: &'j Connection,
    pub(super) forms: &'j Forms,
    pub(super) head: Head,
    pub(super) refusal: Refusal,
}

/// The columns beside the key of the counters of one change, as they will be: row after row.
#[derive(Debug, Default)]
pub(super) struct Sums {
    pub(super) values: Vec<i64>,
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
    pub(super) fn sums(&mut self, form: &Form, rows: &dyn Rows, floors: &[Floor]) -> Outcome<Sums> {
        let (table, width) = (form.table, form.table.columns.len() - form.table.key);
        let mut out = Sums { values: Vec::with_capacity(rows.len() * width) };
        let mut getter = read::Getter::new(self.conn, form, self.head.company)?;
        let mut key = KeyWriter::new();
        for row in (0..rows.len()).filter_map(|at| rows.row(at)) {
            key.clear();
            row.write_key(&mut key);
            let start = out.values.len();
            let sum = match getter.get(key.as_slice())? {
                Some(now) => Some(plus(row, now.stored())?),
                None => None,
            };
            let sum = sum.as_deref().unwrap_or(row);
            for (at, column) in table.columns.iter().enumerate().skip(table.key) {
                let units = sum.units(at).ok_or_else(|| no_sum(table, column.name))?;
                out.values.push(units);
            }
            let sums = out.values.get(start..).unwrap_or_default();
            if !floors.iter().all(|floor| holds(floor, table, sums)) {
                self.short(form, key.to_key())?;
            }
        }
        Ok(out)
    }

    /// Notes a counter below a floor, as it stands without the batch.
    fn short(&mut self, form: &Form, bytes: KeyBytes) -> Outcome<()> {
        let row = read::Getter::new(self.conn, form, self.head.company)?.get(bytes.as_slice())?;
        self.refusal.short.push((Key { table: form.table, bytes }, row));
        Ok(())
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
            out.series.insert(series.clone(), state);
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
                        let freed = freed.get_or_insert_with(|| replaced(batch));
                        self.claim(row, &mut claims, freed)?;
                    }
                }
                Change::Put { row, .. } if has_unique(row.table()) => {
                    let freed = freed.get_or_insert_with(|| replaced(batch));
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
        freed: &HashSet<Key>,
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
        freed: &HashSet<Key>,
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
            if !freed.contains(&holder) {
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

fn has_unique(table: &Table) -> bool {
    table.indexes.iter().any(|index| index.unique)
}

/// The rows whose old entries in unique indexes go with this batch.
///
/// Not those that are erased: an entry of columns that are not personal stays.
fn replaced(batch: &Batch) -> HashSet<Key> {
    let key = |change: &Change| match change {
        Change::Put { row, .. } => Some(row.row_key()),
        Change::Delete { key, .. } => Some(key.clone()),
        _ => None,
    };
    batch.changes.iter().filter_map(key).collect()
}

fn holds(floor: &Floor, table: &Table, sums: &[i64]) -> bool {
    let term = |&(column, sign): &(usize, i8)| {
        let sum = column.checked_sub(table.key).and_then(|at| sums.get(at));
        i128::from(sum.copied().unwrap_or(0)) * i128::from(sign)
    };
    floor.terms.iter().map(term).sum::<i128>() >= i128::from(floor.min)
}

/// A counter with a delta added, in the record's own types, which may be narrower than the columns.
fn plus(delta: &dyn Stored, now: &dyn Stored) -> Outcome<Arc<dyn Stored>> {
    let mut sum = delta.copy();
    let own = Arc::get_mut(&mut sum).ok_or_else(|| misused("a copy of a row is shared"))?;
    own.add(now).map_err(|column| overflow(delta, column))?;
    Ok(sum)
}

fn no_sum(table: &Table, column: &str) -> Failure {
    misused(format!("{}.{column} holds no sum", table.name))
}

fn overflow(row: &dyn Stored, column: &str) -> StoreError {
    StoreError::Overflow { key: row.row_key(), column: column.into() }
}
