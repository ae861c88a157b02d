//! Whether a batch fits what is stored, and what it puts into the map if it does.
//!
//! Nothing is written while it is judged: the puts are made on the way, and are of no use when something does not fit.

use std::collections::BTreeSet;

use fondaco_core::store::{
    Batch, Change, Floor, Key, KeyWriter, Kind, Refusal, Rows, Seen, StoreError, Stored, Table,
    ValueRow, Version,
};

use super::catalog::{Form, Forms};
use super::index::Entries;
use super::place::{self, Part};
use super::unique::Claims;
use super::{KeyRange, MapSnapshot, Put, log, row};

/// What a batch that fits comes to.
#[derive(Default)]
pub(super) struct Plan {
    pub(super) puts: Vec<Put>,
    /// `State` rows as they stand after their erasure.
    pub(super) erased: Vec<ValueRow>,
    /// The commits whose salts are to be forgotten.
    pub(super) forget: BTreeSet<u64>,
}

/// The version of a row; 0 when there is none.
fn version(
    map: &dyn MapSnapshot,
    company: i64,
    form: &Form,
    key: &Key,
) -> Result<Version, StoreError> {
    let mut at = place::numbered(company, Part::Row, form.number);
    at.extend_from_slice(key.bytes.as_slice());
    map.get(&at)?.map_or(Ok(0), |bytes| row::version(&bytes))
}

/// Compares what a batch has seen with what there is: `seen`, unless nothing was committed since, and what its puts and
/// deletes saw.
pub(super) fn compare(
    map: &dyn MapSnapshot,
    forms: &Forms,
    company: i64,
    batch: &Batch,
    unmoved: bool,
) -> Result<Vec<Seen>, StoreError> {
    let changed = batch.changes.iter().filter_map(|change| match change {
        Change::Put { row, seen } => Some(Seen { key: row.row_key(), version: *seen }),
        Change::Delete { key, seen } => Some(Seen { key: key.clone(), version: *seen }),
        _ => None,
    });
    let compared = if unmoved { &[] } else { batch.seen.as_slice() };
    let mut moved: Vec<Seen> = Vec::new();
    let mut named = std::collections::HashSet::new();
    for Seen { key, version: seen } in compared.iter().cloned().chain(changed) {
        let version = version(map, company, forms.get(key.table)?, &key)?;
        if version != seen && named.insert(key.clone()) {
            moved.push(Seen { key, version });
        }
    }
    Ok(moved)
}

/// Judges the changes of a batch whose numbers are filled in, under the position it would get.
pub(super) fn judge(
    map: &dyn MapSnapshot,
    forms: &Forms,
    company: i64,
    position: u64,
    batch: &Batch,
    refusal: &mut Refusal,
) -> Result<Plan, StoreError> {
    let (plan, claims, error) = (Plan::default(), Claims::default(), None);
    let mut judge =
        Judge { map, company, position, seen: &batch.seen, refusal, plan, claims, error };
    for change in &batch.changes {
        if let Some(table) = crate::rules::table_of(change) {
            judge.change(change, forms.get(table)?)?;
        }
    }
    let Judge { plan, claims, error, .. } = judge;
    refusal.clashes = claims.clashes(map)?;
    match error {
        Some(error) if refusal.is_empty() => Err(error),
        _ => Ok(plan),
    }
}

struct Judge<'j> {
    map: &'j dyn MapSnapshot,
    company: i64,
    position: u64,
    seen: &'j [Seen],
    refusal: &'j mut Refusal,
    plan: Plan,
    claims: Claims,
    /// The first thing that is wrong beside refusals.
    error: Option<StoreError>,
}

/// One table of one company: where its rows and index entries lie.
struct Room<'f> {
    form: &'f Form,
    table: &'static Table,
    rows: Vec<u8>,
    indexes: Vec<Entries>,
    unique: bool,
}

impl<'f> Room<'f> {
    fn new(form: &'f Form, company: i64) -> Room<'f> {
        let indexes = Entries::of(form, company);
        let unique = indexes.iter().any(|index| index.unique);
        let rows = place::numbered(company, Part::Row, form.number);
        Room { form, table: form.table, rows, indexes, unique }
    }

    fn at(&self, key: &[u8]) -> Vec<u8> {
        [&self.rows[..], key].concat()
    }

    /// A stored row.
    fn find(
        &self,
        map: &dyn MapSnapshot,
        key: &[u8],
    ) -> Result<Option<(Version, ValueRow)>, StoreError> {
        let found = map.get(&self.at(key))?;
        found.map(|bytes| row::decode(self.table, key, &bytes)).transpose()
    }
}

impl Judge<'_> {
    fn change(&mut self, change: &Change, form: &Form) -> Result<(), StoreError> {
        let room = Room::new(form, self.company);
        match change {
            Change::Insert(rows) => self.insert(&room, rows.as_ref()),
            Change::Put { row, .. } => self.put(&room, row.as_ref()),
            Change::Delete { key, .. } => self.delete(&room, key),
            Change::Erase { key } => self.erase(&room, key),
            Change::Add { rows, floors } => self.add(&room, rows.as_ref(), floors),
            _ => Ok(()),
        }
    }

    /// A row as it will stand under `version`, in place of `old`.
    fn keep(
        &mut self,
        room: &Room<'_>,
        key: &[u8],
        version: Version,
        new: &dyn Stored,
        old: Option<&dyn Stored>,
    ) -> Result<(), StoreError> {
        self.plan.puts.push(Put::new(room.at(key), row::encode(new, version)?));
        self.entries(room, Some(new), old);
        if room.table.kind == Kind::State {
            self.wrote(room, key);
        }
        Ok(())
    }

    fn wrote(&mut self, room: &Room<'_>, key: &[u8]) {
        self.plan.puts.push(log::wrote(self.company, room.form.number, key, self.position));
    }

    /// The index entries of a row that changes, comes or goes.
    fn entries(&mut self, room: &Room<'_>, new: Option<&dyn Stored>, old: Option<&dyn Stored>) {
        for index in &room.indexes {
            // A unique entry that stays is claimed all the same: what the batch changes is free to others otherwise.
            if index.fixed && !index.unique && new.is_some() && old.is_some() {
                continue;
            }
            let entry = |row: Option<&dyn Stored>| row.and_then(|row| index.entry(row));
            let (is, was) = (entry(new), entry(old));
            if let (Some(is), Some(row), true) = (&is, new, index.unique) {
                let (prefix, part) = (index.prefix.clone(), is.part().to_vec());
                self.claims.claim(index.at, prefix, part, row.row_key());
            }
            match (is, was) {
                (Some(is), Some(was)) if is.key == was.key => {}
                (is, was) => {
                    self.plan.puts.extend(was.map(|was| Put::delete(was.key)));
                    self.plan.puts.extend(is.map(|is| is.put()));
                }
            }
        }
        if let Some(row) = new.or(old).filter(|_| room.unique) {
            self.claims.free(row.row_key());
        }
    }

    fn insert(&mut self, room: &Room<'_>, rows: &dyn Rows) -> Result<(), StoreError> {
        let may_exist = self.any_between(room, rows)?;
        let mut key = KeyWriter::new();
        for row in (0..rows.len()).filter_map(|at| rows.row(at)) {
            key.clear();
            row.write_key(&mut key);
            if may_exist && let Some(bytes) = self.map.get(&room.at(key.as_slice()))? {
                self.exists(row.row_key(), row::version(&bytes)?);
            }
            self.keep(room, key.as_slice(), self.position, row, None)?;
        }
        Ok(())
    }

    /// Whether any stored row lies where sorted rows will, which it seldom does: most come after all that is there.
    fn any_between(&self, room: &Room<'_>, rows: &dyn Rows) -> Result<bool, StoreError> {
        let key = |row: &dyn Stored| room.at(row.row_key().bytes.as_slice());
        let Some((first, last)) = rows.row(0).zip(rows.row(rows.len().saturating_sub(1))) else {
            return Ok(false);
        };
        let (from, to) = (key(first), place::next(&key(last)));
        let range = KeyRange { from: &from, to: Some(&to), backwards: false, limit: 1 };
        Ok(!self.map.range(&range)?.is_empty())
    }

    /// An insert hit a row: a refusal when the act had seen it absent, else a mistake of the act.
    fn exists(&mut self, key: Key, version: Version) {
        let named = |seen: &Seen| seen.key == key;
        if !self.seen.iter().any(|seen| seen.version == 0 && named(seen)) {
            self.error.get_or_insert(StoreError::Exists { key });
        } else if !self.refusal.moved.iter().any(named) {
            self.refusal.moved.push(Seen { key, version });
        }
    }

    fn put(&mut self, room: &Room<'_>, row: &dyn Stored) -> Result<(), StoreError> {
        let key = row.row_key().bytes;
        // Without indexes nobody needs the row that goes.
        let old = match room.indexes.is_empty() {
            true => None,
            false => room.find(self.map, key.as_slice())?,
        };
        let old = old.as_ref().map(|(_, old)| old as &dyn Stored);
        self.keep(room, key.as_slice(), self.position, row, old)
    }

    fn delete(&mut self, room: &Room<'_>, key: &Key) -> Result<(), StoreError> {
        let bytes = key.bytes.as_slice();
        if let Some((_, old)) = room.find(self.map, bytes)? {
            self.plan.puts.push(Put::delete(room.at(bytes)));
            self.entries(room, None, Some(&old));
            self.wrote(room, bytes);
        }
        Ok(())
    }

    fn erase(&mut self, room: &Room<'_>, key: &Key) -> Result<(), StoreError> {
        let bytes = key.bytes.as_slice();
        let Some((version, old)) = room.find(self.map, bytes)? else { return Ok(()) };
        let mut new = old.clone();
        new.erase();
        self.plan.forget.insert(version);
        let writers = log::writers(self.map, self.company, room.form.number, bytes)?;
        self.plan.forget.extend(writers);
        if room.table.kind == Kind::State {
            self.keep(room, bytes, self.position, &new, Some(&old))?;
            self.plan.erased.push(new);
            return Ok(());
        }
        self.keep(room, bytes, version, &new, Some(&old))
    }

    fn add(
        &mut self,
        room: &Room<'_>,
        rows: &dyn Rows,
        floors: &[Floor],
    ) -> Result<(), StoreError> {
        crate::rules::ascending(rows, room.table)?;
        for (at, delta) in (0..rows.len()).filter_map(|at| Some((at, rows.row(at)?))) {
            let key = delta.row_key();
            let old = room.find(self.map, key.bytes.as_slice())?;
            let Some((_, stands)) = &old else {
                self.floors((floors, at), delta, &key, None);
                self.keep(room, key.bytes.as_slice(), self.position, delta, None)?;
                continue;
            };
            let mut sum = stands.clone();
            if let Err(column) = sum.add(delta) {
                let column = column.into();
                self.error.get_or_insert(StoreError::Overflow { key, column });
                continue;
            }
            self.floors((floors, at), &sum, &key, old.as_ref());
            self.keep(room, key.bytes.as_slice(), self.position, &sum, Some(stands))?;
        }
        Ok(())
    }

    fn floors(
        &mut self,
        (floors, at): (&[Floor], usize),
        sum: &dyn Stored,
        key: &Key,
        stands: Option<&(Version, ValueRow)>,
    ) {
        if !floors.iter().all(|floor| floor.holds(at, sum)) {
            let stands = stands.map(|(version, row)| {
                fondaco_core::store::Row::one(*version, std::sync::Arc::new(row.clone()))
            });
            self.refusal.short.push((key.clone(), stands));
        }
    }
}
