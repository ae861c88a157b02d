//! The entries that close a fiscal year: statements show the year as it was before them.
//!
//! They lie in a period of their own on the year's last day, so their sums are those of that period.

use std::sync::Arc;

use chrono::NaiveDate;

use crate::ledger::{Period, PeriodKey, is_closing};

/// The periods that hold closing entries.
#[derive(Debug, Default)]
pub(super) struct Closings {
    periods: Vec<Arc<Period>>,
}

impl Closings {
    pub(super) fn of(periods: &[Arc<Period>]) -> Closings {
        let closing = periods.iter().filter(|period| is_closing(period.period));
        Closings { periods: closing.cloned().collect() }
    }

    /// Those that lie on some days.
    pub(super) fn on(
        &self,
        from: NaiveDate,
        through: NaiveDate,
    ) -> impl Iterator<Item = PeriodKey> {
        let on = move |period: &&Arc<Period>| (from..=through).contains(&period.end);
        self.periods.iter().filter(on).map(|period| period.period)
    }

    /// That of the fiscal year of a date, if it lies there by then, with its day.
    pub(super) fn of_year(
        &self,
        periods: &[Arc<Period>],
        date: NaiveDate,
    ) -> Option<(PeriodKey, NaiveDate)> {
        let begun = periods.iter().filter(|period| period.start <= date);
        let year = begun.max_by_key(|period| (period.start, period.fiscal_year))?.fiscal_year;
        let closing = self.periods.iter().find(|period| period.fiscal_year == year)?;
        (closing.end <= date).then_some((closing.period, closing.end))
    }
}
