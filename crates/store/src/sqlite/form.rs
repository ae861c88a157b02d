//! A table as SQL: the statements that read and write its rows, written once when the table is prepared.

use std::collections::HashMap;
use std::fmt::Write;
use std::sync::Arc;

use fondaco_core::store::{Column, Index, Kind, StoreError, Table, Type};

use crate::sql::{quoted, salt_name};

/// How many rows one INSERT takes where there are many.
pub(super) const CHUNK: usize = 32;

/// A prepared table.
#[derive(Debug)]
pub(super) struct Form {
    pub(super) table: &'static Table,
    /// One row: `?1` company, `?2` version, then the columns, and of a counter its checksum.
    pub(super) insert: String,
    /// [`CHUNK`] rows, in the same way.
    pub(super) insert_many: String,
    /// As `insert`, but in place of the row with that key.
    pub(super) put: String,
    /// All columns, then the version, by key: `?1` company, then the key.
    pub(super) get: String,
    /// The version by key.
    pub(super) version: String,
    pub(super) delete: String,
    /// Of a counter: its sums and version, by its place: `?1` place, `?2` version, `?3` checksum, then the sums.
    pub(super) update: String,
    /// The columns of `get`, for other statements.
    pub(super) select: String,
    pub(super) indexes: Vec<IndexForm>,
}

/// Where an index is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// An ordinary index of SQLite.
    Sql,
    /// Sorted runs in packed pages, under this number: see [`runs`](super::runs).
    Runs(i64),
}

#[derive(Debug)]
pub(super) struct IndexForm {
    pub(super) place: Place,
    /// The ordinary index's name in SQL.
    pub(super) name: String,
    /// The primary keys of the rows with given index columns: `?1` company, then these.
    pub(super) holders: String,
}

/// The prepared tables, by name.
#[derive(Debug, Default, Clone)]
pub(super) struct Forms {
    by_name: HashMap<&'static str, Arc<Form>>,
    /// The version of SQLite's schema for which they are right.
    pub(super) schema: i64,
}

impl Forms {
    pub(super) fn get(&self, table: &Table) -> Result<&Arc<Form>, StoreError> {
        self.by_name
            .get(table.name)
            .ok_or_else(|| StoreError::Unprepared { table: table.name.into() })
    }

    pub(super) fn find(&self, name: &str) -> Option<&Arc<Form>> {
        self.by_name.get(name)
    }

    pub(super) fn insert(&mut self, form: Form) {
        self.by_name.insert(form.table.name, Arc::new(form));
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Arc<Form>> {
        self.by_name.values()
    }
}

/// The name in SQL of an ordinary index.
pub(super) fn index_name(table: &Table, index: &Index) -> String {
    quoted(&format!("{}__{}", table.name, index.name))
}

/// Whether an index is kept as runs: those of facts, which only grow. A unique one must find its holder at once, and a
/// personal one must forget.
pub(super) fn as_runs(table: &Table, index: &Index) -> bool {
    let personal = |&column: &usize| table.columns.get(column).is_some_and(|c| c.personal);
    table.kind == Kind::Fact && !index.unique && !index.columns.iter().any(personal)
}

/// All columns in SQL, without company and version.
pub(super) fn sql_columns(table: &Table) -> Vec<String> {
    let both = |column: &Column| match column.personal {
        true => vec![quoted(column.name), salt_name(column)],
        false => vec![quoted(column.name)],
    };
    table.columns.iter().flat_map(both).collect()
}

impl Form {
    pub(super) fn new(table: &'static Table, places: &[Place]) -> Form {
        let name = quoted(table.name);
        let (columns, counts) = (sql_columns(table), table.kind == Kind::Counter);
        let keys: Vec<String> = table.key_columns().iter().map(|c| quoted(c.name)).collect();
        // Where a counter is in its table is read with it, so that it can be written again without a search.
        let place = if counts { ", _row, _company, _sum" } else { "" };
        let select = format!("{}, _version{place}", columns.join(", "));
        let by_key = keyed(&keys);
        let sums = columns.get(keys.len()..).unwrap_or_default();
        let insert = |rows| insert(&name, &columns, counts, rows);
        let or_put = or_put(&keys, sums);
        Form {
            table,
            insert: insert(1),
            insert_many: insert(CHUNK),
            put: insert(1).replace(" OR FAIL", "") + &or_put,
            get: format!("SELECT {select} FROM {name} WHERE {by_key}"),
            version: format!("SELECT _version FROM {name} WHERE {by_key}"),
            update: update(&name, columns.get(keys.len()..).unwrap_or_default()),
            delete: format!("DELETE FROM {name} WHERE {by_key}"),
            indexes: table
                .indexes
                .iter()
                .zip(places)
                .map(|(index, place)| index_form(table, index, *place, &keys))
                .collect(),
            select,
        }
    }

    /// The types of the primary key.
    pub(super) fn key_types(&self) -> impl Iterator<Item = Type> + use<> {
        self.table.key_columns().iter().map(|column| column.ty)
    }

    /// The types of the columns of an index, without the primary key.
    pub(super) fn index_types(&self, index: usize) -> impl Iterator<Item = Type> + use<> {
        let (table, columns) =
            (self.table, self.table.indexes.get(index).map_or(&[][..], |i| i.columns));
        columns.iter().filter_map(|&column| table.columns.get(column)).map(|column| column.ty)
    }

    /// The columns in SQL of an index or of the primary key, the key's included.
    pub(super) fn order(&self, index: Option<usize>) -> Vec<String> {
        let leading =
            index.and_then(|i| self.table.indexes.get(i)).map_or(&[][..], |index| index.columns);
        let leading = leading.iter().filter_map(|&c| self.table.columns.get(c));
        leading.chain(self.table.key_columns()).map(|column| quoted(column.name)).collect()
    }
}

fn index_form(table: &Table, index: &Index, place: Place, keys: &[String]) -> IndexForm {
    let columns = index.columns.iter().filter_map(|&c| table.columns.get(c));
    let columns: Vec<String> = columns.map(|column| quoted(column.name)).collect();
    let (name, of) = (index_name(table, index), quoted(table.name));
    let holders = format!("SELECT {} FROM {of} WHERE {}", keys.join(", "), keyed(&columns));
    IndexForm { place, name, holders }
}

/// `_company = ?1 AND a = ?2 AND b = ?3`
fn keyed(columns: &[String]) -> String {
    let mut out = String::from("_company = ?1");
    for (i, column) in columns.iter().enumerate() {
        let _ = write!(out, " AND {column} = ?{}", i + 2);
    }
    out
}

fn insert(name: &str, columns: &[String], counts: bool, rows: usize) -> String {
    let sum = if counts { ", _sum" } else { "" };
    // OR FAIL: after a failure all is rolled back anyway, so SQLite need not be able to take back one statement.
    let mut out = format!(
        "INSERT OR FAIL INTO {name} (_company, _version, {}{sum}) VALUES ",
        columns.join(", ")
    );
    let mut parameter = 2;
    for row in 0..rows {
        out.push_str(if row == 0 { "(?1, ?2" } else { ", (?1, ?2" });
        for _ in 0..columns.len() + usize::from(counts) {
            parameter += 1;
            let _ = write!(out, ", ?{parameter}");
        }
        out.push(')');
    }
    out
}

fn update(name: &str, sums: &[String]) -> String {
    let mut out = format!("UPDATE {name} SET _version = ?2, _sum = ?3");
    for (at, column) in sums.iter().enumerate() {
        let _ = write!(out, ", {column} = ?{}", at + 4);
    }
    out + " WHERE _row = ?1"
}

fn or_put(keys: &[String], others: &[String]) -> String {
    let mut out = format!(
        " ON CONFLICT (_company, {}) DO UPDATE SET _version = excluded._version",
        keys.join(", ")
    );
    for column in others {
        let _ = write!(out, ", {column} = excluded.{column}");
    }
    out
}
