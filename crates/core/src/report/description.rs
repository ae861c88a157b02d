//! The description of a result: title, columns, rows, notes, charts.

use smol_str::SmolStr;

use super::{Cell, Chart, Column, Phrase};

/// A result: what all its forms are made from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Report {
    /// What it is.
    pub title: Phrase,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows, in order.
    pub rows: Vec<Row>,
    /// What one should know to read it; shown after it.
    pub notes: Vec<Phrase>,
    /// Its figures as pictures: in HTML before the table, each with its own data behind it.
    pub charts: Vec<Chart>,
    /// What links to it name.
    pub anchor: Option<SmolStr>,
}

impl Report {
    /// A report without columns and rows.
    ///
    /// ```
    /// use fondaco_core::report::{Column, Report, Row};
    /// let mut empty = Report::new("Open items").column(Column::text("Customer"));
    /// empty.notes.push("Nothing is open.".into());
    /// assert_eq!(empty.to_string(), "Open items\nCustomer\n========\nNothing is open.\n");
    /// ```
    pub fn new(title: impl Into<Phrase>) -> Report {
        Report { title: title.into(), ..Report::default() }
    }

    /// The same with one column more.
    #[must_use]
    pub fn column(mut self, column: Column) -> Report {
        self.columns.push(column);
        self
    }

    /// The same with more columns.
    #[must_use]
    pub fn columns(mut self, columns: impl IntoIterator<Item = Column>) -> Report {
        self.columns.extend(columns);
        self
    }

    /// The same with a note.
    #[must_use]
    pub fn note(mut self, note: impl Into<Phrase>) -> Report {
        self.notes.push(note.into());
        self
    }

    /// The same with a chart.
    #[must_use]
    pub fn chart(mut self, chart: Chart) -> Report {
        self.charts.push(chart);
        self
    }

    /// The same under a name that links on a page can lead to.
    ///
    /// ```
    /// use fondaco_core::report::{Column, Locale, Page, Report, Row};
    /// let mut list = Report::new("Accounts").column(Column::text("Name").naming_rows());
    /// list.push(Row::new(["Bank".into()]).linked_to("account/1000"));
    /// let bank = Report::new("Bank").anchored("account/1000");
    /// let page = Page::new("Books").report(list).report(bank).to_html(&Locale::en());
    /// assert!(page.contains(r##"<a href="#account_2f_1000">Bank</a>"##));
    /// assert!(page.contains(r#"<section class="report" id="account_2f_1000">"#));
    /// ```
    #[must_use]
    pub fn anchored(mut self, anchor: impl Into<SmolStr>) -> Report {
        self.anchor = Some(anchor.into());
        self
    }

    /// Adds a row. Cells that it lacks are empty, cells beyond the columns are not shown.
    pub fn push(&mut self, row: Row) {
        self.rows.push(row);
    }

    /// The columns that people see, with their places.
    pub(crate) fn shown_columns(&self) -> impl Iterator<Item = (usize, &Column)> {
        self.columns.iter().enumerate().filter(|(_, column)| !column.tables_only)
    }

    /// The column that names the rows: the one that says so, else the first that is shown.
    pub(crate) fn naming_column(&self) -> Option<usize> {
        let says_so = self.shown_columns().find(|(_, column)| column.names_rows);
        says_so.or_else(|| self.shown_columns().next()).map(|(at, _)| at)
    }
}

/// What a row is among the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Role {
    /// One of many.
    #[default]
    Line,
    /// Over the rows that follow.
    Heading,
    /// The sum of rows above: a rule stands before it.
    Total,
}

/// A row of a report.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Row {
    /// A value for each column.
    pub cells: Vec<Cell>,
    /// What it is.
    pub role: Role,
    /// How deep it stands, from 0.
    pub level: u8,
    /// Whether a group begins with it: kept together on paper, with room before it.
    pub starts_group: bool,
    /// What links to it name.
    pub anchor: Option<SmolStr>,
    /// The anchor that its name leads to, where the page has it.
    pub link: Option<SmolStr>,
}

impl Row {
    /// One of many.
    ///
    /// ```
    /// use fondaco_core::report::{Cell, Role, Row};
    /// let row = Row::new(["Bank".into(), Cell::Count(2)]);
    /// assert_eq!((row.role, row.level, row.cells.len()), (Role::Line, 0, 2));
    /// ```
    pub fn new(cells: impl IntoIterator<Item = Cell>) -> Row {
        Row { cells: cells.into_iter().collect(), ..Row::default() }
    }

    /// Over those that follow.
    pub fn heading(cells: impl IntoIterator<Item = Cell>) -> Row {
        Row { role: Role::Heading, ..Row::new(cells) }
    }

    /// The sum of those above, after a rule.
    pub fn total(cells: impl IntoIterator<Item = Cell>) -> Row {
        Row { role: Role::Total, ..Row::new(cells) }
    }

    /// The same at a level of the tree, from 0.
    #[must_use]
    pub fn at_level(mut self, level: u8) -> Row {
        self.level = level;
        self
    }

    /// The same as the first of a group.
    #[must_use]
    pub fn starting_group(mut self) -> Row {
        self.starts_group = true;
        self
    }

    /// The same under a name that links on a page can lead to.
    #[must_use]
    pub fn anchored(mut self, anchor: impl Into<SmolStr>) -> Row {
        self.anchor = Some(anchor.into());
        self
    }

    /// The same, its name leading to an anchor: on a page without it, it is plain text.
    #[must_use]
    pub fn linked_to(mut self, anchor: impl Into<SmolStr>) -> Row {
        self.link = Some(anchor.into());
        self
    }

    /// The value in a column.
    ///
    /// ```
    /// use fondaco_core::report::{Cell, Row};
    /// let row = Row::new([Cell::Count(2)]);
    /// assert_eq!((row.cell(0), row.cell(7)), (&Cell::Count(2), &Cell::Empty));
    /// ```
    pub fn cell(&self, column: usize) -> &Cell {
        self.cells.get(column).unwrap_or(&Cell::Empty)
    }
}
