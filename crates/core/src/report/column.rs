//! Columns: what they are called, and of what kind their values are.

use smol_str::SmolStr;

use super::Phrase;
use crate::Currency;

/// What the values of a column are, and so how they are shown, aligned and typed in tables.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// Text, to the left.
    Text,
    /// Numbers that are amounts of one currency: at least its digits, and never cut.
    Amount(Currency),
    /// Amounts that each name their currency; two columns in a table.
    Money,
    /// Numbers of units, rounded half-up to so many digits when shown; whole in tables.
    Quantity {
        /// The unit, shown behind each: `kg`; empty for none.
        unit: SmolStr,
        /// Digits after the point.
        digits: u32,
    },
    /// Numbers that each name their unit, rounded half-up to so many digits when shown; whole in tables, and two columns there.
    Measure {
        /// Digits after the point.
        digits: u32,
    },
    /// Factors shown in percent, rounded half-up to so many digits; as factors in tables.
    Percent {
        /// Digits after the point.
        digits: u32,
    },
    /// Days.
    Date,
    /// Whole numbers of things.
    Count,
}

impl Kind {
    /// Whether its values stand to the right.
    ///
    /// ```
    /// use fondaco_core::report::Kind;
    /// assert!(Kind::Count.is_figure() && !Kind::Text.is_figure() && !Kind::Date.is_figure());
    /// ```
    pub fn is_figure(&self) -> bool {
        !matches!(self, Kind::Text | Kind::Date)
    }

    /// What stands in a column of its own beside it, in tables.
    pub(super) fn beside(&self) -> Option<&'static str> {
        match self {
            Kind::Money => Some("Currency"),
            Kind::Measure { .. } => Some("Unit"),
            _ => None,
        }
    }
}

/// A column of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Column {
    /// What stands over it.
    pub heading: Phrase,
    /// What its values are.
    pub kind: Kind,
    /// Whether its cells are indented by the level of their row, and name the row.
    pub names_rows: bool,
    /// Whether only tables have it: what people see from the rows around it.
    pub tables_only: bool,
}

impl Column {
    /// A column of this kind.
    ///
    /// ```
    /// use fondaco_core::report::{Column, Kind};
    /// let share = Column::new("Share", Kind::Percent { digits: 1 });
    /// assert_eq!(share.heading.to_string(), "Share");
    /// ```
    pub fn new(heading: impl Into<Phrase>, kind: Kind) -> Column {
        Column { heading: heading.into(), kind, names_rows: false, tables_only: false }
    }

    /// Text.
    pub fn text(heading: impl Into<Phrase>) -> Column {
        Column::new(heading, Kind::Text)
    }

    /// Amounts of one currency.
    pub fn amount(heading: impl Into<Phrase>, currency: Currency) -> Column {
        Column::new(heading, Kind::Amount(currency))
    }

    /// Percentages with one digit.
    pub fn percent(heading: impl Into<Phrase>) -> Column {
        Column::new(heading, Kind::Percent { digits: 1 })
    }

    /// Days.
    pub fn date(heading: impl Into<Phrase>) -> Column {
        Column::new(heading, Kind::Date)
    }

    /// Whole numbers of things.
    pub fn count(heading: impl Into<Phrase>) -> Column {
        Column::new(heading, Kind::Count)
    }

    /// The same, as the one that names the rows: its cells are indented by level and stay in sight.
    ///
    /// ```
    /// use fondaco_core::report::{Column, Report, Row};
    /// let mut tree = Report::new("Chart").column(Column::text("Name").naming_rows());
    /// tree.push(Row::heading(["Assets".into()]));
    /// tree.push(Row::new(["Bank".into()]).at_level(1));
    /// assert_eq!(tree.to_string(), "Chart\nName\n======\nAssets\n  Bank\n");
    /// ```
    #[must_use]
    pub fn naming_rows(mut self) -> Column {
        self.names_rows = true;
        self
    }

    /// The same, for tables alone: text and HTML leave it out.
    ///
    /// ```
    /// use fondaco_core::report::{Column, Report, Row};
    /// let columns = [Column::text("Account").for_tables_only(), Column::text("Text")];
    /// let mut lines = Report::new("1000 Bank").columns(columns);
    /// lines.push(Row::new(["1000".into(), "Rent".into()]));
    /// assert_eq!(lines.to_csv(), "Account,Text\r\n1000,Rent\r\n");
    /// assert_eq!(lines.to_string(), "1000 Bank\nText\n====\nRent\n");
    /// ```
    #[must_use]
    pub fn for_tables_only(mut self) -> Column {
        self.tables_only = true;
        self
    }
}
