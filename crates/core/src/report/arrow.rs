//! Results as Arrow, for data frames and everything else that reads it: behind the feature `arrow`.
//!
//! The `arrow` crates break every few months, and so does the type that stands here; nothing else of ours shows it.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::{ArrayRef, Date32Array, Decimal128Array, Int64Array, RecordBatch, StringArray};
use arrow_schema::{Field, Schema};
use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::{Cell, Column, Kind, Report};
use crate::decimal::{POWERS_OF_TEN, normalize};
use crate::{Currency, ErrorCode};

/// The most digits of a decimal of 128 bits.
const PRECISION: u8 = 38;

/// Why a report can't be an Arrow table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, ErrorCode)]
#[error_code(engine = "core")]
#[non_exhaustive]
pub enum ArrowFormError {
    /// The values of a column need more than 38 digits together.
    #[error(
        "column {column}: its largest and its finest value have no room in the same 38 digits; round it first"
    )]
    #[kind(Invalid)]
    #[code("arrow_too_many_digits")]
    TooManyDigits {
        /// The column's heading.
        column: String,
    },
    /// Arrow refuses the columns.
    #[error("a mistake in the program: {why}")]
    #[kind(Bug)]
    #[code("arrow_refused")]
    Refused {
        /// What it says.
        why: String,
    },
}

impl Report {
    /// The report as an Arrow table: texts as Utf8, figures as Decimal128(38, s) with the digits that the column's values
    /// need, days as Date32, counts as Int64. What is not of its column's kind is null. A column of [`Kind::Money`] becomes
    /// two, amount and currency, one of [`Kind::Measure`] figure and unit; a currency or unit of a whole column stands in its field's metadata.
    ///
    /// ```
    /// use fondaco_core::Currency;
    /// use fondaco_core::report::{Column, Report, Row};
    /// let mut report = Report::new("Bank").column(Column::text("Name")).column(Column::amount("Balance", Currency::EUR));
    /// report.push(Row::new(["Bank".into(), rust_decimal::Decimal::new(125, 1).into()]));
    /// let table = report.to_arrow()?;
    /// assert_eq!((table.num_rows(), table.num_columns()), (1, 2));
    /// assert_eq!(table.schema().field(1).metadata()["currency"], "EUR");
    /// # Ok::<(), fondaco_core::report::ArrowFormError>(())
    /// ```
    ///
    /// # Errors
    /// [`ArrowFormError::TooManyDigits`].
    pub fn to_arrow(&self) -> Result<RecordBatch, ArrowFormError> {
        let (mut fields, mut arrays) = (Vec::new(), Vec::new());
        for (at, column) in self.columns.iter().enumerate() {
            let cells: Vec<&Cell> = self.rows.iter().map(|row| row.cell(at)).collect();
            for (name, array) in arrays_of(column, &cells)? {
                let field = Field::new(name, array.data_type().clone(), true);
                fields.push(field.with_metadata(metadata(&column.kind)));
                arrays.push(array);
            }
        }
        let batch = RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays);
        batch.map_err(|error| ArrowFormError::Refused { why: error.to_string() })
    }
}

fn arrays_of(column: &Column, cells: &[&Cell]) -> Result<Vec<(String, ArrayRef)>, ArrowFormError> {
    let name = column.heading.to_string();
    let array: ArrayRef = match &column.kind {
        Kind::Text => Arc::new(cells.iter().map(|cell| text(cell)).collect::<StringArray>()),
        Kind::Date => Arc::new(cells.iter().map(|cell| days(cell)).collect::<Date32Array>()),
        Kind::Count => Arc::new(cells.iter().map(|cell| count(cell)).collect::<Int64Array>()),
        Kind::Amount(currency) => decimals((&name, &column.kind), cells, digits(*currency))?,
        Kind::Money | Kind::Measure { .. } => {
            let codes: StringArray = cells.iter().map(|cell| code(cell, &column.kind)).collect();
            let beside = column.kind.beside().unwrap_or_default().to_lowercase();
            let beside = (format!("{name} {beside}"), Arc::new(codes) as ArrayRef);
            let figures = decimals((&name, &column.kind), cells, 0)?;
            return Ok(vec![(name, figures), beside]);
        }
        Kind::Quantity { .. } | Kind::Percent { .. } => decimals((&name, &column.kind), cells, 0)?,
    };
    Ok(vec![(name, array)])
}

fn metadata(kind: &Kind) -> HashMap<String, String> {
    let said = match kind {
        Kind::Amount(currency) => Some(("currency", currency.code().to_owned())),
        Kind::Quantity { unit, .. } if !unit.is_empty() => Some(("unit", unit.to_string())),
        Kind::Percent { .. } => Some(("shown", "percent".to_owned())),
        _ => None,
    };
    said.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

fn digits(currency: Currency) -> u32 {
    currency.minor_units().unwrap_or(0)
}

fn text(cell: &Cell) -> Option<String> {
    match cell {
        Cell::Text(text) | Cell::Word(text) => Some(text.to_string()),
        Cell::Empty => None,
        other => Some(super::Locale::plain().value(other)),
    }
}

/// Its currency, or its unit.
fn code<'c>(cell: &'c Cell, kind: &Kind) -> Option<&'c str> {
    match (cell, kind) {
        (Cell::Money(money), Kind::Money) => Some(money.currency().code()),
        (Cell::Quantity { unit, .. }, Kind::Measure { .. }) => Some(unit.as_str()),
        _ => None,
    }
}

fn count(cell: &Cell) -> Option<i64> {
    if let Cell::Count(count) = cell { Some(*count) } else { None }
}

/// Days since 1970; of a month its first.
fn days(cell: &Cell) -> Option<i32> {
    let (Cell::Date(date) | Cell::Month(date)) = cell else { return None };
    i32::try_from((*date - NaiveDate::default()).num_days()).ok()
}

/// Figures over one scale, that of the finest. What is of another currency or unit than the column is null.
fn decimals(
    (name, kind): (&str, &Kind),
    cells: &[&Cell],
    least: u32,
) -> Result<ArrayRef, ArrowFormError> {
    let own = |cell: &&Cell| cell.figure().filter(|_| cell.is_of(kind)).map(normalize);
    let values: Vec<Option<Decimal>> = cells.iter().map(own).collect();
    let scale = values.iter().flatten().map(Decimal::scale).max().unwrap_or(0).max(least);
    let wide = || ArrowFormError::TooManyDigits { column: name.to_owned() };
    let unscaled = |value: &Option<Decimal>| match value {
        None => Ok(None),
        Some(value) => scaled(*value, scale).map(Some).ok_or_else(wide),
    };
    let array: Decimal128Array = values.iter().map(unscaled).collect::<Result<Vec<_>, _>>()?.into();
    let typed = array.with_precision_and_scale(PRECISION, i8::try_from(scale).unwrap_or(0));
    Ok(Arc::new(typed.map_err(|error| ArrowFormError::Refused { why: error.to_string() })?))
}

/// The value counted in units of its last digit at a scale; `None` where that takes more than 38 digits.
fn scaled(value: Decimal, scale: u32) -> Option<i128> {
    let power = POWERS_OF_TEN.get((scale - value.scale()) as usize)?;
    let units = value.mantissa().checked_mul(i128::try_from(*power).ok()?)?;
    let limit = POWERS_OF_TEN.get(usize::from(PRECISION))?;
    (units.unsigned_abs() < *limit).then_some(units)
}

#[cfg(test)]
mod tests {
    use super::super::Row;
    use super::*;
    use crate::Money;
    use arrow_array::Array;
    use arrow_array::cast::AsArray;
    use arrow_array::types::{Date32Type, Decimal128Type};
    use arrow_schema::DataType;

    #[test]
    fn every_kind_has_its_type() {
        let columns = [
            Column::text("Text"),
            Column::amount("Amount", Currency::EUR),
            Column::new("Money", Kind::Money),
            Column::percent("Share"),
            Column::date("Day"),
            Column::count("Count"),
        ];
        let mut report = Report::new("t").columns(columns);
        let day = NaiveDate::from_ymd_opt(1970, 1, 11).unwrap();
        report.push(Row::new([
            "a".into(),
            Decimal::new(-15, 1).into(),
            Money::parse("7 JPY").unwrap().into(),
            Cell::Percent(Decimal::new(125, 3)),
            day.into(),
            3_i64.into(),
        ]));
        report.push(Row::default());
        let table = report.to_arrow().unwrap();
        let types: Vec<_> = table.schema().fields().iter().map(|f| f.data_type().clone()).collect();
        let decimal = |scale| DataType::Decimal128(38, scale);
        assert_eq!(
            types,
            [
                DataType::Utf8,
                decimal(2),
                decimal(0),
                DataType::Utf8,
                decimal(3),
                DataType::Date32,
                DataType::Int64
            ]
        );
        assert_eq!(table.column(1).as_primitive::<Decimal128Type>().value(0), -150);
        assert_eq!(table.column(3).as_string::<i32>().value(0), "JPY");
        assert_eq!(table.column(5).as_primitive::<Date32Type>().value(0), 10);
        assert!(table.columns().iter().all(|column| column.is_null(1)));
    }

    #[test]
    fn money_is_no_weight_and_a_weight_no_money() {
        let mut report = Report::new("t").columns([
            Column::new("Weight", Kind::Quantity { unit: "kg".into(), digits: 0 }),
            Column::new("Paid", Kind::Money),
            Column::percent("Share"),
        ]);
        let dollars = || Cell::from(Money::parse("5 USD").unwrap());
        let weight = Cell::Quantity { amount: 5.into(), unit: "kg".into() };
        report.push(Row::new([dollars(), weight, dollars()]));
        let table = report.to_arrow().unwrap();
        assert!(table.columns().iter().all(|column| column.is_null(0)));
        assert!(report.to_csv().ends_with("5.00 USD,5 kg,,5.00 USD\r\n"), "{}", report.to_csv());
    }

    #[test]
    fn no_unit_is_lost_and_none_is_another() {
        let weighed = |unit: &str| Cell::Quantity { amount: 5.into(), unit: unit.into() };
        let mut report = Report::new("t").columns([
            Column::new("Left", Kind::Measure { digits: 0 }),
            Column::new("Weight", Kind::Quantity { unit: "kg".into(), digits: 0 }),
        ]);
        report.push(Row::new([weighed("kg"), weighed("kg")]));
        report.push(Row::new([weighed("carton"), weighed("carton")]));
        let table = report.to_arrow().unwrap();
        assert_eq!(table.schema().field(1).name(), "Left unit");
        let units = table.column(1).as_string::<i32>();
        assert_eq!([units.value(0), units.value(1)], ["kg", "carton"]);
        assert_eq!(table.column(0).null_count(), 0);
        assert!(
            table.column(2).is_valid(0) && table.column(2).is_null(1),
            "cartons are no kilograms"
        );
    }

    #[test]
    fn values_that_have_no_room_together_are_refused_by_column() {
        let mut report = Report::new("t").column(Column::percent("Share"));
        for value in [Decimal::MAX, Decimal::new(1, 28)] {
            report.push(Row::new([value.into()]));
        }
        let error = report.to_arrow().unwrap_err();
        assert!(error.to_string().starts_with("column Share: "), "{error}");
    }
}
