//! What must hold between rows: ids are there once, references lead somewhere, a total is the sum
//! of its parts, ends follow beginnings.

use std::collections::{BTreeMap, btree_map::Entry};

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::{
    rounding::TooLarge,
    table::{DataError, Row},
};

/// Values by an id that may come only once.
pub struct Unique<K, V> {
    column: String,
    seen: BTreeMap<K, (u64, V)>,
}

impl<K: Ord, V> Unique<K, V> {
    /// None yet; `column` is the one to name when an id comes again.
    pub fn new(column: &str) -> Self {
        Self { column: column.to_owned(), seen: BTreeMap::new() }
    }

    /// Keeps `value` under `key`.
    ///
    /// # Errors
    /// An earlier row had the same key.
    pub fn insert(&mut self, row: &Row, key: K, value: V) -> Result<(), DataError> {
        match self.seen.entry(key) {
            Entry::Occupied(first) => {
                let line = first.get().0;
                Err(row.error(
                    &self.column,
                    format!("was there before, in line {line}; each id may come once"),
                ))
            }
            Entry::Vacant(place) => {
                place.insert((row.origin().line, value));
                Ok(())
            }
        }
    }

    /// All values by their ids.
    pub fn into_map(self) -> BTreeMap<K, V> {
        self.seen.into_iter().map(|(key, (_, value))| (key, value)).collect()
    }
}

/// The id in `column`, which must be one of `all`.
///
/// # Errors
/// It is no id, or nothing has it.
pub fn known<V>(row: &Row, column: &str, all: &BTreeMap<u32, V>) -> Result<u32, DataError> {
    let id = row.id(column)?;
    if all.contains_key(&id) { Ok(id) } else { Err(unknown(row, column, all)) }
}

/// The id in `column`, which must be one of `all`, or nothing where the field is empty.
///
/// # Errors
/// It is no id, or nothing has it.
pub fn optional_known<V>(
    row: &Row,
    column: &str,
    all: &BTreeMap<u32, V>,
) -> Result<Option<u32>, DataError> {
    if row.text(column)?.is_empty() { Ok(None) } else { known(row, column, all).map(Some) }
}

fn unknown<V>(row: &Row, column: &str, all: &BTreeMap<u32, V>) -> DataError {
    let range = match (all.keys().next(), all.keys().next_back()) {
        (Some(first), Some(last)) => {
            format!("right is one of the {} ids from {first} to {last} in its table", all.len())
        }
        _ => "its table is empty".to_owned(),
    };
    row.error(column, format!("refers to nothing; {range}"))
}

/// The date in `column`, which may not be before the one in `from`.
///
/// # Errors
/// It is no date, or too early.
pub fn date_from(row: &Row, column: &str, from: &str) -> Result<NaiveDate, DataError> {
    let (start, end) = (row.date(from)?, row.date(column)?);
    if end < start {
        Err(row.error(column, format!("is before {from}; right is {start} or later")))
    } else {
        Ok(end)
    }
}

/// The value in `column` must be `right`, which is what `formula` says.
///
/// # Errors
/// It is something else.
pub fn must_be(
    row: &Row,
    column: &str,
    value: Decimal,
    right: Result<Decimal, TooLarge>,
    formula: &str,
) -> Result<(), DataError> {
    let right = right.map_err(|error| row.error(column, error.to_string()))?;
    match value == right {
        true => Ok(()),
        false => Err(row.error(column, format!("is not {formula}; right is {right}"))),
    }
}
