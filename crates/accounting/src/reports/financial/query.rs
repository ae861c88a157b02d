//! What a statement is asked for: columns, dimensions, times.

use std::sync::Arc;

use chrono::{Months, NaiveDate};
use fondaco_core::{DateRange, Timestamp};
use smol_str::SmolStr;

use super::last_year::days_before;
use crate::ledger::{LedgerError, Period};

/// The columns of a statement and what they are narrowed to.
///
/// ```
/// use fondaco_accounting::reports::FinancialQuery;
/// // This year beside the last, with what changed; and the first quarter by site.
/// let year = FinancialQuery::new().days("2026-01-01/2026-12-31".parse()?).beside_last_year();
/// let quarter = FinancialQuery::new().days("2026-01-01/2026-03-31".parse()?).by_dimension("site");
/// # let _ = (year, quarter);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FinancialQuery {
    pub(super) columns: Vec<AskedColumn>,
    pub(super) changes: Vec<(usize, usize)>,
    pub(super) shares: bool,
    pub(super) with_accounts: bool,
    pub(super) without_empty: bool,
    pub(super) dimensions: Vec<(SmolStr, SmolStr)>,
    /// Dimensions with a heading of their tree.
    pub(super) under: Vec<(SmolStr, SmolStr)>,
    pub(super) split: Option<SmolStr>,
    /// The level of the tree of the dimension that splits columns.
    pub(super) level: Option<usize>,
    pub(super) language: Option<SmolStr>,
}

/// A column that is asked for.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct AskedColumn {
    /// The first day; `None` for that of the fiscal year.
    pub(super) from: Option<NaiveDate>,
    pub(super) through: Option<NaiveDate>,
    pub(super) known_at: Option<Timestamp>,
    /// Whether what lies in adjustment periods counts.
    pub(super) adjustments: bool,
    /// By how many years the same days before them are meant.
    pub(super) years_before: u32,
}

impl AskedColumn {
    fn of(from: Option<NaiveDate>, through: Option<NaiveDate>) -> AskedColumn {
        AskedColumn { from, through, known_at: None, adjustments: true, years_before: 0 }
    }

    /// The first day, where it was asked for, and the last; `None` where no calendar has them.
    pub(super) fn days(&self, periods: &[Arc<Period>]) -> Option<(Option<NaiveDate>, NaiveDate)> {
        (0..self.years_before)
            .try_fold((self.from, self.through?), |days, _| days_before(days, periods))
    }
}

impl FinancialQuery {
    /// Nothing yet: add a column by [`days`](FinancialQuery::days) or [`at`](FinancialQuery::at).
    pub fn new() -> FinancialQuery {
        FinancialQuery::default()
    }

    /// A column for these days: what was posted on them, the balance at their end and before their beginning, as the layout's rows
    /// say. An open beginning is that of the fiscal year of the last day.
    #[must_use]
    pub fn days(mut self, days: DateRange) -> FinancialQuery {
        let (from, through) = (days.start(), days.end());
        self.columns.push(AskedColumn::of(from, through));
        self
    }

    /// A column as of the end of a day; its days are those of the fiscal year so far.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_accounting::reports::{FinancialQuery, Layout};
    /// let query = FinancialQuery::new().at(day("2026-01-31")).at(day("2026-12-31"));
    /// let sheet = books.financial_statement(&Layout::shipped("plain-balance-sheet")?, &query)?;
    /// assert_eq!(sheet.amount("total_assets", 0), Some(619.into()));
    /// assert_eq!(sheet.amount("total_assets", 1), Some(579.into()));
    /// # Ok::<(), LedgerError>(())
    /// ```
    #[must_use]
    pub fn at(mut self, date: NaiveDate) -> FinancialQuery {
        self.columns.push(AskedColumn::of(None, Some(date)));
        self
    }

    /// A column for each calendar month from the one of `first` through the one of `last`.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_accounting::reports::{FinancialQuery, Layout};
    /// let query = FinancialQuery::new().months(day("2026-01-01"), day("2026-03-31"));
    /// let income = books.financial_statement(&Layout::shipped("plain-income-statement")?, &query)?;
    /// let results: Vec<_> = (0..3).map(|month| income.amount("result", month)).collect();
    /// assert_eq!(results, [Some(100.into()), Some((-40).into()), Some(0.into())]);
    /// # Ok::<(), LedgerError>(())
    /// ```
    #[must_use]
    pub fn months(mut self, first: NaiveDate, last: NaiveDate) -> FinancialQuery {
        let mut month = chrono::Datelike::with_day(&first, 1);
        while let Some(from) = month.filter(|from| *from <= last) {
            let next = from.checked_add_months(Months::new(1));
            let through = next.and_then(|next| next.pred_opt());
            self.columns.push(AskedColumn::of(Some(from), through));
            month = next;
        }
        self
    }

    /// A column for each of these fiscal periods, be they months, quarters or the four and five weeks of a shop's year. What lies in
    /// adjustment periods, and closes years, has no column of its own: it is of the period on whose last day it lies.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_accounting::reports::{FinancialQuery, Layout};
    /// let mut year = books.periods()?;
    /// year.retain(|period| period.fiscal_year == 2026);
    /// let query = FinancialQuery::new().periods(&year);
    /// let income = books.financial_statement(&Layout::shipped("plain-income-statement")?, &query)?;
    /// let results: Vec<_> = (0..12).filter_map(|period| income.amount("result", period)).collect();
    /// assert_eq!((results.len(), results[0], results[1]), (12, 100.into(), (-40).into()));
    /// # Ok::<(), LedgerError>(())
    /// ```
    #[must_use]
    pub fn periods(mut self, periods: &[Arc<Period>]) -> FinancialQuery {
        let ordinary = periods.iter().filter(|period| period.is_ordinary());
        let column = |period: &Arc<Period>| AskedColumn::of(Some(period.start), Some(period.end));
        self.columns.extend(ordinary.map(column));
        self
    }

    /// Beside each column so far the same days a year before, with the difference and the percentage: those of the fiscal year before,
    /// where the column's begin and end with fiscal periods. Years of 52 and 53 weeks begin and end on other days of the calendar
    /// each; a statement has the comparative figures of the year before (IAS 1.38, § 265 (2) HGB), not of a day less or more.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_accounting::reports::{FinancialQuery, Layout};
    /// let query = FinancialQuery::new().days("2026-01-01/2026-12-31".parse()?).beside_last_year();
    /// let income = books.financial_statement(&Layout::shipped("plain-income-statement")?, &query)?;
    /// assert!(income.to_report().to_csv().starts_with("Row,Account,Item,2026,2025,Change,Change in %\r\n"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn beside_last_year(mut self) -> FinancialQuery {
        for at in 0..self.columns.len() {
            let Some(column) = self.columns.get(at) else { continue };
            let before = AskedColumn { years_before: column.years_before + 1, ..column.clone() };
            self.changes.push((at, self.columns.len()));
            self.columns.push(before);
        }
        self
    }

    /// The difference between two columns and its percentage of the second, by their places from 0.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_accounting::reports::{FinancialQuery, Layout};
    /// let query = FinancialQuery::new().at(day("2026-02-28")).at(day("2026-01-31")).change(0, 1);
    /// let sheet = books.financial_statement(&Layout::shipped("plain-balance-sheet")?, &query)?;
    /// assert!(sheet.to_report().to_csv().contains("Total assets,579.00,619.00,-40.00,-0.06462\r\n"));
    /// # Ok::<(), LedgerError>(())
    /// ```
    #[must_use]
    pub fn change(mut self, now: usize, before: usize) -> FinancialQuery {
        self.changes.push((now, before));
        self
    }

    /// Each amount also as a part of the layout's [base](super::Layout::base) row: the turnover, or the sum of the balance sheet.
    #[must_use]
    pub fn shares(mut self) -> FinancialQuery {
        self.shares = true;
        self
    }

    /// With the accounts of each row under it.
    #[must_use]
    pub fn with_accounts(mut self) -> FinancialQuery {
        self.with_accounts = true;
        self
    }

    /// Without rows that have nothing in any column: § 265 (8) HGB, for example, allows it.
    #[must_use]
    pub fn without_empty(mut self) -> FinancialQuery {
        self.without_empty = true;
        self
    }

    /// Only postings with this dimension; several must all fit.
    #[must_use]
    pub fn dimension(
        mut self,
        name: impl Into<SmolStr>,
        value: impl Into<SmolStr>,
    ) -> FinancialQuery {
        self.dimensions.push((name.into(), value.into()));
        self
    }

    /// Each column once for every value of a dimension, once for postings without it, and once in all.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_accounting::reports::{FinancialQuery, Layout};
    /// let rent = NewEntry::new("GEN", day("2026-03-01"))
    ///     .posting(NewPosting::debit("5100", eur("10")).dimension("site", "Mestre"))
    ///     .credit("1000", eur("10"));
    /// books.post("rent of Mestre", rent)?;
    /// let query = FinancialQuery::new().at(day("2026-12-31")).by_dimension("site");
    /// let income = books.financial_statement(&Layout::shipped("plain-income-statement")?, &query)?;
    /// let costs: Vec<_> = (0..3).map(|column| income.amount("costs", column)).collect();
    /// assert_eq!(costs, [Some(10.into()), Some(40.into()), Some(50.into())]); // Mestre, without a site, in all
    /// # Ok::<(), LedgerError>(())
    /// ```
    #[must_use]
    pub fn by_dimension(mut self, name: impl Into<SmolStr>) -> FinancialQuery {
        (self.split, self.level) = (Some(name.into()), None);
        self
    }

    /// Only postings with this value of a dimension, or one that stands under it: as the [tree](crate::dimensions) stands on the
    /// last day of all columns.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books_with_centres(); // SALES over EAST and WEST, EAST over 10 and 11, WEST over 20
    /// use fondaco_accounting::reports::{FinancialQuery, Layout};
    /// let of = |centre, amount| NewPosting::debit("5100", eur(amount)).dimension("cost_centre", centre);
    /// let rents = NewEntry::new("GEN", day("2026-03-01"))
    ///     .posting(of("10", "1"))
    ///     .posting(of("11", "2"))
    ///     .posting(of("20", "4"))
    ///     .credit("1000", eur("7"));
    /// books.post("rents", rents)?;
    /// let query = FinancialQuery::new().at(day("2026-12-31")).under("cost_centre", "EAST");
    /// let income = books.financial_statement(&Layout::shipped("plain-income-statement")?, &query)?;
    /// assert_eq!(income.amount("costs", 0), Some(3.into()));
    /// # Ok::<(), LedgerError>(())
    /// ```
    #[must_use]
    pub fn under(
        mut self,
        dimension: impl Into<SmolStr>,
        heading: impl Into<SmolStr>,
    ) -> FinancialQuery {
        self.under.push((dimension.into(), heading.into()));
        self
    }

    /// As [`by_dimension`](FinancialQuery::by_dimension), by what the values stand under at a level of the dimension's tree, the
    /// topmost 1; values that stand no deeper have columns of their own.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books_with_centres(); // SALES over EAST and WEST, EAST over 10 and 11, WEST over 20
    /// use fondaco_accounting::reports::{FinancialQuery, Layout};
    /// let of = |centre, amount| NewPosting::debit("5100", eur(amount)).dimension("cost_centre", centre);
    /// let rents = NewEntry::new("GEN", day("2026-03-01"))
    ///     .posting(of("10", "1"))
    ///     .posting(of("11", "2"))
    ///     .posting(of("20", "4"))
    ///     .credit("1000", eur("7"));
    /// books.post("rents", rents)?;
    /// let query = FinancialQuery::new().at(day("2026-12-31")).by_level("cost_centre", 2);
    /// let income = books.financial_statement(&Layout::shipped("plain-income-statement")?, &query)?;
    /// let costs: Vec<_> = (0..4).map(|column| income.amount("costs", column)).collect();
    /// // East, West, without a cost centre, in all
    /// assert_eq!(costs, [Some(3.into()), Some(4.into()), Some(40.into()), Some(47.into())]);
    /// # Ok::<(), LedgerError>(())
    /// ```
    #[must_use]
    pub fn by_level(mut self, dimension: impl Into<SmolStr>, level: usize) -> FinancialQuery {
        (self.split, self.level) = (Some(dimension.into()), Some(level));
        self
    }

    /// The columns so far as known at this time, to the millisecond. Read from facts, so its cost grows with the postings. Where
    /// all columns are known at the same time, rows take accounts by the names, headings and tags that these had then; else by what
    /// they have now, so that the columns compare.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_accounting::reports::{FinancialQuery, Layout};
    /// let then = "2026-05-31T00:00:00Z".parse()?; // the firm's entries were recorded in June
    /// let query = FinancialQuery::new().at(day("2026-01-31")).known_at(then).at(day("2026-01-31"));
    /// let sheet = books.financial_statement(&Layout::shipped("plain-balance-sheet")?, &query)?;
    /// assert_eq!(sheet.amount("total_assets", 0), Some(0.into()));
    /// assert_eq!(sheet.amount("total_assets", 1), Some(619.into()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn known_at(mut self, time: Timestamp) -> FinancialQuery {
        self.columns.iter_mut().for_each(|column| column.known_at = Some(time));
        self
    }

    /// The columns so far without what lies in [adjustment periods](crate::ledger::NewEntry::adjusting) of their fiscal year: the year
    /// as it was before the auditors, beside the year with them. Adjustments of earlier years count, as those years are over.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_accounting::close::OpenAdjustmentPeriods;
    /// use fondaco_accounting::reports::{FinancialQuery, Layout};
    /// books.send("the thirteenth", &OpenAdjustmentPeriods::new(2026, 1))?;
    /// let more = NewEntry::new("GEN", day("2026-12-31")).debit("5100", eur("7")).credit("2200", eur("7"));
    /// books.post("the auditors", more.adjusting(13))?;
    /// let query = FinancialQuery::new().at(day("2026-12-31")).without_adjustments().at(day("2026-12-31"));
    /// let income = books.financial_statement(&Layout::shipped("plain-income-statement")?, &query)?;
    /// assert_eq!(income.amount("costs", 0), Some(40.into()));
    /// assert_eq!(income.amount("costs", 1), Some(47.into()));
    /// # Ok::<(), LedgerError>(())
    /// ```
    #[must_use]
    pub fn without_adjustments(mut self) -> FinancialQuery {
        self.columns.iter_mut().for_each(|column| column.adjustments = false);
        self
    }

    /// Titles in this language, by BCP 47, where the layout has it.
    #[must_use]
    pub fn language(mut self, tag: impl Into<SmolStr>) -> FinancialQuery {
        self.language = Some(tag.into());
        self
    }

    /// When all columns are known, where that is one time.
    pub(super) fn known_together(&self) -> Option<Timestamp> {
        let known = self.columns.first()?.known_at?;
        self.columns.iter().all(|column| column.known_at == Some(known)).then_some(known)
    }

    pub(super) fn check(&self) -> Result<(), LedgerError> {
        let wrong = |why: String| Err(LedgerError::BadInput { what: "columns", why });
        if self.columns.is_empty() {
            return wrong("a statement has none: add days, or a day".to_owned());
        }
        if self.columns.len() > MAX_COLUMNS {
            return wrong(format!("{} are too many: {MAX_COLUMNS} at most", self.columns.len()));
        }
        for column in &self.columns {
            match (column.from, column.through) {
                (_, None) => return wrong("days without an end: give their last day".to_owned()),
                (Some(from), Some(through)) if through < from => {
                    return wrong(format!(
                        "{through} is before {from}: give the earlier day first"
                    ));
                }
                _ => {}
            }
        }
        if self.level == Some(0) {
            return wrong("levels of a tree are counted from 1: the topmost is 1".to_owned());
        }
        let here = |at: usize| at < self.columns.len();
        match self.changes.iter().find(|(now, before)| !here(*now) || !here(*before)) {
            Some((now, before)) => wrong(format!(
                "there is no change from column {before} to {now}: they are counted from 0"
            )),
            None => Ok(()),
        }
    }
}

/// More columns than anybody looks at.
const MAX_COLUMNS: usize = 1_000;
