//! Why a layout is no layout.

use fondaco_core::ErrorKind;
use smol_str::SmolStr;

/// A layout that would not tell the truth, or a question to one that it can't answer. Each names the row and the way out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LayoutError {
    /// A line of the layout's text can't be read.
    #[error("layout, line {line}: {why}")]
    Text {
        /// Which line, from 1.
        line: usize,
        /// Why, and the way out.
        why: String,
    },
    /// The layout's JSON can't be read.
    #[error("layout: {why}")]
    Json {
        /// Why, as the reader says it.
        why: String,
    },
    /// What a row takes can't be read.
    #[error("{text:?} takes no accounts: {why}")]
    Take {
        /// What was written.
        text: String,
        /// Why, and the way out.
        why: String,
    },
    /// A formula can't be read.
    #[error("{text:?} is no formula: {why}")]
    Formula {
        /// What was written.
        text: String,
        /// Why, and the way out.
        why: String,
    },
    /// A layout as a whole, or one of its rows, is not as it has to be.
    #[error("layout {layout}, row {row}: {why}")]
    Row {
        /// The layout.
        layout: SmolStr,
        /// The row; empty for the layout itself.
        row: SmolStr,
        /// Why, and the way out.
        why: String,
    },
    /// Two rows have one code.
    #[error("layout {layout} has two rows {row}: give each row a code of its own")]
    RowTwice {
        /// The layout.
        layout: SmolStr,
        /// The code.
        row: SmolStr,
    },
    /// A formula names a row that is not there.
    #[error(
        "layout {layout}: row {row} is made of row {named}, which is not there: name one that is"
    )]
    NoRow {
        /// The layout.
        layout: SmolStr,
        /// The row with the formula.
        row: SmolStr,
        /// What it names.
        named: SmolStr,
    },
    /// Rows are made of one another.
    #[error("layout {layout}: rows are made of one another: {}; take one of them out", .rows.join(" of "))]
    Circle {
        /// The layout.
        layout: SmolStr,
        /// The rows of the circle; the first comes again at its end.
        rows: Vec<SmolStr>,
    },
    /// An account would be counted twice.
    #[error(
        "layout {layout}: account {account} is taken by row {row} and by row {other}: take it out of one, or mark one `memo`"
    )]
    TakenTwice {
        /// The layout.
        layout: SmolStr,
        /// The account.
        account: SmolStr,
        /// A row that takes it.
        row: SmolStr,
        /// The other; the same row where two of its lines do.
        other: SmolStr,
    },
    /// No such row.
    #[error("layout {layout} has no row {row}: ask for one that it has")]
    UnknownRow {
        /// The layout.
        layout: SmolStr,
        /// The code.
        row: SmolStr,
    },
    /// There is no layout of this name among those that come with the library.
    #[error("no layout {code} comes with the library; these do: {}", .shipped.join(", "))]
    NotShipped {
        /// What was asked for.
        code: SmolStr,
        /// Those that do.
        shipped: Vec<&'static str>,
    },
}

impl LayoutError {
    /// The stable code.
    ///
    /// ```
    /// use fondaco_accounting::reports::{Layout, LayoutError};
    /// let error = Layout::shipped("hgb").unwrap_err();
    /// assert_eq!(error.code(), "accounting.layout_not_shipped");
    /// ```
    pub fn code(&self) -> &'static str {
        match self {
            LayoutError::Text { .. } => "accounting.layout_text",
            LayoutError::Json { .. } => "accounting.layout_json",
            LayoutError::Take { .. } => "accounting.layout_take",
            LayoutError::Formula { .. } => "accounting.layout_formula",
            LayoutError::Row { .. } => "accounting.layout_row",
            LayoutError::RowTwice { .. } => "accounting.layout_row_twice",
            LayoutError::NoRow { .. } => "accounting.layout_no_row",
            LayoutError::Circle { .. } => "accounting.layout_circle",
            LayoutError::TakenTwice { .. } => "accounting.layout_taken_twice",
            LayoutError::UnknownRow { .. } => "accounting.layout_unknown_row",
            LayoutError::NotShipped { .. } => "accounting.layout_not_shipped",
        }
    }

    /// What the caller can do.
    ///
    /// ```
    /// use fondaco_accounting::reports::Layout;
    /// use fondaco_core::ErrorKind;
    /// assert_eq!(Layout::shipped("hgb").unwrap_err().kind(), ErrorKind::NotFound);
    /// ```
    pub fn kind(&self) -> ErrorKind {
        match self {
            LayoutError::UnknownRow { .. } | LayoutError::NotShipped { .. } => ErrorKind::NotFound,
            _ => ErrorKind::Invalid,
        }
    }
}
