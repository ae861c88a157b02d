//! A company that another store had, written in the caller's transaction.

use fondaco_core::CompanyId;
use fondaco_core::store::{
    KeyList, Kind, LoadCheck, Piece, Pieces, Row, StoreError, Table, order_of,
};
use rusqlite::{Connection, OptionalExtension};

use super::bind::Binder;
use super::error::Outcome;
use super::form::{Form, Forms, Place};
use super::log::{self, Head};
use super::{counter, runs};
use crate::sql::quoted;

/// How many keys of an index are sorted at a time.
const FILL: usize = 1 << 18;

/// Writes all `pieces`; on an error the caller must roll back.
pub(super) fn load(
    conn: &Connection,
    forms: &Forms,
    company: CompanyId,
    pieces: &mut Pieces<'_>,
) -> Outcome<()> {
    let head = Head::of(conn, company)?;
    if head.position > 0 {
        return Err(StoreError::Occupied { company }.into());
    }
    let mut loading = Loading { conn, forms, head: head.or_create(conn, company)?, table: None };
    let mut check = LoadCheck::default();
    while let Some(piece) = pieces()? {
        check.piece(&piece)?;
        match piece {
            Piece::Rows(rows) => loading.rows(&rows)?,
            Piece::Series(series) => {
                for (name, state) in &series {
                    log::keep_series(conn, loading.head.company, name, state)?;
                }
            }
            Piece::Commits(commits) => {
                for commit in &commits {
                    log::keep(conn, &loading.head, commit)?;
                }
            }
            _ => return Err(StoreError::Unsupported { ask: "a piece it does not know" }.into()),
        }
    }
    loading.end_table()?;
    check.finish()?;
    Ok(())
}

struct Loading<'l> {
    conn: &'l Connection,
    forms: &'l Forms,
    head: Head,
    /// The table whose rows come, and what is to be added to those of its indexes that are runs.
    table: Option<(&'l Form, Vec<KeyList>)>,
}

impl Loading<'_> {
    /// Rows of one table, in order of key.
    fn rows(&mut self, rows: &[Row]) -> Outcome<()> {
        let Some(table) = rows.first().map(|row| row.stored().table()) else { return Ok(()) };
        if self.table.as_ref().is_none_or(|(form, _)| form.table.name != table.name) {
            self.end_table()?;
            let form = self.forms.get(table)?;
            let keys = form.indexes.iter().map(|_| KeyList::default()).collect();
            self.table = Some((form, keys));
        }
        let Some((form, keys)) = &mut self.table else { return Ok(()) };
        let mut insert = self.conn.prepare_cached(&form.insert)?;
        for row in rows {
            insert.raw_bind_parameter(1, self.head.company)?;
            insert.raw_bind_parameter(2, log::signed(row.version))?;
            let mut binder = Binder::new(&mut insert, form.table, 3);
            row.stored().write_columns(binder.row());
            if form.table.kind == Kind::Counter {
                binder.also(counter::sum(self.head.company, row.version, row.stored()));
            }
            binder.finish()?;
            insert.raw_execute()?;
        }
        for ((at, index), keys) in form.indexes.iter().enumerate().zip(keys) {
            let Place::Runs(index) = index.place else { continue };
            for row in rows {
                keys.push(|key| order_of(row.stored(), Some(at), key));
            }
            if keys.len() >= FILL {
                runs::append(self.conn, self.head.company, index, &std::mem::take(keys))?;
            }
        }
        Ok(())
    }

    /// All rows of a table are there.
    fn end_table(&mut self) -> Outcome<()> {
        let Some((form, keys)) = self.table.take() else { return Ok(()) };
        for (index, keys) in form.indexes.iter().zip(&keys) {
            if let Place::Runs(index) = index.place {
                runs::append(self.conn, self.head.company, index, keys)?;
            }
        }
        self.unique(form.table)
    }

    /// That no two rows have the same columns in a unique index.
    fn unique(&self, table: &Table) -> Outcome<()> {
        for index in table.indexes.iter().filter(|index| index.unique) {
            let columns = index.columns.iter().filter_map(|&column| table.columns.get(column));
            let columns: Vec<String> = columns.map(|column| quoted(column.name)).collect();
            let there = columns.iter().map(|column| format!(" AND {column} IS NOT NULL"));
            let sql = format!(
                "SELECT 1 FROM {} WHERE _company = ?1{} GROUP BY {} HAVING count(*) > 1 LIMIT 1",
                quoted(table.name),
                there.collect::<String>(),
                columns.join(", ")
            );
            let twice = self.conn.query_row(&sql, [self.head.company], |_| Ok(())).optional()?;
            if twice.is_some() {
                return Err(crate::rules::taken(table, index).into());
            }
        }
        Ok(())
    }
}
