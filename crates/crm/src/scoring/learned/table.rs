//! What is known of many leads, column by column.

use std::collections::BTreeMap;

use crate::KernelError;
use crate::error::{finite, same_length};

/// One value of one lead.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'v> {
    /// A number.
    Number(f64),
    /// A text, such as a source.
    Text(&'v str),
    /// Nobody knows.
    Missing,
}

/// Columns of equal length with names of their own.
///
/// Numbers are finite: what is missing is said to be so. Texts are kept once each.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    rows: usize,
    columns: Vec<(String, Column)>,
}

/// The values of a column.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Column {
    /// What is missing is NaN, which nothing else can be.
    Numbers(Vec<f64>),
    /// Which of the levels, or [`MISSING`].
    Texts { levels: Vec<String>, codes: Vec<u32> },
}

/// The code of a text that is missing.
pub(crate) const MISSING: u32 = u32::MAX;

impl Table {
    /// A table without columns.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How many rows there are.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The names of the columns, in their order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|(name, _)| name.as_str())
    }

    /// With one column more, of numbers that are all known.
    ///
    /// # Errors
    /// When one of them is not finite, when there are more or fewer than the columns before have, or the name is taken.
    pub fn numbers(self, name: &str, values: Vec<f64>) -> Result<Self, KernelError> {
        for (row, value) in values.iter().enumerate() {
            finite(name, *value).map_err(|error| error.at(row))?;
        }
        let rows = values.len();
        self.with(name, rows, Column::Numbers(values))
    }

    /// With one column more, of numbers some of which are missing.
    ///
    /// # Errors
    /// As [`numbers`](Self::numbers).
    ///
    /// ```
    /// use fondaco_crm::scoring::learned::Table;
    ///
    /// let table = Table::new().numbers_or_missing("age", vec![Some(31.0), None])?;
    /// assert_eq!(table.rows(), 2);
    /// let error = table.numbers("visits", vec![1.0, f64::NAN]).unwrap_err();
    /// assert!(error.to_string().starts_with("row 1 (counted from 0): visits is NaN"));
    /// # Ok::<(), fondaco_crm::KernelError>(())
    /// ```
    pub fn numbers_or_missing(
        self,
        name: &str,
        values: Vec<Option<f64>>,
    ) -> Result<Self, KernelError> {
        let known = |(row, value): (usize, Option<f64>)| match value {
            Some(value) => finite(name, value).map_err(|error| error.at(row)),
            None => Ok(f64::NAN),
        };
        let values = values.into_iter().enumerate().map(known).collect::<Result<Vec<_>, _>>()?;
        let rows = values.len();
        self.with(name, rows, Column::Numbers(values))
    }

    /// With one column more, of texts; nothing where one is missing.
    ///
    /// # Errors
    /// When there are more or fewer than the columns before have, or the name is taken.
    pub fn texts<'t>(
        self,
        name: &str,
        values: impl IntoIterator<Item = Option<&'t str>>,
    ) -> Result<Self, KernelError> {
        let (mut known, mut levels) = (BTreeMap::new(), Vec::new());
        let mut codes = Vec::new();
        for value in values {
            let code = value.map_or(MISSING, |text| {
                *known.entry(text).or_insert_with(|| {
                    levels.push(text.to_owned());
                    // Fewer than rows, which is checked below.
                    (levels.len() - 1) as u32
                })
            });
            codes.push(code);
        }
        let rows = codes.len();
        if u32::try_from(rows).is_err() {
            return Err(KernelError::Contradiction {
                field: name.to_owned(),
                found: rows.to_string(),
                other: "a table has at most 4,294,967,295 rows of texts",
                way_out: "make several tables of it",
            });
        }
        self.with(name, rows, Column::Texts { levels, codes })
    }

    fn with(mut self, name: &str, rows: usize, column: Column) -> Result<Self, KernelError> {
        if !self.columns.is_empty() {
            same_length(name, rows, self.rows)?;
        }
        if self.columns.iter().any(|(known, _)| known == name) {
            return Err(KernelError::Contradiction {
                field: "name of a column".into(),
                found: name.to_owned(),
                other: "there is a column of that name",
                way_out: "give it another name",
            });
        }
        self.rows = rows;
        self.columns.push((name.to_owned(), column));
        Ok(self)
    }

    /// Some of the rows, in this order, one as often as it is named.
    ///
    /// # Errors
    /// When there is no such row.
    pub fn take(&self, rows: &[usize]) -> Result<Self, KernelError> {
        if let Some(row) = rows.iter().find(|row| **row >= self.rows) {
            return Err(KernelError::Unknown {
                what: "row",
                name: row.to_string(),
                way_out: "rows are counted from 0",
            });
        }
        let taken = |column: &Column| match column {
            Column::Numbers(values) => {
                Column::Numbers(rows.iter().map(|row| values[*row]).collect())
            }
            Column::Texts { levels, codes } => Column::Texts {
                levels: levels.clone(),
                codes: rows.iter().map(|row| codes[*row]).collect(),
            },
        };
        let columns = self.columns.iter().map(|(name, column)| (name.clone(), taken(column)));
        Ok(Self { rows: rows.len(), columns: columns.collect() })
    }

    pub(crate) fn columns(&self) -> impl Iterator<Item = (&str, &Column)> {
        self.columns.iter().map(|(name, column)| (name.as_str(), column))
    }

    /// The column of this name.
    pub(crate) fn column(&self, name: &str) -> Result<&Column, KernelError> {
        let found = self.columns.iter().find(|(known, _)| known == name);
        found.map(|(_, column)| column).ok_or_else(|| KernelError::Unknown {
            what: "column",
            name: name.to_owned(),
            way_out: "give the table the columns that the model was learned of",
        })
    }

    /// The numbers of this column, NaN where one is missing.
    pub(crate) fn numbers_of(&self, name: &str) -> Result<&[f64], KernelError> {
        match self.column(name)? {
            Column::Numbers(values) => Ok(values),
            Column::Texts { .. } => Err(wrong_type(name, "a text", "a number is wanted")),
        }
    }

    /// The levels and codes of this column.
    pub(crate) fn texts_of(&self, name: &str) -> Result<(&[String], &[u32]), KernelError> {
        match self.column(name)? {
            Column::Texts { levels, codes } => Ok((levels, codes)),
            Column::Numbers(_) => Err(wrong_type(name, "a number", "a text is wanted")),
        }
    }
}

/// A value of another type than its feature has.
pub(crate) fn wrong_type(field: &str, found: &str, other: &'static str) -> KernelError {
    KernelError::Contradiction {
        field: field.to_owned(),
        found: found.to_owned(),
        other,
        way_out: "give the type that the model was learned of",
    }
}
