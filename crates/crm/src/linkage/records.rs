//! Rows of texts.

use std::collections::BTreeMap;

use crate::KernelError;
use crate::error::same_length;

/// Values longer than this compare by their beginning: comparing takes time with the product of lengths.
const LONGEST: usize = 256;

/// Rows of texts under columns, some of them missing; empty texts are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Records {
    columns: Vec<String>,
    rows: Vec<Vec<Option<String>>>,
}

impl Records {
    /// Rows under these columns. A value of more than 256 characters is cut there.
    ///
    /// # Errors
    /// When a row has more or fewer values than there are columns.
    pub fn new<'r, R: AsRef<[Option<&'r str>]>>(
        columns: impl IntoIterator<Item = impl Into<String>>,
        rows: impl IntoIterator<Item = R>,
    ) -> Result<Self, KernelError> {
        let columns: Vec<String> = columns.into_iter().map(Into::into).collect();
        let mut records = Self { columns, rows: Vec::new() };
        for (at, row) in rows.into_iter().enumerate() {
            let row = row.as_ref();
            same_length("values", row.len(), records.columns.len()).map_err(|e| e.at(at))?;
            let value = |text: &str| text.chars().take(LONGEST).collect::<String>();
            let there = |text: &Option<&str>| text.filter(|text| !text.is_empty()).map(value);
            records.rows.push(row.iter().map(there).collect());
        }
        Ok(records)
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Which column has this name.
    pub(super) fn column(&self, name: &str) -> Result<usize, KernelError> {
        let found = self.columns.iter().position(|known| known == name);
        found.ok_or_else(|| KernelError::Unknown {
            what: "column",
            name: name.to_owned(),
            way_out: "compare columns that the records have",
        })
    }

    pub(super) fn value(&self, row: usize, column: usize) -> Option<&str> {
        self.rows.get(row)?.get(column)?.as_deref()
    }

    /// What share of the rows that have a value in a column has each.
    pub(super) fn frequencies(&self, column: usize) -> BTreeMap<&str, f64> {
        let mut counts: BTreeMap<&str, f64> = BTreeMap::new();
        let mut all = 0.0;
        for row in 0..self.len() {
            if let Some(value) = self.value(row, column) {
                *counts.entry(value).or_default() += 1.0;
                all += 1.0;
            }
        }
        counts.values_mut().for_each(|count| *count /= all);
        counts
    }
}
