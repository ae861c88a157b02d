//! A table as SQL: the statements that read and write its rows, many at a time, written once when the table is prepared.
//!
//! Rows and keys come as one array per column, so a statement has the same text and one plan for one row and for ten thousand.
//! That plan looks up each key by index, whatever PostgreSQL believes of a table: where a company seems to have few rows, it
//! would else compare all its rows with all keys (25 s for the balances of 8,189 entries, over tables without statistics).

use std::collections::HashMap;
use std::fmt::Write;
use std::sync::Arc;

use fondaco_core::store::{Column, Index, StoreError, Table, Type};

use super::lane::cast;
use crate::sql::{quoted, salt_name};

/// A prepared table. In all statements `$1` is the company.
#[derive(Debug)]
pub(super) struct Form {
    pub(super) table: &'static Table,
    /// Schema and name.
    pub(super) name: String,
    /// All columns, then the version, of `t`.
    pub(super) select: String,
    /// Those and the place of the key, by keys.
    pub(super) get: String,
    /// Version and place of the key, by keys.
    pub(super) versions: String,
    /// All columns, then the versions.
    pub(super) insert: String,
    /// The same, over the rows with these keys, and as new rows where there are none.
    pub(super) upsert: String,
    /// The same, over the rows with these keys.
    pub(super) update: String,
    /// By keys.
    pub(super) delete: String,
    /// For each index: the keys of the rows with given index columns, and the place of these.
    pub(super) holders: Vec<String>,
}

/// The prepared tables, by name.
#[derive(Debug, Default, Clone)]
pub(super) struct Forms {
    by_name: HashMap<&'static str, Arc<Form>>,
    /// The state of the declarations in the database for which they are right.
    pub(super) generation: i64,
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

    /// These and `others`, right for the older of both generations.
    pub(super) fn joined(&self, others: Forms) -> Forms {
        let generation = match self.by_name.is_empty() {
            true => others.generation,
            false => self.generation.min(others.generation),
        };
        let mut by_name = self.by_name.clone();
        by_name.extend(others.by_name);
        Forms { by_name, generation }
    }

    pub(super) fn insert(&mut self, form: Form) {
        self.by_name.insert(form.table.name, Arc::new(form));
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Arc<Form>> {
        self.by_name.values()
    }
}

/// The name in SQL of an index.
pub(super) fn index_name(table: &Table, index: &str) -> String {
    format!("{}__{index}", table.name)
}

/// Name and type of all columns in SQL, without company and version.
fn sql_columns(table: &Table) -> Vec<(String, Type)> {
    let both = |column: &Column| {
        let salt = column.personal.then(|| (salt_name(column), Type::Bytes));
        [Some((quoted(column.name), column.ty)), salt]
    };
    table.columns.iter().flat_map(both).flatten().collect()
}

impl Form {
    pub(super) fn new(schema: &str, table: &'static Table) -> Form {
        let name = format!("{schema}.{}", quoted(table.name));
        let columns = sql_columns(table);
        let keys: Vec<(String, Type)> =
            table.key_columns().iter().map(|c| (quoted(c.name), c.ty)).collect();
        let (names, of_t) = (listed(&columns, ""), listed(&columns, "t."));
        let select = format!("{of_t}, t._version");
        let by_key = joined(&keys, "k");
        let from_keys = arrays(&keys, 2, "k", true);
        let count = columns.len() + 1;
        let values: Vec<String> = (0..count).map(|at| format!("r.c{at}")).collect();
        let mut rows = columns.clone();
        rows.push(("_version".into(), Type::I64));
        let from_rows = arrays(&rows, 2, "r", false);
        let changing = rows.get(keys.len()..).unwrap_or_default();
        Form {
            get: format!("SELECT {select}, k.o FROM {from_keys}{}", each(&name, &by_key)),
            versions: format!("SELECT t._version, k.o FROM {from_keys}{}", each(&name, &by_key)),
            insert: format!(
                "INSERT INTO {name} (_company, {names}, _version) SELECT $1::integer, {} FROM {from_rows}",
                values.join(", ")
            ),
            upsert: format!(
                "INSERT INTO {name} (_company, {names}, _version) SELECT $1::integer, {} FROM {from_rows} \
                 ON CONFLICT (_company, {}) DO UPDATE SET {}",
                values.join(", "),
                listed(&keys, ""),
                assigned(changing, |_, name| format!("excluded.{name}"))
            ),
            update: format!(
                "UPDATE {name} t SET {} FROM {from_rows} WHERE {} AND r.c{} {A_FEW}",
                assigned(changing, |at, _| format!("r.c{}", keys.len() + at)),
                joined(&keys, "r"),
                count - 1
            ),
            delete: format!(
                "DELETE FROM {name} t USING {from_keys} WHERE {by_key} AND k.o {A_FEW}"
            ),
            holders: table
                .indexes
                .iter()
                .map(|index| holders(&name, table, index, &keys))
                .collect(),
            table,
            name,
            select,
        }
    }

    /// The types of the primary key.
    pub(super) fn key_types(&self) -> impl Iterator<Item = Type> + use<> {
        self.table.key_columns().iter().map(|column| column.ty)
    }

    /// The types of the columns of an index, without the primary key.
    pub(super) fn index_types(&self, index: usize) -> Vec<Type> {
        let columns = self.table.indexes.get(index).map_or(&[][..], |i| i.columns);
        columns.iter().filter_map(|&at| self.table.columns.get(at)).map(|c| c.ty).collect()
    }

    /// The columns in SQL of an index or of the primary key, the key's included.
    pub(super) fn order(&self, index: Option<usize>) -> Vec<String> {
        let leading =
            index.and_then(|i| self.table.indexes.get(i)).map_or(&[][..], |index| index.columns);
        let leading = leading.iter().filter_map(|&c| self.table.columns.get(c));
        leading.chain(self.table.key_columns()).map(|c| format!("t.{}", quoted(c.name))).collect()
    }
}

fn holders(name: &str, table: &Table, index: &Index, keys: &[(String, Type)]) -> String {
    let columns = index.columns.iter().filter_map(|&at| table.columns.get(at));
    let columns: Vec<(String, Type)> = columns.map(|c| (quoted(c.name), c.ty)).collect();
    format!(
        "SELECT {}, k.o FROM {}{}",
        listed(keys, "t."),
        arrays(&columns, 2, "k", true),
        each(name, &joined(&columns, "k"))
    )
}

/// The rows that belong to each key: of `OFFSET 0` PostgreSQL makes a look-up of its own per key, never a join.
fn each(name: &str, by_key: &str) -> String {
    format!(" CROSS JOIN LATERAL (SELECT * FROM {name} t WHERE {by_key} OFFSET 0) t")
}

fn listed(columns: &[(String, Type)], of: &str) -> String {
    columns.iter().map(|(name, _)| format!("{of}{name}")).collect::<Vec<_>>().join(", ")
}

/// `(SELECT unnest($2::bigint[]) AS c0, unnest($3::text[]) AS c1) AS k`, with their places as `o` if they are `numbered`.
/// Said so, rows go on one by one; of `FROM unnest(a, b)` PostgreSQL makes a table first, which takes twice as long.
fn arrays(columns: &[(String, Type)], first: usize, alias: &str, numbered: bool) -> String {
    let array = |at: usize, ty: Type| format!("${}::{}[]", first + at, cast(ty));
    let types = columns.iter().map(|(_, ty)| *ty).enumerate();
    let mut given: Vec<String> =
        types.map(|(at, ty)| format!("unnest({}) AS c{at}", array(at, ty))).collect();
    if let (true, Some((_, ty))) = (numbered, columns.first()) {
        given.push(format!("generate_subscripts({}, 1)::bigint AS o", array(0, *ty)));
    }
    format!("(SELECT {}) AS {alias}", given.join(", "))
}

/// `t._company = $1 AND t.a = k.c0 AND t.b = k.c1`
fn joined(columns: &[(String, Type)], alias: &str) -> String {
    let mut out = String::from("t._company = $1::integer");
    for (at, (name, _)) in columns.iter().enumerate() {
        let _ = write!(out, " AND t.{name} = {alias}.c{at}");
    }
    out
}

/// `a = r.c2, b = r.c3`, where `value` names what a column is set to.
fn assigned(columns: &[(String, Type)], value: impl Fn(usize, &str) -> String) -> String {
    let one = |(at, (name, _)): (usize, &(String, Type))| format!("{name} = {}", value(at, name));
    columns.iter().enumerate().map(one).collect::<Vec<_>>().join(", ")
}

/// What holds of every version and place; of such a range PostgreSQL expects next to nothing, so that it begins there.
const A_FEW: &str = "BETWEEN 0 AND 9223372036854775807";
