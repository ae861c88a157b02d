//! The same days of the year before: those of its fiscal periods, as years of 52 and 53 weeks begin and end on other days each.

use std::sync::Arc;

use chrono::{Datelike, Months, NaiveDate};

use crate::ledger::Period;

/// The same days a year before, the first only where it was asked for.
///
/// Days that begin and end with fiscal periods are those of the same periods of the fiscal year before, where these lie
/// within a week of the calendar's: that is how far years of whole weeks move. So are days from the beginning of the year or
/// of a period to one within a period: as many days into the period. All others are the calendar's.
pub(super) fn days_before(
    (from, through): (Option<NaiveDate>, NaiveDate),
    periods: &[Arc<Period>],
) -> Option<(Option<NaiveDate>, NaiveDate)> {
    let fiscal = Fiscal { periods };
    let found = match from {
        None => fiscal.end(through).or_else(|| fiscal.within(through)).map(|end| (None, end)),
        Some(from) => {
            let end = || fiscal.end(through).or_else(|| fiscal.within(through));
            fiscal.start(from).and_then(|from| Some((Some(from), end()?)))
        }
    };
    let calendar = || match from {
        None => Some((None, year_before(through)?)),
        Some(from) => Some((Some(year_before(from)?), year_before(through)?)),
    };
    found.or_else(calendar)
}

struct Fiscal<'p> {
    periods: &'p [Arc<Period>],
}

impl Fiscal<'_> {
    /// The first day of the period before that corresponds to the one that begins on a day.
    fn start(&self, date: NaiveDate) -> Option<NaiveDate> {
        let own = self.ordinary().find(|period| period.start == date)?;
        near(self.before(own)?.start, date)
    }

    /// The last day of the period before that corresponds to the one that ends on a day; of the year before, if it ends a year.
    fn end(&self, date: NaiveDate) -> Option<NaiveDate> {
        let own = self.ordinary().find(|period| period.end == date)?;
        let of_year = |year| self.ordinary().filter(move |period| period.fiscal_year == year);
        let last = |year| of_year(year).max_by_key(|period| period.end);
        let before = match last(own.fiscal_year).is_some_and(|last| last.number == own.number) {
            true => last(own.fiscal_year.checked_sub(1)?)?,
            false => self.before(own)?,
        };
        near(before.end, date)
    }

    /// As many days into the period before that corresponds to the one of a day, where it begins on another day of the calendar.
    fn within(&self, date: NaiveDate) -> Option<NaiveDate> {
        let own = self.ordinary().find(|period| (period.start..=period.end).contains(&date))?;
        let before = self.before(own)?;
        let moved = Some(before.start) != year_before(own.start);
        let day = before.start.checked_add_signed(date - own.start)?.min(before.end);
        near(day, date).filter(|_| moved)
    }

    fn before(&self, own: &Period) -> Option<&Arc<Period>> {
        let year = own.fiscal_year.checked_sub(1)?;
        self.ordinary().find(|period| period.fiscal_year == year && period.number == own.number)
    }

    fn ordinary(&self) -> impl Iterator<Item = &Arc<Period>> {
        self.periods.iter().filter(|period| period.is_ordinary())
    }
}

/// A day, if it lies within a week of the same day of the calendar a year before the other.
fn near(day: NaiveDate, date: NaiveDate) -> Option<NaiveDate> {
    let calendar = year_before(date)?;
    ((day - calendar).num_days().abs() <= 7).then_some(day)
}

/// The same day a year before; the end of February stays one.
fn year_before(date: NaiveDate) -> Option<NaiveDate> {
    let ends_month = date.succ_opt().is_some_and(|next| next.day() == 1);
    match date.succ_opt().filter(|_| ends_month) {
        Some(next) => next.checked_sub_months(Months::new(12))?.pred_opt(),
        None => date.checked_sub_months(Months::new(12)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_february_stays_one() {
        let before = |date: &str| year_before(date.parse().unwrap()).unwrap().to_string();
        assert_eq!(before("2025-02-28"), "2024-02-29");
        assert_eq!(before("2024-02-29"), "2023-02-28");
        assert_eq!(before("2024-02-28"), "2023-02-28");
        assert_eq!(before("2026-12-31"), "2025-12-31");
    }
}
