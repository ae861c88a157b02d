//! A commit, inside the caller's transaction: replay, judge, then write.

use std::collections::HashSet;
use std::sync::Arc;

use fondaco_core::chain;
use fondaco_core::store::{
    Batch, Change, Commit, Key, Kind, Row, Rows, StoreError, Stored, same_command,
};
use rusqlite::Connection;

use super::bind::Binder;
use super::cache::{self, Cache, Changed, Kept};
use super::error::{Failure, Outcome, damaged, misused};
use super::form::{CHUNK, Form, Forms, Place};
use super::judge::{Judge, Sum};
use super::log::{self, Head};
use super::{counter, read, rules, runs};
use crate::sql::states_written;

/// Carries out a batch; also tells what it changed among rows that are kept in memory. On an error the caller must roll back.
pub(super) fn commit(
    conn: &Connection,
    forms: &Forms,
    chain: bool,
    cache: Option<&Cache>,
    mut batch: Batch,
) -> Outcome<(Commit, Changed)> {
    let head = Head::of(conn, batch.company)?;
    if let Some(done) = replayed(conn, &head, &batch)? {
        return Ok((done, Vec::new()));
    }
    rules::check(&batch, forms)?;
    head.check(conn)?;
    let mut judge =
        Judge { conn, forms, company: batch.company, head, cache, refusal: Default::default() };
    judge.seen(&batch)?;
    if batch.check {
        judge.refusal.into_result()?;
        let newest = Commit::new(head.position, batch.id, batch.digest, batch.meta);
        return Ok((newest, Vec::new()));
    }
    let mut sums = Vec::new();
    for change in &batch.changes {
        if let Change::Add { rows, floors } = change
            && !rows.is_empty()
        {
            sums.push(judge.sums(rows.as_ref(), floors)?);
        }
    }
    let draws = judge.draws(&batch)?;
    chain::fill(&mut batch, &draws.numbers);
    judge.unique(&batch)?;
    std::mem::take(&mut judge.refusal).into_result()?;

    let head = head.or_create(conn, batch.company)?;
    let position = head.position + 1;
    let write = Write { conn, forms, company: head.company, position };
    if let Err(failure) = write.all(&batch, &mut sums) {
        if failure.is_taken_key() {
            judge.head = head;
            judge.taken(&batch, position)?;
            judge.refusal.into_result()?;
        }
        return Err(unfit(failure));
    }
    let erased = write.erase(&batch)?;
    for (series, state) in &draws.series {
        log::keep_series(conn, head.company, series, state)?;
    }
    let states: Vec<&dyn Stored> = erased.iter().map(|row| row.as_ref()).collect();
    let seal = chain.then(|| chain::seal(&batch, &states, position, &head.link));
    let mut commit = log::unsealed(&mut batch, position);
    if seal.is_none() {
        log::keep_unsealed(conn, head.company, position, &states_written(&batch, &states))?;
    }
    commit.seal = seal;
    log::keep(conn, &head, &commit)?;
    let changed =
        if cache.is_some() { changed(&batch, sums, &erased, position) } else { Vec::new() };
    Ok((commit, changed))
}

/// The rows after the commit, for the cache: counters, and what became of `State` rows that may be kept.
fn changed(
    batch: &Batch,
    sums: Vec<Vec<Sum>>,
    erased: &[Arc<dyn Stored>],
    position: u64,
) -> Changed {
    let state = |row: &Arc<dyn Stored>| {
        cache::Change::Put(row.row_key(), Kept { row: Row::one(position, row.clone()), place: 0 })
    };
    let counter = |sum: Sum| {
        let place = sum.place?;
        let kept = Kept { row: Row::one(position, sum.row), place };
        Some(match sum.slot {
            Some(slot) => cache::Change::Set(sum.key, slot, kept),
            None => cache::Change::Put(sum.key, kept),
        })
    };
    let mut out: Changed = sums.into_iter().flatten().filter_map(counter).collect();
    out.extend(erased.iter().map(state));
    for change in &batch.changes {
        match change {
            Change::Put { row, .. } => out.push(state(row)),
            Change::Delete { key, .. } => out.push(cache::Change::Remove(key.clone())),
            _ => {}
        }
    }
    out
}

/// The commit of the same command, if it was carried out before.
fn replayed(conn: &Connection, head: &Head, batch: &Batch) -> Outcome<Option<Commit>> {
    let Some(mut done) = log::find(conn, head.company, batch.id)? else { return Ok(None) };
    if !same_command(batch, &done.digest, done.salt.as_ref()) {
        return Err(StoreError::CommandReused { id: batch.id }.into());
    }
    done.replayed = true;
    Ok(Some(done))
}

/// A constraint that no existing key explains: a null where none may be.
fn unfit(failure: Failure) -> Failure {
    match failure.is_taken_key() {
        true => misused(format!("a row does not fit its table: {failure:?}")),
        false => failure,
    }
}

/// What writes the rows of one commit.
struct Write<'w> {
    conn: &'w Connection,
    forms: &'w Forms,
    company: i64,
    position: u64,
}

impl Write<'_> {
    fn all(&self, batch: &Batch, sums: &mut [Vec<Sum>]) -> Outcome<()> {
        // Old index entries go before new ones come.
        for change in &batch.changes {
            if let Change::Delete { key, .. } = change {
                self.delete(key)?;
            }
        }
        let mut sums = sums.iter_mut();
        for change in &batch.changes {
            match change {
                Change::Insert(rows) if !rows.is_empty() => self.insert(rows.as_ref())?,
                Change::Put { row, .. } => self.put(row.as_ref(), self.position)?,
                Change::Add { rows, .. } if !rows.is_empty() => {
                    if let Some(sums) = sums.next() {
                        self.add(self.forms.get(rows.table())?, sums)?;
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn delete(&self, key: &Key) -> Outcome<()> {
        let form = self.forms.get(key.table)?;
        let mut statement = self.conn.prepare_cached(&form.delete)?;
        statement.raw_bind_parameter(1, self.company)?;
        let parts = crate::part::parts(form.key_types(), key.bytes.as_slice())?;
        read::bind_parts(&mut statement, &parts, 2)?;
        statement.raw_execute()?;
        Ok(())
    }

    fn put(&self, row: &dyn Stored, version: u64) -> Outcome<()> {
        let form = self.forms.get(row.table())?;
        let mut statement = self.conn.prepare_cached(&form.put)?;
        self.begin(&mut statement, version)?;
        let mut binder = Binder::new(&mut statement, form.table, 3);
        row.write_columns(binder.row());
        binder.finish()?;
        statement.raw_execute()?;
        Ok(())
    }

    fn insert(&self, rows: &dyn Rows) -> Outcome<()> {
        let form = self.forms.get(rows.table())?;
        self.chunked(&form.insert, &form.insert_many, rows.len(), form, |binder, at| {
            if let Some(row) = rows.row(at) {
                row.write_columns(binder.row());
            }
        })?;
        for (at, index) in form.indexes.iter().enumerate() {
            if let Place::Runs(index) = index.place {
                runs::append(self.conn, self.company, index, &runs::keys_of(rows, at))?;
            }
        }
        Ok(())
    }

    /// Writes counters: those that are there at their places, the others as new rows.
    fn add(&self, form: &Form, sums: &mut [Sum]) -> Outcome<()> {
        let sum_columns = form.table.key..form.table.columns.len();
        let mut update = self.conn.prepare_cached(&form.update)?;
        update.raw_bind_parameter(2, log::signed(self.position))?;
        for sum in sums.iter() {
            let Some(place) = sum.place else { continue };
            update.raw_bind_parameter(1, place)?;
            update.raw_bind_parameter(3, self.checksum(sum))?;
            for (at, column) in sum_columns.clone().enumerate() {
                update.raw_bind_parameter(4 + at, sum.row.units(column))?;
            }
            if update.raw_execute()? != 1 {
                return Err(damaged(format!("a counter of {} is gone", form.table.name)));
            }
        }
        let mut fresh: Vec<&mut Sum> = sums.iter_mut().filter(|sum| sum.place.is_none()).collect();
        let count = fresh.len();
        self.chunked(&form.insert, &form.insert_many, count, form, |binder, at| {
            if let Some(sum) = fresh.get(at) {
                sum.row.write_columns(binder.row());
                binder.also(self.checksum(sum));
            }
        })?;
        // New rows of a table get consecutive places.
        let first = self.conn.last_insert_rowid() - count as i64 + 1;
        fresh.iter_mut().zip(first..).for_each(|(sum, place)| sum.place = Some(place));
        Ok(())
    }

    fn checksum(&self, sum: &Sum) -> i64 {
        counter::sum(self.company, self.position, sum.row.as_ref())
    }

    /// Runs a statement for rows `0..count`, as many at a time as it goes.
    fn chunked(
        &self,
        one: &str,
        many: &str,
        count: usize,
        form: &Form,
        bind: impl Fn(&mut Binder<'_, '_>, usize),
    ) -> Outcome<()> {
        let whole = count / CHUNK * CHUNK;
        if whole > 0 {
            let mut statement = self.conn.prepare_cached(many)?;
            self.begin(&mut statement, self.position)?;
            for start in (0..whole).step_by(CHUNK) {
                let mut binder = Binder::new(&mut statement, form.table, 3);
                (start..start + CHUNK).for_each(|at| bind(&mut binder, at));
                binder.finish()?;
                statement.raw_execute()?;
            }
        }
        if whole < count {
            let mut statement = self.conn.prepare_cached(one)?;
            self.begin(&mut statement, self.position)?;
            for at in whole..count {
                let mut binder = Binder::new(&mut statement, form.table, 3);
                bind(&mut binder, at);
                binder.finish()?;
                statement.raw_execute()?;
            }
        }
        Ok(())
    }

    fn begin(&self, statement: &mut rusqlite::Statement<'_>, version: u64) -> Outcome<()> {
        statement.raw_bind_parameter(1, self.company)?;
        statement.raw_bind_parameter(2, log::signed(version))?;
        Ok(())
    }

    /// Erases rows, and gives back those of `State` tables as they stand then.
    fn erase(&self, batch: &Batch) -> Outcome<Vec<Arc<dyn Stored>>> {
        let (mut states, mut forgotten) = (Vec::new(), HashSet::new());
        for change in &batch.changes {
            let Change::Erase { key } = change else { continue };
            let form = self.forms.get(key.table)?;
            let found =
                read::Getter::new(self.conn, form, self.company)?.get(key.bytes.as_slice())?;
            let Some(row) = found.map(|kept| kept.row) else { continue };
            log::forget_salt(self.conn, self.company, row.version)?;
            let erased = erased(&row);
            let state = key.table.kind == Kind::State;
            self.put(erased.as_ref(), if state { self.position } else { row.version })?;
            if state {
                states.push(erased);
                forgotten.insert(key);
            }
        }
        if !forgotten.is_empty() {
            log::forget_salts(self.conn, self.company, &forgotten)?;
        }
        Ok(states)
    }
}

fn erased(row: &Row) -> Arc<dyn Stored> {
    let mut copy = row.stored().copy();
    if let Some(own) = Arc::get_mut(&mut copy) {
        own.erase();
    }
    copy
}
