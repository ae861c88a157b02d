//! Indexes of facts as sorted runs.
//!
//! Facts come in order of time, but an index orders them by account, item or party: an ordinary index would touch another of
//! its pages with every row. Here each commit appends its keys, sorted, as one run of packed pages; runs are merged in the
//! background of later commits (`merge`), and a scan merges the few that are live. This is a log-structured merge tree
//! (O'Neil and others, 1996) inside SQLite's own pages, so that it is as atomic and durable as everything else.
//!
//! `fondaco_run` says which pages a run has, `fondaco_page` holds them, each with a checksum that is tried whenever the page is
//! read. A key is a row's place: the bytes of the index
//! columns, then of the primary key.

mod merge;
mod page;
mod run;
mod sum;

use fondaco_core::store::{KeyBytes, KeyList, Row, Rows, Scan, Type, order_of};
use rusqlite::Connection;

use self::page::{Packer, Page, ROOM};
use self::run::{Cursor, Owner, Pages, Run, State, Writer};
use super::error::Outcome;
use super::form::{Form, Place};
use super::read;
use crate::part;
use crate::sql::quoted;

pub(super) use self::run::Memory;

pub(super) const OWN: &str = "
CREATE TABLE fondaco_run (
    company INTEGER NOT NULL, idx INTEGER NOT NULL, run INTEGER NOT NULL, state INTEGER NOT NULL,
    rows INTEGER NOT NULL, extents BLOB NOT NULL, sources BLOB NOT NULL, done BLOB NOT NULL,
    PRIMARY KEY (company, idx, run)
) STRICT, WITHOUT ROWID;
CREATE TABLE fondaco_page (page INTEGER PRIMARY KEY, data BLOB NOT NULL, sum INTEGER NOT NULL) STRICT;
";

/// What to do about an index that is damaged.
pub(super) const WAY_OUT: &str =
    "Sqlite::rebuild_indexes fills the indexes anew from the rows; then verify the books";

/// A run of up to so many keys takes new ones in, as long as it is one page.
const TOP_UP: usize = 128;

/// The keys of `rows` in an index.
pub(super) fn keys_of(rows: &dyn Rows, index: usize) -> KeyList {
    let mut keys = KeyList::with_capacity(rows.len());
    for row in (0..rows.len()).filter_map(|at| rows.row(at)) {
        keys.push(|key| order_of(row, Some(index), key));
    }
    keys
}

/// Adds keys to an index of `company`, as a run of their own or, when they are few, in the newest.
pub(super) fn append(conn: &Connection, company: i64, index: i64, keys: &KeyList) -> Outcome<()> {
    let keys = keys.sorted();
    if keys.is_empty() {
        return Ok(());
    }
    let owner = Owner { company, index };
    let mut runs = Run::all(conn, owner)?;
    if !top_up(conn, &mut runs, &keys)? {
        let id = runs.iter().map(|run| run.id).max().unwrap_or(0) + 1;
        let mut run = Run::new(owner, id, State::Live);
        write(conn, &mut run, &keys)?;
        run.save(conn)?;
        runs.push(run);
    }
    merge::tend(conn, owner, runs, keys.len())
}

fn write(conn: &Connection, run: &mut Run, keys: &[&[u8]]) -> Outcome<()> {
    let mut writer = Writer::new(conn)?;
    keys.iter().try_for_each(|key| writer.push(run, key))?;
    run.rows = keys.len() as u64;
    writer.finish(run)
}

/// Puts a few keys into the newest run, if that is small; `false` when it is not.
fn top_up(conn: &Connection, runs: &mut [Run], keys: &[&[u8]]) -> Outcome<bool> {
    let taken: Vec<i64> = runs.iter().flat_map(|run| run.sources.clone()).collect();
    let Some(newest) = runs.iter_mut().rfind(|run| run.state != State::Dead) else {
        return Ok(false);
    };
    let ([(number, 1)], false) = (newest.extents.as_slice(), taken.contains(&newest.id)) else {
        return Ok(false);
    };
    let (number, rows) = (*number, newest.rows as usize + keys.len());
    if newest.state != State::Live || rows > TOP_UP {
        return Ok(false);
    }
    let mut page = Page::default();
    newest.load(&mut Pages::new(conn, None)?, 0, &mut page)?;
    let mut all: Vec<&[u8]> = (0..page.len()?).filter_map(|at| page.key(at)).collect();
    all.extend_from_slice(keys);
    all.sort_unstable();
    let mut packer = Packer::default();
    all.iter().for_each(|key| packer.push(key));
    if packer.bytes().len() > ROOM {
        return Ok(false);
    }
    let sql = "UPDATE fondaco_page SET data = ?2, sum = ?3 WHERE page = ?1";
    let sum = sum::of_page(newest, packer.bytes());
    conn.prepare_cached(sql)?.execute((number, packer.bytes(), sum))?;
    newest.rows = rows as u64;
    newest.save(conn)?;
    Ok(true)
}

/// An index in which scans follow one another, within one transaction: a range that lies after the one before it is found
/// from where that ended, mostly in a page that is read already.
pub(super) struct Reader<'c> {
    owner: Owner,
    pages: Pages<'c>,
    getter: read::Getter<'c>,
    leading: Vec<Type>,
    live: Vec<Run>,
    cursors: Vec<Cursor>,
    /// The cursors stand at the first keys after this one; `None` when they don't.
    after: Option<KeyBytes>,
}

impl<'c> Reader<'c> {
    /// A reader of the index number `at` of a table, which is kept as runs under number `index`.
    pub(super) fn new(
        conn: &'c Connection,
        (form, at): (&'c Form, usize),
        company: i64,
        index: i64,
        memory: Option<&'c Memory>,
    ) -> Outcome<Reader<'c>> {
        let owner = Owner { company, index };
        let mut live = Run::all(conn, owner)?;
        live.retain(|run| run.state == State::Live);
        Ok(Reader {
            owner,
            pages: Pages::new(conn, memory)?,
            getter: read::Getter::new(conn, form, company)?,
            leading: form.index_types(at).collect(),
            live,
            cursors: Vec::new(),
            after: None,
        })
    }

    /// Whether it reads the index that is kept under number `index`.
    pub(super) fn is_of(&self, index: i64) -> bool {
        self.owner.index == index
    }

    /// The rows of a scan.
    pub(super) fn scan(&mut self, scan: &Scan) -> Outcome<Vec<Row>> {
        let (from, to) = (scan.from.as_slice(), scan.to.as_ref().map(|to| to.as_slice()));
        self.go_to(scan)?;
        let mut out = Vec::new();
        while out.len() < scan.limit {
            let open = self.cursors.iter_mut().filter(|cursor| cursor.key().is_some());
            let next = match scan.backwards {
                true => open.max_by(|a, b| a.key().cmp(&b.key())),
                false => open.min_by(|a, b| a.key().cmp(&b.key())),
            };
            let Some(next) = next else { break };
            let place = next.key().unwrap_or_default();
            if place < from || to.is_some_and(|to| place >= to) {
                break;
            }
            let width = part::width(self.leading.iter().copied(), place)?;
            out.push(self.getter.must_get(place.get(width..).unwrap_or_default())?);
            if scan.backwards {
                next.back(&mut self.pages)?;
            } else {
                self.after = Some(KeyBytes::new(place));
                next.forward(&mut self.pages)?;
            }
        }
        Ok(out)
    }

    /// Brings the cursors to where a scan begins.
    fn go_to(&mut self, scan: &Scan) -> Outcome<()> {
        let (from, to) = (scan.from.as_slice(), scan.to.as_ref().map(|to| to.as_slice()));
        let ahead = self.after.as_ref().is_some_and(|after| after.as_slice() < from);
        if ahead && !scan.backwards {
            let pages = &mut self.pages;
            self.cursors.iter_mut().try_for_each(|cursor| cursor.seek(pages, from))?;
        } else {
            let cursor = |run: &Run| match scan.backwards {
                true => Cursor::before(&mut self.pages, run.clone(), to),
                false => Cursor::at(&mut self.pages, run.clone(), from),
            };
            self.cursors = self.live.iter().map(cursor).collect::<Outcome<_>>()?;
        }
        self.after = (!scan.backwards).then(|| scan.from.clone());
        Ok(())
    }
}

/// How many keys of an index that is filled anew are sorted at a time.
const FILL: usize = 1 << 18;

/// Fills an index of a table that has rows already.
pub(super) fn fill(conn: &Connection, form: &Form, at: usize, index: i64) -> Outcome<()> {
    let mut companies = conn.prepare("SELECT company FROM fondaco_company")?;
    let companies: Vec<i64> =
        companies.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    for company in companies {
        let mut keys = KeyList::default();
        read::each(conn, form, company, |row| {
            keys.push(|key| order_of(row.stored(), Some(at), key));
            if keys.len() >= FILL {
                append(conn, company, index, &std::mem::take(&mut keys))?;
            }
            Ok(())
        })?;
        append(conn, company, index, &keys)?;
    }
    Ok(())
}

/// Drops all runs of all indexes and fills them anew from the rows of `forms`, a company's index after the other.
pub(super) fn rebuild(conn: &Connection, forms: &[&Form]) -> Outcome<()> {
    // Numbers of pages are never used again, whatever became of the count. SQLite's own indexes are filled anew by itself.
    conn.execute_batch(
        "INSERT INTO fondaco_meta SELECT 'next_page', 1 + coalesce(max(page), 0) FROM fondaco_page WHERE true \
         ON CONFLICT (name) DO UPDATE SET value = max(value, excluded.value); \
         DELETE FROM fondaco_run; DELETE FROM fondaco_page; REINDEX fondaco_commit; REINDEX fondaco_company",
    )?;
    let mut tables = conn.prepare("SELECT name FROM fondaco_table")?;
    let tables = tables.query_map([], |row| row.get::<_, String>(0))?;
    for table in tables.collect::<Result<Vec<_>, _>>()? {
        conn.execute_batch(&format!("REINDEX {}", quoted(&table)))?;
    }
    for form in forms {
        for (at, index) in form.indexes.iter().enumerate() {
            if let Place::Runs(id) = index.place {
                fill(conn, form, at, id)?;
            }
        }
    }
    Ok(())
}

/// Forgets an index that is no longer declared.
pub(super) fn drop_index(conn: &Connection, index: i64) -> Outcome<()> {
    let mut companies = conn.prepare("SELECT company FROM fondaco_company")?;
    let companies: Vec<i64> =
        companies.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    for company in companies {
        let owner = Owner { company, index };
        for run in Run::all(conn, owner)? {
            for (first, count) in &run.extents {
                let sql = "DELETE FROM fondaco_page WHERE page BETWEEN ?1 AND ?2";
                conn.execute(sql, (first, first + count - 1))?;
            }
            run.forget(conn)?;
        }
    }
    Ok(())
}
