//! The file's own tables, and how records' tables come and grow.
//!
//! Everything of the store's own begins with `fondaco_`; a record's table is named as the record. `fondaco_table` knows the
//! layout of each, `fondaco_index` which indexes are filled, and of which columns they are. All of it is made and changed in one transaction.

use std::collections::BTreeMap;

use fondaco_core::store::{Column, Index, Kind, Prepared, StoreError, Table, Type};
use rusqlite::{Connection, OptionalExtension};

use super::error::{Outcome, damaged, misused};
use super::form::{Form, Forms, Place, as_runs, index_name};
use super::{runs, view};
use crate::sql::{index_declaration, quoted, salt_name};

/// The version of the store's own tables.
const FORMAT: i64 = 3;

const OWN: &str = "
CREATE TABLE fondaco_meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE fondaco_company (
    company INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, position INTEGER NOT NULL, link BLOB NOT NULL
) STRICT;
CREATE TABLE fondaco_commit (
    company INTEGER NOT NULL, position INTEGER NOT NULL, command BLOB NOT NULL, digest BLOB NOT NULL, salt BLOB,
    actor TEXT NOT NULL, time INTEGER NOT NULL, root BLOB, content BLOB, link BLOB, events TEXT NOT NULL,
    answer TEXT NOT NULL, PRIMARY KEY (company, position)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX fondaco_commit__command ON fondaco_commit (company, command);
CREATE TABLE fondaco_state_hash (
    company INTEGER NOT NULL, position INTEGER NOT NULL, place INTEGER NOT NULL, tbl TEXT NOT NULL,
    key BLOB NOT NULL, hash BLOB NOT NULL, deleted INTEGER NOT NULL, PRIMARY KEY (company, position, place)
) STRICT, WITHOUT ROWID;
CREATE TABLE fondaco_series (
    company INTEGER NOT NULL, series TEXT NOT NULL, last INTEGER NOT NULL, date INTEGER,
    PRIMARY KEY (company, series)
) STRICT, WITHOUT ROWID;
CREATE TABLE fondaco_table (name TEXT PRIMARY KEY, layout INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE fondaco_index (
    id INTEGER PRIMARY KEY, tbl TEXT NOT NULL, name TEXT NOT NULL, runs INTEGER NOT NULL, form TEXT, UNIQUE (tbl, name)
) STRICT;
";

/// Whether the file is empty, ours, or something else.
///
/// # Errors
/// A file of a newer format, or with other tables and none of ours.
pub(super) fn inspect(conn: &Connection, shared: bool) -> Outcome<bool> {
    // In one statement: between two, another program may set the file up.
    let (all, ours): (i64, i64) = conn.query_row(
        "SELECT count(*), count(*) FILTER (WHERE name = 'fondaco_meta') FROM sqlite_schema",
        [],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    if ours == 0 {
        if all > 0 && !shared {
            return Err(damaged("it is a database of another program, not books of ours"));
        }
        return Ok(false);
    }
    let format: Option<i64> = conn
        .query_row("SELECT value FROM fondaco_meta WHERE name = 'format'", [], |row| row.get(0))
        .optional()?;
    match format {
        Some(FORMAT) => Ok(true),
        Some(newer) if newer > FORMAT => Err(StoreError::NewerLayout {
            table: "fondaco_meta".into(),
            found: u32::try_from(newer).unwrap_or(u32::MAX),
            known: FORMAT as u32,
        }
        .into()),
        _ => Err(damaged("its format is not known: it is of a version before the first release")),
    }
}

/// Makes the store's own tables where they are missing, inside the caller's transaction.
pub(super) fn create_own(conn: &Connection, shared: bool) -> Outcome<()> {
    if inspect(conn, shared)? {
        return note_forms(conn);
    }
    let own = OWN.split_whitespace().chain(runs::OWN.split_whitespace());
    own.filter(|word| word.starts_with("fondaco_")).try_for_each(|name| free(conn, name))?;
    conn.execute_batch(OWN)?;
    conn.execute_batch(runs::OWN)?;
    conn.execute("INSERT INTO fondaco_meta VALUES ('format', ?1), ('next_page', 1)", [FORMAT])?;
    Ok(())
}

/// Files of earlier versions do not say of which columns an index is.
fn note_forms(conn: &Connection) -> Outcome<()> {
    let sql = "SELECT count(*) FROM pragma_table_info('fondaco_index') WHERE name = 'form'";
    if conn.query_row(sql, [], |row| row.get::<_, i64>(0))? == 0 {
        conn.execute_batch("ALTER TABLE fondaco_index ADD COLUMN form TEXT")?;
    }
    Ok(())
}

/// The number that SQLite raises with every change of any table's declaration, by whatever program.
pub(super) fn version(conn: &Connection) -> Outcome<i64> {
    Ok(conn.prepare_cached("PRAGMA schema_version")?.query_row([], |row| row.get(0))?)
}

/// Creates, upgrades or refuses each of `tables`, inside the caller's transaction; their forms are added to `forms`.
pub(super) fn prepare(
    conn: &Connection,
    tables: &[&'static Table],
    forms: &mut Forms,
) -> Outcome<Prepared> {
    for table in tables {
        table.check().map_err(misused)?;
        check_names(table)?;
    }
    let before = version(conn)?;
    let mut done = Prepared::default();
    for table in tables {
        let layout = layout(conn, table)?;
        let grows = layout.is_some_and(|found| found < table.layout);
        match layout {
            Some(found) if found > table.layout => return Err(newer(table, found)),
            Some(found) => {
                if found < table.layout {
                    upgrade(conn, table, found)?;
                    done.upgraded(table, found);
                } else {
                    renew_view(conn, table)?;
                }
            }
            None => {
                create(conn, table)?;
                done.created(table);
            }
        }
        let fresh = sync_indexes(conn, table, grows)?;
        let form = Form::new(table, &places(conn, table)?);
        if layout.is_some() {
            fill_runs(conn, &form, &fresh)?;
        }
        forms.insert(form);
    }
    // What other programs did to the tables known before is still to be looked at.
    if forms.schema == before {
        forms.schema = version(conn)?;
    }
    Ok(done)
}

/// That another program has not brought a table further than this one knows, since the forms were made.
pub(super) fn recheck(conn: &Connection, forms: &mut Forms) -> Outcome<()> {
    let tables: Vec<&'static Table> = forms.all().map(|form| form.table).collect();
    for table in tables {
        match layout(conn, table)? {
            Some(found) if found > table.layout => return Err(newer(table, found)),
            Some(_) => forms.insert(Form::new(table, &places(conn, table)?)),
            None => return Err(damaged(format!("table {} is gone", table.name))),
        }
    }
    forms.schema = version(conn)?;
    Ok(())
}

fn newer(table: &Table, found: u32) -> super::error::Failure {
    let known = table.layout;
    StoreError::NewerLayout { table: table.name.into(), found, known }.into()
}

/// The forms of all tables that have indexes in the file.
pub(super) fn all_indexed<'f>(conn: &Connection, forms: &'f Forms) -> Outcome<Vec<&'f Form>> {
    let mut get = conn.prepare_cached("SELECT DISTINCT tbl FROM fondaco_index ORDER BY tbl")?;
    let names = get.query_map([], |row| row.get::<_, String>(0))?;
    names
        .map(|name| {
            let table = name?;
            let form = forms.find(&table).map(|form| &**form);
            form.ok_or_else(|| StoreError::Unprepared { table: table.into() }.into())
        })
        .collect()
}

/// Names that would meet the store's own.
fn check_names(table: &Table) -> Outcome<()> {
    let own =
        |name: &str| name.starts_with("fondaco_") || name.starts_with("sqlite_") || name.is_empty();
    let reserved = |column: &Column| column.name.starts_with('_');
    if own(table.name) || table.name.ends_with("_view") || table.columns.iter().any(reserved) {
        return Err(misused(format!(
            "table {}: on SQLite no table is called fondaco_*, sqlite_* or *_view, and no column _*",
            table.name
        )));
    }
    Ok(())
}

fn layout(conn: &Connection, table: &Table) -> Outcome<Option<u32>> {
    let mut get = conn.prepare_cached("SELECT layout FROM fondaco_table WHERE name = ?1")?;
    Ok(get.query_row([table.name], |row| row.get(0)).optional()?)
}

fn sql_type(ty: Type) -> &'static str {
    match ty {
        Type::Bool | Type::I64 | Type::Decimal { .. } | Type::Date | Type::Instant => "INTEGER",
        Type::Bytes | Type::Id => "BLOB",
        _ => "TEXT",
    }
}

fn declared(column: &Column) -> Vec<String> {
    let must = if column.nullable || column.personal { "" } else { " NOT NULL" };
    let mut out = vec![format!("{} {}{must}", quoted(column.name), sql_type(column.ty))];
    if column.personal {
        out.push(format!("{} BLOB", salt_name(column)));
    }
    out
}

/// That nothing of another program's has the name.
fn free(conn: &Connection, name: &str) -> Outcome<()> {
    let sql = "SELECT type FROM sqlite_schema WHERE name = ?1 COLLATE NOCASE";
    let taken: Option<String> = conn.query_row(sql, [name], |row| row.get(0)).optional()?;
    match taken {
        Some(what) => Err(misused(format!(
            "the database has a {what} {name} that is not ours, and ours is called so: rename that one, or keep the \
             books in a file of their own (Sqlite::open)"
        ))),
        None => Ok(()),
    }
}

fn create(conn: &Connection, table: &Table) -> Outcome<()> {
    free(conn, table.name)?;
    free(conn, &format!("{}_view", table.name))?;
    let columns: Vec<String> = table.columns.iter().flat_map(declared).collect();
    let keys: Vec<String> = table.key_columns().iter().map(|c| quoted(c.name)).collect();
    // Counters of one time lie together, wherever their keys are: a period's balances are a few pages, not all.
    let (place, sum, key, order) = match table.kind {
        Kind::Counter => ("_row INTEGER PRIMARY KEY, ", "_sum INTEGER NOT NULL, ", "UNIQUE", ""),
        _ => ("", "", "PRIMARY KEY", ", WITHOUT ROWID"),
    };
    conn.execute_batch(&format!(
        "CREATE TABLE {} ({place}_company INTEGER NOT NULL, {}, _version INTEGER NOT NULL, \
         {sum}{key} (_company, {})) STRICT{order}",
        quoted(table.name),
        columns.join(", "),
        keys.join(", ")
    ))?;
    conn.execute_batch(&view::create(table))?;
    note_layout(conn, table)
}

fn note_layout(conn: &Connection, table: &Table) -> Outcome<()> {
    let sql = "INSERT INTO fondaco_table VALUES (?1, ?2) \
               ON CONFLICT (name) DO UPDATE SET layout = excluded.layout";
    conn.execute(sql, (table.name, table.layout))?;
    Ok(())
}

fn upgrade(conn: &Connection, table: &Table, from: u32) -> Outcome<()> {
    let name = quoted(table.name);
    for column in table.columns.iter().filter(|column| column.since > from) {
        for part in declared(column) {
            conn.execute_batch(&format!("ALTER TABLE {name} ADD COLUMN {part}"))?;
        }
    }
    // Always: other programs notice an upgrade by SQLite's count of declarations, whatever else of it is in rows alone.
    make_view(conn, table)?;
    note_layout(conn, table)
}

fn make_view(conn: &Connection, table: &Table) -> Outcome<()> {
    conn.execute_batch(&format!("DROP VIEW IF EXISTS {}", view::name(table)))?;
    Ok(conn.execute_batch(&view::create(table))?)
}

/// Files of earlier versions have other views; of ours there is none that is not made anew.
fn renew_view(conn: &Connection, table: &Table) -> Outcome<()> {
    let (name, wanted) = (format!("{}_view", table.name), view::create(table));
    let mut get =
        conn.prepare_cached("SELECT sql FROM sqlite_schema WHERE type = 'view' AND name = ?1")?;
    let there: Option<String> = get.query_row([&name], |row| row.get(0)).optional()?;
    match there.as_deref() == Some(wanted.as_str()) {
        true => Ok(()),
        false => make_view(conn, table),
    }
}

/// The indexes that the file has for a table: name, number, and whether it is kept as runs.
fn indexes(conn: &Connection, table: &Table) -> Outcome<BTreeMap<String, (i64, bool)>> {
    let mut get = conn.prepare_cached("SELECT name, id, runs FROM fondaco_index WHERE tbl = ?1")?;
    let rows = get.query_map([table.name], |row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?))))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Where each index of the table is.
fn places(conn: &Connection, table: &Table) -> Outcome<Vec<Place>> {
    let known = indexes(conn, table)?;
    let place = |name: &str| match known.get(name) {
        Some((id, true)) => Ok(Place::Runs(*id)),
        Some((_, false)) => Ok(Place::Sql),
        None => Err(damaged(format!("index {name} of table {} is gone", table.name))),
    };
    table.indexes.iter().map(|index| place(index.name)).collect()
}

/// Drops the indexes that are no longer declared so and makes those that are new; the numbers of the new ones. Of an index of an
/// earlier version, which did not note its form, nobody knows whether it is still so when the table `grows`: it is made anew.
fn sync_indexes(conn: &Connection, table: &Table, grows: bool) -> Outcome<Vec<i64>> {
    for (name, (id, packed)) in indexes(conn, table)? {
        let sql = "SELECT form FROM fondaco_index WHERE id = ?1";
        let form: Option<String> = conn.query_row(sql, [id], |row| row.get(0))?;
        let declared = table.indexes.iter().find(|index| index.name == name);
        let declared = declared.map(|index| index_declaration(table, index));
        match (form, declared) {
            (Some(form), Some(declared)) if form == declared => {}
            (None, Some(declared)) if !grows => {
                let sql = "UPDATE fondaco_index SET form = ?2 WHERE id = ?1";
                conn.execute(sql, (id, declared))?;
            }
            _ => drop_index(conn, table, &name, id, packed)?,
        }
    }
    let known = indexes(conn, table)?;
    let mut fresh = Vec::new();
    for index in table.indexes.iter().filter(|index| !known.contains_key(index.name)) {
        let packed = as_runs(table, index);
        if !packed {
            create_index(conn, table, index)?;
        }
        let sql = "INSERT INTO fondaco_index (tbl, name, runs, form) VALUES (?1, ?2, ?3, ?4)";
        conn.execute(sql, (table.name, index.name, packed, index_declaration(table, index)))?;
        fresh.push(conn.last_insert_rowid());
    }
    Ok(fresh)
}

fn drop_index(conn: &Connection, table: &Table, name: &str, id: i64, packed: bool) -> Outcome<()> {
    if packed {
        runs::drop_index(conn, id)?;
    } else {
        let name = quoted(&format!("{}__{name}", table.name));
        conn.execute_batch(&format!("DROP INDEX IF EXISTS {name}"))?;
    }
    conn.execute("DELETE FROM fondaco_index WHERE id = ?1", [id])?;
    Ok(())
}

/// An ordinary index, also for unique ones: two rows of one batch may swap, which a UNIQUE index of SQLite refuses; the
/// store compares before it writes.
fn create_index(conn: &Connection, table: &Table, index: &Index) -> Outcome<()> {
    if index.unique {
        check_unique(conn, table, index)?;
    }
    let all = index.columns.iter().filter_map(|&c| table.columns.get(c));
    let columns: Vec<String> =
        all.chain(table.key_columns()).map(|column| quoted(column.name)).collect();
    conn.execute_batch(&format!(
        "CREATE INDEX {} ON {} (_company, {})",
        index_name(table, index),
        quoted(table.name),
        columns.join(", ")
    ))?;
    Ok(())
}

/// That no two stored rows break a new unique index, whosever they are.
fn check_unique(conn: &Connection, table: &Table, index: &Index) -> Outcome<()> {
    let columns = index.columns.iter().filter_map(|&at| table.columns.get(at));
    let columns: Vec<String> = columns.map(|column| quoted(column.name)).collect();
    let there: Vec<String> = columns.iter().map(|name| format!("{name} IS NOT NULL")).collect();
    let sql = format!(
        "SELECT 1 FROM {} WHERE {} GROUP BY _company, {} HAVING count(*) > 1 LIMIT 1",
        quoted(table.name),
        if there.is_empty() { "true".into() } else { there.join(" AND ") },
        columns.join(", ")
    );
    match conn.query_row(&sql, [], |row| row.get::<_, i64>(0)).optional()? {
        None => Ok(()),
        Some(_) => Err(crate::rules::not_unique(table, index).into()),
    }
}

/// Fills those of the indexes `fresh` that are kept as runs.
fn fill_runs(conn: &Connection, form: &Form, fresh: &[i64]) -> Outcome<()> {
    for (at, index) in form.indexes.iter().enumerate() {
        if let Place::Runs(id) = index.place
            && fresh.contains(&id)
        {
            runs::fill(conn, form, at, id)?;
        }
    }
    Ok(())
}
