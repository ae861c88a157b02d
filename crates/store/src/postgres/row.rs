//! Whole rows of a table as lanes, and results as rows.
//!
//! A personal column is two: the value, and beside it `_salt_<name>` with its salt of 16 bytes. Erased, the value is null and
//! the salt's place holds the commitment of 32 bytes.

use std::error::Error;

use chrono::NaiveDate;
use fondaco_core::Timestamp;
use fondaco_core::decimal::from_fixed;
use fondaco_core::store::{Column, ColumnSink, Hash, Salt, Stored, Table, Type, Value};
use postgres::types::{FromSql, Type as PgType};
use rust_decimal::Decimal;

use super::error::{Outcome, damaged, misused};
use super::lane::{DAYS, Lane, MICROS};
use super::numeric;

/// The lanes of whole rows of one table.
#[derive(Debug)]
pub(super) struct RowLanes {
    table: &'static Table,
    lanes: Vec<Lane>,
    versions: Lane,
    /// The lane and the column that come next.
    lane: usize,
    column: usize,
    fault: Option<String>,
}

impl RowLanes {
    pub(super) fn new(table: &'static Table) -> RowLanes {
        let of = |column: &Column| {
            let salt = column.personal.then(|| Lane::new(Type::Bytes));
            [Some(Lane::new(column.ty)), salt]
        };
        let lanes = table.columns.iter().flat_map(of).flatten().collect();
        let versions = Lane::new(Type::I64);
        RowLanes { table, lanes, versions, lane: 0, column: 0, fault: None }
    }

    pub(super) fn push(&mut self, row: &dyn Stored, version: u64) {
        (self.lane, self.column) = (0, 0);
        row.write_columns(self);
        self.versions.i64(super::log::signed(version));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.versions.is_empty()
    }

    pub(super) fn len(&self) -> u64 {
        u64::from(self.versions.count.unsigned_abs())
    }

    /// The lanes, the versions last; an error when a row did not fit.
    pub(super) fn into_lanes(self) -> Outcome<impl Iterator<Item = Lane>> {
        match self.fault {
            Some(fault) => Err(misused(format!("table {}: {fault}", self.table.name))),
            None => Ok(self.lanes.into_iter().chain([self.versions])),
        }
    }

    #[inline]
    fn put(&mut self, write: impl FnOnce(&mut Lane)) {
        self.try_put(|lane| {
            write(lane);
            true
        });
    }

    #[inline]
    fn try_put(&mut self, write: impl FnOnce(&mut Lane) -> bool) {
        let fits = self.lanes.get_mut(self.lane).is_some_and(write);
        if !fits {
            self.unfit();
        }
        self.lane += 1;
        self.column += 1;
    }

    #[cold]
    fn unfit(&mut self) {
        let name = self.table.columns.get(self.column).map_or("", |column| column.name);
        self.fault.get_or_insert_with(|| {
            format!(
                "column {name} holds what PostgreSQL has no place for: the place of a number that no draw of the batch \
                 gives, a decimal with more digits than declared, or a day before 4714 BC"
            )
        });
    }

    fn put_two(&mut self, value: &Value, salt: Option<&[u8]>) {
        let ty = self.table.columns.get(self.column).map_or(Type::Text, |column| column.ty);
        let mut fits = self.lanes.get_mut(self.lane).is_some_and(|lane| lane.value(value, ty));
        match self.lanes.get_mut(self.lane + 1) {
            Some(lane) => lane.raw_or_null(salt),
            None => fits = false,
        }
        if !fits {
            self.unfit();
        }
        self.lane += 2;
        self.column += 1;
    }
}

impl ColumnSink for RowLanes {
    fn null(&mut self) {
        match self.table.columns.get(self.column).is_some_and(|column| column.personal) {
            true => self.put_two(&Value::Null, None),
            false => self.put(|lane| lane.null()),
        }
    }
    fn bool(&mut self, value: bool) {
        self.put(|lane| lane.bool(value));
    }
    fn i64(&mut self, value: i64) {
        self.put(|lane| lane.i64(value));
    }
    fn decimal(&mut self, units: i64, digits: u8) {
        self.put(|lane| lane.decimal(i128::from(units), u32::from(digits)));
    }
    fn number(&mut self, value: Decimal) {
        self.try_put(|lane| lane.value(&Value::Decimal(value), Type::Number));
    }
    fn text(&mut self, value: &str) {
        self.put(|lane| lane.raw(value.as_bytes()));
    }
    fn bytes(&mut self, value: &[u8]) {
        self.put(|lane| lane.raw(value));
    }
    fn date(&mut self, value: NaiveDate) {
        self.try_put(|lane| lane.date(value));
    }
    fn instant(&mut self, value: Timestamp) {
        self.put(|lane| lane.instant(value));
    }
    fn id(&mut self, value: u128) {
        self.put(|lane| lane.raw(&value.to_be_bytes()));
    }
    fn json(&mut self, value: &str) {
        self.put(|lane| lane.raw(value.as_bytes()));
    }
    fn personal(&mut self, value: &Value, salt: &Salt) {
        self.put_two(value, Some(salt));
    }
    fn erased(&mut self, commitment: &Hash) {
        self.put_two(&Value::Null, Some(commitment));
    }
    fn drawn(&mut self, _: u32, _: u32) {
        self.try_put(|lane| {
            lane.null();
            false
        });
    }
}

/// What a column of a result holds, in binary.
pub(super) struct Raw<'r>(pub(super) &'r [u8]);

impl<'r> FromSql<'r> for Raw<'r> {
    fn from_sql(_: &PgType, raw: &'r [u8]) -> Result<Raw<'r>, Box<dyn Error + Sync + Send>> {
        Ok(Raw(raw))
    }

    fn accepts(_: &PgType) -> bool {
        true
    }
}

pub(super) fn raw(row: &postgres::Row, at: usize) -> Outcome<Option<&[u8]>> {
    Ok(row.try_get::<_, Option<Raw<'_>>>(at)?.map(|raw| raw.0))
}

/// The values of a row of `table` whose columns begin at column `at` of a result; and the column after them.
pub(super) fn values(
    row: &postgres::Row,
    table: &Table,
    mut at: usize,
) -> Outcome<(Vec<Value>, usize)> {
    let mut out = Vec::with_capacity(table.columns.len());
    for column in table.columns {
        let mut value = one(row, at, table, column)?;
        at += 1;
        if column.personal {
            value = match raw(row, at)? {
                None => Value::Null,
                Some(beside) => personal(value, beside).ok_or_else(|| {
                    damaged(format!("{}.{} has no salt", table.name, column.name))
                })?,
            };
            at += 1;
        }
        out.push(value);
    }
    Ok((out, at))
}

/// The value of `column` at column `at` of a result, whether it is personal or not.
pub(super) fn one(
    row: &postgres::Row,
    at: usize,
    table: &Table,
    column: &Column,
) -> Outcome<Value> {
    let Some(found) = raw(row, at)? else { return Ok(Value::Null) };
    value(found, column.ty)
        .ok_or_else(|| damaged(format!("{}.{} holds no {:?}", table.name, column.name, column.ty)))
}

fn personal(value: Value, beside: &[u8]) -> Option<Value> {
    if let Ok(commitment) = Hash::try_from(beside) {
        return Some(Value::Erased(commitment));
    }
    Some(Value::Personal(Box::new(value), Salt::try_from(beside).ok()?))
}

fn value(found: &[u8], ty: Type) -> Option<Value> {
    let text = || std::str::from_utf8(found).ok();
    Some(match ty {
        Type::Bool => Value::Bool(found == [1]),
        Type::I64 => Value::I64(i64::from_be_bytes(found.try_into().ok()?)),
        Type::Decimal { digits } => {
            let digits = u32::from(digits);
            Value::Decimal(from_fixed(numeric::read_units(found, digits)?, digits))
        }
        Type::Number => Value::Decimal(numeric::read_decimal(found)?),
        Type::Text => Value::text(text()?),
        Type::Json => Value::Json(text()?.into()),
        Type::Bytes => Value::Bytes(found.into()),
        Type::Date => Value::Date(date(found)?),
        Type::Instant => Value::Instant(instant(found)?),
        Type::Id => Value::Id(id(found)?),
        _ => return None,
    })
}

pub(super) fn date(found: &[u8]) -> Option<NaiveDate> {
    let day = i32::from_be_bytes(found.try_into().ok()?);
    NaiveDate::from_num_days_from_ce_opt(day.checked_add(DAYS)?)
}

pub(super) fn instant(found: &[u8]) -> Option<Timestamp> {
    Timestamp::from_micros(i64::from_be_bytes(found.try_into().ok()?).checked_add(MICROS)?)
}

pub(super) fn id(found: &[u8]) -> Option<u128> {
    Some(u128::from_be_bytes(found.try_into().ok()?))
}
