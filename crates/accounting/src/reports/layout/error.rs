//! Why a layout is no layout.

use fondaco_core::ErrorCode;
use smol_str::SmolStr;

/// A layout that would not tell the truth, or a question to one that it can't answer. Each names the row and the way out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, ErrorCode)]
#[error_code(engine = "accounting")]
#[non_exhaustive]
pub enum LayoutError {
    /// A line of the layout's text can't be read.
    #[error("layout, line {line}: {why}")]
    #[kind(Invalid)]
    #[code("layout_text")]
    Text {
        /// Which line, from 1.
        line: usize,
        /// Why, and the way out.
        why: String,
    },
    /// The layout's JSON can't be read.
    #[error("layout: {why}")]
    #[kind(Invalid)]
    #[code("layout_json")]
    Json {
        /// Why, as the reader says it.
        why: String,
    },
    /// What a row takes can't be read.
    #[error("{text:?} takes no accounts: {why}")]
    #[kind(Invalid)]
    #[code("layout_take")]
    Take {
        /// What was written.
        text: String,
        /// Why, and the way out.
        why: String,
    },
    /// A formula can't be read.
    #[error("{text:?} is no formula: {why}")]
    #[kind(Invalid)]
    #[code("layout_formula")]
    Formula {
        /// What was written.
        text: String,
        /// Why, and the way out.
        why: String,
    },
    /// A layout as a whole, or one of its rows, is not as it has to be.
    #[error("layout {layout}, row {row}: {why}")]
    #[kind(Invalid)]
    #[code("layout_row")]
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
    #[kind(Invalid)]
    #[code("layout_row_twice")]
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
    #[kind(Invalid)]
    #[code("layout_no_row")]
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
    #[kind(Invalid)]
    #[code("layout_circle")]
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
    #[kind(Invalid)]
    #[code("layout_taken_twice")]
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
    #[kind(NotFound)]
    #[code("layout_unknown_row")]
    UnknownRow {
        /// The layout.
        layout: SmolStr,
        /// The code.
        row: SmolStr,
    },
    /// There is no layout of this name among those that come with the library.
    #[error("no layout {code} comes with the library; these do: {}", .shipped.join(", "))]
    #[kind(NotFound)]
    #[code("layout_not_shipped")]
    NotShipped {
        /// What was asked for.
        code: SmolStr,
        /// Those that do.
        shipped: Vec<&'static str>,
    },
}
