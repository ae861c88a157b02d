//! What is counted of a posting, and over which days.

use std::sync::Arc;

use chrono::{Datelike, Days, NaiveDate};
use fondaco_core::store::Field;
use serde::{Deserialize, Serialize};

use crate::ledger::Period;

/// What a limit counts of the postings that fall under it.
#[derive(Field, Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Debits less credits: what is spent on an expense account, so that a refund gives room again.
    #[default]
    NetDebits,
    /// Credits less debits: what is taken on an income or loan account.
    NetCredits,
    /// Debits alone: what leaves a customer's wallet, whatever comes back.
    Debits,
    /// Credits alone: what leaves the bank.
    Credits,
}

impl Measure {
    /// What counts of a signed amount, positive for a debit.
    pub(crate) fn of(self, units: i64) -> i64 {
        match self {
            Measure::NetDebits => units,
            Measure::NetCredits => units.saturating_neg(),
            Measure::Debits => units.max(0),
            Measure::Credits => units.min(0).saturating_neg(),
        }
    }
}

/// Over which days a limit counts: those of the entries' dates.
#[derive(Field, Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Window {
    /// Each day by itself.
    Day,
    /// Each week from Monday to Sunday, as in ISO 8601.
    Week,
    /// Each calendar month.
    Month,
    /// Each fiscal period.
    Period,
    /// Each fiscal year.
    FiscalYear,
    /// All days of the limit together.
    #[default]
    Whole,
}

impl Window {
    /// The first day of the window of `date`, which lies in the fiscal period `of`.
    pub(crate) fn start(self, date: NaiveDate, of: &Period, periods: &[Arc<Period>]) -> NaiveDate {
        match self {
            // What is adjusted after the year's end belongs to the period of its day.
            Window::Period if !of.is_ordinary() => {
                let mut ordinary = periods.iter().filter(|period| period.is_ordinary());
                let of_date = ordinary.find(|period| period.start <= date && date <= period.end);
                of_date.map_or(of.start, |period| period.start)
            }
            Window::Period => of.start,
            Window::FiscalYear => {
                let of_year = periods.iter().filter(|period| period.fiscal_year == of.fiscal_year);
                of_year.map(|period| period.start).min().unwrap_or(of.start)
            }
            by_days => by_days.start_of_days(date),
        }
    }

    /// The first day of a window that does not depend on fiscal periods.
    pub(crate) fn start_of_days(self, date: NaiveDate) -> NaiveDate {
        match self {
            Window::Week => {
                let monday = Days::new(u64::from(date.weekday().num_days_from_monday()));
                date.checked_sub_days(monday).unwrap_or(date)
            }
            Window::Month => date.with_day(1).unwrap_or(date),
            Window::Whole => WHOLE,
            Window::Day | Window::Period | Window::FiscalYear => date,
        }
    }
}

/// Where the one window of a limit over all its days is kept.
pub(crate) const WHOLE: NaiveDate = match NaiveDate::from_ymd_opt(1, 1, 1) {
    Some(first) => first,
    None => NaiveDate::MIN,
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::PeriodStatus;

    fn d(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn period(number: u32, start: &str, end: &str) -> Period {
        Period {
            period: 202_600 + number as i32,
            fiscal_year: 2026,
            number,
            start: d(start),
            end: d(end),
            status: PeriodStatus::Open,
            kind: None,
            closed: None,
            journals: Default::default(),
        }
    }

    #[test]
    fn windows_begin_on_their_first_day() {
        let first = period(1, "2025-12-29", "2026-01-25");
        let second = period(2, "2026-01-26", "2026-02-22");
        let periods = [Arc::new(first), Arc::new(second.clone())];
        let start = |window: Window| window.start(d("2026-02-01"), &second, &periods).to_string();
        assert_eq!(start(Window::Day), "2026-02-01");
        assert_eq!(start(Window::Week), "2026-01-26"); // a Sunday belongs to the week before
        assert_eq!(start(Window::Month), "2026-02-01");
        assert_eq!(start(Window::Period), "2026-01-26");
        assert_eq!(start(Window::FiscalYear), "2025-12-29");
        assert_eq!(start(Window::Whole), "0001-01-01");
    }

    #[test]
    fn measures_of_debits_and_credits() {
        let all = [Measure::NetDebits, Measure::NetCredits, Measure::Debits, Measure::Credits];
        assert_eq!(all.map(|measure| measure.of(5)), [5, -5, 5, 0]);
        assert_eq!(all.map(|measure| measure.of(-5)), [-5, 5, 0, 5]);
    }
}
