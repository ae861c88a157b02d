//! One value of a result, with its type; and the phrases that titles and labels are made of.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::Kind;
use crate::{Money, Quantity, Rate};

/// A typed value. In serde it is `{"type": "money", "value": ...}`, decimals as text.
///
/// ```
/// use fondaco_core::Money;
/// use fondaco_core::report::Cell;
/// let cell = Cell::from(Money::parse("12.50 EUR")?);
/// let json = r#"{"type":"money","value":{"amount":"12.5","currency":"EUR"}}"#;
/// assert_eq!(serde_json::to_string(&cell)?, json);
/// assert_eq!(serde_json::from_str::<Cell>(json)?, cell);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "type", content = "value", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Cell {
    /// Nothing.
    #[default]
    Empty,
    /// Text: data, the same for everybody.
    Text(SmolStr),
    /// Words of a result's own, in English: each locale says them its way ([`Locale::words`](super::Locale::words)).
    Word(SmolStr),
    /// Several parts with a blank between them.
    Phrase(Phrase),
    /// A number; its column says of what.
    #[serde(with = "crate::decimal::as_text")]
    Number(Decimal),
    /// An amount with its currency.
    Money(Money),
    /// A number of units.
    Quantity {
        /// How many.
        #[serde(with = "crate::decimal::as_text")]
        amount: Decimal,
        /// Of what: `kg`, `pcs`.
        unit: SmolStr,
    },
    /// A factor that is shown in percent: 0.19 as 19 %.
    #[serde(with = "crate::decimal::as_text")]
    Percent(Decimal),
    /// A day.
    Date(NaiveDate),
    /// The month of a day.
    Month(NaiveDate),
    /// A whole number of things.
    Count(i64),
}

impl Cell {
    /// Text, as [`From`] makes it of texts of any kind.
    ///
    /// ```
    /// use fondaco_core::report::Cell;
    /// assert_eq!(Cell::text("Bank"), Cell::from("Bank"));
    /// ```
    pub fn text(text: impl Into<SmolStr>) -> Cell {
        Cell::Text(text.into())
    }

    /// The figure in it, whatever it is a figure of.
    ///
    /// ```
    /// use fondaco_core::Money;
    /// use fondaco_core::report::Cell;
    /// assert_eq!(Cell::from(Money::parse("5 EUR")?).figure(), Some(5.into()));
    /// assert_eq!((Cell::Count(3).figure(), Cell::text("three").figure()), (Some(3.into()), None));
    /// # Ok::<(), fondaco_core::MoneyError>(())
    /// ```
    pub fn figure(&self) -> Option<Decimal> {
        match self {
            Cell::Number(value) | Cell::Percent(value) => Some(*value),
            Cell::Money(money) => Some(money.amount()),
            Cell::Quantity { amount, .. } => Some(*amount),
            Cell::Count(count) => Some(Decimal::from(*count)),
            Cell::Empty
            | Cell::Text(_)
            | Cell::Word(_)
            | Cell::Phrase(_)
            | Cell::Date(_)
            | Cell::Month(_) => None,
        }
    }

    /// Whether it is in the currency or unit that a column of this kind says. Cells that have none of their own are, and money in a column
    /// of text or of figures without a unit: its currency stands in another.
    pub(super) fn is_of(&self, kind: &Kind) -> bool {
        match (self, kind) {
            (Cell::Money(money), Kind::Amount(currency)) => money.currency() == *currency,
            (Cell::Quantity { unit, .. }, Kind::Quantity { unit: of, .. }) => unit == of,
            (Cell::Quantity { .. }, Kind::Measure { .. }) => true,
            (Cell::Money(_), Kind::Quantity { unit, .. }) => unit.is_empty(),
            (Cell::Money(_), Kind::Money | Kind::Text) => true,
            (Cell::Money(_), _) => false,
            (Cell::Quantity { unit, .. }, _) => unit.is_empty(),
            _ => true,
        }
    }
}

/// Words of a result's own, in English, for headings, titles and rows that are no data: each locale says them its way.
///
/// ```
/// use fondaco_core::report::{Column, Locale, Report, Row, word};
/// let columns = [Column::text(word("Name")).naming_rows(), Column::count(word("Balance"))];
/// let mut report = Report::new("Total GmbH").columns(columns); // a company is called that
/// report.push(Row::total([word("Total"), 5i64.into()]));
/// assert_eq!(report.to_text(&Locale::de(), None), "\
/// Total GmbH
/// Name   Saldo
/// =====  =====
/// -----  -----
/// Summe      5
/// ");
/// assert!(report.to_csv().starts_with("Name,Balance\r\n")); // programs read what they always read
/// ```
pub const fn word(english: &'static str) -> Cell {
    Cell::Word(SmolStr::new_static(english))
}

macro_rules! from {
    ($($type:ty => $make:expr;)*) => {
        $(impl From<$type> for Cell {
            fn from(value: $type) -> Cell {
                ($make)(value)
            }
        })*
    };
}

from! {
    &str => Cell::text;
    &SmolStr => |text: &SmolStr| Cell::Text(text.clone());
    SmolStr => Cell::Text;
    String => Cell::text;
    Decimal => Cell::Number;
    Money => Cell::Money;
    Quantity => |quantity: Quantity| Cell::Quantity {
        amount: quantity.amount(),
        unit: SmolStr::new(quantity.unit().code()),
    };
    Rate => |rate: Rate| Cell::Percent(rate.factor());
    NaiveDate => Cell::Date;
    i64 => Cell::Count;
    u32 => |count: u32| Cell::Count(count.into());
    usize => |count: usize| Cell::Count(i64::try_from(count).unwrap_or(i64::MAX));
}

impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Cell {
        value.map_or(Cell::Empty, Into::into)
    }
}

/// A title or label: texts, dates and figures with a blank between them, each shown by the locale.
///
/// ```
/// use fondaco_core::report::{Locale, Phrase, word};
/// let day: chrono::NaiveDate = "2026-12-31".parse()?;
/// let title = Phrase::from(word("Balance sheet as of")).and(day).and("(EUR)");
/// assert_eq!(title.to_string(), "Balance sheet as of 2026-12-31 (EUR)");
/// assert_eq!(title.show(&Locale::de()), "Bilanz zum 31.12.2026 (EUR)");
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Phrase(Vec<Cell>);

impl Phrase {
    /// The same, and this after it.
    #[must_use]
    pub fn and(mut self, next: impl Into<Cell>) -> Phrase {
        self.0.push(next.into());
        self
    }

    /// It as one cell.
    ///
    /// ```
    /// use fondaco_core::report::{Locale, Phrase, word};
    /// let count = Phrase::from(12i64).and(word("accounts")).into_cell();
    /// assert_eq!(Locale::de().value(&count), "12 Konten");
    /// ```
    pub fn into_cell(self) -> Cell {
        Cell::Phrase(self)
    }

    /// Its parts.
    pub fn parts(&self) -> &[Cell] {
        &self.0
    }

    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// As people of a locale read it.
    pub fn show(&self, locale: &super::Locale) -> String {
        let shown = self.0.iter().map(|part| locale.value(part));
        shown.collect::<Vec<_>>().join(" ")
    }
}

impl<T: Into<Cell>> From<T> for Phrase {
    fn from(part: T) -> Phrase {
        Phrase(vec![part.into()])
    }
}

impl std::fmt::Display for Phrase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.show(&super::Locale::plain()))
    }
}
