//! What each change does to the rows.

use fondaco_core::store::{
    Change, Floor, Key, Kind, Rows, Seen, StoreError, Stored, Value, ValueRow,
};

use super::company::{Company, Outcome};
use super::{Tables, owned};

impl Company {
    pub(super) fn apply(
        &mut self,
        tables: &Tables,
        change: &Change,
        seen: &[Seen],
        out: &mut Outcome,
    ) {
        match change {
            Change::Insert(rows) => {
                for row in (0..rows.len()).filter_map(|at| rows.row(at)) {
                    self.insert(row, seen, out);
                }
            }
            Change::Put { row, .. } => self.keep(row.as_ref()),
            Change::Delete { key, .. } => {
                self.rows.entry(key.table.name).or_default().remove(&key.bytes);
            }
            Change::Erase { key } => self.erase(tables, key, out),
            Change::Add { rows, floors } => {
                for at in 0..rows.len() {
                    self.add((rows.as_ref(), at), floors, out);
                }
            }
            _ => {}
        }
    }

    /// Stores a row under the position of the commit that is being made.
    fn keep(&mut self, row: &dyn Stored) {
        let key = row.row_key();
        let kept = (self.position() + 1, row.values());
        self.rows.entry(key.table.name).or_default().insert(key.bytes, kept);
    }

    fn insert(&mut self, row: &dyn Stored, seen: &[Seen], out: &mut Outcome) {
        let key = row.row_key();
        let exists = self.version(&key) != 0;
        // A row that was seen absent is among the moved ones already.
        if exists && !seen.iter().any(|seen| seen.version == 0 && seen.key == key) {
            out.faults.push(StoreError::Exists { key });
        }
        // Even so it is kept: its clashes are to be named, and a refused batch changes nothing anyway.
        self.keep(row);
    }

    fn erase(&mut self, tables: &Tables, key: &Key, out: &mut Outcome) {
        let Some(table) = tables.get(key.table.name).copied() else { return };
        let Some(row) = self.row(table, &key.bytes) else { return };
        let mut erased = owned(row.stored());
        erased.erase();
        self.forget_salts(key, row.version);
        self.keep(&erased);
        if table.kind == Kind::State {
            out.erased.push(erased);
        } else if let Some(kept) = self.rows.get_mut(table.name).and_then(|r| r.get_mut(&key.bytes))
        {
            kept.0 = row.version;
        }
    }

    fn add(&mut self, (rows, at): (&dyn Rows, usize), floors: &[Floor], out: &mut Outcome) {
        let Some(delta) = rows.row(at) else { return };
        let key = delta.row_key();
        let before = self.row(delta.table(), &key.bytes);
        let mut sum = match &before {
            Some(row) => owned(row.stored()),
            None => zero(delta),
        };
        if let Err(column) = sum.add(delta) {
            out.faults.push(StoreError::Overflow { key, column: column.into() });
            return;
        }
        if !floors.iter().all(|floor| floor.holds(at, &sum)) {
            out.refusal.short.push((key, before));
        }
        self.keep(&sum);
    }
}

/// The counter's row before anything was added to it.
fn zero(delta: &dyn Stored) -> ValueRow {
    let key = delta.table().key;
    let zero = |(at, value): (usize, Value)| match value {
        value if at < key => value,
        Value::Decimal(value) => Value::Decimal(rust_decimal::Decimal::new(0, value.scale())),
        _ => Value::I64(0),
    };
    ValueRow::new(delta.table(), delta.values().into_iter().enumerate().map(zero).collect())
}
