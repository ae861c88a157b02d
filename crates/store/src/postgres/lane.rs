//! Columns as PostgreSQL keeps them, many rows at a time: one array per column, in the binary form of the protocol.
//!
//! | type | column |
//! |---|---|
//! | bool | `boolean` |
//! | i64 | `bigint` |
//! | decimal | `numeric(19, digits)` |
//! | number | `numeric` |
//! | text, json | `text COLLATE "C"`, JSON as it is written |
//! | bytes | `bytea` |
//! | date | `date` |
//! | instant | `timestamptz` |
//! | id | `uuid` |

use std::error::Error;

use bytes::{BufMut, BytesMut};
use chrono::{Datelike, NaiveDate};
use fondaco_core::Timestamp;
use fondaco_core::decimal::to_fixed;
use fondaco_core::store::{Type, Value};
use postgres::types::{IsNull, ToSql, Type as PgType};

use super::error::{Outcome, damaged};
use super::numeric;
use crate::part::{EPOCH_DAYS, Part};

/// Days from the first of the common era to 2000-01-01, from which PostgreSQL counts.
pub(super) const DAYS: i32 = 730_120;
/// Microseconds from 1970-01-01 to 2000-01-01.
pub(super) const MICROS: i64 = 946_684_800_000_000;
/// The first day that PostgreSQL keeps, 4714-11-24 BC, in its own count.
const FIRST_DAY: i32 = -2_451_545;

/// The type of a column in SQL.
pub(super) fn sql_type(ty: Type) -> String {
    match ty {
        Type::Bool => "boolean".into(),
        Type::I64 => "bigint".into(),
        Type::Decimal { digits } => format!("numeric(19, {digits})"),
        Type::Number => "numeric".into(),
        Type::Bytes => "bytea".into(),
        Type::Date => "date".into(),
        Type::Instant => "timestamptz".into(),
        Type::Id => "uuid".into(),
        _ => "text COLLATE \"C\"".into(),
    }
}

/// The same without digits and collation, as a parameter is cast.
pub(super) fn cast(ty: Type) -> &'static str {
    match ty {
        Type::Bool => "boolean",
        Type::I64 => "bigint",
        Type::Decimal { .. } | Type::Number => "numeric",
        Type::Bytes => "bytea",
        Type::Date => "date",
        Type::Instant => "timestamptz",
        Type::Id => "uuid",
        _ => "text",
    }
}

fn element(ty: Type) -> PgType {
    match ty {
        Type::Bool => PgType::BOOL,
        Type::I64 => PgType::INT8,
        Type::Decimal { .. } | Type::Number => PgType::NUMERIC,
        Type::Bytes => PgType::BYTEA,
        Type::Date => PgType::DATE,
        Type::Instant => PgType::TIMESTAMPTZ,
        Type::Id => PgType::UUID,
        _ => PgType::TEXT,
    }
}

/// The values of one column, one after another.
#[derive(Debug)]
pub(super) struct Lane {
    element: PgType,
    bytes: BytesMut,
    pub(super) count: i32,
    nulls: bool,
}

impl Lane {
    pub(super) fn new(ty: Type) -> Lane {
        Lane { element: element(ty), bytes: BytesMut::new(), count: 0, nulls: false }
    }

    /// A lane of numbers.
    pub(super) fn numbers(values: impl IntoIterator<Item = i64>) -> Lane {
        let mut lane = Lane::new(Type::I64);
        values.into_iter().for_each(|value| lane.i64(value));
        lane
    }

    pub(super) fn texts<'t>(values: impl IntoIterator<Item = &'t str>) -> Lane {
        let mut lane = Lane::new(Type::Text);
        values.into_iter().for_each(|value| lane.raw(value.as_bytes()));
        lane
    }

    pub(super) fn is_empty(&self) -> bool {
        self.count == 0
    }

    fn put(&mut self, write: impl FnOnce(&mut BytesMut)) {
        let start = self.bytes.len();
        self.bytes.put_i32(0);
        write(&mut self.bytes);
        let length = (self.bytes.len() - start - 4) as i32;
        if let Some(place) = self.bytes.get_mut(start..start + 4) {
            place.copy_from_slice(&length.to_be_bytes());
        }
        self.count += 1;
    }

    pub(super) fn null(&mut self) {
        self.bytes.put_i32(-1);
        self.count += 1;
        self.nulls = true;
    }

    /// Bytes as they are: of a text, a `bytea` or a `uuid`.
    pub(super) fn raw(&mut self, value: &[u8]) {
        self.bytes.put_i32(value.len() as i32);
        self.bytes.extend_from_slice(value);
        self.count += 1;
    }

    pub(super) fn raw_or_null(&mut self, value: Option<&[u8]>) {
        match value {
            Some(value) => self.raw(value),
            None => self.null(),
        }
    }

    pub(super) fn i64(&mut self, value: i64) {
        self.raw(&value.to_be_bytes());
    }

    pub(super) fn bool(&mut self, value: bool) {
        self.raw(&[u8::from(value)]);
    }

    pub(super) fn decimal(&mut self, mantissa: i128, scale: u32) {
        self.put(|out| numeric::write(mantissa, scale, out));
    }

    /// A day; `false` when PostgreSQL has none so early.
    pub(super) fn date(&mut self, value: NaiveDate) -> bool {
        let day = value.num_days_from_ce() - DAYS;
        self.raw(&day.to_be_bytes());
        day >= FIRST_DAY
    }

    pub(super) fn instant(&mut self, value: Timestamp) {
        self.raw(&(value.micros() - MICROS).to_be_bytes());
    }

    /// A value of a column of type `ty`; `false` when it is none.
    pub(super) fn value(&mut self, value: &Value, ty: Type) -> bool {
        match (value, ty) {
            (Value::Null, _) => self.null(),
            (Value::Bool(v), Type::Bool) => self.bool(*v),
            (Value::I64(v), Type::I64) => self.i64(*v),
            (Value::Decimal(v), Type::Decimal { digits }) => {
                let digits = u32::from(digits);
                match to_fixed(*v, digits) {
                    Some(units) => self.decimal(i128::from(units), digits),
                    None => return false,
                }
            }
            (Value::Decimal(v), Type::Number) => {
                let v = fondaco_core::decimal::normalize(*v);
                self.decimal(v.mantissa(), v.scale());
            }
            (Value::Text(v), Type::Text) => self.raw(v.as_bytes()),
            (Value::Json(v), Type::Json) => self.raw(v.as_bytes()),
            (Value::Bytes(v), Type::Bytes) => self.raw(v),
            (Value::Date(v), Type::Date) => return self.date(*v),
            (Value::Instant(v), Type::Instant) => self.instant(*v),
            (Value::Id(v), Type::Id) => self.raw(&v.to_be_bytes()),
            _ => return false,
        }
        true
    }

    /// A part of a whole key.
    fn part(&mut self, part: &Part<'_>, ty: Type) -> Outcome<()> {
        let fits = match (part, ty) {
            (Part::Int(v), Type::Bool) => {
                self.bool(*v != 0);
                true
            }
            (Part::Int(v), Type::Decimal { digits }) => {
                self.decimal(i128::from(*v), u32::from(digits));
                true
            }
            (Part::Int(v), Type::Date) => {
                self.raw(&day_of(*v).to_be_bytes());
                true
            }
            (Part::Int(v), Type::Instant) => {
                self.raw(&instant_of(*v).to_be_bytes());
                true
            }
            (Part::Int(v), _) => {
                self.i64(*v);
                true
            }
            (Part::Text(v), _) => {
                self.raw(v);
                std::str::from_utf8(v).is_ok()
            }
            (Part::Blob(v), _) => {
                self.raw(v);
                true
            }
        };
        if fits { Ok(()) } else { Err(damaged("a key holds a text that is none")) }
    }
}

/// A day counted from 1970 in PostgreSQL's count; beyond its reach the infinity on that side.
pub(super) fn day_of(days: i64) -> i32 {
    let day = days + EPOCH_DAYS - i64::from(DAYS);
    match i32::try_from(day) {
        Ok(day) if day >= FIRST_DAY => day,
        _ if day < 0 => i32::MIN,
        _ => i32::MAX,
    }
}

/// An instant in PostgreSQL's count; beyond our reach the infinity on that side.
pub(super) fn instant_of(micros: i64) -> i64 {
    match Timestamp::from_micros(micros) {
        Some(at) => at.micros() - MICROS,
        None if micros < 0 => i64::MIN,
        None => i64::MAX,
    }
}

impl ToSql for Lane {
    fn to_sql(
        &self,
        _: &PgType,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        // One dimension, or none when it is empty; whether there are nulls; of which type; how many; from 1.
        out.put_i32(i32::from(self.count > 0));
        out.put_i32(i32::from(self.nulls));
        out.put_u32(self.element.oid());
        if self.count > 0 {
            out.put_i32(self.count);
            out.put_i32(1);
            out.extend_from_slice(&self.bytes);
        }
        Ok(IsNull::No)
    }

    fn accepts(_: &PgType) -> bool {
        true
    }

    postgres::types::to_sql_checked!();
}

/// A single value in binary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cell(pub(super) Vec<u8>);

impl ToSql for Cell {
    fn to_sql(
        &self,
        _: &PgType,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        out.extend_from_slice(&self.0);
        Ok(IsNull::No)
    }

    fn accepts(_: &PgType) -> bool {
        true
    }

    postgres::types::to_sql_checked!();
}

impl Cell {
    /// Units of `10^-digits`.
    pub(super) fn decimal(units: i64, digits: u8) -> Cell {
        let mut out = BytesMut::new();
        numeric::write(i128::from(units), u32::from(digits), &mut out);
        Cell(out.to_vec())
    }

    pub(super) fn id(id: u128) -> Cell {
        Cell(id.to_be_bytes().to_vec())
    }
}

/// The lanes of keys, or of the leading parts of index entries.
#[derive(Debug)]
pub(super) struct KeyLanes {
    types: Vec<Type>,
    pub(super) lanes: Vec<Lane>,
}

impl KeyLanes {
    pub(super) fn new(types: impl IntoIterator<Item = Type>) -> KeyLanes {
        let types: Vec<Type> = types.into_iter().collect();
        let lanes = types.iter().map(|ty| Lane::new(*ty)).collect();
        KeyLanes { types, lanes }
    }

    pub(super) fn push(&mut self, key: &[u8]) -> Outcome<()> {
        let parts = crate::part::parts(self.types.iter().copied(), key)?;
        let mut rows = self.lanes.iter_mut().zip(&parts).zip(&self.types);
        rows.try_for_each(|((lane, part), ty)| lane.part(part, *ty))
    }
}
