//! Rows as they lie in the map.

use fondaco_core::store::{Key, KeyBytes, Row, StoreError, Stored, Table, ValueRow, Version};

use super::form::{Reader, Writer, damaged};

/// A row under its version. Its key's columns are in its key.
///
/// # Errors
/// When the row holds the place of a number that was not drawn.
pub(super) fn encode(row: &dyn Stored, version: Version) -> Result<Vec<u8>, StoreError> {
    let mut out = Writer::new();
    out.varint(version);
    out.skip(row.table().key);
    row.write_columns(&mut out);
    out.without_nulls().ok_or_else(|| {
        let key = row.row_key();
        StoreError::Misused(format!(
            "{key:?} has the place of a number that no draw of the batch gives"
        ))
    })
}

/// The version of an encoded row.
pub(super) fn version(bytes: &[u8]) -> Result<Version, StoreError> {
    Reader::new(bytes)?.varint()
}

/// A row again, with its version: columns that came later are null.
pub(super) fn decode(
    table: &'static Table,
    key: &[u8],
    bytes: &[u8],
) -> Result<(Version, ValueRow), StoreError> {
    let named = |error: StoreError| match error {
        StoreError::Corrupt(what) => damaged(format!("a row of {}: {what}", table.name)),
        other => other,
    };
    let read = || {
        let mut values = Key { table, bytes: KeyBytes::new(key) }.values()?;
        values.reserve_exact(table.columns.len().saturating_sub(values.len()));
        let mut from = Reader::new(bytes)?;
        let version = from.varint()?;
        while !from.is_done() {
            values.push(from.value()?);
        }
        if values.len() > table.columns.len() {
            return Err(damaged("it has more columns than its table"));
        }
        Ok((version, ValueRow::new(table, values)))
    };
    read().map_err(named)
}

/// A row as the port gives it.
pub(super) fn answer(table: &'static Table, key: &[u8], bytes: &[u8]) -> Result<Row, StoreError> {
    let (version, row) = decode(table, key, bytes)?;
    Ok(Row::one(version, std::sync::Arc::new(row)))
}
