//! Stored rows as tables: each column by its declared type, whatever lies in it.

use std::sync::Arc;

use arrow_array::{
    ArrayRef, BinaryArray, BooleanArray, Date32Array, Decimal128Array, Int64Array, RecordBatch,
    StringArray, TimestampMicrosecondArray,
};
use arrow_schema::{ArrowError, Field, Schema};
use chrono::NaiveDate;
use fondaco::core::store::{Ask, KeyBytes, Read, Reply, Row, Scan, Table as Declared, Type, Value};
use fondaco::core::{ErrorKind, Id, Office};

use crate::office::stored;
use crate::table::Table;
use crate::told::{Tell, Told};
use crate::trouble::Trouble;

/// The rows of a table in order of its key.
pub(crate) fn rows(office: &Office<'static>, name: &str, limit: usize) -> Result<Table, Trouble> {
    let tables = office.driver().tables();
    let Some(table) = tables.into_iter().find(|table| table.name == name) else {
        let message = format!("there is no table {name:?}: company.tables() lists all");
        return Err(Trouble::new("python.no_table", ErrorKind::NotFound, message));
    };
    let from = KeyBytes::new(&[]);
    let scan = Scan { table, index: None, from, to: None, backwards: false, limit };
    let read = Read::now(office.driver().company(), vec![Ask::Scan(scan)]);
    let answer = office.driver().store().read(&read).map_err(stored)?;
    let rows = match answer.replies.into_iter().next() {
        Some(Reply::Rows(rows)) => rows,
        _ => Vec::new(),
    };
    of_rows(table, &rows).map_err(|error| Trouble::new("python.bad_column", ErrorKind::Bug, error))
}

fn of_rows(table: &'static Declared, rows: &[Row]) -> Result<Table, ArrowError> {
    let mut columns = vec![Vec::with_capacity(rows.len()); table.columns.len()];
    for row in rows {
        for (column, value) in columns.iter_mut().zip(row.stored().values()) {
            column.push(shown(value));
        }
    }
    let mut fields = Vec::with_capacity(columns.len());
    let mut arrays = Vec::with_capacity(columns.len());
    for (column, values) in table.columns.iter().zip(&columns) {
        let array = array(column.ty, values)?;
        fields.push(Field::new(column.name, array.data_type().clone(), true));
        arrays.push(array);
    }
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).map(Table::from_batch)
}

/// What a person is shown of a value that is about one.
fn shown(value: Value) -> Value {
    match value {
        Value::Personal(value, _) => *value,
        value => value,
    }
}

fn array(of: Type, values: &[Value]) -> Result<ArrayRef, ArrowError> {
    fn each<T>(values: &[Value], read: impl Fn(&Value) -> Option<T>) -> Vec<Option<T>> {
        values.iter().map(read).collect()
    }
    Ok(match of {
        Type::Bool => Arc::new(BooleanArray::from(each(values, |value| match value {
            Value::Bool(value) => Some(*value),
            _ => None,
        }))),
        Type::I64 => Arc::new(Int64Array::from(each(values, |value| match value {
            Value::I64(value) => Some(*value),
            _ => None,
        }))),
        Type::Decimal { digits } => {
            let units = each(values, |value| match value {
                Value::Decimal(value) => {
                    let power =
                        10_i128.checked_pow(u32::from(digits).checked_sub(value.scale())?)?;
                    value.mantissa().checked_mul(power)
                }
                _ => None,
            });
            let scale = i8::try_from(digits).unwrap_or(0);
            Arc::new(Decimal128Array::from(units).with_precision_and_scale(38, scale)?)
        }
        Type::Date => Arc::new(Date32Array::from(each(values, |value| match value {
            Value::Date(day) => i32::try_from((*day - NaiveDate::default()).num_days()).ok(),
            _ => None,
        }))),
        Type::Instant => {
            let micros = each(values, |value| match value {
                Value::Instant(time) => Some(time.to_datetime().timestamp_micros()),
                _ => None,
            });
            Arc::new(TimestampMicrosecondArray::from(micros).with_timezone("UTC"))
        }
        Type::Bytes => Arc::new(BinaryArray::from_iter(each(values, |value| match value {
            Value::Bytes(bytes) => Some(bytes.to_vec()),
            _ => None,
        }))),
        _ => Arc::new(StringArray::from_iter(each(values, text))),
    })
}

/// Texts, ids, JSON, and numbers of any scale.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::Id(id) => Some(Id::<()>::from_u128(*id).to_string()),
        Value::Decimal(value) => Some(value.to_string()),
        other => match other.tell() {
            Told::Text(text) => Some(text),
            _ => None,
        },
    }
}
