//! What stores over SQL share: names as SQL writes them, and what a batch writes.

use fondaco_core::store::{Batch, Change, Column, Index, Key, Kind, Stored, Table};

/// A name in SQL.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The name in SQL of the column beside a personal one.
pub(crate) fn salt_name(column: &Column) -> String {
    quoted(&format!("_salt_{}", column.name))
}

/// A name of a view's own, which stands beside a table's columns: `company`, and `_company` where the table has one of that name, which
/// keeps it.
pub(crate) fn own_in_view(table: &Table, name: &str) -> String {
    let is_taken = table.columns.iter().any(|other| other.name.eq_ignore_ascii_case(name));
    free_in_view(table, if is_taken { format!("_{name}") } else { name.to_owned() })
}

/// A name in a view that no column of the table has.
pub(crate) fn free_in_view(table: &Table, mut name: String) -> String {
    while table.columns.iter().any(|other| other.name.eq_ignore_ascii_case(&name)) {
        name.push('_');
    }
    quoted(&name)
}

/// What an index is of, as the catalog of a database notes it: an index that is declared otherwise is another one.
pub(crate) fn index_declaration(table: &Table, index: &Index) -> String {
    let columns = index.columns.iter().filter_map(|&at| table.columns.get(at));
    let columns: Vec<&str> = columns.map(|column| column.name).collect();
    format!("{}{}", if index.unique { "unique " } else { "" }, columns.join(","))
}

/// The `State` rows that a batch writes.
pub(crate) fn states_written(batch: &Batch, erased: &[&dyn Stored]) -> Vec<Key> {
    let mut out: Vec<Key> = erased.iter().map(|row| row.row_key()).collect();
    for change in &batch.changes {
        match change {
            Change::Insert(rows) if !rows.is_empty() && rows.table().kind == Kind::State => {
                out.extend((0..rows.len()).filter_map(|at| rows.row(at)).map(|row| row.row_key()));
            }
            Change::Put { row, .. } => out.push(row.row_key()),
            Change::Delete { key, .. } => out.push(key.clone()),
            _ => {}
        }
    }
    out
}
