//! What a store is told about one kind of stored thing.

use std::fmt;
use std::sync::Arc;

use super::{ColumnSource, DecodeError, Record, Stored, Type};

/// How many columns a table has at most.
const MOST_COLUMNS: usize = 256;

/// How rows of a table may change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// Inserted once and never changed or deleted; only personal columns can be erased.
    Fact,
    /// Changed and deleted under optimistic concurrency: each change names the version it saw.
    State,
    /// Sums. Only [`Change::Add`](super::Change::Add) touches them, so that writers do not collide.
    /// A key that was never added to reads as absent.
    Counter,
}

/// The declaration of one kind of stored thing, made by `#[derive(Record)]`; hosts never write one.
///
/// Columns are only ever appended, and appended columns are nullable, so that rows written under an older layout keep
/// their hash. A change of `layout` comes with its columns' [`since`](Column::since).
#[derive(Debug, PartialEq, Eq)]
pub struct Table {
    /// Name in lower snake case, unique in the store: `ledger_posting`.
    pub name: &'static str,
    /// How rows may change.
    pub kind: Kind,
    /// Version of this declaration, from 1. A store refuses a file whose layout is newer.
    pub layout: u32,
    /// All columns, the key's first, in key order.
    pub columns: &'static [Column],
    /// How many leading columns make the primary key.
    pub key: usize,
    /// Further orders in which rows can be scanned; each ends implicitly in the primary key.
    pub indexes: &'static [Index],
    /// Range guards: what a scan can rest a decision on.
    pub guards: &'static [Guard],
    /// How a row becomes the record; `None` for a table without one.
    pub decode: Option<Decode>,
}

/// How the columns of a row become the record that a table is of: for stores that keep columns, to give back records.
#[derive(Clone, Copy)]
pub struct Decode(DecodeRow);

type DecodeRow = fn(&mut dyn ColumnSource) -> Result<Arc<dyn Stored>, DecodeError>;

impl Decode {
    /// Into records of type `R`.
    pub const fn of<R: Record>() -> Decode {
        Decode(|from| Ok(Arc::new(R::read_columns(from)?)))
    }

    /// The row whose columns `from` gives.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// let columns = shelf(7, "door").values();
    /// let decode = Shelf::TABLE.decode.ok_or(DecodeError::bad_key("no record"))?;
    /// let row = decode.row(&mut ValueSource::new(&columns))?;
    /// assert_eq!(*Row::one(1, row).record::<Shelf>()?, shelf(7, "door"));
    /// # Ok::<(), DecodeError>(())
    /// ```
    ///
    /// # Errors
    /// When the columns are none of the record's.
    pub fn row(self, from: &mut dyn ColumnSource) -> Result<Arc<dyn Stored>, DecodeError> {
        (self.0)(from)
    }
}

/// Two programs' records of a table are alike when its columns are: where their code lies says nothing.
impl PartialEq for Decode {
    fn eq(&self, _: &Decode) -> bool {
        true
    }
}

impl Eq for Decode {}

impl fmt::Debug for Decode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Decode")
    }
}

/// One column of a [`Table`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Name in lower snake case.
    pub name: &'static str,
    /// What it holds.
    pub ty: Type,
    /// Whether it may be null. Key columns never are.
    pub nullable: bool,
    /// Whether it says something about a person: it enters the hash chain as a commitment only, and can be erased.
    pub personal: bool,
    /// The layout that brought it; 1 for columns that were always there.
    pub since: u32,
}

/// A declared order of a table's rows. A row whose index column is null or erased is not in the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Index {
    /// Name, unique in the table.
    pub name: &'static str,
    /// Positions in [`Table::columns`].
    pub columns: &'static [usize],
    /// Whether two rows may not have the same index columns.
    pub unique: bool,
}

/// A range guard: every insert, change, delete and erase of a row bumps the counter of the row's guard columns,
/// and a guarded scan rests on that counter. Ranges may share a counter. No columns = the whole table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Guard {
    /// Name, unique in the table.
    pub name: &'static str,
    /// Positions in [`Table::columns`].
    pub columns: &'static [usize],
}

impl Table {
    /// The columns of the primary key.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// let key = Shelf::TABLE.key_columns();
    /// assert_eq!((key.len(), key[0].name), (1, "number"));
    /// ```
    pub fn key_columns(&self) -> &'static [Column] {
        self.columns.get(..self.key).unwrap_or(&[])
    }

    /// The types of the columns that the index (or, for `None`, the primary key) orders by, the key's included.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// let by_label = Some(Shelf::BY_LABEL.position());
    /// assert_eq!(Shelf::TABLE.order_types(by_label), [Type::Text, Type::I64]); // label, then key
    /// assert_eq!(Shelf::TABLE.order_types(None), [Type::I64]);
    /// ```
    pub fn order_types(&self, index: Option<usize>) -> Vec<Type> {
        let leading =
            index.and_then(|i| self.indexes.get(i)).map_or(&[][..], |index| index.columns);
        let leading = leading.iter().filter_map(|&c| self.columns.get(c)).map(|c| c.ty);
        leading.chain(self.key_columns().iter().map(|c| c.ty)).collect()
    }

    /// The position of the column called `name`.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// assert_eq!(Stock::TABLE.column("pieces"), Some(1));
    /// assert_eq!(Stock::TABLE.column("colour"), None);
    /// ```
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|c| c.name == name)
    }

    /// Whether any column is personal.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// assert!(Note::TABLE.has_personal());
    /// assert!(!Shelf::TABLE.has_personal());
    /// ```
    pub fn has_personal(&self) -> bool {
        self.columns.iter().any(|c| c.personal)
    }

    /// Why this declaration is not acceptable, if it is not: what every store may rely on after
    /// [`Store::prepare`](super::Store::prepare).
    ///
    /// ```
    /// use fondaco_core::store::{Column, Kind, Table, Type};
    /// static RATES: Table = Table {
    ///     name: "rate", kind: Kind::State, layout: 1, key: 1, indexes: &[], guards: &[], decode: None,
    ///     columns: &[Column {
    ///         name: "rate", ty: Type::Number, nullable: false, personal: false, since: 1,
    ///     }],
    /// };
    /// assert_eq!(
    ///     RATES.check().unwrap_err(),
    ///     "table rate: key columns are never null, personal, a number without scale or JSON",
    /// );
    /// ```
    ///
    /// # Errors
    /// The first rule that is broken, in words.
    pub fn check(&self) -> Result<(), String> {
        let fail = |why: &str| Err(format!("table {}: {why}", self.name));
        if self.key == 0 || self.key > self.columns.len() {
            return fail("a primary key needs at least one column");
        }
        if self.columns.len() > MOST_COLUMNS {
            return fail(
                "a table has 256 columns at most: a proof of a row numbers them with a byte",
            );
        }
        if self.key_columns().iter().any(|c| c.nullable || c.personal || !c.ty.is_key()) {
            return fail("key columns are never null, personal, a number without scale or JSON");
        }
        if self.columns.iter().any(|c| c.since > self.layout || (c.since > 1 && !c.nullable)) {
            return fail("a column that came later is nullable, and not newer than the layout");
        }
        // Rows are hashed, and kept by some stores, by the numbers of their columns.
        if !self.columns.is_sorted_by_key(|c| c.since) {
            return fail("a column that came later stands behind all that were there before");
        }
        for columns in
            self.indexes.iter().map(|i| i.columns).chain(self.guards.iter().map(|g| g.columns))
        {
            let ordered = |&c: &usize| self.columns.get(c).is_some_and(|c| c.ty.is_key());
            if !columns.iter().all(ordered) {
                return fail("index and guard columns must exist and have an order");
            }
        }
        if self.kind == Kind::Counter && !self.guards.is_empty() {
            return fail(
                "a counter has no guards: what is added to commutes; guard the facts it sums",
            );
        }
        if self.kind == Kind::Counter
            && !self.columns.iter().skip(self.key).all(|c| c.ty.is_summable() && !c.nullable)
        {
            return fail("a counter's columns beside its key are sums");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_has_a_number_of_one_byte() {
        let wide = |columns: usize| {
            let column = |at: usize| Column {
                name: if at == 0 { "key" } else { "more" },
                ty: Type::I64,
                nullable: at > 0,
                personal: false,
                since: 1,
            };
            let columns: Vec<Column> = (0..columns).map(column).collect();
            let (name, kind) = ("wide", Kind::Fact);
            let columns: &'static [Column] = columns.leak();
            Table {
                name,
                kind,
                layout: 1,
                columns,
                key: 1,
                indexes: &[],
                guards: &[],
                decode: None,
            }
            .check()
        };
        assert_eq!(wide(256), Ok(()));
        assert!(wide(257).unwrap_err().starts_with("table wide: a table has 256 columns at most"));
    }

    #[test]
    fn a_later_column_stands_behind_those_of_before() {
        let column = |name, since| Column {
            name,
            ty: Type::I64,
            nullable: name != "key",
            personal: false,
            since,
        };
        let of = |columns: Vec<Column>| Table {
            name: "note",
            kind: Kind::State,
            layout: 3,
            columns: columns.leak(),
            key: 1,
            indexes: &[],
            guards: &[],
            decode: None,
        };
        let (key, rank) = (column("key", 1), column("rank", 2));
        assert_eq!(of(vec![key, column("text", 1), rank, column("more", 3)]).check(), Ok(()));
        // A row of before would have its text where the rank is now: another hash, and on some stores another row.
        assert_eq!(
            of(vec![key, rank, column("text", 1)]).check().unwrap_err(),
            "table note: a column that came later stands behind all that were there before",
        );
    }
}
