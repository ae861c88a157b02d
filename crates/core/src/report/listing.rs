//! Lists: rows of one kind, as an engine gives them, described as a [`Report`].

use std::sync::Arc;

use smol_str::SmolStr;

use super::{Cell, Column, Phrase, Report, Row, word};

/// What people look at as a list: a row of a result for each, with the same columns for all.
pub trait Listed {
    /// The columns of the list.
    fn columns() -> Vec<Column>;

    /// This one's cells, in the order of the columns.
    fn row(&self) -> Row;
}

impl<T: Listed> Listed for Arc<T> {
    fn columns() -> Vec<Column> {
        T::columns()
    }

    fn row(&self) -> Row {
        T::row(self)
    }
}

/// A list as a report: as text, as HTML, and as a table.
///
/// ```
/// use fondaco_core::report::{Column, Listed, Row, list};
/// struct Shelf { name: &'static str, items: u32 }
/// impl Listed for Shelf {
///     fn columns() -> Vec<Column> {
///         vec![Column::text("Shelf").naming_rows(), Column::count("Items")]
///     }
///     fn row(&self) -> Row {
///         Row::new([self.name.into(), self.items.into()])
///     }
/// }
/// let shelves = [Shelf { name: "A", items: 12 }, Shelf { name: "B", items: 3 }];
/// assert_eq!(list("Shelves", &shelves).to_csv(), "Shelf,Items\r\nA,12\r\nB,3\r\n");
/// assert!(list("Shelves", &shelves[..0]).to_string().ends_with("nothing\n"));
/// ```
pub fn list<'l, T: Listed + 'l>(
    title: impl Into<Phrase>,
    rows: impl IntoIterator<Item = &'l T>,
) -> Report {
    let mut report = Report::new(title).columns(T::columns());
    rows.into_iter().for_each(|row| report.push(row.row()));
    if report.rows.is_empty() { report.note(word("nothing")) } else { report }
}

impl Cell {
    /// The word of a stored choice by its code, such as `soft locked` for `soft_locked`: each locale says it its way.
    ///
    /// ```
    /// use fondaco_core::job::JobStatus;
    /// use fondaco_core::report::{Cell, Locale};
    /// assert_eq!(Locale::de().value(&Cell::choice(JobStatus::Done.code())), "erledigt");
    /// ```
    pub fn choice(code: &'static str) -> Cell {
        if code.contains('_') {
            return Cell::Word(SmolStr::new(code.replace('_', " ")));
        }
        word(code)
    }
}
