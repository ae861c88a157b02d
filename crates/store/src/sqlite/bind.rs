//! A record's columns as SQL columns, both ways.
//!
//! | type | column |
//! |---|---|
//! | bool | INTEGER 0 or 1 |
//! | i64 | INTEGER |
//! | decimal | INTEGER, units of `10^-digits` |
//! | number, text, json | TEXT |
//! | bytes, id | BLOB (an id has 16, big-endian) |
//! | date | INTEGER, days since 1970-01-01 |
//! | instant | INTEGER, microseconds since 1970-01-01T00:00:00Z |
//!
//! A personal column is two: the value, and beside it `_salt_<name>` with its salt of 16 bytes. Erased, the value is null and
//! the salt's place holds the commitment of 32 bytes.

use chrono::{Datelike, NaiveDate};
use fondaco_core::decimal::{from_fixed, to_fixed};
use fondaco_core::store::{
    Column, ColumnSink, ColumnSource, DecodeError, Hash, Salt, Stored, Table, Type, Value,
};
use fondaco_core::{Timestamp, decimal};
use rusqlite::types::{Null, ValueRef};
use rusqlite::{Row, Statement, ToSql};
use rust_decimal::Decimal;

use super::error::{Outcome, damaged, misused};
use crate::part::{EPOCH_DAYS, Part};

/// Binds the columns of rows to the parameters of a statement, one after another.
pub(super) struct Binder<'s, 'c> {
    statement: &'s mut Statement<'c>,
    columns: &'static [Column],
    /// The column that comes next.
    column: usize,
    parameter: usize,
    failed: Option<rusqlite::Error>,
    /// A place of a drawn number that nothing filled.
    unfilled: bool,
}

impl<'s, 'c> Binder<'s, 'c> {
    /// Binds rows of `table` from parameter `first` on.
    pub(super) fn new(statement: &'s mut Statement<'c>, table: &Table, first: usize) -> Self {
        Binder {
            statement,
            columns: table.columns,
            column: 0,
            parameter: first,
            failed: None,
            unfilled: false,
        }
    }

    /// The next row begins.
    pub(super) fn row(&mut self) -> &mut Self {
        self.column = 0;
        self
    }

    /// Binds one more parameter, whatever it is.
    pub(super) fn also(&mut self, value: impl ToSql) {
        let bound = self.statement.raw_bind_parameter(self.parameter, value);
        self.parameter += 1;
        if let Err(error) = bound {
            self.failed.get_or_insert(error);
        }
    }

    /// That everything was bound.
    pub(super) fn finish(self) -> Outcome<()> {
        if let Some(error) = self.failed {
            return Err(error.into());
        }
        if self.unfilled {
            Err(misused("a row holds the place of a number that no draw of the batch gives"))
        } else {
            Ok(())
        }
    }

    #[inline]
    fn put(&mut self, value: impl ToSql) {
        self.also(value);
        self.column += 1;
    }

    /// A personal column's two.
    fn put_two(&mut self, value: &Value, salt: Option<&[u8]>) {
        match self.columns.get(self.column).map(|column| column.ty) {
            Some(ty) => self.also(Owned(value, ty)),
            None => self.also(Null),
        }
        self.also(salt);
        self.column += 1;
    }
}

impl ColumnSink for Binder<'_, '_> {
    fn null(&mut self) {
        if self.columns.get(self.column).is_some_and(|column| column.personal) {
            return self.put_two(&Value::Null, None);
        }
        self.put(Null);
    }
    fn bool(&mut self, value: bool) {
        self.put(value);
    }
    fn i64(&mut self, value: i64) {
        self.put(value);
    }
    fn decimal(&mut self, units: i64, _: u8) {
        self.put(units);
    }
    fn number(&mut self, value: Decimal) {
        self.put(decimal::normalize(value).to_string());
    }
    fn text(&mut self, value: &str) {
        self.put(value);
    }
    fn bytes(&mut self, value: &[u8]) {
        self.put(value);
    }
    fn date(&mut self, value: NaiveDate) {
        self.put(days(value));
    }
    fn instant(&mut self, value: Timestamp) {
        self.put(value.micros());
    }
    fn id(&mut self, value: u128) {
        self.put(value.to_be_bytes().as_slice());
    }
    fn json(&mut self, value: &str) {
        self.put(value);
    }
    fn personal(&mut self, value: &Value, salt: &Salt) {
        self.put_two(value, Some(salt));
    }
    fn erased(&mut self, commitment: &Hash) {
        self.put_two(&Value::Null, Some(commitment));
    }
    fn drawn(&mut self, _: u32, _: u32) {
        self.unfilled = true;
        self.put(Null);
    }
}

pub(super) fn days(date: NaiveDate) -> i64 {
    i64::from(date.num_days_from_ce()) - EPOCH_DAYS
}

pub(super) fn date(days: i64) -> Option<NaiveDate> {
    let days = i32::try_from(days.checked_add(EPOCH_DAYS)?).ok()?;
    NaiveDate::from_num_days_from_ce_opt(days)
}

impl ToSql for Part<'_> {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        Ok(rusqlite::types::ToSqlOutput::Borrowed(match self {
            Part::Int(v) => ValueRef::Integer(*v),
            Part::Text(v) => ValueRef::Text(v),
            Part::Blob(v) => ValueRef::Blob(v),
        }))
    }
}

/// A value of a column of some type, as SQL keeps it.
struct Owned<'v>(&'v Value, Type);

impl ToSql for Owned<'_> {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        use rusqlite::types::Value as Sql;
        let owned = match (self.0, self.1) {
            (Value::Bool(v), _) => Sql::Integer(i64::from(*v)),
            (Value::I64(v), _) => Sql::Integer(*v),
            (Value::Decimal(v), Type::Decimal { digits }) => {
                let units = to_fixed(*v, u32::from(digits));
                Sql::Integer(units.ok_or_else(|| {
                    let why = format!("{v} does not fit a decimal of {digits} digits");
                    rusqlite::Error::ToSqlConversionFailure(why.into())
                })?)
            }
            (Value::Decimal(v), _) => Sql::Text(decimal::normalize(*v).to_string()),
            (Value::Text(v), _) => Sql::Text(v.to_string()),
            (Value::Json(v), _) => Sql::Text(v.to_string()),
            (Value::Bytes(v), _) => Sql::Blob(v.to_vec()),
            (Value::Date(v), _) => Sql::Integer(days(*v)),
            (Value::Instant(v), _) => Sql::Integer(v.micros()),
            (Value::Id(v), _) => Sql::Blob(v.to_be_bytes().to_vec()),
            _ => Sql::Null,
        };
        Ok(rusqlite::types::ToSqlOutput::Owned(owned))
    }
}

/// The columns of a row one by one, as its record takes them.
pub(super) struct Columns<'r> {
    row: &'r Row<'r>,
    table: &'static Table,
    column: usize,
    /// The SQL column that comes next.
    at: usize,
}

impl<'r> Columns<'r> {
    pub(super) fn new(row: &'r Row<'r>, table: &'static Table) -> Columns<'r> {
        Columns { row, table, column: 0, at: 0 }
    }

    /// What stands in the next column, if that is of some type and not personal: those are two.
    fn plain(&self, is: impl Fn(Type) -> bool) -> Option<ValueRef<'r>> {
        self.table.columns.get(self.column).filter(|column| is(column.ty) && !column.personal)?;
        self.row.get_ref(self.at).ok()
    }

    /// The next column was taken.
    fn go_on(&mut self) {
        (self.column, self.at) = (self.column + 1, self.at + 1);
    }

    fn take_integer(&mut self, wanted: Type) -> Option<i64> {
        let Some(ValueRef::Integer(integer)) = self.plain(|ty| ty == wanted) else { return None };
        self.go_on();
        Some(integer)
    }

    /// The SQL column after all, if `record` took them all and writes each text as it stands here. Else nobody would see
    /// that a text is not the one that was written, but another with the same meaning.
    pub(super) fn end(self, record: &dyn Stored) -> Option<usize> {
        let mut texts = Texts { row: self.row, columns: self.table.columns, at: 0, same: true };
        record.write_columns(&mut texts);
        (texts.same && self.column == self.table.columns.len()).then_some(self.at)
    }
}

impl ColumnSource for Columns<'_> {
    fn next(&mut self) -> Result<Value, DecodeError> {
        let Some(column) = self.table.columns.get(self.column) else { return Ok(Value::Null) };
        let whole = whole(self.row, self.at, self.table, column);
        let (value, at) = whole.map_err(|_| DecodeError::out_of_range(column.name))?;
        (self.column, self.at) = (self.column + 1, at);
        Ok(value)
    }

    fn units(&mut self, digits: u8) -> Result<Option<i64>, DecodeError> {
        Ok(self.take_integer(Type::Decimal { digits }))
    }

    fn integer(&mut self) -> Result<Option<i64>, DecodeError> {
        Ok(self.take_integer(Type::I64))
    }

    fn text(&mut self) -> Result<Option<&str>, DecodeError> {
        let Some(ValueRef::Text(text)) = self.plain(|ty| ty == Type::Text) else { return Ok(None) };
        let text = std::str::from_utf8(text).ok();
        text.iter().for_each(|_| self.go_on());
        Ok(text)
    }

    fn null(&mut self) -> Result<bool, DecodeError> {
        let is_null = matches!(self.plain(|_| true), Some(ValueRef::Null));
        if is_null {
            self.go_on();
        }
        Ok(is_null)
    }
}

/// Compares the texts that a record writes with those of a row.
struct Texts<'r> {
    row: &'r Row<'r>,
    columns: &'static [Column],
    at: usize,
    same: bool,
}

impl Texts<'_> {
    fn next(&mut self) {
        let (column, rest) =
            self.columns.split_first().map_or((None, &[][..]), |(c, r)| (Some(c), r));
        self.at += if column.is_some_and(|column| column.personal) { 2 } else { 1 };
        self.columns = rest;
    }
}

impl ColumnSink for Texts<'_> {
    fn null(&mut self) {
        self.same &= matches!(self.row.get_ref(self.at), Ok(ValueRef::Null));
        self.next();
    }
    fn bool(&mut self, _: bool) {
        self.next();
    }
    fn i64(&mut self, _: i64) {
        self.next();
    }
    fn decimal(&mut self, _: i64, _: u8) {
        self.next();
    }
    fn number(&mut self, _: Decimal) {
        self.next();
    }
    fn text(&mut self, value: &str) {
        let found = self.row.get_ref(self.at);
        self.same &= matches!(found, Ok(ValueRef::Text(text)) if text == value.as_bytes());
        self.next();
    }
    fn bytes(&mut self, _: &[u8]) {
        self.next();
    }
    fn date(&mut self, _: NaiveDate) {
        self.next();
    }
    fn instant(&mut self, _: Timestamp) {
        self.next();
    }
    fn id(&mut self, _: u128) {
        self.next();
    }
    fn json(&mut self, value: &str) {
        self.text(value);
    }
    fn personal(&mut self, _: &Value, _: &Salt) {
        self.next();
    }
    fn erased(&mut self, _: &Hash) {
        self.next();
    }
    fn drawn(&mut self, _: u32, _: u32) {
        self.next();
    }
}

/// The values of a row of `table` whose columns begin at SQL column `at`; and the column after them.
pub(super) fn values(row: &Row<'_>, table: &Table, mut at: usize) -> Outcome<(Vec<Value>, usize)> {
    let mut out = Vec::with_capacity(table.columns.len());
    for column in table.columns {
        let (value, next) = whole(row, at, table, column)?;
        out.push(value);
        at = next;
    }
    Ok((out, at))
}

/// The value of `column` from SQL column `at` on, its salt included; and the column after it.
fn whole(row: &Row<'_>, at: usize, table: &Table, column: &Column) -> Outcome<(Value, usize)> {
    let value = one(row, at, table, column)?;
    if !column.personal {
        return Ok((value, at + 1));
    }
    let unsalted = || damaged(format!("{}.{} has no salt", table.name, column.name));
    let value = match row.get_ref(at + 1)? {
        ValueRef::Null => Value::Null,
        ValueRef::Blob(blob) => personal(value, blob).ok_or_else(unsalted)?,
        _ => return Err(unsalted()),
    };
    Ok((value, at + 2))
}

/// The value of `column` in SQL column `at`, whether it is personal or not.
pub(super) fn one(row: &Row<'_>, at: usize, table: &Table, column: &Column) -> Outcome<Value> {
    value(row.get_ref(at)?, column.ty)
        .ok_or_else(|| damaged(format!("{}.{} holds no {:?}", table.name, column.name, column.ty)))
}

fn personal(value: Value, beside: &[u8]) -> Option<Value> {
    if let Ok(commitment) = Hash::try_from(beside) {
        return Some(Value::Erased(commitment));
    }
    Some(Value::Personal(Box::new(value), Salt::try_from(beside).ok()?))
}

fn value(found: ValueRef<'_>, ty: Type) -> Option<Value> {
    Some(match (found, ty) {
        (ValueRef::Null, _) => Value::Null,
        (ValueRef::Integer(v), Type::Bool) => Value::Bool(v != 0),
        (ValueRef::Integer(v), Type::I64) => Value::I64(v),
        (ValueRef::Integer(v), Type::Decimal { digits }) => {
            Value::Decimal(from_fixed(v, u32::from(digits)))
        }
        (ValueRef::Integer(v), Type::Date) => Value::Date(date(v)?),
        (ValueRef::Integer(v), Type::Instant) => Value::Instant(Timestamp::from_micros(v)?),
        (ValueRef::Text(v), Type::Text) => Value::text(std::str::from_utf8(v).ok()?),
        (ValueRef::Text(v), Type::Json) => Value::Json(std::str::from_utf8(v).ok()?.into()),
        (ValueRef::Text(v), Type::Number) => {
            Value::Decimal(Decimal::from_str_exact(std::str::from_utf8(v).ok()?).ok()?)
        }
        (ValueRef::Blob(v), Type::Bytes) => Value::Bytes(v.into()),
        (ValueRef::Blob(v), Type::Id) => Value::Id(u128::from_be_bytes(v.try_into().ok()?)),
        _ => return None,
    })
}
