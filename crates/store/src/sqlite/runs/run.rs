//! One sorted run: where its pages are, and how to read and write them.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use foldhash::fast::RandomState;
use fondaco_core::store::KeyBytes;
use rusqlite::{CachedStatement, Connection, OptionalExtension};

use super::super::error::{Outcome, damaged};
use super::page::{Packer, Page, first};
use super::sum;

/// What a run is good for now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// Being written by a merge: nobody reads it.
    Building,
    Live,
    /// Merged into another: its pages go, some with every commit.
    Dead,
}

impl State {
    fn from_number(number: i64) -> Outcome<State> {
        match number {
            0 => Ok(State::Building),
            1 => Ok(State::Live),
            2 => Ok(State::Dead),
            _ => Err(damaged("a run of an index is in no known state")),
        }
    }
}

/// Which run of which index.
#[derive(Debug, Clone, Copy)]
pub(super) struct Owner {
    pub(super) company: i64,
    pub(super) index: i64,
}

#[derive(Debug, Clone)]
pub(super) struct Run {
    pub(super) owner: Owner,
    pub(super) id: i64,
    pub(super) state: State,
    pub(super) rows: u64,
    /// First page and count of each stretch of pages.
    pub(super) extents: Vec<(i64, i64)>,
    /// Of a run being built: the runs it is merged from.
    pub(super) sources: Vec<i64>,
    /// Of a run being built: the last key it has.
    pub(super) done: Vec<u8>,
}

fn numbers(blob: &[u8]) -> Vec<i64> {
    let chunk = |bytes: &[u8]| bytes.try_into().map(i64::from_le_bytes).unwrap_or(0);
    blob.chunks_exact(8).map(chunk).collect()
}

impl Run {
    pub(super) fn new(owner: Owner, id: i64, state: State) -> Run {
        Run { owner, id, state, rows: 0, extents: vec![], sources: vec![], done: vec![] }
    }

    /// All runs of an index, oldest first.
    pub(super) fn all(conn: &Connection, owner: Owner) -> Outcome<Vec<Run>> {
        let sql = "SELECT run, state, rows, extents, sources, done FROM fondaco_run \
                   WHERE company = ?1 AND idx = ?2 ORDER BY run";
        let mut get = conn.prepare_cached(sql)?;
        let mut rows = get.query((owner.company, owner.index))?;
        let mut out = Vec::new();
        while let Some(row) = rows.next()? {
            let blob = |at: usize| Ok::<_, rusqlite::Error>(row.get_ref(at)?.as_blob()?);
            let extents = numbers(blob(3)?).chunks_exact(2).filter_map(pair).collect();
            out.push(Run {
                owner,
                id: row.get(0)?,
                state: State::from_number(row.get(1)?)?,
                rows: row.get::<_, i64>(2)?.unsigned_abs(),
                extents,
                sources: numbers(blob(4)?),
                done: blob(5)?.to_vec(),
            });
        }
        Ok(out)
    }

    /// Notes the run as it is now.
    pub(super) fn save(&self, conn: &Connection) -> Outcome<()> {
        let sql = "INSERT INTO fondaco_run (company, idx, run, state, rows, extents, sources, done) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (company, idx, run) DO UPDATE SET \
                   state = excluded.state, rows = excluded.rows, extents = excluded.extents, \
                   sources = excluded.sources, done = excluded.done";
        let extents: Vec<u8> = self
            .extents
            .iter()
            .flat_map(|(first, count)| [*first, *count])
            .flat_map(i64::to_le_bytes)
            .collect();
        let sources: Vec<u8> = self.sources.iter().flat_map(|id| id.to_le_bytes()).collect();
        let mut put = conn.prepare_cached(sql)?;
        let (state, rows) = (self.state as i64, self.rows as i64);
        put.execute((
            self.owner.company,
            self.owner.index,
            self.id,
            state,
            rows,
            extents,
            sources,
            &self.done,
        ))?;
        Ok(())
    }

    pub(super) fn forget(&self, conn: &Connection) -> Outcome<()> {
        let sql = "DELETE FROM fondaco_run WHERE company = ?1 AND idx = ?2 AND run = ?3";
        conn.prepare_cached(sql)?.execute((self.owner.company, self.owner.index, self.id))?;
        Ok(())
    }

    pub(super) fn pages(&self) -> i64 {
        self.extents.iter().map(|(_, count)| count).sum()
    }

    /// The number in the file of the run's `at`-th page.
    fn page(&self, mut at: i64) -> Outcome<i64> {
        for (first, count) in &self.extents {
            if at < *count {
                return Ok(first + at);
            }
            at -= count;
        }
        Err(damaged("an index looks for a page beyond its run"))
    }

    /// Reads the run's `at`-th page.
    pub(super) fn load(&self, pages: &mut Pages<'_>, at: i64, into: &mut Page) -> Outcome<()> {
        pages.with(self, self.page(at)?, |packed| {
            into.take(packed);
            Ok(())
        })
    }

    /// The page that holds the first key at or above `key`, or the one before it: the last that begins at or below it.
    fn find(&self, pages: &mut Pages<'_>, key: &[u8]) -> Outcome<i64> {
        let (mut low, mut high) = (0, self.pages());
        if high <= 1 {
            return Ok(0);
        }
        // Pages below `low` begin at or below the key, pages from `high` on above it.
        while low < high {
            let middle = low + (high - low) / 2;
            if pages.begins_above(self, self.page(middle)?, key)? {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        Ok((low - 1).max(0))
    }
}

fn pair(pair: &[i64]) -> Option<(i64, i64)> {
    Some((*pair.first()?, *pair.get(1)?))
}

type Firsts = HashMap<i64, KeyBytes, RandomState>;

/// The first keys of pages that searches looked at.
///
/// The number of a page is never used again, and only the one page of a small run, where nothing is searched, ever changes.
#[derive(Debug, Default)]
pub(in super::super) struct Memory(Mutex<Firsts>);

impl Memory {
    /// How many pages are remembered: some 10 MB.
    const PAGES: usize = 100_000;

    fn take(&self) -> Firsts {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What is known of pages that are gone.
    pub(in super::super) fn forget(&self) {
        self.take();
    }

    /// Of two readers at a time the one that knows more is believed.
    fn give_back(&self, firsts: Firsts) {
        let mut mine = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if firsts.len() > mine.len() && firsts.len() < Memory::PAGES {
            *mine = firsts;
        }
    }
}

/// Reads pages, of whichever run.
pub(super) struct Pages<'c> {
    statement: CachedStatement<'c>,
    firsts: Firsts,
    memory: Option<&'c Memory>,
}

impl Drop for Pages<'_> {
    fn drop(&mut self) {
        if let Some(memory) = self.memory {
            memory.give_back(std::mem::take(&mut self.firsts));
        }
    }
}

impl<'c> Pages<'c> {
    /// Pages as they are in the caller's transaction; what is remembered of them must be committed.
    pub(super) fn new(conn: &'c Connection, memory: Option<&'c Memory>) -> Outcome<Pages<'c>> {
        let sql = "SELECT data, sum FROM fondaco_page WHERE page = ?1";
        let firsts = memory.map(Memory::take).unwrap_or_default();
        Ok(Pages { statement: conn.prepare_cached(sql)?, firsts, memory })
    }

    /// Whether the first key of a page of `run` is above `key`.
    fn begins_above(&mut self, run: &Run, page: i64, key: &[u8]) -> Outcome<bool> {
        if let Some(first) = self.firsts.get(&page) {
            return Ok(first.as_slice() > key);
        }
        let first = self.with(run, page, |packed| Ok(KeyBytes::new(first(packed)?)))?;
        let above = first.as_slice() > key;
        if self.memory.is_some() {
            self.firsts.insert(page, first);
        }
        Ok(above)
    }

    /// Reads a page of `run`, if it is as it was written.
    fn with<T>(
        &mut self,
        run: &Run,
        page: i64,
        read: impl FnOnce(&[u8]) -> Outcome<T>,
    ) -> Outcome<T> {
        let Owner { index, .. } = run.owner;
        let broken = |how: &str| {
            damaged(format!(
                "page {page} of index {index} of fondaco_index {how}: {}",
                super::WAY_OUT
            ))
        };
        self.statement.raw_bind_parameter(1, page)?;
        let mut rows = self.statement.raw_query();
        let Some(row) = rows.next()? else { return Err(broken("is gone")) };
        let packed = row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?;
        if sum::of_page(run, packed) != row.get::<_, i64>(1)? {
            return Err(broken("is not as it was written"));
        }
        read(packed)
    }
}

/// Writes a run's pages at the end of the file's pages.
pub(super) struct Writer<'c> {
    conn: &'c Connection,
    packer: Packer,
    next: i64,
    first: i64,
}

impl<'c> Writer<'c> {
    pub(super) fn new(conn: &'c Connection) -> Outcome<Writer<'c>> {
        let sql = "SELECT value FROM fondaco_meta WHERE name = 'next_page'";
        let next: Option<i64> =
            conn.prepare_cached(sql)?.query_row([], |row| row.get(0)).optional()?;
        let next = next.ok_or_else(|| damaged("the number of the next page is gone"))?;
        Ok(Writer { conn, packer: Packer::default(), next, first: next })
    }

    /// Adds a key to what will be the end of `run`.
    pub(super) fn push(&mut self, run: &Run, key: &[u8]) -> Outcome<()> {
        if !self.packer.has_room(key) {
            self.flush(run)?;
        }
        self.packer.push(key);
        Ok(())
    }

    fn flush(&mut self, run: &Run) -> Outcome<()> {
        if self.packer.count > 0 {
            let sql = "INSERT INTO fondaco_page (page, data, sum) VALUES (?1, ?2, ?3)";
            let packed = self.packer.bytes();
            let sum = sum::of_page(run, packed);
            self.conn.prepare_cached(sql)?.execute((self.next, packed, sum))?;
            self.next += 1;
            self.packer.clear();
        }
        Ok(())
    }

    /// Writes what is left; the pages written are the end of `run`.
    pub(super) fn finish(mut self, run: &mut Run) -> Outcome<()> {
        self.flush(run)?;
        let count = self.next - self.first;
        if count == 0 {
            return Ok(());
        }
        match run.extents.last_mut() {
            Some((first, length)) if *first + *length == self.first => *length += count,
            _ => run.extents.push((self.first, count)),
        }
        let sql = "UPDATE fondaco_meta SET value = ?1 WHERE name = 'next_page'";
        self.conn.prepare_cached(sql)?.execute([self.next])?;
        Ok(())
    }
}

/// A place in a run, with its page.
pub(super) struct Cursor {
    run: Run,
    pages: i64,
    page: i64,
    keys: Page,
    /// Counted in the page; beyond its end (or before its beginning) there is no key.
    at: Option<usize>,
}

impl Cursor {
    fn new(run: Run, page: i64, file: &mut Pages<'_>) -> Outcome<Cursor> {
        let mut cursor = Cursor { pages: run.pages(), run, page, keys: Page::default(), at: None };
        if cursor.pages > 0 {
            cursor.run.load(file, page, &mut cursor.keys)?;
        }
        Ok(cursor)
    }

    /// At the first key at or above `key`.
    pub(super) fn at(file: &mut Pages<'_>, run: Run, key: &[u8]) -> Outcome<Cursor> {
        let page = run.find(file, key)?;
        let mut cursor = Cursor::new(run, page, file)?;
        cursor.at = Some(cursor.keys.lower_bound(0, key)?);
        cursor.settle(file)?;
        Ok(cursor)
    }

    /// From where it stands to the first key at or above `key`, which does not lie before.
    pub(super) fn seek(&mut self, file: &mut Pages<'_>, key: &[u8]) -> Outcome<()> {
        if self.key().is_none_or(|here| here >= key) {
            return Ok(());
        }
        let at = self.keys.lower_bound(self.at.unwrap_or(0), key)?;
        if self.keys.reach(at)? {
            self.at = Some(at);
            return Ok(());
        }
        let page = self.run.find(file, key)?;
        if page > self.page {
            self.page = page;
            self.run.load(file, page, &mut self.keys)?;
        }
        self.at = Some(self.keys.lower_bound(0, key)?);
        self.settle(file)
    }

    /// At the last key below `key`, or, without one, at the last of all.
    pub(super) fn before(file: &mut Pages<'_>, run: Run, key: Option<&[u8]>) -> Outcome<Cursor> {
        let page = match key {
            Some(key) => run.find(file, key)?,
            None => (run.pages() - 1).max(0),
        };
        let mut cursor = Cursor::new(run, page, file)?;
        cursor.at = Some(match key {
            Some(key) => cursor.keys.lower_bound(0, key)?,
            None => cursor.keys.len()?,
        });
        cursor.back(file)?;
        Ok(cursor)
    }

    pub(super) fn key(&self) -> Option<&[u8]> {
        self.keys.key(self.at?)
    }

    pub(super) fn forward(&mut self, file: &mut Pages<'_>) -> Outcome<()> {
        self.at = self.at.map(|at| at + 1);
        self.settle(file)
    }

    /// Past the end of a page is the beginning of the next.
    fn settle(&mut self, file: &mut Pages<'_>) -> Outcome<()> {
        let Some(at) = self.at else { return Ok(()) };
        if !self.keys.reach(at)? && self.page + 1 < self.pages {
            self.page += 1;
            self.run.load(file, self.page, &mut self.keys)?;
            self.keys.reach(0)?;
            self.at = Some(0);
        }
        Ok(())
    }

    pub(super) fn back(&mut self, file: &mut Pages<'_>) -> Outcome<()> {
        self.at = match self.at {
            Some(0) if self.page > 0 => {
                self.page -= 1;
                self.run.load(file, self.page, &mut self.keys)?;
                self.keys.len()?.checked_sub(1)
            }
            Some(at) => at.checked_sub(1),
            None => None,
        };
        Ok(())
    }
}
