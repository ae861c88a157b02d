//! Layouts of financial statements: data, so that a country's scheme is a file.
//!
//! A [`Layout`] is a list of rows. A row takes accounts ([`Take`]) or is made of other rows ([`Formula`]); it has a level, a
//! side on which it is positive, titles in one or more languages, notes. [`financial_statement`](super::financial_statement) fills
//! it from the books. What SAP calls a financial statement version and Odoo the lines of a report.
//!
//! It is checked when it is loaded ([`Layout::check`]): a layout that would count an account twice, whose formula names no row or
//! runs in a circle, is refused. What only the chart of accounts can tell (subtrees, classes, tags) is checked again when the
//! statement is made; accounts that no row takes are reported beside it, with their sum.
//!
//! # As a file
//! A line of the head, a row, or something about the row above it; levels by indentation, two blanks each; `#` begins a comment:
//!
//! ```text
//! layout    plain-profit
//! language  en | de
//! title     Income statement | Gewinn- und Verlustrechnung
//! measure   movement
//! covers    income, expense
//! base      sales
//! side      credit
//!
//! page revenue: Revenue | Erträge
//!   sales: Sales | Umsatzerlöse
//!     takes 4000..4799
//!   other: Other income | Sonstige Erträge
//!     takes class income except 4000..4799
//! side      debit
//! costs: Costs | Aufwendungen
//!   takes class expense
//!   note Without taxes. | Ohne Steuern.
//! side      credit
//! total result: Result | Ergebnis
//!   = sales + other - costs
//! memo margin: Margin | Umsatzrendite
//!   = result / sales
//!   as percent
//! ```
//!
//! Before a row's code may stand: `page` (a part of the statement begins), `heading`, `total` (a rule stands above it), `memo`
//! (shown beside the others: it may take what another row takes, and no sum of `rows` has it), `hidden` (for formulas only),
//! `rare` (shown only where a column has something), `check` (must come to nothing, else the statement says so), `chart` (a bar of the statement's chart). Such a file is read by
//! [`Layout::parse`] and written by [`Layout::to_text`]; the same as JSON by [`Layout::from_json`] and serde.

mod check;
mod error;
mod formula;
mod shipped;
mod take;
mod text;

pub use error::LayoutError;
pub use formula::Formula;
pub(crate) use formula::{Column, Summand};
pub(crate) use take::class_name;
pub use take::{Measure, Pick, Take};

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::ledger::{AccountClass, Side};

/// How a statement is laid out. See [the module](self) for what it is and how it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Layout {
    /// What names it: `hgb-266`.
    pub code: SmolStr,
    /// The languages of its titles, by BCP 47; the first is shown where a title has no other.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub languages: Vec<SmolStr>,
    /// What it is called, in the order of the languages.
    #[serde(default)]
    pub titles: Vec<SmolStr>,
    /// Where the scheme is published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SmolStr>,
    /// Which figure its rows show, unless they say otherwise.
    pub measure: Measure,
    /// The classes of accounts that it must show whole: those of them that no row takes are reported.
    pub covers: Vec<AccountClass>,
    /// Cash and what is as good as cash: what a cash flow statement explains, and so does not cover.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cash: Vec<Pick>,
    /// What is shown where it was paid, though an invoice lies between: where a payment is cleared against an item, what of that
    /// item's entry stands on these accounts is [paid](Measure::Paid) in the item's stead.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub follows: Vec<Pick>,
    /// The row of which the others can be shown as a part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<SmolStr>,
    /// Its rows, in the order in which they are shown.
    pub rows: Vec<LayoutRow>,
}

/// A row of a layout.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LayoutRow {
    /// What names it in formulas: letters, digits, `.` and `_`, a letter first.
    pub code: SmolStr,
    /// What people read, in the order of the layout's languages.
    pub titles: Vec<SmolStr>,
    /// How deep it stands, from 0.
    #[serde(default)]
    pub level: u8,
    /// What it is among the others.
    #[serde(default)]
    pub kind: RowKind,
    /// The side on which it is positive.
    pub positive: Side,
    /// The accounts that it shows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub takes: Vec<Take>,
    /// What it is made of instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub formula: Option<Formula>,
    /// How its figure is shown.
    #[serde(default)]
    pub unit: RowUnit,
    /// Whether it stands beside the others: it may take what another row takes, and no sum of rows has it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub memo: bool,
    /// Whether it is there for formulas only.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub hidden: bool,
    /// Whether it is shown only where it is something in a column.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub rare: bool,
    /// Whether it must come to nothing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub check: bool,
    /// Whether the statement's chart has it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub chart: bool,
    /// A note to it, in the order of the languages; empty for none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub note: Vec<SmolStr>,
}

/// What a row is among the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowKind {
    /// One of many.
    #[default]
    Line,
    /// Over rows, without a figure of its own or with the sum of them.
    Heading,
    /// The beginning of a part of the statement, such as the assets' side.
    Page,
    /// A sum: a rule stands above it.
    Total,
}

/// How the figure of a row is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowUnit {
    /// As an amount of the ledger's currency.
    #[default]
    Amount,
    /// As a percentage: 0.19 as 19 %.
    Percent,
    /// As a number.
    Number,
}

impl Layout {
    /// Reads a layout from its text, and checks it.
    ///
    /// ```
    /// use fondaco_accounting::reports::Layout;
    /// let text = "\
    /// layout   cash
    /// title    Cash
    /// measure  closing
    /// side     debit
    /// cash: Cash and bank
    ///   takes 1000..1099
    /// more: More of it
    ///   takes 1050
    /// ";
    /// let error = Layout::parse(text).unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "layout cash: account 1050 is taken by row cash and by row more: take it out of one, or mark one `memo`"
    /// );
    /// assert!(Layout::parse(&text.replace("more:", "memo more:")).is_ok());
    /// ```
    ///
    /// # Errors
    /// [`LayoutError::Text`] with the line, and as [`check`](Layout::check).
    pub fn parse(text: &str) -> Result<Layout, LayoutError> {
        let layout = text::read(text)?;
        layout.check()?;
        Ok(layout)
    }

    /// The layout as a text that [`parse`](Layout::parse) reads.
    ///
    /// ```
    /// use fondaco_accounting::reports::Layout;
    /// let plain = Layout::shipped("plain-balance-sheet")?;
    /// assert_eq!(Layout::parse(&plain.to_text())?, plain);
    /// # Ok::<(), fondaco_accounting::reports::LayoutError>(())
    /// ```
    pub fn to_text(&self) -> String {
        text::write(self)
    }

    /// Reads a layout from JSON, and checks it.
    ///
    /// ```
    /// use fondaco_accounting::reports::Layout;
    /// let json = r#"{"code": "sales", "titles": ["Sales"], "measure": "movement", "covers": ["income"],
    ///   "rows": [{"code": "sales", "titles": ["Sales"], "positive": "credit", "takes": ["class income"]}]}"#;
    /// let layout = Layout::from_json(json)?;
    /// assert_eq!(layout.rows[0].takes[0].to_string(), "class income");
    /// assert!(Layout::from_json("{}").unwrap_err().to_string().contains("missing field"));
    /// # Ok::<(), fondaco_accounting::reports::LayoutError>(())
    /// ```
    ///
    /// # Errors
    /// [`LayoutError::Json`], and as [`check`](Layout::check).
    pub fn from_json(json: &str) -> Result<Layout, LayoutError> {
        let layout: Layout = serde_json::from_str(json)
            .map_err(|error| LayoutError::Json { why: error.to_string() })?;
        layout.check()?;
        Ok(layout)
    }

    /// A row by its code.
    ///
    /// ```
    /// use fondaco_accounting::reports::Layout;
    /// let plain = Layout::shipped("plain-balance-sheet")?;
    /// assert_eq!(plain.row("assets").map(|row| row.titles[0].as_str()), Some("Assets"));
    /// assert!(plain.row("goodwill").is_none());
    /// # Ok::<(), fondaco_accounting::reports::LayoutError>(())
    /// ```
    pub fn row(&self, code: &str) -> Option<&LayoutRow> {
        self.rows.iter().find(|row| row.code == code)
    }

    /// Every figure that it needs, some more than once.
    pub(crate) fn measures(&self) -> impl Iterator<Item = Measure> {
        let takes = self.rows.iter().flat_map(|row| &row.takes);
        [self.measure].into_iter().chain(takes.filter_map(|take| take.measure))
    }

    /// Whether it says how balances changed, so that what was brought over from other books is no change: a cash flow does, an income
    /// statement has what was earned before the books were moved.
    pub(crate) fn says_what_changed(&self) -> bool {
        self.covers.iter().any(|class| !class.is_result())
            && self.measures().any(|measure| measure != Measure::Closing)
    }

    /// The place of a language among its own; that of the first for one that it has not.
    pub(crate) fn language(&self, tag: Option<&str>) -> usize {
        let wanted = tag.unwrap_or_default();
        let exactly = self.languages.iter().position(|language| language == wanted);
        let primary = |tag: &str| tag.split('-').next().map(str::to_owned).unwrap_or_default();
        let nearly =
            || self.languages.iter().position(|language| primary(language) == primary(wanted));
        exactly.or_else(nearly).unwrap_or(0)
    }

    /// The places of the rows right under one: those one level deeper that follow it, before one of its own level.
    pub(crate) fn below(&self, at: usize) -> impl Iterator<Item = usize> {
        let level = self.rows.get(at).map_or(0, |row| row.level);
        let under = self.rows.iter().enumerate().skip(at + 1);
        let under: Vec<_> = under.take_while(|(_, row)| row.level > level).collect();
        let next = under.iter().map(|(_, row)| row.level).min();
        let counts = move |row: &LayoutRow| {
            Some(row.level) == next && !row.memo && !row.check && row.unit == RowUnit::Amount
        };
        under.into_iter().filter(move |(_, row)| counts(row)).map(|(at, _)| at)
    }
}

impl Layout {
    /// The places of the rows that a row's formula is made of, each once.
    pub(crate) fn made_of(&self, at: usize) -> Vec<usize> {
        let Some(formula) = self.rows.get(at).and_then(|row| row.formula.as_ref()) else {
            return Vec::new();
        };
        let place = |code: &str| self.rows.iter().position(|row| row.code == code);
        let mut rows: Vec<usize> = Vec::new();
        let below: Vec<usize> =
            if formula.is_of_rows_below() { self.below(at).collect() } else { Vec::new() };
        for row in formula.rows().filter_map(place).chain(below) {
            if !rows.contains(&row) {
                rows.push(row);
            }
        }
        rows
    }
}

/// What stands for a language among texts in the layout's order; the first, where it is lacking.
pub(crate) fn said(texts: &[SmolStr], language: usize) -> SmolStr {
    let text = texts.get(language).filter(|text| !text.is_empty());
    text.or(texts.first()).cloned().unwrap_or_default()
}
