//! Rows as they travel between engines and stores: typed where both are Rust, values where one is not.

use std::any::Any;
use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use super::field::Numbers;
use super::rows::EMPTY;
use super::{
    ColumnSink, ColumnSource, DecodeError, Key, KeyBytes, KeyWriter, Rows, Table, Value, ValueSink,
    ValueSource, Version,
};

/// One kind of stored thing, defined by an engine with `#[derive(Record)]`. Hosts never implement it.
///
/// ```
/// use fondaco_core::store::{Kind, Record};
/// use smol_str::SmolStr;
///
/// #[derive(Record, Debug, Clone, PartialEq)]
/// #[record(table = "shelf", kind = state, key(site, shelf), index(by_label(label), unique), guard(by_site(site)))]
/// struct Shelf {
///     site: i64,
///     shelf: i64,
///     label: Option<SmolStr>,
/// }
///
/// assert_eq!(Shelf::TABLE.kind, Kind::State);
/// assert_eq!(Shelf { site: 1, shelf: 2, label: None }.key(), (1, 2));
/// ```
pub trait Record: Clone + Send + Sync + 'static {
    /// The declaration.
    const TABLE: &'static Table;
    /// The primary key: a value, or a tuple of values.
    type Key: super::KeyParts;

    /// The primary key.
    fn key(&self) -> Self::Key;
    /// Appends the primary key.
    fn write_key(&self, out: &mut KeyWriter);
    /// How the primary keys of two rows order: as their bytes do.
    fn cmp_key(&self, other: &Self) -> Ordering;
    /// Hands over all columns, in order.
    fn write_columns(&self, out: &mut dyn ColumnSink);
    /// Takes all columns, in order.
    ///
    /// # Errors
    /// When a column is missing or no value of its field.
    fn read_columns(from: &mut dyn ColumnSource) -> Result<Self, DecodeError>;
    /// Appends the columns of index number `index`, without the primary key; `false` when the row is not in it.
    fn write_index(&self, index: usize, out: &mut KeyWriter) -> bool;
    /// Appends the columns of guard number `guard`; `false` when one of them is null.
    fn write_guard(&self, guard: usize, out: &mut KeyWriter) -> bool;
    /// The column's value that no store can keep, and why.
    fn check(&self) -> Option<(&'static str, &'static str)>;
    /// Replaces the places of drawn numbers.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// let text = Personal::Kept("paid".into(), [7; 16]);
    /// let slip = Some(Drawn::Place { draw: 0, offset: 2 });
    /// let mut note = Note { id: Id::from_u128(1), text, slip };
    /// Record::fill(&mut note, &Numbers { first: vec![17] });
    /// assert_eq!(note.slip, Some(Drawn::Number(19)));
    /// ```
    fn fill(&mut self, numbers: &Numbers);
    /// Replaces personal values by their commitments.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// let text = Personal::Kept("lives at 5 Rio Terà".into(), [7; 16]);
    /// let mut note = Note { id: Id::from_u128(1), text, slip: None };
    /// let before = chain::row_hash(&note);
    /// Record::erase(&mut note);
    /// assert_eq!(note.text.get(), None);
    /// assert_eq!(chain::row_hash(&note), before); // the chain holds as before
    /// ```
    fn erase(&mut self);
    /// Whether a delta can be added.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// let stock = Stock { item: 7, pieces: 10 };
    /// assert_eq!(Record::fits(&stock, &Stock { item: 7, pieces: -10 }), Ok(()));
    /// assert_eq!(Record::fits(&stock, &Stock { item: 7, pieces: i64::MAX }), Err("pieces"));
    /// ```
    ///
    /// # Errors
    /// The column that would be beyond its reach.
    fn fits(&self, delta: &Self) -> Result<(), &'static str>;
    /// Adds a delta to every column beside the key.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// let mut stock = Stock { item: 7, pieces: 10 };
    /// assert!(Record::add(&mut stock, &Stock { item: 7, pieces: -4 }).is_ok());
    /// assert_eq!(stock.pieces, 6);
    /// ```
    ///
    /// # Errors
    /// The column beyond its reach; nothing is added then.
    fn add(&mut self, delta: &Self) -> Result<(), &'static str>;
    /// A column as a count of its smallest unit, if it is a sum.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// let stock = Stock { item: 7, pieces: 10 };
    /// assert_eq!(Record::units(&stock, 1), Some(10));
    /// assert_eq!(Record::units(&shelf(1, "door"), 1), None); // a text is no sum
    /// ```
    fn units(&self, column: usize) -> Option<i64>;
}

/// A [`Record`] behind a pointer: what a store keeps and gives back without knowing the type.
pub trait Stored: Any + Send + Sync {
    /// The declaration.
    fn table(&self) -> &'static Table;
    /// See [`Record::write_key`].
    fn write_key(&self, out: &mut KeyWriter);
    /// How the primary keys of two rows of one table order: as their bytes do.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// use std::cmp::Ordering;
    /// assert_eq!(shelf(7, "door").order_to(&shelf(12, "window")), Ordering::Less);
    /// let values = ValueRow::new(Shelf::TABLE, shelf(7, "door").values());
    /// assert_eq!(shelf(7, "door").order_to(&values), Ordering::Equal); // whatever holds the row
    /// ```
    fn order_to(&self, other: &dyn Stored) -> Ordering {
        self.row_key().bytes.cmp(&other.row_key().bytes)
    }
    /// As [`order_to`](Stored::order_to), for rows of one type.
    fn order_to_same(&self, other: &Self) -> Ordering
    where
        Self: Sized,
    {
        self.order_to(other)
    }
    /// See [`Record::write_columns`].
    fn write_columns(&self, out: &mut dyn ColumnSink);
    /// See [`Record::write_index`].
    fn write_index(&self, index: usize, out: &mut KeyWriter) -> bool;
    /// See [`Record::write_guard`].
    fn write_guard(&self, guard: usize, out: &mut KeyWriter) -> bool;
    /// See [`Record::fill`].
    fn fill(&mut self, numbers: &Numbers);
    /// See [`Record::erase`].
    fn erase(&mut self);
    /// See [`Record::fits`]: whether [`Stored::add`] would succeed.
    ///
    /// # Errors
    /// The column that would be beyond its reach.
    fn fits(&self, delta: &dyn Stored) -> Result<(), &'static str>;
    /// See [`Record::add`]. A delta of another representation is refused as overflow of the table's name.
    ///
    /// # Errors
    /// The column beyond its reach; nothing is added then.
    fn add(&mut self, delta: &dyn Stored) -> Result<(), &'static str>;
    /// See [`Record::units`].
    fn units(&self, column: usize) -> Option<i64>;
    /// A copy of its own.
    fn copy(&self) -> Arc<dyn Stored>;
    /// A copy to change: that nobody else has it needs no proof.
    fn boxed(&self) -> Box<dyn Stored>;

    /// The primary key.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// let row: &dyn Stored = &shelf(7, "door");
    /// assert_eq!(row.row_key(), Key { table: Shelf::TABLE, bytes: 7i64.to_bytes() });
    /// ```
    fn row_key(&self) -> Key {
        let mut out = KeyWriter::new();
        self.write_key(&mut out);
        Key { table: self.table(), bytes: out.to_key() }
    }

    /// All columns as owned values: for stores that are not written in Rust.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// let row: &dyn Stored = &shelf(7, "door");
    /// assert_eq!(row.values(), [Value::I64(7), Value::text("door")]);
    /// ```
    fn values(&self) -> Vec<Value> {
        let mut sink = ValueSink::default();
        self.write_columns(&mut sink);
        sink.values
    }
}

impl<R: Record> Stored for R {
    fn table(&self) -> &'static Table {
        R::TABLE
    }
    fn write_key(&self, out: &mut KeyWriter) {
        Record::write_key(self, out);
    }
    fn order_to(&self, other: &dyn Stored) -> Ordering {
        match (other as &dyn Any).downcast_ref::<R>() {
            Some(other) => self.cmp_key(other),
            None => self.row_key().bytes.cmp(&other.row_key().bytes),
        }
    }
    #[inline]
    fn order_to_same(&self, other: &R) -> Ordering {
        self.cmp_key(other)
    }
    fn write_columns(&self, out: &mut dyn ColumnSink) {
        Record::write_columns(self, out);
    }
    fn write_index(&self, index: usize, out: &mut KeyWriter) -> bool {
        Record::write_index(self, index, out)
    }
    fn write_guard(&self, guard: usize, out: &mut KeyWriter) -> bool {
        Record::write_guard(self, guard, out)
    }
    fn fill(&mut self, numbers: &Numbers) {
        Record::fill(self, numbers);
    }
    fn erase(&mut self) {
        Record::erase(self);
    }
    fn fits(&self, delta: &dyn Stored) -> Result<(), &'static str> {
        with_delta::<R, _>(delta, |delta| Record::fits(self, delta))
    }
    fn add(&mut self, delta: &dyn Stored) -> Result<(), &'static str> {
        with_delta::<R, _>(delta, |delta| Record::add(self, delta))
    }
    fn units(&self, column: usize) -> Option<i64> {
        Record::units(self, column)
    }
    fn copy(&self) -> Arc<dyn Stored> {
        Arc::new(self.clone())
    }
    fn boxed(&self) -> Box<dyn Stored> {
        Box::new(self.clone())
    }
}

/// A delta as the record it is, whatever represents it.
fn with_delta<R: Record, T>(
    delta: &dyn Stored,
    then: impl FnOnce(&R) -> Result<T, &'static str>,
) -> Result<T, &'static str> {
    let any: &dyn Any = delta;
    match any.downcast_ref::<R>() {
        Some(delta) => then(delta),
        None => {
            let values = delta.values();
            then(&R::read_columns(&mut ValueSource::new(&values)).map_err(|_| R::TABLE.name)?)
        }
    }
}

/// A row of owned values, with its table: what a store outside Rust gives back, and what a test can make by hand.
#[derive(Clone, PartialEq)]
pub struct ValueRow {
    table: &'static Table,
    values: Vec<Value>,
}

impl ValueRow {
    /// A row of `table`; missing columns at the end are null.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// let row = ValueRow::new(Shelf::TABLE, vec![Value::I64(7), Value::text("door")]);
    /// assert_eq!(row.row_key(), shelf(7, "door").row_key()); // as the record itself
    /// assert_eq!(row.values(), shelf(7, "door").values());
    /// ```
    pub fn new(table: &'static Table, mut values: Vec<Value>) -> ValueRow {
        values.resize(table.columns.len(), Value::Null);
        ValueRow { table, values }
    }

    fn sum(&self, column: usize, delta: &dyn Stored) -> Option<i64> {
        self.units(column)?.checked_add(delta.units(column)?)
    }

    fn write_parts(&self, columns: &[usize], out: &mut KeyWriter) -> bool {
        let start = out.clone();
        for &column in columns {
            let parts = self.values.get(column).zip(self.table.columns.get(column));
            if !parts.is_some_and(|(value, column)| out.value(value, column.ty)) {
                *out = start;
                return false;
            }
        }
        true
    }
}

impl fmt::Debug for ValueRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{:?}", self.table.name, self.values)
    }
}

fn digits(ty: super::Type) -> Option<u8> {
    match ty {
        super::Type::Decimal { digits } => Some(digits),
        _ => None,
    }
}

impl Stored for ValueRow {
    fn table(&self) -> &'static Table {
        self.table
    }
    fn write_key(&self, out: &mut KeyWriter) {
        let columns: Vec<usize> = (0..self.table.key).collect();
        self.write_parts(&columns, out);
    }
    fn write_columns(&self, out: &mut dyn ColumnSink) {
        for (value, column) in self.values.iter().zip(self.table.columns) {
            out.value(value, digits(column.ty));
        }
    }
    fn write_index(&self, index: usize, out: &mut KeyWriter) -> bool {
        self.table.indexes.get(index).is_some_and(|index| self.write_parts(index.columns, out))
    }
    fn write_guard(&self, guard: usize, out: &mut KeyWriter) -> bool {
        self.table.guards.get(guard).is_some_and(|guard| self.write_parts(guard.columns, out))
    }
    fn fill(&mut self, numbers: &Numbers) {
        for value in &mut self.values {
            if let Value::Drawn { draw, offset } = value
                && let Some(number) = numbers.get(*draw, *offset)
            {
                *value = Value::I64(number);
            }
        }
    }
    fn erase(&mut self) {
        for value in &mut self.values {
            if let Value::Personal(inner, salt) = value {
                *value = Value::Erased(crate::chain::commitment(inner, salt));
            }
        }
    }
    fn fits(&self, delta: &dyn Stored) -> Result<(), &'static str> {
        let mut sums = self.table.columns.iter().enumerate().skip(self.table.key);
        sums.try_for_each(|(i, column)| self.sum(i, delta).map(drop).ok_or(column.name))
    }
    fn add(&mut self, delta: &dyn Stored) -> Result<(), &'static str> {
        let mut sums = Vec::new();
        for (i, column) in self.table.columns.iter().enumerate().skip(self.table.key) {
            let sum = self.sum(i, delta).ok_or(column.name)?;
            sums.push(match digits(column.ty) {
                Some(digits) => Value::Decimal(crate::decimal::from_fixed(sum, u32::from(digits))),
                None => Value::I64(sum),
            });
        }
        self.values.truncate(self.table.key);
        self.values.extend(sums);
        Ok(())
    }
    fn units(&self, column: usize) -> Option<i64> {
        match (self.values.get(column)?, self.table.columns.get(column)?.ty) {
            (Value::I64(v), super::Type::I64) => Some(*v),
            (Value::Decimal(v), super::Type::Decimal { digits }) => {
                crate::decimal::to_fixed(*v, u32::from(digits))
            }
            _ => None,
        }
    }
    fn copy(&self) -> Arc<dyn Stored> {
        Arc::new(self.clone())
    }
    fn boxed(&self) -> Box<dyn Stored> {
        Box::new(self.clone())
    }
}

/// A row that a store gave back, with its version.
#[derive(Clone)]
pub struct Row {
    /// When the row was last changed: the position of the commit that did it. Never 0.
    pub version: Version,
    body: Body,
}

#[derive(Clone)]
enum Body {
    One(Arc<dyn Stored>),
    Part(Arc<dyn Rows>, usize),
}

impl Row {
    /// A row of its own.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// use std::sync::Arc;
    /// let row = Row::one(3, Arc::new(shelf(7, "door")));
    /// assert_eq!(format!("{row:?}"), "shelf[7]@3");
    /// ```
    pub fn one(version: Version, row: Arc<dyn Stored>) -> Row {
        Row { version, body: Body::One(row) }
    }

    /// A row of owned values.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// let row = Row::values(3, Shelf::TABLE, vec![Value::I64(7), Value::text("door")]);
    /// assert_eq!(*row.record::<Shelf>()?, shelf(7, "door"));
    /// # Ok::<(), DecodeError>(())
    /// ```
    pub fn values(version: Version, table: &'static Table, values: Vec<Value>) -> Row {
        Row::one(version, Arc::new(ValueRow::new(table, values)))
    }

    /// The row at `at` of rows that are kept together; `None` when there is none.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// use std::sync::Arc;
    /// let rows: Arc<dyn Rows> = Arc::new(vec![shelf(1, "door"), shelf(2, "window")]);
    /// let second = Row::part(3, rows.clone(), 1).ok_or(DecodeError::bad_key("no such row"))?;
    /// assert_eq!(second.record::<Shelf>()?.label, "window");
    /// assert!(Row::part(3, rows, 2).is_none());
    /// # Ok::<(), DecodeError>(())
    /// ```
    pub fn part(version: Version, rows: Arc<dyn Rows>, at: usize) -> Option<Row> {
        rows.row(at)?;
        Some(Row { version, body: Body::Part(rows, at) })
    }

    /// The row, whatever its type.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// let row = Row::one(3, std::sync::Arc::new(shelf(7, "door")));
    /// assert_eq!(row.stored().table().name, "shelf");
    /// assert_eq!(row.stored().values()[1], Value::text("door"));
    /// ```
    pub fn stored(&self) -> &dyn Stored {
        match &self.body {
            Body::One(row) => row.as_ref(),
            Body::Part(rows, at) => rows.row(*at).unwrap_or(&Nothing),
        }
    }

    /// The row as the record it is.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// use std::sync::Arc;
    /// let row = Row::one(3, Arc::new(shelf(7, "door")));
    /// assert_eq!(row.record::<Shelf>()?.label, "door");
    /// assert!(row.record::<Stock>().is_err());
    /// # Ok::<(), DecodeError>(())
    /// ```
    ///
    /// # Errors
    /// When the stored columns are not those of `R`.
    pub fn record<R: Record>(&self) -> Result<Arc<R>, DecodeError> {
        if let Body::One(row) = &self.body
            && (row.as_ref() as &dyn Any).is::<R>()
        {
            let any: Arc<dyn Any + Send + Sync> = row.clone();
            return any.downcast::<R>().map_err(|_| DecodeError::bad_key("another record"));
        }
        let row = self.stored();
        match (row as &dyn Any).downcast_ref::<R>() {
            Some(record) => Ok(Arc::new(record.clone())),
            None => decode::<R>(row).map(Arc::new),
        }
    }

    /// What `look` makes of the row as the record it is, which is not copied where the store keeps it so.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// let row = Row::one(3, std::sync::Arc::new(shelf(7, "door")));
    /// assert_eq!(row.with(|shelf: &Shelf| shelf.number)?, 7);
    /// assert!(row.with(|stock: &Stock| stock.pieces).is_err());
    /// # Ok::<(), DecodeError>(())
    /// ```
    ///
    /// # Errors
    /// When the stored columns are not those of `R`.
    pub fn with<R: Record, T>(&self, look: impl FnOnce(&R) -> T) -> Result<T, DecodeError> {
        let row = self.stored();
        match (row as &dyn Any).downcast_ref::<R>() {
            Some(record) => Ok(look(record)),
            None => Ok(look(&decode::<R>(row)?)),
        }
    }

    /// The row's primary key.
    pub fn key(&self) -> Key {
        self.stored().row_key()
    }

    /// The position of the row in the order of `index`, or of the primary key: the index columns, then the key.
    /// `None` when the row is not in that index.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// use std::sync::Arc;
    /// let row = Row::one(3, Arc::new(shelf(7, "door")));
    /// let by_label = Some(Shelf::BY_LABEL.position());
    /// assert_eq!(row.order(by_label), Some((SmolStr::new("door"), 7i64).to_bytes()));
    /// assert_eq!(row.order(None), Some(row.key().bytes));
    /// ```
    pub fn order(&self, index: Option<usize>) -> Option<KeyBytes> {
        let mut out = KeyWriter::new();
        order_of(self.stored(), index, &mut out).then(|| out.to_key())
    }
}

impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}@{}", self.key(), self.version)
    }
}

/// Appends a row's place in the order of `index`: the index columns, then the primary key; `false` when it has none.
///
/// ```
/// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
/// # use shop::*;
/// let mut place = KeyWriter::new();
/// assert!(order_of(&shelf(7, "door"), Some(Shelf::BY_LABEL.position()), &mut place));
/// assert_eq!(place.to_key(), (SmolStr::new("door"), 7i64).to_bytes());
/// ```
pub fn order_of(row: &dyn Stored, index: Option<usize>, out: &mut KeyWriter) -> bool {
    if index.is_some_and(|index| !row.write_index(index, out)) {
        return false;
    }
    row.write_key(out);
    true
}

fn decode<R: Record>(row: &dyn Stored) -> Result<R, DecodeError> {
    if row.table().name != R::TABLE.name {
        return Err(DecodeError::unexpected(row.table().name, R::TABLE.name));
    }
    match (row as &dyn Any).downcast_ref::<ValueRow>() {
        Some(row) => R::read_columns(&mut ValueSource::new(&row.values)),
        None => R::read_columns(&mut ValueSource::new(&row.values())),
    }
}

/// What stands for a row that cannot be missing (`Row::part` checked it).
struct Nothing;

impl Stored for Nothing {
    fn table(&self) -> &'static Table {
        &EMPTY
    }
    fn write_key(&self, _: &mut KeyWriter) {}
    fn write_columns(&self, _: &mut dyn ColumnSink) {}
    fn write_index(&self, _: usize, _: &mut KeyWriter) -> bool {
        false
    }
    fn write_guard(&self, _: usize, _: &mut KeyWriter) -> bool {
        false
    }
    fn fill(&mut self, _: &Numbers) {}
    fn erase(&mut self) {}
    fn fits(&self, _: &dyn Stored) -> Result<(), &'static str> {
        Ok(())
    }
    fn add(&mut self, _: &dyn Stored) -> Result<(), &'static str> {
        Ok(())
    }
    fn units(&self, _: usize) -> Option<i64> {
        None
    }
    fn copy(&self) -> Arc<dyn Stored> {
        Arc::new(Nothing)
    }
    fn boxed(&self) -> Box<dyn Stored> {
        Box::new(Nothing)
    }
}
